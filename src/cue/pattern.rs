//! Phrase patterns of a language pack, as data.
//!
//! A pack is lines of text. `[name]` opens a family; each other line is a pattern of words separated by
//! spaces: `a|b` is either word, a final `?` makes a word optional, `*` stands for up to two words of any
//! kind, a leading `^` ties the pattern to the start of a clause, `^…$` to a whole message. `#` opens a comment.
//! `$name = a|b` names words of one kind, before they are used; `$name` among alternatives is each of them. A line `=`, of
//! which a pack has at most one, is the trained model of its family, in three words as [`Models`] takes it.

use crate::cue::{Answer, Cue};
use crate::names::{self, Named};
use crate::on_device::Models;
use crate::strings::{has, parted, split, trim};
use crate::words::{Word, Words};

/// Words of one kind, by the kind's name.
type Kinds<'a> = Vec<(&'a str, Vec<u32>)>;

/// The words of alternatives, those of a kind among them.
fn hashes(alternatives: &str, kinds: &Kinds<'_>) -> Vec<u32> {
    let mut hashes = Vec::new();
    for word in split(alternatives, b"|") {
        match kinds.iter().find(|(name, _)| *name == word) {
            Some((_, words)) => hashes.extend(words),
            None => hashes.push(hash_of(word)),
        }
    }
    hashes
}

fn hash_of(word: &str) -> u32 {
    Words::read(word).list.first().map_or(0, |word| word.hash)
}

/// The most words of a phrase; the work of finding one is bounded by that.
const MAX_PARTS: usize = 12;
/// Words any `*` may stand for.
const GAP: usize = 2;
/// The hashes of "please", "pls", "plz", "just" and "kindly": one of them between the words of a phrase changes nothing.
const COURTESIES: [u32; 5] = [0x4DD5_8D63, 0x643A_397E, 0x5D3A_2E79, 0x8F25_9E5F, 0xC84F_6CCC];
/// The most words of a bare yes or no, courtesies among them, in any language.
const LONGEST_ANSWER: usize = 2 * MAX_PARTS;
/// How far before a phrase a negation is looked for.
const NEGATION_REACH: usize = 4;

#[derive(Debug, Clone)]
enum Part {
    Gap,
    Word {
        any_of: Vec<u32>,
        /// Of these words.
        bits: u32,
        optional: bool,
    },
}

/// A bit for a word, by its hash: a set of words is one number, and most words that are not in it are told by that.
fn bit(hash: u32) -> u32 {
    1 << (hash % 32)
}

fn bits(words: &[u32]) -> u32 {
    words.iter().fold(0, |bits, word| bits | bit(*word))
}

/// One phrase pattern.
#[derive(Debug, Clone)]
struct Phrase {
    parts: Vec<Part>,
    at_clause_start: bool,
    whole: bool,
}

/// What phrases are looked for: a cue by its place, and behind the cues what has a name here.
type Family = usize;

/// Families that are no cues.
const OTHERS: &str = "negation yes no apology courtesy ";
const NEGATION: Family = Cue::ALL.len();
const YES: Family = NEGATION + 1;
const NO: Family = NEGATION + 2;
const APOLOGY: Family = NEGATION + 3;
const COURTESY: Family = NEGATION + 4;

fn family_of(name: &str) -> Option<Family> {
    names::place(name, Cue::NAMES).or_else(|| Some(NEGATION + names::place(name, OTHERS)?))
}

/// The phrases of one language.
#[derive(Debug, Default)]
struct Pack {
    /// In the order in which they are found.
    families: Vec<(Family, Vec<Phrase>)>,
    models: Models,
    /// Whether these are models of English.
    english: bool,
    /// Whether a family is none.
    strange: bool,
}

