//! Phrase patterns of a language pack, as data.
//!
//! A pack is lines of text. `[name]` opens a family; each other line is a pattern of words separated by
//! spaces: `a|b` is either word, a final `?` makes a word optional, `*` stands for up to two words of any
//! kind, a leading `^` ties the pattern to the start of a clause, `^…$` to a whole message. `#` opens a comment.
//! `$name = a|b` names words of one kind, before they are used; `$name` among alternatives is each of them.

use crate::cue::{Answer, Cue};
use crate::strings::parted;
use crate::words::{Word, Words};

/// Words of one kind, by the kind's name.
type Kinds<'a> = Vec<(&'a str, Vec<u32>)>;

/// The words of alternatives, those of a kind among them.
fn hashes(alternatives: &str, kinds: &Kinds<'_>) -> Vec<u32> {
    let mut hashes = Vec::new();
    for word in alternatives.split('|') {
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
    Word { any_of: Vec<u32>, optional: bool },
}

/// One phrase pattern.
#[derive(Debug, Clone)]
struct Phrase {
    parts: Vec<Part>,
    at_clause_start: bool,
    whole: bool,
}

/// The patterns of a cue, and whether a negation before them takes them back.
#[derive(Debug, Default)]
struct Phrases {
    list: Vec<Phrase>,
    negations: Vec<Phrase>,
}

/// The phrases of one language.
#[derive(Debug, Default)]
struct Pack {
    cues: Vec<(Cue, Phrases)>,
    yes: Phrases,
    no: Phrases,
    apology: Phrases,
    courtesy: Phrases,
    /// A family has a name that is none.
    strange: bool,
}

impl Pack {
    /// Reads a pack.
    fn parse(text: &str) -> Pack {
        let mut pack = Pack::default();
        let mut negations = Vec::new();
        let mut kinds: Kinds<'_> = Vec::new();
        let mut family = "";
        for line in text.split('\n').map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                family = name;
                continue;
            }
            if let Some((name, words)) = parted(line, " = ") {
                let words = hashes(words, &kinds);
                kinds.push((name, words));
                continue;
            }
            let phrase = Phrase::parse(line, &kinds);
            match family {
                "negation" => negations.push(phrase),
                "yes" => pack.yes.list.push(phrase),
                "no" => pack.no.list.push(phrase),
                "apology" => pack.apology.list.push(phrase),
                "courtesy" => pack.courtesy.list.push(phrase),
                name => match Cue::parse(name) {
                    Some(cue) => match pack.cues.iter_mut().find(|(known, _)| *known == cue) {
                        Some((_, phrases)) => phrases.list.push(phrase),
                        None => pack.cues.push((cue, Phrases { list: vec![phrase], negations: negations.clone() })),
                    },
                    None => pack.strange = true,
                },
            }
        }
        pack
    }

    /// A yes or a no, where the message is nothing else.
    fn answer(&self, words: &Words) -> Option<Answer> {
        if in_phrases(&self.yes, words) {
            Some(Answer::Yes)
        } else if in_phrases(&self.no, words) {
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
}

/// Lists the openings are spread over; a power of two.
const SPREAD: usize = 1_024;

impl Packs {
    /// Reads the packs, the one with the apologies first.
    pub fn parse(texts: &[&str]) -> Packs {
        let list: Vec<Pack> = texts.iter().map(|text| Pack::parse(text)).collect();
        let mut packs = Packs { list: Vec::new(), openings: vec![Vec::new(); SPREAD], open_to_all: Vec::new() };
        for (pack, of) in list.iter().enumerate() {
            for (family, (_, phrases)) in of.cues.iter().enumerate() {
                for (place, phrase) in phrases.list.iter().enumerate() {
                    let opening =
                        |word| Opening { word, pack: pack as u16, family: family as u16, phrase: place as u16 };
                    match phrase.openings() {
                        None => packs.open_to_all.push(opening(0)),
                        Some(words) => words.into_iter().for_each(|word| {
                            if let Some(bucket) = packs.openings.get_mut(word as usize % SPREAD) {
                                bucket.push(opening(word));
                            }
                        }),
                    }
                }
            }
        }
        packs.list = list;
        packs
    }

    /// Calls `hit` with the cue of every phrase that stands in the message and is not negated.
    pub fn each_cue(&self, words: &Words, mut hit: impl FnMut(Cue)) {
        for (at, word) in words.list.iter().enumerate() {
            let opened = self.openings.get(word.hash as usize % SPREAD).into_iter().flatten();
            for opening in opened.filter(|opening| opening.word == word.hash).chain(&self.open_to_all) {
                let family = self.list.get(usize::from(opening.pack));
                let family = family.and_then(|pack| pack.cues.get(usize::from(opening.family)));
                let Some((cue, phrases)) = family else { continue };
                let phrase = phrases.list.get(usize::from(opening.phrase));
                if phrase.is_some_and(|phrase| phrase.matches_at(&words.list, at)) && !negated(phrases, &words.list, at)
                {
                    hit(*cue);
                }
            }
        }
    }

    /// Whether each pack has a cue, and nothing that a pack has not.
    pub fn are_whole(&self) -> bool {
        let short = |phrases: &Phrases| {
            phrases.list.iter().chain(&phrases.negations).all(|phrase| phrase.parts.len() <= MAX_PARTS)
        };
        self.list
            .iter()
            .all(|pack| !pack.strange && !pack.cues.is_empty() && pack.cues.iter().all(|(_, phrases)| short(phrases)))
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
        words.list.len() <= LONGEST_ANSWER && self.list.iter().any(|pack| in_phrases(&pack.courtesy, words))
    }

    /// Whether a bot's message apologises.
    pub fn apologises(&self, words: &Words) -> bool {
        self.list.first().is_some_and(|pack| in_phrases(&pack.apology, words))
    }
}

impl Phrase {
    /// The words that the phrase can open with; none where any word will do.
    fn openings(&self) -> Option<Vec<u32>> {
        let mut words = Vec::new();
        for part in &self.parts {
            let Part::Word { any_of, optional } = part else { return None };
            words.extend(any_of.iter().filter(|word| !words.contains(*word)).copied().collect::<Vec<_>>());
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
        for part in line.split(' ').filter(|part| !part.is_empty()) {
            let (word, optional) = part.strip_suffix('?').map_or((part, false), |word| (word, true));
            parts.push(if part == "*" { Part::Gap } else { Part::Word { any_of: hashes(word, kinds), optional } });
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

/// Where a match of `parts` from `at` ends, the longest reading first, of a phrase that begins at `start`. The patterns
/// are short, and a gap spans two words at most, so the search is bounded by the pattern.
fn ends(parts: &[Part], words: &[Word], at: usize, start: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::Gap => (0..=GAP).rev().find_map(|skip| ends(rest, words, at + skip, start)),
        Part::Word { any_of, optional } => {
            let taken = |at: usize| {
                let word = words.get(at).filter(|word| any_of.contains(&word.hash));
                word.and_then(|_| ends(rest, words, at + 1, start))
            };
            let courtesy = || words.get(at).is_some_and(|word| at > start && COURTESIES.contains(&word.hash));
            taken(at)
                .or_else(|| if *optional { ends(rest, words, at, start) } else { None })
                .or_else(|| if courtesy() { taken(at + 1) } else { None })
        }
    }
}

/// Whether any of the phrases stands in the message, and no negation close before it.
fn in_phrases(phrases: &Phrases, words: &Words) -> bool {
    (0..words.list.len()).any(|at| {
        phrases.list.iter().any(|phrase| phrase.matches_at(&words.list, at)) && !negated(phrases, &words.list, at)
    })
}

/// A negation in the same clause, a few words before.
fn negated(phrases: &Phrases, words: &[Word], at: usize) -> bool {
    let from = at.saturating_sub(NEGATION_REACH);
    let clause = (from..=at).rev().find(|&place| words.get(place).is_some_and(|word| word.starts_clause));
    let start = clause.unwrap_or(from);
    (start..at).any(|place| phrases.negations.iter().any(|negation| negation.matches_at(words, place)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(pattern: &str, text: &str) -> bool {
        let kinds = vec![("$person", hashes("human|person", &Vec::new()))];
        let phrase = |line| Phrase::parse(line, &kinds);
        let phrases = Phrases { list: vec![phrase(pattern)], negations: vec![phrase("don't")] };
        in_phrases(&phrases, &Words::read(text))
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
        let phrases = || packs.list.iter().flat_map(|pack| &pack.cues).flat_map(|(_, phrases)| &phrases.list);
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cues");
        let mut matches = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            for line in std::fs::read_to_string(file.unwrap().path()).unwrap().lines() {
                let words = Words::read(line);
                for (at, word) in words.list.iter().enumerate() {
                    for phrase in phrases().filter(|phrase| phrase.matches_at(&words.list, at)) {
                        assert!(phrase.openings().is_none_or(|opens| opens.contains(&word.hash)), "{line}: {phrase:?}");
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
            for phrase in pack.yes.list.iter().chain(&pack.no.list) {
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
