//! A policy from an address, with the last good one to fall back on.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, JsString, Promise};
use wasm_bindgen::prelude::*;

use super::arguments;
use super::attempt::Attempt;
use super::error::error;
use super::host::{self, Answer, Request};
use super::write;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** `T` as TypeScript reads it from a JSON file: where only certain words may stand, it sees any text. */
export type AsJson<T> = T extends string
    ? string
    : T extends readonly (infer Item)[]
      ? AsJson<Item>[]
      : T extends object
        ? { [Key in keyof T]: AsJson<T[Key]> }
        : T;

/** A policy that is imported from a JSON file. What it says is checked where it is used. */
export type PolicyDocument = AsJson<Policy>;

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
    #[wasm_bindgen(unchecked_optional_param_type = "{ fallback?: PolicyChoice }")] options: &JsValue,
) -> Promise {
    let fallback = match host::property(options, "fallback") {
        given if given.is_undefined() => JsValue::from_str("balanced"),
        given => given,
    };
    if let Err(refused) = arguments::policy(&fallback) {
        return Promise::reject(&refused.into());
    }
    let (promise, resolve) = match host::deferred() {
        Ok(deferred) => deferred,
        Err(thrown) => return Promise::reject(&thrown),
    };
    let asked = Asked { url, fallback, resolve };
    match asked.fetch() {
        Ok((attempt, answer)) => {
            let again = attempt.clone();
            let next = move |answer: Result<JsValue, _>| match asked.text_of(answer.ok()) {
                Ok(text) => again.wait_for(text, Box::new(move |text| asked.end(asked.policy_in(text.ok())))),
                Err(problem) => asked.end(Err(problem)),
            };
            attempt.wait_for(answer, Box::new(next));
        }
        Err(problem) => asked.end(Err(problem)),
    }
    promise
}

/// Who waits for a policy, and where it is.
struct Asked {
    url: String,
    fallback: JsValue,
    resolve: Function,
}

impl Asked {
    fn unreachable(&self, why: &str) -> JsValue {
        error("policy-unreachable", &format!("there is no policy at `{}`: {why}", self.url))
    }

    /// Asks for it; `fetch` may have thrown.
    fn fetch(&self) -> Result<(Rc<Attempt>, Result<JsValue, JsValue>), JsValue> {
        let request = Request::of(&self.url, &JsValue::UNDEFINED).map_err(|_| self.unreachable("it is no address"))?;
        let attempt = Attempt::new()?;
        attempt.stop_after(TIMEOUT);
        Ok((attempt, host::fetch(&request)))
    }

    /// Asks an answer for its text; it may have thrown.
    fn text_of(&self, answer: Option<JsValue>) -> Result<Result<JsValue, JsValue>, JsValue> {
        let answer: Answer = answer.ok_or_else(|| self.unreachable("nothing answered in time"))?.unchecked_into();
        let status = answer.status().ok().and_then(|status| status.as_f64()).unwrap_or_default();
        if !(200.0..300.0).contains(&status) {
            return Err(self.unreachable("the answer is no success"));
        }
        Ok(answer.text())
    }

    /// The policy that was sent.
    fn policy_in(&self, text: Option<JsValue>) -> Result<JsValue, JsValue> {
        let text = text.ok_or_else(|| self.unreachable("the answer broke off"))?;
        let text = text.dyn_into::<JsString>().ok().filter(|text| text.length() <= MAX_LENGTH);
        let text = text.ok_or_else(|| self.unreachable("the answer is too long"))?;
        let document = host::parse_json(&text).map_err(|_| error("invalid-policy", "the policy is no JSON"))?;
        if !document.is_object() {
            return Err(error("invalid-policy", "the policy is no object"));
        }
        arguments::policy(&document)?;
        Ok(document)
    }

    /// Gives the policy, or what stands for it.
    fn end(&self, fetched: Result<JsValue, JsValue>) {
        let loaded = match fetched {
            Ok(policy) => {
                self.remember(&policy);
                write::object(&[("policy", &policy), ("source", &"url".into())])
            }
            Err(problem) => {
                let last = LAST_GOOD
                    .with_borrow(|known| known.iter().find(|(from, _)| *from == self.url).map(|(_, it)| it.clone()));
                let (policy, source) =
                    last.map_or_else(|| (self.fallback.clone(), "fallback"), |policy| (policy, "last-good"));
                write::object(&[("policy", &policy), ("source", &source.into()), ("error", &problem)])
            }
        };
        let _ = self.resolve.call1(&JsValue::UNDEFINED, &loaded);
    }

    fn remember(&self, policy: &JsValue) {
        LAST_GOOD.with_borrow_mut(|known| {
            known.retain(|(from, _)| *from != self.url);
            if known.len() == MAX_REMEMBERED {
                known.remove(0);
            }
            known.push((self.url.clone(), policy.clone()));
        });
    }
}
