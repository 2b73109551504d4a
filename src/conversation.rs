//! One customer's chat: events in, decisions out.

mod holdout;
mod log;
mod options;
mod ruling;
mod said;

use std::mem;
use std::sync::Arc;

use crate::assessment::{Assessed, Assessment, Mark, State};
use crate::audit::LogEntry;
use crate::cue::{Cue, Features, PackSet, Reader};
use crate::decision::{Action, Decision, Ignored};
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventKind, MAX_ID_LENGTH};
use crate::handoff::{Desk, Handoff, Lifecycle, Moment, Queue};
use crate::json::decimal;
use crate::literal::Literal;
use crate::packet::{Contact, HandoffPacket, Source, reference};
use crate::pairs::Pairs;
use crate::policy::Policy;
use crate::redact::Redaction;
use crate::score::Label;
use crate::scoring::Role;
use crate::snapshot::Last;
use crate::summary::{ScoreShares, Summary, Tally};
use crate::texts::Texts;
use crate::transcript::{Transcript, TranscriptMessage};
use crate::utterance::Utterance;
use holdout::lot;
pub use options::{Mode, Options, PolicyChoice};
use ruling::Decided;
pub use ruling::Ruling;
pub use said::{CustomerSaid, Said};

/// One customer's chat as a deterministic state machine: no clock, no network, no randomness.
///
/// ```
/// use simmerdown::{Action, Conversation, CustomerSaid, Options};
///
/// let mut conversation = Conversation::new(Options::default())?;
/// let said = conversation.customer_said(CustomerSaid {
///     text: "This is the THIRD time I'm asking. Nothing works!!".to_owned(),
///     ..CustomerSaid::default()
/// })?;
/// assert_eq!(said.decision.action, Action::Offer);
/// # Ok::<(), simmerdown::Error>(())
/// ```
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "four independent switches")]
pub struct Conversation {
    pub(crate) id: Option<String>,
    pub(crate) policy: Arc<Policy>,
    shadow: bool,
    enabled: bool,
    pub(crate) language: Option<String>,
    /// Packs of cues that the conversation needs and nobody was told of.
    wanted: PackSet,
    redact: Redaction,
    /// Whether messages may go to a scorer outside of the page.
    pub(crate) remote_scoring: bool,
    texts: Texts,
    pub(crate) assessment: Assessment,
    pub(crate) lifecycle: Lifecycle,
    pub(crate) reader: Reader,
    pub(crate) tally: Tally,
    pub(crate) transcript: Transcript,
    /// What the customer left for a reply; in memory only.
    pub(crate) contact: Option<Contact>,
    pub(crate) applied: u64,
    pub(crate) bot_messages: u64,
    /// The time of the latest event, in milliseconds.
    pub(crate) now: f64,
    /// Whether a customer message was told by the caller's clock.
    pub(crate) live: bool,
    pub(crate) last: Option<Decided>,
    /// Whether texts are kept, and read although no rule asks what they say; a replay that keeps no decisions
    /// spares itself both.
    keeps_texts: bool,
    /// What a log has to be told of, where one is kept.
    log: Option<Vec<LogEntry>>,
}

/// A text as the agent may read it: the customer's address and number stay.
fn held(said: &Utterance<'_>) -> String {
    said.redacted(Redaction::HANDOFF).into_owned()
}

impl Conversation {
    /// A conversation that has not begun.
    ///
    /// # Errors
    /// A policy that is unknown or invalid, or an option out of range.
    pub fn new(options: Options) -> Result<Self, Error> {
        let mut options = options;
        let policy = mem::take(&mut options.policy).policy()?;
        Conversation::with_policy(policy, options)
    }

