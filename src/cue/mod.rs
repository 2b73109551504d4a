//! Cues: deterministic textual signals, found in the page.

mod pack;
mod pattern;
mod reader;
mod repetition;

use crate::names::{self, Named, named};
use crate::parts::parts_of_named;
use std::iter;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorCode};
use crate::json::decimal;
use crate::on_device::{self, Models};
use crate::parts::parts_of_struct;
use crate::reading::{Fields, Flaw, Read, Reading};
use crate::strings::{length, split};
use crate::tree::Tree;
use crate::words::{MAX_TEXT_LENGTH, Words};
pub(crate) use pack::PackSet;
pub use pack::{PACK_LANGUAGES, take_pack};
use pattern::Packs;
pub(crate) use reader::Reader;
use repetition::Recent;
pub(crate) use repetition::hash;

/// A kind of textual signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Cue {
    /// The customer asks for a person.
    AsksHuman,
    /// The customer says the same thing again.
    RepeatsItself,
    /// The bot says the same thing again.
    BotRepeats,
    /// Upper case as emphasis.
    Shouting,
    /// A threat of legal steps.
    Legal,
    /// A threat to leave.
    Churn,
    /// A threat to go public.
    Publicity,
    /// An insult to the bot, the agent or the company.
    Insult,
    /// Profanity; raises severity, never hands off by itself.
    Profanity,
    /// Self-harm or danger.
    Safety,
}

named!(Cue {
    AsksHuman "asks-human",
    RepeatsItself "repeats-itself",
    BotRepeats "bot-repeats",
    Shouting "shouting",
    Legal "legal",
    Churn "churn",
    Publicity "publicity",
    Insult "insult",
    Profanity "profanity",
    Safety "safety",
});

impl Cue {
    /// Every cue, in a fixed order.
    pub const ALL: [Cue; 10] = [
        Cue::AsksHuman,
        Cue::RepeatsItself,
        Cue::BotRepeats,
        Cue::Shouting,
        Cue::Legal,
        Cue::Churn,
        Cue::Publicity,
        Cue::Insult,
        Cue::Profanity,
        Cue::Safety,
    ];

    /// The cue's place in [`Cue::ALL`].
    pub(crate) const fn index(self) -> usize {
        self as usize
    }

    /// The cue of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Cue> {
        names::place(name, Cue::NAMES).map(names::variant)
    }
}

/// A cue found in a message.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(deny_unknown_fields, expecting = "an object")]
pub struct CueHit {
    /// Which cue.
    pub cue: Cue,
    /// How strong, above 0 up to 1.
    pub strength: f64,
}

/// A message that is nothing but a yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify), serde(rename_all = "kebab-case"))]
pub enum Answer {
    /// Such as "yes please".
    Yes,
    /// Such as "no thanks".
    No,
}

named!(Answer { Yes "yes", No "no" });

/// What is kept of a message in place of its text: enough to take every decision again.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(target_arch = "wasm32", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase", deny_unknown_fields, expecting = "an object")]
pub struct Features {
    /// The cues found, each at most once.
    pub cues: Vec<CueHit>,
    /// Length in UTF-16 code units, as far as the text was read.
    pub length: u32,
    /// Set where the customer's whole message is a yes or a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
    /// Set where a bot's message apologises.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub apology: bool,
    /// Set where a bot's message asks something.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub asks: bool,
}

impl Features {
    /// The strength of a cue, 0 where it was not found.
    #[must_use]
    pub fn strength(&self, cue: Cue) -> f64 {
        self.cues.iter().find(|hit| hit.cue == cue).map_or(0.0, |hit| hit.strength)
    }

    /// Checks features from outside.
    pub(crate) fn check(&self) -> Result<(), Error> {
        for (place, hit) in self.cues.iter().enumerate() {
            let name = hit.cue.as_str();
            if !(hit.strength > 0.0 && hit.strength <= 1.0) {
                let message =
                    format!("cue `{name}` has strength `{}`, give a number above 0 up to 1", decimal(hit.strength));
                return Err(Error::new(ErrorCode::InvalidEvent, message));
            }
            if self.cues.iter().take(place).any(|earlier| earlier.cue == hit.cue) {
                return Err(Error::new(ErrorCode::InvalidEvent, format!("cue `{name}` stands twice in `cues`")));
            }
        }
        if self.length as usize > MAX_TEXT_LENGTH {
            let message = format!("`length` is `{}`, give at most {MAX_TEXT_LENGTH}", self.length);
            return Err(Error::new(ErrorCode::InvalidEvent, message));
        }
        Ok(())
    }

