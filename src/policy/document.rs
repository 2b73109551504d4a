//! Reads a policy document and says everything that is wrong with it at once.
//!
//! By hand rather than by serde, which stops at the first mistake and does not know its place. Where something cannot be
//! read, anything of its type takes its place: whether there was a mistake is told at the end, so that no field needs
//! a way out of its own.

mod condition;
mod reader;

use super::{Gates, Limit, Policy, Provisional, Rule, Span};
use crate::decision::{Action, Severity};
use crate::event::MAX_TIME;
use crate::names::Named;
use crate::pairs::Pairs;
use crate::strings::split;
use crate::tone::ToneTexts;
use crate::tree::Tree;
use crate::trend::{MAX_TREND_WINDOW, TrendMethod};
pub use reader::Fault;
use reader::{Object, Place, Reader};

/// The version of the format this release reads.
pub(crate) const VERSION: u32 = 1;
/// The most rules, and the most limits, so that a decision is bounded work.
pub(crate) const MAX_RULES: usize = 100;
/// The longest name, reason or route, in bytes.
pub(crate) const MAX_NAME: usize = 500;
/// The longest comment or tone text, in bytes.
pub(crate) const MAX_PROSE: usize = 4_000;
/// The deepest tree of conditions.
pub(crate) const MAX_DEPTH: usize = 16;
/// The most branches of one `all` or `any`.
pub(crate) const MAX_BRANCHES: usize = 50;
/// The largest `confirm`, `messages` and `maxOffers`.
pub(crate) const MAX_COUNT: u32 = 1_000;
/// The most languages of a tone guide.
pub(crate) const MAX_LANGUAGES: usize = 100;

impl Reader {
    fn policy(&mut self, value: &Tree) -> Policy {
        const KEYS: [&str; 12] = [
            "$schema",
            "version",
            "name",
            "comment",
            "trend",
            "provisional",
            "negativeFrustration",
            "tone",
            "rules",
            "limits",
            "gates",
            "acceptWithinMs",
        ];
        let of = self.object(value, &Place::Root, &KEYS);
        let of = of.unwrap_or(Object { fields: &[], at: &Place::Root });
        self.text(of, "$schema", 0, MAX_NAME);
        if let Some(given) = self.field(of, "version", "give 1")
            && *given != Tree::Number(f64::from(VERSION))
        {
            self.refuse(&Place::Key(of.at, "version"), given, "this release reads version 1");
        }
        Policy {
            version: VERSION,
            name: self.needed_text(of, "name"),
            comment: self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default(),
            trend: self.trend(of),
            provisional: match of.get("provisional") {
                Some(_) => self.named(of, "provisional", 0..Provisional::VARIANTS.len()),
                None => Provisional::default(),
            },
            negative_frustration: {
                self.field(of, "negativeFrustration", "give a number from 0 to 1");
                self.number(of, "negativeFrustration", 0.0, 1.0).unwrap_or_default()
            },
            tone: self.tone(of),
            rules: self.rules(of),
            limits: self.limits(of),
            gates: self.gates(of),
            accept_within_ms: self.number(of, "acceptWithinMs", 0.0, MAX_TIME).unwrap_or(super::ACCEPT_WITHIN_MS),
        }
    }

    fn trend(&mut self, of: Object<'_>) -> TrendMethod {
        let at = Place::Key(of.at, "trend");
        let value = self.field(of, "trend", "give an object");
        let Some(of) = value.and_then(|value| self.object(value, &at, &["method", "window", "delta"])) else {
            return TrendMethod::LastMinusFirst { window: 0, delta: 0.0 };
        };
        let robust = self.word(of, "method", &["last-minus-first", "theil-sen"]) == Some(1);
        self.field(of, "window", "give a whole number");
        let least = if robust { 3 } else { 2 };
        let window = self.count(of, "window", least, MAX_TREND_WINDOW as u32).unwrap_or_default() as usize;
        let mut delta = 0.0;
        match self.field(of, "delta", "give a number above 0 up to 2") {
            Some(Tree::Number(given)) if *given > 0.0 && *given <= 2.0 => delta = *given,
            Some(given) => self.refuse(&Place::Key(of.at, "delta"), given, "give a number above 0 up to 2"),
            None => {}
        }
        if robust { TrendMethod::TheilSen { window, delta } } else { TrendMethod::LastMinusFirst { window, delta } }
    }

    fn tone(&mut self, of: Object<'_>) -> Pairs<String, ToneTexts> {
        let mut guide = Pairs::new();
        let Some(value) = of.get("tone") else { return guide };
        let at = Place::Key(of.at, "tone");
        let Tree::Object(languages) = value else {
            self.refuse(&at, value, "give an object of languages");
            return guide;
        };
        if languages.len() > MAX_LANGUAGES {
            self.fault(&at, format!("has {} languages, give at most {MAX_LANGUAGES}", languages.len()));
        }
        self.once(languages, &at);
        for (language, texts) in languages {
            let at = Place::Key(&at, language);
            if !is_language(language) {
                self.fault(&at, "is no language, give a BCP 47 tag such as `en` or `pt-BR`");
            }
            let Some(texts) = self.object(texts, &at, &["negative", "neutral", "positive"]) else { continue };
            let [negative, neutral, positive] =
                ["negative", "neutral", "positive"].map(|label| self.text(texts, label, 1, MAX_PROSE));
            guide.insert(language.to_string(), ToneTexts { negative, neutral, positive });
        }
        guide
    }

