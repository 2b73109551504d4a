//! The assessment: a pure fold over the conversation.
//!
//! Customer messages stand in their order, each with its cues and its best score, and every other event but
//! scores in its place between them. A score that arrives late is put to its message and everything from
//! there on is folded again, so equal messages and equal sets of scores give an equal assessment, whatever
//! the order of arrival.

mod inputs;
#[cfg(all(test, not(target_family = "wasm")))]
mod order_tests;
mod rules;
mod saved;
mod state;
mod trace;

use crate::cue::Features;
use crate::decision::{Action, Evidence, Sentiment, Severity};
use crate::on_device::Before;
use crate::parts::{parts_of_enum, parts_of_struct};
use crate::policy::{MAX_OVER, Policy, Provisional};
use crate::score::{ScoreSource, SentimentScore};
use crate::tracker::{MAX_HISTORY, SentimentTracker};
use crate::trend::Trend;
pub(crate) use state::{Mark, State};
pub use trace::{Compared, Fallback, LimitTrace, RuleTrace, Trace};

/// Entries kept, messages and other events together, so that memory stays constant.
const MAX_ENTRIES: usize = 1_280;

/// A customer message with what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    id: String,
    /// Place among the customer messages, from 1.
    turn: u32,
    /// Milliseconds, clamped against earlier customer messages.
    at: f64,
    features: Features,
    model: Option<SentimentScore>,
    on_device: Option<SentimentScore>,
    /// A model score is on its way.
    awaited: bool,
    /// The states of the folds before this message. A snapshot leaves them out.
    before: Option<States>,
}

/// The states of the folds at one place. There is hardly ever more than one.
#[derive(Debug, Clone, PartialEq)]
struct States {
    first: State,
    /// Of the second fold, where there is one.
    second: Option<Box<State>>,
}

impl States {
    fn of(folds: &[Fold]) -> Option<States> {
        let mut states = folds.iter().map(|fold| &fold.state);
        Some(States { first: states.next()?.clone(), second: states.next().cloned().map(Box::new) })
    }

    fn get(&self, fold: usize) -> Option<&State> {
        if fold == 0 { Some(&self.first) } else { self.second.as_deref() }
    }

    fn get_mut(&mut self, fold: usize) -> Option<&mut State> {
        if fold == 0 { Some(&mut self.first) } else { self.second.as_deref_mut() }
    }
}

impl Message {
    /// Whether the on-device score may still be replaced by a model score that is on its way.
    fn provisional(&self) -> bool {
        self.awaited && self.model.is_none()
    }

    /// The best score: the model's before the on-device one.
    fn score(&self, view: View) -> Option<SentimentScore> {
        self.model.or(match view {
            View::Final if self.provisional() => None,
            View::Final | View::All => self.on_device,
        })
    }
}

/// One place in the fold.
#[derive(Debug, Clone, PartialEq)]
enum Entry {
    Message(Box<Message>),
    Other { mark: Mark, at: f64 },
}

impl Entry {
    fn message(&self) -> Option<&Message> {
        match self {
            Entry::Message(message) => Some(message),
            Entry::Other { .. } => None,
        }
    }
}

/// Which scores a fold reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum View {
    /// Only scores that nothing will replace: all that `ask` and `handoff` may rest on.
    Final,
    /// Provisional ones too.
    All,
}

/// A fold over the entries, reading one view.
#[derive(Debug, Clone, PartialEq)]
struct Fold {
    view: View,
    state: State,
    tracker: SentimentTracker,
}

/// What the rules call for, as the conversation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Assessed {
    /// The outcome, after the limits.
    pub action: Action,
    /// The severity of the worst rule that holds.
    pub severity: Severity,
    /// Place of the rule that won, in the policy.
    pub rule: Option<usize>,
    /// The strongest outcome of a rule that nothing may hold back: what is left where the others are.
    pub ungated: Action,
    /// One of the rules that hold reads the safety cue.
    pub safety: bool,
    /// A limit made it this outcome, and says that it is not one of the offers to be counted.
    pub uncounted: bool,
    /// Which fold it comes from.
    view: View,
}

