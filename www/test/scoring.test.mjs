// How the page's scorer behaves: what it sends and when, and when it stops.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage } from "./package-page.mjs";

const REPLY = { score: -0.4, label: "negative", frustration: 0.5, urgency: 0.2, source: "model" };
const expected = (problem) => /answered (401|429|503)|status of (401|429|503)|failed:|Failed to load|net::ERR/.test(problem);

test("what passes is tried again, by itself or when the proxy says so", async () => {
  const statuses = { fails: [503, 200], asks: [429, 200], never: [429, 429, 429], resets: [0, 200] };
  const seen = await inPage(async () => {
    const results = {};
    for (const message of ["fails", "asks", "never", "resets"]) {
      const scorer = new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 5_000 });
      const started = performance.now();
      const result = await scorer.score({ message }).then(({ score }) => score, ({ code }) => code);
      results[message] = [result, performance.now() - started >= 1_000];
    }
    return results;
  }, {
    expected,
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      const status = statuses[message].shift();
      if (status === 0) return route.abort("connectionreset");
      return status === 200 ? route.fulfill({ json: REPLY }) : route.fulfill({ status, headers: message === "asks" ? { "retry-after": "1" } : {} });
    },
  });
  assert.deepEqual(seen, { fails: [-0.4, false], asks: [-0.4, true], never: ["rate-limited", false], resets: [-0.4, false] });
  assert.deepEqual(statuses, { fails: [], asks: [], never: [], resets: [] });
});

test("after failures in a row the proxy is left alone, and every call says why at once", async () => {
  let asked = 0;
  const codes = await inPage(async () => {
    const scorer = new simmerdown.ProxyScorer({ url: "/v1/score" });
    const codes = [];
    for (let call = 0; call < 20; call++) codes.push(await scorer.score({ message: "hi" }).catch(({ code }) => code));
    return codes;
  }, { expected, answer: (route) => (asked++, route.abort("connectionrefused")) });
  assert.equal(asked, 5);
  assert.deepEqual([...new Set(codes)], ["http", "circuit-open"]);
  assert.ok(codes.slice(-15).every((code) => code === "circuit-open"));
});

test("a token is asked for once, shared, and renewed once when it is refused", async () => {
  const sent = [];
  const seen = await inPage(async () => {
    let minted = 0;
    const token = async () => `t${++minted}`;
    const scorer = new simmerdown.ProxyScorer({ url: "/v1/score", token, headers: { "x-tenant": "shop" } });
    const score = (message) => scorer.score({ message }).then(({ score }) => score, ({ code }) => code);
    const first = await Promise.all([score("a"), score("b")]);
    const refused = await Promise.all([score("old"), score("old")]);
    const hopeless = await score("never");
    const never = new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 50, token: () => new Promise(() => {}) });
    const codes = [await never.score({ message: "a" }).catch(({ code }) => code)];
    for (const token of [() => { throw new Error("no"); }, () => Promise.reject("no"), () => 7, () => ""]) {
      const scorer = new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 500, token });
      codes.push(await scorer.score({ message: "a" }).catch(({ code }) => code));
    }
    return { first, refused, hopeless, minted, codes, bad: thrown(() => new simmerdown.ProxyScorer({ url: "/", token: "secret" })).code };
  }, {
    expected,
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      const headers = route.request().headers();
      sent.push([message, headers.authorization, headers["x-tenant"]]);
      const refused = message === "never" || (message === "old" && headers.authorization === "Bearer t1");
      return refused ? route.fulfill({ status: 401 }) : route.fulfill({ json: REPLY });
    },
  });
  assert.deepEqual(seen, {
    first: [-0.4, -0.4], refused: [-0.4, -0.4], hopeless: "http", minted: 3,
    codes: ["timeout", "http", "http", "http", "http"], bad: "invalid-options",
  });
  assert.deepEqual(sent.map(([message, token]) => `${message} ${token}`), [
    "a Bearer t1", "b Bearer t1", "old Bearer t1", "old Bearer t1", "old Bearer t2", "old Bearer t2", "never Bearer t2", "never Bearer t3",
  ]);
  assert.ok(sent.every(([, , tenant]) => tenant === "shop"));
});

