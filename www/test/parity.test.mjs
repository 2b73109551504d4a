// The recorded conversations decide alike in the native binary and in the browser, to the last number.

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

for (const policy of ["article", "balanced"]) {
  test(`preset ${policy} decides alike natively and in the browser`, async () => {
    const records = lines(await readFile(LOG, "utf8"));
    const inBrowser = await inPage(
      ({ policy, records }) =>
        records.map(({ id, events }) => {
          const conversation = new simmerdown.Conversation({ policy });
          const decisions = events.map((event) => conversation.apply(event));
          conversation.free();
          return { id, decisions };
        }),
      { argument: { policy, records } },
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

for (const policy of ["article", "balanced", "docs/policies/steady.json", "docs/policies/long-wait.json"]) {
  test(`a generated log under ${policy} comes to the same decisions natively and in the browser`, async () => {
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
          { argument: { policy: document, records: part } },
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
