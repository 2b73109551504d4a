/// <reference lib="esnext.disposable" />
/* tslint:disable */
/* eslint-disable */

/** Scores one message; rejects where it cannot, and gives up when `signal` says so. */
export type ScoreFunction = (
request: ScoreRequest,
init: { signal: AbortSignal; redacted: true },
) => Promise<SentimentScore | ScoreReply>;

/** What scores messages: a `ProxyScorer`, a function, or an object with a method `score`. */
export type Scorer = ScoreFunction | {
    score: ScoreFunction;
    /** How long a score may take, in milliseconds; 10,000 where it does not say. */
    readonly timeoutMs?: number;
};



/** The settings of a conversation; every one has a default. */
export interface ConversationOptions extends Options {
    /** What scores the messages; the on-device scorer alone without it. */
    scorer?: Scorer;
    /** Where the audit log goes, in batches: events without text and what was decided. Nowhere unless told. */
    log?: EndpointOptions;
    /** Where the handoff packet goes when a person is asked for, and again when contact is left. Nowhere unless told. */
    packet?: EndpointOptions;
}

/** What became of one customer message. */
export interface Turn {
    /** The message's id. */
    readonly id: string;
    /** What to do now, from the cues and the on-device score. */
    readonly decision: Decision;
    /** The decision once the scorer has answered or failed; never rejects because scoring failed. */
    readonly settled: Promise<Decision>;
}

/** What can be listened to, and what a listener is given. */
export interface ConversationEvents {
    /** After every event; after `customerSaid` once, for the message and its on-device score together. */
    decision: Decision;
    /** A handoff was requested just now. */
    handoff: HandoffPacket;
    /** A safety cue was found; told before the decision. */
    safety: Decision;
    /** A score did not come, or something else went wrong that no call could throw. */
    error: SimmerdownError;
}

export interface Conversation {
    /**
     * Calls the listener with everything of that type from now on, in a microtask, in order. What it throws goes to `reportError`.
     * Returns the function that ends it. Throws a `SimmerdownError` with code `invalid-argument` once the conversation was freed.
     */
    on<Type extends keyof ConversationEvents>(type: Type, listener: (detail: ConversationEvents[Type]) => void): () => void;
}



/** What kind of thing went wrong; stable, meant to be compared. */
export type ErrorCode =
| "not-initialised"
| "engine-unavailable"
| "engine-restarted"
| "engine-stopped"
| "log-ended"
| "packet-undelivered"
| "pack-unavailable"
| "policy-unreachable"
| "invalid-argument"
| "invalid-score"
| "invalid-event"
| "invalid-options"
| "invalid-policy"
| "unknown-policy"
| "invalid-record"
| "invalid-answer"
| "invalid-snapshot"
| "expired-snapshot"
| Failure;

/** Every error this package throws, rejects with or reports. */
export interface SimmerdownError extends Error {
    /** Tells these errors from others, also across frames, where `instanceof` does not. */
    readonly name: "SimmerdownError";
    /** What kind of thing went wrong. */
    readonly code: ErrorCode;
    /** What the browser said, where it said anything. */
    readonly cause?: unknown;
}



/** `T` as TypeScript reads it from a JSON file: where only certain words may stand, it sees any text. */
export type AsJson<T> = T extends string
    ? string
    : T extends readonly (infer Item)[]
    ? AsJson<Item>[]
    : T extends object
    ? { [Key in keyof T]: AsJson<T[Key]> }
    : T;

/** A policy that is imported from a JSON file. What it says is checked where it is used. */
export type PolicyDocument = AsJson<Policy>;

/** Where a policy came from, and why not from its address. */
export interface LoadedPolicy {
    /** The policy, for the options of a conversation. */
    readonly policy: "balanced" | "article" | Policy;
    /** Its address; the last good one that came from there; or the fallback. */
    readonly source: "url" | "last-good" | "fallback";
    /** What was wrong with what the address gave: `policy-unreachable` or `invalid-policy`. Absent when nothing was. */
    readonly error?: SimmerdownError;
}



export interface ProxyScorerOptions {
    /**
     * Gives the short-lived token that the site's own server has minted; sent as `Authorization: Bearer`. Asked
     * before the first call, and again once when the proxy refuses the token with 401.
     */
    token?: () => string | Promise<string>;
}

