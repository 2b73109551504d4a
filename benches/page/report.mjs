// What was measured, as tables and plots. Usage: node report.mjs FOLDER PART…: the folder with the benchmarks' JSON, and the
// parts to write anew: page, size, variants, engine, proxy, replay. Each section of docs/benchmarks.md stands between
// marks of its own and says when and where it was measured; the other sections stay as they are.

import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../www/test/browser.mjs";

const [folder, ...wanted] = process.argv.slice(2);
const read = (part) => readFile(join(folder, `${part}.json`), "utf8").then(JSON.parse);

const table = (head, rows) => [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const us = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const ms = (value) => value.toFixed(1);
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const times = (a, b) => (a >= b ? `${(a / b).toFixed(1)} times slower` : `${(b / a).toFixed(1)} times faster`);

const BASE = { score: "score to decision, JavaScript by hand", message: "message to decision, JavaScript by hand with `sentiment`", scored: "a message scored by `sentiment`" };
const WHOLE = "message to decision, scored on the device";
const SCORING = "a message scored on the device, alone";

/** What the design asks for, in microseconds, and what was measured. */
const LIMITS = [
  ["score to decision, mean", "score to decision, policy balanced", "mean", 5],
  ["message of 200 characters to decision, mean", WHOLE, "mean", 50],
  ["message of 200 characters to decision, 99th percentile", WHOLE, "p99", 100],
  ["of that the scoring, alone", SCORING, "mean", 25],
];

function deciding({ speed, chromium }) {
  const rows = Object.entries(speed).map(([name, { mean, p99 }]) => {
    const base = name.startsWith("score") ? BASE.score : name.startsWith("message") ? BASE.message : BASE.scored;
    return [name, us(mean), us(p99), name === base ? "1" : times(mean, speed[base].mean)];
  });
  const limits = LIMITS.map(([what, name, key, limit]) => [what, `${limit} µs`, `${us(speed[name][key])} µs`, speed[name][key] <= limit ? "kept" : "**not kept**"]);
  return `Chromium ${chromium}; microseconds a call, in batches of 100, in a page isolated from other origins. The 99th percentile is that of
the batches' means. The JavaScript by hand is the article's tracker and engine, thirty lines
([\`benches/page/article.js\`](../benches/page/article.js)): it reads no cues, redacts nothing, and knows neither confirmation nor handoff.
What is scored alone is scored by the engine that is shipped but for one more export, which takes a text and gives its score as
an object and which the package does not have: in the package a message is scored as it is told to a conversation.

![Microseconds a call in Chromium](images/benchmark-deciding.svg)

${table(["", "mean", "p99", "beside JavaScript"], rows)}

${table(["limit of the design", "at most", "measured", ""], limits)}`;
}

function starting({ startup }) {
  const engines = Object.keys(startup);
  const rows = Object.keys(startup[engines[0]]).map((step) => [step, ...engines.map((engine) => ms(startup[engine][step]))]);
  const init = startup.Chromium["init()"];
  return `Milliseconds, the median of nine fresh pages from a local server without caching. Firefox and WebKit round their clocks to 1 ms.
Limit of the design: \`init()\` within 30 ms in Chromium; measured ${ms(init)} ms, ${init <= 30 ? "kept" : "**not kept**"}.

![Milliseconds to the first decision](images/benchmark-starting.svg)

${table(["", ...engines], rows)}`;
}

function memory({ memory }) {
  const rows = Object.entries(memory).map(([messages, bytes]) => [Number(messages).toLocaleString("en"), kb(bytes)]);
  return `Growth of the wasm memory, which grows by 64 KiB, over several more conversations beside a first, for each of
them. The history is bounded at 200 messages, and with it the memory.

![Memory of one conversation](images/benchmark-memory.svg)

${table(["messages", "a conversation"], rows)}`;
}

function size({ sizes, parts, functions }) {
  const rows = Object.entries(sizes).map(([name, all]) => [name, ...all.map(kb)]);
  const largest = functions.filter(({ name }) => !/subsection|custom section|^data segment/.test(name)).sort((a, b) => b.shallow_size - a.shallow_size).slice(0, 10);
  const short = (name) => name.replace(/\[[0-9a-f]{16}\]|::h[0-9a-f]{16}/g, "").replaceAll("|", "\\|");
  return `${table(["", "raw", "gzip -9", "brotli -q 11"], rows)}

What is in the wasm, by the names of its functions. Each part is compressed by itself, so together they are more than the whole,
which repeats itself across parts.

![Bytes by part after brotli](images/benchmark-size.svg)

${table(["part", "raw", "gzip -9", "brotli -q 11"], parts.map(([name, ...all]) => [name, ...all.map(kb)]))}

The ten largest functions (twiggy), raw:

${table(["function", "bytes"], largest.map(({ name, shallow_size: bytes }) => [`\`${short(name)}\``, bytes.toLocaleString("en")]))}`;
}

function variants({ rows }) {
  const fastest = rows[0].speed;
  const cells = rows.map(({ name, shipped, size, speed }) => [
    shipped ? `**${name}**` : name, kb(size.wasm[0]), kb(size.together[2]), (size.together[2] / rows[0].size.together[2]).toFixed(2),
    ...["score to decision, policy balanced", WHOLE].map((what) => `${us(speed[what].mean)} (${(speed[what].mean / fastest[what].mean).toFixed(2)})`),
  ]);
  return `The package built in other ways, each with one thing changed; in brackets, and in the third column, beside what is shipped. An
