//! The condition of a rule: a tree of comparisons over what the conversation shows.

use serde::Serialize;

use super::input::Input;
use crate::cue::Cue;
use crate::literal::{Literal, Value};

/// How a value is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// From this number on.
    AtLeast,
    /// Above this number.
    Above,
    /// Up to this number.
    AtMost,
    /// Below this number.
    Below,
    /// Equal to this value.
    Is,
    /// Known, and not equal to this value.
    IsNot,
}

impl Operator {
    /// Every operator.
    pub const ALL: [Operator; 6] =
        [Operator::AtLeast, Operator::Above, Operator::AtMost, Operator::Below, Operator::Is, Operator::IsNot];

    /// Whether it asks for an order, which only numbers have.
    pub(crate) const fn orders(self) -> bool {
        !matches!(self, Operator::Is | Operator::IsNot)
    }

    /// The operator that holds exactly when this one does not.
    #[must_use]
    pub const fn opposite(self) -> Operator {
        match self {
            Operator::AtLeast => Operator::Below,
            Operator::Above => Operator::AtMost,
            Operator::AtMost => Operator::Above,
            Operator::Below => Operator::AtLeast,
            Operator::Is => Operator::IsNot,
            Operator::IsNot => Operator::Is,
        }
    }

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

    /// Whether a number stands to a threshold as the operator says.
    #[must_use]
    pub fn compares(self, value: f64, threshold: f64) -> bool {
        match self {
            Operator::AtLeast => value >= threshold,
            Operator::Above => value > threshold,
            Operator::AtMost => value <= threshold,
            Operator::Below => value < threshold,
            Operator::Is => value == threshold,
            Operator::IsNot => value != threshold,
        }
    }

    fn holds(self, value: Value<'_>, threshold: &Literal) -> bool {
        let (Value::Number(value), Literal::Number(threshold)) = (value, threshold) else {
            // Only numbers have an order.
            return !self.orders() && (value == threshold.as_value()) == (self == Operator::Is);
        };
        self.compares(value, *threshold)
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
    pub over: Option<u32>,
    /// How it is compared.
    pub operator: Operator,
    /// With what.
    pub threshold: Literal,
}

impl Comparison {
    fn holds(&self, value: Value<'_>) -> bool {
        match (value, &self.threshold) {
            (Value::Text(tag), Literal::Text(range)) if self.input == Input::Language && !self.operator.orders() => {
                speaks(tag, range) == (self.operator == Operator::Is)
            }
            _ => self.operator.holds(value, &self.threshold),
        }
    }
}

/// Whether a language tag is in a language range: `pt` takes in `pt-BR` (RFC 4647, basic filtering).
pub(crate) fn speaks(tag: &str, range: &str) -> bool {
    let (tag, range) = (tag.as_bytes(), range.as_bytes());
    tag.get(..range.len()).is_some_and(|head| head.eq_ignore_ascii_case(range))
        && tag.get(range.len()).is_none_or(|next| *next == b'-')
}

/// A tree of comparisons.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(into = "ConditionDocument")]
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
    /// Whether the condition holds. Most are a comparison, which is not worth a call.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    #[allow(clippy::inline_always, reason = "asked only to, the compiler makes one function of this and the next")]
    pub(crate) fn holds(&self, inputs: &impl Inputs) -> bool {
        match self {
            Condition::Compare(comparison) => inputs.value(comparison).is_some_and(|value| comparison.holds(value)),
            tree => tree.tree_holds(inputs),
        }
    }

    /// The same, for what has branches.
    fn tree_holds(&self, inputs: &impl Inputs) -> bool {
        match self {
            Condition::All(branches) => branches.iter().all(|branch| branch.holds(inputs)),
            Condition::Any(branches) => branches.iter().any(|branch| branch.holds(inputs)),
            Condition::Not(branch) => !branch.holds(inputs),
            Condition::Compare(_) => self.holds(inputs),
        }
    }

