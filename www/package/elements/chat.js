// <simmerdown-chat>: a small complete chat widget.

import { SimmerdownElement } from "./base.js";
import { BotTurns } from "./bot-turns.js";
import { startEngine } from "./engine.js";
import { SimmerdownMessageEvent, failure } from "./events.js";
import { Keeping } from "./keeping.js";
import { make, sendIcon } from "./parts.js";
import { Session } from "./session.js";
import { areRefused, usable } from "./settings.js";
import { StandIn } from "./stand-in.js";
import { noticesFor } from "./texts.js";
import { Transcript } from "./transcript.js";

/** How long the proxy may take for a score, in milliseconds. */
const SCORE_TIMEOUT_MS = 4_000;
/** How long the bot may take for a reply unless the page says otherwise, in milliseconds. */
const BOT_TIMEOUT_MS = 60_000;
/** How long the engine may take to start before the stand-in takes its place, in milliseconds. */
const ENGINE_WITHIN_MS = 8_000;
/** The same once the customer has done something. */
const ENGINE_WITHIN_ASKED_MS = 1_500;

/** How long after a decision the snapshot is kept, in milliseconds: a few decisions come together. */
const KEEP_AFTER_MS = 250;

/** The longest id of a message, in bytes, as the engine has it. */
const LONGEST_ID = 256;

/** The notices that are told between the messages; the rest stands in the dock. */
const BETWEEN_MESSAGES = new Set(["safety", "holding", "joined", "returned", "cancelled", "contact-kept"]);

export class SimmerdownChat extends SimmerdownElement {
  static tag = "simmerdown-chat";
  static observedAttributes = [...SimmerdownElement.observedAttributes, "heading", "score-url", "policy"];
  static richProperties = [...SimmerdownElement.richProperties, "bot", "botTimeoutMs", "policy", "scorer", "options"];

  /** Undefined until the page says anything: null is a page that answers by itself. */
  #askedBot;
  #botTimeoutMs = BOT_TIMEOUT_MS;
  #policy = null;
  #scorer = null;
  #options = {};
  /** Names of what the page has set that cannot be used, also of texts. */
  #bad = new Set();

  #session = null;
  #starting = null;
  #early = [];
  #afterJoining = [];
  #untouched = true;
  #sent = 0;
  #kept = null;
  #keepSoon;
  #engine = null;
  /**
   * What the agent wrote, to be kept: a conversation of its own, for its bounds, its redaction and its age. Nobody
   * decides by it.
   */
  #agent = null;
  #ready = deferred();

