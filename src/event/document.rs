//! An event as it stands in JSON.
//!
//! Read in one pass as one flat object whose `type`, wherever it stands, says which keys belong to it. What depends
//! on where the object comes from only puts values into slots, by their kind; what the slots make is told by plain
//! functions, so the page carries neither the code of an internally tagged enum nor a reader of its own for each of
//! two dozen fields, and a log is read without a copy of what it does not keep.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::{Availability, Event, EventKind, Failure, Outcome};
use crate::cue::Features;
use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::literal::Literal;
use crate::names::{self, Named};
use crate::pairs::Pairs;
use crate::reading::{Fields, Flaw, Read, Reading, duplicate_field, unknown_field};
#[cfg(target_arch = "wasm32")]
use crate::score::Label;
use crate::score::{ScoreSource, SentimentScore};
use crate::strings::same;
use crate::tree::Tree;

/// A key of an event: the texts, then the numbers, then the flags, then what has parts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
enum Key {
    Type,
    MessageId,
    Source,
    Id,
    Text,
    Failure,
    Channel,
    Language,
    Reference,
    Email,
    Phone,
    State,
    At,
    WaitMs,
    OpensAt,
    Position,
    AtTurn,
    AwaitsModel,
    Escalated,
    Satisfied,
    Resolved,
    Abandoned,
    Needed,
    Score,
    Features,
    Attributes,
}

/// The keys of events, and the values that stand in most of them.
#[cfg(target_arch = "wasm32")]
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    let keys = Key::ALL.iter().map(|(_, name)| *name);
    let values = [EventKind::NAMES, Label::NAMES, ScoreSource::NAMES];
    keys.chain(SentimentScore::FIELDS).chain(values.into_iter().flat_map(names::list))
}

impl Key {
    /// Every key with its name, in the order of the slots.
    const ALL: [(Key, &str); 26] = [
        (Key::Type, "type"),
        (Key::MessageId, "messageId"),
        (Key::Source, "source"),
        (Key::Id, "id"),
        (Key::Text, "text"),
        (Key::Failure, "failure"),
        (Key::Channel, "channel"),
        (Key::Language, "language"),
        (Key::Reference, "reference"),
        (Key::Email, "email"),
        (Key::Phone, "phone"),
        (Key::State, "state"),
        (Key::At, "at"),
        (Key::WaitMs, "waitMs"),
        (Key::OpensAt, "opensAt"),
        (Key::Position, "position"),
        (Key::AtTurn, "atTurn"),
        (Key::AwaitsModel, "awaitsModel"),
        (Key::Escalated, "escalated"),
        (Key::Satisfied, "satisfied"),
        (Key::Resolved, "resolved"),
        (Key::Abandoned, "abandoned"),
        (Key::Needed, "needed"),
        (Key::Score, "score"),
        (Key::Features, "features"),
        (Key::Attributes, "attributes"),
    ];
    /// Place of the first number.
    const NUMBERS: usize = Key::At as usize;
    /// Place of the first flag.
    const FLAGS: usize = Key::AwaitsModel as usize;
    /// Place of the first that has parts.
    const OTHERS: usize = Key::Score as usize;

    const fn bit(self) -> u32 {
        1 << self as u32
    }

    fn name(self) -> &'static str {
        Key::ALL.get(self as usize).map_or("", |(_, name)| name)
    }
}

/// A text, borrowed where the source allows it.
struct Borrowed<'de>(Cow<'de, str>);

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
struct Slots<'de> {
    texts: [Option<Borrowed<'de>>; Key::NUMBERS],
    numbers: [Option<f64>; Key::FLAGS - Key::NUMBERS],
    flags: [Option<bool>; Key::OTHERS - Key::FLAGS],
    score: Option<SentimentScore>,
    features: Option<Features>,
    attributes: Option<Pairs<String, Literal>>,
    /// The keys that stand in the object, by their bits.
    named: u32,
    /// Those of them whose value nobody has taken yet.
    left: u32,
    /// The first thing that is wrong.
    fault: Option<String>,
}

