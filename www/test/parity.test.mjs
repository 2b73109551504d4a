// The recorded conversations decide alike in the native binary and in the browser, as wasm and as JavaScript, to the last
// number.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { DIST, ROOT } from "./browser.mjs";
import { inPage } from "./package-page.mjs";

const LOG = join(ROOT, "tests/data/conversations.jsonl");
/** Of the generated log, which is compared whole by the full run. */
const GENERATED = process.env.SIMMERDOWN_FULL === "1" ? Infinity : 150;

const lines = (text) => text.trimEnd().split("\n").map((line) => JSON.parse(line));

async function natively(policy, log = LOG) {
  const replay = ["replay", "--policy", policy, log, "--json"];
  const { stdout } = await promisify(execFile)(process.env.SIMMERDOWN_BIN, replay, { maxBuffer: 2 ** 28 });
  return lines(stdout);
}

const PRESETS = ["article", "balanced"];
const ENGINES = ["wasm", "JavaScript"];

for (const [policy, engine] of PRESETS.flatMap((preset) => ENGINES.map((engine) => [preset, engine]))) {
  test(`preset ${policy} decides alike natively and in the browser: ${engine}`, async () => {
    const records = lines(await readFile(LOG, "utf8"));
    const inBrowser = await inPage(
      ({ policy, records }) =>
        records.map(({ id, events }) => {
          const conversation = new simmerdown.Conversation({ policy });
          const decisions = events.map((event) => conversation.apply(event));
          conversation.free();
          return { id, decisions };
        }),
      { engine, argument: { policy, records } },
    );
    const replayed = await natively(policy);
    assert.equal(replayed.length, records.length);
    // Numbers by value: what crosses from the page as JSON has no -0 either.
    const expected = replayed.map(({ id, decisions }) => ({ id, decisions }));
    assert.deepEqual(JSON.parse(JSON.stringify(inBrowser)), expected);
    // The same policy on other events would also agree; these have to differ from one another.
    const actions = new Set(expected.flatMap(({ decisions }) => decisions.map(({ action }) => action)));
    assert.ok(actions.size >= 3, [...actions].join());
  });
}

const POLICIES = [...PRESETS, "docs/policies/steady.json", "docs/policies/long-wait.json"].map((policy) => [policy, "wasm"]);

for (const [policy, engine] of [...POLICIES, ["balanced", "JavaScript"]]) {
  test(`a generated log under ${policy} comes to the same decisions natively and in the browser: ${engine}`, async () => {
    const { default: text } = await import(join(DIST, "demo/sample-log.js"));
    const records = lines(text).slice(0, GENERATED);
    const folder = await mkdtemp(join(tmpdir(), "parity-"));
    try {
      const log = join(folder, "log.jsonl");
      await writeFile(log, records.map((record) => `${JSON.stringify(record)}\n`).join(""));
      const file = policy.endsWith(".json") ? join(ROOT, policy) : undefined;
      const document = file ? JSON.parse(await readFile(file, "utf8")) : policy;
      const replayed = await natively(file ?? policy, log);
      // In slices: what a page gives back is text.
      for (let from = 0; from < records.length; from += 50) {
        const part = records.slice(from, from + 50);
        const inBrowser = await inPage(
          ({ policy, records }) =>
            JSON.stringify(records.map(({ events }) => {
              const conversation = new simmerdown.Conversation({ policy });
              const decisions = events.map((event) => conversation.apply(event));
              conversation.free();
              return decisions;
            })),
          { engine, argument: { policy: document, records: part } },
        );
        const expected = replayed.slice(from, from + 50).map(({ decisions }) => decisions);
        assert.deepEqual(JSON.parse(inBrowser), expected);
      }
      const actions = new Set(replayed.flatMap(({ decisions }) => decisions.map(({ action }) => action)));
      assert.ok(actions.size >= 2, [...actions].join());
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
}

/** A conversation with everything that is counted, hashed, redacted and stored, and what comes of it as text. */
function wholeConversation(kept) {
  const ids = Array.from({ length: 200 }, (_, place) => `conversation ${place}`);
  const held = ids.map((id) => {
    const conversation = new simmerdown.Conversation({ id, holdout: 0.3 });
    const { wouldAction = null } = conversation.customerSaid(angry, { at: 1_000 }).decision;
    conversation.free();
    return wouldAction;
  });
  const conversation = new simmerdown.Conversation({ id: "c1" });
  const decisions = [];
  const texts = ["Where is my order 7781? ann@example.com", angry, "Are you a robot?", "Karte 4111 1111 1111 1111", "useless \ud83d 😡😡", "x".repeat(9_000), "agent"];
  for (const [place, text] of texts.entries()) {
    const at = 1_700_000_000_000 + place * 12_345.678;
    decisions.push(conversation.customerSaid(text, { at }).decision, conversation.botSaid("I'm sorry. Could you give me the number?", { at }));
  }
  decisions.push(conversation.apply({ type: "score", messageId: "m2", score: { score: -0.123456789012345678, label: "negative", frustration: 0.1 + 0.2, urgency: 5e-324 }, source: "model" }));
  decisions.push(conversation.apply({ type: "human-requested" }), conversation.apply({ type: "handoff-queued", waitMs: 61_000 }));
  const { id, reference, ...packet } = conversation.handoffPacket();
  const result = { held, decisions, packet: { ...packet, text: packet.text.replaceAll(reference, "") }, summary: conversation.summary() };
  const snapshot = conversation.snapshot();
  const restored = kept === null ? null : simmerdown.Conversation.restore(kept, {}).customerSaid("hello?", { at: 1_700_000_999_999 }).decision;
  return { result: JSON.stringify(result).replaceAll(reference, ""), snapshot, restored: restored && JSON.stringify(restored).replaceAll(/SD-\w+/g, "") };
}

test("packet, summary, hold-out and redaction are the same as wasm and as JavaScript, and each restores what the other kept", async () => {
  const [wasm, javascript] = await Promise.all(ENGINES.map((engine) => inPage(wholeConversation, { engine, argument: null })));
  assert.equal(javascript.result, wasm.result);
  const { held, decisions } = JSON.parse(wasm.result);
  const share = held.filter((action) => action !== null).length / held.length;
  assert.ok(share > 0.15 && share < 0.45, `${share} are held out`);
  assert.equal(decisions.at(-1).handoff, "queued");
  for (const { snapshot } of [wasm, javascript]) {
    const [one, other] = await Promise.all(ENGINES.map((engine) => inPage(wholeConversation, { engine, argument: snapshot })));
    assert.equal(other.restored, one.restored);
    assert.match(one.restored, /"handoff":"queued"/);
  }
});
