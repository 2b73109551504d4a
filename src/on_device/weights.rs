//! The trained weights: one file, whose tables are read once.
//!
//! Little-endian: `SMW2`; for each of the three groups of features one byte, log2 of the places of its table; one zero byte;
//! the constants as `f32`, in the order below; then the tables of the groups. A table is its places (see [`Rest::places`]), and
//! two bytes for each: the four heads' weights as places in a scale of sixteen steps, of the first head in the lowest four
//! bits, then of the third, the second, the fourth. All the first bytes stand before all the second ones. What is negative and what is frustrated are much alike, so it
//! compresses better so.

use std::sync::OnceLock;

use super::features::{Group, Reader, visit};
use super::lexicon::FEELINGS;
use super::sparse::{Rest, Sparse};
use crate::words::Words;

static FILE: &[u8] = include_bytes!("weights.bin");

/// What the model tells of a message.
pub(super) const HEADS: usize = 4;
const GROUPS: usize = 3;
const HEADER: usize = 8;
/// The number of `f32` in the file's head.
const CONSTANTS: usize = CALIBRATION + 2 * HEADS;
// Where they begin: a head's constant, its step in each group, the groups' smoothing, a feeling's weight in each head,
// a head's slope and shift.
const STEP: usize = HEADS;
const SMOOTHING: usize = STEP + GROUPS * HEADS;
const FEELING: usize = SMOOTHING + GROUPS;
const CALIBRATION: usize = FEELING + FEELINGS * HEADS;

/// The sixteen steps of a weight; finer near zero, where most weights are. In 64ths of a head's largest step.
pub(super) const STEPS: [i64; 16] = [-64, -48, -35, -25, -17, -10, -5, 0, 5, 10, 17, 25, 35, 48, 64, 84];
/// The place in the steps of what weighs nothing; with it taken from them, a place of no weights is 0.
pub(super) const NOTHING: u32 = 7;
/// That of all heads.
const NOTHINGS: u32 = 0x7777;

/// How much the worst sentence of several counts beside the whole: what is said around an angry sentence makes it little less
/// angry.
const WORST_COUNTS: f64 = 0.5;
/// The head of which the lowest is the worst.
const POSITIVE: usize = 1;

/// The probabilities of negative, positive, frustration, urgency: of the whole, and of its worst sentence where it has
/// several.
pub(super) fn probabilities(words: &Words) -> [f64; HEADS] {
    let mut seen =
        Seen { tables: tables(), sums: Default::default(), all: Default::default(), sentences: 0, worst: [0.0; HEADS] };
    let feelings = visit(words, &mut seen);
    let [_, _, marks] = seen.sums;
    let mut likely = [0.0; HEADS];
    for (head, (likely, worst)) in likely.iter_mut().zip(seen.worst).enumerate() {
        let apart = constant(head) + f64::from(marks.of_head(head)) * step(Group::Mark, head);
        let (slope, shift) = (constant(CALIBRATION + 2 * head), constant(CALIBRATION + 2 * head + 1));
        let probability = |odds: f64| logistic(slope * (apart + odds) + shift);
        *likely = probability(odds(&seen.all, &feelings, head));
        if seen.sentences > 1 {
            *likely += WORST_COUNTS * (probability(worst) - *likely);
        }
    }
    likely
}

/// What words, runs of letters and single words tell of a sentence, or of all.
fn odds(sums: &[Sums], feelings: &[f64], head: usize) -> f64 {
    let mut odds = 0.0;
    for (group, sums) in [Group::Word, Group::Letters].into_iter().zip(sums) {
        // A long message says more things at once; its words are weighed less, as the square root of their number.
        let share = (f64::from(sums.count) + constant(SMOOTHING + group as usize)).sqrt().recip();
        odds += f64::from(sums.of_head(head)) * step(group, head) * share;
    }
    for (place, feeling) in feelings.iter().enumerate() {
        odds += feeling * constant(FEELING + place * HEADS + head);
    }
    odds
}

/// The size of a step of a weight.
fn step(group: Group, head: usize) -> f64 {
    constant(STEP + group as usize * HEADS + head)
}

/// What was seen of a message.
struct Seen {
    tables: &'static [Sparse; GROUPS],
    /// Words and letters of the sentence that is read, and all marks.
    sums: [Sums; GROUPS],
    /// Words and letters of the sentences that ended.
    all: [Sums; GROUPS - 1],
    sentences: usize,
    /// Of the sentences that ended, each head's, without the marks.
    worst: [f64; HEADS],
}

