// The newcomer's path: the steps of README.md, read from it and done one after the other in an empty folder, from
// `npm create` to the first decision on the screen. What is not in the README is not done.

import assert from "node:assert/strict";
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DIST, launch, ROOT } from "../../www/test/browser.mjs";
import { blocksOf, commands } from "../../www/test/documents.mjs";
import { run, serve, version } from "./project.mjs";

/** What a newcomer may need at most. */
const [MINUTES, LINES] = [5, 15];

/** The part of the README under that heading, up to its one-file page. */
async function path() {
  const readme = await readFile(join(ROOT, "README.md"), "utf8");
  const [, part] = readme.split("## In your page, without Rust\n");
  assert.ok(part, "README.md has no quick start");
  return part.split("\nWithout any build")[0];
}

test("from README.md to the first decision", async (t) => {
  const text = await path();
  const folder = await mkdtemp(join(tmpdir(), "simmerdown-newcomer-"));
  t.after(() => rm(folder, { recursive: true }));
  // The package is not in the registry; the README says where else it is.
  const tarball = `simmerdown-${version}.tgz`;
  assert.ok(text.includes(`\`npm install ../dist/${tarball}\``), "README.md does not say how to install from a clone");
  await mkdir(join(folder, "dist"));
  await copyFile(join(DIST, tarball), join(folder, "dist", tarball));

  const began = performance.now();
  let [here, server, own] = [folder, undefined, 0];
  for (const block of blocksOf("README.md", text)) {
    if (block.language === "js") {
      const [, file] = text.match(/Make this `([\w./]+)`/);
      own += block.text.split("\n").filter((line) => line.trim() !== "").length;
      await writeFile(join(here, file), block.text);
    } else {
      assert.equal(block.language, "sh");
      for (const command of commands(block)) {
        if (command.startsWith("cd ")) here = join(here, command.slice(3));
        else if (command === "npm install simmerdown") await run(here, "npm", "install", `../dist/${tarball}`);
        else if (command === "npm run dev") server = await serve(here, "npm", "run", "dev", "--", "--port", "0", "--host", "127.0.0.1");
        else if (command.startsWith("npm create ")) await run(here, "npm", "--yes", ...command.split(" ").slice(1));
        else assert.fail(`the newcomer's path has \`${command}\`, which this test cannot do`);
      }
    }
  }
  assert.ok(server, "README.md starts no server");
  t.after(server.stop);

  const browser = await launch();
  t.after(() => browser.close());
  const page = await browser.newPage();
  const problems = [];
  page.on("pageerror", ({ message }) => problems.push(message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  // A slow network: whatever is typed into the page before the engine is there would be lost, so there is no form yet.
  const asked = new Promise((resolve) => page.route(/\.wasm/, resolve));
  await page.goto(server.url);
  const wasm = await asked;
  assert.equal(await page.getByLabel("Message").count(), 0, "the page takes a message that it cannot hear");
  await wasm.continue();
  const button = page.getByRole("button", { name: "Talk to a human" });
  const height = async () => (await button.boundingBox()).height;
  const tone = page.locator("p");
  const say = async (words) => {
    await page.getByLabel("Message").fill(words);
    await page.keyboard.press("Enter");
    await tone.filter({ hasText: "The bot should" }).waitFor();
  };
  await say("Hello, where is my parcel?");
  assert.ok(await button.isVisible(), "a person is not within reach from the start");
  const quiet = await height();
  const [, angry] = text.match(/write what an angry customer would: "([^"]+)"/);
  await page.getByLabel("Message").fill(angry);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.querySelector("#human").value === "offer-accepted", undefined, { timeout: 5_000 });
  assert.ok((await height()) > quiet, "an angry customer is not shown the button");
  const shown = page.waitForEvent("dialog").then(async (dialog) => (await dialog.accept(), dialog.message()));
  await button.click();
  assert.match(await shown, /where is my parcel/, "the agent does not read what the customer asked");
  assert.deepEqual(problems, []);

  const seconds = (performance.now() - began) / 1000;
  t.diagnostic(`from an empty folder to the first decision: ${seconds.toFixed(1)} s, ${own} lines of one's own`);
  assert.ok(seconds < MINUTES * 60, `it took ${seconds} s`);
  assert.ok(own > 0 && own <= LINES, `${own} lines`);
});
