// The messages on show, and the same as a list. Both are bounded.

import { make } from "./parts.js";

/** Messages kept, the newest; as many as the engine keeps. */
const KEPT = 200;
/** As near to the end as this, in pixels, counts as reading along. */
const NEAR_END = 24;

export class Transcript {
  #log;
  #names;
  #messages = [];
  #atEnd = true;
  #top = 0;
  #watching = null;

  /** `names(role)` gives whom a message is from, in words. */
  constructor(names) {
    this.#names = names;
    this.#log = make("div", { class: "transcript", part: "transcript", role: "log", tabindex: "0" });
    this.#log.addEventListener("scroll", () => {
      const { scrollHeight, scrollTop, clientHeight } = this.#log;
      // Only who scrolls back leaves the end; a place that shrinks does not.
      if (scrollHeight - scrollTop - clientHeight < NEAR_END) this.#atEnd = true;
      else if (scrollTop < this.#top) this.#atEnd = false;
      this.#top = scrollTop;
    });
  }

  get element() {
    return this.#log;
  }

  /** `{ role, text, id }` of each message, oldest first. */
  get messages() {
    return this.#messages;
  }

  /** Keeps the newest message in sight while the place changes its size, unless the reader scrolled away. */
  watch() {
    this.#watching ??= new ResizeObserver(() => this.#atEnd && this.toEnd());
    this.#watching.observe(this.#log);
  }

  unwatch() {
    this.#watching?.disconnect();
  }

  /** Adds one message; one with the id of another is the same message, and gives false. */
  add({ role, text, id }) {
    if (this.#messages.some((message) => message.id === id)) return false;
    this.#messages.push({ role, text, id });
    if (this.#messages.length > KEPT) this.#messages.shift();
    const who = make("span", { class: "who" }, this.#names(role));
    this.#append(make("div", { class: `turn from-${role}`, "data-role": role }, who, make("p", { part: `message from-${role}`, dir: "auto" }, text)));
    return true;
  }

  /** A line between the messages: somebody joined, somebody left. */
  note(text, kind = "note") {
    this.#append(make("p", { class: kind, part: kind, dir: "auto" }, text));
  }

  /** Where what came while nobody looked begins. */
  divide(text) {
    this.#log.querySelector(".divider")?.remove();
    this.#append(make("p", { class: "divider" }, text));
  }

  reword() {
    for (const turn of this.#log.querySelectorAll(".turn")) turn.querySelector(".who").textContent = this.#names(turn.dataset.role);
  }

  clear() {
    this.#messages = [];
    this.#log.replaceChildren();
    this.#atEnd = true;
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
  }

  #append(line) {
    this.#log.append(line);
    while (this.#log.childElementCount > KEPT) this.#log.firstElementChild.remove();
    if (this.#atEnd || line.classList.contains("from-customer")) this.toEnd();
  }
}
