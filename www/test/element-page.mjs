// Pages with the elements on them, in each of the three engines, and what the tests do on them.

import { createReadStream } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { after, before, describe } from "node:test";
import { DIST, launch } from "./browser.mjs";
import { drive } from "./webdriver.mjs";

const PACKAGE = join(DIST, "package");
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".json": "application/json" };

/** A sandboxed page has an origin of its own, so that its own server is another's. */
const OPEN = { "access-control-allow-origin": "*" };

/** What a strict site would send; the elements need nothing more than their own files, and wasm. */
export const STRICT = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; img-src 'self' data:; style-src 'self'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** Notes whatever goes wrong in the page. A script of its own, since a strict page runs no other. */
const NOTES = `
globalThis.problems = [];
addEventListener("error", (event) => problems.push("uncaught: " + (event.message ?? event.target?.src)));
addEventListener("unhandledrejection", (event) => problems.push("unhandled: " + event.reason));
addEventListener("securitypolicyviolation", (event) => problems.push("refused: " + event.violatedDirective + " " + event.blockedURI));
for (const kind of ["error", "warn"]) {
  const own = console[kind];
  console[kind] = (...said) => { problems.push(kind + ": " + said.join(" ")); own.apply(console, said); };
}`;

/** What the tests use in the page. */
const TOOLS = `
import "/package/define.js";
export const chat = document.querySelector("simmerdown-chat, simmerdown-handoff");
const root = () => chat.shadowRoot;
const seen = { decisions: [], packets: [], safety: [], errors: [], messages: [], contacts: [], announced: [] };
for (const [type, list] of [["decision", "decisions"], ["handoff", "packets"], ["safety", "safety"], ["error", "errors"], ["message", "messages"], ["contact", "contacts"]]) {
  // At the document: the events bubble, and cross every shadow root.
  document.addEventListener("simmerdown-" + type, ({ detail }) => seen[list].push(type === "error" ? { code: detail.code, message: detail.message } : detail));
}
const visible = (part) => part !== null && part !== undefined && part.getClientRects().length > 0;
globalThis.t = {
  chat,
  seen,
  part: (name) => root().querySelector('[part~="' + name + '"]'),
  shows: (name) => visible(t.part(name)),
  text: (name) => t.part(name)?.textContent ?? null,
  all: (name) => [...root().querySelectorAll('[part~="' + name + '"]')].map((part) => part.textContent),
  button: (text) => [...root().querySelectorAll("button")].find((button) => visible(button) && button.textContent.trim() === text) ?? null,
  status: () => root().querySelector("[role=status]"),
  focused: () => root().activeElement?.getAttribute("part") ?? root().activeElement?.textContent ?? null,
  /** Waits until the function gives something true, then gives that. */
  until: (what) => new Promise((resolve, reject) => {
    const end = performance.now() + 10_000;
    const look = () => {
      const found = what();
      if (found) resolve(found);
      else if (performance.now() > end) reject(new Error("never: " + what));
      else setTimeout(look, 10);
    };
    look();
  }),
  apply: (event) => { t.chat.conversation.apply({ at: Date.now(), ...event }); return t.settled(); },
  /** After what microtasks there are. */
  settled: () => new Promise((resolve) => setTimeout(resolve)),
  say: (text) => {
    t.part("composer").value = text;
    t.part("composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, composed: true }));
    return t.settled();
  },
};
await customElements.whenDefined(chat.localName);
new MutationObserver(() => t.status().textContent && seen.announced.push(t.status().textContent))
  .observe(t.status(), { childList: true, characterData: true, subtree: true });
t.asked = [];
if (chat.localName === "simmerdown-chat") {
  chat.bot ??= async (request) => {
    const { message, history, tone, decision } = request;
    t.asked.push({ message, history, tone, handoff: decision?.handoff });
    if (t.holdBot) await t.holdBot(request);
    if (t.breakBot) throw new Error("the bot is away");
    return "Reply to: " + message;
  };
  // What comes before the engine is up waits for it; so do most tests.
  globalThis.ready = chat.ready;
} else {
  globalThis.ready = Promise.resolve();
}
globalThis.toolsAreThere = true;
`;

/**
 * A page: `element` is its markup, `head` goes into its head, `csp` is its policy, \`html\` the attributes of its root;
 * `wasm` and `javascript` are what becomes of the engine's files: a function of the response, or undefined for the file as
 * it is.
 */
function document(settings) {
  const { element = "<simmerdown-chat heading=Help></simmerdown-chat>", head = "", html = "lang=en", before = [] } = settings;
  const scripts = ["/notes.js", ...before].map((src) => `<script src="${src}"></script>`).join("");
  return `<!doctype html><html ${html}><head><meta charset=utf-8><meta name=viewport content="width=device-width"><title>test</title>
<link rel=icon href="data:,">${scripts}<link rel=stylesheet href="/look.css">${head}<script type=module src="/tools.js"></script></head>
<body><main><h1>A shop</h1>${element}</main></body></html>`;
}

