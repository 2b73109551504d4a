//! The thresholds of a policy that are tried at other values.

use serde_json::Value;

/// How many negative messages in a row more than now are tried.
pub const MORE_NEGATIVES: u32 = 3;

/// A threshold of the policy: every comparison of one input by one operator with one value, or how much makes a
/// trend.
#[derive(Debug, Clone, PartialEq)]
pub struct Lever {
    input: String,
    /// The cue, the attribute, or what a mean is taken of.
    name: Option<String>,
    operator: String,
    /// Where it stands.
    pub value: f64,
}

/// The input of the lever that is no comparison.
const TREND_DELTA: &str = "trend delta";
const OPERATORS: [&str; 4] = ["atLeast", "above", "atMost", "below"];

impl Lever {
    /// What it is, for a table.
    pub fn title(&self) -> String {
        [Some(&self.input), self.name.as_ref(), Some(&self.operator).filter(|operator| !operator.is_empty())]
            .into_iter()
            .flatten()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The lever at another value, in words.
    pub fn told(&self, value: f64) -> String {
        format!("{} {value} (was {})", self.title(), self.value)
    }

    /// Whether a value that it does not have already is at the end of those that are tried.
    pub fn ends(&self, value: f64) -> bool {
        let values = self.values();
        value != self.value && [values.first(), values.last()].contains(&Some(&value))
    }

    /// How far another value is from where it stands: 1 is from one end of a share to the other.
    pub fn distance(&self, value: f64) -> f64 {
        let scale = if self.by_hundredths() { 1.0 } else { 10.0 * self.value.abs().max(1e-9) };
        (value - self.value).abs() / scale
    }

    /// Whether it says nothing where messages have no scores.
    pub fn reads_scores(&self) -> bool {
        self.by_hundredths() || matches!(self.input.as_str(), "slope" | TREND_DELTA)
    }

    /// Whether it is of the size of a score, where steps of equal width are tried.
    fn by_hundredths(&self) -> bool {
        matches!(self.input.as_str(), "score" | "frustration" | "urgency" | "peak" | "mean")
    }

    /// The values tried: for scores in steps of 0.06, from a bit within to well beyond; for counts the neighbours;
    /// for times, slopes and what the host counts multiples.
    pub fn values(&self) -> Vec<f64> {
        let times = |factors: &[f64]| factors.iter().map(|factor| (self.value * factor * 1e6).round() / 1e6).collect();
        match self.input.as_str() {
            _ if self.by_hundredths() => {
                let negative = self.input == "score" || self.name.as_deref() == Some("score");
                let (low, high) = if negative { (-98, -20) } else { (44, 98) };
                (low..=high).step_by(6).map(|hundredths| f64::from(hundredths) / 100.0).collect()
            }
            "cue" => vec![0.25, 0.5, 0.75, 1.0],
            "elapsed" | "wait" | "expected-wait" => times(&[0.25, 0.5, 0.75, 1.5, 2.0, 4.0]),
            "slope" | "attribute" | TREND_DELTA => times(&[0.5, 0.75, 1.5, 2.0]),
            _ => [-1.0, 1.0, 2.0, 3.0].iter().map(|more| self.value + more).filter(|count| *count >= 1.0).collect(),
        }
    }

    /// The policy with this lever at another value.
    pub fn moved(&self, document: &Value, value: f64) -> Value {
        let mut document = document.clone();
        if self.input == TREND_DELTA {
            if let Some(trend) = document.get_mut("trend") {
                set(trend, "delta", value.into());
            }
            return document;
        }
        tunable(&mut document, &["when"], &mut |comparison| {
            if read(comparison).contains(self) {
                // A count stays a whole number.
                let whole = (value.fract() == 0.0).then_some(value as i64);
                set(comparison, &self.operator, whole.map_or_else(|| value.into(), Value::from));
            }
        });
        document
    }
}

/// Calls `visit` with every comparison in a tree.
fn comparisons(condition: &mut Value, visit: &mut impl FnMut(&mut Value)) {
    for key in ["all", "any"] {
        for branch in condition.get_mut(key).and_then(Value::as_array_mut).into_iter().flatten() {
            comparisons(branch, visit);
        }
    }
    if let Some(branch) = condition.get_mut("not") {
        comparisons(branch, visit);
    }
    if condition.get("input").is_some() {
        visit(condition);
    }
}

/// Calls `visit` with every comparison in these conditions of the rules that escalate and may be held back.
fn tunable(document: &mut Value, conditions: &[&str], visit: &mut impl FnMut(&mut Value)) {
    for rule in document.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        let escalates = rule.get("outcome").is_some_and(|outcome| outcome != "watch");
        if escalates && rule.get("ungated") != Some(&Value::Bool(true)) {
            for key in conditions {
                if let Some(condition) = rule.get_mut(*key) {
                    comparisons(condition, visit);
                }
            }
        }
    }
}

/// The numbers a comparison has.
fn read(comparison: &Value) -> Vec<Lever> {
    let text = |key: &str| comparison.get(key).and_then(Value::as_str).map(str::to_owned);
    let input = text("input").unwrap_or_default();
    let levers = OPERATORS.iter().filter_map(|operator| {
        let value = comparison.get(*operator).and_then(Value::as_f64)?;
        Some(Lever { input: input.clone(), name: text("name"), operator: (*operator).to_owned(), value })
    });
    levers.collect()
}

