// The engine without a way to load it: `init` takes the wasm from the caller. The other entries are this one, and
// a place to take the wasm from.
//
// Wasm that traps has left its memory as it was just then, so its instance is not used again: a new one is made of
// the same module, and every conversation is rebuilt in it from its journal. That is why the page holds these classes
// and not those of the glue.
//
// Where a page forbids wasm, the same engine compiled to JavaScript takes its place, with a glue of its own.
import { OURS, failure } from "./failure.js";
import { glue, use } from "./glue.js";
import { Journal } from "./journal.js";
import { build as object, hold, take } from "./layout.js";
import { load, takeAgain } from "./packs.js";

export { build } from "./build.js";

/** After so many traps within a minute there is no next instance. */
const MOST_TRAPS = 3;
const MINUTE_MS = 60_000;

let started = false;
/** Counts the instances. */
let instance = 0;
/** What trapped, until there is a new instance. */
let trap = null;
/** Why there is none any more. */
let stopped = null;
let traps = [];
/** Weak references to everything that lives in the engine. */
const alive = new Set();
const gone = new FinalizationRegistry((reference) => alive.delete(reference));
/** Rejects a promise of the engine's that a trap leaves open. */
const open = new Set();

/** Calls into the engine that are under way, each from within the one before: the page's getters may call again. */
let calls = 0;

function refuse(message, cause) {
  throw failure("invalid-argument", message, cause);
}

/**
 * Runs a call into the engine. One that traps is made once more, in a new instance. Whatever of the page's may throw is
 * read before, or by the engine, which lets nothing of it through: what comes out is an error of ours or a trap.
 */
function run(what, call, journal) {
  if (!started) throw failure("not-initialised", `simmerdown is not initialised: call \`await init()\` before \`${what}\``);
  for (let again = false; ; again = true) {
    mend();
    const [now, mark] = [instance, journal?.mark()];
    calls += 1;
    try {
      return call();
    } catch (error) {
      // Without a call: there may be no stack for one.
      if (error?.name === OURS) throw error;
      if (now === instance) {
        trap ??= { error };
        journal?.back(mark);
        trapped(error);
      }
      if (again) throw failure("engine-restarted", `the engine failed twice at \`${what}\``, error);
    } finally {
      calls -= 1;
    }
  }
}

function trapped(error) {
  trap ??= { error };
  Promise.resolve().then(() => mend(true)).catch(() => {});
}

/** Makes a new instance where the one before has trapped. `shallow`: nothing of the page's is on the stack. */
function mend(shallow = false) {
  while (trap !== null && stopped === null) {
    const { error } = trap;
    traps = traps.filter((at) => performance.now() - at < MINUTE_MS);
    if (traps.length === MOST_TRAPS) {
      stop(error);
      break;
    }
    try {
      glue.__wbg_reset_state();
      instance += 1;
      trap = null;
      takeAgain();
      for (const reference of alive) reference.deref()?.rebuild(error, shallow);
      traps.push(performance.now());
    } catch (again) {
      trap = { error };
      // Deep in the page's own calls there may be no stack for it; a microtask tries again.
      if (!shallow) throw again;
      stop(again);
    }
    for (const reject of open) reject(failure("cancelled", "the engine failed", error));
  }
  if (stopped !== null) throw stopped;
}

function stop(cause) {
  stopped = failure("engine-stopped", "the engine failed again and again, and is given up", cause);
  for (const reference of alive) reference.deref()?.lose(stopped);
}

/** An object in the engine: made, called, and made again after a trap. */
class Resident {
  #inner;
  #instance;
  #make;
  #remake;
  #journal;
  #lost = null;
  #reference = new WeakRef(this);

