//! The trained half of the cues: how people say a thing that no list of phrases holds.
//!
//! A linear model for each family of cues, over hashed words, pairs of neighbours, and pairs with one word between. Each
//! sentence is judged by itself: what is said around a request makes it no weaker. A language's models share one table, so
//! that a feature is looked up once. Training reads the same features, through [`read_cue_features`].

use super::features::{alike, mix, of};
use super::sparse::{Rest, Sparse, places};
use super::weights::{NOTHING, STEPS, logistic};
use crate::words::{Word, Words};

/// Added to the number of features before the square root that divides their sum.
const SMOOTHING: f64 = 10.0;
/// log2 of the places of a table.
const BITS: u32 = 16;
/// Models that share a table: as many as four bits have room in a place.
const MAX_MODELS: usize = 8;
/// The letter that stands for 0; those behind it stand for 1 and so on.
const ZERO: u8 = b'!';
/// The letters of a model's two numbers.
const NUMBERS: usize = 6;

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
    /// Four bits of each place are a model's.
    table: Sparse,
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

/// A model as it is written.
struct Written<'a> {
    family: usize,
    /// Six letters: its constant (from -44 to 44) and the size of a step (up to 0.7).
    numbers: &'a [u8],
    /// Where its weights stand in the table.
    places: Vec<usize>,
    /// Which of the steps each is.
    weights: Vec<u8>,
}

impl Models {
    /// The models of English, of these families in the order of the file: of each its numbers, its places, and its weights, two a
    /// byte, the lower one first.
    pub fn english(families: &[usize]) -> Models {
        let mut rest = Rest(FILE);
        let written = families.iter().map(|family| {
            let (numbers, places) = (rest.take(NUMBERS), rest.places());
            let weights = rest.take(places.len().div_ceil(2)).iter().flat_map(|pair| [pair & 15, pair >> 4]).collect();
            Written { family: *family, numbers, places, weights }
        });
        Models::of(written)
    }

    /// The model of one family, of letters for its numbers, its gaps (see [`places`]) and its weights; of the latter the first letter
    /// stands for 0, those behind it for 1 and so on.
    pub fn one(family: usize, numbers: &str, gaps: &str, weights: &str) -> Models {
        let values = |letters: &str| letters.bytes().map(|letter| letter.saturating_sub(ZERO)).collect::<Vec<_>>();
        let (numbers, places) = (numbers.as_bytes(), places(&values(gaps)));
        Models::of([Written { family, numbers, places, weights: values(weights) }])
    }

    /// At most [`MAX_MODELS`].
    fn of<'a>(written: impl IntoIterator<Item = Written<'a>>) -> Models {
        let mut models = Models::default();
        let mut lists = Vec::new();
        for Written { family, numbers, places, weights } in written {
            let (Some(constant), Some(unit), true) =
                (numbers.get(..3), numbers.get(3..NUMBERS), lists.len() < MAX_MODELS)
            else {
                break;
            };
            let shift = 4 * lists.len();
            let (constant, unit) = (number(constant) / 8_192.0 - 44.5, number(unit) / 1_048_576.0);
            lists.push((places, weights.iter().map(|weight| (u32::from(weight & 15) ^ NOTHING) << shift).collect()));
            models.list.push(Model { family, constant, unit });
        }
        if !lists.is_empty() {
            models.table = Sparse::of(BITS, &lists);
        }
        models
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Tells for each family how likely a sentence with these features is one of its own, 0 to 1.
    pub fn likely(&self, hashes: &[u32], mut tell: impl FnMut(usize, f64)) {
        let share = (hashes.len() as f64 + SMOOTHING).sqrt().recip();
        let mut sums = [0; MAX_MODELS];
        for hash in hashes {
            let mut weights = self.table.at(*hash);
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
    use super::super::sparse::EMPTY;
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
        let place = features[0].wrapping_mul(0x9e37_79b1) >> (32 - BITS);
        let mut gaps = vec![EMPTY; place as usize / usize::from(EMPTY)];
        gaps.push((place % u32::from(EMPTY)) as u8);
        // The largest step up and the largest down; constants of 0.
        let written = |family, weight| {
            let (places, weights) = (places(&gaps), vec![weight]);
            Written { family, numbers: b"N!M%!!", places, weights }
        };
        let mut told = Vec::new();
        Models::of([written(3, 15), written(5, 0)]).likely(&features, |family, likely| told.push((family, likely)));
        assert!(matches!(told[..], [(3, up), (5, down)] if up > 0.5 && down < 0.5), "{told:?}");
        let letters = |values: &[u8]| values.iter().map(|value| char::from(ZERO + value)).collect::<String>();
        let mut alone = Vec::new();
        Models::one(3, "N!M%!!", &letters(&gaps), &letters(&[15])).likely(&features, |_, likely| alone.push(likely));
        assert_eq!(alone, [told[0].1]);
        assert_eq!(Models::of((0..=MAX_MODELS).map(|family| written(family, 15))).list.len(), MAX_MODELS);
    }

    #[test]
    fn what_is_no_model_tells_nothing_that_is_no_probability() {
        for (constants, gaps, weights) in [
            ("", "", ""),
            ("!!", "a", "b"),
            ("~~~~~~", "~~~~", "!"),
            ("!!!~~~", &"~".repeat(5_000), "é"),
            ("é!~!!", "é!\u{0}", "~~~"),
        ] {
            Models::one(0, constants, gaps, weights).likely(
                &read_cue_features("agent please").concat(),
                |_, likely| {
                    assert!((0.0..=1.0).contains(&likely));
                },
            );
        }
    }
}
