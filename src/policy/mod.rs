//! The policy: the escalation rules and thresholds, as data.

mod condition;

use serde::{Deserialize, Serialize};

pub use condition::{Comparison, Condition, ConditionDocument, Input, Operator};
pub(crate) use condition::{Inputs, MAX_OVER};

use crate::decision::{Action, Severity};
use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::trend::TrendMethod;

/// What scores the rules may read before the model has answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "kebab-case")]
pub enum Provisional {
    /// A provisional score leads to `offer` at most.
    #[default]
    Offer,
    /// A provisional score is not read at all.
    Ignore,
}

/// How many messages and milliseconds something lasts; both must have passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default, expecting = "an object")]
pub struct Span {
    /// Customer messages.
    pub messages: u32,
    /// Milliseconds.
    pub ms: f64,
}

/// One rule: when it holds, it calls for an outcome.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Rule {
    /// Name of the rule in decisions and reports.
    pub id: String,
    /// Why the rule stands as it does, for the reader of the policy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// When it holds.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition"))]
    pub when: Condition,
    /// What it calls for.
    pub outcome: Action,
    /// How bad it is.
    pub severity: Severity,
    /// Why, in words.
    #[serde(default)]
    pub reason: String,
    /// On how many consecutive scored messages the condition has to hold; an unscored one neither counts nor
    /// breaks the run.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub confirm: u32,
    /// When the rule lets go; unless given, as soon as `when` no longer holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition"))]
    pub clear: Option<Condition>,
    /// How long it holds at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dwell: Option<Span>,
    /// How long it rests after it let go. Rules of higher severity have their own, so none of them is muted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cooldown: Option<Span>,
    /// Where the customer is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Nothing holds it back: no confirmation, cooldown, limit, decline or shadow mode. For what the customer
    /// asks for, and for safety.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ungated: bool,
}

/// Makes stronger outcomes milder while a condition holds; ungated rules are not touched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Limit {
    /// Name of the limit.
    pub id: String,
    /// Why it is there, for the reader of the policy.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// When it applies.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Condition"))]
    pub when: Condition,
    /// The strongest outcome left.
    pub at_most: Action,
    /// Set where an offer that it made of a stronger outcome is not one of those counted by `maxOffers`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub uncounted: bool,
}

/// What the handoff lifecycle makes of the rules.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Gates {
    /// Offers the rules may make before the customer asks or the severity rises.
    pub max_offers: u32,
    /// Milliseconds an offer stays once it was shown.
    pub offer_dwell_ms: f64,
}

/// A set of rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Policy {
    /// Version of the document format: 1.
    pub version: u32,
    /// Name of the policy.
    pub name: String,
    /// What it is for, for its reader.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
    /// How the trend is told.
    pub trend: TrendMethod,
    /// What provisional scores may lead to.
    #[serde(default)]
    pub provisional: Provisional,
    /// Frustration from which a message is a negative signal whatever its label, 0 to 1.
    pub negative_frustration: f64,
    /// The rules. Of those that hold the strongest outcome wins, then the higher severity, then the earlier;
    /// the severity is that of the worst rule that holds.
    pub rules: Vec<Rule>,
    /// The limits, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
    /// The gates of the lifecycle; without them every turn is judged by the rules alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gates: Option<Gates>,
    /// Milliseconds within which the desk has to accept a handoff; afterwards the bot goes on.
    #[serde(default = "accept_within_ms")]
    pub accept_within_ms: f64,
}

