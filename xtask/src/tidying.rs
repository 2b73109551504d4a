//! What wasm-opt leaves in a function, and a few bytes do as well: they are alike in hundreds of functions.
//!
//! Of a call that gives back two values it keeps both in variables of its own, reads them again and writes them to where
//! they belong. Those variables are read nowhere else, and the values are on the stack already.
//!
//! And a function that needs room in memory subtracts it from the pointer to the stack, and adds it again at its end. What
//! the pointer was before can be kept; how much room it is then need not be told twice, nor to the byte.

use std::collections::BTreeMap;

use wasm_encoder::Encode;
use wasmparser::BinaryReader;

use crate::numbering::Piece;

const GET: u8 = 0x20;
const SET: u8 = 0x21;
const TEE: u8 = 0x22;
const GLOBAL_GET: u8 = 0x23;
const GLOBAL_SET: u8 = 0x24;
const I32_CONST: u8 = 0x41;
const I32_ADD: u8 = 0x6a;
const I32_SUB: u8 = 0x6b;

/// Keeps the pointer to the stack in the variable `fresh`, where the function takes room from it and gives it back; says
/// whether it does. A piece has to end behind every `global.set`.
pub fn stack_kept(pieces: &mut Vec<Piece>, fresh: usize) -> bool {
    let [Piece::Kept(taken), Piece::Variable(TEE, frame), ..] = pieces.as_slice() else { return false };
    let [GLOBAL_GET, pointer, room @ .., I32_SUB] = taken.as_slice() else { return false };
    let ([I32_CONST, size @ ..], [0..0x80]) = (room, [*pointer]) else { return false };
    let mut read = BinaryReader::new(size, 0);
    let Some(size) = read.read_var_i32().ok().and_then(|size| u32::try_from(size).ok()).filter(|_| read.eof()) else {
        return false;
    };
    let (pointer, frame, given) = (*pointer, *frame, [room, &[I32_ADD, GLOBAL_SET, *pointer]].concat());
    let count = |is: &dyn Fn(&Piece) -> bool| pieces.iter().filter(|piece| is(piece)).count();
    let moves = count(&|piece| matches!(piece, Piece::Kept(bytes) if bytes.ends_with(&[GLOBAL_SET, pointer])));
    let framed = count(&|piece| matches!(piece, Piece::Variable(SET | TEE, variable) if *variable == frame));
    let mut ends = Vec::new();
    for (at, pair) in pieces.windows(2).enumerate() {
        if let [Piece::Variable(GET, variable), Piece::Kept(bytes)] = pair
            && *variable == frame
            && *bytes == given
        {
            ends.push(at);
        }
    }
    // Taken once, and given back wherever else the pointer is moved.
    if ends.is_empty() || moves != ends.len() + 1 || framed != 1 {
        return false;
    }
    for at in ends {
        let end = [Piece::Variable(GET, fresh), Piece::Kept(vec![GLOBAL_SET, pointer])];
        pieces.splice(at..at + 2, end);
    }
    let mut room = vec![I32_CONST];
    // A power of two, of which there are few. The stack has a thousand times what a function takes.
    i32::try_from(size.next_power_of_two()).unwrap_or(i32::MAX).encode(&mut room);
    room.push(I32_SUB);
    let kept = [Piece::Kept(vec![GLOBAL_GET, pointer]), Piece::Variable(TEE, fresh), Piece::Kept(room)];
    pieces.splice(..1, kept);
    true
}

/// Takes the detours of two values out of a function's code.
pub fn tidied(pieces: &mut Vec<Piece>) {
    pieces.retain(|piece| !matches!(piece, Piece::Kept(bytes) if bytes.is_empty()));
    // How often each variable is read, and how often in a detour.
    let mut read: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for at in 0..pieces.len() {
        if let Some(Piece::Variable(GET, variable)) = pieces.get(at) {
            read.entry(*variable).or_default().0 += 1;
        }
        if let Some(detour) = Detour::at(pieces, at) {
            read.entry(detour.second).or_default().1 += 1;
        }
    }
    let reads = |variable: usize| read.get(&variable).copied().unwrap_or_default();
    let mut at = 0;
    while at < pieces.len() {
        if let Some(detour) = Detour::at(pieces, at) {
            let (all, detours) = reads(detour.second);
            if all == detours && reads(detour.first).0 == 0 {
                pieces.splice(at..at + detour.length, detour.straight);
            }
        }
        at += 1;
    }
}

