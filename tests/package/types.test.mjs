// The types as their readers see them: what publint and Are the Types Wrong find, and the API reference, which is
// written to dist/api and has to name and explain everything.

import assert from "node:assert/strict";
import { cp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { DIST } from "../../www/test/browser.mjs";
import { project, run, tool, version } from "./project.mjs";

let folder;
before(async () => (folder = await project("types")));

const own = async (name) => {
  const at = createRequire(join(folder, "main.js"));
  // Read by its manifest: neither package lets its entry be found any other way from outside of its project.
  const manifest = JSON.parse(await readFile(join(folder, "node_modules", name, "package.json"), "utf8"));
  const target = manifest.exports["."] ?? manifest.exports;
  const entry = typeof target === "string" ? target : (target.node ?? target.import ?? target.default);
  return import(pathToFileURL(at.resolve(join(folder, "node_modules", name, typeof entry === "string" ? entry : entry.default))));
};

async function published(package_) {
  const { publint } = await own("publint");
  const { messages } = await publint({ pkgDir: package_, pack: false, strict: true });
  return messages.map(({ code, path }) => `${code} at ${path.join(".")}`);
}

test("publint finds nothing, and something in a package that is wrong", async () => {
  assert.deepEqual(await published(join(folder, "node_modules/simmerdown")), []);
  const broken = join(folder, "broken");
  await cp(join(folder, "node_modules/simmerdown"), broken, { recursive: true });
  await rm(join(broken, "slim.js"));
  assert.notDeepEqual(await published(broken), []);
});

async function wrong(tarball) {
  const { checkPackage, createPackageFromTarballData } = await own("@arethetypeswrong/core");
  const { exports } = JSON.parse(await readFile(join(folder, "node_modules/simmerdown/package.json"), "utf8"));
  // Files that are no modules have no types.
  const entrypoints = Object.entries(exports).filter(([, target]) => typeof target !== "string").map(([name]) => name);
  const result = await checkPackage(createPackageFromTarballData(new Uint8Array(tarball)), { entrypoints });
  assert.ok(result.types, "the package has no types");
  // The package is made of ES modules alone, and says so; Node.js 10 knew no `exports`.
  const known = ({ kind, resolutionKind }) => kind === "CJSResolvesToESM" || resolutionKind === "node10";
  return result.problems.filter((problem) => !known(problem)).map((problem) => `${problem.kind} of ${problem.entrypoint ?? ""}`);
}

test("Are the Types Wrong finds nothing", async () => {
  assert.deepEqual(await wrong(await readFile(join(DIST, `simmerdown-${version}.tgz`))), []);
});

/** What needs no word: made by wasm-bindgen, or told by the class, or a text that says itself what it is. */
const TOLD = (path) => /(^|\.)(free|\[dispose\]|constructor)$|^ElementTexts\./.test(path);

test("the API reference names and explains everything, and nothing is `any`", async () => {
  await cp(join(folder, "node_modules/simmerdown"), join(folder, "package"), { recursive: true });
  const { exports } = JSON.parse(await readFile(join(folder, "package/package.json"), "utf8"));
  const entries = Object.values(exports).map(({ types }) => types).filter(Boolean).map((types) => join("package", types));
  const reference = async (...more) => {
    await run(folder, tool(folder, "typedoc"), ...more, "--json", join(folder, "api.json"), ...entries);
    const reference = JSON.parse(await readFile(join(folder, "api.json"), "utf8"));
    return { any: anys(reference), undocumented: undocumented(reference) };
  };
  assert.deepEqual(await reference("--out", join(DIST, "api")), { any: [], undocumented: [] });

  const types = join(folder, "package/slim.d.ts");
  const right = await readFile(types, "utf8");
  await writeFile(types, `${right}\nexport declare const anything: any;\n`);
  assert.deepEqual(await reference(), { any: ["anything"], undocumented: ["anything"] });
  await writeFile(types, `${right}\ninterface Hidden { a: 1 }\n/** Of a type nobody can name. */\nexport declare const hidden: Hidden;\n`);
  await assert.rejects(reference(), /Hidden/);
});

/** The names of what has the type `any` somewhere. */
function anys(node, name = "") {
  if (Array.isArray(node)) return [...new Set(node.flatMap((part) => anys(part, name)))];
  if (node === null || typeof node !== "object") return [];
  if (node.type === "intrinsic" && node.name === "any") return [name];
  return [...new Set(Object.values(node).flatMap((part) => anys(part, node.variant ? node.name : name)))];
}

/** The names of what has no comment. Of a union its members are told by the comment of the union. */
function undocumented(node, path = []) {
  // The project and its modules.
  const [top, own] = [node.kind === 1 || node.kind === 2, [...path, node.name]];
  const bare = [node, ...(node.signatures ?? []), node.getSignature ?? {}].every(({ comment }) => !comment);
  const told = top || !bare || node.variant === "reference" || node.inheritedFrom || TOLD(own.join("."));
  const below = (node.children ?? []).flatMap((child) => undocumented(child, top ? [] : own));
  return [...new Set([...(told ? [] : [own.join(".")]), ...below])];
}
