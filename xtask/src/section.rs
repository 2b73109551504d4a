//! A section of a wasm module, replaced.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasm_encoder::Encode;

/// A range of the reader's as one of a slice.
pub fn places(range: &Range<u64>) -> Result<Range<usize>> {
    Ok(usize::try_from(range.start)?..usize::try_from(range.end)?)
}

/// The module with other bytes in the place of those in `range`, which are what the section of the number `id` holds.
pub fn replaced(module: &[u8], id: u8, range: &Range<u64>, content: &[u8]) -> Result<Vec<u8>> {
    let range = places(range)?;
    // Before it stand its number and its length.
    let mut length = Vec::new();
    range.len().encode(&mut length);
    let start = range.start.checked_sub(length.len()).context("a section without a length")?;
    let mut replaced = module.get(..start).context("a section that is not there")?.to_vec();
    ensure!(replaced.last() == Some(&id), "the length of a section is written longer than it need be");
    content.encode(&mut replaced);
    replaced.extend_from_slice(module.get(range.end..).context("a section that ends nowhere")?);
    Ok(replaced)
}