/** How a `ProxyScorer` is asked. */
export interface ScoreInit {
    /** Gives the call up. */
    signal?: AbortSignal;
    /** Whether the texts are as they shall be sent; otherwise personal data in them becomes placeholders. */
    redacted?: boolean;
}


/**
 * A condition as it stands in a policy document: one of `all`, `any`, `not`, or an `input` with one operator.
 */
export interface Condition {
    /**
     * Every branch holds.
     */
    all?: Condition[];
    /**
     * At least one branch holds.
     */
    any?: Condition[];
    /**
     * The branch does not hold, or what it reads is not known.
     */
    not?: Condition;
    /**
     * What is compared.
     */
    input?: Input;
    /**
     * Which cue or attribute, or of what the mean.
     */
    name?: string;
    /**
     * Over how many of the newest messages, 1 to 50.
     */
    over?: number;
    /**
     * Holds from this number on.
     */
    atLeast?: number;
    /**
     * Holds above this number.
     */
    above?: number;
    /**
     * Holds up to this number.
     */
    atMost?: number;
    /**
     * Holds below this number.
     */
    below?: number;
    /**
     * Holds for this value.
     */
    is?: Literal;
    /**
     * Holds for any other value.
     */
    isNot?: Literal;
}

/**
 * A conversation in numbers. What only a rule about safety called for is left out, and what rules called for while a
 * person was there or asked for: how customers talk to an agent says nothing of the bot.
 */
export interface Summary {
    /**
     * Name of the policy.
     */
    policy: string;
    /**
     * Whether the rules acted; the hold-out is in shadow too.
     */
    mode: Mode;
    /**
     * Customer messages.
     */
    turns: number;
    /**
     * The worst severity.
     */
    severity: Severity;
    /**
     * The rule that first brought the worst severity.
     */
    rule: string | null;
    /**
     * The strongest outcome the rules called for, also where shadow mode held it back.
     */
    outcome: Action;
    /**
     * Whether the rules called for `offer`, `ask` or `handoff`.
     */
    escalated: boolean;
    /**
     * At which customer message they first did, from 1.
     */
    atTurn: number | null;
    /**
     * The rules offered a person: by the button or by the question.
     */
    offered: boolean;
    /**
     * The customer took that offer or said yes.
     */
    accepted: boolean;
    /**
     * The customer turned that offer down.
     */
    declined: boolean;
    /**
     * A rule handed the customer over.
     */
    handedOff: boolean;
    /**
     * The customer asked for a person: pressed, or typed it twice.
     */
    askedFor: boolean;
    /**
     * An agent joined.
     */
    joined: boolean;
    /**
     * The customer left an e-mail address or a number.
     */
    contactLeft: boolean;
    /**
     * Where the scores of the last messages (up to 250) come from.
     */
    scores: ScoreShares;
}

/**
 * A cue found in a message.
 */
export interface CueHit {
    /**
     * Which cue.
     */
    cue: Cue;
    /**
     * How strong, above 0 up to 1.
     */
    strength: number;
}

/**
 * A fact the bot should mind, so that its empathy does not ring hollow.
 */
export interface ToneHint {
    /**
     * What it is about.
     */
    hint: "already-apologised" | "already-asked" | "already-said" | "already-failed" | "handoff-waiting";
    /**
     * How often, where it can be counted.
     */
    count?: number;
    /**
     * The fact and what to do about it, a sentence for a bot's prompt.
     */
    text: string;
}

/**
 * A flag, a number or a text.
 */
export type Literal = boolean | number | string;

/**
 * A kind of textual signal.
 */
export type Cue = "asks-human" | "repeats-itself" | "bot-repeats" | "shouting" | "legal" | "churn" | "publicity" | "insult" | "profanity" | "safety";

/**
 * A message that is nothing but a yes or a no.
 */
export type Answer = "yes" | "no";

/**
 * A preset by its name, or a policy document.
 */
export type PolicyChoice = "balanced" | "article" | Policy | PolicyDocument;

/**
 * A set of rules. What is read from a document is checked throughout, so every policy there is can be used.
 */
