//! How values cross between Rust and JavaScript: laid out as numbers and one text, so that one call takes a whole
//! value across; a call for every property and every text takes most of the time of a decision.
//!
//! The other half is `layout.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/wasm/layout.js")]
extern "C" {
    /// Lays a value out: at most so many values, so deep, and texts of so many UTF-16 units; those that are cut
    /// instead of refused, by so many units more. Puts it where [`put`] does, and returns what that does. Never throws.
    #[allow(clippy::too_many_arguments, reason = "an object for them would be made for each call")]
    pub(super) fn lay(
        value: &JsValue,
        most: u32,
        deepest: u32,
        longest: u32,
        overhang: u32,
        memory: &JsValue,
        items: *mut f64,
        items_room: usize,
        texts: *mut u8,
        texts_room: usize,
    ) -> f64;

    /// From now on [`lay`] writes each of these words, a blank between them, as a number below 0: -1 for the first, and
    /// so on.
    pub(super) fn know(words: &str);

    /// Puts what was laid out last into this memory: its items, and behind one another its texts in UTF-8. Returns 0,
    /// or the room that is needed where there is less: so many items, and [`BYTES`] times the bytes of the texts.
    pub(super) fn put(memory: &JsValue, items: *mut f64, items_room: usize, texts: *mut u8, texts_room: usize) -> f64;
}

/// More than the items of any value.
pub(super) const BYTES: f64 = 16_777_216.0;

/// The structures that are made most often: `layout.js` knows their fields, and they are laid out without names.
pub(super) const STRUCTS: [&str; 5] = ["Decision", "Evidence", "Sentiment", "Tone", "ToneHint"];

/// A name in this program's own data, shorter than this in bytes, is a number below 0 in the place of a tag: its
/// address times this, and its length.
pub(super) const LONGEST_NAME: usize = 64;

/// What stands before each value; the numbers are those of `layout.js`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    Absent,
    Null,
    False,
    True,
    /// The number.
    Number,
    /// Its length, and so much of the texts: on the way out in UTF-16 units, on the way in in bytes.
    Text,
    /// Values up to an end.
    List,
    /// Names or texts, each with a value, up to an end.
    Object,
    /// Its place in [`STRUCTS`], and the value of each of its fields, or absent.
    Struct,
    End,
    /// A place; the text that is kept there.
    Kept,
    /// A place and a text, which is kept there.
    Keep,
    /// Why the value could not be laid out; nothing follows but, where it threw, a text.
    NoData,
    TooLong,
    TooDeep,
    TooMany,
    Threw,
}

impl Tag {
    /// Every tag, each at the place of its number.
    pub(super) const ALL: [Tag; 17] = {
        use Tag::{
            Absent, End, False, Keep, Kept, List, NoData, Null, Number, Object, Struct, Text, Threw, TooDeep, TooLong,
            TooMany, True,
        };
        [
            Absent, Null, False, True, Number, Text, List, Object, Struct, End, Kept, Keep, NoData, TooLong, TooDeep,
            TooMany, Threw,
        ]
    };

    pub(super) const fn number(self) -> f64 {
        self as u8 as f64
    }
}
