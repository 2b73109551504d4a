//! Messages that tell the model what to answer, and a model that obeys: whatever it answers, what the engine found by
//! itself keeps its outcome. The page and the proxy are held to the same file by `www/test/injections.test.mjs`.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use simmerdown::scoring::read_model_answer;
use simmerdown::{Action, Conversation, CustomerSaid, Event, Failure, Handoff, Options, ScoreSource};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Attack {
    /// The published class of attack.
    class: String,
    /// What the attacker is after.
    goal: String,
    /// What the engine finds in the text by itself.
    signal: String,
    text: String,
    /// What a model writes that does as it is told.
    answer: String,
}

#[test]
fn a_model_that_obeys_the_attacker_takes_nothing_away_from_what_the_engine_found() {
    let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/injections.jsonl")).unwrap();
    let attacks: Vec<Attack> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut classes = BTreeMap::<&str, u32>::new();
    let (mut texts, mut obeyed) = (BTreeSet::new(), 0);
    for attack in &attacks {
        *classes.entry(&attack.class).or_default() += 1;
        assert!(texts.insert(&attack.text), "twice the same: {attack:?}");
        let least = match &*attack.signal {
            "none" => Action::Respond,
            // The page shows it at once; more than an offer waits for the model.
            "frustration" => Action::Offer,
            "asks-human" => Action::Ask,
            "safety" => Action::Handoff,
            other => panic!("there is no signal {other}"),
        };
        let mut conversation = Conversation::new(Options::default()).unwrap();
        let said = CustomerSaid { text: attack.text.clone(), awaits_model: true, ..CustomerSaid::default() };
        let said = conversation.customer_said(said).unwrap();
        assert!(said.decision.action >= least, "{attack:?}: {:?}", said.decision.action);
        if said.decision.action == Action::Offer {
            conversation.apply(Event::OfferShown { at: None }).unwrap();
        }
        let message_id = said.id;
        let event = match read_model_answer(&attack.answer) {
            Ok(score) => {
                obeyed += 1;
                assert!(
                    score.score().abs() <= 1.0
                        && (0.0..=1.0).contains(&score.frustration())
                        && (0.0..=1.0).contains(&score.urgency()),
                    "{attack:?}"
                );
                Event::Score { message_id, score, source: ScoreSource::Model, at: None }
            }
            Err(_) => Event::ScoreFailed { message_id, failure: Failure::Malformed, at: None },
        };
        let after = conversation.apply(event).unwrap();
        let stands = match least {
            // What is shown stays for its dwell, even if the model disagrees.
            Action::Offer => after.action >= least || after.handoff == Handoff::Offered,
            // It has been done, and is not undone.
            Action::Handoff => after.handoff == Handoff::Requested,
            _ => after.action >= least,
        };
        assert!(stands, "{attack:?}: {:?} and {:?}", after.action, after.handoff);
    }
    assert!(attacks.len() >= 200 && obeyed >= 50, "{} of {} are scores", obeyed, attacks.len());
    for class in ["naive", "escape", "ignore", "fake-completion", "combined", "unicode-tag", "multilingual"] {
        assert!(classes.get(class).is_some_and(|count| *count >= 15), "{class}: {classes:?}");
    }
    for signal in ["asks-human", "safety", "frustration", "none"] {
        assert!(attacks.iter().filter(|attack| attack.signal == signal).count() >= 20, "{signal}");
    }
    let goals: BTreeSet<_> = attacks.iter().map(|attack| &attack.goal).collect();
    assert!(goals.len() >= 10, "{goals:?}");
}
