//! The exported class `Conversation`.

mod asking;
mod rebuilding;

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use js_sys::Array;
use wasm_bindgen::prelude::*;

use super::arguments::{self, MessageExtra};
use super::borrow::RefCell;
use super::caller::Caller;
use super::deliveries::Deliveries;
use super::endpoint::Endpoint;
use super::host::{self, Watch};
use super::journal::{Kept, Kind};
use super::write;
use crate::audit::AuditLog;
use crate::conversation::CustomerSaid;
use crate::decision::{Decision, Raise};
use crate::event::Event;
use crate::scoring::ScoreRequest;
use crate::strings::trim;
use asking::Asked;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** The settings of a conversation; every one has a default. */
export interface ConversationOptions extends Options {
    /** What scores the messages; the on-device scorer alone without it. */
    scorer?: Scorer;
    /** Where the audit log goes, in batches: events without text and what was decided. Nowhere unless told. */
    log?: EndpointOptions;
    /** Where the handoff packet goes when a person is asked for, and again when contact is left. Nowhere unless told. */
    packet?: EndpointOptions;
}

/** What became of one customer message. */
export interface Turn {
    /** The message's id. */
    readonly id: string;
    /** What to do now, from the cues and the on-device score. */
    readonly decision: Decision;
    /** The decision once the scorer has answered or failed; never rejects because scoring failed. */
    readonly settled: Promise<Decision>;
}

/** What can be listened to, and what a listener is given. */
export interface ConversationEvents {
    /** After every event; after `customerSaid` once, for the message and its on-device score together. */
    decision: Decision;
    /** A handoff was requested just now. */
    handoff: HandoffPacket;
    /** A safety cue was found; told before the decision. */
    safety: Decision;
    /** A score did not come, or something else went wrong that no call could throw. */
    error: SimmerdownError;
}

export interface Conversation {
    /**
     * Calls the listener with everything of that type from now on, in a microtask, in order. What it throws goes to `reportError`.
     * Returns the function that ends it. Throws a `SimmerdownError` with code `invalid-argument` once the conversation was freed.
     */
    on<Type extends keyof ConversationEvents>(type: Type, listener: (detail: ConversationEvents[Type]) => void): () => void;
}
"#;

/// One customer's chat: told what happens, it says what should happen now.
#[wasm_bindgen]
pub struct Conversation {
    shared: Rc<Shared>,
}

/// What the tasks of a conversation reach by a weak reference.
struct Shared {
    core: RefCell<crate::Conversation>,
    asked: RefCell<Vec<Asked>>,
    /// What was given up when the page was hidden, the newest last.
    given_up: RefCell<Vec<Rc<ScoreRequest>>>,
    scorer: Option<Rc<Caller>>,
    page: RefCell<Option<[Watch; 2]>>,
    deliveries: Rc<Deliveries>,
    kept: Kept,
    /// What happens now happened before: nobody is asked.
    again: Cell<bool>,
    /// Everything that happened, for the lab.
    #[cfg(feature = "lab")]
    record: RefCell<Vec<crate::Event>>,
}

thread_local! {
    /// Whether the page was told that it tells nothing of the bot, if it is one in development.
    static WARNED: Cell<bool> = const { Cell::new(false) };
}

#[wasm_bindgen]
impl Conversation {
    /// A conversation that has just begun.
    ///
    /// Throws a `SimmerdownError` with code `invalid-options`, `invalid-policy` or `unknown-policy` for options
    /// that cannot be used.
    #[wasm_bindgen(constructor)]
    pub fn new(
        #[wasm_bindgen(unchecked_optional_param_type = "ConversationOptions")] options: &JsValue,
    ) -> Result<Conversation, JsValue> {
        let mut given = arguments::options(options)?;
        given.options.id.get_or_insert_with(host::unique_name);
        let core = crate::Conversation::with_policy(given.policy, given.options)?;
        Ok(Conversation::around(core, given.scorer, given.log, given.packet))
    }

    /// The conversation that a snapshot was taken of, under these options; name and language are the snapshot's
    /// unless given. It goes on as if nothing had happened, but for scores that were on their way: nobody waits
    /// for these any more.
    ///
    /// Throws a `SimmerdownError` with code `invalid-snapshot` for what is no snapshot of this version,
    /// `expired-snapshot` for one older than 24 hours, and as the constructor for the options.
    pub fn restore(
        #[wasm_bindgen(unchecked_param_type = "string")] snapshot: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "ConversationOptions")] options: &JsValue,
    ) -> Result<Conversation, JsValue> {
        let given = arguments::options(options)?;
        let saved = arguments::snapshot(snapshot)?;
        let core = crate::Conversation::from_snapshot(saved, given.policy, given.options, host::now())?;
        Ok(Conversation::around(core, given.scorer, given.log, given.packet))
    }

