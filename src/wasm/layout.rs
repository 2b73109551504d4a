//! How values cross between Rust and JavaScript: laid out as numbers and one text, so that one call takes a whole
//! value across; a call for every property and every text takes most of the time of a decision.
//!
//! The other half is `layout.js`.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/wasm/layout.js")]
extern "C" {
    /// Lays a value out: at most so many values, so deep, and texts of so many UTF-16 units; those that are cut
    /// instead of refused, by so many units more. Never throws.
    pub(super) fn lay(value: &JsValue, most: u32, deepest: u32, longest: u32, overhang: u32) -> Vec<f64>;

    /// The texts of what was laid out last, each with an end of line behind it.
    #[wasm_bindgen(js_name = laidText)]
    pub(super) fn laid_text() -> String;
}

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
    /// Its length in UTF-16 units; the next so many of the text.
    Text,
    /// Values up to an end.
    List,
    /// Names or texts, each with a value, up to an end.
    Object,
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
    pub(super) const ALL: [Tag; 16] = {
        use Tag::{
            Absent, End, False, Keep, Kept, List, NoData, Null, Number, Object, Text, Threw, TooDeep, TooLong, TooMany,
            True,
        };
        [
            Absent, Null, False, True, Number, Text, List, Object, End, Kept, Keep, NoData, TooLong, TooDeep, TooMany,
            Threw,
        ]
    };

    pub(super) const fn number(self) -> f64 {
        self as u8 as f64
    }
}