test("setRemoteScoring(false) aborts what is on its way, settles it, and no text leaves the page any more", async () => {
  const asked = [];
  const seen = await inPage(async () => {
    const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: "/v1/score" }) });
    const codes = [];
    conversation.on("error", ({ code }) => codes.push(code));
    conversation.botSaid("Hello");
    const hanging = conversation.customerSaid(angry);
    await new Promise((resolve) => setTimeout(resolve, 100));
    conversation.setRemoteScoring(false);
    const settled = await hanging.settled;
    const local = conversation.customerSaid("my secret card 4111 1111 1111 1111 is still declined, useless");
    const localSettled = await local.settled;
    // Also not from a snapshot of the conversation.
    const restored = simmerdown.Conversation.restore(conversation.snapshot(), { scorer: new simmerdown.ProxyScorer({ url: "/v1/score" }) });
    await restored.customerSaid("secret again").settled;
    await new Promise((resolve) => setTimeout(resolve, 100));
    conversation.setRemoteScoring(true);
    const again = await conversation.customerSaid("hello").settled;
    return {
      settled: [settled.cause, settled.sentiment.source, "provisional" in settled.sentiment], codes,
      local: [local.decision.sentiment.source, "provisional" in local.decision.sentiment, localSettled.id === local.decision.id],
      again: [again.cause, again.sentiment.source],
    };
  }, {
    expected,
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      asked.push(message);
      return message === "hello" ? route.fulfill({ json: REPLY }) : undefined;
    },
  });
  assert.deepEqual(seen, {
    settled: ["score-failed", "on-device", false], codes: ["cancelled"], local: ["on-device", false, true], again: ["score", "model"],
  });
  assert.deepEqual(asked.map((message) => message.slice(0, 8)), ["This is ", "hello"]);
});

test("setRemoteScoring(false) also holds back what waits for its turn, and what waits to be tried again", async () => {
  const asked = [];
  const seen = await inPage(async () => {
    const switched = async (texts, until) => {
      const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 20_000 }) });
      const codes = [];
      conversation.on("error", ({ code }) => codes.push(code));
      conversation.botSaid("Hello");
      const turns = texts.map((text) => conversation.customerSaid(text));
      await until();
      conversation.setRemoteScoring(false);
      const settled = await Promise.all(turns.map((turn) => turn.settled));
      await later();
      return { codes: [...new Set(codes)], failed: codes.length, causes: [...new Set(settled.map(({ cause }) => cause))] };
    };
    const soon = () => new Promise((resolve) => setTimeout(resolve, 100));
    const queued = await switched(Array.from({ length: 20 }, (_, place) => `hang ${place}`), soon);
    const paused = await switched(["busy"], soon);
    // The pause that the proxy asked for is over.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    return { queued, paused };
  }, {
    expected,
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      asked.push(message);
      return message === "busy" ? route.fulfill({ status: 503, headers: { "retry-after": "1" } }) : undefined;
    },
  });
  assert.deepEqual(seen, {
    queued: { codes: ["cancelled"], failed: 20, causes: ["score-failed"] },
    paused: { codes: ["cancelled"], failed: 1, causes: ["score-failed"] },
  });
  assert.deepEqual(asked, [...Array.from({ length: 6 }, (_, place) => `hang ${place}`), "busy"]);
});

test("cookies go along as `credentials` says, to the page's own origin unless told", async () => {
  const seen = {};
  await inPage(async () => {
    document.cookie = "session=s1";
    for (const credentials of [undefined, "same-origin", "include", "omit"]) {
      await new simmerdown.ProxyScorer({ url: "/v1/score", credentials, headers: { "x-case": String(credentials) } }).score({ message: "hi" });
    }
  }, {
    answer: async (route) => {
      const headers = await route.request().allHeaders();
      seen[headers["x-case"]] = headers.cookie ?? null;
      await route.fulfill({ json: REPLY });
    },
  });
  assert.deepEqual(seen, { undefined: "session=s1", "same-origin": "session=s1", include: "session=s1", omit: null });
});

