//! Reads a policy document and says everything that is wrong with it at once.
//!
//! By hand rather than by serde, which stops at the first mistake and does not know its place.

use crate::pairs::Pairs;
use crate::strings::joined;
use std::fmt;

use super::condition::{Comparison, Condition, Operator};
use super::input::{Input, MAX_OVER, MEANS, Naming, cue_names};
use super::{Gates, Limit, Policy, Provisional, Rule, Span};
use crate::cue::Cue;
use crate::decision::{Action, Severity};
use crate::event::MAX_TIME;
use crate::json::decimal;
use crate::literal::Literal;
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
    fields: &'a [(String, Tree)],
    at: &'a Place<'a>,
}

impl<'a> Object<'a> {
    fn get(self, key: &str) -> Option<&'a Tree> {
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
    fn object<'a>(&mut self, value: &'a Tree, at: &'a Place<'a>, keys: &[&str]) -> Option<Object<'a>> {
        let Tree::Object(fields) = value else {
            self.refuse(at, value, "give an object");
            return None;
        };
        for (key, _) in fields.iter().filter(|(key, _)| !keys.contains(&key.as_str())) {
            self.fault(&Place::Key(at, key), format!("is no field, give one of {}", joined(keys, ", ")));
        }
        self.once(fields, at);
        Some(Object { fields, at })
    }

    /// Each key stands once.
    fn once(&mut self, fields: &[(String, Tree)], at: &Place<'_>) {
        for (place, (key, _)) in fields.iter().enumerate() {
            if fields.iter().take(place).any(|(earlier, _)| earlier == key) {
                self.fault(&Place::Key(at, key), "stands twice, leave one of them out");
            }
        }
    }

    fn field<'a>(&mut self, of: Object<'a>, key: &str, needed: &str) -> Option<&'a Tree> {
        let value = of.get(key);
        if value.is_none() {
            self.fault(&Place::Key(of.at, key), format!("is missing, {needed}"));
        }
        value
    }

    fn text_of(&mut self, value: &Tree, at: &Place<'_>, least: usize, most: usize) -> Option<String> {
        match value {
            Tree::Text(text) if (least..=most).contains(&text.len()) => Some(text.clone()),
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

    fn needed_text(&mut self, of: Object<'_>, key: &str) -> Option<String> {
        self.field(of, key, "give a text")?;
        self.text(of, key, 1, MAX_NAME)
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

    fn word_of<T: Copy>(&mut self, value: &Tree, at: &Place<'_>, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| matches!(value, Tree::Text(text) if text == word));
        if found.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.refuse(at, value, &format!("give one of {}", joined(&words, ", ")));
        }
        found.map(|(_, meant)| *meant)
    }

    fn word<T: Copy>(&mut self, of: Object<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = self.field(of, key, "give a word")?;
        self.word_of(value, &Place::Key(of.at, key), words)
    }

    /// A list of at most `most` objects.
    fn list<'a>(&mut self, of: Object<'a>, key: &str, most: usize) -> &'a [Tree] {
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

    fn policy(&mut self, value: &Tree) -> Option<Policy> {
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
        let of = self.object(value, &Place::Root, &KEYS)?;
        self.text(of, "$schema", 0, MAX_NAME);
        let version = self.field(of, "version", "give 1").and_then(|given| {
            let read = matches!(given, Tree::Number(number) if *number == f64::from(VERSION));
            if !read {
                self.refuse(&Place::Key(of.at, "version"), given, "this release reads version 1");
            }
            read.then_some(VERSION)
        });
        let name = self.needed_text(of, "name");
        let comment = self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default();
        let trend = self.trend(of);
        let provisional = of.get("provisional").map_or(Some(Provisional::default()), |given| {
            self.word_of(given, &Place::Key(of.at, "provisional"), &PROVISIONAL)
        });
        let negative_frustration = self
            .field(of, "negativeFrustration", "give a number from 0 to 1")
            .and_then(|given| self.number_of(given, &Place::Key(of.at, "negativeFrustration"), 0.0, 1.0));
        let tone = self.tone(of);
        let rules = self.rules(of);
        let limits = self.limits(of);
        let gates = of.get("gates").and_then(|given| self.gates(given, &Place::Key(of.at, "gates")));
        let accept_within_ms = self.number(of, "acceptWithinMs", 0.0, MAX_TIME);
        Some(Policy {
            version: version?,
            name: name?,
            comment,
            trend: trend?,
            provisional: provisional?,
            negative_frustration: negative_frustration?,
            tone,
            rules,
            limits,
            gates,
            accept_within_ms: accept_within_ms.unwrap_or(super::ACCEPT_WITHIN_MS),
        })
    }

    fn trend(&mut self, of: Object<'_>) -> Option<TrendMethod> {
        let value = self.field(of, "trend", "give an object")?;
        let at = Place::Key(of.at, "trend");
        let of = self.object(value, &at, &["method", "window", "delta"])?;
        let method = self.word(of, "method", &[("last-minus-first", false), ("theil-sen", true)]);
        let robust = method.unwrap_or_default();
        self.field(of, "window", "give a whole number");
        let window = self.count(of, "window", if robust { 3 } else { 2 }, MAX_TREND_WINDOW as u32);
        let delta = self.field(of, "delta", "give a number above 0 up to 2").and_then(|given| {
            if let Tree::Number(delta) = given
                && *delta > 0.0
                && *delta <= 2.0
            {
                return Some(*delta);
            }
            self.refuse(&Place::Key(of.at, "delta"), given, "give a number above 0 up to 2");
            None
        });
        let (window, delta) = (window? as usize, delta?);
        method?;
        Some(if robust {
            TrendMethod::TheilSen { window, delta }
        } else {
            TrendMethod::LastMinusFirst { window, delta }
        })
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
            guide.insert(language.clone(), ToneTexts { negative, neutral, positive });
        }
        guide
    }

    /// The `id` of a rule or limit, which no other one has.
    fn id(&mut self, of: Object<'_>, ids: &mut Vec<String>) -> Option<String> {
        let id = self.needed_text(of, "id")?;
        if ids.contains(&id) {
            self.fault(&Place::Key(of.at, "id"), format!("is `{id}`, which stands here already; give another"));
        }
        ids.push(id.clone());
        Some(id)
    }

    fn rules(&mut self, of: Object<'_>) -> Vec<Rule> {
        self.field(of, "rules", "give a list of rules");
        let at = Place::Key(of.at, "rules");
        let mut ids = Vec::new();
        let list = self.list(of, "rules", MAX_RULES).iter().enumerate();
        list.filter_map(|(place, value)| self.rule(value, &Place::Item(&at, place), &mut ids)).collect()
    }

    fn rule(&mut self, value: &Tree, at: &Place<'_>, ids: &mut Vec<String>) -> Option<Rule> {
        const KEYS: [&str; 12] = [
            "id", "comment", "when", "outcome", "severity", "reason", "confirm", "clear", "dwell", "cooldown", "route",
            "ungated",
        ];
        let of = self.object(value, at, &KEYS)?;
        let id = self.id(of, ids);
        let comment = self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default();
        let when = self
            .field(of, "when", "give a condition")
            .and_then(|value| self.condition(value, &Place::Key(at, "when"), MAX_DEPTH));
        let outcome = self.word(of, "outcome", &OUTCOMES);
        let severity = self.word(of, "severity", &SEVERITIES);
        let reason = self.text(of, "reason", 0, MAX_NAME).unwrap_or_default();
        let confirm = self.count(of, "confirm", 1, MAX_COUNT).unwrap_or(1);
        let clear = of.get("clear").and_then(|value| self.condition(value, &Place::Key(at, "clear"), MAX_DEPTH));
        let dwell = self.span(of, "dwell");
        let cooldown = self.span(of, "cooldown");
        let route = self.text(of, "route", 1, MAX_NAME);
        let ungated = self.flag(of, "ungated");
        for (key, given) in [("confirm", confirm > 1), ("cooldown", cooldown.is_some())] {
            if ungated && given {
                self.fault(&Place::Key(at, key), "holds nothing back where `ungated` is true, leave one of them out");
            }
        }
        let (id, when, outcome, severity) = (id?, when?, outcome?, severity?);
        Some(Rule { id, comment, when, outcome, severity, reason, confirm, clear, dwell, cooldown, route, ungated })
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
        let mut ids = Vec::new();
        let list = self.list(of, "limits", MAX_RULES).iter().enumerate();
        list.filter_map(|(place, value)| self.limit(value, &Place::Item(&at, place), &mut ids)).collect()
    }

    fn limit(&mut self, value: &Tree, at: &Place<'_>, ids: &mut Vec<String>) -> Option<Limit> {
        let of = self.object(value, at, &["id", "comment", "when", "atMost", "uncounted"])?;
        let id = self.id(of, ids);
        let comment = self.text(of, "comment", 0, MAX_PROSE).unwrap_or_default();
        let when = self
            .field(of, "when", "give a condition")
            .and_then(|value| self.condition(value, &Place::Key(at, "when"), MAX_DEPTH));
        let at_most = self.word(of, "atMost", &MILDER);
        let uncounted = self.flag(of, "uncounted");
        Some(Limit { id: id?, comment, when: when?, at_most: at_most?, uncounted })
    }

    fn gates(&mut self, value: &Tree, at: &Place<'_>) -> Option<Gates> {
        let of = self.object(value, at, &["maxOffers", "offerDwellMs"])?;
        self.field(of, "maxOffers", "give a whole number");
        self.field(of, "offerDwellMs", "give milliseconds");
        let max_offers = self.count(of, "maxOffers", 0, MAX_COUNT);
        let offer_dwell_ms = self.number(of, "offerDwellMs", 0.0, MAX_TIME);
        Some(Gates { max_offers: max_offers?, offer_dwell_ms: offer_dwell_ms? })
    }

    fn condition(&mut self, value: &Tree, at: &Place<'_>, depth: usize) -> Option<Condition> {
        if depth == 0 {
            self.fault(at, format!("is nested too deep, give at most {MAX_DEPTH} levels"));
            return None;
        }
        let fields: &[_] = if let Tree::Object(fields) = value { fields } else { &[] };
        let of = Object { fields, at };
        for key in ["all", "any", "not"] {
            let Some(branches) = of.get(key) else { continue };
            self.object(value, at, &[key])?;
            let at = Place::Key(at, key);
            if key == "not" {
                return self.condition(branches, &at, depth - 1).map(|branch| Condition::Not(Box::new(branch)));
            }
            let list = match branches {
                Tree::List(list) if (1..=MAX_BRANCHES).contains(&list.len()) => list,
                _ => {
                    self.refuse(&at, branches, &format!("give a list of 1 to {MAX_BRANCHES} conditions"));
                    return None;
                }
            };
            let read: Vec<_> = list
                .iter()
                .enumerate()
                .filter_map(|(index, branch)| self.condition(branch, &Place::Item(&at, index), depth - 1))
                .collect();
            return Some(if key == "all" { Condition::All(read) } else { Condition::Any(read) });
        }
        if of.get("input").is_none() {
            let allowed = "give `all` or `any` with a list, `not` with a condition, or an `input` with an operator";
            self.refuse(at, value, allowed);
            return None;
        }
        self.comparison(value, at).map(Condition::Compare)
    }

    fn comparison(&mut self, value: &Tree, at: &Place<'_>) -> Option<Comparison> {
        const KEYS: [&str; 9] = ["input", "name", "over", "atLeast", "above", "atMost", "below", "is", "isNot"];
        let of = self.object(value, at, &KEYS)?;
        let inputs = Input::ALL.map(|input| (input.as_str(), input));
        let input = self.word(of, "input", &inputs)?;
        let (name, cue) = self.name(of, input)?;
        let over = self.over(of, input);
        let domain = input.domain(name.as_deref());
        let mut given = Operator::ALL.iter().filter_map(|one| of.get(one.as_str()).map(|value| (*one, value)));
        let known: Vec<_> = domain.operators().iter().map(|operator| operator.as_str()).collect();
        let Some((operator, threshold)) = given.next() else {
            self.fault(at, format!("compares `{}` with nothing, give one of {}", input.as_str(), joined(&known, ", ")));
            return None;
        };
        if given.next().is_some() {
            self.fault(at, "has more than one operator, put each into a condition of its own under `all`");
            return None;
        }
        let at = Place::Key(at, operator.as_str());
        if !domain.operators().contains(&operator) {
            self.fault(&at, format!("does not fit `{}`, give one of {}", input.as_str(), joined(&known, ", ")));
            return None;
        }
        let literal = match threshold {
            Tree::Flag(flag) => Literal::Flag(*flag),
            // -0 becomes 0.
            Tree::Number(number) => Literal::Number(*number + 0.0),
            Tree::Text(text) => Literal::Text(text.clone()),
            _ => {
                self.refuse(&at, threshold, "give true, false, a number or a text");
                return None;
            }
        };
        if let Some(allowed) = domain.refuses(operator, &literal) {
            self.refuse(&at, threshold, &allowed);
            return None;
        }
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
            Naming::Attribute => return self.needed_text(of, "name").map(|name| (Some(name), None)),
            Naming::Cue { .. } => cue_names(),
            Naming::Mean => MEANS.to_vec(),
        };
        let words: Vec<_> = words.into_iter().map(|word| (word, word)).collect();
        let name = self.word(of, "name", &words)?;
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

