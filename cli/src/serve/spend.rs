//! What the model has cost today, in upstream tokens, and the cap that halts.
//!
//! A call is charged its estimate before it is made and what it really cost afterwards. Calls are made while the sum
//! is below the cap, so it is passed by one call at most, however many come at once. A call that is given up half-way
//! stays charged with its estimate: the model's server may have worked for it.

use std::sync::{Mutex, PoisonError};

/// The sum of a day, kept in this process.
#[derive(Debug, Default)]
pub struct Spent(Mutex<(u64, u64)>);

/// A charge that may be corrected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    /// The day it was made.
    pub day: u64,
    /// What was charged.
    pub tokens: u64,
}

impl Spent {
    /// Charges an estimate, if the sum of that day is below the cap.
    pub fn charge(&self, day: u64, tokens: u64, cap: u64) -> Option<Charge> {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sum.0 != day {
            *sum = (day, 0);
        }
        if sum.1 >= cap {
            return None;
        }
        sum.1 = sum.1.saturating_add(tokens);
        Some(Charge { day, tokens })
    }

    /// Puts what it really cost in the place of the estimate.
    pub fn settle(&self, charge: Charge, tokens: u64) {
        let mut sum = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if sum.0 == charge.day {
            sum.1 = sum.1.saturating_sub(charge.tokens).saturating_add(tokens);
        }
    }

    /// The newest day that something was charged on, and its sum.
    pub fn latest(&self) -> (u64, u64) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The sum of that day.
    pub fn of(&self, day: u64) -> u64 {
        let (latest, sum) = self.latest();
        if latest == day { sum } else { 0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_passed_by_one_call_at_most_and_begins_anew_each_day() {
        let spent = Spent::default();
        let charges: Vec<_> = std::iter::from_fn(|| spent.charge(1, 300, 1000)).collect();
        assert_eq!((charges.len(), spent.of(1)), (4, 1200));
        charges.iter().for_each(|charge| spent.settle(*charge, 100));
        assert_eq!(spent.of(1), 400);
        assert!(spent.charge(1, 300, 1000).is_some());
        assert!(spent.charge(2, 300, 1000).is_some());
        assert_eq!((spent.of(2), spent.of(1)), (300, 0));
        spent.settle(Charge { day: 1, tokens: 300 }, 0);
        assert_eq!(spent.of(2), 300, "yesterday's call is yesterday's");
    }
}
