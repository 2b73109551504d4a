//! The arguments of the exported methods, read and checked before anything is changed.

use js_sys::{Object, Reflect};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::error::refused;
use super::scorer::Scorer;
use super::{host, read};
use crate::conversation::{Options, PolicyChoice};
use crate::error::{Error, ErrorCode};
use crate::event::Event;
use crate::policy::Policy;
use crate::score::SentimentScore;

/// What may be said of a message besides its text.
#[derive(Debug, Default, Deserialize, tsify::Tsify)]
#[serde(deny_unknown_fields, expecting = "an object")]
pub(super) struct MessageExtra {
    /// The message's id; made up where there is none.
    #[tsify(optional)]
    pub(super) id: Option<String>,
    /// When it was written, in milliseconds since the epoch or the start; now unless told.
    #[tsify(optional)]
    pub(super) at: Option<f64>,
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
        read::value(given).map_err(|problem| refused(ErrorCode::InvalidEvent, problem))
    } else {
        Err(refused(ErrorCode::InvalidEvent, "what is said besides the text must be an object"))
    }
}

/// An event.
pub(super) fn event(given: &JsValue) -> Result<Event, Error> {
    if !given.is_object() {
        return Err(refused(ErrorCode::InvalidEvent, "an event must be an object with a `type`"));
    }
    let event = own(given).map_err(|problem| refused(ErrorCode::InvalidEvent, problem))?;
    read::value(&event).map_err(|problem| {
        let score = host::property(&event, "score");
        let score = if score.is_undefined() { None } else { read::value::<SentimentScore>(&score).err() };
        score.map_or(refused(ErrorCode::InvalidEvent, problem), |problem| refused(ErrorCode::InvalidScore, problem))
    })
}

/// The options of a conversation, and the scorer, which is no data.
pub(super) fn options(given: &JsValue) -> Result<(Options, Option<Scorer>), Error> {
    if given.is_undefined() || given.is_null() {
        return Ok((Options::default(), None));
    }
    let invalid = |problem: String| refused(ErrorCode::InvalidOptions, problem);
    if !given.is_object() {
        return Err(invalid("the options must be an object".into()));
    }
    let options = own(given).map_err(invalid)?;
    let scorer = Scorer::from_option(host::property(&options, "scorer"))?;
    set(&options, "scorer", &JsValue::UNDEFINED);
    // A document is read by itself: of the choice between a name and a document serde can only say that
    // neither fits.
    let policy = host::property(&options, "policy");
    if !policy.is_object() {
        return Ok((read::value(&options).map_err(invalid)?, scorer));
    }
    set(&options, "policy", &JsValue::UNDEFINED);
    let policy: Policy = read::value(&policy).map_err(|problem| refused(ErrorCode::InvalidPolicy, problem))?;
    let options: Options = read::value(&options).map_err(invalid)?;
    Ok((Options { policy: PolicyChoice::Document(Box::new(policy)), ..options }, scorer))
}

/// A copy that is ours to change; every getter has been asked once.
fn own(given: &JsValue) -> Result<Object, String> {
    host::assign(&Object::new(), given).map_err(|_| "it cannot be read".into())
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of an object of our own cannot fail.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
