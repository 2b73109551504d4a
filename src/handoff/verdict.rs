//! What the lifecycle makes of the assessment.

use super::{AskedBy, Handoff, Lifecycle, Moment};
use crate::assessment::Assessed;
use crate::decision::Action;
use crate::policy::{Gates, Policy};
use crate::texts::TextKey;

/// What the lifecycle makes of the assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub action: Action,
    /// What it would have been, where shadow mode held it back.
    pub would_action: Option<Action>,
    /// Who asked for a person just now, where somebody did.
    pub requested: Option<AskedBy>,
    /// The customer turned an offer or the question down.
    pub declined: bool,
    /// People have the conversation, or are asked for, or what the rules see was settled before: what they call for is
    /// nothing that could be done.
    pub moot: bool,
    /// What the customer should be told, each with how often it was told before.
    pub notices: Vec<(TextKey, u32)>,
}

impl Verdict {
    pub(super) fn of(action: Action) -> Self {
        Verdict { action, would_action: None, requested: None, declined: false, moot: false, notices: Vec::new() }
    }
}

impl Lifecycle {
    /// What the decision before showed: its action, and what it was in shadow.
    pub fn last_verdict(&self) -> Verdict {
        let held_back = (self.last_shown != self.last_action).then_some(self.last_shown);
        Verdict { would_action: held_back, ..Verdict::of(self.last_action) }
    }

    /// Every turn is judged by the rules alone: the action repeats on every turn that escalates, whatever the
    /// handoff has come to. A handoff that was cancelled, failed or is over takes a new message to be
    /// requested again.
    pub(super) fn by_rules_alone(&mut self, policy: &Policy, moment: &Moment<'_>) -> Verdict {
        let Assessed { action, ungated, .. } = *moment.assessed;
        let held_back = moment.shadow && action >= Action::Offer && ungated < action;
        let news = self.settled.is_none_or(|(turn, _)| moment.told_turn > turn);
        let requested = action == Action::Handoff && self.state.is_free() && news && !held_back;
        if requested {
            self.ask_for_person(policy, moment, AskedBy::Rule);
        }
        Verdict {
            would_action: held_back.then_some(action),
            requested: requested.then_some(AskedBy::Rule),
            ..Verdict::of(if !held_back {
                action
            } else if ungated >= Action::Offer {
                ungated
            } else {
                Action::Respond
            })
        }
    }

    /// The rules, held back by what the customer has been offered and has answered.
    pub(super) fn gated(&mut self, policy: &Policy, gates: &Gates, moment: &Moment<'_>) -> Verdict {
        let respond = Verdict::of(Action::Respond);
        // The decision that asked for the person announced it; from there on it is for people.
        if self.with_people() {
            return respond;
        }
        let assessed = moment.assessed;
        let called = self.called(gates, moment);
        let free = assessed.ungated.min(called);
        if called == Action::Offer && self.last_shown != Action::Offer && free < called && !assessed.uncounted {
            self.offers += 1;
            self.offers_severity = self.offers_severity.max(assessed.severity);
        }
        // In shadow what the customer asks for, and danger, are served, and the rest is only told.
        let held_back = (moment.shadow && called >= Action::Offer && free < called).then_some(called);
        let called = match held_back {
            Some(_) if free < Action::Offer => return Verdict { would_action: held_back, ..respond },
            Some(_) => free,
            None => called,
        };
        if called == Action::Handoff {
            self.ask_for_person(policy, moment, AskedBy::Rule);
            return Verdict { requested: Some(AskedBy::Rule), ..Verdict::of(called) };
        }
        // A shown offer stays for its dwell even if the model disagrees.
        let stays = if self.state == Handoff::Offered { Action::Offer } else { Action::Respond };
        Verdict { would_action: held_back, ..Verdict::of(called.max(stays)) }
    }

    /// Whether people have the conversation or are asked for, or it is over.
    pub(super) fn with_people(&self) -> bool {
        self.ended || !self.state.is_free()
    }

    /// Whether what the rules see was declined, cancelled, not accepted or in a person's hands before.
    pub(super) fn settled(&self, moment: &Moment<'_>) -> bool {
        let severity = moment.assessed.severity;
        self.settled.is_some_and(|(turn, level)| moment.told_turn <= turn && severity <= level)
    }

    /// What the rules call for, once what is settled or turned down is left out.
    fn called(&self, gates: &Gates, moment: &Moment<'_>) -> Action {
        let Assessed { action, severity, ungated, uncounted, .. } = *moment.assessed;
        if action <= Action::Watch {
            return action;
        }
        if self.settled(moment) {
            return Action::Watch;
        }
        if ungated == action || action == Action::Handoff {
            return action;
        }
        let declined = self.declined.is_some_and(|level| severity <= level);
        let goes_on = self.last_shown == action;
        let made = self.offers >= gates.max_offers && severity <= self.offers_severity && !goes_on;
        // Where none may be made, no severity brings one.
        let enough = (made || gates.max_offers == 0) && !uncounted;
        // What nothing may hold back is left, also under a rule that calls for more.
        if declined || enough { Action::Watch.max(ungated) } else { action }
    }
}
