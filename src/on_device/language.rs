//! Whether a message is in a language the scorer was made for: noticed by script and by common words.

use crate::pairs::Pairs;
use std::sync::OnceLock;

use crate::cue::{PACK_LANGUAGES, PackSet, hash};
use crate::strings::{split, trim};
use crate::words::Words;

/// The languages the scorer was trained for and evaluated in, as BCP 47 primary tags.
pub const LANGUAGES: [&str; 1] = ["en"];

/// Words that stand in almost every sentence of a language, without accents, a line for each: those of the languages
/// that have a pack of cues, in their order; those of Polish, Turkish, Swedish, Danish, Norwegian, Czech, Romanian,
/// Hungarian, Finnish, Indonesian, Vietnamese, Tagalog, and Hindi in Latin letters together; and last those of English.
const WORDS: &str = include_str!("common.txt");
/// Place of the line of English.
const ENGLISH: usize = 7;

/// Of each hash the languages whose common word it is, a bit each in the order of [`WORDS`]; none for an English word.
fn common() -> &'static Pairs<u32, u8> {
    static COMMON: OnceLock<Pairs<u32, u8>> = OnceLock::new();
    COMMON.get_or_init(|| {
        let mut all = Pairs::new();
        for (place, line) in split(trim(WORDS), b"\n").enumerate() {
            for word in split(line, b" ").map(hash) {
                let others = all.get(&word).copied().unwrap_or_default();
                // A word of both lists says nothing of English, but stays a word of English.
                all.insert(word, if place == ENGLISH { 0 } else { others | 1 << place });
            }
        }
        all
    })
}

/// The beginning tells; a hundred words are plenty.
const LOOKED_AT: usize = 100;

fn telling(words: &Words) -> impl Iterator<Item = &u8> {
    let plain = words.list.iter().take(LOOKED_AT).filter(|word| !word.mention && !word.number);
    plain.filter_map(|word| common().get(&word.hash))
}

/// How many of them are common words of English, and how many of other languages.
fn counted(words: &Words) -> (u32, u32) {
    let (mut english, mut foreign) = (0, 0);
    for languages in telling(words) {
        *(if *languages == 0 { &mut english } else { &mut foreign }) += 1;
    }
    (english, foreign)
}

/// Whether the message can be judged. The host names the language of the page or of the customer, and people who are
/// served in one language write English all the same: where it names another, what is English beyond doubt is judged.
pub(super) fn known(words: &Words, language: Option<&str>) -> bool {
    if told_known(language) { looks_known(words) } else { is_english(words) }
}

/// Whether the message is English beyond doubt: at least two of its words and a third of those looked at are common
/// ones of English, and none is one of another language or has a letter that English has not.
pub(crate) fn is_english(words: &Words) -> bool {
    let (english, foreign) = counted(words);
    let few = words.list.len().min(LOOKED_AT) > 3 * english as usize;
    english >= 2 && !few && foreign + words.accented_letters + words.foreign_letters == 0
}

/// Whether the host's tag, where there is one, names a language of [`LANGUAGES`].
fn told_known(language: Option<&str>) -> bool {
    language.is_none_or(|tag| {
        let primary = split(tag, b"-_").next().unwrap_or_default();
        LANGUAGES.iter().any(|known| known.eq_ignore_ascii_case(primary))
    })
}

/// Whether the message looks English: mostly Latin letters, and no more common words of other languages than
/// English ones. A message that says neither ("ok", "Tuesday") is taken for English unless it has letters that
/// English has not.
pub(crate) fn looks_known(words: &Words) -> bool {
    if words.foreign_letters > words.latin_letters {
        return false;
    }
    let (english, foreign) = counted(words);
    if foreign > 0 || words.accented_letters > 0 {
        return english > foreign && english * 4 >= words.accented_letters;
    }
    true
}

/// The languages with a pack of cues that a message which is not English may be in: those most of its common words
/// are of, several where they have as many.
pub(crate) fn noticed(words: &Words) -> PackSet {
    let (mut found, mut most) = (PackSet::default(), 1);
    for (place, language) in PACK_LANGUAGES.iter().enumerate() {
        let count = telling(words).filter(|languages| **languages & (1 << place) != 0).count();
        if count > most {
            found = PackSet::default();
            most = count;
        }
        if count == most {
            found.add(language);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(text: &str) -> bool {
        super::known(&Words::read(text), None)
    }

    #[test]
    fn english_is_known_also_with_a_foreign_name_or_none_of_its_common_words() {
        for text in [
            "Where is my order?",
            "ok",
            "Tuesday",
            "refund",
            "useless!!",
            "",
            "😡😡😡",
            "I ordered the crème brûlée set and it is broken",
            "My name is José and I live in São Paulo",
            "Die Hard is a film",
            "no",
            "4711",
            "@acme Le Monde never arrived at my place",
        ] {
            assert!(known(text), "{text}");
        }
    }

    #[test]
    fn other_languages_are_noticed() {
        for text in [
            "Wo ist mein Paket?",
            "¿Dónde está mi pedido?",
            "Où est ma commande ?",
            "Onde está meu pedido",
            "Dov'è il mio pacco?",
            "Waar is mijn bestelling?",
            "Gdzie jest moja paczka?",
            "Siparişim nerede?",
            "注文はどこですか",
            "Где мой заказ?",
            "أين طلبي؟",
            "Var är min beställning?",
            "nie dziala",
            "je ne comprends pas",
        ] {
            assert!(!known(text), "{text}");
        }
    }
    #[test]
    fn english_is_judged_whatever_language_the_host_names() {
        let judged = |text: &str, language| super::known(&Words::read(text), Some(language));
        for text in
            ["This is useless, nothing works!", "you are an idiot", "Where is my order? I have waited for two weeks"]
        {
            for language in ["de", "fr", "pl", "ar", "xx"] {
                assert!(judged(text, language), "{text}");
            }
        }
        for (text, language) in [
            ("Das ist in Ordnung", "de"),
            ("Was war das?", "de"),
            ("Waar is mijn bestelling? Is er iemand?", "nl"),
            ("ok", "de"),
            ("refund", "fr"),
            ("Is it mogelijk om te betalen met PayPal", "nl"),
            ("Var är min beställning?", "sv"),
            ("Não é isso", "pt"),
            ("Siparişim nerede?", "tr"),
            ("this is 担当者につないでください", "ja"),
            ("My pakkie het nog nie gekom nie", "af"),
        ] {
            assert!(!judged(text, language), "{text}");
        }
    }
}
