//! What a fold remembers from one entry to the next.

use crate::pairs::Pairs;
use std::sync::Arc;

use super::rules::RuleState;
use super::{Entry, Fold};
use crate::cue::Cue;
use crate::event::{Availability, Channel, MAX_ATTRIBUTES, redact_attributes};
use crate::handoff::Handoff;
use crate::literal::Literal;
use crate::parts::{parts_of_enum, parts_of_struct};
use crate::policy::Policy;
use crate::score::Label;
use crate::tone::BotRecord;
use crate::trend::Trend;

/// An event that is neither a customer message nor a score, as far as the assessment minds it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Mark {
    Started {
        channel: Option<Channel>,
        language: Option<Arc<str>>,
    },
    BotMessage {
        repeats: f64,
        apology: bool,
        asks: bool,
    },
    BotFailed,
    OfferShown,
    OfferDeclined,
    Requested,
    Queued {
        wait_ms: Option<f64>,
    },
    BackToBot,
    HumanJoined,
    HumanLeft,
    Availability {
        state: Availability,
        wait_ms: Option<f64>,
        opens_at: Option<f64>,
    },
    Customer {
        attributes: Arc<Pairs<String, Literal>>,
    },
    /// Nothing but its time.
    Passed,
}

impl Mark {
    /// Whether of two that are the same and follow one another the later says all.
    pub(super) fn is_news(&self) -> bool {
        matches!(self, Mark::Passed | Mark::Queued { .. } | Mark::Availability { .. })
    }
}

/// What a fold remembers.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct State {
    pub(super) rules: Vec<RuleState>,
    /// Scores added to the tracker so far.
    readings: usize,
    /// Scores and turns up to here no longer speak to the rules: a person has dealt with them.
    pub(super) settled_readings: usize,
    pub(super) settled_turn: u32,
    pub(super) started_at: Option<f64>,
    pub(super) now: f64,
    pub(super) turn: u32,
    /// The newest turn that told the rules something: by a score, by a cue, by the bot failing at it.
    pub(super) told_turn: u32,
    /// Where the scores are heading that still speak to the rules, and their slope. A snapshot leaves both out.
    pub(super) trend: Trend,
    pub(super) slope: Option<f64>,
    pub(super) consecutive_negatives: u32,
    pub(super) unknown_streak: u32,
    pub(super) cue_counts: [u32; Cue::ALL.len()],
    pub(super) bot_failures: u32,
    pub(super) bot_failure_streak: u32,
    pub(super) bot_repeats: f64,
    /// The bot's latest message apologised.
    pub(super) bot_apologised: bool,
    pub(super) waiting_since: Option<f64>,
    pub(super) expected_wait: Option<f64>,
    pub(super) offers_declined: u32,
    pub(super) handoff: Handoff,
    pub(super) availability: Option<Availability>,
    /// When a closed desk opens: from then on nothing is known of it.
    opens_at: Option<f64>,
    pub(super) channel: Option<Channel>,
    pub(super) language: Option<Arc<str>>,
    /// None until the host says something of the customer.
    pub(super) attributes: Option<Arc<Pairs<String, Literal>>>,
    /// Bot messages that apologised.
    apologies: u32,
    /// Bot messages that asked an earlier question again.
    bot_asked_again: u32,
    /// Bot messages that repeated an earlier one otherwise.
    bot_said_again: u32,
}

impl State {
    pub(super) fn new(policy: &Policy) -> State {
        State {
            rules: vec![RuleState::default(); policy.rules.iter().filter(|rule| rule.remembers).count()],
            readings: 0,
            settled_readings: 0,
            settled_turn: 0,
            started_at: None,
            now: 0.0,
            turn: 0,
            told_turn: 0,
            trend: Trend::Stable,
            slope: None,
            consecutive_negatives: 0,
            unknown_streak: 0,
            cue_counts: [0; Cue::ALL.len()],
            bot_failures: 0,
            bot_failure_streak: 0,
            bot_repeats: 0.0,
            bot_apologised: false,
            waiting_since: None,
            expected_wait: None,
            offers_declined: 0,
            handoff: Handoff::Bot,
            availability: None,
            opens_at: None,
            channel: None,
            language: None,
            attributes: None,
            apologies: 0,
            bot_asked_again: 0,
            bot_said_again: 0,
        }
    }

    pub(super) fn readings(&self) -> usize {
        self.readings
    }

