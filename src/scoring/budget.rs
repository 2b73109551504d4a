//! How many retries a client may make, so that an outage is not multiplied by them.

/// What a call puts in: one retry for every ten calls.
const SHARE: f64 = 0.1;
/// What there is to begin with, so that the first call can be retried too.
const START: f64 = 1.0;
/// The most that is saved up.
const MOST: f64 = 3.0;
/// How far a retry that the other side asked for may overdraw.
const OVERDRAFT: f64 = -1.0;

/// A budget of retries: every call puts a tenth in, every retry takes one out.
///
/// Over any time the attempts are at most 1.1 times the calls, and two.
#[derive(Debug, Clone)]
pub struct RetryBudget {
    balance: f64,
}

impl Default for RetryBudget {
    fn default() -> Self {
        RetryBudget { balance: START }
    }
}

impl RetryBudget {
    /// A call is made.
    pub fn deposit(&mut self) {
        self.balance = (self.balance + SHARE).min(MOST);
    }

    /// Whether there is a retry left; it is taken out. `invited` says that the other side asked to come back (429,
    /// 503), which may overdraw by one.
    #[must_use]
    pub fn withdraw(&mut self, invited: bool) -> bool {
        let least = if invited { OVERDRAFT } else { 0.0 };
        // Tenths do not add up exactly.
        let granted = self.balance - 1.0 >= least - 1e-9;
        if granted {
            self.balance -= 1.0;
        }
        granted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_retry_for_ten_calls_and_one_to_begin_with() {
        let mut budget = RetryBudget::default();
        let mut retries = 0;
        for call in 1..=1000 {
            budget.deposit();
            retries += u32::from(budget.withdraw(false));
            assert!(retries <= 1 + call / 10, "{retries} retries after {call} calls");
        }
        assert_eq!(retries, 101);
    }

    #[test]
    fn who_is_asked_to_come_back_may_overdraw_by_one() {
        let mut budget = RetryBudget::default();
        assert!(budget.withdraw(true) && budget.withdraw(true) && !budget.withdraw(true));
        for _ in 0..20 {
            assert!(!budget.withdraw(false));
            budget.deposit();
        }
        assert!(budget.withdraw(false));
    }

    #[test]
    fn a_long_quiet_time_saves_up_three() {
        let mut budget = RetryBudget::default();
        (0..1000).for_each(|_| budget.deposit());
        assert_eq!((0..10).filter(|_| budget.withdraw(false)).count(), 3);
    }
}
