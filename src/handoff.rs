//! The handoff lifecycle: how a customer gets to a person.
//!
//! It reacts to the assessment as it stands, to what the page showed and to what people did, and it latches:
//! what a customer has been told is not untold when a late score changes the assessment.

mod desk;
mod request;
mod verdict;

use crate::assessment::Assessed;
use crate::cue::Answer;
use crate::decision::{Action, Evidence, Severity};
use crate::event::{Availability, EventKind};
use crate::names::named;
use crate::pairs::Pairs;
use crate::parts::{parts_of_named, parts_of_struct};
use crate::policy::Policy;
use crate::texts::{TextKey, Texts};
pub(crate) use desk::Desk;
pub use desk::Queue;
pub(crate) use request::{AskedBy, Request};
pub(crate) use verdict::Verdict;

/// Where the handoff stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
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

named!(Handoff {
    Bot "bot",
    Offered "offered",
    Requested "requested",
    Queued "queued",
    Human "human",
    Returned "returned",
});

impl Handoff {
    /// Whether the bot should hold its tongue. Not before somebody accepted: a muted bot with nobody there is
    /// worse than the loop.
    #[must_use]
    pub const fn bot_muted(self) -> bool {
        matches!(self, Handoff::Queued | Handoff::Human)
    }

    /// Whether nobody is asked for or there.
    pub(crate) const fn is_free(self) -> bool {
        matches!(self, Handoff::Bot | Handoff::Offered | Handoff::Returned)
    }
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
    /// Set where the bot asks something.
    pub asks: bool,
    pub assessed: &'a Assessed,
    /// Reads the evidence of the assessment.
    pub evidence: &'a dyn Fn() -> Vec<Evidence>,
    /// Shadow mode: what rules alone would show is held back.
    pub shadow: bool,
    /// What the event says of the desk, where it does.
    pub desk: Option<Desk>,
    /// What the event says of the queue, where it does.
    pub queue: Option<Queue>,
    /// What customers are told, where it counts how many variants there are.
    pub texts: &'a Texts,
}

/// Between two texts to a customer who writes while waiting, in milliseconds at least.
const HOLDING_REST_MS: f64 = 30_000.0;

/// The lifecycle of one conversation.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each latches by itself")]
pub(crate) struct Lifecycle {
    state: Handoff,
    ended: bool,
    /// The offer stays until then.
    offer_until: Option<f64>,
    /// The desk has to accept until then.
    accept_by: Option<f64>,
    request: Option<Request>,
    /// Requests so far.
    requests: u32,
    desk: Desk,
    queue: Option<Queue>,
    /// The reference number the host gave last.
    reference: Option<String>,
    /// The customer should be able to leave an e-mail address or a number.
    contact: bool,
    /// The customer has left one since the request.
    contact_left: bool,
    /// The customer was told that the desk is closed, when asking for a person.
    told_closed: bool,
    /// How often each text was told.
    told: Pairs<TextKey, u32>,
    /// When a text for the waiting customer was told last.
    held_at: f64,
    /// The customer declined at this severity.
    declined: Option<Severity>,
    /// How often.
    declines: u32,
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
    /// The bot has asked whether the customer would like a person, and nothing else since.
    asking: bool,
}

impl Lifecycle {
    pub fn new() -> Self {
        Lifecycle {
            state: Handoff::Bot,
            ended: false,
            offer_until: None,
            accept_by: None,
            request: None,
            requests: 0,
            desk: Desk::default(),
            queue: None,
            reference: None,
            contact: false,
            contact_left: false,
            told_closed: false,
            told: Pairs::new(),
            held_at: 0.0,
            declined: None,
            declines: 0,
            offers: 0,
            offers_severity: Severity::Low,
            settled: None,
            last_shown: Action::Respond,
            last_action: Action::Respond,
            last_severity: Severity::Low,
            asking: false,
        }
    }

    pub fn state(&self) -> Handoff {
        self.state
    }

    /// The latest request for a person; none after an agent has dealt with it.
    pub fn request(&self) -> Option<&Request> {
        self.request.as_ref()
    }

    pub fn desk(&self) -> &Desk {
        &self.desk
    }

    /// The customer's place with the desk, while queued.
    pub fn queue(&self) -> Option<&Queue> {
        self.queue.as_ref().filter(|_| self.state == Handoff::Queued)
    }

    /// The reference number the host gave last.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// Whether the customer should be able to leave an e-mail address or a number.
    pub fn contact(&self) -> bool {
        self.contact
    }

    /// When a `tick` is due at the latest.
    pub fn wake_at(&self) -> Option<f64> {
        match self.state {
            _ if self.ended => None,
            Handoff::Offered => self.offer_until,
            Handoff::Requested => self.accept_by,
            _ => None,
        }
    }

