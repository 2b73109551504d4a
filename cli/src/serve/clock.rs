//! The time of day, which a test may hold.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    System,
    /// One that moves with tokio's, and so stands still or leaps in a test.
    #[cfg(test)]
    Tokio(tokio::time::Instant),
}

impl Clock {
    /// Time since 1970.
    pub fn now(self) -> Duration {
        match self {
            Clock::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            #[cfg(test)]
            Clock::Tokio(start) => Duration::from_secs(1_800_000_000) + start.elapsed(),
        }
    }

    /// Milliseconds since 1970.
    pub fn now_ms(self) -> u64 {
        u64::try_from(self.now().as_millis()).unwrap_or(u64::MAX)
    }

    /// Days since 1970, in UTC.
    pub fn day(self) -> u64 {
        self.now().as_secs() / DAY.as_secs()
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
