// The entry in a browser: loads the wasm that lies beside it, or the same in JavaScript where the page forbids wasm.
import load from "./slim.js";

export * from "./slim.js";

export default function init(source) {
  const wasm = source ?? { module_or_path: new URL("simmerdown_bg.wasm", import.meta.url) };
  return load(wasm, new URL("simmerdown_js.js", import.meta.url));
}
