// The demo page in a real browser, driven as a user would: by what is to be read and pressed on it.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { DIST, ROOT, launch, serveDemo, serveFolder, visit } from "./browser.mjs";

const ANGRY = "This is the third time I'm asking where my parcel is. This is ridiculous, you are completely useless!";
/** Without a cue: the score alone decides. */
const FURIOUS = "My order is terrible, I am so angry and disappointed.";
const OFFER = "Talk to a human";
const ENTRY = "Talk to a person";
const UNREACHABLE = "Proxy unreachable: scoring on-device";

let browser;
let server;

before(async () => {
  // One after the other: where there is no server, no browser is left open.
  server = await serveDemo();
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await server?.stop();
});

const button = (page, name) => page.getByRole("button", { name, exact: true });
const text = (page, id) => page.locator(`#${id}`).textContent();
const scoringOnly = (problem) => problem.includes("/v1/score");

/** Waits until `#id` reads as `wanted`. */
const reads = (page, id, wanted) => page.locator(`#${id}`, { hasText: wanted }).waitFor();

/** The page greets once the engine is up. */
async function greeted(page) {
  await page.locator("[part~=from-bot]").first().waitFor();
}

/** What comes up above the composer. */
const dock = (page) => page.locator("[part~=dock]");

/** Types `message` and sends it with Enter. */
async function say(page, message) {
  await page.getByLabel("Your message").fill(message);
  await page.keyboard.press("Enter");
}

/** Says `message` and gives back the assistant's reply to it. */
async function ask(page, message) {
  const replies = page.locator("[part~=from-bot]");
  const sofar = await replies.count();
  await say(page, message);
  await replies.nth(sofar).waitFor();
  return replies.nth(sofar).textContent();
}

/** Moves the focus by Tab until it is on `target`. */
async function tabTo(page, target, key = "Tab") {
  for (let step = 0; step < 40; step += 1) {
    if (await target.evaluate((element) => element === element.getRootNode().activeElement)) return;
    await page.keyboard.press(key);
  }
  assert.fail("not reached by the keyboard");
}

const personJoined = (page) => page.getByText("I am Mara").waitFor();

/** Writes down every text that what is found in the chat gets from now on. */
async function overhear(page, selector) {
  await page.evaluate((selector) => {
    const heard = [];
    const node = document.querySelector("simmerdown-chat").shadowRoot.querySelector(selector);
    new MutationObserver(() => node.textContent && heard.push(node.textContent)).observe(node, { childList: true, characterData: true, subtree: true });
    Object.assign(globalThis, { heard });
  }, selector);
  return () => page.evaluate(() => globalThis.heard);
}

const LOOKS = {
  light: { viewport: { width: 1280, height: 800 } },
  dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
  narrow: { viewport: { width: 390, height: 844 } },
};

// The full run makes the pictures of the documents anew. They test nothing, so otherwise there is nothing to skip.
const folder = process.env.SIMMERDOWN_SHOTS ?? (process.env.SIMMERDOWN_FULL === "1" ? join(ROOT, "docs/images") : undefined);

