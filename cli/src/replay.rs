//! `simmerdown replay`: recorded conversations, run through a policy.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};
use simmerdown::replay::{Record, Scorer, Setting, follow, replay};
use simmerdown::{Action, ErrorCode, Policy, to_json};

use crate::lines::{Answer, Lines, flush, write_line};

/// Settings of `replay`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Name of a preset (article, balanced) or a file with a policy.
    #[arg(long)]
    policy: String,
    /// Prints every decision, one conversation a line, instead of a summary.
    #[arg(long)]
    json: bool,
    /// Whose scores are used.
    #[arg(long, value_enum, default_value_t = Scores::Recorded)]
    scorer: Scores,
    /// Conversation log, JSON Lines; `-` is standard input.
    file: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Scores {
    /// The recorded ones.
    Recorded,
    /// The on-device scorer's; recorded scores are left out.
    OnDevice,
}

impl Settings {
    fn scorer(&self) -> Scorer {
        match self.scorer {
            Scores::Recorded => Scorer::Recorded,
            Scores::OnDevice => Scorer::OnDevice,
        }
    }
}

/// The policy of that name, or in that file.
fn policy(name: &str) -> Result<Policy> {
    match Policy::preset(name) {
        Err(error) if error.code() == ErrorCode::UnknownPolicy => {
            let text =
                std::fs::read_to_string(name).with_context(|| format!("{error}; there is no file of that name"))?;
            Policy::from_json(&text).with_context(|| format!("`{name}` is no policy"))
        }
        preset => Ok(preset?),
    }
}

/// What a replay has come to.
#[derive(Debug, Default)]
struct Summary {
    conversations: u64,
    messages: u64,
    escalated: u64,
    /// Conversations by the strongest action seen in them.
    actions: BTreeMap<Action, u64>,
}

impl Summary {
    fn add(&mut self, record: &Record, setting: &Setting) -> Result<(), simmerdown::Error> {
        let (mut turns, mut escalated, mut strongest) = (0, false, Action::Respond);
        follow(record, setting, |_, ruling| {
            turns = ruling.turn();
            escalated |= ruling.should_escalate();
            strongest = strongest.max(ruling.action());
        })?;
        self.conversations += 1;
        self.messages += u64::from(turns);
        self.escalated += u64::from(escalated);
        *self.actions.entry(strongest).or_default() += 1;
        Ok(())
    }

    fn write(&self, out: &mut impl Write, bad: u64) -> Result<()> {
        let share = |part: u64| {
            if self.conversations == 0 { 0.0 } else { 100.0 * part as f64 / self.conversations as f64 }
        };
        let (conversations, messages) = (self.conversations, self.messages);
        write_line(out, &format!("{conversations} conversations, {messages} customer messages"))?;
        let escalated = share(self.escalated);
        write_line(out, &format!("{} escalated by the rules ({escalated:.1} % of conversations)", self.escalated))?;
        write_line(out, "strongest action of each conversation:")?;
        for (action, count) in &self.actions {
            let name = to_json(action)?;
            write_line(out, &format!("  {:8} {count:>8}  {:5.1} %", name.trim_matches('"'), share(*count)))?;
        }
        if bad > 0 {
            write_line(out, &format!("{bad} lines could not be read and were left out"))?;
        }
        Ok(())
    }
}

/// Replays every conversation.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    let setting = Setting { scorer: settings.scorer(), ..Setting::new(policy(&settings.policy)?) };
    let mut lines = Lines::open(&settings.file)?;
    let mut out = BufWriter::new(stdout().lock());
    let mut summary = Summary::default();
    // Conversations that stand on several lines, in order of their first.
    let mut parts: Vec<(String, Vec<Record>)> = Vec::new();
    let mut use_record = |record: &Record, out: &mut BufWriter<_>| -> Result<Answer> {
        let done = if settings.json {
            match replay(record, &setting) {
                Ok(replayed) => return write_line(out, &to_json(&replayed)?).map(|()| Answer::Fine),
                Err(error) => Err(error),
            }
        } else {
            summary.add(record, &setting)
        };
        Ok(done.map_or_else(|error| Answer::Bad(error.to_string()), |()| Answer::Fine))
    };
    lines.for_each(|line| match Record::parse(line) {
        Err(error) => Ok(Answer::Bad(error.to_string())),
        Ok(record) if record.seq.is_some() => {
            match parts.iter_mut().find(|(id, _)| *id == record.id) {
                Some((_, known)) => known.push(record),
                None => parts.push((record.id.clone(), vec![record])),
            }
            Ok(Answer::Fine)
        }
        Ok(record) => use_record(&record, &mut out),
    })?;
    let mut code = lines.code();
    for (id, known) in parts {
        let joined = Record::join(known);
        let answer = match joined {
            Ok(record) => use_record(&record, &mut out)?,
            Err(error) => Answer::Bad(error.to_string()),
        };
        if let Answer::Bad(why) = answer {
            eprintln!("{}: conversation `{id}`: {why}", settings.file);
            code = ExitCode::FAILURE;
        }
    }
    if !settings.json {
        summary.write(&mut out, lines.bad())?;
    }
    flush(&mut out)?;
    Ok(code)
}