    /// A conversation that has not begun, under a policy that has been read and checked; the one that the
    /// options name is left aside.
    ///
    /// # Errors
    /// An option out of range.
    pub fn with_policy(policy: impl Into<Arc<Policy>>, options: Options) -> Result<Self, Error> {
        let policy = policy.into();
        if !(0.0..=1.0).contains(&options.holdout) {
            let message = format!("`holdout` is `{}`, give a share from 0 to 1", decimal(options.holdout));
            return Err(Error::new(ErrorCode::InvalidOptions, message));
        }
        for (name, value) in [("id", &options.id), ("language", &options.language)] {
            if value.as_ref().is_some_and(|value| value.is_empty() || value.len() > MAX_ID_LENGTH) {
                let message = format!("`{name}` is empty or longer than {MAX_ID_LENGTH} bytes");
                return Err(Error::new(ErrorCode::InvalidOptions, message));
            }
        }
        if options.holdout > 0.0 && options.id.is_none() {
            let message = "`holdout` needs an `id` to draw by, give the conversation's own";
            return Err(Error::new(ErrorCode::InvalidOptions, message));
        }
        let drawn = options.id.as_deref().map_or(1.0, lot);
        let mut assessment = Assessment::new(&policy);
        let mut wanted = PackSet::default();
        if let Some(language) = &options.language {
            assessment.speak(language);
            wanted.add(language);
        }
        Ok(Conversation {
            id: options.id,
            texts: options.texts,
            tally: Tally::default(),
            transcript: Transcript::default(),
            contact: None,
            shadow: options.mode == Mode::Shadow || drawn < options.holdout,
            enabled: options.enabled,
            language: options.language,
            wanted,
            redact: options.redact,
            remote_scoring: true,
            assessment,
            lifecycle: Lifecycle::new(),
            reader: Reader::default(),
            applied: 0,
            bot_messages: 0,
            now: 0.0,
            live: false,
            last: None,
            keeps_texts: true,
            log: None,
            policy,
        })
    }

    /// The rules.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The decision after the latest event, none before the first.
    #[must_use]
    pub fn last_decision(&self) -> Option<Decision> {
        self.ruling().map(|ruling| ruling.decision())
    }

    /// Takes one event in and says what should happen now.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidEvent`] for an event with values that cannot be used; the conversation is then as
    /// it was.
    pub fn apply(&mut self, event: Event) -> Result<Decision, Error> {
        self.apply_at(event, None)
    }

    fn apply_at(&mut self, event: Event, otherwise: Option<f64>) -> Result<Decision, Error> {
        Ok(self.advance_logged(event, otherwise, None)?.decision())
    }

