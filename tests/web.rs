//! The binding in a real browser: conversions, patched globals, the end of a conversation.
//!
//! `www/test/package.test.mjs` calls the same classes from JavaScript with JavaScript's own values; what stands
//! here is what is easier to compare with the core from Rust.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod article;

use js_sys::{Array, Function, JSON, Object, Promise, Reflect};
use serde_json::{Value, json};
use simmerdown::wasm::{Conversation, ProxyScorer};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const ANGRY: &str = "This is the third time I'm asking. Nothing works, this is useless!!";

/// A JavaScript value from JSON.
fn js(value: Value) -> JsValue {
    JSON::parse(&value.to_string()).unwrap()
}

/// JSON from a JavaScript value.
fn rust(value: &JsValue) -> Value {
    serde_json::from_str(&String::from(JSON::stringify(value).unwrap())).unwrap()
}

fn get(of: &JsValue, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap()
}

fn function(arguments: &str, body: &str) -> Function {
    Function::new_with_args(arguments, body)
}

#[wasm_bindgen(module = "/www/package/journal.js")]
extern "C" {
    /// The journal that the package gives to every conversation.
    #[wasm_bindgen(js_name = Journal)]
    type Page;

    #[wasm_bindgen(constructor, js_class = "Journal")]
    fn new() -> Page;

    #[wasm_bindgen(method)]
    fn on(this: &Page, kind: &str, listener: &JsValue);

    #[wasm_bindgen(method)]
    fn settled(this: &Page, message: &JsValue) -> Promise;
}

/// A conversation as the package holds it: with its journal.
struct Talk {
    conversation: Conversation,
    page: Page,
}

impl Talk {
    fn customer_said(&self, text: &JsValue, extra: &JsValue) -> Result<JsValue, JsValue> {
        let told = self.conversation.customer_said(text, extra)?;
        let turn = Object::new();
        for (place, name) in ["id", "decision", "settled"].into_iter().enumerate() {
            Reflect::set(&turn, &name.into(), &get(&told, &place.to_string()))?;
        }
        let settled = match get(&turn, "settled") {
            waits if waits.is_undefined() => self.page.settled(&get(&turn, "id")),
            settled => Promise::resolve(&settled),
        };
        Reflect::set(&turn, &"settled".into(), &settled)?;
        Ok(turn.into())
    }
}

fn with_scorer(scorer: JsValue) -> Talk {
    let options = Object::new();
    Reflect::set(&options, &"scorer".into(), &scorer).unwrap();
    let (conversation, page) = (Conversation::new(&options).unwrap(), Page::new());
    conversation.attach(page.clone().unchecked_into(), false);
    Talk { conversation, page: page.unchecked_into() }
}

async fn settled(turn: &JsValue) -> Value {
    rust(&JsFuture::from(get(turn, "settled").unchecked_into::<Promise>()).await.unwrap())
}

/// Gives every microtask that is queued its turn, and those they queue.
async fn a_task_later() {
    let later = Promise::new(&mut |resolve, _| {
        function("resolve", "setTimeout(resolve, 0)").call1(&JsValue::UNDEFINED, &resolve).unwrap();
    });
    JsFuture::from(later).await.unwrap();
}

/// Listens, and keeps what it hears in a list.
fn heard(talk: &Talk, kind: &str) -> Array {
    let list = Array::new();
    let push = function("list", "return (detail) => { list.push(detail) }").call1(&JsValue::UNDEFINED, &list).unwrap();
    talk.page.on(kind, &push);
    list
}

/// `globalThis.fetch` replaced until it is dropped.
struct Patched {
    fetch: JsValue,
}

impl Patched {
    fn fetch(body: &str) -> Self {
        let fetch = get(&js_sys::global(), "fetch");
        Reflect::set(&js_sys::global(), &"fetch".into(), &function("request", body)).unwrap();
        Patched { fetch }
    }
}

impl Drop for Patched {
    fn drop(&mut self) {
        Reflect::set(&js_sys::global(), &"fetch".into(), &self.fetch).unwrap();
    }
}

