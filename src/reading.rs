//! Values read from a [`Tree`]: what an option, an argument or an answer holds, and what is wrong with it.
//!
//! Serde's derived readers carry a state machine for every type, which would be a quarter of what the page loads. Here
//! a type names its fields, and everything else is one piece of code for all of them. The first mistake counts.

#[cfg(target_arch = "wasm32")]
use crate::strings::split;
use crate::strings::{choice, same};
use std::borrow::Cow;
use std::fmt::{self, Display};

use crate::json::decimal;
use crate::literal::Literal;
use crate::pairs::Pairs;
use crate::tree::Tree;

/// What is wrong with a value, and where. Boxed: what can fail returns one word.
#[derive(Debug)]
pub(crate) struct Flaw(Box<(String, String)>);

impl Flaw {
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Flaw(Box::new((String::new(), what.into())))
    }

    /// The value is not what was asked for.
    #[cold]
    #[inline(never)]
    pub(crate) fn instead(found: &Tree, expected: &str) -> Self {
        let found = match found {
            Tree::Text(text) => format!("the text `{text}`"),
            Tree::Number(number) => format!("`{}`", decimal(*number)),
            Tree::Flag(flag) => (if *flag { "`true`" } else { "`false`" }).to_owned(),
            Tree::Null => "null".to_owned(),
            Tree::List(_) => "a list".to_owned(),
            Tree::Object(_) => "an object".to_owned(),
        };
        Flaw::new(format!("is {found}, give {expected}"))
    }

    /// The same, seen from one level further up.
    #[cold]
    #[inline(never)]
    pub(crate) fn under(mut self, key: &str) -> Self {
        let path = &mut self.0.0;
        *path = if path.is_empty() { key.to_owned() } else { format!("{key}.{path}") };
        self
    }

    /// Whether it is wrong inside the property of that name.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn within(&self, name: &str) -> bool {
        split(&self.0.0, b".").next() == Some(name)
    }
}

impl Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (path, what) = &*self.0;
        if !path.is_empty() {
            write!(f, "`{path}`: ")?;
        }
        f.write_str(what)
    }
}

impl std::error::Error for Flaw {}

impl From<Flaw> for String {
    fn from(flaw: Flaw) -> String {
        flaw.to_string()
    }
}

/// Whether a value could be read, told at the end: until then, what could not be read is something else of its type,
/// and the readers need no way out at every field.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// The first mistake.
    flaw: Option<Flaw>,
}

impl Reading {
    /// Something is wrong.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse(&mut self, flaw: Flaw) {
        self.flaw.get_or_insert(flaw);
    }

    /// The value is not what was asked for.
    #[cold]
    #[inline(never)]
    pub(crate) fn refuse_instead(&mut self, found: &Tree, expected: &str) {
        self.refuse(Flaw::instead(found, expected));
    }

    /// The value of a property or an item; a mistake in it stands below that name.
    pub(crate) fn under<T: Read>(&mut self, name: &dyn Display, tree: Tree) -> T {
        let before = self.flaw.is_some();
        let value = T::read(tree, self);
        if before != self.flaw.is_some() {
            self.place(name);
        }
        value
    }

    #[cold]
    #[inline(never)]
    fn place(&mut self, name: &dyn Display) {
        self.flaw = self.flaw.take().map(|flaw| flaw.under(&name.to_string()));
    }
}

/// The value of a tree, or what is wrong with it.
pub(crate) fn value<T: Read>(tree: Tree) -> Result<T, Flaw> {
    let mut reading = Reading::default();
    let value = T::read(tree, &mut reading);
    reading.flaw.map_or(Ok(value), Err)
}

/// What can be read from a tree.
pub(crate) trait Read: Sized {
    /// The value; where it cannot be read, anything of its type, and the reading is told.
    fn read(tree: Tree, reading: &mut Reading) -> Self;
}

impl Read for bool {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        if let Tree::Flag(flag) = tree {
            return flag;
        }
        reading.refuse_instead(&tree, "true or false");
        false
    }
}

impl Read for f64 {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        if let Tree::Number(number) = tree {
            return number;
        }
        reading.refuse_instead(&tree, "a number");
        0.0
    }
}

impl Read for String {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        if let Tree::Text(text) = tree {
            return text.into_owned();
        }
        reading.refuse_instead(&tree, "a text");
        String::new()
    }
}

impl Read for Literal {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        match tree {
            Tree::Flag(flag) => Literal::Flag(flag),
            Tree::Number(number) => Literal::Number(number),
            Tree::Text(text) => Literal::Text(text.into_owned()),
            other => {
                reading.refuse_instead(&other, Literal::EXPECTED);
                Literal::Flag(false)
            }
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        if tree == Tree::Null { None } else { Some(T::read(tree, reading)) }
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut list = Vec::new();
        let Tree::List(items) = tree else {
            reading.refuse_instead(&tree, "a list");
            return list;
        };
        list.reserve(items.len());
        for (place, item) in items.into_iter().enumerate() {
            list.push(reading.under(&place, item));
        }
        list
    }
}

impl<V: Read> Read for Pairs<String, V> {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut pairs = Pairs::new();
        for (key, value) in Fields::of(tree, "an object", &[], reading).fields {
            let value = reading.under(&key, value);
            pairs.insert(key.into_owned(), value);
        }
        pairs
    }
}

/// A field stands there twice.
#[cold]
pub(crate) fn duplicate_field(name: &str) -> Flaw {
    Flaw::new(format!("duplicate field `{name}`"))
}

