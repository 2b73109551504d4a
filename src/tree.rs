//! A document as it was written, before anything is made of it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::json::decimal;
use crate::strings::shortened;

/// A value of a document, with texts of its own or lent by where it was read. Unlike a map it remembers a key that
/// stands twice.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Tree<'a> {
    Null,
    Flag(bool),
    Number(f64),
    Text(Cow<'a, str>),
    List(Vec<Tree<'a>>),
    Object(Vec<(Cow<'a, str>, Tree<'a>)>),
}

impl Tree<'_> {
    /// The value as a message shows it: short, and nothing but its kind where it has parts.
    pub(crate) fn shown(&self) -> String {
        const MOST: usize = 60;
        match self {
            Tree::Null => "null".to_owned(),
            Tree::Flag(true) => "true".to_owned(),
            Tree::Flag(false) => "false".to_owned(),
            Tree::Number(number) => decimal(*number),
            Tree::Text(text) => format!("\"{}\"", shortened(text, MOST)),
            Tree::List(list) if list.is_empty() => "[]".to_owned(),
            Tree::List(_) => "a list".to_owned(),
            Tree::Object(fields) if fields.is_empty() => "{}".to_owned(),
            Tree::Object(_) => "an object".to_owned(),
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'static> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Anything;

        impl<'de> Visitor<'de> for Anything {
            type Value = Tree<'static>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("data")
            }

            fn visit_unit<E: Error>(self) -> Result<Tree<'static>, E> {
                Ok(Tree::Null)
            }

            fn visit_none<E: Error>(self) -> Result<Tree<'static>, E> {
                Ok(Tree::Null)
            }

            fn visit_bool<E: Error>(self, flag: bool) -> Result<Tree<'static>, E> {
                Ok(Tree::Flag(flag))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Tree<'static>, E> {
                Ok(Tree::Number(number as f64))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Tree<'static>, E> {
                Ok(Tree::Number(number as f64))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Tree<'static>, E> {
                Ok(Tree::Number(number))
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Tree<'static>, E> {
                Ok(Tree::Text(text.to_owned().into()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Tree<'static>, A::Error> {
                let mut list = Vec::new();
                while let Some(item) = items.next_element()? {
                    list.push(item);
                }
                Ok(Tree::List(list))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree<'static>, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = entries.next_entry()? {
                    fields.push(field);
                }
                Ok(Tree::Object(fields))
            }
        }

        deserializer.deserialize_any(Anything)
    }
}
