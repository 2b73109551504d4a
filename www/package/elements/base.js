// What both elements share: the shadow root, the words, the live region, the dock with its buttons, the events.

import { Dock } from "./dock.js";
import {
  SimmerdownContactEvent,
  SimmerdownDecisionEvent,
  SimmerdownErrorEvent,
  SimmerdownHandoffEvent,
  SimmerdownSafetyEvent,
} from "./events.js";
import { make, personIcon } from "./parts.js";
import { StandIn } from "./stand-in.js";
import { dress } from "./style.js";
import { textsFor } from "./texts.js";

/** On a server there is no `HTMLElement`; the classes can be imported there, and are never made. */
const Base = globalThis.HTMLElement ?? class {};

/** The events that an answer of the customer is. */
const ANSWERS = {
  press: "human-requested",
  accept: "offer-accepted",
  decline: "offer-declined",
  cancel: "handoff-cancelled",
  leave: "human-left",
};

/** Notices that say how the desk took a request. */
const ABOUT_THE_DESK = new Set(["requested", "desk-closed", "desk-busy"]);

const UNDER_WAY = new Set(["requested", "queued", "human"]);

export class SimmerdownElement extends Base {
  /** Registers the element under `tag`; a name that is taken stays as it is. */
  static define(tag = this.tag, registry = globalThis.customElements) {
    if (registry !== undefined && registry.get(tag) === undefined) registry.define(tag, this);
  }

  /** Attributes every element of ours follows. */
  static observedAttributes = ["lang", "hide-entry"];

  #built = false;
  #language = "en";
  #texts = {};
  #ownTexts = {};
  #status;
  #entry;
  #dock;
  #dockPlace;
  #desk = null;
  #ended = false;
  #leaving = false;
  #onVisible = () => this.#cameBack();
  #newWhileAway = false;
  #pageSpeaks = null;
  #complaints = new Set();

  constructor() {
    super();
    this.attachShadow({ mode: "open" });
  }

