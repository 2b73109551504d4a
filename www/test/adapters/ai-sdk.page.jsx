import { useChat } from "@ai-sdk/react";
import { DefaultChatTransport } from "ai";
import { useEffect, useState, useSyncExternalStore } from "react";
import { createRoot } from "react-dom/client";
import { connectAiSdk } from "simmerdown/adapters/ai-sdk";
import { begin } from "./bot.page.js";

const chat = await begin();
const toHuman = [];
const connection = connectAiSdk({
  conversation: chat.conversation,
  transport: new DefaultChatTransport({ api: "/api/chat", body: { shop: 7 } }),
  toHuman: (message) => toHuman.push(message),
});
Object.assign(chat, { connection, toHuman, hooks: () => ({ drawn: document.querySelector(".person").textContent }), before: { drawn: "" } });

function Person() {
  const { view, disposed } = useSyncExternalStore(connection.subscribe, connection.getSnapshot, connection.getSnapshot);
  if (disposed) return <div className="person" />;
  return (
    <div className="person">
      {(view === null || view === "missed") && <button onClick={() => connection.handOff()}>Talk to a person</button>}
      {view === "missed" && <span>Nobody was free to answer</span>}
      {view === "offer" && <button onClick={() => connection.handOff()}>Talk to a human</button>}
      {view === "ask" && <button onClick={() => connection.accept()}>Yes</button>}
      {view === "offer" && <button onClick={() => connection.decline()}>Not now</button>}
      {view === "ask" && <button onClick={() => connection.decline()}>No, thanks</button>}
      {(view === "requested" || view === "queue") && <button onClick={() => connection.cancel()}>Stay with the assistant</button>}
    </div>
  );
}

function Support() {
  const { messages, sendMessage, setMessages, status } = useChat({ transport: connection.transport, onError: () => {} });
  const [text, setText] = useState("");
  useEffect(() => connection.bind({ setMessages }), [setMessages]);
  const submit = (event) => {
    event.preventDefault();
    sendMessage({ text });
    setText("");
  };
  return (
    <main data-status={status}>
      <div role="log">
        {messages.map(({ id, role, metadata, parts }) => (
          <p key={id} className={metadata?.from ?? role}>{parts.map((part, place) => (part.type === "text" ? <span key={place}>{part.text}</span> : null))}</p>
        ))}
      </div>
      <Person />
      <form onSubmit={submit}>
        <input aria-label="Message" value={text} onChange={(event) => setText(event.target.value)} />
      </form>
    </main>
  );
}

const root = document.createElement("div");
document.body.append(root);
createRoot(root).render(<Support />);
