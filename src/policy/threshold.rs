//! The numbers of a policy, to be shown and moved one by one.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::condition::{Comparison, Condition};
use super::document::{Fault, MAX_COUNT, MAX_NAME};
use super::input::Input;
use super::{Policy, Span};
use crate::event::MAX_TIME;
use crate::literal::Literal;
use crate::trend::{MAX_TREND_WINDOW, TrendMethod};

/// What a number counts, and so by which steps it is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unit {
    /// A share or a score, moved by hundredths.
    Level,
    /// Messages, offers and the like, moved by one.
    Count,
    /// Milliseconds.
    Milliseconds,
    /// Whatever the host's attribute counts.
    Any,
}

/// One number of a policy, with what is allowed in its place.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Threshold {
    /// Where it stands in the document, such as `rules[3].when.any[0].atLeast`.
    pub path: String,
    /// The rule or limit it belongs to; none for a number of the policy as a whole.
    pub rule: Option<String>,
    /// The input it is compared with; none where it is no comparison.
    pub input: Option<Input>,
    /// Which cue or attribute, or of what the mean.
    pub name: Option<String>,
    /// Over how many messages.
    pub over: Option<u32>,
    /// Its key: an operator, or the name of the field.
    pub key: String,
    /// The number as it stands.
    pub value: f64,
    /// The least that is allowed.
    pub low: f64,
    /// The most that is allowed.
    pub high: f64,
    /// What it counts.
    pub unit: Unit,
}

/// Another value in the place of a number. Any JSON may be given; what does not fit is a fault of the document.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    /// The path of a [`Threshold`].
    pub path: String,
    /// What is to stand there.
    pub value: Value,
}

/// How the name of a policy ends in which numbers were moved.
const TUNED: &str = "-tuned";

/// Collects the numbers of one rule, one limit, or the policy as a whole.
struct Numbers<'a> {
    found: &'a mut Vec<Threshold>,
    rule: Option<&'a str>,
}

impl Numbers<'_> {
    fn add(&mut self, path: String, value: f64, low: f64, high: f64, unit: Unit) {
        let key = path.rsplit('.').next().unwrap_or_default().to_owned();
        let (rule, name) = (self.rule.map(str::to_owned), None);
        self.found.push(Threshold { path, rule, input: None, name, over: None, key, value, low, high, unit });
    }

    fn span(&mut self, path: &str, span: Option<Span>) {
        if let Some(span) = span {
            self.add(format!("{path}.messages"), f64::from(span.messages), 0.0, f64::from(MAX_COUNT), Unit::Count);
            self.add(format!("{path}.ms"), span.ms, 0.0, MAX_TIME, Unit::Milliseconds);
        }
    }

    fn condition(&mut self, path: &str, condition: &Condition) {
        match condition {
            Condition::All(branches) | Condition::Any(branches) => {
                let key = if matches!(condition, Condition::All(_)) { "all" } else { "any" };
                for (place, branch) in branches.iter().enumerate() {
                    self.condition(&format!("{path}.{key}[{place}]"), branch);
                }
            }
            Condition::Not(branch) => self.condition(&format!("{path}.not"), branch),
            Condition::Compare(comparison) => self.comparison(path, comparison),
        }
    }

    fn comparison(&mut self, path: &str, comparison: &Comparison) {
        let Comparison { input, name, over, operator, threshold: Literal::Number(value), .. } = comparison else {
            return;
        };
        let (low, high) = input.range(name.as_deref());
        let unit = match input {
            Input::Elapsed | Input::Wait | Input::ExpectedWait => Unit::Milliseconds,
            Input::Attribute => Unit::Any,
            count if count.is_count() => Unit::Count,
            _ => Unit::Level,
        };
        self.add(format!("{path}.{}", operator.as_str()), *value, low, high, unit);
        if let Some(known) = self.found.last_mut() {
            (known.input, known.name, known.over) = (Some(*input), name.clone(), *over);
        }
    }
}

