//! A JavaScript value as a Rust value.
//!
//! Not by `serde_wasm_bindgen::from_value`, for three reasons: it looks only at the keys a struct knows, so
//! `deny_unknown_fields` never sees a misspelt option; what a getter throws would pass through Rust frames; and
//! a text has to be cut to the cap before it is copied into wasm memory, which never shrinks. Nor by way of
//! JSON text: the browser has a parser of its own, so the package carries none.

use std::cell::Cell;
use std::fmt::{self, Display};

use js_sys::{Array, JsString, Reflect};
use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use wasm_bindgen::prelude::*;

use super::host;
use crate::MAX_TEXT_LENGTH;
use crate::json::decimal;
use crate::redact::OVERHANG;

/// How deep a value may be nested.
const MAX_DEPTH: u32 = 32;
/// How many values there may be in one, so that nobody's mistake stalls the page.
const MAX_VALUES: u32 = 20_000;
/// How many there may be in a snapshot.
const MAX_SNAPSHOT_VALUES: u32 = 200_000;

/// The value, or what is wrong with it and where. A property that is `undefined` is absent; what JSON cannot
/// hold is refused; a property named `text` or `message` is cut to the cap.
pub(super) fn value<T: DeserializeOwned>(from: &JsValue) -> Result<T, Fault> {
    let left = Cell::new(MAX_VALUES);
    T::deserialize(Js { value: from.clone(), key: "", depth: 0, left: &left })
}

/// As [`value`], for what this package itself has written: a snapshot has more parts than anybody's argument.
pub(super) fn snapshot<T: DeserializeOwned>(from: &JsValue) -> Result<T, Fault> {
    let left = Cell::new(MAX_SNAPSHOT_VALUES);
    T::deserialize(Js { value: from.clone(), key: "", depth: 0, left: &left })
}

/// What a JSON text holds, by the browser's own parser.
pub(super) fn json(text: &str) -> Result<JsValue, Fault> {
    // What the parser says quotes the text, which may be a customer's.
    js_sys::JSON::parse(text).map_err(|_| Fault::new("is no JSON"))
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

/// What is wrong, and where.
#[derive(Debug)]
pub(super) struct Fault {
    path: String,
    what: String,
}

impl Fault {
    fn new(what: &str) -> Self {
        Fault { path: String::new(), what: what.to_owned() }
    }

    fn thrown(error: &JsValue) -> Self {
        let said = host::property(error, "message").as_string().unwrap_or_default();
        Fault::custom(format_args!("cannot be read, it threw `{said}`"))
    }

    /// Whether it is wrong inside the property of that name.
    pub(super) fn within(&self, name: &str) -> bool {
        self.path.split('.').next() == Some(name)
    }

    fn under(mut self, key: &str) -> Self {
        self.path = if self.path.is_empty() { key.to_owned() } else { format!("{key}.{}", self.path) };
        self
    }
}

impl Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(f, "`{}`: ", self.path)?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Fault {}

impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

impl serde::de::Error for Fault {
    fn custom<T: Display>(what: T) -> Self {
        Fault { path: String::new(), what: what.to_string() }
    }

    fn invalid_type(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        // Not by `found`'s own words, which bring the standard library's formatter of numbers along.
        let (number, flag);
        let (what, found) = match found {
            Unexpected::Float(float) => {
                number = decimal(float);
                ("`", number.as_str())
            }
            Unexpected::Signed(whole) => {
                number = whole.to_string();
                ("`", number.as_str())
            }
            Unexpected::Bool(truth) => {
                flag = if truth { "true" } else { "false" };
                ("`", flag)
            }
            Unexpected::Str(text) => ("the text `", text),
            Unexpected::Other(other) => return Fault::custom(format_args!("is {other}, give {expected}")),
            Unexpected::Seq => return Fault::custom(format_args!("is a list, give {expected}")),
            Unexpected::Map => return Fault::custom(format_args!("is an object, give {expected}")),
            Unexpected::Unit | Unexpected::Option => {
                return Fault::custom(format_args!("is nothing, give {expected}"));
            }
            _ => return Fault::custom(format_args!("is of another kind, give {expected}")),
        };
        Fault::custom(format_args!("is {what}{found}`, give {expected}"))
    }

    fn invalid_value(found: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Fault::invalid_type(found, expected)
    }
}

/// A value that is being read.
struct Js<'a> {
    value: JsValue,
    /// The property it is in.
    key: &'a str,
    depth: u32,
    /// How many values may still be read.
    left: &'a Cell<u32>,
}

