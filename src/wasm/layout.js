// Values of JavaScript as numbers and one text, and back; src/wasm/layout.rs has the form. Nothing here knows what
// they mean.

// In the order of `Tag` in layout.rs.
const [ABSENT, NULL, FALSE, TRUE, NUMBER, TEXT, LIST, OBJECT, END, KEPT, KEEP, NO_DATA, TOO_LONG, TOO_DEEP, TOO_MANY, THREW] = Array(16).keys();

/** A name is a number below 0: its address times this, and its length in bytes. */
const LONGEST_NAME = 64;

/** Thrown when a tag has said why. */
const STOP = {};

const utf8 = new TextDecoder();

/** A text that is longer, in bytes, is decoded by the browser: asking it takes as long as some thirty letters. */
const FEW = 32;

/** The names that stand in the engine's own data, by the number that stands for each: each is decoded once. */
const names = new Map();
/** The texts an engine knows to be kept here, each at its place, by that engine's memory; and those of this one. */
const keptBy = new WeakMap();
let kept;
/** The memory they were read from: what another one holds is read anew. And views of it. */
let memory;
let numbers;
let bytes;

// What is made: its items, the next of them, its texts, the next of these, and how many units lie between two.
let items;
let next;
let text;
let from;
let apart;

/** Makes what the engine has laid out in its memory. */
export function make(holder, at, textAt, length) {
  // Memory that has grown is another buffer.
  if (memory !== holder || numbers.buffer !== memory.buffer) {
    if (memory !== holder) {
      names.clear();
      kept = keptBy.get(holder) ?? [];
      keptBy.set(holder, kept);
    }
    memory = holder;
    numbers = new Float64Array(memory.buffer);
    bytes = new Uint8Array(memory.buffer);
  }
  items = numbers;
  return start(at / 8, decoded(textAt, length), 0);
}

/** Makes what `lay` has laid out, its texts so many units apart. */
export function build(laid, texts, between) {
  items = laid;
  return start(0, texts, between);
}

function start(at, texts, between) {
  next = at + 1;
  text = texts;
  from = 0;
  apart = between;
  return value(items[at]);
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
  const start = from;
  from += items[next++];
  const cut = text.slice(start, from);
  from += apart;
  return cut;
}

function value(tag) {
  if (tag < 0) return names.get(tag) ?? named(tag);
  switch (tag) {
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
        const held = value(items[next++]);
        // An attribute may have this name; as a property it is no different from others.
        if (key === "__proto__") Object.defineProperty(object, key, { value: held, configurable: true, enumerable: true, writable: true });
        else object[key] = held;
      }
      return object;
    }
    default:
      return null;
  }
}

/** A name that is not known yet. */
function named(tag) {
  const name = decoded(Math.floor(-tag / LONGEST_NAME), -tag % LONGEST_NAME);
  // As the name of a property it is the one that all objects share, so that it need not be looked up each time.
  const [known] = Object.keys({ [name]: 0 });
  names.set(tag, known);
  return known;
}

let laid = "";
/** What is laid out next and its texts, where somebody will take it. */
let held;

/** Holds what is laid out next, until it is taken. */
export function hold() {
  held = [];
}

/** What was laid out since, and its texts; empty where nothing was. */
export function take() {
  const taken = held ?? [];
  held = undefined;
  return taken;
}

/** The texts of what was laid out last. */
export function laidText() {
  const text = laid;
  laid = "";
  return text;
}

/** Lays a value out. Whatever the value does, this never throws: the last tag says what went wrong. */
export function lay(value, most, deepest, longest, overhang) {
  const items = [];
  let text = "";
  let left = most;
  const put = (string) => {
    items.push(TEXT, string.length);
    // The end of line: no half of a character joins that of the next text.
    text += string + "\n";
  };
  const stop = (tag) => {
    items.push(tag);
    throw STOP;
  };
  const walk = (value, key, depth) => {
    if (left-- === 0) stop(TOO_MANY);
    switch (typeof value) {
      case "string":
        if (key === "text" || key === "message") value = value.slice(0, longest + overhang);
        else if (value.length > longest) stop(TOO_LONG);
        return put(value);
      case "number":
        return items.push(NUMBER, value);
      case "boolean":
        return items.push(value ? TRUE : FALSE);
      case "undefined":
        return items.push(ABSENT);
      case "object":
        if (value === null) return items.push(NULL);
        if (depth === deepest) stop(TOO_DEEP);
        return inside(value, depth + 1);
      default:
        stop(NO_DATA);
    }
  };
  // Wherever a property is read, anybody's code may run, and throw.
  const inside = (value, depth) => {
    if (Array.isArray(value)) {
      const { length } = value;
      items.push(LIST);
      for (let n = 0; n < length; n += 1) walk(value[n], "", depth);
    } else {
      const keys = Object.keys(value);
      items.push(OBJECT);
      for (const key of keys) {
        const [at, before] = [items.length, text];
        // Nothing as long as a text is a key of anything.
        put(key.slice(0, longest));
        const held = value[key];
        if (held === undefined) {
          items.length = at;
          text = before;
        } else walk(held, key, depth);
      }
    }
    items.push(END);
  };
  try {
    walk(value, "", 0);
  } catch (error) {
    if (error !== STOP) {
      items.push(THREW);
      put(messageOf(error));
    }
  }
  laid = text;
  if (held) held = [items, text];
  return items;
}

function messageOf(error) {
  try {
    return typeof error.message === "string" ? error.message.slice(0, 500) : "";
  } catch {
    return "";
  }
}
