// What was measured, as tables and a plot. Usage: node report.mjs FOLDER [--print]: the JSON files of the benchmarks;
// writes docs/benchmarks.md between its marks, and docs/benchmarks.svg, or only prints.

import { readdir, readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { ROOT } from "../../www/test/browser.mjs";

const folder = process.argv[2];
const read = (name) => readFile(join(folder, name), "utf8").then(JSON.parse, () => undefined);
const [page, size, parts, variants] = await Promise.all(["page.json", "size.json", "parts.json", "variants.json"].map(read));

const table = (head, rows) => [head, head.map((_, i) => (i === 0 ? "---" : "---:")), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
const us = (value) => (value < 10 ? value.toFixed(2) : value.toFixed(1));
const ms = (value) => value.toFixed(1);
const kb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
const times = (a, b) => (a >= b ? `${(a / b).toFixed(1)} times slower` : `${(b / a).toFixed(1)} times faster`);

const BASE = { score: "score to decision, JavaScript by hand", message: "message to decision, JavaScript by hand with `sentiment`", scored: "a message scored by `sentiment`" };

function speed() {
  const rows = Object.entries(page.speed).map(([name, { mean, p99 }]) => {
    const base = name.startsWith("score") ? BASE.score : name.startsWith("message") ? BASE.message : BASE.scored;
    return [name, us(mean), us(p99), name === base ? "1" : times(mean, page.speed[base].mean)];
  });
  return `### Deciding and scoring, Chromium ${page.chromium}\n\nMicroseconds a call, in batches of 100, in a page isolated from other origins; the 99th percentile is that of the batches.\n\n${table(["", "mean", "p99", "beside JavaScript"], rows)}`;
}

function startup() {
  const engines = Object.keys(page.startup);
  const rows = Object.keys(page.startup[engines[0]]).map((step) => [step, ...engines.map((engine) => ms(page.startup[engine][step]))]);
  return `### Starting\n\nMilliseconds, the median of nine fresh pages from a local server without caching. Firefox and WebKit round their clocks to 1 ms.\n\n${table(["", ...engines], rows)}`;
}

function memory() {
  const rows = Object.entries(page.memory).map(([messages, bytes]) => [Number(messages).toLocaleString("en"), kb(bytes)]);
  return `### Memory of one conversation\n\nGrowth of the wasm memory, which grows by 64 KiB, over several conversations.\n\n${table(["messages", "a conversation"], rows)}`;
}

/** Names of functions by the part they belong to. */
const PARTS = [
  ["data: texts, weights, tables", /^data segment/], ["reading options, policies and events", /Deserialize|::de::|read::/], ["writing decisions", /Serialize|::ser::|wasm::write/],
  ["redaction", /simmerdown::redact/], ["cues and words", /simmerdown::(cue|words)/], ["on-device scorer", /simmerdown::on_device/], ["rules and history", /simmerdown::(assessment|policy|tracker|trend|conversation|decision|handoff)/],
  ["packet, snapshot, summary, texts", /simmerdown::(packet|snapshot|summary|texts|transcript|notice)/], ["proxy client, log and binding", /simmerdown::wasm|gloo|proxyscorer|conversation_|js_sys|web_sys|wasm_bindgen/],
  ["allocator", /dlmalloc|rlsf|__rdl/], ["standard library", /core\[|alloc\[|std\[|^<?&?(core|alloc|std)|btree|RawVec|vec::/], ["other", /./],
];

function bytes() {
  const rows = Object.entries(size).map(([name, sizes]) => [name, ...sizes.map(kb)]);
  const sums = new Map(PARTS.map(([name]) => [name, 0]));
  for (const { name, shallow_size } of parts) {
    if (/subsection|custom section/.test(name)) continue;
    const [part] = PARTS.find(([, names]) => names.test(name));
    sums.set(part, sums.get(part) + shallow_size);
  }
  const largest = [...sums].sort(([, a], [, b]) => b - a).filter(([, sum]) => sum > 0).map(([name, sum]) => [name, kb(sum)]);
  return `### Size\n\n${table(["", "raw", "gzip -9", "brotli -q 11"], rows)}\n\nWhat is in the wasm, by the names of its functions (twiggy), raw:\n\n${table(["part", "raw"], largest)}`;
}

function compared() {
  const rows = variants.map(({ name, shipped, size, speed }) => [
    shipped ? `**${name}** (shipped)` : name, kb(size.together[2]),
    us(speed["score to decision, policy balanced"].mean), us(speed["message to decision, scored on the device"].mean),
  ]);
  return `### Optimisation levels\n\n${table(["", "wasm and JavaScript, brotli", "score to decision, µs", "message to decision, µs"], rows)}`;
}

async function engine() {
  const criterion = join(ROOT, "target/criterion");
  const files = (await readdir(criterion, { recursive: true }).catch(() => [])).filter((file) => file.endsWith("new/estimates.json")).sort();
  const rows = [];
  for (const file of files) {
    const { mean } = JSON.parse(await readFile(join(criterion, file), "utf8"));
    const { full_id } = JSON.parse(await readFile(join(criterion, file.replace("estimates", "benchmark")), "utf8"));
    rows.push([full_id.replaceAll("/", ": "), us(mean.point_estimate / 1000)]);
  }
  return rows.length > 0 && `### The engine natively\n\nMicroseconds, by criterion.\n\n${table(["", "mean"], rows)}`;
}

/** Bars of the times a message takes. */
function plot() {
  const rows = Object.entries(page.speed);
  const [width, left, high] = [900, 430, 26];
  const most = Math.max(...rows.map(([, { mean }]) => mean));
  const bars = rows.map(([name, { mean }], i) => {
    const [y, length] = [20 + i * high, Math.max(1, ((width - left - 90) * mean) / most)];
    const ours = !/JavaScript|sentiment`/.test(name);
    return `<text x="${left - 8}" y="${y + 14}" text-anchor="end">${name.replaceAll("`", "")}</text><rect x="${left}" y="${y}" width="${length.toFixed(1)}" height="18" fill="${ours ? "#2563eb" : "#9ca3af"}"/><text x="${left + length + 6}" y="${y + 14}">${us(mean)} µs</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${30 + rows.length * high}" font-family="sans-serif" font-size="13" role="img"><title>Microseconds a call in Chromium</title><rect width="100%" height="100%" fill="#fff"/>${bars.join("")}</svg>\n`;
}

const sections = [page?.speed && speed(), page?.startup && startup(), page?.memory && memory(), size && parts && bytes(), variants && compared(), await engine()].filter(Boolean);
const text = sections.join("\n\n");
if (process.argv.includes("--print")) console.log(text);
else {
  const path = join(ROOT, "docs/benchmarks.md");
  const document = await readFile(path, "utf8");
  const marks = /(<!-- measured -->)[\s\S]*(<!-- end of measured -->)/;
  if (!marks.test(document)) throw new Error(`${path} has no marks to write between`);
  const measured = `Measured on ${page.at}, ${cpus().length} cores of ${cpus()[0].model}.`;
  const picture = "![Microseconds a call in Chromium](benchmarks.svg)";
  await writeFile(path, document.replace(marks, (_, begin, end) => `${begin}\n\n${measured}\n\n${picture}\n\n${text}\n\n${end}`));
  await writeFile(join(ROOT, "docs/benchmarks.svg"), plot());
  console.log(`written: ${path}`);
}
