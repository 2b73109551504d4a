//! A JavaScript value as a Rust value.
//!
//! Not by `serde_wasm_bindgen::from_value`, for four reasons: it looks only at the keys a struct knows, so
//! `deny_unknown_fields` never sees a misspelt option; what a getter throws would pass through Rust frames; a text
//! has to be cut to the cap before it is copied into wasm memory, which never shrinks; and it calls JavaScript for
//! every property. Here one call lays the whole value out (`layout.js`). Nor by way of JSON text: the browser has a
//! parser of its own, so the package carries none.

use js_sys::JsString;
use wasm_bindgen::prelude::*;

use super::borrow::RefCell;
use super::host;
use super::layout::{BYTES, Tag, know, lay, put};
use crate::MAX_TEXT_LENGTH;
use crate::event;
use crate::json::decimal;
use crate::reading::{self, Flaw, Read};
use crate::redact::OVERHANG;
use crate::strings::joined;
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
    laid(from, MAX_VALUES)
}

/// As [`value`], for what this package itself has written: a snapshot has more parts than anybody's argument.
pub(super) fn snapshot<T: Read>(from: &JsValue) -> Result<T, Flaw> {
    laid(from, MAX_SNAPSHOT_VALUES)
}

fn laid<T: Read>(from: &JsValue, most: u32) -> Result<T, Flaw> {
    let laid = Laid::out(from, most);
    let value = laid.tree().and_then(reading::value);
    if laid.items.len().max(laid.texts.len()) <= USUAL_ROOM {
        ROOM.with(|room| room.replace(laid));
    }
    value
}

/// With more room than this, in items or bytes, it is given back.
const USUAL_ROOM: usize = 16_384;

thread_local! {
    static ROOM: RefCell<Laid> = RefCell::default();
}

/// What `layout.js` has laid out, in room for more.
#[derive(Default)]
struct Laid {
    items: Vec<f64>,
    texts: Vec<u8>,
    /// What is laid out as numbers: the keys of events, and what stands in most of them.
    words: Vec<&'static str>,
    /// What all of this lies in.
    memory: JsValue,
}

impl Laid {
    fn out(from: &JsValue, most: u32) -> Laid {
        // Whatever is called from a getter has room of its own.
        let mut laid = ROOM.with(RefCell::take);
        if laid.items.is_empty() {
            laid.memory = wasm_bindgen::memory();
            laid.make_room(256, 1_024);
            laid.words = event::words().collect();
            know(&joined(&laid.words, " "));
        }
        let Laid { items, texts, memory, .. } = &mut laid;
        let (deepest, longest, overhang) = (MAX_DEPTH, MAX_TEXT_LENGTH as u32, OVERHANG as u32);
        let (to, room, text, bytes) = (items.as_mut_ptr(), items.len(), texts.as_mut_ptr(), texts.len());
        let needed = lay(from, most, deepest, longest, overhang, memory, to, room, text, bytes);
        if needed > 0.0 {
            laid.make_room((needed % BYTES) as usize, (needed / BYTES) as usize);
            let Laid { items, texts, memory, .. } = &mut laid;
            put(memory, items.as_mut_ptr(), items.len(), texts.as_mut_ptr(), texts.len());
        }
        laid
    }

    fn make_room(&mut self, items: usize, bytes: usize) {
        if items > self.items.len() {
            self.items = vec![0.0; items];
        }
        if bytes > self.texts.len() {
            self.texts = vec![0; bytes];
        }
    }

    fn tree(&self) -> Result<Tree<'_>, Flaw> {
        Layout { items: &self.items, texts: &self.texts, words: &self.words }.tree()
    }
}

/// What a JSON text holds, by the browser's own parser.
pub(super) fn json(text: &str) -> Result<JsValue, Flaw> {
    // What the parser says quotes the text, which may be a customer's.
    host::parse_json(&JsValue::from_str(text)).map_err(|_| Flaw::new("is no JSON"))
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

/// What of it has not been read yet.
struct Layout<'de> {
    items: &'de [f64],
    texts: &'de [u8],
    words: &'de [&'static str],
}

impl<'de> Layout<'de> {
    /// The word of a number below 0.
    fn word(&self, number: f64) -> &'static str {
        self.words.get((-1.0 - number) as usize).copied().unwrap_or_default()
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
        let tag = self.item();
        if tag < 0.0 { self.word(tag) } else { self.cut() }
    }

    /// As much of the texts as the next item says.
    fn cut(&mut self) -> &'de str {
        let bytes = self.item() as usize;
        let (text, rest) = self.texts.split_at_checked(bytes).unwrap_or_default();
        self.texts = rest;
        str::from_utf8(text).unwrap_or_default()
    }

    /// The next value. It is not deeper than `layout.js` was told.
    fn tree(&mut self) -> Result<Tree<'de>, Flaw> {
        let tag = self.item();
        if tag < 0.0 {
            return Ok(Tree::Text(self.word(tag).into()));
        }
        Ok(match Tag::ALL.get(tag as usize).copied().unwrap_or(Tag::End) {
            Tag::Absent | Tag::Null => Tree::Null,
            Tag::False => Tree::Flag(false),
            Tag::True => Tree::Flag(true),
            Tag::Number => {
                let number = self.item();
                if !number.is_finite() {
                    return Err(Flaw::new(format!("is `{}`, give a finite number", decimal(number))));
                }
                Tree::Number(number)
            }
            Tag::Text => Tree::Text(self.cut().into()),
            Tag::List => {
                let mut list = Vec::new();
                while !self.over() {
                    list.push(self.tree().map_err(|flaw| flaw.under(&list.len().to_string()))?);
                }
                Tree::List(list)
            }
            Tag::Object => {
                // As many as an event usually has.
                let mut fields = Vec::with_capacity(5);
                while !self.over() {
                    let name = self.text();
                    fields.push((name.into(), self.tree().map_err(|flaw| flaw.under(name))?));
                }
                Tree::Object(fields)
            }
            Tag::TooLong => return Err(Flaw::new(format!("is longer than {MAX_TEXT_LENGTH} characters"))),
            Tag::TooDeep => return Err(Flaw::new("is nested too deep")),
            Tag::TooMany => return Err(Flaw::new("has too many parts")),
            Tag::Threw => return Err(Flaw::new(format!("cannot be read, it threw `{}`", self.text()))),
            _ => return Err(Flaw::new("is no data")),
        })
    }

    /// Whether a list or an object ends here; if so, moves on past the end.
    fn over(&mut self) -> bool {
        let over = self.items.first().is_none_or(|item| *item == Tag::End.number());
        if over {
            self.item();
        }
        over
    }
}
