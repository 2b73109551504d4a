//! What an answer over HTTP means for the call it answers.

use super::retry_after;
use crate::event::Failure;

/// The longest reply that is read, in bytes.
pub const MAX_REPLY: u32 = 65_536;

/// Whether it makes sense to ask again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Again {
    /// It would fail again.
    Never,
    /// After a pause.
    Later,
    /// The other side asks to come back, after so many milliseconds where it said how many.
    Invited(Option<f64>),
}

/// What came of one attempt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// A score.
    Scored,
    /// The token was refused (401).
    Unauthorized,
    /// No score.
    Failed {
        /// Why.
        failure: Failure,
        /// Whether to ask again.
        again: Again,
        /// Whether it counts against the other side; a message that is refused for what it is does not.
        blame: bool,
    },
}

impl Outcome {
    /// The connection could not be made or broke.
    pub const BROKEN: Outcome = Outcome::Failed { failure: Failure::Http, again: Again::Later, blame: true };
    /// The answer was a success, but no score. Asking again would cost as much and say the same.
    pub const MALFORMED: Outcome = Outcome::Failed { failure: Failure::Malformed, again: Again::Never, blame: true };

    /// What an attempt that failed without an answer means.
    #[must_use]
    pub const fn of(failure: Failure) -> Outcome {
        match failure {
            Failure::Http => Outcome::BROKEN,
            Failure::Malformed => Outcome::MALFORMED,
            Failure::Timeout => Outcome::Failed { failure, again: Again::Never, blame: true },
            Failure::Offline | Failure::Cancelled | Failure::RateLimited | Failure::CircuitOpen => {
                Outcome::Failed { failure, again: Again::Never, blame: false }
            }
        }
    }
}

/// What an answer says before its body.
#[derive(Debug, Clone, Copy, Default)]
pub struct Head<'a> {
    /// The status.
    pub status: u16,
    /// The header `content-type`.
    pub content_type: Option<&'a str>,
    /// The header `content-length`.
    pub content_length: Option<&'a str>,
    /// The header `retry-after`.
    pub retry_after: Option<&'a str>,
}

impl Head<'_> {
    /// What it means, at `now` in milliseconds since the epoch; none where the body has to be read to know.
    #[must_use]
    pub fn outcome(&self, now: f64) -> Option<Outcome> {
        let wait = self.retry_after.and_then(|header| retry_after(header, now));
        // Our proxy has asked the model more than once when it says that it got no answer; whoever stands before
        // it has not.
        let by_proxy = self.content_type.is_some_and(|kind| kind.starts_with("application/problem+json"));
        let (failure, again, blame) = match self.status {
            200..=299 => {
                let length = self.content_length.and_then(|length| length.parse::<u64>().ok());
                return length.is_some_and(|length| length > u64::from(MAX_REPLY)).then_some(Outcome::MALFORMED);
            }
            401 => return Some(Outcome::Unauthorized),
            429 => (Failure::RateLimited, Again::Invited(wait), false),
            503 => (Failure::Http, Again::Invited(wait), true),
            502 | 504 if by_proxy => (Failure::Http, Again::Never, true),
            500 | 502 | 504 | 408 => (Failure::Http, Again::Later, true),
            // The message itself is refused.
            400 | 413 | 415 | 422 => (Failure::Http, Again::Never, false),
            _ => (Failure::Http, Again::Never, true),
        };
        Some(Outcome::Failed { failure, again, blame })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome(status: u16) -> Option<Outcome> {
        Head { status, ..Head::default() }.outcome(0.0)
    }

    #[test]
    fn a_success_is_known_by_its_body_unless_that_is_too_long() {
        assert_eq!(outcome(200), None);
        let long = Head { status: 200, content_length: Some("65537"), ..Head::default() };
        assert_eq!(long.outcome(0.0), Some(Outcome::MALFORMED));
        let lying = Head { status: 200, content_length: Some("many"), ..Head::default() };
        assert_eq!(lying.outcome(0.0), None);
    }

    #[test]
    fn every_other_status_is_a_failure_of_its_kind() {
        let retried = |status: u16| match outcome(status) {
            Some(Outcome::Failed { failure, again, .. }) => (failure, again != Again::Never),
            other => panic!("{status}: {other:?}"),
        };
        for status in [500, 502, 503, 504, 408] {
            assert_eq!(retried(status), (Failure::Http, true), "{status}");
        }
        for status in [0, 100, 302, 304, 400, 403, 404, 405, 413, 501, 999] {
            assert_eq!(retried(status), (Failure::Http, false), "{status}");
        }
        assert_eq!(retried(429), (Failure::RateLimited, true));
        assert_eq!(outcome(401), Some(Outcome::Unauthorized));
    }

    #[test]
    fn the_proxys_own_gateway_errors_are_not_retried_since_it_did() {
        for status in [502, 504] {
            let head =
                Head { status, content_type: Some("application/problem+json; charset=utf-8"), ..Head::default() };
            assert!(matches!(head.outcome(0.0), Some(Outcome::Failed { again: Again::Never, .. })));
        }
    }

    #[test]
    fn both_forms_of_retry_after_count() {
        for (header, wait) in [("2", Some(2000.0)), ("Thu, 01 Jan 1970 00:00:03 GMT", Some(3000.0)), ("soon", None)] {
            for status in [429, 503] {
                let head = Head { status, retry_after: Some(header), ..Head::default() };
                let Some(Outcome::Failed { again, .. }) = head.outcome(0.0) else { panic!() };
                assert_eq!(again, Again::Invited(wait));
            }
        }
    }
}
