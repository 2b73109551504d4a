// The built package, called from JavaScript with JavaScript's own values, in a browser.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { inPage, PACKAGE } from "./package-page.mjs";

test("whoever forgets `init` is told so in one sentence", async () => {
  const errors = await inPage(async () => {
    const before = [
      thrown(() => new simmerdown.Conversation()),
      thrown(() => new simmerdown.ProxyScorer({ url: "/v1/score" })),
    ];
    await simmerdown.default();
    return [...before, thrown(() => new simmerdown.Conversation().free())];
  }, { start: false });
  for (const error of errors.slice(0, 2)) {
    assert.deepEqual([error.isError, error.name, error.code], [true, "SimmerdownError", "not-initialised"]);
    assert.match(error.message, /`await init\(\)`/);
  }
  assert.equal(errors[2].code, "nothing was thrown");
});

test("a message is decided at once and settles with the proxy's answer", async () => {
  const asked = [];
  const seen = await inPage(async () => {
    const scorer = new simmerdown.ProxyScorer({ url: "v1/score", headers: { "x-shop": "7" } });
    const conversation = new simmerdown.Conversation({ policy: "balanced", scorer });
    const before = Date.now();
    const turn = conversation.customerSaid("Where is my order?");
    const settled = await turn.settled;
    const plain = (value) => JSON.stringify(JSON.parse(JSON.stringify(value))) === JSON.stringify(value)
      && Object.values(value).every((part) => part !== undefined && !(part instanceof Map));
    return {
      turn: { id: turn.id, decision: turn.decision },
      settled,
      plain: [plain(turn.decision), plain(settled)],
      stamped: turn.decision.at >= before && turn.decision.at <= Date.now(),
      scorer: [scorer.url, scorer.timeoutMs],
    };
  }, {
    answer: (route) => {
      const request = route.request();
      asked.push([request.method(), request.headers()["content-type"], request.headers()["x-shop"], request.postDataJSON()]);
      return route.fulfill({ json: { score: -0.9, label: "negative", frustration: 0.95, urgency: 0.9, source: "model" } });
    },
  });
  assert.deepEqual(asked, [["POST", "application/json", "7", { message: "Where is my order?", messageId: "m1" }]]);
  assert.equal(seen.turn.id, "m1");
  assert.equal(seen.turn.decision.action, "respond");
  assert.equal(seen.settled.cause, "score");
  assert.equal(seen.settled.action, "offer");
  assert.deepEqual(seen.settled.sentiment, { score: -0.9, label: "negative", frustration: 0.95, urgency: 0.9, source: "model" });
  assert.deepEqual(seen.plain, [true, true]);
  assert.ok(seen.stamped);
  assert.deepEqual(seen.scorer, ["v1/score", 4000]);
});

test("a message of 10 MB is scored on its first characters, at once, and wasm memory does not grow", async () => {
  const seen = await inPage(async () => {
    const asked = [];
    const scorer = async (request) => (asked.push(request.message), score);
    const conversation = new simmerdown.Conversation({ scorer });
    const say = async (text) => {
      const started = performance.now();
      const { id, settled } = conversation.customerSaid(text);
      conversation.apply({ type: "customer-message", id: `${id}-again`, text });
      conversation.botSaid(text);
      const took = performance.now() - started;
      await settled;
      return took;
    };
    await say("a".repeat(4_000));
    const memory = exports.memory.buffer.byteLength;
    // One unit before the cap a character of two begins: it is left out, not cut in half.
    const took = await say("a".repeat(3_999) + "\u{1f600}" + "b".repeat(10_000_000));
    await say("\u{1f600}".repeat(5_000_000));
    return { took, grown: exports.memory.buffer.byteLength - memory, lengths: asked.map((text) => text.length), whole: asked.every((text) => text.isWellFormed()) };
  });
  assert.deepEqual(seen.lengths, [4_000, 3_999, 4_000]);
  assert.ok(seen.whole);
  // The transcript keeps 60 kB of these six messages, for which it may need two pages; the texts themselves would need
  // hundreds.
  assert.ok(seen.grown <= 2 * 65_536, `grown by ${seen.grown}`);
  assert.ok(seen.took < 250, `${seen.took} ms`);
});