const PROVISIONAL: [(&str, Provisional); 2] = [("offer", Provisional::Offer), ("ignore", Provisional::Ignore)];
const OUTCOMES: [(&str, Action); 4] = named([Action::Watch, Action::Offer, Action::Ask, Action::Handoff]);
/// What a limit may leave.
const MILDER: [(&str, Action); 4] = named([Action::Respond, Action::Watch, Action::Offer, Action::Ask]);
const SEVERITIES: [(&str, Severity); 4] = [
    (Severity::Low.as_str(), Severity::Low),
    (Severity::Medium.as_str(), Severity::Medium),
    (Severity::High.as_str(), Severity::High),
    (Severity::Critical.as_str(), Severity::Critical),
];

const fn named([a, b, c, d]: [Action; 4]) -> [(&'static str, Action); 4] {
    [(a.as_str(), a), (b.as_str(), b), (c.as_str(), c), (d.as_str(), d)]
}

/// Whether it has the form of a language tag: letters, then groups of letters and digits.
fn is_language(tag: &str) -> bool {
    let mut groups = tag.split('-');
    let group = |group: &str| (1..=8).contains(&group.len()) && group.bytes().all(|byte| byte.is_ascii_alphanumeric());
    tag.len() <= 35
        && groups.next().is_some_and(|first| first.bytes().all(|byte| byte.is_ascii_alphabetic()) && group(first))
        && groups.all(group)
}

/// Reads a policy document.
pub(super) fn read(value: &Tree) -> Result<Policy, Vec<Fault>> {
    let mut reader = Reader::default();
    let policy = reader.policy(value);
    match policy {
        Some(policy) if reader.faults.is_empty() => Ok(policy),
        _ => Err(reader.faults),
    }
}
