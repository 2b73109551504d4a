//! A snapshot taken anywhere, restored, changes nothing; and what is no snapshot is refused.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice)]

use proptest::prelude::*;
use serde_json::{Value, json};
use simmerdown::{
    Conversation, CustomerSaid, Decision, ErrorCode, Event, MAX_SNAPSHOT_AGE_MS, MAX_SNAPSHOT_LENGTH, Options, Policy,
    PolicyChoice, Trend, checkpoint_is_due,
};

const NOW: f64 = 1_700_000_000_000.0;

fn event(value: Value) -> Event {
    serde_json::from_value(value).unwrap()
}

fn options(policy: &str) -> Options {
    Options { policy: PolicyChoice::Preset(policy.to_owned()), id: Some("c1".to_owned()), ..Options::default() }
}

const TEXTS: [&str; 13] = [
    "Where is my order?",
    "where is my order",
    "this is useless, ridiculous",
    "I want to talk to a human",
    "yes please",
    "no thanks",
    "thanks, great",
    "I will call my lawyer",
    "ok",
    "refund",
    "退款",
    "我的包裹在哪里",
    "?",
];

/// One event, from a small number: `n` messages were written before it.
fn nth(kind: u8, detail: u8, n: usize, at: f64) -> Value {
    let back = n.saturating_sub(usize::from(detail % 4));
    let pick = |list: &[&str]| list[usize::from(detail) % list.len()].to_owned();
    match kind % 16 {
        0..=3 => {
            json!({ "type": "customer-message", "id": format!("m{n}"), "text": pick(&TEXTS), "awaitsModel": detail.is_multiple_of(3), "at": at })
        }
        4..=6 => {
            let value = f64::from(detail) / 127.5 - 1.0;
            let label = if value < -0.3 { "negative" } else { "neutral" };
            let score = json!({ "score": value, "label": label, "frustration": f64::from(255 - detail) / 255.0, "urgency": 0.1 });
            let source = if detail.is_multiple_of(2) { "model" } else { "on-device" };
            json!({ "type": "score", "messageId": format!("m{back}"), "score": score, "source": source, "at": at })
        }
        7 => json!({ "type": "score-failed", "messageId": format!("m{back}"), "failure": "timeout", "at": at }),
        8 => {
            json!({ "type": "bot-message", "id": format!("b{n}"), "text": pick(&["I'm sorry, could you give me the number?", "It is on its way."]), "at": at })
        }
        9 => json!({ "type": pick(&["bot-failed", "tick", "human-left"]), "at": at }),
        10 => json!({ "type": pick(&["offer-shown", "offer-declined", "offer-accepted"]), "at": at }),
        11 => json!({ "type": pick(&["human-requested", "handoff-failed", "handoff-cancelled"]), "at": at }),
        12 => json!({ "type": "handoff-queued", "waitMs": 1000.0 * f64::from(detail), "position": detail, "at": at }),
        13 => json!({ "type": pick(&["human-joined", "contact-left", "ended", "started"]), "at": at }),
        14 => json!({ "type": "availability", "state": pick(&["open", "busy", "closed"]), "at": at }),
        _ => json!({ "type": "customer", "attributes": { "tier": pick(&["gold", "none"]) }, "at": at }),
    }
}

fn script(codes: &[(u8, u8)]) -> Vec<Event> {
    let mut messages = 0;
    let mut at = 0.0;
    let mut events = Vec::new();
    for (kind, detail) in codes {
        messages += usize::from(kind % 16 < 4);
        at += f64::from(*detail) * 50.0;
        events.push(event(nth(*kind, *detail, messages, at)));
    }
    events
}

