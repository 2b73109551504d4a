// The adapter for deep-chat, against deep-chat.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ANGRY, CALM, contract, quote } from "./adapters/contract.mjs";
import { bodyOf, serveSite } from "./adapters/site.mjs";

const posted = [];

contract("deep-chat", {
  serve: () => serveSite("deep-chat.page.js", {
    answer(request, response) {
      if (request.url !== "/bot") return false;
      bodyOf(request).then((body) => {
        posted.push(body);
        response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ text: quote(body.messages.at(-1).text) }));
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
