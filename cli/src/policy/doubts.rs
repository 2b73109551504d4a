//! What a valid policy has that cannot be meant so: rules that never decide, always do, or let go at once.

use std::ops::ControlFlow;

use serde_json::Value;
use simmerdown::{Action, Comparison, Condition, Input, Limit, Literal, Operator, Policy, Rule};

use super::reach::{CALM, demanded, follows, holds_when_calm, never, together};

/// Something that cannot be meant so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doubt {
    /// Where, as for a mistake.
    pub path: String,
    /// What, and what to do.
    pub message: String,
}

/// A comparison as it stands in the policy: `score atMost -0.6`.
fn shown(comparison: &Comparison) -> String {
    let value = match &comparison.threshold {
        Literal::Flag(flag) => flag.to_string(),
        Literal::Number(number) => number.to_string(),
        Literal::Text(text) => format!("`{text}`"),
    };
    let name = comparison.name.as_ref().map(|name| format!(" {name}")).unwrap_or_default();
    format!("{}{name} {} {value}", comparison.input.as_str(), comparison.operator.as_str())
}

fn number(comparison: &Comparison) -> Option<f64> {
    match comparison.threshold {
        Literal::Number(value) => Some(value),
        _ => None,
    }
}

/// Everything that cannot be meant so, in the order of the document.
pub fn doubts(policy: &Policy, document: &Value) -> Vec<Doubt> {
    let mut all = Vec::new();
    if policy.rules().is_empty() {
        let message = "are none: nobody is ever offered a person, not even who asks for one in words; `simmerdown policy \
                       show balanced` prints rules to begin with";
        all.push(Doubt { path: "rules".to_owned(), message: message.to_owned() });
    }
    for (place, rule) in policy.rules().iter().enumerate() {
        let mut doubt = |key: &str, message: String| {
            all.push(Doubt { path: format!("rules[{place}]{key}"), message });
        };
        of_rule(rule, &mut doubt);
        // That of a rule which only watches may be empty on purpose.
        let unsaid = document.pointer(&format!("/rules/{place}/reason")).is_none();
        if unsaid || (rule.outcome >= Action::Offer && rule.reason.trim().is_empty()) {
            doubt("", "has no `reason`: agent and log are not told why; give a sentence".to_owned());
        }
        if never(&rule.when).is_none()
            && let Some(by) = shadowing(policy.rules(), place)
        {
            doubt(
                "",
                format!(
                    "never decides: wherever it holds, rule `{}` holds too and goes before it; remove one of them, or change \
                 what they compare",
                    by.id
                ),
            );
        }
    }
    for (place, Limit { when, .. }) in policy.limits().iter().enumerate() {
        let mut doubt = |key: &str, message: String| {
            all.push(Doubt { path: format!("limits[{place}]{key}"), message });
        };
        of_condition(".when", when, &mut doubt);
    }
    all
}

/// What any condition may have.
fn of_condition(key: &str, condition: &Condition, doubt: &mut impl FnMut(&str, String)) {
    if let Some(clash) = never(condition) {
        let told: Vec<_> = clash.into_iter().map(shown).collect();
        doubt(
            key,
            match told.as_slice() {
                [one] => format!("never holds: nothing is ever {one}; give another number"),
                all => format!(
                    "never holds: {} exclude each other; change a number, or put them under `any` where one of them is enough",
                    all.join(" and ")
                ),
            },
        );
    }
    let _ = demanded(condition, &mut |comparison| -> ControlFlow<()> {
        let Some(value) = number(comparison) else { return ControlFlow::Continue(()) };
        if comparison.input.is_count() && value.fract() != 0.0 {
            let better = match comparison.operator {
                Operator::AtLeast | Operator::Below => format!("write {}", value.ceil()),
                Operator::AtMost | Operator::Above => format!("write {}", value.floor()),
                _ => "give a whole number".to_owned(),
            };
            doubt(key, format!("has {}, and that is counted in whole numbers: {better}", shown(comparison)));
        }
        let lasts = matches!(comparison.input, Input::Elapsed | Input::Wait | Input::ExpectedWait);
        if lasts && value > 0.0 && value < 1_000.0 {
            doubt(
                key,
                format!(
                    "has {}, and times are milliseconds: that is less than a second; write {} for {value} seconds",
                    shown(comparison),
                    value * 1_000.0
                ),
            );
        }
        ControlFlow::Continue(())
    });
}

