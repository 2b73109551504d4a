//! Files in: plain, gzip or zstd, in UTF-8 or UTF-16, told by their first bytes; `-` is standard input.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::time::Duration;

use anyhow::{Context, Result, bail};
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
        let reading = || format!("cannot read {name}");
        let (head, whole) = begun(bar.wrap_read(raw)).with_context(reading)?;
        let reader: Box<dyn Read + Send> = match head.as_slice() {
            [0x1f, 0x8b, ..] => Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, whole))),
            [0x28, 0xb5, 0x2f, 0xfd] => Box::new(zstd::Decoder::new(whole)?),
            _ => return Ok(Input { name: name.to_owned(), reader: in_utf8(&head, Box::new(whole)) }),
        };
        let (head, unpacked) = begun(reader).with_context(reading)?;
        Ok(Input { name: name.to_owned(), reader: in_utf8(&head, Box::new(unpacked)) })
    }
}

/// What is read, its beginning put before the rest again.
type Whole<R> = io::Chain<io::Cursor<Vec<u8>>, R>;

/// The first four bytes of what is read, and the whole of it.
fn begun<R: Read>(mut raw: R) -> io::Result<(Vec<u8>, Whole<R>)> {
    let mut head = Vec::with_capacity(4);
    raw.by_ref().take(4).read_to_end(&mut head)?;
    Ok((head.clone(), io::Cursor::new(head).chain(raw)))
}

/// UTF-16, as a shell on Windows writes it behind `>`, turned into UTF-8; told by the mark at its beginning.
fn in_utf8(head: &[u8], whole: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    let big = match head {
        [0xff, 0xfe, ..] => false,
        [0xfe, 0xff, ..] => true,
        _ => return whole,
    };
    Box::new(Wide { input: whole, big, units: Vec::new(), bytes: Vec::new(), text: io::Cursor::default() })
}

/// Turns UTF-16 into UTF-8 as it is read; half a pair becomes the replacement character.
struct Wide {
    input: Box<dyn Read + Send>,
    /// The higher byte comes first.
    big: bool,
    /// What was read and belongs to a character whose rest is still to come.
    units: Vec<u16>,
    bytes: Vec<u8>,
    text: io::Cursor<Vec<u8>>,
}

impl Wide {
    /// Reads on; false at the end.
    fn go_on(&mut self) -> io::Result<bool> {
        let mut block = vec![0; 1 << 16];
        let count = self.input.read(&mut block)?;
        self.bytes.extend_from_slice(block.get(..count).unwrap_or_default());
        let pairs = self.bytes.chunks_exact(2);
        let odd = pairs.remainder().to_vec();
        let unit = |pair: &[u8]| <[u8; 2]>::try_from(pair).unwrap_or_default();
        let wide = |pair| if self.big { u16::from_be_bytes(unit(pair)) } else { u16::from_le_bytes(unit(pair)) };
        self.units.extend(pairs.map(wide));
        self.bytes = odd;
        // The first half of a pair waits for the second.
        let half = if count > 0 { self.units.pop_if(|unit| (0xd800..0xdc00).contains(unit)) } else { None };
        let letters = char::decode_utf16(self.units.drain(..)).map(|letter| letter.unwrap_or('\u{fffd}'));
        self.text = io::Cursor::new(letters.collect::<String>().into_bytes());
        self.units.extend(half);
        Ok(count > 0)
    }
}

impl Read for Wide {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let count = self.text.read(buffer)?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if !self.go_on()? {
                return self.text.read(buffer);
            }
        }
    }
}

/// The text of a file, or of standard input for `-`, without the mark that editors on Windows put before it.
pub fn text_of(file: &str) -> Result<String> {
    let mut bytes = Vec::new();
    let mut input = Input::open(file, &ProgressBar::hidden())?;
    input.read_to_end(&mut bytes).with_context(|| format!("cannot read {}", input.name))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let good = error.as_bytes().get(..error.utf8_error().valid_up_to()).unwrap_or_default();
            let line = good.iter().filter(|byte| **byte == b'\n').count() + 1;
            bail!("{} is not UTF-8, from line {line} on; save it as UTF-8 in your editor", input.name)
        }
    };
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_read_by_its_mark_whatever_a_read_brings() {
        /// One byte at a time, as a slow pipe.
        struct Slow(io::Cursor<Vec<u8>>);
        impl Read for Slow {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                self.0.read(buffer.get_mut(..1).unwrap())
            }
        }
        let text = "{\"id\": \"größer 😡\"}\r\n";
        for big in [false, true] {
            let units = std::iter::once(0xfeff).chain(text.encode_utf16());
            let bytes: Vec<u8> =
                units.flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect();
            let (head, whole) = begun(Slow(io::Cursor::new(bytes))).unwrap();
            let mut read = String::new();
            in_utf8(&head, Box::new(whole)).read_to_string(&mut read).unwrap();
            assert_eq!(read.strip_prefix('\u{feff}'), Some(text));
        }
        let (head, whole) = begun(io::Cursor::new(b"\xff\xfe\x3d\xd8x".to_vec())).unwrap();
        let mut read = String::new();
        in_utf8(&head, Box::new(whole)).read_to_string(&mut read).unwrap();
        assert_eq!(read, "\u{feff}\u{fffd}", "half a pair and half a unit");
    }
}
