// Prints what the package weighs on the wire: raw, gzip -9 and brotli -q 11, in bytes.
// The JavaScript is entry and glue as a bundler ships them: one minified module.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { build } from "esbuild";

const folder = process.argv[2];
const wasm = await readFile(join(folder, "simmerdown_bg.wasm"));
const bundle = await build({
  entryPoints: [join(folder, "index.js")],
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  write: false,
});
const javascript = Buffer.from(bundle.outputFiles[0].contents);

function weigh(bytes) {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 };
  return [bytes.length, gzipSync(bytes, { level: 9 }).length, brotliCompressSync(bytes, { params }).length];
}

const rows = { wasm: weigh(wasm), JavaScript: weigh(javascript) };
rows.together = rows.wasm.map((size, i) => size + rows.JavaScript[i]);
console.log(["", "raw", "gzip -9", "brotli -q 11"].map((cell) => cell.padStart(14)).join(""));
for (const [name, sizes] of Object.entries(rows)) {
  console.log([name, ...sizes].map((cell) => String(cell).padStart(14)).join(""));
}
