//! What the glue of wasm-bindgen needs so that the page survives a trap.
//!
//! With `--experimental-reset-state-function` the glue can make a new instance of its module. Objects of the one before
//! then refuse to be used. Three things are left: functions of the old instance that the browser still calls are to
//! do nothing instead of throwing; `slim.js` is to hear of a trap in a call that is the browser's own; and what of the
//! old instance is still on the stack is to end there, and not to write into the memory of the new one.

use std::collections::BTreeMap;

use anyhow::{Result, bail};

/// What runs behind the glue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Wasm, with references to what is the page's.
    Wasm,
    /// The same compiled to JavaScript, by way of wasm that has no references.
    JavaScript,
}

/// What is replaced, how often it stands there at least, and by what.
type Change = (&'static str, usize, &'static str);

const CHANGES: [Change; 9] = [
    (HANDLE, 1, HANDLE_HERE),
    ("throw new Error('Cannot invoke closure from previous WASM instance');", 2, "return;"),
    ("return f(state.a, state.b, ...args);\n        } finally {", 1, RUN_SHARED),
    ("return f(a, state.b, ...args);\n        } finally {", 1, RUN_ONCE),
    ("if (--state.cnt === 0) {", 2, "if (--state.cnt === 0 && state.instance === __wbg_instance_id) {"),
    // What `slim.js` does not call, and what no browser lacks that has `WeakRef`.
    ("console.warn('using deprecated parameters for `initSync()`; pass a single object instead')", 1, ""),
    (
        "(typeof FinalizationRegistry === 'undefined')\n    ? { register: () => {}, unregister: () => {} }\n    : new",
        3,
        "new",
    ),
    ("if (!('encodeInto' in cachedTextEncoder)) {", 1, "if (false) {"),
    ("if (Symbol.dispose) ", 2, "if (false) "),
];

