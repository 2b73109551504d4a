// The npm peers on texts. Usage: node peers.mjs [SCORING] < texts.jsonl: one JSON Line with a `text` each comes in; for
// each, a line with the numbers of each peer goes out, and at the end one line with what a message takes and what a
// bundle weighs. With SCORING, the folder of the engine with an export that scores a text and does nothing else, it is timed
// beside them.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { brotliCompressSync, constants } from "node:zlib";
import Sentiment from "sentiment";
import vader from "vader-sentiment";
import wink from "wink-sentiment";

const sentiment = new Sentiment();

/** Of each peer the number its label is read from first, and further numbers a message can be ranked by. */
const PEERS = {
  sentiment: (text) => {
    const { score, comparative } = sentiment.analyze(text);
    return [score, comparative];
  },
  "vader-sentiment": (text) => {
    const { compound, pos, neg } = vader.SentimentIntensityAnalyzer.polarity_scores(text);
    return [compound, pos - neg];
  },
  "wink-sentiment": (text) => {
    const { score, normalizedScore } = wink(text);
    return [score, normalizedScore];
  },
};

const texts = readFileSync(0, "utf8").split("\n").filter(Boolean).map((line) => JSON.parse(line).text);
for (const text of texts) {
  const told = Object.entries(PEERS).map(([name, score]) => [name, score(text).map((number) => (Number.isFinite(number) ? number : 0))]);
  console.log(JSON.stringify(Object.fromEntries(told)));
}

/** Messages that are timed, spread over all of them. */
const sample = texts.filter((_, place) => place % Math.max(1, Math.floor(texts.length / 2000)) === 0).slice(0, 2000);

/** Microseconds a message: the median of nine passes after two that are not counted. */
function time(score) {
  const passes = Array.from({ length: 11 }, () => {
    const start = performance.now();
    for (const text of sample) score(text);
    return ((performance.now() - start) / sample.length) * 1000;
  });
  return passes.slice(2).sort((a, b) => a - b)[4];
}

/** Microseconds that the engine takes to score a message. */
async function alone() {
  const { initSync, scoreOf } = await import(pathToFileURL(`${process.argv[2]}/simmerdown.js`));
  initSync({ module: readFileSync(`${process.argv[2]}/simmerdown_bg.wasm`) });
  return time(scoreOf);
}

const times = Object.fromEntries(Object.entries(PEERS).map(([name, score]) => [name, time(score)]));
const { build } = createRequire(new URL("../../www/package.json", import.meta.url))("esbuild");
const bytes = {};
for (const name of Object.keys(PEERS)) {
  const stdin = { contents: `import peer from ${JSON.stringify(name)}; globalThis.peer = peer;`, resolveDir: fileURLToPath(new URL(".", import.meta.url)) };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", platform: "browser", target: "es2022", write: false, logLevel: "error" });
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  bytes[name] = brotliCompressSync(outputFiles[0].contents, { params }).length;
}
console.log(JSON.stringify({ node: process.version, times, bytes, scoring: process.argv[2] ? await alone() : null }));
