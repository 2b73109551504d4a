// A page that goes into the back/forward cache and comes back, for real: its calls are aborted as it goes, and made again.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ENGINES, open, problems, servedPages, started } from "./element-page.mjs";
import { launch } from "./browser.mjs";

const SCORE = { score: -0.9, label: "negative", frustration: 0.95, urgency: 0.8, source: "model" };

/** In the page itself: what a driver's script leaves in a page is gone when the page comes back. */
const HOLDS = `
globalThis.shown = [];
addEventListener("pageshow", ({ persisted }) => shown.push(persisted));
globalThis.hold = () => {
  t.mark = "the same page";
  t.holdBot = ({ signal }) => new Promise((resolve, reject) => {
    t.answer = resolve;
    signal.addEventListener("abort", () => reject(signal.reason));
  });
};`;

const pages = servedPages({ "/holds.js": HOLDS });

describe("the back/forward cache", { timeout: 120_000 }, () => {
  // Playwright turns the cache off. (Firefox under its driver loads the page anew.)
  const engine = started(() => ENGINES.chromium(() => launch({ ignoreDefaultArgs: ["--disable-back-forward-cache"] })));

  test("calls of scorer and bot are aborted when the page goes, and made again when it is back", async () => {
    const scores = [];
    const url = pages.url({
      before: ["/holds.js"],
      element: "<simmerdown-chat score-url=/v1/score></simmerdown-chat>",
      score: (request, response) => {
        const call = { aborted: false, answer: () => response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(SCORE)) };
        response.on("close", () => (call.aborted = !response.writableEnded));
        scores.push(call);
      },
    });
    const page = await open(engine, url);
    await page.evaluate(() => hold());
    await page.evaluate(() => t.say("Where is my parcel?"));
    await page.evaluate(() => t.until(() => t.asked.length === 1));
    const until = async (what) => {
      for (const end = Date.now() + 10_000; !what(); await new Promise((resolve) => setTimeout(resolve, 20))) assert.ok(Date.now() < end, String(what));
    };
    await until(() => scores.length === 1);
    await page.go(`${pages.base}blank`);
    await until(() => scores[0].aborted);
    await page.back();
    assert.deepEqual(await page.evaluate(() => [t.mark, shown]), ["the same page", [false, true]]);
    await until(() => scores.length === 2);
    scores[1].answer();
    await page.evaluate(() => t.until(() => t.shows("offer")));
    await page.evaluate(() => t.until(() => t.asked.length === 2));
    await page.evaluate(() => (t.answer(), t.until(() => t.all("from-bot").length === 1)));
    assert.deepEqual(await page.evaluate(() => t.all("message")), ["Where is my parcel?", "Reply to: Where is my parcel?"]);
    assert.deepEqual(await page.evaluate(() => t.seen.decisions.at(-2)?.sentiment?.score ?? t.seen.decisions.at(-1).sentiment.score), -0.9);
    assert.deepEqual(await problems(page), []);
    await page.close();
  });
});
