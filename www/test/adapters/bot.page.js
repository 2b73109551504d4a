// What every page of the adapter tests has at hand: a conversation that notes everything, and a bot that can be held
// back or made to fail. `globalThis.chat` is what the tests call.

import init, { Conversation } from "simmerdown";

export async function begin() {
  await init();
  const conversation = new Conversation({ policy: "balanced" });
  const chat = { conversation, decisions: [], packets: [] };
  conversation.on("decision", (decision) => chat.decisions.push(decision));
  conversation.on("handoff", (packet) => chat.packets.push(packet));
  globalThis.chat = chat;
  return chat;
}

/** A bot in the page. It answers a message by quoting it. */
export class Bot {
  requests = [];
  failing = false;
  #held = [];
  #holding = false;

  async answer(text, forBot) {
    this.requests.push({ text, forBot });
    if (this.#holding) await new Promise((resolve) => this.#held.push(resolve));
    if (this.failing) throw new Error("the bot failed");
    return `You wrote: ${text}`;
  }

  hold() {
    this.#holding = true;
  }

  release() {
    this.#holding = false;
    for (const resolve of this.#held.splice(0)) resolve();
  }
}
