//! The cues on case files that were reviewed by eye.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use simmerdown::{Action, Conversation, Cue, CustomerSaid, Options, extract_cues};

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
    for language in ["en", "de", "es", "fr", "it", "nl", "pt"] {
        let of = |expected| cases.iter().filter(|case| case.language == language && case.expected == expected).count();
        assert!(of(true) >= 10 && of(false) >= 4, "{language}");
    }
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
    assert!(hits as f64 / (hits + wrong) as f64 >= 0.97, "{hits} right, {wrong} wrong");
}

#[test]
fn danger_is_found_and_idioms_are_not() {
    let cases = hold("safety.csv", Cue::Safety);
    let dangerous = cases.iter().filter(|case| case.expected).count();
    assert!(dangerous >= 50 && cases.len() - dangerous >= 50);
}

#[test]
fn a_calm_message_in_any_language_leads_to_no_offer() {
    let path = format!("{}/tests/data/calm.csv", env!("CARGO_MANIFEST_DIR"));
    let mut reader = csv::Reader::from_path(path).unwrap();
    let mut read = 0;
    for record in reader.records() {
        let record = record.unwrap();
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let said = CustomerSaid { text: record[1].to_owned(), ..CustomerSaid::default() };
        let decision = conversation.customer_said(said).unwrap().decision;
        assert!(decision.action < Action::Offer && !decision.should_escalate, "{record:?}: {:?}", decision.rule);
        read += 1;
    }
    assert!(read >= 50);
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
