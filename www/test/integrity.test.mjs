// The cookbook's recipe for integrity: run as it stands, over the real files; a page of what it prints works, and does
// not with a file that is another.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { DIST, launch, serveFolder } from "./browser.mjs";
import { blocks, commands } from "./documents.mjs";

const run = promisify(execFile);

test("every file is held to its hash", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-integrity-"));
  t.after(() => rm(folder, { recursive: true }));
  await mkdir(join(folder, "node_modules"));
  await cp(join(DIST, "package"), join(folder, "node_modules/simmerdown"), { recursive: true });
  const recipes = await blocks("docs/cookbook.md");
  await writeFile(join(folder, "integrity.mjs"), recipes.find(({ flags }) => flags.includes("integrity")).text);
  const { stdout: loading } = await run(process.execPath, ["integrity.mjs"], { cwd: folder });
  const [byHand] = recipes.filter(({ language }) => language === "sh").flatMap(commands).filter((command) => command.startsWith("openssl"));
  const { stdout: hash } = await run("sh", ["-c", byHand], { cwd: join(folder, "node_modules/simmerdown") });
  assert.ok(loading.includes(`integrity: "sha384-${hash}"`), "openssl makes another hash of the wasm");

  const site = join(folder, "site");
  await cp(join(DIST, "package"), join(site, "simmerdown"), { recursive: true });
  await writeFile(join(site, "index.html"), `<!doctype html><html lang=en><meta charset=utf-8><title>nothing</title><link rel=icon href=data:,>${loading}`);
  const server = await serveFolder(site);
  t.after(server.stop);
  const browser = await launch();
  t.after(() => browser.close());
  const title = async () => {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", ({ message }) => said.push(message));
    await page.goto(server.url, { waitUntil: "networkidle" });
    const shown = await page.title();
    await page.close();
    return { shown, said: said.join("\n") };
  };
  assert.deepEqual(await title(), { shown: "respond", said: "" });
  for (const file of ["simmerdown_bg.wasm", "simmerdown.js", "slim.js"]) {
    const path = join(site, "simmerdown", file);
    const right = await readFile(path);
    // What a change looks like that does no harm.
    await writeFile(path, file.endsWith(".js") ? `${right}\n` : Buffer.concat([right, Buffer.from([0, 1, 0])]));
    const { shown, said } = await title();
    assert.equal(shown, "nothing", `a changed ${file} was run`);
    assert.match(said, /integrity|digest/i, file);
    await writeFile(path, right);
  }
});
