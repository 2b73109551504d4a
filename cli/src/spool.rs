//! Parts of conversations that stand on several lines, put aside on disk until all of them are there.
//!
//! They are spread over files by their id, each file is sorted in memory by itself, and the sorted files are
//! merged, so that memory does not grow with the log. The files have no name: nothing is left behind.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::IgnoredAny;
use simmerdown::replay::{LAST, sample_key};

/// Files that the parts are spread over.
const FILES: usize = 64;

/// Parts on disk.
#[derive(Default)]
pub struct Spool {
    files: BTreeMap<usize, BufWriter<File>>,
    parts: u64,
}

/// What of a part is needed to put it in its place.
#[derive(Deserialize)]
struct Place<'a> {
    #[serde(borrow)]
    id: std::borrow::Cow<'a, str>,
    #[serde(default = "last")]
    seq: u64,
    #[serde(default, rename = "events")]
    _events: IgnoredAny,
}

/// Where a part stands that says no place: it tells what became of the conversation.
fn last() -> u64 {
    LAST
}

/// The file of an id.
fn file_of(id: &str) -> usize {
    (sample_key(id) >> 32) as usize % FILES
}

impl Spool {
    /// Puts a part aside: a line of the log that has been found good.
    pub fn add(&mut self, id: &str, line: &str) -> Result<()> {
        use std::collections::btree_map::Entry;
        let file = match self.files.entry(file_of(id)) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => {
                let file = tempfile::tempfile().context("cannot put parts of conversations aside")?;
                free.insert(BufWriter::new(file))
            }
        };
        let number = self.parts;
        self.parts += 1;
        writeln!(file, "{number}\t{line}").context("cannot put parts of conversations aside")
    }

    /// Hands over the lines of each conversation, in the order of its parts; the conversations in the order of
    /// their first lines.
    pub fn each(self, mut each: impl FnMut(&[String]) -> Result<()>) -> Result<()> {
        let mut sorted = Vec::new();
        for file in self.files.into_values() {
            sorted.push(sort(file.into_inner().context("cannot put parts of conversations aside")?)?);
        }
        let mut readers: Vec<_> = sorted.into_iter().map(Merged::new).collect();
        loop {
            let next =
                readers.iter_mut().filter_map(|reader| Some((reader.first()?, reader))).min_by_key(|(first, _)| *first);
            let Some((_, reader)) = next else { return Ok(()) };
            each(&reader.conversation()?)?;
        }
    }
}

/// Sorts one file by conversation, each under the number of its first line.
fn sort(mut file: File) -> Result<File> {
    file.seek(SeekFrom::Start(0))?;
    let mut lines = Vec::new();
    for line in BufReader::new(&file).lines() {
        lines.push(line?);
    }
    let mut conversations: BTreeMap<String, Vec<(u64, u64, &str)>> = BTreeMap::new();
    for line in &lines {
        let (number, text) = line.split_once('\t').context("a part put aside cannot be read")?;
        let Place { id, seq, .. } = serde_json::from_str(text)?;
        conversations.entry(id.into_owned()).or_default().push((seq, number.parse()?, text));
    }
    let mut conversations: Vec<_> = conversations
        .into_values()
        .map(|mut parts| {
            let first = parts.iter().map(|(_, number, _)| *number).min();
            parts.sort_by_key(|(seq, number, _)| (*seq, *number));
            (first, parts)
        })
        .collect();
    conversations.sort_by_key(|(first, _)| *first);
    let mut out = BufWriter::new(tempfile::tempfile()?);
    for (first, parts) in conversations {
        for (_, _, text) in parts {
            writeln!(out, "{}\t{text}", first.unwrap_or_default())?;
        }
    }
    let mut out = out.into_inner()?;
    out.seek(SeekFrom::Start(0))?;
    Ok(out)
}

/// A sorted file, a conversation at a time.
struct Merged {
    lines: std::io::Lines<BufReader<File>>,
    next: Option<(u64, String)>,
}

impl Merged {
    fn new(file: File) -> Merged {
        let mut merged = Merged { lines: BufReader::new(file).lines(), next: None };
        merged.step();
        merged
    }

    fn step(&mut self) {
        let line = self.lines.next().and_then(Result::ok);
        self.next = line.and_then(|line| {
            let (first, text) = line.split_once('\t')?;
            Some((first.parse().ok()?, text.to_owned()))
        });
    }

    fn first(&self) -> Option<u64> {
        self.next.as_ref().map(|(first, _)| *first)
    }

    fn conversation(&mut self) -> Result<Vec<String>> {
        let first = self.first().context("a part put aside cannot be read")?;
        let mut lines = Vec::new();
        while let Some((_, line)) = self.next.take_if(|(number, _)| *number == first) {
            lines.push(line);
            self.step();
        }
        Ok(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_by_conversation_in_their_order() {
        let mut spool = Spool::default();
        for (id, seq) in [("b", 2), ("a", 1), ("c", 0), ("b", 1), ("a", 0)] {
            spool.add(id, &format!("{{\"id\":\"{id}\",\"seq\":{seq},\"events\":[]}}")).unwrap();
        }
        let mut seen = Vec::new();
        spool
            .each(|lines| {
                seen.push(lines.iter().map(|line| line.replace(",\"events\":[]", "")).collect::<String>());
                Ok(())
            })
            .unwrap();
        assert_eq!(
            seen,
            [
                r#"{"id":"b","seq":1}{"id":"b","seq":2}"#,
                r#"{"id":"a","seq":0}{"id":"a","seq":1}"#,
                r#"{"id":"c","seq":0}"#
            ]
        );
    }
}
