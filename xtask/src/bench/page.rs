//! `cargo xtask bench page` and `variants`: what the package takes in the browsers.
//!
//! What is measured is kept as JSON in `target/bench`; the report in docs/benchmarks.md is made of that.

use std::path::Path;

use anyhow::{Context, Result};
use clap::Args;
use serde_json::{Value, json};

use super::{keep, report};
use crate::browser::{CHROMIUM, FIREFOX, WEBKITDRIVER, browsers};
use crate::clone::Clone;
use crate::command::{output, program};
use crate::package::{self, INLINED, NOT_MERGED, NOT_SHARED, Optimisation, SHIPPED};
use crate::{size, tools};

/// Settings of `bench variants`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Only the variants whose name holds this text, beside what is shipped.
    #[arg(long, default_value = "")]
    only: String,
}

/// One way to build the package.
struct Variant {
    /// What is other than in what is shipped.
    name: &'static str,
    how: Optimisation,
    /// Features of the crate.
    features: &'static [&'static str],
}

const fn variant(name: &'static str, rustc: &'static str, wasm_opt: &'static [&'static str]) -> Variant {
    Variant { name, how: Optimisation { rustc, wasm_opt, arranged: true }, features: &[] }
}

/// What is compared. The first is what is shipped. Those that differ in wasm-opt alone share a build.
const VARIANTS: [Variant; 13] = [
    Variant {
        name: "as shipped: opt-level z, wasm-opt -Oz until nothing changes, functions not merged, the smallest inlined",
        how: SHIPPED,
        features: &[],
    },
    variant(
        "functions that are called once merged into their callers",
        "z",
        &["-Oz", "--converge", INLINED, NOT_SHARED],
    ),
    variant(
        "what is hardly longer than a call not put in its place",
        "z",
        &["-Oz", "--converge", NOT_MERGED, NOT_SHARED],
    ),
    variant("wasm-opt -Oz, once", "z", &["-Oz", NOT_MERGED, INLINED, NOT_SHARED]),
    variant("wasm-opt -Os", "z", &["-Os", "--converge", NOT_MERGED, INLINED, NOT_SHARED]),
    variant("wasm-opt -O3", "z", &["-O3", "--converge", NOT_MERGED, INLINED, NOT_SHARED]),
    variant("no wasm-opt", "z", &["-O0"]),
    variant("opt-level s", "s", SHIPPED.wasm_opt),
    variant("opt-level 2", "2", SHIPPED.wasm_opt),
    variant("opt-level 3", "3", SHIPPED.wasm_opt),
    variant("opt-level 3, wasm-opt -O3, merged", "3", &["-O3", "--converge"]),
    Variant {
        name: "objects by `serde-wasm-bindgen` in the place of one call a value",
        how: SHIPPED,
        features: &["serde-wasm-bindgen"],
    },
    Variant {
        name: "the standard library's allocator in the place of `rlsf`'s",
        how: SHIPPED,
        features: &["std-allocator"],
    },
];

/// Runs the page's benchmark over an assembled package; gives its JSON.
fn in_browsers(clone: &Clone, package: &Path, what: &[&str], scoring: Option<&Path>) -> Result<Value> {
    let printed = output(
        program("node", &clone.root)
            .arg("benches/page/bench.mjs")
            .arg(package)
            .args(what)
            .env("CHROMIUM", CHROMIUM)
            .env("FIREFOX", FIREFOX)
            .env("GECKODRIVER", tools::geckodriver()?)
            .env("WEBKITDRIVER", WEBKITDRIVER)
            .envs(scoring.map(|folder| ("SCORING_ALONE", folder))),
    )?;
    serde_json::from_str(&printed).context("bench.mjs prints no JSON")
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
    weigh_parts(clone, &package)?;
    let scoring = package::scoring_alone(clone)?;
    keep(clone, "page", in_browsers(clone, &package, &[], Some(&scoring))?)?;
    report(clone, &["page", "size"])
}

/// Weighs what is shipped, as a whole and by part.
pub fn weights(clone: &Clone) -> Result<()> {
    package::assemble(clone)?;
    weigh_parts(clone, &package::folder(clone))?;
    report(clone, &["size"])
}

fn weigh_parts(clone: &Clone, package: &Path) -> Result<()> {
    let functions = output(
        program(tools::twiggy()?, &clone.root).args(["top", "-n", "100000", "-f", "json"]).arg(size::named(clone)),
    )?;
    let functions: Value = serde_json::from_str(&functions).context("twiggy prints no JSON")?;
    let compressed = output(program("node", &clone.root).arg("benches/page/parts.mjs").arg(size::named(clone)))?;
    let compressed: Value = serde_json::from_str(&compressed).context("parts.mjs prints no JSON")?;
    let sizes = weigh(clone, package)?;
    keep(clone, "size", json!({ "sizes": sizes, "functions": functions, "parts": compressed }))
}

/// Builds and measures each variant in Chromium.
pub fn variants(clone: &Clone, settings: &Settings) -> Result<()> {
    browsers()?;
    tools::wasm_target()?;
    tools::npm(clone)?;
    let mut rows = Vec::new();
    for (index, Variant { name, how, features }) in VARIANTS.iter().enumerate() {
        if index > 0 && !name.contains(&settings.only) {
            continue;
        }
        let (package, named) = (clone.target.join("bench/variant"), clone.target.join("bench/variant-named.wasm"));
        package::build_into(clone, &package, *how, features, &named)?;
        let page = in_browsers(clone, &package, &["deciding"], None)?;
        println!("{name}");
        let (size, speed) = (weigh(clone, &package)?, page.get("speed").cloned());
        rows.push(json!({ "name": name, "shipped": index == 0, "size": size, "speed": speed }));
    }
    keep(clone, "variants", json!({ "rows": rows }))?;
    report(clone, &["variants"])
}