/// Where the value of a key goes.
enum Slot<'a, 'de> {
    Text(&'a mut Option<Borrowed<'de>>),
    Number(&'a mut Option<f64>),
    Flag(&'a mut Option<bool>),
    Score(&'a mut Option<SentimentScore>),
    Features(&'a mut Option<Features>),
    Attributes(&'a mut Option<Pairs<String, Literal>>),
}

impl<'de> Slots<'de> {
    /// Where the value of a key goes, none if there was one.
    fn slot(&mut self, key: Key) -> Option<Slot<'_, 'de>> {
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
    fn event(&mut self) -> Result<Event, Error> {
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

impl<'de> Deserialize<'de> for Event {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Event;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Event, A::Error> {
                let mut slots = Slots::default();
                while let Some(key) = entries.next_key::<Key>()? {
                    let there = match slots.slot(key) {
                        Some(Slot::Text(slot)) => put(slot, &mut entries)?,
                        Some(Slot::Number(slot)) => put(slot, &mut entries)?,
                        Some(Slot::Flag(slot)) => put(slot, &mut entries)?,
                        Some(Slot::Score(slot)) => put(slot, &mut entries)?,
                        Some(Slot::Features(slot)) => put(slot, &mut entries)?,
                        Some(Slot::Attributes(slot)) => put(slot, &mut entries)?,
                        None => return Err(A::Error::duplicate_field(key.name())),
                    };
                    slots.left |= if there { key.bit() } else { 0 };
                }
                slots.event().map_err(A::Error::custom)
            }
        }

        fn put<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
            slot: &mut Option<T>,
            entries: &mut A,
        ) -> Result<bool, A::Error> {
            *slot = entries.next_value()?;
            Ok(slot.is_some())
        }

        deserializer.deserialize_map(Object)
    }
}

impl Read for Event {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut slots = Slots::default();
        for (name, value) in Fields::of(tree, "an object", &[], reading).entries() {
            let Some((key, _)) = Key::ALL.iter().find(|(_, known)| same(known, &name)) else {
                let names: Vec<_> = Key::ALL.iter().map(|(_, known)| *known).collect();
                reading.refuse(unknown_field(&name, &names));
                continue;
            };
            slots.left |= if value == Tree::Null { 0 } else { key.bit() };
            match slots.slot(*key) {
                Some(Slot::Text(slot)) => match value {
                    Tree::Text(text) => *slot = Some(Borrowed(text)),
                    other => {
                        *slot = reading.under::<Option<String>>(&name, other).map(|text| Borrowed(Cow::Owned(text)));
                    }
                },
                Some(Slot::Number(slot)) => *slot = reading.under(&name, value),
                Some(Slot::Flag(slot)) => *slot = reading.under(&name, value),
                Some(Slot::Score(slot)) => *slot = reading.under(&name, value),
                Some(Slot::Features(slot)) => *slot = reading.under(&name, value),
                Some(Slot::Attributes(slot)) => *slot = reading.under(&name, value),
                None => reading.refuse(duplicate_field(&name)),
            }
        }
        slots.event().unwrap_or_else(|error| {
            reading.refuse(Flaw::new(error.message()));
            Event::Tick { at: None }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Event, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    #[test]
    fn the_names_stand_in_the_order_of_the_keys() {
        for (place, (key, name)) in Key::ALL.iter().enumerate() {
            let read =
                Key::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name)).unwrap();
            assert_eq!((*key as usize, key.name(), read), (place, *name, *key));
        }
    }

    #[test]
    fn what_is_wrong_names_the_field_the_value_and_what_is_allowed() {
        const SCORE: &str = r#""score":{"score":0,"label":"neutral","frustration":0,"urgency":0}"#;
        for (json, told) in [
            ("7", "invalid type: integer `7`, expected an object"),
            ("[]", "invalid type: sequence, expected an object"),
            ("{}", "missing field `type`"),
            (r#"{"type":null}"#, "missing field `type`"),
            (r#"{"type":"shrug"}"#, "`type`: unknown variant `shrug`, expected one of `started`, `customer-message`, "),
            (r#"{"type":"tick","mood":1}"#, "unknown field `mood`, expected one of `type`, `messageId`, `source`, "),
            (r#"{"type":"tick","needed":true}"#, "unknown field `needed` for an event of this type"),
            (r#"{"needed":true,"type":"tick"}"#, "unknown field `needed` for an event of this type"),
            (r#"{"type":"tick","at":1,"at":2}"#, "duplicate field `at`"),
            (r#"{"type":"tick","at":null,"at":2}"#, "duplicate field `at`"),
            (r#"{"type":"tick","at":"now"}"#, "invalid type: string \"now\", expected f64"),
            (r#"{"type":"bot-message","text":"hi"}"#, "missing field `id`"),
            (r#"{"type":"bot-message","id":7,"text":"hi"}"#, "invalid type: integer `7`, expected a string"),
            (r#"{"type":"score","messageId":"m1","source":"model"}"#, "missing field `score`"),
            (r#"{"type":"customer"}"#, "missing field `attributes`"),
            (r#"{"type":"availability"}"#, "missing field `state`"),
            (
                r#"{"type":"availability","state":"shut"}"#,
                "`state`: unknown variant `shut`, expected one of `open`, `busy`, `closed`",
            ),
            (r#"{"type":"score-failed","messageId":"m1","failure":"x"}"#, "`failure`: unknown variant `x`, expected "),
            (r#"{"type":"started","channel":"fax"}"#, "`channel`: unknown variant `fax`, expected one of `chat`, "),
            (
                r#"{"type":"handoff-queued","position":1.5}"#,
                "`position` is `1.5`, give a whole number from 0 to 4294967295",
            ),
            (r#"{"type":"outcome","atTurn":-1}"#, "`atTurn` is `-1`, give a whole number from 0 to 4294967295"),
            (r#"{"type":"outcome","needed":"yes"}"#, "invalid type: string \"yes\", expected a boolean"),
            (
                &format!(r#"{{"type":"score","messageId":"m1",{SCORE},"source":"guess"}}"#),
                "`source`: unknown variant `guess`, expected `model` or `on-device`",
            ),
        ] {
            let error = read(json).unwrap_err();
            assert!(error.starts_with(told), "{json}: {error}");
        }
    }

    /// As the page reads it.
    fn read_tree(json: &str) -> Result<Event, String> {
        crate::reading::value::<Event>(serde_json::from_str(json).unwrap()).map_err(String::from)
    }

    #[test]
    fn by_way_of_a_tree_the_same_is_read_and_refused() {
        for json in [
            r#"{"type":"customer-message","id":"m1","features":{"cues":[{"cue":"safety","strength":0.5}],"length":7,"answer":"yes","apology":true},"at":3,"awaitsModel":true}"#,
            r#"{"type":"score","messageId":"m1","score":{"score":-1,"label":"negative","frustration":1,"urgency":0,"sarcasm":true},"source":"model"}"#,
            r#"{"type":"customer","attributes":{"tier":"gold","contacts":3,"new":false}}"#,
            r#"{"type":"outcome","needed":true,"atTurn":3,"resolved":null}"#,
            r#"{"type":"handoff-queued","reference":"T-1","waitMs":2.5,"position":2}"#,
        ] {
            assert_eq!(read_tree(json).unwrap(), read(json).unwrap(), "{json}");
        }
        for (json, told) in [
            ("[]", "is a list, give an object"),
            ("{}", "missing field `type`"),
            (r#"{"type":"tick","mood":1}"#, "unknown field `mood`, expected one of `type`, `messageId`, `source`, "),
            (r#"{"type":"tick","needed":true}"#, "unknown field `needed` for an event of this type"),
            (r#"{"type":"tick","at":1,"at":2}"#, "duplicate field `at`"),
            (r#"{"type":"tick","at":"now"}"#, "`at`: is the text `now`, give a number"),
            (r#"{"type":"bot-message","id":7,"text":"hi"}"#, "`id`: is `7`, give a text"),
            (r#"{"type":"outcome","atTurn":-1}"#, "`atTurn` is `-1`, give a whole number from 0 to 4294967295"),
            (
                r#"{"type":"score","messageId":"m","source":"model","score":{"score":2,"label":"neutral","frustration":0,"urgency":0}}"#,
                "`score`: `score` is `2`, give a number from -1 to 1",
            ),
            (
                r#"{"type":"score","messageId":"m","source":"model","score":{"score":0,"label":"neutral","urgency":0}}"#,
                "`score`: missing field `frustration`",
            ),
            (
                r#"{"type":"score","messageId":"m","source":"model","score":{"score":0,"label":"neutral","frustration":0,"urgency":0,"mood":1}}"#,
                "`score`: unknown field `mood`, expected one of `score`, ",
            ),
            (
                r#"{"type":"bot-message","id":"b","features":{"cues":[],"length":1.5}}"#,
                "`features.length`: is `1.5`, give a whole number",
            ),
            (
                r#"{"type":"bot-message","id":"b","features":{"cues":[{"cue":"x","strength":1}],"length":1}}"#,
                "`features.cues.0.cue`: unknown variant `x`, expected one of `asks-human`, ",
            ),
            (r#"{"type":"bot-message","id":"b","features":{"length":1}}"#, "`features`: missing field `cues`"),
        ] {
            let refused = read_tree(json).unwrap_err();
            assert!(refused.starts_with(told), "{json}: {refused}");
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn the_order_of_the_keys_does_not_matter_and_null_is_nothing() {
        let event = read(r#"{"type":"customer-message","id":"m1","text":"a \"b\" \u00e9","at":3}"#).unwrap();
        let other =
            r#"{"at":3.0,"text":"a \"b\" é","features":null,"escalated":null,"id":"m1","type":"customer-message"}"#;
        assert_eq!(read(other).unwrap(), event);
        let Event::CustomerMessage { text, awaits_model, .. } = event else { panic!("{event:?}") };
        assert_eq!((text.as_deref(), awaits_model), (Some("a \"b\" é"), false));
        // A reader cannot lend what it does not hold.
        let whole = r#"{"type":"started","channel":"email","language":"pt-BR"}"#;
        assert_eq!(serde_json::from_reader::<_, Event>(whole.as_bytes()).unwrap(), read(whole).unwrap());
        assert_eq!(
            serde_json::from_value::<Event>(serde_json::from_str(whole).unwrap()).unwrap(),
            read(whole).unwrap()
        );
    }
}