export interface Policy {
    /**
     * Version of the document format: 1.
     */
    version: number;
    /**
     * Name of the policy.
     */
    name: string;
    /**
     * What it is for, for its reader.
     */
    comment?: string;
    /**
     * How the trend is told.
     */
    trend: TrendMethod;
    /**
     * What provisional scores may lead to; `offer` unless given.
     */
    provisional?: Provisional;
    /**
     * Frustration from which a message is a negative signal whatever its label, 0 to 1.
     */
    negativeFrustration: number;
    /**
     * How the bot should sound, by language (a BCP 47 tag). What is not given is the host's text, or the built-in
     * English one.
     */
    tone?: Record<string, ToneTexts>;
    /**
     * The rules. Of those that hold the strongest outcome wins, then the higher severity, then the earlier;
     * the severity is that of the worst rule that holds.
     */
    rules: Rule[];
    /**
     * The limits, in order.
     */
    limits?: Limit[];
    /**
     * The gates of the lifecycle; without them every turn is judged by the rules alone.
     */
    gates?: Gates;
    /**
     * Milliseconds within which the desk has to accept a handoff; afterwards the bot goes on. 20 s unless given.
     */
    acceptWithinMs?: number;
}

/**
 * An address that takes JSON by `POST`.
 */
export interface EndpointOptions {
    /**
     * The address, relative or absolute.
     */
    url: string;
    /**
     * Headers to send along.
     */
    headers?: Record<string, string>;
}

/**
 * An earlier message, for a scorer to understand the one in question.
 */
export interface ContextMessage {
    /**
     * Who wrote it.
     */
    role: Role;
    /**
     * What.
     */
    text: string;
}

/**
 * How a conversation is held.
 */
export interface Options {
    /**
     * Name of the conversation; the hold-out is drawn by it.
     */
    id?: string;
    /**
     * The rules; `balanced` unless given.
     */
    policy?: PolicyChoice;
    /**
     * Whether the rules act.
     */
    mode?: Mode;
    /**
     * Share of conversations held in shadow, 0 to 1, chosen by a hash of their `id`.
     */
    holdout?: number;
    /**
     * When false the rules are off and only the entry is left.
     */
    enabled?: boolean;
    /**
     * Language of the conversation, a BCP 47 tag; unknown unless given.
     */
    language?: string;
    /**
     * What of a message becomes a placeholder before a scorer sees it; everything that is known unless told.
     */
    redact?: boolean | Redaction;
    /**
     * Texts that stand in the place of the English ones.
     */
    texts?: Texts;
}

/**
 * How bad it is, mildest first.
 */
export type Severity = "low" | "medium" | "high" | "critical";

/**
 * How many messages and milliseconds something lasts; both must have passed.
 */
export interface Span {
    /**
     * Customer messages.
     */
    messages?: number;
    /**
     * Milliseconds.
     */
    ms?: number;
}

/**
 * How the bot should sound in one language; what is not given is taken from elsewhere.
 */
export interface ToneTexts {
    /**
     * To an unhappy customer.
     */
    negative?: string;
    /**
     * To one who is neither, or of whom nothing is known.
     */
    neutral?: string;
    /**
     * To a content one.
     */
    positive?: string;
}

/**
 * How the conversation is held. Voice means transcripts, never audio.
 */
export type Channel = "chat" | "voice" | "email";

/**
 * How the customer can be reached, as the customer left it.
 */
export interface Contact {
    /**
     * E-mail address.
     */
    email?: string;
    /**
     * Telephone number.
     */
    phone?: string;
}

/**
 * How the trend is told, over the newest `window` scores (fewer while there are fewer).
 */
export type TrendMethod = { method: "last-minus-first"; window: number; delta: number } | { method: "theil-sen"; window: number; delta: number };

/**
 * How to reach the scoring proxy.
 */
export interface ProxyScorerOptions {
    /**
     * The address of the scoring endpoint, relative or absolute.
     */
    url: string;
    /**
     * How long a score may take, in milliseconds, from the call to the last byte; 4,000 unless told.
     */
    timeoutMs?: number;
    /**
     * Headers to send along.
     */
    headers?: Record<string, string>;
    /**
     * Whether cookies go along.
     */
    credentials?: Credentials;
}

/**
 * Makes stronger outcomes milder while a condition holds; ungated rules are not touched.
 */