    /// Reads a customer's message; `recent` holds what the customer said before and takes this message in.
    fn of_customer(words: &Words, recent: &mut Recent) -> Features {
        let mut cues = cues_of(words);
        let answer = all_packs().find_map(|packs| packs.answer(words));
        let repeated = answer.is_none() && repeats(words, recent, repetition::CUSTOMER_OVERLAP);
        if repeated && !cues.iter().any(|hit| hit.cue == Cue::RepeatsItself) {
            put(&mut cues, CueHit { cue: Cue::RepeatsItself, strength: 1.0 });
        }
        Features { cues, length: words.length, answer, apology: false, asks: false }
    }

    /// Reads a bot's message; `recent` holds what the bot said before and takes this message in.
    fn of_bot(words: &Words, recent: &mut Recent) -> Features {
        let repeated = repeats(words, recent, repetition::BOT_OVERLAP);
        let cues = if repeated { vec![CueHit { cue: Cue::BotRepeats, strength: 1.0 }] } else { Vec::new() };
        Features {
            cues,
            length: words.length,
            answer: None,
            apology: packs().apologises(words),
            asks: words.questions > 0,
        }
    }
}

/// The cues of one customer message by itself. Those that need the conversation (a repetition of an earlier
/// message) are found in [`Conversation::apply`](crate::Conversation::apply).
#[must_use]
pub fn extract_cues(text: &str) -> Vec<CueHit> {
    cues_of(&Words::read(text))
}

/// English, whole.
const ENGLISH: &str = include_str!("en.txt");
/// The usual ways to ask for a person in the other languages, and a bare yes or no; `~` ends a language. They work
/// before a pack has come, and where there is no network.
const USUAL: &str = include_str!("usual.txt");

/// The other languages whole, in the order of [`PACK_LANGUAGES`]; files of the package in the page.
#[cfg(not(target_family = "wasm"))]
const WHOLE: [&str; 6] = [
    include_str!("de.txt"),
    include_str!("es.txt"),
    include_str!("fr.txt"),
    include_str!("it.txt"),
    include_str!("nl.txt"),
    include_str!("pt.txt"),
];
#[cfg(target_family = "wasm")]
const WHOLE: [&str; 0] = [];

fn packs() -> &'static Packs {
    static READ: OnceLock<Packs> = OnceLock::new();
    READ.get_or_init(|| {
        let mut texts = vec![ENGLISH];
        texts.extend(split(USUAL, b"~"));
        texts.extend(WHOLE);
        Packs::parse(&texts).with_english(Models::english(&TRAINED.map(Cue::index)))
    })
}

/// The cues that English has models for, in the order of their file.
const TRAINED: [Cue; 7] =
    [Cue::AsksHuman, Cue::Legal, Cue::Churn, Cue::Publicity, Cue::Insult, Cue::Profanity, Cue::Safety];

/// Those of the program, and those that were taken.
fn all_packs() -> impl Iterator<Item = &'static Packs> {
    iter::once(packs()).chain(pack::taken())
}

pub(crate) fn cues_of(words: &Words) -> Vec<CueHit> {
    let mut cues: Vec<CueHit> = Vec::new();
    let mut found = |cue, strength| match cues.iter_mut().find(|hit| hit.cue == cue) {
        Some(hit) => hit.strength = hit.strength.max(strength),
        None => put(&mut cues, CueHit { cue, strength }),
    };
    trained_cues(words, |cue, likely| {
        if likely >= TRAINED_FROM {
            found(cue, (likely * 100.0).round() / 100.0);
        }
    });
    for packs in all_packs() {
        packs.each_cue(words, |cue| found(cue, 1.0));
    }
    if let Some(strength) = shouting(words) {
        put(&mut cues, CueHit { cue: Cue::Shouting, strength });
    }
    cues
}

/// From so likely on, 0 to 1, a message has a cue.
const TRAINED_FROM: f64 = 0.5;

/// Tells how likely each sentence is to hold each cue: by the models of English where the message may be English, and by
/// those of every pack there is unless it is English beyond doubt.
fn trained_cues(words: &Words, mut tell: impl FnMut(Cue, f64)) {
    let (known, english) = (on_device::looks_known(words), on_device::is_english(words));
    for sentence in words.sentences() {
        let features = on_device::cue_features(words, sentence);
        if known {
            packs().each_trained(true, &features, &mut tell);
        }
        if !english {
            for packs in all_packs() {
                packs.each_trained(false, &features, &mut tell);
            }
        }
    }
}