#[wasm_bindgen_test]
fn decisions_are_those_of_the_core() {
    let events = [
        json!({"type": "started", "channel": "chat", "language": "en", "at": 0}),
        json!({"type": "customer-message", "id": "m1", "text": "Where is my order?", "awaitsModel": true, "at": 1000}),
        json!({"type": "score", "messageId": "m1", "score": {"score": -0.2, "label": "neutral", "frustration": 0.1, "urgency": 0.4}, "source": "on-device", "at": 1000}),
        json!({"type": "bot-message", "id": "b1", "text": "Could you give me the number?", "at": 1900}),
        json!({"type": "score-failed", "messageId": "m1", "failure": "timeout", "at": 5000}),
        json!({"type": "customer-message", "id": "m2", "text": ANGRY, "at": 9000}),
        json!({"type": "score", "messageId": "m2", "score": {"score": -0.9, "label": "negative", "frustration": 0.95, "urgency": 0.8, "sarcasm": false}, "source": "model", "at": 9500}),
        json!({"type": "availability", "state": "busy", "waitMs": 240_000, "at": 9600}),
        json!({"type": "customer", "attributes": {"tier": "gold", "contactsToday": 3, "vip": true}, "at": 9700}),
        json!({"type": "human-requested", "at": 9800}),
        json!({"type": "handoff-queued", "reference": "R-1", "waitMs": 60000, "position": 2, "at": 9900}),
        json!({"type": "outcome", "needed": true, "atTurn": 2, "at": 9999}),
    ];
    for policy in ["article", "balanced"] {
        let bound = Conversation::new(&js(json!({"policy": policy}))).unwrap();
        let options = serde_json::from_value(json!({"policy": policy})).unwrap();
        let mut core = simmerdown::Conversation::new(options).unwrap();
        for event in &events {
            let decision = core.apply(serde_json::from_value(event.clone()).unwrap()).unwrap();
            // Through text on both sides, since a JavaScript 1 is an integer and a Rust 1.0 is none.
            let expected = rust(&js(serde_json::to_value(&decision).unwrap()));
            assert_eq!(rust(&bound.apply(&js(event.clone())).unwrap()), expected, "{policy}: {event}");
        }
    }
}

#[wasm_bindgen_test]
async fn a_turn_is_decided_at_once_and_settles_with_the_scorers_answer() {
    let scorer = function(
        "request, init",
        "if (init.signal.aborted || request.messageId !== 'm1') throw new Error('not asked as it should be');
         return Promise.resolve({ score: -0.9, label: 'negative', frustration: 0.95, urgency: 0.9 });",
    );
    let conversation = with_scorer(scorer.into());
    let turn = conversation.customer_said(&"Where is my order?".into(), &JsValue::UNDEFINED).unwrap();
    let at_once = rust(&get(&turn, "decision"));
    assert_eq!(at_once["action"], "respond");
    let later = settled(&turn).await;
    assert_eq!(later["cause"], "score");
    assert_eq!(later["sentiment"]["source"], "model");
    assert_eq!(later["sentiment"]["frustration"], 0.95);
}

#[wasm_bindgen_test]
async fn an_answer_from_an_on_device_scorer_leaves_the_pages_own_score_final() {
    let scorer = function(
        "",
        "return Promise.resolve({ score: 1, label: 'positive', frustration: 0, urgency: 0, source: 'on-device' });",
    );
    let conversation = with_scorer(scorer.into());
    let turn = conversation.customer_said(&ANGRY.into(), &JsValue::UNDEFINED).unwrap();
    let at_once = rust(&get(&turn, "decision"));
    assert_eq!(at_once["sentiment"]["provisional"], true);
    let later = settled(&turn).await;
    assert_eq!(later["sentiment"]["source"], "on-device");
    assert_eq!(later["sentiment"]["frustration"], at_once["sentiment"]["frustration"]);
    assert!(later["sentiment"].get("provisional").is_none());
}

