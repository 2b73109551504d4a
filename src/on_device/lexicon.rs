//! What single words say by themselves, from a word list with the valence that people gave each word.
//!
//! The file holds, for each of 2,048 slots (the highest eleven bits of a word's hash), one byte with the number of
//! its words; then two bytes a word, sorted within its slot: the next twelve bits of its hash, and four bits of
//! valence. A word that is not in the list is taken for one that is about once in two thousand. Behind them stand words
//! of business ("please", "help", "credit"), which people gave a valence too but support chat says without a feeling:
//! three bytes a word, sorted, the highest sixteen bits of its hash and its valence. Their feelings are told apart.

use std::cmp::Ordering;
use std::sync::OnceLock;

use super::features::Listed;
use crate::words::{Word, Words};

static FILE: &[u8] = include_bytes!("lexicon.bin");
const SLOTS: usize = 2_048;

/// Valence of the sixteen classes of a word, -4 to 4 as in VADER's list.
const VALENCE: [f64; 16] = [-3.4, -2.9, -2.5, -2.1, -1.7, -1.3, -0.9, -0.5, 0.5, 0.9, 1.3, 1.7, 2.1, 2.5, 2.9, 3.4];

/// How many numbers [`feelings`] gives.
pub(super) const FEELINGS: usize = 8;

// How words change one another: VADER's figures (Hutto and Gilbert 2014, vaderSentiment 3.3.2, MIT).
const BOOST: f64 = 0.293;
const NEGATED: f64 = -0.74;
const CAPITALS: f64 = 0.733;
const BEFORE_BUT: f64 = 0.5;
const AFTER_BUT: f64 = 1.5;
const EXCLAMATION: f64 = 0.292;
const NORMAL: f64 = 15.0;

/// The place of the first word of each slot.
fn starts() -> &'static [u16] {
    static STARTS: OnceLock<Vec<u16>> = OnceLock::new();
    STARTS.get_or_init(|| {
        let mut sum = 0_u16;
        let counts = FILE.iter().take(SLOTS).map(|count| {
            sum += u16::from(*count);
            sum
        });
        std::iter::once(0).chain(counts).collect()
    })
}

fn valence(starts: &[u16], hash: u32) -> Option<f64> {
    let slot = (hash >> 21) as usize;
    let (from, to) = (usize::from(*starts.get(slot)?), usize::from(*starts.get(slot + 1)?));
    let rest = (hash >> 9) as u16 & 0xfff;
    let entries = FILE.get(SLOTS + 2 * from..SLOTS + 2 * to)?;
    entries.chunks_exact(2).find_map(|entry| {
        let entry = u16::from_le_bytes(entry.try_into().ok()?);
        if entry >> 4 == rest { VALENCE.get(usize::from(entry & 15)).copied() } else { None }
    })
}

/// The valence of a word of business.
fn business(starts: &[u16], hash: u32) -> Option<f64> {
    let list = FILE.get(SLOTS + 2 * usize::from(*starts.last()?)..)?;
    let (mut from, mut to) = (0, list.len() / 3);
    while from < to {
        let middle = usize::midpoint(from, to);
        let [low, high, place] = list.get(3 * middle..3 * middle + 3)?.try_into().ok()?;
        match u16::from_le_bytes([low, high]).cmp(&((hash >> 16) as u16)) {
            Ordering::Equal => return VALENCE.get(usize::from(place)).copied(),
            Ordering::Less => from = middle + 1,
            Ordering::Greater => to = middle,
        }
    }
    None
}

/// What is told of each word in passing; see [`feelings`].
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// The word as the model sees it.
    pub hash: u32,
    /// A negation stands before it in its clause.
    pub negated: bool,
}

/// What intensifies (1) or weakens (-1) the words that follow.
fn boost(hash: u32) -> f64 {
    if STRONGER.contains(hash) {
        BOOST
    } else if WEAKER.contains(hash) {
        -BOOST
    } else {
        0.0
    }
}

static STRONGER: Listed = Listed::of(&words([
    "very",
    "really",
    "so",
    "extremely",
    "absolutely",
    "completely",
    "totally",
    "utterly",
    "incredibly",
    "especially",
    "highly",
    "deeply",
    "fucking",
    "freaking",
    "bloody",
    "damn",
    "super",
    "too",
    "most",
    "more",
    "entirely",
    "truly",
    "quite",
    "hugely",
]));
static WEAKER: Listed = Listed::of(&words([
    "almost", "barely", "hardly", "kinda", "somewhat", "slightly", "partly", "less", "bit", "little",
]));

const fn words<const N: usize>(list: [&str; N]) -> [u32; N] {
    let mut hashes = [0; N];
    let mut at = 0;
    #[allow(clippy::indexing_slicing, reason = "`at` is below the length; evaluated at build time")]
    while at < N {
        hashes[at] = super::features::of(list[at]);
        at += 1;
    }
    hashes
}

