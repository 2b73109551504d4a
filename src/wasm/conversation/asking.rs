//! The messages that a conversation has asked its scorer about, and what comes of the answers.

use std::rc::Rc;

use super::Shared;
use crate::event::Event;
use crate::scoring::{Call, ScoreReply, ScoreRequest};
use crate::wasm::caller::Caller;
use crate::wasm::error::Unscored;
use crate::wasm::host::{self, Watch};
use crate::wasm::journal::Kind;
use crate::wasm::write;

/// The most messages that are asked about again when a page comes back.
const MAX_GIVEN_UP: usize = 8;

/// A message on its way through the scorer.
pub(super) struct Asked {
    pub(super) request: Rc<ScoreRequest>,
    /// The call, as soon as it has a number.
    pub(super) call: Option<Call>,
}

impl Asked {
    /// The ids of the messages.
    pub(super) fn messages(asked: &[Asked]) -> Vec<String> {
        asked.iter().filter_map(|asked| asked.request.message_id.clone()).collect()
    }

    pub(super) fn is(&self, message_id: &str) -> bool {
        self.request.message_id.as_deref() == Some(message_id)
    }
}

impl Shared {
    /// Asks the scorer; what it answers decides again, and settles the turn.
    pub(super) fn ask(self: &Rc<Self>, scorer: &Rc<Caller>, request: Rc<ScoreRequest>) {
        let message_id = request.message_id.clone().unwrap_or_default();
        self.asked.borrow_mut().push(Asked { request: request.clone(), call: None });
        if self.again.get() {
            return;
        }
        let (shared, id) = (Rc::downgrade(self), message_id.clone());
        let done = move |answer| {
            if let Some(shared) = shared.upgrade() {
                shared.answered(&id, answer);
            }
        };
        let call = scorer.ask(request, None, Box::new(done));
        if let Some(asked) = self.asked.borrow_mut().iter_mut().find(|asked| asked.is(&message_id)) {
            asked.call = Some(call);
        }
    }

    fn answered(&self, message_id: &str, answer: Result<ScoreReply, Unscored>) {
        {
            let mut list = self.asked.borrow_mut();
            let Some(place) = list.iter().position(|asked| asked.is(message_id)) else { return };
            list.remove(place);
        }
        let (reply, unscored) = match answer {
            Ok(reply) => (Ok(reply), None),
            Err(unscored) => (Err(unscored.failure), Some(unscored)),
        };
        let event = Event::answered(message_id, reply, self.core.borrow().beside(host::now()));
        let entry = write::value(&event);
        let decision = self.core.borrow_mut().apply(event);
        if let Some(unscored) = unscored {
            self.kept.tell(Kind::Error, &unscored.into());
        }
        let decision = match decision {
            Ok(decision) => self.tell(&decision),
            Err(refused) => {
                self.kept.tell(Kind::Error, &refused.into());
                self.last_decision()
            }
        };
        if let Some(journal) = self.kept.journal() {
            journal.answered(&entry);
            journal.settle(message_id, &decision);
        }
    }

    /// Gives every call up, and returns what they asked.
    pub(super) fn give_up(&self) -> Vec<Rc<ScoreRequest>> {
        let Some(scorer) = &self.scorer else { return Vec::new() };
        let (calls, requests): (Vec<_>, Vec<_>) =
            self.asked.borrow().iter().map(|asked| (asked.call, asked.request.clone())).unzip();
        for call in calls.into_iter().flatten() {
            scorer.cancel(call);
        }
        requests
    }

    /// A page that is hidden has nothing on its way; when it comes back, it asks again.
    pub(super) fn watch_page(self: &Rc<Self>) {
        if self.scorer.is_none() {
            return;
        }
        let watch = |event, react: fn(&Rc<Shared>)| {
            let shared = Rc::downgrade(self);
            Watch::new(&host::global(), event, move || {
                if let Some(shared) = shared.upgrade() {
                    react(&shared);
                }
            })
        };
        let hidden = watch("pagehide", |shared| {
            let requests = shared.give_up();
            let mut given_up = shared.given_up.borrow_mut();
            given_up.extend(requests);
            let surplus = given_up.len().saturating_sub(MAX_GIVEN_UP);
            given_up.drain(..surplus);
        });
        let shown = watch("pageshow", |shared| {
            for request in shared.given_up.take() {
                if let Some(scorer) = &shared.scorer {
                    shared.ask(scorer, request);
                }
            }
        });
        self.page.replace(Some([hidden, shown]));
    }
}
