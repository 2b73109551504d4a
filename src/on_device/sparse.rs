//! A large table of which most places are empty, by a bit for each place.
//!
//! The larger a table of hashed features, the more seldom a word that training never saw stands where another's weight
//! is. What is kept and loaded grows with the weights alone, and hardly with the places.

/// Stands for that many empty places, and no value behind them.
pub(super) const EMPTY: u8 = 93;

/// The places that gaps tell, in order: each the number of empty places before the next that is taken.
pub(super) fn places(gaps: &[u8]) -> Vec<usize> {
    let mut next = 0;
    let mut places = Vec::new();
    for gap in gaps {
        next += usize::from(*gap);
        if *gap < EMPTY {
            places.push(next);
            next += 1;
        }
    }
    places
}

/// What is left to read of a file.
pub(super) struct Rest(pub &'static [u8]);

impl Rest {
    /// The next bytes; none where so many are not left.
    pub fn take(&mut self, count: usize) -> &'static [u8] {
        let (taken, after) = self.0.split_at_checked(count).unwrap_or_default();
        self.0 = after;
        taken
    }

    /// The next places: two bytes with the number of gaps, little-endian, and a byte for each, which is one more than the gap:
    /// a run of zeros would be taken out of the module's data.
    pub fn places(&mut self) -> Vec<usize> {
        let count = self.take(2).iter().rev().fold(0, |count, byte| count << 8 | usize::from(*byte));
        let gaps: Vec<u8> = self.take(count).iter().map(|byte| byte.saturating_sub(1)).collect();
        places(&gaps)
    }
}

/// The table; what is not set in it is 0.
#[derive(Debug, Clone, Default)]
pub(super) struct Sparse {
    /// How far a hash is shifted to be a place.
    shift: u32,
    /// A bit for each place.
    taken: Vec<u64>,
    /// Of each of these words, how many bits are set before it.
    before: Vec<u32>,
    /// Of each place that is taken, in order.
    values: Vec<u32>,
}

impl Sparse {
    /// A table of 2 to the `bits` places, from lists of places with what stands at each; of a place in several lists, all
    /// their bits. What lies beyond the table is left out.
    pub fn of(bits: u32, lists: &[(Vec<usize>, Vec<u32>)]) -> Sparse {
        let mut taken = vec![0_u64; (1 << bits) / 64];
        for place in lists.iter().flat_map(|(places, _)| places) {
            if let Some(word) = taken.get_mut(place / 64) {
                *word |= 1 << (place % 64);
            }
        }
        let mut sum = 0;
        let before = taken.iter().map(|word| {
            sum += word.count_ones();
            sum - word.count_ones()
        });
        let before = before.collect();
        let mut table = Sparse { shift: 32 - bits, taken, before, values: vec![0; sum as usize] };
        for (places, values) in lists {
            for (place, value) in places.iter().zip(values) {
                if let Some(slot) = table.slot(*place).and_then(|slot| table.values.get_mut(slot)) {
                    *slot |= value;
                }
            }
        }
        table
    }

    /// Where the value of a place stands.
    fn slot(&self, place: usize) -> Option<usize> {
        let (word, bit) = (*self.taken.get(place / 64)?, 1 << (place % 64));
        if word & bit == 0 {
            return None;
        }
        Some((self.before.get(place / 64)? + (word & (bit - 1)).count_ones()) as usize)
    }

    /// What stands at a hash's place.
    pub fn at(&self, hash: u32) -> u32 {
        let place = hash.wrapping_mul(0x9e37_79b1) >> self.shift;
        self.slot(place as usize).and_then(|slot| self.values.get(slot)).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_tell_places() {
        assert_eq!(places(&[0, 0, 2, EMPTY, 1, EMPTY, EMPTY]), [0, 1, 4, 99]);
        assert!(places(&[]).is_empty());
    }

    #[test]
    fn what_was_put_in_is_found_and_nothing_else() {
        let hash_of = |place: u32| (0..u32::MAX).find(|hash| hash.wrapping_mul(0x9e37_79b1) >> 24 == place).unwrap();
        let table = Sparse::of(8, &[(vec![3, 64, 255, 256], vec![1, 2, 4, 8]), (vec![64, 70], vec![16])]);
        let found: Vec<u32> = [3, 64, 255, 70, 4, 65].map(|place| table.at(hash_of(place))).to_vec();
        assert_eq!(found, [1, 18, 4, 0, 0, 0]);
        assert_eq!(Sparse::default().at(0), 0);
    }
}