impl Assessed {
    pub const CALM: Assessed = Assessed {
        action: Action::Respond,
        severity: Severity::Low,
        rule: None,
        ungated: Action::Respond,
        safety: false,
        uncounted: false,
        view: View::Final,
    };
}

/// The assessment of one conversation.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Assessment {
    entries: Vec<Entry>,
    /// Messages among the entries.
    messages: usize,
    /// The folds; the last one is what is shown. There is one, of what is final, until a message awaits a score that
    /// will replace another: up to there a second would be the same.
    folds: Vec<Fold>,
}

impl Assessment {
    /// The assessment of an empty conversation.
    pub fn new(policy: &Policy) -> Self {
        let fold = Fold { view: View::Final, state: State::new(policy), tracker: SentimentTracker::default() };
        Assessment { entries: Vec::with_capacity(16), messages: 0, folds: vec![fold] }
    }

    /// From here on what is provisional has a fold of its own, where the policy reads it.
    fn split(&mut self, policy: &Policy) {
        let [fold] = self.folds.as_slice() else { return };
        if policy.provisional == Provisional::Ignore {
            return;
        }
        self.folds.push(Fold { view: View::All, ..fold.clone() });
        for entry in &mut self.entries {
            if let Entry::Message(message) = entry
                && let Some(before) = &mut message.before
            {
                before.second = Some(Box::new(before.first.clone()));
            }
        }
    }

    /// Says the language of the conversation before it begins.
    pub fn speak(&mut self, language: &str) {
        for fold in &mut self.folds {
            fold.state.language = Some(language.into());
        }
    }

    /// Whether a message of that id is among the entries.
    pub fn knows(&self, id: &str) -> bool {
        self.place(id).is_some()
    }

    /// Adds a customer message. Its time is clamped against earlier customer messages only, so that an event
    /// between them moves no message; without one it happens with the event before, scores left aside.
    pub fn message(&mut self, policy: &Policy, id: String, at: Option<f64>, features: Features, awaited: bool) -> f64 {
        if awaited {
            self.split(policy);
        }
        let earlier = self.newest_message().map(|message| message.at);
        let at = at.unwrap_or_else(|| self.now()).max(earlier.unwrap_or(0.0));
        let before = States::of(&self.folds);
        let turn = self.turn() + 1;
        self.messages += 1;
        self.entries.push(Entry::Message(Box::new(Message {
            id,
            turn,
            at,
            features,
            model: None,
            on_device: None,
            awaited,
            before,
        })));
        self.fold_last(policy);
        at
    }

    /// Adds any other event but a score.
    pub fn mark(&mut self, policy: &Policy, mark: Mark, at: Option<f64>) {
        let at = at.unwrap_or_else(|| self.now());
        // A clock that ticks on and a desk that says the same again must not crowd out what the customer said.
        let crowded = self.entries.len() > MAX_ENTRIES / 2 && mark.is_news();
        match self.entries.last_mut() {
            Some(Entry::Other { mark: known, at: last }) if crowded && *known == mark => *last = at,
            _ => self.entries.push(Entry::Other { mark, at }),
        }
        self.fold_last(policy);
    }

    /// Puts a score to its message. False when the message is not known, or no longer.
    pub fn score(&mut self, policy: &Policy, id: &str, score: SentimentScore, source: ScoreSource) -> bool {
        self.amend(policy, id, |message| {
            let slot = match source {
                ScoreSource::Model => &mut message.model,
                ScoreSource::OnDevice => &mut message.on_device,
            };
            *slot = Some(slot.map_or(score, |known| known.more_cautious(score)));
        })
    }

    /// Notes that the model score of a message will not come. False when the message is not known.
    pub fn score_failed(&mut self, policy: &Policy, id: &str) -> bool {
        self.amend(policy, id, |message| message.awaited = false)
    }

