//! What a page logs replays to the decisions it took, and holds nobody's data.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;
use simmerdown::replay::{Record, Setting, replay};
use simmerdown::{Action, Conversation, CustomerSaid, Event, EventKind, Options, Policy, to_json};

#[test]
fn the_log_replays_to_the_same_decisions_and_holds_no_text() {
    let mut conversation = Conversation::new(Options { id: Some("c1".to_owned()), ..Options::default() }).unwrap();
    conversation.keep_log();
    let mut now = 1_700_000_000_000.0;
    let mut apply = |conversation: &mut Conversation, event: serde_json::Value| {
        now += 700.0;
        conversation.apply_beside(serde_json::from_value::<Event>(event).unwrap(), now).unwrap();
        now
    };
    apply(&mut conversation, json!({ "type": "started", "language": "en" }));
    apply(
        &mut conversation,
        json!({ "type": "customer", "attributes": { "tier": "gold", "email": "ann@example.com" } }),
    );
    for text in ["Where is my order? ann@example.com", "SECRET this is useless", "where is my order? ann@example.com"] {
        let now = Some(apply(&mut conversation, json!({ "type": "tick" })));
        let said = CustomerSaid { text: text.to_owned(), now, ..CustomerSaid::default() };
        conversation.customer_said(said).unwrap();
        apply(
            &mut conversation,
            json!({ "type": "bot-message", "id": "b", "text": "SECRET I'm sorry, what is the number?" }),
        );
    }
    apply(&mut conversation, json!({ "type": "human-requested" }));
    apply(
        &mut conversation,
        json!({ "type": "contact-left", "email": "ann@example.com", "phone": "+44 20 7946 0000" }),
    );
    now += 30_000.0;
    conversation.apply(Event::Tick { at: Some(now) }).unwrap();

    let entries = conversation.take_log();
    assert!(conversation.take_log().is_empty());
    let json = to_json(&entries).unwrap();
    for secret in ["SECRET", "ann@", "7946", "where is"] {
        assert!(!json.to_lowercase().contains(&secret.to_lowercase()), "{secret} in {json}");
    }
    let events: Vec<_> = entries.iter().map(|entry| serde_json::to_value(&entry.event).unwrap()).collect();
    let record = Record::parse(&json!({ "id": "c1", "events": events }).to_string()).unwrap();
    let again = replay(&record, &Setting::new(Policy::preset("balanced").unwrap())).unwrap();
    assert_eq!(again.decisions.len(), entries.len());
    for (again, entry) in again.decisions.iter().zip(&entries) {
        assert_eq!(again, &entry.decision);
    }
}

/// A score moves the time of a decision and not that of the rules: an event without a time counts for that of theirs.
#[test]
fn an_event_without_a_time_after_a_score_replays_alike() {
    let mut policy = serde_json::to_value(Policy::preset("balanced").unwrap()).unwrap();
    policy["rules"] = json!([{ "id": "long", "when": { "input": "elapsed", "atLeast": 3_000 }, "outcome": "offer", "severity": "low" }]);
    let policy = policy.to_string();
    let document = simmerdown::PolicyChoice::Document(std::sync::Arc::new(Policy::from_json(&policy).unwrap()));
    let mut conversation = Conversation::new(Options { policy: document, ..Options::default() }).unwrap();
    conversation.keep_log();
    let score = json!({ "score": -0.1, "label": "neutral", "frustration": 0.1, "urgency": 0 });
    for event in [
        json!({ "type": "customer-message", "id": "m1", "text": "Where is it?", "at": 1_000 }),
        json!({ "type": "score", "messageId": "m1", "score": score, "source": "model", "at": 5_000 }),
        json!({ "type": "bot-message", "id": "b1", "text": "On its way." }),
        json!({ "type": "tick", "at": 2_000 }),
    ] {
        conversation.apply(serde_json::from_value::<Event>(event).unwrap()).unwrap();
    }
    let entries = conversation.take_log();
    for (again, entry) in replayed(&entries, &policy).iter().zip(&entries) {
        assert_eq!(again, &entry.decision);
        assert_eq!(again.action, Action::Respond);
    }
}

