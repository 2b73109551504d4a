//! How a function's variables are numbered, so that the wasm compresses well.
//!
//! The number of a variable says nothing, so it can be what makes the function's bytes most like those of the functions
//! before it: a compressor then has them already. Each function begins with the numbers it has, or with those in order of
//! first use, or of how often each is used, and then two numbers change places for as long as that brings anything.
//!
//! And what an access says of its alignment is a hint that engines do not heed: 0, which is always true, in place of two or
//! three values that have to be told.

use std::cmp::Reverse;

use anyhow::{Context, Result, bail};
use wasm_encoder::{Encode, SectionId};
use wasmparser::{FunctionBody, Operator, Parser, Payload, ValType, Validator};

use crate::section::{self, places};

/// Lengths of the runs of bytes that are looked for, with what each counts; measured, as is the number below.
const RUNS: [(usize, f64); 5] = [(3, 1.0), (4, 2.0), (6, 2.0), (8, 2.0), (12, 1.0)];
/// What a run counts more for each time it was there before, in logarithms.
const OFTEN: f64 = 0.2;
/// So often all pairs of a function are tried.
const ROUNDS: usize = 3;
/// Variables times variables times bytes of a function whose pairs are tried: beyond that it takes minutes.
const TRIED: usize = 5_000_000;

/// The module with its variables numbered anew.
pub fn renumbered(module: &[u8]) -> Result<Vec<u8>> {
    let (mut types, mut functions, mut bodies, mut section) = (Vec::new(), Vec::new(), Vec::new(), None);
    for payload in Parser::new(0).parse_all(module) {
        match payload? {
            Payload::TypeSection(read) => {
                for function in read.into_iter_err_on_gc_types() {
                    types.push(function?);
                }
            }
            Payload::FunctionSection(read) => functions = read.into_iter().collect::<Result<Vec<_>, _>>()?,
            Payload::CodeSectionStart { unchecked_range, .. } => section = Some(unchecked_range),
            Payload::CodeSectionEntry(body) => {
                let its_type = functions.get(bodies.len()).and_then(|index| types.get(usize::try_from(*index).ok()?));
                let parameters = its_type.context("a function without a type")?.params();
                bodies.push(Function::read(module, &body, parameters)?);
            }
            _ => {}
        }
    }
    let section = section.context("a module without code")?;
    let mut code = Vec::new();
    bodies.len().encode(&mut code);
    let mut seen = Seen::new();
    for mut function in bodies {
        function.number(&seen);
        let bytes = function.bytes();
        seen.add(&bytes);
        bytes.encode(&mut code);
    }
    let renumbered = section::replaced(module, SectionId::Code.into(), &section, &code)?;
    Validator::new().validate_all(&renumbered).context("variables were numbered wrongly")?;
    Ok(renumbered)
}

/// A part of a function's code.
enum Piece {
    /// Bytes that stay as they are.
    Kept(Vec<u8>),
    /// An instruction and the variable it reads or writes, as the module numbers it.
    Variable(u8, usize),
}

/// A function, taken apart.
struct Function {
    parameters: usize,
    /// The types of the variables as they are written, parameters first, as the module numbers them.
    types: Vec<u8>,
    pieces: Vec<Piece>,
    /// The variables that are no parameters in their new order; those of one type stand together.
    order: Vec<usize>,
}

impl Function {
    fn read(module: &[u8], body: &FunctionBody, parameters: &[ValType]) -> Result<Function> {
        let mut types = parameters.iter().map(|one| code(*one)).collect::<Result<Vec<_>>>()?;
        for local in body.get_locals_reader()? {
            let (count, one) = local?;
            let written = code(one)?;
            types.extend((0..count).map(|_| written));
        }
        let (mut pieces, mut kept) = (Vec::new(), Vec::new());
        let mut reader = body.get_operators_reader()?;
        while !reader.eof() {
            let start = reader.original_position();
            let operator = reader.read()?;
            let bytes = module.get(places(&(start..reader.original_position()))?);
            let bytes = bytes.context("an instruction that is not there")?;
            if let Operator::LocalGet { local_index }
            | Operator::LocalSet { local_index }
            | Operator::LocalTee { local_index } = operator
            {
                let code = *bytes.first().context("an instruction of no bytes")?;
                pieces.push(Piece::Kept(std::mem::take(&mut kept)));
                pieces.push(Piece::Variable(code, usize::try_from(local_index)?));
            } else {
                match bytes {
                    // Loads and stores; of one memory, as a bit in the alignment would tell.
                    [code @ 0x28..=0x3e, 0..64, offset @ ..] => kept.extend([*code, 0].iter().chain(offset)),
                    _ => kept.extend(bytes),
                }
            }
        }
        pieces.push(Piece::Kept(kept));
        let order = (parameters.len()..types.len()).collect();
        let mut function = Function { parameters: parameters.len(), types, pieces, order };
        function.sort(|variable| variable);
        Ok(function)
    }

