//! Whether somebody says the same thing again, judged on hashed words, so that no text is kept.

use crate::parts::{Part, Parts, Row};
use crate::words::{Word, Words};

/// Messages looked back on.
const WINDOW: usize = 8;
/// Words of a message that are compared; longer messages are judged by their beginning.
const MAX_WORDS: usize = 64;
/// Fewer different words than this say too little to be a repetition at once ("refund"): said the same a third time,
/// they are one.
const MIN_WORDS: usize = 3;
/// Letters of a script without blanks that say as much as a word: they are single words to the reader, and courtesies
/// of ten letters are common.
const LETTERS_OF_A_WORD: usize = 4;
/// Share of common words (Jaccard) from which a customer's message repeats an earlier one. Systems of the
/// field use 0.45 to 0.5 on all words; a little more is asked for here because the cue acts without a score.
pub(super) const CUSTOMER_OVERLAP: f64 = 0.6;
/// The same for the bot, whose scripted answers share a wording without being the same.
pub(super) const BOT_OVERLAP: f64 = 0.8;

/// The different words of a message, as sorted hashes; in a script without blanks, its pairs of letters. A message of
/// nothing but question marks has one of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Fingerprint(Vec<u32>);

impl Fingerprint {
    /// The fingerprint of a message, and whether it is short.
    fn of(words: &Words) -> (Fingerprint, bool) {
        let (mut hashes, mut said, mut before) = (Vec::new(), 0, 0_u32);
        for word in words.list.iter().take(MAX_WORDS) {
            let mut hash = word.hash;
            if word.unspaced {
                hash ^= before.rotate_left(1);
                before = word.hash;
            } else {
                before = 0;
            }
            // In its place at once: few enough that the code of a sort would cost the page more than it saves.
            if let Err(place) = hashes.binary_search(&hash) {
                hashes.insert(place, hash);
                said += if word.unspaced { 1 } else { LETTERS_OF_A_WORD };
            }
        }
        if words.list.is_empty() && words.questions > 0 {
            hashes.push(0);
        }
        (Fingerprint(hashes), said < MIN_WORDS * LETTERS_OF_A_WORD)
    }

    /// Common words by all words of both.
    fn overlap(&self, other: &Fingerprint) -> f64 {
        let (mut one, mut two, mut common) = (self.0.as_slice(), other.0.as_slice(), 0);
        // Both are sorted.
        while let ([first, rest @ ..], [second, others @ ..]) = (one, two) {
            common += usize::from(first == second);
            one = if first <= second { rest } else { one };
            two = if second <= first { others } else { two };
        }
        let all = self.0.len() + other.0.len() - common;
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }
}

/// What one side said lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent(Vec<Fingerprint>);

impl Recent {
    /// Whether a message repeats a recent one; it is one of them from now on. One or two
    /// numbers, or words of up to three letters, are an answer in most languages, and may be the same for another
    /// question.
    pub fn repeats(&mut self, words: &Words, overlap: f64) -> bool {
        let (message, short) = Fingerprint::of(words);
        let alone = words.list.len() == 1;
        let little =
            |word: &Word| word.number || (alone || !word.unspaced) && words.lower_of(word).chars().nth(3).is_none();
        if message.0.is_empty() || (short && !words.list.is_empty() && words.list.iter().all(little)) {
            return false;
        }
        let repeated = if short {
            self.0.iter().filter(|earlier| **earlier == message).count() >= 2
        } else {
            self.0.iter().any(|earlier| earlier.overlap(&message) >= overlap)
        };
        if self.0.len() == WINDOW {
            self.0.remove(0);
        }
        self.0.push(message);
        repeated
    }
}

/// FNV-1a, 32 bit (Fowler, Noll and Vo), the same on every target.
pub(crate) fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

impl Parts for Recent {
    fn put(&self, row: &mut Vec<Part>) {
        self.0.len().put(row);
        for print in &self.0 {
            let hashes: Vec<f64> = print.0.iter().map(|hash| f64::from(*hash)).collect();
            hashes.put(row);
        }
    }

    fn take(row: &mut Row) -> Self {
        let mut recent = Recent::default();
        for _ in 0..row.length() {
            let hashes: Vec<f64> = Parts::take(row);
            recent.0.push(Fingerprint(hashes.into_iter().map(|hash| hash as u32).collect()));
        }
        if recent.0.len() > WINDOW {
            row.refuse();
        }
        recent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a() {
        assert_eq!(hash(""), 0x811c_9dc5);
        assert_eq!(hash("a"), 0xe40c_292c);
        assert_eq!(hash("foobar"), 0xbf9c_f968);
    }

    #[test]
    fn only_the_last_messages_are_looked_back_on() {
        let mut recent = Recent::default();
        let mut said = |text: &str| recent.repeats(&Words::read(text), 0.6);
        assert!(!said("one two three"));
        for n in 0..WINDOW {
            assert!(!said(&format!("a{n} b{n} c{n}")));
        }
        assert!(!said("one two three"), "it has left the window");
        assert!(said("three two one"));
    }

    /// At which of four times a message is a repetition.
    fn heard(text: &str) -> [bool; 4] {
        let mut recent = Recent::default();
        [(); 4].map(|()| recent.repeats(&Words::read(text), CUSTOMER_OVERLAP))
    }

    #[test]
    fn a_short_message_repeats_at_the_third_time() {
        let (second, third) = ([false, true, true, true], [false, false, true, true]);
        for text in [
            "refund",
            "Refund!!",
            "my parcel",
            "退款",
            "我的包裹在哪里",
            "返金して",
            "?",
            "???",
            "hello?",
            "order 4711",
        ] {
            assert_eq!(heard(text), third, "{text}");
        }
        for text in
            ["where is it", "我的包裹到底什么时候才能送到", "注文した商品がまだ届いていません", "เมื่อไหร่ของจะมาส่ง"]
        {
            assert_eq!(heard(text), second, "{text}");
        }
        for text in ["", "42", "2", "A", "12 30", "da", "нет", "是", "😡", "!!!"] {
            assert_eq!(heard(text), [false; 4], "{text}");
        }
    }

    #[test]
    fn short_messages_have_to_be_the_same() {
        let mut recent = Recent::default();
        let mut said = |text: &str| recent.repeats(&Words::read(text), CUSTOMER_OVERLAP);
        for text in ["refund", "refund please", "my refund", "退款", "款退", "?", "refund"] {
            assert!(!said(text), "{text}");
        }
        assert!(said("REFUND"));
    }

    #[test]
    fn a_script_without_blanks_is_compared_by_pairs_of_letters() {
        let overlap = |one: &str, other: &str| {
            let print = |text: &str| Fingerprint::of(&Words::read(text)).0;
            print(one).overlap(&print(other))
        };
        assert!(overlap("我的包裹什么时候能送到", "我的包裹什么时候才能送到呢") >= CUSTOMER_OVERLAP);
        assert!(overlap("注文した商品がまだ届きません", "注文した商品が届きません") >= CUSTOMER_OVERLAP);
        assert!(overlap("我想修改收货地址可以吗", "请问运费是多少钱呢可以告诉我吗") < 0.3);
        assert!(overlap("注文をキャンセルしたいです", "住所を変更したいのですが") < 0.4);
        assert!(overlap("abc 转人工 abc", "工人转") < 0.3, "the order of the letters counts");
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let mut recent = Recent::default();
        for n in 0..100 {
            recent.repeats(&Words::read(&format!("{n}包裹").repeat(2_000)), BOT_OVERLAP);
        }
        assert!(recent.0.len() == WINDOW && recent.0.iter().all(|print| print.0.len() <= MAX_WORDS));
    }
}
