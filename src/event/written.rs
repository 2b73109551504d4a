//! An event as it is written: one flat object, as it is read.
//!
//! Serde's derived writer has code of its own for every field of every variant, and for most of them it is the same.

use std::ops::Not;

use serde::{Serialize, Serializer};

use super::{Availability, Channel, Event, EventKind, Failure, Outcome};
use crate::cue::Features;
use crate::literal::Literal;
use crate::pairs::Pairs;
use crate::score::{ScoreSource, SentimentScore};

/// Every field an event can have, in an order that is that of each type's own; what is not there is not written.
#[derive(Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Written<'a> {
    r#type: Option<EventKind>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<Channel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    features: Option<&'a Features>,
    #[serde(skip_serializing_if = "Not::not")]
    awaits_model: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    score: Option<&'a SentimentScore>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<ScoreSource>,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Availability>,
    #[serde(skip_serializing_if = "Option::is_none")]
    wait_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opens_at: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    position: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    phone: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    escalated: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at_turn: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    satisfied: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    resolved: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    abandoned: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    needed: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attributes: Option<&'a Pairs<String, Literal>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<f64>,
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut written = Written { r#type: Some(self.kind()), at: self.at(), ..Written::default() };
        match self {
            Event::Started { channel, language, at: _ } => {
                written.channel = *channel;
                written.language = language.as_deref();
            }
            Event::CustomerMessage { id, text, features, awaits_model, at: _ } => {
                written.id = Some(id);
                written.text = text.as_deref();
                written.features = features.as_ref();
                written.awaits_model = *awaits_model;
            }
            Event::Score { message_id, score, source, at: _ } => {
                written.message_id = Some(message_id);
                written.score = Some(score);
                written.source = Some(*source);
            }
            Event::ScoreFailed { message_id, failure, at: _ } => {
                written.message_id = Some(message_id);
                written.failure = Some(*failure);
            }
            Event::BotMessage { id, text, features, at: _ } => {
                written.id = Some(id);
                written.text = text.as_deref();
                written.features = features.as_ref();
            }
            Event::HandoffQueued { reference, wait_ms, position, at: _ } => {
                written.reference = reference.as_deref();
                written.wait_ms = *wait_ms;
                written.position = *position;
            }
            Event::ContactLeft { email, phone, at: _ } => {
                written.email = email.as_deref();
                written.phone = phone.as_deref();
            }
            Event::Availability { state, wait_ms, opens_at, at: _ } => {
                written.state = Some(*state);
                written.wait_ms = *wait_ms;
                written.opens_at = *opens_at;
            }
            Event::Outcome(Outcome { escalated, at_turn, satisfied, resolved, abandoned, needed, at: _ }) => {
                written.escalated = *escalated;
                written.at_turn = *at_turn;
                written.satisfied = *satisfied;
                written.resolved = *resolved;
                written.abandoned = *abandoned;
                written.needed = *needed;
            }
            Event::Customer { attributes, at: _ } => written.attributes = Some(attributes),
            Event::BotFailed { .. }
            | Event::OfferShown { .. }
            | Event::OfferAccepted { .. }
            | Event::OfferDeclined { .. }
            | Event::HumanRequested { .. }
            | Event::HandoffFailed { .. }
            | Event::HandoffCancelled { .. }
            | Event::HumanJoined { .. }
            | Event::HumanLeft { .. }
            | Event::Ended { .. }
            | Event::Tick { .. } => {}
        }
        written.serialize(serializer)
    }
}
