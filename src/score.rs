//! The score of one customer message, checked on construction.

use crate::names::named;
use crate::parts::parts_of_named;
use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::parts::{Part, Parts, Row};
use crate::reading::{Fields, Flaw, Read, Reading};
use crate::tree::Tree;

/// The polarity of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Label {
    /// The customer is unhappy.
    Negative,
    /// Neither; also most problem statements, however severe.
    Neutral,
    /// The customer is content.
    Positive,
}

named!(Label { Negative "negative", Neutral "neutral", Positive "positive" });

/// Where a score came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum ScoreSource {
    /// The language model behind the proxy.
    Model,
    /// The small scorer inside this crate.
    OnDevice,
}

named!(ScoreSource { Model "model", OnDevice "on-device" });

/// The sentiment of one customer message.
///
/// The four fields are always finite and in range, so nothing downstream has to ask again.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(try_from = "UncheckedScore")]
pub struct SentimentScore {
    /// Sentiment, from -1 (very negative) to 1 (very positive).
    score: f64,
    /// Polarity of the message.
    label: Label,
    /// Frustration, from 0 (none) to 1 (extreme).
    frustration: f64,
    /// Urgency, from 0 (none) to 1 (at once).
    urgency: f64,
    /// Whether the model took the message for sarcasm, where it was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(target_arch = "wasm32", tsify(optional))]
    sarcasm: Option<bool>,
}

impl SentimentScore {
    /// The same score with the odds of frustration so many times as high; `times` is above 0.
    pub(crate) fn with_frustration_odds(self, times: f64) -> Self {
        let likely = self.frustration * times;
        SentimentScore { frustration: likely / (1.0 - self.frustration + likely), ..self }
    }

    /// A score whose fields are in range. Negative zero becomes zero.
    ///
    /// # Errors
    /// [`ErrorCode::InvalidScore`] when `score` is not in -1 to 1, or `frustration` or `urgency` not in 0 to 1.
    pub fn new(score: f64, label: Label, frustration: f64, urgency: f64) -> Result<Self, Error> {
        Ok(SentimentScore {
            score: in_range("score", score, -1.0)?,
            label,
            frustration: in_range("frustration", frustration, 0.0)?,
            urgency: in_range("urgency", urgency, 0.0)?,
            sarcasm: None,
        })
    }

    /// The score of a message that says nothing.
    pub(crate) const fn neutral() -> Self {
        SentimentScore { score: 0.0, label: Label::Neutral, frustration: 0.0, urgency: 0.0, sarcasm: None }
    }

    /// The same score with the model's opinion on sarcasm.
    #[must_use]
    pub const fn with_sarcasm(mut self, sarcasm: Option<bool>) -> Self {
        self.sarcasm = sarcasm;
        self
    }

    /// Sentiment, -1 to 1.
    #[must_use]
    pub const fn score(&self) -> f64 {
        self.score
    }

    /// Polarity.
    #[must_use]
    pub const fn label(&self) -> Label {
        self.label
    }

    /// Frustration, 0 to 1.
    #[must_use]
    pub const fn frustration(&self) -> f64 {
        self.frustration
    }

    /// Urgency, 0 to 1.
    #[must_use]
    pub const fn urgency(&self) -> f64 {
        self.urgency
    }

    /// Sarcasm, where the model was asked.
    #[must_use]
    pub const fn sarcasm(&self) -> Option<bool> {
        self.sarcasm
    }

    /// Of two scores from one source for one message, the one to act on: higher frustration, then lower
    /// score, then field by field. A total order, so that the order of arrival cannot matter.
    #[must_use]
    pub fn more_cautious(self, other: Self) -> Self {
        let order = self
            .frustration
            .total_cmp(&other.frustration)
            .then(other.score.total_cmp(&self.score))
            .then(other.label.cmp(&self.label))
            .then(self.urgency.total_cmp(&other.urgency))
            .then(self.sarcasm.cmp(&other.sarcasm));
        if order == Ordering::Less { other } else { self }
    }
}

fn in_range(field: &str, value: f64, low: f64) -> Result<f64, Error> {
    if value.is_finite() && (low..=1.0).contains(&value) {
        // -0.0 + 0.0 is 0.0: the two zeros must not differ in a log.
        Ok(value + 0.0)
    } else {
        let (value, low) = (decimal(value), decimal(low));
        Err(Error::new(ErrorCode::InvalidScore, format!("`{field}` is `{value}`, give a number from {low} to 1")))
    }
}

/// What an event may carry: every field but `sarcasm` required, nothing else allowed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, expecting = "an object")]
struct UncheckedScore {
    score: f64,
    label: Label,
    frustration: f64,
    urgency: f64,
    #[serde(default)]
    sarcasm: Option<bool>,
}

impl TryFrom<UncheckedScore> for SentimentScore {
    type Error = Error;

