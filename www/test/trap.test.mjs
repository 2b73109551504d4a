// A wasm instance that traps, for real and in the middle of conversations: another takes its place, and nothing is lost.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { once } from "node:events";
import { describe, test as tested } from "node:test";
import { inEachEngine, open, problems, servedPages, started } from "./element-page.mjs";

const FULL = process.env.SIMMERDOWN_FULL === "1";

/** What the pages have at hand. */
const TRAPS = `
globalThis.angry = "This is the third time I'm asking. Nothing works, this is useless!!";
globalThis.score = { score: -0.2, label: "neutral", frustration: 0.1, urgency: 0.4 };
globalThis.later = () => new Promise((resolve) => setTimeout(resolve));
/** The package, started. By the page itself: a driver's own script may have modules of its own. */
globalThis.load = async () => {
  const simmerdown = await import("/package/index.js");
  const { memory } = await simmerdown.default();
  /** Every byte of the engine's memory becomes 255: whatever is called next traps. */
  globalThis.corruptNow = () => new Uint8Array(memory.buffer).fill(255);
  return simmerdown;
};
globalThis.corrupt = async () => {
  await load();
  corruptNow();
};
/** A scorer that answers when it is told to. */
globalThis.slowScorer = () => {
  const asked = [];
  const scorer = (request, { signal }) => new Promise((resolve) => asked.push({ ...request, signal, answer: (own) => resolve({ ...score, ...own }) }));
  return Object.assign(scorer, { asked, of: (id) => asked.findLast((one) => one.messageId === id) });
};
/** The time is what the test says. */
globalThis.setTime = (now) => (Date.now = () => now);
globalThis.plain = (decisions) => decisions.map((decision) => JSON.stringify(decision));
`;

const pages = servedPages({ "/traps.js": TRAPS, "/no-wasm.js": "delete globalThis.WebAssembly;" });

const page = { before: ["/traps.js"] };

