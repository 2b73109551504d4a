//! `simmerdown policy`: checks policies, shows presets, prints the schema.

mod doubts;
mod reach;
mod reading;
mod slips;
pub mod spans;

use std::io::stdout;
use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::{Args, Subcommand};
use simmerdown::Policy;

use crate::input::text_of;
use crate::lines::write_line;
use crate::replay::text::counted;
use doubts::doubts;
use reading::Located;
pub use reading::document;
pub use slips::hint;

/// Settings of `policy`.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Says everything that is wrong with a policy file, each mistake with its place, and warns of rules that cannot be
    /// meant so.
    Check {
        /// The file; `-` is standard input.
        file: String,
        /// Ends with status 1 where there is a warning, too.
        #[arg(long)]
        strict: bool,
    },
    /// Prints a preset as the JSON document that it is.
    Show {
        /// Name of the preset (article, balanced).
        name: String,
    },
    /// Prints the JSON Schema of a policy document.
    Schema,
}

/// The policy of that name, or in that file.
pub fn named(name: &str) -> Result<Policy> {
    document(name).map(|(_, policy)| policy)
}

/// Checks a file.
fn check(file: &str, strict: bool) -> Result<ExitCode> {
    let text = text_of(file)?;
    let policy = match reading::read(&text) {
        Ok(policy) => policy,
        Err(faults) => {
            for fault in &faults {
                eprintln!("{file}: {fault}");
            }
            return Ok(ExitCode::FAILURE);
        }
    };
    let located = Located::new(&text);
    let doubts = doubts(&policy, located.document());
    for doubt in &doubts {
        eprintln!("{file}: warning: {} {} ({})", doubt.path, doubt.message, located.place(&doubt.path));
    }
    let warnings = match doubts.len() as u64 {
        0 => String::new(),
        many => format!("; {}", counted(many, "warning")),
    };
    let (rules, limits) =
        (counted(policy.rules().len() as u64, "rule"), counted(policy.limits().len() as u64, "limit"));
    write_line(&mut stdout().lock(), &format!("{file}: valid, a policy with {rules} and {limits}{warnings}"))?;
    Ok(if strict && !doubts.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Checks, shows a preset, or prints the schema.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    let mut out = stdout().lock();
    match &settings.task {
        Task::Check { file, strict } => {
            drop(out);
            check(file, *strict)
        }
        Task::Show { name } => match Policy::preset_text(name) {
            Ok(text) => write_line(&mut out, text.trim_end()).map(|()| ExitCode::SUCCESS),
            Err(error) => bail!(error),
        },
        Task::Schema => {
            let schema = serde_json::to_string_pretty(&Policy::schema())?;
            write_line(&mut out, &schema).map(|()| ExitCode::SUCCESS)
        }
    }
}
