//! What customer, bot and scorer say, told as events.

use super::Conversation;
use crate::decision::{Action, Decision};
use crate::error::Error;
use crate::event::{Event, Failure};
use crate::on_device;
use crate::redact::OVERHANG;
use crate::score::{ScoreSource, SentimentScore};
use crate::scoring::ScoreReply;
use crate::utterance::Utterance;
use crate::words::{MAX_TEXT_LENGTH, Words, cut_to};

/// What the customer wrote, for [`Conversation::customer_said`](super::Conversation::customer_said).
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

/// What [`Conversation::customer_said`](super::Conversation::customer_said) answers.
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

impl Conversation {
    /// What the customer wrote, with its on-device score: `customer-message` and then `score`, as two events.
    /// A language the on-device scorer does not know leaves the message without a score.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn customer_said(&mut self, said: CustomerSaid) -> Result<Said, Error> {
        let CustomerSaid { mut text, id, at, now, awaits_model } = said;
        let awaits_model = awaits_model && self.remote_scoring();
        let (by_clock, at) = (at.is_none() && now.is_some(), at.or(now));
        let id = id.unwrap_or_else(|| self.free_id());
        // A little more than is scored, so that a number which the cap would cut in two is still seen as one.
        text.truncate(cut_to(&text, MAX_TEXT_LENGTH + OVERHANG).len());
        let said = Utterance::of(&text);
        let message = said.redacted(self.redact).into_owned();
        let told = Some(text.clone());
        let event = Event::CustomerMessage { id: id.clone(), text: told, features: None, awaits_model, at };
        let heard = self.advance_logged(event, None, Some(&said))?;
        let (ignored, at, action, changed) = (heard.ignored(), heard.at(), heard.action(), heard.changed());
        let (mut raises, mut notices) = (heard.raises(), heard.notices());
        self.live |= by_clock;
        let score = match ignored {
            None => said.with_written(|words| self.scored_words(words, self.language.as_deref())),
            Some(_) => None,
        };
        let Some(score) = score else {
            self.wanted.join(on_device::noticed(&Words::read(&text)));
            return Ok(Said { id, decision: self.latest()?.decision(), message });
        };
        let (message_id, source, at) = (id.clone(), ScoreSource::OnDevice, Some(at));
        let mut decision = self.apply(Event::Score { message_id, score, source, at })?;
        // A handoff is announced once, and here that was a moment ago, by a cue.
        if action == Action::Handoff {
            decision.action = Action::Handoff;
        }
        decision.changed |= changed;
        raises.append(&mut decision.raises);
        notices.append(&mut decision.notices);
        (decision.raises, decision.notices) = (raises, notices);
        Ok(Said { id, decision, message })
    }

    /// The on-device score of the newest customer message, in the light of what happened before it; none in a
    /// language the scorer does not know. A policy that asks for nothing but scores gets that of the message alone.
    pub(crate) fn scored_on_device(&self, text: &str, language: Option<&str>) -> Option<SentimentScore> {
        self.scored_words(&Words::read(text), language)
    }

    fn scored_words(&self, words: &Words, language: Option<&str>) -> Option<SentimentScore> {
        let score = on_device::of_words(words, language).ok()?;
        Some(if self.policy.reads_texts() { self.assessment.before().tell(score) } else { score })
    }

    /// What the bot wrote.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn bot_said(&mut self, text: &str, id: Option<String>, at: Option<f64>) -> Result<Decision, Error> {
        let id = id.unwrap_or_else(|| format!("b{}", self.bot_messages + 1));
        self.apply(Event::BotMessage { id, text: Some(text.to_owned()), features: None, at })
    }

    /// What came of asking the scorer: its score, or that there is none.
    ///
    /// # Errors
    /// As [`Conversation::apply`].
    pub fn scorer_answered(
        &mut self,
        message_id: &str,
        answer: Result<ScoreReply, Failure>,
        at: Option<f64>,
    ) -> Result<Decision, Error> {
        self.apply(Event::answered(message_id, answer, at))
    }

    /// Whether the customer has written three messages to a bot that was never heard of: the cues about the bot are
    /// blind then.
    #[must_use]
    pub fn hears_no_bot(&self) -> bool {
        self.bot_messages == 0 && self.assessment.turn() >= 3 && !self.lifecycle.state().bot_muted()
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
