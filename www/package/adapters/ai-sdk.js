// Vercel AI SDK: https://ai-sdk.dev
//
// All of it is a transport around the chat's own, so it serves React's `useChat` and every other of its hooks.

import { Connection, refused } from "./connection.js";

const textOf = (message) => message.parts.filter(({ type }) => type === "text").map(({ text }) => text).join("\n");

export function connectAiSdk({ conversation, transport, toHuman } = {}) {
  if (typeof transport?.sendMessages !== "function") throw refused("`transport` is the chat's own, such as `new DefaultChatTransport({ api })`");
  let setMessages;
  let state;
  let written = 0;
  const listeners = new Set();

  const connection = new Connection(conversation, {
    decided: renew,
    // The rest is the component's to say, or stands in a <simmerdown-handoff>.
    notified: ({ key, text }) => key === "safety" && write(text, "notice"),
    humanSaid: (text, id) => write(text, "human", id),
    dispose: renew,
  });

  /** Puts a message among the chat's own that no bot sent. */
  function write(text, from, id = `simmerdown-${(written += 1)}-${Date.now()}`) {
    if (!setMessages) throw refused("`bind({ setMessages })` of what `useChat` returned comes before the first message");
    setMessages((messages) => [...messages, { id, role: "assistant", metadata: { from }, parts: [{ type: "text", text }] }]);
  }

  /** What `useSyncExternalStore` reads: a new object where something has changed, and only there. */
  function renew() {
    const { view, botMuted, disposed } = connection;
    if (state?.view === view && state.botMuted === botMuted && state.disposed === disposed) return;
    state = Object.freeze({ view, botMuted, disposed });
    for (const listener of listeners) listener();
  }

  async function sendMessages(options) {
    if (connection.disposed) return transport.sendMessages(options);
    const message = options.messages.findLast(({ role }) => role === "user");
    const turn = options.trigger === "submit-message" && message ? connection.customerSaid(textOf(message), message.id) : undefined;
    if (connection.botMuted) {
      // The same message again, as after a tool's result, was told already.
      if (turn && turn.decision.ignored === undefined) toHuman?.({ id: message.id, text: textOf(message) });
      return new ReadableStream({ start: (controller) => controller.close() });
    }
    try {
      const stream = await transport.sendMessages({ ...options, body: { ...options.body, simmerdown: connection.forBot } });
      return overheard(stream, connection);
    } catch (error) {
      if (!options.abortSignal?.aborted) connection.botFailed();
      throw error;
    }
  }

  connection.transport = {
    get resumeStreamIsReplay() {
      return transport.resumeStreamIsReplay;
    },
    sendMessages,
    async reconnectToStream(options) {
      const stream = await transport.reconnectToStream(options);
      return stream && !connection.disposed ? overheard(stream, connection) : stream;
    },
    close: () => transport.close?.(),
  };
  connection.bind = (chat) => {
    setMessages = chat.setMessages;
    return () => {
      if (setMessages === chat.setMessages) setMessages = undefined;
    };
  };
  connection.subscribe = (listener) => {
    // Who listens draws.
    if (listeners.size === 0) connection.draw(renew);
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  connection.getSnapshot = () => state;
  renew();
  return connection;
}

/** The bot's reply as it comes; what it said is told to the conversation at its end, and it ends when a person takes over. */
function overheard(stream, connection) {
  const reader = stream.getReader();
  const parts = new Map();
  let id;
  let failed = false;

  function over() {
    if (failed) connection.botFailed();
    else connection.botSaid([...parts.values()].join("\n"), id);
  }

  return new ReadableStream({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (connection.botMuted && !connection.disposed && !done) {
          await reader.cancel();
          if (parts.size > 0) {
            for (const part of parts.keys()) controller.enqueue({ type: "text-end", id: part });
            over();
          }
          controller.close();
          return;
        }
        if (done) {
          over();
          controller.close();
          return;
        }
        if (value.type === "start") id = value.messageId;
        if (value.type === "text-delta") parts.set(value.id, (parts.get(value.id) ?? "") + value.delta);
        if (value.type === "error") failed = true;
        controller.enqueue(value);
      } catch (error) {
        if (error?.name !== "AbortError") connection.botFailed();
        controller.error(error);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
