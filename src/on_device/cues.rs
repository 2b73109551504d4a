//! The trained half of the cues: how people say a thing that no list of phrases holds.
//!
//! A linear model for each family of cues, over hashed words, pairs of neighbours, and pairs with one word between. The
//! file is little-endian: for each family its constant and the size of a step as `f32`, then for each family its table, four
//! bits a bucket, the lower ones first, as places in the steps that the scorer's weights have. Training reads the same
//! features, through [`read_cue_features`].

use super::features::{alike, mix, of};
use super::weights::{STEPS, logistic, number_at};
use crate::words::Words;

/// Words of one message that are read; longer messages are read by their first and last half.
const MAX_WORDS: usize = 256;
/// Added to the number of features before the square root that divides their sum.
const SMOOTHING: f64 = 4.0;
const CONSTANTS: usize = 8;

const FIRST: u32 = of("<");
const CLAUSE: u32 = of(",");
const LAST: u32 = of(">");
const QUESTION: u32 = of("?");
const PAIR: u32 = of("pair");
const APART: u32 = of("apart");

/// What the trained cues see of a message, as hashes; for training.
#[must_use]
pub fn read_cue_features(text: &str) -> Vec<u32> {
    cue_features(&Words::read(text))
}

/// As [`read_cue_features`], of a message that is read as words already.
pub(crate) fn cue_features(words: &Words) -> Vec<u32> {
    let mut hashes = Vec::new();
    let (mut one, mut two) = (FIRST, FIRST);
    let mut next = |hash: u32, is_word: bool| {
        if is_word {
            hashes.push(hash);
        }
        hashes.push(mix(mix(two, hash), PAIR));
        hashes.push(mix(mix(one, hash), APART));
        (one, two) = (two, hash);
    };
    let half = MAX_WORDS / 2;
    let tail = words.list.len().max(MAX_WORDS) - half;
    for (at, word) in words.list.iter().enumerate() {
        if at >= half && at < tail {
            continue;
        }
        if word.starts_clause && at > 0 {
            next(CLAUSE, false);
        }
        next(alike(words, word), true);
    }
    next(if words.ends_with_question { QUESTION } else { LAST }, false);
    hashes
}

/// Tells for each of so many families of a file how likely the message is one of its own, 0 to 1.
pub(crate) fn likely(hashes: &[u32], file: &[u8], families: usize, mut tell: impl FnMut(usize, f64)) {
    let share = (hashes.len() as f64 + SMOOTHING).sqrt().recip();
    let (constants, tables) = file.split_at_checked(CONSTANTS * families).unwrap_or_default();
    let size = (tables.len() / families.max(1)).max(1);
    // A table is twice as many buckets as it has bytes, a power of two.
    let shift = 31 - size.trailing_zeros();
    for (family, (constants, table)) in constants.chunks_exact(CONSTANTS).zip(tables.chunks_exact(size)).enumerate() {
        let mut sum = 0;
        for hash in hashes {
            let place = hash.wrapping_mul(0x9e37_79b1) >> shift;
            let packed = table.get(place as usize / 2).copied().unwrap_or_default();
            sum += STEPS.get(usize::from(packed >> (place % 2 * 4) & 15)).copied().unwrap_or_default();
        }
        tell(family, logistic(number_at(constants, 0) + number_at(constants, 4) * share * sum as f64));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_read_by_its_two_halves_and_in_bounded_work() {
        let said = |middle: &str| read_cue_features(&format!("{}{middle} {}", "a ".repeat(128), "b ".repeat(128)));
        assert_eq!(said(""), said(&"c ".repeat(1_000)));
        assert_ne!(said(""), read_cue_features(&"a ".repeat(256)));
        assert!(read_cue_features(&"x, ".repeat(2_000)).len() <= 5 * MAX_WORDS + 2);
    }

    #[test]
    fn what_is_no_file_of_weights_makes_nothing_surer_than_certain() {
        for file in [vec![], vec![7; 3], vec![255; 8], vec![119; 9], vec![119; 8 + 33]] {
            likely(&read_cue_features("agent please"), &file, 1, |_, likely| {
                // What is no number is from no threshold on.
                assert!(likely.is_nan() || (0.0..=1.0).contains(&likely), "{likely}");
            });
        }
    }
}
