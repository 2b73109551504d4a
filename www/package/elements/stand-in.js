// What stands in for a `Conversation` where the engine cannot start, or the page freed it: nothing is judged then, no words are
// understood, and the way to a person works as ever.

/** How long the desk has to accept, in milliseconds; as the policy `balanced` has it. */
const ACCEPT_WITHIN_MS = 20_000;
/** Events kept for an engine that comes late. */
const EVENTS_KEPT = 400;

const FREE = ["bot", "offered", "returned"];
const UNDER_WAY = ["requested", "queued"];

/** From which states an event leads where, and what the customer is told of it. */
const LEADS_TO = {
  "human-requested": [FREE, "requested", "requested"],
  "offer-accepted": [FREE, "requested", "requested"],
  "handoff-queued": [[...FREE, ...UNDER_WAY], "queued", "queued"],
  "handoff-failed": [UNDER_WAY, "bot", "failed"],
  "handoff-cancelled": [UNDER_WAY, "bot", "cancelled"],
  "human-joined": [[...FREE, ...UNDER_WAY, "human"], "human", "joined"],
  "human-left": [["human"], "returned", "returned"],
};

export class StandIn {
  #listeners = [];
  #handoff = "bot";
  #acceptBy = null;
  #queue = null;
  #contact = false;
  #answered = [];
  #events = [];
  #applied = 0;
  #turns = 0;

  /** `decision` is the last of an engine that is no more: what the customer was told holds. */
  constructor(decision = null) {
    if (decision === null) return;
    this.#handoff = decision.handoff;
    this.#acceptBy = decision.handoff === "requested" ? decision.wakeAt : null;
    this.#queue = decision.queue ?? null;
    this.#contact = decision.contact === true;
  }

  /** What happened until something was told of it, oldest first; an engine that comes late is told. */
  get answered() {
    return this.#answered;
  }

  /** What happened since then. */
  get events() {
    return this.#events;
  }

  on(type, listener) {
    const entry = { type, listener };
    this.#listeners.push(entry);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  apply(given) {
    const event = { at: Date.now(), ...given };
    this.#events.push(event);
    if (this.#events.length > EVENTS_KEPT) this.#events.shift();
    if (event.type === "customer-message") this.#turns += 1;
    const before = this.#handoff;
    const notices = this.#acceptBy !== null && event.at >= this.#acceptBy ? this.#move("bot", event, "not-accepted") : [];
    const [from, to, told] = LEADS_TO[event.type] ?? [[]];
    if (from.includes(this.#handoff)) notices.push(...this.#move(to, event, told));
    if (event.type === "contact-left") {
      this.#contact = false;
      notices.push("contact-kept");
    }
    if (notices.length > 0) this.#answered = [...this.#answered, ...this.#events.splice(0)].slice(-EVENTS_KEPT);
    const requested = this.#handoff === "requested" && before !== "requested";
    const decision = this.#unjudged(event, requested, before, notices);
    this.#tell("decision", decision);
    if (requested) this.#tell("handoff", this.handoffPacket());
    return decision;
  }

  customerSaid(text) {
    const id = `m${this.#turns + 1}`;
    const decision = this.apply({ type: "customer-message", id, text });
    return { id, decision, settled: Promise.resolve(decision) };
  }

  botSaid(text) {
    return this.apply({ type: "bot-message", id: `b${this.#applied + 1}`, text });
  }

  /** Minimal: without the engine nothing is redacted, so no text goes along. */
  handoffPacket() {
    const reason = "Customer asked for a person";
    return {
      reason,
      rule: "human-requested",
      severity: "low",
      route: null,
      evidence: [],
      turns: this.#turns,
      sentimentHistory: [],
      trend: "stable",
      peakFrustration: 0,
      attributes: {},
      transcript: [],
      text: `${reason}. Nothing was scored: there is no engine.`,
    };
  }

  setRemoteScoring() {}

  forget() {
    this.#answered = [];
    this.#events = [];
  }

  free() {
    this.#listeners = [];
  }

  #move(to, event, told) {
    const { at, waitMs, position, reference } = event;
    const news = Object.entries({ waitMs, position, reference }).filter(([, value]) => value !== undefined);
    const again = to === this.#handoff;
    this.#acceptBy = to === "requested" ? at + ACCEPT_WITHIN_MS : null;
    this.#queue = to === "queued" ? { since: at, ...this.#queue, ...Object.fromEntries(news) } : null;
    if (!again) this.#contact = to === "queued" || told === "not-accepted" || told === "failed";
    this.#handoff = to;
    return again ? [] : [told];
  }

  #tell(type, detail) {
    for (const { type: wanted, listener } of this.#listeners) {
      if (wanted === type) queueMicrotask(() => listener(detail));
    }
  }

  #unjudged(event, requested, before, notices) {
    this.#applied += 1;
    return {
      id: `d${this.#applied}`,
      messageId: this.#turns > 0 ? `m${this.#turns}` : null,
      cause: event.type,
      at: event.at,
      action: requested ? "handoff" : "respond",
      shouldEscalate: false,
      severity: "low",
      reason: "",
      rule: null,
      evidence: [],
      tone: { label: "neutral", instruction: "", hints: [] },
      sentiment: null,
      trend: "stable",
      sentimentHistory: [],
      peakFrustration: 0,
      changed: requested || before !== this.#handoff,
      handoff: this.#handoff,
      botMuted: this.#handoff === "queued" || this.#handoff === "human",
      wakeAt: this.#acceptBy,
      // The elements have the words.
      notices: notices.map((key) => ({ key, variant: 0, text: "" })),
      contact: this.#contact,
      ...(this.#queue !== null && { queue: this.#queue }),
      ...(requested && { raises: ["handoff"] }),
    };
  }
}
