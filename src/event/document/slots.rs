//! The values of an event by their keys, and the event they make.

use std::borrow::Cow;
use std::fmt;

use serde::de::Visitor;
use serde::{Deserialize, Deserializer};

use super::key::Key;
use crate::cue::Features;
use crate::error::{Error, ErrorCode};
use crate::event::{Availability, Event, EventKind, Failure, Outcome};
use crate::json::decimal;
use crate::literal::Literal;
use crate::names::{self, Named};
use crate::pairs::Pairs;
use crate::score::{ScoreSource, SentimentScore};

/// A text, borrowed where the source allows it.
pub(super) struct Borrowed<'de>(pub(super) Cow<'de, str>);

impl<'de> Deserialize<'de> for Borrowed<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl<'de> Visitor<'de> for Text {
            type Value = Borrowed<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, text: &'de str) -> Result<Borrowed<'de>, E> {
                Ok(Borrowed(Cow::Borrowed(text)))
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Borrowed<'de>, E> {
                self.visit_string(text.to_owned())
            }

            fn visit_string<E: serde::de::Error>(self, text: String) -> Result<Borrowed<'de>, E> {
                Ok(Borrowed(Cow::Owned(text)))
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// The values of an event by the place of their keys. Null is a value that is not there.
#[derive(Default)]
pub(super) struct Slots<'de> {
    texts: [Option<Borrowed<'de>>; Key::NUMBERS],
    numbers: [Option<f64>; Key::FLAGS - Key::NUMBERS],
    flags: [Option<bool>; Key::OTHERS - Key::FLAGS],
    score: Option<SentimentScore>,
    features: Option<Features>,
    attributes: Option<Pairs<String, Literal>>,
    /// The keys that stand in the object, by their bits.
    named: u32,
    /// Those of them whose value nobody has taken yet.
    pub(super) left: u32,
    /// The first thing that is wrong.
    fault: Option<String>,
}

/// Where the value of a key goes.
pub(super) enum Slot<'a, 'de> {
    Text(&'a mut Option<Borrowed<'de>>),
    Number(&'a mut Option<f64>),
    Flag(&'a mut Option<bool>),
    Score(&'a mut Option<SentimentScore>),
    Features(&'a mut Option<Features>),
    Attributes(&'a mut Option<Pairs<String, Literal>>),
}

impl<'de> Slots<'de> {
    /// Where the value of a key goes, none if there was one.
    pub(super) fn slot(&mut self, key: Key) -> Option<Slot<'_, 'de>> {
        if self.named & key.bit() != 0 {
            return None;
        }
        self.named |= key.bit();
        let place = key as usize;
        match key {
            Key::Score => Some(Slot::Score(&mut self.score)),
            Key::Features => Some(Slot::Features(&mut self.features)),
            Key::Attributes => Some(Slot::Attributes(&mut self.attributes)),
            _ if place < Key::NUMBERS => self.texts.get_mut(place).map(Slot::Text),
            _ if place < Key::FLAGS => self.numbers.get_mut(place - Key::NUMBERS).map(Slot::Number),
            _ => self.flags.get_mut(place - Key::FLAGS).map(Slot::Flag),
        }
    }

    /// From now on the value of the key counts as taken.
    fn take(&mut self, key: Key) {
        self.left &= !key.bit();
    }

    fn fault(&mut self, message: String) {
        self.fault.get_or_insert(message);
    }

    /// The value, or in its place anything at all with the fault that there is none.
    fn needed<T>(&mut self, value: Option<T>, key: Key, otherwise: T) -> T {
        value.unwrap_or_else(|| {
            self.fault(format!("missing field `{}`", key.name()));
            otherwise
        })
    }

    fn text(&mut self, key: Key) -> Option<String> {
        self.take(key);
        self.texts.get_mut(key as usize)?.take().map(|text| text.0.into_owned())
    }

    fn needed_text(&mut self, key: Key) -> String {
        let text = self.text(key);
        self.needed(text, key, String::new())
    }

    fn number(&mut self, key: Key) -> Option<f64> {
        self.take(key);
        *self.numbers.get(key as usize - Key::NUMBERS)?
    }

    /// A whole number; `3.0` is one, as it is in a page.
    fn whole(&mut self, key: Key) -> Option<u32> {
        let number = self.number(key)?;
        if number.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&number) {
            let (name, number, most) = (key.name(), decimal(number), u32::MAX);
            self.fault(format!("`{name}` is `{number}`, give a whole number from 0 to {most}"));
        }
        Some(number as u32)
    }

    fn flag(&mut self, key: Key) -> Option<bool> {
        self.take(key);
        *self.flags.get(key as usize - Key::FLAGS)?
    }

    /// One of the names of an enum.
    fn word<T: Named>(&mut self, key: Key) -> Option<T> {
        self.take(key);
        let text = self.texts.get(key as usize)?.as_ref()?;
        let (name, word) = (key.name(), names::find(&text.0));
        word.map_err(|flaw| self.fault(flaw.under(name).to_string())).ok()
    }

    fn needed_word<T: Named>(&mut self, key: Key, otherwise: T) -> T {
        let word = self.word(key);
        self.needed(word, key, otherwise)
    }

    /// The event, all of whose values are used.
    pub(super) fn event(&mut self) -> Result<Event, Error> {
        let kind = self.needed_word(Key::Type, EventKind::Tick);
        let at = self.number(Key::At);
        let event = match kind {
            EventKind::Started => {
                Event::Started { channel: self.word(Key::Channel), language: self.text(Key::Language), at }
            }
            EventKind::CustomerMessage => Event::CustomerMessage {
                id: self.needed_text(Key::Id),
                text: self.text(Key::Text),
                features: self.features(),
                awaits_model: self.flag(Key::AwaitsModel).unwrap_or_default(),
                at,
            },
            EventKind::Score => Event::Score {
                message_id: self.needed_text(Key::MessageId),
                score: self.score(),
                source: self.needed_word(Key::Source, ScoreSource::Model),
                at,
            },
            EventKind::ScoreFailed => Event::ScoreFailed {
                message_id: self.needed_text(Key::MessageId),
                failure: self.needed_word(Key::Failure, Failure::Http),
                at,
            },
            EventKind::BotMessage => Event::BotMessage {
                id: self.needed_text(Key::Id),
                text: self.text(Key::Text),
                features: self.features(),
                at,
            },
            EventKind::BotFailed => Event::BotFailed { at },
            EventKind::OfferShown => Event::OfferShown { at },
            EventKind::OfferAccepted => Event::OfferAccepted { at },
            EventKind::OfferDeclined => Event::OfferDeclined { at },
            EventKind::HumanRequested => Event::HumanRequested { at },
            EventKind::HandoffQueued => Event::HandoffQueued {
                reference: self.text(Key::Reference),
                wait_ms: self.number(Key::WaitMs),
                position: self.whole(Key::Position),
                at,
            },
            EventKind::HandoffFailed => Event::HandoffFailed { at },
            EventKind::HandoffCancelled => Event::HandoffCancelled { at },
            EventKind::ContactLeft => {
                Event::ContactLeft { email: self.text(Key::Email), phone: self.text(Key::Phone), at }
            }
            EventKind::HumanJoined => Event::HumanJoined { at },
            EventKind::HumanLeft => Event::HumanLeft { at },
            EventKind::Availability => Event::Availability {
                state: self.needed_word(Key::State, Availability::Closed),
                wait_ms: self.number(Key::WaitMs),
                opens_at: self.number(Key::OpensAt),
                at,
            },
            EventKind::Ended => Event::Ended { at },
            EventKind::Outcome => Event::Outcome(Outcome {
                escalated: self.flag(Key::Escalated),
                at_turn: self.whole(Key::AtTurn),
                satisfied: self.flag(Key::Satisfied),
                resolved: self.flag(Key::Resolved),
                abandoned: self.flag(Key::Abandoned),
                needed: self.flag(Key::Needed),
                at,
            }),
            EventKind::Customer => Event::Customer { attributes: self.attributes(), at },
            EventKind::Tick => Event::Tick { at },
        };
        if let Some((_, name)) = Key::ALL.get(self.left.trailing_zeros() as usize) {
            self.fault(format!("unknown field `{name}` for an event of this type"));
        }
        self.fault.take().map_or(Ok(event), |fault| Err(Error::new(ErrorCode::InvalidEvent, fault)))
    }

    fn features(&mut self) -> Option<Features> {
        self.take(Key::Features);
        self.features.take()
    }

    fn score(&mut self) -> SentimentScore {
        self.take(Key::Score);
        self.needed(self.score, Key::Score, SentimentScore::neutral())
    }

    fn attributes(&mut self) -> Pairs<String, Literal> {
        self.take(Key::Attributes);
        let attributes = self.attributes.take();
        self.needed(attributes, Key::Attributes, Pairs::new())
    }
}