const HANDLE: &str = "function handleError(f, args) {
    try {
        return f.apply(this, args);
    } catch (e) {";

/// Everything of the page's that the engine calls is called here.
const HANDLE_HERE: &str = "function handleError(f, args) {
    const instance = __wbg_instance_id;
    const check = () => {
        if (instance !== __wbg_instance_id) throw new Error('this instance has trapped');
    };
    try {
        const ret = f.apply(this, args);
        check();
        return ret;
    } catch (e) {
        check();";

/// What is changed besides where there is no wasm.
const IN_JAVASCRIPT: [Change; 7] = [
    ("new WebAssembly.Instance(wasmModule, __wbg_get_imports())", 1, "{ exports: instantiate(__wbg_get_imports()) }"),
    (
        "if (!(module instanceof WebAssembly.Module)) {
        module = new WebAssembly.Module(module);
    }
    const instance = new WebAssembly.Instance(module, imports);",
        1,
        "const instance = { exports: instantiate(imports) };",
    ),
    // It has no references, and so no table of them to be made.
    ("wasm.__wbindgen_start();", 1, ""),
    // Memory that grows is another buffer, and the one before is not detached.
    ("cachedUint8ArrayMemory0.byteLength === 0", 1, "cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer"),
    ("cachedFloat64ArrayMemory0.byteLength === 0", 1, "cachedFloat64ArrayMemory0.buffer !== wasm.memory.buffer"),
    (
        "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        1,
        "cachedDataViewMemory0.buffer !== wasm.memory.buffer",
    ),
    // The loader of the module calls `initSync` alone.
    (
        "export { initSync, __wbg_init as default };",
        1,
        "import { instantiate } from './engine.js';\nexport { initSync };",
    ),
];

const RUN_SHARED: &str = "return f(state.a, state.b, ...args);
        } catch (error) {
            if (state.instance === __wbg_instance_id) heard(error);
        } finally {";

const RUN_ONCE: &str = "return f(a, state.b, ...args);
        } catch (error) {
            if (state.instance === __wbg_instance_id) heard(error);
        } finally {";

const HEAR: &str = "
let heard = () => {};
export function onTrap(hears) {
    heard = hears;
}
";

/// The glue without its own checks of who is of which instance: `slim.js` replaces every object together with the instance, and no
/// code of ours asks for a new instance from inside.
fn unguarded(glue: &str) -> String {
    let mut lines = glue.lines();
    let mut kept = String::with_capacity(glue.len());
    while let Some(line) = lines.next() {
        let code = line.trim_start();
        if code.starts_with("if (this.__wbg_inst !== undefined") {
            // What it throws, and its end.
            lines.nth(1);
        } else if code != "__wbg_call_guard();"
            && !(code.starts_with("Object.defineProperty(") && code.contains("'__wbg_inst'"))
        {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

/// What is changed for this engine.
fn changes(engine: Engine) -> impl Iterator<Item = &'static Change> {
    CHANGES.iter().chain(IN_JAVASCRIPT.iter().filter(move |_| engine == Engine::JavaScript))
}

/// The glue with these changes. Fails where the glue is not as it was when they were written.
pub fn survivable(glue: &str, engine: Engine) -> Result<String> {
    let mut glue = unguarded(glue);
    for (before, times, after) in changes(engine) {
        let found = glue.matches(before).count();
        if found < *times {
            bail!(
                "the glue of wasm-bindgen has changed, review xtask/src/glue.rs: {found} times, not {times}: {before}"
            );
        }
        glue = glue.replace(before, after);
    }
    glue.push_str(HEAR);
    Ok(glue)
}

/// How long a hash in a name is.
const HASH: usize = 16;

/// Puts numbers in the place of the hashes that wasm-bindgen gives its imports and exports, in the glue and in the
/// wasm. A hash is eight bytes that nothing compresses, and there are more than a hundred, each in both files. The names
/// keep their lengths, so that the wasm stays as it is otherwise.
pub fn numbered(glue: &str, wasm: &[u8]) -> (String, Vec<u8>) {
    let mut names = BTreeMap::new();
    for word in glue.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_') {
        let hash = word.len().checked_sub(HASH).and_then(|start| word.get(start..));
        let is_hash = |hash: &str| hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if let Some(hash) = hash.filter(|hash| is_hash(hash) && word.starts_with(['_', 'w'])) {
            let number = names.len();
            let stem = word.strip_suffix(hash).unwrap_or_default();
            names.entry(word.to_owned()).or_insert_with(|| format!("{stem}{number:0HASH$}"));
        }
    }
    // One character for each byte, so that the wasm can be searched as the text is.
    let (mut glue, mut wasm) = (glue.to_owned(), wasm.iter().copied().map(char::from).collect::<String>());
    for (name, numbered) in names {
        glue = glue.replace(&name, &numbered);
        wasm = wasm.replace(&name, &numbered);
    }
    (glue, wasm.chars().filter_map(|byte| u8::try_from(byte).ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_become_numbers_of_the_same_length_in_both_files() {
        let glue = "__wbg_a_0123456789abcdef: f(), wasm.w_hfedcba9876543210(), plain_name, __wbg_a_0123456789abcdef";
        let wasm = b"\0\x18__wbg_a_0123456789abcdef\x01w_hfedcba9876543210 0123456789abcdef";
        let (glue, wasm) = numbered(glue, wasm);
        assert_eq!(
            glue,
            "__wbg_a_0000000000000000: f(), wasm.w_h0000000000000001(), plain_name, __wbg_a_0000000000000000"
        );
        assert_eq!(wasm, b"\0\x18__wbg_a_0000000000000000\x01w_h0000000000000001 0123456789abcdef");
    }

    #[test]
    fn checks_of_the_instance_are_taken_out() {
        let glue = "a() {\n    if (this.__wbg_inst !== undefined && x) {\n        throw y;\n    }\n    __wbg_call_guard();\n    b();\n}\n";
        assert_eq!(unguarded(glue), "a() {\n    b();\n}\n");
    }

    #[test]
    fn a_glue_that_has_changed_is_refused() {
        for engine in [Engine::Wasm, Engine::JavaScript] {
            let glue: String = changes(engine).map(|(before, times, _)| before.repeat(*times)).collect();
            let changed = survivable(&glue, engine).unwrap();
            assert!(changed.contains("export function onTrap") && !changed.contains("Cannot invoke closure"));
            assert!(survivable(&glue.replace("--state.cnt", "state.cnt"), engine).is_err());
            assert!(survivable(&glue.replace("function handleError", ""), engine).is_err());
            assert!(!changed.contains("WebAssembly.Instance"));
        }
    }
}
