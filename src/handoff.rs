//! The handoff lifecycle: how a customer gets to a person.
//!
//! It reacts to the assessment as it stands, to what the page showed and to what people did, and it latches:
//! what a customer has been told is not untold when a late score changes the assessment.

use serde::{Deserialize, Serialize};

use crate::assessment::Assessed;
use crate::cue::Answer;
use crate::decision::{Action, Evidence, Severity};
use crate::event::EventKind;
use crate::policy::{Gates, Policy};

/// Where the handoff stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Handoff {
    /// The bot answers.
    Bot,
    /// The offer is on the page.
    Offered,
    /// A person was asked for; nobody has accepted yet, and the bot goes on meanwhile.
    Requested,
    /// The desk accepted; the customer waits.
    Queued,
    /// An agent is there.
    Human,
    /// The agent left; the bot answers again.
    Returned,
}

impl Handoff {
    /// The name used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Handoff::Bot => "bot",
            Handoff::Offered => "offered",
            Handoff::Requested => "requested",
            Handoff::Queued => "queued",
            Handoff::Human => "human",
            Handoff::Returned => "returned",
        }
    }

    /// Whether the bot should hold its tongue. Not before somebody accepted: a muted bot with nobody there is
    /// worse than the loop.
    #[must_use]
    pub const fn bot_muted(self) -> bool {
        matches!(self, Handoff::Queued | Handoff::Human)
    }
}

/// What asked for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AskedBy {
    /// The rule at this place of the policy.
    Rule(Option<usize>),
    /// The customer: a name as a rule has one, and the reason in words.
    Customer(&'static str, &'static str),
}

const PRESSED: AskedBy = AskedBy::Customer("human-requested", "Customer asked for a person");
const ACCEPTED: AskedBy = AskedBy::Customer("offer-accepted", "Customer accepted the offer of a person");
const SAID_YES: AskedBy = AskedBy::Customer("ask-accepted", "Customer said yes to a person");

/// The request for a person that is under way, as it was when it was made.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub by: AskedBy,
    pub severity: Severity,
    pub evidence: Vec<Evidence>,
}

/// What the lifecycle makes of the assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub action: Action,
    /// What it would have been, where shadow mode held it back.
    pub would_action: Option<Action>,
    /// A handoff was requested just now.
    pub requested: bool,
}

/// One event as the lifecycle sees it.
pub(crate) struct Moment<'a> {
    pub kind: EventKind,
    /// Milliseconds; never runs backwards.
    pub now: f64,
    /// Customer messages so far.
    pub turn: u32,
    /// The newest of them that told the rules something.
    pub told_turn: u32,
    /// Set where the message is nothing but a yes or a no.
    pub answer: Option<Answer>,
    pub assessed: Assessed,
    /// Reads the evidence of the assessment.
    pub evidence: &'a dyn Fn() -> Vec<Evidence>,
    /// Shadow mode: what rules alone would show is held back.
    pub shadow: bool,
}

/// The lifecycle of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Lifecycle {
    state: Handoff,
    ended: bool,
    /// The offer stays until then.
    offer_until: Option<f64>,
    /// The desk has to accept until then.
    accept_by: Option<f64>,
    request: Option<Request>,
    /// The customer declined at this severity.
    declined: Option<Severity>,
    /// Offers the rules made, and the highest severity of them.
    offers: u32,
    offers_severity: Severity,
    /// Up to this turn and severity everything is settled: declined, cancelled or not accepted.
    settled: Option<(u32, Severity)>,
    /// What the decision before showed, or in shadow would have shown.
    last_shown: Action,
    /// What the decision before really showed.
    last_action: Action,
    /// The severity of the decision before.
    last_severity: Severity,
}

impl Lifecycle {
    pub fn new() -> Self {
        Lifecycle {
            state: Handoff::Bot,
            ended: false,
            offer_until: None,
            accept_by: None,
            request: None,
            declined: None,
            offers: 0,
            offers_severity: Severity::Low,
            settled: None,
            last_shown: Action::Respond,
            last_action: Action::Respond,
            last_severity: Severity::Low,
        }
    }

