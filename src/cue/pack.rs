//! The language packs that are no part of the wasm: which is wanted, and how one is taken.
//!
//! Natively every pack is built in. In the page English is, and of the others the usual ways to ask for a person, so
//! that this needs no network; their further phrases are files that the page loads when a conversation needs them. A
//! message is judged with what is there when it is said, and its features stand in the log: a replay is not asked
//! which packs had come.

use std::sync::OnceLock;

use super::pattern::Packs;
use crate::error::{Error, ErrorCode};
use crate::strings::split;

/// The languages whose pack is a file of its own in the npm package, as BCP 47 primary tags.
pub const PACK_LANGUAGES: [&str; 6] = ["de", "es", "fr", "it", "nl", "pt"];

/// The longest pack, in bytes of UTF-8; three times the longest there is.
const MAX_PACK_LENGTH: usize = 40_000;

/// Some of [`PACK_LANGUAGES`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct PackSet(u8);

fn place(tag: &str) -> Option<usize> {
    let primary = split(tag, b"-_").next().unwrap_or_default();
    PACK_LANGUAGES.iter().position(|language| language.eq_ignore_ascii_case(primary))
}

impl PackSet {
    /// Adds the pack of a language, where there is one. `tag` is a BCP 47 tag such as `de-AT`.
    pub fn add(&mut self, tag: &str) {
        self.0 |= place(tag).map_or(0, |place| 1 << place);
    }

    /// Adds those of another set.
    pub fn join(&mut self, other: PackSet) {
        self.0 |= other.0;
    }

    /// Takes one out.
    pub fn pop(&mut self) -> Option<&'static str> {
        // 8 for a set that is empty, which no language stands at.
        let language = PACK_LANGUAGES.get(self.0.trailing_zeros() as usize).copied()?;
        self.0 &= self.0 - 1;
        Some(language)
    }
}

/// The packs that were taken, each once, in the order of [`PACK_LANGUAGES`].
static TAKEN: [OnceLock<Packs>; 6] = [const { OnceLock::new() }; 6];

/// The packs that were taken.
pub(super) fn taken() -> impl Iterator<Item = &'static Packs> {
    TAKEN.iter().filter_map(OnceLock::get)
}

