//! What happens in a conversation: everything the state machine is ever told.

mod check;
mod document;
mod kind;
mod outcome;
mod written;

use crate::cue::Features;
use crate::literal::Literal;
use crate::names::{self, Named, named};
use crate::pairs::Pairs;
use crate::parts::parts_of_named;
use crate::score::{ScoreSource, SentimentScore};
use crate::scoring::ScoreReply;
#[cfg(target_arch = "wasm32")]
pub(crate) use document::words;
pub use kind::EventKind;
pub use outcome::Outcome;

/// The longest id of a message, in bytes.
pub const MAX_ID_LENGTH: usize = 256;
/// The most customer attributes one conversation keeps.
pub const MAX_ATTRIBUTES: usize = 64;
/// The latest time accepted: the last moment a JavaScript `Date` can name, in milliseconds.
pub const MAX_TIME: f64 = 8.64e15;

/// How the conversation is held. Voice means transcripts, never audio.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Channel {
    /// Typed, to and fro.
    Chat,
    /// Spoken, and transcribed.
    Voice,
    /// Written as letters.
    Email,
}

named!(Channel { Chat "chat", Voice "voice", Email "email" });

/// Why a model score did not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Failure {
    /// The deadline passed.
    Timeout,
    /// The browser has no network.
    Offline,
    /// The call was given up by the page.
    Cancelled,
    /// The connection failed, the answer was not a success, or it said that no model was asked.
    Http,
    /// The answer was not a score.
    Malformed,
    /// The proxy asked to slow down.
    RateLimited,
    /// Recent calls failed, so this one was not made.
    CircuitOpen,
}

named!(Failure {
    Timeout "timeout",
    Offline "offline",
    Cancelled "cancelled",
    Http "http",
    Malformed "malformed",
    RateLimited "rate-limited",
    CircuitOpen "circuit-open",
});

impl Failure {
    /// The failure of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Failure> {
        names::place(name, Failure::NAMES).map(names::variant)
    }
}

/// Whether somebody could take the customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Availability {
    /// Agents are there.
    Open,
    /// Agents are there, with a wait.
    Busy,
    /// Nobody is there.
    Closed,
}

named!(Availability { Open "open", Busy "busy", Closed "closed" });

