// The adapter for Bot Framework Web Chat, against Web Chat.

import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { test } from "node:test";
import { ANGRY, CALM, contract } from "./adapters/contract.mjs";
import { serveSite } from "./adapters/site.mjs";

/** The bundle of the npm package that has everything in it, as a page without a bundler loads it. */
const WEB_CHAT = fileURLToPath(new URL("./adapters/node_modules/botframework-webchat/dist/webchat-minimal.js", import.meta.url));

contract("Bot Framework Web Chat", {
  serve: () => serveSite("botframework-webchat.page.js", { scripts: { "/web-chat.js": WEB_CHAT } }),
  ready: (page) => page.locator("[data-id=webchat-sendbox-input]").waitFor(),
  async say(page, text) {
    await page.locator("[data-id=webchat-sendbox-input]").fill(text);
    await page.keyboard.press("Enter");
  },
  desk: Object.fromEntries(["queued", "joined", "left"].map((event) => [event, (page) => page.evaluate((event) => chat.desk[event](), event)])
    .concat([["says", (page, text) => page.evaluate((text) => chat.desk.says(text), text)]])),
  asksWhenMuted: true,
  more({ inChat, ask, button, stands, heard }) {
    test("the packet goes to the bot as an event", () => inChat(async (page) => {
      await ask(page, CALM);
      await button(page, "Talk to a person").click();
      await stands(page, "requested");
      await page.waitForFunction(() => chat.posted.some(({ type }) => type === "event"));
      const [{ name, value }] = await page.evaluate(() => chat.posted.filter(({ type }) => type === "event"));
      assert.equal(name, "simmerdown.handoff");
      assert.deepEqual(value, (await page.evaluate(() => chat.packets))[0]);
    }));

    test("the bot's own suggestions stay beside the offer", () => inChat(async (page) => {
      await ask(page, ANGRY);
      await page.evaluate(() => chat.suggest("Blue"));
      // Web Chat also names the suggestions of a message to screen readers, out of sight.
      const blue = page.getByRole("toolbar", { name: "Suggested actions" }).getByRole("button", { name: "Blue" });
      await blue.waitFor();
      for (const text of ["Talk to a human", "Not now"]) await button(page, text).waitFor();
      await blue.click();
      await heard(page, "You wrote: Blue");
      await button(page, "Talk to a human").waitFor();
      await blue.waitFor({ state: "detached" });
    }));

    test("what Direct Line tells once more after a reload is not heard again", () => inChat(async (page) => {
      await page.evaluate(() => chat.history());
      await heard(page, "From last week.");
      const causes = await page.evaluate(() => chat.decisions.map(({ cause }) => cause));
      assert.deepEqual([...new Set(causes)], ["tick"]);
    }));

    test("without `isHuman` it says what is missing", () => inChat(async (page) => {
      const code = await page.evaluate(async () => {
        const { connectWebChat } = await import("simmerdown/adapters/botframework-webchat.js");
        try {
          connectWebChat({ conversation: chat.conversation });
        } catch (error) {
          return error.code;
        }
      });
      assert.equal(code, "invalid-argument");
    }));
  },
});
