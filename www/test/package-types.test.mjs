// The package's types, against a small program that must compile and a few lines that must not.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { copyFile, cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { ROOT } from "./browser.mjs";
import { PACKAGE } from "./package-page.mjs";

/** A program that is written for the newest language. */
const USING = `import { Conversation } from "simmerdown";\nusing conversation = new Conversation();\nconversation.summary();\n`;

for (const [module, resolution, target] of [["node16", "node16", "esnext"], ["esnext", "bundler", "esnext"], ["nodenext", "nodenext", "es2022"]]) {
  test(`a strict TypeScript program compiles against it, with ${resolution} resolution for ${target}`, async (t) => {
    const folder = await mkdtemp(join(tmpdir(), "simmerdown-types-"));
    t.after(() => rm(folder, { recursive: true }));
    await cp(PACKAGE, join(folder, "node_modules", "simmerdown"), { recursive: true });
    await copyFile(fileURLToPath(new URL("consumer.ts", import.meta.url)), join(folder, "consumer.ts"));
    await copyFile(join(ROOT, "docs/policies/steady.json"), join(folder, "policy.json"));
    // The older ways of resolving know no attributes of an import.
    const attributes = module === "node16" ? "" : ' with { type: "json" }';
    await writeFile(join(folder, "policy.ts"), `export { default } from "./policy.json"${attributes};\n`);
    await writeFile(join(folder, "using.ts"), USING);
    await writeFile(join(folder, "package.json"), JSON.stringify({ type: "module" }));
    const compilerOptions = { module, moduleResolution: resolution, target, strict: true, noEmit: true, types: [], resolveJsonModule: true };
    const files = ["consumer.ts", ...(target === "esnext" ? ["using.ts"] : [])];
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
    const manifest = createRequire(import.meta.url).resolve("typescript/package.json");
    const compiler = join(dirname(manifest), JSON.parse(await readFile(manifest, "utf8")).bin.tsc);
    await promisify(execFile)(process.execPath, [compiler, "--project", folder]).catch(({ stdout, stderr }) => assert.fail(stdout + stderr));
  });
}
