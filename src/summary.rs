//! What a host may send to its analytics to know its escalation rate: numbers and names of rules, no text, no
//! ids, and nothing of safety.

use serde::{Deserialize, Serialize};

use crate::assessment::Assessed;
use crate::conversation::Mode;
use crate::decision::{Action, Severity};
use crate::event::EventKind;
use crate::handoff::{AskedBy, Verdict};
use crate::parts::parts_of_struct;
use crate::score::ScoreSource;

/// Share of the customer messages by where their scores come from, each 0 to 1; together 1, or all 0 before the
/// first message.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct ScoreShares {
    /// Scored by the model.
    pub model: f64,
    /// Scored on the device only.
    pub on_device: f64,
    /// Not scored.
    pub unknown: f64,
}

impl ScoreShares {
    /// The shares among some messages.
    pub(crate) fn among(sources: impl Iterator<Item = Option<ScoreSource>>) -> ScoreShares {
        let (mut model, mut on_device, mut all) = (0_u32, 0_u32, 0_u32);
        for source in sources {
            all += 1;
            model += u32::from(source == Some(ScoreSource::Model));
            on_device += u32::from(source == Some(ScoreSource::OnDevice));
        }
        let share = |count: u32| if all == 0 { 0.0 } else { f64::from(count) / f64::from(all) };
        ScoreShares { model: share(model), on_device: share(on_device), unknown: share(all - model - on_device) }
    }
}

/// A conversation in numbers. What only a rule about safety called for is left out, and what rules called for while a
/// person was there or asked for: how customers talk to an agent says nothing of the bot.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "each is a column of a report")]
pub struct Summary {
    /// Name of the policy.
    pub policy: String,
    /// Whether the rules acted; the hold-out is in shadow too.
    pub mode: Mode,
    /// Customer messages.
    pub turns: u32,
    /// The worst severity.
    pub severity: Severity,
    /// The rule that first brought the worst severity.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string | null"))]
    pub rule: Option<String>,
    /// The strongest outcome the rules called for, also where shadow mode held it back.
    pub outcome: Action,
    /// Whether the rules called for `offer`, `ask` or `handoff`.
    pub escalated: bool,
    /// At which customer message they first did, from 1.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "number | null"))]
    pub at_turn: Option<u32>,
    /// The rules offered a person: by the button or by the question.
    pub offered: bool,
    /// The customer took that offer or said yes.
    pub accepted: bool,
    /// The customer turned that offer down.
    pub declined: bool,
    /// A rule handed the customer over.
    pub handed_off: bool,
    /// The customer asked for a person: pressed, or typed it twice.
    pub asked_for: bool,
    /// An agent joined.
    pub joined: bool,
    /// The customer left an e-mail address or a number.
    pub contact_left: bool,
    /// Where the scores of the last messages (up to 250) come from.
    pub scores: ScoreShares,
}

/// What a summary counts as the conversation goes on.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a column of a report")]
pub(crate) struct Tally {
    severity: Severity,
    rule: Option<String>,
    outcome: Action,
    at_turn: Option<u32>,
    offered: bool,
    accepted: bool,
    declined: bool,
    handed_off: bool,
    asked_for: bool,
    joined: bool,
    contact_left: bool,
}

impl Default for Tally {
    fn default() -> Self {
        Tally {
            severity: Severity::Low,
            rule: None,
            outcome: Action::Respond,
            at_turn: None,
            offered: false,
            accepted: false,
            declined: false,
            handed_off: false,
            asked_for: false,
            joined: false,
            contact_left: false,
        }
    }
}

impl Tally {
    /// Takes one decision in.
    pub fn count(
        &mut self,
        kind: EventKind,
        turn: u32,
        assessed: Assessed,
        rule: impl Fn() -> Option<String>,
        verdict: &Verdict,
    ) {
        if !assessed.safety && !verdict.moot {
            if assessed.rule.is_some() && (self.rule.is_none() || assessed.severity > self.severity) {
                self.rule = rule();
            }
            self.severity = self.severity.max(assessed.severity);
            self.outcome = self.outcome.max(assessed.action);
            if assessed.action >= Action::Offer {
                self.at_turn.get_or_insert(turn);
            }
        }
        // An offer that stands because somebody showed one, as the events of another policy's replay say, is not the rules'.
        let called = assessed.action >= Action::Offer;
        self.offered |= called && matches!(verdict.action, Action::Offer | Action::Ask);
        match verdict.requested {
            Some(AskedBy::Rule) if assessed.safety => {}
            Some(AskedBy::Rule) if assessed.ungated == Action::Handoff => self.asked_for = true,
            Some(AskedBy::Rule) => self.handed_off = true,
            Some(AskedBy::Press) => self.asked_for = true,
            Some(AskedBy::Acceptance | AskedBy::TypedYes) => self.accepted |= self.offered,
            None => {}
        }
        self.declined |= verdict.declined && self.offered;
        self.joined |= kind == EventKind::HumanJoined;
        self.contact_left |= kind == EventKind::ContactLeft;
    }

    /// The summary.
    pub fn summary(&self, policy: &str, mode: Mode, turns: u32, scores: ScoreShares) -> Summary {
        Summary {
            policy: policy.to_owned(),
            mode,
            turns,
            severity: self.severity,
            rule: self.rule.clone(),
            outcome: self.outcome,
            escalated: self.at_turn.is_some(),
            at_turn: self.at_turn,
            offered: self.offered,
            accepted: self.accepted,
            declined: self.declined,
            handed_off: self.handed_off,
            asked_for: self.asked_for,
            joined: self.joined,
            contact_left: self.contact_left,
            scores,
        }
    }
}

parts_of_struct!(Tally {
    severity,
    rule,
    outcome,
    at_turn,
    offered,
    accepted,
    declined,
    handed_off,
    asked_for,
    joined,
    contact_left,
});