  constructor(what, make, remake = make, journal) {
    this.#remake = remake;
    this.#journal = journal;
    this.#inner = run(what, make, journal);
    this.#instance = instance;
    alive.add(this.#reference);
    gone.register(this, this.#reference, this);
  }

  call(what, act) {
    return run(what, () => {
      // Somebody is called while the others are still being rebuilt.
      if (this.#inner !== null) this.rebuild();
      return act(this.#inner ?? this.#none());
    }, this.#journal);
  }

  #none() {
    throw this.#lost ?? failure("invalid-argument", "it was freed");
  }

  rebuild(error, shallow) {
    if (this.#instance === instance) return;
    try {
      this.#inner = this.#remake();
      this.#instance = instance;
      this.#journal?.tell("error", failure("engine-restarted", "the engine failed, and the conversation was rebuilt in another", error));
    } catch (again) {
      if (again?.name !== OURS || !shallow) throw again;
      this.lose(failure("engine-stopped", "the engine failed, and the conversation could not be rebuilt", again));
    }
  }

  lose(error) {
    this.#lost = error;
    this.#leave();
    this.#journal?.tell("error", error);
    this.#journal?.settleOthers([]);
  }

  free() {
    const inner = this.#inner;
    this.#leave();
    const end = () => {
      // What was in an instance that trapped is gone with it.
      if (inner !== null && this.#instance === instance && trap === null) run("free()", () => inner.free());
    };
    // The call that is under way may be one of this very object.
    if (calls > 0) Promise.resolve().then(end);
    else end();
    this.#journal?.settleOthers([]);
    this.#journal?.close();
  }

  #leave() {
    this.#inner = null;
    alive.delete(this.#reference);
    gone.unregister(this);
  }
}

function unreadable(cause) {
  return failure("invalid-options", "the options cannot be read", cause);
}

/** A copy that is ours. */
function copied(options) {
  try {
    return typeof options === "object" && options !== null ? { ...options } : options;
  } catch (cause) {
    throw unreadable(cause);
  }
}

/** The promise of a call; rejects with `cancelled` where a trap would leave it open. */
function lasting(promise) {
  return new Promise((resolve, reject) => {
    open.add(reject);
    promise.then(resolve, reject).finally(() => open.delete(reject));
  });
}

/** So much in the journal that a checkpoint is due in any case. */
const ALL = 0xffff_ffff;

/** What of the engine is for this module. */
const OURS_ALONE = /^(__|attach$|makeRoom$|resume$)/;

/** Tells the constructor that there is a snapshot. */
const RESTORED = Symbol("restored");

export class Conversation {
  #journal = new Journal();
  #engine;

  constructor(options, key, snapshot) {
    const [journal, own] = [this.#journal, copied(options)];
    const restored = key === RESTORED;
    let kept;
    let unread;
    try {
      // Deep, since the page may change what it gave.
      kept = JSON.parse(JSON.stringify({ ...own, scorer: undefined }));
    } catch (cause) {
      unread = unreadable(cause);
    }
    journal.want = (language) => load(language, (kind, detail) => journal.tell(kind, detail));
    this.#engine = new Resident(
      restored ? "Conversation.restore()" : "new Conversation()",
      () => {
        const made = restored ? glue.Conversation.restore(snapshot, own) : new glue.Conversation(own);
        // The engine knows better what is wrong with most of what cannot be written down.
        if (unread) throw unread;
        journal.options = { ...kept, scorer: own?.scorer, id: made.id };
        journal.room = made.attach(journal, false);
        return made;
      },
      () => {
        const { snapshot: last, contact, options: kept } = journal;
        const made = last === undefined ? new glue.Conversation(kept) : glue.Conversation.rebuilt(last, contact, kept);
        journal.room = made.attach(journal, true);
        journal.replay(made, object);
        made.resume();
        return made;
      },
      journal,
    );
  }

  static restore(snapshot, options) {
    return new this(options, RESTORED, snapshot);
  }

  get id() {
    return this.#engine.call("id", (made) => made.id);
  }

  apply(event) {
    return this.#told("apply", event);
  }

  botSaid(text, extra) {
    return this.#told("botSaid", text, extra);
  }

  customerSaid(text, extra) {
    const { 0: id, 1: decision, 2: settled } = this.#told("customerSaid", text, extra);
    return { id, decision, settled: settled === undefined ? this.#journal.settled(id) : Promise.resolve(settled) };
  }

  setRemoteScoring(on) {
    // A text says nothing here: `"false"` would count as true.
    if (typeof on !== "boolean") refuse("the argument of `setRemoteScoring` is true or false");
    this.#told("setRemoteScoring", on);
  }

  /** A call that changes something, and so stands in the journal. */
  #told(name, ...given) {
    return this.#engine.call(name, (made) => {
      const { length } = this.#journal.entries;
      if (length >= this.#journal.room) made.makeRoom(length);
      this.#journal.now();
      let laid;
      let result;
      // What the engine read of an event is kept as it is: no second reading, which may differ.
      if (name === "apply") hold();
      try {
        result = made[name](...given);
      } finally {
        laid = take();
      }
      const kept = name === "apply" ? this.#journal.keepEvent(...laid) : this.#journal.keep(name, ...given);
      if (!kept) made.makeRoom(ALL);
      return result;
    });
  }

  on(kind, listener) {
    return this.#engine.call("on", () => this.#journal.on(kind, listener, refuse));
  }

  free() {
    this.#engine.free();
  }

  // `snapshot()` and whatever else the engine has that the journal need not know of.
  static {
    const own = Object.getOwnPropertyNames(this.prototype);
    for (const name of Object.getOwnPropertyNames(glue.Conversation.prototype)) {
      if (own.includes(name) || OURS_ALONE.test(name)) continue;
      const value = function (...given) {
        return this.#engine.call(name, (made) => made[name](...given));
      };
      Object.defineProperty(this.prototype, name, { value, configurable: true, writable: true });
    }
  }
}

export class ProxyScorer {
  #engine;

  constructor(options) {
    const own = copied(options);
    this.#engine = new Resident("new ProxyScorer()", () => new glue.ProxyScorer(own));
  }

  get url() {
    return this.#engine.call("url", (made) => made.url);
  }

  get timeoutMs() {
    return this.#engine.call("timeoutMs", (made) => made.timeoutMs);
  }

  score(request, init) {
    return lasting(this.#engine.call("score", (made) => made.score(request, init)));
  }

  free() {
    this.#engine.free();
  }
}

if (Symbol.dispose) for (const { prototype } of [Conversation, ProxyScorer]) prototype[Symbol.dispose] = prototype.free;

export async function loadPolicy(url, options) {
  let address;
  try {
    address = String(url);
  } catch (cause) {
    refuse("the first argument of `loadPolicy` is an address: give a string", cause);
  }
  return lasting(run("loadPolicy()", () => glue.loadPolicy(address, options)));
}

/** Why there is no engine, as an error of ours. */
function unavailable(cause) {
  throw cause?.name === OURS ? cause : failure("engine-unavailable", `the engine did not start: ${cause?.message}`, cause);
}

let loading = null;

/** The module, from wherever it is. */
async function compiled(given) {
  let source = await given;
  if (typeof source === "string" || source instanceof URL || source instanceof Request) source = await fetch(source);
  if (source instanceof WebAssembly.Module) return source;
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`the wasm was not fetched: ${source.status} ${source.url}`);
  // Sent as something else it cannot be compiled while it comes in.
  const isWasm = /^application\/wasm/i.test(source.headers.get("content-type"));
  return isWasm && WebAssembly.compileStreaming ? WebAssembly.compileStreaming(source) : WebAssembly.compile(await source.arrayBuffer());
}

/** Whether the page forbids wasm, or the browser has none: it refuses the smallest module there is. */
function forbidden() {
  try {
    // Chromium and Firefox refuse to compile it, WebKit to make an instance.
    return !new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0)));
  } catch {
    return true;
  }
}

export default function init(source, javascript) {
  loading ??= (async () => {
    if (source === undefined) refuse("`init` of simmerdown/slim is given the wasm: `init({ module_or_path })`");
    if (javascript !== undefined && forbidden()) {
      // A file to be served, as the wasm is: a bundler that took it in would have every page load it.
      use(await import(/* webpackIgnore: true */ /* @vite-ignore */ String(javascript)));
      glue.onTrap(trapped);
      initSync();
    } else initSync({ module: await compiled(source.module_or_path ?? source) });
  })().catch(unavailable);
  loading.catch(() => {
    loading = null;
  });
  // Of the instance that is in use by then.
  return loading.then(() => glue.initSync());
}

export function initSync(source) {
  try {
    const exports = glue.initSync(source);
    started = true;
    return exports;
  } catch (cause) {
    unavailable(cause);
  }
}

glue.onTrap(trapped);