    fn try_from(raw: UncheckedScore) -> Result<Self, Error> {
        SentimentScore::new(raw.score, raw.label, raw.frustration, raw.urgency)
            .map(|score| score.with_sarcasm(raw.sarcasm))
    }
}

impl SentimentScore {
    /// The names of the fields.
    pub(crate) const FIELDS: [&str; 5] = ["score", "label", "frustration", "urgency", "sarcasm"];

    /// What these fields say; what is wrong with it, they tell at the end.
    pub(crate) fn of(fields: &mut Fields<'_, '_>) -> SentimentScore {
        let (score, label) = (fields.needed("score", 0.0), fields.needed("label", Label::Neutral));
        let (frustration, urgency) = (fields.needed("frustration", 0.0), fields.needed("urgency", 0.0));
        let checked = SentimentScore::new(score, label, frustration, urgency).unwrap_or_else(|error| {
            fields.refuse(Flaw::new(error.message()));
            SentimentScore::neutral()
        });
        checked.with_sarcasm(fields.take("sarcasm", None))
    }
}

impl Read for SentimentScore {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        SentimentScore::of(&mut Fields::only(tree, "an object", &SentimentScore::FIELDS, reading))
    }
}

parts_of_named!(Label);

impl Parts for SentimentScore {
    fn put(&self, row: &mut Vec<Part>) {
        self.score.put(row);
        self.label.put(row);
        self.frustration.put(row);
        self.urgency.put(row);
        self.sarcasm.put(row);
    }

    fn take(row: &mut Row) -> Self {
        let (score, label) = (Parts::take(row), Parts::take(row));
        let checked = SentimentScore::new(score, label, Parts::take(row), Parts::take(row)).unwrap_or_else(|_| {
            row.refuse();
            SentimentScore::neutral()
        });
        checked.with_sarcasm(Parts::take(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn score(value: f64, frustration: f64) -> SentimentScore {
        SentimentScore::new(value, Label::Negative, frustration, 0.5).unwrap()
    }

    #[test]
    fn values_out_of_range_never_enter() {
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1.2, -1.2] {
            assert_eq!(SentimentScore::new(bad, Label::Neutral, 0.0, 0.0).unwrap_err().code(), ErrorCode::InvalidScore);
        }
        for bad in [f64::NAN, -0.1, 1.000_000_1] {
            assert!(SentimentScore::new(0.0, Label::Neutral, bad, 0.0).is_err());
            assert!(SentimentScore::new(0.0, Label::Neutral, 0.0, bad).is_err());
        }
    }

    #[test]
    fn the_message_names_the_field_the_value_and_the_range() {
        let error = SentimentScore::new(1.2, Label::Neutral, 0.0, 0.0).unwrap_err();
        assert_eq!(error.message(), "`score` is `1.2`, give a number from -1 to 1");
    }

    #[test]
    fn negative_zero_becomes_zero() {
        let zero = SentimentScore::new(-0.0, Label::Neutral, -0.0, -0.0).unwrap();
        assert!(zero.score().is_sign_positive() && zero.frustration().is_sign_positive());
    }

    #[test]
    fn json_is_checked_like_the_constructor() {
        let good = r#"{"score":-0.2,"label":"neutral","frustration":0.1,"urgency":0.4}"#;
        assert_eq!(serde_json::to_string(&serde_json::from_str::<SentimentScore>(good).unwrap()).unwrap(), good);
        for bad in [
            r#"{"score":1.2,"label":"neutral","frustration":0.1,"urgency":0.4}"#,
            r#"{"score":"0.5","label":"neutral","frustration":0.1,"urgency":0.4}"#,
            r#"{"score":null,"label":"neutral","frustration":0.1,"urgency":0.4}"#,
            r#"{"score":1e999,"label":"neutral","frustration":0.1,"urgency":0.4}"#,
            r#"{"score":0.5,"label":"furious","frustration":0.1,"urgency":0.4}"#,
            r#"{"score":0.5,"label":"neutral","frustration":0.1}"#,
            r#"{"score":0.5,"label":"neutral","frustration":0.1,"urgency":0.4,"mood":1}"#,
        ] {
            assert!(serde_json::from_str::<SentimentScore>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn the_more_cautious_of_two_does_not_depend_on_their_order() {
        let pairs = [
            (score(-0.5, 0.9), score(-0.9, 0.2)),
            (score(-0.5, 0.4), score(-0.6, 0.4)),
            (score(-0.5, 0.4), score(-0.5, 0.4).with_sarcasm(Some(true))),
        ];
        for (a, b) in pairs {
            assert_eq!(a.more_cautious(b), b.more_cautious(a));
        }
        assert_eq!(score(-0.5, 0.9).more_cautious(score(-0.9, 0.2)), score(-0.5, 0.9));
    }
}
