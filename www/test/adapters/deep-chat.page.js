import "deep-chat";
import { connectDeepChat } from "simmerdown/adapters/deep-chat";
import { begin, Bot } from "./bot.page.js";

const chat = await begin();
const bot = new Bot();
const toHuman = [];
const element = document.createElement("deep-chat");
element.style.fontFamily = "sans-serif";

async function handler(body, signals) {
  try {
    signals.onResponse({ text: await bot.answer(body.messages.at(-1).text, body.simmerdown) });
  } catch (error) {
    signals.onResponse({ error: error.message });
  }
}

/** Streamed, in two pieces. */
async function streamed(body, signals) {
  signals.onOpen();
  try {
    const text = await bot.answer(body.messages.at(-1).text, body.simmerdown);
    await signals.onResponse({ text: text.slice(0, 3) });
    await signals.onResponse({ text: text.slice(3) });
    signals.onClose();
  } catch (error) {
    await signals.onResponse({ error: error.message });
  }
}

const bots = { stream: { handler: streamed, stream: true }, url: { url: "/bot" }, events: { url: "/bot", stream: true }, handler: { handler } };
element.connect = bots[globalThis.variant ?? "handler"];
element.history = [{ role: "user", text: "From last week, useless!" }, { role: "ai", text: "I see." }];

Object.assign(chat, {
  bot,
  toHuman,
  connect() {
    chat.connection = connectDeepChat(element, { conversation: chat.conversation, toHuman: (message) => toHuman.push(message) });
  },
  hooks: () => ({
    request: String(element.requestInterceptor),
    response: String(element.responseInterceptor),
    handler: String(element.connect.handler),
    beside: document.body.children.length,
  }),
});
document.body.append(element);
chat.before = chat.hooks();
chat.connect();
