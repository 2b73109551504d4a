//! One customer's chat: events in, decisions out.

use std::fmt;
use std::mem;
use std::sync::Arc;

use serde::de::value::MapAccessDeserializer;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::assessment::{Assessed, Assessment, Mark};
use crate::cue::{Cue, Reader, hash};
use crate::decision::{Action, Decision, Ignored, Raise};
use crate::error::{Error, ErrorCode};
use crate::event::{Event, EventKind, Failure, MAX_ID_LENGTH};
use crate::handoff::{Handoff, Lifecycle, Moment};
use crate::json::decimal;
use crate::on_device;
use crate::packet::HandoffPacket;
use crate::policy::Policy;
use crate::redact::{OVERHANG, Redaction, redact_cut};
use crate::score::{Label, ScoreSource};
use crate::scoring::ScoreReply;
use crate::tone::{Tone, ToneHint, instruction};
use crate::tracker::SentimentTracker;
use crate::trend::Trend;
use crate::words::{MAX_TEXT_LENGTH, cut_text, cut_to};

/// Whether the rules act or only decide and log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// The rules act.
    #[default]
    Live,
    /// What rules alone would have shown is held back and stands in `wouldAction`.
    Shadow,
}

/// A preset by its name, or a policy document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum PolicyChoice {
    Preset(#[cfg_attr(target_arch = "wasm32", tsify(type = "\"balanced\" | \"article\""))] String),
    Document(Box<Policy>),
}

impl Default for PolicyChoice {
    fn default() -> Self {
        PolicyChoice::Preset(Policy::DEFAULT.to_owned())
    }
}

impl<'de> Deserialize<'de> for PolicyChoice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameOrDocument;

        impl<'de> Visitor<'de> for NameOrDocument {
            type Value = PolicyChoice;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a preset or a policy document")
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<PolicyChoice, E> {
                Ok(PolicyChoice::Preset(name.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, document: A) -> Result<PolicyChoice, A::Error> {
                Policy::deserialize(MapAccessDeserializer::new(document)).map(Box::new).map(PolicyChoice::Document)
            }
        }

        deserializer.deserialize_any(NameOrDocument)
    }
}

/// How a conversation is held.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object")]
pub struct Options {
    /// Name of the conversation; the hold-out is drawn by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The rules; `balanced` unless given.
    pub policy: PolicyChoice,
    /// Whether the rules act.
    pub mode: Mode,
    /// Share of conversations held in shadow, 0 to 1, chosen by a hash of their `id`.
    pub holdout: f64,
    /// When false the rules are off and only the entry is left.
    pub enabled: bool,
    /// Language of the conversation, a BCP 47 tag; unknown unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What of a message becomes a placeholder before a scorer sees it; everything that is known unless told.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "boolean | Redaction"))]
    pub redact: Redaction,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            id: None,
            policy: PolicyChoice::default(),
            mode: Mode::Live,
            holdout: 0.0,
            enabled: true,
            language: None,
            redact: Redaction::ALL,
        }
    }
}

/// What the customer wrote, for [`Conversation::customer_said`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CustomerSaid {
    /// The text; what is longer than the cap is not read.
    pub text: String,
    /// The host's id of the message; `m1`, `m2` … unless given.
    pub id: Option<String>,
    /// When, in milliseconds.
    pub at: Option<f64>,
    /// What the caller's clock reads, in milliseconds: the time of a message without its own.
    pub now: Option<f64>,
    /// A model score is on its way.
    pub awaits_model: bool,
}

/// What [`Conversation::customer_said`] answers.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// Id of the message.
    pub id: String,
    /// What should happen now, from cues and the on-device score: the decision on the score, which also carries
    /// what the decision on the message just before it announced.
    pub decision: Decision,
    /// The text a scorer is asked about: cut to the cap and redacted as the options say.
    pub message: String,
}

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
pub struct Conversation {
    policy: Policy,
    shadow: bool,
    enabled: bool,
    language: Option<String>,
    redact: Redaction,
    assessment: Assessment,
    lifecycle: Lifecycle,
    reader: Reader,
    applied: u64,
    bot_messages: u64,
    /// The time of the latest event, in milliseconds.
    now: f64,
    /// Whether a customer message was told by the caller's clock.
    live: bool,
    last: Option<Decision>,
}

