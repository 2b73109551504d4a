//! What was found, as tables and plots.

use std::fmt::Write;
use std::fs;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use super::figures::{DRAWS, Figure};
use super::{FRUSTRATED, Found, Reached, SEED, STRONG, plot};
use crate::clone::Clone;
use crate::command::output;

/// The document, and what the figures stand between in it.
const DOCUMENT: &str = "docs/scorer.md";
const BEGIN: &str = "<!-- measured -->\n";
const END: &str = "<!-- end of measured -->";
const ROC: &str = "docs/images/scorer-roc.svg";
const RELIABILITY: &str = "docs/images/scorer-reliability.svg";

/// What it takes and weighs.
#[derive(Debug)]
pub struct Speed {
    /// Lines a second of `simmerdown score`.
    pub rate: f64,
    /// As `cargo xtask speed` tells.
    pub native: Value,
    /// As benches/page/peers.mjs tells.
    pub measured: Value,
    /// Bytes of the weights and the English cues after brotli, and their limit.
    pub weights: Value,
}

/// Writes the document and the plots, or prints the tables.
pub fn write(clone: &Clone, found: &[Found], speed: &Speed, print: bool) -> Result<()> {
    let unseen: Vec<&Found> = found.iter().filter(|found| !found.set.trained_on()).collect();
    let told = tables(found, &unseen, speed)?;
    println!("\n{told}");
    if print {
        return Ok(());
    }
    fs::create_dir_all(clone.root.join("docs/images"))?;
    fs::write(clone.root.join(ROC), plot::roc(&unseen))?;
    fs::write(clone.root.join(RELIABILITY), plot::reliabilities(&unseen))?;
    let path = clone.root.join(DOCUMENT);
    let document = fs::read_to_string(&path).with_context(|| format!("cannot read {DOCUMENT}"))?;
    let (before, rest) = document.split_once(BEGIN).with_context(|| format!("{DOCUMENT} has no `{}`", BEGIN.trim()))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("{DOCUMENT} has no `{END}`"))?;
    fs::write(path, format!("{before}{BEGIN}{told}{END}{after}"))?;
    println!("written to {DOCUMENT}, {ROC} and {RELIABILITY}");
    Ok(())
}

fn tables(found: &[Found], unseen: &[&Found], speed: &Speed) -> Result<String> {
    let mut out = format!(
        "Measured {} by `cargo xtask eval` on {}. Figures in brackets are 95 % intervals of {DRAWS} bootstrap draws, seed {SEED}.\n\n",
        output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?.trim(),
        machine()
    );
    let seen: Vec<&Found> = found.iter().filter(|found| found.set.trained_on()).collect();
    sentiment(&mut out, "Sentiment", unseen);
    frustration(&mut out, "Frustration", unseen);
    history(&mut out, unseen);
    calm(&mut out, "Calm questions", unseen);
    requests(&mut out, unseen);
    if !seen.is_empty() {
        out.push_str(
            "### The sets the weights were trained on\n\nNot evidence of anything but that training worked.\n\n",
        );
        sentiment(&mut out, "", &seen);
        frustration(&mut out, "", &seen);
        calm(&mut out, "", &seen);
        requests(&mut out, &seen);
    }
    cost(&mut out, speed);
    plots(&mut out);
    Ok(out)
}

