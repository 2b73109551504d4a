//! A message as words: the one reading of a text that cues, repetition and the on-device scorer share.

/// The most UTF-16 code units (JavaScript's `length`) of one message that are read; the rest is left unread.
pub const MAX_TEXT_LENGTH: usize = 4_000;

/// The first [`MAX_TEXT_LENGTH`] UTF-16 code units of a text, cut at a character.
#[must_use]
pub fn cut_text(text: &str) -> &str {
    cut_to(text, MAX_TEXT_LENGTH)
}

/// The first `limit` UTF-16 code units of a text, cut at a character.
pub(crate) fn cut_to(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        // A UTF-8 text has at least as many bytes as UTF-16 code units.
        return text;
    }
    let mut units = 0;
    for (at, character) in text.char_indices() {
        units += character.len_utf16();
        if units > limit {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// One word of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Word {
    /// Lower case, with typographic apostrophes straightened and a letter repeated more than twice cut to two.
    pub lower: String,
    /// Two or more letters, all upper case.
    pub shouted: bool,
    /// A letter stood more than twice in a row ("sooooo").
    pub stretched: bool,
    /// The first word after a mark that ends a clause, or the first of all.
    pub starts_clause: bool,
}

/// A message as words with the marks that carry feeling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    /// The words in order.
    pub list: Vec<Word>,
    /// UTF-16 code units of the text, at most [`MAX_TEXT_LENGTH`].
    pub length: u32,
    /// Exclamation marks.
    pub exclamations: u32,
    /// Question marks.
    pub questions: u32,
    /// Letters of a script other than Latin.
    pub foreign_letters: u32,
    /// Letters of the Latin script.
    pub latin_letters: u32,
    /// Every character that is no letter, digit, white space or ASCII, such as an emoji, in order.
    pub symbols: Vec<char>,
}

impl Words {
    /// Reads a text, up to the cap; the work is linear in the text.
    pub fn read(text: &str) -> Words {
        let mut words = Words::default();
        let mut raw = String::new();
        let mut starts_clause = true;
        for character in cut_text(text).chars() {
            words.length += character.len_utf16() as u32;
            let character = if matches!(character, '\u{2019}' | '\u{02bc}') { '\'' } else { character };
            if character.is_alphanumeric() || character == '\'' {
                if character.is_alphabetic() {
                    // Latin and its extensions end at U+024F; U+1E00 to U+1EFF are more of them.
                    if character < '\u{0250}' || ('\u{1e00}'..='\u{1eff}').contains(&character) {
                        words.latin_letters += 1;
                    } else {
                        words.foreign_letters += 1;
                    }
                }
                raw.push(character);
                continue;
            }
            words.close(&mut raw, &mut starts_clause);
            match character {
                '!' | '\u{ff01}' => words.exclamations += 1,
                '?' | '\u{ff1f}' => words.questions += 1,
                _ if !character.is_ascii() && !character.is_whitespace() => words.symbols.push(character),
                _ => {}
            }
            if matches!(character, '.' | '!' | '?' | ',' | ';' | ':' | '\n' | '(' | ')') {
                starts_clause = true;
            }
        }
        words.close(&mut raw, &mut starts_clause);
        words
    }

    fn close(&mut self, raw: &mut String, starts_clause: &mut bool) {
        let trimmed = raw.trim_matches('\'');
        if !trimmed.is_empty() {
            let mut lower = String::with_capacity(trimmed.len());
            let (mut letters, mut upper, mut run, mut stretched) = (0, 0, 0, false);
            let mut last = None;
            for character in trimmed.chars() {
                letters += u32::from(character.is_alphabetic());
                upper += u32::from(character.is_uppercase());
                for character in character.to_lowercase() {
                    run = if last == Some(character) { run + 1 } else { 1 };
                    last = Some(character);
                    if run <= 2 || !character.is_alphabetic() {
                        lower.push(character);
                    } else {
                        stretched = true;
                    }
                }
            }
            self.list.push(Word {
                lower,
                shouted: letters >= 2 && upper == letters,
                // "www" and "aaa" are no emphasis.
                stretched: stretched && letters > 3,
                starts_clause: std::mem::take(starts_clause),
            });
        }
        raw.clear();
    }

    /// The lower-cased words.
    pub fn lower(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|word| word.lower.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_at_a_character_by_its_utf16_length() {
        assert_eq!(cut_text("short"), "short");
        let exact = "a".repeat(MAX_TEXT_LENGTH);
        assert_eq!(cut_text(&exact), exact);
        assert_eq!(cut_text(&format!("{exact}b")), exact);
        let emoji = "😡".repeat(MAX_TEXT_LENGTH);
        assert_eq!(cut_text(&emoji).encode_utf16().count(), MAX_TEXT_LENGTH);
        let straddling = format!("{}😡", "a".repeat(MAX_TEXT_LENGTH - 1));
        assert_eq!(cut_text(&straddling).len(), MAX_TEXT_LENGTH - 1);
        let umlauts = "ü".repeat(MAX_TEXT_LENGTH);
        assert_eq!(cut_text(&umlauts), umlauts, "more bytes than the cap, yet not longer");
    }

    #[test]
    fn words_keep_apostrophes_and_lose_stretching() {
        let words = Words::read("I’m sooooo DONE, 'really'!!");
        let lower: Vec<_> = words.lower().collect();
        assert_eq!(lower, ["i'm", "soo", "done", "really"]);
        let flags: Vec<_> = words.list.iter().map(|w| (w.shouted, w.stretched, w.starts_clause)).collect();
        assert_eq!(flags, [(false, false, true), (false, true, false), (true, false, false), (false, false, true)]);
        assert_eq!((words.exclamations, words.length), (2, 27));
    }

    #[test]
    fn hostile_texts_are_read_in_bounded_work() {
        for text in ["!".repeat(50_000), "a".repeat(20_000), "😡😡😡".to_owned(), "a b ".repeat(5_000_000)] {
            assert!(Words::read(&text).length as usize <= MAX_TEXT_LENGTH);
        }
        assert_eq!(Words::read("😡😡😡").symbols.len(), 3);
    }
}