test("half of a character of two does no harm", async () => {
  const seen = await inPage(() => {
    const [lone, back] = ["\ud83d", "\\"];
    const text = `${back}ud83d ${lone} ${back}${lone} ${back}${back} \u0001 "${lone}"`;
    const [said, applied] = [0, 1].map(() => new simmerdown.Conversation());
    const { id, decision } = said.customerSaid(text, { id: lone, at: 1 });
    said.botSaid(text, { at: 2 });
    const fresh = applied.apply({ type: "customer-message", id: lone, text, at: 1 });
    const attributes = { [`${back}${lone}`]: `${back}${lone}` };
    const packets = [];
    applied.on("handoff", (packet) => packets.push(packet));
    applied.apply({ type: "customer", attributes });
    applied.apply({ type: "human-requested" });
    return later().then(() => [id, decision.messageId, fresh.messageId, packets[0].attributes]);
  });
  assert.deepEqual(seen, ["\ufffd", "\ufffd", "\ufffd", { "\\\ufffd": "\\\ufffd" }]);
});

test("settled resolves, whatever the scorer does", async () => {
  const seen = await inPage(async () => {
    const outcome = async (scorer) => {
      const conversation = new simmerdown.Conversation({ scorer });
      const errors = [];
      conversation.on("error", (error) => errors.push(error));
      const settled = await conversation.customerSaid(angry).settled;
      await later();
      return [settled.cause, settled.sentiment.source, ...errors.map((error) => error.code)];
    };
    const object = { timeoutMs: 20, answers: score, async score() { return this.answers; } };
    return {
      none: await outcome(undefined),
      fn: await outcome(async () => score),
      object: await outcome(object),
      notAsync: await outcome(() => score),
      frozen: await outcome(Object.freeze(async () => Object.freeze({ ...score }))),
      throws: await outcome(() => { throw new Error("no"); }),
      rejects: await outcome(async () => { throw "no"; }),
      typed: await outcome(async () => { throw Object.assign(new Error("later"), { code: "circuit-open" }); }),
      nothing: await outcome(async () => undefined),
      nan: await outcome(async () => ({ ...score, score: NaN })),
      text: await outcome(async () => ({ ...score, score: "0.5" })),
      never: await outcome({ timeoutMs: 20, score: () => new Promise(() => {}) }),
    };
  });
  assert.deepEqual(seen, {
    none: ["score", "on-device"],
    fn: ["score", "model"],
    object: ["score", "model"],
    notAsync: ["score", "model"],
    frozen: ["score", "model"],
    throws: ["score-failed", "on-device", "http"],
    rejects: ["score-failed", "on-device", "http"],
    typed: ["score-failed", "on-device", "circuit-open"],
    nothing: ["score-failed", "on-device", "malformed"],
    nan: ["score-failed", "on-device", "malformed"],
    text: ["score-failed", "on-device", "malformed"],
    never: ["score-failed", "on-device", "timeout"],
  });
});

test("answers may arrive in any order, and free() leaves nobody waiting", async () => {
  const seen = await inPage(async () => {
    const answers = new Map();
    const signals = [];
    const scorer = (request, { signal }) => (signals.push(signal), new Promise((resolve) => answers.set(request.messageId, resolve)));
    const conversation = new simmerdown.Conversation({ scorer });
    conversation.botSaid("Hello, how can I help?");
    const turns = ["one", "two", "three"].map((text) => conversation.customerSaid(text));
    await later();
    answers.get("m2")({ ...score, score: 0.22 });
    const second = await turns[1].settled;
    answers.get("m1")({ ...score, score: 0.11 });
    const first = await turns[0].settled;
    const told = [];
    conversation.on("decision", (decision) => told.push(decision.id));
    const last = conversation.apply({ type: "tick" });
    conversation.free();
    const third = await turns[2].settled;
    await later();
    return {
      second: second.sentimentHistory.indexOf(0.22), first: first.sentimentHistory.indexOf(0.11), third: third.id === last.id, told,
      aborted: signals.map((signal) => signal.aborted), reason: signals[2].reason.name,
      after: thrown(() => conversation.apply({ type: "tick" })).isError,
      disposable: typeof conversation[Symbol.dispose],
    };
  });
  assert.deepEqual(seen, {
    second: 1, first: 0, third: true, told: [], aborted: [false, false, true], reason: "AbortError", after: true,
    disposable: "function",
  });
});

