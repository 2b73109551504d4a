//! What the glue of wasm-bindgen needs so that the page survives a trap.
//!
//! With `--experimental-reset-state-function` the glue can make a new instance of its module. Objects of the one before
//! then refuse to be used. Three things are left: functions of the old instance that the browser still calls are to
//! do nothing instead of throwing; `slim.js` is to hear of a trap in a call that is the browser's own; and what of the
//! old instance is still on the stack is to end there, and not to write into the memory of the new one.

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::{Encode, SectionId};
use wasmparser::{Parser, Payload};

use crate::section::{self, places};

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

const CHANGES: [Change; 15] = [
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
    // Every text is written with a way to ask for more room.
    ("if (realloc === undefined) {", 1, "if (false) {"),
    // Memory that grows is another buffer.
    (
        "cachedDataViewMemory0.buffer.detached === true || (cachedDataViewMemory0.buffer.detached === undefined && cachedDataViewMemory0.buffer !== wasm.memory.buffer)",
        1,
        "cachedDataViewMemory0.buffer !== wasm.memory.buffer",
    ),
    // What is there in any case, and what is written before it is read.
    ("if (typeof numBytesDecoded !== 'undefined') numBytesDecoded", 1, "numBytesDecoded"),
    ("    if (typeof WASM_VECTOR_LEN !== 'undefined') WASM_VECTOR_LEN = 0;\n", 1, ""),
    ("    __wbg_reinit_scheduled = false;\n", 1, ""),
    // The loader of the module calls `initSync` alone, and a bundler takes out what is not exported.
    ("export { initSync, __wbg_init as default };", 1, "export { initSync };"),
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
const IN_JAVASCRIPT: [Change; 5] = [
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
    // Memory that grows does not detach the buffer before.
    ("cachedUint8ArrayMemory0.byteLength === 0", 1, "cachedUint8ArrayMemory0.buffer !== wasm.memory.buffer"),
    ("export { initSync };", 1, "import { instantiate } from './engine.js';\nexport { initSync };"),
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

/// The module that the wasm imports from, as wasm-bindgen names it, and as it is shipped.
const IMPORTED: (&str, &str) = ("./simmerdown_bg.js", "a");
/// The export whose name stays: it is what `init` gives the page.
const MEMORY: &str = "memory";

/// Gives imports and exports short names, in the glue and in the wasm. Those of wasm-bindgen are up to two hundred
/// letters long, with hashes that nothing compresses, and each of more than a hundred stands in both files.
pub fn shortened(glue: &str, wasm: &[u8]) -> Result<(String, Vec<u8>)> {
    let mut glue = renamed(glue, &format!("\"{}\": ", IMPORTED.0), &format!("{}: ", IMPORTED.1))?;
    let (mut imports, mut exports) = (None, None);
    // `wasm2js` gives another name to what has a name that no variable may have.
    let mut names = (0..).map(letters).filter(|name| !["do", "if", "in"].contains(&name.as_str()));
    let mut short = || names.next().unwrap_or_default();
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::ImportSection(section) => {
                let (range, mut names) = (section.range(), Vec::new());
                for import in section.into_imports_with_offsets() {
                    let (place, import) = import?;
                    let name = short();
                    glue = renamed(&glue, &format!("{}: function(", import.name), &format!("{name}: function("))?;
                    names.push((place, vec![(import.module, IMPORTED.1.to_owned()), (import.name, name)]));
                }
                imports = Some((range, names));
            }
            Payload::ExportSection(section) => {
                let (range, mut names) = (section.range(), Vec::new());
                for export in section.into_iter_with_offsets() {
                    let (place, export) = export?;
                    if export.name != MEMORY {
                        let name = short();
                        glue = called(&glue, export.name, &name);
                        names.push((place, vec![(export.name, name)]));
                    }
                }
                exports = Some((range, names));
            }
            _ => {}
        }
    }
    let mut wasm = wasm.to_vec();
    // What stands later first, so that places stay what they were.
    for (id, section) in [(SectionId::Export, exports), (SectionId::Import, imports)] {
        let (range, names) = section.with_context(|| format!("a module without a section {id:?}"))?;
        let (mut content, mut done) = (Vec::new(), range.start);
        for (place, names) in names {
            content.extend_from_slice(wasm.get(places(&(done..place))?).context("a name that is not there")?);
            done = place;
            for (before, after) in names {
                let mut written = Vec::new();
                before.encode(&mut written);
                let end = done + u64::try_from(written.len())?;
                ensure!(wasm.get(places(&(done..end))?) == Some(&written), "`{before}` is not where it is said to be");
                done = end;
                after.encode(&mut content);
            }
        }
        content.extend_from_slice(wasm.get(places(&(done..range.end))?).context("a section that ends nowhere")?);
        wasm = section::replaced(&wasm, id.into(), &range, &content)?;
    }
    Ok((glue, wasm))
}

