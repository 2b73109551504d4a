//! The arguments of the exported methods, read and checked before anything is changed.

use std::rc::Rc;

use js_sys::{JsString, Object};
use wasm_bindgen::prelude::*;

use super::caller::Caller;
use super::endpoint::Endpoint;
use super::error::refused;
use super::scorer::Scorer;
use super::{host, read};
use crate::conversation::Options;
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::policy::Policy;
use crate::reading::{Fields, Read, Reading};
use crate::snapshot::{MAX_SNAPSHOT_LENGTH, Snapshot};
use crate::tree::Tree;

/// What may be said of a message besides its text.
#[derive(Debug, Default, tsify::Tsify)]
pub(super) struct MessageExtra {
    /// The message's id; made up where there is none.
    #[tsify(optional)]
    pub(super) id: Option<String>,
    /// When it was written, in milliseconds since the epoch or the start; now unless told.
    #[tsify(optional)]
    pub(super) at: Option<f64>,
}

impl Read for MessageExtra {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::only(tree, "an object", &["id", "at"], reading);
        MessageExtra { id: fields.take("id", None), at: fields.take("at", None) }
    }
}

/// The text of a message.
pub(super) fn text(given: &JsValue) -> Result<String, Error> {
    read::text(given).ok_or_else(|| refused(ErrorCode::InvalidEvent, "the text of a message must be a string"))
}

/// What was said besides the text.
pub(super) fn extra(given: &JsValue) -> Result<MessageExtra, Error> {
    if given.is_undefined() || given.is_null() {
        Ok(MessageExtra::default())
    } else if given.is_object() {
        read::value(given).map_err(|fault| refused(ErrorCode::InvalidEvent, fault))
    } else {
        Err(refused(ErrorCode::InvalidEvent, "what is said besides the text must be an object"))
    }
}

/// An event.
pub(super) fn event(given: &JsValue) -> Result<Event, Error> {
    if !given.is_object() {
        return Err(refused(ErrorCode::InvalidEvent, "an event must be an object with a `type`"));
    }
    read::value(given).map_err(|fault| {
        let code = if fault.within("score") { ErrorCode::InvalidScore } else { ErrorCode::InvalidEvent };
        refused(code, fault)
    })
}

/// What a conversation is given.
pub(super) struct Given {
    pub(super) policy: Policy,
    pub(super) options: Options,
    pub(super) scorer: Option<Rc<Caller>>,
    pub(super) log: Option<Endpoint>,
    pub(super) packet: Option<Endpoint>,
}

/// The options of a conversation, the policy they choose, and what is no data: the scorer and the endpoints.
pub(super) fn options(given: &JsValue) -> Result<Given, Error> {
    let invalid = |problem: String| refused(ErrorCode::InvalidOptions, problem);
    if !given.is_object() && !given.is_undefined() && !given.is_null() {
        return Err(invalid("the options must be an object".into()));
    }
    // A copy that is ours to change; every getter has been asked once.
    let options = host::assign(&Object::new(), given).map_err(|_| invalid("the options cannot be read".into()))?;
    let scorer = Scorer::from_option(host::property(&options, "scorer"))?;
    host::set(&options, "scorer", &JsValue::UNDEFINED);
    let policy = policy(&host::property(&options, "policy"))?;
    host::set(&options, "policy", &JsValue::UNDEFINED);
    let endpoint = |name: &str| {
        let endpoint = Endpoint::from_option(name, &host::property(&options, name));
        host::set(&options, name, &JsValue::UNDEFINED);
        endpoint
    };
    let (log, packet) = (endpoint("log")?, endpoint("packet")?);
    let options = read::value(&options).map_err(|fault| invalid(fault.into()))?;
    Ok(Given { policy, options, scorer, log, packet })
}

/// A snapshot.
pub(super) fn snapshot(given: &JsValue) -> Result<Snapshot, Error> {
    // It stays outside of the engine's memory, which never shrinks.
    if given.dyn_ref::<JsString>().is_none_or(|text| text.length() as usize > MAX_SNAPSHOT_LENGTH) {
        return Err(Snapshot::refused("it is no text, or too long"));
    }
    let parsed = host::parse_json(given).map_err(|_| Snapshot::refused("it is no JSON"))?;
    read::snapshot(&parsed).map_err(Snapshot::refused)
}

/// A policy: a preset by its name, or a document.
pub(super) fn policy(given: &JsValue) -> Result<Policy, Error> {
    let name = given.as_string().or_else(|| given.is_undefined().then(|| Policy::DEFAULT.to_owned()));
    let document = match name {
        Some(name) => read::json(Policy::preset_text(&name)?),
        None if given.is_object() => Ok(given.clone()),
        None => return Err(refused(ErrorCode::InvalidOptions, "`policy` must be the name of a preset or a document")),
    };
    document.and_then(|document| read::value(&document)).map_err(|fault| refused(ErrorCode::InvalidPolicy, fault))
}
