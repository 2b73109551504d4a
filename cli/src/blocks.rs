//! Blocks of whole lines, worked on by several threads and taken back in their order.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read};
use std::sync::Mutex;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use crate::input::Input;

/// Bytes of a block, about.
const BLOCK: usize = 512 * 1024;
/// The longest line read, in bytes; a longer one is a bad line, not a full memory.
const MAX_LINE: usize = 256 * 1024 * 1024;

/// Some whole lines.
pub struct Block {
    /// Name of their file.
    pub file: String,
    /// Number of the first line, from 1.
    pub first_line: u64,
    bytes: Vec<u8>,
    /// So many of the bytes are lines, the others are room.
    filled: usize,
}

impl Block {
    /// The lines that are not blank, with their numbers; a line that is no UTF-8 is none.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Option<&str>)> {
        let mut rest = self.bytes.get(..self.filled).unwrap_or_default();
        let mut number = self.first_line;
        std::iter::from_fn(move || {
            while !rest.is_empty() {
                let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                let (line, after) = rest.split_at(end);
                rest = after.get(1..).unwrap_or_default();
                number += 1;
                // Editors on Windows put a mark before the text.
                let line = line.strip_prefix("\u{feff}".as_bytes()).unwrap_or(line);
                let line = std::str::from_utf8(line).ok().map(str::trim);
                if line != Some("") {
                    return Some((number - 1, line));
                }
            }
            None
        })
    }
}

impl Block {
    /// Its room, for another block: fresh memory costs more than reading a file into it.
    fn into_room(self) -> Vec<u8> {
        // What one long line took is given back.
        if self.bytes.len() <= 4 * BLOCK { self.bytes } else { Vec::new() }
    }
}

/// All files, read block by block.
struct Source<'a> {
    files: std::slice::Iter<'a, String>,
    bar: &'a ProgressBar,
    input: Option<Input>,
    /// The beginning of the next block: what stood after the last whole line.
    rest: Vec<u8>,
    next_line: u64,
    /// Number of the latest block, from 1.
    number: u64,
}

impl<'a> Source<'a> {
    fn new(files: &'a [String], bar: &'a ProgressBar) -> Source<'a> {
        Source { files: files.iter(), bar, input: None, rest: Vec::new(), next_line: 1, number: 0 }
    }

    /// The next block; none after the last, and after an error.
    fn next(&mut self, room: Vec<u8>) -> Result<Option<Block>> {
        self.number += 1;
        self.block(room).inspect_err(|_| {
            self.files = [].iter();
            self.input = None;
        })
    }

    fn block(&mut self, mut room: Vec<u8>) -> Result<Option<Block>> {
        room.resize(room.len().max(BLOCK), 0);
        loop {
            let input = match &mut self.input {
                Some(input) => input,
                none => {
                    let Some(file) = self.files.next() else { return Ok(None) };
                    self.next_line = 1;
                    none.insert(Input::open(file, self.bar)?)
                }
            };
            let filled = whole_lines(input, &mut self.rest, &mut room);
            let filled = filled.with_context(|| format!("cannot read {}", input.name))?;
            if filled > 0 {
                let file = input.name.clone();
                let first_line = self.next_line;
                let whole = room.get(..filled).unwrap_or_default();
                // Each is looked for: counting them at once pays only where lines are short.
                self.next_line += memchr::memchr_iter(b'\n', whole).map(|_| 1).sum::<u64>();
                return Ok(Some(Block { file, first_line, bytes: room, filled }));
            }
            self.input = None;
        }
    }
}

/// Fills the room with whole lines, the rest of the last time first, and says how far; what comes after them is the
/// rest. Only at the end of a file is it not filled at all.
fn whole_lines(input: &mut impl Read, rest: &mut Vec<u8>, room: &mut Vec<u8>) -> std::io::Result<usize> {
    room.resize(room.len().max(rest.len() + BLOCK / 2), 0);
    let mut filled = rest.len();
    if let Some(start) = room.get_mut(..filled) {
        start.copy_from_slice(rest);
    }
    rest.clear();
    loop {
        if room.len() - filled < BLOCK / 2 {
            room.resize(2 * room.len(), 0);
        }
        let count = match input.read(room.get_mut(filled..).unwrap_or_default()) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            count => count?,
        };
        let last = memchr::memrchr(b'\n', room.get(filled..filled + count).unwrap_or_default());
        let whole = last.map(|last| filled + last + 1);
        filled += count;
        match whole {
            None if count > 0 && filled < MAX_LINE => {}
            None => return Ok(filled),
            Some(whole) => {
                rest.extend_from_slice(room.get(whole..filled).unwrap_or_default());
                return Ok(whole);
            }
        }
    }
}