impl Policy {
    /// Every number of the policy, in the order of the document.
    #[must_use]
    pub fn thresholds(&self) -> Vec<Threshold> {
        let mut found = Vec::new();
        let mut whole = Numbers { found: &mut found, rule: None };
        let (window, delta, least) = match self.trend {
            TrendMethod::LastMinusFirst { window, delta } => (window, delta, 2.0),
            TrendMethod::TheilSen { window, delta } => (window, delta, 3.0),
        };
        whole.add("trend.window".to_owned(), window as f64, least, MAX_TREND_WINDOW as f64, Unit::Count);
        whole.add("trend.delta".to_owned(), delta, 0.0, 2.0, Unit::Level);
        whole.add("negativeFrustration".to_owned(), self.negative_frustration, 0.0, 1.0, Unit::Level);
        for (place, rule) in self.rules.iter().enumerate() {
            let mut of = Numbers { found: &mut found, rule: Some(&rule.id) };
            let path = format!("rules[{place}]");
            of.condition(&format!("{path}.when"), &rule.when);
            if !rule.ungated {
                let most = f64::from(MAX_COUNT);
                of.add(format!("{path}.confirm"), f64::from(rule.confirm), 1.0, most, Unit::Count);
            }
            if let Some(clear) = &rule.clear {
                of.condition(&format!("{path}.clear"), clear);
            }
            of.span(&format!("{path}.dwell"), rule.dwell);
            of.span(&format!("{path}.cooldown"), rule.cooldown);
        }
        for (place, limit) in self.limits.iter().enumerate() {
            let mut of = Numbers { found: &mut found, rule: Some(&limit.id) };
            of.condition(&format!("limits[{place}].when"), &limit.when);
        }
        let mut whole = Numbers { found: &mut found, rule: None };
        if let Some(gates) = &self.gates {
            let offers = f64::from(gates.max_offers);
            whole.add("gates.maxOffers".to_owned(), offers, 0.0, f64::from(MAX_COUNT), Unit::Count);
            whole.add("gates.offerDwellMs".to_owned(), gates.offer_dwell_ms, 0.0, MAX_TIME, Unit::Milliseconds);
        }
        whole.add("acceptWithinMs".to_owned(), self.accept_within_ms, 0.0, MAX_TIME, Unit::Milliseconds);
        found
    }

    /// This policy, which was made of another one by moving numbers, as it is to be kept: under a name of its own, so
    /// that a report tells the two apart, and without the comments on what was moved, which tell of the numbers before.
    #[must_use]
    pub fn tuned_from(mut self, before: &Policy) -> Policy {
        let then = before.thresholds();
        let moved: Vec<String> =
            self.thresholds().into_iter().filter(|one| !then.contains(one)).map(|one| one.path).collect();
        if moved.is_empty() {
            return self;
        }
        if !self.name.ends_with(TUNED) && self.name.len() + TUNED.len() <= MAX_NAME {
            self.name.push_str(TUNED);
        }
        let forget = |comment: &mut String, place: &str| {
            if moved.iter().any(|path| path.starts_with(place)) {
                comment.clear();
            }
        };
        forget(&mut self.comment, "");
        for (place, rule) in self.rules.iter_mut().enumerate() {
            forget(&mut rule.comment, &format!("rules[{place}]."));
        }
        for (place, limit) in self.limits.iter_mut().enumerate() {
            forget(&mut limit.comment, &format!("limits[{place}]."));
        }
        self
    }

    /// The policy with other values in the places of some of its numbers, as [`Policy::tuned_from`] leaves it.
    ///
    /// # Errors
    /// Everything that is wrong with the document they make, as [`Policy::read_json`], and a path that is none of a
    /// [`Threshold`].
    pub fn edited(&self, edits: &[Edit]) -> Result<Policy, Vec<Fault>> {
        let fault = |path: &str, message: String| vec![Fault { path: path.to_owned(), message }];
        let mut document = serde_json::to_value(self).map_err(|error| fault("", error.to_string()))?;
        let known = self.thresholds();
        for Edit { path, value } in edits {
            if !known.iter().any(|threshold| threshold.path == *path) {
                return Err(fault(path, "is no number of this policy".to_owned()));
            }
            // None of these keys holds a dot or a bracket.
            let pointer = format!("/{}", path.replace(']', "").replace(['.', '['], "/"));
            let (parent, key) = pointer.rsplit_once('/').unwrap_or_default();
            if let Some(Value::Object(parent)) = document.pointer_mut(parent) {
                parent.insert(key.to_owned(), value.clone());
            }
        }
        Ok(Policy::read_json(&document.to_string())?.tuned_from(self))
    }

    /// The document, indented, as it is kept in a file.
    ///
    /// # Errors
    /// None: every policy can be written.
    pub fn to_document(&self) -> Result<String, serde_json::Error> {
        crate::json::to_indented_json(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn edit(path: &str, value: Value) -> Edit {
        Edit { path: path.to_owned(), value }
    }

    fn numbers(value: &Value, path: &str, all: &mut Vec<(String, f64)>) {
        match value {
            Value::Number(number) => all.push((path.to_owned(), number.as_f64().unwrap())),
            Value::Array(list) => {
                list.iter().enumerate().for_each(|(place, value)| numbers(value, &format!("{path}[{place}]"), all));
            }
            Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                numbers(value, &path, all);
            }),
            _ => {}
        }
    }

