//! The scorer behind `POST /v1/score`.

use crate::names::named;
use crate::pairs::Pairs;
use std::cell::Cell;
use std::fmt;
use std::mem;
use std::rc::Rc;

use js_sys::{Function, JsString, Object, Promise, Uint8Array};
use wasm_bindgen::prelude::*;

use super::attempt::Attempt;
use super::borrow::RefCell;
use super::caller::{Caller, Job, Report};
use super::error::{INVALID_ARGUMENT, Unscored, error, refused};
use super::host::{self, Answer, Body, BodyReader, Request};
use super::scorer::checked_timeout;
use super::{read, write};
use crate::error::{Error, ErrorCode};
use crate::event::Failure;
use crate::reading::{Fields, Read, Reading};
use crate::redact::Redaction;
use crate::scoring::{CallLimits, Head, MAX_REPLY, Outcome, ScoreReply, ScoreRequest};
use crate::tree::Tree;

/// The deadline where none is given, in milliseconds.
const DEFAULT_TIMEOUT: f64 = 4_000.0;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
export interface ProxyScorerOptions {
    /**
     * Gives the short-lived token that the site's own server has minted; sent as `Authorization: Bearer`. Asked
     * before the first call, and again once when the proxy refuses the token with 401.
     */
    token?: () => string | Promise<string>;
}

/** How a `ProxyScorer` is asked. */
export interface ScoreInit {
    /** Gives the call up. */
    signal?: AbortSignal;
    /** Whether the texts are as they shall be sent; otherwise personal data in them becomes placeholders. */
    redacted?: boolean;
}
"#;

/// Whether cookies go along.
#[derive(Debug, Clone, Copy, tsify::Tsify)]
#[serde(rename_all = "kebab-case")]
pub enum Credentials {
    /// Never.
    Omit,
    /// To the page's own origin; the default.
    SameOrigin,
    /// Always.
    Include,
}

named!(Credentials { Omit "omit", SameOrigin "same-origin", Include "include" });

/// How to reach the scoring proxy.
#[derive(Debug, tsify::Tsify)]
#[serde(rename_all = "camelCase")]
pub struct ProxyScorerOptions {
    /// The address of the scoring endpoint, relative or absolute.
    url: String,
    /// How long a score may take, in milliseconds, from the call to the last byte; 4,000 unless told.
    #[tsify(optional)]
    timeout_ms: Option<f64>,
    /// Headers to send along.
    #[tsify(optional, type = "Record<string, string>")]
    headers: Pairs<String, String>,
    /// Whether cookies go along.
    #[tsify(optional)]
    credentials: Option<Credentials>,
}

impl Read for ProxyScorerOptions {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let names = ["url", "timeoutMs", "headers", "credentials"];
        let mut fields = Fields::only(tree, "an object", &names, reading);
        ProxyScorerOptions {
            url: fields.needed("url", String::new()),
            timeout_ms: fields.take("timeoutMs", None),
            headers: fields.take("headers", Pairs::new()),
            credentials: fields.take("credentials", None),
        }
    }
}

/// Scores messages by the scoring proxy. One serves many conversations.
///
/// It retries within its deadline, a budget and a circuit breaker, and says in a typed error why a score did not
/// come.
#[wasm_bindgen]
pub struct ProxyScorer {
    proxy: Rc<Proxy>,
    caller: Rc<Caller>,
}

