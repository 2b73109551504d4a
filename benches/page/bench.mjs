// Measures the assembled package in the browsers and prints what came of it, as JSON. `cargo xtask bench page` runs it.
// Usage: node bench.mjs FOLDER [speed] [memory] [startup] [deciding]: the package's folder, and what is wanted; the first
// three unless named. `deciding` is what of `speed` a build of the package can change, in few batches. SCORING_ALONE in the
// environment is the folder of the same engine with an export that scores a text and does nothing else.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { extname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, ROOT } from "../../www/test/browser.mjs";
import { drive } from "../../www/test/webdriver.mjs";
import { packages } from "../../tests/package/project.mjs";

const folder = resolve(process.argv[2]);
const wanted = process.argv.slice(3);
const wants = (name) => wanted.length === 0 || wanted.includes(name);
const { build } = createRequire(join(ROOT, "www/main.js"))("esbuild");

const project = await packages("page", fileURLToPath(new URL("../", import.meta.url)));
const { outputFiles } = await build({ entryPoints: [join(project, "measure.js")], bundle: true, write: false, format: "esm", logLevel: "error" });

const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };

/** The package, the measuring script and a blank page; isolated from other origins, so that the clock is fine enough. */
const server = createServer(async ({ url }, response) => {
  const name = new URL(url, "http://localhost").pathname.slice(1) || "index.html";
  const own = { "index.html": "<!doctype html><title>bench</title><link rel=icon href=data:,>", "measure.js": outputFiles[0].contents };
  const alone = name.startsWith("alone/") ? join(process.env.SCORING_ALONE ?? "", name.slice(6)) : undefined;
  const body = own[name] ?? (await readFile(alone ?? join(folder, name)).catch(() => undefined));
  const headers = { "content-type": TYPES[extname(name)], "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp", "cache-control": "no-store" };
  response.writeHead(body === undefined ? 404 : 200, headers).end(body);
});
await once(server.listen(0, "127.0.0.1"), "listening");
const url = `http://127.0.0.1:${server.address().port}/`;

/** Runs in a fresh page: milliseconds of each step of a start, one after the other. */
async function start() {
  const took = {};
  const step = async (name, body) => {
    const before = performance.now();
    const value = await body();
    took[name] = performance.now() - before;
    return value;
  };
  const { default: init, Conversation } = await step("load the JavaScript", () => import("/index.js"));
  const bytes = await step("fetch", () => fetch("/simmerdown_bg.wasm").then((response) => response.arrayBuffer()));
  const module = await step("compile", () => WebAssembly.compile(bytes));
  await step("instantiate", () => init({ module_or_path: module }));
  await step("first decision", () => new Conversation().customerSaid("This is useless, I want a person!").decision);
  return took;
}

/** Runs in a fresh page: milliseconds of `init()` as a page calls it. */
async function whole() {
  const { default: init } = await import("/index.js");
  const before = performance.now();
  await init();
  return { "init()": performance.now() - before };
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** The median of each step over nine fresh pages; `open(body)` runs a function in one. */
async function starts(open) {
  const runs = [];
  for (let run = 0; run < 9; run += 1) runs.push({ ...(await open(start)), ...(await open(whole)) });
  return Object.fromEntries(Object.keys(runs[0]).map((step) => [step, median(runs.map((took) => took[step]))]));
}

const results = {};
const browser = await launch();
try {
  results.chromium = browser.version();
  const inPage = async (body) => {
    const page = await browser.newPage();
    await page.goto(url);
    try {
      return await page.evaluate(body);
    } finally {
      await page.close();
    }
  };
  const deciding = wanted.includes("deciding");
  if (wants("speed") || deciding) {
    results.speed = await inPage(`(async () => {
      if (!crossOriginIsolated) throw new Error("the page is not isolated from other origins");
      const [simmerdown, { speed }] = await Promise.all([import("/index.js"), import("/measure.js")]);
      await simmerdown.default();
      const alone = ${deciding} ? undefined : await import("/alone/simmerdown.js");
      alone?.initSync({ module: await WebAssembly.compileStreaming(fetch("/alone/simmerdown_bg.wasm")) });
      return speed(simmerdown, ${deciding}, alone?.scoreOf);
    })()`);
    // The same in Node, where the same engine compiles the same wasm, without a browser around it.
    const simmerdown = await import(join(folder, "node.js"));
    const { speed } = await import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
    await simmerdown.default();
    results.node = { version: process.version, speed: speed(simmerdown, true) };
  }
  if (wants("memory")) {
    results.memory = {};
    for (const [messages, count] of [[10, 200], [1000, 20], [100_000, 4]]) {
      results.memory[messages] = await inPage(`(async () => {
        const [simmerdown, { memory }] = await Promise.all([import("/index.js"), import("/measure.js")]);
        return memory(simmerdown, await simmerdown.default())(${messages}, ${count});
      })()`);
    }
  }
  if (wants("startup")) {
    results.startup = { Chromium: await starts(inPage) };
    for (const name of ["firefox", "webkit"]) {
      const driver = await drive(name);
      try {
        const page = await driver.page(url);
        results.startup[name === "firefox" ? "Firefox" : "WebKitGTK"] = await starts(async (body) => (await page.go(url), page.evaluate(body)));
      } finally {
        await driver.close();
      }
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(results));
