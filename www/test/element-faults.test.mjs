// Whatever becomes of the scoring, the customer's message is there at once: every fault of the endpoint, each behind a
// chat of its own on one page, in each engine. "At once" is before Enter's own task is over, so that nothing which may
// fail or take its time can have come between; the milliseconds are told and not judged, since they are the machine's.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ENGINES, open, problems, servedPages } from "./element-page.mjs";
import { FAULTS, isTriedAgain, serveFaults } from "./score-faults.mjs";

const pages = servedPages();
let faults;
before(async () => (faults = await serveFaults()));
after(() => faults?.stop());

for (const name of Object.keys(ENGINES)) {
  test(`every fault, and the message is there before Enter is over: ${name}`, { timeout: 60_000 }, async () => {
    const chats = Object.entries(faults.urls).map(([fault, url]) => `<simmerdown-chat title="${fault}" score-url="${url}"></simmerdown-chat>`);
    const engine = await ENGINES[name]();
    let seen, said;
    try {
      const page = await open(engine, pages.url({ element: chats.join("") }));
      seen = await page.evaluate(async () => {
        const chats = [...document.querySelectorAll("simmerdown-chat")];
        const text = "This is the third time I'm asking. Nothing works, this is useless!!";
        const results = [];
        for (const chat of chats) {
          chat.bot = async () => "One moment.";
          await chat.ready;
          const result = { fault: chat.title, codes: [], sources: [] };
          results.push(result);
          chat.addEventListener("simmerdown-error", ({ detail }) => result.codes.push(detail.code));
          chat.addEventListener("simmerdown-decision", ({ detail }) => result.sources.push(detail.sentiment?.source));
        }
        const part = (chat, name) => [...chat.shadowRoot.querySelectorAll(`[part~="${name}"]`)];
        for (const [place, chat] of chats.entries()) {
          const [composer] = part(chat, "composer");
          composer.value = text;
          const enter = performance.now();
          composer.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, composed: true }));
          const shown = part(chat, "from-customer").some((message) => message.textContent.includes(text) && message.getClientRects().length > 0);
          Object.assign(results[place], { shown, took: performance.now() - enter });
        }
        // The scoring has its deadline; then each has said what became of it.
        const over = ({ codes, sources }) => codes.length > 0 || sources.includes("model");
        await t.until(() => results.every(over));
        for (const [place, chat] of chats.entries()) {
          results[place].messages = part(chat, "from-customer").length;
          results[place].replies = part(chat, "from-bot").length;
        }
        return results;
      });
      said = await problems(page);
    } finally {
      await engine.close();
    }
    assert.equal(seen.length, Object.keys(FAULTS).length);
    for (const { fault, shown, codes, sources, messages, replies } of seen) {
      assert.ok(shown, `${fault}: the message was not there`);
      const expected = FAULTS[fault][1];
      const told = codes[0] === "timeout" && isTriedAgain(fault) ? "timeout" : expected;
      assert.deepEqual([messages, replies, codes], [1, 1, told === null ? [] : [told]], fault);
      assert.equal(sources.includes("model"), expected === null, `${fault}: ${sources}`);
    }
    assert.deepEqual(said.filter((problem) => /^(uncaught|unhandled)/.test(problem)), []);
    console.log(`${name}: ${seen.length} faults, the slowest message after ${Math.max(...seen.map(({ took }) => took)).toFixed(1)} ms`);
  });
}