/// What one rule may have.
fn of_rule(rule: &Rule, doubt: &mut impl FnMut(&str, String)) {
    of_condition(".when", &rule.when, doubt);
    if rule.outcome >= Action::Offer {
        if let Some(slip) = sign_slip(&rule.when) {
            let value = number(slip).unwrap_or_default();
            doubt(
                ".when",
                format!(
                    "has {}, which is so of every message that is not glad: bad scores are below 0; is {} meant?",
                    shown(slip),
                    -value
                ),
            );
        } else if holds_when_calm(&rule.when) {
            doubt(
                ".when",
                format!(
                    "holds already of a calm first message (score 0, frustration {CALM}): the rule would call for a person in \
                 nearly every conversation; turn a comparison round, or change its number"
                ),
            );
        }
    }
    let Some(clear) = &rule.clear else { return };
    of_condition(".clear", clear, doubt);
    let at_once = demanded(&rule.when, &mut |enter| {
        demanded(clear, &mut |lets_go| {
            if together(enter, lets_go) { ControlFlow::Break((enter, lets_go)) } else { ControlFlow::Continue(()) }
        })
    });
    if let ControlFlow::Break((enter, lets_go)) = at_once {
        doubt(
            ".clear",
            format!(
                "lets go where the rule begins: {} is also so where {} is; give a level on the other side of {}",
                shown(lets_go),
                shown(enter),
                number(enter).map_or_else(|| "it".to_owned(), |value| value.to_string())
            ),
        );
    }
}

/// A comparison that takes bad scores to be above 0.
fn sign_slip(when: &Condition) -> Option<&Comparison> {
    let found = demanded(when, &mut |comparison| {
        let of_score = comparison.input == Input::Score
            || (comparison.input == Input::Mean && comparison.name.as_deref() == Some("score"));
        let low = matches!(comparison.operator, Operator::AtMost | Operator::Below);
        // A little above 0 may be meant, as one of several conditions.
        let above = number(comparison).is_some_and(|value| value >= 0.25);
        if of_score && low && above { ControlFlow::Break(comparison) } else { ControlFlow::Continue(()) }
    });
    found.break_value()
}

