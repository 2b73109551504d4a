// The entry in a browser: loads the wasm that lies beside it.
import load from "./slim.js";

export * from "./slim.js";

export default function init(source) {
  return load(source ?? { module_or_path: new URL("simmerdown_bg.wasm", import.meta.url) });
}
