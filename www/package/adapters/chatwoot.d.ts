import type { ElementTexts } from "../element.js";
import type { AdapterOptions, Connection } from "./connection.js";

/** What the adapter for Chatwoot is given. */
export interface ChatwootOptions extends AdapterOptions {
  /** The label a handed over conversation gets; `escalate` unless given. Chatwoot ignores one that the account has not defined. */
  label?: string;
  /** What the bot says where it failed, as its server was told; `botFailed` of the elements' texts unless given. */
  failedText?: string;
  /** What the server's part says of safety, which is no reply of the bot's; `safety` of the elements' texts unless given. */
  safetyText?: string;
  /** Where the `<simmerdown-handoff>` is put that holds the way to a person; at the end of the page's body unless given. */
  place?: Element;
  /** Words of your own in it. */
  texts?: Partial<ElementTexts>;
}

/** A connection that knows Chatwoot's number of the conversation. */
export interface ChatwootConnection extends Connection {
  /** None before the first message. */
  readonly conversationId: number | undefined;
}

/**
 * Joins Chatwoot's website widget to a conversation.
 *
 * The bot behind Chatwoot's webhook finds what it should know in the conversation's custom attributes
 * `simmerdown_tone`, `simmerdown_instruction`, `simmerdown_hints`, `simmerdown_handoff`, `simmerdown_bot_muted` and
 * `simmerdown_language`, and once a person was asked for also `simmerdown_reason`,
 * `simmerdown_severity` and `simmerdown_note`, the text for the agent. `simmerdown_safety` counts how often the customer
 * should be told where to find help at once.
 */
export function connectChatwoot(options: ChatwootOptions): ChatwootConnection;