/// For frustration and for score the threshold that is reached first: these are tried together.
pub fn first(document: &Value) -> Vec<Lever> {
    let mut all: Vec<Lever> = Vec::new();
    tunable(&mut document.clone(), &["when", "clear"], &mut |comparison| {
        for lever in read(comparison) {
            // Only the side that escalates: high frustration, low score.
            let eager = match (lever.input.as_str(), lever.operator.as_str()) {
                ("frustration", "atLeast" | "above") => |one: f64, other: f64| one < other,
                ("score", "atMost" | "below") => |one: f64, other: f64| one > other,
                _ => continue,
            };
            match all.iter_mut().find(|known| known.input == lever.input) {
                Some(known) if eager(lever.value, known.value) => *known = lever,
                Some(_) => {}
                None => all.push(lever),
            }
        }
    });
    all
}

/// Every other threshold: these are tried one after the other.
pub fn others(document: &Value, first: &[Lever]) -> Vec<Lever> {
    let (mut all, mut trends): (Vec<Lever>, _) = (Vec::new(), false);
    tunable(&mut document.clone(), &["when"], &mut |comparison| {
        trends |= comparison.get("input").is_some_and(|input| input == "trend");
        for lever in read(comparison) {
            // That a cue is there at all is no threshold; negatives in a row are tried with the first.
            let presence = lever.input == "cue" && lever.value <= 0.0;
            if !presence && lever.input != "consecutive-negatives" && !first.contains(&lever) && !all.contains(&lever) {
                all.push(lever);
            }
        }
    });
    if let Some(value) = document.pointer("/trend/delta").and_then(Value::as_f64).filter(|_| trends) {
        all.push(Lever { input: TREND_DELTA.to_owned(), name: None, operator: String::new(), value });
    }
    all
}

/// That a policy takes so many negative messages in a row more than now, in words.
pub fn told_negatives(document: &Value, more: u32) -> String {
    let mut told = Vec::new();
    tunable(&mut document.clone(), &["when"], &mut |comparison| {
        let in_a_row = |lever: &Lever| lever.input == "consecutive-negatives" && lever.operator == "atLeast";
        if let Some(lever) = read(comparison).into_iter().find(in_a_row) {
            told.push(lever.told(lever.value + f64::from(more)));
        }
    });
    told.dedup();
    told.join(", ")
}

/// The policy with its levers at these values, and with how many negative messages in a row it takes. What stands
/// beyond a lever (the critical level) is moved along where it would be passed.
pub fn moved(document: &Value, levers: &[Lever], values: &[f64], more_negatives: u32) -> Value {
    let mut document = document.clone();
    tunable(&mut document, &["when", "clear"], &mut |comparison| {
        let input = comparison.get("input").and_then(Value::as_str).unwrap_or_default().to_owned();
        if input == "consecutive-negatives" {
            if let Some(count) = comparison.get("atLeast").and_then(Value::as_u64) {
                set(comparison, "atLeast", (count + u64::from(more_negatives)).into());
            }
            return;
        }
        for (lever, value) in levers.iter().zip(values) {
            let Some(known) = comparison.get(&lever.operator).and_then(Value::as_f64) else { continue };
            if lever.input != input {
                continue;
            }
            let passed = if input == "score" { known > *value } else { known < *value };
            if known == lever.value || passed {
                set(comparison, &lever.operator, (*value).into());
            }
        }
    });
    if let Some((_, value)) = levers.iter().zip(values).find(|(lever, _)| lever.input == "frustration") {
        set(&mut document, "negativeFrustration", (*value).into());
    }
    document
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use simmerdown::Policy;

    use super::*;

    fn balanced() -> Value {
        serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap()
    }

    fn titles(levers: &[Lever]) -> Vec<String> {
        levers.iter().map(|lever| format!("{} {}", lever.title(), lever.value)).collect()
    }

    #[test]
    fn every_number_of_a_rule_that_may_be_held_back_is_a_lever() {
        let mut policy = balanced();
        let first = first(&policy);
        assert_eq!(titles(&first), ["frustration atLeast 0.75", "score atMost -0.6"]);
        assert_eq!(
            titles(&others(&policy, &first)),
            [
                "frustration atLeast 0.9",
                "cue legal atLeast 0.75",
                "cue churn atLeast 0.75",
                "cue publicity atLeast 0.75",
                "bot-failure-streak atLeast 2",
                "trend delta 0.08"
            ]
        );
        let when = serde_json::json!({ "not": { "any": [
            { "input": "slope", "below": -0.2 },
            { "input": "wait", "atLeast": 60_000 },
            { "input": "mean", "name": "score", "over": 3, "atMost": -0.4 },
            { "input": "cue", "name": "legal", "above": 0 },
            { "input": "attribute", "name": "contactsToday", "atLeast": 3 },
            { "input": "trend", "is": "declining" },
        ] } });
        policy["rules"] = serde_json::json!([
            { "id": "a", "outcome": "offer", "severity": "low", "reason": "a", "when": when.clone() },
            { "id": "b", "outcome": "watch", "severity": "low", "reason": "b", "when": { "input": "wait", "above": 5 } },
            { "id": "c", "outcome": "offer", "severity": "low", "reason": "c", "ungated": true, "when": { "input": "wait", "above": 6 } },
        ]);
        let all = others(&policy, &[]);
        assert_eq!(
            titles(&all),
            [
                "slope below -0.2",
                "wait atLeast 60000",
                "mean score atMost -0.4",
                "attribute contactsToday atLeast 3",
                "trend delta 0.08"
            ]
        );
        // Every value tried makes a policy, in which nothing else is moved.
        for lever in &all {
            assert!(lever.values().len() >= 4, "{lever:?}");
            for value in lever.values() {
                let moved = lever.moved(&policy, value);
                Policy::from_json(&moved.to_string()).unwrap_or_else(|error| panic!("{lever:?} {value}: {error}"));
                let back = Lever { value, ..lever.clone() }.moved(&moved, lever.value);
                assert_eq!(back.to_string().replace("-0.40", "-0.4"), policy.to_string(), "{lever:?} {value}");
            }
        }
    }
}