    /// The conversation as JSON, for `Conversation.restore`; good for 24 hours. All text in it is redacted.
    #[wasm_bindgen(unchecked_return_type = "string")]
    pub fn snapshot(&self) -> Result<JsValue, JsValue> {
        let waiting = Asked::messages(&self.shared.asked.borrow());
        let snapshot = self.shared.core.borrow().to_snapshot(host::now(), &waiting);
        host::write_json(&write::value(&snapshot))
    }

    /// What the agent who takes over should know, as things stand.
    #[wasm_bindgen(js_name = handoffPacket, unchecked_return_type = "HandoffPacket")]
    pub fn handoff_packet(&self) -> JsValue {
        let packet = self.shared.core.borrow().handoff_packet();
        write::value(&packet)
    }

    /// The conversation in numbers: no text, no ids, nothing of safety.
    #[wasm_bindgen(unchecked_return_type = "Summary")]
    pub fn summary(&self) -> JsValue {
        let summary = self.shared.core.borrow().summary();
        write::value(&summary)
    }

    /// Forgets what was said: the transcript, what the customer left for a reply, and what of log and handoff packets
    /// was not taken yet. The decisions go on; they rest on numbers and cues.
    pub fn forget(&self) {
        self.shared.core.borrow_mut().forget();
        self.shared.given_up.take();
        self.shared.give_up();
        self.shared.deliveries.forget();
        self.shared.checkpoint();
    }

    /// Name of the conversation, made up unless given.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> String {
        self.shared.core.borrow().id().unwrap_or_default().to_owned()
    }

    /// The customer wrote something: decides at once, and asks the scorer, if there is one, in the background.
    ///
    /// Throws a `SimmerdownError` with code `invalid-event`, and changes nothing, for what is no message.
    #[wasm_bindgen(js_name = customerSaid, unchecked_return_type = "Turn")]
    pub fn customer_said(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MessageExtra")] extra: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let text = arguments::text(text)?;
        let MessageExtra { id, at } = arguments::extra(extra)?;
        // There is nothing to ask about a blank message.
        let scorer = self.shared.scorer.clone();
        let scorer = scorer.filter(|_| !trim(&text).is_empty() && self.shared.core.borrow().remote_scoring());
        let now = Some(self.shared.kept.now());
        let said = CustomerSaid { text, id, at, now, awaits_model: scorer.is_some() };
        let said = self.shared.core.borrow_mut().customer_said(said);
        let said = said?;
        let decision = self.shared.tell(&said.decision);
        let mut settled = decision.clone();
        if let Some(scorer) = scorer.filter(|_| said.decision.ignored.is_none()) {
            let request = ScoreRequest { message: said.message, message_id: Some(said.id.clone()), context: None };
            self.shared.ask(&scorer, Rc::new(request));
            let asked = self.shared.asked.borrow().iter().any(|asked| asked.is(&said.id));
            settled = if asked { JsValue::UNDEFINED } else { self.shared.last_decision() };
        }
        self.shared.warn_of_silence();
        // Without names, which would cross one by one; `slim.js` gives them theirs.
        Ok(Array::of3(&said.id.into(), &decision, &settled).into())
    }

    /// Whether messages may be sent to the scorer, at any time. When it is switched off, calls in flight are
    /// aborted, their turns settle, and no text leaves the page for scoring any more; the conversation goes on with
    /// the on-device scorer.
    ///
    /// Throws a `SimmerdownError` with code `invalid-argument`, and changes nothing, for what is neither true nor false.
    #[wasm_bindgen(js_name = setRemoteScoring)]
    pub fn set_remote_scoring(&self, on: bool) {
        self.shared.core.borrow_mut().set_remote_scoring(on);
        if !on {
            self.shared.given_up.take();
            self.shared.give_up();
        }
    }

    /// The bot wrote something; its own repetition and apologies are signals.
    ///
    /// Throws a `SimmerdownError` with code `invalid-event`, and changes nothing, for what is no message.
    #[wasm_bindgen(js_name = botSaid, unchecked_return_type = "Decision")]
    pub fn bot_said(
        &self,
        #[wasm_bindgen(unchecked_param_type = "string")] text: &JsValue,
        #[wasm_bindgen(unchecked_optional_param_type = "MessageExtra")] extra: &JsValue,
    ) -> Result<JsValue, JsValue> {
        let text = arguments::text(text)?;
        let MessageExtra { id, at } = arguments::extra(extra)?;
        let decision = {
            let mut core = self.shared.core.borrow_mut();
            let at = at.or_else(|| core.beside(self.shared.kept.now()));
            core.bot_said(&text, id, at)
        };
        Ok(self.shared.tell(&decision?))
    }

    /// Something happened. Without `at` it happened now; where every customer message so far came with its own
    /// time, as in a log that is replayed, it happened at the time of the event before.
    ///
    /// Throws a `SimmerdownError` with code `invalid-event` or `invalid-score`, and changes nothing, for what is
    /// no event.
    #[wasm_bindgen(unchecked_return_type = "Decision")]
    pub fn apply(&self, #[wasm_bindgen(unchecked_param_type = "Event")] event: &JsValue) -> Result<JsValue, JsValue> {
        let event = arguments::event(event)?;
        if let (Event::Score { message_id, .. } | Event::ScoreFailed { message_id, .. }, true) =
            (&event, self.shared.again.get())
        {
            self.shared.asked.borrow_mut().retain(|asked| !asked.is(message_id));
        }
        let decision = self.shared.core.borrow_mut().apply_beside(event, self.shared.kept.now());
        Ok(self.shared.tell(&decision?))
    }
}

