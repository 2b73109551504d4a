//! The scorer behind `POST /v1/score`.

use std::collections::BTreeMap;

use gloo_net::http::{Headers, Request};
use js_sys::{JsString, Promise};
use serde::Deserialize;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;
use web_sys::{AbortSignal, RequestCredentials};

use super::deadline::Deadline;
use super::error::{INVALID_ARGUMENT, Unscored, error, refused};
use super::host::{self, AbortController, Answer};
use super::scorer::checked_timeout;
use super::{read, write};
use crate::error::{Error, ErrorCode};
use crate::event::Failure;
use crate::scoring::{ScoreReply, ScoreRequest};
use crate::words::cut_text;

/// The longest reply that is read, in bytes.
const MAX_REPLY: f64 = 65_536.0;
/// The deadline where none is given, in milliseconds.
const DEFAULT_TIMEOUT: f64 = 4_000.0;

/// Whether cookies go along.
#[derive(Debug, Clone, Copy, Deserialize, tsify::Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Never.
    Omit,
    /// To the page's own origin; the default.
    SameOrigin,
    /// Always.
    Include,
}

/// How to reach the scoring proxy.
#[derive(Debug, Deserialize, tsify::Tsify)]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct ProxyScorerOptions {
    /// The address of the scoring endpoint, relative or absolute.
    url: String,
    /// How long a score may take, in milliseconds, from the call to the last byte; 4,000 unless told.
    #[tsify(optional)]
    timeout_ms: Option<f64>,
    /// Headers to send along.
    #[serde(default)]
    #[tsify(optional, type = "Record<string, string>")]
    headers: BTreeMap<String, String>,
    /// Whether cookies go along.
    #[tsify(optional)]
    credentials: Option<Credentials>,
}

/// Scores messages by the scoring proxy. One serves many conversations.
#[wasm_bindgen]
#[derive(Debug)]
pub struct ProxyScorer {
    url: String,
    timeout: f64,
    headers: web_sys::Headers,
    credentials: RequestCredentials,
}

#[wasm_bindgen]
impl ProxyScorer {
    /// A scorer that asks the proxy at `url`.
    ///
    /// Throws a `SimmerdownError` with code `invalid-options` for options that cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_param_type = "ProxyScorerOptions")] options: &JsValue,
    ) -> Result<ProxyScorer, JsValue> {
        if !options.is_object() {
            return Err(refuse("a proxy scorer needs options, at least a `url`").into());
        }
        let options: ProxyScorerOptions = read::value(options).map_err(refuse)?;
        // The browser's own parser has the last word on what an address is.
        if options.url.is_empty() || web_sys::Request::new_with_str(&options.url).is_err() {
            return Err(refuse(format!("`url` is `{}`, give an address that can be fetched", options.url)).into());
        }
        Ok(ProxyScorer {
            timeout: options
                .timeout_ms
                .map_or(Ok(DEFAULT_TIMEOUT), |timeout| checked_timeout("timeoutMs", Some(timeout)))?,
            headers: checked_headers(&options.headers)?,
            credentials: match options.credentials {
                Some(Credentials::Omit) => RequestCredentials::Omit,
                Some(Credentials::Include) => RequestCredentials::Include,
                Some(Credentials::SameOrigin) | None => RequestCredentials::SameOrigin,
            },
            url: options.url,
        })
    }

    /// The address of the scoring endpoint, as it was given.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// How long a score may take, in milliseconds.
    #[wasm_bindgen(getter, js_name = timeoutMs)]
    pub fn timeout_ms(&self) -> f64 {
        self.timeout
    }

    /// Asks the proxy for the score of one message.
    ///
    /// Rejects with a `SimmerdownError` whose code says why: `timeout`, `offline`, `cancelled`, `http`,
    /// `malformed` or `rate-limited`.
    #[wasm_bindgen(unchecked_return_type = "Promise<ScoreReply>")]
    pub fn score(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ScoreRequest")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "{ signal?: AbortSignal }")] init: &JsValue,
    ) -> Promise {
        let call = read::value::<ScoreRequest>(request)
            .map_err(|problem| error(INVALID_ARGUMENT, &format!("the request cannot be used: {problem}")))
            .and_then(|request| self.call(request, &host::property(init, "signal")).map_err(JsValue::from));
        match call {
            Ok(call) => future_to_promise(async move { write::value(&call.run().await?) }),
            Err(error) => Promise::reject(&error),
        }
    }
}