/// The proxy, and how to reach it.
struct Proxy {
    url: String,
    timeout: f64,
    headers: web_sys::Headers,
    credentials: Credentials,
    token: Option<Function>,
    /// The promise of the token in use, and its number.
    minted: RefCell<Option<Promise>>,
    number: Cell<u32>,
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
        // A copy that is ours to change; every getter has been asked once.
        let own = host::assign(&Object::new(), options).map_err(|_| refuse("the options cannot be read"))?;
        let token = host::property(&own, "token");
        host::set(&own, "token", &JsValue::UNDEFINED);
        let token = match token.dyn_into::<Function>() {
            Ok(token) => Some(token),
            Err(other) if other.is_undefined() || other.is_null() => None,
            Err(_) => return Err(refuse("`token` must be a function that gives a token or the promise of one").into()),
        };
        let options: ProxyScorerOptions = read::value(&own).map_err(refuse)?;
        let timeout =
            options.timeout_ms.map_or(Ok(DEFAULT_TIMEOUT), |timeout| checked_timeout("timeoutMs", Some(timeout)))?;
        let headers = checked_headers(&options.headers)?;
        // The browser's own parser has the last word on what an address is. Last, since it depends on the page around.
        if options.url.is_empty() || Request::of(&options.url, &JsValue::UNDEFINED).is_err() {
            return Err(refuse(format!("`url` is `{}`, give an address that can be fetched", options.url)).into());
        }
        let proxy = Rc::new(Proxy {
            timeout,
            headers,
            credentials: options.credentials.unwrap_or(Credentials::SameOrigin),
            url: options.url,
            token,
            minted: RefCell::default(),
            number: Cell::default(),
        });
        let limits = CallLimits { renews: proxy.token.is_some(), ..CallLimits::proxy(timeout) };
        let asked = proxy.clone();
        let send = move |job: Rc<Job>, attempt: Rc<Attempt>, report: Report| {
            let exchange = Exchange { proxy: asked.clone(), job, attempt, number: 0, reader: None, bytes: Vec::new() };
            exchange.go_on(Exchange::begin, Ok(JsValue::UNDEFINED), report);
        };
        Ok(ProxyScorer { proxy, caller: Caller::new(limits, Box::new(send)) })
    }

    /// The address of the scoring endpoint, as it was given.
    #[wasm_bindgen(getter)]
    pub fn url(&self) -> String {
        self.proxy.url.clone()
    }

    /// How long a score may take, in milliseconds.
    #[wasm_bindgen(getter, js_name = timeoutMs)]
    pub fn timeout_ms(&self) -> f64 {
        self.proxy.timeout
    }

    /// Asks the proxy for the score of one message.
    ///
    /// Rejects with a `SimmerdownError` whose code says why: `timeout`, `offline`, `cancelled`, `http`,
    /// `malformed`, `rate-limited` or `circuit-open`.
    #[wasm_bindgen(unchecked_return_type = "Promise<ScoreReply>")]
    pub fn score(
        &self,
        #[wasm_bindgen(unchecked_param_type = "ScoreRequest")] request: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ScoreInit")] init: &JsValue,
    ) -> Promise {
        let mut request = match read::value::<ScoreRequest>(request) {
            Ok(request) => request,
            Err(problem) => {
                return Promise::reject(&error(INVALID_ARGUMENT, &format!("the request cannot be used: {problem}")));
            }
        };
        let redacted = host::property(init, "redacted").is_truthy();
        request.redact(if redacted { Redaction::NONE } else { Redaction::ALL });
        let signal = Some(host::property(init, "signal")).filter(JsValue::is_object);
        let is_aborted = signal.as_ref().is_some_and(|signal| host::property(signal, "aborted").is_truthy());
        if is_aborted {
            return Promise::reject(&Unscored::cancelled().into());
        }
        let (promise, resolve) = match host::deferred() {
            Ok(deferred) => deferred,
            Err(thrown) => return Promise::reject(&thrown),
        };
        let done = move |result: Result<ScoreReply, Unscored>| {
            let reply = match result {
                Ok(reply) => write::value(&reply),
                // Resolving with a promise that rejects is rejecting.
                Err(unscored) => Promise::reject(&unscored.into()).into(),
            };
            let _ = resolve.call1(&JsValue::UNDEFINED, &reply);
        };
        self.caller.ask(Rc::new(request), signal.as_ref(), Box::new(done));
        promise
    }
}

impl fmt::Debug for ProxyScorer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyScorer").field("url", &self.proxy.url).finish_non_exhaustive()
    }
}

/// An attempt that brought no score.
struct Failed {
    outcome: Outcome,
    unscored: Unscored,
}

impl From<Unscored> for Failed {
    fn from(unscored: Unscored) -> Self {
        Failed { outcome: Outcome::of(unscored.failure), unscored }
    }
}

impl From<JsValue> for Failed {
    fn from(thrown: JsValue) -> Self {
        Unscored::from_thrown(thrown).into()
    }
}

/// An attempt at the proxy, under way.
struct Exchange {
    proxy: Rc<Proxy>,
    job: Rc<Job>,
    attempt: Rc<Attempt>,
    /// The number of the token that is waited for.
    number: u32,
    /// What reads the body, and what it has read.
    reader: Option<BodyReader>,
    bytes: Vec<u8>,
}

/// What is done with what was waited for.
type Step = fn(&mut Exchange, Result<JsValue, Unscored>) -> Result<Then, Failed>;

/// What comes after a step.
enum Then {
    /// This is waited for, and goes to that step.
    Wait(Result<JsValue, JsValue>, Step),
    Scored(ScoreReply),
}

impl Exchange {
    fn go_on(mut self, step: Step, given: Result<JsValue, Unscored>, report: Report) {
        match step(&mut self, given) {
            Ok(Then::Wait(promise, step)) => {
                let attempt = self.attempt.clone();
                attempt.wait_for(promise, Box::new(move |given| self.go_on(step, given, report)));
            }
            Ok(Then::Scored(reply)) => report((Outcome::Scored, Ok(reply))),
            Err(failed) => report((failed.outcome, Err(failed.unscored))),
        }
    }

    /// Waits for the token, if any is needed. Calls that need one at the same time share it.
    fn begin(&mut self, _: Result<JsValue, Unscored>) -> Result<Then, Failed> {
        let proxy = &self.proxy;
        let Some(mint) = &proxy.token else { return self.send(None) };
        let kept = proxy.minted.borrow().clone();
        let refused = *self.job.refused_token.borrow() == Some(proxy.number.get());
        let promise = if let Some(promise) = kept.filter(|_| !refused) {
            promise
        } else {
            let promise = mint.call0(&JsValue::UNDEFINED).and_then(|token| host::promise(&token))?;
            proxy.number.set(proxy.number.get().wrapping_add(1));
            proxy.minted.replace(Some(promise.clone()));
            promise
        };
        self.number = proxy.number.get();
        self.job.sent_token.replace(Some(self.number));
        Ok(Then::Wait(Ok(promise.into()), Exchange::minted))
    }