    pub fn state(&self) -> Handoff {
        self.state
    }

    /// The latest request for a person, until the bot is back.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    /// When a `tick` is due at the latest.
    pub fn wake_at(&self) -> Option<f64> {
        match self.state {
            Handoff::Offered => self.offer_until,
            Handoff::Requested => self.accept_by,
            _ => None,
        }
    }

    /// Takes one event in.
    pub fn step(&mut self, policy: &Policy, moment: &Moment<'_>) -> Verdict {
        self.time_out(moment);
        let verdict = match (self.hear(policy, moment), &policy.gates) {
            (Some(by), _) => {
                self.ask_for_person(policy, moment, by);
                Verdict { action: Action::Handoff, would_action: None, requested: true }
            }
            (None, Some(gates)) => self.gated(policy, gates, moment),
            (None, None) => self.by_rules_alone(policy, moment),
        };
        self.last_action = verdict.action;
        self.last_shown = verdict.would_action.unwrap_or(verdict.action);
        self.last_severity = moment.assessed.severity;
        verdict
    }

    fn time_out(&mut self, moment: &Moment<'_>) {
        if self.state == Handoff::Requested && self.accept_by.is_some_and(|at| moment.now >= at) {
            self.back_to_bot(moment);
        }
        if self.state == Handoff::Offered && self.offer_until.is_some_and(|at| moment.now >= at) {
            self.state = Handoff::Bot;
            self.offer_until = None;
        }
    }

    /// Follows what people did; gives who asks for a person, where somebody does.
    fn hear(&mut self, policy: &Policy, moment: &Moment<'_>) -> Option<AskedBy> {
        let under_way = matches!(self.state, Handoff::Requested | Handoff::Queued);
        let free = !under_way && self.state != Handoff::Human;
        let asked = policy.gates.is_some() && self.last_action == Action::Ask && free;
        match moment.kind {
            EventKind::HumanRequested if free => return Some(PRESSED),
            EventKind::OfferAccepted if free => return Some(ACCEPTED),
            EventKind::CustomerMessage if asked && moment.answer == Some(Answer::Yes) => return Some(SAID_YES),
            EventKind::CustomerMessage if asked && moment.answer == Some(Answer::No) => self.decline(moment),
            EventKind::OfferDeclined if free => self.decline(moment),
            EventKind::OfferShown if free => {
                self.state = Handoff::Offered;
                self.offer_until = policy.gates.map(|gates| moment.now + gates.offer_dwell_ms);
            }
            EventKind::HandoffQueued if self.state != Handoff::Human => {
                self.state = Handoff::Queued;
                self.accept_by = None;
                self.offer_until = None;
            }
            EventKind::HandoffFailed if under_way => self.back_to_bot(moment),
            EventKind::HandoffCancelled if under_way => {
                self.declined = Some(self.last_severity.max(self.declined.unwrap_or(Severity::Low)));
                self.back_to_bot(moment);
            }
            EventKind::HumanJoined => {
                self.state = Handoff::Human;
                self.accept_by = None;
                self.offer_until = None;
            }
            EventKind::HumanLeft => {
                self.back_to_bot(moment);
                self.state = Handoff::Returned;
                self.declined = None;
                self.offers = 0;
                self.offers_severity = Severity::Low;
                self.settled = Some((moment.turn, Severity::Critical));
            }
            EventKind::Ended => self.ended = true,
            EventKind::Started => self.ended = false,
            _ => {}
        }
        None
    }

    fn decline(&mut self, moment: &Moment<'_>) {
        let severity = self.last_severity;
        self.declined = Some(severity.max(self.declined.unwrap_or(Severity::Low)));
        self.settled = Some((moment.turn, severity));
        self.offer_until = None;
        if self.state == Handoff::Offered {
            self.state = Handoff::Bot;
        }
    }

