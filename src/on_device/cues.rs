//! The trained half of the cues: how people say a thing that no list of phrases holds.
//!
//! A linear model for each family of cues, over hashed words, pairs of neighbours, and pairs with one word between. Each
//! sentence is judged by itself: what is said around a request makes it no weaker. A language's models share one table, so
//! that a feature is looked up once. Training reads the same features, through [`read_cue_features`].

use super::features::{alike, mix, of};
use super::weights::{STEPS, logistic};
use crate::words::{Word, Words};

/// Added to the number of features before the square root that divides their sum.
const SMOOTHING: f64 = 10.0;
/// log2 of the buckets of a table.
const BITS: u32 = 16;
/// Models that share a table: as many as four bits have room in a bucket.
const MAX_MODELS: usize = 8;
/// The place in the steps of what weighs nothing; with it taken from them, a bucket of no weights is 0.
const NOTHING: u32 = 7;
/// The letter that stands for 0; those behind it stand for 1 and so on.
const ZERO: u8 = b'!';
/// Stands for that many empty buckets, and no weight behind them.
const EMPTY: u8 = 93;
/// The letters of a model's two numbers.
const NUMBERS: usize = 6;
/// The bytes of a model before the gaps of all.
const HEAD: usize = NUMBERS + 2;

static FILE: &[u8] = include_bytes!("cues.bin");

const FIRST: u32 = of("<");
const CLAUSE: u32 = of(",");
const LAST: u32 = of(">");
const QUESTION: u32 = of("?");
const PAIR: u32 = of("pair");
const APART: u32 = of("apart");

/// What the trained cues see of each sentence of a message, as hashes; for training.
#[must_use]
pub fn read_cue_features(text: &str) -> Vec<Vec<u32>> {
    let words = Words::read(text);
    words.sentences().map(|sentence| cue_features(&words, sentence)).collect()
}

/// What the trained cues see of one sentence of a message.
pub(crate) fn cue_features(words: &Words, sentence: &[Word]) -> Vec<u32> {
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
    for (at, word) in sentence.iter().enumerate() {
        if word.starts_clause && at > 0 {
            next(CLAUSE, false);
        }
        next(alike(words, word), true);
    }
    next(if sentence.last().is_some_and(|word| word.asked) { QUESTION } else { LAST }, false);
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

/// Three letters of a number.
fn number(letters: &[u8]) -> f64 {
    f64::from(letters.iter().fold(0, |number, letter| number * 90 + u32::from(letter.saturating_sub(ZERO))))
}

impl Models {
    /// The models of English, of these families in the order of the file: six bytes of the numbers of each, as [`take`](Models::take)
    /// has them, and two of how many gaps are its own, little-endian; then all gaps, a byte each; then all weights, two a byte, the
    /// lower one first.
    pub fn english(families: &[usize]) -> Models {
        let mut models = Models::default();
        let (heads, mut gaps) = FILE.split_at_checked(HEAD * families.len()).unwrap_or_default();
        let own = |head: &[u8]| head.iter().skip(NUMBERS).rev().fold(0, |count, byte| count << 8 | usize::from(*byte));
        let all = heads.chunks_exact(HEAD).map(own).sum();
        let packed = gaps.get(all..).unwrap_or_default();
        let weights: Vec<u8> = packed.iter().flat_map(|pair| [pair & 15, pair >> 4]).collect();
        let mut rest = weights.as_slice();
        for (family, head) in families.iter().zip(heads.chunks_exact(HEAD)) {
            let (taken, after) = gaps.split_at_checked(own(head)).unwrap_or_default();
            let used = models.add(*family, head, taken, rest);
            (gaps, rest) = (after, rest.get(used..).unwrap_or_default());
        }
        models
    }

    /// Takes a family's model in, of letters: six for its constant (from -44 to 44) and the size of a step (up to 0.7), one for each
    /// weight that says how many buckets before it are empty, and one for each that says which of the steps it is.
    pub fn take(&mut self, family: usize, numbers: &str, gaps: &str, weights: &str) {
        let values = |letters: &str| letters.bytes().map(|letter| letter.saturating_sub(ZERO)).collect::<Vec<_>>();
        self.add(family, numbers.as_bytes(), &values(gaps), &values(weights));
    }

    /// How many of the weights were used.
    fn add(&mut self, family: usize, numbers: &[u8], gaps: &[u8], weights: &[u8]) -> usize {
        let place = self.list.len();
        let (Some(constant), Some(unit), true) = (numbers.get(..3), numbers.get(3..NUMBERS), place < MAX_MODELS) else {
            return 0;
        };
        self.table.resize(1 << BITS, 0);
        let (mut bucket, mut used) = (0, 0);
        for gap in gaps {
            bucket += usize::from(*gap);
            if *gap < EMPTY {
                if let (Some(bucket), Some(weight)) = (self.table.get_mut(bucket), weights.get(used)) {
                    *bucket |= (u32::from(weight & 15) ^ NOTHING) << (4 * place);
                }
                bucket += 1;
                used += 1;
            }
        }
        let (constant, unit) = (number(constant) / 8_192.0 - 44.5, number(unit) / 1_048_576.0);
        self.list.push(Model { family, constant, unit });
        used
    }

    /// Tells for each family how likely a sentence with these features is one of its own, 0 to 1.
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
    use crate::words::MAX_WORDS;

    #[test]
    fn a_message_is_read_by_its_two_halves_and_in_bounded_work() {
        let said = |middle: &str| read_cue_features(&format!("{}{middle} {}", "a ".repeat(128), "b ".repeat(128)));
        assert_eq!(said("c"), said(&"d ".repeat(1_000)));
        assert_ne!(said("c"), read_cue_features(&"a ".repeat(257)));
        for text in ["x, ".repeat(2_000), "x. ".repeat(2_000)] {
            assert!(read_cue_features(&text).concat().len() <= 5 * MAX_WORDS + 4);
        }
    }

    #[test]
    fn sentences_are_read_each_by_itself() {
        let alone = |text: &str| read_cue_features(text).concat();
        assert_eq!(
            read_cue_features("My bill is wrong. Agent, please?"),
            [alone("My bill is wrong."), alone("agent, please?")]
        );
        assert_ne!(alone("Agent, please?"), alone("Agent, please"));
        assert!(read_cue_features("?!").is_empty());
    }

    #[test]
    fn models_share_a_table_and_are_told_apart() {
        let features = read_cue_features("agent").concat();
        let bucket = features[0].wrapping_mul(0x9e37_79b1) >> (32 - BITS);
        let gaps: String = (0..bucket / u32::from(EMPTY))
            .map(|_| '~')
            .chain([char::from(ZERO + (bucket % u32::from(EMPTY)) as u8)])
            .collect();
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
            models.likely(&read_cue_features("agent please").concat(), |_, likely| {
                assert!((0.0..=1.0).contains(&likely));
            });
        }
        assert!(models.list.len() <= MAX_MODELS);
    }
}
