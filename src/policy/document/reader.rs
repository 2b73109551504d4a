//! The values of a document, each with its place, and what is said of one that cannot be used.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;

use super::MAX_NAME;
use crate::json::decimal;
use crate::names::{self, Named};
use crate::strings::joined;
use crate::tree::Tree;

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
pub(super) enum Place<'a> {
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
pub(super) struct Reader {
    pub(super) faults: Vec<Fault>,
}

/// An object with its place.
#[derive(Clone, Copy)]
pub(super) struct Object<'a> {
    pub(super) fields: &'a [(Cow<'a, str>, Tree<'a>)],
    pub(super) at: &'a Place<'a>,
}

impl<'a> Object<'a> {
    pub(super) fn get(self, key: &str) -> Option<&'a Tree<'a>> {
        self.fields.iter().find_map(|(name, value)| (name == key).then_some(value))
    }
}

impl Reader {
    pub(super) fn fault(&mut self, at: &Place<'_>, message: impl Into<String>) {
        self.faults.push(Fault { path: at.path(), message: message.into() });
    }

    pub(super) fn refuse(&mut self, at: &Place<'_>, value: &Tree, allowed: &str) {
        self.fault(at, format!("is `{}`, {allowed}", value.shown()));
    }

    /// An object that has no other keys than these.
    pub(super) fn object<'a>(&mut self, value: &'a Tree<'a>, at: &'a Place<'a>, keys: &[&str]) -> Option<Object<'a>> {
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
    pub(super) fn once(&mut self, fields: &[(Cow<'_, str>, Tree)], at: &Place<'_>) {
        for (place, (key, _)) in fields.iter().enumerate() {
            if fields.iter().take(place).any(|(earlier, _)| earlier == key) {
                self.fault(&Place::Key(at, key), "stands twice, leave one of them out");
            }
        }
    }

    pub(super) fn field<'a>(&mut self, of: Object<'a>, key: &str, needed: &str) -> Option<&'a Tree<'a>> {
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
    pub(super) fn text(&mut self, of: Object<'_>, key: &str, least: usize, most: usize) -> Option<String> {
        let value = of.get(key)?;
        self.text_of(value, &Place::Key(of.at, key), least, most)
    }

    pub(super) fn needed_text(&mut self, of: Object<'_>, key: &str) -> String {
        self.field(of, key, "give a text");
        self.text(of, key, 1, MAX_NAME).unwrap_or_default()
    }

    pub(super) fn number_of(&mut self, value: &Tree, at: &Place<'_>, low: f64, high: f64) -> Option<f64> {
        match value {
            // -0 becomes 0: the two zeros must not differ in a log.
            Tree::Number(number) if (low..=high).contains(number) => Some(number + 0.0),
            _ => {
                self.refuse(at, value, &format!("give a number from {} to {}", decimal(low), decimal(high)));
                None
            }
        }
    }

    pub(super) fn number(&mut self, of: Object<'_>, key: &str, low: f64, high: f64) -> Option<f64> {
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

    pub(super) fn count(&mut self, of: Object<'_>, key: &str, low: u32, high: u32) -> Option<u32> {
        let value = of.get(key)?;
        self.count_of(value, &Place::Key(of.at, key), low, high)
    }

    pub(super) fn flag(&mut self, of: Object<'_>, key: &str) -> bool {
        let Some(value) = of.get(key) else { return false };
        if let Tree::Flag(flag) = value {
            return *flag;
        }
        self.refuse(&Place::Key(of.at, key), value, "give true or false");
        false
    }

    /// The place of a word among those that may stand there.
    pub(super) fn word_of(&mut self, value: &Tree, at: &Place<'_>, words: &[&str]) -> Option<usize> {
        let place = words.iter().position(|word| matches!(value, Tree::Text(text) if text == word));
        if place.is_none() {
            self.refuse(at, value, &format!("give one of {}", joined(words, ", ")));
        }
        place
    }

    pub(super) fn word(&mut self, of: Object<'_>, key: &str, words: &[&str]) -> Option<usize> {
        let value = self.field(of, key, &format!("give one of {}", joined(words, ", ")))?;
        self.word_of(value, &Place::Key(of.at, key), words)
    }

    /// One of the variants of an enum, by its name.
    pub(super) fn named<T: Named>(&mut self, of: Object<'_>, key: &str, allowed: Range<usize>) -> T {
        let first = allowed.start;
        let place = self.word(of, key, names::list(T::NAMES).get(allowed).unwrap_or_default());
        names::variant(first + place.unwrap_or_default())
    }

    /// A list of at most `most` objects.
    pub(super) fn list<'a>(&mut self, of: Object<'a>, key: &str, most: usize) -> &'a [Tree<'a>] {
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
}
