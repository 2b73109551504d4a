//! What asked for a person.

use crate::decision::{Evidence, Severity};
use crate::parts::{parts_of_enum, parts_of_struct};

/// What asked for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// A rule.
    Rule,
    /// A press on entry or button.
    Press,
    /// The offer was accepted, or the question by its button.
    Acceptance,
    /// The question was answered by a typed yes.
    TypedYes,
}

impl AskedBy {
    /// A name as a rule has one, and the reason in words; none for a rule, which has its own.
    pub(super) const fn words(self) -> Option<(&'static str, &'static str)> {
        match self {
            AskedBy::Rule => None,
            AskedBy::Press => Some(("human-requested", "Customer asked for a person")),
            AskedBy::Acceptance => Some(("offer-accepted", "Customer accepted the offer of a person")),
            AskedBy::TypedYes => Some(("ask-accepted", "Customer said yes to a person")),
        }
    }
}

/// The latest request for a person, as it was when it was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub by: AskedBy,
    /// Place among the requests of the conversation, from 1.
    pub number: u32,
    /// Milliseconds.
    pub at: f64,
    /// The rule that fired, or what the customer did.
    pub rule: Option<String>,
    pub reason: String,
    pub route: Option<String>,
    pub severity: Severity,
    pub evidence: Vec<Evidence>,
}

parts_of_enum!(AskedBy { 0 Rule, 1 Press, 2 Acceptance, 3 TypedYes });
parts_of_struct!(Request { by, number, at, rule, reason, route, severity, evidence });