impl Pack {
    fn parse(text: &str) -> Pack {
        let mut pack = Pack::default();
        let mut kinds: Kinds<'_> = Vec::new();
        let mut family = None;
        for line in split(text, b"\n").map(trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                family = family_of(name);
            } else if let Some((name, words)) = parted(line, " = ") {
                let words = hashes(words, &kinds);
                kinds.push((name, words));
            } else if let (Some(family), Some(line)) = (family, line.strip_prefix('=')) {
                let mut parts = split(line, b" ");
                let mut part = || parts.next().unwrap_or_default();
                // A pack has one, as those of the package do.
                pack.strange |= !pack.models.is_empty();
                pack.models = Models::one(family, part(), part(), part());
                pack.strange |= pack.models.is_empty();
            } else if let Some(family) = family {
                let phrase = Phrase::parse(line, &kinds);
                match pack.families.iter_mut().find(|(known, _)| *known == family) {
                    Some((_, phrases)) => phrases.push(phrase),
                    None => pack.families.push((family, vec![phrase])),
                }
            } else {
                pack.strange = true;
            }
        }
        pack
    }

    fn phrases(&self, of: Family) -> &[Phrase] {
        let family = self.families.iter().find(|(family, _)| *family == of);
        family.map_or(&[], |(_, phrases)| phrases)
    }

    /// Whether any phrase of a family that is no cue stands in the message.
    fn has(&self, family: Family, words: &Words) -> bool {
        let phrases = self.phrases(family);
        (0..words.list.len()).any(|at| phrases.iter().any(|phrase| phrase.matches_at(&words.list, at)))
    }

    /// A negation in the same clause, a few words before.
    fn negated(&self, words: &[Word], at: usize) -> bool {
        let from = at.saturating_sub(NEGATION_REACH);
        let clause = (from..=at).rev().find(|&place| words.get(place).is_some_and(|word| word.starts_clause));
        let negations = self.phrases(NEGATION);
        (clause.unwrap_or(from)..at).any(|place| negations.iter().any(|phrase| phrase.matches_at(words, place)))
    }

    fn answer(&self, words: &Words) -> Option<Answer> {
        if self.has(YES, words) {
            Some(Answer::Yes)
        } else if self.has(NO, words) {
            Some(Answer::No)
        } else {
            None
        }
    }
}

/// The packs of every language, found into by the words that a phrase can open with: a message is a few dozen
/// words, the phrases are many hundreds, and almost none of them can begin at any one word.
#[derive(Debug)]
pub(super) struct Packs {
    list: Vec<Pack>,
    /// The openings of the cues' phrases, by the last bits of the word's hash.
    openings: Vec<Vec<Opening>>,
    /// The phrases that any word can open.
    open_to_all: Vec<Opening>,
}

/// A word that one phrase can open with.
#[derive(Debug, Clone, Copy)]
struct Opening {
    word: u32,
    pack: u16,
    family: u16,
    phrase: u16,
    /// The words that can follow, a bit each; every bit where none has to.
    next: u32,
}

/// The bits of what follows where nothing has to, or anything may.
const ANY: u32 = !0;

/// Whether a word of that bit can follow.
fn follows(words: u32, next: u32) -> bool {
    words & next != 0 || words == ANY
}

/// Lists the openings are spread over; a power of two.
const SPREAD: usize = 1_024;

impl Packs {
    /// Reads the packs, the one with the apologies first.
    pub fn parse(texts: &[&str]) -> Packs {
        let mut packs = Packs { list: Vec::new(), openings: vec![Vec::new(); SPREAD], open_to_all: Vec::new() };
        for (pack, text) in (0..).zip(texts) {
            let read = Pack::parse(text);
            for (family, (name, phrases)) in (0..).zip(&read.families) {
                // What is no cue is asked for by its name.
                let phrases: &[Phrase] = if *name < NEGATION { phrases } else { &[] };
                for (phrase, of) in (0..).zip(phrases) {
                    let opens = of.openings();
                    for (word, next) in opens.iter().flatten() {
                        if let Some(bucket) = packs.openings.get_mut(*word as usize % SPREAD) {
                            bucket.push(Opening { word: *word, pack, family, phrase, next: *next });
                        }
                    }
                    if opens.is_none() {
                        packs.open_to_all.push(Opening { word: ANY, pack, family, phrase, next: ANY });
                    }
                }
            }
            packs.list.push(read);
        }
        packs
    }

    /// With the models of English in the first pack.
    pub fn with_english(mut self, models: Models) -> Packs {
        if let Some(first) = self.list.first_mut() {
            (first.models, first.english) = (models, true);
        }
        self
    }

    /// Calls `hit` with the cue of every phrase that stands in the message and is not negated.
    pub fn each_cue(&self, words: &Words, mut hit: impl FnMut(Cue)) {
        for (at, word) in words.list.iter().enumerate() {
            let next = words.list.get(at + 1).map_or(0, |next| bit(next.hash));
            let opened = self.openings.get(word.hash as usize % SPREAD).map_or(&[][..], Vec::as_slice);
            // Plain loops: they run for every word, and the compiler, told to keep it small, would call for every step of
            // an iterator.
            for openings in [opened, &self.open_to_all] {
                for opening in openings {
                    let opens = opening.word == word.hash && follows(opening.next, next);
                    if (opens || opening.word == ANY)
                        && let Some(cue) = self.found(opening, &words.list, at)
                    {
                        hit(cue);
                    }
                }
            }
        }
    }

