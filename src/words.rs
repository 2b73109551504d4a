//! A message as words: the one reading of a text that cues, repetition and the on-device scorer share.

use crate::cue::hash;
use crate::lower::small_letter;
use crate::strings;

/// The most UTF-16 code units (JavaScript's `length`) of one message that are read; the rest is left unread.
pub const MAX_TEXT_LENGTH: usize = 4_000;

/// Words of one message whose sentences are read; longer messages are read by their first and last half.
pub(crate) const MAX_WORDS: usize = 256;

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

/// One word of a message; [`Words::lower_of`] has its letters.
#[allow(clippy::struct_excessive_bools, reason = "independent facts about a word")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word {
    start: u32,
    end: u32,
    /// FNV-1a of the lower-cased word.
    pub hash: u32,
    /// Two or more letters, all upper case.
    pub shouted: bool,
    /// A letter stood more than twice in a row ("sooooo").
    pub stretched: bool,
    /// The first word after a mark that ends a clause, or the first of all.
    pub starts_clause: bool,
    /// The first word after a mark that ends a sentence and a blank, or on a line of its own, or the first of all.
    pub starts_sentence: bool,
    /// A question mark follows it.
    pub asked: bool,
    /// Digits only.
    pub number: bool,
    /// A name after `@`.
    pub mention: bool,
    /// One letter of a script without blanks between words.
    pub unspaced: bool,
}

/// What the next word starts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Start {
    #[default]
    Nothing,
    Clause,
    Sentence,
}

/// A message as words with the marks that carry feeling.
#[derive(Debug, Clone, Default)]
pub(crate) struct Words {
    /// The words in order.
    pub list: Vec<Word>,
    /// The lower-cased words, one after the other.
    lower: String,
    /// UTF-16 code units of the text, at most [`MAX_TEXT_LENGTH`].
    pub length: u32,
    /// Exclamation marks.
    pub exclamations: u32,
    /// Question marks.
    pub questions: u32,
    /// Runs of three or more full stops, and `…`.
    pub ellipses: u32,
    /// Letters of a script other than Latin.
    pub foreign_letters: u32,
    /// Letters of the Latin script.
    pub latin_letters: u32,
    /// Letters of the Latin script beyond a to z.
    pub accented_letters: u32,
    /// The last mark that is no white space is a question mark.
    pub ends_with_question: bool,
    /// Web addresses, which are not read as words.
    pub links: u32,
    /// Every character that is no letter, digit, white space or ASCII, such as an emoji, in order; a smiley of
    /// ASCII marks stands here as the emoji it means.
    pub symbols: Vec<char>,
}

/// Marks that have no shape of their own: combining accents, variation selectors, joiners, direction marks. A
/// text reads the same with and without them.
fn is_shapeless(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{fe20}'..='\u{fe2f}' | '\u{feff}' | '\u{1f3fb}'..='\u{1f3ff}'
        | '\u{e0000}'..='\u{e01ef}')
}

/// A lower-case Latin letter without its accent, as people type it in haste; two letters where it stands for two.
fn without_accent(letter: char) -> (char, Option<char>) {
    let plain = match letter {
        'ß' => return ('s', Some('s')),
        'æ' => return ('a', Some('e')),
        'œ' => return ('o', Some('e')),
        'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'ď' | 'đ' => 'd',
        'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
        'ğ' => 'g',
        'ì'..='ï' | 'ī' | 'į' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' | 'ň' => 'n',
        'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
        'ŕ' | 'ř' => 'r',
        'ś' | 'ş' | 'š' | 'ș' => 's',
        'ţ' | 'ť' | 'ț' => 't',
        'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
        'ý' | 'ÿ' => 'y',
        'ź' | 'ż' | 'ž' => 'z',
        other => other,
    };
    (plain, None)
}

/// Whether a letter is of a script that puts no blanks between words: Thai and Lao, kana and Han.
fn is_unspaced(character: char) -> bool {
    matches!(character,
        '\u{e01}'..='\u{edf}' | '\u{3005}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3ffff}')
}

