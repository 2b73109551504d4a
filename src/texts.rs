//! What is said to the customer, and what is told to the bot: the English texts, and the host's own.
//!
//! The core decides which text is due and fills it in. The English notices are what the package's elements show in
//! English, word for word, and a test holds the two together; the notices of other languages are those of the elements
//! too (`noticesFor`), and come in as an option. What is told to the bot stands here alone. No text names an emotion,
//! and none promises when somebody will be there.

use crate::pairs::Pairs;
use crate::strings::parted;

use serde::Serialize;

use crate::names::{self, named};
use crate::reading::{Fields, Flaw, Read, Reading, deserialize_by_tree};
use crate::score::Label;
use crate::tree::Tree;

/// The most UTF-8 bytes of one text.
const MAX_TEXT: usize = 2_000;
/// The most variants of one text.
const MAX_VARIANTS: usize = 20;

/// Names of the texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum TextKey {
    /// The message may be about somebody's safety: where to find help at once.
    Safety,
    /// A person was asked for.
    Requested,
    /// A person was asked for, and nobody is there at this hour.
    DeskClosed,
    /// A person was asked for, and there is a wait.
    DeskBusy,
    /// The desk accepted.
    Queued,
    /// The customer writes while waiting; one text after the other, none twice.
    Holding,
    /// An agent joined.
    Joined,
    /// The agent left; the bot answers again.
    Returned,
    /// Nobody accepted in time; the bot goes on.
    NotAccepted,
    /// The desk could not take the customer; the bot goes on.
    Failed,
    /// The customer would rather not wait; the bot goes on.
    Cancelled,
    /// The customer left an e-mail address or a number.
    ContactKept,
    /// A sentence with the expected wait, `{minutes}`.
    Wait,
    /// A sentence with the place in the queue, `{position}`.
    Position,
    /// A sentence with the reference number, `{reference}`.
    Reference,
    /// The instruction to the bot while the customer's messages are negative.
    ToneNegative,
    /// The instruction to the bot otherwise.
    ToneNeutral,
    /// The instruction to the bot while they are positive.
    TonePositive,
    /// To the bot: it has apologised `{count}` times.
    AlreadyApologised,
    /// To the bot: it has asked the same again, `{count}` times.
    AlreadyAsked,
    /// To the bot: it has repeated itself otherwise, `{count}` times.
    AlreadySaid,
    /// To the bot: it could not answer `{count}` times in a row.
    AlreadyFailed,
    /// To the bot: a person was asked for and nobody has accepted yet.
    HandoffWaiting,
}

named!(TextKey {
    Safety "safety",
    Requested "requested",
    DeskClosed "desk-closed",
    DeskBusy "desk-busy",
    Queued "queued",
    Holding "holding",
    Joined "joined",
    Returned "returned",
    NotAccepted "not-accepted",
    Failed "failed",
    Cancelled "cancelled",
    ContactKept "contact-kept",
    Wait "wait",
    Position "position",
    Reference "reference",
    ToneNegative "tone-negative",
    ToneNeutral "tone-neutral",
    TonePositive "tone-positive",
    AlreadyApologised "already-apologised",
    AlreadyAsked "already-asked",
    AlreadySaid "already-said",
    AlreadyFailed "already-failed",
    HandoffWaiting "handoff-waiting",
});

impl TextKey {
    /// The instruction for a label.
    pub(crate) const fn tone(label: Label) -> TextKey {
        match label {
            Label::Negative => TextKey::ToneNegative,
            Label::Neutral => TextKey::ToneNeutral,
            Label::Positive => TextKey::TonePositive,
        }
    }