inEachEngine((name, engine) => {
  /** Runs `body` in a page and fails if anything went wrong in it. */
  const inPage = async (body, argument, settings = page) => {
    const opened = await open(engine, pages.url(settings));
    try {
      const result = await opened.evaluate(body, argument);
      assert.deepEqual(await problems(opened), []);
      return result;
    } finally {
      await opened.close();
    }
  };

  // What one engine shows of the engine's classes holds for all; the chat is tried in each.
  const test = (title, body) => (name === "chromium" || FULL || title.startsWith("in the chat") ? tested(title, body) : undefined);

  test("a conversation with calls in flight goes on as its twin that saw no trap", async () => {
    const seen = await inPage(async () => {
      const { Conversation } = await load();
      const hold = async (trap) => {
        let now = 1_700_000_000_000;
        const pass = (milliseconds) => setTime((now += milliseconds));
        const scorer = slowScorer();
        const conversation = new Conversation({ id: "c1", scorer });
        const [told, settled, packets, errors] = [[], [], [], []];
        conversation.on("decision", (decision) => told.push(decision));
        conversation.on("handoff", (packet) => packets.push(packet.text));
        conversation.on("error", ({ code }) => errors.push(code));
        const say = (text) => {
          pass(1_000);
          const turn = conversation.customerSaid(text);
          turn.settled.then((decision) => settled.push([turn.id, decision]));
          return turn.decision;
        };
        const decisions = [say("Where is my order?")];
        pass(500);
        decisions.push(conversation.botSaid("Could you give me the number?"));
        await later();
        scorer.of("m1").answer();
        await later();
        decisions.push(say(angry));
        await later();
        // One call is in flight, another is about to be made, and the listeners have not been told of it yet.
        decisions.push(say("hello?"));
        if (trap) corruptNow();
        decisions.push(say("I will call my lawyer. My mail is ann@example.com"));
        decisions.push(conversation.apply({ type: "customer", attributes: { tier: "gold" } }));
        await later();
        pass(250);
        for (const id of ["m3", "m2", "m4"]) {
          scorer.of(id).answer({ score: -0.8, label: "negative", frustration: 0.8 });
          await later();
        }
        decisions.push(conversation.apply({ type: "human-requested" }));
        await later();
        const packet = conversation.handoffPacket();
        const result = { decisions: plain(decisions), told: plain(told), settled: settled.map(([id, decision]) => [id, JSON.stringify(decision)]), packets, errors, packet: packet.text, transcript: packet.transcript, summary: conversation.summary(), asked: scorer.asked.map(({ messageId, message }) => [messageId, message]) };
        conversation.free();
        return result;
      };
      return { twin: await hold(false), trapped: await hold(true) };
    });
    const { twin, trapped } = seen;
    assert.deepEqual(trapped.errors, ["engine-restarted"]);
    assert.deepEqual(twin.errors, []);
    for (const part of ["decisions", "told", "settled", "packets", "packet", "transcript", "summary"]) assert.deepEqual(trapped[part], twin[part], part);
    assert.equal(twin.settled.length, 4);
    // Asked again is what was not answered, in the same words.
    assert.deepEqual(trapped.asked.map(([id]) => id), ["m1", "m2", "m2", "m3", "m4"]);
    assert.deepEqual(trapped.asked.slice(2), twin.asked.slice(1));
  });

  test("the first of two calls in one run is not lost with the second", async () => {
    const seen = await inPage(async () => {
      const { Conversation } = await load();
      const conversation = new Conversation();
      const told = [];
      conversation.on("decision", ({ id, messageId }) => told.push([id, messageId]));
      const first = conversation.customerSaid("Where is my order?");
      corruptNow();
      const second = conversation.customerSaid(angry);
      await later();
      return { ids: [first.id, second.id], action: second.decision.action, told, turns: conversation.summary().turns, settled: (await second.settled).messageId };
    });
    assert.deepEqual(seen, { ids: ["m1", "m2"], action: "offer", told: [["d2", "m1"], ["d4", "m2"]], turns: 2, settled: "m2" });
  });

  test("a trap in a call of the browser's own is noticed at once, and no turn is left waiting", async () => {
    const seen = await inPage(async () => {
      const { Conversation, ProxyScorer } = await load();
      const scorer = slowScorer();
      const conversation = new Conversation({ scorer });
      const errors = [];
      conversation.on("error", ({ code }) => errors.push(code));
      const turn = conversation.customerSaid(angry);
      const direct = new ProxyScorer({ url: "/v1/score" }).score({ message: "hello" }).then(() => "score", ({ code }) => code);
      await later();
      await corrupt();
      // The answer wakes the engine, and the engine traps: nobody of the page has called it.
      scorer.of("m1").answer();
      await later();
      scorer.of("m1").answer({ score: -0.9, label: "negative", frustration: 0.9 });
      const { sentiment } = await turn.settled;
      return { errors, sentiment: sentiment.score, asked: scorer.asked.length, direct: await direct };
    }, null, { ...page, score: () => {} });
    assert.deepEqual(seen, { errors: ["engine-restarted"], sentiment: -0.9, asked: 2, direct: "cancelled" });
  });

  test("a page that runs out of stack inside of the engine finds its conversation whole", async () => {
    const seen = await inPage(async () => {
      const { Conversation } = await load();
      const conversation = new Conversation();
      conversation.botSaid("Hello, how can I help?");
      conversation.customerSaid("Where is my order?");
      let levels = 0;
      let calls = 0;
      let refused = 0;
      const deeper = () => {
        try {
          deeper();
        } catch {}
        levels += 1;
        if (levels % 20 !== 0 || calls === 200) return;
        calls += 1;
        try {
          conversation.customerSaid(`number ${calls}`);
        } catch {
          refused += 1;
        }
      };
      deeper();
      await later();
      return { calls, refused, turns: conversation.summary().turns, next: conversation.customerSaid(angry).decision.action };
    });
    assert.equal(seen.calls, 200);
    assert.ok(seen.refused > 0 && seen.refused < seen.calls, `${seen.refused} calls had no stack left`);
    assert.equal(seen.turns, 1 + seen.calls - seen.refused, "what did not throw is there");
    assert.match(seen.next, /offer|respond|ask|handoff/);
  });

  for (const [compiled, settings] of [["wasm", page], ["JavaScript", { before: [...page.before, "/no-wasm.js"] }]]) {
    test(`in the chat, messages, queue and agent are there after a trap: ${compiled}`, async () => {
      const opened = await open(engine, pages.url(settings));
      const say = (text) => opened.evaluate((text) => t.say(text), text);
      await say("Where is my parcel?");
      await opened.evaluate(() => t.until(() => t.all("from-bot").length === 1));
      await opened.evaluate(() => corrupt());
      await say("This is the third time I'm asking. This is ridiculous, you are completely useless!");
      await opened.evaluate(() => t.until(() => t.shows("offer")));
      await opened.click(() => t.part("offer"));
      await opened.evaluate(() => t.until(() => t.shows("queue") && t.seen.packets.length === 1));
      await opened.evaluate(() => corrupt());
      await opened.evaluate(() => t.apply({ type: "handoff-queued", position: 2 }));
      await opened.evaluate(() => t.until(() => t.text("queue").includes("number 2")));
      await opened.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
      await opened.evaluate(() => t.until(() => t.all("from-agent").length === 1));
      assert.deepEqual(await opened.evaluate(() => t.seen.errors.map(({ code }) => code)), ["engine-restarted", "engine-restarted"]);
      assert.equal(await opened.evaluate(() => t.all("from-customer").length), 2);
      assert.deepEqual(await problems(opened), []);
      await opened.close();
    });
  }

  test("where it traps again and again the engine is given up, and the way to a person works", async () => {
    const opened = await open(engine, pages.url(page));
    for (let time = 0; time < 4; time += 1) {
      await opened.evaluate(() => corrupt());
      await opened.evaluate((time) => t.say(`message ${time}`), time);
    }
    await opened.evaluate(() => t.until(() => t.seen.errors.some(({ code }) => code === "engine-stopped")));
    await opened.click(() => t.part("entry"));
    await opened.evaluate(() => t.until(() => t.shows("queue") && t.seen.packets.length === 1));
    await opened.evaluate(() => t.apply({ type: "handoff-queued" }));
    await opened.evaluate(() => t.chat.agentSaid("Hello, this is Mara."));
    await opened.evaluate(() => t.until(() => t.all("from-agent").length === 1));
    assert.deepEqual(await opened.evaluate(() => t.all("from-customer")), ["message 0", "message 1", "message 2", "message 3"]);
    assert.deepEqual(await opened.evaluate(() => t.seen.errors.map(({ code }) => code)), ["engine-restarted", "engine-restarted", "engine-restarted", "engine-stopped"]);
    const thrown = await opened.evaluate(async () => {
      const { Conversation } = await load().catch(() => import("/package/index.js"));
      try {
        return void new Conversation();
      } catch ({ code }) {
        return code;
      }
    });
    assert.equal(thrown, "engine-stopped");
    assert.deepEqual(await problems(opened), []);
    await opened.close();
  });
});

