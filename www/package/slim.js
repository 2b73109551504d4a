// The engine without a way to load it: `init` takes the wasm from the caller. The other entries are this one, and
// a place to take the wasm from.
import start, * as glue from "./simmerdown.js";

export { build } from "./build.js";

let started = false;

function refuse(code, message) {
  throw Object.assign(new Error(message), { name: "SimmerdownError", code });
}

/** What the glue exports, with one clear sentence for whoever forgets `init`. */
function guarded(name, exported) {
  const use = (what, call) => {
    if (!started) refuse("not-initialised", `simmerdown is not initialised: call \`await init()\` before \`${what}\``);
    return call();
  };
  return new Proxy(exported, {
    construct: (target, ...rest) => use(`new ${name}()`, () => Reflect.construct(target, ...rest)),
    apply: (target, ...rest) => use(`${name}()`, () => Reflect.apply(target, ...rest)),
    get(target, key, receiver) {
      const value = Reflect.get(target, key, receiver);
      if (started || key === "prototype" || typeof value !== "function" || !Object.hasOwn(target, key)) return value;
      return guarded(`${name}.${key}`, value);
    },
  });
}

export const Conversation = /* @__PURE__ */ guarded("Conversation", glue.Conversation);
export const ProxyScorer = /* @__PURE__ */ guarded("ProxyScorer", glue.ProxyScorer);
export const loadPolicy = /* @__PURE__ */ guarded("loadPolicy", glue.loadPolicy);

export default async function init(source) {
  if (source === undefined) refuse("invalid-argument", "`init` of simmerdown/slim is given the wasm: `init({ module_or_path })`");
  const exports = await start(source);
  started = true;
  return exports;
}

export function initSync(source) {
  const exports = glue.initSync(source);
  started = true;
  return exports;
}