const LOOK = `:root { color-scheme: light dark; } body { margin: 0; padding: 8px; font-family: sans-serif; background: Canvas; color: CanvasText; } h1 { font-size: 1rem; margin: 0 0 8px; }`;

/** Serves the package and pages made to order: `url(settings)` gives the address of one. */
export async function servePages(scripts = {}) {
  const pages = [];
  const requests = [];
  const fixed = { "/notes.js": NOTES, "/tools.js": TOOLS, ...scripts };
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url, "http://localhost");
    requests.push(pathname);
    const settings = pages[Number(searchParams.get("page") ?? request.headers.referer?.match(/page=(\d+)/)?.[1] ?? 0)] ?? {};
    if (pathname === "/") {
      const headers = { "content-type": "text/html; charset=utf-8", ...(settings.csp && { "content-security-policy": settings.csp }), ...settings.headers };
      response.writeHead(200, headers).end(document(settings));
    } else if (pathname === "/blank") {
      response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>blank</title><link rel=icon href=data:,>");
    } else if (pathname in fixed) {
      response.writeHead(200, { "content-type": "text/javascript", ...OPEN }).end(fixed[pathname]);
    } else if (pathname === "/look.css") {
      response.writeHead(200, { "content-type": "text/css" }).end(settings.look ?? LOOK);
    } else if (pathname === "/v1/score" && settings.score) {
      settings.score(request, response);
    } else if (pathname.endsWith(".wasm") && (settings.wasm ?? pages.at(-1)?.wasm)) {
      (settings.wasm ?? pages.at(-1).wasm)(response);
    } else if (pathname.endsWith("/simmerdown_js.js") && pages.at(-1)?.javascript) {
      pages.at(-1).javascript(response);
    } else if (pathname.startsWith("/package/") || pathname.startsWith("/again/")) {
      const file = createReadStream(join(PACKAGE, normalize(pathname.replace(/^\/(package|again)/, ""))));
      file.once("open", () => response.writeHead(200, { "content-type": TYPES[extname(file.path)] ?? "application/octet-stream", ...OPEN }));
      file.once("error", () => response.writeHead(404).end());
      file.pipe(response);
    } else {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const base = `http://127.0.0.1:${server.address().port}/`;
  return {
    base,
    requests,
    url: (settings = {}) => `${base}?page=${pages.push(settings) - 1}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The engines; each opens pages with the same few methods. */
export const ENGINES = {
  async chromium(start = launch) {
    const browser = await start();
    return {
      browser,
      async page(url, settings = {}, prepare = async () => {}) {
        const context = await browser.newContext(settings);
        const page = await context.newPage();
        await prepare(page);
        await page.goto(url);
        return {
          page,
          evaluate: (body, argument) => page.evaluate(body, argument),
          async click(find, argument) {
            const element = (await page.evaluateHandle(find, argument)).asElement();
            if (element === null) throw new Error(`there is nothing to click: ${find} ${argument ?? ""}`);
            await element.click();
          },
          async type(text) {
            for (const key of text) await page.keyboard.press(key === "\n" ? "Enter" : key === "\t" ? "Tab" : key);
          },
          go: (to) => page.goto(to),
          // A page out of the cache has loaded already.
          back: () => page.goBack({ waitUntil: "commit" }),
          close: () => context.close(),
        };
      },
      close: () => browser.close(),
    };
  },
  firefox: () => drive("firefox"),
  webkit: () => drive("webkit"),
};

/** What `servePages` gives, from before the first test of a file to after its last. */
export function servedPages(scripts) {
  const site = {};
  before(async () => Object.assign(site, await servePages(scripts)));
  after(() => site.stop?.());
  return site;
}

/** What `start` gives of a browser, from before the first test of a file or of a `describe` to after its last. */
export function started(start = ENGINES.chromium) {
  const engine = {};
  before(async () => Object.assign(engine, await start()));
  after(() => engine.close?.());
  return engine;
}

/** Describes the same in each engine, by `body(name, engine)`. */
export function inEachEngine(body, { timeout = 120_000 } = {}) {
  for (const name of Object.keys(ENGINES)) describe(name, { timeout }, () => body(name, started(ENGINES[name])));
}

/** Opens a page and waits until the element is ready. */
export async function open(engine, url, settings) {
  const page = await engine.page(url, settings);
  await page.evaluate(async () => {
    while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
    await globalThis.ready;
    await globalThis.t.settled();
  });
  return page;
}

/** What went wrong in the page so far. */
export const problems = (page) => page.evaluate(() => globalThis.problems);
