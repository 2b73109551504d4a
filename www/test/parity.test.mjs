// The recorded conversations decide alike in the native binary and in the browser, to the last number.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./browser.mjs";
import { inPage } from "./package-page.mjs";

const LOG = join(ROOT, "tests/data/conversations.jsonl");

const lines = (text) => text.trimEnd().split("\n").map((line) => JSON.parse(line));

async function natively(policy) {
  const replay = ["replay", "--policy", policy, LOG, "--json"];
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