    #[test]
    fn every_number_of_a_document_can_be_moved_but_its_version_and_what_is_looked_back_over() {
        for name in Policy::PRESETS {
            let policy = Policy::preset(name).unwrap();
            let mut written = Vec::new();
            numbers(&serde_json::to_value(&policy).unwrap(), "", &mut written);
            written.retain(|(path, _)| path != "version" && path.rsplit('.').next() != Some("over"));
            let known = policy.thresholds();
            for (path, value) in &written {
                assert!(known.iter().any(|one| one.path == *path && one.value == *value), "{name}: {path}");
            }
            // `confirm` is 1 where it is left out.
            let others = known.iter().filter(|one| !written.iter().any(|(path, _)| *path == one.path));
            assert!(others.into_iter().all(|one| one.key == "confirm" && one.value == 1.0));
        }
    }

    #[test]
    fn what_stands_at_either_end_of_a_range_is_taken_and_what_is_beyond_is_not() {
        for text in ["article", "balanced"].map(|name| Policy::preset_text(name).unwrap()) {
            let policy = Policy::from_json(text).unwrap();
            for Threshold { path, low, high, unit, .. } in policy.thresholds() {
                // Above 0, not from it.
                let low = if path == "trend.delta" { 0.01 } else { low };
                for value in [low, high] {
                    let moved = policy.edited(&[edit(&path, json!(value))]).unwrap();
                    assert!(moved.thresholds().iter().any(|one| one.path == path && one.value == value), "{path}");
                }
                for value in [json!(low - 0.5), json!(high * 2.0 + 1.0), json!("0.5"), json!(null), json!("")] {
                    let faults = policy.edited(&[edit(&path, value.clone())]).unwrap_err();
                    assert_eq!(faults.len(), 1, "{path} = {value}: {faults:?}");
                    assert_eq!(faults[0].path, path);
                }
                let part = unit == Unit::Count && path.ends_with("confirm");
                assert!(!part || policy.edited(&[edit(&path, json!(1.5))]).is_err());
            }
        }
    }

    #[test]
    fn a_moved_policy_has_a_name_of_its_own_and_no_comment_on_other_numbers() {
        let policy = Policy::preset("balanced").unwrap();
        assert_eq!(policy.edited(&[edit("rules[3].confirm", json!(2))]).unwrap(), policy, "nothing was moved");
        let moved = policy.edited(&[edit("rules[3].confirm", json!(3))]).unwrap();
        assert_eq!(moved.name(), "balanced-tuned");
        let again = moved.edited(&[edit("limits[0].when.all[1].below", json!(0.8))]).unwrap();
        assert_eq!(again.name(), "balanced-tuned");
        for (policy, kept) in [(&policy, [true; 3]), (&moved, [false, false, true]), (&again, [false; 3])] {
            let comments = [&policy.comment, &policy.rules[3].comment, &policy.limits[0].comment];
            assert_eq!(comments.map(|comment| !comment.is_empty()), kept);
            assert!(!policy.rules[2].comment.is_empty());
        }
        let mut long = policy.clone();
        long.name = "x".repeat(MAX_NAME);
        assert!(long.edited(&[edit("rules[3].confirm", json!(3))]).is_ok());
    }

    #[test]
    fn no_reason_of_a_preset_states_a_number_that_can_be_moved() {
        for rule in Policy::preset("balanced").unwrap().rules() {
            let mut words = rule.reason.split_whitespace();
            assert!(!words.any(|word| matches!(word, "One" | "Two" | "two" | "twice" | "Twice")), "{}", rule.reason);
        }
    }

    #[test]
    fn several_numbers_are_moved_together_and_every_fault_is_told() {
        let policy = Policy::preset("balanced").unwrap();
        let moved = policy.edited(&[
            edit("rules[3].when.any[0].atLeast", json!(0.6)),
            edit("rules[3].confirm", json!(3)),
            edit("gates.offerDwellMs", json!(30_000)),
        ]);
        let text = moved.unwrap().to_document().unwrap();
        assert!(text.contains("\"confirm\": 3\n") && text.contains("\"offerDwellMs\": 30000"), "{text}");
        assert!(text.contains("\"atLeast\": 0.6\n"), "{text}");
        let faults =
            policy.edited(&[edit("rules[3].confirm", json!(0)), edit("trend.window", json!("many"))]).unwrap_err();
        let told: Vec<_> = faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "trend.window is `\"many\"`, give a whole number from 3 to 20",
                "rules[3].confirm is `0`, give a whole number from 1 to 1000",
            ]
        );
        let faults = policy.edited(&[edit("version", json!(2))]).unwrap_err();
        assert_eq!(faults[0].to_string(), "version is no number of this policy");
    }
}
