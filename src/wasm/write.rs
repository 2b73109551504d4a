//! Rust values as JavaScript values: plain objects all the way down.

use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::error::{INVALID_ARGUMENT, error};

/// The value as JavaScript would read it from JSON.
pub(super) fn value<T: Serialize>(from: &T) -> Result<JsValue, JsValue> {
    #[cfg(not(feature = "serde-wasm-bindgen"))]
    let written = super::writer::object(from);
    #[cfg(feature = "serde-wasm-bindgen")]
    let written = from.serialize(&serde_wasm_bindgen::Serializer::json_compatible());
    // No value of this crate has a shape that cannot be written.
    written.map_err(|_| error(INVALID_ARGUMENT, "it cannot be written"))
}

/// The value as JSON text, by the browser's own writer.
pub(super) fn json<T: Serialize>(from: &T) -> Result<String, JsValue> {
    js_sys::JSON::stringify(&value(from)?).map(String::from)
}

/// An object with these properties.
pub(super) fn object(properties: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        // Setting a property of a fresh object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), value);
    }
    object.into()
}
