//! The demo page: served by the proxy, or as plain files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::clone::{Clone, copy_folder};
use crate::command::{program, run, stage};
use crate::package::{self, Optimisation};

/// deep-chat as one module that imports nothing, below `www/`.
const DEEP_CHAT: &str = "node_modules/deep-chat/dist/deepChat.bundle.js";

/// Conversations of the lab's sample log, and what they follow from.
const SAMPLE: u64 = 600;
const SAMPLE_SEED: u64 = 7;

/// The demo's engine judges whole logs again and again, so it is built for speed.
const LAB: Optimisation = Optimisation { rustc: "3", wasm_opt: &["-O3"], arranged: false };

/// Puts the demo together in `dist/demo`: its pages, the package and deep-chat beside them. The engine is the
/// package's with the exports of the policy panel and the lab besides, which the package itself never carries.
pub fn assemble(clone: &Clone) -> Result<()> {
    let demo = clone.dist().join("demo");
    if demo.exists() {
        fs::remove_dir_all(&demo)?;
    }
    copy_folder(&clone.www().join("demo"), &demo)?;
    let engine = demo.join("simmerdown");
    copy_folder(&package::folder(clone), &engine)?;
    package::build_engine(clone, &engine, LAB, &["lab"], &clone.target.join("simmerdown-lab.wasm"))?;
    // A module and not a file to fetch: the lab may not connect to anybody by the time it is asked for.
    let sample = serde_json::to_string(&simmerdown_material::log(SAMPLE_SEED, SAMPLE))?;
    let told = "// Generated conversations, made up by tests/material: rates measured on them say nothing about anybody's customers.";
    fs::write(demo.join("sample-log.js"), format!("{told}\nexport default {sample};\n"))?;
    fs::copy(clone.www().join(DEEP_CHAT), demo.join("deep-chat.js")).context("cannot copy deep-chat's bundle")?;
    Ok(())
}

/// Writes the demo as plain files.
pub fn write(clone: &Clone, folder: &Path) -> Result<()> {
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; give a new or empty folder", folder.display());
    }
    package::assemble(clone)?;
    copy_folder(&clone.dist().join("demo"), folder)?;
    println!("\nThe demo is in {}: serve it with any web server.", folder.display());
    Ok(())
}

/// Builds everything and serves the demo until it is stopped.
pub fn serve(clone: &Clone, addr: &str) -> Result<()> {
    package::assemble(clone)?;
    stage("the proxy", || run(clone.cargo().args(["build", "--package", "simmerdown-cli"])))?;
    println!("\nOpen the address below in a browser; Ctrl-C stops it.");
    run(program(clone.binary(), &clone.root).args(["serve", "--demo", "--addr", addr]))
}