    /// Calls `visit` with every comparison that makes the condition hold, or with `wanted: false` that keeps it
    /// from holding. `alone` says whether that comparison turning out otherwise would have been enough.
    pub(crate) fn explain<'a>(
        &'a self,
        inputs: &'a impl Inputs,
        wanted: bool,
        alone: bool,
        visit: &mut impl FnMut(Shown<'a>),
    ) {
        match self {
            // All of these are needed, or none of them would have been enough to save it.
            Condition::All(branches) | Condition::Any(branches) => {
                let each_counts = matches!(self, Condition::All(_)) == wanted;
                let speaking = || branches.iter().filter(|branch| branch.holds(inputs) == wanted);
                let alone = alone && (each_counts || speaking().count() == 1);
                for branch in speaking() {
                    branch.explain(inputs, wanted, alone, visit);
                }
            }
            Condition::Not(branch) => branch.explain(inputs, !wanted, alone, visit),
            Condition::Compare(comparison) => {
                visit(Shown { comparison, value: inputs.value(comparison), holds: wanted, alone });
            }
        }
    }

    /// Calls `visit` with every comparison and its place in the tree, such as `all[0].not`.
    pub(crate) fn each<'a>(&'a self, inputs: &'a impl Inputs, place: &str, visit: &mut impl FnMut(&str, Shown<'a>)) {
        match self {
            Condition::All(branches) | Condition::Any(branches) => {
                let key = if matches!(self, Condition::All(_)) { "all" } else { "any" };
                for (index, branch) in branches.iter().enumerate() {
                    branch.each(inputs, &format!("{place}.{key}[{index}]"), visit);
                }
            }
            Condition::Not(branch) => branch.each(inputs, &format!("{place}.not"), visit),
            Condition::Compare(comparison) => {
                let value = inputs.value(comparison);
                let holds = value.is_some_and(|value| comparison.holds(value));
                visit(place, Shown { comparison, value, holds, alone: false });
            }
        }
    }

    /// Whether the condition reads this cue.
    pub(crate) fn reads_cue(&self, cue: Cue) -> bool {
        match self {
            Condition::All(branches) | Condition::Any(branches) => branches.iter().any(|branch| branch.reads_cue(cue)),
            Condition::Not(branch) => branch.reads_cue(cue),
            Condition::Compare(comparison) => comparison.cue == Some(cue),
        }
    }

    /// Whether a comparison of the tree reads one of these inputs.
    pub(crate) fn reads(&self, inputs: &[Input]) -> bool {
        match self {
            Condition::All(branches) | Condition::Any(branches) => branches.iter().any(|branch| branch.reads(inputs)),
            Condition::Not(branch) => branch.reads(inputs),
            Condition::Compare(comparison) => inputs.contains(&comparison.input),
        }
    }
}

/// A comparison with what it read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shown<'a> {
    pub comparison: &'a Comparison,
    /// None while it is not known.
    pub value: Option<Value<'a>>,
    /// Whether the comparison holds.
    pub holds: bool,
    /// Whether this one turning out otherwise would have been enough.
    pub alone: bool,
}

/// A condition as it stands in a policy document: one of `all`, `any`, `not`, or an `input` with one operator.
#[derive(Debug, Clone, Default, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), tsify(rename = "Condition"))]
#[serde(rename_all = "camelCase", rename = "Condition", default)]
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
    over: Option<u32>,
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
    fn the_opposite_holds_when_the_operator_does_not() {
        for operator in Operator::ALL {
            assert_eq!(operator.opposite().opposite(), operator);
            for value in [0.2, 0.5, 0.8] {
                let holds = |operator: Operator| operator.holds(Value::Number(value), &Literal::Number(0.5));
                assert_ne!(holds(operator), holds(operator.opposite()));
            }
        }
    }

    #[test]
    fn a_language_takes_in_its_regions() {
        assert!(speaks("pt-BR", "pt") && speaks("PT", "pt") && speaks("pt-BR", "pt-br"));
        assert!(!speaks("pt", "pt-BR") && !speaks("ptx", "pt") && !speaks("es", "pt"));
    }
}
