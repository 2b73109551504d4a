//! Reads a policy document and says everything that is wrong with it at once.
//!
//! By hand rather than by serde, which stops at the first mistake and does not know its place. Where something cannot be
//! read, anything of its type takes its place: whether there was a mistake is told at the end, so that no field needs
//! a way out of its own.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::condition::{Comparison, Condition, Operator};
use super::input::{Domain, Input, MAX_OVER, MEANS, Naming};
use super::{Gates, Limit, Policy, Provisional, Rule, Span};
use crate::cue::Cue;
use crate::decision::{Action, Severity};
use crate::event::MAX_TIME;
use crate::json::decimal;
use crate::literal::Literal;
use crate::names::{self, Named};
use crate::pairs::Pairs;
use crate::strings::{joined, split};
use crate::tone::ToneTexts;
use crate::tree::Tree;
use crate::trend::{MAX_TREND_WINDOW, TrendMethod};

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

/// One mistake in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where it stands, such as `rules[2].when.all[0].atLeast`; empty for the document itself.
    pub path: String,
    /// What it is and what is allowed, such as ``is `1.5`, give a number from 0 to 1``.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the policy" } else { &self.path };
        write!(f, "{path} {}", self.message)
    }
}

/// A place in the document.
#[derive(Clone, Copy)]
enum Place<'a> {
    Root,
    Key(&'a Place<'a>, &'a str),
    Item(&'a Place<'a>, usize),
}

impl Place<'_> {
    fn path(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Key(Place::Root, key) => (*key).to_owned(),
            Place::Key(parent, key) => format!("{}.{key}", parent.path()),
            Place::Item(parent, index) => format!("{}[{index}]", parent.path()),
        }
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
}

/// An object with its place.
#[derive(Clone, Copy)]
struct Object<'a> {
    fields: &'a [(Cow<'a, str>, Tree<'a>)],
    at: &'a Place<'a>,
}

impl<'a> Object<'a> {
    fn get(self, key: &str) -> Option<&'a Tree<'a>> {
        self.fields.iter().find_map(|(name, value)| (name == key).then_some(value))
    }
}

impl Reader {
    fn fault(&mut self, at: &Place<'_>, message: impl Into<String>) {
        self.faults.push(Fault { path: at.path(), message: message.into() });
    }

    fn refuse(&mut self, at: &Place<'_>, value: &Tree, allowed: &str) {
        self.fault(at, format!("is `{}`, {allowed}", value.shown()));
    }

    /// An object that has no other keys than these.
    fn object<'a>(&mut self, value: &'a Tree<'a>, at: &'a Place<'a>, keys: &[&str]) -> Option<Object<'a>> {
        let Tree::Object(fields) = value else {
            self.refuse(at, value, "give an object");
            return None;
        };
        for (key, _) in fields.iter().filter(|(key, _)| !keys.contains(&key.as_ref())) {
            self.fault(&Place::Key(at, key), format!("is no field, give one of {}", joined(keys, ", ")));
        }
        self.once(fields, at);
        Some(Object { fields, at })
    }

