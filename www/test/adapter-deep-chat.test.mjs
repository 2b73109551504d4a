// The adapter for deep-chat, against deep-chat.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ANGRY, CALM, contract, quote } from "./adapters/contract.mjs";
import { bodyOf, serveSite } from "./adapters/site.mjs";

const posted = [];
/** Lets a streamed reply begin. */
let release;
let held;

contract("deep-chat", {
  serve: () => serveSite("deep-chat.page.js", {
    answer(request, response) {
      if (request.url !== "/bot") return false;
      bodyOf(request).then(async (body) => {
        posted.push(body);
        const text = quote(body.messages.at(-1).text);
        if (body.stream === undefined && !request.headers.accept?.includes("text/event-stream")) {
          return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ text }));
        }
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
        await held;
        for (const piece of text.split(/(?<= )/)) response.write(`data: ${JSON.stringify({ text: piece })}\n\n`);
        // deep-chat ends a stream whose end comes together with its pieces before it has read them.
        return setImmediate(() => response.end());
      });
      return true;
    },
  }),
  ready: (page) => page.locator("#text-input").waitFor(),
  async say(page, text) {
    await page.locator("#text-input").fill(text);
    await page.keyboard.press("Enter");
  },
  more({ inChat, ask, stands, heard }) {
    test("a bot behind an address gets the tone in the body of its request, and none while a person is there", () => inChat(async (page) => {
      await ask(page, ANGRY);
      assert.equal(posted.at(-1).simmerdown.tone.label, "negative");
      const before = posted.length;
      await page.evaluate(() => chat.connection.humanSaid("Mara here"));
      await stands(page, "human");
      await page.locator("#text-input").fill("Good");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => chat.toHuman.length === 1);
      await page.evaluate(() => chat.connection.humanLeft());
      await stands(page, "returned");
      await ask(page, CALM);
      assert.equal(posted.length, before + 1);
      assert.deepEqual(await page.evaluate(() => chat.toHuman.map(({ text }) => text)), ["Good"]);
    }, { variant: "url" }));

    test("a streamed reply is heard whole, and silence is kept in a stream too", () => inChat(async (page) => {
      await ask(page, CALM);
      await page.waitForFunction(() => chat.decisions.filter(({ cause }) => cause === "bot-message").length === 1);
      await page.evaluate(() => chat.connection.handoffQueued());
      await stands(page, "queued");
      await page.locator("#text-input").fill("Anybody?");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => chat.toHuman.length === 1);
      await page.evaluate(() => chat.connection.humanSaid("Mara here"));
      await heard(page, "Mara here");
      assert.equal((await page.evaluate(() => chat.bot.requests)).length, 1);
    }, { variant: "stream" }));

    test("a stream of events carries the tone, and one that begins too late is no failure of the bot", () => inChat(async (page) => {
      held = undefined;
      await ask(page, ANGRY);
      assert.equal(posted.at(-1).simmerdown.tone.label, "negative");
      await page.waitForFunction(() => chat.decisions.some(({ cause }) => cause === "bot-message"));
      held = new Promise((resolve) => (release = resolve));
      await page.locator("#text-input").fill("Hello?");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => new Set(chat.decisions.map(({ messageId }) => messageId)).size === 3);
      await page.evaluate(() => chat.connection.handoffQueued());
      await stands(page, "queued");
      release();
      await page.locator(".error-message-text, .message-bubble.error-message-text").first().waitFor();
      await page.evaluate(() => chat.connection.humanSaid("Mara here"));
      await heard(page, "Mara here");
      assert.equal(await page.getByText(quote("Hello?")).count(), 0);
      const causes = await page.evaluate(() => chat.decisions.map(({ cause }) => cause));
      assert.deepEqual([causes.includes("bot-failed"), causes.filter((cause) => cause === "bot-message").length], [false, 1]);
    }, { variant: "events", expected: (problem) => /No valid stream events|net::ERR/.test(problem) }));

    test("what was said before is not heard again", () => inChat(async (page) => {
      await heard(page, "From last week, useless!");
      const causes = await page.evaluate(() => chat.decisions.map(({ cause }) => cause));
      assert.deepEqual([...new Set(causes)], ["tick"]);
    }));

    test("without `connect`, a place or a conversation it says what is missing", () => inChat(async (page) => {
      const errors = await page.evaluate(async () => {
        const { connectDeepChat } = await import("simmerdown/adapters/deep-chat.js");
        const element = (connect) => {
          const made = Object.assign(document.createElement("deep-chat"), connect && { connect });
          made.style.fontFamily = "sans-serif";
          return made;
        };
        const refused = (...given) => {
          try {
            connectDeepChat(...given);
          } catch ({ code, message }) {
            return [code, message];
          }
        };
        const { conversation } = chat;
        return [refused(element(), { conversation }), refused(element({ url: "/" }), { conversation }), refused(element({ url: "/" }), { place: document.body })];
      });
      for (const [place, word] of ["`connect`", "`place`", "`conversation`"].entries()) {
        assert.equal(errors[place][0], "invalid-argument");
        assert.ok(errors[place][1].includes(word));
      }
    }));
  },
});
