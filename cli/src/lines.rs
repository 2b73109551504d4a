//! Lines in, lines out.

use std::io::{self, BufRead, BufReader, Write};
use std::process::ExitCode;

use anyhow::{Context, Result};
use indicatif::ProgressBar;

use crate::input::Input;

/// The longest line read, in bytes; a longer one is a bad line, not a full memory.
const MAX_LINE: u64 = 256 * 1024 * 1024;

/// The lines of a file, or of standard input for `-`.
pub struct Lines {
    name: String,
    input: Box<dyn BufRead>,
    number: u64,
    bad: u64,
}

impl Lines {
    /// Opens a file.
    pub fn open(file: &str) -> Result<Lines> {
        let input = Input::open(file, &ProgressBar::hidden())?;
        Ok(Lines { name: input.name.clone(), input: Box::new(BufReader::new(input)), number: 0, bad: 0 })
    }

    /// Hands each line that is not blank to `each`. One that it refuses is reported with its number, and the
    /// rest goes on.
    pub fn for_each(&mut self, mut each: impl FnMut(&str) -> Result<Answer>) -> Result<()> {
        let mut bytes = Vec::new();
        loop {
            bytes.clear();
            let mut limited = io::Read::take(&mut self.input, MAX_LINE);
            if limited.read_until(b'\n', &mut bytes).with_context(|| format!("cannot read {}", self.name))? == 0 {
                return Ok(());
            }
            self.number += 1;
            let answer = match std::str::from_utf8(&bytes) {
                Ok(line) if unmarked(line).is_empty() => Answer::Fine,
                Ok(line) => each(unmarked(line))?,
                Err(_) => each("\u{0}").map(|_| Answer::Bad("it is not UTF-8".to_owned()))?,
            };
            if let Answer::Bad(why) = answer {
                self.bad += 1;
                eprintln!("{}:{}: {why}", self.name, self.number);
            }
        }
    }

    /// The exit status: 1 when a line was refused.
    pub fn code(&self) -> ExitCode {
        if self.bad > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }
}

/// The line without blanks around it, and without the mark that editors on Windows put before a text.
fn unmarked(line: &str) -> &str {
    line.strip_prefix('\u{feff}').unwrap_or(line).trim()
}

/// What became of a line.
pub enum Answer {
    /// It was used.
    Fine,
    /// It was refused, and why.
    Bad(String),
}

/// Writes one line. A reader that has gone away ends the program quietly.
pub fn write_line(out: &mut impl Write, line: &str) -> Result<()> {
    let written = out.write_all(line.as_bytes()).and_then(|()| out.write_all(b"\n"));
    quietly(written)
}

/// Flushes, likewise.
pub fn flush(out: &mut impl Write) -> Result<()> {
    quietly(out.flush())
}

fn quietly(done: io::Result<()>) -> Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => std::process::exit(0),
        done => Ok(done?),
    }
}
