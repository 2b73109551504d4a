//! How the bot's next reply should sound.

use serde::Serialize;

use crate::score::Label;

/// A fact the bot should mind, so that its empathy does not ring hollow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(tag = "hint", rename_all = "kebab-case")]
pub enum ToneHint {
    /// The bot has apologised that often already; another apology says nothing.
    AlreadyApologised {
        /// How often.
        count: u32,
    },
    /// The bot has repeated itself that often; say something else.
    AlreadySaid {
        /// How often.
        count: u32,
    },
    /// A person has been asked for and is not there yet; do not promise when.
    HandoffWaiting,
}

/// The instruction the bot's reply should follow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tone {
    /// The label it was chosen by; neutral when unknown.
    pub label: Label,
    /// The instruction, a sentence for a bot's prompt.
    pub instruction: &'static str,
    /// Facts to mind.
    pub hints: Vec<ToneHint>,
}

/// The instruction for a label. The article's table is lost; these texts are ours.
#[must_use]
pub const fn instruction(label: Label) -> &'static str {
    match label {
        Label::Negative => {
            "Be calm, brief and concrete. Say what you understood, then the next step you can take now. \
             No cheerfulness, no exclamation marks, no statement about the customer's feelings."
        }
        Label::Neutral => "Be friendly, clear and to the point. Answer the question first.",
        Label::Positive => "Be warm and upbeat. Confirm what went well and offer further help in a few words.",
    }
}