export interface Limit {
    /**
     * Name of the limit.
     */
    id: string;
    /**
     * Why it is there, for the reader of the policy.
     */
    comment?: string;
    /**
     * When it applies.
     */
    when: Condition;
    /**
     * The strongest outcome left.
     */
    atMost: Action;
    /**
     * Set where an offer that it made of a stronger outcome is not one of those counted by `maxOffers`.
     */
    uncounted?: boolean;
}

/**
 * Names of the texts.
 */
export type TextKey = "safety" | "requested" | "desk-closed" | "desk-busy" | "queued" | "holding" | "joined" | "returned" | "not-accepted" | "failed" | "cancelled" | "contact-kept" | "wait" | "position" | "reference" | "tone-negative" | "tone-neutral" | "tone-positive" | "already-apologised" | "already-asked" | "already-said" | "already-failed" | "handoff-waiting";

/**
 * One comparison that made the rule hold.
 */
export interface Evidence {
    /**
     * The input compared, such as `frustration`.
     */
    input: string;
    /**
     * Which cue or attribute, or of what the mean.
     */
    name?: string;
    /**
     * How it was compared: `atLeast`, `above`, `atMost`, `below`, `is` or `isNot`.
     */
    comparison: string;
    /**
     * What it was compared with.
     */
    threshold: Literal;
    /**
     * What it was, null while unknown.
     */
    value: Literal | null;
    /**
     * The scores a trend, slope or mean was computed from, oldest first.
     */
    values?: number[];
    /**
     * Ids of the customer messages it was read from, newest first.
     */
    messages: string[];
    /**
     * How the value would have had to compare with the threshold for this not to hold.
     */
    unless: string;
    /**
     * Whether that alone would have been enough for the rule not to hold.
     */
    enough: boolean;
}

/**
 * One message of the transcript.
 */
export interface TranscriptMessage {
    /**
     * Who wrote it.
     */
    role: Role;
    /**
     * Its id.
     */
    id: string;
    /**
     * The text, with cards, IBANs and national ids masked.
     */
    text: string;
    /**
     * When, in milliseconds.
     */
    at: number;
    /**
     * It says again what its writer said before.
     */
    repeats?: boolean;
    /**
     * The customer asks for a person in it.
     */
    asksHuman?: boolean;
}

/**
 * One rule: when it holds, it calls for an outcome.
 */
export interface Rule {
    /**
     * Name of the rule in decisions and reports.
     */
    id: string;
    /**
     * Why the rule stands as it does, for the reader of the policy.
     */
    comment?: string;
    /**
     * When it holds.
     */
    when: Condition;
    /**
     * What it calls for.
     */
    outcome: Action;
    /**
     * How bad it is.
     */
    severity: Severity;
    /**
     * Why, in words.
     */
    reason?: string;
    /**
     * On how many consecutive scored messages the condition has to hold; an unscored one neither counts nor
     * breaks the run.
     */
    confirm?: number;
    /**
     * When the rule lets go; unless given, as soon as `when` no longer holds.
     */
    clear?: Condition;
    /**
     * How long it holds at least.
     */
    dwell?: Span;
    /**
     * How long it rests after it let go. Rules of higher severity have their own, so none of them is muted.
     */
    cooldown?: Span;
    /**
     * Where the customer is sent.
     */
    route?: string;
    /**
     * Nothing holds it back: no confirmation, cooldown, limit, decline or shadow mode. For what the customer
     * asks for, and for safety.
     */
    ungated?: boolean;
}

/**
 * One thing that happened. `at` is in milliseconds, from the epoch or from the start of the conversation;
 * an event without it happens at the time of the one before.
 */
export type Event = { type: "started"; channel?: Channel; language?: string; at?: number } | { type: "customer-message"; id: string; text?: string; features?: Features; awaitsModel?: boolean; at?: number } | { type: "score"; messageId: string; score: SentimentScore; source: ScoreSource; at?: number } | { type: "score-failed"; messageId: string; failure: Failure; at?: number } | { type: "bot-message"; id: string; text?: string; features?: Features; at?: number } | { type: "bot-failed"; at?: number } | { type: "offer-shown"; at?: number } | { type: "offer-accepted"; at?: number } | { type: "offer-declined"; at?: number } | { type: "human-requested"; at?: number } | { type: "handoff-queued"; reference?: string; waitMs?: number; position?: number; at?: number } | { type: "handoff-failed"; at?: number } | { type: "handoff-cancelled"; at?: number } | { type: "contact-left"; email?: string; phone?: string; at?: number } | { type: "human-joined"; at?: number } | { type: "human-left"; at?: number } | { type: "availability"; state: Availability; waitMs?: number; opensAt?: number; at?: number } | { type: "ended"; at?: number } | ({ type: "outcome" } & Outcome) | { type: "customer"; attributes: Record<string, Literal>; at?: number } | { type: "tick"; at?: number };