    /// The English text, in as many variants as there are.
    #[must_use]
    pub const fn english(self) -> &'static [&'static str] {
        match self {
            TextKey::Safety => {
                &["If you or somebody else may be in danger, please call your local emergency services now: \
                 112 in Europe, 999 in the UK, 911 in the US and Canada. You can also ask for a person here."]
            }
            TextKey::Requested => &["Asking the team for a person. You can go on writing meanwhile."],
            TextKey::DeskClosed => {
                &["The team is not here at the moment. You can leave an e-mail address or a number for \
                 the team."]
            }
            TextKey::DeskBusy => {
                &["Asking the team for a person. The team is busy at the moment. You can also leave an \
                 e-mail address or a number."]
            }
            TextKey::Queued => &["You are in line for a person."],
            TextKey::Holding => &[
                "Your message is kept for the person who joins.",
                "You are still in line, and what you write is kept.",
                "If you would rather not wait, you can leave an e-mail address or a number, or stay with the assistant.",
            ],
            TextKey::Joined => &["A person joined the chat."],
            TextKey::Returned => &["The person left the chat. You are talking to the automated assistant again. If \
                 anything is left, write here, or ask for a person as before."],
            TextKey::NotAccepted | TextKey::Failed => {
                &["Nobody was free to answer. The assistant stays here, and you \
                 can ask again at any time. You can also leave an e-mail address or a number for the team."]
            }
            TextKey::Cancelled => &["All right, the assistant goes on."],
            TextKey::ContactKept => &["Thank you. It is noted for the team."],
            TextKey::Wait => &["Waiting time: about {minutes} min."],
            TextKey::Position => &["You are number {position} in line."],
            TextKey::Reference => &["Reference: {reference}."],
            TextKey::ToneNegative => {
                &["Be calm, brief and concrete. Say what you understood, then the next step you can take now. \
                 No cheerfulness, no exclamation marks, no statement about the customer's feelings."]
            }
            TextKey::ToneNeutral => &["Be friendly, clear and to the point. Answer the question first."],
            TextKey::TonePositive => {
                &["Be warm and upbeat. Confirm what went well and offer further help in a few words."]
            }
            TextKey::AlreadyApologised => &["You have apologised already ({count}). Do not apologise again."],
            TextKey::AlreadyAsked => {
                &["You have asked the same again ({count}). Do not ask it once more; use what you know."]
            }
            TextKey::AlreadySaid => {
                &["You have repeated yourself ({count}). Say something else, or say that you cannot help."]
            }
            TextKey::AlreadyFailed => &["You could not answer ({count}). Say so plainly; do not try the same again."],
            TextKey::HandoffWaiting => &[
                "A person was asked for and is not there yet. Say so if asked, do not promise when, and go on helping.",
            ],
        }
    }
}

/// Texts that stand in the place of the English ones, by their names.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Texts(
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Partial<Record<TextKey, string | string[]>>"))]
    Pairs<TextKey, Vec<String>>,
);

impl Read for Texts {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut texts = Pairs::new();
        for (name, given) in Fields::of(tree, "an object of texts", &[], reading).entries() {
            let key = names::known(&name, reading);
            let list: Vec<String> = match given {
                Tree::Text(text) => vec![text.into_owned()],
                list @ Tree::List(_) => reading.under(&name, list),
                other => {
                    reading.refuse(Flaw::instead(&other, "a text or a list of texts").under(&name));
                    continue;
                }
            };
            let long = list.iter().any(|text| text.len() > MAX_TEXT);
            if list.is_empty() || list.len() > MAX_VARIANTS || long {
                reading.refuse(Flaw::new(format!(
                    "a text has no or more than {MAX_VARIANTS} variants or is longer than {MAX_TEXT} bytes"
                )));
            }
            texts.insert(key, list);
        }
        Texts(texts)
    }
}

deserialize_by_tree!(Texts);

impl Texts {
    /// How many variants there are of a text.
    pub(crate) fn variants(&self, key: TextKey) -> u32 {
        self.0.get(&key).map_or(key.english().len(), Vec::len) as u32
    }

    /// A variant of a text; after the last one comes the first again.
    pub(crate) fn get(&self, key: TextKey, variant: u32) -> &str {
        let place = (variant % self.variants(key).max(1)) as usize;
        match self.0.get(&key) {
            Some(own) => own.get(place).map_or("", String::as_str),
            None => key.english().get(place).copied().unwrap_or_default(),
        }
    }

    /// A text with the value in its place.
    pub(crate) fn filled(&self, key: TextKey, name: &str, value: &str) -> String {
        let (mut filled, mut rest) = (String::new(), self.get(key, 0));
        while let Some((before, after)) = parted(rest, name) {
            filled.push_str(before);
            filled.push_str(value);
            rest = after;
        }
        filled.push_str(rest);
        filled
    }
}

crate::parts::parts_of_named!(TextKey);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn own_texts_stand_in_the_place_of_the_english_ones_and_take_turns() {
        let texts: Texts =
            serde_json::from_value(serde_json::json!({ "holding": ["eins", "zwei"], "queued": "da" })).unwrap();
        let holding: Vec<_> = (0..3).map(|variant| texts.get(TextKey::Holding, variant)).collect();
        assert_eq!(holding, ["eins", "zwei", "eins"]);
        assert_eq!(texts.get(TextKey::Queued, 5), "da");
        assert_eq!(texts.get(TextKey::Joined, 0), TextKey::Joined.english()[0]);
        assert_eq!(texts.filled(TextKey::Wait, "{minutes}", "4"), "Waiting time: about 4 min.");
    }

    #[test]
    fn unknown_names_and_empty_lists_are_refused() {
        for bad in [
            serde_json::json!({ "greeting": "hi" }),
            serde_json::json!({ "holding": [] }),
            serde_json::json!({ "holding": 7 }),
            serde_json::json!({ "holding": "x".repeat(MAX_TEXT + 1) }),
        ] {
            assert!(serde_json::from_value::<Texts>(bad.clone()).is_err(), "{bad}");
        }
    }
}
