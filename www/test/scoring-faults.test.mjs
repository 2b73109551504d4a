// Everything a network does to a scoring call, over real sockets and all of it at once: the customer's message is
// decided at once, the turn settles by its deadline with the right failure, and nothing bad becomes a score.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, serveFolder, visit } from "./browser.mjs";
import { PACKAGE } from "./package-page.mjs";
import { FAULTS, isTriedAgain, serveFaults } from "./score-faults.mjs";

// A page from a real server: to one that a test made up, the browser does not lend the loopback.
const PAGE = "<!doctype html><html lang=en><title>faults</title><link rel=icon href=data:,>";

const DEADLINE = 300;
const SLACK = 500;
const RUNS = 3;

let servers;
before(async () => (servers = await serveFaults()));
after(() => servers?.stop());

test(`all faults at once, ${RUNS} times each: settled by the deadline, with the right failure and no made-up score`, async () => {
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-faults-"));
  await cp(PACKAGE, folder, { recursive: true });
  await writeFile(join(folder, "index.html"), PAGE);
  const [site, browser] = await Promise.all([serveFolder(folder), launch()]);
  let seen;
  const call = async ({ urls, deadline, runs }) => {
    const simmerdown = await import("/index.js");
    await simmerdown.default();
    const angry = "This is the third time I'm asking. Nothing works, this is useless!!";
    const later = () => new Promise((resolve) => setTimeout(resolve));
    const results = [];
    const said = [];
    const one = async (name, run) => {
      const conversation = new simmerdown.Conversation({ scorer: new simmerdown.ProxyScorer({ url: urls[name], timeoutMs: deadline }) });
      const codes = [];
      conversation.on("error", ({ code }) => codes.push(code));
      const started = performance.now();
      const turn = conversation.customerSaid(angry);
      said.push(performance.now() - started);
      const decision = await turn.settled;
      const took = performance.now() - started;
      await later();
      const { cause, sentiment, sentimentHistory } = decision;
      results.push({ name, run, took, code: codes[0] ?? null, cause, source: sentiment.source, score: sentiment.score, history: sentimentHistory, first: turn.decision.sentiment.score });
      conversation.free();
    };
    // The browser asks once whether it may; what that takes is not what is measured.
    const warm = { method: "POST", headers: { "content-type": "application/json" }, body: "warm" };
    await Promise.all(Object.entries(urls).map(([name, url]) => ["no accept", "nobody there"].includes(name) || fetch(url, warm)));
    for (let run = 0; run < runs; run++) await Promise.all(Object.keys(urls).map((name) => one(name, run)));
    return { results, said };
  };
  try {
    const inside = async ({ page }) => (seen = await page.evaluate(call, { urls: servers.urls, deadline: DEADLINE, runs: RUNS }));
    await visit(browser, site.url, inside, { expected: () => true });
  } finally {
    await Promise.all([browser.close(), site.stop()]);
    await rm(folder, { recursive: true });
  }

  assert.equal(seen.results.length, RUNS * Object.keys(FAULTS).length);
  const right = new Set();
  for (const { name, run, took, code, cause, source, score, history, first } of seen.results) {
    const expected = FAULTS[name][1];
    const where = `${name}, run ${run}`;
    // To a machine that stands still for longer than the deadline everything is a timeout, and rightly; that is why
    // there is more than one run.
    if (code === "timeout" && expected !== "timeout") assert.ok(took >= DEADLINE, `${where}: a timeout after ${took} ms`);
    else {
      assert.equal(code, expected, where);
      right.add(name);
    }
    assert.ok(took <= DEADLINE + SLACK, `${where}: settled after ${took} ms`);
    if (code === null) {
      assert.deepEqual([cause, source, score], ["score", "model", -0.4], where);
    } else {
      // What stands is the page's own score, not a 0.
      assert.deepEqual([cause, source, score, history], ["score-failed", "on-device", first, [first]], where);
      assert.ok(first < -0.3, where);
    }
  }
  const untold = Object.keys(FAULTS).filter((name) => !right.has(name) && !isTriedAgain(name));
  assert.deepEqual(untold, [], "each fault is told for what it is");
  const slowest = Math.max(...seen.results.map(({ took }) => took));
  const [usual, longest] = [seen.said.sort((a, b) => a - b)[seen.said.length >> 1], seen.said.at(-1)];
  console.log(`${seen.results.length} calls at once: the slowest settled after ${slowest.toFixed(0)} ms, customerSaid took ${usual.toFixed(1)} ms, ${longest.toFixed(1)} ms at most`);
  assert.ok(usual < 50, `customerSaid takes ${usual} ms`);
});
