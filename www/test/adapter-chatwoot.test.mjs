// The adapter for Chatwoot and its server's part, against a fake of Chatwoot's page API, REST API and webhooks.

import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { FakeChatwoot } from "./adapters/chatwoot.fake.mjs";
import { ANGRY, CALM, contract, quote } from "./adapters/contract.mjs";
import { serveSite } from "./adapters/site.mjs";
import { DIST } from "./browser.mjs";

const { chatwootServer } = await import(pathToFileURL(join(DIST, "package/adapters/chatwoot-server.js")));

let requests;
let held;
let release;
let failing;
let server;
let url;
const fake = new FakeChatwoot((payload) => server.webhook(payload).catch((error) => failing || Promise.reject(error)));

async function reply({ text, forBot }) {
  requests.push({ text, forBot });
  await held;
  if (failing) throw new Error("the bot failed");
  return quote(text);
}

const atChatwoot = {
  queued: (page) => page.evaluate(() => chat.connection.handoffQueued({ waitMs: 60_000 })),
  joined: () => fake.agentSays("Hello, Mara from support"),
  says: (_page, text) => fake.agentSays(text),
  async left(page) {
    fake.resolve();
    await page.evaluate(() => chat.connection.humanLeft());
  },
};

contract("Chatwoot", {
  async serve() {
    const site = await serveSite("chatwoot.page.js", { answer: (request, response) => fake.answer(request, response) });
    url = site.url;
    return site;
  },
  begin() {
    fake.reset();
    [requests, held, failing] = [[], undefined, false];
    server = chatwootServer({ baseUrl: url, ...fake.settings, reply });
  },
  ready: (page) => page.getByLabel("Message").waitFor(),
  async say(page, text) {
    await page.getByLabel("Message").fill(text);
    await page.keyboard.press("Enter");
  },
  bot: {
    requests: () => requests,
    hold() {
      held = new Promise((resolve) => (release = resolve));
    },
    release: () => release(),
    fail: () => (failing = true),
  },
  desk: atChatwoot,
  toneLater: true,
  more({ inChat, ask, button, stands }) {
    test("a person asked for: attributes, label and the note, and then people have the conversation", () => inChat(async (page) => {
      await ask(page, ANGRY);
      assert.equal(fake.attributes.simmerdown_tone, "negative");
      assert.equal(fake.attributes.simmerdown_bot_muted, false);
      await button(page, "Talk to a human").click();
      await stands(page, "requested");
      await page.waitForFunction(() => chat.calls.some(([call]) => call === "label"));
      await until(() => fake.status === "open");
      const [packet] = await page.evaluate(() => chat.packets);
      const { simmerdown_reason: reason, simmerdown_severity: severity, simmerdown_handoff: handoff } = fake.attributes;
      assert.deepEqual([reason, severity, handoff], [packet.reason, packet.severity, "requested"]);
      assert.deepEqual(fake.labels, ["vip", "escalate"]);
      const notes = fake.messages.filter((message) => message.private);
      assert.deepEqual(notes.map(({ content }) => content), [packet.text ?? packet.reason]);
      assert.equal(fake.calls.at(-1)[0], "toggle_status", "the status last: whoever is called finds the rest");
      assert.deepEqual(await page.evaluate(() => chat.calls.filter(([call]) => call === "toggle")), [["toggle", "open"]]);
      assert.equal(await page.evaluate(() => chat.connection.conversationId), 42);
    }));

    test("nothing is set before there is a conversation, and a request made then waits for it", () => inChat(async (page) => {
      await button(page, "Talk to a person").click();
      await stands(page, "requested");
      assert.deepEqual(await page.evaluate(() => chat.calls), [["toggle", "open"]]);
      await page.getByLabel("Message").fill(CALM);
      await page.keyboard.press("Enter");
      await until(() => fake.status === "open");
      assert.ok(fake.attributes.simmerdown_note);
    }));

    test("a message told twice counts once", () => inChat(async (page) => {
      await ask(page, CALM);
      const count = await page.evaluate(() => {
        const turns = new Set(chat.decisions.map(({ messageId }) => messageId)).size;
        for (const type of [0, 1]) window.dispatchEvent(new CustomEvent("chatwoot:on-message", { detail: { id: type + 1, content: "again", message_type: type, conversation_id: 42 } }));
        return new Promise((resolve) => setTimeout(() => resolve(new Set(chat.decisions.map(({ messageId }) => messageId)).size - turns)));
      });
      assert.equal(count, 0);
    }));

    test("what Chatwoot refuses is an error with a code", async () => {
      const refused = chatwootServer({ baseUrl: "https://chatwoot.example", accountId: 1, botToken: "none", reply, fetch: async () => new Response("", { status: 401 }) });
      await assert.rejects(refused.handOff(42, { reason: "", severity: "low" }), { name: "SimmerdownError", code: "http", status: 401 });
    });

    test("a bot that has nothing to say says nothing", async () => {
      const quiet = chatwootServer({ baseUrl: "https://chatwoot.example", accountId: 1, botToken: "none", reply: () => "", fetch: () => assert.fail("a call") });
      const payload = { event: "message_created", message_type: "incoming", content: CALM, conversation: { id: 42, status: "pending" } };
      assert.equal(await quiet.webhook(payload), null);
      for (const other of [{ message_type: "outgoing" }, { private: true }, { content: null }, { conversation: { id: 42, status: "open" } }, { conversation: { id: 42, status: "pending", meta: { assignee: { id: 7 } } } }]) {
        assert.equal(await quiet.webhook({ ...payload, ...other }), null);
      }
    });
  },
});

/** Waits for what the fake's own server does, turn by turn of the event loop. */
async function until(holds) {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}