    /// Changes a message and folds everything from there on again.
    fn amend(&mut self, policy: &Policy, id: &str, change: impl FnOnce(&mut Message)) -> bool {
        let Some(place) = self.place(id).filter(|place| self.first_amendable().is_some_and(|first| first <= *place))
        else {
            return false;
        };
        let Some(Entry::Message(message)) = self.entries.get_mut(place) else { return false };
        let seen = [View::Final, View::All].map(|view| message.score(view));
        change(message);
        if seen == [View::Final, View::All].map(|view| message.score(view)) {
            return true;
        }
        for index in 0..self.folds.len() {
            self.refold(policy, index, place);
        }
        true
    }

    fn refold(&mut self, policy: &Policy, index: usize, from: usize) {
        let Assessment { entries, folds, .. } = self;
        let Some(fold) = folds.get_mut(index) else { return };
        for place in from..entries.len() {
            if let Some(Entry::Message(message)) = entries.get_mut(place)
                && let Some(before) = message.before.as_mut().and_then(|before| before.get_mut(index))
            {
                if place == from {
                    fold.state.copy(before);
                    fold.tracker.truncate(fold.state.readings());
                } else {
                    before.copy(&mut fold.state);
                }
            }
            fold.step(policy, entries, place);
        }
    }

    fn fold_last(&mut self, policy: &Policy) {
        let place = self.entries.len().saturating_sub(1);
        for fold in &mut self.folds {
            fold.step(policy, &self.entries, place);
        }
        if self.messages <= MAX_HISTORY + MAX_OVER && self.entries.len() <= MAX_ENTRIES {
            return;
        }
        // What stands before the first message that is kept can no longer be folded again.
        let mut leaving = 0;
        while let Some(first) = self.entries.get(leaving)
            && (self.messages > MAX_HISTORY + MAX_OVER
                || self.entries.len() - leaving > MAX_ENTRIES
                || first.message().is_none())
        {
            self.messages -= usize::from(first.message().is_some());
            leaving += 1;
        }
        self.entries.drain(..leaving);
    }

