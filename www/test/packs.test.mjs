// The packs of cues that are no part of the wasm: loaded when a conversation needs them and only then, from beside the
// package; where they cannot be had, the usual ways to ask for a person are known all the same.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { inPage, PACKAGE } from "./package-page.mjs";

/** Asks for a person in words that only the pack knows; and in the usual words. */
const ASKS = {
  de: ["Gibt es hier auch echte Mitarbeiter?", "Ich möchte mit einem Menschen sprechen"],
  es: ["Páseme con soporte, por favor", "Quiero hablar con una persona"],
  fr: ["Y a-t-il un vrai conseiller ?", "Je veux parler à une personne"],
  it: ["Può chiamarmi qualcuno?", "Voglio parlare con una persona"],
  nl: ["Zijn er echte mensen?", "Ik wil een medewerker spreken"],
  pt: ["Alguém pode me ligar?", "Quero falar com uma pessoa"],
};
const LANGUAGES = Object.keys(ASKS);

/** Says texts in conversations of their own: the actions. Runs in the page. */
const ACT = `globalThis.act = (texts, options) => texts.map((text) => new simmerdown.Conversation(options).customerSaid(text).decision.action);
globalThis.loaded = () => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname).filter((path) => path.startsWith("/packs/"));
globalThis.until = async (seen) => { while (!seen()) await new Promise((resolve) => setTimeout(resolve, 5)); };`;

/** `inPage` with these at hand. */
const onPage = (body, argument, more) =>
  inPage(new Function("given", `${ACT} return (${body})(given);`), { argument, ...more });

test("an English page loads no pack, whoever else is quoted in it", async () => {
  const loaded = await onPage(async () => {
    act(["Where is my order?", "agent", "My name is José and I live in São Paulo", "ok", "😡😡😡"]);
    new simmerdown.Conversation({ language: "en-GB" }).apply({ type: "started", language: "ja" });
    await later();
    return loaded();
  });
  assert.deepEqual(loaded, []);
});

test("each pack is loaded once, when a conversation is said to be in its language, and then it counts", async () => {
  for (const [language, texts] of Object.entries(ASKS)) {
    const seen = await onPage(async ({ language, texts }) => {
      new simmerdown.Conversation({ language });
      const before = act(texts);
      await until(() => act(texts, { language: `${language}-XX` })[0] === "ask");
      return { before, after: act(texts), files: loaded().filter((file) => file.includes(language)) };
    }, { language, texts });
    const files = [`/packs/${language}.js`];
    assert.deepEqual(seen, { before: ["respond", "ask"], after: ["ask", "ask"], files });
  }
});

test("the engine in JavaScript has its packs as well", async () => {
  const seen = await onPage(async ({ language, texts }) => {
    const before = act(texts);
    await until(() => act(texts, { language })[0] === "ask");
    return { before, after: act(texts) };
  }, { language: "de", texts: ASKS.de }, { engine: "JavaScript" });
  assert.deepEqual(seen, { before: ["respond", "ask"], after: ["ask", "ask"] });
});

test("a language is noticed by what is written, by `started`, and by the page's own language", async () => {
  const seen = await onPage(async () => {
    const seen = [];
    const next = async () => {
      const last = seen.at(-1)?.length ?? 0;
      await until(() => loaded().length > last);
      seen.push(loaded());
    };
    act(["Wo ist meine Bestellung?"]);
    await next();
    new simmerdown.Conversation().apply({ type: "started", language: "nl-BE" });
    await next();
    document.documentElement.lang = "pt";
    new simmerdown.Conversation({ language: "en" });
    new simmerdown.Conversation();
    await next();
    return seen.at(-1);
  });
  assert.deepEqual(seen, ["/packs/de.js", "/packs/nl.js", "/packs/pt.js"]);
});

test("a pack that cannot be had is told of once, breaks nothing, and is asked for again", async () => {
  for (const broken of ["", 'export default "<!doctype html>";', "export default 1;", "throw new Error('no')"]) {
    const seen = await onPage(async (texts) => {
      const errors = [];
      const conversation = new simmerdown.Conversation({ language: "de" });
      conversation.on("error", ({ code, message, cause }) => errors.push({ code, message, caused: cause !== undefined }));
      conversation.customerSaid("Wo ist meine Bestellung?");
      await until(() => errors.length > 0);
      const actions = act(texts);
      const again = conversation.customerSaid(texts[1]).decision.action;
      await later();
      return { errors, actions, again };
    }, ASKS.de, {
      route: ["packs/*", (route) => (broken === "" ? route.abort() : route.fulfill({ contentType: "text/javascript", body: broken }))],
      expected: (problem) => problem.includes("/packs/de.js"),
    });
    assert.deepEqual(seen.errors.map(({ code, caused }) => [code, caused]), [["pack-unavailable", true]], broken);
    assert.match(seen.errors[0].message, /`de`/);
    assert.deepEqual([seen.actions, seen.again], [["respond", "ask"], "ask"], broken);
  }
});

test("an instance that takes the place of one that trapped has the packs", async () => {
  const seen = await onPage(async ([text]) => {
    const conversation = new simmerdown.Conversation({ language: "de" });
    await until(() => act([text])[0] === "ask");
    new Uint8Array(exports.memory.buffer).fill(255);
    return { action: conversation.customerSaid(text).decision.action, loaded: loaded().length };
  }, ASKS.de);
  assert.deepEqual(seen, { action: "ask", loaded: 1 });
});

test("in Node.js a pack is read from beside the package", async () => {
  const { default: init, Conversation } = await import(join(PACKAGE, "node.js"));
  await init();
  const act = () => {
    const conversation = new Conversation({ language: "fr" });
    const { action } = conversation.customerSaid(ASKS.fr[0]).decision;
    conversation.free();
    return action;
  };
  assert.equal(act(), "respond");
  for (let tries = 0; act() !== "ask"; tries += 1) {
    assert.ok(tries < 1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

test("the packs are the reviewed files, without their comments", async () => {
  for (const language of LANGUAGES) {
    const { default: text } = await import(join(PACKAGE, `packs/${language}.js`));
    const source = await readFile(new URL(`../../src/cue/${language}.txt`, import.meta.url), "utf8");
    assert.equal(text, source.split("\n").filter((line) => line !== "" && !line.startsWith("#")).join("\n"));
  }
});
