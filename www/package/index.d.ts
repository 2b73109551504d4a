import type { InitOutput, InitSource } from "./slim.js";

export * from "./slim.js";

/**
 * Starts the engine; to be awaited before anything else is used. The wasm is the file that lies beside this one
 * unless `source` says otherwise; where the page forbids wasm, the same engine in JavaScript that lies there too. Further
 * calls, also while one is under way, share the engine; after one that failed the next one tries again. Where it cannot be
 * had, it rejects with a `SimmerdownError` with code `engine-unavailable`, and the reason as its `cause`.
 */
export default function init(source?: InitSource): Promise<InitOutput>;
