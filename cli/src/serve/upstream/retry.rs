//! When to try again: at this one layer only, bounded, spread out, and never so often that an outage grows.

use std::time::{Duration, SystemTime};

use axum::http::HeaderMap;
use axum::http::header::RETRY_AFTER;
use tower::retry::budget::{Budget, TpsBudget};

/// Tries for one call, the first among them.
pub const MAX_TRIES: u32 = 3;
/// The longest wait before the first retry, and before any. The wait is anything from nothing to that ("full
/// jitter"), and that doubles with each try.
const BASE: Duration = Duration::from_millis(200);
const MAX_WAIT: Duration = Duration::from_secs(2);
/// Retries as a share of calls, over the last ten seconds.
const SHARE: f32 = 0.1;
/// Retries a second that a quiet proxy may make whatever that share.
const RESERVE: u32 = 1;

/// How many retries the calls of late allow.
pub struct Allowance(TpsBudget);

impl std::fmt::Debug for Allowance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Allowance")
    }
}

impl Allowance {
    /// None used yet.
    pub fn new() -> Allowance {
        Allowance(TpsBudget::new(Duration::from_secs(10), RESERVE, SHARE))
    }

    /// A call came.
    pub fn called(&self) {
        self.0.deposit();
    }

    /// Whether one more retry is allowed; it is then counted.
    pub fn take(&self) -> bool {
        self.0.withdraw()
    }
}

/// A random wait before the given retry, from 1.
pub fn wait(retry: u32) -> Duration {
    let most = BASE.saturating_mul(1 << (retry.saturating_sub(1)).min(10)).min(MAX_WAIT);
    most.mul_f64(rand::random::<f64>())
}

/// How long the server asks to wait: milliseconds as OpenAI writes them, seconds, or a date.
pub fn asked_wait(headers: &HeaderMap, now: Duration) -> Option<Duration> {
    let text = |value: &axum::http::HeaderValue| value.to_str().ok().map(|text| text.trim().to_owned());
    if let Some(ms) = headers.get("retry-after-ms").and_then(text).and_then(|text| text.parse::<u32>().ok()) {
        return Some(Duration::from_millis(ms.into()));
    }
    let value = headers.get(RETRY_AFTER).and_then(text)?;
    if let Ok(seconds) = value.parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = httpdate::parse_http_date(&value).ok()?;
    Some(date.duration_since(SystemTime::UNIX_EPOCH + now).unwrap_or_default())
}

/// Whether the server itself says that another try is of no use.
pub fn forbidden(headers: &HeaderMap) -> bool {
    headers.get("x-should-retry").is_some_and(|value| value == "false")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_spread_from_nothing_to_a_limit_that_doubles() {
        for (retry, most) in [(1, 200.0), (2, 400.0), (3, 800.0), (9, 2000.0)] {
            let waits: Vec<f64> = (0..1000).map(|_| wait(retry).as_secs_f64() * 1000.0).collect();
            let mean = waits.iter().sum::<f64>() / 1000.0;
            assert!(waits.iter().all(|wait| *wait <= most), "{retry}");
            // Of 1,000 uniform waits the mean is this far off less than once in a billion.
            assert!((mean - most / 2.0).abs() < most * 0.06, "{retry}: {mean}");
            assert!(waits.iter().any(|wait| *wait < most * 0.1) && waits.iter().any(|wait| *wait > most * 0.9));
        }
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = Duration::from_secs(784_111_775);
        let asked = |name: &'static str, value: &str| {
            asked_wait(&HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]), now)
        };
        assert_eq!(asked("retry-after", "3"), Some(Duration::from_secs(3)));
        assert_eq!(asked("retry-after-ms", "250"), Some(Duration::from_millis(250)));
        assert_eq!(asked("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT"), Some(Duration::from_secs(2)));
        assert_eq!(asked("retry-after", "Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        for odd in ["-1", "soon", "", "1e3", "99999999999999"] {
            assert_eq!(asked("retry-after", odd), None, "{odd}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn retries_stay_a_tenth_of_the_calls() {
        let allowance = Allowance::new();
        let mut retries = 0;
        for _ in 0..60 {
            for _ in 0..1000 {
                allowance.called();
                retries += u32::from(allowance.take());
            }
            tokio::time::advance(Duration::from_secs(1)).await;
        }
        assert!((6_000..=6_100).contains(&retries), "{retries}");
    }
}
