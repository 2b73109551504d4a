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
