// What stands in for the conversation where the engine cannot start: nothing is judged then,
// and the way to a person works as ever.

const LEADS_TO = {
  "human-requested": "requested",
  "handoff-queued": "queued",
  "handoff-cancelled": "bot",
  "human-joined": "human",
  "human-left": "returned",
};

export class WithoutEngine {
  #listeners = [];
  #handoff = "bot";
  #turns = 0;

  on(type, listener) {
    if (type === "decision") this.#listeners.push(listener);
  }

  apply(event) {
    this.#handoff = LEADS_TO[event.type] ?? this.#handoff;
    const decision = this.#unjudged(event.type);
    queueMicrotask(() => this.#listeners.forEach((listener) => listener(decision)));
    return decision;
  }

  customerSaid() {
    this.#turns += 1;
    const decision = this.apply({ type: "customer-message" });
    return { id: decision.messageId, decision, settled: Promise.resolve(decision) };
  }

  botSaid() {}

  free() {
    this.#listeners = [];
  }

  #unjudged(cause) {
    return {
      messageId: this.#turns > 0 ? `m${this.#turns}` : null,
      cause,
      action: "respond",
      severity: "low",
      reason: "",
      rule: null,
      evidence: [],
      tone: { label: "neutral", instruction: "", hints: [] },
      sentiment: null,
      trend: "stable",
      sentimentHistory: [],
      handoff: this.#handoff,
      botMuted: this.#handoff === "queued" || this.#handoff === "human",
      wakeAt: null,
    };
  }
}