proptest! {
    #![proptest_config(ProptestConfig { cases: if std::env::var_os("SIMMERDOWN_FULL").is_some() { 2_000 } else { 150 }, ..ProptestConfig::default() })]

    /// Snapshot and restore after every event: every later decision is the same.
    #[test]
    fn restored_at_every_point_nothing_changes(
        codes in prop::collection::vec((any::<u8>(), any::<u8>()), 1..60),
        article in any::<bool>(),
    ) {
        let policy = if article { "article" } else { "balanced" };
        let mut live = Conversation::new(options(policy)).unwrap();
        let mut restored = Conversation::new(options(policy)).unwrap();
        for event in script(&codes) {
            prop_assert_eq!(live.apply(event.clone()).unwrap(), restored.apply(event).unwrap());
            let json = restored.snapshot(NOW).unwrap();
            restored = Conversation::restore(&json, options(policy), NOW).unwrap();
            let standing = |decision: &Decision| Decision {
                // What is said once was said before the snapshot.
                ignored: None, notices: Vec::new(), raises: Vec::new(), ..decision.clone()
            };
            prop_assert_eq!(live.last_decision().as_ref().map(standing), restored.last_decision().as_ref().map(standing));
            prop_assert_eq!(live.summary(), restored.summary());
            prop_assert_eq!(restored.snapshot(NOW).unwrap(), json, "a snapshot of what was restored is the same");
        }
    }

    /// As with a snapshot, and the agent reads the same as if there had been none.
    #[test]
    fn a_checkpoint_at_every_point_changes_nothing_and_costs_the_agent_nothing(
        codes in prop::collection::vec((any::<u8>(), any::<u8>()), 1..60),
    ) {
        let mut live = Conversation::new(options("balanced")).unwrap();
        let mut rebuilt = Conversation::new(options("balanced")).unwrap();
        for event in script(&codes) {
            prop_assert_eq!(live.apply(event.clone()).unwrap(), rebuilt.apply(event).unwrap());
            let saved = rebuilt.to_checkpoint(NOW, &[]);
            let policy = Policy::preset("balanced").unwrap();
            rebuilt = Conversation::from_checkpoint(saved, rebuilt.contact().cloned(), policy, options("balanced")).unwrap();
            prop_assert_eq!(live.handoff_packet().transcript, rebuilt.handoff_packet().transcript);
            prop_assert_eq!(live.contact(), rebuilt.contact());
        }
    }

    /// A broken snapshot is an error, never a panic.
    #[test]
    fn broken_snapshots_are_refused_or_read(at in 0.0..1.0_f64, byte in any::<u8>(), cut in any::<bool>()) {
        let mut conversation = Conversation::new(options("balanced")).unwrap();
        for event in script(&[(0, 2), (4, 0), (8, 0), (11, 0), (12, 3), (13, 1), (0, 3)]) {
            conversation.apply(event).unwrap();
        }
        let mut bytes = conversation.snapshot(NOW).unwrap().into_bytes();
        let place = ((bytes.len() - 1) as f64 * at) as usize;
        if cut { bytes.truncate(place) } else { bytes[place] = byte }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        match Conversation::restore(&text, options("balanced"), NOW) {
            Ok(mut restored) => {
                restored.apply(event(json!({ "type": "customer-message", "id": "x", "text": "hello" }))).unwrap();
                let _ = restored.handoff_packet();
            }
            Err(error) => prop_assert!(matches!(
                error.code(),
                ErrorCode::InvalidSnapshot | ErrorCode::ExpiredSnapshot | ErrorCode::InvalidOptions
            )),
        }
    }
}

/// Longer than every bound: the history of 200, what is looked back on before it, the entries.
#[test]
fn a_long_conversation_goes_on_the_same_and_its_snapshot_is_bounded() {
    let mut codes = Vec::new();
    for n in 0..2_400_u32 {
        codes.push(((n.wrapping_mul(2_654_435_761) >> 7) as u8, (n.wrapping_mul(40_503) >> 3) as u8));
    }
    let mut live = Conversation::new(options("balanced")).unwrap();
    let mut restored = live.clone();
    let mut longest = 0;
    for (n, event) in script(&codes).into_iter().enumerate() {
        assert_eq!(live.apply(event.clone()).unwrap(), restored.apply(event).unwrap(), "event {n}");
        if n % 40 == 39 || (1_190..1_210).contains(&n) {
            let json = restored.snapshot(NOW).unwrap();
            longest = longest.max(json.len());
            restored = Conversation::restore(&json, options("balanced"), NOW).unwrap();
        }
    }
    assert!(live.summary().turns > 400, "{} messages", live.summary().turns);
    assert!(longest < MAX_SNAPSHOT_LENGTH / 4, "{longest} bytes");
}

/// Where the scores were heading is no part of a snapshot: it is told anew, also where every scored message is too old to be
/// judged again.
#[test]
fn the_trend_of_scores_long_past_is_known_after_a_snapshot() {
    let mut live = Conversation::new(options("balanced")).unwrap();
    for n in 0..300 {
        let id = format!("m{n}");
        let said = json!({ "type": "customer-message", "id": id, "features": { "cues": [], "length": 9 } });
        live.apply(event(said)).unwrap();
        if n < 5 {
            let score =
                json!({ "score": 0.4 - 0.2 * f64::from(n), "label": "neutral", "frustration": 0, "urgency": 0 });
            live.apply(event(json!({ "type": "score", "messageId": id, "source": "model", "score": score }))).unwrap();
        }
    }
    let json = live.snapshot(NOW).unwrap();
    let restored = Conversation::restore(&json, options("balanced"), NOW).unwrap();
    let decision = live.last_decision().unwrap();
    assert_eq!(decision.trend, Trend::Declining);
    assert_eq!(restored.last_decision().unwrap(), decision);
}

/// What was said before a snapshot is remembered after it, short or without blanks.
#[test]
fn a_loop_goes_on_being_heard_after_a_snapshot() {
    let answer = "很抱歉，我没有听懂您的问题，请换一种说法";
    for (text, third) in [("我的包裹在哪里", "offer"), ("refund", "offer"), ("thanks", "respond"), ("42", "respond")]
    {
        let mut conversation = Conversation::new(options("balanced")).unwrap();
        let mut actions = Vec::new();
        for n in 0..3 {
            let said = json!({ "type": "customer-message", "id": format!("m{n}"), "text": text });
            actions.push(conversation.apply(event(said)).unwrap().action);
            let json = conversation.snapshot(NOW).unwrap();
            conversation = Conversation::restore(&json, options("balanced"), NOW).unwrap();
        }
        assert_eq!(json!(actions), json!(["respond", "respond", third]), "{text}");
        let mut bot = Conversation::new(options("balanced")).unwrap();
        for n in 0..2 {
            bot.apply(event(json!({ "type": "bot-message", "id": format!("b{n}"), "text": answer }))).unwrap();
            let json = bot.snapshot(NOW).unwrap();
            bot = Conversation::restore(&json, options("balanced"), NOW).unwrap();
        }
        let heard = bot.last_decision().unwrap();
        assert_eq!(json!(heard)["shouldEscalate"], json!(true), "{heard:?}");
    }
}