/// What a value is, as JSON sees it.
enum Shape {
    Absent,
    Null,
    Flag(bool),
    Number(f64),
    Text(String),
    List(Array),
    Object,
}

impl Shape {
    fn instead_of(&self, expected: &dyn Expected) -> Fault {
        let found = match self {
            Shape::Absent => Unexpected::Other("nothing"),
            Shape::Null => Unexpected::Other("null"),
            Shape::Flag(flag) => Unexpected::Bool(*flag),
            Shape::Number(number) => Unexpected::Float(*number),
            Shape::Text(text) => Unexpected::Str(text),
            Shape::List(_) => Unexpected::Other("a list"),
            Shape::Object => Unexpected::Other("an object"),
        };
        Fault::invalid_type(found, expected)
    }
}

impl Js<'_> {
    fn shape(&self) -> Result<Shape, Fault> {
        let left = self.left.get().checked_sub(1).ok_or_else(|| Fault::new("has too many parts"))?;
        self.left.set(left);
        let value = &self.value;
        if value.is_string() {
            return self.text().map(Shape::Text);
        }
        if let Some(number) = value.as_f64() {
            return if number.is_finite() {
                Ok(Shape::Number(number))
            } else {
                Err(Fault::custom(format_args!("is `{}`, give a finite number", decimal(number))))
            };
        }
        if value.is_undefined() {
            Ok(Shape::Absent)
        } else if value.is_null() {
            Ok(Shape::Null)
        } else if let Some(flag) = value.as_bool() {
            Ok(Shape::Flag(flag))
        } else if !value.is_object() {
            Err(Fault::new("is no data"))
        } else if self.depth == MAX_DEPTH {
            Err(Fault::new("is nested too deep"))
        } else if host::is_array(value).map_err(|error| Fault::thrown(&error))? {
            Ok(Shape::List(value.clone().unchecked_into()))
        } else {
            Ok(Shape::Object)
        }
    }

    fn text(&self) -> Result<String, Fault> {
        let is_text = matches!(self.key, "text" | "message");
        if !is_text && self.value.unchecked_ref::<JsString>().length() as usize > MAX_TEXT_LENGTH {
            return Err(Fault::custom(format_args!("is longer than {MAX_TEXT_LENGTH} characters")));
        }
        Ok(text(&self.value).unwrap_or_default())
    }

    fn properties(&self) -> Result<Properties<'_>, Fault> {
        let keys = host::keys(&self.value).map_err(|error| Fault::thrown(&error))?;
        Ok(Properties { of: self, keys, next: 0, name: String::new(), value: JsValue::UNDEFINED })
    }

    fn items(&self, list: Array) -> Items<'_> {
        Items { of: self, length: list.length(), list, next: 0 }
    }

    fn inside<'a>(&'a self, value: JsValue, key: &'a str) -> Js<'a> {
        Js { value, key, depth: self.depth + 1, left: self.left }
    }
}

/// The properties of an object, one after the other.
struct Properties<'a> {
    of: &'a Js<'a>,
    keys: Array,
    next: u32,
    name: String,
    value: JsValue,
}