/**
 * Share of the customer messages by where their scores come from, each 0 to 1; together 1, or all 0 before the
 * first message.
 */
export interface ScoreShares {
    /**
     * Scored by the model.
     */
    model: number;
    /**
     * Scored on the device only.
     */
    onDevice: number;
    /**
     * Not scored.
     */
    unknown: number;
}

/**
 * Something the host should be told of besides the decision.
 */
export type Raise = "handoff" | "safety";

/**
 * Something to tell the customer, once: show the text, or one of your own for the key.
 */
export interface Notice {
    /**
     * What it is about.
     */
    key: TextKey;
    /**
     * How often it was told before; a text with variants comes in the next one.
     */
    variant: number;
    /**
     * The text, filled in.
     */
    text: string;
    /**
     * When the desk opens, in milliseconds, where it is closed and the host has said so.
     */
    opensAt?: number;
}

/**
 * Texts that stand in the place of the English ones, by their names.
 */
export type Texts = Partial<Record<TextKey, string | string[]>>;

/**
 * The customer's place with the host's desk.
 */
export interface Queue {
    /**
     * When the desk accepted, in milliseconds.
     */
    since: number;
    /**
     * Expected wait in milliseconds, as the host said last.
     */
    waitMs?: number;
    /**
     * Place in the queue, from 1, as the host said last.
     */
    position?: number;
    /**
     * The host's own reference number.
     */
    reference?: string;
}

/**
 * The direction of the scores.
 */
export type Trend = "improving" | "stable" | "declining";

/**
 * The handoff packet: why the customer is handed over, and how the conversation went.
 */
export interface HandoffPacket {
    /**
     * The reference number: the host's own once its desk gave one, before that one of ours.
     */
    reference: string;
    /**
     * Name of the conversation, where it has one.
     */
    id?: string;
    /**
     * Everything a hurried agent needs, in at most 12 lines of at most 200 characters.
     */
    text: string;
    /**
     * Why, in words.
     */
    reason: string;
    /**
     * The rule that fired, or what the customer did.
     */
    rule: string | null;
    /**
     * How bad it is.
     */
    severity: Severity;
    /**
     * Where the rule sends the customer.
     */
    route: string | null;
    /**
     * The comparisons that made the rule hold.
     */
    evidence: Evidence[];
    /**
     * When the person was asked for, in milliseconds; null while nobody has.
     */
    requestedAt: number | null;
    /**
     * Customer messages so far.
     */
    turns: number;
    /**
     * Scores of the last 200 scored messages, oldest first, each -1 to 1.
     */
    sentimentHistory: number[];
    /**
     * Where the scores are heading.
     */
    trend: Trend;
    /**
     * Highest frustration so far, 0 to 1.
     */
    peakFrustration: number;
    /**
     * What the host knows of the customer; cards, IBANs and national ids in it are masked.
     */
    attributes: Record<string, Literal>;
    /**
     * How the conversation is held, where it is known.
     */
    channel?: Channel;
    /**
     * Language of the conversation, where it is known.
     */
    language?: string;
    /**
     * What the customer left for a reply.
     */
    contact?: Contact;
    /**
     * The customer's last open question.
     */
    question?: string;
    /**
     * What the bot tried and did not help, newest first, at most 3.
     */
    tried: string[];
    /**
     * What the bot promised, newest first, at most 2.
     */
    promised: string[];
    /**
     * The last messages, oldest first; at most 200 and 128 KiB of text. Cards, IBANs and national ids are
     * masked; e-mail addresses and telephone numbers are kept, since the agent needs them.
     */
    transcript: TranscriptMessage[];
}

/**
 * The instruction the bot's reply should follow.
 */
export interface Tone {
    /**
     * The label it was chosen by; neutral when unknown.
     */
    label: Label;
    /**
     * The instruction, a sentence for a bot's prompt.
     */
    instruction: string;
    /**
     * Facts to mind.
     */
    hints: ToneHint[];
}

