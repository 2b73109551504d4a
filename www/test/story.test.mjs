// The story of going live, from shadow to a measured difference: pages with the real package send their logs to the
// real `simmerdown serve --log`, what it kept is replayed as it lies there, a threshold is moved, the new policy goes
// live with a hold-out, and the report says what that changed, and how sure it is of it.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";
import { DIST, launch, serveDemo } from "./browser.mjs";

const run = promisify(execFile);
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm" };
const SHOP = `<!doctype html><html lang=en><title>shop</title><link rel=icon href=data:,>`;
/** What the logs are kept apart by, as a team would by the day. */
const PERIODS = ["shadow", "live", "killed"];
/** Conversations that a page holds at once. */
const AT_ONCE = 100;

let browser;
let servers;
let folder;
let records;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "story-"));
  // One address stands for all customers here, so its limit is no limit.
  const serve = (log) => serveDemo("--log", join(folder, log), "--rate-limit", "1000000", "--metrics-addr", "127.0.0.1:0");
  const serving = await Promise.all(PERIODS.map(serve));
  browser = await launch();
  servers = Object.fromEntries(PERIODS.map((period, place) => [period, serving[place]]));
  // Generated conversations: the same seeded ones that the lab shows.
  const { default: log } = await import(join(DIST, "demo/sample-log.js"));
  records = log.trimEnd().split("\n").map((line) => JSON.parse(line));
});

after(async () => {
  await browser?.close();
  await Promise.all(Object.values(servers ?? {}).map((server) => server.stop()));
  await rm(folder, { recursive: true, force: true });
});

async function simmerdown(...flags) {
  const { stdout } = await run(process.env.SIMMERDOWN_BIN, flags, { maxBuffer: 2 ** 28 });
  return stdout;
}

/** The log files of a period as the proxy left them. */
async function collected(period) {
  const names = await readdir(join(folder, period));
  return names.filter((name) => name.endsWith(".jsonl")).sort().map((name) => join(folder, period, name));
}

/** The lines of all of them; a last one that has no end yet is being written at the moment. */
async function kept(period) {
  const texts = await Promise.all((await collected(period)).map((file) => readFile(file, "utf8")));
  return texts.flatMap((text) => text.split("\n").slice(0, -1)).map((line) => JSON.parse(line));
}

/** A page of the shop, at the proxy's origin, with the packed package at hand and its clock in the test's hand. */
async function shop(period, { of = browser, policy } = {}) {
  const server = servers[period];
  const context = await of.newContext();
  await context.route(`${server.url}shop/**`, async (route) => {
    const path = new URL(route.request().url()).pathname.slice("/shop/".length);
    if (path === "") return route.fulfill({ contentType: "text/html", body: SHOP });
    if (path === "policy.json") return route.fulfill({ contentType: "application/json", body: policy });
    return route.fulfill({ contentType: TYPES[extname(path)] ?? "text/plain", body: await readFile(join(DIST, "package", path)) });
  });
  const page = await context.newPage();
  const answers = [];
  page.on("response", (response) => response.url().endsWith("/v1/log") && answers.push(response.status()));
  await page.clock.install();
  await page.goto(`${server.url}shop/`);
  await page.evaluate(async () => {
    globalThis.simmerdown = await import("/shop/index.js");
    await simmerdown.default();
  });
  return { page, answers };
}

/**
 * Holds the conversations of `records` in the page, under `options`, and tells the log how each ended. A customer who
 * needs a person and is offered one is satisfied four times out of five, and one out of five otherwise; nobody else
 * minds. That is the world of this test, and what the report has to find.
 */
async function hold(page, part, options) {
  return page.evaluate(
    async ({ part, options }) => {
      const { prefix, load, ...given } = options;
      if (load) given.policy = (await simmerdown.loadPolicy("/shop/policy.json")).policy;
      globalThis.held ??= [];
      let entries = 0;
      for (const { id, events, outcome } of part) {
        const conversation = new simmerdown.Conversation({ id: `${prefix}-${id}`, log: { url: "/v1/log" }, ...given });
        globalThis.held.push(conversation);
        const decisions = events.map((event) => conversation.apply(event));
        const helped = decisions.some(({ action }) => ["offer", "ask", "handoff"].includes(action));
        const luck = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 997, 7) % 5;
        const satisfied = outcome.needed ? (helped ? luck !== 0 : luck === 0) : true;
        conversation.apply({ type: "outcome", ...outcome, satisfied });
        entries += events.length + 1;
      }
      return entries;
    },
    { part, options },
  );
}

