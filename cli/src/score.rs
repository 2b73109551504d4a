//! `simmerdown score`: one text a line in, one score a line out, in the same order.

use std::io::{BufWriter, stdout};
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;
use serde::{Deserialize, Serialize};
use simmerdown::on_device::{self, Unknown};
use simmerdown::{CueHit, SentimentScore, extract_cues, to_json};

use crate::lines::{Answer, Lines, flush, write_line};

/// Settings of `score`.
#[derive(Debug, Args)]
pub struct Settings {
    /// File of JSON Lines; `-` is standard input.
    #[arg(default_value = "-")]
    file: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Question {
    text: String,
    #[serde(default)]
    language: Option<String>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Reply {
    Scored {
        #[serde(flatten)]
        score: SentimentScore,
        cues: Vec<CueHit>,
    },
    Unscored {
        score: Option<f64>,
        reason: Unknown,
        cues: Vec<CueHit>,
    },
    Refused {
        error: String,
    },
}

/// The line with the replacement character for each `\u` escape that is half of a surrogate pair. JSON may hold them,
/// since strings of JavaScript and Python do; a browser reads them as that character, too.
fn without_halves(line: &str) -> String {
    let mut whole = String::with_capacity(line.len());
    let mut rest = line;
    let unit = |text: &str| u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok();
    while let Some((before, escape)) = rest.find('\\').and_then(|at| rest.split_at_checked(at)) {
        whole.push_str(before);
        let next = escape.get(6..).and_then(unit);
        let length = match unit(escape) {
            Some(0xd800..=0xdbff) if next.is_some_and(|next| (0xdc00..=0xdfff).contains(&next)) => 12,
            Some(0xd800..=0xdfff) => {
                whole.push('\u{fffd}');
                rest = escape.get(6..).unwrap_or_default();
                continue;
            }
            Some(_) => 6,
            // A backslash and what it escapes, which may be a backslash.
            None => 1 + escape.chars().nth(1).map_or(0, char::len_utf8),
        };
        whole.push_str(escape.get(..length).unwrap_or(escape));
        rest = escape.get(length..).unwrap_or_default();
    }
    whole + rest
}

fn reply(line: &str) -> Reply {
    let read =
        serde_json::from_str(line).or_else(|error| serde_json::from_str(&without_halves(line)).map_err(|_| error));
    let Question { text, language } = match read {
        Ok(question) => question,
        Err(error) => {
            return Reply::Refused { error: format!("give one object {{\"text\": \"...\"}} a line: {error}") };
        }
    };
    let cues = extract_cues(&text);
    match on_device::score(&text, language.as_deref()) {
        Ok(score) => Reply::Scored { score, cues },
        Err(reason) => Reply::Unscored { score: None, reason, cues },
    }
}

/// Scores every line.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    let mut lines = Lines::open(&settings.file)?;
    let mut out = BufWriter::new(stdout().lock());
    lines.for_each(|line| {
        let reply = reply(line);
        write_line(&mut out, &to_json(&reply)?)?;
        Ok(match reply {
            Reply::Refused { error } => Answer::Bad(error),
            Reply::Scored { .. } | Reply::Unscored { .. } => Answer::Fine,
        })
    })?;
    flush(&mut out)?;
    Ok(lines.code())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_a_pair_become_the_replacement_character() {
        for (line, whole) in [
            (r#"{"text": "a \ud83d b"}"#, "a \u{fffd} b"),
            (r#"{"text": "\ude21\ud83d"}"#, "\u{fffd}\u{fffd}"),
            (r#"{"text": "\ud83d\ude21 \u00e9"}"#, "😡 é"),
            (r#"{"text": "\\ud83d \n"}"#, "\\ud83d \n"),
            (r#"{"text": "\ud83d\ud83d\ude21"}"#, "\u{fffd}😡"),
            (r#"{"text": "\uD83D"}"#, "\u{fffd}"),
        ] {
            let question: Question = serde_json::from_str(&without_halves(line)).unwrap();
            assert_eq!(question.text, whole, "{line}");
        }
        assert!(!matches!(reply(r#"{"text": "\ud83d"}"#), Reply::Refused { .. }));
        assert!(matches!(reply(r#"{"text": "\u12"}"#), Reply::Refused { .. }));
        assert!(matches!(reply("\\"), Reply::Refused { .. }));
    }
}
