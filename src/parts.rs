//! A value as a row of plain parts (flags, numbers, texts), and back: how a snapshot keeps what has no JSON of its
//! own. Serde's readers of some twenty types would be a sixth of what the page loads; these are a few lines each.

use crate::pairs::Pairs;
use std::borrow::Cow;
use std::sync::Arc;
use std::vec::IntoIter;

use crate::literal::Literal;

/// One part; `None` is a value that is not there.
pub(crate) type Part = Option<Literal>;

/// The parts that are still to be read. Whether they can have been written is told once, at the end: until then, what
/// cannot have been read is something else of its type, and the readers need no way out at every field.
#[derive(Debug)]
pub(crate) struct Row {
    parts: IntoIter<Part>,
    broken: bool,
}

impl Row {
    pub(crate) fn of(parts: Vec<Part>) -> Row {
        Row { parts: parts.into_iter(), broken: false }
    }

    /// The value that comes next.
    pub(crate) fn take<T: Parts>(&mut self) -> T {
        T::take(self)
    }

    /// Whether everything was read, and nothing that [`Parts::put`] cannot have written.
    pub(crate) fn is_read(&self) -> bool {
        !self.broken && self.parts.len() == 0
    }

    /// The next part; none where there is no value, and past the end.
    fn next(&mut self) -> Part {
        let next = self.parts.next();
        self.broken |= next.is_none();
        next.flatten()
    }

    /// These parts cannot have been written.
    #[cold]
    pub(crate) fn refuse(&mut self) {
        self.broken = true;
    }

    /// A number from zero to `most`.
    fn count(&mut self, most: usize) -> usize {
        let number = f64::take(self);
        let fits = number >= 0.0 && number.fract() == 0.0 && number <= most as f64;
        self.broken |= !fits;
        if fits { number as usize } else { 0 }
    }

    /// How many there are of what follows, each of at least one part.
    pub(crate) fn length(&mut self) -> usize {
        let left = self.parts.len();
        let length = self.count(left);
        // Nothing is read for parts that are not there.
        if self.broken { 0 } else { length }
    }

    /// The place of a variant, one of so many.
    pub(crate) fn place(&mut self, of: usize) -> usize {
        self.count(of.saturating_sub(1))
    }

    fn some_next(&self) -> bool {
        matches!(self.parts.as_slice(), [Some(_), ..])
    }
}

/// What can be written as parts and read back. `take` never panics, and never allocates more than there are parts.
pub(crate) trait Parts: Sized {
    fn put(&self, row: &mut Vec<Part>);
    fn take(row: &mut Row) -> Self;
}

/// The fields of a struct, one after the other; a field left out does not compile.
macro_rules! parts_of_struct {
    ($type:ident { $($field:ident),* $(,)? } $(else { $($fresh:ident: $value:expr),* })?) => {
        impl crate::parts::Parts for $type {
            fn put(&self, row: &mut Vec<crate::parts::Part>) {
                let $type { $($field,)* $($($fresh: _,)*)? } = self;
                $(crate::parts::Parts::put($field, row);)*
            }
            fn take(row: &mut crate::parts::Row) -> Self {
                $type { $($field: crate::parts::Parts::take(row),)* $($($fresh: $value,)*)? }
            }
        }
    };
}

/// The variants of an enum by their place, each with its fields, the first one without any; a variant left out does
/// not compile.
macro_rules! parts_of_enum {
    ($type:ident { $($place:literal $variant:ident $({ $($field:ident),* })? $(($($inner:ident),*))?),* $(,)? }) => {
        impl crate::parts::Parts for $type {
            fn put(&self, row: &mut Vec<crate::parts::Part>) {
                match self {
                    $($type::$variant $({ $($field),* })? $(($($inner),*))? => {
                        crate::parts::Parts::put(&{ let place: u32 = $place; place }, row);
                        $($(crate::parts::Parts::put($field, row);)*)?
                        $($(crate::parts::Parts::put($inner, row);)*)?
                    })*
                }
            }
            fn take(row: &mut crate::parts::Row) -> Self {
                match row.place([$($place),*].len()) {
                    $($place => $type::$variant
                        $({ $($field: crate::parts::Parts::take(row)),* })?
                        $(($({ let $inner = crate::parts::Parts::take(row); $inner }),*))?
                    ,)*
                    // No place is past the last one.
                    _ => crate::parts::Parts::take(row),
                }
            }
        }
    };
}

/// Enums whose variants are names, by the place of the name.
macro_rules! parts_of_named {
    ($($type:ident)*) => {$(
        impl crate::parts::Parts for $type {
            fn put(&self, row: &mut Vec<crate::parts::Part>) {
                crate::parts::Parts::put(&(*self as u32), row);
            }
            fn take(row: &mut crate::parts::Row) -> Self {
                crate::names::at(row)
            }
        }
    )*};
}

pub(crate) use {parts_of_enum, parts_of_named, parts_of_struct};

impl Parts for bool {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Flag(*self)));
    }

    fn take(row: &mut Row) -> Self {
        if let Some(Literal::Flag(flag)) = row.next() {
            return flag;
        }
        row.refuse();
        false
    }
}

impl Parts for f64 {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Number(*self)));
    }

    fn take(row: &mut Row) -> Self {
        if let Some(Literal::Number(number)) = row.next() {
            return number;
        }
        row.refuse();
        0.0
    }
}

