// A page that has imported the built package, for the tests that call it from JavaScript.

import { join } from "node:path";
import { after } from "node:test";
import { DIST, launch, serveFolder, visit } from "./browser.mjs";

export const PACKAGE = join(DIST, "package");

const BLANK = "<!doctype html><html lang=en><title>package</title><link rel=icon href=data:,>";

let opened;

/** The package's server and a browser, from the first test that needs them to the last. */
function open() {
  return (opened ??= Promise.all([serveFolder(PACKAGE), launch()]));
}

after(async () => {
  if (!opened) return;
  const [server, browser] = await opened;
  await browser.close();
  await server.stop();
});

/** What every page has at hand. Runs in the page. */
function tools() {
  globalThis.score = { score: -0.2, label: "neutral", frustration: 0.1, urgency: 0.4 };
  globalThis.angry = "This is the third time I'm asking. Nothing works, this is useless!!";
  /** What a call throws, as data. */
  globalThis.thrown = (call) => {
    try {
      call();
      return { code: "nothing was thrown" };
    } catch (error) {
      const { name, code, message } = error;
      return { isError: error instanceof Error, name, code, message };
    }
  };
  globalThis.later = () => new Promise((resolve) => setTimeout(resolve));
}

/**
 * Runs `body` with `argument` in a page that has imported the package as `simmerdown`; `answer(route)` answers
 * `/v1/score`, `route` is what else is answered and how. `body` and what it returns cross as text, so it uses nothing of this file.
 * `engine` may be `JavaScript`: the browser has no WebAssembly then.
 */
export async function inPage(body, { answer, argument, start = true, engine = "wasm", expected, route } = {}) {
  const [server, browser] = await open();
  let result;
  const prepare = async (page) => {
    await page.route(server.url, (route) => route.fulfill({ contentType: "text/html", body: BLANK }));
    if (answer) await page.route(`${server.url}v1/score`, answer);
    if (route) await page.route(`${server.url}${route[0]}`, route[1]);
    await page.addInitScript(tools);
  };
  await visit(browser, server.url, async ({ page }) => {
    await page.evaluate(async ([start, engine]) => {
      if (engine === "JavaScript") delete globalThis.WebAssembly;
      globalThis.simmerdown = await import("/index.js");
      if (start) globalThis.exports = await simmerdown.default();
    }, [start, engine]);
    result = await page.evaluate(body, argument);
  }, { before: prepare, expected });
  return result;
}
