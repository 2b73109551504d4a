//! The keys of an event.

use serde::Deserialize;

#[cfg(target_arch = "wasm32")]
use crate::event::EventKind;
#[cfg(target_arch = "wasm32")]
use crate::names::{self, Named};
#[cfg(target_arch = "wasm32")]
use crate::score::{Label, ScoreSource, SentimentScore};

/// A key of an event: the texts, then the numbers, then the flags, then what has parts.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(field_identifier, rename_all = "camelCase")]
pub(super) enum Key {
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

impl Key {
    /// Every key with its name, in the order of the slots.
    pub(super) const ALL: [(Key, &str); 26] = [
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
    pub(super) const NUMBERS: usize = Key::At as usize;
    /// Place of the first flag.
    pub(super) const FLAGS: usize = Key::AwaitsModel as usize;
    /// Place of the first that has parts.
    pub(super) const OTHERS: usize = Key::Score as usize;

    pub(super) const fn bit(self) -> u32 {
        1 << self as u32
    }

    pub(super) fn name(self) -> &'static str {
        Key::ALL.get(self as usize).map_or("", |(_, name)| name)
    }
}

/// The keys of events, and the values that stand in most of them.
#[cfg(target_arch = "wasm32")]
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    let keys = Key::ALL.iter().map(|(_, name)| *name);
    let values = [EventKind::NAMES, Label::NAMES, ScoreSource::NAMES];
    keys.chain(SentimentScore::FIELDS).chain(values.into_iter().flat_map(names::list))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_stand_in_the_order_of_the_keys() {
        for (place, (key, name)) in Key::ALL.iter().enumerate() {
            let read =
                Key::deserialize(serde::de::value::StrDeserializer::<serde::de::value::Error>::new(name)).unwrap();
            assert_eq!((*key as usize, key.name(), read), (place, *name, *key));
        }
    }
}
