//! What the model sees of a message: hashed features in three groups. Training reads the very same features,
//! through [`read_features`], so there is no second reading that could differ.

use super::lexicon::{FEELINGS, Feelings, Reading};
use crate::words::{MAX_WORDS, Word, Words};

/// The groups of features; each has its own weights' table and its own share in the sum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    /// Words, negated words, pairs of words.
    Word,
    /// Runs of three to five letters within a word.
    Letters,
    /// Marks, emoji, emphasis, shape of the message.
    Mark,
}

/// How many words after a negation are read as negated, within the clause.
const NEGATION_REACH: u32 = 4;
/// Letters of one word whose runs are read; longer words are read by their beginning.
const MAX_LETTERS: usize = 24;
/// What the model sees of a message.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelFeatures {
    /// What it sees of each sentence.
    pub sentences: Vec<SentenceFeatures>,
    /// Hashes of marks.
    pub marks: Vec<u32>,
    /// What all its words and emoji say.
    pub feelings: [f64; FEELINGS],
}

/// What the model sees of a sentence.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SentenceFeatures {
    /// Hashes of words and pairs of words.
    pub words: Vec<u32>,
    /// Hashes of runs of letters.
    pub letters: Vec<u32>,
    /// What its words say.
    pub feelings: [f64; FEELINGS],
}

/// Reads a message as the model does; for training.
#[must_use]
pub fn read_features(text: &str) -> ModelFeatures {
    #[derive(Default)]
    struct Seen(ModelFeatures, SentenceFeatures);
    impl Reader for Seen {
        fn feature(&mut self, group: Group, hash: u32) {
            match group {
                Group::Word => &mut self.1.words,
                Group::Letters => &mut self.1.letters,
                Group::Mark => &mut self.0.marks,
            }
            .push(hash);
        }
        fn sentence_ended(&mut self, feelings: [f64; FEELINGS]) {
            self.0.sentences.push(SentenceFeatures { feelings, ..std::mem::take(&mut self.1) });
        }
    }
    let mut seen = Seen::default();
    seen.0.feelings = visit(&Words::read(text), &mut seen);
    seen.0
}

/// Takes what is seen of a message.
pub(super) trait Reader {
    /// Takes the next feature: those of words and letters sentence by sentence, then the marks of all.
    fn feature(&mut self, group: Group, hash: u32);
    /// A sentence ended, whose words say so much.
    fn sentence_ended(&mut self, feelings: [f64; FEELINGS]);
}

/// FNV-1a's prime; see [`hash`](crate::cue::hash).
const PRIME: u32 = 0x0100_0193;

/// One number from two: a word's hash and what is said of it.
pub(super) const fn mix(hash: u32, with: u32) -> u32 {
    let mixed = (hash ^ with.wrapping_mul(0x9e37_79b1)).wrapping_mul(0x85eb_ca6b);
    mixed ^ (mixed >> 15)
}

// Words of which the model is told a class, as hashes.
pub(super) const fn of(word: &str) -> u32 {
    let bytes = word.as_bytes();
    let (mut hash, mut at) = (0x811c_9dc5_u32, 0);
    while at < bytes.len() {
        #[allow(clippy::indexing_slicing, reason = "`at` is below the length; evaluated at build time")]
        let byte = bytes[at];
        hash = (hash ^ byte as u32).wrapping_mul(PRIME);
        at += 1;
    }
    hash
}

/// A list of words, with a bit for the last eight bits of each one's hash: most words are told apart by these.
pub(super) struct Listed {
    words: &'static [u32],
    bits: [u64; 4],
}

impl Listed {
    pub const fn of(words: &'static [u32]) -> Self {
        let (mut bits, mut at) = ([0; 4], 0);
        while at < words.len() {
            #[allow(clippy::indexing_slicing, reason = "both are below the lengths; evaluated at build time")]
            {
                bits[(words[at] / 64 % 4) as usize] |= 1 << (words[at] % 64);
            }
            at += 1;
        }
        Listed { words, bits }
    }

