//! Enums whose variants are names in JSON: one table for each, and one piece of code for all.

use crate::strings::choice;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};

use crate::parts::Row;
use crate::reading::{Flaw, Read, Reading};
use crate::tree::Tree;

/// An enum whose variants are names.
pub(crate) trait Named: Copy + 'static {
    /// Every variant with its name, in their order.
    const NAMES: &'static [(Self, &'static str)];
    /// The first variant.
    const FIRST: Self;
}

/// The names of a type, for a message.
#[cold]
#[inline(never)]
pub(crate) fn unknown<'a>(found: &str, names: impl Iterator<Item = &'a str>) -> Flaw {
    let names: Vec<_> = names.collect();
    Flaw::new(format!("unknown variant `{found}`, expected {}", choice(&names)))
}

/// The variant of that name.
pub(crate) fn find<T: Named>(name: &str) -> Result<T, Flaw> {
    let found = T::NAMES.iter().find(|(_, known)| *known == name);
    found.map(|(variant, _)| *variant).ok_or_else(|| unknown(name, T::NAMES.iter().map(|(_, known)| *known)))
}

/// As [`Read::read`].
pub(crate) fn read<T: Named>(tree: Tree, reading: &mut Reading) -> T {
    let name = String::read(tree, reading);
    known(&name, reading)
}

/// The variant of that name; where there is none, the first, and the reading is told.
pub(crate) fn known<T: Named>(name: &str, reading: &mut Reading) -> T {
    find(name).unwrap_or_else(|flaw| {
        reading.refuse(flaw);
        T::FIRST
    })
}

/// The variant whose place comes next.
pub(crate) fn at<T: Named>(row: &mut Row) -> T {
    let place = row.place(T::NAMES.len());
    T::NAMES.get(place).map_or(T::FIRST, |(variant, _)| *variant)
}

/// Serde's visitor of a name.
pub(crate) struct Name<T>(pub PhantomData<T>);

impl<T: Named> Visitor<'_> for Name<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<T, E> {
        find(name).map_err(E::custom)
    }
}

/// Names for the variants of an enum: `as_str`, and how serde and the page write and read them. A variant left out
/// does not compile.
macro_rules! named {
    ($type:ident { $($variant:ident $name:literal),* $(,)? }) => {
        impl crate::names::Named for $type {
            const NAMES: &'static [(Self, &'static str)] = &[$(($type::$variant, $name)),*];
            const FIRST: Self = {
                let [(first, _), ..] = [$(($type::$variant, $name)),*];
                first
            };
        }

        impl $type {
            /// The name used in JSON.
            #[must_use]
            #[allow(dead_code, reason = "not every type is asked for its name")]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $($type::$variant => $name,)*
                }
            }

            /// The variant of that name.
            #[allow(dead_code, reason = "not every type is asked for by its name")]
            pub(crate) fn named(name: &str) -> Result<Self, crate::reading::Flaw> {
                crate::names::find(name)
            }
        }

        impl crate::reading::Read for $type {
            fn read(tree: crate::tree::Tree, reading: &mut crate::reading::Reading) -> Self {
                crate::names::read(tree, reading)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit_variant(stringify!($type), *self as u32, self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(crate::names::Name(std::marker::PhantomData))
            }
        }
    };
}
pub(crate) use named;

#[cfg(test)]
mod tests {
    use crate::conversation::Mode;

    #[test]
    fn a_name_is_read_as_it_is_written() {
        assert_eq!(serde_json::to_string(&[Mode::Live, Mode::Shadow]).unwrap(), r#"["live","shadow"]"#);
        assert_eq!(serde_json::from_str::<Mode>("\"shadow\"").unwrap(), Mode::Shadow);
        let refused = serde_json::from_str::<Mode>("\"dark\"").unwrap_err().to_string();
        assert!(refused.starts_with("unknown variant `dark`, expected `live` or `shadow`"), "{refused}");
        assert!(serde_json::from_str::<Mode>("1").is_err());
    }
}
