//! One attempt to get a score, which can be stopped at every step.

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::error::Unscored;
use super::host::{self, AbortController};

/// An abort signal for whoever does the work, and an end to every step awaited under it whether or not they mind
/// the signal: a step that never settles holds nothing.
pub(super) struct Attempt {
    controller: AbortController,
    /// What the promise resolves to, told apart from every answer by identity.
    mark: Object,
    stopped: Promise,
    ring: Function,
}

impl Attempt {
    pub(super) fn new() -> Result<Self, JsValue> {
        let controller = AbortController::new()?;
        let (stopped, ring) = host::deferred()?;
        Ok(Attempt { controller, mark: Object::new(), stopped, ring })
    }

    /// The signal for whoever does the work.
    pub(super) fn signal(&self) -> Result<JsValue, JsValue> {
        self.controller.signal()
    }

    /// Nobody waits for it any more.
    pub(super) fn stop(&self) {
        let _ = self.ring.call1(&JsValue::UNDEFINED, &self.mark);
        let _ = self.controller.abort();
    }

    /// What the step resolves to, unless the attempt is stopped. `step` is what a foreign function returned or
    /// threw.
    pub(super) async fn wait_for(&self, step: Result<JsValue, JsValue>) -> Result<JsValue, Unscored> {
        let step = step.and_then(|step| host::promise(&step)).map_err(Unscored::from_thrown)?;
        // A race on the JavaScript side: it always settles, so no half-awaited future stays in memory.
        let race = Promise::race(&Array::of2(&step, &self.stopped));
        match JsFuture::from(race).await {
            Ok(value) if value == *self.mark => Err(Unscored::cancelled()),
            Ok(value) => Ok(value),
            Err(thrown) => Err(Unscored::from_thrown(thrown)),
        }
    }
}
