//! Recorded conversations: what is kept in a log decides the same again.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use simmerdown::replay::{Record, Replayed, Scorer, Setting, replay};
use simmerdown::{Action, ErrorCode, Event, Policy, to_json};

fn records() -> Vec<Record> {
    let text = std::fs::read_to_string("tests/data/conversations.jsonl").unwrap();
    text.lines().map(|line| Record::parse(line).unwrap()).collect()
}

fn run(record: &Record, policy: &str, scorer: Scorer) -> Replayed {
    replay(record, &Setting { scorer, ..Setting::new(Policy::preset(policy).unwrap()) }).unwrap()
}

#[test]
fn a_log_without_texts_replays_to_the_same_decisions() {
    for record in records() {
        let bare = record.without_texts().unwrap();
        let texts = bare.events.iter().any(|event| {
            matches!(event, Event::CustomerMessage { text: Some(_), .. } | Event::BotMessage { text: Some(_), .. })
        });
        assert!(!texts, "{} still has texts", record.id);
        let line = to_json(&serde_json::json!({ "id": bare.id, "events": bare.events })).unwrap();
        let read_back = Record::parse(&line).unwrap();
        for policy in Policy::PRESETS {
            let want = run(&record, policy, Scorer::Recorded);
            assert_eq!(run(&bare, policy, Scorer::Recorded), want, "{} under {policy}", record.id);
            assert_eq!(run(&read_back, policy, Scorer::Recorded), want, "{} under {policy}, read back", record.id);
        }
    }
}

#[test]
fn there_is_one_decision_for_each_event_applied() {
    for record in records() {
        let replayed = run(&record, "balanced", Scorer::Recorded);
        assert_eq!(replayed.decisions.len(), record.events.len(), "{}", record.id);
        let ids: Vec<_> = replayed.decisions.iter().map(|decision| decision.id.clone()).collect();
        assert_eq!(ids, (1..=record.events.len()).map(|n| format!("d{n}")).collect::<Vec<_>>());
        let first = replayed.decisions.iter().find(|decision| decision.should_escalate);
        assert_eq!((replayed.escalated, replayed.at_turn.is_some()), (first.is_some(), first.is_some()));
    }
}

#[test]
fn the_conversations_end_as_their_names_say() {
    let all: Vec<_> = records().iter().map(|record| run(record, "balanced", Scorer::Recorded)).collect();
    let of = |id: &str| all.iter().find(|replayed| replayed.id == id).unwrap();
    assert_eq!((of("calm").escalated, of("calm").at_turn), (false, None));
    assert_eq!(of("going-in-circles").at_turn, Some(2), "the bot asks the same again");
    assert_eq!(of("asks-for-a-person").at_turn, Some(1));
    assert!(of("safety").decisions[0].action == Action::Handoff);
    assert!(of("declines").decisions[3].action <= Action::Watch);
}

#[test]
fn the_on_device_scorer_can_take_the_place_of_recorded_scores() {
    let record = records().into_iter().find(|record| record.id == "late-scores").unwrap();
    let replayed = run(&record, "balanced", Scorer::OnDevice);
    let messages = record.events.iter().filter(|event| matches!(event, Event::CustomerMessage { .. })).count();
    let scores = record.events.iter().filter(|event| matches!(event, Event::Score { .. } | Event::ScoreFailed { .. }));
    assert_eq!(replayed.decisions.len(), record.events.len() - scores.count() + messages);
    assert!(replayed.decisions.iter().filter_map(|decision| decision.sentiment).all(|s| !s.provisional));
}

#[test]
fn times_are_clamped_and_a_late_score_moves_no_message() {
    let record = records().into_iter().find(|record| record.id == "times-run-back").unwrap();
    let at: Vec<_> = run(&record, "balanced", Scorer::Recorded).decisions.iter().map(|decision| decision.at).collect();
    assert_eq!(at, [5000.0, 9000.0, 6000.0, 6000.0, 9000.0]);
}

#[test]
fn a_line_that_cannot_be_used_says_where() {
    for (line, part) in [
        ("", "cut off"),
        ("{\"id\":\"a\"}", "events"),
        ("{\"id\":\"\",\"events\":[]}", "`id` is empty"),
        ("{\"id\":\"a\",\"events\":[{\"type\":\"tick\"},{\"type\":\"shrug\"}]}", "events[1]"),
        ("{\"id\":\"a\",\"events\":[{\"type\":\"tick\",\"at\":-1}]}", "events[0]: `at` is `-1`"),
        ("{\"id\":\"a\",\"events\":[],\"outcome\":{\"neded\":true}}", "outcome"),
        ("{\"id\":\"a\",\"events\":[],\"extra\":1}", "extra"),
    ] {
        let error = Record::parse(line).unwrap_err();
        assert_eq!(error.code(), ErrorCode::InvalidRecord);
        assert!(error.message().contains(part), "{line}: {error}");
    }
}

#[test]
fn parts_of_one_conversation_are_joined_by_their_seq() {
    let part = |seq: u32, id: &str| {
        let events = format!("[{{\"type\":\"customer-message\",\"id\":\"{id}\",\"text\":\"x\"}}]");
        Record::parse(&format!("{{\"id\":\"c\",\"seq\":{seq},\"events\":{events}}}")).unwrap()
    };
    let joined = Record::join(vec![part(2, "m2"), part(1, "m1"), part(2, "m2")]).unwrap();
    assert_eq!(joined.events, [part(1, "m1").events, part(2, "m2").events].concat());
}
