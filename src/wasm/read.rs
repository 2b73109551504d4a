//! A JavaScript value as a Rust value.
//!
//! Not by `serde_wasm_bindgen::from_value`, for four reasons: it looks only at the keys a struct knows, so
//! `deny_unknown_fields` never sees a misspelt option; what a getter throws would pass through Rust frames; a text
//! has to be cut to the cap before it is copied into wasm memory, which never shrinks; and it calls JavaScript for
//! every property. Here one call lays the whole value out (`layout.js`). Nor by way of JSON text: the browser has a
//! parser of its own, so the package carries none.

use js_sys::JsString;
use serde::de::value::StrDeserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Expected, MapAccess, SeqAccess, Visitor};
use wasm_bindgen::prelude::*;

use super::layout::{Tag, laid_text, lay};
use crate::MAX_TEXT_LENGTH;
use crate::json::decimal;
use crate::reading::{Flaw, Read};
use crate::redact::OVERHANG;
use crate::tree::Tree;

/// How deep a value may be nested.
const MAX_DEPTH: u32 = 32;
/// How many values there may be in one, so that nobody's mistake stalls the page.
const MAX_VALUES: u32 = 20_000;
/// How many there may be in a snapshot.
const MAX_SNAPSHOT_VALUES: u32 = 200_000;

/// The value, or what is wrong with it and where. A property that is `undefined` is absent; what JSON cannot
/// hold is refused; a property named `text` or `message` is cut to the cap.
pub(super) fn value<T: Read>(from: &JsValue) -> Result<T, Flaw> {
    T::read(deserialized(from)?)
}

/// As [`value`], for what is not read by way of a tree.
pub(super) fn deserialized<T: DeserializeOwned>(from: &JsValue) -> Result<T, Flaw> {
    laid_out(from, MAX_VALUES)
}

/// As [`value`], for what this package itself has written: a snapshot has more parts than anybody's argument.
pub(super) fn snapshot<T: Read>(from: &JsValue) -> Result<T, Flaw> {
    T::read(laid_out(from, MAX_SNAPSHOT_VALUES)?)
}

fn laid_out<T: DeserializeOwned>(from: &JsValue, most: u32) -> Result<T, Flaw> {
    let items = lay(from, most, MAX_DEPTH, MAX_TEXT_LENGTH as u32, OVERHANG as u32);
    let text = laid_text();
    T::deserialize(&mut Layout { items: &items, text: &text, ascii: text.is_ascii() })
}

/// What a JSON text holds, by the browser's own parser.
pub(super) fn json(text: &str) -> Result<JsValue, Flaw> {
    // What the parser says quotes the text, which may be a customer's.
    js_sys::JSON::parse(text).map_err(|_| Flaw::new("is no JSON"))
}

/// A text cut to little more than is scored, so that the core still sees a number at the end whole. `None` if it
/// is no string.
pub(super) fn text(from: &JsValue) -> Option<String> {
    if !from.is_string() {
        return None;
    }
    let text: &JsString = from.unchecked_ref();
    let cap = (MAX_TEXT_LENGTH + OVERHANG) as u32;
    if text.length() > cap { text.slice(0, cap).as_string() } else { text.as_string() }
}

/// What `layout.js` has laid out, and what of it has not been read yet.
struct Layout<'de> {
    items: &'de [f64],
    /// All texts and names, each with an end of line behind it.
    text: &'de str,
    /// Whether a unit of UTF-16 is a byte.
    ascii: bool,
}

/// What a value is, as JSON sees it.
enum Shape<'de> {
    Absent,
    Null,
    Flag(bool),
    Number(f64),
    Text(&'de str),
    List,
    Object,
}

impl Shape<'_> {
    fn instead_of(&self, expected: &str) -> Flaw {
        let found = match self {
            Shape::Absent | Shape::Null => Tree::Null,
            Shape::Flag(flag) => Tree::Flag(*flag),
            Shape::Number(number) => Tree::Number(*number),
            Shape::Text(text) => Tree::Text((*text).to_owned()),
            Shape::List => Tree::List(Vec::new()),
            Shape::Object => Tree::Object(Vec::new()),
        };
        Flaw::instead(&found, expected)
    }
}

impl<'de> Layout<'de> {
    /// Whether a value of that kind comes next.
    fn comes(&self, tag: Tag) -> bool {
        self.items.first() == Some(&tag.number())
    }

    fn item(&mut self) -> f64 {
        match self.items.split_first() {
            Some((item, rest)) => {
                self.items = rest;
                *item
            }
            None => Tag::End.number(),
        }
    }

