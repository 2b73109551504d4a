// The example of a bot of one's own, run as its document has it: the server in Node.js, the page in Chromium, and a
// model behind it that notes its prompts.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { bodyOf } from "./adapters/site.mjs";
import { launch, visit } from "./browser.mjs";
import { blocks } from "./documents.mjs";
import { PACKAGE } from "./package-page.mjs";

const ANGRY = "This is the third time I'm asking. Nothing works, this is useless!!";

/** A model that answers like an OpenAI-compatible server. */
async function model() {
  const asked = [];
  const state = { asked, failing: false };
  const server = createServer(async (request, response) => {
    const body = await bodyOf(request);
    asked.push({ path: request.url, key: request.headers.authorization, ...body });
    if (state.failing) return response.writeHead(500).end();
    const content = `Sorry, I looked into it: ${body.messages.at(-1).content}`;
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ choices: [{ message: { role: "assistant", content } }] }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return Object.assign(state, { url: `http://127.0.0.1:${server.address().port}/v1`, stop: () => (server.closeAllConnections(), server.close()) });
}

/** The document's own files, installed and started. */
async function example(t, env) {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-own-bot-"));
  t.after(() => rm(folder, { recursive: true }));
  const found = await blocks("docs/cookbook/own-bot.md");
  const text = (language) => found.find((block) => block.language === language).text;
  await mkdir(join(folder, "node_modules"));
  await symlink(PACKAGE, join(folder, "node_modules/simmerdown"));
  await writeFile(join(folder, "server.mjs"), text("js"));
  await writeFile(join(folder, "page.html"), text("html").replace("</title>", "</title><link rel=icon href=data:,>"));
  const { OPENAI_API_KEY, OPENAI_BASE_URL, ...rest } = process.env;
  const server = spawn(process.execPath, ["server.mjs"], { cwd: folder, env: { ...rest, PORT: "0", ...env }, stdio: ["ignore", "pipe", "ignore"] });
  t.after(() => server.kill());
  const [url] = await once(createInterface({ input: server.stdout }), "line");
  return url;
}

/** The example with a model behind it, and a browser. */
async function withModel(t) {
  const upstream = await model();
  t.after(upstream.stop);
  const url = await example(t, { OPENAI_API_KEY: "key", OPENAI_BASE_URL: upstream.url, MODEL: "a-model" });
  const browser = await launch();
  t.after(() => browser.close());
  return { upstream, url, browser };
}

test("the tone reaches the prompt, the reply comes back, and the bot is silent while a person is there", async (t) => {
  const { upstream, url, browser } = await withModel(t);
  await visit(browser, url, async ({ page }) => {
    page.setDefaultTimeout(10_000);
    await page.waitForFunction(() => globalThis.desk !== undefined);
    const say = async (text) => {
      await page.getByLabel("Your message").fill(text);
      await page.keyboard.press("Enter");
    };
    const said = (text) => page.getByText(`Assistant: Sorry, I looked into it: ${text}`).waitFor();
    const prompt = () => upstream.asked.at(-1).messages[0].content;

    await say("Where is my order?");
    await said("Where is my order?");
    assert.deepEqual([upstream.asked[0].path, upstream.asked[0].key, upstream.asked[0].model], ["/v1/chat/completions", "Bearer key", "a-model"]);
    assert.match(prompt(), /Answer the question first/);
    await say(ANGRY);
    await said(ANGRY);
    assert.match(prompt(), /Be calm, brief and concrete/);
    assert.match(prompt(), /Do not apologise again/, "what the bot said has come back as a hint");
    assert.equal(upstream.asked.at(-1).messages.length, 4, "the prompt, what was said before, the message");

    await page.getByRole("button", { name: "Talk to a human" }).click();
    await page.evaluate(() => desk.handoffQueued());
    await say("Is anybody there?");
    await page.evaluate(() => desk.humanSaid("Mara here, <b>hello</b>"));
    await page.getByText("Support: Mara here, <b>hello</b>").waitFor();
    assert.equal(upstream.asked.length, 2);
    await page.evaluate(() => desk.humanLeft());
    await say("One more thing");
    await said("One more thing");

    upstream.failing = true;
    for (const text of ["And now?", "Hello?"]) {
      const answered = page.waitForResponse((response) => response.url().endsWith("/api/chat"));
      await say(text);
      assert.equal((await answered).status(), 502);
    }
    await page.getByRole("button", { name: "Talk to a human" }).waitFor();
  }, { expected: (problem) => /502|api\/chat net::ERR_ABORTED/.test(problem) });
});

test("without an engine the bot answers all the same, and a person is within reach", async (t) => {
  const { upstream, url, browser } = await withModel(t);
  await visit(browser, url, async ({ page }) => {
    page.setDefaultTimeout(10_000);
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    const say = async (text) => {
      await page.getByLabel("Your message").fill(text);
      await page.keyboard.press("Enter");
    };
    await say("Where is my order?");
    await page.getByText("Assistant: Sorry, I looked into it: Where is my order?").waitFor();
    await page.getByRole("button", { name: "Talk to a person" }).click();
    await page.getByText("Asking the team for a person").first().waitFor();
    assert.ok(said.some((text) => text.startsWith("Customer asked for a person")), "the packet goes to the desk");
    await page.evaluate(() => desk.humanSaid("Mara here"));
    await page.getByText("Support: Mara here").waitFor();
    await say("Hello Mara");
    await page.getByText("You: Hello Mara").waitFor();
    assert.equal(upstream.asked.length, 1, "the bot is silent");
  }, {
    before: (page) => page.route(/\.wasm$/, (route) => route.abort()),
    expected: (problem) => /simmerdown_bg\.wasm|ERR_FAILED|engine-unavailable|the engine did not start/.test(problem),
  });
});