    pub fn contains(&self, hash: u32) -> bool {
        let bits = self.bits.get((hash / 64 % 4) as usize).copied().unwrap_or_default();
        bits >> (hash % 64) & 1 == 1 && self.words.contains(&hash)
    }
}

static NEGATIONS: Listed = Listed::of(&[
    of("not"),
    of("no"),
    of("never"),
    of("none"),
    of("nobody"),
    of("nothing"),
    of("nowhere"),
    of("neither"),
    of("nor"),
    of("cannot"),
    of("without"),
    of("hardly"),
    of("barely"),
    of("isn't"),
    of("wasn't"),
    of("aren't"),
    of("weren't"),
    of("don't"),
    of("doesn't"),
    of("didn't"),
    of("won't"),
    of("wouldn't"),
    of("can't"),
    of("couldn't"),
    of("shouldn't"),
    of("haven't"),
    of("hasn't"),
    of("hadn't"),
    of("ain't"),
    of("isnt"),
    of("wasnt"),
    of("dont"),
    of("doesnt"),
    of("didnt"),
    of("wont"),
    of("cant"),
    of("couldnt"),
    of("havent"),
    of("hasnt"),
    of("aint"),
    of("arent"),
]);
static ORDINALS: Listed = Listed::of(&[
    of("second"),
    of("third"),
    of("fourth"),
    of("fifth"),
    of("sixth"),
    of("seventh"),
    of("eighth"),
    of("ninth"),
    of("tenth"),
    of("hundredth"),
    of("millionth"),
    of("umpteenth"),
]);
static COUNTS: Listed = Listed::of(&[
    of("two"),
    of("three"),
    of("four"),
    of("five"),
    of("six"),
    of("seven"),
    of("eight"),
    of("nine"),
    of("ten"),
    of("twice"),
]);
static QUESTIONS: Listed = Listed::of(&[
    of("how"),
    of("what"),
    of("what's"),
    of("whats"),
    of("where"),
    of("where's"),
    of("when"),
    of("which"),
    of("who"),
    of("can"),
    of("could"),
    of("is"),
    of("are"),
    of("do"),
    of("does"),
    of("did"),
    of("will"),
    of("would"),
    of("may"),
    of("should"),
    of("has"),
    of("have"),
    of("am"),
    of("was"),
]);

/// Words of which nothing but a courtesy is made.
static COURTEOUS: Listed = Listed::of(&[
    of("thanks"),
    of("thank"),
    of("thankyou"),
    of("thx"),
    of("ty"),
    of("cheers"),
    of("you"),
    of("ok"),
    of("okay"),
    of("alright"),
    of("yes"),
    of("no"),
    of("please"),
    of("hello"),
    of("hi"),
    of("hey"),
    of("bye"),
    of("goodbye"),
    of("sure"),
    of("and"),
    of("in"),
    of("advance"),
    of("yeah"),
    of("yep"),
]);

/// Emoji by feeling, with their valence: angry, sad, glad, laughing, loving, worried, weary.
const EMOJI: [(&str, f64); 7] = [
    ("😡🤬😠👿😤🖕💢", -2.8),
    ("😢😭😞☹🙁😔😥😿💔😟😣😖👎😓", -1.9),
    ("😀😃😄😊🙂👍🎉🙏💯😁👌🥳🤗😎🙌👏☺😇✨💪😉😛", 1.9),
    ("😂🤣😆😅😹", 1.3),
    ("❤😍🥰💕💖😘💗💙💚💜🧡💛♥", 2.6),
    ("😰😨😱😳😬😧😦", -1.2),
    ("🙄😒😩😫😑😐🤦🤨😕🤷", -1.2),
];

