//! The policy: the escalation rules and thresholds, as data.

mod condition;
mod document;
mod input;
mod presets;
#[cfg(feature = "schema")]
mod schema;
mod threshold;

use crate::names::named;
use crate::pairs::Pairs;
use crate::strings::joined;

use serde::Serialize;

pub use condition::{Comparison, Condition, ConditionDocument, Operator};
pub(crate) use condition::{Inputs, Shown};
pub use document::Fault;
pub use input::Input;
pub(crate) use input::MAX_OVER;
pub use threshold::{Edit, Threshold, Unit};

use crate::decision::{Action, Severity};
use crate::error::{Error, ErrorCode};
use crate::reading::{Flaw, Read, Reading, deserialize_by_tree};
use crate::score::Label;
use crate::tone::ToneTexts;
use crate::tree::Tree;
use crate::trend::TrendMethod;

/// What scores the rules may read before the model has answered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), serde(rename_all = "kebab-case"))]
pub enum Provisional {
    /// A provisional score leads to `offer` at most.
    #[default]
    Offer,
    /// A provisional score is not read at all.
    Ignore,
}

named!(Provisional { Offer "offer", Ignore "ignore" });

/// How many messages and milliseconds something lasts; both must have passed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Span {
    /// Customer messages.
    pub messages: u32,
    /// Milliseconds.
    pub ms: f64,
}

/// One rule: when it holds, it calls for an outcome.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
    /// Whether whether it holds depends on more than the conversation as it stands.
    #[serde(skip)]
    pub(crate) remembers: bool,
}

/// Makes stronger outcomes milder while a condition holds; ungated rules are not touched.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Gates {
    /// Offers the rules may make before the customer asks or the severity rises; with 0 they make none, whatever the
    /// severity. What the customer asks for, a handoff, and the offer that a limit with `uncounted` makes of one, are not
    /// counted.
    pub max_offers: u32,
    /// Milliseconds an offer stays once it was shown.
    pub offer_dwell_ms: f64,
}

/// A set of rules. What is read from a document is checked throughout, so every policy there is can be used.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// Version of the document format: 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 1, max = 1)))]
    pub(crate) version: u32,
    /// Name of the policy.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 500)))]
    pub(crate) name: String,
    /// What it is for, for its reader.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) comment: String,
    /// How the trend is told.
    pub(crate) trend: TrendMethod,
    /// What provisional scores may lead to; `offer` unless given.
    #[serde(default)]
    pub(crate) provisional: Provisional,
    /// Frustration from which a message is a negative signal whatever its label, 0 to 1.
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 1.0)))]
    pub(crate) negative_frustration: f64,
    /// How the bot should sound, by language (a BCP 47 tag). What is not given is the host's text, or the built-in
    /// English one.
    #[serde(default, skip_serializing_if = "Pairs::is_empty")]
    #[cfg_attr(target_arch = "wasm32", tsify(type = "Record<string, ToneTexts>"))]
    #[cfg_attr(feature = "schema", schemars(with = "std::collections::BTreeMap<String, ToneTexts>"))]
    pub(crate) tone: Pairs<String, ToneTexts>,
    /// The rules. Of those that hold the strongest outcome wins, then the higher severity, then the earlier;
    /// the severity is that of the worst rule that holds.
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub(crate) rules: Vec<Rule>,
    /// The limits, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(length(max = 100)))]
    pub(crate) limits: Vec<Limit>,
    /// The gates of the lifecycle; without them every turn is judged by the rules alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) gates: Option<Gates>,
    /// Milliseconds within which the desk has to accept a handoff; afterwards the bot goes on. 20 s unless given.
    #[serde(default = "accept_within_ms")]
    #[cfg_attr(feature = "schema", schemars(range(min = 0.0, max = 8.64e15)))]
    pub(crate) accept_within_ms: f64,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_one(value: &u32) -> bool {
    *value == 1
}

/// The default of `acceptWithinMs`, in milliseconds.
const ACCEPT_WITHIN_MS: f64 = 20_000.0;

#[cfg(feature = "schema")]
fn accept_within_ms() -> f64 {
    ACCEPT_WITHIN_MS
}

#[cfg(feature = "schema")]
fn one() -> u32 {
    1
}

/// One mistake a line.
fn told(faults: &[Fault]) -> String {
    let lines: Vec<_> = faults.iter().map(Fault::to_string).collect();
    joined(&lines, "\n")
}

impl Read for Policy {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let (policy, faults) = document::read(&tree);
        if !faults.is_empty() {
            reading.refuse(Flaw::new(told(&faults)));
        }
        policy
    }
}

