// Snapshot, restore, packet, summary and forgetting, called from JavaScript in a browser.

import assert from "node:assert/strict";
import test from "node:test";
import { inPage } from "./package-page.mjs";

test("a conversation goes on after a snapshot as if nothing had happened", async () => {
  const seen = await inPage(async () => {
    const live = new simmerdown.Conversation({ id: "c1" });
    let other = new simmerdown.Conversation({ id: "c1" });
    const steps = [
      (c) => c.apply({ type: "started", language: "en", at: 1_000 }),
      (c) => c.customerSaid("Where is my order?", { at: 2_000 }).decision,
      (c) => c.botSaid("Could you give me the number?", { at: 3_000 }),
      (c) => c.customerSaid(angry, { at: 4_000 }).decision,
      (c) => c.apply({ type: "offer-shown", at: 5_000 }),
      (c) => c.customerSaid(angry, { at: 6_000 }).decision,
      (c) => c.apply({ type: "handoff-queued", waitMs: 90_000, position: 2, reference: "T-7", at: 7_000 }),
      (c) => c.customerSaid("hello?", { at: 8_000 }).decision,
      (c) => c.apply({ type: "human-joined", at: 9_000 }),
      (c) => c.apply({ type: "human-left", at: 10_000 }),
      (c) => c.customerSaid(angry, { at: 11_000 }).decision,
    ];
    const differ = [];
    for (const [n, step] of steps.entries()) {
      const [a, b] = [step(live), step(other)].map((decision) => JSON.stringify(decision));
      if (a !== b) differ.push([n, a, b]);
      const kept = other.snapshot();
      other.free();
      other = simmerdown.Conversation.restore(kept);
    }
    return { differ, id: other.id, summary: [live.summary(), other.summary()] };
  });
  assert.deepEqual(seen.differ, []);
  assert.equal(seen.id, "c1");
  assert.deepEqual(seen.summary[0], seen.summary[1]);
  assert.deepEqual(Object.keys(seen.summary[0].scores), ["model", "onDevice", "unknown"]);
});

test("a snapshot holds no text that was not redacted, and the packet keeps what the agent needs", async () => {
  const seen = await inPage(() => {
    const conversation = new simmerdown.Conversation();
    conversation.customerSaid("Where is my order? Write to ann@example.com, card 4111 1111 1111 1111");
    conversation.botSaid("I'm sorry. I will send you a new one tomorrow. Could you give me the order number?");
    conversation.customerSaid("Where is my order? Write to ann@example.com, card 4111 1111 1111 1111");
    conversation.apply({ type: "human-requested" });
    const snapshot = conversation.snapshot();
    const packet = conversation.handoffPacket();
    conversation.forget();
    return { snapshot, packet, forgotten: conversation.handoffPacket().transcript.length, after: conversation.snapshot() };
  });
  for (const secret of ["ann@example.com", "4111"]) assert.ok(!seen.snapshot.includes(secret), secret);
  assert.ok(seen.snapshot.includes("Where is my order?"));
  assert.ok(!seen.after.includes("Where is my order?"));
  assert.equal(seen.forgotten, 0);
  const { packet } = seen;
  assert.match(packet.reference, /^SD-[0-9A-Z]{10}$/);
  assert.match(packet.id, /^[0-9a-f-]{32,36}$/);
  assert.equal(packet.transcript[0].text, "Where is my order? Write to ann@example.com, card [card]");
  assert.equal(packet.question, "Where is my order?");
  assert.deepEqual(packet.promised, ["I will send you a new one tomorrow."]);
  assert.equal(packet.tried.length, 1);
  assert.ok(packet.text.split("\n").length <= 12, packet.text);
});

test("what is no snapshot is refused with a code, and an old one too", async () => {
  const seen = await inPage(() => {
    const good = new simmerdown.Conversation().snapshot();
    const codes = [undefined, 7, "", "{", "{}", good.replace('"version":1', '"version":9'), good.slice(0, -9), "x".repeat(5_000_000)]
      .map((bad) => thrown(() => simmerdown.Conversation.restore(bad)));
    const now = Date.now;
    Date.now = () => now() + 25 * 3_600_000;
    codes.push(thrown(() => simmerdown.Conversation.restore(good)));
    Date.now = now;
    codes.push(thrown(() => simmerdown.Conversation.restore(good, { mood: 1 })));
    return codes.map(({ isError, code, message }) => (isError ? code : message));
  });
  assert.deepEqual(seen, [...Array(8).fill("invalid-snapshot"), "expired-snapshot", "invalid-options"]);
});

