//! Whether a condition can hold at all, and whether one holds wherever another does.
//!
//! A condition is taken apart into alternatives, each a list of comparisons that have to hold together or not to hold.
//! What depends on more than one input (a label on its score) is not known here: what is called impossible is so.

use std::ops::ControlFlow;

use simmerdown::{Comparison, Condition, Input, Literal, Operator};

/// More alternatives are not looked at.
const MOST: usize = 2_000;

/// A comparison that has to hold, or not to.
#[derive(Clone, Copy)]
struct Demand<'a> {
    comparison: &'a Comparison,
    holds: bool,
}

/// The ways in which a condition holds, or does not; none where they are too many.
fn ways(condition: &Condition, holds: bool) -> Option<Vec<Vec<Demand<'_>>>> {
    let (branches, together) = match condition {
        Condition::Compare(comparison) => return Some(vec![vec![Demand { comparison, holds }]]),
        Condition::Not(branch) => return ways(branch, !holds),
        Condition::All(branches) => (branches, holds),
        Condition::Any(branches) => (branches, !holds),
    };
    let mut all: Vec<Vec<Demand<'_>>> = if together { vec![Vec::new()] } else { Vec::new() };
    for branch in branches {
        let more = ways(branch, holds)?;
        if together {
            all = all.iter().flat_map(|one| more.iter().map(|other| [one.as_slice(), other].concat())).collect();
        } else {
            all.extend(more);
        }
        if all.len() > MOST {
            return None;
        }
    }
    Some(all)
}

/// Whether two comparisons read the same.
fn same(one: &Comparison, other: &Comparison) -> bool {
    (one.input, &one.name, one.over.unwrap_or(1)) == (other.input, &other.name, other.over.unwrap_or(1))
}

/// Whether a number does all that is asked of it.
fn number_fits(demands: &[(Operator, f64)], range: (f64, f64), whole: bool) -> bool {
    let (mut low, mut low_open, mut high, mut high_open) = (range.0, false, range.1, false);
    let mut raise = |to: f64, open: bool| {
        if to > low || (to >= low && open) {
            (low, low_open) = (to, open);
        }
    };
    for (operator, value) in demands {
        match operator {
            Operator::AtLeast | Operator::Is => raise(*value, false),
            Operator::Above => raise(*value, true),
            _ => {}
        }
    }
    let mut lower = |to: f64, open: bool| {
        if to < high || (to <= high && open) {
            (high, high_open) = (to, open);
        }
    };
    for (operator, value) in demands {
        match operator {
            Operator::AtMost | Operator::Is => lower(*value, false),
            Operator::Below => lower(*value, true),
            _ => {}
        }
    }
    if whole {
        low = if low_open { low.floor() + 1.0 } else { low.ceil() };
        high = if high_open { high.ceil() - 1.0 } else { high.floor() };
        (low_open, high_open) = (false, false);
    }
    let excluded = |value: f64| demands.iter().any(|(operator, not)| *operator == Operator::IsNot && *not == value);
    low < high || (low <= high && !low_open && !high_open && !excluded(low))
}

/// Whether a language or its wider one is meant.
fn takes_in(wider: &str, tag: &str) -> bool {
    let (wider, tag) = (wider.to_ascii_lowercase(), tag.to_ascii_lowercase());
    tag == wider || tag.strip_prefix(&wider).is_some_and(|rest| rest.starts_with('-'))
}

/// Whether a text or a flag does all that is asked of it.
fn word_fits(input: Input, demands: &[(Operator, &Literal)]) -> bool {
    let fits = |value: &Literal, operator: Operator, asked: &Literal| {
        let equal = match (value, asked) {
            (Literal::Text(tag), Literal::Text(range)) if input == Input::Language => takes_in(range, tag),
            _ => value == asked,
        };
        equal == (operator == Operator::Is)
    };
    let mut named =
        demands.iter().filter(|(operator, _)| *operator == Operator::Is).map(|(_, value)| *value).peekable();
    // The narrowest that is asked for is tried: if that does not do, none does.
    named.peek().is_none() || named.any(|value| demands.iter().all(|(operator, asked)| fits(value, *operator, asked)))
}

/// The comparisons of which no value fits all; none where all can be as demanded.
fn clash<'a>(way: &[Demand<'a>]) -> Option<Vec<&'a Comparison>> {
    way.iter().filter(|demand| demand.holds).find_map(|first| {
        // What is compared is known, since one comparison of it holds: of the others, the opposite does.
        let about: Vec<_> = way.iter().filter(|other| same(first.comparison, other.comparison)).collect();
        let operator = |demand: &Demand<'_>| {
            if demand.holds { demand.comparison.operator } else { demand.comparison.operator.opposite() }
        };
        let numbers: Option<Vec<_>> = about
            .iter()
            .map(|demand| match demand.comparison.threshold {
                Literal::Number(value) => Some((operator(demand), value)),
                _ => None,
            })
            .collect();
        let words: Vec<_> = about.iter().map(|demand| (operator(demand), &demand.comparison.threshold)).collect();
        let orders = |(operator, _): &(Operator, &Literal)| !matches!(operator, Operator::Is | Operator::IsNot);
        let input = first.comparison.input;
        let fits = match numbers {
            Some(numbers) => {
                let range = input.range(first.comparison.name.as_deref());
                number_fits(&numbers, range, input.is_count())
            }
            None => words.iter().any(orders) || word_fits(input, &words),
        };
        (!fits).then(|| about.iter().map(|demand| demand.comparison).collect())
    })
}

/// Why a condition never holds: comparisons that exclude each other. None where it can hold.
pub fn never(condition: &Condition) -> Option<Vec<&Comparison>> {
    let clashes: Option<Vec<_>> = ways(condition, true)?.iter().map(|way| clash(way)).collect();
    clashes?.into_iter().next()
}

