//! Recorded conversations, run through a policy again.

use serde::{Deserialize, Serialize};

use crate::conversation::{Conversation, Options, PolicyChoice};
use crate::decision::Decision;
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventKind, Outcome};
use crate::on_device;
use crate::policy::Policy;
use crate::score::ScoreSource;
use crate::words::cut_text;

/// One line of a conversation log: a conversation, or a part of one.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// Name of the conversation.
    pub id: String,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What became of it.
    pub outcome: Option<Outcome>,
    /// Place of the part, where the conversation stands on several lines.
    pub seq: Option<u64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct Line {
    id: String,
    events: Vec<serde_json::Value>,
    #[serde(default)]
    outcome: Option<serde_json::Value>,
    #[serde(default)]
    seq: Option<u64>,
    /// What was decided then; a replay decides anew.
    #[serde(default, rename = "decisions")]
    _decisions: serde::de::IgnoredAny,
}

fn invalid(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::InvalidRecord, message.to_string())
}

impl Record {
    /// Reads one line.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRecord`] for a line that is not a conversation, or holds an event that cannot be
    /// applied; the message says which.
    pub fn parse(line: &str) -> Result<Record, Error> {
        let line: Line = serde_json::from_str(line).map_err(invalid)?;
        if line.id.is_empty() {
            return Err(invalid("`id` is empty"));
        }
        let mut events = Vec::with_capacity(line.events.len());
        for (place, value) in line.events.into_iter().enumerate() {
            let event: Event =
                serde_json::from_value(value).map_err(|error| invalid(format!("events[{place}]: {error}")))?;
            event.check().map_err(|error| invalid(format!("events[{place}]: {error}")))?;
            events.push(event);
        }
        let outcome = line
            .outcome
            .map(|mut value| {
                // An outcome may stand as the whole event.
                if let Some(fields) = value.as_object_mut()
                    && fields.get("type").is_some_and(|kind| kind == "outcome")
                {
                    fields.remove("type");
                }
                serde_json::from_value(value).map_err(|error| invalid(format!("outcome: {error}")))
            })
            .transpose()?;
        Ok(Record { id: line.id, events, outcome, seq: line.seq })
    }

    /// The same conversation without texts: the features stand in their place, and it replays to the same
    /// decisions.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidEvent`] for an event that cannot be applied.
    pub fn without_texts(&self) -> Result<Record, Error> {
        let mut conversation = Conversation::new(Options::default())?;
        let mut events = Vec::with_capacity(self.events.len());
        for event in &self.events {
            event.check()?;
            let event = conversation.without_text(event.clone());
            conversation.apply(event.clone())?;
            events.push(event);
        }
        Ok(Record { events, ..self.clone() })
    }

    /// The parts of one conversation as one, by their `seq`; a `seq` that comes again is a repetition and is
    /// left out.
    #[must_use]
    pub fn join(mut parts: Vec<Record>) -> Record {
        parts.sort_by_key(|part| part.seq);
        parts.dedup_by_key(|part| part.seq);
        let mut joined = Record { id: String::new(), events: Vec::new(), outcome: None, seq: None };
        for part in parts {
            joined.id = part.id;
            joined.events.extend(part.events);
            joined.outcome = part.outcome.or(joined.outcome);
        }
        joined
    }
}

/// Whose scores a replay uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scorer {
    /// The recorded ones.
    Recorded,
    /// The on-device scorer's: recorded scores are left out and each text is scored anew.
    OnDevice,
}

/// A conversation run through a policy.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Replayed {
    /// Name of the conversation.
    pub id: String,
    /// One decision for each event applied, in order.
    pub decisions: Vec<Decision>,
    /// Whether any decision escalated.
    pub escalated: bool,
    /// The customer message, from 1, at which the first one did.
    pub at_turn: Option<u32>,
}

/// Runs a conversation through a policy and hands each decision to `each`, with the number of customer
/// messages so far. The recorded outcome is not an event of its own.
///
/// # Errors
/// [`ErrorCode::InvalidEvent`] for an event that cannot be applied.
pub fn replay_each(
    record: &Record,
    policy: &Policy,
    scorer: Scorer,
    mut each: impl FnMut(u32, Decision),
) -> Result<(), Error> {
    let options = Options { policy: PolicyChoice::Document(Box::new(policy.clone())), ..Options::default() };
    let mut conversation = Conversation::new(options)?;
    let mut language = None;
    let mut turn = 0;
    for event in &record.events {
        let mut event = event.clone();
        if scorer == Scorer::OnDevice {
            match &mut event {
                Event::Score { .. } | Event::ScoreFailed { .. } => continue,
                // Nothing is on its way any more.
                Event::CustomerMessage { awaits_model, .. } => *awaits_model = false,
                Event::Started { language: told @ Some(_), .. } => language.clone_from(told),
                _ => {}
            }
        }
        let message = match (&event, scorer) {
            (Event::CustomerMessage { id, text: Some(text), .. }, Scorer::OnDevice) => Some((id.clone(), text.clone())),
            _ => None,
        };
        let decision = conversation.apply(event)?;
        turn += u32::from(decision.cause == EventKind::CustomerMessage && decision.ignored.is_none());
        let at = Some(decision.at);
        each(turn, decision);
        if let Some((message_id, text)) = message
            && let Ok(score) = on_device::score(cut_text(&text), language.as_deref())
        {
            let source = ScoreSource::OnDevice;
            each(turn, conversation.apply(Event::Score { message_id, score, source, at })?);
        }
    }
    Ok(())
}

/// Runs a conversation through a policy and keeps every decision.
///
/// # Errors
/// As [`replay_each`].
pub fn replay(record: &Record, policy: &Policy, scorer: Scorer) -> Result<Replayed, Error> {
    let mut decisions = Vec::with_capacity(record.events.len());
    let mut at_turn = None;
    replay_each(record, policy, scorer, |turn, decision| {
        if decision.should_escalate && at_turn.is_none() {
            at_turn = Some(turn);
        }
        decisions.push(decision);
    })?;
    Ok(Replayed { id: record.id.clone(), decisions, escalated: at_turn.is_some(), at_turn })
}
