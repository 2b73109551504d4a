// The glue of the engine in use: of the wasm, or of the same engine compiled to JavaScript.
import * as wasm from "./simmerdown.js";

export let glue = wasm;

export function use(other) {
  glue = other;
}
