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

fn reply(line: &str) -> Reply {
    let Question { text, language } = match serde_json::from_str(line) {
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