#[wasm_bindgen_test]
async fn whatever_fetch_does_the_turn_settles_and_the_instance_lives() {
    let good = r#"JSON.stringify({ score: -0.4, label: 'negative', frustration: 0.5, urgency: 0.2, source: 'model', model: 'm', new: 1 })"#;
    let cases = [
        ("throw new TypeError('blocked')", "http"),
        ("throw 'a string'", "http"),
        ("throw undefined", "http"),
        ("throw new Proxy({}, { get() { throw new Error('hostile') } })", "http"),
        ("return Promise.reject('a string')", "http"),
        ("return Promise.reject(null)", "http"),
        ("return Promise.reject(new TypeError('Failed to fetch'))", "http"),
        ("return Promise.reject(new DOMException('x', 'AbortError'))", "cancelled"),
        ("return Promise.reject(new DOMException('x', 'TimeoutError'))", "timeout"),
        ("return undefined", "malformed"),
        ("return {}", "malformed"),
        ("return Promise.resolve({ foreign: true })", "malformed"),
        ("return Promise.resolve(null)", "malformed"),
        ("return Promise.resolve(Object.create(Response.prototype))", "malformed"),
        ("return { get then() { throw new Error('hostile') } }", "http"),
        ("return Promise.resolve({ status: 200 })", "malformed"),
        ("return Promise.resolve({ status: 200, text: () => 7 })", "malformed"),
        ("return Promise.resolve({ status: 200, text: () => { throw 1 } })", "http"),
        ("return Promise.resolve(new Response('<html>'))", "malformed"),
        ("return Promise.resolve(new Response('', { status: 503 }))", "http"),
        ("return Promise.resolve(new Response('', { status: 429 }))", "rate-limited"),
        ("return Promise.resolve(new Response('{}'))", "malformed"),
        ("return Promise.resolve(new Response(' '.repeat(70000)))", "malformed"),
        ("return Promise.resolve(new Response('x', { headers: { 'content-length': '70000' } }))", "malformed"),
        (
            "return Promise.resolve(new Response(JSON.stringify({ score: 1.2, label: 'neutral', frustration: 0, urgency: 0 })))",
            "malformed",
        ),
        ("return new Promise(() => {})", "timeout"),
        ("return Promise.resolve(new Response(new ReadableStream({})))", "timeout"),
        (
            "return new Promise((_, reject) => request.signal.addEventListener('abort', () => reject(request.signal.reason)))",
            "timeout",
        ),
    ];
    for (patch, failure) in cases {
        let scorer = ProxyScorer::new(&js(json!({"url": "/v1/score", "timeoutMs": 50}))).unwrap();
        let conversation = with_scorer(scorer.into());
        let errors = heard(&conversation, "error");
        let turn = {
            let _patched = Patched::fetch(patch);
            let turn = conversation.customer_said(&ANGRY.into(), &JsValue::UNDEFINED).unwrap();
            settled(&turn).await;
            turn
        };
        let decision = settled(&turn).await;
        assert_eq!(decision["cause"], "score-failed", "{patch}");
        a_task_later().await;
        assert_eq!(errors.length(), 1, "{patch}");
        let error = errors.get(0);
        assert!(error.is_instance_of::<js_sys::Error>(), "{patch}");
        assert_eq!(get(&error, "code").as_string().as_deref(), Some(failure), "{patch}: {:?}", get(&error, "message"));

        // And the same instance goes on.
        let _patched = Patched::fetch(&format!("return Promise.resolve(new Response({good}))"));
        let turn = conversation.customer_said(&"and now?".into(), &JsValue::UNDEFINED).unwrap();
        let decision = settled(&turn).await;
        assert_eq!(decision["cause"], "score", "{patch}");
        assert_eq!(decision["sentiment"]["score"], -0.4, "{patch}");
    }
}

#[wasm_bindgen_test]
async fn a_scorer_that_never_answers_is_given_up_and_told_so() {
    let scorer = Object::new();
    let score = function("request, init", "this.signal = init.signal; return new Promise(() => {})");
    Reflect::set(&scorer, &"score".into(), &score).unwrap();
    Reflect::set(&scorer, &"timeoutMs".into(), &20.into()).unwrap();
    let conversation = with_scorer(scorer.clone().into());
    let turn = conversation.customer_said(&ANGRY.into(), &JsValue::UNDEFINED).unwrap();
    assert_eq!(settled(&turn).await["cause"], "score-failed");
    assert_eq!(get(&get(&scorer, "signal"), "aborted"), JsValue::TRUE);
}

#[wasm_bindgen_test]
async fn a_freed_conversation_leaves_nobody_waiting() {
    let scorer = function("request, init", "globalThis.lastSignal = init.signal; return new Promise(() => {})");
    let conversation = with_scorer(scorer.into());
    let one = conversation.customer_said(&"Where is my order?".into(), &JsValue::UNDEFINED).unwrap();
    a_task_later().await;
    let two = conversation.customer_said(&ANGRY.into(), &JsValue::UNDEFINED).unwrap();
    let mut last = rust(&get(&two, "decision"));
    // The turn told what its message and its score changed; the score alone changed nothing more.
    assert_eq!(last["changed"].take(), json!(true));
    last["changed"] = json!(false);
    drop(conversation);
    assert_eq!(settled(&one).await, last);
    assert_eq!(settled(&two).await, last);
    assert_eq!(get(&get(&js_sys::global(), "lastSignal"), "aborted"), JsValue::TRUE);
}

#[wasm_bindgen_test]
fn preset_article_is_the_article_to_the_bit() {
    assert_eq!(article::check_parity(article::HISTORIES), article::DIGEST, "seed {:#x}", article::SEED);
}