impl Reader for Seen {
    /// For each of hundreds of features of a message.
    #[allow(clippy::inline_always, reason = "optimised for size, the compiler calls it for every feature or character")]
    #[inline(always)]
    fn feature(&mut self, group: Group, hash: u32) {
        let ([words, letters, marks], [of_words, of_letters, of_marks]) = (self.tables, &mut self.sums);
        let (table, sums) = match group {
            Group::Word => (words, of_words),
            Group::Letters => (letters, of_letters),
            Group::Mark => (marks, of_marks),
        };
        sums.add((table.at(hash) ^ NOTHINGS) as usize);
    }

    fn sentence_ended(&mut self, feelings: [f64; FEELINGS]) {
        for (head, worst) in self.worst.iter_mut().enumerate() {
            let odds = odds(&self.sums, &feelings, head);
            if self.sentences == 0 || (odds < *worst) == (head == POSITIVE) {
                *worst = odds;
            }
        }
        for (all, sums) in self.all.iter_mut().zip(&mut self.sums) {
            all.take_in(std::mem::take(sums));
        }
        self.sentences += 1;
    }
}

/// What the features of one group add up to.
#[derive(Default, Clone, Copy)]
struct Sums {
    count: u32,
    /// Of two heads each, the first and the third, the second and the fourth: the sum of the former in the lower half, that
    /// of the latter in the upper one.
    pairs: [i64; HEADS / 2],
}

impl Sums {
    #[allow(clippy::inline_always, reason = "optimised for size, the compiler calls it for every feature or character")]
    #[inline(always)]
    fn add(&mut self, packed: usize) {
        let step = |place: usize| STEPS.get(place & 15).copied().unwrap_or_default();
        let [first, second] = &mut self.pairs;
        *first += step(packed) + (step(packed >> 4) << 32);
        *second += step(packed >> 8) + (step(packed >> 12) << 32);
        self.count += 1;
    }

    fn take_in(&mut self, other: Sums) {
        self.count += other.count;
        for (pair, more) in self.pairs.iter_mut().zip(other.pairs) {
            *pair += more;
        }
    }

    fn of_head(&self, head: usize) -> i32 {
        let pair = self.pairs.get(head % 2).copied().unwrap_or_default();
        let lower = pair as i32;
        if head < HEADS / 2 { lower } else { ((pair - i64::from(lower)) >> 32) as i32 }
    }
}

/// The tables of the groups, read once.
fn tables() -> &'static [Sparse; GROUPS] {
    static READ: OnceLock<[Sparse; GROUPS]> = OnceLock::new();
    READ.get_or_init(|| {
        let mut rest = Rest(FILE.get(HEADER + 4 * CONSTANTS..).unwrap_or_default());
        [0, 1, 2].map(|group| {
            let bits = FILE.get(4 + group).map_or(6, |bits| u32::from(*bits).clamp(6, 24));
            let places = rest.places();
            let (low, high) = (rest.take(places.len()), rest.take(places.len()));
            let values =
                low.iter().zip(high).map(|(low, high)| u32::from(u16::from_le_bytes([*low, *high])) ^ NOTHINGS);
            let values = values.collect();
            Sparse::of(bits, &[(places, values)])
        })
    })
}

fn constant(place: usize) -> f64 {
    number_at(FILE, HEADER + 4 * place)
}

/// The `f32` that stands there in a file of weights.
pub(super) fn number_at(file: &[u8], at: usize) -> f64 {
    let bytes = file.get(at..at + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default();
    f64::from(f32::from_le_bytes(bytes))
}

/// The probability of log-odds.
pub(super) fn logistic(odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-odds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_whole() {
        assert_eq!(&FILE[..4], b"SMW2");
        assert!((0..CONSTANTS).all(|place| constant(place).is_finite()));
        let mut rest = Rest(&FILE[HEADER + 4 * CONSTANTS..]);
        for bits in &FILE[4..7] {
            let places = rest.places();
            assert!(places.last().is_some_and(|last| *last < 1 << bits));
            assert_eq!(rest.take(2 * places.len()).len(), 2 * places.len());
        }
        assert!(rest.0.is_empty());
    }
}
