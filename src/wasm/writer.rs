//! Lays Rust values out for JavaScript, which makes each of them by one call.
//!
//! `serde_wasm_bindgen::to_value` calls JavaScript for every property and every text, some eighty times for a
//! decision; docs/benchmarks.md has both.

use std::convert::Infallible;
use std::fmt::{self, Display, Write};
use std::process::abort;

use serde::Serialize;
use serde::ser::{
    self, Impossible, SerializeMap, SerializeSeq, SerializeStruct, SerializeTuple, SerializeTupleStruct, Serializer,
};
use wasm_bindgen::prelude::*;

use super::borrow::RefCell;
use super::layout::{LONGEST_NAME, STRUCTS, Tag};
use crate::strings::same;

#[wasm_bindgen(module = "/src/wasm/layout.js")]
extern "C" {
    /// Makes what is laid out there in this memory, with its texts there, in so many bytes.
    fn make(memory: &JsValue, items: *const f64, text: *const u8, bytes: usize) -> JsValue;
}

/// How many texts are kept, and how long one may be, in bytes.
const KEPT: usize = 128;
const LONGEST_KEPT: usize = 256;

/// With more items than this the room for them is given back.
const USUAL_ITEMS: usize = 4_096;

thread_local! {
    static LAYOUT: RefCell<Layout> = RefCell::default();
}

/// The value as JavaScript would read it from JSON. With `keeps`, texts are kept on both sides, and one that is kept
/// is not sent again.
pub(super) fn object<T: Serialize>(from: &T, keeps: bool) -> JsValue {
    let mut layout = Layout::begun(keeps);
    let Ok(()) = from.serialize(&mut layout);
    layout.made()
}

/// What can go wrong: nothing. No value of this crate has a shape that cannot be written, and so no field is followed
/// by a question whether it could be.
#[derive(Debug)]
pub(super) struct Never(Infallible);

impl Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {}
    }
}

impl std::error::Error for Never {}

impl ser::Error for Never {
    fn custom<T: Display>(_: T) -> Self {
        abort()
    }
}

/// A value laid out for `layout.js`.
#[derive(Default)]
struct Layout {
    items: Vec<f64>,
    text: String,
    /// Whether texts are kept.
    keeps: bool,
    /// The texts that are kept, each at its place.
    kept: Vec<String>,
    /// What all of this lies in.
    memory: JsValue,
}

impl Layout {
    /// The one there is, with nothing in it.
    #[inline(never)]
    fn begun(keeps: bool) -> Layout {
        let mut layout = LAYOUT.with(RefCell::take);
        if layout.kept.is_empty() {
            layout.kept.resize(KEPT, String::new());
            layout.memory = wasm_bindgen::memory();
        }
        layout.keeps = keeps;
        layout
    }

    /// What is laid out, made.
    #[inline(never)]
    fn made(mut self) -> JsValue {
        let made = make(&self.memory, self.items.as_ptr(), self.text.as_ptr(), self.text.len());
        if self.items.len() > USUAL_ITEMS {
            (self.items, self.text) = Default::default();
        }
        self.items.clear();
        self.text.clear();
        LAYOUT.with(|layout| layout.replace(self));
        made
    }

    fn tag(&mut self, tag: Tag) {
        self.items.push(tag.number());
    }

    /// A tag, and what belongs to it.
    fn tagged(&mut self, tag: Tag, with: f64) {
        self.items.extend_from_slice(&[tag.number(), with]);
    }

    fn number(&mut self, number: f64) {
        self.tagged(Tag::Number, number);
    }

    fn name(&mut self, name: &'static str) {
        if name.len() < LONGEST_NAME {
            self.items.push(-((name.as_ptr() as usize * LONGEST_NAME + name.len()) as f64));
        } else {
            self.text(name);
        }
    }

    /// What was added to the text since it was so long is one text.
    fn text_from(&mut self, start: usize) {
        let added = self.text.get(start..).unwrap_or_default();
        let units = if added.is_ascii() { added.len() } else { added.encode_utf16().count() };
        self.tagged(Tag::Text, units as f64);
    }

    fn text(&mut self, text: &str) {
        if self.keeps && (1..=LONGEST_KEPT).contains(&text.len()) {
            let place = place(text.as_bytes());
            if let Some(kept) = self.kept.get_mut(place) {
                let known = same(kept, text);
                if !known {
                    text.clone_into(kept);
                }
                self.tagged(if known { Tag::Kept } else { Tag::Keep }, place as f64);
                if known {
                    return;
                }
            }
        }
        let start = self.text.len();
        self.text.push_str(text);
        self.text_from(start);
    }
}

