//! The same engine compiled to JavaScript, for pages that forbid WebAssembly.
//!
//! binaryen's `wasm2js` knows the first version of WebAssembly alone: neither references nor several results. So crate
//! and standard library are compiled for the processor `mvp`, and wasm-bindgen, which reads from the module what it may
//! use, writes a glue of its own for it. Both become one module that has the exports of `simmerdown.js`.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::clone::Clone;
use crate::command::{program, run};
use crate::glue::{self, Engine};
use crate::package::{self, SHIPPED};

/// The module in the package.
const MODULE: &str = "simmerdown_js.js";
/// Where `wasm2js` begins to start what it has written; the glue starts it.
const STARTED: &str = "\nvar retasmFunc = asmFunc({";

/// Compiles the engine to JavaScript and puts it into `package`.
pub fn build(clone: &Clone, package: &Path) -> Result<()> {
    // The standard library that is shipped uses more than `mvp` has; the package's is built anyhow.
    run(&mut package::compile(clone, "-Ctarget-cpu=mvp")?)?;
    let folder = clone.target.join("javascript");
    let parts = folder.join("parts");
    if parts.exists() {
        fs::remove_dir_all(&parts)?;
    }
    package::bind(clone, &parts)?;
    let (glue, wasm) = (parts.join("simmerdown.js"), parts.join("simmerdown_bg.wasm"));
    let text = glue::survivable(&fs::read_to_string(&glue)?, Engine::JavaScript)?;
    let (text, bytes) = glue::shortened(&text, &fs::read(&wasm)?)?;
    fs::write(&glue, text)?;
    fs::write(parts.join("engine.js"), engine(clone, &folder, &bytes)?)?;
    let esbuild =
        ["--bundle", "--minify", "--format=esm", "--target=es2022", "--legal-comments=none", "--log-level=warning"];
    let mut bundle = program(clone.www().join("node_modules/.bin/esbuild"), &clone.root);
    run(bundle.arg(&glue).args(esbuild).arg(format!("--outfile={}", package.join(MODULE).display())))
}

/// The wasm as a JavaScript module. That takes a while, so what came of the same wasm the time before is used again.
fn engine(clone: &Clone, folder: &Path, bytes: &[u8]) -> Result<String> {
    let (source, compiled) = (folder.join("engine.wasm"), folder.join("engine.js"));
    if !(compiled.is_file() && fs::read(&source).is_ok_and(|before| before == bytes)) {
        let [named, bare] = ["named.wasm", "bare.wasm"].map(|name| folder.join(name));
        fs::write(&named, bytes)?;
        let tool = |name| program(clone.www().join("node_modules/.bin").join(name), &clone.root);
        run(tool("wasm-opt").args(SHIPPED.wasm_opt).arg("--strip-debug").arg(&named).arg("-o").arg(&bare))?;
        run(tool("wasm2js").arg("-Oz").arg(&bare).arg("-o").arg(&compiled))?;
        fs::write(&source, bytes)?;
    }
    module(&fs::read_to_string(compiled)?)
}

/// What `wasm2js` wrote as a module that exports what makes an instance, as often as it is asked to.
fn module(written: &str) -> Result<String> {
    let (code, _) = written.split_once(STARTED).with_context(|| format!("wasm2js wrote no `{}`", STARTED.trim()))?;
    let own: Vec<_> = code.lines().filter(|line| !line.starts_with("import ")).collect();
    if own.len() == code.lines().count() {
        bail!("wasm2js imports nothing: review xtask/src/javascript.rs");
    }
    Ok(format!("{}\nexport {{ asmFunc as instantiate }};\n", own.join("\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_module_exports_what_makes_an_instance_and_makes_none() {
        let written = "import * as $x from './x.js';\nfunction asmFunc(imports) {\n}\n\nvar retasmFunc = asmFunc({\n  \"./x.js\": $x,\n});\nexport var memory = retasmFunc.memory;\n";
        assert_eq!(module(written).unwrap(), "function asmFunc(imports) {\n}\nexport { asmFunc as instantiate };\n");
        assert!(module("function asmFunc(imports) {}").is_err());
        assert!(module("function asmFunc(imports) {}\n\nvar retasmFunc = asmFunc({});").is_err());
    }
}
