import type { ElementTexts } from "../element.js";
import type { AdapterOptions, Connection, CustomerMessage } from "./connection.js";

/** The element of deep-chat, as far as the adapter uses it. */
export interface DeepChatElement extends HTMLElement {
  /** How its bot is reached; must be set. */
  connect?: object;
  /** Sees each request before it is sent. Yours goes on working. */
  requestInterceptor?: unknown;
  /** Sees each reply before it is shown. Yours goes on working. */
  responseInterceptor?: unknown;
  /** Shows a message. */
  addMessage: (message: { role?: string; text?: string }) => void;
}

/** What the adapter for deep-chat is given. */
export interface DeepChatOptions extends AdapterOptions {
  /** The role of messages that a person wrote; `human` unless given. */
  humanRole?: string;
  /** What the customer writes while the bot is silent, for whoever answers in its place. */
  toHuman?: (message: CustomerMessage) => void;
  /** Where the `<simmerdown-handoff>` is put that holds the way to a person; behind the element unless given. */
  place?: Element;
  /** Words of your own in it. */
  texts?: Partial<ElementTexts>;
}

/**
 * Joins a `<deep-chat>` to a conversation. Its `connect` must be set before, and it is best done before the element
 * has shown its first message, since setting its interceptors makes it render anew.
 *
 * The bot's request carries `simmerdown` (see `ForBot`) in its body; in a request with files it is a form field with JSON.
 *
 * Throws a `SimmerdownError` with code `invalid-argument` where `connect` is not set, or where neither the element is in the
 * page nor a `place` is given.
 */
export function connectDeepChat(element: DeepChatElement, options: DeepChatOptions): Connection;
