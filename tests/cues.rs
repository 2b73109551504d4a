//! The cues on case files that were reviewed by eye.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::iter;

use simmerdown::{Action, Answer, Conversation, Cue, CustomerSaid, Event, Options, extract_cues, on_device};

/// Those with a pack, English among them.
const LANGUAGES: [&str; 7] = ["en", "de", "es", "fr", "it", "nl", "pt"];

#[derive(Debug)]
struct Case {
    language: String,
    expected: bool,
    text: String,
}

fn cases(file: &str) -> Vec<Case> {
    let path = format!("{}/tests/data/cues/{file}", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name);
    let (language, expected, text) = (column("language"), column("expected").unwrap(), column("text").unwrap());
    reader
        .records()
        .map(|record| {
            let record = record.unwrap();
            assert!(["yes", "no"].contains(&&record[expected]), "{record:?}");
            Case {
                language: language.map_or("en", |at| &record[at]).to_owned(),
                expected: &record[expected] == "yes",
                text: record[text].to_owned(),
            }
        })
        .collect()
}

/// Every case has to be judged as the file says.
fn hold(file: &str, cue: Cue) -> Vec<Case> {
    let cases = cases(file);
    let wrong: Vec<_> = cases
        .iter()
        .filter(|case| extract_cues(&case.text).iter().any(|hit| hit.cue == cue) != case.expected)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    cases
}

#[test]
fn asking_for_a_person_is_found_in_seven_languages_and_its_traps_are_not() {
    let cases = hold("asks-human.csv", Cue::AsksHuman);
    // Of these the most usual ways alone.
    for language in ["pl", "tr", "ru", "ja", "zh"] {
        let of = |expected| cases.iter().filter(|case| case.language == language && case.expected == expected).count();
        assert!(of(true) >= 3 && of(false) >= 2, "{language}");
    }
    for language in LANGUAGES {
        let of = |expected| cases.iter().filter(|case| case.language == language && case.expected == expected).count();
        assert!(of(true) >= 10 && of(false) >= 4, "{language}");
    }
}

/// Holds that of the cases of a file at least `recall` in 100 are found, and that of what is found `precision` in 100 are right.
fn hold_figures(file: &str, cue: Cue, least: usize, recall: usize, precision: usize) {
    let cases = cases(file);
    let found = |expected: bool| {
        let of = cases.iter().filter(move |case| case.expected == expected);
        (of.clone().filter(|case| extract_cues(&case.text).iter().any(|hit| hit.cue == cue)).count(), of.count())
    };
    let ((hits, all), (wrong, others)) = (found(true), found(false));
    println!("{file}: {hits} of {all} found, {wrong} of {others} others");
    assert!(all >= least && others >= least);
    let kept = hits * 100 >= all * recall && hits * 100 >= (hits + wrong) * precision;
    assert!(kept, "{hits} of {all}, {wrong} of {others}");
}

/// Phrasings written after the packs and never used to mend them. The figures stand in docs/scorer.md.
#[test]
fn requests_in_words_the_packs_were_not_written_for_are_found() {
    let cases = cases("asks-human-held-out.csv");
    let found = |case: &&Case| extract_cues(&case.text).iter().any(|hit| hit.cue == Cue::AsksHuman);
    let (mut hits, mut wrong) = (0, 0);
    for (language, least) in
        [("en", 0.95), ("de", 0.9), ("es", 0.9), ("fr", 0.9), ("it", 0.9), ("nl", 0.9), ("pt", 0.9)]
    {
        let of = |expected| cases.iter().filter(move |case| case.language == language && case.expected == expected);
        let (asked, calm, heard) = (of(true).count(), of(false).count(), of(true).filter(found).count());
        let false_alarms = of(false).filter(found).count();
        println!("{language}: {heard} of {asked} requests found, {false_alarms} of {calm} others");
        assert!(asked >= 12 && calm >= 6, "{language}");
        assert!(heard as f64 / asked as f64 >= least, "{language}: {heard} of {asked}");
        hits += heard;
        wrong += false_alarms;
    }
    assert!(hits as f64 / (hits + wrong) as f64 >= 0.95, "{hits} right, {wrong} wrong");
}