/// Takes the pack of a language: from now on its phrases are found in every message. One that was taken before stays.
///
/// # Errors
/// [`ErrorCode::InvalidOptions`] for a language that has none, and for what is no pack: longer than 40,000 bytes, a
/// family that is none, no phrase, or one of too many words, more than one model or one that is none.
pub fn take_pack(language: &str, text: &str) -> Result<(), Error> {
    let refused = |why| Error::new(ErrorCode::InvalidOptions, format!("the pack of `{language}` {why}"));
    let kept = place(language).and_then(|place| TAKEN.get(place));
    let kept = kept.ok_or_else(|| refused("is not known, give one of de, es, fr, it, nl, pt"))?;
    if text.len() > MAX_PACK_LENGTH {
        return Err(refused("is too long, take the file of the package"));
    }
    let packs = Packs::parse(&[text]);
    if !packs.are_whole() {
        return Err(refused("is no pack, take the file of the package"));
    }
    kept.get_or_init(|| packs);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cue::{Cue, USUAL};
    use crate::words::Words;

    const FILES: [(&str, &str); 6] = [
        ("de", include_str!("de.txt")),
        ("es", include_str!("es.txt")),
        ("fr", include_str!("fr.txt")),
        ("it", include_str!("it.txt")),
        ("nl", include_str!("nl.txt")),
        ("pt", include_str!("pt.txt")),
    ];

    fn asks(packs: &Packs, text: &str) -> bool {
        let mut found = false;
        packs.each_cue(&Words::read(text), |cue| found |= cue == Cue::AsksHuman);
        found
    }

    #[test]
    fn a_set_gives_out_what_was_put_in_once() {
        let mut set = PackSet::default();
        for tag in ["pt-BR", "en", "xx", "DE_at", "pt", ""] {
            set.add(tag);
        }
        assert_eq!((set.pop(), set.pop(), set.pop()), (Some("de"), Some("pt"), None));
    }

    #[test]
    fn every_pack_of_the_package_is_taken_and_anything_else_refused() {
        for (language, text) in FILES {
            take_pack(language, text).unwrap();
            take_pack(language, text).unwrap();
        }
        assert_eq!(taken().count(), FILES.len());
        let gap = "[asks-human]\n* * * * * * * * * * * * * * * * * person";
        let long = "[asks-human]\n".to_owned() + &"mensch\n".repeat(6_000);
        let (no_model, two) = ("[asks-human]\nmensch\n=", "[asks-human]\nmensch\n=N!M%!! ! !\n=N!M%!! ! !");
        for broken in ["", "<!doctype html><p>Not found", "[nonsense]\nmensch", "[yes]\nja", gap, &long, no_model, two]
        {
            let refused = take_pack("de", broken).unwrap_err();
            assert_eq!(refused.code(), ErrorCode::InvalidOptions);
            assert!(refused.to_string().contains("the pack of `de`"), "{refused}");
        }
        assert!(take_pack("en", FILES[0].1).unwrap_err().to_string().contains("`en` is not known"));
    }

    /// What is said with the network cut, before any pack has come.
    #[test]
    fn the_usual_ways_to_ask_need_no_pack() {
        let usual: Vec<&str> = USUAL.split('~').collect();
        assert_eq!(usual.len(), FILES.len() + 1, "and those of other languages");
        let usual = Packs::parse(&usual);
        for text in [
            "Ich möchte mit einem Menschen sprechen",
            "Kann ich bitte mit einem echten Menschen sprechen?",
            "Mitarbeiter bitte",
            "Agent",
            "Ich will einen Mitarbeiter",
            "quiero hablar con una persona",
            "Quiero hablar con alguien",
            "agente",
            "necesito un agente",
            "un humano por favor",
            "je veux parler à une personne",
            "Je voudrais parler à quelqu'un",
            "un conseiller s'il vous plaît",
            "passez-moi un agent",
            "voglio parlare con una persona",
            "vorrei un operatore",
            "operatore",
            "Ik wil een medewerker spreken",
            "ik wil met een mens praten",
            "medewerker",
            "quero falar com uma pessoa",
            "quero um atendente",
            "atendente",
            "chcę rozmawiać z człowiekiem",
            "müşteri temsilcisi",
            "соедините с оператором",
            "担当者につないでください",
            "转人工",
        ] {
            assert!(asks(&usual, text), "{text}");
        }
        for text in [
            "Ich möchte nicht mit einem Menschen sprechen",
            "no quiero hablar con una persona",
            "je ne veux pas parler à une personne",
            "non voglio parlare con una persona",
            "ik wil geen medewerker spreken",
            "não quero falar com uma pessoa",
            "I spoke to an agent",
            "nie chcę rozmawiać z konsultantem",
            "不要转人工",
        ] {
            assert!(!asks(&usual, text), "{text}");
        }
    }

    /// How far that goes in the case files: docs/scorer.md has the figures.
    #[cfg(not(target_family = "wasm"))]
    #[test]
    fn the_usual_ways_find_many_requests_and_nothing_else() {
        let usual = Packs::parse(&USUAL.split('~').collect::<Vec<_>>());
        // Many cases of the first file came from mending the packs.
        for (file, least) in [("asks-human.csv", 0.35), ("asks-human-held-out.csv", 0.4)] {
            let path = format!("{}/tests/data/cues/{file}", env!("CARGO_MANIFEST_DIR"));
            let (mut found, mut all, mut wrong) = (0, 0, 0);
            for record in csv::Reader::from_path(path).unwrap().records().map(Result::unwrap) {
                let (language, expected, text) = (&record[0], &record[1] == "yes", &record[2]);
                let hit = asks(&usual, text);
                if expected && language != "en" {
                    all += 1;
                    found += u32::from(hit);
                } else if !expected {
                    wrong += u32::from(hit);
                }
            }
            println!("{file}: {found} of {all} requests, {wrong} others");
            assert!(f64::from(found) >= least * f64::from(all) && wrong == 0);
        }
    }
}
