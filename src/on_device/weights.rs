//! The trained weights: one file, read in place.
//!
//! Little-endian: `SMW1`; for each of the three groups of features one byte, log2 of its number of buckets; one
//! zero byte; the constants as `f32`, in the order below; then the tables of the groups, two bytes a bucket: the four
//! heads' weights as places in a scale of sixteen steps, of the first head in the lowest four bits, then of the third, the
//! second, the fourth. Of each table all the first bytes stand before all the second ones. What is negative and what is
//! frustrated are much alike, so it compresses better so.

use super::features::{Group, visit};
use super::lexicon::FEELINGS;
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

/// The probabilities of negative, positive, frustration, urgency.
pub(super) fn probabilities(words: &Words) -> [f64; HEADS] {
    let mut groups = tables().map(Sums::of);
    let feelings = visit(words, |group, hash| {
        let [words, letters, marks] = &mut groups;
        match group {
            Group::Word => words,
            Group::Letters => letters,
            Group::Mark => marks,
        }
        .add(hash);
    });
    let mut likely = [0.0; HEADS];
    for (head, likely) in likely.iter_mut().enumerate() {
        *likely = constant(head);
        for (group, sums) in groups.iter().enumerate() {
            // A long message says more things at once; its words are weighed less, as the square root of their number.
            let share = match group {
                group if group == Group::Mark as usize => 1.0,
                _ => (f64::from(sums.count) + constant(SMOOTHING + group)).sqrt().recip(),
            };
            let step = constant(STEP + group * HEADS + head);
            *likely += f64::from(sums.of_head(head)) * step * share;
        }
        for (place, feeling) in feelings.iter().enumerate() {
            *likely += feeling * constant(FEELING + place * HEADS + head);
        }
        let (slope, shift) = (constant(CALIBRATION + 2 * head), constant(CALIBRATION + 2 * head + 1));
        *likely = logistic(slope * *likely + shift);
    }
    likely
}

/// What the features of one group add up to.
struct Sums {
    table: Table,
    count: u32,
    /// Of two heads each, the first and the third, the second and the fourth: the sum of the former in the lower half, that
    /// of the latter in the upper one.
    pairs: [i64; HEADS / 2],
}

impl Sums {
    fn of(table: Table) -> Self {
        Sums { table, count: 0, pairs: [0; HEADS / 2] }
    }

    /// For each of hundreds of features of a message.
    #[allow(clippy::inline_always, reason = "optimised for size, the compiler calls it for every feature or character")]
    #[inline(always)]
    fn add(&mut self, hash: u32) {
        let packed = usize::from(self.table.at(hash));
        let step = |place: usize| STEPS.get(place & 15).copied().unwrap_or_default();
        let [first, second] = &mut self.pairs;
        *first += step(packed) + (step(packed >> 4) << 32);
        *second += step(packed >> 8) + (step(packed >> 12) << 32);
        self.count += 1;
    }

    fn of_head(&self, head: usize) -> i32 {
        let pair = self.pairs.get(head % 2).copied().unwrap_or_default();
        let lower = pair as i32;
        if head < HEADS / 2 { lower } else { ((pair - i64::from(lower)) >> 32) as i32 }
    }
}

struct Table {
    bytes: &'static [u8],
    /// How far a hash is shifted to be a place in the table.
    shift: u32,
}

impl Table {
    fn at(&self, hash: u32) -> u16 {
        let place = (hash.wrapping_mul(0x9e37_79b1) >> self.shift) as usize;
        match (self.bytes.get(place), self.bytes.get(place + self.bytes.len() / 2)) {
            (Some(&low), Some(&high)) => u16::from_le_bytes([low, high]),
            // Only where the file is not whole: seven is the step of nothing.
            _ => 0x7777,
        }
    }
}

fn tables() -> [Table; GROUPS] {
    let mut rest = FILE.get(HEADER + 4 * CONSTANTS..).unwrap_or_default();
    [0, 1, 2].map(|group| {
        let bits = FILE.get(4 + group).map_or(1, |bits| u32::from(*bits).clamp(1, 24));
        let (bytes, after) = rest.split_at_checked(2 << bits).unwrap_or_default();
        rest = after;
        Table { bytes, shift: 32 - bits }
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
        assert_eq!(&FILE[..4], b"SMW1");
        let tables: usize = FILE[4..7].iter().map(|bits| 2_usize << bits).sum();
        assert_eq!(FILE.len(), HEADER + 4 * CONSTANTS + tables);
        assert!((0..CONSTANTS).all(|place| constant(place).is_finite()));
    }
}
