import type { HandoffPacket } from "simmerdown";
import type { ForBot } from "./connection.js";

/** What the server's part of the adapter for Chatwoot is given. */
export interface ChatwootServerOptions {
  /** Where Chatwoot is, such as `https://app.chatwoot.com`. */
  baseUrl: string;
  /** The account's number. */
  accountId: number | string;
  /** The access token of the agent bot. */
  botToken: string;
  /** The access token of an agent, for the label, which a bot may not set. The page sets the label without one. */
  agentToken?: string;
  /** The label of a handed over conversation; `escalate` unless given. */
  label?: string;
  /** The bot: what it says to a message. Nothing is said for an empty text. */
  reply: (message: { text: string; conversationId: number; forBot: ForBot }) => Promise<string> | string;
  /** What the customer reads where `reply` rejects; the page knows a failure by it, so it is an option there too. `botFailed` of the elements' texts in the page's language unless given. */
  failedText?: string;
  /** What the customer reads at once where a message may be about somebody's safety; `safety` of the elements' texts in the page's language unless given. */
  safetyText?: string;
  /** How calls are made; the platform's own `fetch` unless given. */
  fetch?: typeof fetch;
}

/** The server's part of the adapter for Chatwoot. */
export interface ChatwootServer {
  /**
   * Takes what Chatwoot posts to the address of the agent bot and of the account's webhook. Resolves to what the bot
   * said, or null where it stayed silent. A customer message is answered while the bot's turn is; `conversation_updated`
   * with the page's request for a person is handed off. Rejects with what `reply` rejected with, once the customer was told.
   */
  webhook(payload: unknown): Promise<string | null>;
  /**
   * Hands a conversation to people: the packet as a private note and as attributes, the label, and the status `open`,
   * last, so that whoever is called finds the rest. Rejects with a `SimmerdownError` with code `http` where Chatwoot
   * refuses; what was done before stays done, and it may be called again.
   */
  handOff(conversationId: number, packet: Pick<HandoffPacket, "reason" | "severity"> & { text?: string }): Promise<void>;
}

/** The part of a Chatwoot bot that minds the tone, stays silent where a person is, and hands over. For a server only. */
export function chatwootServer(options: ChatwootServerOptions): ChatwootServer;
