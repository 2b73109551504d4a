//! A JavaScript value as a Rust value, by way of JSON.
//!
//! Not by `serde_wasm_bindgen::from_value`, for three reasons: it looks only at the keys a struct knows, so
//! `deny_unknown_fields` never sees a misspelt option; what a getter throws would pass through Rust frames; and
//! a text has to be cut to the cap before it is copied into wasm memory, which never shrinks.

use std::cell::Cell;

use js_sys::JsString;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::host;
use crate::MAX_TEXT_LENGTH;

/// How many values there may be in one, so that nobody's mistake stalls the page.
const MAX_VALUES: u32 = 20_000;

/// The value, or what is wrong with it. A property that is `undefined` is absent; what JSON cannot hold is
/// refused; a property named `text` or `message` is cut to the cap.
pub(super) fn value<T: DeserializeOwned>(from: &JsValue) -> Result<T, String> {
    let read = Cell::new(0);
    let json = host::stringify(from, &mut |key, value| {
        read.set(read.get() + 1);
        if read.get() > MAX_VALUES { Err("it has too many parts".into()) } else { json_value(&key, value) }
    });
    let json = json.map_err(|thrown| {
        let said = thrown.as_string().or_else(|| host::property(&thrown, "message").as_string());
        said.map_or_else(|| "it cannot be read".to_owned(), |said| said.lines().next().unwrap_or_default().to_owned())
    })?;
    let json = json.as_string().ok_or("it is no data")?;
    crate::from_json(&well_formed(json)).map_err(|error| {
        // Nobody has seen the line and the column that it names.
        let message = error.to_string();
        message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message).to_owned()
    })
}

/// `JSON.stringify` writes half of a character of two as an escape, and serde_json refuses that; a text with
/// one must be read all the same, as it is where a string is copied into wasm memory directly.
fn well_formed(json: String) -> String {
    if !json.contains("\\ud") {
        return json;
    }
    let mut whole = String::with_capacity(json.len());
    let mut rest = json.as_str();
    while let Some((before, escape)) = rest.split_once('\\') {
        whole.push_str(before);
        whole.push('\\');
        if let Some(after) = escape.strip_prefix("ud").and_then(|digits| digits.get(3..)) {
            whole.push_str("ufffd");
            rest = after;
        } else {
            let mut escape = escape.chars();
            whole.extend(escape.next());
            rest = escape.as_str();
        }
    }
    whole.push_str(rest);
    whole
}

/// A text cut to one UTF-16 unit more than is scored, so that the core still sees that it was longer. `None`
/// if it is no string.
pub(super) fn text(from: &JsValue) -> Option<String> {
    if from.is_string() { cut(from.unchecked_ref()).as_string() } else { None }
}

fn cut(text: &JsString) -> JsString {
    let cap = MAX_TEXT_LENGTH as u32 + 1;
    if text.length() > cap { text.slice(0, cap) } else { text.clone() }
}

/// What stands in the JSON for a value.
fn json_value(key: &JsValue, value: JsValue) -> Result<JsValue, JsValue> {
    if let Some(number) = value.as_f64() {
        // `JSON.stringify` would make it `null`, and an optional field of it absent.
        return if number.is_finite() {
            Ok(value)
        } else {
            refuse(key, &format!("is `{number}`, give a finite number"))
        };
    }
    if !value.is_string() {
        // `JSON.stringify` would leave it out.
        return if value.is_function() || value.is_symbol() { refuse(key, "is no data") } else { Ok(value) };
    }
    let text: &JsString = value.unchecked_ref();
    if text.length() as usize <= MAX_TEXT_LENGTH {
        Ok(value)
    } else if matches!(key.as_string().as_deref(), Some("text" | "message")) {
        Ok(cut(text).into())
    } else {
        refuse(key, &format!("is longer than {MAX_TEXT_LENGTH} characters"))
    }
}

fn refuse(key: &JsValue, what: &str) -> Result<JsValue, JsValue> {
    Err(format!("`{}` {what}", key.as_string().unwrap_or_default()).into())
}