    fn one(&self, variable: usize) -> Option<u8> {
        self.types.get(variable).copied()
    }

    /// Orders the variables by type, and those of one type by a key.
    fn sort<Key: Ord>(&mut self, key: impl Fn(usize) -> Key) {
        let mut order = std::mem::take(&mut self.order);
        // What there is most of comes first, i32.
        order.sort_by_key(|variable| (Reverse(self.one(*variable)), key(*variable)));
        self.order = order;
    }

    /// Gives the variables the numbers with which the function is most like what was seen.
    fn number(&mut self, seen: &Seen) {
        let mut best = (seen.likeness(&self.bytes()), self.order.clone());
        let (mut first, mut often) = (vec![usize::MAX; self.types.len()], vec![0_usize; self.types.len()]);
        for (at, piece) in self.pieces.iter().enumerate() {
            if let Piece::Variable(_, variable) = piece
                && let (Some(first), Some(often)) = (first.get_mut(*variable), often.get_mut(*variable))
            {
                *first = at.min(*first);
                *often += 1;
            }
        }
        let first = |variable: usize| first.get(variable).copied();
        let often = |variable: usize| Reverse(often.get(variable).copied());
        let starts: [&dyn Fn(&mut Function); 2] = [&|function| function.sort(first), &|function| function.sort(often)];
        for start in starts {
            start(self);
            let likeness = seen.likeness(&self.bytes());
            if likeness > best.0 {
                best = (likeness, self.order.clone());
            }
        }
        self.order = best.1;
        let many = self.order.len();
        if many.saturating_mul(many).saturating_mul(self.bytes().len()) > TRIED {
            return;
        }
        let mut likeness = best.0;
        for _ in 0..ROUNDS {
            let before = likeness;
            for (a, b) in (0..many).flat_map(|a| (a + 1..many).map(move |b| (a, b))) {
                let one = |at: usize| self.order.get(at).and_then(|variable| self.one(*variable));
                if one(a) != one(b) {
                    continue;
                }
                self.order.swap(a, b);
                let swapped = seen.likeness(&self.bytes());
                if swapped > likeness {
                    likeness = swapped;
                } else {
                    self.order.swap(a, b);
                }
            }
            if likeness <= before {
                break;
            }
        }
    }

    /// The function as it stands in the section, without its length.
    fn bytes(&self) -> Vec<u8> {
        let mut numbers: Vec<usize> = (0..self.types.len()).collect();
        let mut groups: Vec<(u32, u8)> = Vec::new();
        for (number, variable) in (self.parameters..).zip(&self.order) {
            let (Some(place), Some(one)) = (numbers.get_mut(*variable), self.one(*variable)) else { continue };
            *place = number;
            match groups.last_mut() {
                Some((count, last)) if *last == one => *count += 1,
                _ => groups.push((1, one)),
            }
        }
        let mut bytes = Vec::new();
        groups.len().encode(&mut bytes);
        for (count, one) in groups {
            count.encode(&mut bytes);
            bytes.push(one);
        }
        for piece in &self.pieces {
            match piece {
                Piece::Kept(kept) => bytes.extend_from_slice(kept),
                Piece::Variable(code, variable) => {
                    bytes.push(*code);
                    numbers.get(*variable).copied().unwrap_or_default().encode(&mut bytes);
                }
            }
        }
        bytes
    }
}

/// How a type of a variable is written.
fn code(one: ValType) -> Result<u8> {
    Ok(match one {
        ValType::I32 => 0x7f,
        ValType::I64 => 0x7e,
        ValType::F32 => 0x7d,
        ValType::F64 => 0x7c,
        ValType::EXTERNREF => 0x6f,
        ValType::FUNCREF => 0x70,
        _ => bail!("a variable of the type {one}: review xtask/src/numbering.rs"),
    })
}