    /// As [`Conversation::apply`], but builds nothing that was not asked for: a score is decided upon without
    /// allocating (a request for a person is kept, once), and the decision with its evidence and history is put
    /// together by [`Ruling::decision`].
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn advance(&mut self, event: &Event) -> Result<Ruling<'_>, Error> {
        self.advance_at(event, None, None)
    }

    /// As [`Conversation::apply`], beside a clock that reads `now`, in milliseconds; see [`Conversation::beside`]. A first
    /// message without a time happens at 0, as in a log without times.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn apply_beside(&mut self, event: Event, now: f64) -> Result<Decision, Error> {
        // A log that is replayed may have no times at all.
        let told = matches!(event, Event::CustomerMessage { .. } | Event::BotMessage { .. } | Event::Score { .. });
        let otherwise = if told { self.live.then_some(now) } else { self.beside(now) };
        self.apply_at(event, otherwise)
    }

    /// The time of an event without one, beside a clock that reads `now`, in milliseconds: that of the clock, so that no
    /// wait is counted from an old message. None where the customer messages so far came with times of their own, as in a
    /// log that is replayed: there such an event happens at the time of the one before.
    #[must_use]
    pub fn beside(&self, now: f64) -> Option<f64> {
        (self.live || self.assessment.turn() == 0).then_some(now)
    }

    /// Keeps no transcript, and leaves the texts unread where no rule of the policy asks what they say. The hints
    /// of the tone and the packet are then poorer; for replays that keep neither.
    pub(crate) fn spare_texts(&mut self) {
        self.keeps_texts = false;
    }

    /// Takes an event in; `said` is its text, where somebody has read it already.
    fn advance_at(
        &mut self,
        event: &Event,
        otherwise: Option<f64>,
        said: Option<&Utterance<'_>>,
    ) -> Result<Ruling<'_>, Error> {
        event.check()?;
        let given = event.at().or(otherwise);
        // A customer message is clamped against earlier ones only, so that a late score moves nobody's time.
        let mut at = given.unwrap_or(self.now).max(self.now);
        let mut heard = Heard::default();
        match event {
            Event::CustomerMessage { id, .. } if self.assessment.knows(id) => {
                heard.ignored = Some(Ignored::DuplicateMessage);
            }
            Event::CustomerMessage { id, text, features, awaits_model, .. } => {
                let read = text.as_deref().map(Utterance::of);
                let said = said.or(read.as_ref());
                let features = self.features(said, features.as_ref(), Reader::customer);
                heard.answer = features.answer;
                heard.safety = features.strength(Cue::Safety) > 0.0;
                let repeats = features.strength(Cue::RepeatsItself) > 0.0;
                let asks_human = features.strength(Cue::AsksHuman) > 0.0;
                let told = self.assessment.message(&self.policy, id.clone(), given, features, *awaits_model);
                at = if given.is_some() { told } else { at };
                self.keep(said, |text| {
                    let (role, id) = (Role::Customer, id.clone());
                    TranscriptMessage { role, id, text, at, repeats, asks_human }
                });
            }
            Event::Score { message_id, score, source, .. } => {
                let known = self.assessment.score(&self.policy, message_id, *score, *source);
                heard.ignored = (!known).then_some(Ignored::UnknownMessage);
            }
            Event::ScoreFailed { message_id, .. } => {
                let known = self.assessment.score_failed(&self.policy, message_id);
                heard.ignored = (!known).then_some(Ignored::UnknownMessage);
            }
            other => {
                let mark = self.mark(other, at, &mut heard);
                self.assessment.mark(&self.policy, mark, given);
            }
        }
        self.now = self.now.max(at);
        let decided = self.decide(event.kind(), at, heard);
        self.last = Some(decided);
        self.latest()
    }

    fn latest(&self) -> Result<Ruling<'_>, Error> {
        self.ruling().ok_or_else(|| Error::new(ErrorCode::InvalidEvent, "nothing has happened yet"))
    }

    /// The features of a message, read from its text where it has none.
    fn features(
        &mut self,
        said: Option<&Utterance<'_>>,
        features: Option<&Features>,
        read: impl FnOnce(&mut Reader, &Utterance<'_>) -> Features,
    ) -> Features {
        match (features, said) {
            (Some(features), _) => features.clone(),
            (None, Some(said)) if self.keeps_texts || self.policy.reads_texts() => read(&mut self.reader, said),
            _ => Features::default(),
        }
    }

    /// Keeps a message with its text for the agent.
    fn keep(&mut self, said: Option<&Utterance<'_>>, message: impl FnOnce(String) -> TranscriptMessage) {
        if let Some(said) = said.filter(|said| self.keeps_texts && !said.is_empty()) {
            self.transcript.push(message(held(said)));
        }
    }

    /// Keeps what an event says that is neither a customer message nor a score; gives what the assessment minds of it.
    fn mark(&mut self, event: &Event, at: f64, heard: &mut Heard) -> Mark {
        match event {
            Event::Started { channel, language, .. } => {
                if let Some(language) = language {
                    self.wanted.add(language);
                    self.language = Some(language.clone());
                }
                Mark::Started { channel: *channel, language: language.as_deref().map(Arc::from) }
            }
            Event::BotMessage { id, text, features, .. } => {
                self.bot_messages += 1;
                let said = text.as_deref().map(Utterance::of);
                let features = self.features(said.as_ref(), features.as_ref(), Reader::bot);
                let Features { apology, asks, .. } = features;
                heard.asks = asks;
                let repeats = features.strength(Cue::BotRepeats);
                self.keep(said.as_ref(), |text| {
                    let (role, id) = (Role::Bot, id.clone());
                    TranscriptMessage { role, id, text, at, repeats: repeats > 0.0, asks_human: false }
                });
                Mark::BotMessage { repeats, apology, asks }
            }
            Event::BotFailed { .. } => Mark::BotFailed,
            Event::OfferShown { .. } => Mark::OfferShown,
            Event::OfferDeclined { .. } => Mark::OfferDeclined,
            Event::OfferAccepted { .. } | Event::HumanRequested { .. } => Mark::Requested,
            Event::HandoffQueued { reference, wait_ms, position, .. } => {
                let (reference, wait_ms, position) = (reference.clone(), *wait_ms, *position);
                heard.queue = Some(Queue { since: at, wait_ms, position, reference });
                Mark::Queued { wait_ms }
            }
            Event::HandoffFailed { .. } | Event::HandoffCancelled { .. } => Mark::BackToBot,
            Event::HumanJoined { .. } => Mark::HumanJoined,
            Event::HumanLeft { .. } => Mark::HumanLeft,
            Event::Availability { state, wait_ms, opens_at, .. } => {
                heard.desk = Some(Desk { state: Some(*state), wait_ms: *wait_ms, opens_at: *opens_at });
                Mark::Availability { state: *state, wait_ms: *wait_ms, opens_at: *opens_at }
            }
            Event::Customer { attributes, .. } => {
                Mark::Customer { attributes: Arc::new(held_attributes(attributes.clone())) }
            }
            Event::ContactLeft { email, phone, .. } => {
                self.contact = Some(Contact { email: email.clone(), phone: phone.clone() });
                Mark::Passed
            }
            Event::Ended { .. }
            | Event::Outcome(_)
            | Event::Tick { .. }
            | Event::CustomerMessage { .. }
            | Event::Score { .. }
            | Event::ScoreFailed { .. } => Mark::Passed,
        }
    }

    fn decide(&mut self, cause: EventKind, at: f64, heard: Heard) -> Decided {
        let assessed = self.assess();
        let evidence = || self.assessment.evidence(&self.policy, &assessed);
        let verdict = self.lifecycle.step(
            &self.policy,
            &Moment {
                // What changed nothing is nobody's answer.
                kind: if heard.ignored.is_some() { EventKind::Tick } else { cause },
                now: self.now,
                turn: self.assessment.turn(),
                told_turn: self.assessment.told_turn(),
                answer: heard.answer,
                asks: heard.asks,
                assessed: &assessed,
                evidence: &evidence,
                shadow: self.shadow,
                desk: heard.desk,
                queue: heard.queue,
                texts: &self.texts,
            },
        );
        let rule = || assessed.rule.and_then(|place| self.policy.rules.get(place)).map(|rule| rule.id.clone());
        self.tally.count(cause, self.assessment.turn(), assessed, rule, &verdict);
        let handoff = self.lifecycle.state();
        let before =
            self.last.as_ref().map_or((Action::Respond, Handoff::Bot), |last| (last.verdict.action, last.handoff));
        self.applied += 1;
        let last = Last { cause, at, changed: before != (verdict.action, handoff) };
        // A policy without gates knows no cues.
        let safety = heard.safety && self.enabled && self.policy.gates.is_some();
        Decided { last, assessed, verdict, handoff, ignored: heard.ignored, safety }
    }

    /// Takes the last decision up again after a snapshot.
    pub(crate) fn look_back(&mut self, last: Last) {
        let (assessed, verdict) = (self.assess(), self.lifecycle.last_verdict());
        let handoff = self.lifecycle.state();
        self.last = Some(Decided { last, assessed, verdict, handoff, ignored: None, safety: false });
    }

    fn assess(&self) -> Assessed {
        if self.enabled { self.assessment.assess(&self.policy) } else { Assessed::CALM }
    }

    /// The reference number: the host's own once its desk gave one, before that one of ours.
    fn reference(&self) -> String {
        let own = || reference(self.id.as_deref(), self.lifecycle.request());
        self.lifecycle.reference().map_or_else(own, str::to_owned)
    }

    /// Whether messages may go to a scorer outside of the page; true until it is switched off. Where nothing is decided,
    /// nobody is asked.
    #[must_use]
    pub const fn remote_scoring(&self) -> bool {
        self.remote_scoring && self.enabled
    }

    /// Allows it or not, for the messages to come. What is on its way is the caller's to give up.
    pub const fn set_remote_scoring(&mut self, on: bool) {
        self.remote_scoring = on;
    }

    /// A language whose pack of cues the conversation needs, each once, one a call: the one it is in, as the host or
    /// `started` said, and those in which a customer's message seems to be. Where packs are files, as in the page, it
    /// is for the caller to load it and give it to [`take_pack`](crate::take_pack); the conversation never waits for one.
    ///
    /// ```
    /// use simmerdown::{Conversation, CustomerSaid, Options};
    ///
    /// let mut conversation = Conversation::new(Options::default())?;
    /// let text = "Wo ist meine Bestellung?".to_owned();
    /// conversation.customer_said(CustomerSaid { text, ..CustomerSaid::default() })?;
    /// assert_eq!((conversation.wanted_pack(), conversation.wanted_pack()), (Some("de"), None));
    /// # Ok::<(), simmerdown::Error>(())
    /// ```
    pub fn wanted_pack(&mut self) -> Option<&'static str> {
        self.wanted.pop()
    }

    /// The language that the page around is in, a BCP 47 tag: nothing is judged by it, but the pack will be wanted
    /// where nobody has said which language the conversation is in.
    pub fn surrounded_by(&mut self, language: &str) {
        if self.language.is_none() {
            self.wanted.add(language);
        }
    }

    /// What the agent who takes over should know.
    #[must_use]
    pub fn handoff_packet(&self) -> HandoffPacket {
        let state = self.assessment.state();
        let negative = |id: &str| self.assessment.score_of(id).is_some_and(|score| score.label() == Label::Negative);
        HandoffPacket::new(Source {
            id: self.id.as_deref(),
            reference: self.reference(),
            request: self.lifecycle.request(),
            last: self.last_decision(),
            turns: self.assessment.turn(),
            attributes: state.and_then(State::attributes).cloned().unwrap_or_default(),
            channel: state.and_then(State::channel),
            language: self.language.as_deref(),
            contact: self.contact.as_ref(),
            transcript: &self.transcript,
            bot_failures: state.map_or(0, State::bot_failures),
            negative: &negative,
        })
    }

    /// The conversation in numbers, for the host's analytics.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mode = if self.shadow { Mode::Shadow } else { Mode::Live };
        let scores = ScoreShares::among(self.assessment.sources());
        self.tally.summary(&self.policy.name, mode, self.assessment.turn(), scores)
    }

    /// What the customer left for a reply; none before and after it is forgotten.
    #[must_use]
    pub const fn contact(&self) -> Option<&Contact> {
        self.contact.as_ref()
    }

    /// Forgets what was said: the transcript and what the customer left for a reply. The decisions go on: they
    /// rest on numbers and cues.
    pub fn forget(&mut self) {
        self.transcript.clear();
        self.contact = None;
        self.take_log();
    }

    /// Name of the conversation.
    #[must_use]
    pub fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }
}

/// What an event brought besides its type.
#[derive(Debug, Default)]
struct Heard {
    answer: Option<crate::cue::Answer>,
    asks: bool,
    safety: bool,
    ignored: Option<Ignored>,
    desk: Option<Desk>,
    queue: Option<Queue>,
}

/// The attributes as they are kept: a host may put anything into them.
fn held_attributes(mut attributes: Pairs<String, Literal>) -> Pairs<String, Literal> {
    for value in attributes.values_mut() {
        if let Literal::Text(text) = value {
            *text = held(&Utterance::of(text));
        }
    }
    attributes
}
