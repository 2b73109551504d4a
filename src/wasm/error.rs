//! The one conversion of errors: whatever is refused reaches JavaScript as an `Error` with a stable `code`.

use wasm_bindgen::prelude::*;

use super::host;
use crate::error::{Error, ErrorCode};
use crate::event::Failure;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** What kind of thing went wrong; stable, meant to be compared. */
export type ErrorCode =
    | "not-initialised"
    | "engine-unavailable"
    | "engine-restarted"
    | "engine-stopped"
    | "log-ended"
    | "packet-undelivered"
    | "pack-unavailable"
    | "policy-unreachable"
    | "invalid-argument"
    | "invalid-score"
    | "invalid-event"
    | "invalid-options"
    | "invalid-policy"
    | "unknown-policy"
    | "invalid-record"
    | "invalid-answer"
    | "invalid-snapshot"
    | "expired-snapshot"
    | Failure;

/** Every error this package throws, rejects with or reports. */
export interface SimmerdownError extends Error {
    /** Tells these errors from others, also across frames, where `instanceof` does not. */
    readonly name: "SimmerdownError";
    /** What kind of thing went wrong. */
    readonly code: ErrorCode;
    /** What the browser said, where it said anything. */
    readonly cause?: unknown;
}
"#;

/// A call of an exported function that its own types rule out.
pub(super) const INVALID_ARGUMENT: &str = "invalid-argument";

/// An `Error` named `SimmerdownError`.
pub(super) fn error(code: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name("SimmerdownError");
    host::set(&error, "code", &JsValue::from_str(code));
    error.into()
}

impl From<Error> for JsValue {
    fn from(refused: Error) -> JsValue {
        error(refused.code().as_str(), refused.message())
    }
}

/// A value of the wrong shape, refused under a code of the core.
pub(super) fn refused(code: ErrorCode, message: impl Into<String>) -> Error {
    Error::new(code, message)
}

/// A scoring call that gave no score: why, and what the browser said.
pub(super) struct Unscored {
    pub(super) failure: Failure,
    message: String,
    cause: JsValue,
}

impl Unscored {
    pub(super) fn new(failure: Failure, message: impl Into<String>) -> Self {
        Unscored { failure, message: message.into(), cause: JsValue::UNDEFINED }
    }

    /// A failure that no attempt brought.
    pub(super) fn of(failure: Failure) -> Self {
        Unscored::new(
            failure,
            match failure {
                Failure::Timeout => "no score came in time, the on-device score stands",
                Failure::Offline => "the browser is offline",
                Failure::Cancelled => "the scoring call was given up",
                Failure::RateLimited => "the scorer asked to slow down",
                Failure::CircuitOpen => "the scorer failed again and again, it is not asked for a while",
                Failure::Http | Failure::Malformed => "the scoring call failed",
            },
        )
    }

    pub(super) fn cancelled() -> Self {
        Unscored::of(Failure::Cancelled)
    }

    /// What a rejection or an exception means; it can be any value at all.
    pub(super) fn from_thrown(thrown: JsValue) -> Self {
        let text = |name: &str| host::property(&thrown, name).as_string();
        let own = text("code").as_deref().and_then(Failure::parse);
        let failure = own.unwrap_or_else(|| match text("name").as_deref() {
            Some("TimeoutError") => Failure::Timeout,
            Some("AbortError") => Failure::Cancelled,
            _ if host::is_offline() => Failure::Offline,
            _ => Failure::Http,
        });
        let said = text("message").or_else(|| thrown.as_string()).unwrap_or_default();
        let message = match (own, failure) {
            (Some(_), _) if !said.is_empty() => said,
            (_, Failure::Offline) => "the browser is offline".into(),
            (_, Failure::Timeout) => "the scorer gave up waiting".into(),
            (_, Failure::Cancelled) => "the scoring call was aborted".into(),
            _ if said.is_empty() => "the scoring call failed".into(),
            _ => format!("the scoring call failed: {said}"),
        };
        Unscored { failure, message, cause: thrown }
    }
}

impl From<Unscored> for JsValue {
    fn from(unscored: Unscored) -> JsValue {
        // An error of ours that was thrown by a `ProxyScorer` is passed on as it is.
        if host::property(&unscored.cause, "name").as_string().as_deref() == Some("SimmerdownError") {
            return unscored.cause;
        }
        let error = error(unscored.failure.as_str(), &unscored.message);
        if !unscored.cause.is_undefined() {
            host::set(&error, "cause", &unscored.cause);
        }
        error
    }
}
