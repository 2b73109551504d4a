//! `cargo xtask bench`: speed, size and memory, as ratios measured in one run.

mod page;
mod proxy;
mod replay;

use anyhow::Result;
use clap::Subcommand;

use crate::clone::Clone;
use crate::command::{run as run_command, stage};

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The engine natively, with criterion.
    Engine,
    /// The package in the browsers: deciding, scoring, starting, memory, size.
    Page,
    /// The package built with each optimisation level: its size and speed.
    Variants,
    /// The proxy's own share of the time a score takes, and its memory, before a model's server that takes
    /// 0 and 100 ms.
    Proxy(proxy::Settings),
    /// A generated log from JSON Lines to the summary, beside the same job in Python.
    Replay(replay::Settings),
}

/// Measures it and prints the figures; without a choice the engine and the package, written to docs/benchmarks.md.
pub fn run(clone: &Clone, bench: Option<&Bench>) -> Result<()> {
    match bench {
        Some(Bench::Engine) => engine(clone),
        Some(Bench::Page) => page::measure(clone),
        Some(Bench::Variants) => page::variants(clone),
        Some(Bench::Proxy(settings)) => proxy::run(clone, settings),
        Some(Bench::Replay(settings)) => replay::run(clone, settings),
        None => {
            stage("the engine natively", || engine(clone))?;
            stage("each optimisation", || page::variants(clone))?;
            stage("the package in the browsers", || page::measure(clone))?;
            page::report(clone)
        }
    }
}

fn engine(clone: &Clone) -> Result<()> {
    run_command(clone.cargo().args(["bench", "--package", "simmerdown", "--bench", "engine", "--", "--noplot"]))
}
