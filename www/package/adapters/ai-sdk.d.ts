import type { AdapterOptions, Connection, CustomerMessage, View } from "./connection.js";

/** A transport of the AI SDK, as far as the adapter uses it. */
export interface Transport {
  /** Whether a reply that is resumed comes from its beginning. */
  readonly resumeStreamIsReplay?: boolean;
  /** Sends the messages; resolves to the reply as it comes. */
  sendMessages(options: never): Promise<ReadableStream<unknown>>;
  /** Resumes a reply that broke off. */
  reconnectToStream(options: never): Promise<ReadableStream<unknown> | null>;
  /** Frees what it holds. */
  close?: () => void;
}

/** What the adapter for the AI SDK is given. */
export interface AiSdkOptions<Chat extends Transport> extends AdapterOptions {
  /** The chat's own transport. */
  transport: Chat;
  /** What the customer writes while the bot is silent, for whoever answers in its place. */
  toHuman?: (message: CustomerMessage) => void;
}

/** What a component draws; a new object whenever something in it has changed. */
export interface AiSdkState {
  /** What stands on the page. */
  readonly view: View;
  /** Whether the bot must not answer. */
  readonly botMuted: boolean;
  /** Whether `dispose()` was called. */
  readonly disposed: boolean;
}

/** What `useChat` returns, as far as the adapter uses it. */
export interface ChatHelpers<Message> {
  /** Changes the messages on show. */
  setMessages: (change: (messages: Message[]) => Message[]) => void;
}

/** A connection with what goes into `useChat`. */
export interface AiSdkConnection<Chat extends Transport> extends Connection {
  /** For `useChat({ transport })`. */
  readonly transport: Pick<Chat, "sendMessages" | "reconnectToStream"> & Pick<Transport, "resumeStreamIsReplay" | "close">;
  /** Lets `humanSaid` show a person's messages: as an effect, `useEffect(() => connection.bind({ setMessages }), [])`. Returns its end. */
  bind<Message>(chat: ChatHelpers<Message>): () => void;
  /** For `useSyncExternalStore`, with `getSnapshot`. Whoever listens shows the offer. */
  readonly subscribe: (listener: () => void) => () => void;
  /** For `useSyncExternalStore`, on the server too. */
  readonly getSnapshot: () => AiSdkState;
}

/**
 * Joins a chat of the AI SDK to a conversation.
 *
 * The bot's request carries `simmerdown` (see `ForBot`) in its body.
 *
 * Throws a `SimmerdownError` with code `invalid-argument` where the transport is missing.
 */
export function connectAiSdk<Chat extends Transport>(options: AiSdkOptions<Chat>): AiSdkConnection<Chat>;