/// The text with one word in the place of another that stands in it.
fn renamed(glue: &str, before: &str, after: &str) -> Result<String> {
    ensure!(glue.contains(before), "the glue of wasm-bindgen has changed, review xtask/src/glue.rs: no `{before}`");
    Ok(glue.replace(before, after))
}

/// The text with another name for an export; some are called by the wasm alone.
fn called(glue: &str, before: &str, after: &str) -> String {
    let start = format!("wasm.{before}");
    let mut parts = glue.split(&start);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let longer = part.starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_');
        text.push_str(if longer { &start } else { "wasm." });
        text.push_str(if longer { "" } else { after });
        text.push_str(part);
    }
    text
}

/// A number as two letters, or more where there are so many.
fn letters(number: usize) -> String {
    let letter = |value: usize| char::from(b'a' + u8::try_from(value % 26).unwrap_or_default());
    let mut name = String::from(letter(number));
    let mut rest = number / 26;
    while {
        name.insert(0, letter(rest));
        rest /= 26;
        rest > 0
    } {}
    name
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{
        EntityType, ExportKind, ExportSection, ImportSection, MemorySection, MemoryType, Module, TypeSection,
    };
    use wasmparser::Validator;

    use super::*;

    #[test]
    fn names_become_short_in_both_files() {
        let (mut types, mut imports) = (TypeSection::new(), ImportSection::new());
        types.ty().function([], []);
        for name in ["__wbg_get_0123456789abcdef", "__wbg_get_0123456789abcdef0"] {
            imports.import(IMPORTED.0, name, EntityType::Function(0));
        }
        let mut exports = ExportSection::new();
        exports.export("call", ExportKind::Func, 1).export("memory", ExportKind::Memory, 0);
        exports.export("call_all", ExportKind::Func, 0);
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        let mut module = Module::new();
        let wasm = module.section(&types).section(&imports).section(&memories).section(&exports).clone().finish();
        let glue = r#"{ "./simmerdown_bg.js": { __wbg_get_0123456789abcdef: function(call) {}, __wbg_get_0123456789abcdef0: function() {} } } wasm.call(call, wasm.call_all, wasm.memory)"#;
        let (glue, wasm) = shortened(glue, &wasm).unwrap();
        assert_eq!(glue, "{ a: { aa: function(call) {}, ab: function() {} } } wasm.ac(call, wasm.ad, wasm.memory)");
        Validator::new().validate_all(&wasm).unwrap();
        let text: String = wasm.iter().copied().map(char::from).collect();
        assert!(text.contains("\u{1}a\u{2}aa") && text.contains("\u{2}ac") && text.contains("memory"), "{text:?}");
        assert!(!text.contains("__wbg") && !text.contains("call"), "{text:?}");
        assert!(shortened("{ \"./simmerdown_bg.js\": {} }", &module.finish()).is_err());
    }

    #[test]
    fn a_number_is_two_letters() {
        assert_eq!([0, 25, 26, 675, 676].map(letters), ["aa", "az", "ba", "zz", "baa"]);
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
