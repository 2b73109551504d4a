// The pages that README.md and the cookbook give, as a customer meets them: a quiet button is there from the start, an angry
// customer is shown it large, and a press leads to a person. Where the engine does not load, chat and button are there all
// the same.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build } from "esbuild";
import { launch, ROOT, serveFolder } from "./browser.mjs";
import { blocks } from "./documents.mjs";
import { PACKAGE } from "./package-page.mjs";

const ANGRY = "This is the third time I'm asking. Nothing works, this is useless!!";
const MAP = JSON.stringify({ imports: { simmerdown: "/node_modules/simmerdown/index.js", "simmerdown/define": "/node_modules/simmerdown/define.js" } });
const around = (script) => `<!doctype html><html lang=en><meta charset=utf-8><title>sample</title><script type=importmap>${MAP}</script><body><div id=root></div><script type=module>${script}</script>`;

let server, browser;
before(async () => ([server, browser] = await Promise.all([serveFolder(PACKAGE), launch()])));
after(() => Promise.all([server.stop(), browser.close()]));

/** The block of a document that holds all of these. */
async function block(document, language, ...held) {
  const found = (await blocks(document)).filter((one) => one.language === language && held.every((text) => one.text.includes(text)));
  assert.equal(found.length, 1, `${document}: ${language} with ${held}`);
  return found[0].text;
}

async function react() {
  const contents = await block("docs/cookbook.md", "jsx", "useConversation");
  const { outputFiles } = await build({
    stdin: { contents, loader: "jsx", resolveDir: join(ROOT, "www") }, bundle: true, write: false, format: "esm", target: "es2022",
    jsx: "automatic", define: { "process.env.NODE_ENV": '"production"' }, external: ["simmerdown"], logLevel: "silent",
    nodePaths: [join(ROOT, "www/test/adapters/node_modules")],
  });
  return around(outputFiles[0].text.replaceAll("</script", "<\\/script"));
}

const field = {
  there: (page) => page.getByRole("textbox", { name: "Message" }).waitFor(),
  say: async (page) => {
    await page.getByLabel("Message").fill(ANGRY);
    await page.keyboard.press("Enter");
  },
};

/** The page, how to know that it takes a message, and how one is sent. */
const SAMPLES = {
  "README.md, with Vite": { html: async () => around(await block("README.md", "js", "document.body.innerHTML")), ...field },
  "README.md, one file": { html: () => block("README.md", "html", "importmap", "simmerdown/define.js"), ...field },
  "docs/cookbook.md, React": {
    html: react,
    there: (page) => page.locator("#say:enabled").waitFor(),
    say: (page) => page.locator("#say").click(),
  },
};

/** Opens the sample; what was applied to its conversations stands in `applied`, what it alerts in `alerts`. */
async function open(t, html, { wasm = (route) => route.continue() } = {}) {
  const page = await (await browser.newContext()).newPage();
  t.after(() => page.context().close());
  page.setDefaultTimeout(10_000);
  const seen = { page, alerts: [], uncaught: [] };
  page.on("dialog", (dialog) => (seen.alerts.push(dialog.message()), dialog.accept()));
  page.on("pageerror", ({ message }) => seen.uncaught.push(message));
  await page.route(server.url, (route) => route.fulfill({ contentType: "text/html", body: html }));
  await page.route("**/node_modules/simmerdown/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname.endsWith(".wasm")) return wasm(route);
    return route.fulfill({ response: await route.fetch({ url: new URL(pathname.replace("/node_modules/simmerdown", ""), server.url).href }) });
  });
  await page.goto(server.url);
  return seen;
}

const fetched = async (route) => route.fulfill({ response: await route.fetch({ url: new URL("simmerdown_bg.wasm", server.url).href }) });

/** Gives the engine to a page that notes everything it applies, by the class the page itself imports. */
async function noted(route) {
  await route.request().frame().evaluate(async () => {
    const { Conversation } = await import("/node_modules/simmerdown/index.js");
    const { apply } = Conversation.prototype;
    globalThis.applied = [];
    Conversation.prototype.apply = function (event) {
      globalThis.applied.push(event.type);
      return apply.call(this, event);
    };
  });
  await fetched(route);
}

for (const [name, { html, there, say }] of Object.entries(SAMPLES)) {
  test(`${name}: a person is within reach before any offer`, async (t) => {
    const { page, alerts, uncaught } = await open(t, await html(), { wasm: noted });
    await there(page);
    await page.getByRole("button", { name: "Talk to a human" }).click();
    await page.waitForFunction(() => globalThis.applied.length > 0);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    assert.deepEqual(await page.evaluate(() => globalThis.applied), ["human-requested"]);
    assert.match(alerts.join(), /Handoff: SD-/);
    assert.deepEqual(uncaught, []);
  });

  test(`${name}: the button, the press, the packet`, async (t) => {
    const { page, alerts, uncaught } = await open(t, await html(), { wasm: noted });
    await there(page);
    const human = page.getByRole("button", { name: "Talk to a human" });
    const height = async () => (await human.boundingBox()).height;
    const quiet = await height();
    await say(page);
    await page.waitForFunction(() => globalThis.applied.includes("offer-shown"));
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    assert.ok((await height()) > quiet * 1.2, "it is large while it is offered");
    await human.click();
    await page.waitForFunction(() => globalThis.applied.length > 1);
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 50)));
    // What a report counts as accepted.
    assert.deepEqual(await page.evaluate(() => globalThis.applied), ["offer-shown", "offer-accepted"]);
    assert.equal(await height(), quiet, "and quiet again");
    assert.equal(alerts.length, 1);
    assert.match(alerts[0], /Handoff: SD-/, "the packet goes somewhere");
    assert.deepEqual(uncaught, []);
  });

  test(`${name}: no engine, and still a chat and a way to a person`, async (t) => {
    for (const wasm of [(route) => route.abort(), (route) => route.fulfill({ status: 404 })]) {
      const { page, alerts, uncaught } = await open(t, await html(), { wasm });
      await there(page);
      await say(page);
      await page.getByRole("button", { name: "Talk to a human" }).click();
      assert.equal(alerts.length, 1);
      assert.match(alerts[0], /person/);
      assert.deepEqual(uncaught, []);
      assert.equal(new URL(page.url()).search, "", "the form was not sent away");
    }
  });
}