// The names of mark features; a count or a class is mixed in.
const EXCLAMATIONS: u32 = 0x1001;
const QUESTION_MARKS: u32 = 0x1002;
const ELLIPSES: u32 = 0x1003;
const INTERROBANG: u32 = 0x1004;
const SHOUTED: u32 = 0x1005;
const STRETCHED: u32 = 0x1006;
const LENGTH: u32 = 0x1007;
const ENDS_WITH_QUESTION: u32 = 0x1008;
const EMOJI_CLASS: u32 = 0x1009;
const SYMBOL: u32 = 0x100a;
const NEGATION_COUNT: u32 = 0x100b;
const LINK: u32 = 0x100c;
const ASKS: u32 = 0x100d;
const MENTION: u32 = 0x100e;
const ALL_SHOUTED: u32 = 0x100f;
const COURTESY: u32 = 0x1010;
// What is said of a word's hash.
const NEGATED: u32 = 0x2001;
const PAIR: u32 = 0x2002;
const FIRST: u32 = 0x2003;
const NUMBER: u32 = 0x2004;
const ORDINAL: u32 = 0x2005;
const LETTERS: u32 = 0x2006;
const LAST: u32 = 0x2008;

/// Words alike for the model share a hash: numbers, ordinals, names after `@`.
pub(super) fn alike(words: &Words, word: &Word) -> u32 {
    let lower = words.lower_of(word);
    let counted = || lower.as_bytes().first().is_some_and(u8::is_ascii_digit);
    if word.mention {
        MENTION
    } else if word.number || COUNTS.contains(word.hash) {
        NUMBER
    } else if ORDINALS.contains(word.hash)
        || (counted() && ["st", "nd", "rd", "th"].iter().any(|end| lower.ends_with(end)))
    {
        ORDINAL
    } else {
        word.hash
    }
}

/// Hands every feature of a message to `reader`, in a fixed order, and answers what its single words say. The work is
/// linear in the text.
pub(super) fn visit(words: &Words, reader: &mut impl Reader) -> [f64; FEELINGS] {
    let mut negations = 0_u32;
    let (mut shouted, mut stretched, mut spoken) = (0_u32, 0_u32, 0_u32);
    let mut all = Feelings::none();
    let louder = words.list.iter().any(|word| !word.shouted && !word.number);
    for sentence in words.sentences() {
        let (mut before, mut negated_for) = (FIRST, 0_u32);
        let mut feelings = Feelings::none();
        for word in sentence {
            let hash = alike(words, word);
            if word.starts_clause || hash == const { of("but") } {
                negated_for = 0;
            }
            feelings.word(word, Reading { hash, negated: negated_for > 0 }, louder);
            reader.feature(Group::Word, if negated_for > 0 { mix(hash, NEGATED) } else { hash });
            reader.feature(Group::Word, mix(mix(before, hash), PAIR));
            before = hash;
            if NEGATIONS.contains(hash) {
                negated_for = NEGATION_REACH;
                negations += 1;
            } else {
                negated_for = negated_for.saturating_sub(1);
            }
            if !word.number && !word.mention {
                spoken += 1;
                // An acronym of up to three letters is no shouting by itself.
                shouted += u32::from(word.shouted && words.lower_of(word).len() > 3);
                stretched += u32::from(word.stretched);
                letters(words.lower_of(word), |hash| reader.feature(Group::Letters, hash));
            }
        }
        reader.feature(Group::Word, mix(before, LAST));
        reader.sentence_ended(feelings.told(words));
        all.take_in(&feelings);
    }
    let count = words.list.len();
    let mut mark = |name: u32, class: u32| reader.feature(Group::Mark, mix(name, class));
    for (name, count) in [
        (EXCLAMATIONS, words.exclamations),
        (QUESTION_MARKS, words.questions),
        (ELLIPSES, words.ellipses),
        (SHOUTED, shouted),
        (STRETCHED, stretched),
        (NEGATION_COUNT, negations),
    ] {
        // One feature for each step reached, so that more weighs at least differently: one, two, three or more.
        for step in 1..=count.min(3) {
            mark(name, step);
        }
    }
    if words.exclamations > 0 && words.questions > 0 {
        mark(INTERROBANG, 1);
    }
    if spoken >= 3 && shouted * 2 >= spoken {
        mark(ALL_SHOUTED, 1);
    }
    mark(
        LENGTH,
        match spoken {
            0 => 0,
            1 => 1,
            2..=3 => 2,
            4..=7 => 3,
            8..=15 => 4,
            16..=31 => 5,
            _ => 6,
        },
    );
    if words.ends_with_question {
        mark(ENDS_WITH_QUESTION, 1);
    }
    if count > 0 && words.list.iter().take(8).all(|word| COURTEOUS.contains(word.hash)) {
        mark(COURTESY, count.min(3) as u32);
    }
    if words.links > 0 {
        mark(LINK, 1);
    }
    if words.list.iter().take(MAX_WORDS).any(|word| word.starts_clause && QUESTIONS.contains(word.hash)) {
        mark(ASKS, 1 + u32::from(words.questions > 0));
    }
    for symbol in words.symbols.iter().take(8) {
        mark(SYMBOL, *symbol as u32);
        if let Some(class) = EMOJI.iter().position(|(class, _)| class.chars().any(|known| known == *symbol)) {
            mark(EMOJI_CLASS, class as u32);
            all.add(EMOJI.get(class).map_or(0.0, |(_, valence)| *valence));
        }
    }
    all.told(words)
}

