//! A scorer of the page: a `ProxyScorer`, a function, or an object with a method `score`. One mechanism for all.

use js_sys::Function;
use wasm_bindgen::prelude::*;

use super::deadline::Deadline;
use super::error::{Unscored, refused};
use super::host::{self, AbortController};
use super::{read, write};
use crate::error::{Error, ErrorCode};
use crate::event::Failure;
use crate::json::decimal;
use crate::scoring::{ScoreReply, ScoreRequest};

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Scores one message; rejects where it cannot, and gives up when `signal` says so. */
export type ScoreFunction = (
    request: ScoreRequest,
    init: { signal: AbortSignal },
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

pub(super) struct Scorer {
    this: JsValue,
    score: Function,
    timeout: f64,
}

impl Scorer {
    /// The scorer in the options of a conversation; none for `undefined` and `null`.
    pub(super) fn from_option(given: JsValue) -> Result<Option<Self>, Error> {
        if given.is_undefined() || given.is_null() {
            return Ok(None);
        }
        let timeout = match host::property(&given, "timeoutMs") {
            timeout if timeout.is_undefined() => DEFAULT_TIMEOUT,
            timeout => checked_timeout("scorer.timeoutMs", timeout.as_f64())?,
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
        Ok(Some(Scorer { this, score, timeout }))
    }

    /// Asks for one score, under the deadline and until the controller aborts.
    pub(super) async fn ask(
        &self,
        request: &ScoreRequest,
        controller: &AbortController,
    ) -> Result<ScoreReply, Unscored> {
        let signal = controller.signal().map_err(Unscored::from_thrown)?;
        let deadline = Deadline::start(self.timeout, &signal)?;
        let request = write::value(request).map_err(Unscored::from_thrown)?;
        let init = write::object(&[("signal", &signal)]);
        let answer = deadline.wait_for(self.score.call2(&self.this, &request, &init)).await?;
        // What exactly is wrong is not told: an answer may quote the customer.
        read::value(&answer).map_err(|_| {
            Unscored::new(Failure::Malformed, "the scorer's answer is not a score with its four fields, each in range")
        })
    }
}

/// A deadline in milliseconds that a timer can keep.
pub(super) fn checked_timeout(name: &str, milliseconds: Option<f64>) -> Result<f64, Error> {
    milliseconds.filter(|milliseconds| (1.0..=MAX_TIMEOUT).contains(milliseconds)).ok_or_else(|| {
        refused(ErrorCode::InvalidOptions, format!("`{name}` must be a number from 1 to {}", decimal(MAX_TIMEOUT)))
    })
}
