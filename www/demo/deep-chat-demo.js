// The demo page with deep-chat: a scripted bot behind its handler, a simulated desk, and the adapter between.

import "./deep-chat.js";
import { connectDeepChat } from "./simmerdown/adapters/deep-chat.js";
import { SimmerdownHandoff } from "./simmerdown/element.js";
import { replyTo, WORDS } from "./bot.js";
import { Desk, PERSON } from "./desk.js";

const THINKS_MS = 650;
const TRIES = [
  "Hi, can you tell me where my parcel is?",
  "The order number is BB-48213.",
  "This is the third time I'm asking where my parcel is. This is useless!!",
  "Can I talk to a real person?",
  "Thanks, that helped",
];

const place = document.querySelector("#person");
const chat = document.createElement("deep-chat");

/** deep-chat writes styles into its elements; the page's own colours reach through them, in the dark too. */
const bubble = (more) => ({ bubble: { maxWidth: "82%", padding: "0.55rem 0.85rem", borderRadius: "14px", lineHeight: "1.45", ...more } });
const LOOK = {
  chatStyle: { width: "100%", height: "100%", border: "none", backgroundColor: "transparent", color: "var(--ink)", fontFamily: "var(--sans)", fontSize: "1rem" },
  messageStyles: {
    default: {
      shared: bubble({}),
      user: bubble({ backgroundColor: "var(--accent)", color: "var(--on-accent)" }),
      ai: bubble({ backgroundColor: "var(--sunken)", color: "var(--ink)" }),
      human: bubble({ backgroundColor: "var(--accent-soft)", color: "var(--ink)" }),
    },
    error: { bubble: { backgroundColor: "transparent", color: "var(--muted)" } },
  },
  textInput: {
    placeholder: { text: "Write a message", style: { color: "var(--muted)" } },
    styles: {
      container: { backgroundColor: "var(--card)", border: "1px solid var(--control)", borderRadius: "12px", boxShadow: "none", width: "84%" },
      text: { color: "var(--ink)", padding: "0.65rem 2.6rem 0.65rem 0.85rem" },
      focus: { outline: "2px solid var(--accent)" },
    },
  },
  errorMessages: { displayServiceErrorMessages: true },
  introMessage: { text: WORDS.greeting },
};

function show(id, text) {
  document.querySelector(id).textContent = text;
}

/** The bot. A real one would be behind `connect.url` and find the same in its request's body. */
async function handler(body, signals) {
  const { simmerdown, messages } = body;
  if (simmerdown !== undefined) show("#request", JSON.stringify({ simmerdown }, null, 2));
  await new Promise((resolve) => setTimeout(resolve, THINKS_MS));
  try {
    signals.onResponse({ text: replyTo(messages.at(-1).text, simmerdown?.tone.label) });
  } catch {
    // What deep-chat shows as an error, the adapter tells the engine as `bot-failed`.
    signals.onResponse({ error: WORDS.noAnswer });
  }
}

function offerTries() {
  for (const text of TRIES) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "try", textContent: text });
    button.addEventListener("click", () => chat.submitUserMessage({ text }));
    const item = document.createElement("li");
    item.append(button);
    document.querySelector("#tries").append(item);
  }
}

function join(conversation) {
  const connection = connectDeepChat(chat, { conversation, place, toHuman: () => desk.hear() });
  const desk = new Desk({
    report: (event) => conversation.apply(event),
    speak: (text) => connection.humanSaid(text),
  });
  let before = "bot";
  conversation.on("decision", ({ handoff }) => {
    if (handoff === before) return;
    const under = before === "requested" || before === "queued";
    if (handoff === "requested") desk.request();
    else if (handoff === "human") desk.greet();
    else if (handoff === "returned" || (under && handoff !== "queued")) desk.withdraw();
    show("#chat-with", handoff === "human" ? `${PERSON}, a person (simulated)` : "Automated assistant");
    before = handoff;
  });
  conversation.on("handoff", ({ text }) => show("#packet", text));
}

async function start() {
  Object.assign(chat, LOOK, { connect: { handler } });
  // Without a font of its own it would ask Google for one.
  chat.style.fontFamily = "var(--sans)";
  try {
    // Loaded here and not at the top, so that the way to a person stands even if this fails.
    const { default: init, Conversation, ProxyScorer } = await import("./simmerdown/index.js");
    await init();
    join(new Conversation({ scorer: new ProxyScorer({ url: "/v1/score", timeoutMs: 4_000 }) }));
  } catch (error) {
    console.error("simmerdown did not start", error);
    show("#request", "The engine did not start: nothing is judged, a person can still be reached.");
    // Without a conversation the element stands in for it.
    SimmerdownHandoff.define();
    place.append(document.createElement("simmerdown-handoff"));
  }
  document.querySelector("#frame").append(chat);
  offerTries();
}

start();
