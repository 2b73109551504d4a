//! Preset `article` against an independent transliteration of the article's rules.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::float_cmp)]

mod article;

use simmerdown::{Conversation, Event, Label, Options, PolicyChoice, ScoreSource, SentimentScore};

#[test]
fn preset_article_is_the_article_on_generated_histories() {
    println!("seed {:#x}, {} histories", article::SEED, article::HISTORIES);
    let digest = article::check_parity(article::HISTORIES);
    assert_eq!(digest, article::DIGEST, "the decisions changed: {digest:#018x}");
}

fn decide(scores: &[(f64, f64)]) -> simmerdown::Decision {
    let options = Options { policy: PolicyChoice::Preset("article".to_owned()), ..Options::default() };
    let mut conversation = Conversation::new(options).unwrap();
    let mut last = None;
    for (turn, (score, frustration)) in scores.iter().enumerate() {
        let id = format!("m{turn}");
        let text = Some("x".to_owned());
        conversation
            .apply(Event::CustomerMessage { id: id.clone(), text, features: None, awaits_model: false, at: None })
            .unwrap();
        let score = SentimentScore::new(*score, Label::Neutral, *frustration, 0.0).unwrap();
        last = Some(
            conversation.apply(Event::Score { message_id: id, score, source: ScoreSource::Model, at: None }).unwrap(),
        );
    }
    last.unwrap()
}

#[test]
fn the_thresholds_themselves_count() {
    assert_eq!(decide(&[(0.0, 0.9)]).rule.as_deref(), Some("extreme-frustration"));
    assert_eq!(decide(&[(0.0, 0.9_f64.next_down())]).rule.as_deref(), Some("frustration-threshold"));
    assert_eq!(decide(&[(0.0, 0.75)]).rule.as_deref(), Some("frustration-threshold"));
    assert_eq!(decide(&[(0.0, 0.75_f64.next_down())]).rule, None);
    assert_eq!(decide(&[(-0.6, 0.0)]).rule.as_deref(), Some("negative-score"));
    assert_eq!(decide(&[((-0.6_f64).next_up(), 0.0)]).rule, None);
}

/// In binary floating point -0.6 - -0.3 is exactly the double -0.3, which is not below it: stable, so rule 2
/// does not hold and rule 4 does. -0.7 - -0.4 rounds to just above -0.3 and is stable too, -0.9 - -0.6 to just
/// below and is declining.
#[test]
fn a_fall_of_exactly_0_3_is_judged_as_binary_floating_point_has_it() {
    let fall = |from: f64, to: f64| to - from;
    assert_eq!(fall(-0.3, -0.6), -0.3);
    assert_eq!(decide(&[(-0.3, 0.0), (-0.6, 0.0)]).rule.as_deref(), Some("negative-score"));
    assert!(fall(-0.4, -0.7) > -0.3);
    assert_eq!(decide(&[(-0.4, 0.0), (-0.7, 0.0)]).rule.as_deref(), Some("negative-score"));
    assert!(fall(-0.6, -0.9) < -0.3);
    assert_eq!(decide(&[(-0.6, 0.0), (-0.9, 0.0)]).rule.as_deref(), Some("sustained-negative"));
}

#[test]
fn an_empty_history_does_not_escalate() {
    let options = Options { policy: PolicyChoice::Preset("article".to_owned()), ..Options::default() };
    let decision = Conversation::new(options).unwrap().apply(Event::Tick { at: None }).unwrap();
    assert_eq!((decision.should_escalate, decision.reason.as_str(), decision.peak_frustration), (false, "", 0.0));
}
