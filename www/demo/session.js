// One conversation from its first message to its end. It tells the engine what happened, and acts on
// the decisions that come back; it takes none itself.

import { WORDS, replyTo } from "./bot.js";
import { Desk, PERSON } from "./desk.js";

const THINKS_MS = 650;
/** A tick is never asked for sooner than this, whatever the clock says. */
const SHORTEST_TICK_MS = 50;

export class Session {
  #conversation;
  #page;
  #desk;
  #decision = null;
  #replies = new Set();
  #tick;
  #unanswered = false;
  #open = true;

  /**
   * `page` shows: `decided(decision)` returns the dock's new view, `said(speaker, text)`, `noted(text)`,
   * `writing(on)`, `scored(from)`: model, on-device or unreachable.
   */
  constructor(conversation, page) {
    this.#conversation = conversation;
    this.#page = page;
    this.#desk = new Desk({
      report: (event) => this.#apply(event),
      speak: (text) => this.#page.said("person", text),
    });
    conversation.on("decision", (decision) => this.#follow(decision));
    conversation.on("error", () => {
      this.#unanswered = true;
    });
    this.#apply({ type: "started", channel: "chat", language: "en" });
    this.#say(WORDS.greeting);
  }

  customerSaid(text) {
    this.#page.said("customer", text);
    const turn = this.#conversation.customerSaid(text);
    turn.settled.then((decision) => {
      if (this.#open) this.#page.scored(this.#cameFrom(decision));
    });
    if (this.#decision?.handoff === "human") this.#desk.hear();
    else this.#replySoon(text);
  }

  /** The entry or the offer was pressed, or the dock's other buttons. */
  customerAnswered(answer) {
    const event = {
      press: "human-requested",
      accept: "offer-accepted",
      decline: "offer-declined",
      cancel: "handoff-cancelled",
      leave: "human-left",
    }[answer];
    this.#apply({ type: event });
  }

  close() {
    this.#apply({ type: "ended" });
    this.#open = false;
    this.#desk.withdraw();
    this.#dropReplies();
    clearTimeout(this.#tick);
    this.#conversation.free();
  }

  /** Whom the score of the message that `settled` is about came from. */
  #cameFrom(settled) {
    // A proxy without a model answers too, with the on-device scorer; only no answer at all is an error.
    const unanswered = this.#unanswered;
    this.#unanswered = false;
    if (unanswered) return "unreachable";
    const { cause, sentiment } = settled;
    return cause === "score" && (sentiment?.source === "model" || sentiment?.provisional) ? "model" : "on-device";
  }

  #apply(event) {
    if (this.#open) this.#conversation.apply({ at: Date.now(), ...event });
  }

  #follow(decision) {
    if (!this.#open) return;
    const before = this.#decision?.handoff ?? "bot";
    this.#decision = decision;
    const view = this.#page.decided(decision);
    if (view === "offer" || view === "ask") this.#apply({ type: "offer-shown" });
    this.#wakeAt(decision.wakeAt);
    if (decision.botMuted) this.#dropReplies();
    if (decision.handoff !== before) this.#handoffMoved(before, decision.handoff);
  }

  #handoffMoved(before, now) {
    const wasOnTheWay = before === "requested" || before === "queued";
    if (now === "requested") {
      this.#dropReplies();
      this.#say(WORDS.handingOver);
      this.#desk.request();
    } else if (now === "human") {
      this.#page.noted(`${PERSON} joined (simulated)`);
      this.#desk.greet();
    } else if (now === "returned") {
      this.#desk.withdraw();
      this.#page.noted(`${PERSON} left (simulated)`);
      this.#say(WORDS.back);
    } else if (wasOnTheWay && now !== "queued") {
      this.#desk.withdraw();
      this.#say(WORDS.stays);
    }
  }

  /** The assistant thinks a moment, then answers in the tone that holds by then. */
  #replySoon(text) {
    if (this.#decision?.botMuted) return;
    this.#page.writing(true);
    const timer = setTimeout(() => {
      this.#replies.delete(timer);
      this.#page.writing(this.#replies.size > 0);
      const reply = replyTo(text, this.#decision?.tone.label);
      if (reply.answered) {
        this.#say(reply.text);
      } else {
        // Not a `bot-message`: that would count as an answer.
        this.#page.said("bot", reply.text);
        this.#apply({ type: "bot-failed" });
      }
    }, THINKS_MS);
    this.#replies.add(timer);
  }

  #dropReplies() {
    for (const timer of this.#replies) clearTimeout(timer);
    this.#replies.clear();
    this.#page.writing(false);
  }

  #say(text) {
    this.#page.said("bot", text);
    this.#conversation.botSaid(text);
  }

  #wakeAt(at) {
    clearTimeout(this.#tick);
    if (at === null || at === undefined) return;
    const wait = Math.max(SHORTEST_TICK_MS, at - Date.now());
    this.#tick = setTimeout(() => this.#apply({ type: "tick", at: Math.max(at, Date.now()) }), wait);
  }
}
