// What the page itself does wrong, inside of a call into the engine and around it: the page is told so, and nothing else
// is the worse for it. Only an engine that traps is given up.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inPage } from "./package-page.mjs";

for (const engine of ["wasm", "JavaScript"]) {
  test(`what throws when it is read is no trap: ${engine}`, async () => {
    const seen = await inPage(async () => {
      const other = new simmerdown.Conversation();
      const errors = [];
      other.on("error", ({ code }) => errors.push(code));
      const codes = new Set();
      const attempt = async (call) => {
        try {
          await call();
          codes.add("done");
        } catch ({ name, code }) {
          codes.add(`${name} ${code}`);
        }
      };
      const hostile = { toJSON() { throw new Error("no"); } };
      for (let n = 0; n < 5; n += 1) {
        await attempt(() => simmerdown.loadPolicy(Object.create(null)));
        await attempt(() => simmerdown.loadPolicy({ toString() { throw new RangeError("no"); } }));
        await attempt(() => new simmerdown.Conversation({ texts: hostile }));
        await attempt(() => new simmerdown.Conversation({ texts: { joined: ["a"], ...hostile } }));
        await attempt(() => simmerdown.Conversation.restore(other.snapshot(), { texts: hostile }));
      }
      const { action } = other.customerSaid(angry).decision;
      await later();
      return { codes: [...codes].sort(), errors, action };
    }, { engine });
    assert.deepEqual(seen, { codes: ["SimmerdownError invalid-argument", "SimmerdownError invalid-options"], errors: [], action: "offer" });
  });

  test(`a getter that frees the conversation it is read for harms no other: ${engine}`, async () => {
    const seen = await inPage(async () => {
      const other = new simmerdown.Conversation();
      const told = [];
      other.on("error", ({ code }) => told.push(code));
      const after = [];
      for (const call of [
        (one, hostile) => one.customerSaid("hello", hostile({})).settled,
        (one, hostile) => one.botSaid("hello", hostile({})),
        (one, hostile) => one.apply(hostile({ type: "tick" })),
      ]) {
        const one = new simmerdown.Conversation({ scorer: () => new Promise(() => {}) });
        one.on("error", ({ code }) => told.push(code));
        await call(one, (given) => Object.defineProperty(given, "at", { enumerable: true, get() { one.free(); return 1_000; } }));
        await later();
        after.push(thrown(() => one.apply({ type: "tick" })).code);
      }
      other.customerSaid(angry);
      await later();
      return { told, after };
    }, { engine });
    assert.deepEqual(seen, { told: [], after: ["invalid-argument", "invalid-argument", "invalid-argument"] });
  });
}

test("a listener that throws, and a `reportError` that throws as well, silence nobody", async () => {
  const seen = await inPage(async () => {
    const conversation = new simmerdown.Conversation();
    const told = [];
    conversation.on("decision", () => { throw new Error("the listener's own"); });
    conversation.on("decision", ({ id }) => told.push(id));
    const reported = [];
    globalThis.reportError = (error) => {
      reported.push(error.message);
      throw new Error("no monitoring");
    };
    const uncaught = [];
    addEventListener("unhandledrejection", (event) => {
      event.preventDefault();
      uncaught.push(event.reason.message);
    });
    for (let n = 0; n < 3; n += 1) {
      conversation.apply({ type: "tick" });
      conversation.apply({ type: "tick" });
      await later();
    }
    await later();
    return { told, reported: reported.length, uncaught: uncaught.length };
  });
  assert.deepEqual(seen, { told: ["d1", "d2", "d3", "d4", "d5", "d6"], reported: 6, uncaught: 6 });
});
