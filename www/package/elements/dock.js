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
  requested: (t, facts) => {
    const { title, lines } = facts.desk?.key === "desk-closed" ? closed(t, facts) : { title: t.requestedTitle, lines: busy(t, facts) };
    return { part: "queue", title, lines, buttons: [{ text: t.cancel, answer: "cancel" }], contact: facts.contact };
  },
  queue: (t, facts) => ({
    part: "queue",
    title: position(t, facts),
    lines: [
      typeof facts.waitMs === "number" ? filled(t.queuedWait, { wait: waitWords(facts.waitMs, facts.language) }) : t.queuedText,
      ...(facts.reference ? [filled(t.reference, { reference: facts.reference })] : []),
    ],
    buttons: [
      { text: t.cancel, answer: "cancel" },
      ...(facts.contact ? [{ text: t.leaveContact, answer: "contact" }] : []),
    ],
  }),
  human: (t) => ({
    title: t.humanTitle,
    lines: [t.humanText],
    // The transcript says that somebody joined.
    announce: "",
    buttons: [{ text: t.endChat, answer: "leave" }],
  }),
  missed: (t, facts) => ({ ...(facts.desk?.key === "desk-closed" ? closed(t, facts) : { title: t.missedTitle, lines: [t.missedText] }), buttons: [], contact: true }),
};

function busy(t, { desk }) {
  return desk?.key === "desk-busy" ? [t.busyText, t.requestedText] : [t.requestedText];
}

function closed(t, { desk, language }) {
  const opens = typeof desk.opensAt === "number" ? [filled(t.opensAt, { when: whenWords(desk.opensAt, language) })] : [];
  return { title: t.closedTitle, lines: [t.closedText, ...opens] };
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
    const heldFocus = this.#place.contains(this.#place.getRootNode().activeElement);
    // While it may be left, nobody is stopped writing how to be reached.
    if (this.#contact !== null && (described === null || !facts.contact)) this.#dropContact();
    if (view === this.#view) this.#update(described, texts);
    else this.#replace(view, described, texts);
    // Who pressed a button that is gone stays where it was, or goes on writing.
    if (!heldFocus || this.#place.contains(this.#place.getRootNode().activeElement)) return;
    if (view === null) this.#leftBehind();
    else this.#place.focus({ preventScroll: true });
  }

  #replace(view, described, texts) {
    this.#view = view;
    // The form stays as it is where somebody writes in it: out of the page it would lose the focus and the caret.
    if (this.#contact !== null && !this.#isWritten()) this.#dropContact();
    this.#card?.remove();
    this.#card = null;
    this.#place.hidden = view === null;
    if (described === null) {
      this.#announce("");
      return;
    }
    this.#card = this.#build(described, texts);
    this.#place.prepend(this.#card);
    if (described.contact) this.#openContact(texts);
    this.#announce(described.announce ?? [described.title, ...described.lines].join(" "));
  }

  #isWritten() {
    const focused = this.#place.getRootNode().activeElement;
    return [...this.#contact.querySelectorAll("input")].some((field) => field === focused || field.value !== "");
  }

  #dropContact() {
    this.#contact.remove();
    this.#contact = null;
  }

  /** Builds everything anew, in other words. */
  reword(texts, facts) {
    const view = this.#view;
    if (view === null) return;
    this.#card.replaceWith((this.#card = this.#build(VIEWS[view](texts, facts), texts)));
    if (this.#contact === null) return;
    const fields = (contact) => [...contact.querySelectorAll("input")];
    const before = this.#contact;
    const focused = before.contains(this.#place.getRootNode().activeElement);
    this.#dropContact();
    this.#openContact(texts, focused);
    for (const [n, { value }] of fields(before).entries()) fields(this.#contact)[n].value = value;
  }

  #build({ part, title, lines, buttons }, texts) {
    // They may be in another script than the page, and stand where the page's lines begin all the same.
    const line = (text, attributes = {}) => make("p", attributes, make("bdi", {}, text));
    const words = make("div", { class: "words" }, line(title, { class: "title" }), ...lines.map((text) => line(text)));
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

  #update(described, texts) {
    if (described === null) return;
    const fresh = this.#build(described, texts);
    const [words, now] = [fresh.firstElementChild, this.#card.firstElementChild];
    if (words.textContent !== now.textContent) {
      now.replaceWith(words);
      this.#announce([described.title, ...described.lines].join(" "));
    }
    // Buttons that stay the same stay where they are, and keep the focus.
    const [buttons, sofar] = [fresh.querySelector(".buttons"), this.#card.querySelector(".buttons")];
    if (buttons?.textContent !== sofar?.textContent) sofar.replaceWith(buttons);
  }

  #openContact(texts, focus = false) {
    if (this.#contact !== null) return;
    const email = make("input", { type: "email", name: "email", autocomplete: "email", dir: "auto" });
    const phone = make("input", { type: "tel", name: "phone", autocomplete: "tel", dir: "auto" });
    const complaint = make("p", { class: "complaint", id: "complaint", hidden: true });
    const leave = () => this.#leave(form, { email, phone, complaint }, texts);
    // No form: a sandboxed frame submits none.
    const form = make(
      "div",
      { class: "contact", part: "contact", role: "group", "aria-label": texts.leaveContact },
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
        make("button", { type: "button", class: "primary", onclick: leave }, texts.contactSend),
        make("button", { type: "button", class: "plain", onclick: () => this.#closeContact() }, texts.close),
      ),
    );
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing && event.target.localName === "input") leave();
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
      if (!complaint.hidden) this.#announce("");
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
