//! What single words say by themselves, from a word list with the valence that people gave each word.
//!
//! The file holds four bytes that are mixed into the hash of each word, little-endian; the places of its words in a table
//! of these hashes ([`Rest::places`]); and a byte for each: one more than the class of its valence, and 16 more for a word of
//! business ("please", "help", "credit"), which people gave a valence too but support chat says without a feeling. Those
//! are told apart. A word that is not in the list is taken for one that is once in 130; what is mixed in was chosen so
//! that these are words that are seldom said, and so are those of the list that share a place with another.

use std::sync::OnceLock;

use super::features::{Listed, mix};
use super::sparse::{Rest, Sparse};
use crate::words::{Word, Words};

static FILE: &[u8] = include_bytes!("lexicon.bin");
/// log2 of the places of the table.
const BITS: u32 = 19;
/// From here on a byte is that of a word of business.
const BUSINESS: usize = 16;

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

/// The words of the list.
#[derive(Debug)]
struct List {
    mixed_in: u32,
    classes: Sparse,
}

/// The list, read once.
fn list() -> &'static List {
    static READ: OnceLock<List> = OnceLock::new();
    READ.get_or_init(|| {
        let mut rest = Rest(FILE);
        let mixed_in = rest.take(4).try_into().map(u32::from_le_bytes).unwrap_or_default();
        let places = rest.places();
        let classes = Sparse::of(BITS, &[(places, rest.0.iter().map(|class| u32::from(*class)).collect())]);
        List { mixed_in, classes }
    })
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
#[derive(Debug)]
pub(super) struct Feelings {
    list: &'static List,
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
        Feelings {
            list: list(),
            sum: 0.0,
            business: 0.0,
            good: 0.0,
            bad: 0.0,
            plain: 0.0,
            best: 0.0,
            worst: 0.0,
            boosts: [0.0; 3],
            but: false,
        }
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
        // 0 is a word that is not in the list.
        let class = (self.list.classes.at(mix(word.hash, self.list.mixed_in)) as usize).checked_sub(1);
        let valence = class.and_then(|class| VALENCE.get(class % BUSINESS)).copied().unwrap_or_default();
        let business = class >= Some(BUSINESS);
        if valence != 0.0 && !business && boost_here == 0.0 {
            let [near, middle, far] = self.boosts;
            let mut emphasis = near + 0.95 * middle + 0.9 * far;
            if louder && word.shouted {
                emphasis += CAPITALS;
            }
            if word.stretched {
                emphasis += BOOST;
            }
            let valence = valence + emphasis * valence.signum();
            self.add(if reading.negated { valence * NEGATED } else { valence });
        } else {
            self.plain += 1.0;
            if business {
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
        let mut rest = Rest(FILE);
        assert_eq!(rest.take(4).len(), 4);
        let places = rest.places();
        assert!(places.len() > 3_000 && places.last().is_some_and(|last| *last < 1 << BITS));
        assert_eq!(rest.0.len(), places.len());
        assert!(rest.0.iter().all(|class| (1..=2 * BUSINESS).contains(&usize::from(*class))));
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
        for usual in "the agent of your company is going to bring what you made and changed".split(' ') {
            assert_eq!((told(usual), business(usual)), (0.0, 0.0), "{usual}");
        }
        assert!(told("cosy") > 0.0 && told("likes") > 0.0 && told("rude") < 0.0);
        assert!(business("please help") > 0.0 && told("please help") == 0.0);
        assert!(business("not help") < 0.0 && business("terrible") == 0.0 && business("debt") < 0.0);
    }
}
