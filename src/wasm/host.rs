//! What the binding calls in the page.
//!
//! The page may have patched any of it, so every call is `catch`: what it throws comes back as a value. An
//! exception that passed through Rust frames would skip destructors and leave the stack pointer where it was.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;

use super::write;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(super) fn fetch(request: &Request) -> Result<JsValue, JsValue>;

    /// A `fetch` that outlives the page.
    #[wasm_bindgen(catch, js_name = fetch)]
    pub(super) fn fetch_last(url: &JsValue, init: &JsValue) -> Result<JsValue, JsValue>;

    /// A `Request`: the browser's own rules say whether address, headers and body will do.
    pub(super) type Request;

    #[wasm_bindgen(catch, constructor)]
    pub(super) fn of(url: &str, init: &JsValue) -> Result<Request, JsValue>;

    #[wasm_bindgen(catch, js_namespace = navigator, js_name = sendBeacon)]
    fn send_beacon(url: &str, body: &web_sys::Blob) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = setTimeout)]
    pub(super) fn set_timeout(callback: &Function, milliseconds: f64) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = JSON, js_name = parse)]
    pub(super) fn parse_json(text: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = JSON, js_name = stringify)]
    pub(super) fn write_json(value: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = crypto, js_name = randomUUID)]
    fn random_uuid() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = Math, js_name = random)]
    fn math_random() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_name = clearTimeout)]
    pub(super) fn clear_timeout(timer: &JsValue) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = Object, js_name = assign)]
    pub(super) fn assign(target: &Object, source: &JsValue) -> Result<Object, JsValue>;

    /// The page's global object. `js_sys::global` asks for it by four names, for browsers that lack this one.
    #[wasm_bindgen(catch, js_namespace = globalThis, js_name = valueOf)]
    fn global_object() -> Result<JsValue, JsValue>;

    /// A promise that resolves as soon as all of these are settled, with what became of each.
    pub(super) type Settling;

    #[wasm_bindgen(catch, js_namespace = Promise, js_name = allSettled)]
    pub(super) fn all_settled(steps: &Array) -> Result<Settling, JsValue>;

    #[wasm_bindgen(catch, method)]
    pub(super) fn then(this: &Settling, call: &Function) -> Result<JsValue, JsValue>;

    /// A promise of whatever a foreign function returned, a promise or not.
    #[wasm_bindgen(catch, js_namespace = Promise, js_name = resolve)]
    pub(super) fn promise(value: &JsValue) -> Result<Promise, JsValue>;

    /// `AbortController`, with `catch` on everything that runs somebody's listeners.
    #[derive(Clone)]
    pub(super) type AbortController;

    #[wasm_bindgen(catch, constructor)]
    pub(super) fn new() -> Result<AbortController, JsValue>;

    #[wasm_bindgen(catch, method, getter)]
    pub(super) fn signal(this: &AbortController) -> Result<JsValue, JsValue>;

    // Without a reason: with one, `fetch` rejects with the reason itself, which need not be an `Error`.
    #[wasm_bindgen(catch, method)]
    pub(super) fn abort(this: &AbortController) -> Result<(), JsValue>;

    /// An `AbortSignal` or another target of events, or what somebody passes for one.
    pub(super) type Signal;

    #[wasm_bindgen(catch, method, getter)]
    pub(super) fn aborted(this: &Signal) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, method, js_name = addEventListener)]
    pub(super) fn listen(this: &Signal, event: &str, listener: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, method, js_name = removeEventListener)]
    pub(super) fn unlisten(this: &Signal, event: &str, listener: &Function) -> Result<(), JsValue>;

    #[wasm_bindgen(catch, js_namespace = performance, js_name = now)]
    fn performance_now() -> Result<f64, JsValue>;

    #[wasm_bindgen(catch, js_namespace = console, js_name = warn)]
    pub(super) fn console_warn(warning: &str) -> Result<(), JsValue>;

    /// The reader of a body, or what is passed for one.
    pub(super) type BodyReader;

    #[wasm_bindgen(catch, method)]
    pub(super) fn read(this: &BodyReader) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, method)]
    pub(super) fn cancel(this: &BodyReader) -> Result<JsValue, JsValue>;

    /// A body, or what is passed for one.
    pub(super) type Body;

    #[wasm_bindgen(catch, method, js_name = getReader)]
    pub(super) fn reader(this: &Body) -> Result<BodyReader, JsValue>;

    /// A `Response`, or what a patched `fetch` gives for one.
    pub(super) type Answer;

    #[wasm_bindgen(catch, method, getter)]
    pub(super) fn status(this: &Answer) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, method, getter)]
    pub(super) fn headers(this: &Answer) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, method)]
    pub(super) fn text(this: &Answer) -> Result<JsValue, JsValue>;
}