impl Conversation {
    fn around(
        mut core: crate::Conversation,
        scorer: Option<Rc<Caller>>,
        log: Option<Endpoint>,
        packet: Option<Endpoint>,
    ) -> Self {
        let kept = Kept::default();
        // Numbered from the time on: after a reload, or in a rebuilt instance, no number comes twice.
        let log = log.map(|endpoint| {
            core.keep_log();
            let audit = AuditLog::new(core.id().unwrap_or_default().to_owned(), host::now() as u64);
            (endpoint, audit)
        });
        let shared = Rc::new(Shared {
            core: RefCell::new(core),
            asked: RefCell::default(),
            given_up: RefCell::default(),
            scorer,
            page: RefCell::default(),
            deliveries: Deliveries::new(log, packet, kept.clone()),
            kept,
            again: Cell::default(),
            #[cfg(feature = "lab")]
            record: RefCell::default(),
        });
        #[cfg(feature = "lab")]
        shared.core.borrow_mut().keep_log();
        shared.watch_page();
        shared.deliveries.watch_page();
        Conversation { shared }
    }

    /// What has happened.
    #[cfg(feature = "lab")]
    pub(super) fn recorded(&self) -> Vec<crate::Event> {
        self.shared.record.borrow().clone()
    }
}

/// Takes the pack of cues of a language.
#[wasm_bindgen(js_name = takePack, skip_typescript)]
pub fn take_pack(language: &str, text: &str) -> Result<(), JsValue> {
    Ok(crate::take_pack(language, text)?)
}

impl Shared {
    /// The decision for JavaScript; whoever listens will be told of it. That comes last: what traps before is called
    /// once more.
    fn tell(&self, decision: &Decision) -> JsValue {
        self.want_packs();
        let written = write::recurring(decision);
        let mut handoff = None;
        let heard = decision.raises.contains(&Raise::Handoff) && self.kept.hears(Kind::Handoff);
        // Nothing else that is made takes as long, and nobody may be waiting for it.
        if heard || decision.brings_packet() && self.deliveries.take_packets() {
            let packet = self.core.borrow().handoff_packet();
            if heard {
                handoff = Some(write::value(&packet));
            }
            self.deliveries.packet(packet);
        }
        let entries = self.core.borrow_mut().take_log();
        #[cfg(feature = "lab")]
        self.record.borrow_mut().extend(entries.iter().map(|entry| entry.event.clone()));
        self.deliveries.log(entries);
        if decision.raises.contains(&Raise::Safety) {
            self.kept.tell(Kind::Safety, &written);
        }
        self.kept.tell(Kind::Decision, &written);
        if let Some(packet) = handoff {
            self.kept.tell(Kind::Handoff, &packet);
        }
        written
    }

    /// Has the packs of cues loaded that the conversation needs.
    fn want_packs(&self) {
        while let (Some(journal), Some(language)) = (self.kept.journal(), self.core.borrow_mut().wanted_pack()) {
            journal.want(language);
        }
    }

    /// Says so once, where somebody is looking: without the bot's words the cues about it are blind.
    fn warn_of_silence(&self) {
        if self.core.borrow().hears_no_bot() && !WARNED.replace(true) && host::is_development() {
            let _ = host::console_warn(
                "simmerdown: three customer messages and not one `botSaid`. Tell the conversation what the bot says, \
                 or it cannot see that the bot repeats itself.",
            );
        }
    }

    fn last_decision(&self) -> JsValue {
        let decision = self.core.borrow().last_decision();
        decision.as_ref().map(write::recurring).unwrap_or_default()
    }
}

impl Drop for Conversation {
    /// Nobody is left waiting: calls in flight are aborted, and their turns settle with the decision as it stands.
    fn drop(&mut self) {
        self.shared.page.take();
        let unanswered = self.shared.asked.take();
        if let Some(journal) = self.shared.kept.journal() {
            journal.settle_others(&write::value(&Asked::messages(&[])), &self.shared.last_decision());
        }
        for Asked { call, .. } in unanswered {
            if let (Some(scorer), Some(call)) = (&self.shared.scorer, call) {
                scorer.cancel(call);
            }
        }
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conversation").finish_non_exhaustive()
    }
}