/**
 * The polarity of a message.
 */
export type Label = "negative" | "neutral" | "positive";

/**
 * The score of the newest customer message.
 */
export interface Sentiment extends SentimentScore {
    /**
     * Where it came from.
     */
    source: ScoreSource;
    /**
     * Set while a model score is on its way that will replace this one.
     */
    provisional?: boolean;
}

/**
 * The sentiment of one customer message.
 *
 * The four fields are always finite and in range, so nothing downstream has to ask again.
 */
export interface SentimentScore {
    /**
     * Sentiment, from -1 (very negative) to 1 (very positive).
     */
    score: number;
    /**
     * Polarity of the message.
     */
    label: Label;
    /**
     * Frustration, from 0 (none) to 1 (extreme).
     */
    frustration: number;
    /**
     * Urgency, from 0 (none) to 1 (at once).
     */
    urgency: number;
    /**
     * Whether the model took the message for sarcasm, where it was asked.
     */
    sarcasm?: boolean;
}

/**
 * The type of an event, as a decision names its cause.
 */
export type EventKind = "started" | "customer-message" | "score" | "score-failed" | "bot-message" | "bot-failed" | "offer-shown" | "offer-accepted" | "offer-declined" | "human-requested" | "handoff-queued" | "handoff-failed" | "handoff-cancelled" | "contact-left" | "human-joined" | "human-left" | "availability" | "ended" | "outcome" | "customer" | "tick";

/**
 * What a comparison reads. A value that is not known makes its comparison fail.
 */
export type Input = "score" | "label" | "frustration" | "urgency" | "trend" | "slope" | "mean" | "consecutive-negatives" | "unknown-streak" | "peak" | "turn-count" | "elapsed" | "cue" | "cue-count" | "bot-failures" | "bot-failure-streak" | "wait" | "expected-wait" | "offers-declined" | "handoff" | "availability" | "channel" | "language" | "attribute";

/**
 * What a scorer answers.
 */
export interface ScoreReply extends SentimentScore {
    /**
     * Where it came from; a model unless said otherwise.
     */
    source: ScoreSource;
    /**
     * Which model.
     */
    model?: string;
}

/**
 * What a scorer is asked.
 */
export interface ScoreRequest {
    /**
     * The customer's message.
     */
    message: string;
    /**
     * Its id.
     */
    messageId?: string;
    /**
     * Earlier messages, oldest first.
     */
    context?: ContextMessage[];
}

/**
 * What became of a conversation; every field is optional.
 */
export interface Outcome {
    /**
     * A person took over.
     */
    escalated?: boolean;
    /**
     * At which customer message, from 1.
     */
    atTurn?: number;
    /**
     * The customer was satisfied.
     */
    satisfied?: boolean;
    /**
     * The problem was solved.
     */
    resolved?: boolean;
    /**
     * The customer gave up.
     */
    abandoned?: boolean;
    /**
     * A reviewer's or the agent's verdict: was a person needed?
     */
    needed?: boolean;
    /**
     * When it became known, in milliseconds.
     */
    at?: number;
}

/**
 * What becomes a placeholder. In JSON an object of flags, every one true unless told, or one flag for all.
 */
export interface Redaction {
    /**
     * E-mail addresses: `[email]`.
     */
    email?: boolean;
    /**
     * Payment cards: `[card]`.
     */
    card?: boolean;
    /**
     * Bank accounts: `[iban]`.
     */
    iban?: boolean;
    /**
     * Phone numbers: `[phone]`.
     */
    phone?: boolean;
    /**
     * National ids, tax and social security numbers: `[id]`.
     */
    nationalId?: boolean;
}

/**
 * What is kept of a message in place of its text: enough to take every decision again.
 */
export interface Features {
    /**
     * The cues found, each at most once.
     */
    cues: CueHit[];
    /**
     * Length in UTF-16 code units, as far as the text was read.
     */
    length: number;
    /**
     * Set where the customer's whole message is a yes or a no.
     */
    answer?: Answer;
    /**
     * Set where a bot's message apologises.
     */
    apology?: boolean;
    /**
     * Set where a bot's message asks something.
     */
    asks?: boolean;
}

/**
 * What may be said of a message besides its text.
 */
