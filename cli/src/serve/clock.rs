//! The time of day, which a test may hold.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Tells the time.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// The machine's.
    System,
}

impl Clock {
    /// Time since 1970.
    pub fn now(self) -> Duration {
        match self {
            Clock::System => SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default(),
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
