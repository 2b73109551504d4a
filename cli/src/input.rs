//! Files in: plain, gzip or zstd, told by their first bytes; `-` is standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::time::Duration;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};

/// A file that is being read.
pub struct Input {
    /// Its name, for messages.
    pub name: String,
    reader: Box<dyn Read + Send>,
}

impl Input {
    /// Opens a file; the bar counts the bytes read of it.
    pub fn open(file: &str, bar: &ProgressBar) -> Result<Input> {
        let (name, raw): (&str, Box<dyn Read + Send>) = if file == "-" {
            ("standard input", Box::new(io::stdin()))
        } else {
            (file, Box::new(File::open(file).with_context(|| format!("cannot read `{file}`"))?))
        };
        let mut raw = bar.wrap_read(raw);
        let mut head = Vec::with_capacity(4);
        raw.by_ref().take(4).read_to_end(&mut head).with_context(|| format!("cannot read {name}"))?;
        let whole = io::Cursor::new(head.clone()).chain(raw);
        let reader: Box<dyn Read + Send> = match head.as_slice() {
            [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole))),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(whole)?),
            _ => Box::new(whole),
        };
        Ok(Input { name: name.to_owned(), reader })
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

/// A bar over the bytes of these files, hidden where nobody looks.
pub fn bar(files: &[String]) -> ProgressBar {
    let sizes: Option<Vec<u64>> = files
        .iter()
        .map(|file| std::fs::metadata(file).ok().filter(std::fs::Metadata::is_file).map(|of| of.len()))
        .collect();
    let bar = match sizes {
        Some(sizes) => ProgressBar::new(sizes.iter().sum()),
        None => ProgressBar::no_length(),
    };
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {bytes} of {total_bytes}, {elapsed}, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
