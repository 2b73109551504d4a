import type {
  Conversation, ConversationOptions, Decision, HandoffPacket, PolicyChoice, Scorer, SimmerdownError, Tone,
} from "./index.js";

/** Who wrote a message: the customer, the bot, or the agent of the desk. */
export type Role = "customer" | "bot" | "agent";

/** One message of the transcript. */
export interface ChatMessage {
    /** Who wrote it. */
    readonly role: Role;
    /** What was written. */
    readonly text: string;
    /** The message's id, its own in this conversation. */
    readonly id: string;
}

/** What the bot is given for one customer message. */
export interface BotRequest {
    /** What the customer wrote. */
    readonly message: string;
    /** The other messages, oldest first, 200 at most. */
    readonly history: readonly Pick<ChatMessage, "role" | "text">[];
    /** How the reply should sound; null where no decision was taken yet. */
    readonly tone: Tone | null;
    /** The latest decision. */
    readonly decision: Decision | null;
    /** Aborts when nobody wants the reply any more. */
    readonly signal: AbortSignal;
}

/** The page's own bot: resolves to its reply, to an empty string for none. */
export type Bot = (request: BotRequest) => Promise<string> | string;

/** How the customer can be reached, as it was written. */
export interface Contact {
    /** An e-mail address. */
    readonly email?: string;
    /** A telephone number. */
    readonly phone?: string;
}

/** Every text the elements show, by name. What is in braces is filled in. */
export interface ElementTexts {
    heading: string;
    /** The bot's first message; none unless it is given. */
    greeting?: string;
    messages: string;
    yourMessage: string;
    placeholder: string;
    send: string;
    you: string;
    assistant: string;
    agent: string;
    newMessages: string;
    whileAway: string;
    within: string;
    entry: string;
    offerTitle: string;
    offerText: string;
    offer: string;
    offerDecline: string;
    offerAnnounce: string;
    askTitle: string;
    askText: string;
    askYes: string;
    askNo: string;
    askAnnounce: string;
    requestedTitle: string;
    requestedText: string;
    cancel: string;
    cancelled: string;
    /** Said one after the other to who writes while waiting, none twice. */
    holding: readonly string[];
    queuedTitle: string;
    queuedNext: string;
    /** `{position}` */
    queuedPosition: string;
    /** `{wait}` */
    queuedWait: string;
    queuedText: string;
    /** `{reference}` */
    reference: string;
    leaveContact: string;
    humanTitle: string;
    humanText: string;
    endChat: string;
    joined: string;
    left: string;
    back: string;
    missedTitle: string;
    missedText: string;
    closedTitle: string;
    closedText: string;
    /** `{when}` */
    opensAt: string;
    busyText: string;
    email: string;
    phone: string;
    contactSend: string;
    close: string;
    contactInvalid: string;
    contactSent: string;
    botFailed: string;
    safety: string;
}

/** A decision was taken. */
export declare class SimmerdownDecisionEvent extends CustomEvent<Decision> {
    constructor(decision: Decision);
}

/** A person was asked for just now. */
export declare class SimmerdownHandoffEvent extends CustomEvent<HandoffPacket> {
    constructor(packet: HandoffPacket);
}

/** A safety cue was found; comes before the decision's own event. */
export declare class SimmerdownSafetyEvent extends CustomEvent<Decision> {
    constructor(decision: Decision);
}

/** What the elements report besides the engine's own errors. */
export interface ElementError extends Error {
    /** As every error of this package. */
    readonly name: "SimmerdownError";
    /** The bot failed or took too long, or the engine did not start. */
    readonly code: "bot-failed" | "engine-unavailable";
}

/** Something went wrong that no call could throw. */
export declare class SimmerdownErrorEvent extends CustomEvent<SimmerdownError | ElementError | Error> {
    constructor(error: SimmerdownError | ElementError | Error);
}

/** A message was added to the transcript. This is how a desk hears the customer. */
export declare class SimmerdownMessageEvent extends CustomEvent<ChatMessage> {
    constructor(message: ChatMessage);
}

/** The customer left a way to be reached. */
export declare class SimmerdownContactEvent extends CustomEvent<Contact> {
    constructor(contact: Contact);
}

