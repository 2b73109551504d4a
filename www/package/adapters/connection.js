// One conversation joined to one chat frontend: the contract that every adapter keeps. It translates what happens in
// the frontend into events and decisions into what is shown; what should happen is decided by the conversation alone.

import { Session } from "../elements/session.js";

/** What an argument that cannot be used is answered with. */
export function refused(message) {
  return Object.assign(new Error(message), { name: "SimmerdownError", code: "invalid-argument" });
}

export class Connection {
  #conversation;
  #frontend;
  #decision;
  #session;
  #ends;

  constructor(conversation, frontend = {}) {
    if (typeof conversation?.customerSaid !== "function") throw refused("`conversation` is a Conversation of simmerdown");
    this.#conversation = conversation;
    this.#frontend = frontend;
    this.#ends = [
      conversation.on("decision", (decision) => this.#follow(decision)),
      conversation.on("handoff", (packet) => this.disposed || frontend.handedOff?.(packet)),
    ];
    // A tick changes nothing; its decision says how the conversation stands, also one that was restored.
    this.#decision = conversation.apply({ type: "tick" });
  }

  get conversation() {
    return this.#conversation;
  }

  get decision() {
    return this.#decision;
  }

  get botMuted() {
    return this.#decision.botMuted;
  }

  get forBot() {
    const { tone, handoff, botMuted } = this.#decision;
    return { tone, handoff, botMuted };
  }

  get view() {
    return this.#session?.view ?? null;
  }

  get disposed() {
    return this.#ends === undefined;
  }

  draw(shown) {
    if (this.disposed) return;
    this.#session?.close();
    const page = { decided: () => shown(this.#session.view), handedOff() {}, alarmed() {}, failed: reportError };
    this.#session = new Session(this.#conversation, page, { own: false });
    this.#session.apply({ type: "tick" });
  }

  customerSaid(text, id) {
    if (this.disposed || text.trim() === "") return undefined;
    const turn = this.#conversation.customerSaid(text, id === undefined ? undefined : { id });
    this.#decision = turn.decision;
    return turn;
  }

  botSaid(text, id) {
    if (this.disposed || text.trim() === "") return;
    this.#decision = this.#conversation.botSaid(text, id === undefined ? undefined : { id });
  }

  botFailed() {
    this.#apply({ type: "bot-failed" });
  }

  handOff() {
    this.#apply({ type: "human-requested" });
  }

  accept() {
    this.#apply({ type: "offer-accepted" });
  }

  decline() {
    this.#apply({ type: "offer-declined" });
  }

  cancel() {
    this.#apply({ type: "handoff-cancelled" });
  }

  handoffQueued(details = {}) {
    this.#apply({ type: "handoff-queued", ...details });
  }

  handoffFailed() {
    this.#apply({ type: "handoff-failed" });
  }

  humanJoined() {
    if (this.#decision.handoff !== "human") this.#apply({ type: "human-joined" });
  }

  humanSaid(text, id) {
    this.humanJoined();
    if (!this.disposed) this.#frontend.humanSaid?.(text, id);
  }

  humanLeft() {
    if (this.#decision.handoff === "human") this.#apply({ type: "human-left" });
  }

  dispose() {
    if (this.disposed) return;
    for (const end of this.#ends) end();
    this.#ends = undefined;
    this.#session?.close();
    this.#session = undefined;
    this.#frontend.dispose?.();
  }

  #apply(event) {
    if (!this.disposed) this.#decision = this.#conversation.apply(event);
  }

  #follow(decision) {
    if (this.disposed) return;
    this.#decision = decision;
    for (const notice of decision.notices ?? []) this.#frontend.notified?.(notice);
    this.#frontend.decided?.(decision);
  }
}