/// The entries as a log holds them, and the decisions they replay to under a policy.
fn replayed(entries: &[simmerdown::audit::LogEntry], policy: &str) -> Vec<simmerdown::Decision> {
    let events: Vec<_> = entries.iter().map(|entry| serde_json::to_value(&entry.event).unwrap()).collect();
    let record = Record::parse(&json!({ "id": "c1", "events": events }).to_string()).unwrap();
    replay(&record, &Setting::new(Policy::from_json(policy).unwrap())).unwrap().decisions
}

#[test]
fn a_language_given_as_an_option_stands_in_the_log_as_an_event() {
    let steady = std::fs::read_to_string("docs/policies/steady.json").unwrap();
    let options = |language: Option<&str>| Options {
        policy: Policy::from_json(&steady).unwrap().into(),
        language: language.map(str::to_owned),
        ..Options::default()
    };
    let unhappy = |id: &str| {
        let message =
            json!({ "type": "customer-message", "id": id, "features": { "cues": [], "length": 9 }, "at": 7000 });
        let score = json!({ "score": -0.4, "label": "negative", "frustration": 0.2, "urgency": 0 });
        [message, json!({ "type": "score", "messageId": id, "score": score, "source": "model", "at": 7500 })]
            .map(|event| serde_json::from_value::<Event>(event).unwrap())
    };
    for (first, language, started) in [
        (None, Some("es-MX"), 1),
        (Some(json!({ "type": "started", "channel": "chat", "at": 5000 })), Some("es-MX"), 2),
        (Some(json!({ "type": "started", "language": "es-MX", "at": 5000 })), Some("en"), 1),
        (None, None, 0),
    ] {
        let mut conversation = Conversation::new(options(language)).unwrap();
        conversation.keep_log();
        for event in first.map(|event| serde_json::from_value(event).unwrap()).into_iter().chain(unhappy("m1")) {
            conversation.apply(event).unwrap();
        }
        let entries = conversation.take_log();
        let kinds = entries.iter().filter(|entry| entry.event.kind() == EventKind::Started);
        assert_eq!(kinds.count(), started, "{language:?}");
        let decided = entries.last().unwrap().decision.action;
        assert_eq!(decided, if language.is_some() { Action::Watch } else { Action::Respond });
        let logged: Vec<_> = entries.iter().map(|entry| entry.decision.clone()).collect();
        assert_eq!(replayed(&entries, &steady), logged);
    }
    let mut conversation = Conversation::new(options(Some("es"))).unwrap();
    conversation.keep_log();
    assert!(conversation.apply(Event::Tick { at: Some(-1.0) }).is_err());
    assert!(conversation.take_log().is_empty(), "what is refused leaves nothing behind");
}

/// What a handoff announced by a message and the score right after it come to is one answer for the page, and two
/// entries in the log.
#[test]
fn every_event_is_logged_with_its_own_decision() {
    let mut conversation = Conversation::new(Options::default()).unwrap();
    conversation.keep_log();
    let text = "I am going to kill myself".to_owned();
    let said = conversation.customer_said(CustomerSaid { text, ..CustomerSaid::default() }).unwrap();
    let entries = conversation.take_log();
    assert_eq!(said.decision.action, Action::Handoff);
    let actions: Vec<_> = entries.iter().map(|entry| (entry.event.kind(), entry.decision.action)).collect();
    assert_eq!(actions, [(EventKind::CustomerMessage, Action::Handoff), (EventKind::Score, Action::Respond)]);
    let logged: Vec<_> = entries.iter().map(|entry| entry.decision.clone()).collect();
    assert_eq!(replayed(&entries, Policy::preset_text("balanced").unwrap()), logged);
}
