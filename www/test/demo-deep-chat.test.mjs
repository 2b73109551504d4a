// The demo page with deep-chat, as a customer meets it.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, serveDemo, visit } from "./browser.mjs";

const ANGRY = "This is the third time I'm asking where my parcel is. This is useless!!";

describe("the demo page with deep-chat", () => {
  let server;
  let browser;
  before(async () => {
    server = await serveDemo();
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const open = (body, { settings, before: prepare = async () => {}, expected } = {}) =>
    visit(browser, server.url, async ({ page }) => {
      await page.goto(`${server.url}deep-chat.html`);
      await page.locator("#text-input").waitFor();
      await body(page);
    }, {
      settings,
      // The page before it is not looked at.
      before: async (page) => {
        await page.route(server.url, (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html><title>before</title><link rel=icon href=data:,>" }));
        // The bot and the desk take their time; the tests do not.
        await page.clock.install();
        await prepare(page);
      },
      expected,
    });
  async function say(page, text) {
    await page.locator("#text-input").fill(text);
    await page.keyboard.press("Enter");
  }
  const later = (page) => page.clock.runFor(6_000);
  const button = (page, name) => page.getByRole("button", { name, exact: true });

  for (const [name, settings] of Object.entries({ wide: { viewport: { width: 1280, height: 860 } }, "narrow and dark": { viewport: { width: 320, height: 700 }, colorScheme: "dark" } })) {
    test(`from calm to a person, ${name}`, () => open(async (page) => {
      await say(page, "Hi, can you tell me where my parcel is?");
      await page.getByText("I can look that up.").waitFor();
      const request = async () => JSON.parse(await page.locator("#request").textContent()).simmerdown;
      assert.equal((await request()).tone.label, "neutral");
      await button(page, ANGRY).click();
      await button(page, "Talk to a human").waitFor();
      await page.getByText("Let me check this right now.").waitFor();
      assert.equal((await request()).tone.label, "negative");
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0, "nothing sticks out");
      await button(page, "Talk to a human").click();
      await page.getByText("Asking the team for a person").first().waitFor();
      await later(page);
      await page.getByText("I have read the conversation").waitFor();
      assert.match(await page.locator("#packet").textContent(), /^Handoff: /);
      await say(page, "Thank you");
      await page.locator(".user-message", { hasText: "Thank you" }).waitFor();
      await later(page);
      await page.getByText("I have just sent a replacement").waitFor();
      await button(page, "End this chat").click();
      await say(page, "Who brings the parcel?");
      await page.getByText("Postlink").waitFor();
    }, { settings }));
  }

  test("without the engine a person can still be reached", () => open(async (page) => {
    await say(page, "Where is my parcel?");
    await page.getByText("I can look that up.").waitFor();
    await button(page, "Talk to a person").click();
    await page.getByText("Asking the team for a person").first().waitFor();
  }, {
    before: (page) => page.route("**/*.wasm", (route) => route.abort()),
    expected: (problem) => problem.includes(".wasm") || problem.includes("simmerdown did not start"),
  }));
});
