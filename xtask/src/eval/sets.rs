//! The sets of a data folder, each message with what is known of it.
//!
//! A set is a file of JSON Lines; what a line tells is read from the fields it has: `emotions` (27 names and neutral),
//! `valence` (-4 to 4), `label` (`negative`, `neutral`, `positive`), `severity_votes` (below 0: abuse), `intent` or
//! `intents` (a request to an assistant), `frustrated` (true or false), `turns` (a dialogue).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

const NEGATIVE: [&str; 11] = [
    "anger",
    "annoyance",
    "disappointment",
    "disapproval",
    "disgust",
    "embarrassment",
    "fear",
    "grief",
    "nervousness",
    "remorse",
    "sadness",
];
const POSITIVE: [&str; 12] = [
    "admiration",
    "amusement",
    "approval",
    "caring",
    "desire",
    "excitement",
    "gratitude",
    "joy",
    "love",
    "optimism",
    "pride",
    "relief",
];
const FRUSTRATED: [&str; 3] = ["anger", "annoyance", "disappointment"];
/// Intents that are no calm question.
const NOT_CALM: [&str; 6] = ["mood", "insult", "angry", "unhappy", "complain", "frustrat"];
/// Intents of somebody who wants a person.
const PERSON: [&str; 3] = ["handoff", "human", "agent_request"];
/// From here on, either way, a valence is a feeling.
const VALENCE: f64 = 0.5;
/// Below this mean of the votes, 1 to 5, a turn is one of a dissatisfied customer.
const SATISFIED: f64 = 2.5;

/// The sets in this repository, each with its name: messages of our own that were left out of tuning. The first was written
/// before the weights were trained, the others by somebody who saw neither what the weights are trained on nor a score.
pub const OURS: [&str; 8] = [
    "support-held-out",
    "support-second-held-out",
    "support-third-held-out",
    "support-fourth-held-out",
    "public-held-out",
    "chats-held-out",
    "support-fifth-held-out",
    "support-sixth-held-out",
];

/// One message.
#[derive(Debug, Clone, Default)]
pub struct Message {
    /// What the customer wrote.
    pub text: String,
    /// -1 negative, 0 neutral, 1 positive; none where nobody said or both are felt.
    pub sentiment: Option<i8>,
    /// Whether the customer is frustrated, dissatisfied or abusive.
    pub frustrated: Option<bool>,
    /// A calm question or request to a company or an assistant.
    pub calm: bool,
    /// Whether a person is asked for.
    pub asks_human: Option<bool>,
}

/// One side of a dialogue saying something.
#[derive(Debug, Clone)]
pub struct Turn {
    /// The customer's, as its place among the messages of the set; the bot's, as its text.
    pub said: Result<usize, String>,
}

/// A set.
#[derive(Debug, Clone)]
pub struct Set {
    /// Its file, from the data folder on, without an ending.
    pub name: String,
    /// Its messages in order.
    pub messages: Vec<Message>,
    /// Its dialogues, where it has any.
    pub dialogues: Vec<Vec<Turn>>,
}

impl Set {
    /// Whether the weights were trained on it.
    pub fn trained_on(&self) -> bool {
        self.name.starts_with("train/")
    }
}

/// Every set of the folder and of the folders in it, by name.
pub fn read(folder: &Path) -> Result<Vec<Set>> {
    let mut files = Vec::new();
    find(folder, 2, &mut files)?;
    files.sort();
    let mut sets = Vec::new();
    for file in &files {
        let name = file.strip_prefix(folder)?.with_extension("").to_string_lossy().replace('\\', "/");
        let set = read_set(name, file)?;
        if !set.messages.is_empty() {
            sets.push(set);
        }
    }
    if sets.is_empty() {
        bail!("{} holds no .jsonl files with a `text` or `turns` a line", folder.display());
    }
    Ok(sets)
}

fn find(folder: &Path, depth: u32, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() && depth > 1 {
            find(&path, depth - 1, files)?;
        } else if path.extension().is_some_and(|ending| ending == "jsonl") {
            files.push(path);
        }
    }
    Ok(())
}