    fn minted(&mut self, token: Result<JsValue, Unscored>) -> Result<Then, Failed> {
        if token.is_err() && self.number == self.proxy.number.get() {
            // Neither a failure nor a promise that is waited for too long is kept.
            self.proxy.minted.take();
        }
        let token = token?.as_string().filter(|token| !token.is_empty());
        self.send(Some(token.ok_or_else(|| Unscored::new(Failure::Http, "`token` gave no token"))?))
    }

    fn send(&self, token: Option<String>) -> Result<Then, Failed> {
        let headers = web_sys::Headers::new_with_headers(&self.proxy.headers)?;
        headers.set("content-type", "application/json")?;
        if let Some(token) = token {
            headers.set("authorization", &format!("Bearer {token}"))?;
        }
        let signal = self.attempt.signal()?;
        let init = host::post(&headers, &write::json(&*self.job.request)?, ("signal", &signal));
        host::set(&init, "credentials", &self.proxy.credentials.as_str().into());
        let request = Request::of(&self.proxy.url, &init)?;
        Ok(Then::Wait(host::fetch(&request), Exchange::answered))
    }

    fn answered(&mut self, answer: Result<JsValue, Unscored>) -> Result<Then, Failed> {
        let answer: Answer = answer?.unchecked_into();
        let status = answer.status().ok().and_then(|status| status.as_f64());
        let status = status
            .filter(|_| host::property(&answer, "text").is_function())
            .ok_or_else(|| malformed("`fetch` gave something that is no response"))?;
        let status = status as u16;
        let headers = answer.headers().ok();
        let header = |name: &str| {
            let headers = headers.as_ref()?.dyn_ref::<web_sys::Headers>()?;
            headers.get(name).ok()?
        };
        let (kind, length, wait) = (header("content-type"), header("content-length"), header("retry-after"));
        let head = Head {
            status,
            content_type: kind.as_deref(),
            content_length: length.as_deref(),
            retry_after: wait.as_deref(),
        };
        if let Some(outcome) = head.outcome(host::now()) {
            let unscored = match outcome {
                Outcome::Failed { failure: failure @ Failure::RateLimited, .. } => Unscored::of(failure),
                Outcome::Failed { failure: Failure::Malformed, .. } => too_long(),
                _ => Unscored::new(Failure::Http, format!("the proxy answered with status {status}")),
            };
            return Err(Failed { outcome, unscored });
        }
        let stream = host::property(&answer, "body");
        if !host::property(&stream, "getReader").is_function() {
            return Ok(Then::Wait(answer.text(), Exchange::told));
        }
        let reader = stream.unchecked_ref::<Body>().reader()?;
        let part = reader.read();
        self.reader = Some(reader);
        Ok(Then::Wait(part, Exchange::part))
    }

    /// The text of an answer, no more of it than a score can be long.
    fn told(_: &mut Exchange, text: Result<JsValue, Unscored>) -> Result<Then, Failed> {
        let text = text?.dyn_into::<JsString>().map_err(|_| no_text())?;
        if text.length() > MAX_REPLY {
            return Err(too_long().into());
        }
        scored(&String::from(text))
    }

    /// A part of its body.
    fn part(&mut self, part: Result<JsValue, Unscored>) -> Result<Then, Failed> {
        let part = part?;
        let Some(reader) = self.reader.as_ref().filter(|_| !host::property(&part, "done").is_truthy()) else {
            return scored(&String::from_utf8(mem::take(&mut self.bytes)).map_err(|_| no_text())?);
        };
        let part = host::property(&part, "value").dyn_into::<Uint8Array>().map_err(|_| no_text())?;
        if self.bytes.len() + part.length() as usize > MAX_REPLY as usize {
            let _ = reader.cancel();
            return Err(too_long().into());
        }
        self.bytes.extend(part.to_vec());
        Ok(Then::Wait(reader.read(), Exchange::part))
    }
}

fn scored(body: &str) -> Result<Then, Failed> {
    let reply = read::json(body.strip_prefix('\u{feff}').unwrap_or(body)).and_then(|reply| read::value(&reply));
    reply.map(Then::Scored).map_err(|_| malformed("the proxy's answer is not a score").into())
}

fn too_long() -> Unscored {
    malformed("the proxy's answer is too long")
}

fn no_text() -> Unscored {
    malformed("the proxy's answer is no text")
}

fn malformed(message: &str) -> Unscored {
    Unscored::new(Failure::Malformed, message)
}

pub(super) fn checked_headers(given: &Pairs<String, String>) -> Result<web_sys::Headers, Error> {
    let headers = web_sys::Headers::new().map_err(|_| refuse("this browser has no `Headers`"))?;
    for (name, value) in given {
        headers.set(name, value).map_err(|_| refuse(format!("`headers` cannot hold `{name}`")))?;
    }
    Ok(headers)
}

fn refuse(message: impl Into<String>) -> Error {
    refused(ErrorCode::InvalidOptions, message)
}