/// One thing that happened. `at` is in milliseconds, from the epoch or from the start of the conversation;
/// an event without it happens at the time of the one before.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    target_arch = "wasm32",
    derive(tsify::Tsify),
    serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "camelCase")
)]
pub enum Event {
    /// The conversation began.
    Started {
        /// How the conversation is held.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        channel: Option<Channel>,
        /// A BCP 47 tag such as `en` or `pt-BR`.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        language: Option<String>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer wrote; carries `text` or its `features`.
    CustomerMessage {
        /// The message, at most 256 bytes.
        id: String,
        /// What was written; what is longer than the cap is not read.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        text: Option<String>,
        /// What is kept of a text in its place.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        features: Option<Features>,
        /// A model score is on its way, so that an on-device score is provisional until then.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        awaits_model: bool,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// A score arrived for a message, in whatever order.
    Score {
        /// The customer message.
        message_id: String,
        /// The score.
        score: SentimentScore,
        /// Where it comes from.
        source: ScoreSource,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The model score of a message will not come.
    ScoreFailed {
        /// The customer message.
        message_id: String,
        /// Why not.
        failure: Failure,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The bot wrote; carries `text` or its `features`.
    BotMessage {
        /// The message, at most 256 bytes.
        id: String,
        /// What was written; what is longer than the cap is not read.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        text: Option<String>,
        /// What is kept of a text in its place.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        features: Option<Features>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The bot could not answer.
    BotFailed {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The page shows the offer of a person.
    OfferShown {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer took the offer, or said yes to the question.
    OfferAccepted {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer turned the offer or the question down.
    OfferDeclined {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer pressed the entry or the button.
    HumanRequested {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The host's desk accepted the handoff.
    HandoffQueued {
        /// The desk's own number for it, at most 256 bytes.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        reference: Option<String>,
        /// Expected wait in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        wait_ms: Option<f64>,
        /// Place in the queue, from 1.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        position: Option<u32>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The desk could not take the customer.
    HandoffFailed {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer would rather not.
    HandoffCancelled {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The customer left an e-mail address or a number for a callback.
    ContactLeft {
        /// An e-mail address.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        email: Option<String>,
        /// A telephone number.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        phone: Option<String>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// An agent joined.
    HumanJoined {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The agent left.
    HumanLeft {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// Whether somebody could take the customer; unknown until the host says.
    Availability {
        /// Open, busy or closed.
        state: Availability,
        /// Expected wait in milliseconds, when busy.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        wait_ms: Option<f64>,
        /// When the desk opens, in milliseconds, when closed.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        opens_at: Option<f64>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// The conversation is over: the rules call for nothing any more and no time runs out, until the customer writes or
    /// asks for a person, or `started`.
    Ended {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// What became of the conversation; at any time, also afterwards.
    Outcome(Outcome),
    /// What the host knows of the customer; attributes are inputs to rules.
    Customer {
        /// Names and values, at most [`MAX_ATTRIBUTES`]; a later event adds to them.
        #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, Literal>"))]
        attributes: Pairs<String, Literal>,
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
    /// Nothing but that time has passed.
    Tick {
        /// When, in milliseconds.
        #[cfg_attr(target_arch = "wasm32", tsify(optional))]
        at: Option<f64>,
    },
}

/// The time of an event, borrowed as the event is: to be read or to be set.
macro_rules! time_of {
    ($event:expr) => {
        match $event {
            Event::Started { at, .. }
            | Event::CustomerMessage { at, .. }
            | Event::Score { at, .. }
            | Event::ScoreFailed { at, .. }
            | Event::BotMessage { at, .. }
            | Event::BotFailed { at }
            | Event::OfferShown { at }
            | Event::OfferAccepted { at }
            | Event::OfferDeclined { at }
            | Event::HumanRequested { at }
            | Event::HandoffQueued { at, .. }
            | Event::HandoffFailed { at }
            | Event::HandoffCancelled { at }
            | Event::ContactLeft { at, .. }
            | Event::HumanJoined { at }
            | Event::HumanLeft { at }
            | Event::Availability { at, .. }
            | Event::Ended { at }
            | Event::Customer { at, .. }
            | Event::Tick { at }
            | Event::Outcome(Outcome { at, .. }) => at,
        }
    };
}

impl Event {
    /// What a scorer's answer is: its score, or that there is none. An answer that says it is from an on-device
    /// scorer brings nothing the page has not got; the page's own score becomes final.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "the answer is used up")]
    pub fn answered(message_id: &str, answer: Result<ScoreReply, Failure>, at: Option<f64>) -> Event {
        let message_id = message_id.to_owned();
        match answer {
            Ok(ScoreReply { score, source: ScoreSource::Model, .. }) => {
                Event::Score { message_id, score, source: ScoreSource::Model, at }
            }
            Ok(ScoreReply { source: ScoreSource::OnDevice, .. }) => {
                Event::ScoreFailed { message_id, failure: Failure::Http, at }
            }
            Err(failure) => Event::ScoreFailed { message_id, failure, at },
        }
    }

    /// When the event happened, in milliseconds, as it was given.
    #[must_use]
    pub fn at(&self) -> Option<f64> {
        *time_of!(self)
    }

    /// The event as a log keeps it: at the time it counted for, without personal data. Its text is gone already.
    pub(crate) fn for_log(mut self, time: f64) -> Event {
        match &mut self {
            Event::ContactLeft { email, phone, .. } => {
                for contact in [email, phone].into_iter().flatten() {
                    "[contact]".clone_into(contact);
                }
            }
            Event::Customer { attributes, .. } => redact_attributes(attributes),
            _ => {}
        }
        *time_of!(&mut self) = Some(time);
        self
    }
}

/// Leaves no personal data among the texts of attributes.
pub(crate) fn redact_attributes(attributes: &mut Pairs<String, Literal>) {
    attributes.values_mut().for_each(Literal::redact);
}

parts_of_named!(Channel);
parts_of_named!(Availability);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_types_and_unknown_fields_are_refused() {
        for bad in [
            r#"{"type":"shrug"}"#,
            r#"{"type":"tick","mood":1}"#,
            r#"{"type":"customer-message","id":"m1","text":"hi","sentiment":1}"#,
            r#"{"type":"outcome","needed":true,"why":"x"}"#,
            r#"{"id":"m1","text":"hi"}"#,
        ] {
            assert!(serde_json::from_str::<Event>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_events_of_the_design_read_and_write_back_the_same() {
        for line in [
            r#"{"type":"customer-message","id":"m1","text":"Where is my order?","at":1000}"#,
            r#"{"type":"customer-message","id":"m2","features":{"cues":[{"cue":"asks-human","strength":1}],"length":31},"at":9000}"#,
            r#"{"type":"score","messageId":"m1","score":{"score":-0.2,"label":"neutral","frustration":0.1,"urgency":0.4},"source":"model","at":1350}"#,
            r#"{"type":"score-failed","messageId":"m1","failure":"timeout","at":5000}"#,
            r#"{"type":"bot-message","id":"b1","text":"Could you give me the number?","at":1900}"#,
            r#"{"type":"availability","state":"busy","waitMs":240000,"at":2000}"#,
            r#"{"type":"customer","attributes":{"contactsToday":3,"tier":"gold"},"at":2000}"#,
            r#"{"type":"outcome","needed":true}"#,
            r#"{"type":"started","channel":"voice","language":"de"}"#,
            r#"{"type":"handoff-queued","reference":"R-1","waitMs":60000,"position":2}"#,
            r#"{"type":"tick"}"#,
        ] {
            let event: Event = serde_json::from_str(line).unwrap();
            event.check().unwrap();
            let written: serde_json::Value = serde_json::to_value(&event).unwrap();
            let given: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(serde_json::from_value::<Event>(written.clone()).unwrap(), event);
            for (key, value) in given.as_object().unwrap() {
                assert!(written.get(key).is_some(), "{key} of {value} is lost");
            }
        }
    }

    #[test]
    fn every_failure_is_found_by_its_name() {
        for failure in Failure::VARIANTS {
            assert_eq!(Failure::parse(failure.as_str()), Some(*failure));
        }
        assert_eq!(Failure::parse("shrug"), None);
    }
}
