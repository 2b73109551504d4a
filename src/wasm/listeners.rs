//! Who wants to hear of what, and what they have not been told yet.
//!
//! Nobody is told while a method of the conversation is on the stack: notices are queued, and a microtask
//! delivers them. So a listener may call anything, `free()` included.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::{Rc, Weak};

use js_sys::Function;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::host;

/// What can be listened to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Decision,
    Handoff,
    Safety,
    Error,
}

impl Kind {
    pub(super) fn parse(name: &str) -> Option<Kind> {
        match name {
            "decision" => Some(Kind::Decision),
            "handoff" => Some(Kind::Handoff),
            "safety" => Some(Kind::Safety),
            "error" => Some(Kind::Error),
            _ => None,
        }
    }
}

struct Registration {
    key: u32,
    kind: Kind,
    listener: Function,
}

struct Notice {
    kind: Kind,
    detail: JsValue,
    /// Who registered at this key or later did so after it happened.
    before: u32,
}

#[derive(Default)]
struct State {
    next_key: u32,
    registrations: Vec<Registration>,
    notices: VecDeque<Notice>,
    delivering: bool,
}

/// The listeners of one conversation.
#[derive(Clone, Default)]
pub(super) struct Listeners {
    state: Rc<RefCell<State>>,
}

impl Listeners {
    /// Registers a listener and gives the function that takes it out again.
    pub(super) fn add(&self, kind: Kind, listener: Function) -> JsValue {
        let key = {
            let mut state = self.state.borrow_mut();
            let key = state.next_key;
            state.next_key = key.saturating_add(1);
            state.registrations.push(Registration { key, kind, listener });
            key
        };
        let state = Rc::downgrade(&self.state);
        Closure::<dyn Fn()>::new(move || {
            if let Some(state) = state.upgrade() {
                state.borrow_mut().registrations.retain(|registration| registration.key != key);
            }
        })
        .into_js_value()
    }

    /// Whether anybody listens to it.
    pub(super) fn want(&self, kind: Kind) -> bool {
        self.state.borrow().registrations.iter().any(|registration| registration.kind == kind)
    }

    /// Tells everybody who listens now, in a microtask.
    pub(super) fn tell(&self, kind: Kind, detail: &JsValue) {
        if !self.want(kind) {
            return;
        }
        let delivering = {
            let mut state = self.state.borrow_mut();
            let before = state.next_key;
            state.notices.push_back(Notice { kind, detail: detail.clone(), before });
            std::mem::replace(&mut state.delivering, true)
        };
        if !delivering {
            let listeners = Rc::downgrade(&self.state);
            spawn_local(async move { deliver(&listeners) });
        }
    }
}

impl State {
    fn next_notice(&mut self) -> Option<Notice> {
        let notice = self.notices.pop_front();
        self.delivering = notice.is_some();
        notice
    }

    /// The first listener from `key` on that the notice is for.
    fn listener_from(&self, key: u32, notice: &Notice) -> Option<(u32, Function)> {
        self.registrations
            .iter()
            .find(|other| other.kind == notice.kind && (key..notice.before).contains(&other.key))
            .map(|found| (found.key, found.listener.clone()))
    }
}

/// Delivers everything that is queued, in order, until the conversation is freed. What a listener throws is
/// the page's own error and stops nobody else.
fn deliver(listeners: &Weak<RefCell<State>>) {
    while let Some(notice) = listeners.upgrade().and_then(|state| state.borrow_mut().next_notice()) {
        let mut from = 0;
        while let Some((key, listener)) =
            listeners.upgrade().and_then(|state| state.borrow().listener_from(from, &notice))
        {
            from = key.saturating_add(1);
            if let Err(thrown) = listener.call1(&JsValue::UNDEFINED, &notice.detail) {
                host::report(&thrown);
            }
        }
    }
}