    /// The next text, where one must come.
    fn text(&mut self) -> &'de str {
        self.item();
        self.cut()
    }

    /// As much of the text as the next item says.
    fn cut(&mut self) -> &'de str {
        let units = self.item() as usize;
        let bytes = if self.ascii {
            units
        } else {
            let mut left = units;
            let end = self.text.char_indices().find(|(_, character)| {
                let over = left == 0;
                left = left.saturating_sub(character.len_utf16());
                over
            });
            end.map_or(self.text.len(), |(place, _)| place)
        };
        let (text, rest) = self.text.split_at_checked(bytes).unwrap_or((self.text, ""));
        self.text = rest.get(1..).unwrap_or_default();
        text
    }

    /// Moves on to the inside of the next value, or past it where it has none.
    fn shape(&mut self) -> Result<Shape<'de>, Flaw> {
        let tag = self.item();
        Ok(match Tag::ALL.get(tag as usize).copied().unwrap_or(Tag::End) {
            Tag::Absent => Shape::Absent,
            Tag::Null => Shape::Null,
            Tag::False => Shape::Flag(false),
            Tag::True => Shape::Flag(true),
            Tag::Number => {
                let number = self.item();
                if !number.is_finite() {
                    return Err(Flaw::new(format!("is `{}`, give a finite number", decimal(number))));
                }
                Shape::Number(number)
            }
            Tag::Text => Shape::Text(self.cut()),
            Tag::List => Shape::List,
            Tag::Object => Shape::Object,
            Tag::NoData | Tag::End => return Err(Flaw::new("is no data")),
            Tag::TooLong => return Err(Flaw::new(format!("is longer than {MAX_TEXT_LENGTH} characters"))),
            Tag::TooDeep => return Err(Flaw::new("is nested too deep")),
            Tag::TooMany => return Err(Flaw::new("has too many parts")),
            Tag::Threw => return Err(Flaw::new(format!("cannot be read, it threw `{}`", self.text()))),
        })
    }

    fn parts(&mut self) -> Parts<'_, 'de> {
        Parts { of: self, index: 0, name: "" }
    }
}

/// The inside of a list or an object, one part after the other.
struct Parts<'a, 'de> {
    of: &'a mut Layout<'de>,
    index: u32,
    name: &'de str,
}

impl Parts<'_, '_> {
    fn over(&mut self) -> bool {
        let over = self.of.comes(Tag::End) || self.of.items.is_empty();
        if over {
            self.of.item();
        }
        over
    }
}

impl<'de> MapAccess<'de> for Parts<'_, 'de> {
    type Error = Flaw;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Flaw> {
        if self.over() {
            return Ok(None);
        }
        self.name = self.of.text();
        seed.deserialize(StrDeserializer::new(self.name)).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Flaw> {
        seed.deserialize(&mut *self.of).map_err(|flaw| flaw.under(self.name))
    }
}

impl<'de> SeqAccess<'de> for Parts<'_, 'de> {
    type Error = Flaw;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Flaw> {
        if self.over() {
            return Ok(None);
        }
        let index = self.index;
        self.index += 1;
        seed.deserialize(&mut *self.of).map(Some).map_err(|flaw| flaw.under(&index.to_string()))
    }
}

/// Whole numbers arrive as integers where an integer is asked for.
macro_rules! whole {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
            match self.shape()? {
                Shape::Number(number) if number.fract() == 0.0 && number.abs() <= js_sys::Number::MAX_SAFE_INTEGER => {
                    visitor.visit_i64(number as i64)
                }
                shape => Err(shape.instead_of("a whole number")),
            }
        }
    )*};
}

macro_rules! number {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
            match self.shape()? {
                Shape::Number(number) => visitor.visit_f64(number),
                shape => Err(shape.instead_of("a number")),
            }
        }
    )*};
}

macro_rules! string {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
            match self.shape()? {
                Shape::Text(text) => visitor.visit_borrowed_str(text),
                shape => Err(shape.instead_of("a text")),
            }
        }
    )*};
}

macro_rules! list {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Flaw> {
            match self.shape()? {
                Shape::List => visitor.visit_seq(self.parts()),
                shape => Err(shape.instead_of("a list")),
            }
        }
    )*};
}

macro_rules! object {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Flaw> {
            match self.shape()? {
                Shape::Object => visitor.visit_map(self.parts()),
                shape => Err(shape.instead_of(&(&visitor as &dyn Expected).to_string())),
            }
        }
    )*};
}

/// Each kind of value by a method of its own, so that the page carries no code for a shape that a type cannot
/// have.
impl<'de> Deserializer<'de> for &mut Layout<'de> {
    type Error = Flaw;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.shape()? {
            Shape::Absent | Shape::Null => visitor.visit_unit(),
            Shape::Flag(flag) => visitor.visit_bool(flag),
            Shape::Number(number) => visitor.visit_f64(number),
            Shape::Text(text) => visitor.visit_borrowed_str(text),
            Shape::List => visitor.visit_seq(self.parts()),
            Shape::Object => visitor.visit_map(self.parts()),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.shape()? {
            Shape::Flag(flag) => visitor.visit_bool(flag),
            shape => Err(shape.instead_of("true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        if self.comes(Tag::Null) || self.comes(Tag::Absent) {
            self.item();
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        match self.shape()? {
            Shape::Absent | Shape::Null => visitor.visit_unit(),
            shape => Err(shape.instead_of(&(&visitor as &dyn Expected).to_string())),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Flaw> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Flaw> {
        visitor.visit_newtype_struct(self)
    }

    /// Every enum of this crate is written as the name of its variant.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Flaw> {
        match self.shape()? {
            Shape::Text(text) => visitor.visit_enum(StrDeserializer::new(text)),
            shape => Err(shape.instead_of("a text")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Flaw> {
        self.deserialize_any(visitor)
    }

    whole! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    number! { deserialize_f32 deserialize_f64 }
    string! { deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier }
    list! { deserialize_seq() deserialize_tuple(_length: usize) deserialize_tuple_struct(_name: &'static str, _length: usize) }
    object! { deserialize_map() deserialize_struct(_name: &'static str, _fields: &'static [&'static str]) }
}
