//! `simmerdown`: the scoring proxy, and tools for recorded conversations.

mod blocks;
mod input;
mod lines;
mod policy;
mod replay;
mod score;
mod serve;
mod spool;
mod tune;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

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
    /// Checks, shows and describes policies.
    Policy(policy::Settings),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
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