    /// Each key stands once.
    fn once(&mut self, fields: &[(Cow<'_, str>, Tree)], at: &Place<'_>) {
        for (place, (key, _)) in fields.iter().enumerate() {
            if fields.iter().take(place).any(|(earlier, _)| earlier == key) {
                self.fault(&Place::Key(at, key), "stands twice, leave one of them out");
            }
        }
    }

    fn field<'a>(&mut self, of: Object<'a>, key: &str, needed: &str) -> Option<&'a Tree<'a>> {
        let value = of.get(key);
        if value.is_none() {
            self.fault(&Place::Key(of.at, key), format!("is missing, {needed}"));
        }
        value
    }

    fn text_of(&mut self, value: &Tree, at: &Place<'_>, least: usize, most: usize) -> Option<String> {
        match value {
            Tree::Text(text) if (least..=most).contains(&text.len()) => Some(text.to_string()),
            _ => {
                self.refuse(at, value, &format!("give a text of {least} to {most} bytes"));
                None
            }
        }
    }

    /// A text that may be left out.
    fn text(&mut self, of: Object<'_>, key: &str, least: usize, most: usize) -> Option<String> {
        let value = of.get(key)?;
        self.text_of(value, &Place::Key(of.at, key), least, most)
    }

    fn needed_text(&mut self, of: Object<'_>, key: &str) -> String {
        self.field(of, key, "give a text");
        self.text(of, key, 1, MAX_NAME).unwrap_or_default()
    }

    fn number_of(&mut self, value: &Tree, at: &Place<'_>, low: f64, high: f64) -> Option<f64> {
        match value {
            // -0 becomes 0: the two zeros must not differ in a log.
            Tree::Number(number) if (low..=high).contains(number) => Some(number + 0.0),
            _ => {
                self.refuse(at, value, &format!("give a number from {} to {}", decimal(low), decimal(high)));
                None
            }
        }
    }

    fn number(&mut self, of: Object<'_>, key: &str, low: f64, high: f64) -> Option<f64> {
        let value = of.get(key)?;
        self.number_of(value, &Place::Key(of.at, key), low, high)
    }

    /// A whole number; `3.0` is one.
    fn count_of(&mut self, value: &Tree, at: &Place<'_>, low: u32, high: u32) -> Option<u32> {
        match value {
            Tree::Number(number) if number.fract() == 0.0 && (f64::from(low)..=f64::from(high)).contains(number) => {
                Some(*number as u32)
            }
            _ => {
                self.refuse(at, value, &format!("give a whole number from {low} to {high}"));
                None
            }
        }
    }

    fn count(&mut self, of: Object<'_>, key: &str, low: u32, high: u32) -> Option<u32> {
        let value = of.get(key)?;
        self.count_of(value, &Place::Key(of.at, key), low, high)
    }

    fn flag(&mut self, of: Object<'_>, key: &str) -> bool {
        let Some(value) = of.get(key) else { return false };
        if let Tree::Flag(flag) = value {
            return *flag;
        }
        self.refuse(&Place::Key(of.at, key), value, "give true or false");
        false
    }

    /// The place of a word among those that may stand there.
    fn word_of(&mut self, value: &Tree, at: &Place<'_>, words: &[&str]) -> Option<usize> {
        let place = words.iter().position(|word| matches!(value, Tree::Text(text) if text == word));
        if place.is_none() {
            self.refuse(at, value, &format!("give one of {}", joined(words, ", ")));
        }
        place
    }

    fn word(&mut self, of: Object<'_>, key: &str, words: &[&str]) -> Option<usize> {
        let value = self.field(of, key, &format!("give one of {}", joined(words, ", ")))?;
        self.word_of(value, &Place::Key(of.at, key), words)
    }

    /// One of the variants of an enum, by its name.
    fn named<T: Named>(&mut self, of: Object<'_>, key: &str, allowed: Range<usize>) -> T {
        let first = allowed.start;
        let place = self.word(of, key, names::list(T::NAMES).get(allowed).unwrap_or_default());
        names::variant(first + place.unwrap_or_default())
    }

    /// A list of at most `most` objects.
    fn list<'a>(&mut self, of: Object<'a>, key: &str, most: usize) -> &'a [Tree<'a>] {
        let Some(value) = of.get(key) else { return &[] };
        match value {
            Tree::List(list) if list.len() <= most => list,
            Tree::List(list) => {
                let message = format!("has {} entries, give at most {most}", list.len());
                self.fault(&Place::Key(of.at, key), message);
                &[]
            }
            _ => {
                self.refuse(&Place::Key(of.at, key), value, "give a list");
                &[]
            }
        }
    }

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

    fn when(&mut self, of: Object<'_>) -> Condition {
        let value = self.field(of, "when", "give a condition");
        value.map_or(NONE, |value| self.condition(value, &Place::Key(of.at, "when"), MAX_DEPTH))
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

    fn condition(&mut self, value: &Tree, at: &Place<'_>, depth: usize) -> Condition {
        if depth == 0 {
            self.fault(at, format!("is nested too deep, give at most {MAX_DEPTH} levels"));
            return NONE;
        }
        let fields: &[_] = if let Tree::Object(fields) = value { fields } else { &[] };
        let of = Object { fields, at };
        for key in ["all", "any", "not"] {
            let Some(branches) = of.get(key) else { continue };
            if self.object(value, at, &[key]).is_none() {
                return NONE;
            }
            let at = Place::Key(at, key);
            if key == "not" {
                return Condition::Not(Box::new(self.condition(branches, &at, depth - 1)));
            }
            let list = match branches {
                Tree::List(list) if (1..=MAX_BRANCHES).contains(&list.len()) => list,
                _ => {
                    self.refuse(&at, branches, &format!("give a list of 1 to {MAX_BRANCHES} conditions"));
                    return NONE;
                }
            };
            let mut read = Vec::new();
            for (index, branch) in list.iter().enumerate() {
                read.push(self.condition(branch, &Place::Item(&at, index), depth - 1));
            }
            return if key == "all" { Condition::All(read) } else { Condition::Any(read) };
        }
        if of.get("input").is_none() {
            let allowed = "give `all` or `any` with a list, `not` with a condition, or an `input` with an operator";
            self.refuse(at, value, allowed);
            return NONE;
        }
        self.comparison(value, at).map_or(NONE, Condition::Compare)
    }

    fn comparison(&mut self, value: &Tree, at: &Place<'_>) -> Option<Comparison> {
        const KEYS: [&str; 9] = ["input", "name", "over", "atLeast", "above", "atMost", "below", "is", "isNot"];
        let of = self.object(value, at, &KEYS)?;
        let input: Input = names::variant(self.word(of, "input", &names::list(Input::NAMES))?);
        let (name, cue) = self.name(of, input)?;
        let over = self.over(of, input);
        let domain = input.domain(name.as_deref());
        let known = || {
            let operators: Vec<_> = domain.operators().iter().map(|operator| operator.as_str()).collect();
            joined(&operators, ", ")
        };
        let mut given = None;
        for operator in Operator::ALL {
            let Some(threshold) = of.get(operator.as_str()) else { continue };
            if given.is_some() {
                self.fault(at, "has more than one operator, put each into a condition of its own under `all`");
                return None;
            }
            given = Some((operator, threshold));
        }
        let Some((operator, threshold)) = given else {
            self.fault(at, format!("compares `{}` with nothing, give one of {}", input.as_str(), known()));
            return None;
        };
        let at = Place::Key(at, operator.as_str());
        if !domain.operators().contains(&operator) {
            self.fault(&at, format!("does not fit `{}`, give one of {}", input.as_str(), known()));
            return None;
        }
        let literal = match (domain, threshold) {
            (Domain::Number(low, high), given) => Literal::Number(self.number_of(given, &at, low, high)?),
            (Domain::Words(words), given) => {
                let place = self.word_of(given, &at, &names::list(words))?;
                Literal::Text(names::name(place, words).to_owned())
            }
            (Domain::Text, Tree::Text(text)) if !text.is_empty() => Literal::Text(text.to_string()),
            // -0 becomes 0.
            (Domain::Any, Tree::Number(number)) if number.is_finite() => Literal::Number(*number + 0.0),
            (Domain::Any, Tree::Flag(flag)) if !operator.orders() => Literal::Flag(*flag),
            (Domain::Any, Tree::Text(text)) if !operator.orders() => Literal::Text(text.to_string()),
            (_, given) => {
                let allowed = match domain {
                    Domain::Text => "give a text",
                    _ if operator.orders() => "give a number",
                    _ => "give true, false, a number or a text",
                };
                self.refuse(&at, given, allowed);
                return None;
            }
        };
        Some(Comparison { input, name, cue, over, operator, threshold: literal })
    }

    /// The `name` an input needs, or that it has none.
    fn name(&mut self, of: Object<'_>, input: Input) -> Option<(Option<String>, Option<Cue>)> {
        let at = Place::Key(of.at, "name");
        let words = match input.naming() {
            Naming::None => {
                if of.get("name").is_some() {
                    self.fault(&at, format!("does not fit `{}`, leave it out", input.as_str()));
                    return None;
                }
                return Some((None, None));
            }
            Naming::Attribute => return Some((Some(self.needed_text(of, "name")), None)),
            Naming::Cue { .. } => Cue::NAMES,
            Naming::Mean => MEANS,
        };
        let name = names::name(self.word(of, "name", &names::list(words))?, words);
        Some((Some(name.to_owned()), Cue::parse(name)))
    }

    fn over(&mut self, of: Object<'_>, input: Input) -> Option<u32> {
        match input.naming() {
            Naming::Mean => {
                self.field(of, "over", &format!("give a whole number from 1 to {MAX_OVER}"));
            }
            Naming::Cue { over: true } => {}
            _ => {
                if of.get("over").is_some() {
                    self.fault(&Place::Key(of.at, "over"), format!("does not fit `{}`, leave it out", input.as_str()));
                }
                return None;
            }
        }
        self.count(of, "over", 1, MAX_OVER as u32)
    }
}

/// What stands in the place of a condition that cannot be read.
const NONE: Condition = Condition::All(Vec::new());

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
