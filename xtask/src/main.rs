//! The one front door: `cargo xtask demo`, `test`, `check`, `package`, `bench`, `eval`.
//!
//! Each command installs what it lacks and says so; where it cannot, it fails and names the command to run.

mod bench;
mod browser;
mod clone;
mod command;
mod demo;
mod eval;
mod features;
mod glue;
mod javascript;
mod numbering;
mod order;
mod package;
mod publish;
mod section;
mod shims;
mod size;
mod speed;
mod stages;
mod tools;
mod train;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use clone::Clone;

/// Builds, tests and shows Simmerdown.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Builds everything and serves the demo page; a model scores the messages when OPENAI_API_KEY is set.
    Demo {
        /// Writes the demo as plain files for any web server into this folder, and stops.
        #[arg(long = "static", value_name = "DIR")]
        plain: Option<PathBuf>,
        /// Address to serve on.
        #[arg(long, default_value = "127.0.0.1:8787")]
        addr: String,
    },
    /// Runs everything: checks, native tests, tests in the browser, the package, the demo.
    Test {
        /// Runs the complete matrices, which take longer.
        #[arg(long)]
        full: bool,
    },
    /// Runs the fast subset: formatting, lints, purity of the core, docs, unit tests.
    Check,
    /// Reads JSON Lines with a `text` each and writes what the on-device model sees of them, for training.
    Features,
    /// Reads JSON Lines with a `text` each and tells what scoring one takes; built with --release by `eval`.
    Speed,
    /// Trains the on-device scorer on the sets of a folder and writes its weights into src/on_device.
    Train {
        /// Folder with `train/*.jsonl` and `dev/*.jsonl`.
        data: PathBuf,
    },
    /// Evaluates the on-device scorer and its npm peers over the sets of a folder and writes docs/scorer.md.
    Eval(eval::Settings),
    /// Writes the npm tarball to `dist/` and prints its sizes.
    Package {
        /// Makes the types that are shipped the reviewed ones.
        #[arg(long)]
        accept_types: bool,
    },
    /// Measures speed, size and memory and writes docs/benchmarks.md; with a name, measures that and prints it.
    Bench {
        #[command(subcommand)]
        bench: Option<bench::Bench>,
    },
}

fn run() -> Result<()> {
    let clone = Clone::find()?;
    match Arguments::parse().task {
        Task::Demo { plain: Some(folder), .. } => demo::write(&clone, &folder),
        Task::Demo { plain: None, addr } => demo::serve(&clone, &addr),
        Task::Test { full } => stages::test(&clone, full),
        Task::Check => stages::check(&clone),
        Task::Package { accept_types } => package::package(&clone, accept_types),
        Task::Bench { bench } => bench::run(&clone, bench.as_ref()),
        Task::Features => features::write(),
        Task::Speed => speed::measure(),
        Task::Train { data } => train::run_training(&clone, &data),
        Task::Eval(settings) => eval::run(&clone, &settings),
    }
}

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nxtask failed: {error:#}");
            ExitCode::FAILURE
        }
    }
}