fn machine() -> String {
    let model = fs::read_to_string("/proc/cpuinfo").ok().and_then(|told| {
        let line = told.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    format!("{} ({cores} cores, {})", model.unwrap_or_else(|| "an unnamed processor".to_owned()), std::env::consts::OS)
}

fn heading(out: &mut String, name: &str) {
    if !name.is_empty() {
        let _ = write!(out, "### {name}\n\n");
    }
}

fn row(out: &mut String, cells: &[String]) {
    let _ = writeln!(out, "| {} |", cells.join(" | "));
}

fn head(out: &mut String, cells: &[&str]) {
    row(out, &cells.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>());
    let rule: Vec<String> = (0..cells.len()).map(|at| if at == 0 { "---" } else { "---:" }.to_owned()).collect();
    row(out, &rule);
}

fn ranged(figure: &Figure) -> String {
    let (low, high) = figure.interval();
    format!("{:.3} ({low:.3} to {high:.3})", figure.value)
}

fn percent(share: f64) -> String {
    format!("{:.2} %", share * 100.0)
}

/// How much better than the best peer, at the lower end of the interval of the difference: the least over the peers.
fn lead(own: &Figure, peers: &[&Figure]) -> String {
    let least = peers.iter().map(|peer| (own.value - peer.value, own.above(peer)));
    let least = least.min_by(|a, b| a.1.0.total_cmp(&b.1.0));
    least.map_or_else(String::new, |(by, (low, high))| format!("{by:+.3} ({low:+.3} to {high:+.3})"))
}

fn of<'a, const N: usize>(
    found: &'a Found,
    figures: impl Fn(&'a Reached) -> Option<&'a [Figure; N]>,
) -> Vec<(&'a str, &'a [Figure; N])> {
    found.reached.iter().filter_map(|reached| Some((reached.name.as_str(), figures(reached)?))).collect()
}

fn sentiment(out: &mut String, name: &str, found: &[&Found]) {
    if found.iter().all(|found| of(found, |reached| reached.sentiment.as_ref()).is_empty()) {
        return;
    }
    heading(out, name);
    head(out, &["set", "scorer", "macro-F1", "accuracy", "AUROC of negative", "average precision"]);
    let mut leads = String::new();
    for found in found {
        let reached = of(found, |reached| reached.sentiment.as_ref());
        for (scorer, figures) in &reached {
            let [f1, accuracy, auroc, precision] = figures;
            let cells =
                [ranged(f1), format!("{:.3}", accuracy.value), ranged(auroc), format!("{:.3}", precision.value)];
            let first = [found.set.name.clone(), format!("`{scorer}`")];
            row(out, &first.into_iter().chain(cells).collect::<Vec<_>>());
        }
        if let Some(((_, [own_f1, _, own_auroc, _]), peers)) = reached.split_first() {
            let f1: Vec<&Figure> = peers.iter().map(|(_, [f1, ..])| f1).collect();
            let auroc: Vec<&Figure> = peers.iter().map(|(_, [_, _, auroc, _])| auroc).collect();
            row(&mut leads, &[found.set.name.clone(), lead(own_f1, &f1), lead(own_auroc, &auroc)]);
        }
    }
    out.push_str("\nAbove the peer that comes closest, message by message over the same draws:\n\n");
    head(out, &["set", "macro-F1", "AUROC of negative"]);
    let _ = writeln!(out, "{leads}");
}

fn frustration(out: &mut String, name: &str, found: &[&Found]) {
    if found.iter().all(|found| of(found, |reached| reached.frustration.as_ref()).is_empty()) {
        return;
    }
    heading(out, name);
    if !name.is_empty() {
        out.push_str("The peers have no such figure; they are ranked by how negative they call a message, and so is the scorer in a row of its own.\n\n");
    }
    head(out, &["set", "scorer", "AUROC of frustration", "average precision", "above the closest peer"]);
    for found in found {
        let reached = of(found, |reached| reached.frustration.as_ref());
        let peers: Vec<&Figure> = reached.iter().skip(1).map(|(_, [auroc, _])| auroc).collect();
        let mut tell = |scorer: String, [auroc, precision]: &[Figure; 2], lead: String| {
            row(out, &[found.set.name.clone(), scorer, ranged(auroc), format!("{:.3}", precision.value), lead]);
        };
        if let Some(((scorer, own), others)) = reached.split_first() {
            tell(format!("`{scorer}`"), own, lead(&own[0], &peers));
            if let Some(by_score) = found.reached.first().and_then(|own| own.by_score.as_ref()) {
                tell(format!("`{scorer}`, by its score"), by_score, lead(&by_score[0], &peers));
            }
            for (scorer, figures) in others {
                tell(format!("`{scorer}`"), figures, String::new());
            }
        }
    }
    out.push('\n');
}

fn history(out: &mut String, found: &[&Found]) {
    for found in found {
        let Some(history) = &found.history else { continue };
        let _ = write!(
            out,
            "### What happened before: {}\n\n{} customer messages in {} dialogues, {} of them of dissatisfied customers. Each dialogue is \
             told to a `Conversation`; whole dialogues are drawn for the intervals.\n\n",
            found.set.name,
            history.messages,
            found.set.dialogues.len(),
            history.dissatisfied
        );
        head(out, &["", "the message alone", "with what happened before", "difference"]);
        for (name, [alone, within]) in [
            ("AUROC of dissatisfaction", &history.auroc),
            ("average precision", &history.precision),
            ("satisfied, yet at frustration 0.75", &history.satisfied_strong),
        ] {
            let (low, high) = within.above(alone);
            let difference = format!("{:+.3} ({low:+.3} to {high:+.3})", within.value - alone.value);
            row(out, &[name.to_owned(), ranged(alone), ranged(within), difference]);
        }
        out.push('\n');
    }
}

fn calm(out: &mut String, name: &str, found: &[&Found]) {
    if found.iter().all(|found| of(found, |reached| reached.calm.as_ref()).is_empty()) {
        return;
    }
    heading(out, name);
    let (frustrated, strong) = (format!("frustration >= {FRUSTRATED}"), format!("score <= {STRONG}"));
    head(out, &["set", "scorer", &frustrated, &strong, "labelled negative"]);
    for found in found {
        for (place, (scorer, [negative, frustrated, strong])) in
            of(found, |reached| reached.calm.as_ref()).iter().enumerate()
        {
            let own = |figure: &Figure| if place == 0 { percent(figure.value) } else { String::new() };
            let cells = [own(frustrated), own(strong), percent(negative.value)];
            let first = [found.set.name.clone(), format!("`{scorer}`")];
            row(out, &first.into_iter().chain(cells).collect::<Vec<_>>());
        }
    }
    out.push('\n');
}

fn requests(out: &mut String, found: &[&Found]) {
    if found.iter().all(|found| found.asks_human.is_none()) {
        return;
    }
    out.push_str("The cue `asks-human`:\n\n");
    head(out, &["set", "asked for, found", "not asked for, found", "without a score"]);
    for found in found {
        let Some([hits, asking, wrong, others]) = found.asks_human else { continue };
        let asked = if asking == 0 { "none asked".to_owned() } else { format!("{hits} of {asking}") };
        row(out, &[found.set.name.clone(), asked, format!("{wrong} of {others}"), found.unknown.to_string()]);
    }
    out.push('\n');
}

fn cost(out: &mut String, speed: &Speed) {
    let number = |of: &Value, pointer: &str| of.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN);
    let (native, measured) = (&speed.native, &speed.measured);
    let node = measured.get("node").and_then(Value::as_str).unwrap_or_default();
    let _ = write!(
        out,
        "### Speed and size\n\nOver 2,000 messages of {:.0} characters on average, median of nine passes; V8 is that of Node.js {node}, which is \
         Chromium's. The size is brotli -q 11. In V8 the score is that of the engine that is shipped but for one export, which takes a text \
         and gives its score as an object and which only the benchmarks build.\n\n",
        number(native, "/letters")
    );
    head(out, &["", "µs a message", "bytes"]);
    row(
        out,
        &[
            "`simmerdown`, natively: the score".to_owned(),
            format!("{:.1}", number(native, "/score")),
            format!("{:.0} weights and English cues", number(&speed.weights, "/bytes")),
        ],
    );
    row(
        out,
        &["`simmerdown`, natively: the cues".to_owned(), format!("{:.1}", number(native, "/cues")), String::new()],
    );
    if let Some(took) = measured.get("scoring").and_then(Value::as_f64) {
        row(out, &["`simmerdown` in V8: the score".to_owned(), format!("{took:.1}"), String::new()]);
    }
    for (name, took) in measured.get("times").and_then(Value::as_object).into_iter().flatten() {
        let bytes = measured.pointer(&format!("/bytes/{name}")).and_then(Value::as_f64).unwrap_or(f64::NAN);
        row(
            out,
            &[format!("`{name}` in V8"), format!("{:.1}", took.as_f64().unwrap_or(f64::NAN)), format!("{bytes:.0}")],
        );
    }
    let _ = write!(
        out,
        "\n`simmerdown score` answers {:.0} lines a second, reading and writing JSON included. Over {:.0} hostile texts, natively, score and \
         cues together take {:.0} µs at the 99th percentile; the worst, {}, takes {:.0} µs.\n\n",
        speed.rate,
        number(native, "/hostile/texts"),
        number(native, "/hostile/p99"),
        native.pointer("/hostile/worst").and_then(Value::as_str).unwrap_or_default(),
        number(native, "/hostile/median")
    );
}

fn plots(out: &mut String) {
    for (name, path) in [("ROC curves", ROC), ("Reliability", RELIABILITY)] {
        let _ = writeln!(out, "![{name}]({})\n", path.trim_start_matches("docs/"));
    }
}
