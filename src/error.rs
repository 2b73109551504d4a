//! The one error type: a stable code, and a message that says what to do.

use std::fmt;

/// What kind of thing was refused. The kebab-case name is part of the public interface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorCode {
    /// A score with a missing, wrong-typed or out-of-range field.
    InvalidScore,
    /// An event that does not have the shape or the values of its type.
    InvalidEvent,
    /// Options of a conversation or of a scorer that cannot be used.
    InvalidOptions,
    /// A policy document that cannot be used.
    InvalidPolicy,
    /// A preset name that does not exist.
    UnknownPolicy,
    /// A line of a conversation log that cannot be read.
    InvalidRecord,
    /// What a model wrote is not a score.
    InvalidAnswer,
    /// A snapshot that cannot be read: broken, or of another version.
    InvalidSnapshot,
    /// A snapshot that is too old.
    ExpiredSnapshot,
}

impl ErrorCode {
    /// Every code, for tables and tests.
    pub const ALL: [ErrorCode; 9] = [
        ErrorCode::InvalidScore,
        ErrorCode::InvalidEvent,
        ErrorCode::InvalidOptions,
        ErrorCode::InvalidPolicy,
        ErrorCode::UnknownPolicy,
        ErrorCode::InvalidRecord,
        ErrorCode::InvalidAnswer,
        ErrorCode::InvalidSnapshot,
        ErrorCode::ExpiredSnapshot,
    ];

    /// The stable kebab-case name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            ErrorCode::InvalidScore => "invalid-score",
            ErrorCode::InvalidEvent => "invalid-event",
            ErrorCode::InvalidOptions => "invalid-options",
            ErrorCode::InvalidPolicy => "invalid-policy",
            ErrorCode::UnknownPolicy => "unknown-policy",
            ErrorCode::InvalidRecord => "invalid-record",
            ErrorCode::InvalidAnswer => "invalid-answer",
            ErrorCode::InvalidSnapshot => "invalid-snapshot",
            ErrorCode::ExpiredSnapshot => "expired-snapshot",
        }
    }
}

/// Something was refused; whatever it was given to is as it was before.
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Box<Refusal>);

/// Boxed, so that what can fail returns one word and not four.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Refusal {
    code: ErrorCode,
    message: String,
}

impl Error {
    /// An error with a message that starts in lower case, has no final period and says what to do.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Error(Box::new(Refusal { code, message: message.into() }))
    }

    /// What kind of thing was refused.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    /// What was wrong and what to do about it.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error").field("code", &self.0.code).field("message", &self.0.message).finish()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_kebab_case_names() {
        let mut names: Vec<_> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ErrorCode::ALL.len());
    }
}
