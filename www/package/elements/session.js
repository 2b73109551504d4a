// One conversation as an element holds it: tells the engine what happened, follows the decisions, wakes it when a
// time is over, and says which view they come to. It takes no decision itself.

import { failure } from "./events.js";
import { viewFor } from "./view.js";

/** A tick is never asked for sooner than this, whatever the clock says, in milliseconds. */
const SHORTEST_TICK_MS = 50;
/** The longest that `setTimeout` can wait, in milliseconds. */
const LONGEST_TIMER_MS = 2_147_483_647;

const WAITING = new Set(["requested", "queued"]);

export class Session {
  #conversation;
  #element;
  #own;
  #ends = [];
  #tick;
  #decision = null;
  #latest = null;
  #view = null;
  #dismissed = false;
  #open = true;

  /**
   * `element` is told: `decided(decision, before)`, `handedOff(packet)`, `alarmed(decision)`, `failed(error, thrown)`.
   * `own` says whether the conversation ends with the session.
   */
  constructor(conversation, element, { own = true } = {}) {
    this.#conversation = conversation;
    this.#element = element;
    this.#own = own;
    const listen = (type, listener) => {
      try {
        this.#ends.push(conversation.on(type, (detail) => this.#open && listener(detail)));
      } catch {
        // It was freed, as the first call of it will say.
      }
    };
    listen("safety", (decision) => element.alarmed(decision));
    listen("decision", (decision) => this.#follow(decision));
    listen("handoff", (packet) => element.handedOff(packet));
    listen("error", (error) => element.failed(error));
  }

  get conversation() {
    return this.#conversation;
  }

  /** The decision that is on show, null before the first. */
  get decision() {
    return this.#decision;
  }

  /** The latest decision; the element is told of it in a moment. */
  get latest() {
    return this.#latest;
  }

  /** What is shown of the handoff, as `viewFor` names it. */
  get view() {
    return this.#view;
  }

  /** Applies an event that happens now. What the conversation refuses is reported; gives whether it took it. */
  apply(event) {
    return this.#keep(this.attempt((conversation) => conversation.apply({ at: Date.now(), ...event }))) !== undefined;
  }

  /** The customer wrote something; gives the turn, undefined where it was refused. */
  customerSaid(text) {
    const turn = this.attempt((conversation) => conversation.customerSaid(text));
    this.#keep(turn?.decision);
    return turn;
  }

  /** Calls the conversation; what it throws is reported, and undefined given back. */
  attempt(call) {
    if (!this.#open) return undefined;
    try {
      return call(this.#conversation);
    } catch (error) {
      this.#element.failed(error instanceof Error ? error : failure("invalid-event", String(error), error), true);
      // An engine that is given up has been replaced just now; what was to be said is said to what stands in for it.
      const next = this.#element.session ?? this;
      return next === this ? undefined : next.attempt(call);
    }
  }

  /** The customer has seen that nobody comes, and does not want to see it any more; or does, after all. */
  dismiss(dismissed) {
    this.#dismissed = dismissed;
    if (dismissed && this.#view === "missed") this.#view = null;
  }

  /** Timers sleep in a tab that is hidden: catches up on a time that is over. */
  wake() {
    const due = this.#decision?.wakeAt;
    if (typeof due === "number" && due <= Date.now()) this.apply({ type: "tick" });
  }

  close() {
    this.#open = false;
    clearTimeout(this.#tick);
    for (const end of this.#ends) end?.();
    if (this.#own) this.#conversation.free();
  }

  #keep(decision) {
    if (decision !== undefined && !(this.#latest !== null && numberOf(decision) < numberOf(this.#latest))) this.#latest = decision;
    return decision;
  }

  #follow(decision) {
    const before = this.#decision;
    const shown = this.#view;
    this.#decision = this.#keep(decision);
    // Where a person is waited for anew, it is another matter.
    const anew = decision.handoff !== before?.handoff && WAITING.has(decision.handoff);
    this.#dismissed &&= decision.contact === true && !anew;
    const view = viewFor(decision, shown);
    this.#view = view === "missed" && this.#dismissed ? null : view;
    this.#wakeAt(decision.wakeAt);
    this.#element.decided(decision, before);
    const now = this.#view;
    if (now === shown || (now !== "offer" && now !== "ask")) return;
    // After the decisions that are there already: nobody sees what one of them takes away.
    queueMicrotask(() => this.#view === now && this.apply({ type: "offer-shown" }));
  }

  #wakeAt(at) {
    clearTimeout(this.#tick);
    if (typeof at !== "number") return;
    const wait = Math.min(Math.max(SHORTEST_TICK_MS, at - Date.now()), LONGEST_TIMER_MS);
    this.#tick = setTimeout(() => this.apply({ type: "tick", at: Math.max(at, Date.now()) }), wait);
  }
}

/** Decisions are numbered `d1`, `d2` and so on. */
function numberOf({ id }) {
  return Number(id.slice(1));
}