/// Whether one condition holds wherever the other does.
pub fn follows(one: &Condition, from: &Condition) -> bool {
    let Some((ways_from, ways_not)) = ways(from, true).zip(ways(one, false)) else { return false };
    ways_from.len() * ways_not.len() <= MOST
        && ways_from.iter().all(|way| ways_not.iter().all(|not| clash(&[way.as_slice(), not].concat()).is_some()))
}

/// Whether two comparisons of the same input can hold together.
pub fn together(one: &Comparison, other: &Comparison) -> bool {
    let demand = |comparison| Demand { comparison, holds: true };
    same(one, other) && clash(&[demand(one), demand(other)]).is_none()
}

/// Calls `each` with every comparison that has to hold, until it breaks.
pub fn demanded<'a, T>(
    condition: &'a Condition,
    each: &mut impl FnMut(&'a Comparison) -> ControlFlow<T>,
) -> ControlFlow<T> {
    match condition {
        Condition::All(branches) | Condition::Any(branches) => {
            branches.iter().try_for_each(|branch| demanded(branch, each))
        }
        Condition::Not(_) => ControlFlow::Continue(()),
        Condition::Compare(comparison) => each(comparison),
    }
}

/// Whether a condition holds of a first message that is neither glad nor angry, with nothing else known.
pub fn holds_when_calm(condition: &Condition) -> bool {
    match condition {
        Condition::All(branches) => branches.iter().all(holds_when_calm),
        Condition::Any(branches) => branches.iter().any(holds_when_calm),
        Condition::Not(branch) => !holds_when_calm(branch),
        Condition::Compare(comparison) => calm(comparison),
    }
}

/// Frustration of a calm message.
pub const CALM: f64 = 0.1;

fn calm(comparison: &Comparison) -> bool {
    let word = |known: &str| {
        let equal = comparison.threshold == Literal::Text(known.to_owned());
        equal == (comparison.operator == Operator::Is)
    };
    let value = match comparison.input {
        Input::Score => 0.0,
        Input::Mean if comparison.name.as_deref() == Some("score") => 0.0,
        Input::Frustration | Input::Urgency | Input::Peak | Input::Mean => CALM,
        Input::TurnCount => 1.0,
        Input::Elapsed | Input::Cue => 0.0,
        count if count.is_count() => 0.0,
        Input::Label => return word("neutral"),
        Input::Trend => return word("stable"),
        Input::Handoff => return word("bot"),
        _ => return false,
    };
    let Literal::Number(threshold) = comparison.threshold else { return false };
    comparison.operator.compares(value, threshold)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use simmerdown::Policy;

    use super::*;

    fn condition(when: &Value) -> Condition {
        let rules = json!([{ "id": "x", "when": when, "outcome": "watch", "severity": "low" }]);
        let trend = json!({ "method": "last-minus-first", "window": 3, "delta": 0.3 });
        let policy = json!({ "version": 1, "name": "x", "trend": trend, "negativeFrustration": 0.75, "rules": rules });
        Policy::from_json(&policy.to_string()).unwrap().rules()[0].when.clone()
    }

    fn compare(input: &str, operator: &str, value: impl Into<Value>) -> Value {
        json!({ "input": input, operator: value.into() })
    }

    #[test]
    fn what_can_never_hold_is_found_and_nothing_else_is() {
        let number = |operator: &str, value: f64| compare("frustration", operator, value);
        let both = |one: Value, other: Value| json!({ "all": [one, other] });
        for (when, possible) in [
            (both(number("atLeast", 0.9), number("atMost", 0.5)), false),
            (both(number("atLeast", 0.5), number("atMost", 0.5)), true),
            (both(number("above", 0.5), number("atMost", 0.5)), false),
            (both(number("is", 0.5), number("isNot", 0.5)), false),
            (number("above", 1.0), false),
            (both(number("atLeast", 0.9), compare("score", "atMost", -0.9)), true),
            (json!({ "any": [number("above", 1.0), number("atLeast", 0.2)] }), true),
            (json!({ "all": [number("atLeast", 0.9), { "not": number("atLeast", 0.5) }] }), false),
            (json!({ "not": { "any": [number("atLeast", 0.5), number("below", 0.5)] } }), true),
            (both(compare("turn-count", "above", 3), compare("turn-count", "below", 4)), false),
            (compare("turn-count", "is", 3.5), false),
            (both(compare("label", "is", "negative"), compare("label", "is", "positive")), false),
            (both(compare("label", "isNot", "negative"), compare("label", "isNot", "positive")), true),
            (both(compare("language", "is", "pt"), compare("language", "is", "pt-BR")), true),
            (both(compare("language", "isNot", "pt"), compare("language", "is", "pt-BR")), false),
            (both(compare("language", "is", "pt"), compare("language", "isNot", "pt-BR")), true),
            (both(compare("language", "is", "pt"), compare("language", "is", "de")), false),
        ] {
            assert_eq!(never(&condition(&when)).is_none(), possible, "{when}");
        }
    }

    #[test]
    fn one_condition_follows_from_another() {
        let strong = json!({ "any": [compare("frustration", "atLeast", 0.75), compare("score", "atMost", -0.6)] });
        let extreme = compare("frustration", "atLeast", 0.9);
        let declining = json!({ "all": [compare("score", "atMost", -0.6), compare("trend", "is", "declining")] });
        for (one, from, want) in [
            (&strong, &strong, true),
            (&strong, &extreme, true),
            (&extreme, &strong, false),
            (&strong, &declining, true),
            (&declining, &strong, false),
        ] {
            assert_eq!(follows(&condition(one), &condition(from)), want, "{one} from {from}");
        }
    }
}
