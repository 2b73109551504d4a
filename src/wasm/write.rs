//! Rust values as JavaScript values: plain objects all the way down.

use js_sys::Object;
use serde::Serialize;
use wasm_bindgen::prelude::*;

use super::host;

/// The value as JavaScript would read it from JSON.
pub(super) fn value<T: Serialize>(from: &T) -> JsValue {
    #[cfg(not(feature = "serde-wasm-bindgen"))]
    return super::writer::object(from, false);
    #[cfg(feature = "serde-wasm-bindgen")]
    from.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or_default()
}

/// As [`value`], for what comes again and again and holds nothing that a customer said: its texts are kept.
pub(super) fn recurring<T: Serialize>(from: &T) -> JsValue {
    #[cfg(not(feature = "serde-wasm-bindgen"))]
    return super::writer::object(from, true);
    #[cfg(feature = "serde-wasm-bindgen")]
    value(from)
}

/// The value as JSON text, by the browser's own writer.
pub(super) fn json<T: Serialize>(from: &T) -> Result<String, JsValue> {
    let text = host::write_json(&value(from))?;
    Ok(text.as_string().unwrap_or_default())
}

/// An object with these properties.
pub(super) fn object(properties: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        host::set(&object, name, value);
    }
    object.into()
}
