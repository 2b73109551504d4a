//! `cargo xtask bench page` and `variants`: what the package takes in the browsers.
//!
//! What is measured is kept as JSON in `target/bench`; the report in docs/benchmarks.md is made of that.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::browser::{CHROMIUM, FIREFOX, WEBKITDRIVER, browsers};
use crate::clone::Clone;
use crate::command::{output, program, run};
use crate::package::{self, Optimisation};
use crate::{size, tools};

/// What is compared. The first is what is shipped.
const VARIANTS: [Optimisation; 5] = [
    package::SHIPPED,
    Optimisation { rustc: "s", wasm_opt: "-Oz" },
    Optimisation { rustc: "2", wasm_opt: "-Oz" },
    Optimisation { rustc: "3", wasm_opt: "-Oz" },
    Optimisation { rustc: "3", wasm_opt: "-O3" },
];

fn folder(clone: &Clone) -> Result<PathBuf> {
    let folder = clone.target.join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn keep(clone: &Clone, name: &str, value: &str) -> Result<()> {
    fs::write(folder(clone)?.join(name), value)?;
    Ok(())
}

/// Runs the page's benchmark over an assembled package; gives its JSON.
fn in_browsers(clone: &Clone, package: &Path, what: &[&str]) -> Result<String> {
    output(
        program("node", &clone.root)
            .arg("benches/page/bench.mjs")
            .arg(package)
            .args(what)
            .env("CHROMIUM", CHROMIUM)
            .env("FIREFOX", FIREFOX)
            .env("GECKODRIVER", tools::geckodriver()?)
            .env("WEBKITDRIVER", WEBKITDRIVER),
    )
}

fn weigh(clone: &Clone, package: &Path) -> Result<Value> {
    let sizes = output(program("node", &clone.www()).arg("size.mjs").arg(package).arg(&clone.root).arg("--json"))?;
    serde_json::from_str(&sizes).context("size.mjs prints no JSON")
}

/// Measures what is shipped, in all browsers.
pub fn measure(clone: &Clone) -> Result<()> {
    browsers()?;
    package::assemble(clone)?;
    let package = package::folder(clone);
    keep(clone, "size.json", &weigh(clone, &package)?.to_string())?;
    let parts = output(
        program(tools::twiggy()?, &clone.root).args(["top", "-n", "100000", "-f", "json"]).arg(size::named(clone)),
    )?;
    keep(clone, "parts.json", &parts)?;
    keep(clone, "page.json", &in_browsers(clone, &package, &[])?)?;
    run(program("node", &clone.root).args(["benches/page/report.mjs"]).arg(folder(clone)?).arg("--print"))
}

/// Builds and measures each variant in Chromium.
pub fn variants(clone: &Clone) -> Result<()> {
    browsers()?;
    package::assemble(clone)?;
    let mut rows = Vec::new();
    for (index, how) in VARIANTS.into_iter().enumerate() {
        let package = clone.target.join("bench/variant");
        package::build_into(clone, &package, how)?;
        let page: Value = serde_json::from_str(&in_browsers(clone, &package, &["speed"])?)?;
        let name = format!("opt-level {}, wasm-opt {}", how.rustc, how.wasm_opt);
        rows.push(json!({
            "name": name, "shipped": index == 0, "size": weigh(clone, &package)?, "speed": page.get("speed"),
        }));
    }
    keep(clone, "variants.json", &Value::Array(rows).to_string())?;
    run(program("node", &clone.root).args(["benches/page/report.mjs"]).arg(folder(clone)?).arg("--print"))
}

/// Writes what was measured into docs/benchmarks.md.
pub fn report(clone: &Clone) -> Result<()> {
    run(program("node", &clone.root).arg("benches/page/report.mjs").arg(folder(clone)?))
}