    /// Place of the oldest message a score may still reach: of the last [`MAX_HISTORY`] messages, those with
    /// everything before them that a rule may look back on, as far as so many messages are kept.
    fn first_amendable(&self) -> Option<usize> {
        let mut messages = self.entries.iter().enumerate().filter_map(|(at, entry)| Some((at, entry.message()?)));
        let (place, first) = messages.next()?;
        let oldest = (self.turn() + 1).saturating_sub(MAX_HISTORY as u32);
        let looked_back_on = if first.turn > 1 { MAX_OVER.min(self.messages / 2) } else { 0 };
        let oldest = oldest.max(first.turn + looked_back_on as u32);
        if first.turn >= oldest {
            Some(place)
        } else {
            messages.find(|(_, m)| m.turn >= oldest).map(|(place, _)| place)
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        // Ids that count up differ at their ends.
        let end = id.as_bytes().last();
        let is = |message: &Message| message.id.as_bytes().last() == end && message.id == id;
        self.entries.iter().rposition(|entry| entry.message().is_some_and(is))
    }

    fn shown(&self) -> Option<&Fold> {
        self.folds.last()
    }

    fn newest_message(&self) -> Option<&Message> {
        self.entries.iter().rev().find_map(Entry::message)
    }

    /// The best score of a message that is still known, none while unknown.
    pub fn score_of(&self, id: &str) -> Option<SentimentScore> {
        let message = self.entries.get(self.place(id)?)?.message()?;
        message.score(self.shown()?.view)
    }

    /// The scored messages by their source, and the unscored ones, of those that are kept.
    pub fn sources(&self) -> impl Iterator<Item = Option<ScoreSource>> {
        self.entries.iter().filter_map(Entry::message).map(|message| match (message.model, message.on_device) {
            (Some(_), _) => Some(ScoreSource::Model),
            (None, Some(_)) => Some(ScoreSource::OnDevice),
            (None, None) => None,
        })
    }

    /// Id of the newest customer message.
    pub fn newest_id(&self) -> Option<&str> {
        self.newest_message().map(|message| message.id.as_str())
    }

    /// Customer messages so far.
    pub fn turn(&self) -> u32 {
        self.shown().map_or(0, |fold| fold.state.turn)
    }

    /// The newest turn that told the rules something.
    pub fn told_turn(&self) -> u32 {
        self.shown().map_or(0, |fold| fold.state.told_turn)
    }

    /// The time of the assessment, in milliseconds.
    pub fn now(&self) -> f64 {
        self.shown().map_or(0.0, |fold| fold.state.now)
    }

    /// What the folds have counted.
    pub fn state(&self) -> Option<&State> {
        self.shown().map(|fold| &fold.state)
    }

    /// What happened just before the newest customer message, which has no score yet.
    pub fn before(&self) -> Before {
        self.shown().map_or_else(Before::default, |Fold { state, tracker, .. }| Before {
            bot_failed: state.bot_apologised || state.bot_failure_streak > 0,
            bot_repeated: state.bot_repeats > 0.0,
            frustration: tracker.latest(1, state.settled_readings).next().map(|(_, score)| score.frustration()),
        })
    }

    /// The history of scores the policy reads.
    pub fn tracker(&self) -> Option<&SentimentTracker> {
        self.shown().map(|fold| &fold.tracker)
    }

    /// Where the scores are heading, those among them that a person has dealt with.
    pub fn trend(&self, policy: &Policy) -> Trend {
        match self.shown() {
            Some(fold) if fold.state.settled_readings == 0 => fold.state.trend,
            Some(fold) => fold.tracker.trend(&policy.trend),
            None => Trend::Stable,
        }
    }

    /// The score of the newest customer message, none while unknown.
    pub fn sentiment(&self) -> Option<Sentiment> {
        let message = self.newest_message()?;
        let view = self.shown()?.view;
        message.score(view).map(|score| Sentiment {
            score,
            source: if message.model.is_some() { ScoreSource::Model } else { ScoreSource::OnDevice },
            provisional: message.provisional(),
        })
    }

    /// What the rules call for now. What rests on a provisional score is an offer at most.
    pub fn assess(&self, policy: &Policy) -> Assessed {
        let mut folds = self.folds.iter();
        let mut best = folds.next().map_or(Assessed::CALM, |fold| fold.assess(policy, &self.entries));
        for fold in folds {
            let mut next = fold.assess(policy, &self.entries);
            next.action = next.action.min(Action::Offer);
            // On a tie the first wins, which is the final view.
            if (next.action, next.severity) > (best.action, best.severity) {
                best = next;
            }
        }
        best
    }

    /// The comparisons that made a rule hold.
    pub fn evidence(&self, policy: &Policy, assessed: &Assessed) -> Vec<Evidence> {
        let rule = assessed.rule.and_then(|place| policy.rules.get(place));
        let fold = self.folds.iter().find(|fold| fold.view == assessed.view);
        match (rule, fold) {
            (Some(rule), Some(fold)) => fold.evidence(policy, &self.entries, rule),
            _ => Vec::new(),
        }
    }

    /// Every rule with all its comparisons, in the view that decided.
    pub fn trace(&self, policy: &Policy, assessed: &Assessed) -> Option<Trace> {
        let deciding = self.folds.iter().find(|fold| assessed.rule.is_some() && fold.view == assessed.view);
        let mut trace = deciding.or(self.shown())?.trace(policy, &self.entries, assessed);
        if deciding.is_some_and(|fold| fold.view == View::All) {
            trace.otherwise.outcome = trace.otherwise.outcome.min(Action::Offer);
        }
        Some(trace)
    }
}

parts_of_struct!(Message { id, turn, at, features, model, on_device, awaited } else { before: None });
parts_of_enum!(Entry { 0 Message(message), 1 Other { mark, at } });
parts_of_enum!(View { 0 Final, 1 All });
parts_of_struct!(Fold { view, state, tracker });
