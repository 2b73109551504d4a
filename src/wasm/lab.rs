//! What the demo's policy panel and lab page call, beside the package's own exports. The package is built without it.

use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::prelude::*;

use super::conversation::Conversation;
use super::error::refused;
use super::{host, write};
use crate::error::{Error, ErrorCode};
use crate::lab::{Filter, redecide};
use crate::policy::{Edit, Fault, Policy, Threshold};

/// A log in memory, and what policies make of it.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct Lab {
    core: std::cell::RefCell<crate::lab::Lab>,
}

fn argument<T: DeserializeOwned>(given: &JsValue) -> Result<T, Error> {
    let text = host::write_json(given).ok().and_then(|text| text.as_string()).unwrap_or_default();
    crate::from_json(&text).map_err(|fault| refused(ErrorCode::InvalidOptions, fault.to_string()))
}

#[wasm_bindgen]
impl Lab {
    /// An empty lab.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Lab {
        Lab::default()
    }

    /// A file begins.
    pub fn open(&self, name: &str) {
        self.core.borrow_mut().open(name);
    }

    /// The next bytes of the file.
    pub fn feed(&self, bytes: &[u8]) {
        self.core.borrow_mut().feed(bytes);
    }

    /// Ends the reading, and says what has been read.
    pub fn settle(&self) -> Result<JsValue, JsValue> {
        Ok(write::value(&self.core.borrow_mut().settle()))
    }

    /// Begins to judge every conversation by one policy document, beside another.
    pub fn begin(&self, policy: &str, before: &str) -> Result<(), JsValue> {
        let (policy, before) = (Policy::from_json(policy)?, Policy::from_json(before)?);
        self.core.borrow_mut().begin(policy, before);
        Ok(())
    }

    /// Judges up to `count` more, and says how many are left.
    pub fn step(&self, count: usize) -> usize {
        self.core.borrow_mut().step(count)
    }

    /// The report on what has been judged so far.
    pub fn report(&self) -> Result<JsValue, JsValue> {
        Ok(write::value(&self.core.borrow().report()))
    }

    /// The conversations that a filter lets through.
    pub fn rows(&self, filter: &JsValue, from: usize, count: usize) -> Result<JsValue, JsValue> {
        let filter: Filter = argument(filter)?;
        Ok(write::value(&self.core.borrow().rows(filter, from, count)))
    }

    /// The conversation at a place, under both policies.
    pub fn timeline(&self, place: usize) -> Result<JsValue, JsValue> {
        Ok(write::value(&self.core.borrow().timeline(place)))
    }
}

/// A policy with its numbers.
#[derive(Serialize)]
struct Shown {
    /// The document.
    policy: Option<String>,
    /// Its numbers, in order.
    thresholds: Vec<Threshold>,
    /// What is wrong, where something is.
    faults: Vec<Told>,
}

/// What is wrong, and where.
#[derive(Serialize)]
struct Told {
    path: String,
    message: String,
}

/// The numbers of a policy document, once `edits` have been made: a list of `{ path, value }`.
#[wasm_bindgen(js_name = editPolicy)]
pub fn edit_policy(document: &str, edits: &JsValue) -> Result<JsValue, JsValue> {
    let edits: Vec<Edit> = argument(edits)?;
    let edited = Policy::read_json(document).and_then(|policy| policy.edited(&edits));
    let told = |Fault { path, message }| Told { path, message };
    let shown = match edited {
        Ok(policy) => Shown { policy: policy.to_document().ok(), thresholds: policy.thresholds(), faults: Vec::new() },
        Err(faults) => Shown { policy: None, thresholds: Vec::new(), faults: faults.into_iter().map(told).collect() },
    };
    Ok(write::value(&shown))
}

/// The document of a preset.
#[wasm_bindgen(js_name = presetDocument)]
pub fn preset_document(name: &str) -> Result<String, JsValue> {
    Ok(Policy::preset_text(name)?.to_owned())
}

#[wasm_bindgen]
impl Conversation {
    /// What has happened so far, judged by another policy from the beginning: one point a customer message.
    pub fn redecide(&self, policy: &str) -> Result<JsValue, JsValue> {
        Ok(write::value(&redecide(&self.recorded(), Policy::from_json(policy)?)?))
    }
}