export interface MessageExtra {
    /**
     * The message's id; made up where there is none.
     */
    id?: string;
    /**
     * When it was written, in milliseconds since the epoch or the start; now unless told.
     */
    at?: number;
}

/**
 * What scores the rules may read before the model has answered.
 */
export type Provisional = "offer" | "ignore";

/**
 * What should happen now, after one event.
 */
export interface Decision {
    /**
     * `d1` for the first event applied, `d2` for the second, and so on.
     */
    id: string;
    /**
     * The newest customer message, null before the first.
     */
    messageId: string | null;
    /**
     * The type of the event.
     */
    cause: EventKind;
    /**
     * When it happened, in milliseconds, after clamping.
     */
    at: number;
    /**
     * What to do. It repeats while the outcome holds, but while a person is asked for or there it is `respond`
     * after the one decision that announced the handoff (preset `article`: the rules' outcome on every turn).
     */
    action: Action;
    /**
     * Whether the rules' outcome is `offer`, `ask` or `handoff`. This, severity, reason, rule and evidence say
     * what the rules say of the history, whatever has become of the handoff.
     */
    shouldEscalate: boolean;
    /**
     * How bad it is.
     */
    severity: Severity;
    /**
     * Why, in words; empty where no rule holds.
     */
    reason: string;
    /**
     * The id of the rule that fired.
     */
    rule: string | null;
    /**
     * The comparisons that made the rule hold.
     */
    evidence: Evidence[];
    /**
     * How the bot's next reply should sound.
     */
    tone: Tone;
    /**
     * The score of the newest customer message, null while unknown.
     */
    sentiment: Sentiment | null;
    /**
     * Where the scores are heading.
     */
    trend: Trend;
    /**
     * The scores of the last 200 scored messages, oldest first, each -1 to 1.
     */
    sentimentHistory: number[];
    /**
     * The highest frustration so far, 0 to 1; it never decays.
     */
    peakFrustration: number;
    /**
     * Whether `action` or `handoff` differs from the decision before.
     */
    changed: boolean;
    /**
     * Where the handoff stands.
     */
    handoff: Handoff;
    /**
     * Whether the bot should hold its tongue.
     */
    botMuted: boolean;
    /**
     * When to apply a `tick` at the latest, in milliseconds; null when time alone changes nothing.
     */
    wakeAt: number | null;
    /**
     * Where the rule sends the customer.
     */
    route?: string;
    /**
     * What the rules would have done, where shadow mode held it back.
     */
    wouldAction?: Action;
    /**
     * Set in a conversation that is held in shadow, as a whole or as part of the hold-out.
     */
    shadow?: boolean;
    /**
     * Why the event changed nothing.
     */
    ignored?: Ignored;
    /**
     * What the customer should be told now, in this order, each once; whatever concerns safety stands first.
     */
    notices?: Notice[];
    /**
     * Whether the customer should be able to leave an e-mail address or a number.
     */
    contact?: boolean;
    /**
     * The customer's place with the desk, while queued.
     */
    queue?: Queue;
    /**
     * What else the host should be told of.
     */
    raises?: Raise[];
}

/**
 * What the handoff lifecycle makes of the rules.
 */
export interface Gates {
    /**
     * Offers the rules may make before the customer asks or the severity rises; with 0 they make none, whatever the
     * severity. What the customer asks for, a handoff, and the offer that a limit with `uncounted` makes of one, are not
     * counted.
     */
    maxOffers: number;
    /**
     * Milliseconds an offer stays once it was shown.
     */
    offerDwellMs: number;
}

/**
 * What the page should do, mildest first.
 */
export type Action = "respond" | "watch" | "offer" | "ask" | "handoff";

/**
 * Where a score came from.
 */
export type ScoreSource = "model" | "on-device";

/**
 * Where the handoff stands.
 */
export type Handoff = "bot" | "offered" | "requested" | "queued" | "human" | "returned";

/**
 * Whether cookies go along.
 */
export type Credentials = "omit" | "same-origin" | "include";

/**
 * Whether somebody could take the customer.
 */
export type Availability = "open" | "busy" | "closed";

/**
 * Whether the rules act or only decide and log.
 */
export type Mode = "live" | "shadow";

/**
 * Who wrote a message of the context.
 */
export type Role = "customer" | "bot";

/**
 * Why a model score did not come.
 */
