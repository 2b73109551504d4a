//! The reading of logs: lines cut anywhere, conversations whole or in parts, and what of them is held.

use std::mem;
use std::sync::Arc;

use serde::Serialize;
use serde_json::json;

use super::{Lab, lacks_scores};
use crate::replay::{Record, sample_key};

/// The most conversations held. Of a longer log those with the lowest hashes of their ids are kept: a sample that does
/// not depend on the order of the log.
pub const MAX_CONVERSATIONS: usize = 20_000;
/// The longest line that is read, in bytes.
pub const MAX_LINE: usize = 16 * 1_024 * 1_024;
/// Bad lines that are told one by one.
const MAX_COMPLAINTS: usize = 20;

/// What has come of one id.
#[derive(Debug, Default)]
pub(super) struct Held {
    /// Its place in the log.
    order: u64,
    /// Whole conversations of that id, one a line.
    whole: Vec<Arc<Record>>,
    /// Parts of one.
    parts: Vec<Record>,
    /// Whether it was held in shadow.
    shadow: bool,
}

/// A line that could not be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Complaint {
    /// Name of the file.
    pub file: String,
    /// The line, from 1; null for a conversation whose parts do not fit together.
    pub line: Option<u64>,
    /// What is wrong.
    pub problem: String,
}

/// What has been read.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contents {
    /// Conversations held.
    pub conversations: usize,
    /// Of these, those with texts and without any score, which are scored here, on the device.
    pub scored_here: usize,
    /// Conversations known by their summaries only.
    pub summaries: usize,
    /// Lines of conversations that were left out because there are more than are held.
    pub left_out: u64,
    /// Lines that could not be used.
    pub bad: u64,
    /// The first of them.
    pub complaints: Vec<Complaint>,
}

impl Lab {
    /// A file begins.
    pub fn open(&mut self, name: &str) {
        self.close();
        name.clone_into(&mut self.file);
        self.line = 0;
    }

    /// The next bytes of the file, cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut lines = bytes.split(|byte| *byte == b'\n').peekable();
        while let Some(part) = lines.next() {
            if !self.skipping {
                self.rest.extend_from_slice(part);
            }
            if self.rest.len() > MAX_LINE {
                self.rest = Vec::new();
                self.skipping = true;
            }
            if lines.peek().is_some() {
                self.end_line();
            }
        }
    }

    /// The file has ended; its last line needs no end of its own.
    pub fn close(&mut self) {
        if !self.rest.is_empty() || self.skipping {
            self.end_line();
        }
    }

    fn end_line(&mut self) {
        self.line += 1;
        let bytes = mem::take(&mut self.rest);
        if mem::take(&mut self.skipping) {
            let problem = format!("it is longer than {MAX_LINE} bytes");
            return self.complain(Some(self.line), problem);
        }
        // Editors on Windows put a mark before the text.
        match std::str::from_utf8(bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes)) {
            Err(_) => self.complain(Some(self.line), "it is not UTF-8".to_owned()),
            Ok(text) if text.trim().is_empty() => {}
            Ok(text) => match Record::parse(text) {
                Ok(record) => self.keep(record),
                Err(error) => match serde_json::from_str(text) {
                    Ok(summary) => self.summaries.push(summary),
                    Err(_) => self.complain(Some(self.line), error.to_string()),
                },
            },
        }
    }

    fn complain(&mut self, line: Option<u64>, problem: String) {
        self.bad += 1;
        if self.complaints.len() < MAX_COMPLAINTS {
            self.complaints.push(Complaint { file: self.file.clone(), line, problem });
        }
    }

    fn keep(&mut self, mut record: Record) {
        self.read += 1;
        let key = (sample_key(&record.id), record.id.clone());
        if self.bound.as_ref().is_some_and(|bound| key >= *bound) {
            self.left_out += 1;
            return;
        }
        let order = self.read;
        let held = self.held.entry(key).or_insert_with(|| Held { order, ..Held::default() });
        let shadow = record.was_shadow();
        // What was decided then takes more room than what happened.
        record.decisions = Vec::new();
        if record.seq.is_some() {
            held.shadow |= shadow;
            held.parts.push(record);
        } else {
            held.whole.push(Arc::new(marked(record, shadow)));
        }
        if self.held.len() > MAX_CONVERSATIONS
            && let Some((key, held)) = self.held.pop_last()
        {
            self.left_out += (held.whole.len() + held.parts.len()) as u64;
            self.bound = Some(key);
        }
    }

    /// Ends the reading: the parts of conversations are joined. More files may be opened afterwards.
    pub fn settle(&mut self) -> Contents {
        self.close();
        let mut records: Vec<(u64, Arc<Record>)> = Vec::new();
        let mut torn = Vec::new();
        for ((_, id), held) in &self.held {
            records.extend(held.whole.iter().map(|record| (held.order, Arc::clone(record))));
            if held.parts.is_empty() {
                continue;
            }
            match Record::join(held.parts.clone()) {
                Ok(record) => records.push((held.order, Arc::new(marked(record, held.shadow)))),
                Err(error) => torn.push(format!("conversation `{id}`: {error}")),
            }
        }
        for problem in torn {
            self.complain(None, problem);
        }
        records.sort_by_key(|(order, _)| *order);
        self.records = records.into_iter().map(|(_, record)| record).collect();
        self.before = None;
        self.run = None;
        Contents {
            conversations: self.records.len(),
            scored_here: self.records.iter().filter(|record| lacks_scores(record)).count(),
            summaries: self.summaries.len(),
            left_out: self.left_out,
            bad: self.bad,
            complaints: self.complaints.clone(),
        }
    }
}

/// The record, which a replay holds in shadow where it was so.
fn marked(mut record: Record, shadow: bool) -> Record {
    if shadow {
        record.decisions = vec![json!({ "shadow": true })];
    }
    record
}
