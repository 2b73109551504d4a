//! The small outcome of one event, and the decision that is built from it when somebody asks.

use super::Conversation;
use crate::assessment::{Assessed, State, Trace};
use crate::decision::{Action, Decision, Ignored, Raise, Severity};
use crate::event::EventKind;
use crate::handoff::{Handoff, Verdict};
use crate::notice::Notice;
use crate::policy::Rule;
use crate::score::Label;
use crate::snapshot::Last;
use crate::texts::TextKey;
use crate::tone::Tone;
use crate::tracker::SentimentTracker;

/// What an event came to, without anything that can be read from the conversation as long as it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Decided {
    pub last: Last,
    pub assessed: Assessed,
    pub verdict: Verdict,
    pub handoff: Handoff,
    pub ignored: Option<Ignored>,
    /// The message has a safety cue.
    pub safety: bool,
}

/// What one event came to. It borrows the conversation; the methods are named as the fields of [`Decision`].
#[derive(Debug, Clone, Copy)]
pub struct Ruling<'a> {
    conversation: &'a Conversation,
    decided: &'a Decided,
}

impl<'a> Ruling<'a> {
    /// The type of the event.
    #[must_use]
    pub fn cause(&self) -> EventKind {
        self.decided.last.cause
    }

    /// When it happened, in milliseconds, after clamping.
    #[must_use]
    pub fn at(&self) -> f64 {
        self.decided.last.at
    }

    /// Customer messages so far.
    #[must_use]
    pub fn turn(&self) -> u32 {
        self.conversation.assessment.turn()
    }

    /// What to do.
    #[must_use]
    pub fn action(&self) -> Action {
        self.decided.verdict.action
    }

    /// What the rules would have done, where shadow mode held it back.
    #[must_use]
    pub fn would_action(&self) -> Option<Action> {
        self.decided.verdict.would_action
    }

    /// What the rules call for, whatever the handoff has come to.
    #[must_use]
    pub fn outcome(&self) -> Action {
        self.decided.assessed.action
    }

    /// What the rules call for while it could still be done: [`Action::Respond`] where people have the conversation or
    /// are asked for, and of what was settled before. Rates and verdicts count this.
    #[must_use]
    pub fn called_for(&self) -> Action {
        if self.is_moot() { Action::Respond } else { self.outcome() }
    }

    /// Whether people have the conversation or are asked for, or what the rules see was settled before.
    pub(crate) fn is_moot(&self) -> bool {
        self.decided.verdict.moot
    }

    /// Whether [`outcome`](Ruling::outcome) is `offer`, `ask` or `handoff`.
    #[must_use]
    pub fn should_escalate(&self) -> bool {
        self.outcome() >= Action::Offer
    }

    /// How bad it is.
    #[must_use]
    pub fn severity(&self) -> Severity {
        self.decided.assessed.severity
    }

    /// Place in the policy of the rule that fired.
    #[must_use]
    pub fn rule_place(&self) -> Option<usize> {
        self.decided.assessed.rule
    }

    /// The rule that fired.
    #[must_use]
    pub fn rule(&self) -> Option<&'a Rule> {
        self.rule_place().and_then(|place| self.conversation.policy.rules.get(place))
    }

    /// Where the handoff stands.
    #[must_use]
    pub fn handoff(&self) -> Handoff {
        self.decided.handoff
    }

    /// Whether the event asked for a person just now.
    #[must_use]
    pub fn requested(&self) -> bool {
        self.decided.verdict.requested.is_some()
    }

    /// Whether `action` or `handoff` differs from before.
    #[must_use]
    pub fn changed(&self) -> bool {
        self.decided.last.changed
    }

    /// Why the event changed nothing.
    #[must_use]
    pub fn ignored(&self) -> Option<Ignored> {
        self.decided.ignored
    }

    /// Whether the conversation is held in shadow.
    #[must_use]
    pub fn shadow(&self) -> bool {
        self.conversation.shadow
    }

    /// Why every rule holds or does not, as the conversation stands.
    #[must_use]
    pub fn trace(&self) -> Option<Trace> {
        self.conversation.assessment.trace(&self.conversation.policy, &self.decided.assessed)
    }

    /// What the host should be told of besides the decision.
    pub(crate) fn raises(&self) -> Vec<Raise> {
        let mut raises = Vec::new();
        if self.requested() {
            raises.push(Raise::Handoff);
        }
        if self.decided.safety {
            raises.push(Raise::Safety);
        }
        raises
    }

    /// What the customer should be told now.
    pub(crate) fn notices(&self) -> Vec<Notice> {
        let Ruling { conversation, decided } = self;
        let mut told = decided.verdict.notices.clone();
        if decided.safety {
            told.insert(0, (TextKey::Safety, 0));
        }
        if told.is_empty() {
            return Vec::new();
        }
        let lifecycle = &conversation.lifecycle;
        let (desk, queue, number) = (lifecycle.desk(), lifecycle.queue(), conversation.reference());
        let notice = |told| Notice::new(&conversation.texts, told, desk, queue, &number);
        told.into_iter().map(notice).collect()
    }

    /// The whole decision, with evidence, tone and history.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let Ruling { conversation, decided } = self;
        let verdict = &decided.verdict;
        let lifecycle = &conversation.lifecycle;
        let rule = self.rule();
        let tracker = conversation.assessment.tracker();
        Decision {
            id: format!("d{}", conversation.applied),
            message_id: conversation.assessment.newest_id().map(str::to_owned),
            cause: decided.last.cause,
            at: decided.last.at,
            action: verdict.action,
            should_escalate: self.should_escalate(),
            severity: self.severity(),
            reason: rule.map_or_else(String::new, |rule| rule.reason.clone()),
            rule: rule.map(|rule| rule.id.clone()),
            evidence: conversation.assessment.evidence(&conversation.policy, &decided.assessed),
            tone: conversation.tone(),
            sentiment: conversation.assessment.sentiment(),
            trend: conversation.assessment.trend(&conversation.policy),
            sentiment_history: tracker.map_or_else(Vec::new, |tracker| tracker.history().collect()),
            peak_frustration: tracker.map_or(0.0, SentimentTracker::peak_frustration),
            changed: decided.last.changed,
            handoff: decided.handoff,
            bot_muted: decided.handoff.bot_muted(),
            wake_at: lifecycle.wake_at(),
            route: rule.and_then(|rule| rule.route.clone()),
            would_action: verdict.would_action,
            shadow: conversation.shadow,
            ignored: decided.ignored,
            notices: self.notices(),
            contact: lifecycle.contact(),
            queue: lifecycle.queue().cloned(),
            raises: self.raises(),
        }
    }
}

impl Conversation {
    /// What the latest event came to, none before the first.
    #[must_use]
    pub fn ruling(&self) -> Option<Ruling<'_>> {
        self.last.as_ref().map(|decided| Ruling { conversation: self, decided })
    }

    fn tone(&self) -> Tone {
        let newest = self.assessment.tracker().and_then(SentimentTracker::newest);
        let label = newest.map_or(Label::Neutral, |(_, score)| score.label());
        let bot = self.assessment.state().map(State::bot_record).unwrap_or_default();
        let instruction = self.policy.instruction(self.language.as_deref(), label);
        Tone::new(&self.texts, instruction, label, bot, self.lifecycle.state())
    }
}