/// Works on every block with some threads, each with a worker of its own, and takes what came of each in the order of
/// the files. Only a few blocks are held at a time. Whoever has nothing to do reads the next one, so that a block is
/// worked on by the core that has just read it.
pub fn in_order<T: Send, W: FnMut(&Block) -> T>(
    files: &[String],
    threads: usize,
    worker: impl Fn() -> W + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let bar = crate::input::bar(files);
    let mut source = Source::new(files, &bar);
    if threads <= 1 {
        let (mut work, mut room) = (worker(), Vec::new());
        while let Some(block) = source.next(room)? {
            take(work(&block))?;
            room = block.into_room();
        }
        bar.finish_and_clear();
        return Ok(());
    }
    let ahead = threads * 3;
    let (give_ticket, tickets) = sync_channel(ahead);
    let (give_done, done) = channel();
    let source = Mutex::new((tickets, source));
    let (source, worker) = (&source, &worker);
    let taken = thread::scope(|scope| {
        for _ in 0..ahead {
            // There is room for all of them.
            let _ = give_ticket.send(());
        }
        for _ in 0..threads {
            let give_done = give_done.clone();
            scope.spawn(move || {
                let (mut work, mut room) = (worker(), Vec::new());
                loop {
                    let Ok(mut held) = source.lock() else { return };
                    let (tickets, source) = &mut *held;
                    if tickets.recv().is_err() {
                        return;
                    }
                    let next = source.next(room);
                    let number = source.number;
                    drop(held);
                    let (result, block) = match next {
                        Ok(None) => return,
                        Ok(Some(block)) => (Ok(work(&block)), Some(block)),
                        // It comes after everything that could be read.
                        Err(error) => (Err(error), None),
                    };
                    room = block.map(Block::into_room).unwrap_or_default();
                    if give_done.send((number, result)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(give_done);
        let (mut waiting, mut next) = (BTreeMap::new(), 1);
        for (number, result) in &done {
            waiting.insert(number, result);
            while let Some(result) = waiting.remove(&next) {
                next += 1;
                take(result?)?;
                // Nobody may be left to read.
                let _ = give_ticket.send(());
            }
        }
        drop(give_ticket);
        Ok(())
    });
    bar.finish_and_clear();
    taken
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of all files with the names of their files and their numbers, as several threads read them.
    fn lines(files: &[String], threads: usize) -> Vec<(String, u64, Option<String>)> {
        let mut all = Vec::new();
        let work = || {
            |block: &Block| {
                let lines = block.lines().map(|(number, line)| (block.file.clone(), number, line.map(str::to_owned)));
                lines.collect::<Vec<_>>()
            }
        };
        in_order(files, threads, work, |lines| {
            all.extend(lines);
            Ok(())
        })
        .unwrap();
        all
    }

    #[test]
    fn every_line_comes_once_in_order_with_its_number_however_long_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let long = "x".repeat(3 * BLOCK);
        let many: String = (0..60_000).map(|number| format!("{number}, a line of some length\r\n\n")).collect();
        let texts = [
            format!("short\n{long}\n\n{long}y\nlast"),
            many,
            String::new(),
            "\n\n".to_owned(),
            format!("{}\n{}", "a".repeat(BLOCK - 1), "b".repeat(BLOCK)),
        ];
        let mut files = Vec::new();
        let mut want = Vec::new();
        for (place, text) in texts.iter().enumerate() {
            let path = folder.path().join(place.to_string());
            std::fs::write(&path, text).unwrap();
            let file = path.to_str().unwrap().to_owned();
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
                want.push((file.clone(), number as u64 + 1, Some(line.to_owned())));
            }
            files.push(file);
        }
        let bad = folder.path().join("bad");
        std::fs::write(&bad, b"fine\n\xff\n  fine, too  ").unwrap();
        let bad = bad.to_str().unwrap().to_owned();
        for (number, line) in [(1, Some("fine")), (2, None), (3, Some("fine, too"))] {
            want.push((bad.clone(), number, line.map(str::to_owned)));
        }
        files.push(bad);
        for threads in [1, 3] {
            assert!(lines(&files, threads) == want, "with {threads} threads");
        }
    }
}
