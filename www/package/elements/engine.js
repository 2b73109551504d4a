// Loads the engine once for all elements of the page.

let loading = null;

/**
 * The package's entry, initialised. `source` is where the wasm lies, where that is not beside the package.
 * What failed is tried again by the next element.
 */
export function startEngine(source) {
  // Imported here and not at the top, so that the way to a person stands even if this fails.
  loading ??= import("../index.js").then(async (engine) => {
    await engine.default(source ? { module_or_path: source } : undefined);
    return engine;
  });
  loading.catch(() => {
    loading = null;
  });
  return loading;
}
