// Chatwoot's website widget: https://www.chatwoot.com/docs/product/channels/live-chat/sdk
//
// The page hears every message as a window event and can set attributes and labels; it can neither write messages nor
// hold the bot back. So the tone and the handoff travel as attributes of the conversation to the bot behind Chatwoot's
// webhook: `simmerdown/adapters/chatwoot-server` is its part.

import { TEXTS, textsFor } from "../elements/texts.js";
import { Connection } from "./connection.js";
import { placeHandoff } from "./handoff-element.js";

/** `message_type` of a message of Chatwoot. */
const INCOMING = 0;
const OUTGOING = 1;

/** How many ids of messages are kept, against one that is told again when it was changed. */
const REMEMBERED = 200;

/** What the bot behind the webhook reads, as attributes of the conversation. */
function attributesOf({ tone, handoff, botMuted }) {
  return {
    simmerdown_tone: tone.label,
    simmerdown_instruction: tone.instruction,
    simmerdown_hints: JSON.stringify(tone.hints),
    simmerdown_handoff: handoff,
    simmerdown_bot_muted: botMuted,
  };
}

/** Every text the server's part may say under this name: the host's own, or that of some language. */
function sayings(own, name) {
  return own === undefined ? Object.values(TEXTS).map((texts) => texts[name]) : [own];
}

export function connectChatwoot({ conversation, label = "escalate", failedText, safetyText, place, texts } = {}) {
  const at = place ?? document.body;
  const failures = sayings(failedText, "botFailed");
  const warnings = sayings(safetyText, "safety");
  // Normalised, so that the server need not know what a tag is.
  const { language } = textsFor(at.closest("[lang]")?.lang);
  /** Chatwoot's number of the conversation; there is none before the first message. */
  let number;
  let packet;
  let told = {};
  const seen = new Set();

  const connection = new Connection(conversation, {
    decided: () => tell(),
    // The page can write nothing into the chat: the server's part says it there.
    notified: ({ key, variant }) => key === "safety" && tell({ simmerdown_safety: variant + 1 }),
    handedOff(news) {
      packet = news;
      // The chat may be closed: the customer should see who answers.
      window.$chatwoot?.toggle("open");
      handOver();
    },
    dispose() {
      window.removeEventListener("chatwoot:on-message", heard);
      window.removeEventListener("chatwoot:ready", ready);
      handoff.remove();
    },
  });

  /** Tells Chatwoot what has changed. It refuses attributes before there is a conversation. */
  function tell(more = {}) {
    if (number === undefined || !window.$chatwoot) return;
    const attributes = { ...attributesOf(connection.forBot), simmerdown_language: language, ...more };
    const changed = Object.entries(attributes).filter(([name, value]) => told[name] !== value);
    if (changed.length === 0) return;
    told = { ...told, ...attributes };
    window.$chatwoot.setConversationCustomAttributes(Object.fromEntries(changed));
  }

  /** The packet needs the conversation's number, so a request before the first message waits for it. */
  function handOver() {
    if (packet === undefined || number === undefined) return;
    const { reason, severity, text = reason } = packet;
    packet = undefined;
    tell({ simmerdown_reason: reason, simmerdown_severity: severity, simmerdown_note: text });
    window.$chatwoot?.setLabel(label);
  }

  function heard({ detail }) {
    const id = String(detail.id);
    if (detail.private || typeof detail.content !== "string" || seen.has(id)) return;
    seen.add(id);
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value);
    number = detail.conversation_id;
    if (detail.message_type === INCOMING) connection.customerSaid(detail.content, id);
    else if (detail.message_type === OUTGOING) {
      if (detail.sender_type === "User") connection.humanJoined();
      else if (failures.includes(detail.content)) connection.botFailed();
      else if (!warnings.includes(detail.content)) connection.botSaid(detail.content, id);
    }
    tell();
    handOver();
  }

  const ready = () => tell();
  window.addEventListener("chatwoot:on-message", heard);
  window.addEventListener("chatwoot:ready", ready);
  const handoff = placeHandoff(conversation, { place: at, texts });
  Object.defineProperty(connection, "conversationId", { get: () => number });
  return connection;
}