/// The page's global object.
pub(super) fn global() -> JsValue {
    global_object().unwrap_or_default()
}

/// A promise, and the function that resolves it.
pub(super) fn deferred() -> Result<(Promise, Function), JsValue> {
    let mut resolve = None;
    let promise = Promise::new(&mut |given, _| resolve = Some(given));
    // Only a replaced `Promise` does not call back before its constructor returns.
    resolve.map(|resolve| (promise, resolve)).ok_or(JsValue::UNDEFINED)
}

/// A property of any value, `undefined` where there is none or where reading it throws.
pub(super) fn property(of: &JsValue, name: &str) -> JsValue {
    if of.is_object() || of.is_function() {
        js_sys::Reflect::get(of, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    } else {
        JsValue::UNDEFINED
    }
}

/// Sets a property of an object of our own, which cannot fail.
pub(super) fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = js_sys::Reflect::set(object, &JsValue::from_str(name), value);
}

/// Hands a JSON body to the browser to send when it finds the time; says whether it took it.
pub(super) fn beacon(url: &str, body: &str) -> bool {
    let kind = web_sys::BlobPropertyBag::new();
    kind.set_type("application/json");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&Array::of1(&body.into()), &kind);
    blob.and_then(|blob| send_beacon(url, &blob)).is_ok_and(|taken| taken.is_truthy())
}

/// What `fetch` is told for a `POST`, with one more setting.
pub(super) fn post(headers: &web_sys::Headers, body: &str, more: (&str, &JsValue)) -> JsValue {
    let (method, body) = (JsValue::from_str("POST"), JsValue::from_str(body));
    write::object(&[("method", &method), ("headers", headers.as_ref()), ("body", &body), more])
}

/// Calls back once, after some milliseconds.
pub(super) fn later(milliseconds: f64, call: impl FnOnce() + 'static) {
    let call: Function = Closure::once_into_js(call).unchecked_into();
    let _ = set_timeout(&call, milliseconds.max(0.0));
}

/// Whether the browser knows that it has no network.
pub(super) fn is_offline() -> bool {
    property(&property(&global(), "navigator"), "onLine").as_bool() == Some(false)
}

/// A number from 0 to 1.
pub(super) fn draw() -> f64 {
    math_random().ok().and_then(|drawn| drawn.as_f64()).unwrap_or(0.5).clamp(0.0, 1.0)
}

/// A name nobody else has. `crypto.randomUUID` exists only where the page came over https or from this machine.
pub(super) fn unique_name() -> String {
    random_uuid().ok().and_then(|name| name.as_string()).unwrap_or_else(|| {
        let mut name = String::new();
        for _ in 0..4 {
            name = format!("{name}{:08x}", (draw() * f64::from(u32::MAX)) as u32);
        }
        name
    })
}

/// Milliseconds of a clock that does not run backwards, whatever becomes of the date.
pub(super) fn monotonic() -> f64 {
    performance_now().unwrap_or_else(|_| now())
}

/// Whether the page is served by the machine it is shown on, as it is while it is being developed.
pub(super) fn is_development() -> bool {
    let name = property(&property(&global(), "location"), "hostname").as_string().unwrap_or_default();
    matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

/// Something that is listened to until this is dropped.
pub(super) struct Watch {
    target: Signal,
    event: &'static str,
    callback: Closure<dyn Fn()>,
}

impl Watch {
    /// Calls back on every event of that name. Where nothing can be listened to, it never does.
    pub(super) fn new(target: &JsValue, event: &'static str, callback: impl Fn() + 'static) -> Watch {
        let target: Signal = target.clone().unchecked_into();
        let callback = Closure::<dyn Fn()>::new(callback);
        let _ = target.listen(event, callback.as_ref().unchecked_ref());
        Watch { target, event, callback }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.target.unlisten(self.event, self.callback.as_ref().unchecked_ref());
    }
}

/// Milliseconds since the epoch.
pub(super) fn now() -> f64 {
    js_sys::Date::now()
}
