//! A scorer of the page: a `ProxyScorer`, a function, or an object with a method `score`. One mechanism for all.

use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::attempt::Attempt;
use super::caller::{Caller, Job, Report, brought};
use super::error::{Unscored, refused};
use super::{host, read, write};
use crate::error::{Error, ErrorCode};
use crate::event::Failure;
use crate::json::decimal;
use crate::scoring::CallLimits;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Scores one message; rejects where it cannot, and gives up when `signal` says so. */
export type ScoreFunction = (
    request: ScoreRequest,
    init: { signal: AbortSignal; redacted: true },
) => Promise<SentimentScore | ScoreReply>;

/** What scores messages: a `ProxyScorer`, a function, or an object with a method `score`. */
export type Scorer = ScoreFunction | {
    score: ScoreFunction;
    /** How long a score may take, in milliseconds; 10,000 where it does not say. */
    readonly timeoutMs?: number;
};
"#;

/// How long a scorer may take that does not say, in milliseconds.
const DEFAULT_TIMEOUT: f64 = 10_000.0;
/// The longest deadline, ten minutes; far below where `setTimeout` wraps around.
const MAX_TIMEOUT: f64 = 600_000.0;

/// How much longer a scorer is waited for that says how long it may take, in milliseconds: it knows better why its
/// time ran out.
const GRACE: f64 = 100.0;

/// The scorer of a conversation.
pub(super) struct Scorer;

impl Scorer {
    /// The scorer in the options of a conversation; none for `undefined` and `null`.
    pub(super) fn from_option(given: JsValue) -> Result<Option<Rc<Caller>>, Error> {
        if given.is_undefined() || given.is_null() {
            return Ok(None);
        }
        let timeout = match host::property(&given, "timeoutMs") {
            timeout if timeout.is_undefined() => DEFAULT_TIMEOUT,
            timeout => checked_timeout("scorer.timeoutMs", timeout.as_f64())? + GRACE,
        };
        let (this, score) = match given.dyn_into::<Function>() {
            Ok(score) => (JsValue::UNDEFINED, score),
            Err(given) => match host::property(&given, "score").dyn_into::<Function>() {
                Ok(score) => (given, score),
                Err(_) => {
                    return Err(refused(
                        ErrorCode::InvalidOptions,
                        "`scorer` must be a ProxyScorer, an async function, or an object with such a method `score`",
                    ));
                }
            },
        };
        let send = move |job: Rc<Job>, attempt: Rc<Attempt>, report: Report| {
            let answer = attempt.signal().and_then(|signal| {
                let request = write::value(&*job.request);
                let init = write::object(&[("signal", &signal), ("redacted", &JsValue::TRUE)]);
                score.call2(&this, &request, &init)
            });
            let next = move |answer: Result<JsValue, Unscored>| {
                // What exactly is wrong is not told: an answer may quote the customer.
                let malformed = "the scorer's answer is not a score with its four fields, each in range";
                let malformed = |_| Unscored::new(Failure::Malformed, malformed);
                report(brought(answer.and_then(|answer| read::value(&answer).map_err(malformed))));
            };
            attempt.wait_for(answer, Box::new(next));
        };
        Ok(Some(Caller::new(CallLimits::function(timeout), Box::new(send))))
    }
}

/// A deadline in milliseconds that a timer can keep.
pub(super) fn checked_timeout(name: &str, milliseconds: Option<f64>) -> Result<f64, Error> {
    milliseconds.filter(|milliseconds| (1.0..=MAX_TIMEOUT).contains(milliseconds)).ok_or_else(|| {
        refused(ErrorCode::InvalidOptions, format!("`{name}` must be a number from 1 to {}", decimal(MAX_TIMEOUT)))
    })
}
