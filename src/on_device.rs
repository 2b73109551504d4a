//! The scorer inside this crate: no network, no key, a few microseconds.
//!
//! This first version weighs words and phrases of English support chat by hand. It is small and honest rather
//! than clever: problem statements stay neutral, politeness stays neutral, and a language it does not know is
//! said to be unknown.

use serde::Serialize;

use crate::cue::{Cue, cues_of};
use crate::score::{Label, SentimentScore};
use crate::words::{Word, Words};

/// Why a message has no on-device score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unknown {
    /// It is in a language the scorer was not made for.
    Language,
}

/// Weights of a word: sentiment (below 0 negative), frustration, urgency.
type Weights = (f64, f64, f64);

/// Single words, sorted. Problem words ("broken", "late") weigh little: a problem is not a feeling.
const WORDS: &[(&str, Weights)] = &[
    ("absurd", (-0.5, 0.5, 0.0)),
    ("amazing", (0.8, -0.3, 0.0)),
    ("angry", (-0.8, 0.8, 0.0)),
    ("annoyed", (-0.6, 0.6, 0.0)),
    ("annoying", (-0.6, 0.6, 0.0)),
    ("appalling", (-0.9, 0.8, 0.0)),
    ("asap", (0.0, 0.1, 0.8)),
    ("atrocious", (-0.9, 0.8, 0.0)),
    ("awesome", (0.8, -0.3, 0.0)),
    ("awful", (-0.7, 0.5, 0.0)),
    ("bad", (-0.4, 0.2, 0.0)),
    ("broken", (-0.15, 0.05, 0.1)),
    ("clueless", (-0.5, 0.5, 0.0)),
    ("confused", (-0.2, 0.2, 0.0)),
    ("crap", (-0.6, 0.5, 0.0)),
    ("deadline", (0.0, 0.0, 0.5)),
    ("delighted", (0.8, -0.3, 0.0)),
    ("disappointed", (-0.6, 0.4, 0.0)),
    ("disappointing", (-0.6, 0.4, 0.0)),
    ("disaster", (-0.7, 0.5, 0.2)),
    ("disgrace", (-0.8, 0.8, 0.0)),
    ("disgraceful", (-0.8, 0.8, 0.0)),
    ("disgusted", (-0.8, 0.8, 0.0)),
    ("disgusting", (-0.8, 0.7, 0.0)),
    ("dreadful", (-0.7, 0.5, 0.0)),
    ("emergency", (-0.1, 0.1, 0.9)),
    ("enough", (-0.1, 0.2, 0.0)),
    ("excellent", (0.8, -0.3, 0.0)),
    ("failed", (-0.15, 0.1, 0.1)),
    ("fantastic", (0.8, -0.3, 0.0)),
    ("finally", (0.0, 0.1, 0.0)),
    ("frustrated", (-0.7, 0.8, 0.0)),
    ("frustrating", (-0.7, 0.8, 0.0)),
    ("furious", (-1.0, 1.0, 0.2)),
    ("garbage", (-0.7, 0.7, 0.0)),
    ("glad", (0.5, -0.2, 0.0)),
    ("great", (0.6, -0.2, 0.0)),
    ("happy", (0.6, -0.3, 0.0)),
    ("hate", (-0.8, 0.6, 0.0)),
    ("helpful", (0.6, -0.3, 0.0)),
    ("hopeless", (-0.7, 0.6, 0.0)),
    ("horrible", (-0.8, 0.6, 0.0)),
    ("immediately", (0.0, 0.15, 0.7)),
    ("incompetent", (-0.8, 0.8, 0.0)),
    ("infuriating", (-0.9, 1.0, 0.0)),
    ("insane", (-0.4, 0.5, 0.0)),
    ("insulting", (-0.7, 0.7, 0.0)),
    ("joke", (-0.4, 0.5, 0.0)),
    ("lied", (-0.6, 0.5, 0.0)),
    ("love", (0.7, -0.3, 0.0)),
    ("lovely", (0.6, -0.3, 0.0)),
    ("ludicrous", (-0.6, 0.6, 0.0)),
    ("mess", (-0.4, 0.3, 0.0)),
    ("nice", (0.4, -0.1, 0.0)),
    ("nightmare", (-0.8, 0.7, 0.0)),
    ("nonsense", (-0.5, 0.5, 0.0)),
    ("outrageous", (-0.8, 0.8, 0.0)),
    ("pathetic", (-0.8, 0.8, 0.0)),
    ("perfect", (0.7, -0.3, 0.0)),
    ("pissed", (-0.9, 0.9, 0.0)),
    ("pointless", (-0.6, 0.6, 0.0)),
    ("poor", (-0.4, 0.2, 0.0)),
    ("ridiculous", (-0.7, 0.7, 0.0)),
    ("rubbish", (-0.6, 0.6, 0.0)),
    ("rude", (-0.6, 0.5, 0.0)),
    ("scam", (-0.7, 0.6, 0.2)),
    ("scammed", (-0.7, 0.6, 0.3)),
    ("shame", (-0.4, 0.3, 0.0)),
    ("shameful", (-0.7, 0.6, 0.0)),
    ("shocking", (-0.6, 0.5, 0.0)),
    ("solved", (0.6, -0.4, 0.0)),
    ("stuck", (-0.2, 0.2, 0.2)),
    ("stupid", (-0.7, 0.7, 0.0)),
    ("sucks", (-0.6, 0.6, 0.0)),
    ("super", (0.5, -0.2, 0.0)),
    ("terrible", (-0.8, 0.6, 0.0)),
    ("thieves", (-0.8, 0.7, 0.0)),
    ("tired", (-0.3, 0.4, 0.0)),
    ("unacceptable", (-0.8, 0.9, 0.1)),
    ("unbelievable", (-0.5, 0.6, 0.0)),
    ("unhelpful", (-0.6, 0.6, 0.0)),
    ("unprofessional", (-0.6, 0.6, 0.0)),
    ("upset", (-0.6, 0.5, 0.0)),
    ("urgent", (0.0, 0.1, 0.9)),
    ("urgently", (0.0, 0.1, 0.9)),
    ("useless", (-0.7, 0.7, 0.0)),
    ("waste", (-0.5, 0.5, 0.0)),
    ("wasted", (-0.5, 0.5, 0.0)),
    ("wasting", (-0.5, 0.6, 0.0)),
    ("wonderful", (0.8, -0.3, 0.0)),
    ("worse", (-0.5, 0.4, 0.0)),
    ("worst", (-0.8, 0.7, 0.0)),
    ("worthless", (-0.7, 0.7, 0.0)),
    ("wow", (-0.1, 0.1, 0.0)),
    ("yay", (0.6, -0.3, 0.0)),
];

