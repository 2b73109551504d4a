// What the built package refuses, how it says so, and that nothing has changed afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage } from "./package-page.mjs";

test("what is no score, no event or no message is refused, and the conversation stays as it was", async () => {
  const { refusals, touched, untouched } = await inPage(() => {
    const conversation = new simmerdown.Conversation();
    const twin = new simmerdown.Conversation();
    const both = (event) => [conversation, twin].map((one) => one.apply(event));
    both({ type: "customer-message", id: "m1", text: angry, awaitsModel: true, at: 1000 });
    const scoreEvent = (changes) => ({ type: "score", messageId: "m1", score: { ...score, ...changes }, source: "model", at: 2000 });
    const { urgency, ...incomplete } = score;
    const cyclic = { type: "tick" };
    cyclic.at = cyclic;
    const refused = (code, call) => ({ code, call: String(call), error: thrown(call) });
    const apply = (event) => () => conversation.apply(event);
    const refusals = [
      ...[NaN, 1.2, "0.5", Infinity, null, undefined, true, 1n, {}].map((value) =>
        refused("invalid-score", apply(scoreEvent({ score: value })))),
      refused("invalid-score", apply(scoreEvent({ frustration: -0.1 }))),
      refused("invalid-score", apply(scoreEvent({ urgency: NaN }))),
      refused("invalid-score", apply(scoreEvent({ label: "furious" }))),
      refused("invalid-score", apply(scoreEvent({ mood: 1 }))),
      refused("invalid-score", apply({ ...scoreEvent(), score: incomplete })),
      refused("invalid-score", apply({ ...scoreEvent(), score: 0.5 })),
      ...[undefined, null, 7, "tick", [], {}, () => 0, new Map([["type", "tick"]])].map((value) =>
        refused("invalid-event", apply(value))),
      refused("invalid-event", apply({ type: "shrug" })),
      refused("invalid-event", apply({ type: "tick", mood: 1 })),
      refused("invalid-event", apply({ type: "tick", at: NaN })),
      refused("invalid-event", apply({ type: "tick", at: -1 })),
      refused("invalid-event", apply({ type: "tick", at: "now" })),
      refused("invalid-event", apply({ type: "tick", at: () => 0 })),
      refused("invalid-event", apply({ type: "tick", at: Symbol("now") })),
      refused("invalid-event", apply({ type: "tick", get at() { throw new Error("hostile"); } })),
      refused("invalid-event", apply(new Proxy({}, { ownKeys() { throw new Error("hostile"); } }))),
      refused("invalid-event", apply(cyclic)),
      refused("invalid-event", apply({ type: "customer-message", text: "hi" })),
      refused("invalid-event", apply({ type: "customer-message", id: "m2" })),
      refused("invalid-event", apply({ type: "customer-message", id: "m2", text: 7 })),
      refused("invalid-event", apply({ type: "customer-message", id: "m".repeat(10_000_000), text: "hi" })),
      refused("invalid-event", apply({ type: "customer", attributes: { tier: NaN } })),
      refused("invalid-event", apply({ type: "customer", attributes: Array.from({ length: 30_000 }, () => 1) })),
      ...[undefined, null, 7, {}, ["hi"], new String("hi")].flatMap((value) => [
        refused("invalid-event", () => conversation.customerSaid(value)),
        refused("invalid-event", () => conversation.botSaid(value)),
      ]),
      ...[7, "m2", { id: 7 }, { id: "" }, { at: "now" }, { at: NaN }, { text: "x" }].flatMap((extra) => [
        refused("invalid-event", () => conversation.customerSaid("hi", extra)),
        refused("invalid-event", () => conversation.botSaid("hi", extra)),
      ]),
      refused("invalid-argument", () => conversation.on("decided", () => {})),
      refused("invalid-argument", () => conversation.on("decision", "log")),
    ];
    const [touched, untouched] = both({ type: "customer-message", id: "m2", text: angry, at: 3000 });
    return { refusals, touched, untouched };
  });
  assert.ok(refusals.length > 60);
  for (const { code, call, error } of refusals) {
    assert.deepEqual([error.isError, error.name, error.code], [true, "SimmerdownError", code], `${call}: ${error.message}`);
    assert.doesNotMatch(error.message, /^Error|undefined|struct [A-Z]|enum [A-Z]|\n|\.$/, error.message);
  }
  assert.deepEqual(touched, untouched);
});

test("whoever misspells an option is told every one there is", async () => {
  const { code, message } = await inPage(() => thrown(() => new simmerdown.Conversation({ policty: 1 })));
  assert.equal(code, "invalid-options");
  const named = [...message.matchAll(/`(\w+)`/g)].map(([, name]) => name).sort();
  assert.deepEqual(named, ["enabled", "holdout", "id", "language", "log", "mode", "packet", "policty", "policy", "redact", "scorer", "texts"]);
});