opt-level is that of this crate's own code and of what it instantiates; crates it depends on are built once. Microseconds in
Chromium, means of 60 batches.

${table(["", "wasm raw", "wasm and JavaScript, brotli", "", "score to decision", "message to decision"], cells)}`;
}

async function engine() {
  const criterion = join(ROOT, "target/criterion");
  const files = (await readdir(criterion, { recursive: true })).filter((file) => file.endsWith("new/estimates.json")).sort();
  if (files.length === 0) throw new Error("criterion measured nothing");
  const rows = await Promise.all(files.map(async (file) => {
    const { mean } = JSON.parse(await readFile(join(criterion, file), "utf8"));
    const { full_id } = JSON.parse(await readFile(join(criterion, file.replace("estimates", "benchmark")), "utf8"));
    return [full_id.replaceAll("/", ": "), us(mean.point_estimate / 1000)];
  }));
  return `Microseconds, by criterion. A message costs the same after 1,000 and 100,000 others; after 10, fewer are there to compare it with.\n\n${table(["", "mean"], rows)}`;
}

/** What a benchmark printed itself. */
const printed = (about) => ({ printed }) => `${about}\n\n\`\`\`text\n${printed.trim()}\n\`\`\``;

/** Sections by the part that measures them. */
const SECTIONS = {
  page: { deciding, starting, memory },
  size: { size },
  variants: { variants },
  engine: { engine },
  proxy: { proxy: printed("`cargo xtask bench proxy`: what the proxy adds to a score, open loop, against a mock model's server.") },
  replay: { replay: printed("`cargo xtask bench replay`: JSON Lines in, summary out, beside the same in Python (`json.loads` and the article's engine) in one run.") },
};

