// The lab in a real browser: a log goes in, thresholds move, and nothing leaves the page.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { percent, tenths, whyWords } from "../demo/words.js";
import { DIST, launch, serveFolder, visit } from "./browser.mjs";

const run = promisify(execFile);
const CALM = { score: 0.1, label: "neutral", frustration: 0.1, urgency: 0 };

let browser;
let server;
let folder;
let axe;

before(async () => {
  [browser, server, folder] = await Promise.all([launch(), serveFolder(join(DIST, "demo")), mkdtemp(join(tmpdir(), "lab-"))]);
  axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
});

after(async () => {
  await browser?.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

const text = (page, id) => page.locator(`#${id}`).textContent();
const number = (page, path) => page.locator(`input[data-path="${path}"]`);
const count = async (page, filter) => Number(await page.locator(`input[value="${filter}"] + span b`).textContent());

/** Opens the lab, its engine loaded and its connections forbidden. */
function lab(body, options = {}) {
  const opened = async ({ page, requests }) => {
    await page.getByText("Ready. No log yet.").waitFor();
    await body({ page, requests, loaded: requests.length });
  };
  return visit(browser, `${server.url}lab.html`, opened, options);
}

/** Waits until everything is judged by the thresholds as they stand. */
async function judged(page) {
  await page.locator("#bench").waitFor();
  await page.waitForFunction(() => document.querySelector("#rate").textContent !== "" && !document.querySelector("#findings").hasAttribute("aria-busy"));
}

async function sampled(page) {
  await page.getByRole("button", { name: "Take the sample log" }).click();
  await judged(page);
}

/** The sample log as a file, for the command line. */
async function sampleFile() {
  const { default: log } = await import(join(DIST, "demo/sample-log.js"));
  const file = join(folder, "sample.jsonl");
  await writeFile(file, log);
  return file;
}

/** What `simmerdown replay` comes to: rate and verdicts, read from its summary. */
async function replayed(policy, file) {
  const { stdout } = await run(process.env.SIMMERDOWN_BIN, ["replay", "--policy", policy, "--json", file], { maxBuffer: 2 ** 28 });
  const records = (await readFile(file, "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line));
  const escalated = stdout.trimEnd().split("\n").map((line) => JSON.parse(line).escalated);
  const both = (needed, wanted) => records.filter(({ outcome }, place) => outcome.needed === needed && escalated[place] === wanted).length;
  return { escalated: escalated.filter(Boolean).length, falseAlarms: both(false, true), misses: both(true, false), of: records.length };
}

/** What axe-core finds on the page as it stands. */
async function violations(page) {
  return page.evaluate(async () => {
    const found = await axe.run(document, { resultTypes: ["violations"] });
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

test("why a rule holds is told with its signs", () => {
  assert.equal(whyWords("strong-twice, score -0.949055, cue asks-human 1, slope -0.05"), "strong twice, score −0.95, cue asks human 1, slope −0.05");
});

test("halves go up as in the report of the command line", () => {
  assert.deepEqual([0.2325, 0.2335, 0, 1].map(percent), ["23.3%", "23.4%", "0.0%", "100.0%"]);
  assert.equal((100 * tenths(-0.0125)).toFixed(1), "-1.3");
});

describe("the lab", { timeout: 300_000 }, () => {
  test("a sample with one click, judged as the command line judges it, and again as thresholds move", async () => {
    const file = await sampleFile();
    await lab(async ({ page }) => {
      await sampled(page);
      const held = async () => ({
        escalated: await count(page, "escalated"),
        falseAlarms: await count(page, "false-alarms"),
        misses: await count(page, "misses"),
        of: await count(page, "all"),
      });
      assert.deepEqual(await held(), await replayed("balanced", file));
      const rate = await text(page, "rate");
      const strips = await page.locator("#rows").innerHTML();
      for (const path of ["rules[3].when.any[0].atLeast", "rules[7].when.any[0].atLeast"]) await number(page, path).fill("0.45");
      for (const path of ["rules[3].when.any[1].atMost", "rules[7].when.any[1].atMost"]) await number(page, path).fill("-0.4");
      await judged(page);
      assert.notEqual(await text(page, "rate"), rate);
      assert.equal(await text(page, "rate-before"), `was ${rate}`);
      assert.match(await text(page, "rate-words"), /^95 % interval \d+\.\d% to \d+\.\d%, \d+ of 600\. Escalated only with your numbers: [1-9]\d*; only before: 0\.$/);
      assert.notEqual(await page.locator("#rows").innerHTML(), strips, "the timelines change with it");
      const policy = join(folder, "moved.json");
      await writeFile(policy, await page.locator("#policy-json").inputValue());
      assert.deepEqual(await held(), await replayed(policy, file));
      await page.getByRole("button", { name: "Put back" }).click();
      await judged(page);
      assert.equal(await text(page, "rate"), rate);
    });
  });

  test("a file of one's own, plain or gzip, chosen or dropped, leaves the page by no way", async () => {
    const file = await sampleFile();
    const packed = join(folder, "sample.jsonl.gz");
    await writeFile(packed, gzipSync(await readFile(file)));
    const refused = [];
    await lab(
      async ({ page, requests, loaded }) => {
        await page.locator("#files").setInputFiles(file);
        await judged(page);
        const rate = await text(page, "rate");
        await page.locator("#files").setInputFiles(packed);
        await page.getByText("600 conversations of sample.jsonl.gz").waitFor();
        await judged(page);
        assert.equal(await text(page, "rate"), rate);
        const dropped = await page.evaluateHandle((log) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([log], "one.jsonl"));
          return transfer;
        }, (await readFile(file, "utf8")).split("\n").slice(0, 100).join("\n"));
        await page.dispatchEvent("body", "drop", { dataTransfer: dropped });
        await page.getByText("100 conversations of one.jsonl").waitFor();
        await judged(page);
        assert.deepEqual(requests.slice(loaded), [], "nobody was asked for anything");
        // Nor could anybody be: the browser itself refuses.
        const tried = await page.evaluate(async (url) => {
          const outcome = await fetch(url, { method: "POST", body: "a log" }).then(() => "sent", (error) => error.name);
          return [outcome, navigator.sendBeacon(url, "a log")];
        }, `${server.url}v1/log`);
        assert.equal(tried[0], "TypeError");
        assert.deepEqual(requests.slice(loaded), []);
      },
      { expected: (problem) => /Content Security Policy|v1\/log/.test(problem) && refused.push(problem) },
    );
    assert.ok(refused.some((problem) => problem.includes("connect-src 'none'")), refused.join("\n"));
  });

  test("what cannot be read is told by file and line, and the rest is judged", async () => {
    const line = (id) => JSON.stringify({ id, events: [{ type: "customer-message", id: "m1", features: { cues: [], length: 5 } }, { type: "score", messageId: "m1", score: CALM, source: "model" }] });
    const mixed = join(folder, "mixed.jsonl");
    await writeFile(mixed, `${line("a")}\nno JSON\n${line("<img src=x>")}\n{"id":"b","events":[{"type":"shrug"}]}\n`);
    const zstd = join(folder, "log.zst");
    await writeFile(zstd, Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0]));
    const torn = join(folder, "torn.gz");
    await writeFile(torn, gzipSync(Buffer.from(line("c"))).subarray(0, 30));
    await lab(async ({ page }) => {
      await page.locator("#files").setInputFiles([mixed, zstd, torn]);
      await judged(page);
      const told = await page.locator("#complaints li").allTextContents();
      assert.ok(told.some((complaint) => complaint.startsWith("mixed.jsonl:2: ")), told.join("\n"));
      assert.ok(told.some((complaint) => complaint.startsWith("mixed.jsonl:4: events[0]")), told.join("\n"));
      assert.ok(told.some((complaint) => complaint.startsWith("log.zst: it is packed by zstd")), told.join("\n"));
      assert.ok(told.some((complaint) => complaint.startsWith("torn.gz: ")), told.join("\n"));
      assert.match(await text(page, "status"), /^2 conversations of 3 files/);
      assert.equal(await page.locator("#rows img").count(), 0);
      assert.ok(await page.locator("#no-verdicts").isVisible(), "without verdicts it is the rate only");
      assert.equal(await page.locator("#verdicts").isVisible(), false);
      const archive = join(folder, "archive.jsonl");
      await writeFile(archive, JSON.stringify({ id: "a", events: [{ type: "customer-message", id: "m1", text: "This is terrible, I am so angry and disappointed." }] }));
      await page.locator("#files").setInputFiles(archive);
      await page.getByText("1 conversation of archive.jsonl; 1 had no scores and are scored here, on the device").waitFor();
      await judged(page);
      assert.equal(await count(page, "escalated"), 1);
      const empty = join(folder, "empty.jsonl");
      await writeFile(empty, "\n");
      await page.locator("#files").setInputFiles(empty);
      await page.getByText("There is no conversation in empty.jsonl").waitFor();
    });
  });

  test("a fault names its path, and the figures wait for it; a policy of one's own can be loaded", async () => {
    await lab(async ({ page }) => {
      await sampled(page);
      const rate = await text(page, "rate");
      await number(page, "rules[3].when.any[0].atLeast").fill("1.5");
      await page.getByText("rules[3].when.any[0].atLeast is `1.5`, give a number from 0 to 1").waitFor();
      await number(page, "rules[3].confirm").fill("0");
      await page.getByText("rules[3].confirm is `0`, give a whole number from 1 to 1000").waitFor();
      assert.ok(await page.getByRole("button", { name: "Copy the policy" }).isDisabled());
      assert.equal(await number(page, "rules[3].confirm").getAttribute("aria-invalid"), "true");
      assert.equal(await text(page, "rate"), rate);
      await page.getByRole("radio", { name: "Your own" }).check();
      const own = join(folder, "own.json");
      await writeFile(own, '{"version":1,"name":"own","mood":1}');
      await page.locator("#policy-file").setInputFiles(own);
      await page.getByText("mood is no field").waitFor();
      const { stdout } = await run(process.env.SIMMERDOWN_BIN, ["policy", "show", "article"]);
      await writeFile(own, stdout);
      await page.locator("#policy-file").setInputFiles(own);
      await number(page, "rules[2].when.atLeast").waitFor();
      assert.equal(await page.locator("#policy-faults").isVisible(), false);
    });
  });

  test("a number may have a decimal comma, and what is none is marked", async () => {
    await lab(async ({ page }) => {
      await sampled(page);
      const field = number(page, "rules[3].when.any[0].atLeast");
      const policy = async () => JSON.parse(await page.locator("#policy-json").inputValue()).rules[3].when.any[0].atLeast;
      const type = async (text) => {
        await field.fill("");
        await field.pressSequentially(text);
      };
      await type("0,5");
      await judged(page);
      assert.deepEqual([await policy(), await field.getAttribute("aria-invalid")], [0.5, null]);
      await field.press("ArrowUp");
      await judged(page);
      assert.deepEqual([await policy(), await field.inputValue()], [0.51, "0.51"]);
      await type("0,5,1");
      await page.locator("#not-current").waitFor();
      assert.equal(await field.getAttribute("aria-invalid"), "true");
      const low = number(page, "rules[3].when.any[1].atMost");
      await type("0.5");
      await low.fill("−0,4");
      await judged(page);
      assert.equal(JSON.parse(await page.locator("#policy-json").inputValue()).rules[3].when.any[1].atMost, -0.4);
    });
  });

  test("one message is one message, and a policy file is named where its faults stand", async () => {
    const one = join(folder, "one.jsonl");
    await writeFile(one, `${JSON.stringify({ id: "c1", events: [{ type: "customer-message", id: "m1", text: "Hi", at: 0 }, { type: "score", messageId: "m1", score: CALM, source: "model" }] })}\n`);
    await lab(async ({ page }) => {
      await page.locator("#files").setInputFiles(one);
      await judged(page);
      assert.match(await text(page, "rows"), /1 message, no verdict/);
      await page.getByRole("radio", { name: "Your own" }).check();
      const own = join(folder, "named.json");
      await writeFile(own, "{");
      await page.locator("#policy-file").setInputFiles(own);
      await page.locator("#policy-faults").getByText("the policy is no JSON").waitFor();
      assert.equal(await text(page, "policy-name"), "named.json");
      assert.equal(await page.getByLabel("Choose a policy file").evaluate((field) => getComputedStyle(field).opacity), "0", "the browser's own words do not stand beside it");
    });
  });

  test("on a telephone what was before and what is now stand side by side, and the reasons scroll in their box", async () => {
    await lab(async ({ page }) => {
      await page.setViewportSize({ width: 360, height: 780 });
      await sampled(page);
      await page.locator("#rows summary").first().click();
      const box = page.locator("#rows .turns").first();
      const [edge, now, scrolls, wide] = await box.evaluate((part) => {
        const [, , , , now] = part.querySelectorAll("th");
        return [part.getBoundingClientRect().right, now.getBoundingClientRect().right, part.scrollWidth > part.clientWidth, document.documentElement.scrollWidth];
      });
      assert.ok(now <= edge, `the column ends at ${now}, its box at ${edge}`);
      assert.deepEqual([scrolls, wide], [true, 360]);
    });
  });

  test("what is shown is of what is chosen, and figures that are not current are marked", async () => {
    await lab(async ({ page }) => {
      await sampled(page);
      const copy = page.getByRole("button", { name: "Copy the policy" });
      const notCurrent = page.locator("#not-current");
      const numbers = () => page.locator("#numbers-form input[data-path]").count();
      const choose = (name) => page.getByRole("radio", { name }).check();
      assert.equal(await notCurrent.isVisible(), false);
      // A number that is not allowed.
      await number(page, "rules[3].when.any[0].atLeast").fill("1.7");
      await notCurrent.waitFor();
      assert.ok(await copy.isDisabled());
      await page.getByRole("button", { name: "Put back" }).click();
      await judged(page);
      assert.equal(await notCurrent.isVisible(), false);
      const balanced = await text(page, "rate");
      // No policy of one's own yet, then a faulty one: not the numbers of another.
      await choose("Your own");
      await notCurrent.waitFor();
      assert.deepEqual([await numbers(), await copy.isDisabled(), await page.locator("#policy-json").inputValue()], [0, true, ""]);
      const own = join(folder, "own-again.json");
      await writeFile(own, '{"version":1,"name":"own","mood":1}');
      await page.locator("#policy-file").setInputFiles(own);
      await page.getByText("mood is no field").waitFor();
      assert.deepEqual([await numbers(), await copy.isDisabled(), await notCurrent.isVisible()], [0, true, true]);
      // A good one, away from it and back.
      const { stdout } = await run(process.env.SIMMERDOWN_BIN, ["policy", "show", "article"]);
      await writeFile(own, JSON.stringify({ ...JSON.parse(stdout), name: "mine" }));
      await page.locator("#policy-file").setInputFiles(own);
      await number(page, "rules[2].when.atLeast").waitFor();
      await judged(page);
      const mine = await text(page, "rate");
      assert.notEqual(mine, balanced);
      await choose("Balanced");
      await judged(page);
      assert.equal(await text(page, "rate"), balanced);
      await choose("Your own");
      await judged(page);
      assert.deepEqual([await text(page, "rate"), await copy.isDisabled(), await notCurrent.isVisible()], [mine, false, false]);
      assert.equal(JSON.parse(await page.locator("#policy-json").inputValue()).name, "mine");
      await number(page, "rules[2].when.atLeast").fill("0.6");
      await judged(page);
      assert.equal(JSON.parse(await page.locator("#policy-json").inputValue()).name, "mine-tuned");
    });
  });

  test("turns early and late are those of replay, and a difference within chance is called so", async () => {
    const said = (id) => ({ type: "customer-message", id, features: { cues: [], length: 5 } });
    const angry = (id) => [said(id), { type: "score", messageId: id, score: { score: -0.9, label: "negative", frustration: 0.95, urgency: 0 }, source: "model" }];
    const calm = (id) => [said(id), { type: "score", messageId: id, score: CALM, source: "model" }];
    const line = (id, events, atTurn, shadow) => JSON.stringify({ id, events, outcome: { needed: true, atTurn }, decisions: shadow ? events.map(() => ({ shadow: true })) : undefined });
    const log = join(folder, "turns.jsonl");
    const lines = [
      line("early", [...angry("m1"), ...calm("m2"), ...calm("m3")], 3),
      line("late", [...calm("m1"), ...angry("m2")], 1, true),
      line("right", angry("m1"), 1),
      line("held", angry("m1"), 1, true),
    ];
    await writeFile(log, `${lines.join("\n")}\n`);
    const { stdout } = await run(process.env.SIMMERDOWN_BIN, ["replay", "--policy", "balanced", log]).catch((error) => error);
    assert.match(stdout, /early +1 of 4/);
    await lab(async ({ page }) => {
      await page.locator("#files").setInputFiles(log);
      await judged(page);
      const verdicts = await text(page, "verdicts");
      const median = stdout.match(/median turns early +(-?\d+)/)[1];
      assert.match(verdicts, new RegExp(`Turns early${median} median; below 0 is lateEarly: 25(\\.0)?\\s?% .*1 of 4\\)Late: 25(\\.0)?\\s?% .*1 of 4\\)`));
      assert.match(stdout, /, within chance/);
      assert.match(await text(page, "contrasts"), /Difference .* points \(.*\), within chance/);
      await page.locator("#files").setInputFiles(await sampleFile());
      await page.getByText("600 conversations").waitFor();
      await judged(page);
    });
  });

  test("the keyboard alone loads the sample, moves a threshold and opens a timeline", async () => {
    await lab(async ({ page }) => {
      const press = async (target, key) => {
        for (let step = 0; step < 120; step += 1) {
          if (await target.evaluate((element) => element === document.activeElement)) return page.keyboard.press(key);
          await page.keyboard.press("Tab");
        }
        assert.fail("not reached by the keyboard");
      };
      await press(page.locator("#sample"), "Enter");
      await judged(page);
      const slider = page.locator('input[type="range"]').first();
      await press(slider, "Home");
      await judged(page);
      assert.equal(await number(page, "rules[3].when.any[0].atLeast").inputValue(), "0");
      await page.locator('input[value="changed"]').focus();
      await page.keyboard.press("ArrowLeft");
      assert.ok(await page.locator('input[value="all"]').isChecked());
      const row = page.locator("#rows summary").first();
      await press(row, "Enter");
      await page.locator("#rows details[open] table").waitFor();
      const before = await page.locator("#rows details[open] table").first().textContent();
      await number(page, "rules[3].confirm").fill("1");
      await judged(page);
      assert.notEqual(await page.locator("#rows details[open] table").first().textContent(), before, "an open timeline changes too");
    });
  });

  for (const [name, settings] of Object.entries({
    light: {},
    dark: { colorScheme: "dark" },
    narrow: { viewport: { width: 320, height: 640 }, hasTouch: true },
    "forced colours": { forcedColors: "active" },
  })) {
    test(`nothing sticks out and axe finds nothing: ${name}`, () =>
      lab(
        async ({ page }) => {
          assert.deepEqual(await violations(page), []);
          await sampled(page);
          await number(page, "rules[7].when.any[0].atLeast").fill("0.3");
          await judged(page);
          await page.locator("#rows summary").first().click();
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.equal(wide, 0);
          assert.deepEqual(await violations(page), []);
        },
        { settings, before: (page) => page.addInitScript(axe) },
      ));
  }
});
