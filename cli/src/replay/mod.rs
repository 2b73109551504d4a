//! `simmerdown replay`: recorded conversations, run through a policy.

mod html;
pub mod text;

use std::fs;
use std::io::{BufWriter, Write, stdout};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use simmerdown::replay::{Record, Scorer, Setting, differences, replay};
use simmerdown::report::{Course, Report};
use simmerdown::{Mode, Policy, Summary, to_json};

use crate::blocks::{Block, in_order};
use crate::complaint::clearer;
use crate::lines::{flush, write_line};
use crate::policy::named;
use crate::scorer::Scores;
use crate::spool::Spool;

/// Settings of `replay`.
#[derive(Debug, Args)]
pub struct Settings {
    /// Name of a preset (article, balanced) or a file with a policy.
    #[arg(long)]
    policy: String,
    /// Another policy, to compare what it makes of the same conversations.
    #[arg(long, value_name = "POLICY", conflicts_with = "json")]
    against: Option<String>,
    /// Prints every decision, one conversation a line, instead of a summary.
    #[arg(long)]
    json: bool,
    /// Writes the report as a page for the browser, which loads nothing from anywhere.
    #[arg(long, value_name = "OUT", conflicts_with = "json")]
    html: Option<String>,
    /// Whose scores are used.
    #[arg(long, value_enum, default_value_t = Scores::Recorded)]
    scorer: Scores,
    /// Holds this share of the conversations in shadow, 0 to 1, chosen by their ids as in the page; for a log without
    /// decisions, as one with them says how each was held.
    #[arg(long, default_value_t = 0.0)]
    holdout: f64,
    /// Threads that work at the same time; all cores unless given.
    #[arg(long)]
    threads: Option<usize>,
    /// Conversation logs, JSON Lines, plain or compressed by gzip or zstd; `-` is standard input.
    #[arg(required = true)]
    files: Vec<String>,
}

/// The threads to work with.
pub fn threads(asked: Option<usize>) -> usize {
    asked.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, std::num::NonZero::get)).clamp(1, 256)
}

/// A line of a log.
pub enum Entry {
    /// A conversation, or a part of one.
    Record(Record),
    /// What a page says of a conversation in numbers.
    Summary(Box<Summary>),
}

impl Entry {
    /// Reads a line; what is wrong is told of a conversation, unless it is a summary.
    pub fn parse(line: &str) -> Result<Entry, String> {
        Record::parse(line).map(Entry::Record).or_else(|error| {
            let summary = serde_json::from_str(line).map(|summary| Entry::Summary(Box::new(summary)));
            summary.map_err(|_| clearer(line, error.to_string()))
        })
    }
}

/// What is done with each conversation.
struct Task {
    setting: Setting,
    against: Option<Setting>,
    json: bool,
    points: bool,
}

/// What came of some lines.
struct Done {
    out: Vec<u8>,
    report: Report,
    complaints: Vec<String>,
    parts: Vec<(String, String)>,
}

impl Task {
    /// The same for another thread, with policies of its own: every conversation counts among the holders of its
    /// policy, and that count would go back and forth between the cores.
    fn apart(&self) -> Task {
        let apart = |setting: &Setting| Setting { policy: Arc::new(Policy::clone(&setting.policy)), ..setting.clone() };
        Task { setting: apart(&self.setting), against: self.against.as_ref().map(apart), ..*self }
    }

    fn done(&self) -> Done {
        let report = Report::new(&self.setting.policy, self.against.as_ref().map(|against| &*against.policy));
        Done { out: Vec::new(), report, complaints: Vec::new(), parts: Vec::new() }
    }