/// Word sequences; they are read as they stand, so their negation is part of them.
const PHRASES: &[(&[&str], Weights)] = &[
    (&["nothing", "works"], (-0.6, 0.6, 0.1)),
    (&["never", "works"], (-0.5, 0.5, 0.0)),
    (&["still", "not"], (-0.2, 0.3, 0.1)),
    (&["still", "no"], (-0.2, 0.3, 0.1)),
    (&["still", "doesn't"], (-0.2, 0.3, 0.1)),
    (&["still", "haven't"], (-0.2, 0.3, 0.1)),
    (&["still", "waiting"], (-0.3, 0.4, 0.2)),
    (&["been", "waiting"], (-0.2, 0.3, 0.2)),
    (&["fed", "up"], (-0.8, 0.9, 0.0)),
    (&["sick", "of"], (-0.8, 0.9, 0.0)),
    (&["had", "enough"], (-0.7, 0.8, 0.0)),
    (&["no", "help"], (-0.5, 0.6, 0.0)),
    (&["not", "helpful"], (-0.4, 0.5, 0.0)),
    (&["not", "helping"], (-0.4, 0.5, 0.0)),
    (&["doesn't", "help"], (-0.3, 0.4, 0.0)),
    (&["didn't", "help"], (-0.3, 0.4, 0.0)),
    (&["that's", "not", "what"], (-0.3, 0.4, 0.0)),
    (&["not", "what", "i"], (-0.3, 0.4, 0.0)),
    (&["no", "not", "that"], (-0.2, 0.4, 0.0)),
    (&["wrong", "again"], (-0.4, 0.5, 0.0)),
    (&["you", "don't", "understand"], (-0.4, 0.5, 0.0)),
    (&["are", "you", "kidding"], (-0.6, 0.7, 0.0)),
    (&["are", "you", "serious"], (-0.4, 0.5, 0.0)),
    (&["what", "the", "hell"], (-0.6, 0.7, 0.0)),
    (&["going", "in", "circles"], (-0.4, 0.6, 0.0)),
    (&["right", "now"], (0.0, 0.1, 0.5)),
    (&["as", "soon", "as"], (0.0, 0.0, 0.4)),
    (&["by", "tomorrow"], (0.0, 0.0, 0.5)),
    (&["today"], (0.0, 0.0, 0.2)),
    (&["now"], (0.0, 0.0, 0.2)),
    (&["that", "works"], (0.4, -0.3, 0.0)),
    (&["works", "now"], (0.6, -0.4, 0.0)),
    (&["works", "great"], (0.5, -0.2, 0.0)),
    (&["solved", "it"], (0.2, -0.1, 0.0)),
    (&["can't", "thank", "you", "enough"], (0.9, -0.4, 0.0)),
];

