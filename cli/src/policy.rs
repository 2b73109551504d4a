//! `simmerdown policy`: checks, shows and describes policies.

use std::fs;
use std::io::{read_to_string, stdin, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};
use simmerdown::{ErrorCode, Policy};

use crate::lines::write_line;

/// Settings of `policy`.
#[derive(Debug, Args)]
pub struct Settings {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Says everything that is wrong with a policy file, each mistake with its place.
    Check {
        /// The file; `-` is standard input.
        file: String,
    },
    /// Prints a preset as the JSON document that it is.
    Show {
        /// Name of the preset (article, balanced).
        name: String,
    },
    /// Prints the JSON Schema of a policy document.
    Schema,
}

/// The text of a file, or of standard input for `-`, without the mark that editors on Windows put before it.
fn text_of(file: &str) -> std::io::Result<String> {
    let text = if file == "-" { read_to_string(stdin())? } else { fs::read_to_string(file)? };
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

/// The policy of that name, or in that file.
pub fn named(name: &str) -> Result<Policy> {
    match Policy::preset(name) {
        Err(error) if error.code() == ErrorCode::UnknownPolicy => {
            let text = text_of(name).with_context(|| format!("{error}; there is no file of that name"))?;
            Policy::from_json(&text).with_context(|| format!("`{name}` is no policy"))
        }
        preset => Ok(preset?),
    }
}

/// The document of that name, or in that file; it is a policy.
pub fn document(name: &str) -> Result<String> {
    let text = match Policy::preset_text(name) {
        Ok(text) => text.to_owned(),
        Err(error) => text_of(name).with_context(|| format!("{error}; there is no file of that name"))?,
    };
    Policy::from_json(&text).with_context(|| format!("`{name}` is no policy"))?;
    Ok(text)
}

/// Checks, shows or describes.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    let mut out = stdout().lock();
    match &settings.task {
        Task::Check { file } => {
            let text = text_of(file).with_context(|| format!("cannot read `{file}`"))?;
            match Policy::read_json(&text) {
                Ok(policy) => {
                    let (rules, limits) = (policy.rules().len(), policy.limits().len());
                    write_line(&mut out, &format!("{file}: a policy with {rules} rules and {limits} limits"))?;
                    Ok(ExitCode::SUCCESS)
                }
                Err(faults) => {
                    for fault in &faults {
                        eprintln!("{file}: {fault}");
                    }
                    Ok(ExitCode::FAILURE)
                }
            }
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
