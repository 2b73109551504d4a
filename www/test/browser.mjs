// What browser tests share: the browser, the server under test, and a page that notes whatever goes wrong in it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Where the build products are. */
export const DIST = process.env.SIMMERDOWN_DIST ?? join(ROOT, "dist");

/** Quiet: the browser itself asks nobody for anything. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
];

export function launch(settings = {}) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ARGUMENTS, ...settings });
}

/**
 * Starts the binary named by SIMMERDOWN_BIN as the demo's server, without a key, with `more` flags. Resolves once it
 * has printed its address, to `{ url, stop }`; rejects with what it said if it ends before that.
 */
export async function serveDemo(...more) {
  const binary = process.env.SIMMERDOWN_BIN;
  if (!binary) throw new Error("set SIMMERDOWN_BIN to the `simmerdown` binary; `cargo xtask test` does");
  const { OPENAI_API_KEY, ...env } = process.env;
  const server = spawn(binary, ["serve", "--demo", "--addr", "127.0.0.1:0", ...more], { cwd: ROOT, env });
  let complaints = "";
  server.stderr.on("data", (data) => (complaints += data));
  const url = await new Promise((resolve, reject) => {
    createInterface({ input: server.stdout }).on("line", (line) => {
      const address = line.match(/https?:\/\/[\w.:-]+/);
      if (address) resolve(`${address[0]}/`);
    });
    server.once("error", reject);
    server.once("exit", (code) => reject(new Error(`\`simmerdown serve\` ended with ${code}: ${complaints}`)));
  });
  async function stop() {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, "exit");
    server.kill("SIGKILL");
    await ended;
  }
  return { url, stop };
}

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** A web server that knows files and nothing else, as any static host. */
export async function serveFolder(folder) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    const file = createReadStream(join(folder, path === "/" ? "index.html" : path));
    file.once("open", () => response.writeHead(200, { "content-type": TYPES[extname(file.path)] ?? "application/octet-stream" }));
    file.once("error", () => response.writeHead(404).end());
    file.pipe(response);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  async function stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, stop };
}

/**
 * Opens `url` in a fresh context with `settings`, hands `{ page, requests }` to `body`, and throws afterwards if the
 * page logged an error or a warning, failed a request, or asked anybody but its own server. `expected(problem)`
 * names the problems that belong to the test. `before(page)` runs before the page is loaded.
 */
export async function visit(browser, url, body, { settings = {}, expected = () => false, before = async () => {} } = {}) {
  const context = await browser.newContext(settings);
  const page = await context.newPage();
  const requests = [];
  const problems = [];
  const note = (problem) => expected(problem) || problems.push(problem);
  const own = new URL("/", url).href;
  page.on("request", (request) => {
    requests.push(request.url());
    if (!request.url().startsWith(own)) note(`asked somebody else: ${request.url()}`);
  });
  page.on("requestfailed", (request) => note(`failed: ${request.url()} ${request.failure()?.errorText}`));
  page.on("response", (response) => response.ok() || note(`answered ${response.status()}: ${response.url()}`));
  page.on("pageerror", (error) => note(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    const { url: at } = message.location();
    if (message.type() === "error" || message.type() === "warning") note(`${message.type()}: ${message.text()} ${at}`);
  });
  try {
    await before(page);
    await page.goto(url);
    await body({ page, requests });
  } finally {
    // A call that is still under way when the page closes is no failure of the page.
    page.removeAllListeners("requestfailed");
    await context.close();
  }
  if (problems.length > 0) throw new Error(`the page had problems:\n${problems.join("\n")}`);
}
