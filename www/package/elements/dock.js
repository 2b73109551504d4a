// The place where a person comes within reach: the offer, the question, the queue, the way to be reached.
// What stands there follows the decisions alone; it is announced once, politely, and takes no focus.

import { make } from "./parts.js";
import { filled, sentences, waitWords, whenWords } from "./texts.js";

/** What each view says, and what its buttons answer. `news`: nobody coming would be news there. */
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
    const words = isClosed(facts) ? closed(t, facts) : { title: t.requestedTitle, lines: busy(t, facts) };
    return { part: "queue", ...words, buttons: waiting(t, facts), contact: facts.contact, news: !isClosed(facts) };
  },
  queue: (t, facts) => ({
    part: "queue",
    title: position(t, facts),
    lines: [
      typeof facts.waitMs === "number" ? filled(t.queuedWait, { wait: waitWords(facts.waitMs, facts.language) }) : t.queuedText,
      ...(facts.reference ? [filled(t.reference, { reference: facts.reference })] : []),
    ],
    buttons: waiting(t, facts),
    news: true,
  }),
  human: (t) => ({
    title: t.humanTitle,
    lines: [t.humanText],
    // The transcript says that somebody joined.
    announce: "",
    buttons: [{ text: t.endChat, answer: "leave" }],
  }),
  missed: (t, facts) => ({ ...(isClosed(facts) ? closed(t, facts) : { title: t.missedTitle, lines: [t.missedText] }), buttons: [], contact: true }),
};

const isClosed = ({ desk }) => desk?.key === "desk-closed";

// Both say that contact may be left; who has left it is not asked again.

function busy(t, { desk, contact }) {
  return desk?.key === "desk-busy" && contact ? [t.busyText, t.requestedText] : [t.requestedText];
}

function closed(t, { desk, language, contact }) {
  const opens = typeof desk.opensAt === "number" ? [filled(t.opensAt, { when: whenWords(desk.opensAt, language) })] : [];
  return { title: t.closedTitle, lines: [...(contact ? [t.closedText] : []), ...opens] };
}

function waiting(t, { contact }) {
  return [{ text: t.cancel, answer: "cancel" }, ...(contact ? [{ text: t.leaveContact, answer: "contact" }] : [])];
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
  #news = false;

  /**
   * `answered(answer, contact)` hears press, accept, decline, cancel, leave, close, open, or `contact` with what was
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
    this.#news = described?.news === true;
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
    this.#announce(described.announce ?? sentences(described.title, ...described.lines));
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
      const opens = answer === "contact";
      const onclick = () => {
        if (opens) this.#openContact(texts, true);
        this.#answered(opens ? "open" : answer);
      };
      const look = prominent ? "primary" : opens ? "plain opens" : "plain";
      row.append(make("button", { type: "button", class: look, part: own ?? null, onclick }, text));
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
      // Where something was taken away, there is nothing to tell.
      const told = [...now.children].map((line) => line.textContent);
      const said = [described.title, ...described.lines];
      if (!said.every((line) => told.includes(line))) this.#announce(sentences(...said));
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

  /** Closing it ends what nobody waits for any more; while somebody may still come, the waiting stays on show. */
  #closeContact() {
    this.#dropContact();
    this.#place.focus({ preventScroll: true });
    if (!this.#news) this.#answered("close");
  }
}
