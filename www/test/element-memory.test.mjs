// What 200 mounts and unmounts and 10,000 messages leave behind; the figures are printed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open, problems, servedPages, started } from "./element-page.mjs";

const pages = servedPages();
const engine = started();

/** The page's heap after collection, and the engine's memory, in kB. */
async function weigh(page, protocol) {
  await protocol.send("HeapProfiler.collectGarbage");
  const { usedSize } = await protocol.send("Runtime.getHeapUsage");
  const wasm = await page.evaluate(async () => (await (await import("/package/index.js")).default()).memory.buffer.byteLength);
  return { heap: Math.round(usedSize / 1024), wasm: wasm / 1024 };
}

test("mounting and unmounting leaves nothing behind", { timeout: 120_000 }, async () => {
  const page = await open(engine, pages.url({}));
  const protocol = await page.page.context().newCDPSession(page.page);
  const mounts = (count) => page.evaluate(async (count) => {
    for (let n = 0; n < count; n += 1) {
      const chat = Object.assign(document.createElement("simmerdown-chat"), { bot: null });
      document.body.append(chat);
      const conversation = await chat.ready;
      chat.customerSaid("Where is my parcel? This is ridiculous.");
      conversation.apply({ type: "human-requested" });
      await t.settled();
      chat.remove();
      await t.settled();
      // What the test itself writes down is not the element's.
      for (const list of Object.values(t.seen)) list.length = 0;
    }
  }, count);
  // What is compiled and cached once is there by then.
  await mounts(200);
  const before = await weigh(page, protocol);
  await mounts(200);
  const after = await weigh(page, protocol);
  console.log(`200 mounts and unmounts: heap ${before.heap} -> ${after.heap} kB, wasm ${before.wasm} -> ${after.wasm} kB`);
  assert.equal(after.wasm, before.wasm);
  assert.ok(after.heap - before.heap < 100, "less than half a kB a mount");
  assert.deepEqual(await problems(page), []);
  await page.close();
});

test("10,000 messages weigh no more than those that are kept", { timeout: 240_000 }, async () => {
  const page = await open(engine, pages.url({}));
  const protocol = await page.page.context().newCDPSession(page.page);
  const messages = (count) => page.evaluate(async (count) => {
    t.chat.bot = null;
    for (let n = 0; n < count; n += 1) {
      t.chat.customerSaid(`Where is my parcel number ${n}? I was told it would be here by now.`);
      t.chat.botSaid(`Parcel ${n} is with the carrier.`);
      if (n % 50 === 0) await t.settled();
      // What the test itself writes down is not the element's.
      for (const list of Object.values(t.seen)) list.length = 0;
    }
    await t.settled();
    for (const list of Object.values(t.seen)) list.length = 0;
  }, count);
  await messages(1_000);
  const before = await weigh(page, protocol);
  await messages(10_000);
  const after = await weigh(page, protocol);
  console.log(`10,000 messages and as many replies: heap ${before.heap} -> ${after.heap} kB, wasm ${before.wasm} -> ${after.wasm} kB`);
  assert.equal(after.wasm, before.wasm);
  assert.ok(after.heap - before.heap < 1_024, "less than 0.1 kB a message");
  assert.ok(await page.evaluate(() => t.part("transcript").childElementCount) <= 200);
  assert.deepEqual(await problems(page), []);
  await page.close();
});
