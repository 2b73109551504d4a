//! When a scoring call ends at the latest.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::error::Unscored;
use super::host::{self, Signal};

/// A timer and somebody's abort signal; whichever comes first ends every step awaited under it, so that one
/// deadline covers the connection, the headers and the whole body, and a step that never settles holds nothing.
pub(super) struct Deadline {
    milliseconds: f64,
    /// What the promise resolves to, told apart from every answer by identity.
    mark: Object,
    passed: Promise,
    ring: Function,
    timer: JsValue,
    signal: Option<Signal>,
}

impl Deadline {
    /// A deadline that starts now. Anything but an abort signal in the place of `signal` counts as none.
    pub(super) fn start(milliseconds: f64, signal: &JsValue) -> Result<Self, Unscored> {
        let mark = Object::new();
        let (passed, resolve) = host::deferred().map_err(Unscored::from_thrown)?;
        let ring: Function = resolve.bind1(&JsValue::UNDEFINED, &mark).unchecked_into();
        let timer = host::set_timeout(&ring, milliseconds).map_err(Unscored::from_thrown)?;
        let mut deadline = Deadline { milliseconds, mark, passed, ring, timer, signal: None };
        if signal.is_object() {
            let signal: Signal = signal.clone().unchecked_into();
            signal.listen("abort", &deadline.ring).map_err(Unscored::from_thrown)?;
            deadline.signal = Some(signal);
        }
        // A signal that was aborted before never says so again.
        if deadline.is_aborted() { Err(Unscored::cancelled()) } else { Ok(deadline) }
    }

    /// What the step resolves to, if it does in time. `step` is what a foreign function returned or threw.
    pub(super) async fn wait_for(&self, step: Result<JsValue, JsValue>) -> Result<JsValue, Unscored> {
        let step = step.and_then(|step| host::promise(&step)).map_err(Unscored::from_thrown)?;
        // A race on the JavaScript side: it always settles, so no half-awaited future stays in memory.
        let race = Promise::race(&Array::of2(&step, &self.passed));
        match JsFuture::from(race).await {
            Ok(value) if value == *self.mark && self.is_aborted() => Err(Unscored::cancelled()),
            Ok(value) if value == *self.mark => Err(Unscored::timeout(self.milliseconds)),
            Ok(value) => Ok(value),
            Err(thrown) => Err(Unscored::from_thrown(thrown)),
        }
    }

    fn is_aborted(&self) -> bool {
        self.signal.as_ref().is_some_and(|signal| signal.aborted().is_ok_and(|aborted| aborted.is_truthy()))
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        // Neither can fail in a way that matters: nobody waits any more.
        let _ = host::clear_timeout(&self.timer);
        if let Some(signal) = &self.signal {
            let _ = signal.unlisten("abort", &self.ring);
        }
    }
}