describe("what the journal keeps", { timeout: 120_000 }, () => {
  const engine = started();

  tested("a long conversation is rebuilt from a checkpoint, with what the customer left for a reply", async () => {
    const opened = await open(engine, pages.url(page));
    const seen = await opened.evaluate(async () => {
      const { Conversation } = await load();
      const hold = async (trap) => {
        const conversation = new Conversation({ id: "c1", language: "en" });
        conversation.apply({ type: "started", language: "de", at: 500 });
        conversation.apply({ type: "contact-left", email: "ann@example.com", at: 600 });
        for (let n = 0; n < 300; n += 1) conversation.customerSaid(n % 7 === 0 ? angry : `Where is parcel ${n}? I am ann@example.com`, { at: 1_000 + n });
        if (trap) await corrupt();
        const decision = conversation.customerSaid("And now?", { at: 9_000 }).decision;
        const { transcript, text, contact } = conversation.handoffPacket();
        const result = JSON.stringify([decision, transcript, text, contact, conversation.summary()]);
        conversation.free();
        return result;
      };
      return [await hold(false), await hold(true)];
    });
    assert.equal(seen[1], seen[0]);
    assert.ok(seen[0].includes("ann@example.com"));
    await opened.close();
  });

  tested("log and packets come once, also where a trap came between", async () => {
    const bodies = [];
    const endpoint = createServer((request, response) => {
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => {
        if (body !== "") bodies.push([request.url, JSON.parse(body)]);
        const origin = request.headers.origin ?? "*";
        response.writeHead(204, { "access-control-allow-origin": origin, "access-control-allow-credentials": "true", "access-control-allow-headers": "content-type" }).end();
      });
    });
    await once(endpoint.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${endpoint.address().port}`;
    const opened = await open(engine, pages.url(page));
    await opened.evaluate(async (url) => {
      const { Conversation } = await load();
      const conversation = new Conversation({ id: "c1", log: { url: `${url}/log` }, packet: { url: `${url}/packet` } });
      for (let n = 0; n < 12; n += 1) conversation.customerSaid(`Where is parcel ${n}?`);
      conversation.apply({ type: "human-requested" });
      // Twenty entries are a batch, which is taken by now; the others wait.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await corrupt();
      conversation.apply({ type: "handoff-cancelled" });
      conversation.apply({ type: "human-requested" });
      await new Promise((resolve) => setTimeout(resolve, 300));
      conversation.free();
      await new Promise((resolve) => setTimeout(resolve, 300));
    }, url);
    await opened.close();
    endpoint.closeAllConnections();
    await new Promise((resolve) => endpoint.close(resolve));
    const entries = bodies.filter(([path]) => path === "/log").flatMap(([, { entries }]) => entries.map(({ decision }) => decision.id));
    assert.deepEqual(entries, Array.from({ length: 27 }, (_, n) => `d${n + 1}`));
    assert.equal(bodies.filter(([path]) => path === "/packet").length, 2);
  });

  tested("forget() leaves nothing of what was said anywhere in the page's memory", async () => {
    const opened = await open(engine, pages.url(page));
    const protocol = await opened.page.context().newCDPSession(opened.page);
    const heap = async () => {
      const parts = [];
      const push = ({ chunk }) => parts.push(chunk);
      protocol.on("HeapProfiler.addHeapSnapshotChunk", push);
      await protocol.send("HeapProfiler.collectGarbage");
      await protocol.send("HeapProfiler.takeHeapSnapshot");
      protocol.off("HeapProfiler.addHeapSnapshotChunk", push);
      return parts.join("");
    };
    await opened.evaluate(async () => {
      const { Conversation } = await load();
      globalThis.conversation = new Conversation();
      conversation.customerSaid(["My", "locker", "is", String(4000 + 711)].join("-"));
    });
    assert.ok((await heap()).includes("My-locker-is-4711"), "it can be found");
    await opened.evaluate(async () => {
      conversation.forget();
      await later();
    });
    assert.ok(!(await heap()).includes("My-locker-is-4711"));
    const next = await opened.evaluate(async () => {
      await corrupt();
      return conversation.customerSaid(angry).id;
    });
    assert.equal(next, "m2", "and the conversation goes on");
    await opened.close();
  });

  tested("a call that is refused leaves nothing to be done again, and what is freed stays so", async () => {
    const opened = await open(engine, pages.url(page));
    const seen = await opened.evaluate(async () => {
      const { Conversation } = await load();
      const codes = [];
      const attempt = (call) => {
        try {
          call();
          codes.push("done");
        } catch ({ code }) {
          codes.push(code);
        }
      };
      const conversation = new Conversation();
      attempt(() => conversation.apply({ type: "no such event" }));
      attempt(() => conversation.customerSaid(7));
      attempt(() => conversation.apply({ type: "tick", toJSON() { throw new Error("no"); } }));
      const event = { type: "customer", attributes: { tier: "gold" } };
      conversation.apply(event);
      event.attributes.tier = "none";
      const freed = new Conversation();
      freed.free();
      freed.free();
      await corrupt();
      attempt(() => freed.apply({ type: "tick" }));
      return { codes, attributes: conversation.handoffPacket().attributes };
    });
    assert.deepEqual(seen.codes.slice(0, 2), ["invalid-event", "invalid-event"]);
    assert.equal(seen.codes.at(-1), "invalid-argument");
    assert.deepEqual(seen.attributes, { tier: "gold" });
    await opened.close();
  });
});
