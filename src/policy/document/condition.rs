//! Reads the conditions of rules and limits.

use super::reader::{Object, Place, Reader};
use super::{MAX_BRANCHES, MAX_DEPTH};
use crate::cue::Cue;
use crate::literal::Literal;
use crate::names::{self, Named};
use crate::policy::condition::{Comparison, Condition, Operator};
use crate::policy::input::{Domain, Input, MAX_OVER, MEANS, Naming};
use crate::strings::joined;
use crate::tree::Tree;

/// What stands in the place of a condition that cannot be read.
const NONE: Condition = Condition::All(Vec::new());

impl Reader {
    pub(super) fn when(&mut self, of: Object<'_>) -> Condition {
        let value = self.field(of, "when", "give a condition");
        value.map_or(NONE, |value| self.condition(value, &Place::Key(of.at, "when"), MAX_DEPTH))
    }

    pub(super) fn condition(&mut self, value: &Tree, at: &Place<'_>, depth: usize) -> Condition {
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
