// The packs of cues that are no part of the wasm: each is loaded when a conversation needs it, once, and given to the
// engine. Until then, and where it cannot be had, the engine knows the usual ways to ask for a person in that language.
import { failure } from "./failure.js";
import { glue } from "./glue.js";

// Named one by one, so that bundlers see them.
const FILES = {
  de: () => import("./packs/de.js"),
  es: () => import("./packs/es.js"),
  fr: () => import("./packs/fr.js"),
  it: () => import("./packs/it.js"),
  nl: () => import("./packs/nl.js"),
  pt: () => import("./packs/pt.js"),
};

/** The packs the engine has, by language. */
const taken = new Map();
/** Those on their way. */
const coming = new Set();
/** Those that somebody was told of that they cannot be had. */
const missed = new Set();

/** Has a pack loaded. `tell` is told what went wrong, the first time that it does; the next one to want it tries again. */
export async function load(language, tell) {
  if (taken.has(language) || coming.has(language)) return;
  coming.add(language);
  try {
    const { default: text } = await FILES[language]();
    glue.takePack(language, text);
    taken.set(language, text);
  } catch (cause) {
    const missing = `the cues of \`${language}\` did not load: only the usual ways to ask for a person are known in it`;
    if (!missed.has(language)) tell("error", failure("pack-unavailable", missing, cause));
    missed.add(language);
  } finally {
    coming.delete(language);
  }
}

/** Gives a new instance of the engine what the one before had. */
export function takeAgain() {
  for (const [language, text] of taken) glue.takePack(language, text);
}
