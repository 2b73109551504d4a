//! A policy from an address, with the last good one to fall back on.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{JsString, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use super::arguments;
use super::attempt::Attempt;
use super::error::error;
use super::host::{self, Answer, Request};
use super::write;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** Where a policy came from, and why not from its address. */
export interface LoadedPolicy {
    /** The policy, for the options of a conversation. */
    readonly policy: "balanced" | "article" | Policy;
    /** Its address; the last good one that came from there; or the fallback. */
    readonly source: "url" | "last-good" | "fallback";
    /** What was wrong with what the address gave: `policy-unreachable` or `invalid-policy`. Absent when nothing was. */
    readonly error?: SimmerdownError;
}
"#;

/// How long the address may take, in milliseconds.
const TIMEOUT: f64 = 5_000.0;
/// The longest policy that is read, in UTF-16 code units.
const MAX_LENGTH: u32 = 262_144;
/// Addresses whose last good policy is remembered.
const MAX_REMEMBERED: usize = 8;

thread_local! {
    /// The last good policy of each address, the newest last.
    static LAST_GOOD: RefCell<Vec<(String, JsValue)>> = const { RefCell::new(Vec::new()) };
}

/// Loads a policy document. An address that cannot be reached, or gives no valid policy, is no reason to be without
/// one: the last good policy from there is given instead, or else the fallback, and what was wrong is said. Never
/// rejects for that; it rejects with `invalid-policy` or `unknown-policy` where the fallback itself cannot be used.
#[wasm_bindgen(js_name = loadPolicy, unchecked_return_type = "Promise<LoadedPolicy>")]
pub fn load_policy(
    url: String,
    #[wasm_bindgen(unchecked_optional_param_type = "{ fallback?: \"balanced\" | \"article\" | Policy }")]
    options: &JsValue,
) -> Promise {
    let fallback = match host::property(options, "fallback") {
        given if given.is_undefined() => JsValue::from_str("balanced"),
        given => given,
    };
    if let Err(refused) = arguments::policy(&fallback) {
        return Promise::reject(&refused.into());
    }
    future_to_promise(async move {
        let problem = match fetched(&url).await {
            Ok(policy) => {
                remember(&url, &policy);
                return Ok(write::object(&[("policy", &policy), ("source", &"url".into())]));
            }
            Err(problem) => problem,
        };
        let last = LAST_GOOD.with_borrow(|known| known.iter().find(|(from, _)| *from == url).map(|(_, it)| it.clone()));
        let (policy, source) = last.map_or((fallback, "fallback"), |policy| (policy, "last-good"));
        Ok(write::object(&[("policy", &policy), ("source", &source.into()), ("error", &problem)]))
    })
}

fn remember(url: &str, policy: &JsValue) {
    LAST_GOOD.with_borrow_mut(|known| {
        known.retain(|(from, _)| from != url);
        if known.len() == MAX_REMEMBERED {
            known.remove(0);
        }
        known.push((url.to_owned(), policy.clone()));
    });
}

async fn fetched(url: &str) -> Result<JsValue, JsValue> {
    let unreachable = |why: &str| error("policy-unreachable", &format!("there is no policy at `{url}`: {why}"));
    let request = Request::of(url, &JsValue::UNDEFINED).map_err(|_| unreachable("it is no address"))?;
    let attempt = Rc::new(Attempt::new()?);
    let late = Rc::downgrade(&attempt);
    host::later(TIMEOUT, move || {
        if let Some(attempt) = late.upgrade() {
            attempt.stop();
        }
    });
    let answer = attempt.wait_for(host::fetch(&request)).await.map_err(|_| unreachable("nothing answered in time"))?;
    let answer: Answer = answer.unchecked_into();
    let status = answer.status().ok().and_then(|status| status.as_f64()).unwrap_or_default();
    if !(200.0..300.0).contains(&status) {
        return Err(unreachable("the answer is no success"));
    }
    let body = attempt.wait_for(answer.text()).await.map_err(|_| unreachable("the answer broke off"))?;
    let text = body.dyn_into::<JsString>().ok().filter(|text| text.length() <= MAX_LENGTH);
    let text = text.ok_or_else(|| unreachable("the answer is too long"))?;
    let document = host::parse_json(&text).map_err(|_| error("invalid-policy", "the policy is no JSON"))?;
    if !document.is_object() {
        return Err(error("invalid-policy", "the policy is no object"));
    }
    arguments::policy(&document)?;
    Ok(document)
}
