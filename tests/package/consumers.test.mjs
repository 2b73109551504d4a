// The packed tarball in every kind of project it is meant for. Each is checked twice: as it is, and with its wasm
// taken away, where the same check has to fail.

import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, serveFolder, visit } from "../../www/test/browser.mjs";
import { project, run, serve, tool, version, wasmFiles } from "./project.mjs";

const EXPECTED = { version, action: "ask" };

let browser;
before(async () => (browser = await launch()));
after(() => browser.close());

/** What a page shows, however long it takes to come. */
async function shown(url, prepare) {
  let said;
  await visit(browser, url, async ({ page }) => {
    await page.waitForFunction(() => document.querySelector("#result")?.textContent, undefined, { timeout: 20_000 });
    said = JSON.parse(await page.textContent("#result"));
  }, { before: prepare });
  assert.deepEqual(said, EXPECTED);
}

/**
 * Shows the page as it is; then in a browser without WebAssembly, where it has its engine in JavaScript (the slim entry has
 * none); then without its wasm, which the same check has to notice.
 */
async function check({ url, stop }, { javascript = true } = {}) {
  try {
    await shown(url);
    if (javascript) await shown(url, (page) => page.addInitScript(() => delete globalThis.WebAssembly));
    let asked = 0;
    const without = (page) => page.route(/\.wasm(\?|$)/, (route) => ((asked += 1), route.fulfill({ status: 404 })));
    await assert.rejects(shown(url, without), "a page without its wasm passed");
    assert.equal(asked, 1);
  } finally {
    await stop();
  }
}

async function oneWasm(folder) {
  const files = await wasmFiles(folder);
  assert.equal(files.length, 1, `${files}`);
  return files[0];
}

/** A bundle in `dist`, opened from a plain web server. */
async function bundled(folder, page, settings) {
  await oneWasm(join(folder, "dist"));
  if (page) await copyFile(join(folder, page), join(folder, "dist", page));
  await check(await serveFolder(join(folder, "dist")), settings);
}

test("Vite, its dev server", async () => {
  const folder = await project("vite");
  await check(await serve(folder, process.execPath, "dev.js"));
});

test("Vite, a build", async () => {
  const folder = await project("vite");
  await run(folder, tool(folder, "vite"), "build");
  await bundled(folder);
});

test("webpack", async () => {
  const folder = await project("webpack");
  await run(folder, tool(folder, "webpack"));
  await bundled(folder, "index.html");
});

test("esbuild", async () => {
  const folder = await project("esbuild");
  await run(folder, tool(folder, "esbuild"), "main.js", "--bundle", "--format=esm", "--outdir=dist", "--loader:.wasm=file");
  await bundled(folder, "index.html", { javascript: false });
});

test("Rollup", async () => {
  const folder = await project("rollup");
  await run(folder, tool(folder, "rollup"), "--config");
  await bundled(folder, "index.html");
});

test("plain HTML with an import map", async () => {
  const folder = await project("html");
  await oneWasm(folder);
  await check(await serveFolder(folder));
});

test("Next.js: on the server it does nothing, in the client it works", async () => {
  const folder = await project("next");
  await run(folder, tool(folder, "next"), "build");
  await oneWasm(join(folder, ".next/static"));
  const server = await serve(folder, tool(folder, "next"), "start", "--hostname", "127.0.0.1", "--port", "0");
  const page = await (await fetch(server.url)).text();
  assert.ok(page.includes(`<p id="server">${version}</p>`), page);
  await check(server);
});

const WITHOUT = (folder) => writeFile(join(folder, "node_modules/simmerdown/simmerdown_bg.wasm"), "");

for (const major of [20, 22]) {
  test(`Node.js ${major}`, async () => {
    const folder = await project("node");
    const node = ["x64", "arm64"].map((cpu) => join(folder, `node_modules/node${major}-${cpu}/bin/node`)).find(existsSync);
    assert.ok(node, `npm installed no Node.js ${major} for ${process.platform} on ${process.arch}`);
    assert.match(await run(folder, node, "--version"), new RegExp(`^v${major}\\.`));
    assert.deepEqual(JSON.parse(await run(folder, node, "main.js")), EXPECTED);
    await WITHOUT(folder);
    await assert.rejects(run(folder, node, "main.js"), /CompileError|WebAssembly/);
  });
}

test("vitest", async () => {
  const folder = await project("vitest");
  assert.match(await run(folder, tool(folder, "vitest"), "run", "--reporter=json"), /"numPassedTests":1\b/);
  await WITHOUT(folder);
  await assert.rejects(run(folder, tool(folder, "vitest"), "run"), /CompileError|WebAssembly/);
});

test("workerd", async () => {
  const folder = await project("workerd");
  const bundle = () => run(folder, tool(folder, "esbuild"), "main.js", "--bundle", "--format=esm", "--outdir=dist", "--conditions=workerd", "--loader:.wasm=copy", "--asset-names=[name]");
  await bundle();
  await oneWasm(join(folder, "dist"));
  const start = () => serve(folder, tool(folder, "workerd"), "serve", "config.capnp", "--control-fd=1");
  const server = await start();
  try {
    assert.deepEqual(await (await fetch(server.url)).json(), EXPECTED);
  } finally {
    await server.stop();
  }
  await writeFile(join(folder, "dist/simmerdown_bg.wasm"), "");
  await assert.rejects(async () => {
    const { url, stop } = await start();
    await fetch(url).finally(stop);
  });
});
