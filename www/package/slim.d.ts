export * from "./simmerdown.js";

/** Which build this is. */
export interface Build {
    /** The version of the package. */
    readonly version: string;
    /** The commit it was built from, with `-modified` behind it where files differed; null outside of a repository. */
    readonly commit: string | null;
}

/** The build that is running. */
export declare const build: Build;

/** Where the wasm comes from: an address to fetch, a response, its bytes, or the module compiled from them. */
export type InitInput = string | URL | Request | Response | BufferSource | WebAssembly.Module;

/** What `init` is given. */
export interface InitSource {
    /** The wasm, or a promise of it. */
    module_or_path: InitInput | Promise<InitInput>;
}

/** What `initSync` is given. */
export interface SyncInitSource {
    /** The bytes of the wasm, or the module compiled from them. */
    module: SyncInitInput;
}

/** Wasm that is there already. */
export type SyncInitInput = BufferSource | WebAssembly.Module;

/** The running engine; nobody needs it but who wants to look at its memory. */
export interface InitOutput {
    /** The memory of the engine. Of the one in JavaScript it is an object with `buffer` and `grow`. */
    readonly memory: WebAssembly.Memory;
}

/**
 * Starts the engine from the given wasm; to be awaited before anything else is used. Further calls, also while
 * one is under way, share the engine; after one that failed the next one tries again. `javascript` is where
 * `simmerdown_js.js` of this package is served: the same engine for a page that forbids wasm, loaded only there. Where no
 * engine can be had, it rejects with a `SimmerdownError` with code `engine-unavailable`, and the reason as its `cause`.
 */
export default function init(source: InitSource, javascript?: string | URL): Promise<InitOutput>;

/** Starts the engine at once, from bytes or a module that are there already. Throws as `init` rejects. */
export function initSync(source: SyncInitSource): InitOutput;