/// A field that nobody knows.
#[cold]
pub(crate) fn unknown_field(name: &str, known: &[&str]) -> Flaw {
    Flaw::new(format!("unknown field `{name}`, expected {}", choice(known)))
}

/// The fields of an object, each taken once.
#[derive(Debug)]
pub(crate) struct Fields<'a, 'r> {
    fields: Vec<(Cow<'a, str>, Tree<'a>)>,
    reading: &'r mut Reading,
}

impl<'a, 'r> Fields<'a, 'r> {
    /// The fields of an object, of which these stand once at the most; `expected` says what it should have been.
    pub(crate) fn of(tree: Tree<'a>, expected: &str, names: &[&str], reading: &'r mut Reading) -> Self {
        let Tree::Object(fields) = tree else {
            reading.refuse_instead(&tree, expected);
            return Fields { fields: Vec::new(), reading };
        };
        // No object of a page has a property twice.
        let names = if cfg!(target_arch = "wasm32") { &[] } else { names };
        for name in names {
            if fields.iter().filter(|(key, _)| key == name).count() > 1 {
                reading.refuse(duplicate_field(name));
            }
        }
        Fields { fields, reading }
    }

    /// As [`Fields::of`], where nothing but these fields may stand.
    pub(crate) fn only(tree: Tree<'a>, expected: &str, names: &[&str], reading: &'r mut Reading) -> Self {
        let fields = Fields::of(tree, expected, names, reading);
        if let Some((key, _)) = fields.fields.iter().find(|(key, _)| !names.iter().any(|name| same(key, name))) {
            fields.reading.refuse(unknown_field(key, names));
        }
        fields
    }

    /// Every field with its value.
    pub(crate) fn entries(self) -> Vec<(Cow<'a, str>, Tree<'a>)> {
        self.fields
    }

    fn find(&mut self, name: &str) -> Option<Tree<'a>> {
        let place = self.fields.iter().position(|(key, _)| same(key, name))?;
        Some(self.fields.swap_remove(place).1)
    }

    /// Something is wrong.
    pub(crate) fn refuse(&mut self, flaw: Flaw) {
        self.reading.refuse(flaw);
    }

    /// The value of a field, and what stands for it where it is absent.
    pub(crate) fn take<T: Read>(&mut self, name: &str, otherwise: T) -> T {
        match self.find(name) {
            Some(value) => self.reading.under(&name, value),
            None => otherwise,
        }
    }

    /// The value of a field that has to be there; `otherwise` is what the reader goes on with where it is not.
    pub(crate) fn needed<T: Read>(&mut self, name: &str, otherwise: T) -> T {
        self.take_or_refuse(name).map_or(otherwise, |value| self.reading.under(&name, value))
    }

    #[inline(never)]
    fn take_or_refuse(&mut self, name: &str) -> Option<Tree<'a>> {
        let value = self.find(name);
        if value.is_none() {
            self.refuse(Flaw::new(format!("missing field `{name}`")));
        }
        value
    }
}

/// Serde's reader by way of a tree, for everybody who reads JSON.
macro_rules! deserialize_by_tree {
    ($($type:ty)*) => {$(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let tree = <crate::tree::Tree as serde::Deserialize>::deserialize(deserializer)?;
                crate::reading::value(tree).map_err(serde::de::Error::custom)
            }
        }
    )*};
}
pub(crate) use deserialize_by_tree;

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Read>(json: &str) -> Result<T, String> {
        value::<T>(serde_json::from_str(json).unwrap()).map_err(String::from)
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        assert_eq!(read::<Vec<Option<f64>>>("[1, null]"), Ok(vec![Some(1.0), None]));
        assert_eq!(read::<Vec<f64>>("[1, null]").unwrap_err(), "`1`: is null, give a number");
        assert_eq!(
            read::<Pairs<String, bool>>(r#"{"a": "b"}"#).unwrap_err(),
            "`a`: is the text `b`, give true or false"
        );
        assert_eq!(read::<Pairs<String, Vec<String>>>(r#"{"a": [[]]}"#).unwrap_err(), "`a.0`: is a list, give a text");
        assert_eq!(read::<Literal>("{}").unwrap_err(), "is an object, give true, false, a number or a text");
        assert_eq!(read::<String>("1.5").unwrap_err(), "is `1.5`, give a text");
    }

    #[test]
    fn a_field_is_there_once_and_known() {
        let known = |json: &str| {
            let mut reading = Reading::default();
            let mut fields = Fields::only(serde_json::from_str(json).unwrap(), "an object", &["a", "b"], &mut reading);
            let value = (fields.needed("a", 0.0), fields.take::<Option<f64>>("b", None), fields.take("c", true));
            reading.flaw.map_or(Ok(value), Err)
        };
        let told = |json: &str| known(json).map_err(|flaw: Flaw| flaw.to_string());
        assert_eq!(told(r#"{"a": 1}"#), Ok((1.0, None, true)));
        assert_eq!(told(r#"{"b": 1}"#).unwrap_err(), "missing field `a`");
        assert_eq!(told(r#"{"a": 1, "A": 1}"#).unwrap_err(), "unknown field `A`, expected `a` or `b`");
        assert_eq!(told(r#"{"a": 1, "a": 1}"#).unwrap_err(), "duplicate field `a`");
        assert_eq!(told("[]").unwrap_err(), "is a list, give an object");
    }
}