  /** Texts of the host's own over those of the language, by their names in `simmerdown/element`'s types. */
  get texts() {
    return { ...this.#ownTexts };
  }

  set texts(texts) {
    this.#ownTexts = { ...texts };
    if (this.#built) this.#reword();
  }

  connectedCallback() {
    this.#leaving = false;
    if (!this.#built) {
      this.#takeUp();
      dress(this.shadowRoot);
      this.#speak();
      this.#build();
      this.#built = true;
    }
    this.ownerDocument.addEventListener("visibilitychange", this.#onVisible);
    this.#pageSpeaks?.disconnect();
    this.#pageSpeaks = new MutationObserver(() => this.#follow());
    this.#pageSpeaks.observe(this.ownerDocument.documentElement, { attributeFilter: ["lang"] });
    this.#follow();
    this.joined();
  }

  disconnectedCallback() {
    this.#leaving = true;
    // An element that is only moved is connected again before this runs, and keeps its conversation.
    queueMicrotask(() => {
      if (!this.#leaving || this.isConnected) return;
      this.#leaving = false;
      this.ownerDocument.removeEventListener("visibilitychange", this.#onVisible);
      this.#pageSpeaks.disconnect();
      this.left();
    });
  }

  adoptedCallback() {
    dress(this.shadowRoot);
  }

  attributeChangedCallback(name, before, now) {
    if (before === now || !this.#built) return;
    if (name === "lang") this.#reword();
    if (name === "hide-entry") this.#entry.hidden = now !== null;
    this.attributeChanged(name);
  }

  // What the two elements differ in.

  /** Properties that may have been set before the class was there. */
  static richProperties = ["texts"];

  /** Puts the element's own parts around `entry` and `dock`, into the shadow root. */
  compose() {}
  /** Says the texts anew, in another language. */
  worded() {}
  /** The element is in the document. */
  joined() {}
  /** The element has left the document for good. */
  left() {}
  attributeChanged() {}
  /** The session that is under way, or null. */
  get session() {
    return null;
  }
  /** Goes on with this conversation in the place of the one before, which is no more. */
  resume() {}
  /** Does `act` with the session, as soon as there is one. */
  soon(act) {
    if (this.session !== null) act(this.session);
  }
  /** Where the focus goes when its place is gone. */
  focusOn() {
    this.#entry.focus({ preventScroll: true });
  }

  // What the session tells.

  decided(decision) {
    for (const notice of decision.notices ?? []) this.told(notice);
    this.showHandoff();
    this.dispatchEvent(new SimmerdownDecisionEvent(decision));
  }

  /** The customer is to be told something, once. What the desk said of itself stands in the dock. */
  told(notice) {
    if (ABOUT_THE_DESK.has(notice.key)) this.#desk = notice;
    if (notice.key === "joined") this.#ended = false;
  }

  handedOff(packet) {
    this.dispatchEvent(new SimmerdownHandoffEvent(packet));
  }

  alarmed(decision) {
    this.dispatchEvent(new SimmerdownSafetyEvent(decision));
  }

  /** `thrown` by a call of the conversation: the page's own scorer may tell errors of any code. */
  failed(error, thrown = false) {
    this.dispatchEvent(new SimmerdownErrorEvent(error));
    const session = this.session;
    // The engine was given up, or the page has freed the conversation.
    const over = error.code === "engine-stopped" || (thrown && error.code === "invalid-argument");
    if (!over || session === null || session.conversation instanceof StandIn) return;
    this.resume(new StandIn(session.decision));
  }

  /** A mistake of the page's developer, who looks at the console; there it is said once. */
  complain(what, error) {
    if (!this.#complaints.has(error.message)) console.error(`<${this.localName}> ${what}:`, error);
    this.#complaints.add(error.message);
    this.failed(error);
  }

  // What the subclasses use.

  get words() {
    return this.#texts;
  }

  get language() {
    return this.#language;
  }

  /** The language of the page around the element, whether there are texts in it or not; empty where it is not said. */
  get pageLanguage() {
    return this.closest("[lang]")?.lang || this.ownerDocument.documentElement.lang;
  }

  get entryButton() {
    return this.#entry;
  }

  get dockPlace() {
    return this.#dockPlace;
  }

  get statusLine() {
    return this.#status;
  }

  /** The customer has ended the talk with a person, and the person has not left. */
  get ended() {
    return this.#ended;
  }

  /** Says something once, politely, to who listens to the page. */
  announce(text) {
    if (this.#status.textContent !== text) this.#status.textContent = text;
  }

  /** Something was shown; who is in another tab is told when they come back. */
  shown() {
    if (!this.ownerDocument.hidden || this.#newWhileAway) return false;
    this.#newWhileAway = true;
    return true;
  }

  /** Brings entry and dock up to the session's view. */
  showHandoff() {
    const decision = this.session?.decision ?? null;
    const underWay = decision !== null && UNDER_WAY.has(decision.handoff);
    this.#entry.setAttribute("aria-disabled", String(underWay));
    this.#dock.show(this.session?.view ?? null, this.#texts, this.#facts(decision));
  }

  /** A new conversation begins. */
  begun() {
    this.#desk = null;
    this.announce("");
    this.showHandoff();
  }

  #facts(decision) {
    return { language: this.#language, contact: decision?.contact === true, desk: this.#desk, ...decision?.queue };
  }

  /** Takes properties that were set before the class was there through their setters. */
  #takeUp() {
    for (const name of this.constructor.richProperties) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      try {
        this[name] = value;
      } catch (error) {
        this.failed(error);
      }
    }
  }

  /** The page may speak another language by now. */
  #follow() {
    if (textsFor(this.pageLanguage).language !== this.#language) this.#reword();
  }

  #speak() {
    const { language, texts } = textsFor(this.pageLanguage, this.#ownTexts);
    this.#language = language;
    this.#texts = texts;
  }

  #build() {
    this.#entry = make("button", { type: "button", class: "entry", part: "entry", "aria-disabled": "false" });
    this.#entry.hidden = this.hasAttribute("hide-entry");
    this.#entry.addEventListener("click", () => {
      if (this.#entry.getAttribute("aria-disabled") !== "true") this.#answer("press");
    });
    this.#dockPlace = make("section", { class: "dock", part: "dock", tabindex: "-1", hidden: true });
    this.#status = make("p", { class: "quiet", role: "status" });
    this.#dock = new Dock(this.#dockPlace, {
      announce: (text) => this.announce(text),
      answered: (answer, contact) => this.#answer(answer, contact),
      leftBehind: () => this.focusOn(),
    });
    this.compose();
    this.#reword();
  }

  #reword() {
    this.#speak();
    const t = this.#texts;
    this.#entry.replaceChildren(personIcon(), t.entry);
    this.#dockPlace.setAttribute("aria-label", t.within);
    for (const child of this.shadowRoot.children) child.lang = this.#language;
    this.worded();
    this.#dock.reword(t, this.#facts(this.session?.decision));
  }

  #answer(answer, contact) {
    if (answer === "close" || answer === "open") {
      this.session?.dismiss(answer === "close");
      this.showHandoff();
      return true;
    }
    if (answer === "contact") {
      if (this.session?.apply({ type: "contact-left", ...contact }) !== true) return false;
      this.dispatchEvent(new SimmerdownContactEvent(contact));
      return true;
    }
    if (answer === "leave") this.#ended = true;
    this.soon((session) => session.apply({ type: ANSWERS[answer] }));
    return true;
  }

  #cameBack() {
    if (this.ownerDocument.hidden) return;
    this.session?.wake();
    if (!this.#newWhileAway) return;
    this.#newWhileAway = false;
    this.announce(this.#texts.whileAway);
  }
}
