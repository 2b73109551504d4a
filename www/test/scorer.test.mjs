// The on-device scorer in the page: the native binary's numbers to the last bit, and a score or none for any string.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { test } from "node:test";
import { ROOT } from "./browser.mjs";
import { inPage } from "./package-page.mjs";

const COUNT = 10_000;
const SEED = 20261125;

/** Mulberry32: the same numbers for the same seed. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const HOSTILE = [
  "", " ", "the constructor failed", "__proto__ is bad", "!".repeat(50_000), "a".repeat(20_000), "😡😡😡", "\u202edesrever\u202c",
  "Z̷̢̛a̶͝l̵̈́g̴͌o̷̕", "u".concat("\u0301".repeat(5_000), "seless"), "\0\u0001", "👨‍👩‍👧‍👦".repeat(500), "أين طلبي؟", "שירות גרוע",
];
/** Strings that are no text: halves of a pair. */
const HALVES = ["\ud83d", "\ude21", "this is \ud83d useless", "\ude21\ud83d reversed", "useless \ud800".repeat(300), "ok \udfff"];

/** Messages as people and attackers write them: pieces of the repository's own cases, marks, emoji, any characters. */
async function texts() {
  const draw = random(SEED);
  const pick = (list) => list[Math.floor(draw() * list.length)];
  const files = ["calm.csv", "cues/asks-human.csv", "cues/safety.csv"].map((file) => readFile(join(ROOT, "tests/data", file), "utf8"));
  const lines = (await Promise.all(files)).flatMap((file) => file.split("\n").slice(1).filter(Boolean));
  const words = [...new Set(lines.join(" ").split(/\s+/)), "useless", "ridiculous", "thanks", "great", "not", "never", "furious", "but", "VERY", "soooo", "refund"];
  const marks = ["!", "!!!", "?", "?!", "...", "…", ",", "\n", ":(", ">:(", ":)", "😡", "🙏", "😂", "@acme", "https://t.co/x", "42", "3rd"];
  const made = [...HOSTILE];
  while (made.length < COUNT - HALVES.length) {
    const kind = draw();
    const length = Math.floor(draw() * draw() * 60);
    if (kind < 0.15) made.push(pick(lines));
    else if (kind < 0.2) made.push(Array.from({ length }, () => String.fromCodePoint(Math.floor(draw() * 0xd7ff))).join(""));
    else if (kind < 0.22) made.push(Array.from({ length }, () => String.fromCodePoint(0xe000 + Math.floor(draw() * 0x101fff))).join(""));
    else {
      const piece = () => (draw() < 0.2 ? pick(marks) : draw() < 0.1 ? pick(words).toUpperCase() : pick(words));
      made.push(Array.from({ length: length + 1 }, piece).join(" "));
    }
  }
  return [...made, ...HALVES];
}

/** The scores of `simmerdown score`, null where there is none. */
async function natively(texts) {
  const child = spawn(process.env.SIMMERDOWN_BIN, ["score"], { stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(texts.map((text) => `${JSON.stringify({ text })}\n`).join(""));
  const lines = (await readAll(child.stdout)).trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.deepEqual(lines.filter(({ error }) => error), []);
  return lines.map(({ score, label, frustration, urgency }) => (score === null ? null : { score, label, frustration, urgency }));
}

for (const engine of ["wasm", "JavaScript"]) test(`${COUNT} texts get the same numbers natively and in the browser, to the last bit (${engine}, seed ${SEED})`, async () => {
  const all = await texts();
  const inBrowser = await inPage(
    (texts) =>
      texts.map((text) => {
        const conversation = new simmerdown.Conversation();
        const { sentiment } = conversation.customerSaid(text).decision;
        conversation.free();
        if (sentiment === null) return null;
        const { score, label, frustration, urgency } = sentiment;
        return { score, label, frustration, urgency };
      }),
    { engine, argument: all },
  );
  const native = await natively(all);
  assert.equal(inBrowser.length, COUNT);
  assert.equal(native.length, COUNT);
  const different = all.map((text, place) => ({ text, native: native[place], page: inBrowser[place] })).filter(({ native, page }) => JSON.stringify(native) !== JSON.stringify(page));
  assert.deepEqual(different.slice(0, 3), []);
  // Texts that all get one number would agree, too.
  assert.ok(new Set(native.map((told) => told?.score)).size > COUNT / 2);
  assert.ok(native.filter((told) => told === null).length > 100);
});

test("halves of a surrogate pair are scored like any text, and nothing is thrown", async () => {
  const told = await inPage((texts) => texts.map((text) => new simmerdown.Conversation().customerSaid(text).decision.sentiment), { argument: HALVES });
  for (const sentiment of told) assert.ok(sentiment === null || (Math.abs(sentiment.score) <= 1 && sentiment.frustration >= 0 && sentiment.frustration <= 1));
  assert.equal(told[2].label, "negative");
});
