// Values of JavaScript as numbers and one text, and back; src/wasm/layout.rs has the form. Nothing here knows what
// they mean.

// In the order of `Tag` in layout.rs. Each a number of its own: what is taken from a list, no engine knows for certain.
const ABSENT = 0, NULL = 1, FALSE = 2, TRUE = 3, NUMBER = 4, TEXT = 5, LIST = 6, OBJECT = 7, STRUCT = 8, END = 9, KEPT = 10, KEEP = 11, NO_DATA = 12, TOO_LONG = 13, TOO_DEEP = 14, TOO_MANY = 15, THREW = 16;

/** A name is a number below 0: its address times this, and its length in bytes. */
const LONGEST_NAME = 64;

/** Thrown when a tag has said why. */
const STOP = {};

const utf8 = new TextDecoder();
const toUtf8 = new TextEncoder();

/** A text that is longer is decoded and encoded by the browser: asking it takes as long as some thirty letters. */
const FEW = 32;

/** The names that stand in the engine's own data, by the number that stands for each: each is decoded once. */
const names = new Map();
/** The words that the engine knows by numbers from -1 down, and the number of each. No name lies at such an address. */
let vocabulary = [];
let words;
/** The texts an engine knows to be kept here, each at its place, by that engine's memory; and those of this one. */
const keptBy = new WeakMap();
let kept;
/** The memory they were read from: what another one holds is read anew. And views of it. */
let memory;
let numbers;
let bytes;

// What is made: its items, the next of them, its texts as one, and where the next of these begins.
let items;
let next;
let text;
let from;

/** Reads this memory from now on. One that has grown is another buffer. */
function look(holder) {
  if (memory === holder && numbers.buffer === memory.buffer) return;
  if (memory !== holder) {
    names.clear();
    kept = keptBy.get(holder) ?? [];
    keptBy.set(holder, kept);
  }
  memory = holder;
  numbers = new Float64Array(memory.buffer);
  bytes = new Uint8Array(memory.buffer);
}

/** Makes what the engine has laid out in its memory. */
export function make(holder, at, textAt, length) {
  look(holder);
  return made(numbers, at / 8, decoded(textAt, length));
}

/** Makes what `lay` has laid out. */
export function build(laid, text) {
  return made(laid, 0, text);
}

function made(laid, at, texts) {
  items = laid;
  next = at;
  text = texts;
  from = 0;
  return read();
}

function decoded(at, length) {
  let text = "";
  const end = at + length;
  for (let n = at; n < end; n += 1) {
    const byte = bytes[n];
    if (byte > 127 || length > FEW) return utf8.decode(bytes.subarray(at, end));
    text += String.fromCharCode(byte);
  }
  return text;
}

function cut() {
  const length = items[next++];
  from += length;
  return text.slice(from - length, from);
}

function read() {
  return value(items[next++]);
}

function value(tag) {
  if (tag < 0) return names.get(tag) ?? named(tag);
  switch (tag) {
    case ABSENT:
      return undefined;
    case FALSE:
      return false;
    case TRUE:
      return true;
    case NUMBER:
      return items[next++];
    case TEXT:
      return cut();
    case KEPT:
      return kept[items[next++]];
    case KEEP: {
      const place = items[next];
      next += 2;
      return (kept[place] = cut());
    }
    case LIST: {
      const list = [];
      for (let tag = items[next++]; tag !== END; tag = items[next++]) list.push(value(tag));
      return list;
    }
    case OBJECT: {
      const object = {};
      for (let tag = items[next++]; tag !== END; tag = items[next++]) {
        const key = value(tag);
        const held = read();
        // An attribute may have this name; as a property it is no different from others.
        if (key === "__proto__") Object.defineProperty(object, key, { value: held, configurable: true, enumerable: true, writable: true });
        else object[key] = held;
      }
      return object;
    }
    case STRUCT:
      return STRUCTS[items[next++]]();
    default:
      return null;
  }
}