    /// Tells how likely a sentence with these features is of each family that was trained, in English or in the other languages.
    pub fn each_trained(&self, english: bool, features: &[u32], mut tell: impl FnMut(Cue, f64)) {
        for pack in &self.list {
            if pack.english == english {
                pack.models.likely(features, |family, likely| tell(names::variant(family), likely));
            }
        }
    }

    /// The cue of an opening, where its phrase stands there and is not negated.
    fn found(&self, opening: &Opening, words: &[Word], at: usize) -> Option<Cue> {
        let pack = self.list.get(usize::from(opening.pack))?;
        let (cue, phrases) = pack.families.get(usize::from(opening.family))?;
        let phrase = phrases.get(usize::from(opening.phrase))?;
        (phrase.matches_at(words, at) && !pack.negated(words, at)).then(|| names::variant(*cue))
    }

    /// Whether each pack has a cue, and nothing that a pack has not.
    pub fn are_whole(&self) -> bool {
        self.list.iter().all(|pack| {
            let (mut cue, mut short) = (false, !pack.strange);
            for (family, phrases) in &pack.families {
                cue |= *family < NEGATION;
                // Behind them stand those that are looked for in short messages alone.
                short &= *family > NEGATION || phrases.iter().all(|phrase| phrase.parts.len() <= MAX_PARTS);
            }
            cue && short
        })
    }

    /// A yes or a no in any language, where the message is nothing else.
    pub fn answer(&self, words: &Words) -> Option<Answer> {
        if words.list.len() > LONGEST_ANSWER {
            return None;
        }
        self.list.iter().find_map(|pack| pack.answer(words))
    }

    /// Whether a message is nothing but thanks or the like, in any language.
    pub fn is_courtesy(&self, words: &Words) -> bool {
        words.list.len() <= LONGEST_ANSWER && self.list.iter().any(|pack| pack.has(COURTESY, words))
    }

    /// Whether a bot's message apologises.
    pub fn apologises(&self, words: &Words) -> bool {
        self.list.first().is_some_and(|pack| pack.has(APOLOGY, words))
    }
}

impl Phrase {
    /// The words that the phrase can open with, each with the bits of those that can follow; none where any word will do.
    fn openings(&self) -> Option<Vec<(u32, u32)>> {
        let mut words: Vec<(u32, u32)> = Vec::new();
        let mut rest = self.parts.as_slice();
        while let [Part::Word { any_of, optional, .. }, after @ ..] = rest {
            rest = after;
            let next = first_of(rest);
            for word in any_of {
                match words.iter_mut().find(|(known, _)| known == word) {
                    Some((_, known)) => *known |= next,
                    None => words.push((*word, next)),
                }
            }
            if !optional {
                return Some(words);
            }
        }
        // Nothing has to be there.
        None
    }

    fn parse(line: &str, kinds: &Kinds<'_>) -> Phrase {
        let (line, at_clause_start) = line.strip_prefix('^').map_or((line, false), |rest| (rest, true));
        let (line, whole) = line.strip_suffix('$').map_or((line, false), |rest| (rest, true));
        let mut parts = Vec::new();
        for part in split(line, b" ").filter(|part| !part.is_empty()) {
            let (word, optional) = part.strip_suffix('?').map_or((part, false), |word| (word, true));
            let any_of = hashes(word, kinds);
            parts.push(if part == "*" { Part::Gap } else { Part::Word { bits: bits(&any_of), any_of, optional } });
        }
        Phrase { parts, at_clause_start, whole }
    }

    fn matches_at(&self, words: &[Word], at: usize) -> bool {
        let Some(first) = words.get(at) else { return false };
        if (self.whole && at != 0) || (self.at_clause_start && !first.starts_clause) {
            return false;
        }
        ends(&self.parts, words, at, at).is_some_and(|end| !self.whole || end == words.len())
    }
}

/// The words that can come first, a bit each, courtesies among them.
fn first_of(parts: &[Part]) -> u32 {
    let mut first = bits(&COURTESIES);
    for part in parts {
        let Part::Word { bits, optional, .. } = part else { break };
        first |= bits;
        if !optional {
            return first;
        }
    }
    ANY
}

