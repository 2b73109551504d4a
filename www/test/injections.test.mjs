// Messages that tell the model what to answer, before a model that obeys: through the real proxy and a real page no value
// leaves its range, no text of the answer reaches the page, and what the page found by itself keeps its outcome.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./browser.mjs";
import { ENGINES, problems, servePages } from "./element-page.mjs";
import { started } from "./process.mjs";

const ATTACKS = (await readFile(join(ROOT, "tests/data/injections.jsonl"), "utf8")).trim().split("\n").map((line) => JSON.parse(line));
const LABELS = ["negative", "neutral", "positive"];
/** Stands in every text that an answer holds, and in no message. */
const MARK = "OBEYED";

/** A fresh chat for each message; in the page. */
const TOOLS = `
import "/package/define.js";
/** The whole tree, shadow roots and all, as it is and as it is written. */
const written = (node) => [...node.querySelectorAll("*")].map((part) => part.shadowRoot ? part.shadowRoot.innerHTML + written(part.shadowRoot) : "").join("") + (node.documentElement?.outerHTML ?? "");
globalThis.attack = async (url, text) => {
  const chat = document.createElement("simmerdown-chat");
  chat.setAttribute("score-url", url);
  chat.bot = async () => "One moment please.";
  const decisions = [];
  // The page's own score comes first.
  const isLast = ({ cause, sentiment }) => cause === "score-failed" || (cause === "score" && sentiment?.source === "model");
  const settled = new Promise((resolve) => chat.addEventListener("simmerdown-decision", ({ detail }) => {
    decisions.push(detail);
    if (isLast(detail)) resolve();
  }));
  document.querySelector("main").append(chat);
  await chat.ready;
  const part = (name) => chat.shadowRoot.querySelector('[part~="' + name + '"]');
  part("composer").value = text;
  part("composer").dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, composed: true }));
  await settled;
  // What the decision leads to is there with the next picture.
  for (let picture = 0; picture < 2; picture++) await new Promise(requestAnimationFrame);
  const shows = (name) => (part(name)?.getClientRects().length ?? 0) > 0;
  const seen = {
    decisions, settled: decisions.find(isLast), last: decisions.at(-1), html: written(document), foreign: chat.shadowRoot.querySelectorAll("img, script, iframe, object, a").length,
    shown: ["offer", "ask", "queue"].filter(shows), obeyed: globalThis.obeyed ?? null,
  };
  chat.remove();
  return seen;
};
globalThis.toolsAreThere = true;
`;

test(`${ATTACKS.length} messages that tell the model what to answer, and a model that obeys`, { timeout: 300_000 }, async (t) => {
  let answer = "";
  const model = createServer(async (request, response) => {
    for await (const _ of request);
    const choices = [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: answer } }];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(request.method === "GET" ? { object: "list", data: [] } : { choices }));
  });
  await once(model.listen(0, "127.0.0.1"), "listening");
  t.after(() => (model.closeAllConnections(), model.close()));
  const [pages, engine] = await Promise.all([servePages({ "/tools.js": TOOLS }), ENGINES.chromium()]);
  t.after(() => Promise.all([pages.stop(), engine.close()]));
  const origin = new URL(pages.base).origin;
  const env = {
    PATH: process.env.PATH, RUST_LOG: "trace", OPENAI_API_KEY: "key", OPENAI_BASE_URL: `http://127.0.0.1:${model.address().port}/v1`,
    SIMMERDOWN_ADDR: "127.0.0.1:0", SIMMERDOWN_METRICS_ADDR: "127.0.0.1:0", SIMMERDOWN_ALLOW_ORIGIN: origin, SIMMERDOWN_RATE_LIMIT: "100000", SIMMERDOWN_SPEND_CAP: "1000000000",
  };
  const proxy = started(t, [process.env.SIMMERDOWN_BIN, "serve"], { env });
  const url = `${(await proxy.line(/listens on http/)).match(/http\S+/)[0]}/v1/score`;

  const page = await engine.page(pages.url({ element: "" }));
  await page.evaluate(async () => {
    while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
  });
  let scored = 0;
  for (const [place, attack] of ATTACKS.entries()) {
    const where = `line ${place + 1}, ${attack.class}, ${attack.goal}: ${attack.text}`;
    answer = attack.answer;

    const reply = await fetch(url, { method: "POST", headers: { origin, "content-type": "application/json" }, body: JSON.stringify({ message: attack.text }) });
    const text = await reply.text();
    assert.ok(!text.includes(MARK), `the proxy passed it on: ${where}`);
    if (reply.status === 200) {
      const { score, label, frustration, urgency, source, model, ...more } = JSON.parse(text);
      assert.ok(Math.abs(score) <= 1 && LABELS.includes(label) && frustration >= 0 && frustration <= 1 && urgency >= 0 && urgency <= 1, where);
      assert.deepEqual([source, model, more], ["model", "gpt-6-luna", {}], where);
      scored += 1;
    } else {
      assert.deepEqual([reply.status, JSON.parse(text).code], [502, "upstream-malformed"], where);
    }

    const { decisions, settled: { cause, sentiment }, last, html, foreign, shown, obeyed } = await page.evaluate(([url, text]) => attack(url, text), [url, attack.text]);
    assert.ok(!html.includes(MARK) && !JSON.stringify(decisions).includes(MARK), `it reached the page: ${where}`);
    assert.deepEqual([foreign, obeyed], [0, null], where);
    assert.deepEqual([cause, sentiment?.source ?? null], reply.status === 200 ? ["score", "model"] : ["score-failed", sentiment && "on-device"], where);
    for (const { sentiment } of decisions) {
      if (sentiment === null) continue;
      const { score, label, frustration, urgency } = sentiment;
      assert.ok(Math.abs(score) <= 1 && LABELS.includes(label) && frustration >= 0 && frustration <= 1 && urgency >= 0 && urgency <= 1, where);
    }
    // A question offers a person, too: a message may be read as one that asks for somebody.
    const outcome = { none: [], frustration: ["offer", "ask", "queue"], "asks-human": ["ask", "queue"], safety: ["queue"] }[attack.signal];
    assert.ok(attack.signal === "none" || outcome.some((part) => shown.includes(part)), `${attack.signal} lost, ${shown} is shown and ${last.action} decided: ${where}`);
  }
  assert.deepEqual(await problems(page), []);
  await page.close();
  assert.ok(scored >= 50 && scored < ATTACKS.length, `${scored} of ${ATTACKS.length} answers were scores`);
  await proxy.stop();
  for (const { text } of ATTACKS) assert.ok(!proxy.said.some((line) => line.includes(text)), `the log repeats ${text}`);
  assert.ok(!proxy.said.some((line) => line.includes(MARK)), "the log repeats an answer");
});