    fn block(&self, block: &Block) -> Done {
        let mut done = self.done();
        for (number, line) in block.lines() {
            let answer = match line {
                None => Err("it is not UTF-8".to_owned()),
                Some(line) => Entry::parse(line).and_then(|entry| match entry {
                    Entry::Record(record) if record.seq.is_some() => {
                        done.parts.push((record.id, line.to_owned()));
                        Ok(())
                    }
                    Entry::Record(record) => self.record(&record, &mut done),
                    Entry::Summary(_) if self.json => Err("a summary has no events to decide on".to_owned()),
                    Entry::Summary(summary) => {
                        done.report.add_summary(&summary);
                        Ok(())
                    }
                }),
            };
            if let Err(why) = answer {
                done.complaints.push(format!("{}:{number}: {why}", block.file));
            }
        }
        done
    }

    fn record(&self, record: &Record, done: &mut Done) -> Result<(), String> {
        self.replay(record, done).map_err(|error| error.to_string())
    }

    fn replay(&self, record: &Record, done: &mut Done) -> Result<()> {
        if self.json {
            done.out.extend(to_json(&replay(record, &self.setting)?)?.into_bytes());
            done.out.push(b'\n');
            return Ok(());
        }
        let course = Course::of(record, &self.setting, self.points)?;
        let other = self.against.as_ref().map(|against| Course::of(record, against, false)).transpose()?;
        if !record.decisions.is_empty() {
            done.report.add_reproduction(&differences(record, &replay(record, &self.setting)?)?);
        }
        done.report.add(&record.id, course, other.as_ref());
        Ok(())
    }

    /// A conversation whose parts are all there.
    fn joined(&self, lines: &[String]) -> Done {
        let mut done = self.done();
        let parts: Vec<_> = lines.iter().filter_map(|line| Record::parse(line).ok()).collect();
        let id = parts.first().map(|part| part.id.clone()).unwrap_or_default();
        let answer = Record::join(parts).map_err(|error| error.to_string());
        if let Err(why) = answer.and_then(|record| self.record(&record, &mut done)) {
            done.complaints.push(format!("conversation `{id}`: {why}"));
        }
        done
    }
}

/// Replays every conversation.
pub fn run(settings: &Settings) -> Result<ExitCode> {
    if !(0.0..=1.0).contains(&settings.holdout) {
        bail!("`--holdout` is a share from 0 to 1, such as 0.1");
    }
    let scorer = Scorer::from(settings.scorer);
    let setting =
        |policy: Policy| Setting { scorer, mode: Mode::Live, holdout: settings.holdout, ..Setting::new(policy) };
    let task = Task {
        setting: setting(named(&settings.policy)?),
        against: settings.against.as_deref().map(|name| named(name).map(setting)).transpose()?,
        json: settings.json,
        points: settings.html.is_some(),
    };
    let mut out = BufWriter::new(stdout().lock());
    let mut report = task.done().report;
    let (mut bad, mut spool) = (0_u64, Spool::default());
    let mut take = |done: Done, out: &mut BufWriter<_>, spool: Option<&mut Spool>| -> Result<()> {
        write_all(out, &done.out)?;
        report.merge(done.report);
        bad += done.complaints.len() as u64;
        for complaint in done.complaints {
            eprintln!("{complaint}");
        }
        if let Some(spool) = spool {
            for (id, line) in done.parts {
                spool.add(&id, &line)?;
            }
        }
        Ok(())
    };
    let threads = threads(settings.threads);
    let worker = || {
        let task = task.apart();
        move |block: &Block| task.block(block)
    };
    in_order(&settings.files, threads, worker, |done| take(done, &mut out, Some(&mut spool)))?;
    spool.each(|lines| take(task.joined(lines), &mut out, None))?;
    if !settings.json {
        let document = report.document();
        text::write(&mut out, &document, scorer, bad)?;
        if let Some(file) = &settings.html {
            fs::write(file, html::page(&document, scorer, bad)).with_context(|| format!("cannot write `{file}`"))?;
            write_line(&mut out, &format!("the report is in {file}"))?;
        }
    }
    flush(&mut out)?;
    Ok(if bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write_all(out: &mut impl Write, bytes: &[u8]) -> Result<()> {
    match out.write_all(bytes) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => std::process::exit(0),
        done => Ok(done?),
    }
}
