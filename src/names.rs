//! Enums whose variants are names in JSON: one table for each, and one piece of code for all.

use crate::strings::{choice, same};
use std::fmt;
use std::marker::PhantomData;

use serde::de::{Error, Visitor};

use crate::parts::Row;
use crate::reading::{Flaw, Reading};
use crate::tree::Tree;

/// An enum whose variants are names.
pub(crate) trait Named: Copy + 'static {
    /// Every variant, in their order.
    const VARIANTS: &'static [Self];
    /// The names of the variants, in the same order, a blank behind each: a table of texts would be larger by the place
    /// and the length of each.
    const NAMES: &'static str;
    /// The first variant.
    const FIRST: Self;
}

/// The names of a type, for a message.
#[cold]
#[inline(never)]
fn unknown(found: &str, names: &'static str) -> Flaw {
    Flaw::new(format!("unknown variant `{found}`, expected {}", choice(&list(names))))
}

/// The names, one after the other. A loop of its own, since names are looked for several times in every event.
struct Names<'a>(&'a str);

impl<'a> Iterator for Names<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let mut end = 0;
        while *self.0.as_bytes().get(end)? != b' ' {
            end += 1;
        }
        let name = self.0.get(..end)?;
        self.0 = self.0.get(end + 1..)?;
        Some(name)
    }
}

/// The names as a list.
pub(crate) fn list(names: &'static str) -> Vec<&'static str> {
    Names(names).collect()
}

/// The place of a name.
pub(crate) fn place(name: &str, names: &str) -> Option<usize> {
    Names(names).position(|known| same(known, name))
}

/// The name at a place.
pub(crate) fn name(place: usize, names: &'static str) -> &'static str {
    Names(names).nth(place).unwrap_or_default()
}

/// The variant at a place, the first where there is none.
pub(crate) fn variant<T: Named>(place: usize) -> T {
    T::VARIANTS.get(place).copied().unwrap_or(T::FIRST)
}

/// The variant of that name.
pub(crate) fn find<T: Named>(name: &str) -> Result<T, Flaw> {
    place(name, T::NAMES).map(variant).ok_or_else(|| unknown(name, T::NAMES))
}

/// As [`Read::read`].
pub(crate) fn read<T: Named>(tree: &Tree, reading: &mut Reading) -> T {
    if let Tree::Text(name) = tree {
        return known(name, reading);
    }
    reading.refuse_instead(tree, "a text");
    T::FIRST
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
    variant(row.place(T::VARIANTS.len()))
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
            const VARIANTS: &'static [Self] = &[$($type::$variant),*];
            const NAMES: &'static str = concat!($($name, " "),*);
            const FIRST: Self = {
                let [(first, _), ..] = [$(($type::$variant, $name)),*];
                first
            };
        }

        impl $type {
            /// The name used in JSON.
            #[must_use]
            #[allow(dead_code, reason = "not every type is asked for its name")]
            pub fn as_str(self) -> &'static str {
                // No variant is left out, and each is named in its place.
                const _: fn($type) = |variant| match variant {
                    $($type::$variant => {})*
                };
                const _: () = {
                    let mut place = 0;
                    $(assert!($type::$variant as usize == place); place += 1;)*
                    assert!(place > 0);
                };
                crate::names::name(self as usize, <$type as crate::names::Named>::NAMES)
            }

            /// The variant of that name.
            #[allow(dead_code, reason = "not every type is asked for by its name")]
            pub(crate) fn named(name: &str) -> Result<Self, crate::reading::Flaw> {
                crate::names::find(name)
            }
        }

        impl crate::reading::Read for $type {
            fn read(tree: crate::tree::Tree, reading: &mut crate::reading::Reading) -> Self {
                crate::names::read(&tree, reading)
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