/// The length in bytes of a smiley that the text begins with, and the emoji it means.
fn smiley(text: &str) -> Option<(usize, char)> {
    let mut rest = text.as_bytes();
    let angry = rest.first() == Some(&b'>') && matches!(rest.get(1), Some(b':' | b';' | b'='));
    if let Some(heart) = [("<3", '❤'), ("</3", '💔')].into_iter().find(|(heart, _)| text.starts_with(heart)) {
        return (!rest.get(heart.0.len()).is_some_and(u8::is_ascii_digit)).then_some((heart.0.len(), heart.1));
    }
    rest = rest.get(usize::from(angry)..)?;
    let eyes = *rest.first().filter(|eyes| matches!(eyes, b':' | b';' | b'='))?;
    let tear = rest.get(1) == Some(&b'\'');
    let nose = tear || matches!(rest.get(1), Some(b'-' | b'^' | b'o')) && !matches!(rest.get(2), None | Some(b' '));
    let at = 1 + usize::from(nose);
    let meant = match rest.get(at)? {
        _ if angry => '😠',
        b')' | b']' if eyes == b';' => '😉',
        b')' | b']' | b'}' | b'*' => '🙂',
        b'(' | b'[' | b'{' | b'<' if tear => '😢',
        b'(' | b'[' | b'{' | b'<' => '🙁',
        b'D' => '😀',
        b'P' | b'p' => '😛',
        b'/' | b'\\' | b'|' | b'S' => '😕',
        b'@' => '😠',
        b'O' if eyes == b':' => '😮',
        _ => return None,
    };
    // "note:(see" and "http://" are no smileys.
    let next = rest.get(at + 1);
    let ends =
        next.is_none_or(|next| !next.is_ascii_alphanumeric() && *next != b'/' && next.is_ascii() || *next == 0xf0);
    ends.then_some((usize::from(angry) + at + 1, meant))
}

