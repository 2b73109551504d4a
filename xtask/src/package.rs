//! The npm package: wasm, glue, entry and types in `dist/package`, packed into a tarball.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::clone::{Clone, copy_folder};
use crate::command::{output, program, run, stage};
use crate::{demo, tools};

/// Exactly what the tarball holds.
const FILES: [&str; 10] = [
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "index.d.ts",
    "index.js",
    "package.json",
    "simmerdown.d.ts",
    "simmerdown.js",
    "simmerdown_bg.wasm",
    "simmerdown_bg.wasm.d.ts",
];

/// Where the package is put together.
pub fn folder(clone: &Clone) -> PathBuf {
    clone.dist().join("package")
}

/// Builds the wasm and puts package and demo together.
pub fn assemble(clone: &Clone) -> Result<()> {
    stage("tools", || {
        tools::wasm_target()?;
        tools::wasm_bindgen(clone)?;
        tools::npm(clone)
    })?;
    stage("the package", || {
        build(clone)?;
        demo::assemble(clone)
    })
}

fn build(clone: &Clone) -> Result<()> {
    run(clone
        .cargo()
        .args(["build", "--package", "simmerdown", "--lib", "--profile", "wasm"])
        .args(["--target", "wasm32-unknown-unknown"]))?;
    let package = folder(clone);
    if package.exists() {
        fs::remove_dir_all(&package)?;
    }
    copy_folder(&clone.www().join("package"), &package)?;
    let built = clone.target.join("wasm32-unknown-unknown/wasm/simmerdown.wasm");
    let wasm_bindgen = tools::wasm_bindgen(clone)?.join("wasm-bindgen");
    run(program(wasm_bindgen, &clone.root).arg(built).args(["--target", "web", "--out-dir"]).arg(&package))?;
    let wasm = package.join("simmerdown_bg.wasm");
    // The features rustc turns on for wasm32-unknown-unknown; the module names them itself.
    run(program(clone.www().join("node_modules/.bin/wasm-opt"), &clone.root)
        .args(["-Oz", "--strip-producers"])
        .arg(&wasm)
        .arg("-o")
        .arg(&wasm))?;
    for file in ["README.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        fs::copy(clone.root.join(file), package.join(file))?;
    }
    let manifest = package.join("package.json");
    // As text: the order of keys has a meaning in `exports`.
    let (text, unset) = (fs::read_to_string(&manifest)?, "\"version\": \"0.0.0\"");
    if !text.contains(unset) {
        bail!("www/package/package.json has no `{unset}` to be replaced");
    }
    fs::write(manifest, text.replace(unset, &format!("\"version\": \"{}\"", clone.version)))?;
    Ok(())
}

/// Packs the tarball, holds it to its list of files, and prints sizes.
pub fn package(clone: &Clone) -> Result<()> {
    assemble(clone)?;
    stage("the tarball", || {
        let pack = ["pack", "--json", "--pack-destination"];
        let report = output(program("npm", &folder(clone)).args(pack).arg(clone.dist()))?;
        let packed = packed_files(&report)?;
        let wanted: BTreeSet<String> = FILES.map(str::to_owned).into();
        if packed != wanted {
            bail!("the tarball holds {packed:?} instead of {wanted:?}");
        }
        let tarball = clone.dist().join(format!("simmerdown-{}.tgz", clone.version));
        if !tarball.is_file() {
            bail!("npm pack wrote no {}", tarball.display());
        }
        println!("{}: {} files", tarball.display(), packed.len());
        run(program("node", &clone.www()).arg("size.mjs").arg(folder(clone)))
    })
}

/// The files `npm pack --json` says it packed.
fn packed_files(report: &str) -> Result<BTreeSet<String>> {
    let report: Value = serde_json::from_str(report)?;
    let packages = report.as_array().cloned().or_else(|| report.as_object().map(|map| map.values().cloned().collect()));
    let files = packages.as_ref().and_then(|packages| packages.first()).and_then(|package| package.get("files"));
    let files = files.and_then(Value::as_array).context("npm pack names no files")?;
    Ok(files.iter().filter_map(|file| file.get("path").and_then(Value::as_str).map(str::to_owned)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_packed_files_are_read_from_npm_s_report() {
        let report = r#"[{"id":"a@1","files":[{"path":"b.js"},{"path":"a.js"}]}]"#;
        assert_eq!(packed_files(report).unwrap(), BTreeSet::from(["a.js".to_owned(), "b.js".to_owned()]));
        assert!(packed_files("[]").is_err());
    }

    #[test]
    fn the_list_of_files_is_sorted_and_has_no_double() {
        assert!(FILES.is_sorted());
    }
}
