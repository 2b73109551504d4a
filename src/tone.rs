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

/// How the bot should sound in one language; what is not given is taken from elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ToneTexts {
    /// To an unhappy customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub negative: Option<String>,
    /// To one who is neither, or of whom nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub neutral: Option<String>,
    /// To a content one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub positive: Option<String>,
}

impl ToneTexts {
    pub(crate) fn text(&self, label: Label) -> Option<&str> {
        match label {
            Label::Negative => self.negative.as_deref(),
            Label::Neutral => self.neutral.as_deref(),
            Label::Positive => self.positive.as_deref(),
        }
    }
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
    /// The tone for a label and what the bot has done so far; the policy may have an instruction of its own.
    pub(crate) fn new(
        texts: &Texts,
        instruction: Option<&str>,
        label: Label,
        bot: BotRecord,
        handoff: Handoff,
    ) -> Tone {
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
        let instruction = instruction.unwrap_or_else(|| texts.get(TextKey::tone(label), 0)).to_owned();
        Tone { label, instruction, hints }
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