/// Whether a message repeats an earlier one; thanks may be said as often as there is reason to.
fn repeats(words: &Words, recent: &mut Recent, overlap: f64) -> bool {
    !packs().is_courtesy(words) && recent.repeats(words, overlap)
}

/// Adds a hit in its place, in the order of [`Cue::ALL`].
fn put(cues: &mut Vec<CueHit>, hit: CueHit) {
    let place = cues.partition_point(|known| known.cue < hit.cue);
    cues.insert(place, hit);
}

fn letters_only(word: &str) -> bool {
    word.chars().all(|letter| letter.is_alphabetic() || letter == '\'')
}

/// Upper case is shouting when it is at least half of three or more words of two or more letters each, or
/// two of them run together; a single acronym ("my PIN") is not, nor is an order number. The guard against
/// acronyms: short upper-case words (up to three letters) count only where longer ones are there too.
fn shouting(words: &Words) -> Option<f64> {
    let shouted =
        words.list.iter().filter(|word| word.shouted && words.lower_of(word).chars().all(char::is_alphabetic));
    let (all, long) = shouted
        .fold((0_usize, 0_usize), |(all, long), word| (all + 1, long + usize::from(length(words.lower_of(word)) > 3)));
    if long == 0 || all < 2 {
        return None;
    }
    let spoken = words.list.iter().filter(|word| letters_only(words.lower_of(word))).count();
    let share = all as f64 / spoken as f64;
    (share >= 0.5).then_some(share.min(1.0))
}

impl Read for CueHit {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let mut fields = Fields::only(tree, "an object", &["cue", "strength"], reading);
        CueHit { cue: fields.needed("cue", Cue::Safety), strength: fields.needed("strength", 1.0) }
    }
}

impl Read for Features {
    fn read(tree: Tree, reading: &mut Reading) -> Self {
        let names = ["cues", "length", "answer", "apology", "asks"];
        let mut fields = Fields::only(tree, "an object", &names, reading);
        let (cues, length) = (fields.needed("cues", Vec::new()), fields.needed("length", 0.0));
        if length.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&length) {
            fields.refuse(Flaw::instead(&Tree::Number(length), "a whole number").under("length"));
        }
        Features {
            cues,
            length: length as u32,
            answer: fields.take("answer", None),
            apology: fields.take("apology", false),
            asks: fields.take("asks", false),
        }
    }
}