    fn back_to_bot(&mut self, moment: &Moment<'_>) {
        self.state = Handoff::Bot;
        self.accept_by = None;
        self.offer_until = None;
        self.request = None;
        self.settled = Some((moment.turn, self.last_severity));
    }

    fn ask_for_person(&mut self, policy: &Policy, moment: &Moment<'_>, by: AskedBy) {
        self.state = Handoff::Requested;
        self.accept_by = Some(moment.now + policy.accept_within_ms);
        self.offer_until = None;
        self.request = Some(Request { by, severity: moment.assessed.severity, evidence: (moment.evidence)() });
    }

    /// Every turn is judged by the rules alone: the action repeats on every turn that escalates, whatever the
    /// handoff has come to. A handoff that was cancelled, failed or is over takes a new message to be
    /// requested again.
    fn by_rules_alone(&mut self, policy: &Policy, moment: &Moment<'_>) -> Verdict {
        let Assessed { action, rule, .. } = moment.assessed;
        let held_back = moment.shadow && action >= Action::Offer;
        let free = matches!(self.state, Handoff::Bot | Handoff::Offered | Handoff::Returned);
        let news = self.settled.is_none_or(|(turn, _)| moment.told_turn > turn);
        let requested = action == Action::Handoff && free && news && !held_back;
        if requested {
            self.ask_for_person(policy, moment, AskedBy::Rule(rule));
        }
        Verdict {
            action: if held_back { Action::Respond } else { action },
            would_action: held_back.then_some(action),
            requested,
        }
    }

    /// The rules, held back by what the customer has been offered and has answered.
    fn gated(&mut self, policy: &Policy, gates: &Gates, moment: &Moment<'_>) -> Verdict {
        let respond = Verdict { action: Action::Respond, would_action: None, requested: false };
        // The decision that asked for the person announced it; from there on it is for people.
        if self.ended || matches!(self.state, Handoff::Requested | Handoff::Queued | Handoff::Human) {
            return respond;
        }
        let assessed = moment.assessed;
        let called = self.called(gates, moment);
        if called == Action::Offer && self.last_shown != Action::Offer && !assessed.ungated && !assessed.uncounted {
            self.offers += 1;
            self.offers_severity = self.offers_severity.max(assessed.severity);
        }
        if moment.shadow && called >= Action::Offer && !assessed.ungated {
            return Verdict { would_action: Some(called), ..respond };
        }
        if called == Action::Handoff {
            self.ask_for_person(policy, moment, AskedBy::Rule(assessed.rule));
            return Verdict { action: called, requested: true, ..respond };
        }
        // A shown offer stays for its dwell even if the model disagrees.
        let stays = if self.state == Handoff::Offered { Action::Offer } else { Action::Respond };
        Verdict { action: called.max(stays), ..respond }
    }

    /// What the rules call for, once what is settled or turned down is left out.
    fn called(&self, gates: &Gates, moment: &Moment<'_>) -> Action {
        let Assessed { action, severity, ungated, uncounted, .. } = moment.assessed;
        if action <= Action::Watch {
            return action;
        }
        if self.settled.is_some_and(|(turn, level)| moment.told_turn <= turn && severity <= level) {
            return Action::Watch;
        }
        if ungated || action == Action::Handoff {
            return action;
        }
        let declined = self.declined.is_some_and(|level| severity <= level);
        let goes_on = self.last_shown == action;
        let enough = self.offers >= gates.max_offers && severity <= self.offers_severity && !goes_on && !uncounted;
        if declined || enough { Action::Watch } else { action }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_somebody_who_accepted_mutes_the_bot() {
        let muted: Vec<_> =
            [Handoff::Bot, Handoff::Offered, Handoff::Requested, Handoff::Queued, Handoff::Human, Handoff::Returned]
                .into_iter()
                .filter(|state| state.bot_muted())
                .collect();
        assert_eq!(muted, [Handoff::Queued, Handoff::Human]);
    }
}
