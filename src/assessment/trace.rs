//! The trace: why every rule holds or does not.

use serde::Serialize;

use crate::decision::{Action, Severity};
use crate::literal::Literal;

/// Every rule and limit as the conversation stands, with all their comparisons.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Trace {
    /// The rules, in the order of the policy.
    pub rules: Vec<RuleTrace>,
    /// The limits, in the order of the policy.
    pub limits: Vec<LimitTrace>,
    /// What the rules would call for if the one that decides did not hold.
    pub otherwise: Fallback,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RuleTrace {
    /// Its name.
    pub id: String,
    /// Whether its condition holds at this moment.
    pub holds: bool,
    /// On how many consecutive scored messages the condition held, where it needs confirmation; else 0.
    pub confirmed: u32,
    /// Whether the rule holds: confirmed and rested, or kept by its clear condition or dwell.
    pub active: bool,
    /// Whether its cooldown keeps it from holding.
    pub rests: bool,
    /// What it calls for when it holds, after the limits.
    pub outcome: Action,
    /// Whether this is the rule that decides.
    pub decides: bool,
    /// The comparisons of `when` and `clear`.
    pub comparisons: Vec<Compared>,
}

/// One limit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LimitTrace {
    /// Its name.
    pub id: String,
    /// Whether it applies at this moment.
    pub holds: bool,
    /// The comparisons of `when`.
    pub comparisons: Vec<Compared>,
}

/// One comparison with what it read.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Compared {
    /// Its place in the rule, such as `when.all[0].not`.
    pub place: String,
    /// The input compared.
    pub input: &'static str,
    /// Which cue or attribute, or of what the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Over how many messages.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub over: Option<u32>,
    /// How it was compared.
    pub comparison: &'static str,
    /// What it was compared with.
    pub threshold: Literal,
    /// What it was, null while unknown.
    pub value: Option<Literal>,
    /// Whether the comparison holds; one whose value is unknown does not.
    pub holds: bool,
    /// Ids of the customer messages it was read from, newest first.
    pub messages: Vec<String>,
}

/// What the rules call for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fallback {
    /// The rule that would decide, null for none.
    pub rule: Option<String>,
    /// What it calls for.
    pub outcome: Action,
    /// How bad it would be.
    pub severity: Severity,
}
