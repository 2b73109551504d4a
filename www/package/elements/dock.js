// The place where a person comes within reach: the offer, the question, the queue, the way to be reached.
// What stands there follows the decisions alone; it is announced once, politely, and takes no focus.

import { make } from "./parts.js";
import { filled, waitWords, whenWords } from "./texts.js";

/** What each view says, and what its buttons answer. */
const VIEWS = {
  offer: (t) => ({
    title: t.offerTitle,
    lines: [t.offerText],
    announce: t.offerAnnounce,
    buttons: [
      { text: t.offer, answer: "press", prominent: true, part: "offer" },
      { text: t.offerDecline, answer: "decline" },
    ],
  }),
  ask: (t) => ({
    part: "ask",
    title: t.askTitle,
    lines: [t.askText],
    announce: t.askAnnounce,
    buttons: [
      { text: t.askYes, answer: "accept", prominent: true },
      { text: t.askNo, answer: "decline" },
    ],
  }),
  requested: (t, facts) => ({
    part: "queue",
    title: t.requestedTitle,
    lines: [...busy(t, facts), t.requestedText],
    buttons: [{ text: t.cancel, answer: "cancel" }],
  }),
  closed: (t, facts) => ({
    part: "queue",
    title: t.closedTitle,
    lines: [t.closedText, ...opens(t, facts)],
    buttons: [{ text: t.cancel, answer: "cancel" }],
    contact: !facts.contactLeft,
  }),
  queue: (t, facts) => ({
    part: "queue",
    title: position(t, facts),
    lines: [
      typeof facts.waitMs === "number" ? filled(t.queuedWait, { wait: waitWords(facts.waitMs, facts.language) }) : t.queuedText,
      ...(facts.reference ? [filled(t.reference, { reference: facts.reference })] : []),
    ],
    buttons: [
      { text: t.cancel, answer: "cancel" },
      ...(facts.contactLeft ? [] : [{ text: t.leaveContact, answer: "contact" }]),
    ],
  }),
  human: (t) => ({
    title: t.humanTitle,
    lines: [t.humanText],
    // The transcript says that somebody joined.
    announce: "",
    buttons: [{ text: t.endChat, answer: "leave" }],
  }),
  missed: (t, facts) => ({
    title: t.missedTitle,
    lines: [facts.contactLeft ? t.contactSent : t.missedText, ...opens(t, facts)],
    buttons: facts.contactLeft ? [{ text: t.close, answer: "close" }] : [],
    contact: !facts.contactLeft,
  }),
};

function busy(t, { desk, language }) {
  if (desk?.state !== "busy" || typeof desk.waitMs !== "number") return [];
  return [filled(t.busyText, { wait: waitWords(desk.waitMs, language) })];
}

function opens(t, { desk, language }) {
  if (desk?.state !== "closed" || typeof desk.opensAt !== "number") return [];
  return [filled(t.opensAt, { when: whenWords(desk.opensAt, language) })];
}

function position(t, { position }) {
  if (position === 1) return t.queuedNext;
  return typeof position === "number" ? filled(t.queuedPosition, { position }) : t.queuedTitle;
}

export class Dock {
  #place;
  #announce;
  #answered;
  #leftBehind;
  #view = null;
  #card = null;
  #contact = null;

  /**
   * `answered(answer, contact)` hears press, accept, decline, cancel, leave, close, or `contact` with what was
   * left; it gives false where that was refused. `leftBehind()` takes the focus when the dock goes away with it.
   */
  constructor(place, { announce, answered, leftBehind }) {
    this.#place = place;
    this.#announce = announce;
    this.#answered = answered;
    this.#leftBehind = leftBehind;
  }

  /** Shows `view` in the words of `texts`; what is on show already is only brought up to date. */
  show(view, texts, facts) {
    const described = view === null ? null : VIEWS[view](texts, facts);
    if (view === this.#view) {
      if (described !== null) this.#update(described);
      return;
    }
    const heldFocus = this.#place.contains(this.#place.getRootNode().activeElement);
    this.#view = view;
    this.#card = this.#contact = null;
    this.#place.hidden = view === null;
    this.#place.replaceChildren();
    if (described === null) {
      this.#announce("");
    } else {
      this.#card = this.#build(described, texts);
      this.#place.append(this.#card);
      if (described.contact) this.#openContact(texts);
      this.#announce(described.announce ?? [described.title, ...described.lines].join(" "));
    }
    // Who pressed a button that is gone stays where it was, or goes on writing.
    if (!heldFocus) return;
    if (view === null) this.#leftBehind();
    else this.#place.focus({ preventScroll: true });
  }

