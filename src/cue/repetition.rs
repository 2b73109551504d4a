//! Whether somebody says the same thing again, judged on hashed words, so that no text is kept.

use crate::parts::{Part, Parts, Row};
use crate::words::Words;

/// Messages looked back on.
const WINDOW: usize = 8;
/// Words of a message that are compared; longer messages are judged by their beginning.
const MAX_WORDS: usize = 64;
/// Fewer different words than this say too little to be called a repetition ("ok thanks").
const MIN_WORDS: usize = 3;
/// Share of common words (Jaccard) from which a customer's message repeats an earlier one. Systems of the
/// field use 0.45 to 0.5 on all words; a little more is asked for here because the cue acts without a score.
pub(super) const CUSTOMER_OVERLAP: f64 = 0.6;
/// The same for the bot, whose scripted answers share a wording without being the same.
pub(super) const BOT_OVERLAP: f64 = 0.8;

/// The different words of a message, as sorted hashes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Fingerprint(Vec<u32>);

impl Fingerprint {
    /// The fingerprint of a message.
    pub fn of(words: &Words) -> Fingerprint {
        let mut hashes = Vec::new();
        // In its place at once: few enough that the code of a sort would cost the page more than it saves.
        for hash in words.list.iter().take(MAX_WORDS).map(|word| word.hash) {
            if let Err(place) = hashes.binary_search(&hash) {
                hashes.insert(place, hash);
            }
        }
        Fingerprint(hashes)
    }

    /// Common words by all words of both.
    fn overlap(&self, other: &Fingerprint) -> f64 {
        let common = self.0.iter().filter(|word| other.0.binary_search(word).is_ok()).count();
        let all = self.0.len() + other.0.len() - common;
        if all == 0 { 0.0 } else { common as f64 / all as f64 }
    }
}

/// What one side said lately.
#[derive(Debug, Clone, Default)]
pub(crate) struct Recent(Vec<Fingerprint>);

impl Recent {
    /// Whether a message repeats a recent one; it is one of them from now on.
    pub fn repeats(&mut self, message: Fingerprint, overlap: f64) -> bool {
        if message.0.len() < MIN_WORDS {
            return false;
        }
        let repeated = self.0.iter().any(|earlier| earlier.overlap(&message) >= overlap);
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
        let print = |text: &str| Fingerprint::of(&Words::read(text));
        let mut recent = Recent::default();
        assert!(!recent.repeats(print("one two three"), 0.6));
        for n in 0..WINDOW {
            assert!(!recent.repeats(print(&format!("a{n} b{n} c{n}")), 0.6));
        }
        assert!(!recent.repeats(print("one two three"), 0.6), "it has left the window");
        assert!(recent.repeats(print("three two one"), 0.6));
    }
}
