//! An event as it stands in JSON.
//!
//! Read in one pass as one flat object whose `type`, wherever it stands, says which keys belong to it. What depends
//! on where the object comes from only puts values into slots, by their kind; what the slots make is told by plain
//! functions, so the page carries neither the code of an internally tagged enum nor a reader of its own for each of
//! two dozen fields, and a log is read without a copy of what it does not keep.

mod key;
mod slots;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::Event;
use crate::reading::{Fields, Flaw, Read, Reading, duplicate_field, unknown_field};
use crate::strings::same;
use crate::tree::Tree;
use key::Key;
#[cfg(target_arch = "wasm32")]
pub(crate) use key::words;
use slots::{Borrowed, Slot, Slots};

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