    /// Fits a state that was saved to the rules and to the scores it stands before.
    pub(super) fn fit(&mut self, policy: &Policy, readings: usize) {
        let fresh = State::new(policy).rules;
        if self.rules.len() != fresh.len() {
            self.rules = fresh;
        }
        self.settled_readings = self.settled_readings.min(readings);
        self.readings = readings;
    }

    /// Leaves no personal data among the attributes.
    pub(super) fn redact(&mut self) {
        if let Some(attributes) = &mut self.attributes {
            redact_attributes(Arc::make_mut(attributes));
        }
    }

    /// What the bot has done so far.
    pub fn bot_record(&self) -> BotRecord {
        BotRecord {
            apologies: self.apologies,
            asked_again: self.bot_asked_again,
            said_again: self.bot_said_again,
            failures: if self.bot_failure_streak > 1 { self.bot_failure_streak } else { 0 },
        }
    }

    /// How often the bot could not answer.
    pub fn bot_failures(&self) -> u32 {
        self.bot_failures
    }

    /// How the conversation is held, once it is known.
    pub fn channel(&self) -> Option<Channel> {
        self.channel
    }

    /// The customer attributes, none until the host says one.
    pub fn attributes(&self) -> Option<&Pairs<String, Literal>> {
        self.attributes.as_deref()
    }

    /// Becomes the same as the other, whose rules are set aside meanwhile: a plain copy would make a new list of them
    /// for every score.
    pub(super) fn copy(&mut self, other: &mut State) {
        let (mut rules, others) = (std::mem::take(&mut self.rules), std::mem::take(&mut other.rules));
        self.clone_from(other);
        rules.clone_from(&others);
        (self.rules, other.rules) = (rules, others);
    }

    fn pass(&mut self, at: f64) {
        self.now = self.now.max(at);
        self.started_at.get_or_insert(at);
        if self.opens_at.is_some_and(|opens| self.now >= opens) {
            (self.availability, self.opens_at) = (None, None);
        }
    }

    /// Nobody has accepted in time.
    fn give_up(&mut self, within_ms: f64) {
        if self.handoff == Handoff::Requested && self.waiting_since.is_some_and(|since| self.now - since >= within_ms) {
            self.handoff = Handoff::Bot;
            self.waiting_since = None;
        }
    }

    fn mark(&mut self, mark: &Mark) {
        match mark {
            Mark::Started { channel, language } => {
                self.channel = channel.or(self.channel);
                if language.is_some() {
                    self.language.clone_from(language);
                }
            }
            Mark::BotMessage { repeats, apology, asks } => {
                self.bot_failure_streak = 0;
                self.bot_repeats = *repeats;
                self.bot_apologised = *apology;
                if *repeats > 0.0 {
                    self.told_turn = self.turn;
                }
                let again = if *asks { &mut self.bot_asked_again } else { &mut self.bot_said_again };
                *again += u32::from(*repeats > 0.0);
                self.apologies += u32::from(*apology);
            }
            Mark::BotFailed => {
                self.bot_failures += 1;
                self.told_turn = self.turn;
                self.bot_failure_streak += 1;
            }
            Mark::OfferShown if self.handoff.is_free() => self.handoff = Handoff::Offered,
            Mark::OfferDeclined if self.handoff.is_free() => {
                self.offers_declined += 1;
                self.handoff = Handoff::Bot;
            }
            Mark::Requested if self.handoff.is_free() => {
                self.handoff = Handoff::Requested;
                self.waiting_since = Some(self.now);
            }
            Mark::Queued { wait_ms } if self.handoff != Handoff::Human => {
                self.handoff = Handoff::Queued;
                self.waiting_since.get_or_insert(self.now);
                self.expected_wait = wait_ms.or(self.expected_wait);
            }
            Mark::BackToBot if !self.handoff.is_free() && self.handoff != Handoff::Human => {
                self.handoff = Handoff::Bot;
                self.waiting_since = None;
            }
            Mark::HumanJoined => {
                self.handoff = Handoff::Human;
                self.waiting_since = None;
                self.bot_failure_streak = 0;
            }
            Mark::HumanLeft => self.settle(),
            Mark::Availability { state, wait_ms, opens_at } => {
                self.availability = Some(*state);
                self.expected_wait = *wait_ms;
                self.opens_at = opens_at.filter(|_| *state == Availability::Closed);
                self.pass(self.now);
            }
            Mark::Customer { attributes } => {
                let known = Arc::make_mut(self.attributes.get_or_insert_default());
                for (name, value) in attributes.iter() {
                    if known.len() < MAX_ATTRIBUTES || known.contains_key(name) {
                        known.insert(name.clone(), value.clone());
                    }
                }
            }
            // What the handoff is beyond already, as the lifecycle has it.
            Mark::OfferShown
            | Mark::OfferDeclined
            | Mark::Requested
            | Mark::Queued { .. }
            | Mark::BackToBot
            | Mark::Passed => {}
        }
    }

