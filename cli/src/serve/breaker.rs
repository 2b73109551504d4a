//! The circuit breaker: a server that fails again and again is left alone for a while, then asked once.
//!
//! The rules are here, over plain values, so that one process and several that share the state go by the same.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Failures in a row that open it.
const FAILURES: u32 = 5;
/// How long it stays open the first time, and at most. Each failed probe doubles it.
const OPEN: Duration = Duration::from_secs(2);
const MAX_OPEN: Duration = Duration::from_secs(30);

/// What is known of a server. Times are milliseconds since 1970.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breaker {
    /// Failures since the last success, while closed.
    failures: u32,
    /// How often it opened since it was last closed; 0 while closed.
    opened: u32,
    /// Until when nobody asks.
    open_until: u64,
    /// Until when a probe may be under way.
    probe_until: u64,
    /// Counts openings and closings, so that the outcome of an older call is not taken for news.
    era: u64,
}

/// Leave to ask the server once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pass {
    era: u64,
    /// Whether the answer decides if the breaker closes.
    pub probe: bool,
}

impl Breaker {
    /// Leave to ask, or how long to wait. `lease` is how long a probe may take before another is allowed.
    pub fn pass(&mut self, now: u64, lease: Duration) -> Result<Pass, Duration> {
        if self.opened == 0 {
            return Ok(Pass { era: self.era, probe: false });
        }
        let wait = self.open_until.max(self.probe_until).saturating_sub(now);
        if wait > 0 {
            return Err(Duration::from_millis(wait));
        }
        self.probe_until = now.saturating_add(millis(lease));
        Ok(Pass { era: self.era, probe: true })
    }

    /// Takes note of how a call ended. `jitter`, from 0 to 1, spreads the probes of many processes. Gives whether
    /// anything is different now.
    pub fn record(&mut self, pass: Pass, success: bool, now: u64, jitter: f64) -> bool {
        if pass.era != self.era {
            return false;
        }
        let before = *self;
        if success {
            let era = if self.opened > 0 { self.era + 1 } else { self.era };
            *self = Breaker { era, ..Breaker::default() };
        } else {
            self.failures = self.failures.saturating_add(1);
            if pass.probe || self.failures >= FAILURES {
                let open = OPEN.saturating_mul(1 << self.opened.min(10)).min(MAX_OPEN);
                self.open_until = now.saturating_add(millis(open.mul_f64(1.0 - 0.2 * jitter)));
                self.opened = self.opened.saturating_add(1);
                self.probe_until = 0;
                self.failures = 0;
                self.era += 1;
            }
        }
        *self != before
    }

    /// Whether calls are held back.
    pub fn is_open(&self) -> bool {
        self.opened > 0
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEASE: Duration = Duration::from_secs(3);

    fn fail(breaker: &mut Breaker, now: u64) {
        let pass = breaker.pass(now, LEASE).unwrap();
        breaker.record(pass, false, now, 0.0);
    }

    #[test]
    fn it_opens_after_failures_in_a_row_only() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            (0..FAILURES - 1).for_each(|_| fail(&mut breaker, 0));
            let pass = breaker.pass(0, LEASE).unwrap();
            breaker.record(pass, true, 0, 0.0);
        }
        assert!(!breaker.is_open());
        (0..FAILURES).for_each(|_| fail(&mut breaker, 0));
        assert_eq!(breaker.pass(0, LEASE), Err(OPEN));
    }

    #[test]
    fn one_probe_decides_and_each_failed_one_doubles_the_wait_up_to_a_limit() {
        let mut breaker = Breaker::default();
        (0..FAILURES).for_each(|_| fail(&mut breaker, 0));
        let mut now = 0;
        for wait in [2, 4, 8, 16, 30, 30] {
            now += wait * 1000;
            assert!(breaker.pass(now - 1, LEASE).is_err());
            let probe = breaker.pass(now, LEASE).unwrap();
            assert!(probe.probe);
            assert_eq!(breaker.pass(now, LEASE), Err(LEASE), "one probe at a time");
            breaker.record(probe, false, now, 0.0);
        }
        now += 30_000;
        let lost = breaker.pass(now, LEASE).unwrap();
        let probe = breaker.pass(now + 3000, LEASE).unwrap();
        assert!(breaker.record(probe, true, now, 0.0), "a probe that never came back does not block for ever");
        assert!(!breaker.is_open() && !breaker.record(lost, false, now, 0.0), "what came later is no news");
        fail(&mut breaker, now);
        assert!(!breaker.is_open());
    }

    #[test]
    fn calls_from_before_it_opened_do_not_close_it() {
        let mut breaker = Breaker::default();
        let early = breaker.pass(0, LEASE).unwrap();
        (0..FAILURES).for_each(|_| fail(&mut breaker, 0));
        breaker.record(early, true, 10, 0.0);
        assert!(breaker.is_open());
    }
}
