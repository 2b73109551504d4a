//! `cargo xtask speed`: what the on-device scorer and the cues take, over texts from standard input and over hostile
//! ones. Prints one JSON object.

use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::time::Instant;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use simmerdown::{extract_cues, on_device};

/// Texts that are timed, spread over all of them.
const SAMPLE: usize = 2_000;
/// Passes, of which the median counts, and passes before.
const PASSES: usize = 9;
const WARM: usize = 2;
/// How often each hostile text is scored.
const ROUNDS: usize = 200;

/// Microseconds a text.
fn time(texts: &[String], call: impl Fn(&str)) -> f64 {
    let mut passes: Vec<f64> = (0..WARM + PASSES)
        .map(|_| {
            let start = Instant::now();
            texts.iter().for_each(|text| call(text));
            start.elapsed().as_secs_f64() * 1e6 / texts.len().max(1) as f64
        })
        .skip(WARM)
        .collect();
    passes.sort_by(f64::total_cmp);
    passes.get(PASSES / 2).copied().unwrap_or(f64::NAN)
}

/// Texts that libraries have broken at, with their names.
pub fn hostile() -> Vec<(&'static str, String)> {
    let zalgo: String = "useless"
        .chars()
        .flat_map(|letter| [letter].into_iter().chain(('\u{300}'..'\u{340}').cycle().take(500)))
        .collect();
    vec![
        ("the constructor failed", "the constructor failed".to_owned()),
        ("__proto__", "__proto__ is bad".to_owned()),
        ("nothing", String::new()),
        ("50,000 exclamation marks", "!".repeat(50_000)),
        ("a word of 20,000 letters", "a".repeat(20_000)),
        ("20,000 different letters", ('a'..='z').cycle().take(20_000).collect()),
        ("zalgo", zalgo),
        ("right to left", "\u{202e}שירות גרוע \u{202c}أين طلبي؟ ".repeat(200)),
        ("10,000 emoji", "😡".repeat(10_000)),
        ("a family of joiners", "👨\u{200d}👩\u{200d}👧\u{200d}👦".repeat(2_000)),
        ("one letter and a space", "a ".repeat(2_000)),
        ("every word a negation", "not never no ".repeat(400)),
        ("every word opens a phrase", "talk to a i want to speak with a ".repeat(200)),
        ("a megabyte", "this is useless and I want my money back! ".repeat(25_000)),
        ("smileys", ":( >:( :'( ".repeat(400)),
        ("links", "https://a.b/c ".repeat(400)),
    ]
}

/// Measures.
pub fn measure() -> Result<()> {
    let mut texts = Vec::new();
    for (number, line) in stdin().lock().lines().enumerate() {
        let line: Value = serde_json::from_str(&line?).with_context(|| format!("line {}", number + 1))?;
        texts.extend(line.get("text").and_then(Value::as_str).map(str::to_owned));
    }
    let step = (texts.len() / SAMPLE).max(1);
    let sample: Vec<String> = texts.into_iter().step_by(step).take(SAMPLE).collect();
    let score = time(&sample, |text| {
        let _ = black_box(on_device::score(black_box(text), None));
    });
    let cues = time(&sample, |text| drop(black_box(extract_cues(black_box(text)))));
    let (mut all, mut worst) = (Vec::new(), ("", 0.0));
    for (name, text) in hostile() {
        let mut own = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let _ = black_box(on_device::score(black_box(&text), None));
            drop(black_box(extract_cues(black_box(&text))));
            own.push(start.elapsed().as_secs_f64() * 1e6);
        }
        own.sort_by(f64::total_cmp);
        let median = own.get(ROUNDS / 2).copied().unwrap_or(f64::NAN);
        if median > worst.1 {
            worst = (name, median);
        }
        all.extend(own);
    }
    all.sort_by(f64::total_cmp);
    let p99 = all.get(all.len() * 99 / 100).copied().unwrap_or(f64::NAN);
    let letters = sample.iter().map(|text| text.chars().count()).sum::<usize>() as f64 / sample.len().max(1) as f64;
    let told = json!({
        "score": score, "cues": cues, "letters": letters,
        "hostile": { "texts": hostile().len(), "p99": p99, "worst": worst.0, "median": worst.1 },
    });
    println!("{told}");
    Ok(())
}
