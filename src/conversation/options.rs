//! How a conversation is held.

use std::sync::Arc;

use serde::Serialize;

use crate::error::Error;
use crate::names::named;
use crate::policy::Policy;
use crate::reading::{Fields, Read, Reading, deserialize_by_tree};
use crate::redact::Redaction;
use crate::texts::Texts;
use crate::tree::Tree;

/// Whether the rules act or only decide and log.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Mode {
    /// The rules act.
    #[default]
    Live,
    /// What rules alone would have shown is held back and stands in `wouldAction`.
    Shadow,
}

named!(Mode { Live "live", Shadow "shadow" });

/// A preset by its name, or a policy document.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(untagged)]
pub enum PolicyChoice {
    /// `balanced` or `article`.
    Preset(#[cfg_attr(target_arch = "wasm32", tsify(type = "\"balanced\" | \"article\""))] String),
    /// Shared, so that many conversations hold one policy.
    Document(#[cfg_attr(target_arch = "wasm32", tsify(type = "Policy | PolicyDocument"))] Arc<Policy>),
}

impl From<Policy> for PolicyChoice {
    fn from(policy: Policy) -> Self {
        PolicyChoice::Document(Arc::new(policy))
    }
}

impl Default for PolicyChoice {
    fn default() -> Self {
        PolicyChoice::Preset(Policy::DEFAULT.to_owned())
    }
}

impl PolicyChoice {
    /// The policy that is chosen, checked.
    pub(crate) fn policy(self) -> Result<Arc<Policy>, Error> {
        match self {
            PolicyChoice::Preset(name) => Policy::preset(&name).map(Arc::new),
            PolicyChoice::Document(policy) => Ok(policy),
        }
    }
}

impl Read for PolicyChoice {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        match tree {
            Tree::Text(name) => PolicyChoice::Preset(name.into_owned()),
            Tree::Object(_) => Policy::read(tree, reading).into(),
            other => {
                reading.refuse_instead(&other, "the name of a preset or a policy document");
                PolicyChoice::default()
            }
        }
    }
}

/// How a conversation is held.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[cfg_attr(target_arch = "wasm32", serde(default))]
#[serde(rename_all = "camelCase")]
pub struct Options {
    /// Name of the conversation; the hold-out is drawn by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The rules; `balanced` unless given.
    pub policy: PolicyChoice,
    /// Whether the rules act.
    pub mode: Mode,
    /// Share of conversations held in shadow, 0 to 1, chosen by a hash of their `id`.
    pub holdout: f64,
    /// When false the rules are off and only the entry is left.
    pub enabled: bool,
    /// Language of the conversation, a BCP 47 tag; unknown unless given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// What of a message becomes a placeholder before a scorer sees it; everything that is known unless told.
    #[cfg_attr(target_arch = "wasm32", tsify(type = "boolean | Redaction"))]
    pub redact: Redaction,
    /// Texts that stand in the place of the English ones.
    pub texts: Texts,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            id: None,
            policy: PolicyChoice::default(),
            mode: Mode::Live,
            holdout: 0.0,
            enabled: true,
            language: None,
            redact: Redaction::ALL,
            texts: Texts::default(),
        }
    }
}

impl Read for Options {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let names = [
            "id",
            "policy",
            "mode",
            "holdout",
            "enabled",
            "language",
            "redact",
            "texts",
            // Read before, by the page's binding; whoever misspells one is to find it here.
            #[cfg(target_arch = "wasm32")]
            "scorer",
            #[cfg(target_arch = "wasm32")]
            "log",
            #[cfg(target_arch = "wasm32")]
            "packet",
        ];
        let mut fields = Fields::only(tree, "an object", &names, reading);
        let unless = Options::default();
        Options {
            id: fields.take("id", unless.id),
            policy: fields.take("policy", unless.policy),
            mode: fields.take("mode", unless.mode),
            holdout: fields.take("holdout", unless.holdout),
            enabled: fields.take("enabled", unless.enabled),
            language: fields.take("language", unless.language),
            redact: fields.take("redact", unless.redact),
            texts: fields.take("texts", unless.texts),
        }
    }
}

deserialize_by_tree!(PolicyChoice Options);