/// Requests of which one in twenty has a usual word, and traps which do; nothing was fitted on them.
#[test]
fn requests_without_a_usual_word_are_found_more_often_than_not() {
    hold_figures("fourth-held-out.csv", Cue::AsksHuman, 1000, 61, 93);
}

/// As customers ask, one in three within a longer text; nothing was fitted on them.
#[test]
fn requests_are_found_within_a_longer_text() {
    hold_figures("fifth-held-out.csv", Cue::AsksHuman, 100, 90, 97);
}

/// Likewise for danger, half of the others being idioms.
#[test]
fn danger_in_words_the_pack_was_not_written_for_is_found() {
    hold_figures("safety-held-out.csv", Cue::Safety, 20, 90, 95);
}

/// Messages by three who saw neither the phrases nor what the models were trained on, as varied as they could be made.
/// The figures stand in docs/scorer.md; here what may not be lost of them, in hundredths: recall, precision.
#[test]
fn what_the_models_never_saw_is_found_for_the_most_part() {
    for file in ["second-held-out.csv", "third-held-out.csv", "sixth-held-out.csv"] {
        let path = format!("{}/tests/data/cues/{file}", env!("CARGO_MANIFEST_DIR"));
        let cases: Vec<[String; 4]> = csv::Reader::from_path(path)
            .unwrap()
            .records()
            .map(Result::unwrap)
            .map(|case| [0, 1, 2, 3].map(|column| case[column].to_owned()))
            .collect();
        for (cue, language, recall, precision) in [
            (Cue::AsksHuman, "en", 88, 92),
            (Cue::AsksHuman, "de", 88, 85),
            (Cue::AsksHuman, "es", 88, 90),
            (Cue::AsksHuman, "fr", 90, 90),
            (Cue::AsksHuman, "it", 88, 88),
            (Cue::AsksHuman, "nl", 88, 86),
            (Cue::AsksHuman, "pt", 87, 90),
            (Cue::Legal, "en", 69, 90),
            (Cue::Churn, "en", 74, 90),
            (Cue::Publicity, "en", 74, 86),
            (Cue::Insult, "en", 65, 85),
            (Cue::Profanity, "en", 70, 88),
            (Cue::Safety, "en", 66, 92),
        ] {
            let of = |expected| {
                let own = cases
                    .iter()
                    .filter(move |case| case[0] == cue.as_str() && case[1] == language && case[2] == expected);
                let found = own.clone().filter(|case| extract_cues(&case[3]).iter().any(|hit| hit.cue == cue)).count();
                (found, own.count())
            };
            let ((hits, all), (wrong, others)) = (of("yes"), of("no"));
            // The sixth is of requests alone.
            if file.starts_with("sixth") && cue != Cue::AsksHuman {
                assert_eq!((all, others), (0, 0));
                continue;
            }
            println!("{file}, {} {language}: {hits} of {all} found, {wrong} of {others} others", cue.as_str());
            assert!(all >= 40 && others >= 20);
            let kept = hits * 100 >= all * recall && hits * 100 >= (hits + wrong) * precision;
            assert!(kept, "{file}, {cue:?} {language}");
        }
    }
}

#[test]
fn danger_is_found_and_idioms_are_not() {
    let cases = hold("safety.csv", Cue::Safety);
    let dangerous = cases.iter().filter(|case| case.expected).count();
    assert!(dangerous >= 50 && cases.len() - dangerous >= 50);
}

#[test]
fn leaving_is_a_threat_and_a_calm_cancellation_is_not() {
    let cases = hold("churn.csv", Cue::Churn);
    let threats = cases.iter().filter(|case| case.expected).count();
    assert!(threats >= 50 && cases.len() - threats >= 50);
}