/**
 * What is made most often, in the order of `STRUCTS` in layout.rs: an object that is written down at once takes a
 * twentieth of the time of one that grows by a property at a time. A field may be absent where it has a line of its own.
 * tests/layout.rs writes them.
 */
const STRUCTS = [
  // Decision
  () => {
    const id = read(), messageId = read(), cause = read(), at = read(), action = read(), shouldEscalate = read(), severity = read(), reason = read(), rule = read(), evidence = read(), tone = read(), sentiment = read(), trend = read(), sentimentHistory = read(), peakFrustration = read(), changed = read(), handoff = read(), botMuted = read(), wakeAt = read(), route = read(), wouldAction = read(), shadow = read(), ignored = read(), notices = read(), contact = read(), queue = read(), raises = read();
    const made = { id, messageId, cause, at, action, shouldEscalate, severity, reason, rule, evidence, tone, sentiment, trend, sentimentHistory, peakFrustration, changed, handoff, botMuted, wakeAt };
    if (route !== undefined) made.route = route;
    if (wouldAction !== undefined) made.wouldAction = wouldAction;
    if (shadow !== undefined) made.shadow = shadow;
    if (ignored !== undefined) made.ignored = ignored;
    if (notices !== undefined) made.notices = notices;
    if (contact !== undefined) made.contact = contact;
    if (queue !== undefined) made.queue = queue;
    if (raises !== undefined) made.raises = raises;
    return made;
  },
  // Evidence
  () => {
    const input = read(), name = read(), comparison = read(), threshold = read(), value = read(), values = read(), messages = read(), unless = read(), enough = read();
    const made = { input, comparison, threshold, value, messages, unless, enough };
    if (name !== undefined) made.name = name;
    if (values !== undefined) made.values = values;
    return made;
  },
  // Sentiment
  () => {
    const score = read(), label = read(), frustration = read(), urgency = read(), sarcasm = read(), source = read(), provisional = read();
    const made = { score, label, frustration, urgency, source };
    if (sarcasm !== undefined) made.sarcasm = sarcasm;
    if (provisional !== undefined) made.provisional = provisional;
    return made;
  },
  // Tone
  () => {
    const label = read(), instruction = read(), hints = read();
    return { label, instruction, hints };
  },
  // ToneHint
  () => {
    const hint = read(), count = read(), text = read();
    const made = { hint, text };
    if (count !== undefined) made.count = count;
    return made;
  },
];

/** A name that is not known yet. */
function named(tag) {
  const word = vocabulary[-1 - tag];
  if (word !== undefined) return word;
  const name = decoded(Math.floor(-tag / LONGEST_NAME), -tag % LONGEST_NAME);
  // As the name of a property it is the one that all objects share, so that it need not be looked up each time.
  const [known] = Object.keys({ [name]: 0 });
  names.set(tag, known);
  return known;
}

/** What was laid out last: its items, its texts as one, and which items the lengths of these are. */
let laid;
/** Whether somebody will take it; then, what was laid out. */
let held;

/** Holds what is laid out next, until it is taken. */
export function hold() {
  held = {};
}

/** What was laid out since, for `build`; nothing where nothing was. */
export function take() {
  const { items, text } = held ?? {};
  held = undefined;
  return [items, text];
}

/** The room that is needed: so many items, and so many times this bytes of texts. */
const BYTES = 2 ** 24;

/** Puts what was laid out last into this memory. Returns 0; the room that is needed where there is less. */
export function put(holder, itemsAt, itemsRoom, textsAt, textsRoom) {
  const { items, text, lengths } = laid;
  // No unit of a text takes more.
  const most = text.length * 3;
  if (items.length > itemsRoom || most > textsRoom) return items.length + most * BYTES;
  look(holder);
  const place = itemsAt / 8;
  for (let n = 0; n < items.length; n += 1) numbers[place + n] = items[n];
  if (encoded(text, textsAt) > text.length) {
    // In letters that take more than a byte the lengths are others than those that JavaScript counts.
    let from = 0;
    let at = textsAt;
    for (const n of lengths) {
      const length = encoded(text.slice(from, from + items[n]), at);
      numbers[place + n] = length;
      from += items[n];
      at += length;
    }
  }
  laid = undefined;
  return 0;
}