/// Bits of a hash.
const BITS: u32 = 24;

/// How often each run of bytes was there, by its hash.
struct Seen(Vec<u16>);

impl Seen {
    fn new() -> Self {
        Seen(vec![0; 1 << BITS])
    }

    fn add(&mut self, bytes: &[u8]) {
        for run in RUNS.iter().flat_map(|(length, _)| bytes.windows(*length)) {
            if let Some(count) = self.0.get_mut(hash(run)) {
                *count = count.saturating_add(1);
            }
        }
    }

    /// How much of these bytes was there before.
    fn likeness(&self, bytes: &[u8]) -> f64 {
        let mut sum = 0.0;
        for (length, weight) in RUNS {
            for run in bytes.windows(length) {
                if let Some(count @ 1..) = self.0.get(hash(run)) {
                    sum += weight * (1.0 + OFTEN * libm::log(f64::from(*count)));
                }
            }
        }
        sum
    }
}

/// FNV-1a, with the upper bits mixed in.
fn hash(run: &[u8]) -> usize {
    let mixed = run.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        let hash = (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3);
        hash ^ (hash >> 29)
    });
    usize::try_from(mixed.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - BITS)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use wasm_encoder::{CodeSection, FunctionSection, MemorySection, MemoryType, Module, TypeSection};

    use super::*;

    /// A function's variables besides its parameter, and its code.
    type Made<'a> = (&'a [(u32, wasm_encoder::ValType)], &'a [u8]);

    /// A module of functions from a number to one.
    fn module(functions: &[Made<'_>]) -> Vec<u8> {
        let (mut types, mut indices, mut code) = (TypeSection::new(), FunctionSection::new(), CodeSection::new());
        types.ty().function([wasm_encoder::ValType::I32], [wasm_encoder::ValType::I32]);
        for (locals, bytes) in functions {
            indices.function(0);
            let mut function = wasm_encoder::Function::new(locals.iter().copied());
            function.raw(bytes.iter().copied());
            code.function(&function);
        }
        let mut module = Module::new();
        let mut memories = MemorySection::new();
        memories.memory(MemoryType { minimum: 1, maximum: None, memory64: false, shared: false, page_size_log2: None });
        module.section(&types).section(&indices).section(&memories).section(&code);
        module.finish()
    }

    #[test]
    fn what_differs_in_numbers_alone_becomes_the_same() {
        use wasm_encoder::ValType::{F64, I32};
        // variable = parameter; other = variable; the float stays 0; gives the other.
        let body = |variable: u8, other: u8, float: u8| {
            [0x20, 0, 0x21, variable, 0x20, variable, 0x21, other, 0x20, float, 0x1a, 0x20, other, 0x0b]
        };
        let (a, b) = (body(1, 2, 3), body(4, 3, 1));
        let before = module(&[(&[(2, I32), (1, F64)], &a), (&[(1, F64), (3, I32)], &b)]);
        let after = renumbered(&before).unwrap();
        let bodies = |module: &[u8]| -> Vec<Vec<u8>> {
            let code = Parser::new(0).parse_all(module).filter_map(|payload| match payload.unwrap() {
                Payload::CodeSectionEntry(body) => {
                    let reader = body.get_operators_reader().unwrap();
                    let start = usize::try_from(reader.original_position() - body.range().start).unwrap();
                    Some(body.as_bytes()[start..].to_vec())
                }
                _ => None,
            });
            code.collect()
        };
        let [one, two] = <[_; 2]>::try_from(bodies(&after)).unwrap();
        // The second has one variable more, so its float has another number.
        assert_eq!(one[..8], two[..8]);
        assert_ne!(bodies(&before)[0][..8], bodies(&before)[1][..8]);
        assert_eq!(renumbered(&after).unwrap(), after);
    }

    #[test]
    fn alignment_is_not_told() {
        let load = [0x20, 0, 0x28, 2, 16, 0x0b];
        let after = renumbered(&module(&[(&[], &load)])).unwrap();
        assert_eq!(after, module(&[(&[], &[0x20, 0, 0x28, 0, 16, 0x0b])]));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert!(renumbered(b"").is_err());
        assert!(renumbered(&Module::new().finish()).is_err());
    }
}