/// Calm messages in Polish, Turkish, Japanese, Arabic, Spanish, German, English mixed with these, and English.
fn calm() -> Vec<(String, String)> {
    let path = format!("{}/tests/data/calm.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    reader.records().map(|record| record.unwrap()).map(|record| (record[0].to_owned(), record[1].to_owned())).collect()
}

#[test]
fn of_calm_messages_in_any_language_at_most_one_in_a_hundred_leads_to_an_offer() {
    let calm = calm();
    let offered: Vec<_> = calm
        .iter()
        .filter(|(_, text)| {
            let mut conversation = Conversation::new(Options::default()).unwrap();
            let said = CustomerSaid { text: text.clone(), ..CustomerSaid::default() };
            let decision = conversation.customer_said(said).unwrap().decision;
            decision.action >= Action::Offer || decision.should_escalate
        })
        .collect();
    println!("{} of {} calm messages lead to an offer: {offered:?}", offered.len(), calm.len());
    assert!(calm.len() >= 150 && offered.len() * 100 <= calm.len(), "{offered:?}");
}

#[test]
fn a_language_the_scorer_was_not_evaluated_in_is_unknown_and_says_so() {
    let (mut unknown, mut all) = (0, 0);
    for (language, text) in calm().iter().filter(|(language, _)| !["en", "mixed"].contains(&language.as_str())) {
        let noticed = on_device::score(text, None) == Err(on_device::Unknown::Language);
        // A script tells by itself; of Latin letters two or three words may say nothing.
        assert!(noticed || !["ja", "ar"].contains(&language.as_str()), "{text}");
        assert_eq!(on_device::score(text, Some(language)), Err(on_device::Unknown::Language), "{text}");
        unknown += usize::from(noticed);
        all += 1;
        let options = Options { language: Some(language.clone()), ..Options::default() };
        let mut conversation = Conversation::new(options).unwrap();
        let said = CustomerSaid { text: text.clone(), ..CustomerSaid::default() };
        assert_eq!(conversation.customer_said(said).unwrap().decision.sentiment, None, "{text}");
    }
    println!("{unknown} of {all} noticed without being told");
    assert!(unknown * 100 >= all * 95, "{unknown} of {all}");
    for (_, text) in calm().iter().filter(|(language, _)| language == "en") {
        assert!(on_device::score(text, None).is_ok() && on_device::score(text, Some("en-GB")).is_ok(), "{text}");
    }
}

#[test]
fn a_request_for_a_person_is_a_question_at_once_in_every_language() {
    for text in
        ["agent", "I want to talk to a person", "Ich möchte mit einem Menschen sprechen", "quiero hablar con alguien"]
    {
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let said = CustomerSaid { text: text.to_owned(), ..CustomerSaid::default() };
        assert_eq!(conversation.customer_said(said).unwrap().decision.action, Action::Ask, "{text}");
    }
}

/// The answer that a message is right after a question.
fn answer(text: &str) -> Option<Answer> {
    let mut conversation = Conversation::new(Options::default()).unwrap();
    let text = Some(text.to_owned());
    let said = Event::CustomerMessage { id: "m1".to_owned(), text, features: None, awaits_model: false, at: None };
    match conversation.without_text(said) {
        Event::CustomerMessage { features, .. } => features.unwrap().answer,
        other => panic!("{other:?}"),
    }
}

fn asks_human(text: &str) -> bool {
    extract_cues(text).iter().any(|hit| hit.cue == Cue::AsksHuman)
}

#[test]
fn a_typed_answer_is_a_yes_a_no_or_none() {
    let path = format!("{}/tests/data/cues/answers.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let cases: Vec<[String; 3]> =
        reader.records().map(Result::unwrap).map(|case| [0, 1, 2].map(|column| case[column].to_owned())).collect();
    let mut wrong = Vec::new();
    for [language, expected, text] in &cases {
        let is = answer(text).map_or("none", Answer::as_str);
        // Who says no has asked for nobody.
        if is != expected || (expected == "no" && asks_human(text)) {
            wrong.push(format!("{language}: {text} is {is}, not {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    for language in LANGUAGES {
        let of = |expected| cases.iter().filter(|[of, is, _]| of == language && is == expected).count();
        let least = if language == "en" { [25, 25, 40] } else { [8, 8, 8] };
        let counts = ["yes", "no", "none"].map(of);
        println!("{language}: {counts:?}");
        assert!(iter::zip(counts, least).all(|(count, least)| count >= least), "{language}: {counts:?}");
    }
}