impl Properties<'_> {
    /// Moves on to the next property that is there.
    fn step(&mut self) -> Result<bool, Fault> {
        while self.next < self.keys.length() {
            let name = self.keys.get(self.next);
            self.next += 1;
            // A key is cut like a text: nothing this long is a key of anything.
            self.name = text(&name).unwrap_or_default();
            self.value =
                Reflect::get(&self.of.value, &name).map_err(|error| Fault::thrown(&error).under(&self.name))?;
            if !self.value.is_undefined() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl<'de> MapAccess<'de> for Properties<'_> {
    type Error = Fault;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Fault> {
        if !self.step()? {
            return Ok(None);
        }
        let name: StringDeserializer<Fault> = self.name.clone().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Fault> {
        let value = std::mem::take(&mut self.value);
        seed.deserialize(self.of.inside(value, &self.name)).map_err(|fault| fault.under(&self.name))
    }
}

/// The items of a list.
struct Items<'a> {
    of: &'a Js<'a>,
    list: Array,
    length: u32,
    next: u32,
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Fault;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Fault> {
        if self.next == self.length {
            return Ok(None);
        }
        let index = self.next;
        self.next += 1;
        let place = |fault: Fault| fault.under(&index.to_string());
        let item = Reflect::get_u32(&self.list, index).map_err(|error| place(Fault::thrown(&error)))?;
        seed.deserialize(self.of.inside(item, "")).map(Some).map_err(place)
    }
}

/// Whole numbers arrive as integers where an integer is asked for.
macro_rules! whole {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.shape()? {
                Shape::Number(number) if number.fract() == 0.0 && number.abs() <= js_sys::Number::MAX_SAFE_INTEGER => {
                    visitor.visit_i64(number as i64)
                }
                shape => Err(shape.instead_of(&"a whole number")),
            }
        }
    )*};
}

macro_rules! number {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.shape()? {
                Shape::Number(number) => visitor.visit_f64(number),
                shape => Err(shape.instead_of(&"a number")),
            }
        }
    )*};
}

macro_rules! string {
    ($($method:ident)*) => {$(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
            match self.shape()? {
                Shape::Text(text) => visitor.visit_string(text),
                shape => Err(shape.instead_of(&"a text")),
            }
        }
    )*};
}

macro_rules! list {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Fault> {
            match self.shape()? {
                Shape::List(list) => visitor.visit_seq(self.items(list)),
                shape => Err(shape.instead_of(&"a list")),
            }
        }
    )*};
}

macro_rules! object {
    ($($method:ident($($name:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($name: $type,)* visitor: V) -> Result<V::Value, Fault> {
            match self.shape()? {
                Shape::Object => visitor.visit_map(self.properties()?),
                shape => Err(shape.instead_of(&visitor)),
            }
        }
    )*};
}

/// Each kind of value by a method of its own, so that the page carries no code for a shape that a type cannot
/// have.
impl<'de> Deserializer<'de> for Js<'_> {
    type Error = Fault;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.shape()? {
            Shape::Absent | Shape::Null => visitor.visit_unit(),
            Shape::Flag(flag) => visitor.visit_bool(flag),
            Shape::Number(number) => visitor.visit_f64(number),
            Shape::Text(text) => visitor.visit_string(text),
            Shape::List(list) => visitor.visit_seq(self.items(list)),
            Shape::Object => visitor.visit_map(self.properties()?),
        }
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.shape()? {
            Shape::Flag(flag) => visitor.visit_bool(flag),
            shape => Err(shape.instead_of(&"true or false")),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        if self.value.is_null() || self.value.is_undefined() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        match self.shape()? {
            Shape::Absent | Shape::Null => visitor.visit_unit(),
            shape => Err(shape.instead_of(&visitor)),
        }
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        self.deserialize_unit(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_newtype_struct(self)
    }

    /// Every enum of this crate is written as the name of its variant.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Fault> {
        match self.shape()? {
            Shape::Text(text) => {
                let name: StringDeserializer<Fault> = text.into_deserializer();
                visitor.visit_enum(name)
            }
            shape => Err(shape.instead_of(&"a text")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Fault> {
        visitor.visit_unit()
    }

    whole! { deserialize_i8 deserialize_i16 deserialize_i32 deserialize_i64 deserialize_u8 deserialize_u16 deserialize_u32 deserialize_u64 }
    number! { deserialize_f32 deserialize_f64 }
    string! { deserialize_char deserialize_str deserialize_string deserialize_bytes deserialize_byte_buf deserialize_identifier }
    list! { deserialize_seq() deserialize_tuple(_length: usize) deserialize_tuple_struct(_name: &'static str, _length: usize) }
    object! { deserialize_map() deserialize_struct(_name: &'static str, _fields: &'static [&'static str]) }
}
