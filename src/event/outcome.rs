//! What became of a conversation.

use serde::{Deserialize, Serialize};

/// What became of a conversation; every field is optional.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object")]
pub struct Outcome {
    /// A person took over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub escalated: Option<bool>,
    /// At which customer message, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at_turn: Option<u32>,
    /// The customer was satisfied.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub satisfied: Option<bool>,
    /// The problem was solved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolved: Option<bool>,
    /// The customer gave up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abandoned: Option<bool>,
    /// A reviewer's or the agent's verdict: was a person needed?
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<bool>,
    /// When it became known, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<f64>,
}

impl Outcome {
    /// Takes in what was told later, which counts where both say something.
    pub fn add(&mut self, told: &Outcome) {
        self.escalated = told.escalated.or(self.escalated);
        self.at_turn = told.at_turn.or(self.at_turn);
        self.satisfied = told.satisfied.or(self.satisfied);
        self.resolved = told.resolved.or(self.resolved);
        self.abandoned = told.abandoned.or(self.abandoned);
        self.needed = told.needed.or(self.needed);
        self.at = told.at.or(self.at);
    }
}
