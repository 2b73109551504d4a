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
}

impl Block {
    /// The lines that are not blank, with their numbers; a line that is no UTF-8 is none.
    pub fn lines(&self) -> impl Iterator<Item = (u64, Option<&str>)> {
        let mut rest = self.bytes.as_slice();
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

/// Reads all files block by block and hands each to `each`.
fn read(files: &[String], bar: &ProgressBar, mut each: impl FnMut(Block) -> bool) -> Result<()> {
    for file in files {
        let mut input = Input::open(file, bar)?;
        let (mut held, mut line) = (Vec::new(), 1);
        loop {
            let start = held.len();
            held.resize(start + BLOCK, 0);
            let free = held.get_mut(start..).unwrap_or_default();
            let count = match input.read(free) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {
                    held.truncate(start);
                    continue;
                }
                count => count.with_context(|| format!("cannot read {}", input.name))?,
            };
            held.truncate(start + count);
            let fresh = held.get(start..).unwrap_or_default();
            let whole = match memchr::memrchr(b'\n', fresh) {
                Some(last) => start + last + 1,
                None if count == 0 || held.len() >= MAX_LINE => held.len(),
                None => continue,
            };
            if whole == 0 {
                break;
            }
            let rest = held.split_off(whole);
            let bytes = std::mem::replace(&mut held, rest);
            let lines = memchr::memchr_iter(b'\n', &bytes).count() as u64;
            if !each(Block { file: input.name.clone(), first_line: line, bytes }) {
                return Ok(());
            }
            line += lines;
            if count == 0 && held.is_empty() {
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
    if threads <= 1 {
        let mut failed = None;
        read(files, &bar, |block| match take(work(&block)) {
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
    let (blocks, work, reading) = (&blocks, &work, &bar);
    let taken = thread::scope(|scope| {
        for _ in 0..ahead {
            // There is room for all of them.
            let _ = give_ticket.send(());
        }
        let reader = scope.spawn(move || {
            let mut number = 0;
            read(files, reading, |block| {
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
                    if give_done.send((number, work(&block))).is_err() {
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
