//! An address of the host that takes JSON by `POST`: the audit log, the handoff packet.

use crate::pairs::Pairs;

use wasm_bindgen::prelude::*;

use super::attempt::Attempt;
use super::error::refused;
use super::host::{self, Answer, Request};
use super::proxy_scorer::checked_headers;
use super::read;
use crate::error::{Error, ErrorCode};
use crate::reading::{Fields, Read, Reading};
use crate::tree::Tree;

/// How long one attempt may take, in milliseconds.
const TIMEOUT: f64 = 10_000.0;

/// An address that takes JSON by `POST`.
#[derive(Debug, tsify::Tsify)]
pub struct EndpointOptions {
    /// The address, relative or absolute.
    url: String,
    /// Headers to send along.
    #[tsify(optional, type = "Record<string, string>")]
    headers: Pairs<String, String>,
}

impl Read for EndpointOptions {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::only(tree, "an object with a `url`", &["url", "headers"], reading);
        EndpointOptions { url: fields.needed("url", String::new()), headers: fields.take("headers", Pairs::new()) }
    }
}

#[derive(Clone)]
pub(super) struct Endpoint {
    url: String,
    headers: web_sys::Headers,
    /// Whether there are headers of the host's own, which a beacon cannot carry.
    own_headers: bool,
}

impl Endpoint {
    /// The endpoint of an option; none for `undefined` and `null`.
    pub(super) fn from_option(name: &str, given: &JsValue) -> Result<Option<Self>, Error> {
        if given.is_undefined() || given.is_null() {
            return Ok(None);
        }
        let invalid = |problem: String| refused(ErrorCode::InvalidOptions, format!("`{name}` {problem}"));
        let options: EndpointOptions = read::value(given).map_err(|fault| invalid(fault.into()))?;
        let headers = checked_headers(&options.headers)?;
        if options.url.is_empty() || Request::of(&options.url, &JsValue::UNDEFINED).is_err() {
            return Err(invalid("has a `url` that cannot be fetched".into()));
        }
        let json = headers.set("content-type", "application/json");
        json.map_err(|_| invalid("cannot be reached from this browser".into()))?;
        Ok(Some(Endpoint { url: options.url, headers, own_headers: !options.headers.is_empty() }))
    }

    fn request(&self, body: &str, attempt: &Attempt) -> Option<Request> {
        Request::of(&self.url, &host::post(&self.headers, body, ("signal", &attempt.signal().ok()?))).ok()
    }

    /// Posts a body; `done` is told the status of the answer, none where there was none.
    pub(super) fn post(&self, body: String, done: impl FnOnce(Option<u16>) + 'static) {
        let Ok(attempt) = Attempt::new() else { return done(None) };
        let (this, begun) = (self.clone(), attempt.clone());
        // In a microtask: nobody's `fetch` is called from inside of the call that has something to send.
        begun.wait_for(
            Ok(JsValue::UNDEFINED),
            Box::new(move |_| {
                attempt.stop_after(TIMEOUT);
                let request = this.request(&body, &attempt).ok_or(JsValue::UNDEFINED);
                attempt.wait_for(
                    request.and_then(|request| host::fetch(&request)),
                    Box::new(move |answer| {
                        let status =
                            answer.ok().and_then(|answer| answer.unchecked_ref::<Answer>().status().ok()?.as_f64());
                        done(status.map(|status| status as u16));
                    }),
                );
            }),
        );
    }

    /// Posts a body from a page that goes: nobody hears of the answer any more.
    pub(super) fn post_last(&self, body: &str) {
        if !self.own_headers && host::beacon(&self.url, body) {
            return;
        }
        let url = JsValue::from_str(&self.url);
        let _ = host::fetch_last(&url, &host::post(&self.headers, body, ("keepalive", &JsValue::TRUE)));
    }
}
