//! Texts joined and searched by a few lines. The standard library's own search is made for long texts: with its
//! tables, its messages and what they show, it would be a thirtieth of what the page loads.

/// The texts one after the other with something between them.
pub(crate) fn joined<T: AsRef<str>>(texts: &[T], between: &str) -> String {
    let mut all = String::new();
    for (place, text) in texts.iter().enumerate() {
        if place > 0 {
            all.push_str(between);
        }
        all.push_str(text.as_ref());
    }
    all
}

/// What may stand in a place: "`a`", "`a` or `b`", "one of `a`, `b`, `c`".
pub(crate) fn choice(names: &[&str]) -> String {
    match names {
        [one, other] => format!("`{one}` or `{other}`"),
        _ => format!("{}`{}`", if names.len() > 1 { "one of " } else { "" }, joined(names, "`, `")),
    }
}

/// Whether something is among these.
#[allow(clippy::manual_contains, reason = "the library's is made for long lists, and larger than all that is in ours")]
pub(crate) fn has<T: Copy + PartialEq>(list: &[T], one: T) -> bool {
    list.iter().any(|known| *known == one)
}

/// The parts of a text between marks, which are characters of ASCII.
pub(crate) fn split<'a>(text: &'a str, marks: &'static [u8]) -> Split<'a> {
    Split { rest: Some(text), marks }
}

/// As [`split`] gives them.
pub(crate) struct Split<'a> {
    rest: Option<&'a str>,
    marks: &'static [u8],
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest.take()?;
        let Some(at) = text.bytes().position(|byte| has(self.marks, byte)) else { return Some(text) };
        self.rest = text.get(at + 1..);
        text.get(..at)
    }
}

/// A text without the characters at both of its ends that are such.
pub(crate) fn trimmed(text: &str, such: fn(char) -> bool) -> &str {
    let mut rest = text.chars();
    while rest.as_str().chars().next().is_some_and(such) {
        rest.next();
    }
    while rest.as_str().chars().next_back().is_some_and(such) {
        rest.next_back();
    }
    rest.as_str()
}

/// A text without white space at its ends.
pub(crate) fn trim(text: &str) -> &str {
    trimmed(text, char::is_whitespace)
}

/// Whether two names are the same. Most differ in length or at their end, and many are one text in the program's own
/// data: neither is worth a call.
#[inline]
pub(crate) fn same(name: &str, other: &str) -> bool {
    name.len() == other.len()
        && name.as_bytes().last() == other.as_bytes().last()
        && (name.as_ptr() == other.as_ptr() || name == other)
}

/// How many characters a text has.
pub(crate) fn length(text: &str) -> usize {
    // All but the first byte of a character begin with the bits 10.
    text.bytes().filter(|byte| byte & 0xc0 != 0x80).count()
}

/// At most so many characters of a text, the last of them an ellipsis where there are more.
pub(crate) fn shortened(text: &str, longest: usize) -> String {
    if length(text) <= longest {
        return text.to_owned();
    }
    let mut cut = String::new();
    for (place, character) in text.chars().enumerate() {
        if place + 1 == longest {
            break;
        }
        cut.push(character);
    }
    cut.push('\u{2026}');
    cut
}

/// Where a part first stands in a text, in bytes.
pub(crate) fn place_of(text: &str, part: &str) -> Option<usize> {
    text.as_bytes().windows(part.len().max(1)).position(|window| window == part.as_bytes())
}

/// What stands before and after a part, where it first stands.
pub(crate) fn parted<'a>(text: &'a str, part: &str) -> Option<(&'a str, &'a str)> {
    let place = place_of(text, part)?;
    Some((text.get(..place)?, text.get(place + part.len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_told_in_words() {
        for (names, told) in
            [(&["a"][..], "`a`"), (&["a", "b"], "`a` or `b`"), (&["a", "b", "c"], "one of `a`, `b`, `c`")]
        {
            assert_eq!(choice(names), told);
        }
    }

    #[test]
    fn a_text_is_split_and_trimmed_as_the_standard_library_does() {
        for text in ["", "a", " ", "a b", " a  b ", "\u{a0}\nä b\u{2003}", "--", "a-b_c"] {
            assert_eq!(split(text, b" ").collect::<Vec<_>>(), text.split(' ').collect::<Vec<_>>());
            assert_eq!(split(text, b"-_").collect::<Vec<_>>(), text.split(['-', '_']).collect::<Vec<_>>());
            assert_eq!(trim(text), text.trim());
        }
    }

    #[test]
    fn a_text_is_shortened_by_characters() {
        for (text, short) in [("", ""), ("äöü", "äöü"), ("äöüß", "äö…")] {
            assert_eq!((shortened(text, 3).as_str(), length(text)), (short, text.chars().count()));
        }
    }

    #[test]
    fn texts_are_joined_and_searched_as_the_standard_library_does() {
        for list in [&[][..], &["a"], &["a", "", "ü"]] {
            assert_eq!(joined(list, ", "), list.join(", "));
        }
        for (text, part) in [("a = b = c", " = "), ("", "x"), ("über", "ber"), ("aab", "ab"), ("ab", "abc")] {
            assert_eq!(place_of(text, part), text.find(part));
            assert_eq!(parted(text, part), text.split_once(part));
        }
    }
}
