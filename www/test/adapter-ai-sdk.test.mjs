// The adapter for the Vercel AI SDK, against `useChat` in React and a chat route that streams.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ANGRY, CALM, contract, quote } from "./adapters/contract.mjs";
import { bodyOf, serveSite } from "./adapters/site.mjs";

let requests;
let failing;
/** Lets the route answer; replies wait for it while it is held. */
let release;
let held;
/** Whether a reply is held when it has begun. */
let midway;

const textOf = ({ parts }) => parts.map(({ text }) => text).join("");

/** The route as `toUIMessageStreamResponse` would answer, in two pieces. */
async function answer(request, response) {
  const body = await bodyOf(request);
  const text = textOf(body.messages.at(-1));
  requests.push({ text, forBot: body.simmerdown, body });
  if (failing) return response.writeHead(500).end("the bot failed");
  response.writeHead(200, { "content-type": "text/event-stream", "x-vercel-ai-ui-message-stream": "v1" });
  const send = (chunk) => response.write(`data: ${typeof chunk === "string" ? chunk : JSON.stringify(chunk)}\n\n`);
  const [id, reply] = [`r${requests.length}`, quote(text)];
  send({ type: "start", messageId: id });
  send({ type: "text-start", id });
  if (!midway) await held;
  send({ type: "text-delta", id, delta: reply.slice(0, 4) });
  await held;
  send({ type: "text-delta", id, delta: reply.slice(4) });
  send({ type: "text-end", id });
  send({ type: "finish" });
  send("[DONE]");
  return response.end();
}

contract("Vercel AI SDK", {
  serve: () => serveSite("ai-sdk.page.jsx", {
    answer(request, response) {
      if (request.url !== "/api/chat") return false;
      answer(request, response);
      return true;
    },
  }),
  begin() {
    [requests, failing, held, midway] = [[], false, undefined, false];
  },
  ready: (page) => page.getByLabel("Message").waitFor(),
  async say(page, text) {
    await page.locator("main[data-status=ready], main[data-status=error], main[data-status=submitted]").waitFor();
    await page.getByLabel("Message").fill(text);
    await page.keyboard.press("Enter");
  },
  bot: {
    requests: () => requests.map(({ text, forBot }) => ({ text, forBot })),
    hold() {
      held = new Promise((resolve) => (release = resolve));
    },
    release: () => release(),
    fail: () => (failing = true),
  },
  // The adapter gives up a reply that comes too late.
  expected: (problem) => problem.includes("/api/chat net::ERR_ABORTED"),
  more({ inChat, ask, stands }) {
    test("the request carries the tone beside the chat's own body, and none goes out while a person is there", () => inChat(async (page) => {
      await ask(page, ANGRY);
      const { body } = requests.at(-1);
      assert.deepEqual([body.shop, body.trigger, body.messages.length, body.simmerdown.tone.label], [7, "submit-message", 1, "negative"]);
      await page.evaluate(() => chat.connection.humanSaid("Mara here"));
      await stands(page, "human");
      await page.getByLabel("Message").fill("Good");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => chat.toHuman.length === 1);
      assert.deepEqual(await page.evaluate(() => chat.toHuman.map(({ text }) => text)), ["Good"]);
      await page.locator("main[data-status=ready]").waitFor();
      await page.evaluate(() => chat.connection.humanLeft());
      await stands(page, "returned");
      await ask(page, CALM);
      assert.equal(requests.length, 2);
      assert.deepEqual(await page.locator("[role=log] p").evaluateAll((lines) => lines.map(({ className, textContent }) => [className, textContent])), [
        ["user", ANGRY], ["assistant", quote(ANGRY)], ["human", "Mara here"], ["user", "Good"], ["user", CALM], ["assistant", quote(CALM)],
      ]);
    }));

    test("a reply that has begun ends where a person takes over", () => inChat(async (page) => {
      midway = true;
      held = new Promise((resolve) => (release = resolve));
      await page.getByLabel("Message").fill(CALM);
      await page.keyboard.press("Enter");
      const reply = page.locator("[role=log] .assistant");
      await reply.getByText("You", { exact: true }).waitFor();
      await page.evaluate(() => chat.connection.handoffQueued());
      release();
      await page.locator("main[data-status=ready]").waitFor();
      assert.equal(await reply.textContent(), "You ");
      assert.deepEqual(await page.evaluate(() => chat.decisions.filter(({ cause }) => cause === "bot-message").length), 1);
    }));

    test("a message sent once more counts once", () => inChat(async (page) => {
      await ask(page, CALM);
      const turns = await page.evaluate(async () => {
        const message = { id: "m", role: "user", parts: [{ type: "text", text: "again" }] };
        for (let i = 0; i < 2; i += 1) {
          const stream = await chat.connection.transport.sendMessages({ trigger: "submit-message", chatId: "c", messageId: undefined, messages: [message], abortSignal: undefined });
          await stream.pipeTo(new WritableStream());
        }
        return new Set(chat.decisions.map(({ messageId }) => messageId)).size;
      });
      // None, the first message, and this one.
      assert.equal(turns, 3);
    }));
  },
});
