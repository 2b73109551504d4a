//! What was said, for the agent who takes over. In memory only, with the packet's redaction.

use serde::Serialize;

use crate::parts::parts_of_struct;
use crate::scoring::Role;
use crate::tracker::MAX_HISTORY;

/// UTF-8 bytes of text kept at the most, so that memory stays constant.
const MAX_BYTES: usize = 128 * 1_024;

/// One message of the transcript.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct TranscriptMessage {
    /// Who wrote it.
    pub role: Role,
    /// Its id.
    pub id: String,
    /// The text, with cards, IBANs and national ids masked.
    pub text: String,
    /// When, in milliseconds.
    pub at: f64,
    /// It says again what its writer said before.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub repeats: bool,
    /// The customer asks for a person in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub asks_human: bool,
}

/// The last messages of a conversation, oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Transcript(Vec<TranscriptMessage>);

impl Transcript {
    /// Adds a message; what is oldest makes room.
    pub fn push(&mut self, message: TranscriptMessage) {
        self.0.push(message);
        self.make_room();
    }

    fn make_room(&mut self) {
        let mut bytes: usize = self.0.iter().map(|message| message.text.len()).sum();
        let mut leaving = 0;
        while let Some(oldest) = self.0.get(leaving)
            && (self.0.len() - leaving > MAX_HISTORY || bytes > MAX_BYTES)
        {
            bytes -= oldest.text.len();
            leaving += 1;
        }
        self.0.drain(..leaving);
    }

    /// The messages with every text as `change` gives it.
    pub fn mapped(&self, change: impl Fn(&str) -> String) -> Vec<TranscriptMessage> {
        let each = |message: &TranscriptMessage| TranscriptMessage { text: change(&message.text), ..message.clone() };
        self.0.iter().map(each).collect()
    }

    /// Fits messages that come from outside into the bounds.
    pub fn of(messages: Vec<TranscriptMessage>) -> Transcript {
        let mut transcript = Transcript(messages);
        transcript.make_room();
        transcript
    }

    /// The messages, oldest first.
    pub fn messages(&self) -> impl DoubleEndedIterator<Item = &TranscriptMessage> + ExactSizeIterator {
        self.0.iter()
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }
}

parts_of_struct!(TranscriptMessage { role, id, text, at, repeats, asks_human });

#[cfg(test)]
mod tests {
    use super::*;

    fn message(number: usize, text: String) -> TranscriptMessage {
        let id = format!("m{number}");
        TranscriptMessage { role: Role::Customer, id, text, at: 0.0, repeats: false, asks_human: false }
    }

    #[test]
    fn it_is_bounded_by_number_and_by_bytes() {
        let mut transcript = Transcript::default();
        for number in 0..1_000 {
            transcript.push(message(number, "hello".to_owned()));
        }
        assert_eq!(transcript.messages().len(), MAX_HISTORY);
        assert_eq!(transcript.messages().next_back().unwrap().id, "m999");
        for number in 0..100 {
            transcript.push(message(number, "x".repeat(4_000)));
        }
        assert!(transcript.messages().map(|message| message.text.len()).sum::<usize>() <= MAX_BYTES);
    }
}