/// The character that begins at a byte; most are ASCII, and need no decoding.
#[allow(clippy::inline_always, reason = "optimised for size, the compiler calls it for every feature or character")]
#[inline(always)]
fn character_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at) {
        Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

impl Words {
    /// Reads a text, up to the cap; the work is linear in the text.
    pub fn read(text: &str) -> Words {
        let text = cut_text(text);
        let mut words = Words { lower: String::with_capacity(text.len()), ..Words::default() };
        words.list.reserve(text.len() / 5 + 1);
        let (mut starts, mut mention, mut dots) = (Start::Sentence, false, 0_u32);
        // A mark that ends a sentence was the last but for quotes and brackets; "3.5" and "v.2" go on.
        let mut ended = false;
        // Where the word begins that is being read.
        let mut begun: Option<usize> = None;
        // Characters before this byte have been read as part of something longer.
        let mut passed = 0;
        let mut next = 0;
        while let Some(character) = character_at(text, next) {
            let at = next;
            next += character.len_utf8();
            words.length += character.len_utf16() as u32;
            if at < passed {
                continue;
            }
            if character.is_alphanumeric() || matches!(character, '\'' | '\u{2019}' | '\u{02bc}') {
                if begun.is_none() {
                    let rest = text.get(at..).unwrap_or_default();
                    if matches!(character, 'h' | 'w')
                        && ["http://", "https://", "www."].iter().any(|a| rest.starts_with(a))
                    {
                        passed = at + rest.find(char::is_whitespace).unwrap_or(rest.len());
                        words.links += 1;
                        continue;
                    }
                    begun = Some(at);
                }
                if character.is_ascii_alphabetic() {
                    words.latin_letters += 1;
                } else if !character.is_ascii() && character.is_alphabetic() {
                    // Latin and its extensions end at U+024F; U+1E00 to U+1EFF are more of them.
                    if character < '\u{0250}' || ('\u{1e00}'..='\u{1eff}').contains(&character) {
                        words.latin_letters += 1;
                        words.accented_letters += 1;
                    } else {
                        words.foreign_letters += 1;
                    }
                }
                (dots, ended) = (0, false);
                // Where nothing tells words apart, each letter is one.
                if !character.is_ascii() && is_unspaced(character) {
                    let start = begun.take().unwrap_or(at);
                    words.close(text.get(start..at).unwrap_or_default(), &mut starts, &mut mention);
                    words.close(text.get(at..next).unwrap_or_default(), &mut starts, &mut mention);
                }
                continue;
            }
            if !character.is_ascii() && is_shapeless(character) {
                continue;
            }
            if let Some(start) = begun.take() {
                words.close(text.get(start..at).unwrap_or_default(), &mut starts, &mut mention);
            }
            mention = character == '@';
            if character.is_whitespace() {
                if ended || character == '\n' {
                    starts = Start::Sentence;
                }
                continue;
            }
            words.ends_with_question = matches!(character, '?' | '\u{ff1f}' | '\u{61f}');
            if matches!(character, ':' | ';' | '=' | '<' | '>')
                && let Some((length, meant)) = smiley(text.get(at..).unwrap_or_default())
            {
                words.symbols.push(meant);
                passed = at + length;
                starts = starts.max(Start::Clause);
                continue;
            }
            match character {
                '!' | '\u{ff01}' => words.exclamations += 1,
                '?' | '\u{ff1f}' | '\u{61f}' => {
                    words.questions += 1;
                    if let Some(word) = words.list.last_mut() {
                        word.asked = true;
                    }
                }
                '…' => words.ellipses += 1,
                '.' => {
                    dots += 1;
                    words.ellipses += u32::from(dots == 3);
                }
                _ if !character.is_ascii() => words.symbols.push(character),
                _ => {}
            }
            if character != '.' {
                dots = 0;
            }
            match character {
                '.' | '!' | '?' | '…' => {
                    ended = true;
                    starts = starts.max(Start::Clause);
                }
                '。' | '！' | '？' => starts = Start::Sentence,
                ',' | ';' | ':' | '(' | ')' | '"' | '¿' | '¡' | '—' | '，' => starts = starts.max(Start::Clause),
                _ => {}
            }
        }
        if let Some(start) = begun {
            words.close(text.get(start..).unwrap_or_default(), &mut starts, &mut mention);
        }
        words
    }

    /// Takes one word in. Typographic apostrophes become straight, accents are left out, and a letter that is
    /// repeated more than twice is cut to two.
    fn close(&mut self, raw: &str, starts: &mut Start, mention: &mut bool) {
        let outer = |end: Option<&u8>| end.is_some_and(|byte| *byte == b'\'' || !byte.is_ascii());
        let mut trimmed = raw;
        if outer(raw.as_bytes().first()) || outer(raw.as_bytes().last()) {
            trimmed = strings::trimmed(raw, |mark| matches!(mark, '\'' | '\u{2019}' | '\u{02bc}'));
        }
        let start = self.lower.len();
        let (mut letters, mut upper, mut run, mut stretched, mut number) = (0, 0, 0, false, true);
        let mut last = '\0';
        let lower = &mut self.lower;
        let mut put = |character: char| {
            run = if last == character { run + 1 } else { 1 };
            last = character;
            if run <= 2 || !character.is_alphabetic() {
                lower.push(character);
            } else {
                stretched = true;
            }
        };
        let mut next = 0;
        while let Some(character) = character_at(trimmed, next) {
            next += character.len_utf8();
            if character.is_ascii() {
                letters += u32::from(character.is_ascii_alphabetic());
                upper += u32::from(character.is_ascii_uppercase());
                number &= character.is_ascii_digit();
                put(character.to_ascii_lowercase());
                continue;
            }
            if is_shapeless(character) {
                continue;
            }
            number &= character.is_numeric();
            letters += u32::from(character.is_alphabetic());
            let small = small_letter(character);
            upper += u32::from(small != character);
            if matches!(small, '\u{2019}' | '\u{02bc}') {
                put('\'');
            } else {
                let (first, second) = without_accent(small);
                put(first);
                second.into_iter().for_each(&mut put);
            }
        }
        if self.lower.len() == start {
            return;
        }
        let letters_of = self.lower.get(start..).unwrap_or_default();
        self.list.push(Word {
            start: start as u32,
            end: self.lower.len() as u32,
            hash: hash(letters_of),
            shouted: letters >= 2 && upper == letters,
            // "www" and "aaa" are no emphasis.
            stretched: stretched && letters > 3,
            starts_clause: *starts >= Start::Clause,
            starts_sentence: std::mem::take(starts) == Start::Sentence,
            asked: false,
            number,
            mention: std::mem::take(mention),
            unspaced: trimmed.chars().next().is_some_and(is_unspaced),
        });
        self.ends_with_question = false;
    }

    /// The words of each sentence that is read.
    pub fn sentences(&self) -> impl Iterator<Item = &[Word]> {
        let count = self.list.len();
        let (head, tail) = if count > MAX_WORDS { (MAX_WORDS / 2, count - MAX_WORDS / 2) } else { (count, count) };
        [self.list.get(..head), self.list.get(tail..)]
            .into_iter()
            .flatten()
            .flat_map(|part| part.chunk_by(|_, next| !next.starts_sentence))
    }

    /// The lower-cased words.
    pub fn lower(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|word| self.lower_of(word))
    }

    /// One word in lower case, without accents, with straight apostrophes, and with a letter that is repeated more
    /// than twice cut to two.
    pub fn lower_of(&self, word: &Word) -> &str {
        self.lower.get(word.start as usize..word.end as usize).unwrap_or_default()
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

    fn lower(text: &str) -> Vec<String> {
        Words::read(text).lower().map(str::to_owned).collect()
    }

    #[test]
    fn words_keep_apostrophes_and_lose_stretching() {
        let words = Words::read("I’m sooooo DONE, 'really'!!");
        assert_eq!(lower("I’m sooooo DONE, 'really'!!"), ["i'm", "soo", "done", "really"]);
        let flags: Vec<_> = words.list.iter().map(|w| (w.shouted, w.stretched, w.starts_clause)).collect();
        assert_eq!(flags, [(false, false, true), (false, true, false), (true, false, false), (false, false, true)]);
        assert_eq!((words.exclamations, words.length), (2, 27));
    }

    #[test]
    fn sentences_end_at_a_mark_and_a_blank_or_at_the_end_of_a_line() {
        let sentences = |text: &str| {
            let words = Words::read(text);
            let of = |sentence: &[Word]| sentence.iter().map(|word| words.lower_of(word)).collect::<Vec<_>>().join(" ");
            words.sentences().map(of).collect::<Vec<_>>()
        };
        assert_eq!(
            sentences("See v2.5, e.g.this! \"Agent, now?\" (Yes.) So…no"),
            ["see v2 5 e g this", "agent now", "yes", "so no"]
        );
        assert_eq!(sentences("one\ntwo  three.\n\n.. four"), ["one", "two three", "four"]);
        assert_eq!(sentences("订单。ok"), ["订 单", "ok"]);
        assert!(sentences("?!").is_empty());
        let long = "a ".repeat(128) + "b. c " + &"d ".repeat(128);
        assert_eq!(sentences(&long), ["a ".repeat(128).trim(), "d ".repeat(128).trim()], "the first and the last half");
    }

    #[test]
    fn without_blanks_each_letter_is_a_word() {
        assert_eq!(lower("iPhone的订单，ok"), ["iphone", "的", "订", "单", "ok"]);
        assert_eq!(lower("スマホ 2台"), ["ス", "マ", "ホ", "2", "台"]);
        assert_eq!(lower("ปุ่มกด").len(), 5);
        assert_eq!(lower("환불 해주세요"), ["환불", "해주세요"], "Korean has blanks");
        let words = Words::read("不，转 now");
        let flags: Vec<_> = words.list.iter().map(|word| (word.unspaced, word.starts_clause)).collect();
        assert_eq!(flags, [(true, true), (true, true), (false, false)]);
        assert_eq!((words.foreign_letters, words.length), (2, 7));
    }

    #[test]
    fn accents_and_shapeless_marks_do_not_change_a_word() {
        assert_eq!(lower("Möchte ATENCIÓN Straße cafe\u{301}"), ["mochte", "atencion", "strasse", "cafe"]);
        assert_eq!(lower("u\u{200b}seless Z̷̢̛a̶͝l̵̈́g̴͌o̷̕"), ["useless", "zalgo"]);
    }

    #[test]
    fn smileys_of_marks_are_read_as_what_they_mean() {
        for (text, meant) in [
            ("ok :)", "🙂"),
            (":-(", "🙁"),
            (":'(", "😢"),
            (">:(", "😠"),
            ("nice ;)", "😉"),
            ("love it <3", "❤"),
            ("at 10:30) see http://a.b/c", ""),
            ("note:(see below)", ""),
            ("ratio:D2", ""),
        ] {
            assert_eq!(Words::read(text).symbols.iter().collect::<String>(), meant, "{text}");
        }
    }

    #[test]
    fn links_are_no_words_and_mentions_and_numbers_are_known() {
        let words = Words::read("@acme see https://t.co/xYz 42 times?");
        assert_eq!(words.lower().collect::<Vec<_>>(), ["acme", "see", "42", "times"]);
        assert_eq!(
            words.list.iter().map(|w| (w.mention, w.number)).collect::<Vec<_>>()[..3],
            [(true, false), (false, false), (false, true)]
        );
        assert_eq!((words.links, words.ends_with_question), (1, true));
    }

    #[test]
    fn hostile_texts_are_read_in_bounded_work() {
        for text in ["!".repeat(50_000), "a".repeat(20_000), "😡😡😡".to_owned(), "a b ".repeat(5_000_000)] {
            assert!(Words::read(&text).length as usize <= MAX_TEXT_LENGTH);
        }
        assert_eq!(Words::read("😡😡😡").symbols.len(), 3);
    }
}