test("scores that were on their way when the page went count as given up", async () => {
  const seen = await inPage(() => {
    const scorer = () => new Promise(() => {});
    const conversation = new simmerdown.Conversation({ scorer });
    const { decision } = conversation.customerSaid(angry);
    const restored = simmerdown.Conversation.restore(conversation.snapshot(), { scorer });
    const after = restored.apply({ type: "tick" });
    return [decision.sentiment.provisional, after.sentiment.provisional, after.sentiment.source];
  });
  assert.deepEqual(seen, [true, null, "on-device"].map((value) => value ?? undefined));
});

test("what the customer should be told comes with the decision, in the host's own words where there are any", async () => {
  const seen = await inPage(() => {
    const conversation = new simmerdown.Conversation({ texts: { "not-accepted": "Gerade ist niemand frei." } });
    const at = 1_000;
    const keys = (decision) => (decision.notices ?? []).map((notice) => notice.key);
    const closed = conversation.apply({ type: "availability", state: "closed", opensAt: 900_000, at });
    const pressed = conversation.apply({ type: "human-requested", at });
    const left = conversation.apply({ type: "contact-left", email: "ann@example.com", at });
    conversation.apply({ type: "availability", state: "open", at });
    const late = conversation.apply({ type: "tick", at: pressed.wakeAt });
    const again = conversation.apply({ type: "human-requested", at: pressed.wakeAt });
    const missed = conversation.apply({ type: "tick", at: again.wakeAt });
    return {
      closed: keys(closed), pressed: keys(pressed), opensAt: pressed.notices[0].opensAt, contact: pressed.contact,
      left: [keys(left), left.contact], late: [keys(late), late.handoff],
      missed: [keys(missed), missed.notices[0].text, missed.contact, missed.botMuted],
      packet: conversation.handoffPacket().contact,
      refused: thrown(() => new simmerdown.Conversation({ texts: { greeting: "hi" } })).code,
    };
  });
  assert.deepEqual(seen, {
    closed: [], pressed: ["desk-closed"], opensAt: 900_000, contact: true,
    left: [["contact-kept"], undefined], late: [[], "bot"],
    missed: [["not-accepted"], "Gerade ist niemand frei.", true, false],
    packet: { email: "ann@example.com" },
    refused: "invalid-options",
  });
});

test("the engine's English notices are the words that the elements show, and every notice is one of them", async () => {
  const seen = await inPage(async () => {
    const { noticesFor } = await import("/element.js");
    const told = (texts) => {
      const conversation = new simmerdown.Conversation({ id: "c1", texts });
      let at = 0;
      const notices = [];
      const happens = (event, wait = 1_000) => {
        at += wait;
        const decision = event.text ? conversation.customerSaid(event.text, { at }).decision : conversation.apply({ at, ...event });
        notices.push(...(decision.notices ?? []).map(({ key, variant, text }) => [key, variant, text]));
        return decision;
      };
      const [asked, gaveUp] = [{ type: "human-requested" }, { type: "handoff-cancelled" }];
      happens({ text: "I want to kill myself" });
      happens(gaveUp);
      for (const desk of [{ state: "closed" }, { state: "busy", waitMs: 61_000 }]) {
        happens({ type: "availability", ...desk });
        happens(asked);
        happens({ type: "contact-left", email: "ann@example.com" });
        happens(gaveUp);
      }
      happens({ type: "availability", state: "open" });
      happens({ type: "tick", at: happens(asked).wakeAt }, 25_000);
      happens(asked);
      happens({ type: "handoff-failed" });
      happens({ type: "handoff-queued", waitMs: 240_000, position: 2, reference: "R-7" });
      for (const text of ["hello?", "is anybody there?", "still waiting"]) happens({ text }, 40_000);
      happens({ type: "human-joined" });
      happens({ type: "human-left" });
      return notices;
    };
    const english = noticesFor("en");
    return { own: told(undefined), given: told(english), keys: Object.keys(english) };
  });
  assert.deepEqual(seen.own, seen.given);
  assert.deepEqual(seen.own.filter(([key]) => key === "holding").map(([, variant]) => variant), [0, 1, 2]);
  const keys = new Set(seen.own.map(([key]) => key));
  for (const part of ["wait", "position", "reference"]) keys.add(part);
  assert.deepEqual([...keys].sort(), seen.keys.sort());
  assert.ok(seen.own.some(([, , text]) => text === "You are in line for a person. Waiting time: about 4 min. You are number 2 in line. Reference: R-7."));
});