test("listeners may do anything: throw, call back, free", async () => {
  const seen = await inPage(async () => {
    const log = [];
    addEventListener("error", (event) => log.push(`reported ${event.error.message}`));
    const conversation = new simmerdown.Conversation();
    conversation.on("decision", (decision) => {
      log.push(`first ${decision.id}`);
      if (decision.id === "d1") conversation.apply({ type: "tick" });
      throw new Error(decision.id);
    });
    const off = conversation.on("decision", (decision) => log.push(`second ${decision.id}`));
    conversation.apply({ type: "started" });
    log.push("returned");
    await later();
    off();
    conversation.on("handoff", (packet) => log.push(`handoff ${packet.rule} ${packet.turns}`));
    conversation.on("decision", () => conversation.free());
    conversation.on("decision", () => log.push("told after the end"));
    // A getter may call back too: nothing is borrowed while it runs.
    conversation.apply({ type: "human-requested", get at() { return conversation.apply({ type: "tick" }).at; } });
    await later();
    return log;
  }, { expected: (problem) => problem.startsWith("uncaught: d") });
  assert.deepEqual(seen, [
    "returned",
    "first d1", "reported d1", "second d1", "first d2", "reported d2", "second d2",
    "first d3", "reported d3",
  ]);
});

test("listeners are told afterwards, in order; who comes later is not told of what was before, and who has left of nothing", async () => {
  const log = await inPage(async () => {
    const log = [];
    const conversation = new simmerdown.Conversation();
    const logs = (name) => conversation.on("decision", ({ id }) => log.push(`${name} ${id}`));
    logs("first");
    const off = logs("second");
    conversation.apply({ type: "started" });
    log.push("returned");
    conversation.apply({ type: "tick" });
    logs("third");
    await later();
    off();
    off();
    conversation.apply({ type: "tick" });
    await later();
    return [log, ...[["decided", () => {}], ["decision", 7]].map((given) => thrown(() => conversation.on(...given)).code)];
  });
  assert.deepEqual(log, [["returned", "first d1", "second d1", "first d2", "second d2", "first d3", "third d3"], "invalid-argument", "invalid-argument"]);
});

test("handoff and safety are told with what they are about", async () => {
  const seen = await inPage(async () => {
    const log = [];
    const conversation = new simmerdown.Conversation();
    for (const type of ["decision", "handoff", "safety"]) conversation.on(type, (detail) => log.push([type, detail]));
    conversation.customerSaid("I want to kill myself");
    await later();
    const first = log.splice(0).map(([type]) => type);
    const pressed = new simmerdown.Conversation();
    pressed.on("handoff", (packet) => log.push(packet));
    pressed.apply({ type: "customer", attributes: { tier: "gold" } });
    pressed.apply({ type: "human-requested" });
    await later();
    return { first, packet: log[0] };
  });
  // One decision for the message and its on-device score together.
  assert.deepEqual(seen.first, ["safety", "decision", "handoff"]);
  assert.equal(seen.packet.rule, "human-requested");
  assert.deepEqual(seen.packet.attributes, { tier: "gold" });
});

test("importing it on a server does nothing, and in Node.js it starts from its own file", async () => {
  for (const entry of ["index.js", "slim.js", "node.js"]) {
    const module = await import(pathToFileURL(join(PACKAGE, entry)));
    assert.throws(() => new module.Conversation(), { name: "SimmerdownError", code: "not-initialised" }, entry);
    assert.throws(() => new module.ProxyScorer({ url: "/v1/score" }), { name: "SimmerdownError", code: "not-initialised" }, entry);
  }
  const slim = await import(pathToFileURL(join(PACKAGE, "slim.js")));
  await assert.rejects(slim.default(), { name: "SimmerdownError", code: "invalid-argument" });
  const { default: init, Conversation } = await import(pathToFileURL(join(PACKAGE, "node.js")));
  await init();
  const conversation = new Conversation();
  assert.ok(conversation instanceof Conversation);
  assert.equal(conversation.botSaid("hello").action, "respond");
  conversation.free();
});

