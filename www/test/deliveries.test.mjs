// The audit log and the handoff packet on their way to the host, over a network that the test holds in its hand.

import assert from "node:assert/strict";
import test from "node:test";
import { inPage } from "./package-page.mjs";

/** Replaces the page's network and clock: `net.sent` holds what was posted, `net.status` what is answered. Runs in the page. */
function network() {
  const net = { sent: [], beacons: [], status: 204, now: 1_700_000_000_000, timers: [] };
  globalThis.net = net;
  Date.now = () => net.now;
  globalThis.fetch = async (request, init) => {
    const body = init?.body ?? (await request.text());
    const headers = new Headers(init?.headers ?? request.headers);
    net.sent.push({ url: new URL(request.url ?? request, location.href).pathname, body: JSON.parse(body), type: headers.get("content-type"), own: headers.get("x-shop"), last: init?.keepalive === true });
    if (net.status === 0) throw new TypeError("no network");
    return new Response(null, { status: net.status });
  };
  navigator.sendBeacon = (url, blob) => (net.beacons.push(blob.text().then((text) => ({ url, type: blob.type, body: JSON.parse(text) }))), true);
  const late = globalThis.setTimeout;
  globalThis.setTimeout = (call, milliseconds) => (milliseconds >= 100 ? net.timers.push([net.now + milliseconds, call]) : late(call, milliseconds));
  /** Lets time pass: every timer that is due rings. */
  net.pass = async (milliseconds) => {
    net.now += milliseconds;
    const due = net.timers.filter(([at]) => at <= net.now);
    net.timers = net.timers.filter(([at]) => at > net.now);
    for (const [, call] of due) call();
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => late(resolve));
  };
}

const NETWORK = `(${network})()`;

test("the log goes out in batches, without text; a batch that fails keeps its number", async () => {
  const seen = await inPage(async (setUp) => {
    (0, eval)(setUp);
    const conversation = new simmerdown.Conversation({ id: "c1", log: { url: "/v1/log" } });
    const decisions = [];
    decisions.push(conversation.apply({ type: "started" }));
    conversation.customerSaid("SECRET Where is my order? ann@example.com");
    const before = net.sent.length;
    net.status = 503;
    await net.pass(5_000);
    const failed = net.sent.length;
    await net.pass(400);
    const resting = net.sent.length;
    net.status = 204;
    await net.pass(1_000);
    conversation.customerSaid("And now?");
    await net.pass(5_000);
    return { before, failed, resting, sent: net.sent };
  }, { argument: NETWORK });
  assert.deepEqual([seen.before, seen.failed, seen.resting, seen.sent.length], [0, 1, 1, 3]);
  const [first, again, second] = seen.sent.map(({ body }) => body);
  assert.deepEqual(first, again);
  assert.equal(second.seq, first.seq + 1);
  assert.deepEqual(Object.keys(first), ["id", "seq", "entries"]);
  assert.equal(first.id, "c1");
  assert.deepEqual(first.entries.map(({ event }) => event.type), ["started", "customer-message", "score"]);
  assert.ok(first.entries.every(({ event, decision }) => event.at === decision.at && decision.id));
  assert.deepEqual([seen.sent[0].url, seen.sent[0].type], ["/v1/log", "application/json"]);
  const text = JSON.stringify(seen.sent);
  for (const secret of ["SECRET", "ann@example.com", "order"]) assert.ok(!text.includes(secret), secret);
});

test("the last batch leaves with the page, in order, and with free()", async () => {
  const seen = await inPage(async (setUp) => {
    (0, eval)(setUp);
    const conversation = new simmerdown.Conversation({ id: "c1", log: { url: "/v1/log" } });
    conversation.apply({ type: "started" });
    dispatchEvent(new Event("pagehide"));
    const other = new simmerdown.Conversation({ id: "c2", log: { url: "/v1/log", headers: { "x-shop": "7" } } });
    other.apply({ type: "started" });
    other.free();
    const quiet = new simmerdown.Conversation({ id: "c3", log: { url: "/v1/log" } });
    quiet.apply({ type: "started" });
    quiet.forget();
    quiet.free();
    const nobody = new simmerdown.Conversation({ id: "c4" });
    nobody.apply({ type: "started" });
    nobody.free();
    await net.pass(0);
    return { beacons: await Promise.all(net.beacons), sent: net.sent };
  }, { argument: NETWORK });
  assert.deepEqual(seen.beacons.map(({ type, body }) => [type, body.id, body.entries.length]), [["application/json", "c1", 1]]);
  assert.deepEqual(seen.sent.map(({ body, own, last }) => [body.id, own, last]), [["c2", "7", true]]);
});

