// A site with one chat frontend in it: the bundled page, the package beside it, and what the test's own server answers.

import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import { once } from "node:events";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { DIST } from "../browser.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const PACKAGE = join(DIST, "package");
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const IMPORTS = { simmerdown: "/simmerdown/index.js", "simmerdown/adapters/": "/simmerdown/adapters/" };

/** The import map names files, the package's manifest names subpaths: both end in the same module. */
function html(scripts) {
  const imports = JSON.stringify({ imports: IMPORTS });
  const before = scripts.map((script) => `<script src="${script}"></script>`).join("");
  return `<!doctype html><html lang=en><title>chat</title><link rel=icon href=data:,><script type=importmap>${imports}</script><body>${before}<script type=module src=/page.js></script>`;
}

/** `entry` with the frontend's npm package bundled into it; the package under test is not bundled, and so is the only one. */
async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(HERE, entry)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2022",
    jsx: "automatic",
    define: { "process.env.NODE_ENV": '"production"' },
    plugins: [{
      name: "simmerdown",
      setup({ onResolve }) {
        onResolve({ filter: /^simmerdown$/ }, () => ({ path: "simmerdown", external: true }));
        onResolve({ filter: /^simmerdown\/adapters\// }, ({ path }) => ({ path: `${path}.js`, external: true }));
      },
    }],
    logLevel: "silent",
  });
  return outputFiles[0].text;
}

/**
 * Serves it. `answer(request, response)` gives true where it answered. `scripts` maps paths to files that the page
 * loads before its module.
 */
export async function serveSite(entry, { answer = () => false, scripts = {} } = {}) {
  const page = await bundle(entry);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const file = scripts[pathname] ?? (pathname.startsWith("/simmerdown/") ? join(PACKAGE, pathname.slice("/simmerdown/".length)) : undefined);
    if (pathname === "/") response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(html(Object.keys(scripts)));
    else if (pathname === "/page.js") response.writeHead(200, { "content-type": "text/javascript" }).end(page);
    else if (file) {
      createReadStream(file)
        .once("open", () => response.writeHead(200, { "content-type": TYPES[extname(file)] }))
        .once("error", () => response.writeHead(404).end())
        .pipe(response);
    } else if (!answer(request, response)) response.writeHead(404).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  async function stop() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return { url: `http://127.0.0.1:${server.address().port}/`, stop };
}

/** The JSON of a request's body. */
export async function bodyOf(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return text === "" ? undefined : JSON.parse(text);
}