  #transcript;
  #turns;
  #at = {};
  #onHide = (event) => {
    this.#keep();
    if (event.persisted) this.#turns.pause();
  };
  #onShow = (event) => event.persisted && this.#turns.resume();

  constructor() {
    super();
    this.#transcript = new Transcript((role) => this.words[role === "customer" ? "you" : role === "agent" ? "agent" : "assistant"]);
    this.#turns = new BotTurns({
      missing: () => this.#noBot(),
      ask: (message, signal) => this.#ask(message, signal),
      within: () => this.#botTimeoutMs,
      said: (text) => this.#say("bot", text),
      failed: (error, mistaken) => this.#botFailed(error, mistaken),
      writing: (on) => this.#showWriting(on),
    });
  }

  // Rich settings.

  /**
   * The page's own bot, `async ({ message, history, tone, decision, signal }) => string`; null where the page answers by
   * itself, by `botSaid` or by an agent.
   */
  get bot() {
    return this.#askedBot ?? null;
  }

  set bot(bot) {
    this.#askedBot = bot;
  }

  /** How long the bot may take for a reply, in milliseconds. */
  get botTimeoutMs() {
    return this.#botTimeoutMs;
  }

  set botTimeoutMs(milliseconds) {
    this.#botTimeoutMs = milliseconds > 0 ? Number(milliseconds) : BOT_TIMEOUT_MS;
  }

  /** The rules: a preset's name or a policy document. Also an attribute, for a name. */
  get policy() {
    return this.#policy ?? this.getAttribute("policy");
  }

  set policy(policy) {
    this.#policy = policy ?? null;
    this.#settingsChanged();
  }

  /** What scores the messages, in the place of the proxy at `score-url`. */
  get scorer() {
    return this.#scorer;
  }

  set scorer(scorer) {
    this.#scorer = scorer ?? null;
    this.#settingsChanged();
  }

  /** More options of the `Conversation`: `mode`, `holdout`, `enabled`, `id` and so on. */
  get options() {
    return { ...this.#options };
  }

  set options(options) {
    // What is no object at all may have been meant for the mode, which is held to what it can be.
    this.#options = typeof options === "object" || options === undefined ? { ...options } : { mode: options };
    this.#settingsChanged();
  }

  /** The address of the scoring proxy. */
  get scoreUrl() {
    return this.getAttribute("score-url");
  }

  set scoreUrl(url) {
    this.#reflect("score-url", url);
  }

  /** The title of the chat. */
  get heading() {
    return this.getAttribute("heading");
  }

  set heading(text) {
    this.#reflect("heading", text);
  }

  /** The conversation that is under way, null until the engine has started. */
  get conversation() {
    return this.#session?.conversation ?? null;
  }

  /** The conversation, as soon as there is one. */
  get ready() {
    return this.#ready.promise;
  }

  /** The customer's message, as if it were written and sent: for suggestions to tap. */
  customerSaid(given) {
    const text = textOf(given, "customerSaid").trim();
    this.#untouched = false;
    const message = this.#show("customer", text);
    this.soon((session) => {
      const turn = session.customerSaid(text);
      // A person was asked for by these very words: what is said to that is said already.
      const answered = turn?.decision.raises?.some((raise) => raise === "handoff" || raise === "safety") ?? false;
      if (this.#askedBot === null || answered || turn?.decision.botMuted) return;
      this.#turns.add(message);
    });
  }

  /** Shows a message of the agent's. Who writes is there: it also tells that a person joined. */
  agentSaid(given, extra) {
    const [text, id] = [textOf(given, "agentSaid"), extra?.id ?? undefined];
    if (id !== undefined && !isId(id)) {
      throw failure("invalid-argument", `the \`id\` of what \`agentSaid\` shows must be a text of 1 to ${LONGEST_ID} bytes`);
    }
    this.soon((session) => {
      const show = () => this.#keepAgent(this.#show("agent", text, id));
      if (session.decision?.handoff === "human") {
        show();
      } else {
        // After the line that says so.
        this.#afterJoining.push(show);
        session.apply({ type: "human-joined" });
      }
    });
  }

  /** Shows a message of the bot's that answers nothing. While a person is there the bot is silent: gives false. */
  botSaid(given) {
    const text = textOf(given, "botSaid");
    if (this.#session?.latest?.botMuted === true) return false;
    this.soon(() => this.#say("bot", text));
    return true;
  }

  /** Forgets what was said, in the page and in the tab's storage, and begins a new conversation. */
  forget() {
    this.#session?.attempt((conversation) => conversation.forget());
    this.restart();
  }

  /** Ends this conversation and begins a new one. */
  restart() {
    this.#end();
    this.#kept = null;
    this.#keeping?.clear();
    this.#transcript.clear();
    if (this.isConnected) this.#begin();
  }

  // The element's life.

  get session() {
    return this.#session;
  }

  soon(act) {
    if (this.#session !== null) {
      act(this.#session);
    } else {
      this.#early.push(act);
      this.#starting?.hurry();
    }
  }

  joined() {
    this.#transcript.watch();
    // In the order of the page: the names of what is kept go by it.
    this.#keeping?.take();
    const page = this.ownerDocument.defaultView;
    page.addEventListener("pagehide", this.#onHide);
    page.addEventListener("pageshow", this.#onShow);
    if (this.#session === null && this.#starting === null) this.#begin();
  }

  left() {
    this.#transcript.unwatch();
    const page = this.ownerDocument.defaultView;
    page?.removeEventListener("pagehide", this.#onHide);
    page?.removeEventListener("pageshow", this.#onShow);
    this.#keep();
    // Put in again later, it goes on where it was.
    this.#kept = this.#snapshot();
    this.#end();
    Keeping.leave(this);
    if (this.#kept === null) this.#transcript.clear();
  }

  attributeChanged(name) {
    if (name === "heading") this.worded();
    if (name === "score-url" || name === "policy") this.#settingsChanged();
  }

  compose() {
    const at = this.#at;
    // The title may be in another script than the page; it stands where the page's lines begin all the same.
    at.title = make("bdi");
    at.heading = make("h2", { part: "heading" }, at.title);
    at.with = make("p", { class: "with" });
    at.field = make("textarea", { id: "composer", part: "composer", rows: "1", autocomplete: "off", enterkeyhint: "send", dir: "auto" });
    at.label = make("label", { class: "quiet", for: "composer" });
    // No form: a sandboxed frame submits none.
    at.send = make("button", { type: "button", class: "send", part: "send", onclick: () => this.#send() }, sendIcon());
    at.writing = make("div", { class: "writing", "aria-hidden": "true", hidden: true }, make("span"), make("span"), make("span"));
    at.chat = make(
      "section",
      { class: "chat", part: "chat" },
      make("header", { class: "head", part: "head" }, make("div", { class: "names" }, at.heading, at.with), this.entryButton),
      this.#transcript.element,
      at.writing,
      this.dockPlace,
      make("div", { class: "composer" }, at.label, at.field, at.send),
      this.statusLine,
    );
    this.shadowRoot.append(at.chat);
    // Enter sends and Shift+Enter breaks the line; while an input method composes, Enter is its own.
    at.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.#send();
    });
  }

  worded() {
    const [t, at] = [this.words, this.#at];
    at.title.textContent = this.heading ?? t.heading;
    at.chat.setAttribute("aria-label", this.heading ?? t.heading);
    this.#transcript.element.setAttribute("aria-label", t.messages);
    at.label.textContent = t.yourMessage;
    at.field.placeholder = t.placeholder;
    at.send.setAttribute("aria-label", t.send);
    this.#transcript.reword();
    this.#showWith();
  }

  focusOn() {
    this.#at.field.focus({ preventScroll: true });
  }

  // What the session tells.

  decided(decision) {
    clearTimeout(this.#keepSoon);
    if (this.#keeping !== null) this.#keepSoon = setTimeout(() => this.#keep(), KEEP_AFTER_MS);
    if (decision.botMuted) this.#turns.drop();
    super.decided(decision);
    this.#showWith();
    if (decision.handoff === "human") for (const act of this.#afterJoining.splice(0)) act();
  }

  told(notice) {
    super.told(notice);
    const { key, variant } = notice;
    if (!BETWEEN_MESSAGES.has(key)) return;
    // In the language that is on show now, also where nothing but the stand-in is there to say it.
    const ended = key === "returned" && this.ended && !this.#options.texts?.returned;
    const texts = ended ? [this.words.back] : [this.#notices[key]].flat();
    this.#note(texts[variant % texts.length], key === "safety" ? "safety" : "note");
  }

  // The conversation.

  #begin() {
    const starting = {};
    this.#starting = starting;
    const engine = startEngine(this.getAttribute("wasm-url"));
    const within = new Promise((resolve) => {
      let timer = setTimeout(resolve, ENGINE_WITHIN_MS);
      starting.hurry = () => {
        clearTimeout(timer);
        timer = setTimeout(resolve, ENGINE_WITHIN_ASKED_MS);
        starting.hurry = () => {};
      };
      engine.then(() => clearTimeout(timer), () => clearTimeout(timer));
    });
    if (this.#early.length > 0) starting.hurry();
    const current = () => this.#starting === starting;
    Promise.race([engine, within]).then(
      (engine_) => {
        if (!current()) return;
        if (engine_ === undefined) engine.then((late) => this.#cameLate(late), (error) => this.#noEngine(error));
        this.#engine = engine_ ?? null;
        const restored = engine_ === undefined ? null : this.#restore(engine_);
        if (restored !== null) this.#open(restored, true);
        else this.#open(engine_ === undefined ? new StandIn() : this.#converse(engine_));
      },
      (error) => {
        if (!current()) return;
        this.#noEngine(error);
        this.#open(new StandIn());
      },
    );
  }

  #open(conversation, restored = false) {
    this.#starting = null;
    this.#untouched = !restored;
    this.#session = new Session(conversation, this);
    this.begun();
    if (restored) this.#goOn(conversation);
    else this.#session.apply({ type: "started", channel: "chat", ...this.#spoken() });
    if (this.words.greeting && this.#transcript.messages.length === 0) this.#say("bot", this.words.greeting);
    for (const act of this.#early.splice(0)) act(this.#session);
    this.#ready.resolve(conversation);
  }

  /** Shows what a restored conversation knows of itself, as far as it is not on show, and where it stands. */
  #goOn(conversation) {
    if (this.#transcript.messages.length === 0) {
      const transcript = (of) => this.#session.attempt(() => of.handoffPacket().transcript) ?? [];
      const agent = this.#agent === null ? [] : transcript(this.#agent).map((message) => ({ ...message, role: "agent" }));
      for (const { role, text, id } of [...transcript(conversation), ...agent].sort((one, other) => one.at - other.at)) {
        this.#transcript.add({ role, text, id });
        // What is shown from now on has other names.
        this.#sent = Math.max(this.#sent, Number(/^s(\d+)$/.exec(id)?.[1] ?? 0));
      }
    }
    this.#session.apply({ type: "tick" });
  }

  get #keeping() {
    const name = this.getAttribute("persist");
    return name === null ? null : new Keeping(name || this.id || "chat", this);
  }

  #snapshot() {
    const conversation = this.conversation;
    return conversation === null || conversation instanceof StandIn ? null : (this.#session.attempt(() => conversation.snapshot()) ?? null);
  }

  #keep() {
    clearTimeout(this.#keepSoon);
    const keeping = this.#keeping;
    if (keeping === null) return;
    const conversation = this.#snapshot();
    const agent = this.#agent === null ? null : (this.#session?.attempt(() => this.#agent.snapshot()) ?? null);
    if (conversation !== null) keeping.save({ conversation, agent });
  }

  /** A message of the agent's is on show. */
  #keepAgent({ text, id }) {
    if (this.#engine === null || this.#keeping === null) return;
    this.#session?.attempt(() => {
      this.#agent ??= new this.#engine.Conversation();
      this.#agent.botSaid(text, { id, at: Date.now() });
    });
    clearTimeout(this.#keepSoon);
    this.#keepSoon = setTimeout(() => this.#keep(), KEEP_AFTER_MS);
  }

  /** The conversation that was kept, or null. */
  #restore(engine) {
    const keeping = this.#keeping;
    const stored = keeping?.load();
    const kept = this.#kept ?? stored?.conversation ?? null;
    this.#kept = null;
    if (kept === null) return null;
    try {
      const conversation = this.#made(engine, (settings) => engine.Conversation.restore(kept, settings));
      this.#agent = this.#restoreAgent(engine, stored?.agent);
      return conversation;
    } catch (error) {
      // Too old, or of another version: a new one begins.
      if (error.code !== "expired-snapshot") this.failed(error);
      keeping?.clear();
      this.#transcript.clear();
      return null;
    }
  }

  #restoreAgent(engine, kept) {
    try {
      return kept ? engine.Conversation.restore(kept) : null;
    } catch {
      return null;
    }
  }

  #end() {
    clearTimeout(this.#keepSoon);
    this.#starting = null;
    this.#turns.drop();
    this.#afterJoining = [];
    this.#agent?.free();
    this.#agent = null;
    if (this.#session === null) return;
    this.#session.close();
    this.#session = null;
    this.#ready = deferred();
  }

  #converse(engine) {
    try {
      return this.#made(engine, (settings) => new engine.Conversation(settings));
    } catch (error) {
      this.failed(error);
      return new StandIn();
    }
  }

  /** What `make` makes of these settings; of those that can be used, where some cannot. */
  #made(engine, make) {
    this.#bad.clear();
    const settings = this.#settings(engine);
    try {
      return make(settings);
    } catch (error) {
      if (!areRefused(error)) throw error;
      const bad = (name, problem, within) => {
        const whole = within === undefined ? name : `${within}.${name}`;
        this.#bad.add(whole);
        this.complain(`goes on without \`${whole}\`, which cannot be used`, problem);
      };
      const good = usable(settings, (some) => new engine.Conversation(some).free(), bad);
      return make({ ...good, texts: this.#notices });
    }
  }

  /** What the customer is told: the words on show are also those of the decisions; texts of the options stand over them. */
  get #notices() {
    const notices = { ...noticesFor(this.pageLanguage, this.texts), ...this.#options.texts };
    const all = this.#bad.size > 0 ? Object.keys(notices) : [];
    const [bad, own] = [all.filter((name) => this.#bad.has(`texts.${name}`)), noticesFor(this.pageLanguage)];
    for (const name of bad) {
      if (name in own) notices[name] = own[name];
      else delete notices[name];
    }
    return notices;
  }

  #settings(engine) {
    const options = { ...this.#options, ...this.#spoken(), texts: this.#notices, scorer: this.#scorerOf(engine) };
    if (this.policy !== null) options.policy = this.policy;
    return options;
  }

  #scorerOf(engine) {
    if (this.#scorer !== null || this.scoreUrl === null) return this.#scorer ?? undefined;
    try {
      return new engine.ProxyScorer({ url: this.scoreUrl, timeoutMs: SCORE_TIMEOUT_MS });
    } catch (error) {
      this.failed(error);
      return undefined;
    }
  }

  #spoken() {
    const language = this.#options.language ?? this.pageLanguage;
    return language && !this.#bad.has("language") ? { language } : {};
  }

  #noEngine(error) {
    this.failed(failure("engine-unavailable", "the engine did not start: nothing is judged, a person can be reached", error));
  }

  /** The engine started after all: it is told what happened, unless somebody has been asked for meanwhile. */
  #cameLate(engine) {
    const standIn = this.#session?.conversation;
    if (!(standIn instanceof StandIn) || this.#session.decision?.handoff !== "bot") return;
    const conversation = this.#converse(engine);
    if (conversation instanceof StandIn) return;
    this.#engine = engine;
    // Nobody listens yet: what the stand-in has answered is not told again.
    for (const event of standIn.answered) this.#session.attempt(() => tell(conversation, event));
    this.resume(conversation, standIn.events);
  }

  resume(conversation, events = []) {
    this.#session.close();
    this.#session = new Session(conversation, this);
    // Who is told of it now asks for the conversation that is there by now.
    this.#ready = deferred();
    this.#ready.resolve(conversation);
    for (const event of events) this.#session.attempt((conversation) => tell(conversation, event));
    this.#session.apply({ type: "tick" });
  }

  /** What is set before anybody said anything holds for this conversation, what is set later for the next. */
  #settingsChanged() {
    if (this.#session === null || !this.#untouched || this.#session.decision?.handoff !== "bot") return;
    this.#end();
    this.#begin();
  }

  #send() {
    const text = this.#at.field.value;
    this.#at.field.value = "";
    if (text.trim() !== "") this.customerSaid(text);
  }

  #ask(message, signal) {
    const decision = this.#session.latest;
    const history = this.#transcript.messages.filter(({ id }) => id !== message.id).map(({ role, text }) => ({ role, text }));
    return this.#askedBot({ message: message.text, history, tone: decision?.tone ?? null, decision, signal });
  }

  #say(role, text) {
    this.#show(role, text);
    this.#session?.attempt((conversation) => conversation.botSaid(text));
  }

  /** Why there is nobody to be asked, for the page's developer; null where there is. */
  #noBot() {
    const bot = this.#askedBot;
    if (typeof bot === "function") return null;
    const what = bot === undefined ? "there is no `bot`" : `\`bot\` is no function but ${typeof bot}`;
    return `${what}: set \`bot\` to an async function that gives the reply, or to null where the page answers by itself`;
  }

  #botFailed(error, mistaken) {
    if (mistaken) this.complain("has no answer for its customer", error);
    else this.failed(error);
    this.#note(this.words.botFailed);
    this.#session?.apply({ type: "bot-failed" });
  }

  // What is on show.

  #show(role, text, id) {
    this.#sent += 1;
    const message = { role, text: String(text), id: id ?? `s${this.#sent}` };
    if (role !== "customer") this.#divideWhileAway();
    if (this.#transcript.add(message)) this.dispatchEvent(new SimmerdownMessageEvent(message));
    return message;
  }

  #note(text, kind) {
    this.#divideWhileAway();
    this.#transcript.note(text, kind);
  }

  #divideWhileAway() {
    if (this.shown()) this.#transcript.divide(this.words.newMessages);
  }

  #showWriting(on) {
    if (this.#at.writing === undefined) return;
    this.#at.writing.hidden = !on;
    if (on) this.#transcript.toEnd();
  }

  #showWith() {
    this.#at.with.textContent = this.#session?.decision?.handoff === "human" ? this.words.agent : this.words.assistant;
  }

  #reflect(name, value) {
    if (value === null || value === undefined) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }
}

/** Tells a conversation what happened before it was there. */
function tell(conversation, { type, ...event }) {
  if (type === "customer-message") conversation.customerSaid(event.text, { at: event.at });
  else if (type === "bot-message") conversation.botSaid(event.text, { at: event.at });
  else conversation.apply({ type, ...event });
}

/** What somebody said; only a text that says something is shown to anybody. */
function textOf(given, method) {
  if (typeof given === "string" && given.trim() !== "") return given;
  throw failure("invalid-argument", `what \`${method}\` shows is no text: give a string that is not empty`);
}

function isId(id) {
  return typeof id === "string" && id !== "" && new TextEncoder().encode(id).length <= LONGEST_ID;
}

function deferred() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
