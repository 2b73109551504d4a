//! An event as it is written: one flat object, as it is read.
//!
//! Serde's derived writer has code of its own for every field of every variant, and for most of them it is the same.

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use super::{Event, Outcome};
use crate::cue::Features;
use crate::literal::Literal;
use crate::pairs::Pairs;
use crate::score::SentimentScore;

/// What a field holds.
#[derive(Serialize)]
#[serde(untagged)]
enum Held<'a> {
    Text(&'a str),
    Number(f64),
    Whole(u32),
    Flag(bool),
    Score(&'a SentimentScore),
    Features(&'a Features),
    Attributes(&'a Pairs<String, Literal>),
}

/// The fields that are there.
struct Fields<'a>(Vec<(&'static str, Held<'a>)>);

impl<'a> Fields<'a> {
    fn text(&mut self, name: &'static str, text: Option<&'a str>) {
        self.0.extend(text.map(|text| (name, Held::Text(text))));
    }

    fn number(&mut self, name: &'static str, number: Option<f64>) {
        self.0.extend(number.map(|number| (name, Held::Number(number))));
    }

    fn whole(&mut self, name: &'static str, number: Option<u32>) {
        self.0.extend(number.map(|number| (name, Held::Whole(number))));
    }

    fn flag(&mut self, name: &'static str, flag: Option<bool>) {
        self.0.extend(flag.map(|flag| (name, Held::Flag(flag))));
    }

    /// What was said, or what it was read as.
    fn said(&mut self, id: &'a str, text: Option<&'a str>, features: Option<&'a Features>) {
        self.text("id", Some(id));
        self.text("text", text);
        self.0.extend(features.map(|features| ("features", Held::Features(features))));
    }
}

impl Serialize for Event {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = Fields(Vec::with_capacity(8));
        fields.text("type", Some(self.kind().as_str()));
        match self {
            Event::Started { channel, language, at: _ } => {
                fields.text("channel", channel.map(super::Channel::as_str));
                fields.text("language", language.as_deref());
            }
            Event::CustomerMessage { id, text, features, awaits_model, at: _ } => {
                fields.said(id, text.as_deref(), features.as_ref());
                fields.flag("awaitsModel", awaits_model.then_some(true));
            }
            Event::Score { message_id, score, source, at: _ } => {
                fields.text("messageId", Some(message_id));
                fields.0.push(("score", Held::Score(score)));
                fields.text("source", Some(source.as_str()));
            }
            Event::ScoreFailed { message_id, failure, at: _ } => {
                fields.text("messageId", Some(message_id));
                fields.text("failure", Some(failure.as_str()));
            }
            Event::BotMessage { id, text, features, at: _ } => {
                fields.said(id, text.as_deref(), features.as_ref());
            }
            Event::HandoffQueued { reference, wait_ms, position, at: _ } => {
                fields.text("reference", reference.as_deref());
                fields.number("waitMs", *wait_ms);
                fields.whole("position", *position);
            }
            Event::ContactLeft { email, phone, at: _ } => {
                fields.text("email", email.as_deref());
                fields.text("phone", phone.as_deref());
            }
            Event::Availability { state, wait_ms, opens_at, at: _ } => {
                fields.text("state", Some(state.as_str()));
                fields.number("waitMs", *wait_ms);
                fields.number("opensAt", *opens_at);
            }
            Event::Outcome(Outcome { escalated, at_turn, satisfied, resolved, abandoned, needed, at: _ }) => {
                fields.flag("escalated", *escalated);
                fields.whole("atTurn", *at_turn);
                fields.flag("satisfied", *satisfied);
                fields.flag("resolved", *resolved);
                fields.flag("abandoned", *abandoned);
                fields.flag("needed", *needed);
            }
            Event::Customer { attributes, at: _ } => fields.0.push(("attributes", Held::Attributes(attributes))),
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
        fields.number("at", self.at());
        let mut object = serializer.serialize_struct("Event", fields.0.len())?;
        for (name, held) in &fields.0 {
            object.serialize_field(name, held)?;
        }
        object.end()
    }
}