impl Conversation {
    /// A conversation that has not begun.
    ///
    /// # Errors
    /// A policy that is unknown or invalid, or an option out of range.
    pub fn new(options: Options) -> Result<Self, Error> {
        let mut options = options;
        let policy = match mem::take(&mut options.policy) {
            PolicyChoice::Preset(name) => Policy::preset(&name)?,
            PolicyChoice::Document(policy) => {
                policy.check()?;
                *policy
            }
        };
        Conversation::with_policy(policy, options)
    }

    /// A conversation that has not begun, under a policy that has been read and checked; the one that the
    /// options name is left aside.
    ///
    /// # Errors
    /// An option out of range.
    pub fn with_policy(policy: Policy, options: Options) -> Result<Self, Error> {
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
        let drawn = options.id.as_deref().map_or(1.0, |id| f64::from(hash(id)) / 4_294_967_296.0);
        let mut assessment = Assessment::new(&policy);
        if let Some(language) = &options.language {
            assessment.speak(language);
        }
        Ok(Conversation {
            shadow: options.mode == Mode::Shadow || drawn < options.holdout,
            enabled: options.enabled,
            language: options.language,
            redact: options.redact,
            assessment,
            lifecycle: Lifecycle::new(),
            reader: Reader::default(),
            applied: 0,
            bot_messages: 0,
            now: 0.0,
            live: false,
            last: None,
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
    pub fn last_decision(&self) -> Option<&Decision> {
        self.last.as_ref()
    }

    /// Takes one event in and says what should happen now.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidEvent`] for an event with values that cannot be used; the conversation is then as
    /// it was.
    pub fn apply(&mut self, event: Event) -> Result<Decision, Error> {
        self.apply_at(event, None)
    }

    /// As [`Conversation::apply`], beside a clock that reads `now`, in milliseconds. It is the time of an event
    /// without one as soon as a customer message was told by that clock, so that no wait is counted from an old
    /// message; before that, and so in a log that is replayed, such an event happens at the time of the one
    /// before.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn apply_beside(&mut self, event: Event, now: f64) -> Result<Decision, Error> {
        self.apply_at(event, self.live.then_some(now))
    }

    fn apply_at(&mut self, event: Event, otherwise: Option<f64>) -> Result<Decision, Error> {
        event.check()?;
        let given = event.at().or(otherwise);
        let event = self.without_text(event);
        let kind = event.kind();
        // A customer message is clamped against earlier ones only, so that a late score moves nobody's time.
        let mut at = given.unwrap_or(self.now).max(self.now);
        let mut heard = Heard::default();
        match event {
            Event::CustomerMessage { id, .. } if self.assessment.knows(&id) => {
                heard.ignored = Some(Ignored::DuplicateMessage);
            }
            Event::CustomerMessage { id, features, awaits_model, .. } => {
                let features = features.unwrap_or_default();
                heard.answer = features.answer;
                heard.safety = features.strength(Cue::Safety) > 0.0;
                let told = self.assessment.message(&self.policy, id.clone(), given, features, awaits_model);
                at = if given.is_some() { told } else { at };
            }
            Event::Score { message_id, score, source, .. } => {
                let known = self.assessment.score(&self.policy, &message_id, score, source);
                heard.ignored = (!known).then_some(Ignored::UnknownMessage);
            }
            Event::ScoreFailed { message_id, .. } => {
                let known = self.assessment.score_failed(&self.policy, &message_id);
                heard.ignored = (!known).then_some(Ignored::UnknownMessage);
            }
            other => {
                if let Event::Started { language: Some(language), .. } = &other {
                    self.language = Some(language.clone());
                }
                let mark = self.mark(other);
                self.assessment.mark(&self.policy, mark, given);
            }
        }
        self.now = self.now.max(at);
        let decision = self.decide(kind, at, &heard);
        self.last = Some(decision.clone());
        Ok(decision)
    }

    /// The event as a log without texts keeps it: with the `features` of its text, as this conversation reads
    /// it, in the text's place. Applied next, it leads to the same decision as the event itself.
    #[must_use]
    pub fn without_text(&mut self, event: Event) -> Event {
        match &event {
            // A message that is there already is read and forgotten: it says nothing new.
            Event::CustomerMessage { id, .. } if self.assessment.knows(id) => self.reader.clone().read(event),
            _ => self.reader.read(event),
        }
    }

    /// What the assessment minds of an event that is neither a customer message nor a score.
    fn mark(&mut self, event: Event) -> Mark {
        match event {
            Event::Started { channel, language, .. } => Mark::Started { channel, language: language.map(Arc::from) },
            Event::BotMessage { features, .. } => {
                self.bot_messages += 1;
                let features = features.unwrap_or_default();
                Mark::BotMessage { repeats: features.strength(Cue::BotRepeats), apology: features.apology }
            }
            Event::BotFailed { .. } => Mark::BotFailed,
            Event::OfferShown { .. } => Mark::OfferShown,
            Event::OfferDeclined { .. } => Mark::OfferDeclined,
            Event::OfferAccepted { .. } | Event::HumanRequested { .. } => Mark::Requested,
            Event::HandoffQueued { wait_ms, .. } => Mark::Queued { wait_ms },
            Event::HandoffFailed { .. } | Event::HandoffCancelled { .. } => Mark::BackToBot,
            Event::HumanJoined { .. } => Mark::HumanJoined,
            Event::HumanLeft { .. } => Mark::HumanLeft,
            Event::Availability { state, wait_ms, .. } => Mark::Availability { state, wait_ms },
            Event::Customer { attributes, .. } => Mark::Customer { attributes: Arc::new(attributes) },
            Event::ContactLeft { .. }
            | Event::Ended { .. }
            | Event::Outcome(_)
            | Event::Tick { .. }
            | Event::CustomerMessage { .. }
            | Event::Score { .. }
            | Event::ScoreFailed { .. } => Mark::Passed,
        }
    }

    fn decide(&mut self, kind: EventKind, at: f64, heard: &Heard) -> Decision {
        let assessed = if self.enabled { self.assessment.assess(&self.policy) } else { Assessed::CALM };
        let evidence = || self.assessment.evidence(&self.policy, &assessed);
        let verdict = self.lifecycle.step(
            &self.policy,
            &Moment {
                // What changed nothing is nobody's answer.
                kind: if heard.ignored.is_some() { EventKind::Tick } else { kind },
                now: self.now,
                turn: self.assessment.turn(),
                told_turn: self.assessment.told_turn(),
                answer: heard.answer,
                assessed,
                evidence: &evidence,
                shadow: self.shadow,
            },
        );
        let mut raises = Vec::new();
        if verdict.requested {
            raises.push(Raise::Handoff);
        }
        // A policy without gates knows no cues.
        if heard.safety && self.enabled && self.policy.gates.is_some() {
            raises.push(Raise::Safety);
        }
        let rule = assessed.rule.and_then(|place| self.policy.rules.get(place));
        let evidence = evidence();
        let handoff = self.lifecycle.state();
        let before = self.last.as_ref().map_or((Action::Respond, Handoff::Bot), |last| (last.action, last.handoff));
        self.applied += 1;
        let tracker = self.assessment.tracker();
        Decision {
            id: format!("d{}", self.applied),
            message_id: self.assessment.newest_id().map(str::to_owned),
            cause: kind,
            at,
            action: verdict.action,
            should_escalate: assessed.action >= Action::Offer,
            severity: assessed.severity,
            reason: rule.map_or_else(String::new, |rule| rule.reason.clone()),
            rule: rule.map(|rule| rule.id.clone()),
            evidence,
            tone: self.tone(),
            sentiment: self.assessment.sentiment(),
            trend: tracker.map_or(Trend::Stable, |tracker| tracker.trend(&self.policy.trend)),
            sentiment_history: tracker.map_or_else(Vec::new, |tracker| tracker.history().collect()),
            peak_frustration: tracker.map_or(0.0, SentimentTracker::peak_frustration),
            changed: before != (verdict.action, handoff),
            handoff,
            bot_muted: handoff.bot_muted(),
            wake_at: self.lifecycle.wake_at(),
            route: rule.and_then(|rule| rule.route.clone()),
            would_action: verdict.would_action,
            ignored: heard.ignored,
            raises,
        }
    }

    fn tone(&self) -> Tone {
        let newest = self.assessment.tracker().and_then(SentimentTracker::newest);
        let label = newest.map_or(Label::Neutral, |(_, score)| score.label());
        let mut hints = Vec::new();
        if let Some(state) = self.assessment.state() {
            if state.apologies > 0 {
                hints.push(ToneHint::AlreadyApologised { count: state.apologies });
            }
            if state.bot_repetitions > 0 {
                hints.push(ToneHint::AlreadySaid { count: state.bot_repetitions });
            }
        }
        if matches!(self.lifecycle.state(), Handoff::Requested | Handoff::Queued) {
            hints.push(ToneHint::HandoffWaiting);
        }
        Tone { label, instruction: instruction(label), hints }
    }

    /// What the customer wrote, with its on-device score: `customer-message` and then `score`, as two events.
    /// A language the on-device scorer does not know leaves the message without a score.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn customer_said(&mut self, said: CustomerSaid) -> Result<Said, Error> {
        let CustomerSaid { text, id, at, now, awaits_model } = said;
        let (by_clock, at) = (at.is_none() && now.is_some(), at.or(now));
        let message = redact_cut(&text, self.redact).into_owned();
        let id = id.unwrap_or_else(|| self.free_id());
        // A little more than is scored, so that a number which the cap would cut in two is still seen as one.
        let read = Some(cut_to(&text, MAX_TEXT_LENGTH + OVERHANG).to_owned());
        let event = Event::CustomerMessage { id: id.clone(), text: read, features: None, awaits_model, at };
        let heard = self.apply(event)?;
        self.live |= by_clock;
        let score = match heard.ignored {
            None => on_device::score(cut_text(&text), self.language.as_deref()).ok(),
            Some(_) => None,
        };
        let Some(score) = score else { return Ok(Said { id, decision: heard, message }) };
        let (message_id, source, at) = (id.clone(), ScoreSource::OnDevice, Some(heard.at));
        let mut decision = self.apply(Event::Score { message_id, score, source, at })?;
        // A handoff is announced once, and here that was a moment ago, by a cue.
        if heard.action == Action::Handoff {
            decision.action = Action::Handoff;
        }
        decision.changed |= heard.changed;
        decision.raises.splice(0..0, heard.raises);
        Ok(Said { id, decision, message })
    }

    /// What the bot wrote.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn bot_said(&mut self, text: &str, id: Option<String>, at: Option<f64>) -> Result<Decision, Error> {
        let id = id.unwrap_or_else(|| format!("b{}", self.bot_messages + 1));
        self.apply(Event::BotMessage { id, text: Some(text.to_owned()), features: None, at })
    }