fn one() -> u32 {
    1
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

fn accept_within_ms() -> f64 {
    20_000.0
}

/// The most rules and limits of a policy, so that a decision is bounded work.
const MAX_RULES: usize = 100;

impl Policy {
    /// The names of the presets.
    pub const PRESETS: [&'static str; 2] = ["article", "balanced"];

    /// The name of the preset that holds unless another policy is given.
    pub const DEFAULT: &'static str = "balanced";

    /// The preset of that name.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownPolicy`] when there is none.
    pub fn preset(name: &str) -> Result<Policy, Error> {
        Policy::from_json(Policy::preset_text(name)?)
    }

    /// The preset of that name, as the JSON document that it is.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownPolicy`] when there is none.
    pub fn preset_text(name: &str) -> Result<&'static str, Error> {
        match name {
            "article" => Ok(include_str!("article.json")),
            "balanced" => Ok(include_str!("balanced.json")),
            _ => {
                let known = Policy::PRESETS.join("`, `");
                let message = format!("there is no policy `{name}`, give one of `{known}` or a policy document");
                Err(Error::new(ErrorCode::UnknownPolicy, message))
            }
        }
    }

    /// Reads a policy document.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPolicy`] with what is wrong.
    pub fn from_json(text: &str) -> Result<Policy, Error> {
        let policy: Policy =
            crate::json::from_json(text).map_err(|error| Error::new(ErrorCode::InvalidPolicy, error.to_string()))?;
        policy.check()?;
        Ok(policy)
    }

    /// Checks the values that the shape alone does not.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPolicy`] with the first value that cannot be used.
    pub fn check(&self) -> Result<(), Error> {
        match self.fault() {
            Some(message) => Err(Error::new(ErrorCode::InvalidPolicy, message)),
            None => Ok(()),
        }
    }

    fn fault(&self) -> Option<String> {
        if self.version != 1 {
            return Some(format!("`version` is `{}`, this release reads version 1", self.version));
        }
        if !(0.0..=1.0).contains(&self.negative_frustration) {
            return Some(format!(
                "`negativeFrustration` is `{}`, give a number from 0 to 1",
                decimal(self.negative_frustration)
            ));
        }
        if self.rules.len() > MAX_RULES || self.limits.len() > MAX_RULES {
            return Some(format!("there are more than {MAX_RULES} `rules` or `limits`"));
        }
        let mut ids = Vec::new();
        for rule in &self.rules {
            if rule.id.is_empty() || ids.contains(&rule.id.as_str()) {
                return Some(format!("rule `{}` needs an `id` of its own", rule.id));
            }
            ids.push(&rule.id);
            if rule.confirm == 0 {
                return Some(format!("rule `{}`: `confirm` is 0, give 1 or more", rule.id));
            }
            if rule.outcome == Action::Respond {
                return Some(format!("rule `{}`: `respond` is no outcome, give watch, offer, ask or handoff", rule.id));
            }
            for span in [rule.dwell, rule.cooldown].into_iter().flatten() {
                if !is_duration(span.ms) {
                    let ms = decimal(span.ms);
                    return Some(format!("rule `{}`: `ms` is `{ms}`, give milliseconds from 0", rule.id));
                }
            }
        }
        for limit in &self.limits {
            if limit.at_most == Action::Handoff {
                return Some(format!("limit `{}`: `atMost` is `handoff`, which limits nothing", limit.id));
            }
        }
        if !is_duration(self.accept_within_ms) || self.gates.is_some_and(|gates| !is_duration(gates.offer_dwell_ms)) {
            return Some("`acceptWithinMs` and `offerDwellMs` are milliseconds from 0".to_owned());
        }
        self.trend.fault()
    }
}

fn is_duration(ms: f64) -> bool {
    (0.0..=crate::event::MAX_TIME).contains(&ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_presets_are_sound_and_write_back_the_same() {
        for name in Policy::PRESETS {
            let policy = Policy::preset(name).unwrap();
            assert_eq!(policy.name, name);
            let text = serde_json::to_string(&policy).unwrap();
            assert_eq!(Policy::from_json(&text).unwrap(), policy);
        }
    }

    #[test]
    fn an_unknown_preset_says_which_there_are() {
        let error = Policy::preset("strict").unwrap_err();
        assert_eq!(error.code(), ErrorCode::UnknownPolicy);
        assert_eq!(
            error.message(),
            "there is no policy `strict`, give one of `article`, `balanced` or a policy document"
        );
    }

    #[test]
    fn bad_documents_are_refused() {
        let good = serde_json::to_value(Policy::preset("balanced").unwrap()).unwrap();
        let edits: [(&str, serde_json::Value); 8] = [
            ("/version", 2.into()),
            ("/negativeFrustration", 1.5.into()),
            ("/rules/0/id", "".into()),
            ("/rules/0/confirm", 0.into()),
            ("/rules/0/outcome", "respond".into()),
            ("/rules/0/outcome", "shrug".into()),
            ("/trend/window", 1.into()),
            ("/gates/offerDwellMs", (-1).into()),
        ];
        for (path, value) in edits {
            let mut bad = good.clone();
            if let Some(place) = bad.pointer_mut(path) {
                *place = value;
            } else {
                bad["rules"][0]["confirm"] = value;
            }
            let error = Policy::from_json(&bad.to_string()).unwrap_err();
            assert_eq!(error.code(), ErrorCode::InvalidPolicy, "{path}");
        }
        let mut unknown = good;
        unknown["rules"][0]["mood"] = 1.into();
        assert!(Policy::from_json(&unknown.to_string()).unwrap_err().message().contains("mood"));
    }
}
