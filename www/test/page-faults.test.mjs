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

test("whatever keeps the engine from starting, the error has its name, its code and its cause", async () => {
  const seen = await inPage(async () => {
    const { default: init } = simmerdown;
    const bytes = await (await fetch("/simmerdown_bg.wasm")).arrayBuffer();
    const own = fetch;
    const offline = async () => { throw new TypeError("Failed to fetch"); };
    const given = {
      missing: () => init({ module_or_path: "/nothing.wasm" }),
      html: () => init({ module_or_path: "/" }),
      offline: () => ((globalThis.fetch = offline), init().finally(() => (globalThis.fetch = own))),
      number: () => init(5),
      promise: () => init({ module_or_path: Promise.reject(new Error("gone")) }),
      broken: () => init({ module_or_path: bytes.slice(0, 1_000) }),
      sync: async () => simmerdown.initSync({ module: bytes.slice(0, 1_000) }),
    };
    const errors = [];
    for (const [name, call] of Object.entries(given)) {
      const error = await call().then(() => ({ code: "nothing was thrown" }), (error) => error);
      errors.push({ name, isError: error instanceof Error, own: error.name, code: error.code, cause: error.cause instanceof Error, message: error.message });
    }
    // And the next call tries again.
    await init();
    errors.push({ name: "again", code: new simmerdown.Conversation().customerSaid("hello").decision.action });
    return errors;
  }, { start: false, expected: (problem) => /nothing\.wasm|404/.test(problem) });
  for (const { name, isError, own, code, cause, message } of seen.slice(0, -1)) {
    assert.deepEqual([isError, own, code, cause], [true, "SimmerdownError", "engine-unavailable", true], `${name}: ${message}`);
  }
  assert.equal(seen.length, 8);
  assert.equal(seen.at(-1).code, "respond");
});