/// Where a text is kept, by its length and some of its bytes: whether it is the one there is asked anyway.
fn place(text: &[u8]) -> usize {
    let byte = |at: usize| text.get(at).copied().unwrap_or_default() as usize;
    let last = text.len().wrapping_sub(1);
    (text.len() * 7 + byte(0) + byte(text.len() / 2) * 5 + byte(last.wrapping_sub(1)) * 3 + byte(last) * 11) % KEPT
}

/// Numbers of JavaScript, as JSON has them: whole ones beyond 2⁵³ are rounded; no type here has any.
macro_rules! numbers {
    ($($method:ident: $type:ty),*) => {$(
        #[allow(clippy::cast_lossless, reason = "one macro for all")]
        fn $method(self, number: $type) -> Result<(), Never> {
            self.number(number as f64);
            Ok(())
        }
    )*};
}

impl<'a> Serializer for &'a mut Layout {
    type Ok = ();
    type Error = Never;
    type SerializeSeq = Self;
    type SerializeTuple = Self;
    type SerializeTupleStruct = Self;
    type SerializeTupleVariant = Impossible<(), Never>;
    type SerializeMap = Self;
    type SerializeStruct = Fields<'a>;
    type SerializeStructVariant = Impossible<(), Never>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64, serialize_u8: u8,
        serialize_u16: u16, serialize_u32: u32, serialize_u64: u64, serialize_f32: f32, serialize_f64: f64
    }

    fn serialize_bool(self, flag: bool) -> Result<(), Never> {
        self.tag(if flag { Tag::True } else { Tag::False });
        Ok(())
    }

    fn serialize_char(self, character: char) -> Result<(), Never> {
        self.text(character.encode_utf8(&mut [0; 4]));
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Never> {
        self.text(text);
        Ok(())
    }

    fn collect_str<T: Display + ?Sized>(self, shown: &T) -> Result<(), Never> {
        let start = self.text.len();
        // A text takes everything.
        let _ = write!(self.text, "{shown}");
        self.text_from(start);
        Ok(())
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Never> {
        bytes.serialize(self)
    }

    fn serialize_none(self) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, held: &T) -> Result<(), Never> {
        held.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Never> {
        self.tag(Tag::Null);
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Never> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<(), Never> {
        self.name(variant);
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, held: &T) -> Result<(), Never> {
        held.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        held: &T,
    ) -> Result<(), Never> {
        self.tag(Tag::Object);
        self.name(variant);
        held.serialize(&mut *self)?;
        self.tag(Tag::End);
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Self, Never> {
        self.tag(Tag::List);
        Ok(self)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self, Never> {
        self.tag(Tag::List);
        Ok(self)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self, Never> {
        self.tag(Tag::List);
        Ok(self)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Never>, Never> {
        abort()
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Self, Never> {
        self.tag(Tag::Object);
        Ok(self)
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Fields<'a>, Never> {
        let known = STRUCTS.iter().position(|known| same(known, name));
        match known {
            Some(place) => self.tagged(Tag::Struct, place as f64),
            None => self.tag(Tag::Object),
        }
        Ok(Fields { layout: self, named: known.is_none() })
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Impossible<(), Never>, Never> {
        abort()
    }
}

/// What is opened is closed again by `end`.
macro_rules! parts {
    ($($trait:ident { $method:ident() })*) => {$(
        impl $trait for &mut Layout {
            type Ok = ();
            type Error = Never;

            fn $method<T: Serialize + ?Sized>(&mut self, part: &T) -> Result<(), Never> {
                part.serialize(&mut **self)
            }

            fn end(self) -> Result<(), Never> {
                self.tag(Tag::End);
                Ok(())
            }
        }
    )*};
}

parts! {
    SerializeSeq { serialize_element() }
    SerializeTuple { serialize_element() }
    SerializeTupleStruct { serialize_field() }
}

/// The fields of a structure.
struct Fields<'a> {
    layout: &'a mut Layout,
    /// `layout.js` has to be told their names.
    named: bool,
}

impl SerializeStruct for Fields<'_> {
    type Ok = ();
    type Error = Never;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, field: &T) -> Result<(), Never> {
        if self.named {
            self.layout.name(name);
        }
        field.serialize(&mut *self.layout)
    }

    fn skip_field(&mut self, _: &'static str) -> Result<(), Never> {
        if !self.named {
            self.layout.tag(Tag::Absent);
        }
        Ok(())
    }

    fn end(self) -> Result<(), Never> {
        if self.named {
            self.layout.tag(Tag::End);
        }
        Ok(())
    }
}

impl SerializeMap for &mut Layout {
    type Ok = ();
    type Error = Never;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Never> {
        key.serialize(&mut **self)
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, held: &T) -> Result<(), Never> {
        held.serialize(&mut **self)
    }

    fn end(self) -> Result<(), Never> {
        self.tag(Tag::End);
        Ok(())
    }
}
