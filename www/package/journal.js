// What of a conversation lies outside of the engine's memory, and so outlives the engine where it traps: what
// happened since the snapshot, who listens, who waits.

/** What can be listened to. */
const KINDS = ["decision", "handoff", "safety", "error"];
/** Longer texts are cut, in UTF-16 code units; the engine reads less. */
const LONGEST = 5_000;
/** A longer entry is not kept. */
const LONGEST_ENTRY = 50_000;

/** A scorer failed and nobody was told, which is said once. */
let unheard = false;

const cut = (text) => (text?.length > LONGEST ? text.slice(0, LONGEST) : text);

export class Journal {
  /** The conversation's own copy of its options. */
  options;
  /** Has the pack of cues of a language loaded; whoever can do that says how. */
  want = () => {};
  /** Everything up to here, as the engine wrote it. */
  snapshot;
  /** What the customer left for a reply, which no snapshot holds. */
  contact;
  /** The calls since: what was called, when, with what. */
  entries = [];
  /** From so many on the engine is asked to make room. */
  room = 0;
  /** How many entries of the log, and how many packets, are taken since. */
  logged = 0;
  sent = 0;

  #moment;
  /** Where the call that is under way belongs: what its scorer answers at once comes after it. */
  #place;
  #again = false;
  /** The decision that was told last. */
  #latest;
  #listeners = [];
  #notices = [];
  #open = new Map();

  now() {
    if (!this.#again) [this.#moment, this.#place] = [Date.now(), this.entries.length];
    return this.#moment;
  }

  /** A call has come to its end. Says whether it could be kept: the page's objects may refuse to be written. */
  keep(name, first, extra) {
    try {
      const more = extra && JSON.stringify(extra);
      if (more?.length > LONGEST_ENTRY) return false;
      this.#put([name, this.#moment, cut(first), more]);
      return true;
    } catch {
      return false;
    }
  }

  /** An event was applied: this is how it was laid out. */
  keepEvent(items = [], text = "") {
    const kept = items.length > 0 && items.length + text.length <= LONGEST_ENTRY;
    if (kept) this.#put(["apply", this.#moment, items, text]);
    return kept;
  }

  #put(entry) {
    if (this.#place === this.entries.length) this.entries.push(entry);
    else this.entries.splice(this.#place, 0, entry);
  }

  answered(event) {
    if (!this.#again) this.entries.push(["applied", 0, JSON.stringify(event)]);
  }

  checkpoint(snapshot, contact) {
    Object.assign(this, { snapshot, contact, entries: [], logged: 0, sent: 0 });
  }

  /** Makes the calls again, and tells nobody: they were told. `build` makes the object that was laid out. */
  replay(engine, build) {
    this.#again = true;
    try {
      for (const [name, moment, given, more] of this.entries) {
        this.#moment = moment;
        if (name === "apply") engine.apply(build(given, more));
        else if (name === "applied") engine.apply(JSON.parse(given));
        else engine[name](given, more && JSON.parse(more));
      }
    } finally {
      this.#again = false;
    }
  }

  /** Where things stand, for `back`. */
  mark() {
    return [this.entries, this.entries.length, this.#notices.length];
  }

  /** Takes back what a call has written that did not come to its end. */
  back([entries, kept, told]) {
    this.entries.length = this.entries === entries ? kept : 0;
    this.#notices.length = Math.min(this.#notices.length, told);
  }

  on(kind, listener, refuse) {
    if (!KINDS.includes(kind)) refuse("the first argument of `on` is `decision`, `handoff`, `safety` or `error`");
    if (typeof listener !== "function") refuse("the second argument of `on` is a function");
    const one = { kind, listener };
    this.#listeners.push(one);
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== one);
    };
  }

  /** Whether anybody listens. */
  hears(kind) {
    return this.#listeners.some((one) => one.kind === kind);
  }

  /** Tells everybody who listens now, in a microtask: whoever is told may call anything, `free()` included. */
  tell(kind, detail) {
    if (this.#again) return;
    if (kind === "decision") this.#latest = detail;
    const told = this.#listeners.filter((one) => one.kind === kind);
    // What a developer can mend; that somebody has no network is no news.
    if (told.length === 0 && !unheard && /^(http|malformed)$/.test(detail.code)) {
      unheard = true;
      Promise.resolve().then(() => console.warn("simmerdown: nobody listens to `error`, so this one is told here, and no other.", detail));
    }
    if (told.length > 0 && this.#notices.push([told, detail]) === 1) Promise.resolve().then(() => this.#deliver());
  }

  #deliver() {
    // What is told meanwhile stands behind in the list.
    for (const [told, detail] of this.#notices) {
      for (const one of told) {
        if (!this.#listeners.includes(one)) continue;
        try {
          one.listener(detail);
        } catch (error) {
          // The page's own error, for its own monitoring; which may throw as well.
          try {
            (globalThis.reportError ?? console.error)(error);
          } catch (again) {
            Promise.reject(again);
          }
        }
      }
    }
    this.#notices = [];
  }

  /** A promise that `settle` resolves. */
  settled(message) {
    return new Promise((resolve) => this.#open.set(message, resolve));
  }

  settle(message, decision) {
    this.#open.get(message)?.(decision);
    this.#open.delete(message);
  }

  settleOthers(messages, decision = this.#latest) {
    for (const message of [...this.#open.keys()]) if (!messages.includes(message)) this.settle(message, decision);
  }

  /** Nobody is told anything any more. */
  close() {
    this.#listeners = [];
    this.entries = [];
  }
}