impl ProxyScorer {
    fn call(&self, request: ScoreRequest, signal: &JsValue) -> Result<Call, Unscored> {
        let request = ScoreRequest { message: cut_text(&request.message).to_owned(), ..request };
        let headers = web_sys::Headers::new_with_headers(&self.headers).map_err(Unscored::from_thrown)?;
        headers.set("content-type", "application/json").map_err(Unscored::from_thrown)?;
        let controller = AbortController::new().map_err(Unscored::from_thrown)?;
        let own_signal = controller.signal().map_err(Unscored::from_thrown)?;
        let body = write::json(&request).map_err(Unscored::from_thrown)?;
        let request = Request::post(&self.url)
            .headers(Headers::from_raw(headers))
            .credentials(self.credentials)
            .abort_signal(own_signal.dyn_ref::<AbortSignal>())
            .body(body)
            .map_err(|problem| Unscored::new(Failure::Http, format!("no request can be made: {problem}")))?;
        Ok(Call { request: request.into(), controller, deadline: Deadline::start(self.timeout, signal)? })
    }
}

/// One request on its way.
struct Call {
    request: web_sys::Request,
    controller: AbortController,
    deadline: Deadline,
}

impl Call {
    async fn run(self) -> Result<ScoreReply, Unscored> {
        let reply = self.exchange().await;
        if reply.is_err() {
            // Whatever of the exchange is still going on serves nobody.
            let _ = self.controller.abort();
        }
        reply
    }

    async fn exchange(&self) -> Result<ScoreReply, Unscored> {
        // gloo-net's own `send` and `text` end the whole instance when a patched `fetch` rejects with something
        // that is no `Error` or resolves to something that is no `Response`; so the call is made here.
        let answer: Answer = self.deadline.wait_for(host::fetch(&self.request)).await?.unchecked_into();
        let status = answer.status().ok().and_then(|status| status.as_f64());
        let status = status
            .filter(|_| host::property(&answer, "text").is_function())
            .ok_or_else(|| malformed("`fetch` gave something that is no response"))?;
        match status as u16 {
            200..=299 => {}
            429 => return Err(Unscored::new(Failure::RateLimited, "the proxy asks to slow down")),
            other => return Err(Unscored::new(Failure::Http, format!("the proxy answered with status {other}"))),
        }
        let declared = answer.headers().ok().and_then(|headers| declared_length(&headers));
        if declared.is_some_and(|length| length > MAX_REPLY) {
            return Err(malformed("the proxy's answer is too long"));
        }
        let body = self.deadline.wait_for(answer.text()).await?;
        let body = body.dyn_into::<JsString>().map_err(|_| malformed("the proxy's answer is no text"))?;
        if f64::from(body.length()) > MAX_REPLY {
            return Err(malformed("the proxy's answer is too long"));
        }
        read::json(&String::from(body))
            .and_then(|reply| read::value(&reply))
            .map_err(|_| malformed("the proxy's answer is not a score"))
    }
}

fn declared_length(headers: &JsValue) -> Option<f64> {
    let headers = headers.dyn_ref::<web_sys::Headers>()?;
    headers.get("content-length").ok()??.parse::<u64>().ok().map(|length| length as f64)
}

fn malformed(message: &str) -> Unscored {
    Unscored::new(Failure::Malformed, message)
}

fn checked_headers(given: &BTreeMap<String, String>) -> Result<web_sys::Headers, Error> {
    let headers = web_sys::Headers::new().map_err(|_| refuse("this browser has no `Headers`"))?;
    for (name, value) in given {
        headers.set(name, value).map_err(|_| refuse(format!("`headers` cannot hold `{name}`")))?;
    }
    Ok(headers)
}

fn refuse(message: impl Into<String>) -> Error {
    refused(ErrorCode::InvalidOptions, message)
}
