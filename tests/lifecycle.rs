//! The handoff lifecycle as the table it is: `data/lifecycle.csv`, every state and every event, and the same table
//! in `docs/handoff.md`.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use serde_json::{Value, json};
use simmerdown::{Action, Conversation, Decision, Event, Handoff, Options, Policy, Raise};

const STATES: [&str; 6] = ["bot", "offered", "requested", "queued", "human", "returned"];

struct Desk {
    conversation: Conversation,
    now: f64,
}

impl Desk {
    fn new() -> Self {
        Desk { conversation: Conversation::new(Options::default()).unwrap(), now: 1_000.0 }
    }

    fn apply(&mut self, mut event: Value) -> Decision {
        event["at"] = self.now.into();
        self.conversation.apply(serde_json::from_value::<Event>(event).unwrap()).unwrap()
    }

    /// Brings a fresh conversation to a state, by the way it is meant to go.
    fn at(state: &str) -> Desk {
        let mut desk = Desk::new();
        let way: &[&str] = match state {
            "bot" => &[],
            "offered" => &["offer-shown"],
            "requested" => &["human-requested"],
            "queued" => &["human-requested", "handoff-queued"],
            "human" => &["human-requested", "handoff-queued", "human-joined"],
            "returned" => &["human-requested", "handoff-queued", "human-joined", "human-left"],
            _ => panic!("there is no state {state}"),
        };
        for step in way {
            desk.apply(json!({ "type": step }));
        }
        assert_eq!(desk.conversation.last_decision().map_or("bot", |last| last.handoff.as_str()), state);
        desk
    }

    /// An event of the table, by its name there.
    fn step(&mut self, name: &str) -> Decision {
        let scored = |desk: &mut Desk, frustration: f64, times: usize| {
            let mut last = None;
            for n in 0..times {
                desk.apply(json!({ "type": "customer-message", "id": format!("m{n}"), "features": { "cues": [], "length": 9 } }));
                let score =
                    json!({ "score": -frustration, "label": "negative", "frustration": frustration, "urgency": 0 });
                last = Some(desk.apply(
                    json!({ "type": "score", "messageId": format!("m{n}"), "score": score, "source": "model" }),
                ));
            }
            last.unwrap()
        };
        match name {
            "a calm message" => {
                self.apply(json!({ "type": "customer-message", "id": "m1", "features": { "cues": [], "length": 9 } }))
            }
            "rules call for offer" => scored(self, 0.8, 1),
            "rules call for handoff" => scored(self, 0.8, 2),
            "its time is over" => {
                self.now = self.conversation.last_decision().and_then(|last| last.wake_at).unwrap_or(self.now + 1e7);
                self.apply(json!({ "type": "tick" }))
            }
            "human-requested, desk closed" => {
                self.apply(json!({ "type": "availability", "state": "closed" }));
                self.apply(json!({ "type": "human-requested" }))
            }
            "human-requested, desk busy" => {
                self.apply(json!({ "type": "availability", "state": "busy", "waitMs": 60_000 }));
                self.apply(json!({ "type": "human-requested" }))
            }
            "contact-left" => self.apply(json!({ "type": name, "email": "a@b.example" })),
            name => self.apply(json!({ "type": name })),
        }
    }
}

/// What a cell of the table says of a decision: the state, and what else came of it.
fn cell(decision: &Decision) -> String {
    let mut cell = decision.handoff.as_str().to_owned();
    if decision.action == Action::Handoff {
        assert_eq!(decision.raises, [Raise::Handoff], "an announced handoff has its packet");
        cell.push_str(" + packet");
    }
    for notice in &decision.notices {
        cell.push_str(", ");
        cell.push_str(&serde_json::to_value(notice.key).unwrap().as_str().unwrap().replace('"', ""));
    }
    assert_eq!(decision.bot_muted, matches!(decision.handoff, Handoff::Queued | Handoff::Human), "{decision:?}");
    cell
}

