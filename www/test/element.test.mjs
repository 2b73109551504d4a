// Every state of the elements, and what they keep, say and forget; in Chromium, on a page as strict as a site can be.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { PACKAGE } from "./package-page.mjs";
import { STRICT, open, problems, servedPages, started } from "./element-page.mjs";
import { TEXTS, noticesFor } from "../package/elements/texts.js";

const ANGRY = "This is the third time I'm asking. This is ridiculous, you are completely useless!";

const pages = servedPages();
const engine = started();

/** Opens a page, hands it to `body`, and fails if anything went wrong in it. With `clock`, time stands until told. */
async function onPage(settings, body, { clock = false, context } = {}) {
  const url = pages.url({ csp: STRICT, ...settings });
  const browser = clock ? { page: (to, given) => engine.page(to, given, (page) => page.clock.install()) } : engine;
  const page = await open(browser, url, context);
  try {
    await body(page);
    assert.deepEqual(await problems(page), []);
  } finally {
    await page.close();
  }
}

const press = (page, text) => page.click((text) => t.button(text), text);
const shows = (page, part) => page.evaluate((part) => t.shows(part), part);
const say = (page, text) => page.evaluate((text) => t.say(text), text);
const apply = (page, event) => page.evaluate((event) => t.apply(event), event);
const notes = (page) => page.evaluate(() => t.all("note"));