/// Counts as numbers: none of them comes near 2^53.
macro_rules! counts {
    ($($type:ty)*) => {$(
        impl Parts for $type {
            #[allow(clippy::cast_lossless, reason = "for some of the types it is none")]
            fn put(&self, row: &mut Vec<Part>) {
                (*self as f64).put(row);
            }

            fn take(row: &mut Row) -> Self {
                // Half of the range: what counts on from here does not overflow.
                row.count((u32::MAX / 2) as usize) as $type
            }
        }
    )*};
}
counts!(u32 u64 usize);

impl Parts for String {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.clone())));
    }

    fn take(row: &mut Row) -> Self {
        if let Some(Literal::Text(text)) = row.next() {
            return text;
        }
        row.refuse();
        String::new()
    }
}

impl Parts for Cow<'static, str> {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.to_string())));
    }

    fn take(row: &mut Row) -> Self {
        Cow::Owned(String::take(row))
    }
}

impl Parts for Arc<str> {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.to_string())));
    }

    fn take(row: &mut Row) -> Self {
        Arc::from(String::take(row))
    }
}

impl Parts for Literal {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(self.clone()));
    }

    fn take(row: &mut Row) -> Self {
        row.next().unwrap_or_else(|| {
            row.refuse();
            Literal::Flag(false)
        })
    }
}

impl<T: Parts> Parts for Option<T> {
    fn put(&self, row: &mut Vec<Part>) {
        match self {
            Some(value) => value.put(row),
            None => row.push(None),
        }
    }

    fn take(row: &mut Row) -> Self {
        if row.some_next() {
            return Some(T::take(row));
        }
        row.next();
        None
    }
}

/// How many there are, and then each.
pub(crate) fn put_all<T: Parts>(items: &[T], row: &mut Vec<Part>) {
    items.len().put(row);
    for item in items {
        item.put(row);
    }
}

impl<T: Parts> Parts for Vec<T> {
    fn put(&self, row: &mut Vec<Part>) {
        put_all(self, row);
    }

    fn take(row: &mut Row) -> Self {
        let mut list = Vec::new();
        for _ in 0..row.length() {
            list.push(T::take(row));
        }
        list
    }
}

impl<K: Parts + Ord, V: Parts> Parts for Pairs<K, V> {
    fn put(&self, row: &mut Vec<Part>) {
        self.len().put(row);
        for (key, value) in self {
            key.put(row);
            value.put(row);
        }
    }

    fn take(row: &mut Row) -> Self {
        let mut pairs = Pairs::new();
        for _ in 0..row.length() {
            pairs.insert(K::take(row), V::take(row));
        }
        pairs
    }
}

impl<T: Parts> Parts for Arc<Pairs<String, T>> {
    fn put(&self, row: &mut Vec<Part>) {
        self.as_ref().put(row);
    }

    fn take(row: &mut Row) -> Self {
        Arc::new(Pairs::take(row))
    }
}

impl<T: Parts> Parts for Box<T> {
    fn put(&self, row: &mut Vec<Part>) {
        self.as_ref().put(row);
    }

    fn take(row: &mut Row) -> Self {
        Box::new(T::take(row))
    }
}

impl<const N: usize> Parts for [u32; N] {
    fn put(&self, row: &mut Vec<Part>) {
        put_all(self, row);
    }

    fn take(row: &mut Row) -> Self {
        let broken = row.length() != N;
        row.broken |= broken;
        [(); N].map(|()| u32::take(row))
    }
}

impl<A: Parts, B: Parts> Parts for (A, B) {
    fn put(&self, row: &mut Vec<Part>) {
        self.0.put(row);
        self.1.put(row);
    }

    fn take(row: &mut Row) -> Self {
        (A::take(row), B::take(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring::Role;

    fn again<T: Parts>(value: &T) -> Option<T> {
        let mut row = Vec::new();
        value.put(&mut row);
        read(row)
    }

    fn read<T: Parts>(parts: Vec<Part>) -> Option<T> {
        let mut row = Row::of(parts);
        let value = row.take();
        row.is_read().then_some(value)
    }

    #[test]
    fn what_is_put_is_taken() {
        let map: Pairs<String, Literal> =
            [("a".to_owned(), Literal::Flag(true)), ("b".to_owned(), Literal::Text("x".to_owned()))].into();
        assert_eq!(again(&map), Some(map));
        assert_eq!(again(&vec![Some(1_u32), None]), Some(vec![Some(1), None]));
        assert_eq!(again(&[1, 2, 3]), Some([1, 2, 3]));
        assert_eq!(again(&(0.1, false)), Some((0.1, false)));
    }

    #[test]
    fn what_cannot_have_been_put_is_nothing() {
        let number = |number| Some(Literal::Number(number));
        for bad in [number(-1.0), number(0.5), number(5e9), Some(Literal::Flag(true)), None] {
            assert_eq!(read::<u32>(vec![bad]), None);
        }
        assert_eq!(read::<Vec<u32>>(vec![number(1e9), number(1.0)]), None, "more than there is");
        assert_eq!(read::<Option<u32>>(vec![]), None);
        assert_eq!(read::<u32>(vec![number(1.0), number(1.0)]), None, "more than was read");
        assert_eq!(read::<[u32; 2]>(vec![number(1.0), number(1.0)]), None);
        assert_eq!(read::<Role>(vec![number(2.0)]), None, "no variant");
        assert_eq!(read::<Role>(vec![number(1.0)]), Some(Role::Bot));
        assert_eq!(read::<Vec<Option<String>>>(vec![number(2.0), None]), None);
    }
}