/** As `hold`, all of them, some at a time; waits until the proxy has acknowledged every entry. */
async function holdAll(page, answers, options) {
  let entries = 0;
  for (let from = 0; from < records.length; from += AT_ONCE) {
    entries += await hold(page, records.slice(from, from + AT_ONCE), options);
    // What waits for more to come goes out once its time is up.
    await page.clock.runFor(5_000);
  }
  for (let lines = [], tries = 0; ; tries += 1) {
    lines = (await kept(options.prefix)).filter(({ id }) => id.startsWith(`${options.prefix}-`));
    const arrived = lines.reduce((sum, { events }) => sum + events.length, 0);
    if (arrived === entries) break;
    assert.ok(tries < 300, `${arrived} of ${entries} entries arrived`);
    await page.clock.runFor(1_000);
    await page.waitForLoadState("networkidle");
  }
  assert.ok(answers.every((status) => status === 204), answers.filter((status) => status !== 204).join());
  return entries;
}

/** How many of how many the rules escalated, as the report has it. */
function rateOf(report) {
  const told = report.match(/^(\d+) of (\d+) \(([\d.]+) %, 95 % interval ([\d.]+) to ([\d.]+) %\) escalated by the rules$/m);
  assert.ok(told, report);
  const [count, of, share, low, high] = told.slice(1).map(Number);
  assert.ok(low < share && share < high, told[0]);
  return { count, of };
}

