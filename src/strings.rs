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
