//! What a rule may read, and which values it can be compared with.

use super::condition::Operator;
use crate::event::{Availability, Channel};
use crate::handoff::Handoff;
use crate::names::{Named, named};
use crate::score::Label;
use crate::trend::Trend;

/// What a comparison reads. A value that is not known makes its comparison fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Input {
    /// Score of the newest scored message, -1 to 1.
    Score,
    /// Label of the newest scored message.
    Label,
    /// Frustration of the newest scored message, 0 to 1.
    Frustration,
    /// Urgency of the newest scored message, 0 to 1.
    Urgency,
    /// `improving`, `stable` or `declining`.
    Trend,
    /// Slope of the trend, in score per message.
    Slope,
    /// Mean of `score`, `frustration` or `urgency` (its `name`) over the newest `over` scored messages.
    Mean,
    /// Negative signals in a row: scored messages labelled `negative`, or at or above the policy's
    /// `negativeFrustration`. An unscored message neither counts nor breaks the run.
    ConsecutiveNegatives,
    /// Newest customer messages in a row without a score.
    UnknownStreak,
    /// Highest frustration so far; it never decays, so a rule on it never clears.
    Peak,
    /// Customer messages so far.
    TurnCount,
    /// Milliseconds since the conversation began.
    Elapsed,
    /// Strength of the cue `name`, 0 to 1: the strongest in the newest `over` customer messages (1 unless
    /// given), for `bot-repeats` that of the newest bot message.
    Cue,
    /// Messages that showed the cue `name`, since the beginning or since the customer came back from a person.
    CueCount,
    /// Times the bot could not answer.
    BotFailures,
    /// Times in a row the bot could not answer; only a bot message or a person ends the run.
    BotFailureStreak,
    /// Milliseconds the customer has been waiting for a person.
    Wait,
    /// Milliseconds a customer is expected to wait for a person, as the host says.
    ExpectedWait,
    /// Offers and questions the customer has turned down.
    OffersDeclined,
    /// State of the handoff as the events tell it: `bot`, `offered`, `requested`, `queued`, `human`, `returned`.
    Handoff,
    /// `open`, `busy` or `closed`.
    Availability,
    /// `chat`, `voice` or `email`.
    Channel,
    /// Language of the conversation, a BCP 47 tag.
    Language,
    /// The customer attribute `name`.
    Attribute,
}

named!(Input {
    Score "score",
    Label "label",
    Frustration "frustration",
    Urgency "urgency",
    Trend "trend",
    Slope "slope",
    Mean "mean",
    ConsecutiveNegatives "consecutive-negatives",
    UnknownStreak "unknown-streak",
    Peak "peak",
    TurnCount "turn-count",
    Elapsed "elapsed",
    Cue "cue",
    CueCount "cue-count",
    BotFailures "bot-failures",
    BotFailureStreak "bot-failure-streak",
    Wait "wait",
    ExpectedWait "expected-wait",
    OffersDeclined "offers-declined",
    Handoff "handoff",
    Availability "availability",
    Channel "channel",
    Language "language",
    Attribute "attribute",
});

/// The values an input can have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Domain {
    /// A number in this range, compared in every way.
    Number(f64, f64),
    /// One of these names, compared with `is` and `isNot`.
    Words(&'static str),
    /// Any text, compared with `is` and `isNot`.
    Text,
    /// A flag, a number or a text, as the host says.
    Any,
}

/// What stands in `name` and `over` beside an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Naming {
    /// Neither.
    None,
    /// The name of a cue, and over how many messages where `over` is true.
    Cue { over: bool },
    /// The score's field a mean is taken of, and over how many messages.
    Mean,
    /// The name of an attribute.
    Attribute,
}

/// What a mean may be taken of.
pub(crate) const MEANS: &str = "score frustration urgency ";

/// The most messages a comparison may look back over.
pub(crate) const MAX_OVER: usize = 50;

/// Counts are compared up to here.
const HIGHEST_COUNT: f64 = 1_000_000.0;

impl Input {
    /// Every input, for tables, tests and the schema.
    pub const ALL: [Input; 24] = [
        Input::Score,
        Input::Label,
        Input::Frustration,
        Input::Urgency,
        Input::Trend,
        Input::Slope,
        Input::Mean,
        Input::ConsecutiveNegatives,
        Input::UnknownStreak,
        Input::Peak,
        Input::TurnCount,
        Input::Elapsed,
        Input::Cue,
        Input::CueCount,
        Input::BotFailures,
        Input::BotFailureStreak,
        Input::Wait,
        Input::ExpectedWait,
        Input::OffersDeclined,
        Input::Handoff,
        Input::Availability,
        Input::Channel,
        Input::Language,
        Input::Attribute,
    ];

    /// The values it can have; `name` says of what a mean is taken.
    pub(crate) fn domain(self, name: Option<&str>) -> Domain {
        match self {
            Input::Score => Domain::Number(-1.0, 1.0),
            Input::Mean if name == Some("score") => Domain::Number(-1.0, 1.0),
            Input::Frustration | Input::Urgency | Input::Peak | Input::Cue | Input::Mean => Domain::Number(0.0, 1.0),
            // From 1 to -1 in one message, and back.
            Input::Slope => Domain::Number(-2.0, 2.0),
            Input::ConsecutiveNegatives
            | Input::UnknownStreak
            | Input::TurnCount
            | Input::CueCount
            | Input::BotFailures
            | Input::BotFailureStreak
            | Input::OffersDeclined => Domain::Number(0.0, HIGHEST_COUNT),
            Input::Elapsed | Input::Wait | Input::ExpectedWait => Domain::Number(0.0, crate::event::MAX_TIME),
            Input::Label => Domain::Words(Label::NAMES),
            Input::Trend => Domain::Words(Trend::NAMES),
            Input::Handoff => Domain::Words(Handoff::NAMES),
            Input::Availability => Domain::Words(Availability::NAMES),
            Input::Channel => Domain::Words(Channel::NAMES),
            Input::Language => Domain::Text,
            Input::Attribute => Domain::Any,
        }
    }

    /// Whether its numbers are counts: whole, from zero.
    #[must_use]
    pub fn is_count(self) -> bool {
        matches!(self.domain(None), Domain::Number(_, HIGHEST_COUNT))
    }

    /// The lowest and the highest number it can be, those of `f64` where nothing bounds it; `name` says of what a mean is taken.
    #[must_use]
    pub fn range(self, name: Option<&str>) -> (f64, f64) {
        match self.domain(name) {
            Domain::Number(least, most) => (least, most),
            _ => (f64::MIN, f64::MAX),
        }
    }

    pub(crate) const fn naming(self) -> Naming {
        match self {
            Input::Cue => Naming::Cue { over: true },
            Input::CueCount => Naming::Cue { over: false },
            Input::Mean => Naming::Mean,
            Input::Attribute => Naming::Attribute,
            _ => Naming::None,
        }
    }
}

impl Domain {
    /// The operators that make sense.
    pub(crate) const fn operators(self) -> &'static [Operator] {
        match self {
            Domain::Words(_) | Domain::Text => &[Operator::Is, Operator::IsNot],
            Domain::Number(..) | Domain::Any => &Operator::ALL,
        }
    }
}