/** Writes a text there, and returns its length in bytes. */
function encoded(text, at) {
  const { length } = text;
  for (let n = 0; n <= length && length <= FEW; n += 1) {
    if (n === length) return length;
    const unit = text.charCodeAt(n);
    if (unit > 127) break;
    bytes[at + n] = unit;
  }
  return toUtf8.encodeInto(text, bytes.subarray(at)).written;
}

/** From now on these words, blanks between them, are laid out as numbers; every engine has the same. */
export function know(list) {
  vocabulary = list.split(" ");
  words = new Map(vocabulary.map((word, place) => [word, -1 - place]));
}

/** A value that is being laid out. */
class Layout {
  items = [];
  text = "";
  lengths = [];

  constructor(left, deepest, longest, overhang) {
    this.left = left;
    this.deepest = deepest;
    this.longest = longest;
    this.overhang = overhang;
  }

  say(text) {
    const word = text.length < FEW ? words.get(text) : undefined;
    if (word !== undefined) {
      this.items.push(word);
      return;
    }
    this.lengths.push(this.items.push(TEXT, text.length) - 1);
    this.text += text;
  }

  stop(tag) {
    this.items.push(tag);
    throw STOP;
  }

  walk(value, key, depth) {
    const { items } = this;
    if (this.left-- === 0) this.stop(TOO_MANY);
    switch (typeof value) {
      case "string":
        if (value.length > this.longest) {
          if (key !== "text" && key !== "message") this.stop(TOO_LONG);
          value = value.slice(0, this.longest + this.overhang);
        }
        this.say(value);
        break;
      case "number":
        items.push(NUMBER, value);
        break;
      case "boolean":
        items.push(value ? TRUE : FALSE);
        break;
      case "undefined":
        items.push(ABSENT);
        break;
      case "object":
        if (value === null) items.push(NULL);
        else if (depth === this.deepest) this.stop(TOO_DEEP);
        else this.inside(value, depth + 1);
        break;
      default:
        this.stop(NO_DATA);
    }
  }

  /** Wherever a property is read, anybody's code may run, and throw. */
  inside(value, depth) {
    const { items } = this;
    if (Array.isArray(value)) {
      const { length } = value;
      items.push(LIST);
      for (let n = 0; n < length; n += 1) this.walk(value[n], "", depth);
    } else {
      items.push(OBJECT);
      for (const key of Object.keys(value)) {
        const { text, lengths } = this;
        const { length } = items;
        const texts = lengths.length;
        // Nothing as long as a text is a key of anything.
        this.say(key.length > this.longest ? key.slice(0, this.longest) : key);
        const held = value[key];
        if (held === undefined) {
          items.length = length;
          lengths.length = texts;
          this.text = text;
        } else this.walk(held, key, depth);
      }
    }
    items.push(END);
  }
}

/**
 * Lays a value out and puts it into the memory, as `put` does. Whatever the value does, this never throws: the last tag
 * says what went wrong.
 */
export function lay(value, most, deepest, longest, overhang, ...room) {
  const layout = new Layout(most, deepest, longest, overhang);
  try {
    layout.walk(value, "", 0);
  } catch (error) {
    if (error !== STOP) {
      layout.items.push(THREW);
      layout.say(messageOf(error));
    }
  }
  laid = layout;
  if (held) held = layout;
  return put(...room);
}

function messageOf(error) {
  try {
    return typeof error.message === "string" ? error.message.slice(0, 500) : "";
  } catch {
    return "";
  }
}