    /// What came of asking the scorer: its score, or that there is none. An answer that says it is from an
    /// on-device scorer brings nothing the page has not got; the page's own score becomes final.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    #[allow(clippy::needless_pass_by_value, reason = "the answer is used up")]
    pub fn scorer_answered(
        &mut self,
        message_id: &str,
        answer: Result<ScoreReply, Failure>,
        at: Option<f64>,
    ) -> Result<Decision, Error> {
        let message_id = message_id.to_owned();
        self.apply(match answer {
            Ok(ScoreReply { score, source: ScoreSource::Model, .. }) => {
                Event::Score { message_id, score, source: ScoreSource::Model, at }
            }
            Ok(ScoreReply { source: ScoreSource::OnDevice, .. }) => {
                Event::ScoreFailed { message_id, failure: Failure::Http, at }
            }
            Err(failure) => Event::ScoreFailed { message_id, failure, at },
        })
    }

    /// What the agent who takes over should know.
    #[must_use]
    pub fn handoff_packet(&self) -> HandoffPacket {
        let attributes = self.assessment.state().map(|state| state.attributes().clone()).unwrap_or_default();
        let turns = self.assessment.turn();
        HandoffPacket::new(&self.policy, self.lifecycle.request(), self.last.as_ref(), turns, attributes)
    }

    /// The first of `m1`, `m2` … from the next turn on that no message has.
    fn free_id(&self) -> String {
        let mut number = u64::from(self.assessment.turn()) + 1;
        loop {
            let id = format!("m{number}");
            if !self.assessment.knows(&id) {
                return id;
            }
            number += 1;
        }
    }
}

/// What an event brought besides its type.
#[derive(Debug, Default)]
struct Heard {
    answer: Option<crate::cue::Answer>,
    safety: bool,
    ignored: Option<Ignored>,
}
