//! `cargo xtask bench`: speed, size and memory, as ratios measured in one run.

mod proxy;
mod replay;

use anyhow::Result;
use clap::Subcommand;

use crate::clone::Clone;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub enum Bench {
    /// The proxy's own share of the time a score takes, and its memory, before a model's server that takes
    /// 0 and 100 ms.
    Proxy(proxy::Settings),
    /// A generated log from JSON Lines to the summary, beside the same job in Python.
    Replay(replay::Settings),
}

/// Measures it and prints the figures.
pub fn run(clone: &Clone, bench: &Bench) -> Result<()> {
    match bench {
        Bench::Proxy(settings) => proxy::run(clone, settings),
        Bench::Replay(settings) => replay::run(clone, settings),
    }
}