/// Two values, of which the second lies on top, on their way through variables.
struct Detour {
    first: usize,
    second: usize,
    /// How many pieces it is.
    length: usize,
    /// What does the same.
    straight: Vec<Piece>,
}

impl Detour {
    fn at(pieces: &[Piece], at: usize) -> Option<Detour> {
        let [Piece::Variable(SET, second), Piece::Variable(TEE, first), rest @ ..] = pieces.get(at..)? else {
            return None;
        };
        let (first, second) = (*first, *second);
        if first == second {
            return None;
        }
        match rest {
            // Both stay on the stack.
            [Piece::Variable(GET, one), ..] if *one == second => {
                Some(Detour { first, second, length: 3, straight: Vec::new() })
            }
            // Each to another variable.
            [to @ Piece::Variable(SET, left), Piece::Variable(GET, one), and @ Piece::Variable(SET, right), ..]
                if *one == second && left != right && ![left, right].contains(&&second) =>
            {
                Some(Detour { first, second, length: 5, straight: vec![and.clone(), to.clone()] })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(variable: usize) -> Piece {
        Piece::Variable(GET, variable)
    }

    fn set(variable: usize) -> Piece {
        Piece::Variable(SET, variable)
    }

    fn tee(variable: usize) -> Piece {
        Piece::Variable(TEE, variable)
    }

    fn kept(bytes: &[u8]) -> Piece {
        Piece::Kept(bytes.to_vec())
    }

    #[test]
    fn two_values_go_where_they_belong() {
        let call = || kept(&[0x10, 1]);
        for (detour, straight) in [
            (vec![call(), set(5), tee(4), set(1), get(5), set(2)], vec![call(), set(2), set(1)]),
            (vec![call(), set(5), tee(4), get(5), call()], vec![call(), call()]),
            (vec![call(), set(5), kept(&[]), tee(4), get(5), set(2)], vec![call(), set(2)]),
        ] {
            let mut pieces = detour;
            tidied(&mut pieces);
            assert_eq!(pieces, straight);
        }
        for left in [
            vec![call(), set(5), tee(4), get(5), call(), get(5)],
            vec![call(), set(5), tee(4), get(5), call(), get(4)],
            vec![call(), set(5), tee(5), get(5)],
            vec![call(), set(5), tee(4), set(1), get(5), set(1)],
            vec![call(), set(5), tee(4), set(5), get(5), set(1)],
            vec![call(), set(5), tee(4), set(1), get(3), set(2)],
        ] {
            let mut pieces = left.clone();
            tidied(&mut pieces);
            assert_eq!(pieces, left);
        }
    }

    #[test]
    fn the_stack_is_given_back_as_it_was() {
        let taken = || kept(&[GLOBAL_GET, 0, I32_CONST, 48, I32_SUB]);
        let moved = || kept(&[GLOBAL_SET, 0]);
        let end = || kept(&[I32_CONST, 48, I32_ADD, GLOBAL_SET, 0]);
        let mut pieces = vec![taken(), tee(1), moved(), get(1), kept(&[0x10, 1]), get(1), end(), kept(&[0x0b])];
        assert!(stack_kept(&mut pieces, 7));
        let room = kept(&[I32_CONST, 0xc0, 0, I32_SUB]);
        let before = [kept(&[GLOBAL_GET, 0]), tee(7), room, tee(1), moved()];
        let behind = [get(1), kept(&[0x10, 1]), get(7), moved(), kept(&[0x0b])];
        assert_eq!(pieces, [before.as_slice(), &behind].concat());
        for left in [
            // It ends nowhere, with another size, or where the pointer is moved in another way; or the frame is another.
            vec![taken(), tee(1), moved(), get(1)],
            vec![taken(), tee(1), moved(), get(1), kept(&[I32_CONST, 32, I32_ADD, GLOBAL_SET, 0])],
            vec![taken(), tee(1), moved(), get(2), moved(), get(1), end()],
            vec![taken(), tee(1), moved(), get(2), set(1), get(1), end()],
            vec![get(1), tee(1)],
        ] {
            let mut pieces = left.clone();
            assert!(!stack_kept(&mut pieces, 7), "{left:?}");
            assert_eq!(pieces, left);
        }
    }
}