describe("from shadow to a measured difference", { timeout: 600_000 }, () => {
  test("in shadow the widget shows nothing that rules alone would have shown, and the log says what it would have", async () => {
    const { page } = await shop("shadow");
    const said = await page.evaluate(async () => {
      await import("/shop/define.js");
      const chat = document.createElement("simmerdown-chat");
      chat.options = { id: "widget-1", mode: "shadow", log: { url: "/v1/log" } };
      chat.bot = async () => "I can look that up.";
      const decisions = [];
      chat.addEventListener("simmerdown-decision", ({ detail }) => decisions.push(detail));
      document.body.append(chat);
      const ready = new Promise((resolve) => chat.addEventListener("simmerdown-decision", resolve, { once: true }));
      await customElements.whenDefined("simmerdown-chat");
      for (const text of ["My order is terrible, I am so angry and disappointed.", "I want a person"]) {
        chat.customerSaid(text);
        await ready;
        await Promise.resolve();
      }
      const shown = () => chat.shadowRoot.querySelector("[part~=offer]");
      return { actions: decisions.map(({ action, wouldAction }) => [action, wouldAction]), offer: shown() !== null && shown().offsetParent !== null };
    });
    await page.clock.runFor(6_000);
    assert.equal(said.offer, false);
    const held = said.actions.find(([, would]) => would === "offer");
    assert.ok(held && ["respond", "watch"].includes(held[0]), JSON.stringify(said.actions));
    assert.ok(said.actions.some(([action]) => action === "ask"), `what the customer asks for is never held back: ${JSON.stringify(said.actions)}`);
    await page.goto("about:blank");
    const lines = await waitFor(async () => {
      const mine = (await kept("shadow")).filter(({ id }) => id === "widget-1");
      return mine.flatMap(({ decisions }) => decisions).some((decision) => decision?.wouldAction === "offer") && mine;
    });
    assert.equal(lines[0].events[0].type, "started", "the page's language stands in the log");
    assert.equal(lines[0].events[0].language, "en");
    assert.ok(!JSON.stringify(lines).includes("terrible"), "no text");
    await page.context().close();
  });

  test("the team watches in shadow, moves a threshold, goes live with a hold-out, and sees the difference", async () => {
    // Shadow: nobody sees an offer, the log says what there would have been.
    const shadow = await shop("shadow");
    const watched = await holdAll(shadow.page, shadow.answers, { prefix: "shadow", mode: "shadow", policy: "balanced" });
    const inPages = await shadow.page.evaluate(() => held.map((conversation) => conversation.summary()));
    await shadow.page.context().close();
    assert.ok(inPages.every(({ mode, handedOff }) => mode === "shadow" && !handedOff));

    // The report on the files as they lie there.
    const files = await collected("shadow");
    const before = await simmerdown("replay", "--policy", "balanced", "--html", join(folder, "before.html"), ...files);
    const all = (await kept("shadow")).reduce((sum, { events }) => sum + events.length, 0);
    assert.ok(all > watched, "the widget's conversation is there too");
    assert.ok(before.includes(`${all} of ${all} recorded decisions reproduced exactly`), before);
    assert.match(before, /^601 conversations, /);
    const html = await readFile(join(folder, "before.html"), "utf8");
    assert.ok(html.includes("Escalated by the rules") && html.includes("Precision"));
    const was = rateOf(before);
    const escalated = inPages.filter((summary) => summary.escalated).length;
    assert.deepEqual(was, { count: escalated + 1, of: 601 }, "as the pages' own summaries say, and the widget's conversation");

    // A threshold moves.
    const tuned = join(folder, "tuned.json");
    const advice = await simmerdown("tune", "--target-rate", "0.15", "--out", tuned, ...files);
    assert.match(advice, /the target 15\.0 % is inside the held-out interval/);
    const policy = await readFile(tuned, "utf8");
    assert.equal(JSON.parse(policy).name, "balanced-tuned");

    // Live, with three of ten held out; the policy comes from an address.
    const live = await shop("live", { policy });
    await holdAll(live.page, live.answers, { prefix: "live", load: true, holdout: 0.3 });
    const summaries = await live.page.evaluate(() => held.map((conversation) => conversation.summary()));
    await live.page.context().close();
    const heldOut = summaries.filter(({ mode }) => mode === "shadow").length;
    assert.ok(heldOut > 120 && heldOut < 240, `${heldOut} of 600`);
    assert.ok(summaries.every(({ policy }) => policy === "balanced-tuned"));

    // The difference, with its uncertainty.
    const report = ["replay", "--policy", tuned, "--against", "balanced", "--html", join(folder, "after.html")];
    const after = await simmerdown(...report, ...(await collected("live")));
    assert.match(after, /recorded decisions reproduced exactly/);
    assert.ok(!after.includes("differs in"), after);
    const told = after.match(/  satisfied: live \d+ of (\d+) \(([\d.]+) %.*\n    hold-out \d+ of (\d+) \(([\d.]+) %.*\n    difference ([+-][\d.]+) points, 95 % interval ([+-][\d.]+) to ([+-][\d.]+)/);
    assert.ok(told, after);
    const [ofLive, satisfiedLive, ofHeld, satisfiedHeld, difference, low, high] = told.slice(1).map(Number);
    assert.deepEqual([ofLive, ofHeld], [600 - heldOut, heldOut]);
    assert.ok(low < difference && difference < high && Math.abs(satisfiedLive - satisfiedHeld - difference) < 0.2, told[0]);
    assert.ok(difference > 0, `who was offered a person is more often satisfied, as this world has it: ${told[0]}`);
    const now = rateOf(after);
    assert.ok(now.of === 600 && now.count / now.of < was.count / was.of, "the tuned policy escalates less");
    const page = await readFile(join(folder, "after.html"), "utf8");
    assert.ok(page.includes("Live against the hold-out") && page.includes("Against <i>balanced</i>"));

    // Summaries alone come to the same rate, and name nobody.
    const numbers = join(folder, "summaries.jsonl");
    await writeFile(numbers, summaries.map((summary) => `${JSON.stringify(summary)}\n`).join(""));
    assert.deepEqual(rateOf(await simmerdown("replay", "--policy", tuned, numbers)), now);
    for (const summary of summaries) assert.doesNotMatch(JSON.stringify(summary), /live-|"[mc]\d/);
  });

  test("a page that is killed in the middle loses at most the batch it had not sent", async () => {
    const killed = await chromium.launchServer({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
    const other = await chromium.connect(killed.wsEndpoint());
    const { page, answers } = await shop("killed", { of: other });
    await page.evaluate(() => {
      globalThis.conversation = new simmerdown.Conversation({ id: "killed-1", log: { url: "/v1/log" } });
      for (let n = 1; n <= 47; n += 1) conversation.apply({ type: "bot-message", id: `b${n}`, features: { cues: [], length: n }, at: n });
    });
    await waitFor(async () => answers.length >= 2);
    assert.deepEqual(answers, [204, 204]);
    await killed.kill();
    const mine = await kept("killed");
    const events = mine.flatMap((line) => line.events);
    assert.deepEqual(events.map(({ at }) => at), Array.from({ length: 40 }, (_, n) => n + 1), "all but the batch of seven that waited");
    const report = await simmerdown("replay", "--policy", "balanced", ...(await collected("killed")));
    assert.ok(!report.includes("differs in"), "what is there replays");
  });
});

/** Asks again until the answer is something; the test's own timeout ends it. */
async function waitFor(ask) {
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