parts_of_named!(Cue);
parts_of_named!(Answer);
parts_of_struct!(CueHit { cue, strength });
parts_of_struct!(Features { cues, length, answer, apology, asks });

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&'static str> {
        extract_cues(text).into_iter().map(|hit| hit.cue.as_str()).collect()
    }

    #[test]
    fn a_cue_is_found_by_its_name_and_its_place() {
        for (place, cue) in Cue::ALL.into_iter().enumerate() {
            assert_eq!(Cue::parse(cue.as_str()), Some(cue));
            assert_eq!(cue.index(), place);
        }
    }

    #[test]
    fn shouting_is_not_an_acronym_or_an_order_number() {
        for calm in
            ["my PIN", "I lost my SIM and my PIN", "USB C", "Order AB12 is late", "OK", "NASA", "the VAT ID on the PDF"]
        {
            assert_eq!(found(calm), Vec::<&str>::new(), "{calm}");
        }
        for loud in ["WHERE IS MY ORDER", "GIVE ME MY MONEY back", "THIS IS RIDICULOUS"] {
            assert_eq!(found(loud), ["shouting"], "{loud}");
        }
    }

    #[test]
    fn a_repeated_question_is_a_cue_and_a_courtesy_is_not() {
        let mut recent = Recent::default();
        let mut said =
            |text: &str| Features::of_customer(&Words::read(text), &mut recent).strength(Cue::RepeatsItself) > 0.0;
        assert!(!said("Where is my order 4711?"));
        assert!(!said("ok thanks"));
        assert!(!said("ok thanks"));
        assert!(said("where is my order 4711"));
        assert!(!said("The blue one has a broken zip"));
    }

    #[test]
    fn answers_and_thanks_never_repeat() {
        for text in [
            "yes",
            "no",
            "ok",
            "Ok thanks",
            "Great, thanks a lot!",
            "thanks",
            "Thank you so much!",
            "thx",
            "next",
            "nice",
            "tamam",
            "great, thanks",
            "ja",
            "nein danke",
            "gracias",
            "merci",
            "danke",
            "はい",
            "好的",
            "谢谢",
            "ありがとうございます",
            "是的",
            "いいえ",
            "tak",
            "да",
            "evet",
        ] {
            let mut recent = Recent::default();
            for _ in 0..4 {
                assert_eq!(
                    Features::of_customer(&Words::read(text), &mut recent).strength(Cue::RepeatsItself),
                    0.0,
                    "{text}"
                );
            }
        }
        for text in ["refund", "thanks for nothing", "no refund", "退款", "next step?"] {
            let mut recent = Recent::default();
            let mut said = || Features::of_customer(&Words::read(text), &mut recent).strength(Cue::RepeatsItself) > 0.0;
            assert_eq!([said(), said(), said()], [false, text.len() > 10, true], "{text}");
        }
    }

    #[test]
    fn a_loop_of_a_bot_without_blanks_is_heard() {
        let mut recent = Recent::default();
        let mut said = |text: &str| Features::of_bot(&Words::read(text), &mut recent).strength(Cue::BotRepeats) > 0.0;
        assert!(!said("很抱歉，我没有听懂您的问题，请换一种说法。"));
        assert!(said("很抱歉，我没有听懂您的问题，请换一种说法。"));
        assert!(!said("请稍等"));
        assert!(!said("请稍等"));
        assert!(said("请稍等"));
    }

    #[test]
    fn a_bot_that_says_the_same_again_repeats() {
        let mut recent = Recent::default();
        let mut said = |text: &str| Features::of_bot(&Words::read(text), &mut recent);
        assert!(said("I'm sorry, could you give me the order number?").apology);
        let again = said("I'm sorry, could you give me the order number?");
        assert!(again.strength(Cue::BotRepeats) > 0.0);
        assert_eq!(said("Your parcel arrives on Tuesday.").cues, []);
    }

    #[test]
    fn a_bare_yes_or_no_is_an_answer() {
        let mut recent = Recent::default();
        let mut answer = |text: &str| Features::of_customer(&Words::read(text), &mut recent).answer;
        assert_eq!(answer("Yes please!"), Some(Answer::Yes));
        assert_eq!(answer("no, thanks"), Some(Answer::No));
        assert_eq!(answer("No, that's not what I asked"), None);
        assert_eq!(answer("yes I have the number"), None);
    }

    /// What a page has before a pack has come, and what it has of one.
    #[cfg(not(target_family = "wasm"))]
    fn in_a_page(pack: Option<&'static str>) -> Packs {
        let texts: Vec<&str> = iter::once(ENGLISH).chain(USUAL.split('~')).chain(pack).collect();
        Packs::parse(&texts)
    }

    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn an_answer_in_a_language_needs_no_pack_but_its_own() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/cues/answers.csv");
        let cases: Vec<_> = csv::Reader::from_path(path).unwrap().records().map(Result::unwrap).collect();
        for language in iter::once("en").chain(PACK_LANGUAGES) {
            let pack = PACK_LANGUAGES.iter().position(|own| *own == language).map(|place| WHOLE[place]);
            let packs = in_a_page(pack);
            for case in cases.iter().filter(|case| &case[0] == language) {
                let is = packs.answer(&Words::read(&case[2])).map_or("none", Answer::as_str);
                assert_eq!(is, &case[1], "{language}: {}", &case[2]);
            }
        }
    }

    /// The labels stand in the texts of the elements, one on a line, below the language they are in.
    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn the_labels_of_the_buttons_are_understood_when_they_are_typed() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/www/package/elements/texts.js");
        let texts = std::fs::read_to_string(path).unwrap();
        let packs = in_a_page(None);
        for language in iter::once("en").chain(PACK_LANGUAGES) {
            let (_, own) = texts.split_once(&format!("\nconst {language} = {{\n")).unwrap();
            let (own, _) = own.split_once("\n};\n").unwrap();
            for (name, accepts) in
                [("entry", true), ("offer", true), ("askYes", true), ("offerDecline", false), ("askNo", false)]
            {
                let (_, label) = own.split_once(&format!("\n  {name}: \"")).unwrap();
                let words = Words::read(label.split_once("\",\n").unwrap().0);
                let mut asks = false;
                packs.each_cue(&words, |cue| asks |= cue == Cue::AsksHuman);
                // To ask for a person again is to accept one.
                match packs.answer(&words) {
                    Some(Answer::Yes) => assert!(accepts, "{language}: {name}"),
                    Some(Answer::No) => assert!(!accepts && !asks, "{language}: {name}"),
                    None => assert!(accepts && asks, "{language}: {name}"),
                }
            }
        }
    }
}
