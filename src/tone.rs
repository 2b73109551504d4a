//! How the bot's next reply should sound.

use serde::Serialize;

use crate::handoff::Handoff;
use crate::score::Label;
use crate::texts::{TextKey, Texts};

/// A fact the bot should mind, so that its empathy does not ring hollow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct ToneHint {
    /// What it is about.
    #[cfg_attr(
        target_arch = "wasm32",
        tsify(
            type = "\"already-apologised\" | \"already-asked\" | \"already-said\" | \"already-failed\" | \"handoff-waiting\""
        )
    )]
    pub hint: TextKey,
    /// How often, where it can be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// The fact and what to do about it, a sentence for a bot's prompt.
    pub text: String,
}

/// The instruction the bot's reply should follow.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Tone {
    /// The label it was chosen by; neutral when unknown.
    pub label: Label,
    /// The instruction, a sentence for a bot's prompt.
    pub instruction: String,
    /// Facts to mind.
    pub hints: Vec<ToneHint>,
}

/// What the bot has done so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct BotRecord {
    /// Messages that apologised.
    pub apologies: u32,
    /// Messages that asked an earlier question again.
    pub asked_again: u32,
    /// Messages that repeated an earlier one otherwise.
    pub said_again: u32,
    /// Failures in a row.
    pub failures: u32,
}

impl Tone {
    /// The tone for a label and what the bot has done so far.
    pub(crate) fn new(texts: &Texts, label: Label, bot: BotRecord, handoff: Handoff) -> Tone {
        let mut hints = Vec::new();
        for (hint, count) in [
            (TextKey::AlreadyApologised, bot.apologies),
            (TextKey::AlreadyAsked, bot.asked_again),
            (TextKey::AlreadySaid, bot.said_again),
            (TextKey::AlreadyFailed, bot.failures),
        ] {
            if count > 0 {
                let text = texts.filled(hint, "{count}", &count.to_string());
                hints.push(ToneHint { hint, count: Some(count), text });
            }
        }
        if matches!(handoff, Handoff::Requested | Handoff::Queued) {
            let text = texts.get(TextKey::HandoffWaiting, 0).to_owned();
            hints.push(ToneHint { hint: TextKey::HandoffWaiting, count: None, text });
        }
        Tone { label, instruction: texts.get(TextKey::tone(label), 0).to_owned(), hints }
    }
}

/// The English instruction for a label. The article's table is lost; these texts are ours.
#[must_use]
pub const fn instruction(label: Label) -> &'static str {
    match TextKey::tone(label).english() {
        [first, ..] => first,
        [] => "",
    }
}