/// Where a match of `parts` from `at` ends, the longest reading first, of a phrase that begins at `start`. The patterns
/// are short, and a gap spans two words at most, so the search is bounded by the pattern.
fn ends(parts: &[Part], words: &[Word], at: usize, start: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::Gap => {
            let (mut end, mut skip) = (None, GAP + 1);
            while end.is_none() && skip > 0 {
                skip -= 1;
                end = ends(rest, words, at + skip, start);
            }
            end
        }
        Part::Word { any_of, bits, optional } => {
            let taken =
                |at: usize| words.get(at).is_some_and(|word| bits & bit(word.hash) != 0 && has(any_of, word.hash));
            let mut end = None;
            if taken(at) {
                end = ends(rest, words, at + 1, start);
            }
            if end.is_none() && *optional {
                end = ends(rest, words, at, start);
            }
            let courtesy = || words.get(at).is_some_and(|word| at > start && has(&COURTESIES, word.hash));
            if end.is_none() && courtesy() && taken(at + 1) {
                end = ends(rest, words, at + 2, start);
            }
            end
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> bool {
        let kinds = vec![("$person", hashes("human|person", &Vec::new()))];
        let phrase = |line| Phrase::parse(line, &kinds);
        let families = vec![(0, vec![phrase(pattern)]), (NEGATION, vec![phrase("don't")])];
        let (pack, words) =
            (Pack { families, models: Models::default(), english: false, strange: false }, Words::read(text).list);
        (0..words.len())
            .any(|at| pack.phrases(0).iter().any(|phrase| phrase.matches_at(&words, at)) && !pack.negated(&words, at))
    }

    #[test]
    fn words_may_be_alternatives_optional_or_a_gap() {
        assert!(found("talk|speak to a? human", "can I speak to human"));
        assert!(found("talk to a * human", "talk to a real live human"));
        assert!(!found("talk to a * human", "talk to a real live breathing human"));
        assert!(!found("talk to a human", "talk to a machine"));
        assert!(found("talk to a $person|clerk now?", "talk to a person"));
        assert!(found("^$person$", "person") && !found("^$person$", "clerk"));
    }

    /// The index leaves out only what cannot match: over every case of the repository, a phrase that matches at a
    /// word is one that this word is said to open.
    #[test]
    fn the_openings_lose_nothing() {
        let packs = crate::cue::packs();
        let cues = || packs.list.iter().flat_map(|pack| &pack.families).filter(|(family, _)| *family < NEGATION);
        let phrases = || cues().flat_map(|(_, phrases)| phrases);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cues");
        let mut matches = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let words = Words::read(line);
                for (at, word) in words.list.iter().enumerate() {
                    for phrase in phrases().filter(|phrase| phrase.matches_at(&words.list, at)) {
                        let next = words.list.get(at + 1).map_or(0, |next| bit(next.hash));
                        let said = phrase.openings().is_none_or(|opens| {
                            opens.iter().any(|(opens, after)| *opens == word.hash && follows(*after, next))
                        });
                        assert!(said, "{line}: {phrase:?}");
                        matches += 1;
                    }
                }
            }
        }
        assert!(matches > 100, "{matches} matches");
    }

    #[test]
    fn a_courtesy_within_a_phrase_changes_nothing() {
        assert_eq!(COURTESIES, ["please", "pls", "plz", "just", "kindly"].map(hash_of));
        assert!(found("talk to a human", "talk please to just a human"));
        assert!(!found("talk to a human", "talk to please just a human"), "one at a time");
        assert!(!found("^agent$", "please agent"), "not before it");
    }

    #[test]
    fn no_answer_is_longer_than_is_looked_for() {
        let longest = |part: &Part| if matches!(part, Part::Gap) { GAP } else { 2 };
        for pack in &crate::cue::packs().list {
            for phrase in pack.phrases(YES).iter().chain(pack.phrases(NO)) {
                let words = phrase.parts.iter().map(longest).sum::<usize>();
                assert!(phrase.whole && words <= LONGEST_ANSWER, "{phrase:?}");
            }
        }
    }

    #[test]
    fn a_pattern_may_be_tied_to_a_clause_or_the_whole_message() {
        assert!(found("^agent$", "Agent!"));
        assert!(!found("^agent$", "my agent"));
        assert!(!found("^agent$", "agent smith called"));
        assert!(found("^operator", "hello, operator please"));
    }

    #[test]
    fn a_negation_in_the_clause_takes_a_phrase_back() {
        assert!(!found("talk to a human", "I don't want to talk to a human"));
        assert!(found("talk to a human", "I don't know, let me talk to a human"));
    }
}
