//! The condition of a rule: a tree of comparisons over what the conversation shows.

use serde::{Deserialize, Serialize};

use crate::cue::Cue;
use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::literal::{Literal, Value};

/// What a comparison reads. A value that is not known makes its comparison fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
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

impl Input {
    /// The name used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Input::Score => "score",
            Input::Label => "label",
            Input::Frustration => "frustration",
            Input::Urgency => "urgency",
            Input::Trend => "trend",
            Input::Slope => "slope",
            Input::Mean => "mean",
            Input::ConsecutiveNegatives => "consecutive-negatives",
            Input::UnknownStreak => "unknown-streak",
            Input::Peak => "peak",
            Input::TurnCount => "turn-count",
            Input::Elapsed => "elapsed",
            Input::Cue => "cue",
            Input::CueCount => "cue-count",
            Input::BotFailures => "bot-failures",
            Input::BotFailureStreak => "bot-failure-streak",
            Input::Wait => "wait",
            Input::ExpectedWait => "expected-wait",
            Input::OffersDeclined => "offers-declined",
            Input::Handoff => "handoff",
            Input::Availability => "availability",
            Input::Channel => "channel",
            Input::Language => "language",
            Input::Attribute => "attribute",
        }
    }
}

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Operator {
    AtLeast,
    Above,
    AtMost,
    Below,
    Is,
    IsNot,
}

impl Operator {
    /// The key used in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Operator::AtLeast => "atLeast",
            Operator::Above => "above",
            Operator::AtMost => "atMost",
            Operator::Below => "below",
            Operator::Is => "is",
            Operator::IsNot => "isNot",
        }
    }

    fn holds(self, value: Value<'_>, threshold: &Literal) -> bool {
        match (self, value, threshold.as_value()) {
            (Operator::Is, value, threshold) => value == threshold,
            (Operator::IsNot, value, threshold) => value != threshold,
            (Operator::AtLeast, Value::Number(value), Value::Number(threshold)) => value >= threshold,
            (Operator::Above, Value::Number(value), Value::Number(threshold)) => value > threshold,
            (Operator::AtMost, Value::Number(value), Value::Number(threshold)) => value <= threshold,
            (Operator::Below, Value::Number(value), Value::Number(threshold)) => value < threshold,
            _ => false,
        }
    }
}

/// One input compared with one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// What is read.
    pub input: Input,
    /// Which cue or attribute, or of what the mean.
    pub name: Option<String>,
    /// The cue of that name, looked up once.
    pub(crate) cue: Option<Cue>,
    /// Over how many messages.
    pub over: Option<usize>,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub threshold: Literal,
}

/// A tree of comparisons.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "ConditionDocument", into = "ConditionDocument")]
pub enum Condition {
    /// Every branch holds.
    All(Vec<Condition>),
    /// At least one branch holds.
    Any(Vec<Condition>),
    /// The branch does not hold, or what it reads is not known.
    Not(Box<Condition>),
    /// The comparison holds.
    Compare(Comparison),
}

/// What a condition reads its inputs from.
pub(crate) trait Inputs {
    /// The value of an input, none while it is not known.
    fn value(&self, comparison: &Comparison) -> Option<Value<'_>>;
}

impl Condition {
    /// Whether the condition holds.
    pub(crate) fn holds(&self, inputs: &impl Inputs) -> bool {
        match self {
            Condition::All(branches) => branches.iter().all(|branch| branch.holds(inputs)),
            Condition::Any(branches) => branches.iter().any(|branch| branch.holds(inputs)),
            Condition::Not(branch) => !branch.holds(inputs),
            Condition::Compare(comparison) => {
                inputs.value(comparison).is_some_and(|value| comparison.operator.holds(value, &comparison.threshold))
            }
        }
    }

    /// Whether the condition reads this cue.
    pub(crate) fn reads(&self, cue: Cue) -> bool {
        match self {
            Condition::All(branches) | Condition::Any(branches) => branches.iter().any(|branch| branch.reads(cue)),
            Condition::Not(branch) => branch.reads(cue),
            Condition::Compare(comparison) => comparison.cue == Some(cue),
        }
    }

    /// Calls `visit` with every comparison that holds and helps the condition to hold.
    pub(crate) fn each_holding<'a>(
        &'a self,
        inputs: &'a impl Inputs,
        visit: &mut impl FnMut(&'a Comparison, Value<'a>),
    ) {
        match self {
            Condition::All(branches) | Condition::Any(branches) => {
                for branch in branches {
                    branch.each_holding(inputs, visit);
                }
            }
            // What does not hold has no comparison to show.
            Condition::Not(_) => {}
            Condition::Compare(comparison) => {
                if let Some(value) = inputs.value(comparison)
                    && comparison.operator.holds(value, &comparison.threshold)
                {
                    visit(comparison, value);
                }
            }
        }
    }
}

/// A condition as it stands in a policy document: one of `all`, `any`, `not`, or an `input` with one operator.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(rename = "Condition"))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, rename = "Condition", expecting = "an object")]
pub struct ConditionDocument {
    /// Every branch holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition[]"))]
    all: Option<Vec<Condition>>,
    /// At least one branch holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition[]"))]
    any: Option<Vec<Condition>>,
    /// The branch does not hold, or what it reads is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition"))]
    not: Option<Box<Condition>>,
    /// What is compared.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Input>,
    /// Which cue or attribute, or of what the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Over how many of the newest messages, 1 to 50.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<usize>,
    /// Holds from this number on.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_least: Option<f64>,
    /// Holds above this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    above: Option<f64>,
    /// Holds up to this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    at_most: Option<f64>,
    /// Holds below this number.
    #[serde(skip_serializing_if = "Option::is_none")]
    below: Option<f64>,
    /// Holds for this value.
    #[serde(skip_serializing_if = "Option::is_none")]
    is: Option<Literal>,
    /// Holds for any other value.
    #[serde(skip_serializing_if = "Option::is_none")]
    is_not: Option<Literal>,
}

