// The package's entry: what the generated glue exports, with one clear sentence for whoever forgets `init`.
import start, * as glue from "./simmerdown.js";

let started = false;

function requireInit(name) {
  if (!started) {
    const error = new Error(`simmerdown is not initialised: call \`await init()\` before \`new ${name}()\``);
    throw Object.assign(error, { name: "SimmerdownError", code: "not-initialised" });
  }
}

export default async function init(source) {
  const exports = await start(source);
  started = true;
  return exports;
}

export function initSync(source) {
  const exports = glue.initSync(source);
  started = true;
  return exports;
}

export class Conversation extends glue.Conversation {
  constructor(options) {
    requireInit("Conversation");
    super(options);
  }
}

export class ProxyScorer extends glue.ProxyScorer {
  constructor(options) {
    requireInit("ProxyScorer");
    super(options);
  }
}
