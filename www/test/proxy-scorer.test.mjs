// The scorer behind `POST /v1/score`, as a page sees it fail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage } from "./package-page.mjs";

const REPLY = { score: -0.4, label: "negative", frustration: 0.5, urgency: 0.2, source: "model", model: "m", new: 1 };

test("a ProxyScorer serves by itself, and its rejections say why", async () => {
  const seen = await inPage(async () => {
    const scorer = new simmerdown.ProxyScorer({ url: "/v1/score" });
    const hasty = new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 50 });
    const why = (init, request = { message: "hi" }) =>
      (request.message === "hang" ? hasty : scorer).score(request, init).then((reply) => reply, (error) => `${error instanceof Error} ${error.code}`);
    const controller = new AbortController();
    const cancelled = why({ signal: controller.signal });
    controller.abort("a reason that is no error");
    return [
      await why(), await why({}), await why({ signal: AbortSignal.abort() }), await cancelled,
      await why(undefined, "hi"), await why(undefined, { message: 7 }), await why(undefined, { message: "hi", mood: 1 }),
      await why(undefined, { message: "a".repeat(9_000) }),
      await why(undefined, { message: "hang" }), await why(undefined, { message: "busy" }), await why(undefined, { message: "broken" }),
      await why(undefined, { message: "cut" }),
    ];
  }, {
    expected: (problem) => /answered (429|500)|status of (429|500)|failed|Failed to load/.test(problem),
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      if (message === "busy") return route.fulfill({ status: 429 });
      if (message === "broken") return route.fulfill({ status: 500 });
      if (message === "cut") return route.abort("connectionreset");
      if (message === "hang") return undefined;
      return route.fulfill({ json: { ...REPLY, model: String(message.length) } });
    },
  });
  const reply = (length) => ({ score: -0.4, label: "negative", frustration: 0.5, urgency: 0.2, source: "model", model: length });
  assert.deepEqual(seen, [
    reply("2"), reply("2"), "true cancelled", "true cancelled",
    "true invalid-argument", "true invalid-argument", "true invalid-argument",
    reply("4000"),
    "true timeout", "true rate-limited", "true http", "true http",
  ]);
});

test("without a network the failure is `offline`", async () => {
  const code = await inPage(async () => {
    Object.defineProperty(Navigator.prototype, "onLine", { get: () => false });
    const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: "/v1/score" }) });
    const codes = [];
    conversation.on("error", (error) => codes.push(error.code));
    await conversation.customerSaid("hi").settled;
    await later();
    return codes;
  }, { answer: (route) => route.abort("internetdisconnected"), expected: (problem) => /INTERNET_DISCONNECTED/.test(problem) });
  assert.deepEqual(code, ["offline"]);
});

test("a deadline is kept where its timer comes before its time, as by a clock that is rounded", async () => {
  const { code, took, timers } = await inPage(async () => {
    let timers = 0;
    const inTime = setTimeout;
    globalThis.setTimeout = (call, wait) => inTime(call, timers++ === 0 ? 0 : wait);
    const scorer = new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 60 });
    const start = performance.now();
    const code = await scorer.score({ message: "hang" }).then(() => "scored", (error) => error.code);
    return { code, took: performance.now() - start, timers };
  }, { answer: () => undefined });
  assert.equal(code, "timeout");
  assert.ok(took >= 59, `given up after ${took} ms`);
  assert.ok(timers >= 2, "the one that came early was set again");
});