deserialize_by_tree!(Policy);

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

    /// The preset of that name, as the JSON document that it is; in a page without its comments.
    ///
    /// # Errors
    /// [`ErrorCode::UnknownPolicy`] when there is none.
    pub fn preset_text(name: &str) -> Result<&'static str, Error> {
        let place = Policy::PRESETS.iter().position(|preset| *preset == name);
        place.and_then(|place| presets::DOCUMENTS.get(place).copied()).ok_or_else(|| {
            let known = joined(&Policy::PRESETS, "`, `");
            let message = format!("there is no policy `{name}`, give one of `{known}` or a policy document");
            Error::new(ErrorCode::UnknownPolicy, message)
        })
    }

    /// Reads a policy document.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidPolicy`] with everything that is wrong, one mistake a line.
    pub fn from_json(text: &str) -> Result<Policy, Error> {
        Policy::read_json(text).map_err(|faults| Error::new(ErrorCode::InvalidPolicy, told(&faults)))
    }

    /// Reads a policy document, and gives each mistake with its place.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the document format.
    pub fn read_json(text: &str) -> Result<Policy, Vec<Fault>> {
        let tree = crate::json::from_json(text)
            .map_err(|error| vec![Fault { path: String::new(), message: format!("is no JSON: {error}") }])?;
        let (policy, faults) = document::read(&tree);
        if faults.is_empty() { Ok(policy) } else { Err(faults) }
    }

    /// Name of the policy.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The rules.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The limits.
    #[must_use]
    pub fn limits(&self) -> &[Limit] {
        &self.limits
    }

    /// How the trend is told.
    #[must_use]
    pub fn trend(&self) -> &TrendMethod {
        &self.trend
    }

    /// Whether anything depends on what a text says: rules on cues, or the gates, which hear a yes and a no.
    pub(crate) fn reads_texts(&self) -> bool {
        let cues = [Input::Cue, Input::CueCount];
        let conditions = self.rules.iter().flat_map(|rule| std::iter::once(&rule.when).chain(&rule.clear));
        let mut conditions = conditions.chain(self.limits.iter().map(|limit| &limit.when));
        self.gates.is_some() || conditions.any(|condition| condition.reads(&cues))
    }

    /// How the bot should sound in a language, where the policy says: the text of the language itself, of the
    /// wider one (`pt` for `pt-BR`), the English one.
    pub(crate) fn instruction(&self, language: Option<&str>, label: Label) -> Option<&str> {
        let text = |range: &str| {
            let found = self.tone.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(range));
            found.and_then(|(_, texts)| texts.text(label))
        };
        let mut range = language.unwrap_or_default();
        while !range.is_empty() {
            if let Some(text) = text(range) {
                return Some(text);
            }
            let wider = range.bytes().rposition(|byte| byte == b'-');
            range = wider.and_then(|end| range.get(..end)).unwrap_or_default();
        }
        text("en")
    }
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
    fn all_mistakes_are_told_at_once_with_their_places() {
        let mut bad = serde_json::to_value(Policy::preset("balanced").unwrap()).unwrap();
        bad["version"] = 2.into();
        bad["negativeFrustration"] = 1.5.into();
        bad["rules"][0]["id"] = "".into();
        bad["rules"][1]["outcome"] = "shrug".into();
        bad["rules"][3]["when"]["any"][1]["atMost"] = (-6).into();
        bad["rules"][4]["mood"] = 1.into();
        bad["trend"]["window"] = 1.into();
        let error = Policy::from_json(&bad.to_string()).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidPolicy);
        let lines: Vec<_> = error.message().lines().collect();
        assert_eq!(
            lines,
            [
                "version is `2`, this release reads version 1",
                "trend.window is `1`, give a whole number from 3 to 20",
                "negativeFrustration is `1.5`, give a number from 0 to 1",
                "rules[0].id is `\"\"`, give a text of 1 to 500 bytes",
                "rules[1].outcome is `\"shrug\"`, give one of watch, offer, ask, handoff",
                "rules[3].when.any[1].atMost is `-6`, give a number from -1 to 1",
                "rules[4].mood is no field, give one of id, comment, when, outcome, severity, reason, confirm, clear, \
                 dwell, cooldown, route, ungated",
            ]
        );
    }

    #[test]
    fn the_tone_is_that_of_the_nearest_language() {
        let mut document: serde_json::Value = serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap();
        document["tone"] = serde_json::json!({ "de": { "negative": "Ruhig." }, "en": { "negative": "Calm." } });
        let policy = Policy::from_json(&document.to_string()).unwrap();
        assert_eq!(policy.instruction(Some("de-AT"), Label::Negative), Some("Ruhig."));
        assert_eq!(policy.instruction(Some("fr"), Label::Negative), Some("Calm."));
        assert_eq!(policy.instruction(None, Label::Negative), Some("Calm."));
        assert_eq!(policy.instruction(Some("de"), Label::Neutral), None);
    }
}
