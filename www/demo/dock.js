// The place above the composer where a person comes within reach: the offer, the question,
// the queue, and the person. What stands there follows the decision alone.

import { PERSON } from "./desk.js";

const VIEWS = {
  offer: {
    title: "Would a person help?",
    text: "Someone from our team can take over in this chat.",
    buttons: [
      { name: "Talk to a human", answer: "press", prominent: true },
      { name: "Not now", answer: "decline" },
    ],
    announce: "A person can take over. The button “Talk to a human” is before the message field.",
  },
  ask: {
    title: "Would you like a person?",
    text: "One tap, and someone from our team takes over.",
    buttons: [
      { name: "Yes", answer: "accept", prominent: true },
      { name: "No, thanks", answer: "decline" },
    ],
    announce: "Would you like a person? Answer with the buttons “Yes” and “No, thanks” before the message field.",
  },
  requested: {
    title: "Asking the team for a person",
    text: "You can go on writing meanwhile.",
    buttons: [{ name: "Cancel", answer: "cancel" }],
    announce: "The team has been asked for a person.",
    simulated: true,
  },
  queued: {
    title: "You are next in line",
    text: "Waiting time: about a minute.",
    buttons: [{ name: "Stay with the assistant", answer: "cancel" }],
    announce: "You are next in line. Waiting time: about a minute.",
    simulated: true,
  },
  human: {
    title: `You are talking to ${PERSON}`,
    text: "A person from our team.",
    buttons: [{ name: "End this chat", answer: "leave" }],
    announce: "",
    simulated: true,
  },
};

/** What the dock shows for `decision` when it showed `now` before; null for nothing. */
export function viewFor(decision, now) {
  const { action, handoff } = decision;
  if (handoff === "requested" || handoff === "queued" || handoff === "human") return handoff;
  if (action === "ask") return "ask";
  // While an offer stands, a question already put is not taken back for a button.
  if (handoff === "offered" && (now === "ask" || now === "offer")) return now;
  return action === "offer" || handoff === "offered" ? "offer" : null;
}

export class Dock {
  #place;
  #announcement;
  #answered;
  #leftBehind;
  #now = null;

  /** `answered(answer)`: press, accept, decline, cancel or leave. `leftBehind()` takes the focus when the dock goes away with it. */
  constructor(root, { answered, leftBehind }) {
    this.#place = root.querySelector("#dock");
    this.#announcement = root.querySelector("#announcement");
    this.#answered = answered;
    this.#leftBehind = leftBehind;
  }

  /** Shows what `decision` calls for; returns the view's name where it is a new one. */
  follow(decision) {
    const next = viewFor(decision, this.#now);
    if (next === this.#now) return null;
    this.#show(next);
    return next;
  }

  clear() {
    this.#show(null);
  }

  #show(name) {
    const heldFocus = this.#place.contains(document.activeElement);
    this.#now = name;
    this.#place.hidden = name === null;
    this.#place.replaceChildren(...(name === null ? [] : this.#build(VIEWS[name])));
    this.#place.classList.toggle("waiting", name === "requested" || name === "queued");
    this.#announcement.textContent = name === null ? "" : VIEWS[name].announce;
    // Who pressed a button that is gone stays where it was, or goes on writing.
    if (!heldFocus) return;
    if (name === null) this.#leftBehind();
    else this.#place.focus({ preventScroll: true });
  }

  #build(view) {
    const words = document.createElement("div");
    words.className = "dock-words";
    const title = document.createElement("p");
    title.className = "dock-title";
    title.textContent = view.title;
    const text = document.createElement("p");
    text.textContent = view.text;
    words.append(title, text);
    if (view.simulated) {
      const mark = document.createElement("span");
      mark.className = "simulated";
      mark.textContent = "Simulated desk";
      title.append(" ", mark);
    }
    const buttons = document.createElement("div");
    buttons.className = "dock-buttons";
    for (const { name, answer, prominent } of view.buttons) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = prominent ? "primary" : "plain";
      button.textContent = name;
      button.addEventListener("click", () => this.#answered(answer));
      buttons.append(button);
    }
    return [words, buttons];
  }
}
