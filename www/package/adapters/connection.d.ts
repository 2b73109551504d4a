import type { Conversation, Decision, Handoff, HandoffPacket, Notice, Tone, Turn } from "simmerdown";

/** What the bot's request carries, in each frontend in its own place, under the name `simmerdown`. */
export interface ForBot {
  /** How the reply should sound: `instruction` belongs into the bot's prompt, `hints` hold facts to mind. */
  tone: Tone;
  /** Where the handoff stands. */
  handoff: Handoff;
  /** Whether a person has taken over, so that the bot must not answer. */
  botMuted: boolean;
}

/**
 * What stands on the page of the handoff: the offer, the question whether a person should come, somebody was asked, the
 * queue, a person is there, nobody comes. Null where only the quiet way to a person is there.
 */
export type View = "offer" | "ask" | "requested" | "queue" | "human" | "missed" | null;

/** What a desk knows of a handoff that it accepted. */
export interface Queued {
  /** The desk's own number for it. */
  reference?: string;
  /** Expected wait in milliseconds. */
  waitMs?: number;
  /** Place in the queue, from 1. */
  position?: number;
}

/** The chat frontend as a connection sees it; every part may be missing. */
export interface Frontend {
  /** A decision was taken. */
  decided?(decision: Decision): void;
  /** The customer should be told this now, as text. What concerns safety (`key` is `safety`) comes first and must be shown. */
  notified?(notice: Notice): void;
  /** A handoff was requested just now. */
  handedOff?(packet: HandoffPacket): void;
  /** Shows what a person wrote, as text. */
  humanSaid?(text: string, id?: string): void;
  /** Takes every hook out of the frontend. */
  dispose?(): void;
}

/** One conversation joined to one chat frontend. Every adapter returns one. */
export class Connection {
  /** Joins them until `dispose()`. Throws a `SimmerdownError` with code `invalid-argument` for what is no conversation. */
  constructor(conversation: Conversation, frontend?: Frontend);
  /** The conversation, which stays the host's: `dispose()` does not free it. */
  readonly conversation: Conversation;
  /** How the conversation stands. */
  readonly decision: Decision;
  /** Whether the bot must not answer. */
  readonly botMuted: boolean;
  /** What the bot's next request should carry. */
  readonly forBot: ForBot;
  /** What stands on the page, where the page draws it itself; null before `draw`. */
  readonly view: View;
  /** Whether `dispose()` was called. */
  readonly disposed: boolean;
  /**
   * From here on the page draws the way to a person itself: `shown` is called with the view after every decision, also
   * where it stays the same. A page that has a `<simmerdown-handoff>` for the conversation leaves it to that.
   */
  draw(shown: (view: View) => void): void;
  /** The customer wrote. Nothing, and `undefined`, for a blank message. The same id again changes nothing. */
  customerSaid(text: string, id?: string): Turn | undefined;
  /** The bot replied. Nothing for a blank message. */
  botSaid(text: string, id?: string): void;
  /** The bot could not answer. */
  botFailed(): void;
  /** The customer pressed the way to a person. */
  handOff(): void;
  /** The customer took the offer, or said yes to the question. */
  accept(): void;
  /** The customer turned the offer or the question down. */
  decline(): void;
  /** The customer would rather not wait for a person. */
  cancel(): void;
  /** The desk accepted: from here on the bot is silent. */
  handoffQueued(details?: Queued): void;
  /** The desk could not take the customer. */
  handoffFailed(): void;
  /** An agent is there. */
  humanJoined(): void;
  /** An agent wrote: joins, where nobody has, and is shown. */
  humanSaid(text: string, id?: string): void;
  /** The agent left: the bot answers again. */
  humanLeft(): void;
  /** Takes every hook out. Afterwards nothing has any effect. */
  dispose(): void;
}

/** What every adapter is given. */
export interface AdapterOptions {
  /** The conversation to follow. */
  conversation: Conversation;
}

/** A message of the customer. */
export interface CustomerMessage {
  /** The frontend's id of it, or one made up. */
  id: string;
  /** What they wrote. */
  text: string;
}
