//! An event as it stands in JSON.
//!
//! Read as one flat object whose `type` says which keys belong to it: the errors name the key, and the page
//! is spared the code of an internally tagged enum for each of twenty types.

use crate::pairs::Pairs;

use serde::Deserialize;

use super::{Availability, Channel, Event, EventKind, Failure, Outcome};
use crate::cue::Features;
use crate::error::{Error, ErrorCode};
use crate::literal::Literal;
use crate::score::{ScoreSource, SentimentScore};

/// Every key an event may have.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub(super) struct EventDocument {
    #[serde(rename = "type")]
    kind: EventKind,
    at: Option<f64>,
    id: Option<String>,
    text: Option<String>,
    features: Option<Features>,
    awaits_model: Option<bool>,
    message_id: Option<String>,
    score: Option<SentimentScore>,
    source: Option<ScoreSource>,
    failure: Option<Failure>,
    channel: Option<Channel>,
    language: Option<String>,
    reference: Option<String>,
    wait_ms: Option<f64>,
    position: Option<u32>,
    email: Option<String>,
    phone: Option<String>,
    state: Option<Availability>,
    opens_at: Option<f64>,
    attributes: Option<Pairs<String, Literal>>,
    escalated: Option<bool>,
    at_turn: Option<u32>,
    satisfied: Option<bool>,
    resolved: Option<bool>,
    abandoned: Option<bool>,
    needed: Option<bool>,
}

impl EventDocument {
    /// A key that no one has taken.
    fn left_over(&self) -> Option<&'static str> {
        [
            ("id", self.id.is_some()),
            ("text", self.text.is_some()),
            ("features", self.features.is_some()),
            ("awaitsModel", self.awaits_model.is_some()),
            ("messageId", self.message_id.is_some()),
            ("score", self.score.is_some()),
            ("source", self.source.is_some()),
            ("failure", self.failure.is_some()),
            ("channel", self.channel.is_some()),
            ("language", self.language.is_some()),
            ("reference", self.reference.is_some()),
            ("waitMs", self.wait_ms.is_some()),
            ("position", self.position.is_some()),
            ("email", self.email.is_some()),
            ("phone", self.phone.is_some()),
            ("state", self.state.is_some()),
            ("opensAt", self.opens_at.is_some()),
            ("attributes", self.attributes.is_some()),
            ("escalated", self.escalated.is_some()),
            ("atTurn", self.at_turn.is_some()),
            ("satisfied", self.satisfied.is_some()),
            ("resolved", self.resolved.is_some()),
            ("abandoned", self.abandoned.is_some()),
            ("needed", self.needed.is_some()),
        ]
        .into_iter()
        .find_map(|(key, left)| left.then_some(key))
    }
}

fn needed<T>(value: Option<T>, key: &str) -> Result<T, Error> {
    value.ok_or_else(|| Error::new(ErrorCode::InvalidEvent, format!("missing field `{key}`")))
}

impl TryFrom<EventDocument> for Event {
    type Error = Error;

    fn try_from(mut raw: EventDocument) -> Result<Self, Error> {
        let at = raw.at;
        let event = match raw.kind {
            EventKind::Started => Event::Started { channel: raw.channel.take(), language: raw.language.take(), at },
            EventKind::CustomerMessage => Event::CustomerMessage {
                id: needed(raw.id.take(), "id")?,
                text: raw.text.take(),
                features: raw.features.take(),
                awaits_model: raw.awaits_model.take().unwrap_or_default(),
                at,
            },
            EventKind::Score => Event::Score {
                message_id: needed(raw.message_id.take(), "messageId")?,
                score: needed(raw.score.take(), "score")?,
                source: needed(raw.source.take(), "source")?,
                at,
            },
            EventKind::ScoreFailed => Event::ScoreFailed {
                message_id: needed(raw.message_id.take(), "messageId")?,
                failure: needed(raw.failure.take(), "failure")?,
                at,
            },
            EventKind::BotMessage => Event::BotMessage {
                id: needed(raw.id.take(), "id")?,
                text: raw.text.take(),
                features: raw.features.take(),
                at,
            },
            EventKind::BotFailed => Event::BotFailed { at },
            EventKind::OfferShown => Event::OfferShown { at },
            EventKind::OfferAccepted => Event::OfferAccepted { at },
            EventKind::OfferDeclined => Event::OfferDeclined { at },
            EventKind::HumanRequested => Event::HumanRequested { at },
            EventKind::HandoffQueued => Event::HandoffQueued {
                reference: raw.reference.take(),
                wait_ms: raw.wait_ms.take(),
                position: raw.position.take(),
                at,
            },
            EventKind::HandoffFailed => Event::HandoffFailed { at },
            EventKind::HandoffCancelled => Event::HandoffCancelled { at },
            EventKind::ContactLeft => Event::ContactLeft { email: raw.email.take(), phone: raw.phone.take(), at },
            EventKind::HumanJoined => Event::HumanJoined { at },
            EventKind::HumanLeft => Event::HumanLeft { at },
            EventKind::Availability => Event::Availability {
                state: needed(raw.state.take(), "state")?,
                wait_ms: raw.wait_ms.take(),
                opens_at: raw.opens_at.take(),
                at,
            },
            EventKind::Ended => Event::Ended { at },
            EventKind::Outcome => Event::Outcome(Outcome {
                escalated: raw.escalated.take(),
                at_turn: raw.at_turn.take(),
                satisfied: raw.satisfied.take(),
                resolved: raw.resolved.take(),
                abandoned: raw.abandoned.take(),
                needed: raw.needed.take(),
                at,
            }),
            EventKind::Customer => Event::Customer { attributes: needed(raw.attributes.take(), "attributes")?, at },
            EventKind::Tick => Event::Tick { at },
        };
        match raw.left_over() {
            Some(key) => {
                Err(Error::new(ErrorCode::InvalidEvent, format!("unknown field `{key}` for an event of this type")))
            }
            None => Ok(event),
        }
    }
}
