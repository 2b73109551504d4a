//! What a rule's comparisons read, at one place of a fold.

use super::{Entry, Fold, Message};
use crate::cue::Cue;
use crate::literal::Value;
use crate::policy::{Comparison, Input, Inputs, Policy};
use crate::score::SentimentScore;

/// A fold at one place: entries after it have not happened yet.
#[derive(Debug)]
pub(super) struct At<'a> {
    policy: &'a Policy,
    fold: &'a Fold,
    entries: &'a [Entry],
    place: usize,
    /// The newest score that still speaks to the rules.
    newest: Option<SentimentScore>,
}

impl<'a> At<'a> {
    pub fn new(policy: &'a Policy, fold: &'a Fold, entries: &'a [Entry], place: usize) -> Self {
        let newest = fold.tracker.latest(1, fold.state.settled_readings).next().map(|(_, score)| score);
        At { policy, fold, entries, place, newest }
    }

    /// Customer messages up to here that still speak to the rules, newest first.
    fn messages_back(&self) -> impl Iterator<Item = &'a Message> {
        let settled = self.fold.state.settled_turn;
        let upto = self.entries.get(..=self.place).unwrap_or(self.entries);
        upto.iter().rev().filter_map(Entry::message).take_while(move |message| message.turn > settled)
    }

    /// Scores that still speak to the rules, newest first, with the turns of their messages.
    fn scores_back(&self, window: usize) -> impl Iterator<Item = (u32, SentimentScore)> {
        self.fold.tracker.latest(window, self.fold.state.settled_readings)
    }

    fn cue(&self, cue: Cue, over: usize) -> f64 {
        if cue == Cue::BotRepeats {
            return self.fold.state.bot_repeats;
        }
        self.messages_back().take(over).map(|message| message.features.strength(cue)).fold(0.0, f64::max)
    }

    fn mean(&self, of: Option<&str>, over: usize) -> Option<f64> {
        let (mut sum, mut count) = (0.0, 0_u32);
        for (_, score) in self.scores_back(over) {
            sum += field(score, of);
            count += 1;
        }
        (count > 0).then(|| sum / f64::from(count))
    }

    /// The scores a trend, slope or mean was computed from, oldest first; empty for other inputs.
    pub fn values(&self, comparison: &Comparison) -> Vec<f64> {
        let window = match comparison.input {
            Input::Trend | Input::Slope => self.policy.trend.window(),
            Input::Mean => over(comparison),
            _ => return Vec::new(),
        };
        let of = comparison.name.as_deref();
        let mut values: Vec<_> = self.scores_back(window).map(|(_, score)| field(score, of)).collect();
        values.reverse();
        values
    }

    /// Ids of the customer messages a comparison was read from, newest first.
    pub fn messages(&self, comparison: &Comparison, confirm: u32) -> Vec<String> {
        let scored = match comparison.input {
            Input::Score | Input::Label | Input::Frustration | Input::Urgency => confirm as usize,
            Input::Trend | Input::Slope => self.policy.trend.window(),
            Input::Mean => over(comparison),
            Input::ConsecutiveNegatives => self.fold.state.consecutive_negatives as usize,
            Input::Cue | Input::CueCount => {
                let Some(cue) = comparison.cue.filter(|cue| *cue != Cue::BotRepeats) else { return Vec::new() };
                let newest = match comparison.input {
                    Input::CueCount => usize::MAX,
                    _ => over(comparison),
                };
                let shown = self.messages_back().take(newest).filter(|message| message.features.strength(cue) > 0.0);
                return shown.map(|message| message.id.clone()).collect();
            }
            Input::UnknownStreak => {
                let streak = self.fold.state.unknown_streak as usize;
                return self.messages_back().take(streak).map(|message| message.id.clone()).collect();
            }
            _ => return Vec::new(),
        };
        let turns: Vec<u32> = self.scores_back(scored).map(|(turn, _)| turn).collect();
        self.messages_back().filter(|message| turns.contains(&message.turn)).map(|message| message.id.clone()).collect()
    }
}

fn over(comparison: &Comparison) -> usize {
    comparison.over.unwrap_or(1) as usize
}

fn field(score: SentimentScore, name: Option<&str>) -> f64 {
    match name {
        Some("frustration") => score.frustration(),
        Some("urgency") => score.urgency(),
        _ => score.score(),
    }
}

impl Inputs for At<'_> {
    fn value(&self, comparison: &Comparison) -> Option<Value<'_>> {
        let state = &self.fold.state;
        let number = match comparison.input {
            Input::Label => return self.newest.map(|score| Value::Text(score.label().as_str())),
            Input::Trend => return Some(Value::Text(state.trend.as_str())),
            Input::Handoff => return Some(Value::Text(state.handoff.as_str())),
            Input::Availability => return state.availability.map(|state| Value::Text(state.as_str())),
            Input::Channel => return state.channel.map(|channel| Value::Text(channel.as_str())),
            Input::Language => return state.language.as_deref().map(Value::Text),
            Input::Attribute => {
                let name = comparison.name.as_deref()?;
                return state.attributes.as_ref()?.get(name).map(crate::literal::Literal::as_value);
            }
            Input::Score => self.newest?.score(),
            Input::Frustration => self.newest?.frustration(),
            Input::Urgency => self.newest?.urgency(),
            Input::Slope => state.slope?,
            Input::Mean => self.mean(comparison.name.as_deref(), over(comparison))?,
            Input::ConsecutiveNegatives => state.consecutive_negatives.into(),
            Input::UnknownStreak => state.unknown_streak.into(),
            Input::Peak => self.fold.tracker.peak_frustration(),
            Input::TurnCount => state.turn.into(),
            Input::Elapsed => state.now - state.started_at?,
            Input::Cue => self.cue(comparison.cue?, over(comparison)),
            Input::CueCount => state.cue_counts.get(comparison.cue?.index()).copied()?.into(),
            Input::BotFailures => state.bot_failures.into(),
            Input::BotFailureStreak => state.bot_failure_streak.into(),
            Input::Wait => state.now - state.waiting_since?,
            Input::ExpectedWait => state.expected_wait?,
            Input::OffersDeclined => state.offers_declined.into(),
        };
        Some(Value::Number(number))
    }
}
