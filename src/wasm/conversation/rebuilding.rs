//! How a conversation outlives the instance that it is in: what stands in its journal, and its checkpoints.

use wasm_bindgen::prelude::*;

use super::asking::Asked;
use super::{Conversation, Shared};
use crate::packet::Contact;
use crate::snapshot::{ENTRIES_AT_REST, checkpoint_is_due};
use crate::wasm::journal::Journal;
use crate::wasm::{arguments, host, write};

#[wasm_bindgen]
impl Conversation {
    /// The conversation of a checkpoint, in the place of one whose instance has trapped.
    #[wasm_bindgen(skip_typescript)]
    pub fn rebuilt(snapshot: &JsValue, contact: &JsValue, options: &JsValue) -> Result<Conversation, JsValue> {
        let way = |name| host::property(contact, name).as_string();
        let contact = contact.is_object().then(|| Contact { email: way("email"), phone: way("phone") });
        let given = arguments::options(options)?;
        let saved = arguments::snapshot(snapshot)?;
        let core = crate::Conversation::from_checkpoint(saved, contact, given.policy, given.options)?;
        Ok(Conversation::around(core, given.scorer, given.log, given.packet))
    }

    /// Gives the conversation its journal. Without one nobody is told anything, and no turn settles. With `again`,
    /// what is in it is done again next; `resume` ends that. Returns from how many entries on to ask for room.
    #[wasm_bindgen(skip_typescript)]
    pub fn attach(&self, journal: Journal, again: bool) -> u32 {
        self.shared.deliveries.skip(journal.logged(), journal.sent());
        self.shared.kept.begin(journal);
        self.shared.again.set(again);
        let page = host::property(&host::property(&host::global(), "document"), "documentElement");
        if let Some(language) = host::property(&page, "lang").as_string() {
            self.shared.core.borrow_mut().surrounded_by(&language);
        }
        self.shared.want_packs();
        if !again && self.shared.core.borrow().last_decision().is_some() {
            self.shared.checkpoint();
        }
        ENTRIES_AT_REST
    }

    /// Goes on after everything of the journal was done again: asks what the scorer had not answered.
    #[wasm_bindgen(skip_typescript)]
    pub fn resume(&self) {
        self.shared.again.set(false);
        let unanswered = self.shared.asked.take();
        if let Some(journal) = self.shared.kept.journal() {
            journal.settle_others(&write::value(&Asked::messages(&unanswered)), &self.shared.last_decision());
        }
        if let Some(scorer) = &self.shared.scorer {
            for asked in unanswered {
                self.shared.ask(scorer, asked.request);
            }
        }
    }

    /// Takes a checkpoint, if so much stands in the journal that it is time for one.
    #[wasm_bindgen(js_name = makeRoom, skip_typescript)]
    pub fn make_room(&self, entries: u32) {
        let at_rest = self.shared.asked.borrow().is_empty() && self.shared.deliveries.at_rest();
        if checkpoint_is_due(entries, at_rest) {
            self.shared.checkpoint();
        }
    }
}

impl Shared {
    /// A snapshot takes the place of what stands in the journal.
    pub(super) fn checkpoint(&self) {
        let Some(journal) = self.kept.journal() else { return };
        let core = self.core.borrow();
        let waiting = Asked::messages(&self.asked.borrow());
        let snapshot = write::value(&core.to_checkpoint(host::now(), &waiting));
        let contact = core.contact().map(write::value).unwrap_or_default();
        if let Ok(snapshot) = host::write_json(&snapshot) {
            journal.checkpoint(&snapshot, &contact);
            self.deliveries.checkpoint();
        }
    }
}
