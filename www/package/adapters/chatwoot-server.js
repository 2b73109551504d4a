// The bot behind Chatwoot's webhook: https://www.chatwoot.com/docs/product/others/agent-bots
//
// `pending` is Chatwoot's word for "the bot answers", `open` for "people answer". A conversation that was handed over is
// open at once, so that people see it; the bot goes on in it until somebody takes it.

import { textsFor } from "../elements/texts.js";

/** How many conversations are kept in mind. */
const REMEMBERED = 10_000;

/** The ids something holds for, the latest of them. */
class Recent {
  #ids = new Set();

  has(id) {
    return this.#ids.has(id);
  }

  set(id, holds) {
    this.#ids.delete(id);
    if (holds) this.#ids.add(id);
    if (this.#ids.size > REMEMBERED) this.#ids.delete(this.#ids.values().next().value);
  }
}

/** The page's attributes as the page knew them; neutral where it has set none. */
function forBotOf(attributes) {
  const hints = attributes.simmerdown_hints;
  return {
    tone: {
      label: attributes.simmerdown_tone ?? "neutral",
      instruction: attributes.simmerdown_instruction ?? "",
      hints: typeof hints === "string" ? JSON.parse(hints) : [],
    },
    handoff: attributes.simmerdown_handoff ?? "bot",
    botMuted: attributes.simmerdown_bot_muted === true,
  };
}

/** The words of the elements in the page's language; in English where the page has not said it. */
function wordsFor(attributes) {
  return textsFor(attributes?.simmerdown_language).texts;
}

/** How many times more than before the page asked for the text about safety. */
function safetyOf({ changed_attributes: changes = [], custom_attributes: attributes }) {
  const before = changes.find((change) => change.custom_attributes)?.custom_attributes.previous_value;
  return before === undefined ? 0 : (attributes?.simmerdown_safety ?? 0) - (before?.simmerdown_safety ?? 0);
}

/** The note for the agent: the packet's own text where it has one, else its reason. */
function noteOf({ text, reason, severity }) {
  return typeof text === "string" && text !== "" ? text : `${reason} (${severity})`;
}

export function chatwootServer({ baseUrl, accountId, botToken, agentToken, label = "escalate", failedText, safetyText, reply, fetch = globalThis.fetch }) {
  async function call(conversationId, path, body, token = botToken) {
    const url = new URL(`/api/v1/accounts/${accountId}/conversations/${Number(conversationId)}/${path}`, baseUrl);
    const response = await fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { api_access_token: token, "content-type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    if (!response.ok) {
      const message = `Chatwoot answered ${response.status} to ${path} of conversation ${conversationId}`;
      throw Object.assign(new Error(message), { name: "SimmerdownError", code: "http", status: response.status });
    }
    return response.status === 204 ? undefined : response.json();
  }

  /** Chatwoot replaces all labels by those it is given. */
  async function addLabel(conversationId) {
    const { payload = [] } = await call(conversationId, "labels", undefined, agentToken);
    if (!payload.includes(label)) await call(conversationId, "labels", { labels: [...payload, label] }, agentToken);
  }

  // What this process heard of a conversation beyond what a message carries: a reply may be under way when somebody
  // takes it.
  /** Conversations in which a person has spoken. */
  const taken = new Recent();
  /** Conversations whose page says that the bot is muted. */
  const muted = new Recent();
  /** Conversations that are handed over: what is set meanwhile is told as an update of its own. */
  const handed = new Recent();

  async function say(id, text) {
    if (!text || taken.has(id) || muted.has(id)) return null;
    await call(id, "messages", { content: text, message_type: "outgoing" });
    return text;
  }

  async function answer({ content, conversation: { id, status, meta, custom_attributes: attributes = {} } }) {
    const forBot = forBotOf(attributes);
    // Without the page's word, open means that people have it.
    const turn = attributes.simmerdown_bot_muted === undefined ? status === "pending" : !forBot.botMuted;
    if (!turn || meta?.assignee || taken.has(id)) return null;
    try {
      return await say(id, await reply({ text: content, conversationId: id, forBot }));
    } catch (error) {
      if (error.code !== "http") await say(id, failedText ?? wordsFor(attributes).botFailed);
      throw error;
    }
  }

  const server = {
    async webhook(payload) {
      const { event, id, status, custom_attributes: attributes } = payload;
      if (event === "message_created") {
        if (payload.private || !payload.content) return null;
        if (payload.message_type === "incoming") return answer(payload);
        if (payload.sender?.type === "user") taken.set(payload.conversation.id, true);
      } else if (event === "conversation_status_changed" && status !== "open") {
        taken.set(id, false);
        handed.set(id, false);
      } else if (event === "conversation_updated") {
        muted.set(id, attributes?.simmerdown_bot_muted === true);
        // Said whoever has the conversation.
        if (safetyOf(payload) > 0) {
          await call(id, "messages", { content: safetyText ?? wordsFor(attributes).safety, message_type: "outgoing" });
        }
        const { simmerdown_handoff: handoff, simmerdown_note: text, simmerdown_reason: reason, simmerdown_severity: severity } = attributes ?? {};
        if (status === "pending" && handoff === "requested" && typeof text === "string" && !handed.has(id)) {
          await server.handOff(id, { text, reason, severity });
        }
      }
      return null;
    },

    async handOff(conversationId, packet) {
      handed.set(conversationId, true);
      try {
        await call(conversationId, "messages", { content: noteOf(packet), message_type: "outgoing", private: true });
        const attributes = { simmerdown_reason: packet.reason, simmerdown_severity: packet.severity };
        // Without `merge` Chatwoot would drop the page's own.
        await call(conversationId, "custom_attributes", { custom_attributes: attributes, merge: true });
        if (agentToken !== undefined) await addLabel(conversationId);
        await call(conversationId, "toggle_status", { status: "open" });
      } catch (error) {
        handed.set(conversationId, false);
        throw error;
      }
    },
  };
  return server;
}
