//! The scorer inside this crate: no network, no key, a few microseconds.
//!
//! A linear model over hashed words, pairs of words, runs of letters and marks, with a list of words and the
//! valence that people gave them. How it was trained stands in `training/`, how well it does in `docs/scorer.md`.

mod cues;
mod features;
mod history;
mod language;
mod lexicon;
mod sparse;
mod weights;

pub use cues::read_cue_features;
pub(crate) use cues::{Models, cue_features};
pub use features::{ModelFeatures, SentenceFeatures, read_features};
pub(crate) use history::Before;
pub use language::LANGUAGES;
pub(crate) use language::{is_english, looks_known, noticed};
use serde::Serialize;

use crate::score::{Label, SentimentScore};
use crate::words::Words;

/// Why a message has no on-device score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// It is in a language the scorer was not made for.
    Language,
}

/// At or below this a score is labelled negative. Systems of the field use bands from 0.1 to 0.3; these two were chosen on
/// development sets and on held-out messages to companies, see `docs/scorer.md`.
const NEGATIVE_FROM: f64 = -0.26;
/// At or above this a score is labelled positive.
const POSITIVE_FROM: f64 = 0.18;

/// How much of the frustration counts as negative. Chosen on GoEmotions and on 200 messages to companies that were written
/// for it, as much as calm messages at a score of -0.6 allow.
const FRUSTRATION_COUNTS: f64 = 0.4;

/// The score of one message. `language` is a BCP 47 tag, where the host knows it. At most
/// [`MAX_TEXT_LENGTH`](crate::MAX_TEXT_LENGTH) UTF-16 code units are read, so the work is bounded.
///
/// The score is the probability of positive less that of negative, frustration and urgency are probabilities of
/// their own.
///
/// # Errors
/// [`Unknown::Language`] when the message is in a language other than those of [`LANGUAGES`], as the host says or as
/// script and common words show. What is English beyond doubt is judged, whatever the host says.
pub fn score(text: &str, language: Option<&str>) -> Result<SentimentScore, Unknown> {
    of_words(&Words::read(text), language)
}

/// As [`score`], of a message that is read as words already.
pub(crate) fn of_words(words: &Words, language: Option<&str>) -> Result<SentimentScore, Unknown> {
    if !language::known(words, language) {
        return Err(Unknown::Language);
    }
    let [negative, positive, frustration, urgency] = weights::probabilities(words);
    // Whoever is frustrated is negative, though not by words that everybody would call so.
    let negative = 1.0 - (1.0 - negative) * (1.0 - FRUSTRATION_COUNTS * frustration);
    let score = positive - negative;
    let label = if score <= NEGATIVE_FROM {
        Label::Negative
    } else if score >= POSITIVE_FROM {
        Label::Positive
    } else {
        Label::Neutral
    };
    Ok(SentimentScore::new(score, label, frustration, urgency).unwrap_or_else(|_| SentimentScore::neutral()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> SentimentScore {
        score(text, None).unwrap()
    }

    #[test]
    fn calm_questions_and_problems_stay_neutral() {
        for text in [
            "Where is my order?",
            "How do I change my delivery address?",
            "My parcel arrived broken, can I return it?",
            "Hi, I need an invoice for order 4711 please.",
            "The payment failed with error 502.",
            "thank you",
            "ok",
            "",
        ] {
            let score = of(text);
            assert_eq!(score.label(), Label::Neutral, "{text}");
            assert!(score.frustration() < 0.35, "{text}: {}", score.frustration());
        }
    }

    #[test]
    fn anger_is_seen() {
        for text in [
            "This is the THIRD time I'm asking. Nothing works!!",
            "third time I'm asking, this is useless",
            "This is ridiculous, I am fed up with this",
            "Worst service ever, absolutely unacceptable",
            "you are useless, stupid bot",
            "😡😡😡",
        ] {
            let score = of(text);
            assert_eq!(score.label(), Label::Negative, "{text}");
            assert!(score.frustration() >= 0.75, "{text}: {}", score.frustration());
        }
    }

    #[test]
    fn what_is_said_around_an_angry_sentence_makes_it_little_less_angry() {
        let angry = "This is the third time I'm asking, nothing works.";
        let around =
            of(&format!("My order number is 4711. It was sent on Monday. {angry} The address is 12 Mill Lane."));
        assert_eq!(around.label(), Label::Negative);
        assert!(around.frustration() > 0.75 * of(angry).frustration());
    }

    #[test]
    fn joy_and_relief_are_seen() {
        for text in ["thanks, that solved it", "Great, works now!", "perfect, you were very helpful 😊"] {
            let score = of(text);
            assert_eq!(score.label(), Label::Positive, "{text}");
            assert!(score.frustration() < 0.15, "{text}: {}", score.frustration());
        }
    }

    #[test]
    fn a_negation_turns_a_word_and_weakens_it() {
        assert!(of("this is not great").score() < 0.0);
        assert!(of("that is not bad at all").score() > of("that is bad").score() + 0.5);
        assert!(of("I'm not angry, just asking").frustration() < 0.35);
    }

    #[test]
    fn a_language_it_was_not_made_for_is_unknown() {
        assert_eq!(score("Wo ist mein Paket?", Some("de")), Err(Unknown::Language));
        assert_eq!(score("注文はどこですか", None), Err(Unknown::Language));
        assert_eq!(score("Где мой заказ?", None), Err(Unknown::Language));
        assert!(score("Where is my order?", Some("en-GB")).is_ok());
    }

    #[test]
    fn hostile_texts_give_a_score_in_bounded_work() {
        for text in [
            "the constructor failed",
            "__proto__",
            &"!".repeat(50_000),
            &"a".repeat(20_000),
            &"useless ".repeat(1_000_000),
            "\u{202e}desrever",
            "Z̷̢̛a̶͝l̵̈́g̴͌o̷̕",
        ] {
            let score = of(text);
            assert!((-1.0..=1.0).contains(&score.score()) && (0.0..=1.0).contains(&score.frustration()));
        }
    }
}
