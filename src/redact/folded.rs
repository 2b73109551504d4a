//! A text in a small alphabet, so that every rule reads digits, letters and separators in one spelling.

use std::ops::Deref;

use crate::strings::has;

/// A letter that is none of A to Z and folds to none of them.
pub(super) const OTHER_LETTER: u8 = b'a';
/// What is read past either end.
const NOTHING: u8 = 0;

/// Base letters of U+00C0 to U+00FF.
const LATIN_1: &[u8; 64] = b"AAAAAAACEEEEIIIIDNOOOOO.OUUUUYTSAAAAAAACEEEEIIIIDNOOOOO.OUUUUYTY";

/// The folded text: upper-case base letters, ASCII digits, one kind of dash and of space, nothing invisible.
pub(super) struct Folded<'a> {
    text: &'a str,
    characters: Vec<u8>,
    /// Where each one stands in the text, in bytes; none where every byte is a character of its own.
    places: Vec<u32>,
}

impl<'a> Folded<'a> {
    pub fn new(text: &'a str) -> Folded<'a> {
        let mut folded = Folded { text, characters: Vec::with_capacity(text.len()), places: Vec::new() };
        for (place, character) in text.char_indices() {
            let Some(plain) = fold(character) else { continue };
            if place > folded.characters.len() || !folded.places.is_empty() || !character.is_ascii() {
                if folded.places.is_empty() {
                    folded.places.extend(0..folded.characters.len() as u32);
                }
                folded.places.push(place as u32);
            }
            folded.characters.push(plain);
        }
        folded
    }

    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// The character there, 0 past the end.
    pub fn get(&self, at: usize) -> u8 {
        self.characters.get(at).copied().unwrap_or(NOTHING)
    }

    /// The character before, 0 at the start.
    pub fn before(&self, at: usize) -> u8 {
        at.checked_sub(1).map_or(NOTHING, |at| self.get(at))
    }

    /// Where a character stands in the text, in bytes.
    pub fn place(&self, at: usize) -> usize {
        if self.places.is_empty() { at } else { self.places.get(at).map_or(usize::MAX, |place| *place as usize) }
    }

    /// Where what ends before `end` ends in the text, in bytes.
    pub fn end_of(&self, end: usize) -> usize {
        let Some(last) = end.checked_sub(1).map(|last| self.place(last)) else { return 0 };
        last + self.text.get(last..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8)
    }

    /// A part of the text, empty out of range.
    pub fn slice(&self, start: usize, end: usize) -> &[u8] {
        self.characters.get(start..end).unwrap_or_default()
    }

    /// The place of the first digit from `at` on, the end where there is none.
    pub fn digit_from(&self, at: usize) -> usize {
        let rest = self.characters.get(at..).unwrap_or_default();
        rest.iter().position(u8::is_ascii_digit).map_or(self.len().max(at), |away| at + away)
    }

    /// The next `count` letters and digits with at most one of the separators between any two, and where they end;
    /// at most [`MAX_COMPACT`].
    pub fn compact(&self, start: usize, count: usize, separators: &[u8]) -> Option<(Compact, usize)> {
        let mut found = Compact { characters: [NOTHING; MAX_COMPACT], count };
        let mut at = start;
        for (place, slot) in found.characters.iter_mut().take(count).enumerate() {
            if place > 0 && has(separators, self.get(at)) {
                at += 1;
            }
            *slot = self.get(at);
            if !is_word(*slot) {
                return None;
            }
            at += 1;
        }
        Some((found, at))
    }

    /// Whether a number may start here: not inside of a word, a decimal or a group of digits.
    pub fn starts_token(&self, at: usize) -> bool {
        let (first, before) = (self.get(at), self.before(at));
        if is_word(before) || before == b'+' || before == b'_' {
            return false;
        }
        if !(first.is_ascii_alphanumeric() || (matches!(first, b'+' | b'(') && self.get(at + 1).is_ascii_digit())) {
            return false;
        }
        // "1,299", "12:30", "3.1415", "2024-05": the middle of something that began with a digit.
        let joined = matches!(before, b'.' | b',' | b':' | b'-' | b'/');
        !(joined && first.is_ascii_digit() && self.before(at - 1).is_ascii_digit())
    }

    /// The next place after `at` where something may start.
    pub fn next_start(&self, at: usize) -> usize {
        let mut next = at + 1;
        // A word is not looked into.
        if is_word(self.get(at)) {
            while is_word(self.get(next)) {
                next += 1;
            }
        }
        next
    }
}

/// The longest that [`Folded::compact`] is asked for: an IBAN has up to 33 characters.
const MAX_COMPACT: usize = 34;

/// Letters and digits without what stood between them.
pub(super) struct Compact {
    characters: [u8; MAX_COMPACT],
    count: usize,
}

impl Deref for Compact {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.characters.get(..self.count).unwrap_or_default()
    }
}

