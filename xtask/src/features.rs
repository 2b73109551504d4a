//! `cargo xtask features`: the on-device model's view of texts, for training. JSON Lines with a `text` each come
//! in on standard input; for each, four lists of little-endian `u32` go out, each behind its length, the last one of the
//! cues, and then what
//! its single words say, as `f32`.

use std::io::{BufRead, BufWriter, Write, stdin, stdout};

use anyhow::{Context, Result};
use serde_json::Value;
use simmerdown::on_device::{read_cue_features, read_features};

/// Reads every line and writes its features.
pub fn write() -> Result<()> {
    let mut out = BufWriter::new(stdout().lock());
    for (number, line) in stdin().lock().lines().enumerate() {
        let line: Value = serde_json::from_str(&line?).with_context(|| format!("line {}", number + 1))?;
        let text =
            line.get("text").and_then(Value::as_str).with_context(|| format!("line {} has no text", number + 1))?;
        let features = read_features(text);
        for list in features.hashes.into_iter().chain([read_cue_features(text)]) {
            out.write_all(&(list.len() as u32).to_le_bytes())?;
            for hash in list {
                out.write_all(&hash.to_le_bytes())?;
            }
        }
        for feeling in features.feelings {
            out.write_all(&(feeling as f32).to_le_bytes())?;
        }
    }
    Ok(out.flush()?)
}
