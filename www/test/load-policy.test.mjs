// A policy from an address, and what is given where there is none.

import assert from "node:assert/strict";
import test from "node:test";
import { inPage } from "./package-page.mjs";

test("an invalid or unreachable policy falls back to the last good one, and says so", async () => {
  const seen = await inPage(async () => {
    const rule = { id: "own", when: { input: "frustration", atLeast: 0.1 }, outcome: "watch", severity: "low" };
    const good = { version: 1, name: "own", trend: { method: "last-minus-first", window: 3, delta: 0.3 }, negativeFrustration: 0.75, rules: [rule] };
    const bad = { ...good, rules: [{ ...rule, outcome: "shout" }] };
    const answers = [];
    globalThis.fetch = async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return new Response(answer.body, { status: answer.status ?? 200 });
    };
    const load = async (answer, ...rest) => {
      answers.push(answer);
      const { policy, source, error } = await simmerdown.loadPolicy(...rest);
      new simmerdown.Conversation({ policy }).free();
      return [source, policy.name ?? policy, error?.code, error instanceof Error];
    };
    const away = new TypeError("no network");
    return {
      first: await load(away, "/policy.json"),
      chosen: await load(away, "/policy.json", { fallback: "article" }),
      loaded: await load({ body: JSON.stringify(good) }, "/policy.json"),
      away: await load(away, "/policy.json", { fallback: "article" }),
      missing: await load({ body: "", status: 404 }, "/policy.json"),
      broken: await load({ body: "{" }, "/policy.json"),
      invalid: await load({ body: JSON.stringify(bad) }, "/policy.json"),
      text: await load({ body: '"balanced"' }, "/policy.json"),
      long: await load({ body: " ".repeat(300_000) }, "/policy.json"),
      other: await load(away, "/other.json"),
      refused: await simmerdown.loadPolicy("/policy.json", { fallback: "strict" }).catch((error) => error.code),
    };
  });
  assert.deepEqual(seen, {
    first: ["fallback", "balanced", "policy-unreachable", true],
    chosen: ["fallback", "article", "policy-unreachable", true],
    loaded: ["url", "own", undefined, false],
    away: ["last-good", "own", "policy-unreachable", true],
    missing: ["last-good", "own", "policy-unreachable", true],
    broken: ["last-good", "own", "invalid-policy", true],
    invalid: ["last-good", "own", "invalid-policy", true],
    text: ["last-good", "own", "invalid-policy", true],
    long: ["last-good", "own", "policy-unreachable", true],
    other: ["fallback", "balanced", "policy-unreachable", true],
    refused: "unknown-policy",
  });
});