/// Whether it is a part of a word or a number.
pub(super) fn is_word(character: u8) -> bool {
    character.is_ascii_alphanumeric()
}

/// Whether anything in the text could be personal data: a digit or an at sign.
pub(super) fn worth_a_look(text: &str) -> bool {
    if text.is_ascii() {
        text.bytes().any(|byte| byte.is_ascii_digit() || byte == b'@')
    } else {
        text.chars().any(|character| digit(character).is_some() || matches!(character, '@' | '\u{ff20}'))
    }
}

/// A decimal digit of one of the scripts people type numbers in.
fn digit(character: char) -> Option<u8> {
    // The zeros of: ASCII, Arabic-Indic, Eastern Arabic-Indic, Devanagari, full width.
    let zeros = ['0', '\u{660}', '\u{6f0}', '\u{966}', '\u{ff10}'];
    let value = zeros.into_iter().map(|zero| u32::from(character).wrapping_sub(u32::from(zero)));
    value.into_iter().find(|value| *value < 10).map(|value| b'0' + value as u8)
}

/// The character in the small alphabet, none for what is invisible.
fn fold(character: char) -> Option<u8> {
    if character.is_ascii() {
        return Some(match character as u8 {
            b'\t' => b' ',
            b'\r' => b'\n',
            // NUL is what is read past the end; no text needs it.
            NOTHING => return None,
            other => other.to_ascii_uppercase(),
        });
    }
    Some(match character {
        // Soft hyphen, zero width, directions, joiners, variation selectors, tags.
        '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e0fff}' => return None,
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' => b'-',
        '\u{a3}' | '\u{a5}' | '\u{20a0}'..='\u{20cf}' => b'$',
        '\u{d7}' | '\u{f7}' => b'*',
        '\u{c0}'..='\u{ff}' => LATIN_1.get(character as usize - 0xc0).copied().unwrap_or(OTHER_LETTER),
        // The full-width forms of ASCII.
        '\u{ff01}'..='\u{ff5e}' => return fold(char::from((character as u32 - 0xfee0) as u8)),
        '\u{2024}' => b'.',
        _ if character.is_whitespace() => b' ',
        _ => match digit(character) {
            Some(digit) => digit,
            None if character.is_alphabetic() => OTHER_LETTER,
            None => b'?',
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_folded_and_its_places_are_kept() {
        let text = "\u{c9}\u{200b}a\u{661}\u{2013}\u{20ac}";
        let folded = Folded::new(text);
        assert_eq!(folded.slice(0, 9), b"");
        assert_eq!(folded.slice(0, folded.len()), b"EA1-$");
        assert_eq!((folded.place(1), folded.end_of(1)), (5, 2));
        assert_eq!(folded.end_of(folded.len()), text.len());
        assert_eq!(fold('\u{f1}'), Some(b'N'));
        assert_eq!(fold('\u{ff}'), Some(b'Y'));
        assert_eq!(fold('\u{434}'), Some(OTHER_LETTER));
    }
}
