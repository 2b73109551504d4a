//! One text of a conversation, read at most once for everybody who asks: redaction, cues, the on-device scorer.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::redact::{Looked, Redaction};
use crate::words::{Words, cut_text};

/// What somebody wrote.
#[derive(Debug)]
pub(crate) struct Utterance<'a> {
    text: &'a str,
    looked: Looked<'a>,
    words: OnceCell<Words>,
}

impl<'a> Utterance<'a> {
    pub fn of(text: &'a str) -> Utterance<'a> {
        Utterance { text, looked: Looked::at(text), words: OnceCell::new() }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// As [`redact_cut`](crate::redact::redact_cut).
    pub fn redacted(&self, what: Redaction) -> Cow<'a, str> {
        self.looked.redacted(what)
    }

    /// Its words without its personal data.
    pub fn words(&self) -> &Words {
        self.words.get_or_init(|| Words::read(&self.redacted(Redaction::ALL)))
    }

    /// Calls `read` with its words as they were written.
    pub fn with_written<T>(&self, read: impl FnOnce(&Words) -> T) -> T {
        match self.redacted(Redaction::ALL) {
            Cow::Borrowed(_) => read(self.words()),
            Cow::Owned(_) => read(&Words::read(cut_text(self.text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_read_without_personal_data_and_as_they_were_written() {
        for (text, without, written) in [
            ("Mail me, please", "mail me please", "mail me please"),
            ("write to ann@example.com", "write to email", "write to ann example com"),
        ] {
            let utterance = Utterance::of(text);
            let joined = |words: &Words| words.lower().collect::<Vec<_>>().join(" ");
            assert_eq!(joined(utterance.words()), without);
            assert_eq!(utterance.with_written(joined), written);
        }
    }
}