/// What each cue says about feelings.
const CUES: &[(Cue, Weights)] = &[
    (Cue::AsksHuman, (-0.1, 0.25, 0.1)),
    (Cue::RepeatsItself, (-0.3, 0.55, 0.1)),
    (Cue::Shouting, (-0.2, 0.3, 0.1)),
    (Cue::Legal, (-0.5, 0.5, 0.2)),
    (Cue::Churn, (-0.4, 0.4, 0.0)),
    (Cue::Publicity, (-0.5, 0.5, 0.0)),
    (Cue::Insult, (-0.7, 0.7, 0.0)),
    (Cue::Profanity, (-0.4, 0.4, 0.0)),
    (Cue::Safety, (-0.5, 0.2, 1.0)),
];

/// Emoji by feeling.
const ANGRY: &[char] = &['😡', '🤬', '😠', '👿', '😤', '🖕'];
const SAD: &[char] = &['😢', '😭', '😞', '☹', '🙁', '👎', '😩', '😫', '🙄', '😒'];
const GLAD: &[char] = &['😀', '😃', '😄', '😊', '🙂', '👍', '❤', '🎉', '😍', '🥰', '🙏', '💯'];

const NEGATIONS: &[&str] =
    &["not", "no", "never", "isn't", "wasn't", "don't", "doesn't", "didn't", "aren't", "won't", "can't", "hardly"];
/// How far before a word a negation is looked for, in the same clause.
const NEGATION_REACH: usize = 3;

/// How far from zero a score is labelled; systems of the field use bands from 0.1 to 0.3.
const LABEL_BAND: f64 = 0.25;

/// The score of one message. `language` is a BCP 47 tag, where the host knows it. At most
/// [`MAX_TEXT_LENGTH`](crate::MAX_TEXT_LENGTH) UTF-16 code units are read, so the work is bounded.
///
/// # Errors
/// [`Unknown::Language`] when the message is in a language other than English, as the host says or as its
/// script shows.
pub fn score(text: &str, language: Option<&str>) -> Result<SentimentScore, Unknown> {
    let words = Words::read(text);
    let english = language.is_none_or(|tag| {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        primary.eq_ignore_ascii_case("en")
    });
    if !english || words.foreign_letters > words.latin_letters {
        return Err(Unknown::Language);
    }
    let (sentiment, frustration, urgency) = weigh(&words);
    // tanh and 1 - e^-x keep every sum in range; 1.6 puts one strong word above 0.6 and two above 0.85.
    let score = libm::tanh(sentiment);
    let frustration = 1.0 - libm::exp(-1.6 * frustration.max(0.0));
    let urgency = 1.0 - libm::exp(-1.6 * urgency.max(0.0));
    let label = if score <= -LABEL_BAND {
        Label::Negative
    } else if score >= LABEL_BAND {
        Label::Positive
    } else {
        Label::Neutral
    };
    // Finite sums of bounded weights over bounded words are in range, so the fallback is never taken.
    let neutral = || SentimentScore::new(0.0, Label::Neutral, 0.0, 0.0).map_err(|_| Unknown::Language);
    SentimentScore::new(score, label, frustration, urgency).or_else(|_| neutral())
}

