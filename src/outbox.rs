//! What has to reach a host's endpoint by `POST`: one body after the other, each until it is taken.
//!
//! The rule only: whoever owns the network asks for the next body, sends it, and says what came of it.

/// The pause after the first failure, in milliseconds; it doubles with each further one.
const FIRST_PAUSE_MS: f64 = 1_000.0;
/// The longest pause.
const LONGEST_PAUSE_MS: f64 = 60_000.0;
/// After so many attempts a body is given up, if nothing else has been said.
const MAX_ATTEMPTS: u32 = 12;

/// What came of sending a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It was taken.
    Taken,
    /// It may be taken later.
    Later,
    /// It will never be taken.
    Refused,
}

impl Delivery {
    /// By the HTTP status of the answer, `None` where there was none.
    #[must_use]
    pub const fn of_status(status: Option<u16>) -> Delivery {
        match status {
            Some(200..=299) => Delivery::Taken,
            None | Some(408 | 425 | 429 | 500..=599) => Delivery::Later,
            Some(_) => Delivery::Refused,
        }
    }
}

/// Bodies on their way, oldest first; each keeps its number however often it is sent.
#[derive(Debug, Clone)]
pub struct Outbox<Body> {
    waiting: Vec<(u64, Body)>,
    /// The number of the next body.
    next: u64,
    /// The first one is being sent.
    under_way: bool,
    attempts: u32,
    not_before: f64,
}

impl<Body> Outbox<Body> {
    /// Nothing to send; the first body will have the number `next`.
    #[must_use]
    pub fn new(next: u64) -> Self {
        Outbox { waiting: Vec::new(), next, under_way: false, attempts: 0, not_before: 0.0 }
    }

    /// Puts a body behind the others.
    pub fn put(&mut self, body: Body) {
        self.waiting.push((self.next, body));
        self.next += 1;
    }

    /// The body to send now, with its number; none while one is under way or a pause lasts.
    pub fn next(&mut self, now: f64) -> Option<(u64, &Body)> {
        if self.under_way || now < self.not_before {
            return None;
        }
        let (number, body) = self.waiting.first()?;
        self.under_way = true;
        Some((*number, body))
    }

    /// What came of the body of that number. `chance`, from 0 to 1, spreads the pauses of many pages. Says
    /// whether the body is lost.
    pub fn sent(&mut self, number: u64, delivery: Delivery, now: f64, chance: f64) -> bool {
        if self.waiting.first().is_none_or(|(first, _)| *first != number) {
            return false;
        }
        self.under_way = false;
        self.attempts += 1;
        if delivery == Delivery::Later && self.attempts < MAX_ATTEMPTS {
            let pause = FIRST_PAUSE_MS * f64::from(1_u32 << self.attempts.saturating_sub(1).min(10));
            // From half of the pause to all of it: never at once, and never all pages together.
            self.not_before = now + pause.min(LONGEST_PAUSE_MS) * (0.5 + chance / 2.0);
            return false;
        }
        self.waiting.remove(0);
        self.attempts = 0;
        self.not_before = 0.0;
        delivery != Delivery::Taken
    }

    /// When there is something to send, in milliseconds; none while one is under way.
    #[must_use]
    pub fn wake_at(&self) -> Option<f64> {
        (!self.under_way && !self.waiting.is_empty()).then_some(self.not_before)
    }

    /// Everything that was not taken yet, for a page that goes. It stays until somebody says that it was taken.
    pub fn all(&mut self) -> impl Iterator<Item = (u64, &Body)> {
        self.under_way = false;
        self.waiting.iter().map(|(number, body)| (*number, body))
    }

    /// The number that the next body gets.
    #[must_use]
    pub const fn next_number(&self) -> u64 {
        self.next
    }

    /// The bodies not taken yet, oldest first.
    pub fn bodies(&self) -> impl Iterator<Item = &Body> {
        self.waiting.iter().map(|(_, body)| body)
    }

    /// Throws everything away.
    pub fn clear(&mut self) {
        *self = Outbox::new(self.next);
    }

    /// Bodies not taken yet.
    #[must_use]
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether everything was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_after_the_other_and_the_number_stays() {
        let mut outbox = Outbox::new(3);
        outbox.put("a");
        outbox.put("b");
        assert_eq!(outbox.next(0.0), Some((3, &"a")));
        assert_eq!(outbox.next(0.0), None, "one at a time");
        assert!(!outbox.sent(3, Delivery::Later, 0.0, 1.0));
        assert_eq!((outbox.wake_at(), outbox.next(999.0)), (Some(1_000.0), None));
        assert_eq!(outbox.next(1_000.0), Some((3, &"a")), "the same number again");
        assert!(!outbox.sent(3, Delivery::Taken, 1_000.0, 0.0));
        assert!(!outbox.sent(3, Delivery::Taken, 1_000.0, 0.0), "said twice, it takes nothing else away");
        assert_eq!(outbox.next(1_000.0), Some((4, &"b")));
        assert!(outbox.sent(4, Delivery::Refused, 1_000.0, 0.0), "refused is lost");
        assert!(outbox.is_empty() && outbox.wake_at().is_none());
    }

    #[test]
    fn pauses_double_up_to_a_minute_and_end() {
        let mut outbox = Outbox::new(0);
        outbox.put(());
        let (mut now, mut pauses) = (0.0, Vec::new());
        loop {
            let (number, ()) = outbox.next(now).unwrap();
            if outbox.sent(number, Delivery::of_status(Some(503)), now, 1.0) {
                break;
            }
            pauses.push(outbox.wake_at().unwrap() - now);
            now = outbox.wake_at().unwrap();
        }
        assert_eq!(pauses[..7], [1e3, 2e3, 4e3, 8e3, 16e3, 32e3, 60e3]);
        assert_eq!(pauses.len() as u32, MAX_ATTEMPTS - 1);
    }

    #[test]
    fn what_is_put_in_after_a_clearing_waits_for_nothing() {
        let mut outbox = Outbox::new(0);
        outbox.put("a");
        outbox.next(0.0);
        outbox.sent(0, Delivery::Later, 0.0, 1.0);
        outbox.clear();
        outbox.put("b");
        assert_eq!(outbox.next(0.0), Some((1, &"b")), "with a number of its own");
    }

    #[test]
    fn a_status_says_whether_it_is_worth_another_try() {
        assert_eq!(Delivery::of_status(Some(204)), Delivery::Taken);
        for later in [None, Some(429), Some(503), Some(507)] {
            assert_eq!(Delivery::of_status(later), Delivery::Later);
        }
        for refused in [Some(400), Some(404), Some(413), Some(302)] {
            assert_eq!(Delivery::of_status(refused), Delivery::Refused);
        }
    }
}
