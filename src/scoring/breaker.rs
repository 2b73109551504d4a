//! The circuit breaker: after failures in a row nothing is sent for a while, then one probe.

/// Failures in a row that open it.
const THRESHOLD: u32 = 5;
/// How long it stays open at first, in milliseconds; twice as long after each probe that failed.
const FIRST_PERIOD: f64 = 5_000.0;
/// The longest it stays open, in milliseconds: the probe interval.
const LONGEST_PERIOD: f64 = 30_000.0;
/// Which part of the period is drawn by chance, so that clients do not probe all at once.
const JITTER: f64 = 0.5;

/// Whether to send anything at all.
#[derive(Debug, Clone, Default)]
pub struct Breaker {
    failures: u32,
    /// How often it opened since the last success.
    opened: u32,
    /// Until when it is open, in milliseconds; none while it is closed.
    until: Option<f64>,
    probing: bool,
}

impl Breaker {
    /// The longest time from one probe to the next, in milliseconds.
    pub const PROBE_INTERVAL: f64 = LONGEST_PERIOD;

    /// Whether something may be sent now. What is sent while it is not closed is the probe:
    /// [`Breaker::send`] says so.
    #[must_use]
    pub fn admits(&self, now: f64) -> bool {
        self.until.is_none_or(|until| now >= until && !self.probing)
    }

    /// Something is sent. True if it is the probe.
    pub fn send(&mut self) -> bool {
        self.probing = self.until.is_some();
        self.probing
    }

    /// Whether everything is well, as far as is known.
    #[must_use]
    pub const fn is_closed(&self) -> bool {
        self.until.is_none()
    }

    /// A good answer came: it closes.
    pub fn succeeded(&mut self) {
        *self = Breaker::default();
    }

    /// The other side failed, at `now`. `chance`, from 0 to 1, draws the length of the pause.
    pub fn failed(&mut self, now: f64, chance: f64) {
        self.failures = self.failures.saturating_add(1);
        // While it is open only the probe counts; what was sent before it opened says nothing new.
        if self.probing || (self.until.is_none() && self.failures >= THRESHOLD) {
            let period = f64::from(1_u32 << self.opened.min(8)) * FIRST_PERIOD;
            let period = period.min(LONGEST_PERIOD);
            self.until = Some(now + period * (1.0 - JITTER * chance));
            self.opened = self.opened.saturating_add(1);
            self.probing = false;
        }
    }

    /// The probe was given up without an answer: the next may be sent.
    pub fn released(&mut self) {
        self.probing = false;
    }

    /// What failed was the network at this end, and it is back: the next call is a probe.
    pub fn reconnected(&mut self, now: f64) {
        self.until = self.until.map(|until| until.min(now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        (0..THRESHOLD).for_each(|_| breaker.failed(0.0, 0.0));
        breaker
    }

    #[test]
    fn only_failures_in_a_row_open_it() {
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            (1..THRESHOLD).for_each(|_| breaker.failed(0.0, 0.5));
            assert!(breaker.admits(0.0) && breaker.is_closed());
            breaker.succeeded();
        }
        assert!(!open().admits(4_999.0) && !open().is_closed());
    }

    #[test]
    fn one_probe_at_a_time_and_the_pause_grows_to_the_interval() {
        let mut breaker = open();
        let mut now = 0.0;
        for pause in [5_000.0, 10_000.0, 20_000.0, 30_000.0, 30_000.0] {
            assert!(!breaker.admits(now + pause - 1.0));
            now += pause;
            assert!(breaker.admits(now) && breaker.send());
            assert!(!breaker.admits(now), "the probe is under way");
            breaker.failed(now, 0.0);
        }
        assert!(breaker.admits(now + Breaker::PROBE_INTERVAL) && breaker.send());
        breaker.succeeded();
        assert!(breaker.admits(now) && breaker.is_closed() && !breaker.send());
    }

    #[test]
    fn a_late_failure_changes_nothing_and_a_probe_that_was_given_up_frees_its_place() {
        let mut breaker = open();
        breaker.failed(4_000.0, 0.0);
        assert!(breaker.admits(5_000.0) && breaker.send());
        breaker.released();
        assert!(breaker.admits(5_000.0));
    }

    #[test]
    fn chance_shortens_the_pause_to_a_half_at_most_and_a_network_that_is_back_ends_it() {
        let mut breaker = Breaker::default();
        (0..THRESHOLD).for_each(|_| breaker.failed(0.0, 1.0));
        assert!(!breaker.admits(2_499.0) && breaker.admits(2_500.0));
        breaker.reconnected(10.0);
        assert!(breaker.admits(10.0) && breaker.send());
    }
}
