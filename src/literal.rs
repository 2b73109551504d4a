//! A plain value: of a customer attribute, of a comparison, of its evidence.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::redact::{Redaction, redact};

/// A flag, a number or a text.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum Literal {
    /// True or false.
    Flag(bool),
    /// A finite number.
    Number(f64),
    /// A text, at most 256 bytes in an attribute.
    Text(String),
}

impl<'de> Deserialize<'de> for Literal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Plain;

        impl Visitor<'_> for Plain {
            type Value = Literal;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(Literal::EXPECTED)
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Literal, E> {
                Ok(Literal::Flag(flag))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Literal, E> {
                Ok(Literal::Number(number))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Literal, E> {
                Ok(Literal::Number(number as f64))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Literal, E> {
                Ok(Literal::Number(number as f64))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Literal, E> {
                Ok(Literal::Text(text.to_owned()))
            }
        }

        deserializer.deserialize_any(Plain)
    }
}

impl Literal {
    /// What it can be, for a message.
    pub(crate) const EXPECTED: &str = "true, false, a number or a text";

    /// Leaves no personal data in a text.
    pub(crate) fn redact(&mut self) {
        if let Literal::Text(text) = self
            && let Cow::Owned(redacted) = redact(text, Redaction::ALL)
        {
            *text = redacted;
        }
    }

    pub(crate) fn as_value(&self) -> Value<'_> {
        match self {
            Literal::Flag(flag) => Value::Flag(*flag),
            Literal::Number(number) => Value::Number(*number),
            Literal::Text(text) => Value::Text(text),
        }
    }
}

/// A borrowed [`Literal`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Value<'a> {
    Flag(bool),
    Number(f64),
    Text(&'a str),
}

impl Value<'_> {
    pub fn to_literal(self) -> Literal {
        match self {
            Value::Flag(flag) => Literal::Flag(flag),
            Value::Number(number) => Literal::Number(number),
            Value::Text(text) => Literal::Text(text.to_owned()),
        }
    }
}