test("an endpoint that refuses ends the log, and says so once", async () => {
  const seen = await inPage(async (setUp) => {
    (0, eval)(setUp);
    const conversation = new simmerdown.Conversation({ log: { url: "/v1/log" } });
    const codes = [];
    conversation.on("error", ({ code }) => codes.push(code));
    net.status = 404;
    for (let n = 0; n < 4; n += 1) {
      conversation.apply({ type: "tick" });
      await net.pass(5_000);
    }
    return { codes, sent: net.sent.length };
  }, { argument: NETWORK });
  assert.deepEqual(seen, { codes: ["log-ended"], sent: 1 });
});

test("the packet is posted when a person is asked for, until it is taken, and again with contact", async () => {
  const seen = await inPage(async (setUp) => {
    (0, eval)(setUp);
    const conversation = new simmerdown.Conversation({ id: "c1", packet: { url: "/handoff", headers: { "x-shop": "7" } } });
    const codes = [];
    conversation.on("error", ({ code }) => codes.push(code));
    net.status = 0;
    conversation.apply({ type: "human-requested" });
    await net.pass(0);
    await net.pass(1_000);
    net.status = 200;
    await net.pass(2_000);
    await net.pass(60_000);
    conversation.apply({ type: "contact-left", email: "ann@example.com" });
    await net.pass(0);
    net.status = 400;
    conversation.apply({ type: "contact-left", phone: "+44 20 7946 0000" });
    await net.pass(0);
    return { codes, sent: net.sent, refused: ["7", { url: "" }, { url: "http://" }, { address: "/x" }].map((packet) => thrown(() => new simmerdown.Conversation({ packet })).code) };
  }, { argument: NETWORK });
  assert.deepEqual(seen.codes, ["packet-undelivered"]);
  assert.deepEqual(seen.sent.map(({ url, own }) => [url, own]), Array(5).fill(["/handoff", "7"]));
  const [first, , taken, contact] = seen.sent.map(({ body }) => body);
  assert.deepEqual(first, taken);
  assert.equal(first.rule, "human-requested");
  assert.equal(contact.reference, first.reference);
  assert.deepEqual(contact.contact, { email: "ann@example.com" });
  assert.deepEqual(seen.refused, Array(4).fill("invalid-options"));
});

test("forget() takes back a packet that nobody has taken yet", async () => {
  const seen = await inPage(async (setUp) => {
    (0, eval)(setUp);
    net.status = 503;
    const conversation = new simmerdown.Conversation({ id: "c1", packet: { url: "/handoff" } });
    const codes = [];
    conversation.on("error", ({ code }) => codes.push(code));
    conversation.customerSaid("SECRET words");
    conversation.apply({ type: "human-requested" });
    await net.pass(0);
    const before = net.sent.length;
    conversation.forget();
    net.status = 204;
    for (let minute = 0; minute < 10; minute += 1) await net.pass(60_000);
    const after = net.sent.length;
    conversation.apply({ type: "contact-left", email: "ann@example.com" });
    await net.pass(0);
    return { before, after, codes, later: net.sent.slice(after).map(({ body }) => body) };
  }, { argument: NETWORK });
  assert.deepEqual([seen.before, seen.after, seen.codes], [1, 1, []]);
  // What is said afterwards is sent as ever, without what was forgotten.
  assert.equal(seen.later.length, 1);
  assert.deepEqual([seen.later[0].contact, JSON.stringify(seen.later).includes("SECRET")], [{ email: "ann@example.com" }, false]);
});