    /// A person has dealt with what came before: it must not bring a handoff up again.
    fn settle(&mut self) {
        self.handoff = Handoff::Returned;
        self.waiting_since = None;
        self.settled_readings = self.readings;
        self.settled_turn = self.turn;
        (self.trend, self.slope) = (Trend::Stable, None);
        self.consecutive_negatives = 0;
        self.unknown_streak = 0;
        self.cue_counts = [0; Cue::ALL.len()];
        self.bot_failure_streak = 0;
        self.bot_repeats = 0.0;
        self.bot_apologised = false;
        self.rules.fill(RuleState::default());
    }
}

impl Fold {
    /// Takes one entry in and evaluates the rules.
    pub(super) fn step(&mut self, policy: &Policy, entries: &[Entry], place: usize) {
        let mut scored = false;
        match entries.get(place) {
            Some(Entry::Message(message)) => {
                let state = &mut self.state;
                state.pass(message.at);
                state.give_up(policy.accept_within_ms);
                state.turn = message.turn;
                if !message.features.cues.is_empty() {
                    state.told_turn = message.turn;
                }
                for hit in &message.features.cues {
                    if let Some(count) = state.cue_counts.get_mut(hit.cue.index()) {
                        *count += 1;
                    }
                }
                match message.score(self.view) {
                    Some(score) => {
                        scored = true;
                        state.told_turn = message.turn;
                        let negative =
                            score.label() == Label::Negative || score.frustration() >= policy.negative_frustration;
                        state.consecutive_negatives = if negative { state.consecutive_negatives + 1 } else { 0 };
                        state.unknown_streak = 0;
                        state.readings += 1;
                        self.tracker.push(message.turn, score);
                    }
                    None => state.unknown_streak += 1,
                }
            }
            Some(Entry::Other { mark, at }) => {
                self.state.pass(*at);
                // Late is not never.
                if !matches!(mark, Mark::Queued { .. } | Mark::HumanJoined) {
                    self.state.give_up(policy.accept_within_ms);
                }
                // Without gates every turn is judged by the rules alone, and nothing is ever settled.
                if *mark != Mark::HumanLeft || policy.gates.is_some() {
                    self.state.mark(mark);
                }
            }
            None => return,
        }
        if scored {
            self.tell_trend(policy);
        }
        self.evaluate(policy, entries, place, scored);
    }

    /// Tells trend and slope. Rules, limits and the decision ask for them, and they take longer than all else these ask.
    pub(super) fn tell_trend(&mut self, policy: &Policy) {
        let Fold { state, tracker, .. } = self;
        let told = |scores: &[f64]| policy.trend.course(scores);
        (state.trend, state.slope) = tracker.with_window(policy.trend.window(), state.settled_readings, told);
    }
}

parts_of_enum!(Mark {
    0 Started { channel, language },
    1 BotMessage { repeats, apology, asks },
    2 BotFailed,
    3 OfferShown,
    4 OfferDeclined,
    5 Requested,
    6 Queued { wait_ms },
    7 BackToBot,
    8 HumanJoined,
    9 HumanLeft,
    10 Availability { state, wait_ms, opens_at },
    11 Customer { attributes },
    12 Passed,
});
parts_of_struct!(State {
    rules,
    readings,
    settled_readings,
    settled_turn,
    started_at,
    now,
    turn,
    told_turn,
    consecutive_negatives,
    unknown_streak,
    cue_counts,
    bot_failures,
    bot_failure_streak,
    bot_repeats,
    bot_apologised,
    waiting_since,
    expected_wait,
    offers_declined,
    handoff,
    availability,
    opens_at,
    channel,
    language,
    attributes,
    apologies,
    bot_asked_again,
    bot_said_again,
} else { trend: Trend::Stable, slope: None });
