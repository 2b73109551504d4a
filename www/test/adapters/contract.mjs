// What every adapter has to do, whatever its frontend: the same tests over each of them, in a real browser.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { launch, visit } from "../browser.mjs";

export const CALM = "Where is my order?";
export const ANGRY = "This is the third time I'm asking. Nothing works, this is useless!!";
export const MARKUP = `<img src=x onerror="document.title='taken'"> is broken`;
const ASKS = "can I talk to a real person";

/** What the bots of the tests say to `text`. */
export const quote = (text) => `You wrote: ${text}`;

const handoffs = (page) => page.evaluate(() => chat.decisions.map(({ handoff }) => handoff));
const causes = (page) => page.evaluate(() => chat.decisions.map(({ cause }) => cause));
const packets = (page) => page.evaluate(() => chat.packets);
const muted = (page) => page.evaluate(() => chat.connection.botMuted);
const heard = (page, text) => page.getByText(text, { exact: true }).first().waitFor();

/** Waits until the conversation has come to stand at `handoff`. */
const stands = (page, handoff) => page.waitForFunction((handoff) => chat.decisions.at(-1)?.handoff === handoff, handoff);

/** Waits until the conversation was told of something of that type `count` times. */
const told = (page, cause, count) => page.waitForFunction(([cause, count]) => chat.decisions.filter((decision) => decision.cause === cause).length >= count, [cause, count]);

/** Waits until the conversation knows that many messages of the customer. */
const said = (page, count) => page.waitForFunction((count) => new Set(chat.decisions.map(({ messageId }) => messageId ?? "")).size > count, count);

const inPage = {
  queued: (page) => page.evaluate(() => chat.connection.handoffQueued({ waitMs: 60_000 })),
  joined: (page) => page.evaluate(() => chat.connection.humanJoined()),
  says: (page, text) => page.evaluate((text) => chat.connection.humanSaid(text), text),
  left: (page) => page.evaluate(() => chat.connection.humanLeft()),
};

const botInPage = {
  requests: (page) => page.evaluate(() => chat.bot.requests),
  hold: (page) => page.evaluate(() => chat.bot.hold()),
  release: (page) => page.evaluate(() => chat.bot.release()),
  fail: (page) => page.evaluate(() => (chat.bot.failing = true)),
};

/**
 * Runs the contract over one adapter.
 *
 * - `serve()` serves the site and resolves to `{ url, stop }`
 * - `ready(page)` waits until the customer can write, `say(page, text)` sends a message by the frontend's own composer
 * - `press(page, name)` presses the button of that name in the frontend
 * - `bot`, `desk`: how the bot and the desk are reached, in the page unless given
 * - `asksWhenMuted`: the frontend asks the bot all the same, and holds its reply back
 * - `toneLater`: the tone of a message reaches the bot with the next one
 */
