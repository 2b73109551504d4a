//! One conversation under one policy: whether and where it escalates, and its timeline.

use serde::Serialize;

use crate::conversation::{Conversation, Mode};
use crate::decision::{Action, Decision, Ignored, Severity};
use crate::error::Error;
use crate::event::Outcome;
use crate::json::decimal;
use crate::literal::Literal;
use crate::replay::{Record, Setting, run};
use crate::summary::Summary;

/// Points of one timeline; a longer conversation shows its last ones.
const MAX_POINTS: usize = 100;

/// One decision of a conversation, for its timeline.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// The customer message, from 1.
    pub turn: u32,
    /// Its score, -1 to 1; null while unknown.
    pub score: Option<f64>,
    /// Its frustration, 0 to 1; null while unknown.
    pub frustration: Option<f64>,
    /// What the rules called for, while nobody was there or asked for.
    pub outcome: Action,
    /// What was done.
    pub action: Action,
    /// How bad it was.
    pub severity: Severity,
    /// The rule that decided, and what it rested on, in words.
    pub why: String,
}

/// Events that changed nothing, by why.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ignoreds {
    /// Scores for a message that is unknown, or so old that it has left the history.
    pub unknown_message: u64,
    /// Messages with the id of one that is there already.
    pub duplicate_message: u64,
}

/// One conversation under one policy.
#[derive(Debug, Clone, PartialEq)]
pub struct Course {
    /// What the conversation says of itself.
    pub summary: Summary,
    /// Whether the rules called for a person at any time, for safety too, while nobody was there or asked for.
    pub escalated: bool,
    /// The customer message, from 1, at which they first did.
    pub at_turn: Option<u32>,
    /// Whether it is in shadow here and was not, as far as is known, when it was recorded.
    pub(super) drawn: bool,
    /// The rules that decided at some time, by their places in the policy.
    pub(super) fired: u128,
    /// Events that changed nothing, by why.
    pub(super) ignored: Ignoreds,
    /// One point a customer message, where asked for.
    pub(super) points: Vec<Point>,
    /// What became of it, where that is known.
    pub(super) outcome: Outcome,
}

impl Course {
    /// Runs a conversation. With `points` its timeline is kept.
    ///
    /// # Errors
    /// As [`crate::replay::follow`].
    pub fn of(record: &Record, setting: &Setting, points: bool) -> Result<Course, Error> {
        let mut conversation: Conversation = setting.conversation(record)?;
        conversation.spare_texts();
        let (mut at_turn, mut fired, mut ignored) = (None, 0, Ignoreds::default());
        let mut line: Vec<Point> = Vec::new();
        run(&mut conversation, record, setting.scorer, |_, ruling| {
            match ruling.ignored() {
                Some(Ignored::UnknownMessage) => ignored.unknown_message += 1,
                Some(Ignored::DuplicateMessage) => ignored.duplicate_message += 1,
                None => {}
            }
            if ruling.called_for() >= Action::Offer && at_turn.is_none() {
                at_turn = Some(ruling.turn());
            }
            if let (Some(place), false) = (ruling.rule_place(), ruling.is_moot()) {
                fired |= 1_u128 << (place & 127);
            }
            if points && ruling.turn() > 0 {
                let before = line.last().filter(|last| last.turn == ruling.turn());
                // The strongest thing done in a turn stays: a handoff is announced once. To watch is to do nothing.
                let done = before.map(|last| last.action).filter(|action| *action >= Action::Offer);
                let kept = done.unwrap_or(Action::Respond);
                if before.is_some() {
                    line.pop();
                }
                line.push(point(&ruling.decision(), ruling.turn(), ruling.called_for(), kept));
                if line.len() > MAX_POINTS {
                    line.remove(0);
                }
            }
        })?;
        let summary = conversation.summary();
        let drawn = summary.mode == Mode::Shadow && !record.was_shadow();
        Ok(Course {
            summary,
            escalated: at_turn.is_some(),
            at_turn,
            drawn,
            fired,
            ignored,
            points: line,
            outcome: record.known_outcome(),
        })
    }

    /// The verdict, where there is one: was a person needed?
    #[must_use]
    pub fn needed(&self) -> Option<bool> {
        self.outcome.needed
    }

    /// The timeline; empty where it was not asked for.
    #[must_use]
    pub fn into_points(self) -> Vec<Point> {
        self.points
    }
}

fn point(decision: &Decision, turn: u32, outcome: Action, kept: Action) -> Point {
    let mut why = decision.rule.clone().unwrap_or_default();
    for evidence in &decision.evidence {
        let value = match &evidence.value {
            None => "unknown".to_owned(),
            Some(Literal::Flag(flag)) => flag.to_string(),
            Some(Literal::Number(number)) => decimal(*number),
            Some(Literal::Text(text)) => text.clone(),
        };
        let name = evidence.name.as_deref().unwrap_or_default();
        why.push_str(&format!(", {} {name} {value}", evidence.input).replace("  ", " "));
    }
    Point {
        turn,
        score: decision.sentiment.map(|sentiment| sentiment.score.score()),
        frustration: decision.sentiment.map(|sentiment| sentiment.score.frustration()),
        outcome,
        action: decision.action.max(kept),
        severity: decision.severity,
        why,
    }
}
