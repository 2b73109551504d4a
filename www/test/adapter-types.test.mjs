// The adapters' types against those of the frontends, and what importing them does on a server: nothing.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PACKAGE } from "./package-page.mjs";

const run = promisify(execFile);
const WWW = fileURLToPath(new URL("..", import.meta.url));
const FRONTENDS = join(WWW, "test/adapters/node_modules");

/** A project that has the package, and where asked the frontends, installed. */
async function project(t, modules) {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-adapters-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules/@ai-sdk"), { recursive: true });
  for (const [name, path] of Object.entries({ simmerdown: PACKAGE, ...modules })) await symlink(path, join(folder, "node_modules", name));
  await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  return folder;
}

test("a strict program with the frontends' own types compiles against the adapters", async (t) => {
  const frontends = ["ai", "botframework-webchat", "react", "@ai-sdk/react", "@ai-sdk/provider", "@ai-sdk/provider-utils"];
  const folder = await project(t, {
    "deep-chat": join(WWW, "node_modules/deep-chat"),
    ...Object.fromEntries(frontends.map((name) => [name, join(FRONTENDS, name)])),
  });
  await writeFile(join(folder, "consumer.ts"), await readFile(join(WWW, "test/adapters/consumer.ts")));
  // The frontends' own declarations are not under test.
  const compilerOptions = { module: "esnext", moduleResolution: "bundler", target: "esnext", lib: ["esnext", "dom"], strict: true, noEmit: true, types: [], skipLibCheck: true };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await run(process.execPath, [join(WWW, "node_modules/typescript/bin/tsc"), "--project", folder]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
});

test("the adapters alone need no types but the package's", async (t) => {
  const folder = await project(t, {});
  const names = Object.keys(JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8")).exports).filter((name) => name.startsWith("./adapters/"));
  assert.equal(names.length, 6);
  await writeFile(join(folder, "consumer.ts"), names.map((name) => `export * as ${name.split("/").at(-1).replaceAll("-", "_")} from "simmerdown${name.slice(1)}";`).join("\n"));
  const compilerOptions = { module: "node16", moduleResolution: "node16", target: "esnext", strict: true, noEmit: true, types: [] };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["consumer.ts"] }));
  await run(process.execPath, [join(WWW, "node_modules/typescript/bin/tsc"), "--project", folder]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  const imported = `
    const before = Object.keys(globalThis).length;
    for (const name of ${JSON.stringify(names)}) await import("simmerdown" + name.slice(1));
    if (typeof document !== "undefined" || Object.keys(globalThis).length !== before) throw new Error("importing left something behind");`;
  await writeFile(join(folder, "import.mjs"), imported);
  await run(process.execPath, ["--preserve-symlinks", join(folder, "import.mjs")], { cwd: folder });
});
