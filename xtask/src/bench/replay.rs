//! `cargo xtask bench replay`: a generated log from JSON Lines to the summary, natively and in Python, in one run.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};

use super::{keep, report};
use crate::clone::Clone;
use crate::command::{output, run as run_command, shown};

/// Settings of `bench replay`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Conversations of the log, 8 messages each.
    #[arg(long, default_value_t = 1_000_000)]
    conversations: u32,
}

/// Messages of a conversation.
const TURNS: u32 = 8;

/// Measures the replay.
pub fn run(clone: &Clone, settings: &Settings) -> Result<()> {
    run_command(clone.cargo().args([
        "build",
        "--profile",
        "dist",
        "--package",
        "simmerdown-cli",
        "--package",
        "simmerdown-material",
    ]))?;
    let built = clone.target.join("dist");
    let material = built.join("simmerdown-material");
    let log = generated(&material, clone.target.join("bench-replay.jsonl"), settings.conversations)?;
    // Memory that grew with the log would show against this one.
    let tenth = generated(&material, clone.target.join("bench-replay-tenth.jsonl"), settings.conversations / 10)?;
    let count = settings.conversations.to_string();
    let size = std::fs::metadata(&log)?.len() / 1_000_000;
    let mut printed = String::new();
    let mut say = |line: String| {
        println!("{line}");
        printed.push_str(&line);
        printed.push('\n');
    };
    say(format!("{count} conversations of {TURNS} messages, {size} MB, seed 1, policy article\n"));
    say(format!("{:<34}{:>10}{:>18}{:>14}", "", "seconds", "M messages/s", "peak MB"));
    let messages = f64::from(settings.conversations) * f64::from(TURNS);
    let mut row = |name: &str, share: f64, seconds: f64, peak: u64| {
        let rate = share * messages / seconds / 1e6;
        say(format!("{name:<34}{seconds:>10.2}{rate:>18.2}{:>14.1}", peak as f64 / 1024.0));
        rate
    };
    let python = output(Command::new("python3").arg(clone.root.join("benches/article.py")).arg(&log))?;
    let python: Value = serde_json::from_str(&python)?;
    let number = |key: &str| python.get(key).and_then(Value::as_f64).with_context(|| format!("Python told no `{key}`"));
    let slow = row("Python, one core", 1.0, number("seconds")?, number("peakKb")? as u64);
    let binary = built.join("simmerdown");
    let mut rates = Vec::new();
    for (name, policy, threads) in [
        ("simmerdown, one core", "article", "1"),
        ("simmerdown, all cores", "article", ""),
        ("simmerdown, one core, balanced", "balanced", "1"),
    ] {
        let (seconds, peak, summary) = timed(&binary, policy, threads, &log)?;
        if policy == "article" {
            let escalated = format!("{} of {count}", number("escalated")? as u64);
            if !summary.contains(&escalated) {
                bail!("the summary does not hold Python's {escalated}:\n{summary}");
            }
        }
        rates.push((name, row(name, 1.0, seconds, peak)));
    }
    let (seconds, peak, _) = timed(&binary, "article", "1", &tenth)?;
    row("simmerdown, one core, a tenth", 0.1, seconds, peak);
    say(String::new());
    for (name, rate) in rates {
        say(format!("{name}: {:.1} times Python", rate / slow));
    }
    say("\nwhere the time goes, in memory, one core:".to_owned());
    say(format!("{:<34}{:>8.2} M messages/s", "the engine alone, Python", number("engineAlone")? / 1e6));
    let parts = ["bench", "--profile", "dist", "--package", "simmerdown-cli", "--bench", "replay"];
    printed.push_str(&shown(clone.cargo().args(parts))?);
    keep(clone, "replay", json!({ "printed": printed }))?;
    report(clone, &["replay"])
}

/// A generated log of so many conversations.
fn generated(material: &Path, log: PathBuf, conversations: u32) -> Result<PathBuf> {
    let written = Command::new(material)
        .args([&conversations.to_string(), "1", &TURNS.to_string()])
        .stdout(Stdio::from(File::create(&log)?))
        .status()?;
    if !written.success() {
        bail!("the log could not be generated");
    }
    Ok(log)
}

/// Seconds, peak memory in KiB and what was printed. Peak memory is the child's, as Linux counts it.
fn timed(binary: &Path, policy: &str, threads: &str, log: &Path) -> Result<(f64, u64, String)> {
    let mut command = Command::new(binary);
    command.args(["replay", "--policy", policy]).arg(log).stdout(Stdio::piped());
    if !threads.is_empty() {
        command.args(["--threads", threads]);
    }
    let since = Instant::now();
    let mut child = command.spawn()?;
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait()?.is_none() {
        let line = std::fs::read_to_string(&status).unwrap_or_default();
        let high =
            line.lines().find_map(|line| line.strip_prefix("VmHWM:")).and_then(|rest| rest.trim().split(' ').next());
        peak = high.and_then(|kib| kib.parse().ok()).unwrap_or(peak);
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let seconds = since.elapsed().as_secs_f64();
    let printed = child.wait_with_output()?;
    if !printed.status.success() {
        bail!("simmerdown replay failed");
    }
    Ok((seconds, peak, String::from_utf8_lossy(&printed.stdout).into_owned()))
}
