//! The scoring alone, for the benchmarks: a page scores a message by telling it to a conversation. The package is built
//! without it.

use wasm_bindgen::prelude::*;

use super::write;
use crate::on_device;

/// The on-device score of a text as an object; null in a language it was not made for.
#[wasm_bindgen(js_name = scoreOf)]
pub fn score_of(text: &str) -> JsValue {
    on_device::score(text, None).map_or(JsValue::NULL, |score| write::value(&score))
}
