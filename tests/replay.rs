//! Recorded conversations: what is kept in a log decides the same again.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use simmerdown::replay::{Record, Replayed, Scorer, Setting, replay};
use simmerdown::report::{Course, Report};
use simmerdown::{Action, Conversation, CustomerSaid, ErrorCode, Event, Ignored, Options, Policy, to_json};

fn records() -> Vec<Record> {
    records_of("conversations")
}

fn records_of(name: &str) -> Vec<Record> {
    let text = std::fs::read_to_string(format!("tests/data/{name}.jsonl")).unwrap();
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
    // The last message has the id of the one before: it is ignored, and not scored.
    assert_eq!(replayed.decisions.len(), record.events.len() - scores.count() + messages - 1);
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

/// The page ignores a message whose id is there already, and does not score its text.
#[test]
fn a_repeated_id_is_ignored_in_a_replay_as_in_the_page() {
    let texts = ["hi", "I am furious, this is useless, nothing works", "I want to talk to a human now"];
    let events: Vec<_> = texts
        .iter()
        .zip(1..)
        .map(|(text, at)| serde_json::json!({ "type": "customer-message", "id": "m", "text": text, "at": at }))
        .collect();
    let record = Record::parse(&serde_json::json!({ "id": "c", "events": events }).to_string()).unwrap();
    let mut page = Conversation::new(Options { id: Some("c".to_owned()), ..Options::default() }).unwrap();
    for (text, at) in texts.iter().zip([1.0, 2.0, 3.0]) {
        let (text, id) = ((*text).to_owned(), Some("m".to_owned()));
        page.customer_said(CustomerSaid { text, id, at: Some(at), ..CustomerSaid::default() }).unwrap();
    }
    let replayed = run(&record, "balanced", Scorer::OnDevice);
    assert_eq!(replayed.decisions.last(), page.last_decision().as_ref());
    assert!(!replayed.escalated);
    let ignored: Vec<_> = replayed.decisions.iter().map(|decision| decision.ignored).collect();
    assert_eq!(ignored, [None, None, Some(Ignored::DuplicateMessage), Some(Ignored::DuplicateMessage)]);
    let setting = Setting { scorer: Scorer::OnDevice, ..Setting::new(Policy::preset("balanced").unwrap()) };
    let mut report = Report::new(&setting.policy, None);
    report.add("c", Course::of(&record, &setting, false).unwrap(), None);
    let counted = report.document().all.ignored;
    assert_eq!((counted.duplicate_message, counted.unknown_message), (2, 0));
}

/// Conversations by five who saw neither rules nor scorer, each with whether a person was needed; docs/scorer.md has the
/// figures. Here, in hundredths of each part, by the first letter of their names: the least that may be found of those who
/// need a person, and the most that may be offered one of the others.
#[test]
fn whoever_needs_a_person_is_offered_one_and_few_others_are() {
    let talks = records_of("talks");
    for (parts, least, most) in [("abc", 96, 15), ("d", 78, 27), ("e", 70, 20), ("f", 72, 24)] {
        let of = |needed: bool| {
            let of: Vec<_> = talks
                .iter()
                .filter(|talk| talk.id.starts_with(|part| parts.contains(part)))
                .filter(|talk| talk.outcome.as_ref().unwrap().needed == Some(needed))
                .collect();
            let offered: Vec<_> = of
                .iter()
                .filter(|talk| run(talk, "balanced", Scorer::OnDevice).escalated)
                .map(|talk| &talk.id)
                .collect();
            println!("{parts}, needed {needed}: {} of {} are offered a person: {offered:?}", offered.len(), of.len());
            (offered.len(), of.len())
        };
        let ((offered, needed), (disturbed, others)) = (of(true), of(false));
        assert!(needed >= 50 && others >= 60);
        assert!(offered * 100 >= needed * least, "{parts}: {offered} of {needed}");
        assert!(disturbed * 100 <= others * most, "{parts}: {disturbed} of {others}");
    }
}
