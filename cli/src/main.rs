//! `simmerdown`: the scoring proxy, and tools for recorded conversations.

mod blocks;
mod complaint;
mod input;
mod lines;
mod policy;
mod replay;
mod score;
mod scorer;
mod serve;
mod spool;
mod tune;

use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue};
use clap::{Command, CommandFactory, Parser, Subcommand};

/// A replay allocates a little for every event; this takes less of its time than the system's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Notices when a support chat is about to boil over and brings in a person.
#[derive(Debug, Parser)]
#[command(name = "simmerdown", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Runs the scoring proxy that the chat widget asks.
    Serve(serve::Settings),
    /// Scores one JSON object `{"text": "..."}` a line, on this machine.
    Score(score::Settings),
    /// Runs recorded conversations through a policy.
    Replay(replay::Settings),
    /// Looks for the thresholds that come to a rate, or that fit the verdicts best.
    Tune(tune::Settings),
    /// Checks policies, shows the presets, and prints the JSON Schema of a policy.
    Policy(policy::Settings),
}

/// The environment variable that may have brought a value nobody can use.
fn variable_of(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::String(argument)) = error.get(ContextKind::InvalidArg) else { return None };
    let long = argument.strip_prefix("--")?.split(' ').next();
    let command = Arguments::command();
    let mut arguments = command.get_subcommands().flat_map(Command::get_arguments);
    let known = arguments.find(|known| known.get_long() == long).and_then(clap::Arg::get_env);
    known.map(|name| name.to_string_lossy().into_owned())
}

/// Reads the arguments; one that cannot be used is also named as it is in the environment.
fn arguments() -> Arguments {
    Arguments::try_parse().unwrap_or_else(|error| {
        let variable = variable_of(&error).filter(|name| std::env::var_os(name).is_some());
        drop(error.print());
        if let Some(name) = variable {
            eprintln!("\nThe environment variable {name} is set.");
        }
        std::process::exit(error.exit_code());
    })
}

fn main() -> ExitCode {
    let done = match arguments().task {
        Task::Serve(settings) => serve::run(settings),
        Task::Score(settings) => score::run(&settings),
        Task::Replay(settings) => replay::run(&settings),
        Task::Tune(settings) => tune::run(&settings),
        Task::Policy(settings) => policy::run(&settings),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("simmerdown: {error:#}");
            ExitCode::from(2)
        }
    }
}
