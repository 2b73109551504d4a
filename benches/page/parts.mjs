// What is in the wasm by part, each part compressed by itself, as JSON. Usage: node parts.mjs NAMED: the wasm as shipped,
// with the names of its functions. Bodies of functions and segments of data, in the order they stand there.
// The format: https://webassembly.github.io/spec/core/binary/modules.html

import { readFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

/**
 * Names of functions by the part they belong to; the first that fits. What the standard library's functions are made for stands
 * in their names too, so they come first.
 */
const PARTS = [
  ["allocator", /dlmalloc|rlsf|__rdl|__rust_alloc/],
  ["standard library", /^<?(&|mut |\[|\()*(core|alloc|std|char|bool|str|[uif]\d+|usize|hashbrown|libm)\b(?!.* as (simmerdown|serde))/],
  ["redaction", /simmerdown::redact/],
  ["cues and words", /simmerdown::(cue|words|lower)/],
  ["on-device scorer, its code", /simmerdown::on_device/],
  ["rules and history", /simmerdown::(assessment|policy|tracker|trend|conversation|decision|handoff|interval|event|score|literal|pairs|json)/],
  ["packet, snapshot, summary, texts", /simmerdown::(packet|snapshot|summary|texts|transcript|notice|tone|parts)/],
  ["proxy client and log", /simmerdown::(scoring|audit|outbox)/],
  ["binding: reading, writing, calls", /simmerdown::(wasm|reading|tree|strings|names)|gloo|proxyscorer|conversation_|js_sys|web_sys|wasm_bindgen|serde_wasm/i],
  ["serde: options, policies, events", /Deserialize|Serialize|::de::|::ser::|serde/],
  ["other", /./],
];

const bytes = await readFile(process.argv[2]);
let at = 8;

function number() {
  let [value, shift] = [0, 0];
  for (;;) {
    const byte = bytes[at];
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
    shift += 7;
  }
}

function name() {
  const length = number();
  at += length;
  return bytes.toString("utf8", at - length, at);
}

const code = [];
const data = [];
const names = new Map();
let imported = 0;
while (at < bytes.length) {
  const id = bytes[at];
  at += 1;
  const end = number() + at;
  if (id === 2) {
    for (let left = number(); left > 0; left -= 1) {
      name();
      name();
      const kind = bytes[at];
      at += 1;
      if (kind === 0) imported += 1;
      // A function's type; a table's type and limits; a memory's limits; a global's type.
      if (kind === 0) number();
      else if (kind === 3) at += 2;
      else {
        if (kind === 1) at += 1;
        const limited = number() & 1;
        number();
        if (limited) number();
      }
    }
  } else if (id === 10) {
    for (let left = number(); left > 0; left -= 1) {
      const length = number();
      code.push(bytes.subarray(at, at + length));
      at += length;
    }
  } else if (id === 11) {
    data.push(bytes.subarray(at, end));
  } else if (id === 0 && name() === "name") {
    while (at < end) {
      const kind = bytes[at];
      at += 1;
      const until = number() + at;
      if (kind === 1) for (let left = number(); left > 0; left -= 1) names.set(number(), name());
      at = until;
    }
  }
  at = end;
}
if (code.length === 0 || names.size === 0) throw new Error(`${process.argv[2]} has no functions with names`);

const parts = new Map([["data: weights, cue lists, texts, tables", data], ...PARTS.map(([part]) => [part, []])]);
code.forEach((body, index) => {
  // Without the hashes of the crates.
  const own = (names.get(imported + index) ?? "").replaceAll(/\[[0-9a-f]{8,16}\]/g, "");
  const [part] = PARTS.find(([, fits]) => fits.test(own || "?"));
  parts.get(part).push(body);
});

const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
const rows = [...parts].map(([part, pieces]) => {
  const all = Buffer.concat(pieces);
  return [part, all.length, all.length && gzipSync(all, { level: 9 }).length, all.length && brotliCompressSync(all, { params }).length];
});
console.log(JSON.stringify(rows.filter(([, raw]) => raw > 0).sort((a, b) => b[3] - a[3])));
