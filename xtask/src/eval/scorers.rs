//! What the scorer and the npm peers say of texts.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

/// What one scorer says of each message.
#[derive(Debug, Clone, Default)]
pub struct Told {
    /// Its name.
    pub name: String,
    /// Each number a message can be ranked by, lowest for the most negative.
    pub numbers: Vec<Vec<f64>>,
    /// -1 negative, 0 neutral, 1 positive, at the thresholds it comes with.
    pub labels: Vec<i8>,
    /// How frustrated; the scorer's own number, or the peers' negative.
    pub frustration: Option<Vec<f64>>,
    /// The messages that a person is asked for in.
    pub asks_human: Vec<bool>,
    /// The messages it has no score for.
    pub unknown: Vec<bool>,
}

/// Feeds a program texts, one JSON object a line, and gives the lines it answers with.
fn answers(command: &mut Command, texts: &[&str]) -> Result<Vec<Value>> {
    let lines: Vec<String> = texts.iter().map(|text| json!({ "text": text }).to_string()).collect();
    let name = format!("{command:?}");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| name.clone())?;
    let stdin = child.stdin.take().context("no standard input")?;
    let writer = thread::spawn(move || -> std::io::Result<()> {
        let mut out = BufWriter::new(stdin);
        for line in lines {
            out.write_all(line.as_bytes())?;
            out.write_all(b"\n")?;
        }
        out.flush()
    });
    let stdout = BufReader::new(child.stdout.take().context("no standard output")?);
    let read: Vec<String> = stdout.lines().collect::<std::io::Result<_>>()?;
    let status = child.wait()?;
    if !status.success() || writer.join().map_or(true, |written| written.is_err()) {
        bail!("{name} ended with {status}");
    }
    read.iter().map(|line| serde_json::from_str(line).with_context(|| format!("{name}: {line}"))).collect()
}

fn number(answer: &Value, pointer: &str) -> f64 {
    answer.pointer(pointer).and_then(Value::as_f64).unwrap_or(0.0)
}

/// The scorer through `simmerdown score`, and how many lines it answers in a second.
pub fn own(binary: &std::path::Path, texts: &[&str]) -> Result<(Told, f64)> {
    let mut told = Told { name: "simmerdown".to_owned(), numbers: vec![Vec::new()], ..Told::default() };
    let mut frustration = Vec::new();
    let start = Instant::now();
    let answers = answers(Command::new(binary).arg("score"), texts)?;
    let rate = texts.len() as f64 / start.elapsed().as_secs_f64();
    for answer in &answers {
        if let Some(error) = answer.get("error") {
            bail!("`simmerdown score` refused a line: {error}");
        }
        told.numbers.iter_mut().for_each(|numbers| numbers.push(number(answer, "/score")));
        told.labels.push(match answer.get("label").and_then(Value::as_str) {
            Some("negative") => -1,
            Some("positive") => 1,
            _ => 0,
        });
        frustration.push(number(answer, "/frustration"));
        told.unknown.push(answer.get("reason").is_some());
        let cues = answer.get("cues").and_then(Value::as_array);
        told.asks_human.push(cues.is_some_and(|cues| cues.iter().any(|hit| hit["cue"] == "asks-human")));
    }
    if answers.len() != texts.len() {
        bail!("`simmerdown score` answered {} of {} lines", answers.len(), texts.len());
    }
    told.frustration = Some(frustration);
    Ok((told, rate))
}

/// The peers, and what they take and weigh as benches/page/peers.mjs measured it.
pub fn peers(command: &mut Command, texts: &[&str]) -> Result<(Vec<Told>, Value)> {
    let mut answers = answers(command, texts)?;
    let measured = answers.pop().context("the peers said nothing")?;
    let mut told: Vec<Told> = Vec::new();
    for answer in &answers {
        for (place, (name, numbers)) in answer.as_object().context("no object")?.iter().enumerate() {
            let numbers: Vec<f64> = numbers.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
            if told.len() == place {
                told.push(Told { name: name.clone(), numbers: vec![Vec::new(); numbers.len()], ..Told::default() });
            }
            let Some(told) = told.get_mut(place) else { continue };
            for (list, number) in told.numbers.iter_mut().zip(&numbers) {
                list.push(*number);
            }
            // VADER's README calls anything within 0.05 of nothing neutral; the others take the sign.
            let band = if name.starts_with("vader") { 0.05 } else { f64::MIN_POSITIVE };
            let first = numbers.first().copied().unwrap_or(0.0);
            told.labels.push(i8::from(first >= band) - i8::from(first <= -band));
        }
    }
    if answers.len() != texts.len() {
        bail!("the peers answered {} of {} lines", answers.len(), texts.len());
    }
    Ok((told, measured))
}

/// What scoring takes in the library itself, as `cargo xtask speed` measures it.
pub fn speed(xtask: &std::path::Path, texts: &[&str]) -> Result<Value> {
    answers(Command::new(xtask).arg("speed"), texts)?.pop().context("`xtask speed` said nothing")
}
