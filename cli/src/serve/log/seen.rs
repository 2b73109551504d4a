//! Which batches of a conversation are kept already.

use std::collections::BTreeMap;

/// Batches of late. A page repeats a batch within minutes, and after a reload within a day; a repetition from before
/// that is sorted out by `replay`, so what is older is forgotten, and memory stays bounded by two days' conversations.
#[derive(Debug, Default)]
pub struct Seen {
    today: BTreeMap<String, Ranges>,
    before: BTreeMap<String, Ranges>,
}

impl Seen {
    /// Whether it is kept.
    pub fn has(&self, id: &str, seq: u64) -> bool {
        [&self.today, &self.before].iter().any(|days| days.get(id).is_some_and(|ranges| ranges.has(seq)))
    }

    /// It is kept now.
    pub fn add(&mut self, id: &str, seq: u64) {
        if let Some(ranges) = self.today.get_mut(id) {
            ranges.add(seq);
        } else {
            let mut ranges = self.before.remove(id).unwrap_or_default();
            ranges.add(seq);
            self.today.insert(id.to_owned(), ranges);
        }
    }

    /// A day has passed.
    pub fn turn(&mut self) {
        self.before = std::mem::take(&mut self.today);
    }
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
}
