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
                let line = std::str::from_utf8(line).ok().map(str::trim);
                if line != Some("") {
                    return Some((number - 1, line));
                }
            }
            None
        })
    }
}

/// Room for blocks that have been worked on: fresh memory costs more than reading a file into it.
#[derive(Default)]
struct Spare(Mutex<Vec<Vec<u8>>>);

impl Spare {
    fn take(&self, least: usize) -> Vec<u8> {
        let known = self.0.lock().ok().and_then(|mut spare| spare.pop());
        let mut room = known.unwrap_or_default();
        room.resize(room.len().max(least), 0);
        room
    }

    fn give(&self, block: Block) {
        // What one long line took is given back.
        if block.bytes.len() <= 4 * BLOCK
            && let Ok(mut spare) = self.0.lock()
        {
            spare.push(block.bytes);
        }
    }
}

/// Reads all files block by block and hands each to `each`.
fn read(files: &[String], bar: &ProgressBar, spare: &Spare, mut each: impl FnMut(Block) -> bool) -> Result<()> {
    for file in files {
        let mut input = Input::open(file, bar)?;
        let (mut bytes, mut filled, mut first_line) = (spare.take(BLOCK), 0, 1);
        loop {
            if bytes.len() - filled < BLOCK / 2 {
                bytes.resize(2 * bytes.len(), 0);
            }
            let count = match input.read(bytes.get_mut(filled..).unwrap_or_default()) {
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                count => count.with_context(|| format!("cannot read {}", input.name))?,
            };
            let fresh = bytes.get(filled..filled + count).unwrap_or_default();
            let last = memchr::memrchr(b'\n', fresh).map(|last| filled + last + 1);
            filled += count;
            let whole = match last {
                Some(whole) => whole,
                None if count == 0 || filled >= MAX_LINE => filled,
                None => continue,
            };
            if whole == 0 {
                break;
            }
            let rest = bytes.get(whole..filled).unwrap_or_default();
            let mut next = spare.take(BLOCK.max(rest.len()));
            if let Some(start) = next.get_mut(..rest.len()) {
                start.copy_from_slice(rest);
            }
            filled = rest.len();
            let lines = memchr::memchr_iter(b'\n', bytes.get(..whole).unwrap_or_default()).count() as u64;
            let block = Block { file: input.name.clone(), first_line, bytes, filled: whole };
            if !each(block) {
                return Ok(());
            }
            bytes = next;
            first_line += lines;
            if count == 0 && filled == 0 {
                break;
            }
        }
    }
    Ok(())
}

/// Works on every block with some threads, and takes what came of each in the order of the files. Only a few
/// blocks are held at a time.
pub fn in_order<T: Send>(
    files: &[String],
    threads: usize,
    work: impl Fn(&Block) -> T + Sync,
    mut take: impl FnMut(T) -> Result<()>,
) -> Result<()> {
    let bar = crate::input::bar(files);
    let spare = Spare::default();
    let work = |block: Block| {
        let done = work(&block);
        spare.give(block);
        done
    };
    if threads <= 1 {
        let mut failed = None;
        read(files, &bar, &spare, |block| match take(work(block)) {
            Ok(()) => true,
            Err(error) => {
                failed = Some(error);
                false
            }
        })?;
        bar.finish_and_clear();
        return failed.map_or(Ok(()), Err);
    }
    let ahead = threads * 3;
    let (give_ticket, tickets) = sync_channel(ahead);
    let (give_block, blocks) = sync_channel::<(u64, Block)>(ahead);
    let (give_done, done) = channel();
    let blocks = Mutex::new(blocks);
    let (blocks, work, reading, spare) = (&blocks, &work, &bar, &spare);
    let taken = thread::scope(|scope| {
        for _ in 0..ahead {
            // There is room for all of them.
            let _ = give_ticket.send(());
        }
        let reader = scope.spawn(move || {
            let mut number = 0;
            read(files, reading, spare, |block| {
                number += 1;
                tickets.recv().is_ok() && give_block.send((number, block)).is_ok()
            })
        });
        for _ in 0..threads {
            let give_done = give_done.clone();
            scope.spawn(move || {
                loop {
                    let next = blocks.lock().ok().and_then(|blocks| blocks.recv().ok());
                    let Some((number, block)) = next else { return };
                    if give_done.send((number, work(block))).is_err() {
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
                take(result)?;
                // The reader may be through.
                let _ = give_ticket.send(());
            }
        }
        drop(give_ticket);
        reader.join().map_err(|_| anyhow::anyhow!("the reader stopped"))?
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
        let work = |block: &Block| {
            let lines = block.lines().map(|(number, line)| (block.file.clone(), number, line.map(str::to_owned)));
            lines.collect::<Vec<_>>()
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
