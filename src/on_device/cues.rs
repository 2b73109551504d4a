//! The trained half of the cues: how people say a thing that no list of phrases holds.
//!
//! A linear model for each family of cues, over hashed words, pairs of neighbours, and pairs with one word between. A
//! language's models share one table, so that a feature is looked up once. Training reads the same features, through
//! [`read_cue_features`].

use super::features::{alike, mix, of};
use super::weights::{STEPS, logistic};
use crate::words::Words;

/// Words of one message that are read; longer messages are read by their first and last half.
const MAX_WORDS: usize = 256;
/// Added to the number of features before the square root that divides their sum.
const SMOOTHING: f64 = 10.0;
/// log2 of the buckets of a table.
const BITS: u32 = 15;
/// Models that share a table: as many as four bits have room in a bucket.
const MAX_MODELS: usize = 8;
/// The place in the steps of what weighs nothing; with it taken from them, a bucket of no weights is 0.
const NOTHING: u32 = 7;
/// The letter that stands for 0; those behind it stand for 1 and so on.
const ZERO: u8 = b'!';
/// Stands for that many empty buckets, and no weight behind them.
const EMPTY: u32 = 93;

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

/// The models of one language.
#[derive(Debug, Clone, Default)]
pub(crate) struct Models {
    list: Vec<Model>,
    /// Four bits of each bucket are a model's.
    table: Vec<u32>,
}

#[derive(Debug, Clone)]
struct Model {
    family: usize,
    constant: f64,
    /// The size of a step.
    unit: f64,
}

fn value(letter: u8) -> u32 {
    u32::from(letter.saturating_sub(ZERO))
}

/// Three letters of a number.
fn number(letters: &[u8]) -> f64 {
    f64::from(letters.iter().fold(0, |number, letter| number * 90 + value(*letter)))
}

impl Models {
    /// Takes a family's model in: six letters of the constant (from -44 to 44) and of the size of a step (up to 0.7), a letter for each
    /// weight that says how many buckets before it are empty, and a letter for each that says which of the steps it is.
    pub fn take(&mut self, family: usize, constants: &str, gaps: &str, weights: &str) {
        let place = self.list.len();
        let Some((constant, unit)) = constants.as_bytes().split_at_checked(3).filter(|_| place < MAX_MODELS) else {
            return;
        };
        self.table.resize(1 << BITS, 0);
        let (mut bucket, mut weights) = (0, weights.bytes());
        for gap in gaps.bytes().map(value) {
            bucket += gap;
            if gap < EMPTY {
                if let (Some(bucket), Some(weight)) = (self.table.get_mut(bucket as usize), weights.next()) {
                    *bucket |= ((value(weight) & 15) ^ NOTHING) << (4 * place);
                }
                bucket += 1;
            }
        }
        let (constant, unit) = (number(constant) / 8_192.0 - 44.5, number(unit) / 1_048_576.0);
        self.list.push(Model { family, constant, unit });
    }

    /// Tells for each family how likely the message is one of its own, 0 to 1.
    pub fn likely(&self, hashes: &[u32], mut tell: impl FnMut(usize, f64)) {
        let share = (hashes.len() as f64 + SMOOTHING).sqrt().recip();
        let mut sums = [0; MAX_MODELS];
        for hash in hashes {
            let bucket = hash.wrapping_mul(0x9e37_79b1) >> (32 - BITS);
            let mut weights = self.table.get(bucket as usize).copied().unwrap_or_default();
            for sum in &mut sums {
                if weights == 0 {
                    break;
                }
                *sum += STEPS.get(((weights & 15) ^ NOTHING) as usize).copied().unwrap_or_default();
                weights >>= 4;
            }
        }
        for (model, sum) in self.list.iter().zip(sums) {
            tell(model.family, logistic(model.constant + model.unit * share * sum as f64));
        }
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
    fn models_share_a_table_and_are_told_apart() {
        let features = read_cue_features("agent");
        let bucket = features[0].wrapping_mul(0x9e37_79b1) >> (32 - BITS);
        let gaps: String =
            (0..bucket / EMPTY).map(|_| '~').chain([char::from(ZERO + (bucket % EMPTY) as u8)]).collect();
        let mut models = Models::default();
        // The largest step up and the largest down; constants of 0.
        models.take(3, "N!M%!!", &gaps, "0");
        models.take(5, "N!M%!!", &gaps, "!");
        let mut told = Vec::new();
        models.likely(&features, |family, likely| told.push((family, likely)));
        assert!(matches!(told[..], [(3, up), (5, down)] if up > 0.5 && down < 0.5), "{told:?}");
    }

    #[test]
    fn what_is_no_model_tells_nothing_that_is_no_probability() {
        let mut models = Models::default();
        for (constants, gaps, weights) in [
            ("", "", ""),
            ("!!", "a", "b"),
            ("~~~~~~", "~~~~", "!"),
            ("!!!~~~", &"~".repeat(5_000), "é"),
            ("é!~!!", "é!\u{0}", "~~~"),
        ] {
            for family in 0..MAX_MODELS {
                models.take(family, constants, gaps, weights);
            }
            models.likely(&read_cue_features("agent please"), |_, likely| assert!((0.0..=1.0).contains(&likely)));
        }
        assert!(models.list.len() <= MAX_MODELS);
    }
}