    /// The `id` of a rule or limit, which no other one has.
    fn id(&mut self, of: Object<'_>, ids: &mut Vec<String>) -> String {
        let id = self.needed_text(of, "id");
        if ids.contains(&id) && !id.is_empty() {
            self.fault(&Place::Key(of.at, "id"), format!("is `{id}`, which stands here already; give another"));
        }
        ids.push(id.clone());
        id
    }

    fn rules(&mut self, of: Object<'_>) -> Vec<Rule> {
        self.field(of, "rules", "give a list of rules");
        let at = Place::Key(of.at, "rules");
        let (mut rules, mut ids) = (Vec::new(), Vec::new());
        for (place, value) in self.list(of, "rules", MAX_RULES).iter().enumerate() {
            rules.extend(self.rule(value, &Place::Item(&at, place), &mut ids));
        }
        rules
    }

    fn rule(&mut self, value: &Tree, at: &Place<'_>, ids: &mut Vec<String>) -> Option<Rule> {
        const KEYS: [&str; 12] = [
            "id", "comment", "when", "outcome", "severity", "reason", "confirm", "clear", "dwell", "cooldown", "route",
            "ungated",
        ];
        let of = self.object(value, at, &KEYS)?;
        let mut rule = Rule {
            id: self.id(of, ids),
            comment: self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default(),
            when: self.when(of),
            // From `watch` on: a rule that calls for nothing is none.
            outcome: self.named(of, "outcome", 1..Action::VARIANTS.len()),
            severity: self.named(of, "severity", 0..Severity::VARIANTS.len()),
            reason: self.text(of, "reason", 0, MAX_NAME).unwrap_or_default(),
            confirm: self.count(of, "confirm", 1, MAX_COUNT).unwrap_or(1),
            clear: of.get("clear").map(|value| self.condition(value, &Place::Key(at, "clear"), MAX_DEPTH)),
            dwell: self.span(of, "dwell"),
            cooldown: self.span(of, "cooldown"),
            route: self.text(of, "route", 1, MAX_NAME),
            ungated: self.flag(of, "ungated"),
            remembers: false,
        };
        rule.remembers = (rule.confirm > 1 && !rule.ungated)
            || rule.clear.is_some()
            || rule.dwell.is_some()
            || rule.cooldown.is_some();
        for (key, given) in [("confirm", rule.confirm > 1), ("cooldown", rule.cooldown.is_some())] {
            if rule.ungated && given {
                self.fault(&Place::Key(at, key), "holds nothing back where `ungated` is true, leave one of them out");
            }
        }
        Some(rule)
    }

    fn span(&mut self, of: Object<'_>, key: &str) -> Option<Span> {
        let value = of.get(key)?;
        let at = Place::Key(of.at, key);
        let of = self.object(value, &at, &["messages", "ms"])?;
        if of.fields.is_empty() {
            self.fault(&at, "is empty, give `messages`, `ms` or both");
        }
        let messages = self.count(of, "messages", 0, MAX_COUNT).unwrap_or_default();
        let ms = self.number(of, "ms", 0.0, MAX_TIME).unwrap_or_default();
        Some(Span { messages, ms })
    }

    fn limits(&mut self, of: Object<'_>) -> Vec<Limit> {
        let at = Place::Key(of.at, "limits");
        let (mut limits, mut ids) = (Vec::new(), Vec::new());
        for (place, value) in self.list(of, "limits", MAX_RULES).iter().enumerate() {
            limits.extend(self.limit(value, &Place::Item(&at, place), &mut ids));
        }
        limits
    }

    fn limit(&mut self, value: &Tree, at: &Place<'_>, ids: &mut Vec<String>) -> Option<Limit> {
        let of = self.object(value, at, &["id", "comment", "when", "atMost", "uncounted"])?;
        Some(Limit {
            id: self.id(of, ids),
            comment: self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default(),
            when: self.when(of),
            // Up to `ask`: a limit of `handoff` limits nothing.
            at_most: self.named(of, "atMost", 0..Action::VARIANTS.len() - 1),
            uncounted: self.flag(of, "uncounted"),
        })
    }

    fn gates(&mut self, of: Object<'_>) -> Option<Gates> {
        let value = of.get("gates")?;
        let at = Place::Key(of.at, "gates");
        let of = self.object(value, &at, &["maxOffers", "offerDwellMs"])?;
        self.field(of, "maxOffers", "give a whole number");
        self.field(of, "offerDwellMs", "give milliseconds");
        Some(Gates {
            max_offers: self.count(of, "maxOffers", 0, MAX_COUNT).unwrap_or_default(),
            offer_dwell_ms: self.number(of, "offerDwellMs", 0.0, MAX_TIME).unwrap_or_default(),
        })
    }
}

/// Whether it has the form of a language tag: letters, then groups of letters and digits.
fn is_language(tag: &str) -> bool {
    let mut groups = split(tag, b"-");
    let group = |group: &str| (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    tag.len() <= 35
        && groups.next().is_some_and(|first| first.bytes().all(|byte| byte.is_ascii_alphabetic()) && group(first))
        && groups.all(group)
}

/// Reads a policy document, and says everything that is wrong with it; then the policy is none.
pub(super) fn read(value: &Tree) -> (Policy, Vec<Fault>) {
    let mut reader = Reader::default();
    let policy = reader.policy(value);
    if !matches!(value, Tree::Object(_)) {
        // What it lacks needs no telling.
        reader.faults.truncate(1);
    }
    (policy, reader.faults)
}
