//! A JavaScript value as a Rust value, by way of the tree that every type of this crate is read from.
//!
//! Not by `serde_wasm_bindgen::from_value`, for three reasons: it looks only at the keys a struct knows, so
//! `deny_unknown_fields` never sees a misspelt option; what a getter throws would pass through Rust frames; and
//! a text has to be cut to the cap before it is copied into wasm memory, which never shrinks.

use js_sys::{JsString, Reflect};
use serde::de::DeserializeOwned;
use serde_json::{Map, Number, Value};
use wasm_bindgen::prelude::*;

use super::host;
use crate::MAX_TEXT_LENGTH;

/// How deep a value may be nested.
const MAX_DEPTH: u32 = 32;
/// How many values there may be in one, so that nobody's mistake stalls the page.
const MAX_VALUES: u32 = 20_000;

/// The value, or what is wrong with it. A property that is `undefined` is absent; what JSON cannot hold is
/// refused; a property named `text` or `message` is cut to the cap.
pub(super) fn value<T: DeserializeOwned>(from: &JsValue) -> Result<T, String> {
    let tree = Reader { left: MAX_VALUES }.value(from, "", 0).map_err(|fault| fault.message())?;
    serde_json::from_value(tree.unwrap_or_default()).map_err(|error| error.to_string())
}

/// A text cut to one UTF-16 unit more than is scored, so that the core still sees that it was longer. `None`
/// if it is no string.
pub(super) fn text(from: &JsValue) -> Option<String> {
    if !from.is_string() {
        return None;
    }
    let text: &JsString = from.unchecked_ref();
    let cap = MAX_TEXT_LENGTH as u32 + 1;
    if text.length() > cap { text.slice(0, cap).as_string() } else { text.as_string() }
}

/// What is wrong, and where.
struct Fault {
    path: String,
    what: String,
}

impl Fault {
    fn new(what: impl Into<String>) -> Self {
        Fault { path: String::new(), what: what.into() }
    }

    fn thrown(error: &JsValue) -> Self {
        let said = host::property(error, "message").as_string().unwrap_or_default();
        Fault::new(format!("cannot be read, it threw `{said}`"))
    }

    fn under(mut self, key: &str) -> Self {
        self.path = if self.path.is_empty() { key.to_owned() } else { format!("{key}.{}", self.path) };
        self
    }

    fn message(&self) -> String {
        if self.path.is_empty() { format!("it {}", self.what) } else { format!("`{}` {}", self.path, self.what) }
    }
}

struct Reader {
    left: u32,
}

impl Reader {
    fn value(&mut self, from: &JsValue, key: &str, depth: u32) -> Result<Option<Value>, Fault> {
        self.left = self.left.checked_sub(1).ok_or_else(|| Fault::new("has too many parts"))?;
        if from.is_string() {
            string(from, key).map(Some)
        } else if let Some(value) = from.as_f64() {
            number(value).map(Some)
        } else if from.is_undefined() {
            Ok(None)
        } else if from.is_null() {
            Ok(Some(Value::Null))
        } else if let Some(flag) = from.as_bool() {
            Ok(Some(Value::Bool(flag)))
        } else if !from.is_object() {
            Err(Fault::new("is no data"))
        } else if depth == MAX_DEPTH {
            Err(Fault::new("is nested too deep"))
        } else if host::is_array(from).map_err(|error| Fault::thrown(&error))? {
            self.list(from, depth + 1).map(Some)
        } else {
            self.object(from, depth + 1).map(Some)
        }
    }

    fn list(&mut self, from: &JsValue, depth: u32) -> Result<Value, Fault> {
        let length = host::property(from, "length").as_f64().unwrap_or_default() as u32;
        let mut list = Vec::new();
        for index in 0..length {
            let item =
                self.property(from, &index.into(), "", depth).map_err(|fault| fault.under(&index.to_string()))?;
            list.push(item.unwrap_or_default());
        }
        Ok(Value::Array(list))
    }

    fn object(&mut self, from: &JsValue, depth: u32) -> Result<Value, Fault> {
        let keys = host::keys(from).map_err(|error| Fault::thrown(&error))?;
        let mut object = Map::new();
        for index in 0..keys.length() {
            let name = keys.get(index);
            // A key is cut like a text: nothing this long is a key of anything.
            let key = text(&name).unwrap_or_default();
            if let Some(value) = self.property(from, &name, &key, depth).map_err(|fault| fault.under(&key))? {
                object.insert(key, value);
            }
        }
        Ok(Value::Object(object))
    }

    fn property(&mut self, of: &JsValue, name: &JsValue, key: &str, depth: u32) -> Result<Option<Value>, Fault> {
        let value = Reflect::get(of, name).map_err(|error| Fault::thrown(&error))?;
        self.value(&value, key, depth)
    }
}

fn string(from: &JsValue, key: &str) -> Result<Value, Fault> {
    let is_text = matches!(key, "text" | "message");
    if !is_text && from.unchecked_ref::<JsString>().length() as usize > MAX_TEXT_LENGTH {
        return Err(Fault::new(format!("is longer than {MAX_TEXT_LENGTH} characters")));
    }
    Ok(text(from).into())
}

fn number(number: f64) -> Result<Value, Fault> {
    // A whole number as an integer, so that a count can be read from it.
    if number.fract() == 0.0 && number.abs() <= js_sys::Number::MAX_SAFE_INTEGER {
        return Ok((number as i64).into());
    }
    let read = Number::from_f64(number).map(Value::Number);
    read.ok_or_else(|| Fault::new(format!("is `{number}`, give a finite number")))
}