    /// Takes one event in.
    pub fn step(&mut self, policy: &Policy, moment: &Moment<'_>) -> Verdict {
        if let Some(desk) = &moment.desk {
            self.desk.clone_from(desk);
        }
        // Whoever writes or asks goes on.
        self.ended &= !matches!(
            moment.kind,
            EventKind::Started | EventKind::CustomerMessage | EventKind::HumanRequested | EventKind::OfferAccepted
        );
        let mut tells = Vec::new();
        let declines = self.declines;
        self.time_out(moment, &mut tells);
        let asked_by = self.hear(policy, moment, &mut tells);
        let moot = self.with_people() || self.settled(moment);
        let mut verdict = match (asked_by, &policy.gates) {
            (Some(by), _) => {
                self.ask_for_person(policy, moment, by);
                Verdict { requested: Some(by), ..Verdict::of(Action::Handoff) }
            }
            (None, Some(gates)) => self.gated(policy, gates, moment),
            (None, None) => self.by_rules_alone(policy, moment),
        };
        if verdict.requested.is_some() {
            tells.push(self.told_of_request(moment.now));
        }
        if moment.kind == EventKind::CustomerMessage && tells.is_empty() && self.holds(moment) {
            self.held_at = moment.now;
            tells.push(TextKey::Holding);
        }
        verdict.declined = self.declines != declines;
        verdict.moot = moot;
        verdict.notices = tells.into_iter().map(|key| (key, self.count(key))).collect();
        self.last_action = verdict.action;
        self.asking |= verdict.action == Action::Ask;
        self.last_shown = verdict.would_action.unwrap_or(verdict.action);
        self.last_severity = moment.assessed.severity;
        verdict
    }

    /// How often a text was told before; it is told now.
    fn count(&mut self, key: TextKey) -> u32 {
        let told = self.told.get(&key).copied().unwrap_or_default();
        self.told.insert(key, told.saturating_add(1));
        told
    }

    /// What a customer is told who has just asked for a person. Where nobody is there, that is said at once
    /// and contact is asked for; nothing is promised.
    fn told_of_request(&mut self, now: f64) -> TextKey {
        let key = match self.desk.at(now) {
            Some(Availability::Closed) => TextKey::DeskClosed,
            Some(Availability::Busy) => TextKey::DeskBusy,
            Some(Availability::Open) | None => TextKey::Requested,
        };
        self.contact = key != TextKey::Requested;
        self.told_closed = key == TextKey::DeskClosed;
        key
    }

    /// Whether a waiting customer who writes gets an answer from the page: none comes twice.
    fn holds(&self, moment: &Moment<'_>) -> bool {
        if self.state != Handoff::Queued {
            return false;
        }
        let told = self.told.get(&TextKey::Holding).copied().unwrap_or_default();
        let rested = told == 0 || moment.now - self.held_at >= HOLDING_REST_MS;
        told < moment.texts.variants(TextKey::Holding) && rested
    }

    fn time_out(&mut self, moment: &Moment<'_>, tells: &mut Vec<TextKey>) {
        if self.ended {
            return;
        }
        // Late is not never.
        let accepted = matches!(moment.kind, EventKind::HandoffQueued | EventKind::HumanJoined);
        if self.state == Handoff::Requested && !accepted && self.accept_by.is_some_and(|at| moment.now >= at) {
            // A closed desk was said to be closed when it was asked.
            if self.told_closed {
                self.back_to_bot(moment);
                self.contact = !self.contact_left;
            } else {
                self.without_person(moment, TextKey::NotAccepted, tells);
            }
        }
        if self.state == Handoff::Offered && self.offer_until.is_some_and(|at| moment.now >= at) {
            self.state = Handoff::Bot;
            self.offer_until = None;
            self.asking = false;
        }
    }

    /// Nobody comes: the customer is told and may leave contact, and the bot goes on.
    fn without_person(&mut self, moment: &Moment<'_>, key: TextKey, tells: &mut Vec<TextKey>) {
        self.back_to_bot(moment);
        self.contact = !self.contact_left;
        tells.push(key);
    }

