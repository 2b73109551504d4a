// What the page sets and cannot be used: it is said, the rest holds, and nobody meets more than was meant for them.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { open, problems, servedPages, started } from "./element-page.mjs";

const ANGRY = "Nothing works, this is ridiculous!";

const pages = servedPages();
const engine = started();

async function onPage(settings, body) {
  const page = await open(engine, pages.url(settings));
  try {
    await body(page);
  } finally {
    await page.close();
  }
}

/** A policy whose shares were taken for percents. */
const PERCENTS = { version: 1, name: "x", trend: { method: "theil-sen", window: 5, delta: 0.08 }, negativeFrustration: 75, rules: [] };

/** Sets the properties, has an angry message said, and tells what came of it. */
const told = (page, set) =>
  page.evaluate(async ([set, text]) => {
    Object.assign(t.chat, set);
    await t.chat.ready;
    await t.say(text);
    await t.until(() => t.all("from-bot").length === 1);
    await t.settled();
    const { mode } = t.chat.conversation.summary();
    return { mode, offered: t.shows("offer"), codes: t.seen.errors.map(({ code }) => code), said: problems.filter((problem) => problem.startsWith("error:")) };
  }, [set, ANGRY]);

const LOG = "/v1/log";

/** What is set, the mode that holds, whether the button is offered, the codes told, and what the console names. */
const SETTINGS = [
  ["a log that is no object", { options: { mode: "shadow", log: LOG } }, "shadow", false, ["invalid-options"], ["`log`"]],
  ["a policy out of range", { options: { mode: "shadow" }, policy: PERCENTS }, "shadow", false, ["invalid-policy"], ["`policy`"]],
  ["a policy nobody knows", { options: { mode: "shadow" }, policy: "mine" }, "shadow", false, ["unknown-policy"], ["`policy`"]],
  ["a mode nobody knows", { options: { mode: "Shadow" } }, "shadow", false, ["invalid-options"], ["`mode`"]],
  ["a mode under another name", { options: { Mode: "shadow" } }, "shadow", false, ["invalid-options"], ["`Mode`"]],
  ["no object at all", { options: "shadows" }, "shadow", false, ["invalid-options"], ["`mode`"]],
  ["off, and a text nobody knows", { options: { enabled: false, texts: { foo: "x" } } }, "live", false, ["invalid-options"], ["`texts.foo`"]],
  ["a switch that is a text", { options: { enabled: "false" } }, "live", false, ["invalid-options"], ["`enabled`"]],
  ["a language that is a number", { options: { mode: "shadow", language: 5 } }, "shadow", false, ["invalid-options"], ["`language`"]],
  ["a scorer that is none", { scorer: {} }, "live", true, ["invalid-options"], ["`scorer`"]],
  ["two at once", { options: { mode: "shadow", log: LOG, holdout: 20 } }, "shadow", false, ["invalid-options", "invalid-options"], ["`log`", "`holdout`"]],
  ["nothing bad", { options: { mode: "shadow" } }, "shadow", false, [], []],
];

describe("settings that cannot be used", { timeout: 240_000 }, () => {
  for (const [name, set, mode, offered, codes, named] of SETTINGS) {
    test(`what is bad falls away and is said, the rest holds: ${name}`, () =>
      onPage({}, async (page) => {
        const seen = await told(page, set);
        assert.deepEqual({ ...seen, said: seen.said.length }, { mode, offered, codes, said: named.length });
        for (const [place, part] of named.entries()) assert.ok(seen.said[place].includes(`goes on without ${part}`), seen.said[place]);
        assert.deepEqual((await problems(page)).filter((problem) => /^(uncaught|unhandled)/.test(problem)), []);
      }));
  }

  test("without the scorer that cannot be used, a request in words is understood", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => (t.chat.scorer = {}));
      await page.evaluate(() => t.chat.ready);
      await page.evaluate(() => t.say("I want to talk to a human"));
      await page.evaluate(() => t.until(() => t.shows("ask")));
    }));

  test("a text that cannot be used is that of the page's language, the others are the page's own", () =>
    onPage({ html: "lang=de" }, async (page) => {
      await page.evaluate(async () => {
        t.chat.options = { texts: { safety: "Call 112.", cancelled: 7 } };
        await t.chat.ready;
        t.apply({ type: "human-requested" });
        t.apply({ type: "handoff-cancelled" });
      });
      await page.evaluate(() => t.until(() => t.all("note").length > 0));
      const { cancelled } = (await import("../package/elements/texts.js")).TEXTS.de;
      assert.deepEqual(await page.evaluate(() => t.all("note")), [cancelled]);
      await page.evaluate(() => t.say("I want to kill myself"));
      await page.evaluate(() => t.until(() => t.text("safety") === "Call 112."));
    }));

  test("a kept conversation is found again under settings that cannot be used", () =>
    onPage({ element: "<simmerdown-chat persist></simmerdown-chat>" }, async (page) => {
      await page.evaluate(() => t.say("Where is my parcel?"));
      await page.evaluate(() => t.until(() => sessionStorage.getItem("simmerdown:chat")?.includes("parcel")));
      await page.evaluate(async () => {
        const chat = document.createElement("simmerdown-chat");
        chat.setAttribute("persist", "");
        chat.options = { mode: "shadow", log: "/v1/log" };
        t.chat.remove();
        await t.settled();
        document.body.append(chat);
        await chat.ready;
        t.again = chat;
      });
      assert.match(await page.evaluate(() => t.again.shadowRoot.querySelector("[part~=transcript]").textContent), /Where is my parcel/);
      assert.equal(await page.evaluate(() => t.again.conversation.summary().mode), "shadow");
    }));
});