  /** Builds everything anew, in other words. */
  reword(texts, facts) {
    const view = this.#view;
    if (view === null || this.#contact !== null) return;
    this.#card.replaceWith((this.#card = this.#build(VIEWS[view](texts, facts), texts)));
  }

  #build({ part, title, lines, buttons }, texts) {
    const words = make("div", { class: "words" }, make("p", { class: "title" }, title), ...lines.map((line) => make("p", {}, line)));
    const card = make("div", { class: "card", part: part ?? null, role: part === "ask" ? "group" : null, "aria-label": part === "ask" ? title : null }, words);
    if (buttons.length === 0) return card;
    const row = make("div", { class: "buttons" });
    for (const { text, answer, prominent, part: own } of buttons) {
      const onclick = () => (answer === "contact" ? this.#openContact(texts, true) : this.#answered(answer));
      row.append(make("button", { type: "button", class: prominent ? "primary" : "plain", part: own ?? null, onclick }, text));
    }
    card.append(row);
    return card;
  }

  #update({ title, lines }) {
    const wanted = [title, ...lines];
    const words = this.#card.firstElementChild;
    const now = [...words.children].map((line) => line.textContent);
    if (now.length === wanted.length && now.every((text, place) => text === wanted[place])) return;
    words.replaceChildren(make("p", { class: "title" }, title), ...lines.map((line) => make("p", {}, line)));
    this.#announce(wanted.join(" "));
  }

  #openContact(texts, focus = false) {
    if (this.#contact !== null) return;
    const email = make("input", { type: "email", name: "email", autocomplete: "email", dir: "auto" });
    const phone = make("input", { type: "tel", name: "phone", autocomplete: "tel", dir: "auto" });
    const complaint = make("p", { class: "complaint", id: "complaint", hidden: true });
    const form = make(
      "form",
      { class: "contact", part: "contact", novalidate: true },
      make(
        "div",
        { class: "fields" },
        make("label", { class: "field" }, texts.email, email),
        make("label", { class: "field" }, texts.phone, phone),
      ),
      complaint,
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "submit", class: "primary" }, texts.contactSend),
        make("button", { type: "button", class: "plain", onclick: () => this.#closeContact() }, texts.close),
      ),
    );
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#leave(form, { email, phone, complaint }, texts);
    });
    this.#contact = form;
    this.#place.append(form);
    if (focus) email.focus();
  }

  #leave(form, { email, phone, complaint }, texts) {
    const given = { email: email.value.trim(), phone: phone.value.trim() };
    const none = given.email === "" && given.phone === "";
    // The browser knows what an address looks like; a number has digits.
    const wrong = {
      email: none || !email.validity.valid,
      phone: none || (given.phone !== "" && (given.phone.match(/\d/g) ?? []).length < 5),
    };
    const left = Object.fromEntries(Object.entries(given).filter(([, text]) => text !== ""));
    if (!wrong.email && !wrong.phone && this.#answered("contact", left) !== false) {
      this.#thank(form, texts);
      return;
    }
    complaint.hidden = false;
    complaint.textContent = texts.contactInvalid;
    for (const [key, field] of Object.entries({ email, phone })) {
      field.setAttribute("aria-invalid", String(wrong[key]));
      field.setAttribute("aria-describedby", complaint.id);
    }
    this.#announce(texts.contactInvalid);
    (wrong.phone && !wrong.email ? phone : email).focus();
  }

  #thank(form, texts) {
    const words = make("p", { class: "words" }, texts.contactSent);
    const close = make("button", { type: "button", class: "plain", onclick: () => this.#closeContact() }, texts.close);
    const thanks = make("div", { class: "card contact", part: "contact" }, words, make("div", { class: "buttons" }, close));
    form.replaceWith(thanks);
    this.#contact = thanks;
    this.#announce(texts.contactSent);
    close.focus({ preventScroll: true });
  }

  /** Closing it ends what nobody waits for any more; while somebody waits, the waiting stays on show. */
  #closeContact() {
    const contact = this.#contact;
    this.#contact = null;
    if (this.#view === "missed") {
      this.#answered("close");
    } else {
      contact.remove();
      this.#place.focus({ preventScroll: true });
    }
  }
}
