//! `cargo xtask bench`: speed, size and memory, as ratios measured in one run.
//!
//! What a part measures is kept as JSON in `target/bench`, and the part's place in docs/benchmarks.md is written anew.

mod page;
mod proxy;
mod replay;

use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use clap::{Args, Command, Subcommand};
use serde_json::Value;

use crate::clone::Clone;
use crate::command::{program, run as run_command, stage};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The engine natively, with criterion.
    Engine,
    /// The package in the browsers: deciding, scoring, starting, memory, and its size.
    Page,
    /// The package's size, as a whole and by part.
    Size,
    /// The package built in other ways: its size and speed.
    Variants(page::Settings),
    /// The proxy's own share of the time a score takes, and its memory, before a model's server that takes
    /// 0 and 100 ms.
    Proxy(proxy::Settings),
    /// A generated log from JSON Lines to the summary, beside the same job in Python.
    Replay(replay::Settings),
}

/// Measures it, and writes its part of docs/benchmarks.md; without a choice all of them.
pub fn run(clone: &Clone, bench: Option<&Bench>) -> Result<()> {
    match bench {
        Some(Bench::Engine) => engine(clone),
        Some(Bench::Page) => page::measure(clone),
        Some(Bench::Size) => page::weights(clone),
        Some(Bench::Variants(settings)) => page::variants(clone, settings),
        Some(Bench::Proxy(settings)) => proxy::run(clone, settings),
        Some(Bench::Replay(settings)) => replay::run(clone, settings),
        None => {
            // First what a busy machine disturbs most, while nothing of it is warm yet.
            stage("the package in the browsers", || page::measure(clone))?;
            stage("the engine natively", || engine(clone))?;
            stage("the proxy under load", || proxy::run(clone, &usual()?))?;
            stage("a replay", || replay::run(clone, &usual()?))?;
            stage("other ways to build the package", || page::variants(clone, &usual()?))
        }
    }
}

/// The settings where none are given.
fn usual<Settings: Args>() -> Result<Settings> {
    let matches = Settings::augment_args(Command::new("bench")).try_get_matches_from(["bench"])?;
    Ok(Settings::from_arg_matches(&matches)?)
}

fn engine(clone: &Clone) -> Result<()> {
    // What an earlier version of the benchmark left there is not measured any more.
    let results = clone.target.join("criterion");
    if results.exists() {
        fs::remove_dir_all(results)?;
    }
    run_command(clone.cargo().args(["bench", "--package", "simmerdown", "--bench", "engine", "--", "--noplot"]))?;
    report(clone, &["engine"])
}

fn folder(clone: &Clone) -> Result<PathBuf> {
    let folder = clone.target.join("bench");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Keeps what a part measured.
fn keep(clone: &Clone, part: &str, measured: Value) -> Result<()> {
    fs::write(folder(clone)?.join(format!("{part}.json")), measured.to_string())?;
    Ok(())
}

/// Writes those parts of docs/benchmarks.md anew.
fn report(clone: &Clone, parts: &[&str]) -> Result<()> {
    run_command(program("node", &clone.root).arg("benches/page/report.mjs").arg(folder(clone)?).args(parts))
}
