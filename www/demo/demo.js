// The demo page: joins the engine, the chat and the panel.

import { Chat } from "./chat.js";
import { Dock } from "./dock.js";
import { Panel } from "./panel.js";
import { offerExamples } from "./scenarios.js";
import { Session } from "./session.js";
import { PERSON } from "./desk.js";
import { WithoutEngine } from "./without-engine.js";

const SCORE_URL = "/v1/score";
const SCORE_TIMEOUT_MS = 4_000;
const SOURCES = {
  model: "Scores: on-device, then the model",
  "on-device": "Scores: on-device, the proxy has no model",
  unreachable: "Proxy unreachable: scoring on-device",
};

const panel = new Panel(document);
const chat = new Chat(document, { said: (text) => soon((session) => session.customerSaid(text)) });
const dock = new Dock(document, {
  answered: (answer) => soon((session) => session.customerAnswered(answer)),
  leftBehind: () => chat.focusComposer(),
});

let engine = null;
let session = null;
const early = [];

/** Does `act` with the session; what comes before the engine is up waits for it, in order. */
function soon(act) {
  if (session === null) early.push(act);
  else act(session);
}

const page = {
  decided(decision) {
    panel.show(decision);
    const { handoff } = decision;
    chat.talkingTo(handoff === "human" ? `${PERSON}, a person` : "Automated assistant");
    const underWay = handoff === "requested" || handoff === "queued" || handoff === "human";
    document.querySelector("#entry").setAttribute("aria-disabled", String(underWay));
    return dock.follow(decision);
  },
  said: (speaker, text) => chat.add(speaker, text),
  noted: (text) => chat.note(text),
  writing: (on) => chat.writing(on),
  scored(from) {
    if (engine !== null) panel.source(SOURCES[from]);
  },
};

function begin(policy) {
  session?.close();
  chat.clear();
  dock.clear();
  panel.begin(policy);
  session = new Session(converse(policy), page);
}

function converse(policy) {
  if (engine === null) return new WithoutEngine();
  const scorer = new engine.ProxyScorer({ url: SCORE_URL, timeoutMs: SCORE_TIMEOUT_MS });
  return new engine.Conversation({ policy, scorer });
}

function chosenPolicy() {
  return new FormData(document.querySelector("#policies")).get("policy");
}

function choosePolicyFromAddress() {
  const wanted = new URLSearchParams(location.search).get("policy");
  for (const choice of document.querySelectorAll("input[name=policy]")) {
    if (choice.value === wanted) choice.checked = true;
  }
}

async function start() {
  choosePolicyFromAddress();
  try {
    // Loaded here and not at the top, so that the way to a person stands even if this fails.
    const loaded = await import("./simmerdown/index.js");
    await loaded.default();
    engine = loaded;
    panel.source("Scores: on-device");
  } catch (error) {
    console.error("simmerdown did not start", error);
    panel.source("The engine did not start: nothing is judged, a person can still be reached");
  }
  begin(chosenPolicy());
  for (const act of early.splice(0)) act(session);
}

document.querySelector("#entry").addEventListener("click", (event) => {
  if (event.currentTarget.getAttribute("aria-disabled") === "true") return;
  soon((current) => current.customerAnswered("press"));
});
document.querySelector("#policies").addEventListener("change", () => {
  const policy = chosenPolicy();
  history.replaceState(null, "", `?${new URLSearchParams({ policy })}`);
  begin(policy);
});
document.querySelector("#restart").addEventListener("click", () => begin(chosenPolicy()));
offerExamples(document.querySelector("#chips"), (text) => chat.type(text));
start();