/// The rule that goes before this one wherever it holds: at least as strong and as severe, and held back by nothing that
/// this one is not.
fn shadowing(rules: &[Rule], place: usize) -> Option<&Rule> {
    let rule = rules.get(place)?;
    rules.iter().enumerate().find_map(|(other_place, other)| {
        let wins = other.outcome >= rule.outcome
            && other.severity >= rule.severity
            && (other_place < place || other.severity > rule.severity);
        let free = other.ungated || (!rule.ungated && other.confirm <= rule.confirm && other.cooldown.is_none());
        // It may go on where `when` no longer holds.
        let longer = rule.clear.is_none() && rule.dwell.is_none();
        let alike = (&other.clear, other.dwell) == (&rule.clear, rule.dwell) && other.when == rule.when;
        (other_place != place && wins && free && (longer || alike) && follows(&other.when, &rule.when)).then_some(other)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn balanced() -> Value {
        serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap()
    }

    fn told(document: &Value) -> Vec<String> {
        let policy = Policy::from_json(&document.to_string()).unwrap();
        doubts(&policy, document).into_iter().map(|doubt| format!("{} {}", doubt.path, doubt.message)).collect()
    }

    #[test]
    fn nothing_is_said_of_what_is_shipped() {
        for name in Policy::PRESETS {
            let text = Policy::preset_text(name).unwrap();
            assert_eq!(told(&serde_json::from_str(text).unwrap()), [] as [&str; 0], "{name}");
        }
        let examples = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/policies")).unwrap();
        for file in examples.map(|entry| entry.unwrap().path()) {
            let document = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            assert_eq!(told(&document), [] as [&str; 0], "{}", file.display());
        }
    }

    #[test]
    fn what_cannot_be_meant_is_told_with_what_to_do() {
        let frustration = |operator: &str, value: f64| json!({ "input": "frustration", operator: value });
        let cases = [
            (
                "when",
                json!({ "all": [frustration("atLeast", 0.9), frustration("atMost", 0.5)] }),
                "rules[7].when never holds: frustration atLeast 0.9 and frustration atMost 0.5 exclude each other",
            ),
            ("when", json!({ "input": "score", "atMost": 0.6 }), "is -0.6 meant?"),
            (
                "when",
                json!({ "all": [{ "input": "score", "atMost": 0.6 }, { "input": "trend", "is": "declining" }] }),
                "is -0.6 meant?",
            ),
            ("when", frustration("atMost", 0.75), "holds already of a calm first message"),
            ("when", json!({ "input": "score", "atMost": 0 }), "holds already of a calm first message"),
            (
                "when",
                json!({ "input": "turn-count", "atLeast": 3.5 }),
                "turn-count atLeast 3.5, and that is counted in whole numbers: write 4",
            ),
            ("when", json!({ "input": "wait", "atLeast": 120 }), "write 120000 for 120 seconds"),
            (
                "clear",
                frustration("atMost", 0.8),
                "rules[7].clear lets go where the rule begins: frustration atMost 0.8 is also so where frustration atLeast 0.75 is",
            ),
            ("clear", frustration("atLeast", 0.4), "rules[7].clear lets go where the rule begins"),
            ("reason", json!(""), "rules[7] has no `reason`"),
        ];
        for (key, value, want) in cases {
            let mut document = balanced();
            document["rules"][7][key] = value.clone();
            let told = told(&document);
            assert!(told.len() == 1 && told[0].contains(want), "{value}: {told:?}");
        }
        let mut document = balanced();
        document["rules"][11].as_object_mut().unwrap().remove("reason");
        assert!(told(&document)[0].starts_with("rules[11] has no `reason`"), "{:?}", told(&document));
        document["rules"] = json!([]);
        assert!(told(&document)[0].starts_with("rules are none: "), "{:?}", told(&document));
    }

    #[test]
    fn a_rule_that_another_goes_before_is_told() {
        let mut document = balanced();
        let mut copy = document["rules"][7].clone();
        assert_eq!(copy["id"], "strong");
        (copy["id"], copy["outcome"]) = ("strong-too".into(), "watch".into());
        let with = |document: &Value, copy: &Value, at: usize| {
            let mut document = document.clone();
            document["rules"].as_array_mut().unwrap().insert(at, copy.clone());
            told(&document)
        };
        let said = with(&document, &copy, 8);
        assert!(
            said.len() == 1 && said[0].starts_with("rules[8] never decides: wherever it holds, rule `strong` holds"),
            "{said:?}"
        );
        // More severe, in force longer, or ahead of one that is not held back: it has a say.
        let mut severe = copy.clone();
        severe["severity"] = "critical".into();
        let mut longer = copy.clone();
        longer["dwell"] = json!({ "messages": 3 });
        let mut narrower = copy.clone();
        (narrower["outcome"], narrower["when"]) = ("ask".into(), json!({ "input": "frustration", "atLeast": 0.95 }));
        for rule in [severe, longer, narrower] {
            assert_eq!(with(&document, &rule, 8), [] as [&str; 0], "{rule}");
        }
        document["rules"][7]["confirm"] = 2.into();
        document["rules"][3]["confirm"] = 3.into();
        assert_eq!(with(&document, &copy, 8), [] as [&str; 0], "the other one waits for a second message");
    }
}