/// The runs of three to five characters of a word that is wrapped in spaces.
fn letters(word: &str, mut take: impl FnMut(u32)) {
    let mut wrapped = [0_u32; MAX_LETTERS + 2];
    let mut length = 2;
    let mut put = |letter: u32| {
        if let Some(slot) = wrapped.get_mut(length - 1).filter(|_| length < MAX_LETTERS + 2) {
            *slot = letter;
            length += 1;
        }
    };
    if word.is_ascii() {
        word.bytes().for_each(|letter| put(letter.into()));
    } else {
        word.chars().for_each(|letter| put(letter.into()));
    }
    let mut rest = wrapped.get(..length).unwrap_or_default();
    let with = |hash: u32, letter: &u32| (hash ^ letter).wrapping_mul(PRIME);
    while let [first, after @ ..] = rest {
        if let [second, third, more @ ..] = after {
            let mut hash = with(with(with(LETTERS, first), second), third);
            take(mix(hash, LETTERS));
            for letter in more.iter().take(2) {
                hash = with(hash, letter);
                take(mix(hash, LETTERS));
            }
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(text: &str) -> Vec<u32> {
        read_features(text).sentences.into_iter().flat_map(|sentence| sentence.words).collect()
    }

    #[test]
    fn a_negation_reaches_to_the_end_of_its_clause() {
        let great = of("great");
        assert!(words_of("this is great").contains(&great));
        assert!(!words_of("this is not really great").contains(&great));
        assert!(words_of("this is not really great").contains(&mix(great, NEGATED)));
        assert!(words_of("not now, great").contains(&great));
        assert!(words_of("it is not cheap but great").contains(&great));
    }

    #[test]
    fn numbers_and_ordinals_are_alike() {
        assert_eq!(words_of("the 3rd time"), words_of("the fifth time"));
        assert_eq!(words_of("waiting 3 weeks"), words_of("waiting 12 weeks"));
        assert_ne!(words_of("waiting 3 weeks"), words_of("waiting few weeks"));
    }

    #[test]
    fn steps_of_a_count_are_features_of_their_own() {
        let marks = |text: &str| read_features(text).marks.len();
        assert_eq!(marks("no!!") - marks("no!"), 1);
        assert_eq!(marks("no!!!!!!") - marks("no!!"), 1);
        assert!(marks("😡") > marks("x"));
    }

    #[test]
    fn the_number_of_features_is_bounded() {
        for text in ["a ".repeat(100_000), "abcdefgh".repeat(10_000), "😡".repeat(10_000), "!".repeat(50_000)] {
            let features = read_features(&text);
            let of_sentences = features.sentences.iter().map(|sentence| sentence.words.len() + sentence.letters.len());
            assert!(of_sentences.sum::<usize>() + features.marks.len() < 20_000);
        }
    }
}
