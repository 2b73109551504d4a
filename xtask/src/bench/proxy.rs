//! `cargo xtask bench proxy`: builds the optimised proxy and its load generator, and runs one against the other.

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::{keep, report};
use crate::clone::Clone;
use crate::command::shown;

/// Settings of `bench proxy`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Calls a second, sent on time whatever the answers do.
    #[arg(long, default_value_t = 1000)]
    rate: u32,
    /// Seconds of each measurement.
    #[arg(long, default_value_t = 10)]
    seconds: u32,
    /// Seconds over which memory is watched.
    #[arg(long, default_value_t = 30)]
    memory: u32,
    /// Watches memory for five minutes.
    #[arg(long)]
    full: bool,
}

/// Measures the proxy.
pub fn run(clone: &Clone, settings: &Settings) -> Result<()> {
    let memory = if settings.full { 300 } else { settings.memory };
    let mut bench = clone.cargo();
    bench.args(["bench", "--package", "simmerdown-cli", "--bench", "proxy", "--"]);
    for (name, value) in [("--rate", settings.rate), ("--seconds", settings.seconds), ("--memory", memory)] {
        bench.args([name, &value.to_string()]);
    }
    keep(clone, "proxy", json!({ "printed": shown(&mut bench)? }))?;
    report(clone, &["proxy"])
}
