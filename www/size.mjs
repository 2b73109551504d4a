// What the package weighs on the wire, and whether that is within its budget. Usage: node size.mjs FOLDER ROOT [--json]
//
// The JavaScript is the entry and the glue as a bundler ships them: one minified module. The engine is wasm and
// JavaScript together less the weights and the English cues, which are files compiled into the wasm: they are weighed
// as brotli makes them by themselves. The words that tell languages are among the weights: by them the scorer knows what
// it is not made for. Ends with status 1 over a limit; a part that is over its limit already may still not grow
// over its `ceiling`, which is to come down to the limit and go. The cues of the other languages are files that are
// loaded on demand, one for a conversation: the largest has a limit of its own.

import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const [folder, root, ...flags] = process.argv.slice(2);
const wasm = await readFile(join(folder, "simmerdown_bg.wasm"));

async function bundle(entry) {
  const { outputFiles } = await build({
    entryPoints: [join(folder, entry)], bundle: true, minify: true, format: "esm", target: "es2022", write: false, logLevel: "silent",
    external: ["./packs/*"],
  });
  return Buffer.from(outputFiles[0].contents);
}

/** Raw, gzip -9 and brotli -q 11, in bytes. */
function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
}

/** The files that lie in the wasm as they are; one that does not would be subtracted from what it is not part of. */
async function compiledIn(files) {
  const found = [];
  for (const file of files) {
    const bytes = await readFile(join(root, file)).catch(() => undefined);
    if (bytes && wasm.includes(bytes)) found.push(bytes);
  }
  return Buffer.concat(found);
}

const budget = JSON.parse(await readFile(new URL("budget.json", import.meta.url), "utf8"));
const rows = { wasm: weigh(wasm), JavaScript: weigh(await bundle("index.js")) };
rows.together = rows.wasm.map((size, i) => size + rows.JavaScript[i]);
rows["of that weights and English cues"] = weigh(await compiledIn(budget.weights.files));
rows["of that the engine"] = rows.together.map((size, i) => size - rows["of that weights and English cues"][i]);
const packs = await readdir(join(folder, "packs"));
const weighed = await Promise.all(packs.map(async (pack) => weigh(await readFile(join(folder, "packs", pack)))));
// Beside all that: what a conversation in one of these languages loads.
rows["the largest pack of a language"] = weighed.reduce((most, size) => (size[2] > most[2] ? size : most));

if (flags.includes("--json")) {
  console.log(JSON.stringify(rows));
} else {
  const cells = (name, sizes) => name.padEnd(34) + sizes.map((size) => String(size).padStart(14)).join("");
  console.log(cells("bytes", ["raw", "gzip -9", "brotli -q 11"]));
  for (const [name, sizes] of Object.entries(rows)) console.log(cells(name, sizes));
  const held = [["engine", "of that the engine"], ["weights", "of that weights and English cues"], ["pack", "the largest pack of a language"]];
  for (const [part, row] of held) {
    const [size, { aim, limit, ceiling = limit }] = [rows[row][2], budget[part]];
    const aimed = aim && size > aim ? `, ${size - aim} above the ${aim} aimed at` : "";
    const over = size > limit ? `, OVER ITS LIMIT by ${size - limit}` : "";
    if (size <= ceiling) console.log(`${part}: ${size} of ${limit} bytes${over}${aimed}`);
    else {
      console.error(`${part}: ${size} bytes after brotli, ${size - ceiling} over ${ceiling} (www/budget.json)`);
      process.exitCode = 1;
    }
  }
}