describe("the elements", { timeout: 240_000 }, () => {
  test("nobody accepts and the host says nothing: the customer is told in time, can leave contact, and the bot goes on", () =>
    onPage({}, async (page) => {
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.shows("queue")));
      await page.page.clock.fastForward(19_000);
      assert.equal(await shows(page, "contact"), false);
      await page.page.clock.fastForward(1_100);
      await page.evaluate(() => t.until(() => t.shows("contact")));
      const told = await page.evaluate(() => t.seen.announced.filter((said) => said.includes("Nobody was free")).length);
      assert.equal(told, 1);
      await say(page, "Where is my parcel?");
      await page.evaluate(() => t.until(() => t.all("from-bot").length === 1));
      assert.ok(await shows(page, "contact"), "still there");
      await press(page, "Leave this");
      assert.match(await page.evaluate(() => t.text("contact")), /Enter an e-mail address or a phone number/);
      await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=email]").value = "ann@example.com"));
      await press(page, "Leave this");
      await page.evaluate(() => t.until(() => !t.shows("contact")));
      assert.deepEqual(await page.evaluate(() => t.seen.contacts), [{ email: "ann@example.com" }]);
      assert.ok((await notes(page)).some((note) => note.includes("noted for the team")));
    }, { clock: true }));

  test("a closed desk is said to be closed at once, with when it opens, and contact is asked for", () =>
    onPage({}, async (page) => {
      const opensAt = Date.now() + 3_600_000;
      await apply(page, { type: "availability", state: "closed", opensAt });
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.shows("queue") && t.shows("contact")));
      assert.match(await page.evaluate(() => t.text("queue")), /The team is not here.*here again from/);
      await press(page, "Stay with the assistant");
      await page.evaluate(() => t.until(() => !t.shows("queue")));
      assert.equal(await shows(page, "contact"), false);
    }));

  test("a busy desk, the queue and its news, a desk that fails, and cancelling", () =>
    onPage({}, async (page) => {
      await apply(page, { type: "availability", state: "busy", waitMs: 600_000 });
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.text("queue")?.includes("busy")));
      await apply(page, { type: "handoff-queued", position: 3 });
      assert.match(await page.evaluate(() => t.text("queue")), /number 3/);
      await page.evaluate(() => t.button("Stay with the assistant").focus());
      await apply(page, { type: "handoff-queued", position: 1, waitMs: 60_000 });
      assert.match(await page.evaluate(() => t.text("queue")), /next in line.*1 minute/);
      assert.equal(await page.evaluate(() => t.focused()), "Stay with the assistant", "news takes no focus");
      await press(page, "Leave an e-mail or a number");
      await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=phone]").value = "+49 30 1234567"));
      await press(page, "Leave this");
      await page.evaluate(() => t.until(() => t.seen.contacts.length === 1 && t.shows("queue") && !t.shows("contact")));
      await say(page, "hello?");
      assert.ok((await notes(page)).includes("Your message is kept for the person who joins."));
      await apply(page, { type: "handoff-failed" });
      assert.equal(await shows(page, "queue"), false);
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.shows("queue")));
      await press(page, "Stay with the assistant");
      await page.evaluate(() => t.until(() => !t.shows("queue")));
      assert.equal(await page.evaluate(() => t.seen.packets.length), 2);
    }));

  test("a bot that fails, or takes too long, is no dead end", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => (t.breakBot = true));
      await say(page, "Where is my parcel?");
      await page.evaluate(() => t.until(() => t.all("note").length === 1));
      assert.match((await notes(page))[0], /no answer/);
      await page.evaluate(() => {
        t.breakBot = false;
        t.chat.botTimeoutMs = 20;
        t.holdBot = ({ signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      });
      await say(page, "And now?");
      await page.evaluate(() => t.until(() => t.shows("offer")), "two in a row offer a person");
      assert.deepEqual(await page.evaluate(() => t.seen.errors.map(({ code }) => code)), ["bot-failed", "bot-failed"]);
    }));

  test("a reply on its way when a person joins is aborted and never shown", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => {
        // A bot that does not mind the signal.
        t.holdBot = ({ signal }) => new Promise((resolve) => Object.assign(t, { answer: resolve, signal }));
      });
      await say(page, "Where is my parcel?");
      await say(page, "And the other one?");
      await page.evaluate(() => t.until(() => t.answer));
      await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
      await page.evaluate(() => t.until(() => t.signal.aborted));
      await page.evaluate(() => (t.answer(), t.settled()));
      await page.evaluate(() => t.settled());
      assert.deepEqual(await page.evaluate(() => [t.all("from-bot"), t.all("from-agent"), t.asked.length]), [[], ["Hello, this is Mara."], 1]);
      assert.equal(await page.evaluate(() => t.chat.botSaid("Still here!")), false);
      assert.deepEqual(await page.evaluate(() => t.all("from-bot")), []);
    }));

  const ASKING = {
    en: ["agent", "I want to talk to a person"],
    es: ["quiero hablar con una persona"],
    de: ["Ich möchte mit einem Menschen sprechen"],
    fr: ["je veux parler à une personne"],
    pt: ["quero falar com uma pessoa"],
    it: ["voglio parlare con una persona"],
    nl: ["ik wil een medewerker spreken"],
  };
  for (const mode of ["live", "shadow"]) {
    test(`asking for a person in words brings the question with the network cut, and asking again a person: ${mode}`, async () => {
      for (const [lang, phrases] of Object.entries(ASKING)) {
        for (const phrase of phrases) {
          const element = `<simmerdown-chat lang=${lang} score-url="/v1/score"></simmerdown-chat>`;
          await onPage({ element }, async (page) => {
            await page.evaluate((mode) => (t.chat.options = { mode }), mode);
            await page.evaluate(() => t.chat.ready);
            await page.page.context().setOffline(true);
            await say(page, phrase);
            await page.evaluate(() => t.until(() => t.shows("ask")), phrase);
            if (lang === "en" && phrase !== "agent") await say(page, phrase);
            else await press(page, TEXTS[lang].askYes);
            await page.evaluate(() => t.until(() => t.seen.packets.length === 1 && t.shows("queue")), phrase);
          });
        }
      }
    });
  }

  const OWN_WORDS = { texts: { safety: "Call 112." }, options: { texts: { safety: "Call 112." } } };
  for (const [property, own] of Object.entries(OWN_WORDS)) {
    test(`safety comes before anything else, in the host's words by \`${property}\`, and no tone hint goes with it`, () =>
      onPage({}, async (page) => {
        await page.evaluate(async ([property, own]) => {
          t.chat[property] = own;
          await t.chat.ready;
          t.order = [];
          for (const type of ["safety", "decision"]) document.addEventListener(`simmerdown-${type}`, ({ detail }) => detail.messageId && t.order.push(type));
        }, [property, own]);
        await say(page, "I want to kill myself");
        await page.evaluate(() => t.until(() => t.shows("safety")));
        assert.equal(await page.evaluate(() => t.text("safety")), "Call 112.");
        assert.deepEqual(await page.evaluate(() => t.order.slice(0, 2)), ["safety", "decision"]);
        assert.equal(await page.evaluate(() => t.asked.length), 0);
        assert.ok(await shows(page, "queue"), "a person is asked for");
      }));
  }

  /** A page whose engine comes only when `arrive` is called; the stand-in is there already. */
  async function beforeTheEngine(body, said = []) {
    let wanted;
    const asked = new Promise((resolve) => (wanted = resolve));
    const url = pages.url({ csp: STRICT, wasm: wanted });
    const page = await engine.page(url, {}, (page) => page.clock.install());
    const arrive = async () => {
      (await asked).writeHead(200, { "content-type": "application/wasm" }).end(readFileSync(join(PACKAGE, "simmerdown_bg.wasm")));
      return page.evaluate(() => t.until(() => t.chat.conversation !== t.standIn));
    };
    try {
      await page.evaluate(async () => {
        while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
      });
      for (const text of said) await say(page, text);
      await page.page.clock.fastForward(8_000);
      await page.evaluate(async () => (t.standIn = await t.chat.ready));
      await body(page, arrive);
      assert.deepEqual(await problems(page), []);
    } finally {
      await page.close();
    }
  }

  const SAID_EARLY = {
    "safety and a person": { said: ["I want to kill myself"], safety: 1, packets: 1, shows: "queue" },
    "a person asked for twice in words": { said: ["talk to a human", "get me a human please"], safety: 0, packets: 1, shows: "queue" },
    "an offer": { said: [ANGRY], safety: 0, packets: 0, shows: "offer" },
  };
  for (const [what, { said, safety, packets, shows: part }] of Object.entries(SAID_EARLY)) {
    test(`what was said before a slow engine came leads where it would have led: ${what}`, () =>
      beforeTheEngine(async (page, arrive) => {
        await page.evaluate(() => {
          t.order = [];
          for (const type of ["safety", "decision", "handoff"]) {
            document.addEventListener(`simmerdown-${type}`, ({ detail }) => (type !== "decision" || detail.sentiment) && t.order.push(type));
          }
        });
        await arrive();
        await page.evaluate((part) => t.until(() => t.shows(part)), part);
        for (const _ of ["what is applied", "its decision"]) await page.evaluate(() => t.settled());
        const seen = await page.evaluate(() => [t.seen.safety.length, t.all("safety").length, t.seen.packets.length, t.all("from-customer")]);
        assert.deepEqual(seen.slice(0, 3), [safety, safety, packets]);
        assert.equal(seen[3].length, said.length, "no message twice");
        assert.ok(await page.evaluate(async () => (await t.chat.ready) === t.chat.conversation), "the desk answers the one that is there by now");
        const shown = await page.evaluate(() => t.seen.decisions.filter(({ cause }) => cause === "offer-shown").length);
        assert.equal(shown, part === "offer" ? 1 : 0, "nobody saw what a later message has overtaken");
        if (safety) assert.deepEqual(await page.evaluate(() => t.order.slice(0, 3)), ["safety", "decision", "handoff"]);
        if (packets) assert.match(await page.evaluate(() => t.seen.packets[0].transcript[0].text), /kill|human/, "with what the customer wrote");
      }, said));
  }

  test("what the page was told before a slow engine came is not told again, and from then on it is judged", () =>
    beforeTheEngine(async (page, arrive) => {
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.seen.packets.length === 1));
      await press(page, "Stay with the assistant");
      await page.evaluate(() => t.until(() => t.all("note").length === 1));
      await say(page, ANGRY);
      await arrive();
      await page.evaluate(() => t.until(() => t.shows("offer")), "what came after that is judged");
      await page.evaluate(() => t.settled());
      assert.deepEqual(await page.evaluate(() => [t.seen.packets.length, t.all("note").length]), [1, 1]);
    }));

  test("what happened in another tab's time is there once, and told once", () =>
    onPage({}, async (page) => {
      const look = (hidden) => page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
      }, hidden);
      await press(page, "Talk to a person");
      await apply(page, { type: "handoff-queued" });
      await look(true);
      for (let again = 0; again < 2; again += 1) {
        await apply(page, { type: "human-joined" });
        await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara.", { id: "a1" }));
      }
      await page.evaluate(() => t.chat.agentSaid("Are you there?", { id: "a2" }));
      await look(false);
      await look(true);
      await look(false);
      await page.evaluate(() => t.settled());
      assert.deepEqual(await page.evaluate(() => t.all("from-agent")), ["Hello, this is Mara.", "Are you there?"]);
      assert.equal((await notes(page)).filter((note) => note.includes("joined")).length, 1);
      assert.equal(await page.evaluate(() => t.seen.announced.filter((said) => said === "There are new messages.").length), 1);
      assert.equal(await page.evaluate(() => t.chat.shadowRoot.querySelectorAll(".divider").length), 1);
    }));

  test("a time that is over while the page slept is caught up with when it wakes", () =>
    onPage({}, async (page) => {
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.shows("queue")));
      // Timers sleep; the clock does not.
      await page.page.clock.setSystemTime(Date.now() + 60_000);
      await page.evaluate(() => document.dispatchEvent(new Event("visibilitychange")));
      await page.evaluate(() => t.until(() => t.shows("contact")));
    }, { clock: true }));

  test("a kept conversation goes on after a reload, with redacted words only, and is forgotten on request", async () => {
    const element = "<simmerdown-chat persist></simmerdown-chat>";
    const url = pages.url({ csp: STRICT, element });
    const page = await open(engine, url);
    await say(page, "Where is my parcel? I am ann@example.com");
    await page.evaluate(() => t.until(() => t.all("from-bot").length === 1));
    await press(page, "Talk to a person");
    await apply(page, { type: "handoff-queued", position: 2 });
    await page.evaluate(() => t.until(() => sessionStorage.getItem("simmerdown:chat")?.includes("parcel")));
    await page.go(url);
    await page.evaluate(async () => (await new Promise((resolve) => setTimeout(function look() { globalThis.toolsAreThere ? resolve() : setTimeout(look, 10); })), ready));
    await page.evaluate(() => t.until(() => t.shows("queue")));
    assert.match(await page.evaluate(() => t.text("queue")), /number 2/);
    assert.deepEqual(await page.evaluate(() => t.all("from-customer")), ["Where is my parcel? I am [email]"]);
    assert.equal(await page.evaluate(() => JSON.stringify([sessionStorage, localStorage]).includes("ann@")), false);
    assert.equal(await page.evaluate(() => t.seen.packets.length), 0, "nobody is asked for twice");
    await say(page, "hello?");
    assert.equal(await page.evaluate(() => t.asked.length), 0, "the bot is still silent");
    // Another tab has a conversation of its own.
    const other = await open({ page: async (to) => {
      const tab = await page.page.context().newPage();
      await tab.goto(to);
      return { page: tab, evaluate: (body, argument) => tab.evaluate(body, argument), close: () => tab.close() };
    } }, url);
    assert.deepEqual(await other.evaluate(() => [t.all("message"), t.shows("queue")]), [[], false]);
    await other.close();
    await page.evaluate(() => (t.chat.forget(), t.chat.ready));
    assert.deepEqual(await page.evaluate(() => [t.all("message"), t.shows("queue")]), [[], false]);
    assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage).includes("parcel")), false);
    assert.deepEqual(await problems(page), []);
    await page.close();
  });

  test("what the agent wrote is there after a reload, in its place and redacted, and expires with the rest", async () => {
    const url = pages.url({ csp: STRICT, element: "<simmerdown-chat persist></simmerdown-chat>" });
    const again = async (page) => {
      await page.go(url);
      await page.evaluate(async () => {
        while (!globalThis.toolsAreThere) await new Promise((resolve) => setTimeout(resolve, 10));
        await ready;
      });
    };
    const page = await open(engine, url);
    await say(page, "Where is my parcel?");
    await page.evaluate(() => t.until(() => t.all("from-bot").length === 1));
    await page.evaluate(() => t.chat.agentSaid("Mara here, write to mara@example.com or pay by 4111 1111 1111 1111"));
    await page.evaluate(() => t.until(() => t.all("from-agent").length === 1));
    await say(page, "Thank you.");
    await page.evaluate(() => t.chat.agentSaid("It is with you tomorrow.", { id: "a2" }));
    await page.evaluate(() => t.until(() => sessionStorage.getItem("simmerdown:chat:agent")?.includes("tomorrow")));
    for (const secret of ["mara@", "4111"]) assert.equal(await page.evaluate((secret) => JSON.stringify(sessionStorage).includes(secret), secret), false);
    await again(page);
    const shown = ["Where is my parcel?", "Reply to: Where is my parcel?", "Mara here, write to [email] or pay by [card]", "Thank you.", "It is with you tomorrow."];
    assert.deepEqual(await page.evaluate(() => t.all("message")), shown);
    assert.deepEqual(await page.evaluate(() => t.all("from-agent").length), 2);
    // A desk that repeats itself says nothing new; what is new is shown, and kept with the rest.
    await page.evaluate(() => t.chat.agentSaid("It is with you tomorrow.", { id: "a2" }));
    for (const text of ["One", "Two", "Three"]) await page.evaluate((text) => t.chat.agentSaid(text), text);
    await page.evaluate(() => t.until(() => t.all("from-agent").length === 5));
    await page.evaluate(() => t.until(() => sessionStorage.getItem("simmerdown:chat:agent")?.includes("Three")));
    await again(page);
    assert.deepEqual(await page.evaluate(() => t.all("message")), [...shown, "One", "Two", "Three"]);
    // A day later nothing of it is shown, and nothing is left.
    await page.page.context().addInitScript(() => {
      const now = Date.now;
      Date.now = () => now() + 86_400_001;
    });
    await again(page);
    assert.deepEqual(await page.evaluate(() => t.all("message")), []);
    assert.equal(await page.evaluate(() => JSON.stringify(sessionStorage).includes("tomorrow")), false);
    assert.deepEqual(await problems(page), []);
    await page.close();
  });

  test("moved or taken out and put in again, an element keeps its conversation", () =>
    onPage({}, async (page) => {
      await say(page, "Where is my parcel?");
      await page.evaluate(() => t.until(() => t.all("from-bot").length === 1));
      const same = await page.evaluate(async () => {
        const before = t.chat.conversation;
        const place = document.createElement("div");
        document.body.append(place);
        place.append(t.chat);
        await t.settled();
        return before === t.chat.conversation;
      });
      assert.ok(same, "moved");
      await press(page, "Talk to a person");
      await apply(page, { type: "handoff-queued", position: 4 });
      await page.evaluate(async () => {
        t.chat.remove();
        await t.settled();
        t.gone = t.chat.conversation;
        document.body.append(t.chat);
        await t.chat.ready;
      });
      assert.equal(await page.evaluate(() => t.gone), null);
      await page.evaluate(() => t.until(() => t.text("queue")?.includes("number 4")));
      assert.deepEqual(await page.evaluate(() => t.all("message")), ["Where is my parcel?", "Reply to: Where is my parcel?"]);
    }));

  test("a page that is put aside and comes back asks its bot again", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => {
        t.holdBot = ({ signal }) => new Promise((resolve, reject) => (Object.assign(t, { answer: resolve }), signal.addEventListener("abort", () => reject(signal.reason))));
      });
      await say(page, "Where is my parcel?");
      await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
      await page.evaluate(() => t.settled());
      assert.deepEqual(await notes(page), []);
      await page.evaluate(() => (dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true })), t.settled()));
      await page.evaluate(() => (t.answer(), t.until(() => t.all("from-bot").length === 1)));
      assert.equal(await page.evaluate(() => t.asked.length), 2);
    }));

  test("settings given before the class was there are kept, and a policy of the page's own decides", () =>
    onPage({}, async (page) => {
      const early = await page.evaluate(async () => {
        const chat = document.createElement("div").appendChild(document.createElement("simmerdown-later"));
        Object.assign(chat, { bot: async () => "from the early bot", texts: { entry: "Help me" }, policy: "article" });
        const { SimmerdownChat } = await import("/package/element.js");
        class Later extends SimmerdownChat {}
        Later.define("simmerdown-later");
        document.body.append(chat);
        await chat.ready;
        return { bot: await chat.bot(), policy: chat.policy, entry: chat.shadowRoot.querySelector("[part=entry]").textContent, own: Object.hasOwn(chat, "bot") };
      });
      assert.deepEqual(early, { bot: "from the early bot", policy: "article", entry: "Help me", own: false });
      await page.evaluate(() => (t.chat.policy = "article"));
      await page.evaluate(() => t.chat.ready);
      await say(page, ANGRY);
      await page.evaluate(() => t.until(() => t.shows("queue")), "under `article` the worst message hands off at once");
    }));

  test("<simmerdown-handoff> follows a conversation of the page's own", () =>
    onPage({ element: "<simmerdown-handoff></simmerdown-handoff>" }, async (page) => {
      await page.evaluate(async () => {
        const { default: init, Conversation } = await import("/package/index.js");
        await init();
        t.conversation = new Conversation();
        t.chat.conversation = t.conversation;
      });
      assert.equal(await page.evaluate(() => t.chat.conversation === t.conversation), true);
      await page.evaluate((angry) => (t.conversation.customerSaid(angry), t.settled()), ANGRY);
      assert.ok(await shows(page, "offer"));
      await press(page, "Talk to a human");
      await page.evaluate(() => t.until(() => t.shows("queue") && t.seen.packets.length === 1));
      await page.evaluate(() => (t.conversation.apply({ type: "human-joined" }), t.settled()));
      assert.ok(await page.evaluate(() => t.button("End this chat") !== null));
      await page.evaluate(() => (t.chat.remove(), t.settled()));
      assert.equal(await page.evaluate(() => t.conversation.apply({ type: "tick" }).handoff), "human", "it is not freed with the element");
    }));

  for (const [when, start] of [["alive", ""], ["under way", "human-requested"]]) {
    test(`<simmerdown-handoff> leads to a person although its conversation was freed: ${when}`, () =>
      onPage({ element: "<simmerdown-handoff></simmerdown-handoff>" }, async (page) => {
        await page.evaluate(async (start) => {
          const { default: init, Conversation } = await import("/package/index.js");
          await init();
          t.conversation = new Conversation();
          t.chat.conversation = t.conversation;
          if (start) t.conversation.apply({ type: start });
          await t.settled();
          t.conversation.free();
        }, start);
        if (start) await press(page, TEXTS.en.cancel);
        await page.evaluate(() => t.until(() => t.part("entry").getAttribute("aria-disabled") === "false"));
        await press(page, "Talk to a person");
        await page.evaluate((packets) => t.until(() => t.shows("queue") && t.seen.packets.length === packets), start ? 2 : 1);
        assert.deepEqual(await page.evaluate(() => t.seen.errors.map(({ code }) => code)), ["invalid-argument"], "the page is told");
        await page.evaluate(() => t.chat.conversation.apply({ type: "human-joined" }));
        await page.evaluate(() => t.until(() => t.button("End this chat") !== null));
        // And another conversation takes its place.
        await page.evaluate(async () => {
          const { Conversation } = await import("/package/index.js");
          t.chat.conversation = t.conversation = new Conversation();
        });
        await page.evaluate((angry) => (t.conversation.customerSaid(angry), t.settled()), ANGRY);
        assert.ok(await shows(page, "offer"));
      }));
  }

  test("a scorer's error of the same code as a call's leaves the engine where it is", () =>
    onPage({}, async (page) => {
      await page.evaluate(async () => {
        t.engine = await t.chat.ready;
        t.chat.scorer = async () => {
          throw Object.assign(new Error("a model of no such name"), { name: "SimmerdownError", code: "invalid-argument" });
        };
        t.engine = await t.until(() => t.chat.conversation !== t.engine && t.chat.conversation);
      });
      await say(page, "Where is my parcel?");
      await page.evaluate(() => t.until(() => t.seen.errors.length > 0));
      assert.deepEqual(await page.evaluate(() => t.seen.errors.map(({ code }) => code)), ["invalid-argument"]);
      assert.ok(await page.evaluate(() => t.chat.conversation === t.engine));
      await say(page, ANGRY);
      await page.evaluate(() => t.until(() => t.shows("offer")), "and it judges");
    }));

  test("what is no conversation is refused by name and code, and the button stays", () =>
    onPage({ element: "<simmerdown-handoff></simmerdown-handoff>" }, async (page) => {
      const refused = await page.evaluate(() =>
        [5, "c", {}, { on() {} }, () => {}].map((given) => {
          try {
            t.chat.conversation = given;
            return "taken";
          } catch ({ name, code, message }) {
            return `${name} ${code}: ${message}`;
          }
        }));
      for (const error of refused) assert.match(error, /^SimmerdownError invalid-argument: .*`conversation`/);
      // Set before the class was there, nobody could be told by a throw.
      await page.evaluate(() => {
        const late = Object.assign(document.createElement("late-handoff"), { conversation: 5 });
        document.body.append(late);
        t.chat.constructor.define.call(class extends t.chat.constructor {}, "late-handoff");
        return t.settled();
      });
      assert.equal(await page.evaluate(() => document.querySelector("late-handoff").shadowRoot.querySelector("[part~=entry]").textContent), "Talk to a person");
      assert.deepEqual(await page.evaluate(() => t.seen.errors.map(({ code }) => code)), ["invalid-argument"]);
      await press(page, "Talk to a person");
      await page.evaluate(() => t.until(() => t.seen.packets.length === 1));
    }));

  test("a text that is none is refused by name and code, and nothing happens", () =>
    onPage({}, async (page) => {
      const refused = await page.evaluate(async () => {
        const results = [];
        const attempt = (name, ...given) => {
          try {
            t.chat[name](...given);
            results.push(`${name} took ${JSON.stringify(given)}`);
          } catch ({ name: own, code, message }) {
            results.push([own, code, message]);
          }
        };
        for (const name of ["agentSaid", "customerSaid", "botSaid"]) {
          for (const text of [undefined, null, 7, {}, ["hi"], "", "  \n", Symbol("hi"), { toString() { throw new Error("no"); } }]) attempt(name, text);
        }
        await t.settled();
        return results;
      });
      assert.equal(refused.length, 27);
      for (const [name, code, message] of refused) {
        assert.deepEqual([name, code], ["SimmerdownError", "invalid-argument"]);
        assert.match(message, /give/, "it says what to give");
      }
      assert.deepEqual(await page.evaluate(() => [t.all("message"), t.seen.decisions.at(-1)?.botMuted]), [[], false]);
      // Without more there is nothing more to be said; and a composer left empty sends nothing.
      await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara.", null));
      await say(page, "   ");
      await page.evaluate(() => t.until(() => t.all("from-agent").length === 1));
      assert.deepEqual(await page.evaluate(() => t.all("message")), ["Hello, this is Mara."]);
    }));

  /** Asks for a person at a desk that is closed. */
  const askClosed = async (page) => {
    await apply(page, { type: "availability", state: "closed", opensAt: Date.now() + 3_600_000 });
    await press(page, TEXTS.en.entry);
    await page.evaluate(() => t.until(() => t.shows("contact")));
  };

  for (const state of ["closed", "busy"]) {
    test(`a desk that has a number asks for none any more: ${state}`, () =>
      onPage({}, async (page) => {
        await (state === "closed" ? askClosed(page) : apply(page, { type: "availability", state }).then(() => press(page, TEXTS.en.entry)));
        await page.evaluate(() => t.until(() => t.shows("contact")));
        assert.match(await page.evaluate(() => t.text("queue")), /leave an e-mail/);
        await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=phone]").value = "+49 30 1234567"));
        await page.evaluate(() => (t.seen.announced.length = 0));
        await press(page, TEXTS.en.contactSend);
        await page.evaluate(() => t.until(() => !t.shows("contact")));
        const words = await page.evaluate(() => t.text("queue"));
        assert.doesNotMatch(words, /leave an e-mail/i);
        assert.ok(words.includes(state === "closed" ? "here again from" : TEXTS.en.requestedText), words);
        assert.deepEqual(await page.evaluate(() => t.settled().then(() => t.seen.announced)), [], "what stands there already is not said again");
      }));
  }

  test("who closes the form of a closed desk can open it again, and it does not open by itself", () =>
    onPage({}, async (page) => {
      const opens = () => page.evaluate((text) => t.button(text) !== null, TEXTS.en.leaveContact);
      const over = () => page.evaluate((cancel) => t.until(() => t.button(cancel) === null), TEXTS.en.cancel);
      await askClosed(page);
      assert.equal(await opens(), false, "it is open");
      await press(page, TEXTS.en.close);
      assert.equal(await shows(page, "contact"), false);
      assert.ok(await shows(page, "queue"));
      await say(page, "Where is my parcel?");
      await page.page.clock.fastForward(20_100);
      await over();
      assert.equal(await shows(page, "contact"), false, "closed is closed");
      // The next request is another matter.
      await askClosed(page);
      await press(page, TEXTS.en.close);
      await press(page, TEXTS.en.leaveContact);
      await page.type("ann@example.com");
      await page.page.clock.fastForward(20_100);
      await over();
      await page.type("\n");
      await page.evaluate(() => t.until(() => t.seen.contacts.length === 1));
    }, { clock: true }));

  test("that nobody was free is told, also where the form was closed while the desk was busy", () =>
    onPage({}, async (page) => {
      await apply(page, { type: "availability", state: "busy" });
      await press(page, TEXTS.en.entry);
      await page.evaluate(() => t.until(() => t.shows("contact")));
      await press(page, TEXTS.en.close);
      await page.page.clock.fastForward(20_100);
      await page.evaluate((title) => t.until(() => t.chat.shadowRoot.querySelector(".title")?.textContent === title), TEXTS.en.missedTitle);
    }, { clock: true }));

  /** How a form gets on show in which somebody writes, and what happens while they do. */
  const HALF_TYPED = {
    "nobody accepts at a closed desk": [
      async (page) => {
        await apply(page, { type: "availability", state: "closed" });
        await press(page, TEXTS.en.entry);
      },
      async (page) => {
        await page.page.clock.fastForward(20_100);
        await page.evaluate((cancel) => t.until(() => t.button(cancel) === null), TEXTS.en.cancel);
      },
      TEXTS.en.closedTitle,
    ],
    "a busy desk takes them in line": [
      async (page) => {
        await apply(page, { type: "availability", state: "busy" });
        await press(page, TEXTS.en.entry);
      },
      (page) => apply(page, { type: "handoff-queued", position: 2 }),
      "number 2",
    ],
    "the desk fails": [
      async (page) => {
        await press(page, TEXTS.en.entry);
        await apply(page, { type: "handoff-queued" });
        await press(page, TEXTS.en.leaveContact);
      },
      (page) => apply(page, { type: "handoff-failed" }),
      TEXTS.en.missedTitle,
    ],
    "an offer comes where nobody came": [
      async (page) => {
        await press(page, TEXTS.en.entry);
        await apply(page, { type: "handoff-failed" });
      },
      async (page) => {
        await page.evaluate((angry) => t.chat.customerSaid(angry), ANGRY);
        await page.evaluate(() => t.until(() => t.shows("offer")));
      },
      TEXTS.en.offerTitle,
    ],
  };
  for (const [what, [reach, happens, title]] of Object.entries(HALF_TYPED)) {
    test(`who is writing how to be reached goes on writing: ${what}`, () =>
      onPage({}, async (page) => {
        await reach(page);
        await page.evaluate(() => t.until(() => t.shows("contact")));
        await page.click(() => t.chat.shadowRoot.querySelector("[name=phone]"));
        await page.type("030 123");
        await page.click(() => t.chat.shadowRoot.querySelector("[name=email]"));
        await page.type("ann@com");
        for (const _ of "com") await page.page.keyboard.press("ArrowLeft");
        await happens(page);
        await page.evaluate((title) => t.until(() => t.chat.shadowRoot.querySelector(".title").textContent.includes(title)), title);
        await page.type("example.");
        await page.type("\n");
        await page.evaluate(() => t.until(() => !t.shows("contact")));
        assert.deepEqual(await page.evaluate(() => t.seen.contacts), [{ email: "ann@example.com", phone: "030 123" }]);
      }, { clock: true }));
  }

  test("what is announced are sentences, each with its end", () =>
    onPage({}, async (page) => {
      await press(page, TEXTS.en.entry);
      await apply(page, { type: "handoff-queued", position: 2, waitMs: 240_000 });
      await apply(page, { type: "handoff-queued", position: 1 });
      assert.deepEqual(await page.evaluate(() => t.seen.announced.filter(Boolean)), [
        "Asking the team for a person. You can go on writing meanwhile.",
        "You are number 2 in line. Waiting time: about 4 minutes.",
        "You are next in line. Waiting time: about 4 minutes.",
      ]);
    }));

  test("who ends the chat is not told that the person left it; who is left, is", () =>
    onPage({}, async (page) => {
      await page.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
      await page.evaluate((end) => t.until(() => t.button(end) !== null), TEXTS.en.endChat);
      await press(page, TEXTS.en.endChat);
      await page.evaluate((back) => t.until(() => t.all("note").at(-1) === back), TEXTS.en.back);
      await page.evaluate(() => t.chat.agentSaid("One more thing."));
      await page.evaluate((end) => t.until(() => t.button(end) !== null), TEXTS.en.endChat);
      await apply(page, { type: "human-left" });
      assert.equal((await notes(page)).at(-1), `${TEXTS.en.left}. ${TEXTS.en.back}`);
    }));

  const LEAKING = "body { white-space: nowrap; text-transform: uppercase; letter-spacing: 0.2em; word-spacing: 1em; text-indent: 3em; text-shadow: 1px 1px red; }";
  for (const tag of ["simmerdown-chat", "simmerdown-handoff"]) {
    test(`the page's ways with text stay outside: <${tag}>`, () =>
      onPage({ element: `<${tag}></${tag}>`, look: LEAKING }, async (page) => {
        await press(page, TEXTS.en.entry);
        await page.evaluate(() => t.until(() => t.shows("queue")));
        const seen = await page.evaluate(() =>
          [t.part("entry"), t.chat.shadowRoot.querySelector(".title")].map((part) => {
            const style = getComputedStyle(part);
            return ["whiteSpace", "textTransform", "letterSpacing", "wordSpacing", "textIndent", "textShadow"].map((name) => style[name]);
          }));
        for (const style of seen) assert.deepEqual(style, ["normal", "none", "normal", "0px", "0px", "none"]);
      }));
  }

  test("a complaint about an address is over when the address is right", () =>
    onPage({}, async (page) => {
      await press(page, "Talk to a person");
      await apply(page, { type: "handoff-queued" });
      await press(page, TEXTS.en.leaveContact);
      await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=email]").value = "ann"));
      await press(page, "Leave this");
      assert.equal(await page.evaluate(() => t.status().textContent), TEXTS.en.contactInvalid);
      await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=email]").value = "ann@example.com"));
      await press(page, "Leave this");
      await page.evaluate(() => t.until(() => t.seen.contacts.length === 1));
      assert.equal(await page.evaluate(() => t.status().textContent), "");
    }));

  test("no attribute holds a score, and nothing shown names what the customer may feel", () =>
    onPage({}, async (page) => {
      await say(page, ANGRY);
      await page.evaluate(() => t.until(() => t.shows("offer")));
      const attributes = await page.evaluate(() => {
        const all = [t.chat, ...t.chat.shadowRoot.querySelectorAll("*")];
        return all.flatMap((element) => [...element.attributes].filter(({ name }) => name !== "d").map(({ name, value }) => `${name}=${value}`));
      });
      assert.deepEqual(attributes.filter((text) => /negative|critical|severity|frustrat|score|0\.\d|style=/i.test(text)), []);
    }));

  test("every language has every text, and none names an emotion", () => {
    const names = Object.keys(TEXTS.en).sort();
    assert.deepEqual(Object.keys(TEXTS).sort(), ["de", "en", "es", "fr", "it", "nl", "pt"]);
    for (const [language, texts] of Object.entries(TEXTS)) {
      assert.deepEqual(Object.keys(texts).sort(), names, language);
      for (const [name, text] of Object.entries(texts)) {
        for (const said of [text].flat()) {
          assert.ok(said.length > 0 && !/upset|angry|frustrat|annoy|sorry|feel|ärger|wütend|enfad|molest|énerv|frustr|arrabbiat|boos|zangad|irritad/i.test(said), `${language} ${name}`);
          const wanted = [TEXTS.en[name]].flat().join().match(/\{\w+\}/g) ?? [];
          assert.deepEqual(said.match(/\{\w+\}/g) ?? [], wanted, `${language} ${name}`);
        }
      }
    }
  });

  test("the decisions tell the customer in the chat's language what the chat shows, and so can another page's", () =>
    onPage({ html: "lang=de" }, async (page) => {
      await press(page, TEXTS.de.entry);
      await page.evaluate(() => t.until(() => t.seen.packets.length === 1));
      await apply(page, { type: "handoff-queued", waitMs: 240_000, position: 2, reference: "R-7" });
      await say(page, "Hallo?");
      const told = await page.evaluate(() => t.seen.decisions.flatMap(({ notices }) => notices ?? []).map(({ key, text }) => [key, text]));
      assert.deepEqual(told, [
        ["requested", `${TEXTS.de.requestedTitle}. ${TEXTS.de.requestedText}`],
        ["queued", "Sie stehen in der Warteschlange. Wartezeit: etwa 4 min. Sie stehen an Stelle 2. Vorgang: R-7."],
        ["holding", TEXTS.de.holding[0]],
      ]);
      assert.ok((await notes(page)).includes(TEXTS.de.holding[0]));
      // Every notice has words in every language, and none is left in English.
      const english = noticesFor("en");
      for (const language of Object.keys(TEXTS)) {
        const notices = noticesFor(language);
        assert.deepEqual(Object.keys(notices), Object.keys(english), language);
        for (const [key, text] of Object.entries(notices)) {
          assert.ok([text].flat().every((variant) => variant.length > 0), `${language} ${key}`);
          if (language !== "en") assert.notDeepEqual(text, english[key], `${language} ${key}`);
        }
      }
      const own = await page.evaluate(async () => {
        const [{ noticesFor }, { Conversation }] = [await import("/package/element.js"), await import("/package/index.js")];
        const conversation = new Conversation({ language: "it", texts: noticesFor("it") });
        return conversation.apply({ type: "human-requested" }).notices[0].text;
      });
      assert.equal(own, `${TEXTS.it.requestedTitle}. ${TEXTS.it.requestedText}`);
    }));

  test("the language is that of the page around, and a host's own texts stand over it", () =>
    onPage({ html: "lang=de-AT dir=ltr", element: "<simmerdown-chat></simmerdown-chat>" }, async (page) => {
      assert.equal(await page.evaluate(() => t.text("entry")), TEXTS.de.entry);
      await page.evaluate(() => (t.chat.lang = "it"));
      assert.equal(await page.evaluate(() => t.text("entry")), TEXTS.it.entry);
      await page.evaluate(() => (t.chat.texts = { entry: "Aiuto" }));
      assert.equal(await page.evaluate(() => t.text("entry")), "Aiuto");
      await page.evaluate(() => (t.chat.lang = "ja"));
      assert.equal(await page.evaluate(() => t.chat.shadowRoot.firstElementChild.lang), "en", "who reads it aloud knows the language");
    }));

  test("a page that changes its language takes the elements with it, but for one with a language of its own", () =>
    onPage({ element: "<simmerdown-chat></simmerdown-chat><simmerdown-handoff lang=nl></simmerdown-handoff>" }, async (page) => {
      const entries = () => page.evaluate(() => [...document.querySelectorAll("simmerdown-chat, simmerdown-handoff")].map(({ shadowRoot }) => shadowRoot.querySelector("[part~=entry]").textContent));
      await press(page, TEXTS.en.entry);
      await page.evaluate(() => t.until(() => t.shows("queue")));
      await apply(page, { type: "handoff-queued" });
      await press(page, TEXTS.en.leaveContact);
      await page.evaluate(() => (t.chat.shadowRoot.querySelector("[name=phone]").value = "030 123"));
      await page.evaluate(() => ((document.documentElement.lang = "de"), t.settled()));
      assert.deepEqual(await page.evaluate((text) => [t.button(text) !== null, t.chat.shadowRoot.querySelector("[name=phone]").value], TEXTS.de.contactSend), [true, "030 123"]);
      assert.deepEqual(await entries(), [TEXTS.de.entry, TEXTS.nl.entry]);
      assert.ok(await page.evaluate((text) => t.button(text) !== null, TEXTS.de.cancel), "what is on show already is said anew");
      await apply(page, { type: "handoff-cancelled" });
      assert.deepEqual((await notes(page)).slice(-1), [TEXTS.de.cancelled]);
      // Taken out of the page it follows it no more, and put in again it does.
      await page.evaluate(async () => {
        t.chat.remove();
        await t.settled();
        document.documentElement.lang = "fr";
        await t.settled();
      });
      assert.equal(await page.evaluate(() => t.text("entry")), TEXTS.de.entry);
      await page.evaluate(() => (document.body.append(t.chat), t.chat.ready));
      assert.deepEqual(await entries(), [TEXTS.nl.entry, TEXTS.fr.entry]);
    }));

  test("the classes can be imported where there is no HTMLElement, and defined twice", async () => {
    const script = `import { SimmerdownChat } from "${pathToFileURL(join(PACKAGE, "element.js"))}"; import "${pathToFileURL(join(PACKAGE, "define.js"))}"; SimmerdownChat.define(); console.log(SimmerdownChat.tag);`;
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", script]);
    assert.equal(stdout.trim(), "simmerdown-chat");
    await onPage({}, async (page) => {
      await page.evaluate(async () => (await import("/again/define.js"), (await import("/package/element.js")).SimmerdownChat.define()));
    });
  });
});
