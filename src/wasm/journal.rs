//! What of a conversation lies outside of this instance's memory, and so outlives the instance where it traps.

use std::cell::OnceCell;
use std::rc::Rc;

use wasm_bindgen::prelude::*;

use super::host;

/// What can be listened to.
#[wasm_bindgen(skip_typescript)]
#[derive(Clone, Copy)]
pub enum Kind {
    Decision = "decision",
    Handoff = "handoff",
    Safety = "safety",
    Error = "error",
}

#[wasm_bindgen]
extern "C" {
    /// The journal of `www/package/journal.js`: what happened since its snapshot, who listens, who waits. Nothing
    /// foreign runs inside of these methods, and none of them throws.
    #[derive(Clone)]
    pub type Journal;

    /// The moment of the call that is under way; of the one that is made again, where it is.
    #[wasm_bindgen(method)]
    fn now(this: &Journal) -> f64;

    /// Tells whoever listens, in a microtask.
    #[wasm_bindgen(method)]
    fn tell(this: &Journal, kind: Kind, detail: &JsValue);

    /// Has the pack of cues of a language loaded, unless it is there.
    #[wasm_bindgen(method)]
    pub(super) fn want(this: &Journal, language: &str);

    /// Whether anybody listens.
    #[wasm_bindgen(method)]
    fn hears(this: &Journal, kind: Kind) -> bool;

    /// Keeps what a scorer answered, as an event that was applied.
    #[wasm_bindgen(method)]
    pub(super) fn answered(this: &Journal, event: &JsValue);

    /// A snapshot takes the place of what was kept.
    #[wasm_bindgen(method)]
    pub(super) fn checkpoint(this: &Journal, snapshot: &JsValue, contact: &JsValue);

    /// Settles the turn of a message.
    #[wasm_bindgen(method)]
    pub(super) fn settle(this: &Journal, message: &str, decision: &JsValue);

    /// Settles every turn but those of these messages.
    #[wasm_bindgen(method, js_name = settleOthers)]
    pub(super) fn settle_others(this: &Journal, messages: &JsValue, decision: &JsValue);

    /// Entries of the log since the snapshot that are taken or on their way.
    #[wasm_bindgen(method, getter)]
    pub(super) fn logged(this: &Journal) -> f64;

    #[wasm_bindgen(method, setter)]
    pub(super) fn set_logged(this: &Journal, entries: f64);

    /// Packets since the snapshot that are taken or on their way.
    #[wasm_bindgen(method, getter)]
    pub(super) fn sent(this: &Journal) -> f64;

    #[wasm_bindgen(method, setter)]
    pub(super) fn set_sent(this: &Journal, packets: f64);
}

/// The journal of a conversation, as soon as it has one.
#[derive(Clone, Default)]
pub(super) struct Kept(Rc<OnceCell<Journal>>);

impl Kept {
    pub(super) fn begin(&self, journal: Journal) {
        // A conversation is given one journal.
        let _ = self.0.set(journal);
    }

    pub(super) fn journal(&self) -> Option<&Journal> {
        self.0.get()
    }

    pub(super) fn now(&self) -> f64 {
        self.journal().map_or_else(host::now, Journal::now)
    }

    pub(super) fn hears(&self, kind: Kind) -> bool {
        self.journal().is_some_and(|journal| journal.hears(kind))
    }

    pub(super) fn tell(&self, kind: Kind, detail: &JsValue) {
        if let Some(journal) = self.journal() {
            journal.tell(kind, detail);
        }
    }
}