/** A picture of bars, legible on light and on dark. `rows`: name, value, what is written behind it, its class. */
function bars(title, rows) {
  const [width, left, high] = [900, 430, 26];
  const most = Math.max(...rows.map(([, value]) => value));
  const drawn = rows.map(([name, value, text, kind = "ours"], i) => {
    const [y, length] = [20 + i * high, Math.max(1, ((width - left - 100) * value) / most)];
    const plain = name.replaceAll("`", "").replaceAll("&", "&amp;").replaceAll("<", "&lt;");
    return `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${plain}</text><rect class="${kind}" x="${left}" y="${y}" width="${length.toFixed(1)}" height="18"/><text x="${(left + length + 6).toFixed(1)}" y="${y + 14}">${text}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${30 + rows.length * high}" font-family="sans-serif" font-size="13" role="img"><title>${title}</title>
<style>.back{fill:#fff}text{fill:#1f2328}.ours{fill:#2563eb}.other{fill:#8b949e}@media (prefers-color-scheme:dark){.back{fill:#0d1117}text{fill:#e6edf3}.ours{fill:#60a5fa}.other{fill:#6e7681}}</style>
<rect class="back" width="100%" height="100%"/>${drawn.join("\n")}</svg>\n`;
}

const PICTURES = {
  deciding: ({ speed }) => bars("Microseconds a call in Chromium", Object.entries(speed).map(([name, { mean }]) => [name, mean, `${us(mean)} µs`, /JavaScript|sentiment`/.test(name) ? "other" : "ours"])),
  starting: ({ startup }) => bars("Milliseconds to the first decision", Object.entries(startup).flatMap(([engine, steps]) => Object.entries(steps).map(([step, took]) => [`${engine}: ${step}`, took, `${ms(took)} ms`, step === "init()" ? "other" : "ours"]))),
  memory: ({ memory }) => bars("Memory of one conversation", Object.entries(memory).map(([messages, bytes]) => [`${Number(messages).toLocaleString("en")} messages`, bytes, kb(bytes)])),
  size: ({ parts }) => bars("Bytes by part after brotli", parts.map(([name, , , brotli]) => [name, brotli, kb(brotli)])),
};

/** Where and when; a busy machine is said, where it makes a difference. */
async function circumstances(file, timed) {
  const day = (await stat(file)).mtime.toISOString().slice(0, 10);
  const [busy] = loadavg();
  const load = timed && busy > cpus().length ? `, **while the machine was busy with other work** (load ${busy.toFixed(1)})` : "";
  return `Measured on ${day}, ${cpus().length} cores of ${cpus()[0].model}${load}.`;
}

/** Puts the text between the marks of that name. */
function placed(document, name, text) {
  const marks = new RegExp(`(<!-- measured: ${name} -->)[\\s\\S]*?(<!-- end of ${name} -->)`);
  if (!marks.test(document)) throw new Error(`no marks for ${name}`);
  return document.replace(marks, (_, begin, end) => `${begin}\n\n${text}\n\n${end}`);
}

/** The few figures the README has. */
function summary({ speed, node, startup, chromium }, { sizes }) {
  const both = (what) => [`${us(speed[what].mean)} µs`, `${us(node.speed[what].mean)} µs`];
  const brotli = (name) => kb(sizes[name][2]);
  return `${table(["after brotli -q 11", ""], [
    ["wasm", brotli("wasm")],
    ["JavaScript around it", brotli("JavaScript")],
    ["of both: the model's weights and the cues of English", brotli("of that weights and English cues")],
    ["of both: the engine", brotli("of that the engine")],
  ])}

${table(["mean", `Chromium ${chromium.split(".")[0]}`, `Node ${node.version.slice(1)}`], [
    ["one `score` event to the decision", ...both("score to decision, policy balanced")],
    ["one message of 200 characters to the decision, scored on the device", ...both(WHOLE)],
    ["`init()` from a local server", `${ms(startup.Chromium["init()"])} ms`, ""],
  ])}`;
}

const path = join(ROOT, "docs/benchmarks.md");
let document = await readFile(path, "utf8");
for (const part of wanted) {
  const own = part === "engine";
  const measured = own ? undefined : await read(part);
  const when = await circumstances(own ? join(ROOT, "target/criterion") : join(folder, `${part}.json`), part !== "size");
  for (const [name, section] of Object.entries(SECTIONS[part])) {
    const text = `${when}\n\n${await section(measured)}`;
    console.log(`\n${name}: ${text}`);
    document = placed(document, name, text);
    if (PICTURES[name]) await writeFile(join(ROOT, `docs/images/benchmark-${name}.svg`), PICTURES[name](measured));
  }
}
await writeFile(path, document);
if (wanted.includes("page")) {
  const readme = join(ROOT, "README.md");
  const text = `${await circumstances(join(folder, "page.json"))}\n\n${summary(await read("page"), await read("size"))}`;
  await writeFile(readme, placed(await readFile(readme, "utf8"), "summary", text));
}
console.log(`\nwritten: ${path}`);