describe("a bot that cannot answer", { timeout: 120_000 }, () => {
  const BOTS = [
    ["a text", () => (t.chat.bot = "hello"), /no function but string/],
    ["none", () => (t.chat.bot = undefined), /there is no `bot`/],
    ["one that gives nothing", () => (t.chat.bot = async () => {}), /gave undefined: give a string/],
    ["one that gives null", () => (t.chat.bot = () => null), /gave null: give a string/],
  ];
  for (const [name, set, words] of BOTS) {
    test(`is told to the customer, to the page and on the console: ${name}`, () =>
      onPage({}, async (page) => {
        await page.evaluate(set);
        await page.evaluate(() => t.say("Where is my parcel?"));
        await page.evaluate(() => t.until(() => t.all("note").length === 1));
        await page.evaluate(() => t.say("Hello?"));
        await page.evaluate(() => t.until(() => t.shows("offer")), "two in a row offer a person");
        const errors = await page.evaluate(() => t.seen.errors);
        assert.deepEqual(errors.map(({ code }) => code), ["bot-failed", "bot-failed"]);
        assert.match(errors[0].message, words);
        const said = await problems(page);
        assert.equal(said.length, 1, "once is enough");
        assert.match(said[0], words);
      }));
  }

  test("a page that answers by itself says so with null, and an empty text says nothing", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => (t.chat.bot = null));
      await page.evaluate(() => t.say("Where is my parcel?"));
      await page.evaluate(() => (t.chat.bot = async () => ""));
      await page.evaluate(() => t.say("Hello?"));
      await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
      assert.deepEqual(await page.evaluate(() => [t.seen.errors, t.all("note"), t.all("from-bot")]), [[], [], []]);
      assert.deepEqual(await problems(page), []);
    }));
});

test("an id that is none is refused before anything is shown", () =>
  onPage({ element: "<simmerdown-chat persist></simmerdown-chat>" }, async (page) => {
    const refused = await page.evaluate(async () => {
      const results = [];
      for (const id of [5, "", {}, "m".repeat(257), "ü".repeat(129)]) {
        try {
          t.chat.agentSaid("Hello, this is Mara.", { id });
          results.push("taken");
        } catch ({ name, code, message }) {
          results.push([name, code, message.includes("`id`")]);
        }
      }
      await t.settled();
      return results;
    });
    for (const one of refused) assert.deepEqual(one, ["SimmerdownError", "invalid-argument", true]);
    assert.deepEqual(await page.evaluate(() => [t.all("message"), t.seen.errors]), [[], []]);
    for (const id of ["m".repeat(256), null, undefined]) await page.evaluate((id) => t.chat.agentSaid("Hello.", { id }), id);
    await page.evaluate(() => t.until(() => t.all("from-agent").length === 3));
    assert.deepEqual(await page.evaluate(() => t.seen.errors), []);
  }));

const CHATS = [
  ["both bare", ["", ""], ["simmerdown:chat", "simmerdown:chat#2"]],
  ["by their ids", [' id="help"', ' id="sales"'], ["simmerdown:help", "simmerdown:sales"]],
  ["one name for both", ['="support"', '="support"'], ["simmerdown:support", "simmerdown:support#2"]],
];
for (const [name, written, keys] of CHATS) {
  test(`two chats of one page keep two conversations over a reload: ${name}`, async () => {
    const url = pages.url({ element: written.map((more) => `<simmerdown-chat persist${more}></simmerdown-chat>`).join("") });
    const page = await open(engine, url);
    const all = (body, argument) => page.evaluate(`(async () => { const chats = [...document.querySelectorAll("simmerdown-chat")]; await Promise.all(chats.map(({ ready }) => ready)); return (${body})(chats, ${JSON.stringify(argument)}); })()`);
    try {
      await all((chats) => chats.forEach((chat, place) => ((chat.bot = null), chat.customerSaid(`Message to number ${place + 1}`))));
      await page.evaluate((keys) => t.until(() => keys.every((key, place) => sessionStorage.getItem(key)?.includes(`number ${place + 1}`))), keys);
      await page.go(url);
      await page.evaluate(async () => {
        while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
      });
      const shown = await all((chats) => chats.map((chat) => [...chat.shadowRoot.querySelectorAll('[part~="message"]')].map((part) => part.textContent)));
      assert.deepEqual(shown, [["Message to number 1"], ["Message to number 2"]]);
      // Taken out and put in again, each is where it was.
      await all(async (chats) => {
        chats[0].remove();
        await t.settled();
        document.body.prepend(chats[0]);
        await chats[0].ready;
        chats[0].customerSaid("One more");
      });
      await page.evaluate((key) => t.until(() => sessionStorage.getItem(key)?.includes("One more")), keys[0]);
      assert.equal(await page.evaluate((key) => sessionStorage.getItem(key).includes("One more"), keys[1]), false);
    } finally {
      await page.close();
    }
  });
}
