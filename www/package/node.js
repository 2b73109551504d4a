// The entry in Node.js, whose `fetch` reads no files: reads the wasm that lies beside it.
import load from "./slim.js";

export * from "./slim.js";

export default async function init(source) {
  if (source !== undefined) return load(source);
  const { readFile } = await import("node:fs/promises");
  return load({ module_or_path: readFile(new URL("simmerdown_bg.wasm", import.meta.url)) });
}
