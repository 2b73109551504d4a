import { connectChatwoot } from "simmerdown/adapters/chatwoot";
import { begin } from "./bot.page.js";

// Chatwoot's page API, as its SDK has it: the widget posts what happens, and the SDK turns that into window events. Its
// server is the test's own; a widget of a few lines stands for the iframe.
const chat = await begin();
const calls = [];
let known = false;

function dispatch(name, detail) {
  window.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, cancelable: true }));
}

const post = (path, body) => fetch(path, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });

window.$chatwoot = {
  hasLoaded: true,
  isOpen: false,
  toggle(state) {
    calls.push(["toggle", state]);
    this.isOpen = state === undefined ? !this.isOpen : state === "open";
  },
  setConversationCustomAttributes(customAttributes = {}) {
    if (!customAttributes || !Object.keys(customAttributes).length) throw new Error("Custom attributes should have atleast one key");
    // Without a conversation the widget's server answers 404.
    if (!known) throw new Error("there is no conversation yet");
    calls.push(["attributes", customAttributes]);
    post("/widget/custom_attributes", customAttributes);
  },
  setLabel(label = "") {
    calls.push(["label", label]);
    post("/widget/labels", { label });
  },
};

const log = document.createElement("div");
log.setAttribute("role", "log");
const form = document.createElement("form");
const field = Object.assign(document.createElement("input"), { ariaLabel: "Message" });
form.append(field);
document.body.append(log, form);
form.addEventListener("submit", (event) => {
  event.preventDefault();
  post("/widget/messages", { content: field.value });
  field.value = "";
});

// What Chatwoot's ActionCable would bring.
new EventSource("/widget/events").onmessage = ({ data }) => {
  const message = JSON.parse(data);
  known = true;
  log.append(Object.assign(document.createElement("p"), { textContent: message.content }));
  dispatch("chatwoot:on-message", message);
};

const listening = new Map();
for (const method of ["addEventListener", "removeEventListener"]) {
  const original = window[method].bind(window);
  window[method] = (name, ...rest) => {
    if (name.startsWith("chatwoot:")) listening.set(name, (listening.get(name) ?? 0) + (method === "addEventListener" ? 1 : -1));
    original(name, ...rest);
  };
}

Object.assign(chat, {
  calls,
  hooks: () => ({ listening: [...listening].filter(([, count]) => count !== 0), beside: document.body.children.length }),
});
dispatch("chatwoot:ready");
chat.before = chat.hooks();
chat.connection = connectChatwoot({ conversation: chat.conversation });
