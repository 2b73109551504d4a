//! Recorded conversations, run through a policy again.

mod usual;

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::conversation::{Conversation, Mode, Options, Ruling};
use crate::decision::Decision;
use crate::error::{Error, ErrorCode};
use crate::event::{Event, MAX_ID_LENGTH, Outcome};
use crate::policy::Policy;
use crate::score::ScoreSource;

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
    /// What was decided then, for each event; empty where nothing was kept. Null where that of one event was not.
    pub decisions: Vec<Value>,
}

/// Place of a part that only tells the outcome.
pub const LAST: u64 = u64::MAX;

/// One line as it stands in the log, for any JSON parser that serde knows; [`Record::parse`] needs none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct Line<E = Event, O = Value> {
    id: String,
    events: Vec<E>,
    #[serde(default)]
    outcome: Option<O>,
    #[serde(default)]
    seq: Option<u64>,
    #[serde(default)]
    decisions: Vec<Value>,
}

/// Where a conversation falls in a sample, the same on every run: FNV-1a of its id (Fowler, Noll, Vo 1991), spread over all
/// bits by a multiplication (Knuth, The Art of Computer Programming 6.4), since the last bytes of an id alone would hardly
/// reach the upper ones.
#[must_use]
pub fn sample_key(id: &str) -> u64 {
    let hash = id
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (hash ^ (hash >> 32)).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

fn invalid(message: impl std::fmt::Display) -> Error {
    Error::new(ErrorCode::InvalidRecord, message.to_string())
}

/// What is wrong with a line, without the parser's own count of lines.
fn in_words(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let (text, column) = (error.to_string(), error.column());
    match error.classify() {
        Category::Syntax => format!("it is no JSON from character {column} on"),
        Category::Eof => "it is cut off".to_owned(),
        Category::Data | Category::Io => text.split(" at line 1 column").next().unwrap_or_default().to_owned(),
    }
}

impl Record {
    /// Reads one line: straight into its types where it can. What is wrong with a line is told by a thorough way,
    /// which looks at the events one by one and knows the place.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRecord`] for a line that is not a conversation, or holds an event that cannot be
    /// applied; the message says which.
    pub fn parse(line: &str) -> Result<Record, Error> {
        if let Some(Ok(record)) = usual::line(line).map(Record::placed) {
            return Ok(record);
        }
        let quick = serde_json::from_str(line).ok().map(Record::from_line);
        if let Some(Ok(record)) = quick {
            return Ok(record);
        }
        let line: Line<Value> = serde_json::from_str(line).map_err(|error| invalid(in_words(&error)))?;
        let mut events = Vec::with_capacity(line.events.len());
        for (place, value) in line.events.into_iter().enumerate() {
            events.push(serde_json::from_value(value).map_err(|error| invalid(format!("events[{place}]: {error}")))?);
        }
        let Line { id, outcome, seq, decisions, .. } = line;
        Record::from_line(Line { id, events, outcome, seq, decisions })
    }

    /// A line that has been read.
    ///
    /// # Errors
    /// As [`Record::parse`].
    pub fn from_line(line: Line) -> Result<Record, Error> {
        let Line { id, events, outcome, seq, decisions } = line;
        let outcome = outcome.filter(|outcome| !outcome.is_null()).map(|mut value| {
            // An outcome may stand as the whole event.
            if let Some(fields) = value.as_object_mut()
                && fields.get("type").is_some_and(|kind| kind == "outcome")
            {
                fields.remove("type");
            }
            serde_json::from_value(value).map_err(|error| invalid(format!("outcome: {error}")))
        });
        // What is wrong with the line itself is told first.
        let record = Record::checked(Line { id, events, outcome: None, seq, decisions })?;
        Ok(Record { outcome: outcome.transpose()?, ..record }.told_later())
    }

    /// A line all of which has been read.
    fn checked(line: Line<Event, Outcome>) -> Result<Record, Error> {
        let Line { id, events, .. } = &line;
        if id.is_empty() || id.len() > MAX_ID_LENGTH {
            return Err(invalid(if id.is_empty() { "`id` is empty" } else { "`id` is too long" }));
        }
        for (place, event) in events.iter().enumerate() {
            event.check().map_err(|error| invalid(format!("events[{place}]: {error}")))?;
        }
        Record::placed(line)
    }

    /// A line with an id and events that can be used.
    fn placed(line: Line<Event, Outcome>) -> Result<Record, Error> {
        let Line { id, events, outcome, seq, decisions } = line;
        // Those of a part find their events once all parts are there.
        let decisions = if seq.is_some() { decisions } else { by_event(decisions, events.len())? };
        Ok(Record { id, events, outcome, seq, decisions }.told_later())
    }

    /// A line with an outcome and no events is what somebody knew later: the last part of its conversation.
    fn told_later(self) -> Record {
        let later = self.events.is_empty() && self.outcome.is_some();
        Record { seq: self.seq.or(later.then_some(LAST)), ..self }
    }

    /// All that is known of what became of it: told by events as it went on, and by the line itself, which counts last.
    #[must_use]
    pub fn known_outcome(&self) -> Outcome {
        let mut known = Outcome::default();
        let events = self.events.iter().filter_map(|event| match event {
            Event::Outcome(told) => Some(told),
            _ => None,
        });
        for told in events.chain(&self.outcome) {
            known.add(told);
        }
        known
    }

    /// Whether the conversation was held in shadow then, as its decisions say.
    #[must_use]
    pub fn was_shadow(&self) -> bool {
        self.decisions.iter().any(|decision| {
            decision.get("shadow").is_some_and(|shadow| shadow == true) || decision.get("wouldAction").is_some()
        })
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
    /// left out. What several say of the outcome is put together, and what is told later counts.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidRecord`] for decisions that cannot be told apart, and for an outcome without any part that has
    /// events: counted, it would be a conversation that nobody had.
    pub fn join(mut parts: Vec<Record>) -> Result<Record, Error> {
        parts.sort_by_key(|part| part.seq);
        parts.dedup_by(|again, part| again.seq == part.seq && again.seq != Some(LAST));
        if parts.iter().all(|part| part.events.is_empty()) && parts.iter().any(|part| part.outcome.is_some()) {
            return Err(invalid(
                "there is an outcome, and no part of the conversation that it is of: either its lines have no `seq`, then put \
                 the outcome into its line, or they are in no file that was given",
            ));
        }
        let aligned = parts.iter().all(|part| [0, part.events.len()].contains(&part.decisions.len()));
        let mut joined =
            Record { id: String::new(), events: Vec::new(), outcome: None, seq: None, decisions: Vec::new() };
        for part in parts {
            joined.id = part.id;
            if aligned && !part.decisions.is_empty() {
                joined.decisions.resize(joined.events.len(), Value::Null);
            }
            joined.events.extend(part.events);
            joined.decisions.extend(part.decisions.into_iter().filter(|decision| aligned || !decision.is_null()));
            if aligned && !joined.decisions.is_empty() {
                joined.decisions.resize(joined.events.len(), Value::Null);
            }
            if let Some(outcome) = part.outcome {
                joined.outcome.get_or_insert_default().add(&outcome);
            }
        }
        joined.decisions = by_event(joined.decisions, joined.events.len())?;
        Ok(joined)
    }
}

/// The decisions, one for each event. Where there are fewer they find their events by their ids, of which that
/// of the n-th event is `dn`.
fn by_event(decisions: Vec<Value>, events: usize) -> Result<Vec<Value>, Error> {
    if decisions.is_empty() || decisions.len() == events {
        return Ok(decisions);
    }
    if decisions.len() > events {
        return Err(invalid(format!("there are {} decisions on {events} events", decisions.len())));
    }
    let mut placed = vec![Value::Null; events];
    for decision in decisions {
        let number = decision.get("id").and_then(Value::as_str).and_then(|id| id.strip_prefix('d'));
        let place = number.and_then(|number| number.parse::<usize>().ok()).and_then(|number| number.checked_sub(1));
        match place.and_then(|place| placed.get_mut(place)) {
            Some(slot) => *slot = decision,
            None => return Err(invalid("`decisions` has a decision whose `id` names none of the events")),
        }
    }
    Ok(placed)
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

/// How a conversation is held again.
#[derive(Debug, Clone)]
pub struct Setting {
    /// The rules.
    pub policy: Arc<Policy>,
    /// Whose scores are used.
    pub scorer: Scorer,
    /// Whether the rules act.
    pub mode: Mode,
    /// Share held in shadow, 0 to 1, chosen by a hash of their `id`, of the conversations whose decisions were not recorded.
    pub holdout: f64,
}

impl Setting {
    /// The rules act on the recorded scores.
    #[must_use]
    pub fn new(policy: impl Into<Arc<Policy>>) -> Self {
        Setting { policy: policy.into(), scorer: Scorer::Recorded, mode: Mode::Live, holdout: 0.0 }
    }

    pub(crate) fn conversation(&self, record: &Record) -> Result<Conversation, Error> {
        // What was decided then says how the conversation was held; where nothing does, it is drawn.
        let shadow = record.was_shadow();
        let options = Options {
            id: Some(record.id.clone()),
            mode: if shadow { Mode::Shadow } else { self.mode },
            holdout: if record.decisions.is_empty() { self.holdout } else { 0.0 },
            ..Options::default()
        };
        Conversation::with_policy(Arc::clone(&self.policy), options)
    }
}

/// Runs a conversation through a policy and hands each event with what came of it to `each`. The recorded
/// outcome is not an event of its own.
///
/// # Errors
/// [`ErrorCode::InvalidEvent`] for an event that cannot be applied.
pub fn follow(record: &Record, setting: &Setting, each: impl FnMut(&Event, Ruling<'_>)) -> Result<(), Error> {
    let mut conversation = setting.conversation(record)?;
    conversation.spare_texts();
    run(&mut conversation, record, setting.scorer, each)
}

/// Applies every event of a record to its conversation.
pub(crate) fn run(
    conversation: &mut Conversation,
    record: &Record,
    scorer: Scorer,
    mut each: impl FnMut(&Event, Ruling<'_>),
) -> Result<(), Error> {
    if scorer == Scorer::Recorded {
        for event in &record.events {
            each(event, conversation.advance(event)?);
        }
        return Ok(());
    }
    let mut language = None;
    for event in &record.events {
        let mut event = Cow::Borrowed(event);
        match &*event {
            Event::Score { .. } | Event::ScoreFailed { .. } => continue,
            Event::Started { language: told @ Some(_), .. } => language.clone_from(told),
            // Nothing is on its way any more.
            Event::CustomerMessage { awaits_model: true, .. } => {
                if let Event::CustomerMessage { awaits_model, .. } = event.to_mut() {
                    *awaits_model = false;
                }
            }
            _ => {}
        }
        let ruling = conversation.advance(&event)?;
        let (at, ignored) = (Some(ruling.at()), ruling.ignored());
        each(&event, ruling);
        // As in the page: a message that was ignored is not scored, its score would be that of the one with the same id.
        if let Event::CustomerMessage { id, text: Some(text), .. } = &*event
            && ignored.is_none()
            && let Some(score) = conversation.scored_on_device(text, language.as_deref())
        {
            let (message_id, source) = (id.clone(), ScoreSource::OnDevice);
            let event = Event::Score { message_id, score, source, at };
            each(&event, conversation.advance(&event)?);
        }
    }
    Ok(())
}

/// Runs a conversation through a policy and keeps every decision.
///
/// # Errors
/// As [`follow`].
pub fn replay(record: &Record, setting: &Setting) -> Result<Replayed, Error> {
    let mut conversation = setting.conversation(record)?;
    let mut decisions = Vec::with_capacity(record.events.len());
    let mut at_turn = None;
    run(&mut conversation, record, setting.scorer, |_, ruling| {
        if ruling.should_escalate() && at_turn.is_none() {
            at_turn = Some(ruling.turn());
        }
        decisions.push(ruling.decision());
    })?;
    Ok(Replayed { id: record.id.clone(), decisions, escalated: at_turn.is_some(), at_turn })
}

/// For each recorded decision the fields in which the replayed one differs; numbers are compared by value. What
/// was not recorded is left out.
///
/// # Errors
/// As [`follow`].
pub fn differences(record: &Record, replayed: &Replayed) -> Result<Vec<Vec<String>>, Error> {
    let pairs = record.decisions.iter().zip(&replayed.decisions).filter(|(recorded, _)| !recorded.is_null());
    pairs
        .map(|(recorded, decision)| {
            let decision = serde_json::to_value(decision).map_err(invalid)?;
            let empty = serde_json::Map::new();
            let (then, now) = (recorded.as_object().unwrap_or(&empty), decision.as_object().unwrap_or(&empty));
            let names: std::collections::BTreeSet<_> = then.keys().chain(now.keys()).collect();
            let differ = names.into_iter().filter(|name| match (then.get(*name), now.get(*name)) {
                (Some(then), Some(now)) => !same(then, now),
                _ => true,
            });
            Ok(differ.cloned().collect())
        })
        .collect()
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one.iter().all(|(name, value)| other.get(name).is_some_and(|there| same(value, there)))
        }
        (one, other) => one == other,
    }
}
