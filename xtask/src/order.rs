//! The order in which functions stand in the wasm, so that it compresses well.
//!
//! A compressor says how far back a repetition lies, and its statistics are those of the neighbourhood. So what is alike
//! stands side by side. How alike two functions are is the cosine of what runs of bytes they have in common, weighed as
//! words of documents are (tf-idf: Spärck Jones 1972); the order goes on with whatever is most like the last few.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use wasm_encoder::{NameMap, NameSection, Section};
use wasmparser::{Parser, Payload, TypeRef};

/// Bytes of a run; of 3 to 8 it gave the smallest file, as did the numbers below.
const RUN: usize = 4;
/// A run counts so often in one function at most.
const OFTEN: u32 = 3;
/// The functions that the next one is to be like, and how much less each earlier one counts.
const LOOKED_BACK_ON: usize = 4;
const LESS: f64 = 0.5;

/// The module with functions named by their place in the order, for wasm-opt's `--reorder-functions-by-name`.
pub fn named(module: &[u8]) -> Result<Vec<u8>> {
    let (mut imported, mut bodies) = (0_u32, Vec::new());
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::ImportSection(imports) => {
                for import in imports.into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.as_bytes()),
            _ => {}
        }
    }
    let mut places = vec![0_usize; bodies.len()];
    for (place, function) in by_likeness(&bodies).into_iter().enumerate() {
        *places.get_mut(function).context("a function that is not there")? = place;
    }
    let mut names = NameMap::new();
    for (index, place) in (imported..).zip(places) {
        names.append(index, &format!("f{place:06}"));
    }
    let mut section = NameSection::new();
    section.functions(&names);
    let mut named = module.to_vec();
    section.append_to(&mut named);
    Ok(named)
}

/// The functions' numbers in such an order that each is as like as can be to those before it.
fn by_likeness(bodies: &[&[u8]]) -> Vec<usize> {
    let likeness = Likeness::of(bodies);
    let mut left: Vec<usize> = (0..bodies.len()).collect();
    let mut order: Vec<usize> = Vec::with_capacity(bodies.len());
    let mut last: Vec<Vec<f64>> = Vec::new();
    while !left.is_empty() {
        let sum = |function: usize| {
            let weight = |row: &Vec<f64>| row.get(function).copied().unwrap_or(0.0);
            last.iter().rev().fold((0.0, 1.0), |(sum, less), row| (sum + less * weight(row), less * LESS)).0
        };
        // Of equals the first.
        let next = left.iter().enumerate().rev().max_by(|a, b| sum(*a.1).total_cmp(&sum(*b.1)));
        let Some(function) = next.map(|(at, _)| at).map(|at| left.remove(at)) else { break };
        last.push(likeness.to(function));
        if last.len() > LOOKED_BACK_ON {
            last.remove(0);
        }
        order.push(function);
    }
    order
}

/// What the functions have in common.
struct Likeness {
    /// For each function its runs with their weights, of length 1 together.
    runs: Vec<BTreeMap<[u8; RUN], f64>>,
    /// For each run the functions that have it.
    having: BTreeMap<[u8; RUN], Vec<(usize, f64)>>,
}

impl Likeness {
    fn of(bodies: &[&[u8]]) -> Self {
        let counts: Vec<BTreeMap<[u8; RUN], u32>> = bodies.iter().map(|body| counted(body)).collect();
        let mut known: BTreeMap<[u8; RUN], u32> = BTreeMap::new();
        for run in counts.iter().flat_map(BTreeMap::keys) {
            *known.entry(*run).or_default() += 1;
        }
        let all = f64::from(u32::try_from(bodies.len()).unwrap_or(u32::MAX));
        // What stands once connects nothing, and what stands nearly everywhere tells nothing apart.
        known.retain(|_, functions| *functions > 1 && f64::from(*functions) < 0.3 * all);
        let mut having: BTreeMap<[u8; RUN], Vec<(usize, f64)>> = BTreeMap::new();
        let mut runs = Vec::with_capacity(bodies.len());
        for (function, counts) in counts.into_iter().enumerate() {
            let weight = |(run, count): ([u8; RUN], u32)| {
                let functions = known.get(&run)?;
                Some((run, f64::from(count.min(OFTEN)) * libm::log(all / f64::from(*functions))))
            };
            let mut weights: BTreeMap<[u8; RUN], f64> = counts.into_iter().filter_map(weight).collect();
            let length = weights.values().map(|weight| weight * weight).sum::<f64>().sqrt();
            for (run, weight) in &mut weights {
                *weight /= length;
                having.entry(*run).or_default().push((function, *weight));
            }
            runs.push(weights);
        }
        Likeness { runs, having }
    }

    /// How like each function is to this one, 0 to 1.
    fn to(&self, function: usize) -> Vec<f64> {
        let mut row = vec![0.0; self.runs.len()];
        for (run, weight) in self.runs.get(function).into_iter().flatten() {
            for (other, theirs) in self.having.get(run).into_iter().flatten() {
                if let Some(sum) = row.get_mut(*other) {
                    *sum += weight * theirs;
                }
            }
        }
        row
    }
}

/// How often each run of bytes stands in a function.
fn counted(body: &[u8]) -> BTreeMap<[u8; RUN], u32> {
    let mut counts = BTreeMap::new();
    for run in body.windows(RUN) {
        if let Ok(run) = <[u8; RUN]>::try_from(run) {
            *counts.entry(run).or_default() += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_alike_stands_side_by_side_and_everything_once() {
        let (a, b) = (b"get the first of all and add one".as_slice(), b"0123456789 abcdef 0123456789".as_slice());
        let (like_a, like_b) =
            (b"get the first of all and add two".as_slice(), b"0123456789 abcdeg 0123456789".as_slice());
        let other: [&[u8]; 4] = [b"----", b"/////", b"(((((", b"?????"];
        let bodies = [other.as_slice(), &[a, b, like_a, like_b], &other].concat();
        let order = by_likeness(&bodies);
        let place = |function: usize| order.iter().position(|at| *at == function).unwrap();
        assert_eq!(place(4).abs_diff(place(6)), 1, "{order:?}");
        assert_eq!(place(5).abs_diff(place(7)), 1, "{order:?}");
        let mut sorted = order.clone();
        sorted.sort_unstable();
        assert_eq!(sorted, (0..bodies.len()).collect::<Vec<_>>());
        assert_eq!(by_likeness(&[]), Vec::<usize>::new());
    }
}