// Most of the time is the simulated desk's; the pages share nothing, so they wait side by side.
describe("the demo page", { concurrency: 3, timeout: 300_000 }, () => {
  test("a person can be asked for from the start, and the assistant says what it is", () =>
    visit(browser, server.url, async ({ page }) => {
      await button(page, ENTRY).waitFor();
      await greeted(page);
      assert.match(await page.locator("[part~=message]").first().textContent(), /automated assistant/);
      await button(page, ENTRY).click();
      await page.getByText("You are next in line").first().waitFor();
      await personJoined(page);
      await button(page, "End this chat").click();
      await page.locator("[part~=note]", { hasText: "This is the automated assistant again" }).waitFor();
      await page.locator("simmerdown-chat .with", { hasText: "Automated assistant" }).waitFor();
    }));

  test("a calm conversation never shows the offer", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      const heard = await overhear(page, "[part~=dock]");
      for (const message of [
        "Hi, can you tell me where my parcel is?",
        "The order number is BB-48213.",
        "Which carrier brings it?",
        "What are your opening hours?",
        "Thanks, that is all I need.",
      ]) {
        await ask(page, message);
      }
      await page.locator("#numbers tr").nth(4).waitFor({ state: "attached" });
      assert.deepEqual(await heard(), []);
      assert.equal(await dock(page).isVisible(), false);
    }));

  test("an angry conversation shows the offer, and tone and wording change", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      const calmReply = await ask(page, "Where is my parcel?");
      const calmTone = await text(page, "tone-instruction");
      assert.equal(await text(page, "tone-name"), "Neutral");
      const angryReply = await ask(page, ANGRY);
      await button(page, OFFER).waitFor();
      assert.equal(await text(page, "tone-name"), "Calm and concrete");
      assert.notEqual(await text(page, "tone-instruction"), calmTone);
      assert.notEqual(angryReply, calmReply);
      assert.notEqual(await text(page, "reason"), "No rule asks for a person.");
      assert.equal(await page.locator("#lifecycle [aria-current]").textContent(), "offered");
      // In words: what was reached, where, and what would have been another decision.
      const evidence = await page.locator("#evidence").textContent();
      assert.match(evidence, /^Frustration: .*at or above 0\.9 · message \d · had it been below 0\.9, this rule would not hold$/);
      await button(page, "Not now").click();
      await dock(page).waitFor({ state: "hidden" });
    }));

  test("without a key the first angry message moves frustration, and thanks for a solution bring it down", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      /** The newest message's frustration, as the table beside the chart reads. */
      const frustration = async (message, row) => {
        await say(page, message);
        const cells = page.locator("#numbers tr").nth(row).locator("td");
        await cells.nth(3).filter({ hasText: "on-device" }).waitFor({ state: "attached" });
        return Number(await cells.nth(1).textContent());
      };
      const angry = await frustration("This is the THIRD time I'm asking. Nothing works!!", 0);
      assert.ok(angry >= 0.75, String(angry));
      await button(page, OFFER).waitFor();
      const relieved = await frustration("thanks, that solved it", 1);
      assert.ok(relieved < 0.25, String(relieved));
    }));

  test("tone and button change before the proxy answers, and nothing but the scoring leaves the page", async () => {
    const held = [];
    await visit(
      browser,
      server.url,
      async ({ page, requests }) => {
        await greeted(page);
        const loaded = requests.length;
        await say(page, ANGRY);
        await button(page, OFFER).waitFor();
        await reads(page, "tone-name", "Calm and concrete");
        assert.equal(held.length, 1, "the call is held, so nothing on the page came from an answer");
        const answer = { score: -0.8, label: "negative", frustration: 0.86, urgency: 0.7, source: "model" };
        await held[0].fulfill({ json: answer });
        await reads(page, "source", "Scores: on-device, then the model");
        await page.getByText("−0.80").first().waitFor();
        assert.deepEqual(requests.slice(loaded), [`${server.url}v1/score`]);
      },
      { before: (page) => page.route("**/v1/score", (route) => held.push(route)) },
    );
  });

  test("with the proxy stopped in the middle the page goes on deciding", async () => {
    const own = await serveDemo();
    try {
      await visit(
        browser,
        own.url,
        async ({ page }) => {
          await greeted(page);
          await ask(page, "Where is my parcel?");
          await reads(page, "source", "Scores: on-device, the proxy has no model");
          await own.stop();
          await say(page, ANGRY);
          await button(page, OFFER).waitFor();
          await reads(page, "source", UNREACHABLE);
          await reads(page, "tone-name", "Calm and concrete");
          await button(page, OFFER).click();
          await personJoined(page);
        },
        { expected: scoringOnly },
      );
    } finally {
      await own.stop();
    }
  });

  test("the keyboard alone reaches a person by the entry", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      await tabTo(page, button(page, ENTRY));
      await page.keyboard.press("Enter");
      await personJoined(page);
    }));

  test("the keyboard alone reaches a person by the offer", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      await tabTo(page, page.getByLabel("Your message"));
      await page.keyboard.type(ANGRY);
      await page.keyboard.press("Enter");
      await button(page, OFFER).waitFor();
      await tabTo(page, button(page, OFFER), "Shift+Tab");
      await page.keyboard.press("Enter");
      await personJoined(page);
      await tabTo(page, button(page, "End this chat"));
    }));

  test("the offer is announced exactly once and takes no focus", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      const heard = await overhear(page, "[role=status]");
      await ask(page, ANGRY);
      await button(page, OFFER).waitFor();
      const focused = await page.getByLabel("Your message").evaluate((field) => field === field.getRootNode().activeElement);
      assert.ok(focused, "the focus stays in the composer");
      await ask(page, "What are your opening hours?");
      await page.locator("#numbers tr").nth(1).waitFor({ state: "attached" });
      const offers = (await heard()).filter((words) => words.includes(OFFER));
      assert.equal(offers.length, 1);
      assert.equal(await page.locator("[part~=transcript]").getAttribute("role"), "log");
    }));

  test("asking for a person in words brings the question, and yes brings a person", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      await say(page, "can I talk to a real person");
      await page.getByText("Would you like a person?", { exact: true }).waitFor();
      await button(page, "Yes").click();
      await personJoined(page);
    }));

  test("no to the question takes it away", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      await say(page, "can I talk to a real person");
      await button(page, "No, thanks").click();
      await dock(page).waitFor({ state: "hidden" });
      await button(page, ENTRY).waitFor();
    }));

  test("thresholds move: the conversation is judged again at once, and the policy can be taken along", () =>
    visit(
      browser,
      server.url,
      async ({ page }) => {
        await greeted(page);
        await ask(page, "Where is my parcel?");
        await ask(page, FURIOUS);
        await button(page, OFFER).waitFor();
        const number = (path) => page.locator(`#moving input[data-path="${path}"]`);
        const rows = page.locator("#redecided-rows tr");
        await tabTo(page, page.locator("#moving > summary"), "Shift+Tab").catch(() => tabTo(page, page.locator("#moving > summary")));
        await page.keyboard.press("Enter");
        await reads(page, "redecided", "Offer a person, as before");
        await reads(page, "redecided-count", "No message is judged differently.");
        for (const path of ["rules[3].when.any[0].atLeast", "rules[5].when.atLeast", "rules[7].when.any[0].atLeast"]) await number(path).fill("1");
        for (const path of ["rules[3].when.any[1].atMost", "rules[7].when.any[1].atMost"]) await number(path).fill("-1");
        await reads(page, "redecided", "The assistant answers, instead of: offer a person");
        await reads(page, "redecided-count", "1 of 2 messages are judged differently.");
        assert.equal(await rows.nth(0).locator("td").last().textContent(), "the same");
        assert.equal(await rows.nth(1).locator("td").last().textContent(), "respond, lowno rule holds");
        assert.ok(await button(page, OFFER).isVisible(), "the chat goes on under its own policy");
        // Further messages are judged by the moved numbers, too.
        await ask(page, FURIOUS);
        await rows.nth(2).waitFor();
        // What is not allowed is told by its path, and nothing is judged by it.
        await number("rules[3].confirm").fill("0");
        await page.getByText("rules[3].confirm is `0`, give a whole number from 1 to 1000").waitFor();
        await reads(page, "redecided", "Something is not allowed");
        assert.ok(await button(page, "Copy the policy").isDisabled());
        await number("rules[3].confirm").fill("2");
        await button(page, "Copy the policy").click();
        await reads(page, "numbers-told", "The policy is on the clipboard.");
        const copied = await page.evaluate(() => globalThis.copied);
        const policy = JSON.parse(copied);
        assert.deepEqual([policy.name, policy.rules[5].when.atLeast, policy.rules[3].when.any[1].atMost], ["balanced-tuned", 1, -1]);
        assert.deepEqual(await page.evaluate((policy) => new (document.querySelector("#chat").conversation.constructor)({ policy }).apply({ type: "tick" }).action, policy), "respond");
        await button(page, "Start a chat with it").click();
        await greeted(page);
        await ask(page, FURIOUS);
        await reads(page, "action", "respond");
        await button(page, "Put back").click();
        await reads(page, "redecided-count", "No message is judged differently.");
      },
      // The clipboard of a browser without a window cannot be read.
      { before: (page) => page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: { writeText: async (text) => (globalThis.copied = text) } })) },
    ));

  test("plain files without a proxy work", async () => {
    const files = await serveFolder(join(DIST, "demo"));
    try {
      await visit(
        browser,
        files.url,
        async ({ page }) => {
          await greeted(page);
          await say(page, ANGRY);
          await button(page, OFFER).waitFor();
          await reads(page, "source", UNREACHABLE);
        },
        { expected: scoringOnly },
      );
    } finally {
      await files.stop();
    }
  });

  test("without the engine a person can still be reached", () =>
    visit(
      browser,
      server.url,
      async ({ page }) => {
        await reads(page, "source", "The engine did not start");
        await ask(page, "Where is my parcel?");
        await button(page, ENTRY).click();
        await personJoined(page);
      },
      {
        before: (page) => page.route("**/*.wasm", (route) => route.abort()),
        expected: (problem) => problem.includes(".wasm"),
      },
    ));

  test("under the policy `article` an angry message brings a person at once", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      await page.getByRole("radio", { name: "Article" }).check();
      await greeted(page);
      await say(page, ANGRY);
      await say(page, ANGRY);
      await personJoined(page);
      assert.match(page.url(), /policy=article/);
    }));

  test("markup in a message stays text", () =>
    visit(browser, server.url, async ({ page }) => {
      await greeted(page);
      const markup = "<img src=x onerror=\"document.title='taken'\"> where is my parcel?";
      await ask(page, markup);
      assert.equal(await page.locator("[part~=from-customer]").textContent(), markup);
      assert.equal(await page.locator("[part~=transcript] img").count(), 0);
      assert.doesNotMatch(await page.title(), /taken/);
    }));

  test("a narrow page is one column, chat first, with targets large enough for a thumb", () =>
    visit(
      browser,
      server.url,
      async ({ page }) => {
        await greeted(page);
        await say(page, ANGRY);
        await button(page, OFFER).waitFor();
        const beyond = await page.evaluate(() => {
          const { scrollWidth, scrollHeight } = document.documentElement;
          const end = document.querySelector(".foot").getBoundingClientRect().bottom + scrollY;
          return { right: scrollWidth - innerWidth, below: Math.max(0, Math.floor(scrollHeight - end)) };
        });
        assert.deepEqual(beyond, { right: 0, below: 0 }, "nothing sticks out");
        const [chat, panel] = await Promise.all([page.locator("simmerdown-chat").boundingBox(), page.locator(".panel").boundingBox()]);
        assert.ok(chat.y + chat.height <= panel.y);
        for (const target of await page.locator("button:visible, summary:visible").all()) {
          const box = await target.boundingBox();
          assert.ok(Math.round(box.width) >= 44 && Math.round(box.height) >= 44, `${await target.textContent()} is ${box.width} by ${box.height}`);
        }
      },
      { settings: { viewport: { width: 320, height: 640 } } },
    ));

  for (const [name, settings] of folder ? Object.entries(LOOKS) : []) {
    test(`pictures of the page: ${name}`, () =>
      visit(
        browser,
        server.url,
        async ({ page }) => {
          await mkdir(folder, { recursive: true });
          await greeted(page);
          await ask(page, "Hi, can you tell me where my parcel is?");
          await ask(page, "The order number is BB-48213.");
          await ask(page, ANGRY);
          await button(page, OFFER).waitFor();
          await page.screenshot({ path: join(folder, `${name}-offer.png`), fullPage: name === "narrow" });
          await button(page, OFFER).click();
          await personJoined(page);
          await page.screenshot({ path: join(folder, `${name}-person.png`) });
        },
        { settings: { ...settings, reducedMotion: "reduce" } },
      ));
  }
});
