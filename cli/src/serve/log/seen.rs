//! Which batches of a conversation are kept already.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

/// Ranges of batches that a day may have; more, and what is older than it is forgotten early. With about 100 bytes for
/// each, today and the day before it take 100 MB at most, whatever anybody sends.
const MANY: usize = 500_000;

/// Ranges that one conversation may have; of more, the lowest are forgotten.
const MANY_OF_ONE: usize = 1000;

/// The name of a conversation in few bytes; two names never come to the same.
type Hash = [u8; 16];

/// Batches of late. A page repeats a batch within minutes, and after a reload within a day; a repetition from before
/// that is sorted out by `replay`, so what is older is forgotten, and memory stays bounded.
#[derive(Debug, Default)]
pub struct Seen {
    today: BTreeMap<Hash, Ranges>,
    before: BTreeMap<Hash, Ranges>,
    /// Ranges of today.
    count: usize,
}

impl Seen {
    /// Whether it is kept.
    pub fn has(&self, id: &str, seq: u64) -> bool {
        let id = hash(id);
        [&self.today, &self.before].iter().any(|days| days.get(&id).is_some_and(|ranges| ranges.has(seq)))
    }

    /// It is kept now.
    pub fn add(&mut self, id: &str, seq: u64) {
        if self.count >= MANY {
            self.turn();
        }
        let id = hash(id);
        let ranges = self.today.entry(id).or_insert_with(|| {
            let known = self.before.remove(&id).unwrap_or_default();
            self.count += known.0.len();
            known
        });
        let before = ranges.0.len();
        ranges.add(seq);
        self.count = self.count - before + ranges.0.len();
    }

    /// A day has passed.
    pub fn turn(&mut self) {
        self.before = std::mem::take(&mut self.today);
        self.count = 0;
    }
}

fn hash(id: &str) -> Hash {
    let mut short = Hash::default();
    short.iter_mut().zip(Sha256::digest(id)).for_each(|(to, from)| *to = from);
    short
}

/// Numbers as ranges with both ends, in order and apart. Those of a conversation follow each other, so there is
/// mostly one.
#[derive(Debug, Default)]
struct Ranges(Vec<(u64, u64)>);

impl Ranges {
    /// The first range that does not end before the number.
    fn place(&self, number: u64) -> usize {
        self.0.partition_point(|(_, last)| *last < number)
    }

    fn has(&self, number: u64) -> bool {
        self.0.get(self.place(number)).is_some_and(|(first, _)| *first <= number)
    }

    fn add(&mut self, number: u64) {
        if self.has(number) {
            return;
        }
        let place = self.place(number);
        let joins_before = place
            .checked_sub(1)
            .filter(|before| self.0.get(*before).is_some_and(|(_, last)| last.checked_add(1) == Some(number)));
        let joins_after = self.0.get(place).is_some_and(|(first, _)| number.checked_add(1) == Some(*first));
        match (joins_before, joins_after) {
            (Some(before), true) => {
                let (_, last) = self.0.remove(place);
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = last;
                }
            }
            (Some(before), false) => {
                if let Some(range) = self.0.get_mut(before) {
                    range.1 = number;
                }
            }
            (None, true) => {
                if let Some(range) = self.0.get_mut(place) {
                    range.0 = number;
                }
            }
            (None, false) => self.0.insert(place, (number, number)),
        }
        if self.0.len() > MANY_OF_ONE {
            self.0.remove(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn ranges_hold_what_was_added_whatever_the_order() {
        for seed in 0..200_u64 {
            let (mut ranges, mut plain, mut state) = (Ranges::default(), BTreeSet::new(), seed);
            for _ in 0..40 {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let number = (state >> 33) % 30;
                ranges.add(number);
                plain.insert(number);
                assert!((0..31).all(|n| ranges.has(n) == plain.contains(&n)), "seed {seed}");
                assert!(ranges.0.windows(2).all(|pair| pair[0].1 + 1 < pair[1].0), "seed {seed}: {ranges:?}");
            }
        }
        let mut ends = Ranges::default();
        [u64::MAX, 0, u64::MAX].into_iter().for_each(|number| ends.add(number));
        assert!(ends.has(0) && ends.has(u64::MAX) && !ends.has(1));
    }

    #[test]
    fn a_conversation_is_forgotten_after_two_quiet_days() {
        let mut seen = Seen::default();
        seen.add("a", 0);
        seen.add("b", 0);
        seen.turn();
        seen.add("b", 1);
        assert!(seen.has("a", 0) && seen.has("b", 0) && seen.has("b", 1));
        seen.turn();
        assert!(!seen.has("a", 0) && seen.has("b", 0) && seen.has("b", 1));
    }

    #[test]
    fn who_sends_names_without_end_fills_no_memory() {
        let mut seen = Seen::default();
        let ranges = |day: &BTreeMap<Hash, Ranges>| day.values().map(|ranges| ranges.0.len()).sum::<usize>();
        // Every other number is a range of its own.
        (0..=MANY_OF_ONE as u64).for_each(|number| seen.add("a", number * 2));
        assert!(!seen.has("a", 0) && seen.has("a", 2) && ranges(&seen.today) == MANY_OF_ONE);
        (0..MANY * 2).for_each(|number| seen.add(&number.to_string(), 0));
        assert_eq!(seen.count, ranges(&seen.today));
        assert!(ranges(&seen.today) <= MANY && ranges(&seen.before) <= MANY + MANY_OF_ONE);
        assert!(seen.has(&(MANY * 2 - 1).to_string(), 0) && !seen.has("a", 2));
    }
}