#[test]
fn it_expires_after_a_day() {
    let conversation = Conversation::new(options("balanced")).unwrap();
    let json = conversation.snapshot(NOW).unwrap();
    assert!(Conversation::restore(&json, options("balanced"), NOW + MAX_SNAPSHOT_AGE_MS).is_ok());
    let late = Conversation::restore(&json, options("balanced"), NOW + MAX_SNAPSHOT_AGE_MS + 1.0);
    assert_eq!(late.unwrap_err().code(), ErrorCode::ExpiredSnapshot);
}

#[test]
fn what_is_no_snapshot_of_this_version_is_refused() {
    let json = Conversation::new(options("balanced")).unwrap().snapshot(NOW).unwrap();
    let other = json.replacen("\"version\":1", "\"version\":2", 1);
    assert_ne!(other, json);
    for bad in ["", "{", "{}", "null", "[]", r#"{"version":1,"savedAt":0}"#, &other, &json[..json.len() / 2]] {
        let error = Conversation::restore(bad, options("balanced"), NOW).unwrap_err();
        assert!(matches!(error.code(), ErrorCode::InvalidSnapshot | ErrorCode::ExpiredSnapshot), "{bad}: {error}");
    }
    let error = Conversation::restore(&other, options("balanced"), NOW).unwrap_err();
    assert!(error.message().contains("version 2"), "{error}");
}

#[test]
fn under_another_policy_the_messages_are_judged_anew() {
    let mut conversation = Conversation::new(options("balanced")).unwrap();
    let said = |text: &str| CustomerSaid { text: text.to_owned(), ..CustomerSaid::default() };
    for text in ["this is useless, ridiculous", "this is useless, ridiculous"] {
        conversation.customer_said(said(text)).unwrap();
    }
    let json = conversation.snapshot(NOW).unwrap();
    let mut restored = Conversation::restore(&json, options("article"), NOW).unwrap();
    let decision = restored.apply(event(json!({ "type": "tick" }))).unwrap();
    let mut fresh = Conversation::new(options("article")).unwrap();
    for text in ["this is useless, ridiculous", "this is useless, ridiculous"] {
        fresh.customer_said(said(text)).unwrap();
    }
    assert_eq!(decision.rule, fresh.last_decision().unwrap().rule);
    assert_eq!(decision.sentiment_history, fresh.last_decision().unwrap().sentiment_history);
}

#[test]
fn name_and_language_come_along_unless_given() {
    let named = Options { language: Some("de".to_owned()), ..options("balanced") };
    let json = Conversation::new(named).unwrap().snapshot(NOW).unwrap();
    let restored = Conversation::restore(&json, Options::default(), NOW).unwrap();
    assert_eq!(restored.id(), Some("c1"));
    assert_eq!(restored.handoff_packet().language.as_deref(), Some("de"));
}

#[test]
fn a_checkpoint_is_due_seldom_and_sooner_while_nothing_is_on_its_way() {
    assert_eq!([0, 255, 256, 4_095].map(|entries| checkpoint_is_due(entries, true)), [false, false, true, true]);
    assert_eq!(
        [256, 4_095, 4_096, u32::MAX].map(|entries| checkpoint_is_due(entries, false)),
        [false, false, true, true]
    );
}

#[test]
fn a_checkpoint_belongs_to_a_conversation_that_goes_on() {
    let mut conversation =
        Conversation::new(Options { language: Some("en".to_owned()), ..options("balanced") }).unwrap();
    conversation.apply(event(json!({ "type": "started", "language": "de", "at": 0 }))).unwrap();
    conversation.apply(event(json!({ "type": "contact-left", "email": "ann@example.com", "at": 1 }))).unwrap();
    conversation
        .apply(event(json!({ "type": "customer-message", "id": "m1", "text": "Ich bin ann@example.com", "at": 2 })))
        .unwrap();
    // However old it is: it was never stored.
    let saved = conversation.to_checkpoint(0.0, &[]);
    let begun = Options { language: Some("en".to_owned()), ..options("balanced") };
    let policy = Policy::preset("balanced").unwrap();
    let rebuilt = Conversation::from_checkpoint(saved, conversation.contact().cloned(), policy, begun).unwrap();
    let packet = rebuilt.handoff_packet();
    assert_eq!(packet.language.as_deref(), Some("de"), "what was said meanwhile holds");
    assert_eq!(packet.transcript[0].text, "Ich bin ann@example.com");
    assert_eq!(packet, conversation.handoff_packet());
    conversation.forget();
    assert!(conversation.contact().is_none());
}