test("options that cannot be used are refused", async () => {
  const refusals = await inPage(() => {
    const conversation = (code, options) => ({ code, error: thrown(() => new simmerdown.Conversation(options)) });
    const proxy = (options) => ({ code: "invalid-options", error: thrown(() => new simmerdown.ProxyScorer(options)) });
    return [
      conversation("invalid-options", "balanced"),
      conversation("invalid-options", { polcy: "balanced" }),
      conversation("invalid-options", { policy: 7 }),
      conversation("invalid-options", { mode: "dark" }),
      conversation("invalid-options", { holdout: 2, id: "c1" }),
      conversation("invalid-options", { holdout: NaN, id: "c1" }),
      conversation("invalid-options", { enabled: "yes" }),
      conversation("invalid-options", { get id() { throw new Error("hostile"); } }),
      conversation("invalid-options", { scorer: "v1/score" }),
      conversation("invalid-options", { scorer: {} }),
      conversation("invalid-options", { scorer: { score: () => score, timeoutMs: 0 } }),
      conversation("invalid-options", { scorer: { score: () => score, timeoutMs: "4000" } }),
      conversation("unknown-policy", { policy: "strict" }),
      conversation("invalid-policy", { policy: {} }),
      conversation("invalid-policy", { policy: { version: 1, name: "x", rules: [{ id: "a", mood: 1 }] } }),
      proxy(),
      proxy("/v1/score"),
      proxy({}),
      proxy({ url: "" }),
      proxy({ url: 7 }),
      proxy({ url: "https://" }),
      proxy({ url: "/v1/score", timeoutMs: NaN }),
      proxy({ url: "/v1/score", timeoutMs: 2 ** 31 }),
      proxy({ url: "/v1/score", timeout: 4000 }),
      proxy({ url: "/v1/score", headers: { "no such": "header" } }),
      proxy({ url: "/v1/score", credentials: "always" }),
    ];
  });
  for (const { code, error } of refusals) {
    assert.deepEqual([error.isError, error.name, error.code], [true, "SimmerdownError", code], error.message);
    // A policy says all that is wrong with it, a line each.
    const form = code === "invalid-policy" ? /^Error|untagged|struct [A-Z]|\.$/ : /^Error|untagged|struct [A-Z]|\n|\.$/;
    assert.doesNotMatch(error.message, form, error.message);
  }
});

test("remote scoring is switched by true and false alone, and stays as it was otherwise", async () => {
  const { refused, asked } = await inPage(async () => {
    let asked = 0;
    const scorer = async () => (asked++, score);
    const conversation = new simmerdown.Conversation({ scorer });
    conversation.setRemoteScoring(false);
    const refused = ["true", "false", undefined, null, 0, 1, {}, new Boolean(false)].map((on) => thrown(() => conversation.setRemoteScoring(on)));
    await conversation.customerSaid("Where is my parcel?").settled;
    const off = asked;
    conversation.setRemoteScoring(true);
    thrown(() => conversation.setRemoteScoring("false"));
    thrown(() => conversation.setRemoteScoring(undefined));
    await conversation.customerSaid("And now?").settled;
    return { refused, asked: [off, asked] };
  });
  for (const { name, code, message } of refused) {
    assert.deepEqual([name, code], ["SimmerdownError", "invalid-argument"]);
    assert.match(message, /`setRemoteScoring` is true or false/);
  }
  assert.deepEqual(asked, [0, 1]);
});

test("a refusal names what is wrong, whatever else may be wrong with it", async () => {
  const messages = await inPage(() => {
    const proxy = (options) => thrown(() => new simmerdown.ProxyScorer(options)).message;
    const conversation = (options) => thrown(() => new simmerdown.Conversation(options)).message;
    return {
      // An address that cannot be fetched here, as a relative one is in Node.js.
      timeout: proxy({ url: "https://", timeoutMs: 0 }),
      headers: proxy({ url: "https://", headers: { "no such": "header" } }),
      log: conversation({ log: { url: "https://", headers: { "no such": "header" } } }),
    };
  });
  assert.match(messages.timeout, /`timeoutMs`/);
  assert.match(messages.headers, /`headers` cannot hold `no such`/);
  assert.match(messages.log, /`headers` cannot hold `no such`/);
});

test("a conversation that was freed is listened to no more", async () => {
  const refused = await inPage(() => {
    const conversation = new simmerdown.Conversation();
    conversation.free();
    return thrown(() => conversation.on("decision", () => {}));
  });
  assert.deepEqual([refused.code, refused.message], ["invalid-argument", "it was freed"]);
});

test("a score that does not come is told on the console where nobody listens, once", async () => {
  const warned = await inPage(async () => {
    const warned = [];
    console.warn = (...said) => warned.push(said.map(String).join(" "));
    const scorer = async () => { throw new Error("no such thing"); };
    const heard = new simmerdown.Conversation({ scorer });
    heard.on("error", () => {});
    await heard.customerSaid("Where is my parcel?").settled;
    const conversation = new simmerdown.Conversation({ scorer });
    for (const text of ["Where is my parcel?", "Hello?"]) {
      await conversation.customerSaid(text).settled;
      await later();
    }
    return warned;
  });
  assert.equal(warned.length, 1);
  assert.match(warned[0], /nobody listens to `error`.*the scoring call failed: no such thing$/);
});