test("a page that is hidden has nothing on its way, and asks again when it comes back", async () => {
  let hang = true;
  const seen = await inPage(async () => {
    const signals = [];
    const proxy = new simmerdown.ProxyScorer({ url: "/v1/score" });
    const scorer = (request, init) => (signals.push(init.signal), proxy.score(request, init));
    const conversation = new simmerdown.Conversation({ scorer });
    const turn = conversation.customerSaid("I am still waiting for my parcel to arrive");
    await new Promise((resolve) => setTimeout(resolve, 100));
    dispatchEvent(new Event("pagehide"));
    const aborted = signals.map((signal) => signal.aborted);
    const settled = await turn.settled;
    const rescored = new Promise((resolve) => conversation.on("decision", (decision) => decision.cause === "score" && resolve(decision)));
    await fetch("/v1/score", { method: "POST", body: '{"message":"release"}' });
    dispatchEvent(new Event("pageshow"));
    const later = await rescored;
    dispatchEvent(new Event("pageshow"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    conversation.free();
    dispatchEvent(new Event("pagehide"));
    return { aborted, settled: [settled.cause, settled.sentiment.source], later: [later.messageId, later.sentiment.source], asked: signals.length };
  }, {
    expected,
    answer: (route) => {
      const { message } = route.request().postDataJSON();
      if (message === "release") hang = false;
      return hang ? undefined : route.fulfill({ json: REPLY });
    },
  });
  assert.deepEqual(seen, { aborted: [true], settled: ["score-failed", "on-device"], later: ["m1", "model"], asked: 2 });
});

test("a burst of messages is asked about a few at a time, and the oldest in the queue give way", async () => {
  let most = 0, now = 0;
  const seen = await inPage(async () => {
    const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: "/v1/score", timeoutMs: 20_000 }) });
    const codes = [];
    conversation.on("error", ({ code }) => codes.push(code));
    conversation.botSaid("Hello");
    const turns = Array.from({ length: 100 }, (_, place) => conversation.customerSaid(`message ${place}`));
    const settled = await Promise.all(turns.map((turn) => turn.settled));
    await later();
    return { codes: [...new Set(codes)], cancelled: codes.length, scored: settled.filter(({ cause }) => cause === "score").length, last: settled.at(-1).sentiment.source };
  }, {
    expected,
    answer: async (route) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
      return route.fulfill({ json: REPLY });
    },
  });
  assert.ok(most <= 6, `${most} at once`);
  assert.deepEqual(seen, { codes: ["cancelled"], cancelled: 62, scored: 38, last: "model" });
});

test("one scorer serves many conversations, each its own answers", async () => {
  const seen = await inPage(async () => {
    const scorer = new simmerdown.ProxyScorer({ url: "/v1/score" });
    const scores = Array.from({ length: 20 }, async (_, place) => {
      const conversation = new simmerdown.Conversation({ scorer });
      return (await conversation.customerSaid(String(place / 20)).settled).sentiment.score;
    });
    return Promise.all(scores);
  }, { answer: (route) => route.fulfill({ json: { ...REPLY, score: Number(route.request().postDataJSON().message) } }) });
  assert.deepEqual(seen, Array.from({ length: 20 }, (_, place) => place / 20));
});

test("a redacted text is what every scorer sees", async () => {
  const asked = [];
  const seen = await inPage(async () => {
    const text = "I am ann@example.com, card 4111 1111 1111 1111, call +44 20 7946 0958";
    const own = [];
    const proxy = new simmerdown.ProxyScorer({ url: "/v1/score" });
    const fn = async (request) => (own.push(request.message), score);
    await new simmerdown.Conversation({ scorer: proxy }).customerSaid(text).settled;
    await new simmerdown.Conversation({ scorer: fn }).customerSaid(text).settled;
    await new simmerdown.Conversation({ scorer: proxy, redact: { email: false } }).customerSaid(text).settled;
    await new simmerdown.Conversation({ scorer: proxy, redact: false }).customerSaid(text).settled;
    await proxy.score({ message: text, context: [{ role: "customer", text }] });
    return { own, bad: thrown(() => new simmerdown.Conversation({ redact: { mail: true } })).code };
  }, { answer: (route) => (asked.push(route.request().postDataJSON()), route.fulfill({ json: REPLY })) });
  const redacted = "I am [email], card [card], call [phone]";
  assert.deepEqual(seen, { own: [redacted], bad: "invalid-options" });
  assert.deepEqual(asked.map(({ message }) => message), [
    redacted, "I am ann@example.com, card [card], call [phone]", "I am ann@example.com, card 4111 1111 1111 1111, call +44 20 7946 0958", redacted,
  ]);
  assert.equal(asked.at(-1).context[0].text, redacted);
});

test("a page that never tells what the bot says is told once", async () => {
  const warnings = [];
  await inPage(async () => {
    for (let place = 0; place < 2; place++) {
      const conversation = new simmerdown.Conversation();
      for (let message = 0; message < 5; message++) conversation.customerSaid("hello");
    }
    const told = new simmerdown.Conversation();
    told.botSaid("Hello");
    for (let message = 0; message < 5; message++) told.customerSaid("hello");
  }, { expected: (problem) => (problem.startsWith("warning: simmerdown") ? warnings.push(problem) : false) });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0], /botSaid/);
});
