//! `cargo xtask features`: the on-device model's view of texts, for training. JSON Lines with a `text` each come in on
//! standard input. For each go out, little-endian: the number of its sentences as `u32`; for each sentence three lists of
//! `u32`, each behind its length, of words, of runs of letters and of what the cues see, and what its single words say, as `f32`;
//! then a list of its marks, and what all its words and emoji say.

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
        out.write_all(&(features.sentences.len() as u32).to_le_bytes())?;
        for (sentence, cues) in features.sentences.iter().zip(read_cue_features(text)) {
            for list in [&sentence.words, &sentence.letters, &cues] {
                write_list(&mut out, list)?;
            }
            write_feelings(&mut out, &sentence.feelings)?;
        }
        write_list(&mut out, &features.marks)?;
        write_feelings(&mut out, &features.feelings)?;
    }
    Ok(out.flush()?)
}

fn write_list(out: &mut impl Write, hashes: &[u32]) -> Result<()> {
    out.write_all(&(hashes.len() as u32).to_le_bytes())?;
    for hash in hashes {
        out.write_all(&hash.to_le_bytes())?;
    }
    Ok(())
}

fn write_feelings(out: &mut impl Write, feelings: &[f64]) -> Result<()> {
    for feeling in feelings {
        out.write_all(&(*feeling as f32).to_le_bytes())?;
    }
    Ok(())
}
