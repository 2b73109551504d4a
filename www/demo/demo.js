// The demo page: joins the shop's chat, its assistant, its simulated desk and the panel. Everything that is decided
// comes from the chat's events.

import { WORDS, replyTo } from "./bot.js";
import { Desk, PERSON } from "./desk.js";
import { Panel } from "./panel.js";
import { RedecidePanel } from "./redecide.js";
import { offerExamples } from "./scenarios.js";
import "./simmerdown/define.js";
import * as engine from "./simmerdown/simmerdown.js";

const THINKS_MS = 650;
const SOURCES = {
  model: "Scores: on-device, then the model",
  "on-device": "Scores: on-device, the proxy has no model",
  unreachable: "Proxy unreachable: scoring on-device",
  none: "The engine did not start: nothing is judged, a person can still be reached",
};

const chat = document.querySelector("#chat");
const panel = new Panel(document);
const desk = new Desk({
  report: (event) => chat.conversation?.apply({ at: Date.now(), ...event }),
  speak: (text) => chat.agentSaid(text),
});

chat.texts = {
  greeting: WORDS.greeting,
  agent: `${PERSON}, a person (simulated)`,
  humanTitle: `You are talking to ${PERSON}`,
  humanText: "The desk of this demo is simulated.",
  queuedText: "The desk of this demo is simulated.",
  joined: `${PERSON} joined (simulated)`,
  left: `${PERSON} left (simulated)`,
  back: WORDS.back,
  botFailed: WORDS.noAnswer,
};

/** The shop's own bot: it thinks a moment, then answers in the tone that was asked for. */
chat.bot = async ({ message, tone, signal }) => {
  await new Promise((resolve) => setTimeout(resolve, THINKS_MS));
  signal.throwIfAborted();
  return replyTo(message, tone.label);
};

// What came of asking the proxy for a score.
let unanswered = false;
chat.addEventListener("simmerdown-error", ({ detail: error }) => {
  if (error.code === "engine-unavailable") panel.source(SOURCES.none);
  else if (error.code !== "bot-failed") unanswered = true;
});

// The policy panel, as soon as the engine is there.
let redecide = null;
function judgeAgain() {
  // Where the engine never came, what stands in for it decides nothing by numbers.
  if (typeof chat.conversation?.redecide !== "function") return;
  redecide ??= new RedecidePanel(document, { engine, conversation: () => chat.conversation, use: (policy) => begin(true, policy) });
  redecide.begin(chosenPolicy());
  redecide.judge();
}

let handoff = "bot";
chat.addEventListener("simmerdown-decision", ({ detail: decision }) => {
  panel.show(decision);
  judgeAgain();
  if (decision.cause === "score-failed") {
    // A proxy without a model answers too, with the on-device scorer; only no answer at all is an error.
    panel.source(SOURCES[unanswered ? "unreachable" : "on-device"]);
    unanswered = false;
  } else if (decision.cause === "score" && decision.sentiment?.source === "model") {
    panel.source(SOURCES.model);
  }
  const before = handoff;
  handoff = decision.handoff;
  if (handoff === "human" && before !== "human") desk.greet();
  if (handoff === "bot" || handoff === "returned") desk.withdraw();
});
chat.addEventListener("simmerdown-handoff", () => desk.request());
chat.addEventListener("simmerdown-message", ({ detail: message }) => {
  if (message.role === "customer" && handoff === "human") desk.hear();
});

const policies = document.querySelector("#policies");
const chosenPolicy = () => new FormData(policies).get("policy");

/** Begins a conversation under the chosen policy, or under this document made of it. */
function begin(restart, policy = chosenPolicy()) {
  desk.withdraw();
  handoff = "bot";
  panel.begin(chosenPolicy());
  chat.policy = policy;
  if (restart) chat.restart();
}

const wanted = new URLSearchParams(location.search).get("policy");
for (const choice of policies.querySelectorAll("input[name=policy]")) {
  if (choice.value === wanted) choice.checked = true;
}
policies.addEventListener("change", () => {
  history.replaceState(null, "", `?${new URLSearchParams({ policy: chosenPolicy() })}`);
  begin(true);
});
document.querySelector("#restart").addEventListener("click", () => begin(true));
offerExamples(document.querySelector("#chips"), (text) => chat.customerSaid(text));
panel.source("Scores: on-device");
begin(false);
