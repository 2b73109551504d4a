import type { ElementTexts } from "../element.js";
import type { AdapterOptions, Connection } from "./connection.js";

/** An activity of Direct Line, as far as the adapter reads it. */
export interface Activity {
  /** `message`, `event`, `typing` and others. */
  type: string;
  /** Direct Line's id. */
  id?: string;
  /** What a message says. */
  text?: string;
  /** What an event is called. */
  name?: string;
  /** What an event carries. */
  value?: unknown;
  /** When it was sent, in ISO 8601. */
  timestamp?: string;
  /** Who sent it; the role is `user`, `bot` or `channel`. */
  from?: { id?: string; role?: string };
  /** What a channel or a bot adds, such as `simmerdown.from`. */
  channelData?: { simmerdown?: { from?: string } };
}

/** An action of Web Chat's store. */
export interface StoreAction {
  /** Its name, such as `DIRECT_LINE/INCOMING_ACTIVITY`. */
  type: string;
  /** What it carries. */
  payload?: unknown;
}

/** Hands an action on. */
export type Dispatch = (action: StoreAction) => unknown;

/** What the adapter for Web Chat is given. */
export interface WebChatOptions extends AdapterOptions {
  /** Whether a person wrote the activity. `markedHuman` reads a mark that the bot's server puts on it. */
  isHuman: (activity: Activity) => boolean;
  /** Whether the quiet way to a person stands among the suggested actions; true unless given. */
  entry?: boolean;
  /** The language of the buttons, a BCP 47 tag; English unless given. */
  language?: string;
  /** Words of your own. */
  texts?: Partial<ElementTexts>;
}

/** A connection with what goes into Web Chat's store. */
export interface WebChatConnection extends Connection {
  /** For `createStore({}, connection.middleware)`. */
  readonly middleware: (store: { dispatch: Dispatch }) => (next: Dispatch) => Dispatch;
}

/** Name of the event activity that carries the packet from the page to the bot. */
export const HANDOFF_EVENT: "simmerdown.handoff";

/**
 * Name of the event activity by which the bot says how the handoff stands, as in the Bot Framework's handoff protocol:
 * its value's `state` is `accepted`, `failed` or `completed`, and, beyond that protocol, `queued` with `reference`,
 * `waitMs` and `position`.
 */
export const HANDOFF_STATUS: "handoff.status";

/** Whether `channelData.simmerdown.from` is `"human"`. */
export function markedHuman(activity: Activity): boolean;

/**
 * Joins Web Chat to a conversation.
 *
 * The bot's request, a message activity, carries `simmerdown` (see `ForBot`) in its `channelData`.
 *
 * Throws a `SimmerdownError` with code `invalid-argument` where `isHuman` is missing.
 */
export function connectWebChat(options: WebChatOptions): WebChatConnection;