test("the entry exports what the glue exports, but for what rebuilds an engine", async () => {
  const glue = await import(pathToFileURL(join(PACKAGE, "simmerdown.js")));
  const entry = await import(pathToFileURL(join(PACKAGE, "index.js")));
  const own = new Set(["__wbg_reset_state", "onTrap", "takePack"]);
  // What loads the module is the entry's own.
  const shared = [...Object.keys(glue).filter((name) => !own.has(name)), "default"].sort();
  assert.deepEqual(shared, Object.keys(entry).filter((name) => name !== "build").sort());
  // Every method of the glue that the types tell of is there, and nothing that they keep to themselves.
  const hidden = ["__destroy_into_raw", "attach", "makeRoom", "resume"];
  for (const name of ["Conversation", "ProxyScorer"]) {
    const names = (type) => Object.getOwnPropertyNames(type.prototype).filter((method) => !hidden.includes(method)).sort();
    assert.deepEqual(names(entry[name]).filter((method) => method !== "on"), names(glue[name]), name);
  }
});

test("the build says its version and commit", async () => {
  const { build } = await import(pathToFileURL(join(PACKAGE, "index.js")));
  const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  assert.equal(build.version, manifest.version);
  assert.match(String(build.commit), /^([0-9a-f]{40}(-modified)?|null)$/);
});

test("every file the manifest names is there, and types stand first", async () => {
  const manifest = JSON.parse(await readFile(join(PACKAGE, "package.json"), "utf8"));
  assert.equal(manifest.dependencies, undefined);
  for (const file of manifest.files) assert.ok((await readFile(join(PACKAGE, file))).length > 0, file);
  for (const [name, target] of Object.entries(manifest.exports)) {
    const targets = typeof target === "string" ? { default: target } : target;
    if (typeof target !== "string") {
      assert.equal(Object.keys(target)[0], "types", name);
      assert.equal(Object.keys(target).at(-1), "default", name);
    }
    for (const path of Object.values(targets)) assert.ok(["package.json", ...manifest.files].includes(path.replace("./", "")), `${name}: ${path}`);
  }
});

test("texts and names of every kind cross the boundary both ways unchanged", async () => {
  const { back, given, pollution } = await inPage(() => {
    const conversation = new simmerdown.Conversation();
    // Names of nine letters, of no letter, of a prototype; words of the engine's own; halves of characters beside each other.
    const attributes = JSON.parse('{"nine chars":1,"ninechars":"9","__proto__":"plain","constructor":"x","café 🙂":"naïve — ﷽","emoji":"😡😡","low":true,"messageId":"neutral","score":"customer-message"}');
    conversation.apply({ type: "customer", attributes, at: 1 });
    const said = ["Zürich 😡 𝔘𝔫𝔦 مرحبا", "end\n", "\nstart", "a half \ud83d", "\ude21 the other half", "e\u0301\u0302\u0303", "score", "source é"];
    said.forEach((text, n) => conversation.apply({ type: "customer-message", id: `m-${n} ü`, text, at: n + 2 }));
    const { attributes: told, transcript } = conversation.handoffPacket();
    return {
      back: { attributes: Object.entries(told), texts: transcript.map(({ text }) => text) },
      given: { attributes: Object.entries(attributes), texts: said.map((text) => text.toWellFormed()) },
      pollution: {}.plain ?? Object.getPrototypeOf(told) === Object.prototype,
    };
  });
  const sorted = (entries) => entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
  assert.deepEqual(sorted(back.attributes), sorted(given.attributes));
  assert.deepEqual(back.texts, given.texts);
  assert.equal(pollution, true);
});

test("the schema of a policy is shipped as the types have it, under a name that editors find", async () => {
  const [{ stdout: generated }, shipped, manifest] = await Promise.all([
    promisify(execFile)(process.env.SIMMERDOWN_BIN, ["policy", "schema"]),
    readFile(join(PACKAGE, "policy.schema.json"), "utf8"),
    readFile(join(PACKAGE, "package.json"), "utf8"),
  ]);
  assert.equal(shipped, generated);
  const { exports, files } = JSON.parse(manifest);
  assert.equal(exports["./policy.schema.json"], "./policy.schema.json");
  assert.ok(files.includes("policy.schema.json"));
});