export type Failure = "timeout" | "offline" | "cancelled" | "http" | "malformed" | "rate-limited" | "circuit-open";

/**
 * Why an event changed nothing.
 */
export type Ignored = "unknown-message" | "duplicate-message";


/**
 * One customer's chat: told what happens, it says what should happen now.
 */
export class Conversation {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Something happened. Without `at` it happened now; where every customer message so far came with its own
     * time, as in a log that is replayed, it happened at the time of the event before.
     *
     * Throws a `SimmerdownError` with code `invalid-event` or `invalid-score`, and changes nothing, for what is
     * no event.
     */
    apply(event: Event): Decision;
    /**
     * The bot wrote something; its own repetition and apologies are signals.
     *
     * Throws a `SimmerdownError` with code `invalid-event`, and changes nothing, for what is no message.
     */
    botSaid(text: string, extra?: MessageExtra): Decision;
    /**
     * The customer wrote something: decides at once, and asks the scorer, if there is one, in the background.
     *
     * Throws a `SimmerdownError` with code `invalid-event`, and changes nothing, for what is no message.
     */
    customerSaid(text: string, extra?: MessageExtra): Turn;
    /**
     * Forgets what was said: the transcript, what the customer left for a reply, and what of log and handoff packets
     * was not taken yet. The decisions go on; they rest on numbers and cues.
     */
    forget(): void;
    /**
     * What the agent who takes over should know, as things stand.
     */
    handoffPacket(): HandoffPacket;
    /**
     * A conversation that has just begun.
     *
     * Throws a `SimmerdownError` with code `invalid-options`, `invalid-policy` or `unknown-policy` for options
     * that cannot be used.
     */
    constructor(options?: ConversationOptions);
    /**
     * The conversation that a snapshot was taken of, under these options; name and language are the snapshot's
     * unless given. It goes on as if nothing had happened, but for scores that were on their way: nobody waits
     * for these any more.
     *
     * Throws a `SimmerdownError` with code `invalid-snapshot` for what is no snapshot of this version,
     * `expired-snapshot` for one older than 24 hours, and as the constructor for the options.
     */
    static restore(snapshot: string, options?: ConversationOptions): Conversation;
    /**
     * Whether messages may be sent to the scorer, at any time. When it is switched off, calls in flight are
     * aborted, their turns settle, and no text leaves the page for scoring any more; the conversation goes on with
     * the on-device scorer.
     *
     * Throws a `SimmerdownError` with code `invalid-argument`, and changes nothing, for what is neither true nor false.
     */
    setRemoteScoring(on: boolean): void;
    /**
     * The conversation as JSON, for `Conversation.restore`; good for 24 hours. All text in it is redacted.
     */
    snapshot(): string;
    /**
     * The conversation in numbers: no text, no ids, nothing of safety.
     */
    summary(): Summary;
    /**
     * Name of the conversation, made up unless given.
     */
    readonly id: string;
}

/**
 * Scores messages by the scoring proxy. One serves many conversations.
 *
 * It retries within its deadline, a budget and a circuit breaker, and says in a typed error why a score did not
 * come.
 */
export class ProxyScorer {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * A scorer that asks the proxy at `url`.
     *
     * Throws a `SimmerdownError` with code `invalid-options` for options that cannot be used.
     */
    constructor(options: ProxyScorerOptions);
    /**
     * Asks the proxy for the score of one message.
     *
     * Rejects with a `SimmerdownError` whose code says why: `timeout`, `offline`, `cancelled`, `http`,
     * `malformed`, `rate-limited` or `circuit-open`.
     */
    score(request: ScoreRequest, init?: ScoreInit): Promise<ScoreReply>;
    /**
     * How long a score may take, in milliseconds.
     */
    readonly timeoutMs: number;
    /**
     * The address of the scoring endpoint, as it was given.
     */
    readonly url: string;
}


/**
 * Loads a policy document. An address that cannot be reached, or gives no valid policy, is no reason to be without
 * one: the last good policy from there is given instead, or else the fallback, and what was wrong is said. Never
 * rejects for that; it rejects with `invalid-policy` or `unknown-policy` where the fallback itself cannot be used.
 */
export function loadPolicy(url: string, options?: { fallback?: PolicyChoice }): Promise<LoadedPolicy>;