fn weigh(words: &Words) -> Weights {
    let mut sum = (0.0, 0.0, 0.0);
    let mut add = |(sentiment, frustration, urgency): Weights, factor: f64| {
        sum = (sum.0 + sentiment * factor, sum.1 + frustration * factor, sum.2 + urgency * factor);
    };
    for (at, word) in words.list.iter().enumerate() {
        if let Ok(found) = WORDS.binary_search_by(|(known, _)| (*known).cmp(&word.lower))
            && let Some((_, (sentiment, frustration, urgency))) = WORDS.get(found)
        {
            let emphasis = if word.shouted || word.stretched { 1.25 } else { 1.0 };
            if negated(&words.list, at) {
                // "not great" is mildly bad, "not bad" mildly good, neither is strong.
                add((-0.5 * sentiment, 0.0, 0.0), 1.0);
            } else {
                add((*sentiment, *frustration, *urgency), emphasis);
            }
        }
        for (phrase, weights) in PHRASES {
            let here = words.list.iter().skip(at).map(|word| word.lower.as_str());
            if words.list.len() - at >= phrase.len() && here.take(phrase.len()).eq(phrase.iter().copied()) {
                add(*weights, 1.0);
            }
        }
    }
    for hit in cues_of(words) {
        if let Some((_, weights)) = CUES.iter().find(|(cue, _)| *cue == hit.cue) {
            add(*weights, hit.strength);
        }
    }
    for symbol in words.symbols.iter().take(4) {
        if ANGRY.contains(symbol) {
            add((-0.6, 0.6, 0.0), 1.0);
        } else if SAD.contains(symbol) {
            add((-0.4, 0.25, 0.0), 1.0);
        } else if GLAD.contains(symbol) {
            add((0.4, -0.2, 0.0), 1.0);
        }
    }
    // Marks amplify what is there already; by themselves they say nothing.
    if sum.1 > 0.2 {
        let marks = f64::from(words.exclamations.min(3) + words.questions.saturating_sub(1).min(2));
        sum.1 += 0.08 * marks;
        sum.0 -= 0.04 * marks;
    }
    sum
}

fn negated(words: &[Word], at: usize) -> bool {
    if words.get(at).is_some_and(|word| word.starts_clause) {
        return false;
    }
    let from = at.saturating_sub(NEGATION_REACH);
    let before = words.get(from..at).unwrap_or_default();
    let clause = before.iter().rposition(|word| word.starts_clause).unwrap_or(0);
    before.iter().skip(clause).any(|word| NEGATIONS.contains(&word.lower.as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> SentimentScore {
        score(text, None).unwrap()
    }

    #[test]
    fn the_word_list_is_sorted_for_its_search() {
        assert!(WORDS.windows(2).all(|pair| pair[0].0 < pair[1].0));
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
    fn joy_and_relief_are_seen() {
        for text in ["thanks, that solved it", "Great, works now!", "perfect, you were very helpful 😊"] {
            let score = of(text);
            assert_eq!(score.label(), Label::Positive, "{text}");
            assert!(score.frustration() < 0.1, "{text}");
        }
    }

    #[test]
    fn a_negation_turns_a_word_and_weakens_it() {
        assert!(of("this is not great").score() < 0.0);
        assert!(of("that is not bad at all").score() > 0.0);
        assert!(of("I'm not angry, just asking").frustration() < 0.2);
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
