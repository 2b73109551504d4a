//! Texts in, features out: what stands in a log that keeps no texts.

use super::Features;
use super::repetition::Recent;
use crate::event::Event;
use crate::parts::parts_of_struct;
use crate::utterance::Utterance;

/// Reads the texts of one conversation in order, each without its personal data, so that a log whose texts were
/// redacted reads the same. It remembers hashed words, no text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reader {
    customer: Recent,
    bot: Recent,
}

impl Reader {
    /// The features of a customer's text.
    pub fn customer(&mut self, said: &Utterance<'_>) -> Features {
        Features::of_customer(said.words(), &mut self.customer)
    }

    /// The features of a bot's text.
    pub fn bot(&mut self, said: &Utterance<'_>) -> Features {
        Features::of_bot(said.words(), &mut self.bot)
    }

    /// The event with the `features` of its text in the place of the text; any other event as it is.
    pub fn read(&mut self, event: Event) -> Event {
        match event {
            Event::CustomerMessage { id, text: Some(text), awaits_model, at, .. } => {
                let features = Some(self.customer(&Utterance::of(&text)));
                Event::CustomerMessage { id, text: None, features, awaits_model, at }
            }
            Event::BotMessage { id, text: Some(text), at, .. } => {
                let features = Some(self.bot(&Utterance::of(&text)));
                Event::BotMessage { id, text: None, features, at }
            }
            other => other,
        }
    }
}

parts_of_struct!(Reader { customer, bot });