export function contract(name, { serve, ready, say, bot = botInPage, desk = inPage, begin = () => {}, asksWhenMuted = false, toneLater = false, expected = () => false, more = () => {} }) {
  describe(name, { timeout: 120_000 }, () => {
    let site;
    let browser;

    before(async () => {
      site = await serve();
      browser = await launch();
    });
    after(async () => {
      await browser?.close();
      await site?.stop();
    });

    /** `variant` is there for the page to read as `globalThis.variant`. */
    const inChat = (body, { variant, frozen = false, expected: also = () => false } = {}) => {
      begin();
      const settings = {
        async before(page) {
          if (frozen) await page.clock.install();
          await page.addInitScript((variant) => (globalThis.variant = variant), variant);
        },
        expected: (problem) => expected(problem) || also(problem),
      };
      return visit(browser, site.url, async ({ page }) => {
        page.setDefaultTimeout(10_000);
        await page.waitForFunction(() => globalThis.chat?.connection !== undefined);
        await ready(page);
        await body(page);
      }, settings);
    };
    const button = (page, text) => page.getByRole("button", { name: text, exact: true });
    const ask = async (page, text) => {
      await say(page, text);
      await heard(page, quote(text));
    };

    test("from calm to a person and back", () => inChat(async (page) => {
      await ask(page, CALM);
      await told(page, "bot-message", 1);
      let [request] = await bot.requests(page);
      assert.equal(request.text, CALM);
      assert.deepEqual([request.forBot.tone.label, request.forBot.handoff, request.forBot.botMuted], ["neutral", "bot", false]);

      // The offer is there at once; it does not wait for the bot.
      await bot.hold(page);
      await say(page, ANGRY);
      await button(page, "Talk to a human").waitFor();
      await bot.release(page);
      await heard(page, quote(ANGRY));
      await stands(page, "offered");
      const { tone } = await page.evaluate(() => chat.decisions.findLast(({ cause }) => cause === "score"));
      if (toneLater) await ask(page, "And what now?");
      request = (await bot.requests(page)).at(-1);
      assert.equal(request.forBot.tone.label, "negative");
      assert.equal(request.forBot.tone.instruction, tone.instruction);
      assert.ok(tone.instruction.length > 20);

      await button(page, "Talk to a human").click();
      await stands(page, "requested");
      const [packet, ...others] = await packets(page);
      assert.deepEqual(others, []);
      assert.equal(packet.rule, "human-requested");
      assert.equal(packet.turns, toneLater ? 3 : 2);
      assert.equal(await muted(page), false);
      await ask(page, "Is anybody there?");

      await desk.queued(page);
      await stands(page, "queued");
      assert.equal(await muted(page), true);
      const asked = (await bot.requests(page)).length;
      await say(page, "I am still waiting");
      await said(page, toneLater ? 5 : 4);
      await desk.joined(page);
      await stands(page, "human");
      await desk.says(page, "Mara here, I have your order open");
      await heard(page, "Mara here, I have your order open");
      await say(page, "Good");
      await desk.says(page, "It is with you tomorrow");
      await heard(page, "It is with you tomorrow");
      assert.equal(await muted(page), true);
      const requests = await bot.requests(page);
      if (asksWhenMuted) assert.deepEqual(requests.slice(asked).map(({ forBot }) => forBot.botMuted), [true, true]);
      else assert.equal(requests.length, asked);
      for (const text of ["I am still waiting", "Good"]) assert.equal(await page.getByText(quote(text), { exact: true }).count(), 0);

      await desk.left(page);
      await stands(page, "returned");
      await ask(page, "Thank you, one more thing");
      assert.equal(await muted(page), false);
      assert.deepEqual([...new Set(await handoffs(page))], ["bot", "offered", "requested", "queued", "human", "returned"]);
    }));

    test("a reply that comes when a person has taken over is not shown", () => inChat(async (page) => {
      await ask(page, CALM);
      await bot.hold(page);
      await say(page, "Will it come today?");
      await said(page, 2);
      await desk.queued(page);
      await stands(page, "queued");
      await desk.joined(page);
      await stands(page, "human");
      await bot.release(page);
      await desk.says(page, "Mara here");
      await heard(page, "Mara here");
      assert.equal(await page.getByText(quote("Will it come today?"), { exact: true }).count(), 0);
      assert.equal((await causes(page)).filter((cause) => cause === "bot-message").length, 1);
    }));

    test("asking for a person brings the question, and yes hands off once", () => inChat(async (page) => {
      await say(page, ASKS);
      await button(page, "Yes").click();
      await stands(page, "requested");
      await page.evaluate(() => chat.connection.handOff());
      await button(page, "Stay with the assistant").waitFor();
      assert.equal((await packets(page)).length, 1);
      await button(page, "Stay with the assistant").click();
      await stands(page, "bot");
      await button(page, "Talk to a person").waitFor();
    }));

    test("no takes the offer away, and a person is still one press away", () => inChat(async (page) => {
      await say(page, ANGRY);
      await button(page, "Not now").click();
      await button(page, "Talk to a human").waitFor({ state: "detached" });
      await button(page, "Talk to a person").click();
      await stands(page, "requested");
    }));

    test("two failures of the bot bring the offer", () => inChat(async (page) => {
      await bot.fail(page);
      await say(page, CALM);
      await told(page, "bot-failed", 1);
      await say(page, "And my refund?");
      await told(page, "bot-failed", 2);
      await button(page, "Talk to a human").waitFor();
    }, { expected: (problem) => /the bot failed|500|503/.test(problem) }));

    test("nobody accepts: the customer is told, the bot goes on, and a person can be asked for again", () => inChat(async (page) => {
      await ask(page, CALM);
      await button(page, "Talk to a person").click();
      await stands(page, "requested");
      await page.clock.runFor(21_000);
      await stands(page, "bot");
      await page.getByText(/Nobody (was free to answer|could join yet)/).first().waitFor();
      assert.equal(await muted(page), false);
      await ask(page, "Never mind, when does it come?");
      await button(page, "Talk to a person").click();
      await stands(page, "requested");
    }, { frozen: true }));

    test("what concerns safety is said in the chat, and people are asked", () => inChat(async (page) => {
      await say(page, "I want to hurt myself");
      await page.getByText(/emergency services/).first().waitFor();
      await stands(page, "requested");
      assert.equal((await packets(page)).length, 1);
      await said(page, 1);
      assert.equal(await page.evaluate(() => chat.decisions.filter(({ cause }) => cause === "bot-message").length <= 1), true, "the notice is nobody's reply");
    }));

    test("markup stays text, whoever wrote it", () => inChat(async (page) => {
      await ask(page, MARKUP);
      await desk.joined(page);
      await stands(page, "human");
      await desk.says(page, `Person: ${MARKUP}`);
      await heard(page, `Person: ${MARKUP}`);
      await heard(page, MARKUP);
      assert.equal(await page.locator("img[src=x]").count(), 0);
      assert.equal(await page.title(), "chat");
    }));

    test("dispose takes out every hook, and the chat goes on without it", () => inChat(async (page) => {
      await ask(page, CALM);
      await page.evaluate(() => chat.connection.dispose());
      // `hooks()` reads what the adapter puts into the frontend; `before` is what that was without one.
      const [hooks, before] = await page.evaluate(() => [chat.hooks(), chat.before]);
      assert.deepEqual(hooks, before);
      const count = await page.evaluate(() => new Promise((resolve) => setTimeout(() => resolve(chat.decisions.length))));
      await ask(page, ANGRY);
      // The bot of a frontend that keeps the tone itself goes on with the last one.
      if (!toneLater) assert.equal((await bot.requests(page)).at(-1).forBot, undefined);
      assert.equal(await page.evaluate(() => chat.decisions.length), count);
      for (const name of ["Talk to a human", "Talk to a person"]) assert.equal(await button(page, name).count(), 0);
      await page.evaluate(() => chat.connection.dispose());
    }));

    more({ inChat, button, ask, stands, told, heard });
  });
}
