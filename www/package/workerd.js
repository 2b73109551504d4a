// The entry in workerd and Cloudflare Workers, which compile the wasm when they are deployed and not at run time.
import wasm from "./simmerdown_bg.wasm";
import load from "./slim.js";

export * from "./slim.js";

export default function init(source) {
  return load(source ?? { module_or_path: wasm });
}