    /// Follows what people did; gives who asks for a person, where somebody does.
    fn hear(&mut self, policy: &Policy, moment: &Moment<'_>, tells: &mut Vec<TextKey>) -> Option<AskedBy> {
        let free = self.state.is_free();
        let under_way = !free && self.state != Handoff::Human;
        // The question stays on show as long as the offer does; after a question of the bot's own a yes is for that.
        self.asking &= !moment.asks;
        let shown = self.asking && self.state == Handoff::Offered;
        let asked = policy.gates.is_some() && (self.last_action == Action::Ask || shown) && free;
        match moment.kind {
            EventKind::HumanRequested if free => return Some(AskedBy::Press),
            EventKind::OfferAccepted if free => return Some(AskedBy::Acceptance),
            EventKind::CustomerMessage if asked && moment.answer == Some(Answer::Yes) => {
                return Some(AskedBy::TypedYes);
            }
            EventKind::CustomerMessage if asked && moment.answer == Some(Answer::No) => self.decline(moment),
            EventKind::OfferDeclined if free => self.decline(moment),
            EventKind::OfferShown if free => {
                self.state = Handoff::Offered;
                self.offer_until = policy.gates.map(|gates| moment.now + gates.offer_dwell_ms);
            }
            EventKind::HandoffQueued if self.state != Handoff::Human => self.enter_queue(moment, tells),
            EventKind::HandoffFailed if under_way => self.without_person(moment, TextKey::Failed, tells),
            EventKind::HandoffCancelled if under_way => {
                self.declined = Some(self.last_severity.max(self.declined.unwrap_or(Severity::Low)));
                self.back_to_bot(moment);
                tells.push(TextKey::Cancelled);
            }
            EventKind::ContactLeft => {
                self.contact = false;
                self.contact_left = true;
                tells.push(TextKey::ContactKept);
            }
            EventKind::HumanJoined if self.state != Handoff::Human => {
                self.back_to_bot(moment);
                self.state = Handoff::Human;
                tells.push(TextKey::Joined);
            }
            EventKind::HumanLeft => {
                if self.state == Handoff::Human {
                    tells.push(TextKey::Returned);
                }
                self.back_to_bot(moment);
                self.state = Handoff::Returned;
                self.request = None;
                self.declined = None;
                self.offers = 0;
                self.offers_severity = Severity::Low;
                self.settled = Some((moment.turn, Severity::Critical));
            }
            EventKind::Ended => self.ended = true,
            _ => {}
        }
        None
    }

    /// The desk has the customer; said again, it brings news of the wait.
    fn enter_queue(&mut self, moment: &Moment<'_>, tells: &mut Vec<TextKey>) {
        let news = moment.queue.clone().unwrap_or_default();
        if self.state != Handoff::Queued {
            self.state = Handoff::Queued;
            self.accept_by = None;
            self.offer_until = None;
            self.contact = !self.contact_left;
            self.queue = None;
            self.told.insert(TextKey::Holding, 0);
            tells.push(TextKey::Queued);
        }
        if news.reference.is_some() {
            self.reference.clone_from(&news.reference);
        }
        let known = self.queue.take().unwrap_or(Queue { since: moment.now, ..Queue::default() });
        self.queue = Some(Queue {
            since: known.since,
            wait_ms: news.wait_ms.or(known.wait_ms),
            position: news.position.or(known.position),
            reference: news.reference.or(known.reference),
        });
    }

    fn decline(&mut self, moment: &Moment<'_>) {
        self.declines = self.declines.saturating_add(1);
        self.asking = false;
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
        self.queue = None;
        self.contact = false;
        self.settled = Some((moment.turn, self.last_severity));
    }

    fn ask_for_person(&mut self, policy: &Policy, moment: &Moment<'_>, by: AskedBy) {
        self.state = Handoff::Requested;
        self.asking = false;
        self.contact_left = false;
        self.accept_by = Some(moment.now + policy.accept_within_ms);
        self.offer_until = None;
        self.requests = self.requests.saturating_add(1);
        let rule = moment.assessed.rule.and_then(|place| policy.rules.get(place));
        let (name, reason) = match by.words() {
            Some((name, reason)) => (Some(name.to_owned()), reason.to_owned()),
            None => (rule.map(|rule| rule.id.clone()), rule.map_or_else(String::new, |rule| rule.reason.clone())),
        };
        self.request = Some(Request {
            by,
            number: self.requests,
            at: moment.now,
            rule: name,
            reason,
            route: rule.and_then(|rule| rule.route.clone()),
            severity: moment.assessed.severity,
            // Whoever presses decides alone, whatever rule holds meanwhile.
            evidence: if by == AskedBy::Press { Vec::new() } else { (moment.evidence)() },
        });
    }
}

parts_of_named!(Handoff);
parts_of_struct!(Lifecycle {
    state,
    ended,
    offer_until,
    accept_by,
    request,
    requests,
    desk,
    queue,
    reference,
    contact,
    contact_left,
    told_closed,
    told,
    held_at,
    declined,
    declines,
    offers,
    offers_severity,
    settled,
    last_shown,
    last_action,
    last_severity,
    asking,
});

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