/** What both elements have. */
declare abstract class SimmerdownElement extends HTMLElement {
    /** Registers the element under `tag`; a name that is taken stays as it is. */
    static define(tag?: string, registry?: CustomElementRegistry): void;
    /** Texts of your own over those of the language; English, Spanish, German, French, Portuguese, Italian and Dutch are there. */
    texts: Partial<ElementTexts>;
}

/** `<simmerdown-chat>`: a small complete chat widget. */
export declare class SimmerdownChat extends SimmerdownElement {
    /**
     * The page's own bot; null where the page answers by itself, by `botSaid` or by an agent. While it was never set, or is
     * no function, or gives no string, each message it should answer is a `bot-failed`.
     */
    bot: Bot | null;
    /** How long the bot may take for a reply, in milliseconds; 60,000 unless set. */
    botTimeoutMs: number;
    /** The rules: a preset's name, also as the attribute `policy`, or a policy document. */
    get policy(): PolicyChoice | string | null;
    set policy(policy: PolicyChoice | null);
    /** What scores the messages, in the place of the proxy at `score-url`. */
    scorer: Scorer | null;
    /**
     * More options of the conversation. What is set after the first message holds for the next conversation. What cannot be
     * used falls away and is told by `simmerdown-error` and on the console; the rest holds. Where `mode` cannot be read it is
     * `shadow`, where `enabled` cannot be read it is false.
     */
    options: Omit<ConversationOptions, "policy" | "scorer">;
    /** The address of the scoring proxy: the attribute `score-url`. */
    scoreUrl: string | null;
    /** The title of the chat: the attribute `heading`. */
    heading: string | null;
    /** The conversation that is under way; null until the engine, or what stands in for it, has started. */
    readonly conversation: Conversation | null;
    /** The conversation, as soon as there is one. */
    readonly ready: Promise<Conversation>;
    /** The customer's message, as if it were written and sent: for suggestions to tap. */
    customerSaid(text: string): void;
    /** Shows an agent's message; one with an `id` that was shown already is not shown again. Also tells the conversation that a person joined, where it does not know. Throws a `SimmerdownError` with code `invalid-argument`, and shows nothing, for what is no text or no id. */
    agentSaid(text: string, extra?: { id?: string }): void;
    /** Shows a message of the bot's that answers nothing; false, and nothing is shown, while the bot is muted. */
    botSaid(text: string): boolean;
    /** Forgets what was said, in the page and in the tab's storage, and begins a new conversation. */
    forget(): void;
    /** Ends this conversation and begins a new one. */
    restart(): void;
}

/** `<simmerdown-handoff>`: the way to a person, for a chat that exists. */
export declare class SimmerdownHandoff extends SimmerdownElement {
    /**
     * The chat's conversation; it is not freed with the element. Without one, or when it was freed, a stand-in, under which
     * nothing is judged. Throws a `SimmerdownError` with code `invalid-argument` for what is none.
     */
    get conversation(): Conversation;
    set conversation(conversation: Conversation | null);
}

/** The events of the elements by their names; they bubble, so document and window hear them too. */
export interface SimmerdownElementEventMap {
    /** A decision was taken. */
    "simmerdown-decision": SimmerdownDecisionEvent;
    /** A person was asked for just now. */
    "simmerdown-handoff": SimmerdownHandoffEvent;
    /** A safety cue was found. */
    "simmerdown-safety": SimmerdownSafetyEvent;
    /** Something went wrong that no call could throw. */
    "simmerdown-error": SimmerdownErrorEvent;
    /** A message was added to the transcript. */
    "simmerdown-message": SimmerdownMessageEvent;
    /** The customer left a way to be reached. */
    "simmerdown-contact": SimmerdownContactEvent;
}

declare global {
    interface HTMLElementTagNameMap {
        "simmerdown-chat": SimmerdownChat;
        "simmerdown-handoff": SimmerdownHandoff;
    }
    interface HTMLElementEventMap extends SimmerdownElementEventMap {}
    interface DocumentEventMap extends SimmerdownElementEventMap {}
    interface WindowEventMap extends SimmerdownElementEventMap {}
}

/**
 * What the customer is told, in the words of the elements in a language such as `de-AT`, for the option `texts` of a
 * conversation that something else shows. English where there are no words of the language. `own` stands over them.
 */
export declare function noticesFor(language: string, own?: Partial<ElementTexts>): NonNullable<ConversationOptions["texts"]>;
