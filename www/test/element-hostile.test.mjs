// Pages that make it hard: in each of them the way to a person is there and works, and nothing goes uncaught.

import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DIST } from "./browser.mjs";
import { STRICT, inEachEngine, open, problems, servedPages } from "./element-page.mjs";

const FULL = process.env.SIMMERDOWN_FULL === "1";

const asWords = (response) => response.writeHead(200, { "content-type": "text/plain" }).end("<!doctype html>not wasm");
const asOctets = (response) => response.writeHead(200, { "content-type": "text/plain" }).end(readFileSync(join(DIST, "package/simmerdown_bg.wasm")));
const missing = (response) => response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>not here");
const never = () => {};

const STRICT_WITHOUT_WASM = STRICT.replace("'wasm-unsafe-eval'", "");

/** Runs before anything else in the page. */
const SCRIPTS = {
  "/patched-fetch.js": `globalThis.fetch = () => Promise.reject("patched");`,
  "/foreign-fetch.js": `globalThis.fetch = async () => ({ status: 200, headers: 7, text: "no" });`,
  "/no-storage.js": `for (const name of ["sessionStorage", "localStorage"]) Object.defineProperty(globalThis, name, { get() { throw new DOMException("blocked", "SecurityError"); } });`,
  "/no-wasm.js": `delete globalThis.WebAssembly;`,
  "/taken.js": `customElements.define("simmerdown-handoff", class extends HTMLElement {});`,
  "/again.js": `import("/again/define.js");`,
  "/hostile-array.js": `Array.prototype.extra = "enumerable"; Object.prototype.inherited = "everywhere";`,
};

/**
 * `engine` says whether it can judge there, as wasm or as JavaScript; `expected` names what a browser itself says of the
 * page; `early`: the customer asks for a person before the engine is up.
 */
const CELLS = {
  "a page that forbids nothing": { engine: true },
  "a strict policy that allows wasm": { csp: STRICT, engine: true },
  "a strict policy that does not": { csp: STRICT_WITHOUT_WASM, engine: true, early: false, expected: /wasm-eval|WebAssembly|wasm/i },
  "a strict policy that does not, and the engine in JavaScript is not there": { csp: STRICT_WITHOUT_WASM, javascript: missing, engine: false, expected: /wasm-eval|WebAssembly|wasm|404|simmerdown_js/i },
  "a browser without WebAssembly": { before: ["/no-wasm.js"], engine: true, early: false },
  "the wasm is not there": { wasm: missing, engine: false, expected: /404|wasm/i },
  "the wasm has the wrong type and is something else": { wasm: asWords, engine: false, expected: /wasm/i },
  "the wasm has the wrong type and is right": { wasm: asOctets, engine: true },
  "the wasm never comes": { wasm: never, engine: false, slow: true },
  "a sandbox with nothing but scripts": { csp: "sandbox allow-scripts", element: "<simmerdown-chat persist></simmerdown-chat>", engine: true },
  "storage is blocked": { before: ["/no-storage.js"], element: "<simmerdown-chat persist></simmerdown-chat>", engine: true },
  "fetch is patched and rejects": { before: ["/patched-fetch.js"], element: "<simmerdown-chat score-url=/v1/score></simmerdown-chat>", engine: false, expected: /patched/ },
  "fetch is patched and answers something else": { before: ["/foreign-fetch.js"], element: "<simmerdown-chat score-url=/v1/score></simmerdown-chat>", engine: false, expected: /wasm/i },
  "the proxy is not there": { element: "<simmerdown-chat score-url=/v1/score></simmerdown-chat>", engine: true, expected: /404|v1\/score/ },
  "the policy is no policy": { element: "<simmerdown-chat policy=strictest></simmerdown-chat>", engine: true, expected: /goes on without `policy`/ },
  "a name is taken": { before: ["/taken.js"], engine: true },
  "a second copy of the package": { before: ["/again.js"], engine: true },
  "the built-in prototypes are not clean": { before: ["/hostile-array.js"], engine: true },
  "<simmerdown-handoff> without a conversation": { csp: STRICT_WITHOUT_WASM, element: "<simmerdown-handoff></simmerdown-handoff>", button: true },
};

/** Where engines differ: what they make of a policy, of a type, of a sandbox. The other cells are ours alone. */
const IN_EVERY_ENGINE = [
  "a strict policy that allows wasm",
  "a strict policy that does not",
  "a strict policy that does not, and the engine in JavaScript is not there",
  "the wasm is not there",
  "the wasm has the wrong type and is right",
  "a sandbox with nothing but scripts",
  "storage is blocked",
  "fetch is patched and rejects",
  "<simmerdown-handoff> without a conversation",
];

const pages = servedPages(SCRIPTS);

inEachEngine((name, engine) => {
  const here = Object.entries(CELLS).filter(([cell]) => FULL || name === "chromium" || IN_EVERY_ENGINE.includes(cell));
  for (const [cell, { engine: judges, expected = /^$/, button = false, slow = false, early = true, ...settings }] of here) {
    test(cell, async () => {
      const page = await engine.page(pages.url(settings));
      await page.evaluate(async () => {
        while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
      });
      // Before the engine is up, and whatever becomes of it.
      assert.ok(await page.evaluate(() => t.shows("entry")));
      if (!early) await page.evaluate(() => globalThis.ready.then(() => {}));
      const asked = Date.now();
      await page.click(() => t.part("entry"));
      await page.evaluate(() => t.until(() => t.seen.packets.length === 1 && t.shows("queue")));
      assert.ok(Date.now() - asked < 5_000);
      const packet = await page.evaluate(() => t.seen.packets[0]);
      assert.equal(packet.reason, "Customer asked for a person");
      assert.match(packet.text ?? "Customer", /Customer/);
      await page.evaluate(() => t.apply({ type: "handoff-queued" }));
      await page.evaluate(() => t.apply({ type: "human-joined" }));
      if (!button) {
        await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
        assert.deepEqual(await page.evaluate(() => t.all("from-agent")), ["Hello, this is Mara."]);
        await page.click(() => t.part("composer"));
        await page.type("Can you help?");
        await page.click(() => t.part("send"));
        await page.evaluate(() => t.until(() => t.all("from-customer").length === 1));
        assert.equal(await page.evaluate(() => t.asked.length), 0, "the bot is silent");
      }
      await page.click(() => t.button("End this chat"));
      await page.evaluate(() => t.until(() => !t.button("End this chat")));
      if (!button) {
        await page.evaluate(() => t.say("Where is my parcel?"));
        await page.evaluate(() => t.until(() => t.all("from-bot").includes("Reply to: Where is my parcel?")));
        const scored = await page.evaluate(() => t.seen.decisions.some(({ sentiment }) => sentiment !== null));
        assert.equal(scored, judges, "whether the engine judges");
        const codes = await page.evaluate(() => t.seen.errors.map(({ code }) => code));
        assert.equal(codes.includes("engine-unavailable"), !judges && !slow, `the page is told: ${codes}`);
      }
      const said = (await problems(page)).filter((problem) => !expected.test(problem));
      assert.deepEqual(said, []);
      // What the browser says itself is never an error that nobody caught.
      assert.deepEqual((await problems(page)).filter((problem) => /^(uncaught|unhandled)/.test(problem)), []);
      await page.close();
    });
  }
}, { timeout: 300_000 });
