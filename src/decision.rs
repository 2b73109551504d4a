//! What should happen now, and why.

use crate::names::named;
use crate::parts::parts_of_named;
use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

use crate::event::EventKind;
use crate::handoff::{Handoff, Queue};
use crate::literal::Literal;
use crate::notice::Notice;
use crate::parts::parts_of_struct;
use crate::score::{ScoreSource, SentimentScore};
use crate::tone::Tone;
use crate::trend::Trend;

/// What the page should do, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), serde(rename_all = "kebab-case"))]
pub enum Action {
    /// The bot answers.
    Respond,
    /// The bot answers; worth watching.
    Watch,
    /// Show the "talk to a human" button.
    Offer,
    /// The bot asks "would you like a person?".
    Ask,
    /// Move the customer to a person.
    Handoff,
}

named!(Action { Respond "respond", Watch "watch", Offer "offer", Ask "ask", Handoff "handoff" });

/// How bad it is, mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Nothing to mind; also where no rule holds.
    Low,
    /// A person would help.
    Medium,
    /// A person should come.
    High,
    /// A person has to come: extreme frustration, or danger.
    Critical,
}

named!(Severity { Low "low", Medium "medium", High "high", Critical "critical" });

impl Decision {
    /// Whether the host's endpoint has to hear of the packet: a handoff was requested, or contact was left.
    #[must_use]
    pub fn brings_packet(&self) -> bool {
        self.raises.contains(&Raise::Handoff) || self.cause == EventKind::ContactLeft
    }
}

/// Something the host should be told of besides the decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Raise {
    /// A handoff was requested just now; its packet is ready.
    Handoff,
    /// A safety cue was found just now.
    Safety,
}

named!(Raise { Handoff "handoff", Safety "safety" });

/// Why an event changed nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Ignored {
    /// A score for a message that is unknown, or so old that it has left the history.
    UnknownMessage,
    /// A message with the id of one that is there already.
    DuplicateMessage,
}

named!(Ignored { UnknownMessage "unknown-message", DuplicateMessage "duplicate-message" });

/// One comparison that made the rule hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// The input compared, such as `frustration`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub input: Cow<'static, str>,
    /// Which cue or attribute, or of what the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How it was compared: `atLeast`, `above`, `atMost`, `below`, `is` or `isNot`.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub comparison: Cow<'static, str>,
    /// What it was compared with.
    pub threshold: Literal,
    /// What it was, null while unknown.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Literal | null"))]
    pub value: Option<Literal>,
    /// The scores a trend, slope or mean was computed from, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub values: Vec<f64>,
    /// Ids of the customer messages it was read from, newest first.
    pub messages: Vec<String>,
    /// How the value would have had to compare with the threshold for this not to hold.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "string"))]
    pub unless: Cow<'static, str>,
    /// Whether that alone would have been enough for the rule not to hold.
    pub enough: bool,
}

/// The score of the newest customer message.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
pub struct Sentiment {
    /// The score.
    #[cfg_attr(target_arch = "wasm32", serde(flatten))]
    pub score: SentimentScore,
    /// Where it came from.
    pub source: ScoreSource,
    /// Set while a model score is on its way that will replace this one.
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub provisional: bool,
}

/// One object with the score's own fields. Derived, `flatten` would make a map of it, which is written more slowly.
impl Serialize for Sentiment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Sentiment { score, source, provisional } = self;
        let sarcasm = score.sarcasm();
        let mut object =
            serializer.serialize_struct("Sentiment", 5 + usize::from(sarcasm.is_some()) + usize::from(*provisional))?;
        object.serialize_field("score", &score.score())?;
        object.serialize_field("label", &score.label())?;
        object.serialize_field("frustration", &score.frustration())?;
        object.serialize_field("urgency", &score.urgency())?;
        match sarcasm {
            Some(sarcasm) => object.serialize_field("sarcasm", &sarcasm)?,
            None => object.skip_field("sarcasm")?,
        }
        object.serialize_field("source", source)?;
        if *provisional {
            object.serialize_field("provisional", provisional)?;
        } else {
            object.skip_field("provisional")?;
        }
        object.end()
    }
}

/// What should happen now, after one event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", tsify(missing_as_null))]
#[serde(rename_all = "camelCase")]
pub struct Decision {
    /// `d1` for the first event applied, `d2` for the second, and so on.
    pub id: String,
    /// The newest customer message, null before the first.
    pub message_id: Option<String>,
    /// The type of the event.
    pub cause: EventKind,
    /// When it happened, in milliseconds, after clamping.
    pub at: f64,
    /// What to do. It repeats while the outcome holds, but while a person is asked for or there it is `respond`
    /// after the one decision that announced the handoff (preset `article`: the rules' outcome on every turn).
    pub action: Action,
    /// Whether the rules' outcome is `offer`, `ask` or `handoff`. This, severity, reason, rule and evidence say
    /// what the rules say of the history, whatever has become of the handoff.
    pub should_escalate: bool,
    /// How bad it is.
    pub severity: Severity,
    /// Why, in words; empty where no rule holds.
    pub reason: String,
    /// The id of the rule that fired.
    pub rule: Option<String>,
    /// The comparisons that made the rule hold.
    pub evidence: Vec<Evidence>,
    /// How the bot's next reply should sound.
    pub tone: Tone,
    /// The score of the newest customer message, null while unknown.
    pub sentiment: Option<Sentiment>,
    /// Where the scores are heading.
    pub trend: Trend,
    /// The scores of the last 200 scored messages, oldest first, each -1 to 1.
    pub sentiment_history: Vec<f64>,
    /// The highest frustration so far, 0 to 1; it never decays.
    pub peak_frustration: f64,
    /// Whether `action` or `handoff` differs from the decision before.
    pub changed: bool,
    /// Where the handoff stands.
    pub handoff: Handoff,
    /// Whether the bot should hold its tongue.
    pub bot_muted: bool,
    /// When to apply a `tick` at the latest, in milliseconds; null when time alone changes nothing.
    pub wake_at: Option<f64>,
    /// Where the rule sends the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// What the rules would have done, where shadow mode held it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub would_action: Option<Action>,
    /// Set in a conversation that is held in shadow, as a whole or as part of the hold-out.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub shadow: bool,
    /// Why the event changed nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ignored: Option<Ignored>,
    /// What the customer should be told now, in this order, each once; whatever concerns safety stands first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub notices: Vec<Notice>,
    /// Whether the customer should be able to leave an e-mail address or a number.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub contact: bool,
    /// The customer's place with the desk, while queued.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    /// What else the host should be told of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    pub raises: Vec<Raise>,
}

parts_of_named!(Action);
parts_of_named!(Severity);
parts_of_struct!(Evidence { input, name, comparison, threshold, value, values, messages, unless, enough });