fn table() -> Vec<(String, BTreeMap<&'static str, String>)> {
    let mut rows = csv::Reader::from_path("tests/data/lifecycle.csv").unwrap();
    assert_eq!(rows.headers().unwrap().iter().skip(1).collect::<Vec<_>>(), STATES);
    rows.records()
        .map(|row| {
            let row = row.unwrap();
            (row[0].to_owned(), STATES.iter().enumerate().map(|(n, state)| (*state, row[n + 1].to_owned())).collect())
        })
        .collect()
}

#[test]
fn every_event_in_every_state_leads_where_the_table_says() {
    let mut wrong = Vec::new();
    for (event, row) in table() {
        for (state, want) in row {
            let got = cell(&Desk::at(state).step(&event));
            if got != want {
                wrong.push(format!("{event} in {state}: wanted `{want}`, got `{got}`"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_table_names_every_event_that_moves_the_handoff() {
    let named: Vec<String> = table().into_iter().map(|(event, _)| event).collect();
    for event in [
        "offer-shown",
        "offer-accepted",
        "offer-declined",
        "human-requested",
        "handoff-queued",
        "handoff-failed",
        "handoff-cancelled",
        "contact-left",
        "human-joined",
        "human-left",
        "ended",
        "started",
        "bot-failed",
        "tick",
    ] {
        assert!(named.iter().any(|name| name == event), "{event}");
    }
}

#[test]
fn the_documents_hold_the_same_table() {
    let page = std::fs::read_to_string("docs/handoff.md").unwrap();
    let mut want =
        format!("| event | {} |\n|---|{}\n", STATES.map(|state| format!("`{state}`")).join(" | "), "---|".repeat(6));
    for (event, row) in table() {
        let cells: Vec<_> =
            STATES.iter().map(|state| if row[state] == *state { "–".to_owned() } else { row[state].clone() }).collect();
        want.push_str(&format!("| {event} | {} |\n", cells.join(" | ")));
    }
    assert!(page.contains(&want), "docs/handoff.md should hold:\n{want}");
}

#[test]
fn asking_again_is_asking_once_and_old_context_asks_for_nobody() {
    let mut desk = Desk::new();
    let first = desk.step("rules call for handoff");
    assert_eq!((first.action, first.handoff), (Action::Handoff, Handoff::Requested));
    let reference = desk.conversation.handoff_packet().reference;
    for again in ["human-requested", "offer-accepted", "human-requested"] {
        assert!(desk.step(again).raises.is_empty(), "{again}");
    }
    assert_eq!(desk.conversation.handoff_packet().reference, reference);
    for step in ["handoff-queued", "human-joined", "human-left"] {
        desk.step(step);
    }
    for event in ["tick", "bot-failed", "started"] {
        let decision = desk.step(event);
        assert_eq!((decision.handoff, decision.should_escalate), (Handoff::Returned, false), "{event}");
    }
    let pressed = desk.step("human-requested");
    assert_eq!(pressed.handoff, Handoff::Requested, "the customer may always ask");
    assert_ne!(desk.conversation.handoff_packet().reference, reference, "another request has another number");
}

#[test]
fn what_a_waiting_customer_reads_never_repeats() {
    let mut desk = Desk::at("queued");
    let mut read = Vec::new();
    for n in 0..20 {
        desk.now += 31_000.0;
        let message =
            json!({ "type": "customer-message", "id": format!("m{n}"), "features": { "cues": [], "length": 9 } });
        read.extend(desk.apply(message).notices.into_iter().map(|notice| notice.text));
    }
    let mut different = read.clone();
    different.sort();
    different.dedup();
    assert_eq!((read.len(), different.len()), (3, 3), "{read:?}");
    desk.now += 31_000.0;
    desk.step("handoff-cancelled");
    desk.step("human-requested");
    desk.step("handoff-queued");
    desk.now += 1_000.0;
    let message = |id: &str| json!({ "type": "customer-message", "id": id, "features": { "cues": [], "length": 9 } });
    assert_eq!(desk.apply(message("n1")).notices.len(), 1, "another wait begins anew");
    desk.now += 1_000.0;
    assert_eq!(desk.apply(message("n2")).notices.len(), 0, "and not with every message");
}

#[test]
fn a_closed_desk_promises_nobody_and_says_so_once() {
    let mut desk = Desk::new();
    desk.apply(json!({ "type": "availability", "state": "closed", "opensAt": 100_000 }));
    let pressed = desk.apply(json!({ "type": "human-requested" }));
    assert!(pressed.contact && !pressed.bot_muted);
    assert_eq!(pressed.notices[0].opens_at, Some(100_000.0));
    let over = desk.step("its time is over");
    assert_eq!((over.handoff, over.notices.len(), over.contact), (Handoff::Bot, 0, true));
    let left = desk.apply(json!({ "type": "contact-left", "phone": "+44 20 7946 0000" }));
    assert!(!left.contact);
    assert_eq!(desk.conversation.handoff_packet().contact.unwrap().phone.as_deref(), Some("+44 20 7946 0000"));
    desk.now = 100_000.0;
    let open = desk.apply(json!({ "type": "human-requested" }));
    assert!(!open.contact, "the desk has opened meanwhile");
}

#[test]
fn safety_comes_first_and_whatever_the_hours() {
    let mut desk = Desk::new();
    desk.apply(json!({ "type": "availability", "state": "closed" }));
    let said = desk.apply(json!({ "type": "customer-message", "id": "m1", "features": { "cues": [{ "cue": "safety", "strength": 1 }], "length": 9 } }));
    let keys: Vec<_> = said.notices.iter().map(|notice| serde_json::to_value(notice.key).unwrap()).collect();
    assert_eq!(keys, ["safety", "desk-closed"], "never a contact form alone");
    assert_eq!(said.raises, [Raise::Handoff, Raise::Safety]);
    assert!(said.tone.hints.iter().all(|hint| !hint.text.to_lowercase().contains("safety")));
    let summary = serde_json::to_string(&desk.conversation.summary()).unwrap();
    assert!(summary.contains(r#""severity":"low""#) && !summary.contains("safety"), "{summary}");
    assert!(!desk.conversation.summary().escalated && !desk.conversation.summary().handed_off);
}

#[test]
fn no_text_for_the_customer_names_an_emotion_or_promises_a_time() {
    let keys = [
        "safety",
        "requested",
        "desk-closed",
        "desk-busy",
        "queued",
        "holding",
        "joined",
        "returned",
        "not-accepted",
        "failed",
        "cancelled",
        "contact-kept",
        "wait",
        "position",
        "reference",
    ];
    for key in keys {
        let key: simmerdown::TextKey = serde_json::from_value(json!(key)).unwrap();
        for text in key.english() {
            let text = text.to_lowercase();
            for word in [
                "upset",
                "angry",
                "frustrat",
                "sorry",
                "feel",
                "calm",
                "soon",
                "shortly",
                "right away",
                "will be with you",
            ] {
                assert!(!text.contains(word), "{text}");
            }
        }
    }
}

/// Trend and slope are of scores that still speak to the rules: what a person has dealt with brings nobody back.
#[test]
fn what_is_over_calls_for_nobody_until_the_customer_goes_on() {
    for state in ["offered", "requested"] {
        let mut desk = Desk::at(state);
        assert!(desk.conversation.last_decision().unwrap().wake_at.is_some());
        assert_eq!(desk.step("ended").wake_at, None);
        desk.now += 3_600_000.0;
        assert_eq!(desk.step("tick").handoff.as_str(), state, "no time runs out");
    }
    for again in ["started", "rules call for handoff", "human-requested"] {
        let mut desk = Desk::at("bot");
        desk.step("rules call for offer");
        assert_eq!(desk.step("ended").action, Action::Respond);
        assert_eq!(desk.step("tick").action, Action::Respond);
        assert!(desk.step(again).action >= Action::Offer, "{again}");
    }
    let mut desk = Desk::at("bot");
    desk.step("ended");
    let asked = desk.step("human-requested");
    assert!(asked.wake_at.is_some(), "a press after the end is waited for as any other");
}

#[test]
fn who_is_accepted_late_is_not_told_that_nobody_was_free() {
    for accepted in ["handoff-queued", "human-joined"] {
        let mut desk = Desk::at("requested");
        desk.now += 30_000.0;
        let keys: Vec<_> =
            desk.apply(json!({ "type": accepted })).notices.iter().map(|notice| notice.key.as_str()).collect();
        assert_eq!(keys.len(), 1, "{keys:?}");
    }
}

#[test]
fn a_decline_that_a_person_has_dealt_with_calls_for_nothing() {
    for when in [r#"{ "input": "trend", "is": "declining" }"#, r#"{ "input": "slope", "below": 0 }"#] {
        let policy = simmerdown::Policy::preset_text("balanced").unwrap();
        let mut document: Value = serde_json::from_str(policy).unwrap();
        let when: Value = serde_json::from_str(when).unwrap();
        document["rules"] =
            json!([{ "id": "falling", "when": when, "outcome": "offer", "severity": "medium", "reason": "It falls" }]);
        document["limits"] = json!([]);
        let policy = simmerdown::Policy::from_json(&document.to_string()).unwrap();
        let options = Options { policy: policy.into(), ..Options::default() };
        let mut desk = Desk { conversation: Conversation::new(options).unwrap(), now: 1_000.0 };
        for n in 0..5 {
            let id = format!("m{n}");
            let said = json!({ "type": "customer-message", "id": id, "features": { "cues": [], "length": 9 } });
            desk.apply(said);
            let score =
                json!({ "score": 0.4 - 0.2 * f64::from(n), "label": "neutral", "frustration": 0, "urgency": 0 });
            desk.apply(json!({ "type": "score", "messageId": id, "source": "model", "score": score }));
        }
        assert!(desk.conversation.last_decision().unwrap().should_escalate, "{document}");
        for step in ["human-requested", "human-joined", "human-left"] {
            desk.apply(json!({ "type": step }));
        }
        assert!(!desk.conversation.last_decision().unwrap().should_escalate, "{document}");
    }
}

/// Under `balanced` with `maxOffers` 0 the rules offer nobody, however bad it gets; who asks is asked back, and two
/// strong messages in a row are handed off as ever.
#[test]
fn where_no_offers_may_be_made_none_is() {
    let with = |max_offers: u32| {
        let mut policy: Value = serde_json::from_str(Policy::preset_text("balanced").unwrap()).unwrap();
        policy["gates"]["maxOffers"] = max_offers.into();
        let options: Options = serde_json::from_value(json!({ "policy": policy })).unwrap();
        Desk { conversation: Conversation::new(options).unwrap(), now: 1_000.0 }
    };
    let said = |desk: &mut Desk, id: &str, cues: Value, frustration: f64| {
        let features = json!({ "cues": cues, "length": 9 });
        desk.apply(json!({ "type": "customer-message", "id": id, "features": features }));
        let score = json!({ "score": -0.1, "label": "neutral", "frustration": frustration, "urgency": 0 });
        desk.apply(json!({ "type": "score", "messageId": id, "score": score, "source": "model" }))
    };
    let calm = json!([]);
    let (mut one, mut none) = (with(1), with(0));
    assert_eq!(said(&mut one, "m1", calm.clone(), 0.95).action, Action::Offer);
    let decision = said(&mut none, "m1", calm.clone(), 0.95);
    assert_eq!((decision.action, decision.should_escalate), (Action::Watch, true), "the rules say what they say");
    // Worse than anything before, and a threat.
    let threat = json!([{ "cue": "legal", "strength": 1 }]);
    assert_eq!(said(&mut none, "m2", threat, 0.1).action, Action::Watch);
    let asks = json!([{ "cue": "asks-human", "strength": 1 }]);
    assert_eq!(said(&mut none, "m3", asks, 0.1).action, Action::Ask);
    assert!(said(&mut none, "m4", calm.clone(), 0.8).action <= Action::Offer);
    assert_eq!(said(&mut none, "m5", calm, 0.8).action, Action::Handoff);
    // A desk that is closed makes a handoff an offer, which is none of those counted.
    let mut closed = with(0);
    closed.apply(json!({ "type": "availability", "state": "closed" }));
    assert_eq!(said(&mut closed, "m1", json!([]), 0.8).action, Action::Watch);
    assert_eq!(said(&mut closed, "m2", json!([]), 0.8).action, Action::Offer);
}
