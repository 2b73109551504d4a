//! What a page logs replays to the decisions it took, and holds nobody's data.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;
use simmerdown::replay::{Record, Setting, replay};
use simmerdown::{Conversation, CustomerSaid, Event, Options, Policy, to_json};

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