/// The set of one file.
pub fn read_set(name: String, file: &Path) -> Result<Set> {
    let mut set = Set { name, messages: Vec::new(), dialogues: Vec::new() };
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let row: Value =
            serde_json::from_str(line).with_context(|| format!("{}, line {}", file.display(), number + 1))?;
        if let Some(turns) = row.get("turns").and_then(Value::as_array) {
            let mut dialogue = Vec::new();
            for turn in turns {
                let text = text_of(turn).unwrap_or_default();
                dialogue.push(Turn {
                    said: if turn.get("role").is_some_and(|role| role == "customer") {
                        set.messages.push(Message {
                            frustrated: mean(turn, "satisfaction_votes").map(|mean| mean < SATISFIED),
                            ..Message { text, ..Message::default() }
                        });
                        Ok(set.messages.len() - 1)
                    } else {
                        Err(text)
                    },
                });
            }
            set.dialogues.push(dialogue);
        } else if let Some(text) = text_of(&row) {
            set.messages.push(judged(&row, text));
        }
    }
    Ok(set)
}

fn text_of(row: &Value) -> Option<String> {
    row.get("text").and_then(Value::as_str).map(str::to_owned)
}

fn mean(row: &Value, field: &str) -> Option<f64> {
    let votes: Vec<f64> = row.get(field)?.as_array()?.iter().filter_map(Value::as_f64).collect();
    (!votes.is_empty()).then(|| votes.iter().sum::<f64>() / votes.len() as f64)
}

fn judged(row: &Value, text: String) -> Message {
    let mut message = Message { text, ..Message::default() };
    if let Some(emotions) = names(row, "emotions") {
        let felt = |list: &[&str]| emotions.iter().any(|emotion| list.contains(emotion));
        let (bad, good) = (felt(&NEGATIVE), felt(&POSITIVE));
        message.sentiment = (!(bad && good)).then(|| i8::from(good) - i8::from(bad));
        message.frustrated = Some(felt(&FRUSTRATED));
    }
    if let Some(valence) = row.get("valence").and_then(Value::as_f64) {
        message.sentiment = Some(i8::from(valence >= VALENCE) - i8::from(valence <= -VALENCE));
    }
    if let Some(label) = row.get("label").or_else(|| row.get("sentiment")) {
        message.sentiment = match label.as_str() {
            Some("negative") => Some(-1),
            Some("neutral") => Some(0),
            Some("positive") => Some(1),
            _ => label.as_f64().map(|label| label.clamp(-1.0, 1.0).round() as i8),
        };
    }
    if let Some(severity) = mean(row, "severity_votes") {
        message.frustrated = Some(severity < 0.0);
    }
    if let Some(frustrated) = row.get("frustrated").or_else(|| row.get("frustration")) {
        message.frustrated = frustrated.as_bool().or_else(|| frustrated.as_f64().map(|share| share >= 0.5));
    }
    if let Some(intents) = names(row, "intents").or_else(|| names(row, "intent")) {
        let any = |parts: &[&str]| intents.iter().any(|intent| parts.iter().any(|part| intent.contains(part)));
        // "Are you human?" asks for nobody.
        let asks = any(&PERSON) && !any(&["check"]);
        message.asks_human = Some(asks);
        message.calm = !asks && !any(&NOT_CALM);
    }
    message
}

/// A list of names, or one name.
fn names<'a>(row: &'a Value, field: &str) -> Option<Vec<&'a str>> {
    match row.get(field)? {
        Value::Array(list) => Some(list.iter().filter_map(Value::as_str).collect()),
        Value::String(name) => Some(vec![name]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Message {
        judged(&serde_json::from_str(line).unwrap(), String::new())
    }

    #[test]
    fn each_shape_of_a_line_is_read() {
        assert_eq!(of(r#"{"emotions": ["anger"]}"#).sentiment, Some(-1));
        assert_eq!(of(r#"{"emotions": ["anger"]}"#).frustrated, Some(true));
        assert_eq!(of(r#"{"emotions": ["neutral"]}"#).sentiment, Some(0));
        assert_eq!(of(r#"{"emotions": ["joy", "fear"]}"#).sentiment, None);
        assert_eq!(of(r#"{"valence": -0.5}"#).sentiment, Some(-1));
        assert_eq!(of(r#"{"valence": 0.4}"#).sentiment, Some(0));
        assert_eq!(of(r#"{"label": "positive"}"#).sentiment, Some(1));
        assert_eq!(of(r#"{"severity_votes": [-1, 0]}"#).frustrated, Some(true));
        assert_eq!(of(r#"{"severity_votes": [1, 0]}"#).frustrated, Some(false));
        let asks = of(r#"{"intents": ["handoff", "why"]}"#);
        assert!(!asks.calm && asks.asks_human == Some(true));
        assert!(of(r#"{"intent": "card_arrival"}"#).calm);
        assert!(!of(r#"{"intent": "mood_unhappy"}"#).calm);
        assert_eq!(of(r#"{"intent": "check_human"}"#).asks_human, Some(false));
        assert_eq!(of(r#"{"frustrated": true}"#).frustrated, Some(true));
    }
}