/// Adds the feelings of single words up, as VADER does, while the features of a message are read.
#[derive(Debug, Default)]
pub(super) struct Feelings {
    /// As [`starts`] gives them.
    starts: &'static [u16],
    /// Sum and shares of the clause before a "but", and of what follows.
    sum: f64,
    /// Of words of business.
    business: f64,
    good: f64,
    bad: f64,
    plain: f64,
    best: f64,
    worst: f64,
    /// Boosts of the three words before.
    boosts: [f64; 3],
    but: bool,
}

impl Feelings {
    /// Of a message of which no word was read yet.
    pub fn none() -> Self {
        Feelings { starts: starts(), ..Feelings::default() }
    }

    /// Takes the next word in. `louder` is whether it is the only kind of word in capitals here.
    pub fn word(&mut self, word: &Word, reading: Reading, louder: bool) {
        if reading.hash == const { super::features::of("but") } && !self.but {
            self.but = true;
            for part in
                [&mut self.sum, &mut self.business, &mut self.good, &mut self.bad, &mut self.best, &mut self.worst]
            {
                *part *= BEFORE_BUT;
            }
        }
        let boost_here = boost(reading.hash);
        if boost_here == 0.0
            && let Some(mut valence) = valence(self.starts, word.hash)
        {
            let [near, middle, far] = self.boosts;
            let mut emphasis = near + 0.95 * middle + 0.9 * far;
            if louder && word.shouted {
                emphasis += CAPITALS;
            }
            if word.stretched {
                emphasis += BOOST;
            }
            valence += emphasis * valence.signum();
            if reading.negated {
                valence *= NEGATED;
            }
            self.add(valence);
        } else {
            self.plain += 1.0;
            if let Some(valence) = business(self.starts, word.hash) {
                self.business += if reading.negated { valence * NEGATED } else { valence };
            }
        }
        let [near, middle, _] = self.boosts;
        self.boosts = [boost_here, near, middle];
    }

    /// Takes in what the words of another sentence say.
    pub fn take_in(&mut self, other: &Feelings) {
        self.sum += other.sum;
        self.business += other.business;
        self.good += other.good;
        self.bad += other.bad;
        self.plain += other.plain;
        self.best = self.best.max(other.best);
        self.worst = self.worst.min(other.worst);
    }

    /// Takes the next valence in, of a word or of an emoji.
    pub fn add(&mut self, valence: f64) {
        let valence = if self.but { valence * AFTER_BUT } else { valence };
        self.sum += valence;
        // As VADER: each word with a feeling also counts as one word.
        if valence > 0.0 {
            self.good += valence + 1.0;
        } else {
            self.bad += 1.0 - valence;
        }
        self.best = self.best.max(valence);
        self.worst = self.worst.min(valence);
    }

    /// What the sentence or the message says: joy and anger of the whole, the shares of good and bad words, the best and the worst,
    /// joy and anger of the words of business.
    pub fn told(&self, words: &Words) -> [f64; FEELINGS] {
        let marks = EXCLAMATION * f64::from(words.exclamations.min(4))
            + if words.questions > 3 { 0.96 } else { 0.18 * f64::from(words.questions.saturating_sub(1)) };
        let sum = if self.sum == 0.0 { 0.0 } else { self.sum + marks * self.sum.signum() };
        let within = |sum: f64| sum / (sum * sum + NORMAL).sqrt();
        let (compound, business) = (within(sum), within(self.business));
        let all = (self.good + self.bad + self.plain).max(1.0);
        [
            compound.max(0.0),
            compound.min(0.0),
            self.good / all,
            self.bad / all,
            self.best / 4.0,
            self.worst / 4.0,
            business.max(0.0),
            business.min(0.0),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::super::features::read_features;
    use super::*;

    fn told(text: &str) -> f64 {
        let feelings = read_features(text).feelings;
        feelings[0] + feelings[1]
    }

    #[test]
    fn the_file_is_whole() {
        let entries: usize = FILE[..SLOTS].iter().map(|count| usize::from(*count)).sum();
        assert_eq!((FILE.len() - SLOTS - 2 * entries) % 3, 0);
        assert!(entries > 3_000 && FILE.len() > SLOTS + 2 * entries);
    }

    #[test]
    fn words_change_one_another() {
        assert!(told("good") > 0.0 && told("terrible") < 0.0 && told("tractor") == 0.0);
        assert!(told("not good") < 0.0);
        assert!(told("very good") > told("good"));
        assert!(told("this is GOOD") > told("this is good"));
        assert!(told("good!!") > told("good"));
        assert!(told("good but terrible") < told("terrible but good"));
        assert!(told("😡😡😡") < -0.5 && told("😊") > 0.0);
    }

    #[test]
    fn words_of_business_are_told_apart() {
        let business = |text: &str| {
            let feelings = read_features(text).feelings;
            feelings[6] + feelings[7]
        };
        assert!(business("please help") > 0.0 && told("please help") == 0.0);
        assert!(business("not help") < 0.0 && business("terrible") == 0.0 && business("debt") < 0.0);
    }
}