/// The most messages a comparison may look back over.
pub(crate) const MAX_OVER: usize = 50;

impl TryFrom<ConditionDocument> for Condition {
    type Error = Error;

    fn try_from(document: ConditionDocument) -> Result<Self, Error> {
        let refuse = |message: String| Err(Error::new(ErrorCode::InvalidPolicy, message));
        let ConditionDocument { all, any, not, input, name, over, at_least, above, at_most, below, is, is_not } =
            document;
        let number = |operator, value: Option<f64>| value.map(|value| (operator, Literal::Number(value)));
        let mut operators = [
            number(Operator::AtLeast, at_least),
            number(Operator::Above, above),
            number(Operator::AtMost, at_most),
            number(Operator::Below, below),
            is.map(|value| (Operator::Is, value)),
            is_not.map(|value| (Operator::IsNot, value)),
        ]
        .into_iter()
        .flatten();
        let operator = operators.next();
        if operators.next().is_some() {
            return refuse("a comparison has more than one operator, put each into a branch of `all`".to_owned());
        }
        match (all, any, not, input, operator) {
            (Some(branches), None, None, None, None) if !branches.is_empty() => Ok(Condition::All(branches)),
            (None, Some(branches), None, None, None) if !branches.is_empty() => Ok(Condition::Any(branches)),
            (None, None, Some(branch), None, None) => Ok(Condition::Not(branch)),
            (None, None, None, Some(input), Some((operator, threshold))) => {
                if let Literal::Number(number) = threshold
                    && !number.is_finite()
                {
                    let (input, number) = (input.as_str(), decimal(number));
                    return refuse(format!("`{input}` is compared with `{number}`, give a finite number"));
                }
                if over.is_some_and(|over| over == 0 || over > MAX_OVER) {
                    return refuse(format!("`over` is out of range, give a number from 1 to {MAX_OVER}"));
                }
                let cue = name.as_deref().and_then(Cue::parse);
                let known = match input {
                    Input::Cue => cue.is_some(),
                    Input::CueCount => cue.is_some() && over.is_none(),
                    Input::Mean => {
                        matches!(name.as_deref(), Some("score" | "frustration" | "urgency")) && over.is_some()
                    }
                    Input::Attribute => name.is_some(),
                    _ => name.is_none() && over.is_none(),
                };
                if !known {
                    return refuse(format!(
                        "`{}` needs another `name` or `over`: cues take the name of a cue, attributes their name, \
                         `mean` one of score, frustration, urgency and an `over`, all others neither",
                        input.as_str()
                    ));
                }
                Ok(Condition::Compare(Comparison { input, name, cue, over, operator, threshold }))
            }
            _ => refuse(
                "a condition is one of `all` or `any` with branches, `not` with a branch, \
                 or an `input` with one of atLeast, above, atMost, below, is, isNot"
                    .to_owned(),
            ),
        }
    }
}

impl From<Condition> for ConditionDocument {
    fn from(condition: Condition) -> Self {
        let mut document = ConditionDocument::default();
        match condition {
            Condition::All(branches) => document.all = Some(branches),
            Condition::Any(branches) => document.any = Some(branches),
            Condition::Not(branch) => document.not = Some(branch),
            Condition::Compare(Comparison { input, name, over, operator, threshold, .. }) => {
                document.input = Some(input);
                document.name = name;
                document.over = over;
                match (operator, threshold) {
                    (Operator::AtLeast, Literal::Number(number)) => document.at_least = Some(number),
                    (Operator::Above, Literal::Number(number)) => document.above = Some(number),
                    (Operator::AtMost, Literal::Number(number)) => document.at_most = Some(number),
                    (Operator::Below, Literal::Number(number)) => document.below = Some(number),
                    (Operator::IsNot, threshold) => document.is_not = Some(threshold),
                    (_, threshold) => document.is = Some(threshold),
                }
            }
        }
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_writes_back_as_it_was_read() {
        for text in [
            r#"{"input":"frustration","atLeast":0.75}"#,
            r#"{"all":[{"input":"score","atMost":-0.6},{"not":{"input":"trend","is":"improving"}}]}"#,
            r#"{"any":[{"input":"cue","name":"safety","above":0.0},{"input":"mean","name":"score","over":3,"below":0.0}]}"#,
            r#"{"input":"attribute","name":"tier","isNot":"gold"}"#,
        ] {
            let condition: Condition = serde_json::from_str(text).unwrap();
            assert_eq!(serde_json::to_string(&condition).unwrap(), text);
        }
    }

    #[test]
    fn what_is_no_condition_is_refused() {
        for text in [
            r"{}",
            r#"{"all":[]}"#,
            r#"{"input":"frustration"}"#,
            r#"{"input":"frustration","atLeast":0.5,"below":0.9}"#,
            r#"{"input":"frustration","atleast":0.5}"#,
            r#"{"input":"mood","atLeast":0.5}"#,
            r#"{"input":"cue","name":"shrug","above":0}"#,
            r#"{"input":"mean","name":"score","above":0}"#,
            r#"{"input":"score","over":3,"above":0}"#,
            r#"{"input":"cue","name":"safety","over":0,"above":0}"#,
        ] {
            assert!(serde_json::from_str::<Condition>(text).is_err(), "{text}");
        }
    }
}
