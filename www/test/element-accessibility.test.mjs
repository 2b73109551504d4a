// axe-core over every state of the chat, in light and dark, on a telephone, right-to-left, forced colours and at 200 % zoom.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { describe, test } from "node:test";
import { open, problems, servedPages, started } from "./element-page.mjs";
import { TEXTS } from "../package/elements/texts.js";

const ANGRY = "This is the third time I'm asking. This is ridiculous, you are completely useless!";

/** How each state is reached. Runs in the page. */
const STATES = {
  calm: async () => {
    await t.say("Where is my parcel?");
    await t.until(() => t.all("from-bot").length === 1);
  },
  offer: async (angry) => {
    await t.say(angry);
    await t.until(() => t.shows("offer"));
  },
  ask: async () => {
    await t.say("I want to talk to a person");
    await t.until(() => t.shows("ask"));
  },
  requested: async () => {
    t.part("entry").click();
    await t.until(() => t.shows("queue"));
  },
  queued: async () => {
    t.part("entry").click();
    await t.apply({ type: "handoff-queued", position: 2, waitMs: 240_000, reference: "R-7" });
    t.button("Leave an e-mail or a number").click();
    t.button("Leave this").click();
    await t.until(() => t.shows("contact"));
  },
  "nobody came": async () => {
    t.part("entry").click();
    await t.settled();
    await t.apply({ type: "handoff-failed" });
    await t.until(() => t.shows("contact"));
  },
  human: async () => {
    t.chat.agentSaid("Hello, this is Mara.");
    await t.until(() => t.all("from-agent").length === 1);
    await t.say("Thank you.");
  },
  "safety and a closed desk": async () => {
    await t.apply({ type: "availability", state: "closed", opensAt: Date.now() + 3_600_000 });
    await t.say("I want to kill myself");
    await t.until(() => t.shows("safety") && t.shows("queue"));
  },
};

/** Each look, as the browser is set and as the page is written. */
const LOOKS = {
  light: {},
  dark: { settings: { colorScheme: "dark" } },
  narrow: { settings: { viewport: { width: 360, height: 640 } } },
  "right to left": { html: "lang=en dir=rtl" },
  "forced colours": { settings: { forcedColors: "active" } },
  // Twice the zoom is half the room.
  "200 % zoom": { settings: { viewport: { width: 640, height: 400 }, deviceScaleFactor: 2 } },
};

const pages = servedPages();
const engine = started();
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

describe("accessibility", { concurrency: 2, timeout: 240_000 }, () => {
  for (const [look, { settings = {}, html }] of Object.entries(LOOKS)) {
    test(look, async () => {
      for (const [state, reach] of Object.entries(STATES)) {
        const page = await open(engine, pages.url({ ...(html && { html }) }), { viewport: { width: 480, height: 800 }, reducedMotion: "reduce", ...settings });
        await page.evaluate(reach, ANGRY);
        await page.evaluate(axe);
        const { violations, targets, moving, writable, readable } = await page.evaluate(async () => {
          const found = await axe.run(document, { resultTypes: ["violations"] });
          const root = t.chat.shadowRoot;
          const box = (name) => t.part(name)?.getBoundingClientRect();
          const targets = [...root.querySelectorAll("button, input, textarea")].filter((one) => one.getClientRects().length > 0);
          return {
            violations: found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join(" | ")}`),
            targets: targets.map((one) => one.getBoundingClientRect()).filter(({ width, height }) => Math.round(width) < 44 || Math.round(height) < 44).length,
            moving: root.getAnimations().length,
            writable: box("send").bottom <= box("chat").bottom,
            readable: !t.shows("safety") || box("safety").top >= box("transcript").top,
          };
        });
        assert.deepEqual(violations, [], state);
        assert.equal(targets, 0, `${state}: every target is 44 px or more`);
        assert.equal(moving, 0, `${state}: nothing moves`);
        assert.ok(writable, `${state}: the composer is in the chat`);
        assert.ok(readable, `${state}: what concerns safety is on show whole`);
        const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(wide <= 0, `${state}: nothing sticks out`);
        assert.deepEqual(await problems(page), [], state);
        await page.close();
      }
    });
  }
});

/** Gives the languages in which `fits`, run in the page, finds that something does not. */
async function misfits(page, fits) {
  const found = [];
  const speak = async (lang) => {
    await page.evaluate((lang) => (document.documentElement.lang = lang), lang);
    await page.evaluate((text) => t.until(() => t.part("entry").textContent === text), TEXTS[lang].entry);
  };
  for (const lang of Object.keys(TEXTS)) {
    await speak(lang);
    if (!(await page.evaluate(fits))) found.push(lang);
  }
  await speak("en");
  return found;
}

// What is wider than its place is cut off there, or scrolls sideways: the page itself shows nothing of it.
describe("narrow pages", { timeout: 120_000 }, () => {
  for (const width of [320, 360]) {
    test(`no language sticks out of the dock: ${width} px`, async () => {
      const page = await open(engine, pages.url(), { viewport: { width, height: 740 }, reducedMotion: "reduce" });
      for (const state of ["offer", "queued", "human"]) {
        await page.evaluate(STATES[state], ANGRY);
        const wide = await misfits(page, () => {
          const dock = t.part("dock");
          const edge = dock.getBoundingClientRect().right;
          const within = [...dock.querySelectorAll("button, input, p")].every((one) => one.getBoundingClientRect().right <= edge);
          return within && dock.scrollWidth <= dock.clientWidth && document.documentElement.scrollWidth <= innerWidth;
        });
        assert.deepEqual(wide, [], state);
      }
      await page.close();
    });
  }

  test("at 400 % zoom the offer's button is on show whole, and the page scrolls to it", async () => {
    const page = await open(engine, pages.url(), { viewport: { width: 320, height: 256 }, reducedMotion: "reduce" });
    await page.evaluate(STATES.offer, ANGRY);
    const cut = await misfits(page, () => {
      const [button, dock] = ["offer", "dock"].map((name) => t.part(name).getBoundingClientRect());
      return button.top >= dock.top && button.bottom <= dock.bottom;
    });
    assert.deepEqual(cut, []);
    await page.close();
  });
});
