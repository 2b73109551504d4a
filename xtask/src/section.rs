//! A section of a wasm module: replaced, left out, or put before all others.

use std::ops::Range;

use anyhow::{Context, Result, ensure};
use wasm_encoder::{CustomSection, Encode, Module, Section};
use wasmparser::{Parser, Payload};

/// A range of the reader's as one of a slice.
pub fn places(range: &Range<u64>) -> Result<Range<usize>> {
    Ok(usize::try_from(range.start)?..usize::try_from(range.end)?)
}

/// What stands before the section of the number `id`, with that number, and what stands behind it; `range` is what the
/// section holds.
fn around<'a>(module: &'a [u8], id: u8, range: &Range<u64>) -> Result<(&'a [u8], &'a [u8])> {
    let range = places(range)?;
    // Before it stand its number and its length.
    let mut length = Vec::new();
    range.len().encode(&mut length);
    let start = range.start.checked_sub(length.len()).context("a section without a length")?;
    let before = module.get(..start).context("a section that is not there")?;
    ensure!(before.last() == Some(&id), "the length of a section is written longer than it need be");
    Ok((before, module.get(range.end..).context("a section that ends nowhere")?))
}

/// The module with other bytes in the place of those in `range`, which are what the section of the number `id` holds.
pub fn replaced(module: &[u8], id: u8, range: &Range<u64>, content: &[u8]) -> Result<Vec<u8>> {
    let (before, behind) = around(module, id, range)?;
    let mut replaced = before.to_vec();
    content.encode(&mut replaced);
    replaced.extend_from_slice(behind);
    Ok(replaced)
}

/// The module without its custom section of that name, where it has one.
pub fn without(module: &[u8], name: &str) -> Result<Vec<u8>> {
    for payload in Parser::new(0).parse_all(module) {
        if let Payload::CustomSection(custom) = payload?
            && custom.name() == name
        {
            let (before, behind) = around(module, 0, &custom.range())?;
            let before = before.get(..before.len() - 1).context("a section without a number")?;
            return Ok([before, behind].concat());
        }
    }
    Ok(module.to_vec())
}

/// The module behind a custom section without a name that holds so many zeros; 0 adds nothing.
pub fn filled(module: &[u8], zeros: usize) -> Vec<u8> {
    let (header, sections) = module.split_at(module.len().min(Module::HEADER.len()));
    let mut filled = header.to_vec();
    if zeros > 0 {
        CustomSection { name: "".into(), data: vec![0; zeros].into() }.append_to(&mut filled);
    }
    filled.extend_from_slice(sections);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_custom_section_is_left_out() {
        let section = |name: &'static str| CustomSection { name: name.into(), data: b"data".as_slice().into() };
        let both = Module::new().section(&section("a")).section(&section("b")).clone().finish();
        let left = Module::new().section(&section("b")).clone().finish();
        assert_eq!(without(&both, "a").unwrap(), left);
        assert_eq!(without(&left, "a").unwrap(), left);
    }

    #[test]
    fn a_filling_stands_before_everything_and_can_be_left_out() {
        let section = CustomSection { name: "a".into(), data: b"data".as_slice().into() };
        let module = Module::new().section(&section).clone().finish();
        assert_eq!(filled(&module, 0), module);
        let filled = filled(&module, 5);
        assert_eq!(filled.len(), module.len() + 8);
        assert_eq!(without(&filled, "").unwrap(), module);
    }
}
