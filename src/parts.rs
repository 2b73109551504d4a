//! A value as a row of plain parts (flags, numbers, texts), and back: how a snapshot keeps what has no JSON of its
//! own. Serde's readers of some twenty types would be a sixth of what the page loads; these are a few lines each.

use crate::pairs::Pairs;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;
use std::vec::IntoIter;

use crate::literal::Literal;

/// One part; `None` is a value that is not there.
pub(crate) type Part = Option<Literal>;

/// What can be written as parts and read back. `take` gives `None` for parts that `put` cannot have written; it
/// never panics, and never allocates more than there are parts.
pub(crate) trait Parts: Sized {
    fn put(&self, row: &mut Vec<Part>);
    fn take(row: &mut IntoIter<Part>) -> Option<Self>;
}

/// The fields of a struct, one after the other; a field left out does not compile.
macro_rules! parts_of_struct {
    ($type:ident { $($field:ident),* $(,)? } $(else { $($fresh:ident: $value:expr),* })?) => {
        impl crate::parts::Parts for $type {
            fn put(&self, row: &mut Vec<crate::parts::Part>) {
                let $type { $($field,)* $($($fresh: _,)*)? } = self;
                $(crate::parts::Parts::put($field, row);)*
            }
            fn take(row: &mut std::vec::IntoIter<crate::parts::Part>) -> Option<Self> {
                Some($type { $($field: crate::parts::Parts::take(row)?,)* $($($fresh: $value,)*)? })
            }
        }
    };
}

/// The variants of an enum by their place, each with its fields; a variant left out does not compile.
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
            fn take(row: &mut std::vec::IntoIter<crate::parts::Part>) -> Option<Self> {
                let place: u32 = crate::parts::Parts::take(row)?;
                match place {
                    $($place => Some($type::$variant
                        $({ $($field: crate::parts::Parts::take(row)?),* })?
                        $(($({ let $inner = crate::parts::Parts::take(row)?; $inner }),*))?
                    ),)*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {parts_of_enum, parts_of_struct};

impl Parts for bool {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Flag(*self)));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        match row.next()? {
            Some(Literal::Flag(flag)) => Some(flag),
            _ => None,
        }
    }
}

impl Parts for f64 {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Number(*self)));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        match row.next()? {
            Some(Literal::Number(number)) => Some(number),
            _ => None,
        }
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

            fn take(row: &mut IntoIter<Part>) -> Option<Self> {
                let number = f64::take(row)?;
                // Half of the range: what counts on from here does not overflow.
                let fits = number >= 0.0 && number.fract() == 0.0 && number <= f64::from(u32::MAX / 2);
                fits.then_some(number as $type)
            }
        }
    )*};
}
counts!(u32 u64 usize);

impl Parts for String {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.clone())));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        match row.next()? {
            Some(Literal::Text(text)) => Some(text),
            _ => None,
        }
    }
}

impl Parts for Cow<'static, str> {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.to_string())));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        String::take(row).map(Cow::Owned)
    }
}

impl Parts for Arc<str> {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(Literal::Text(self.to_string())));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        String::take(row).map(Arc::from)
    }
}

impl Parts for Literal {
    fn put(&self, row: &mut Vec<Part>) {
        row.push(Some(self.clone()));
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        row.next()?
    }
}

impl<T: Parts> Parts for Option<T> {
    fn put(&self, row: &mut Vec<Part>) {
        match self {
            Some(value) => value.put(row),
            None => row.push(None),
        }
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        if row.as_slice().first()?.is_none() {
            row.next();
            return Some(None);
        }
        T::take(row).map(Some)
    }
}

fn put_all<'a, T: Parts + 'a>(items: impl ExactSizeIterator<Item = &'a T>, row: &mut Vec<Part>) {
    items.len().put(row);
    for item in items {
        item.put(row);
    }
}

/// As many as the row says, which cannot be more than it has parts.
fn take_all<T: Parts, List: FromIterator<T>>(row: &mut IntoIter<Part>) -> Option<List> {
    let count = usize::take(row)?;
    if count > row.len() {
        return None;
    }
    (0..count).map(|_| T::take(row)).collect()
}

impl<T: Parts> Parts for Vec<T> {
    fn put(&self, row: &mut Vec<Part>) {
        put_all(self.iter(), row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        take_all(row)
    }
}

impl<T: Parts> Parts for VecDeque<T> {
    fn put(&self, row: &mut Vec<Part>) {
        put_all(self.iter(), row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        take_all(row)
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

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        let count = usize::take(row)?;
        if count > row.len() {
            return None;
        }
        (0..count).map(|_| Some((K::take(row)?, V::take(row)?))).collect()
    }
}

impl<T: Parts> Parts for Arc<Pairs<String, T>> {
    fn put(&self, row: &mut Vec<Part>) {
        self.as_ref().put(row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        Pairs::take(row).map(Arc::new)
    }
}

impl<T: Parts> Parts for Box<T> {
    fn put(&self, row: &mut Vec<Part>) {
        self.as_ref().put(row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        T::take(row).map(Box::new)
    }
}

impl<const N: usize> Parts for [u32; N] {
    fn put(&self, row: &mut Vec<Part>) {
        put_all(self.iter(), row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        Vec::take(row)?.try_into().ok()
    }
}

impl<A: Parts, B: Parts> Parts for (A, B) {
    fn put(&self, row: &mut Vec<Part>) {
        self.0.put(row);
        self.1.put(row);
    }

    fn take(row: &mut IntoIter<Part>) -> Option<Self> {
        Some((A::take(row)?, B::take(row)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn again<T: Parts>(value: &T) -> Option<T> {
        let mut row = Vec::new();
        value.put(&mut row);
        let mut row = row.into_iter();
        let read = T::take(&mut row);
        assert_eq!(row.len(), 0, "all of it is read");
        read
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
        let row = |parts: Vec<Part>| parts.into_iter();
        let number = |number| Some(Literal::Number(number));
        for bad in [number(-1.0), number(0.5), number(5e9), Some(Literal::Flag(true)), None] {
            assert_eq!(u32::take(&mut row(vec![bad])), None);
        }
        assert_eq!(Vec::<u32>::take(&mut row(vec![number(1e9), number(1.0)])), None, "more than there is");
        assert_eq!(<Option<u32> as Parts>::take(&mut row(vec![])), None);
    }
}
