//! One attempt to get something from outside, which can be stopped at every step.

use std::rc::Rc;

use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;

use super::borrow::RefCell;
use super::error::Unscored;
use super::host::{self, AbortController};

/// What is done with what a step resolved to.
pub(super) type Next = Box<dyn FnOnce(Result<JsValue, Unscored>)>;

/// An abort signal for whoever does the work, and an end to every step awaited under it whether or not they mind
/// the signal: a step that never settles holds nothing then but the signal.
///
/// By callbacks and not by futures: tasks, wakers and what the compiler makes of `async` are some two kilobytes.
pub(super) struct Attempt {
    controller: AbortController,
    /// What comes after the step that is awaited.
    next: RefCell<Option<Next>>,
}

impl Attempt {
    pub(super) fn new() -> Result<Rc<Self>, JsValue> {
        Ok(Rc::new(Attempt { controller: AbortController::new()?, next: RefCell::default() }))
    }

    /// The signal for whoever does the work.
    pub(super) fn signal(&self) -> Result<JsValue, JsValue> {
        self.controller.signal()
    }

    /// Nobody waits for it any more: the step that is awaited is cancelled.
    pub(super) fn stop(&self) {
        let next = self.next.take();
        let _ = self.controller.abort();
        if let Some(next) = next {
            next(Err(Unscored::cancelled()));
        }
    }

    /// Stops it after some milliseconds, if anybody still waits.
    pub(super) fn stop_after(self: &Rc<Self>, milliseconds: f64) {
        let late = Rc::downgrade(self);
        host::later(milliseconds, move || {
            if let Some(attempt) = late.upgrade() {
                attempt.stop();
            }
        });
    }

    /// Calls `next` with what the step resolves to, in a microtask, or when the attempt is stopped. `step` is what a
    /// foreign function returned or threw, a promise or not. One step is awaited at a time.
    pub(super) fn wait_for(self: &Rc<Self>, step: Result<JsValue, JsValue>, next: Next) {
        // Settles whatever becomes of the step, so one callback hears of both, and is gone with the promise.
        let settling = match step.and_then(|step| host::all_settled(&Array::of1(&step))) {
            Ok(settling) => settling,
            Err(thrown) => return next(Err(Unscored::from_thrown(thrown))),
        };
        self.next.replace(Some(next));
        let this = self.clone();
        let settled = Closure::once_into_js(move |all: JsValue| {
            if let Some(next) = this.next.take() {
                let step = host::property(&all, "0");
                let failed = host::property(&step, "status").as_string().as_deref() == Some("rejected");
                next(if failed {
                    Err(Unscored::from_thrown(host::property(&step, "reason")))
                } else {
                    Ok(host::property(&step, "value"))
                });
            }
        });
        if let Err(thrown) = settling.then(settled.unchecked_ref::<Function>())
            && let Some(next) = self.next.take()
        {
            next(Err(Unscored::from_thrown(thrown)));
        }
    }
}
