//! The library as its users see it: exported names only.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use serde_json::json;
use simmerdown::scoring::ScoreReply;
use simmerdown::{
    Action, Conversation, CustomerSaid, ErrorCode, Event, Failure, Handoff, Ignored, Label, Mode, Options, Policy,
    PolicyChoice, Raise, Severity,
};

fn event(value: serde_json::Value) -> Event {
    serde_json::from_value(value).unwrap()
}

fn conversation() -> Conversation {
    Conversation::new(Options::default()).unwrap()
}

fn say(conversation: &mut Conversation, text: &str) -> simmerdown::Decision {
    conversation.customer_said(CustomerSaid { text: text.to_owned(), ..CustomerSaid::default() }).unwrap().decision
}

fn reply(score: f64, label: &str, frustration: f64) -> ScoreReply {
    serde_json::from_value(json!({ "score": score, "label": label, "frustration": frustration, "urgency": 0.1 }))
        .unwrap()
}

#[test]
fn a_decision_has_the_fields_of_the_design() {
    let mut conversation = conversation();
    conversation
        .apply(event(json!({ "type": "customer-message", "id": "m1", "text": "Where is my order?", "at": 1000 })))
        .unwrap();
    let score = json!({ "score": -0.2, "label": "neutral", "frustration": 0.1, "urgency": 0.4 });
    let decision = conversation
        .apply(event(json!({ "type": "score", "messageId": "m1", "score": score, "source": "model", "at": 1350 })))
        .unwrap();
    let tone = simmerdown::instruction(Label::Neutral);
    assert_eq!(
        serde_json::to_value(decision).unwrap(),
        json!({
            "id": "d2", "messageId": "m1", "cause": "score", "at": 1350.0, "action": "respond", "shouldEscalate": false,
            "severity": "low", "reason": "", "rule": null, "evidence": [],
            "tone": { "label": "neutral", "instruction": tone, "hints": [] },
            "sentiment": { "score": -0.2, "label": "neutral", "frustration": 0.1, "urgency": 0.4, "source": "model" },
            "trend": "stable", "sentimentHistory": [-0.2], "peakFrustration": 0.1, "changed": false,
            "handoff": "bot", "botMuted": false, "wakeAt": null,
        })
    );
}

#[test]
fn a_message_is_a_message_and_then_its_on_device_score() {
    let text = "third time I'm asking, this is useless";
    let mut one = conversation();
    let said =
        one.customer_said(CustomerSaid { text: text.to_owned(), at: Some(5.0), ..CustomerSaid::default() }).unwrap();
    assert_eq!((said.id.as_str(), said.decision.id.as_str()), ("m1", "d2"));

    let mut two = conversation();
    two.apply(event(json!({ "type": "customer-message", "id": "m1", "text": text, "at": 5 }))).unwrap();
    let score = simmerdown::on_device::score(text, None).unwrap();
    let last =
        two.apply(event(json!({ "type": "score", "messageId": "m1", "score": score, "source": "on-device", "at": 5 })));
    // What the first of the two changed stands in the one that is handed out.
    assert_eq!(simmerdown::Decision { changed: true, ..last.unwrap() }, said.decision);
}

#[test]
fn a_decision_explains_itself() {
    let mut conversation = conversation();
    let decision = say(&mut conversation, "that does not help me");
    assert_eq!((decision.action, decision.rule.as_deref()), (Action::Offer, Some("strong")));
    assert_eq!(decision.reason, "A strongly negative message");
    let evidence = &decision.evidence[0];
    assert_eq!(
        (&*evidence.input, &*evidence.comparison, &evidence.messages),
        ("frustration", "atLeast", &vec!["m1".to_owned()])
    );
    assert_eq!(evidence.threshold, simmerdown::Literal::Number(0.75));
}

#[test]
fn the_model_takes_back_what_its_message_alone_called_for_and_a_cue_stays() {
    let mut conversation = conversation();
    let said = |text: &str| CustomerSaid { text: text.to_owned(), awaits_model: true, ..CustomerSaid::default() };
    let first = conversation.customer_said(said("this is useless, ridiculous")).unwrap();
    assert_eq!(first.decision.action, Action::Offer);
    assert!(first.decision.sentiment.unwrap().provisional);
    let settled = conversation.scorer_answered(&first.id, Ok(reply(0.1, "neutral", 0.2)), None).unwrap();
    assert_eq!(settled.action, Action::Respond);

    let second = conversation.customer_said(said("let me talk to a human")).unwrap();
    assert_eq!(second.decision.action, Action::Ask);
    let settled = conversation.scorer_answered(&second.id, Ok(reply(1.0, "positive", 0.0)), None).unwrap();
    assert_eq!(settled.action, Action::Ask, "a model answer never cancels what a cue established");
}

#[test]
fn a_missing_score_is_unknown_and_never_zero() {
    let mut conversation = conversation();
    let decision = say(&mut conversation, "注文はどこですか");
    assert_eq!((decision.sentiment, decision.sentiment_history.len()), (None, 0));
    assert_eq!(decision.tone.label, Label::Neutral);
}

#[test]
fn a_failed_call_makes_the_on_device_score_final() {
    let mut conversation = conversation();
    let said = CustomerSaid { text: "Where is it?".to_owned(), awaits_model: true, ..CustomerSaid::default() };
    let said = conversation.customer_said(said).unwrap();
    let decision = conversation.scorer_answered(&said.id, Err(Failure::Timeout), None).unwrap();
    assert!(!decision.sentiment.unwrap().provisional);
    let mut local = reply(0.5, "positive", 0.0);
    local.source = simmerdown::ScoreSource::OnDevice;
    let decision = conversation.scorer_answered(&said.id, Ok(local), None).unwrap();
    assert_eq!(decision.sentiment, conversation.last_decision().unwrap().sentiment);
    assert_ne!(decision.sentiment.unwrap().score.score(), 0.5);
}

#[test]
fn what_is_unknown_or_known_already_changes_nothing_and_says_so() {
    let mut conversation = conversation();
    say(&mut conversation, "I want to talk to a human");
    let again = conversation
        .apply(event(json!({ "type": "customer-message", "id": "m1", "text": "I want to talk to a human" })))
        .unwrap();
    assert_eq!((again.ignored, again.action), (Some(Ignored::DuplicateMessage), Action::Ask));
    let lost = conversation.scorer_answered("m7", Ok(reply(0.0, "neutral", 1.0)), None).unwrap();
    assert_eq!((lost.ignored, lost.action), (Some(Ignored::UnknownMessage), Action::Ask));
}

#[test]
fn an_invalid_event_leaves_the_conversation_as_it_was() {
    let mut conversation = conversation();
    say(&mut conversation, "Where is my order?");
    let before = conversation.last_decision();
    let bad = Event::Tick { at: Some(f64::NAN) };
    assert_eq!(conversation.apply(bad).unwrap_err().code(), ErrorCode::InvalidEvent);
    assert_eq!(conversation.last_decision(), before);
    assert_eq!(conversation.apply(Event::Tick { at: None }).unwrap().id, "d3");
}

#[test]
fn a_message_of_ten_megabytes_is_scored_on_its_cap() {
    let mut conversation = conversation();
    let decision = say(&mut conversation, &"this is useless ".repeat(700_000));
    assert!(decision.should_escalate);
    let said = CustomerSaid { text: "x".repeat(10_000_000), ..CustomerSaid::default() };
    assert_eq!(conversation.customer_said(said).unwrap().message.len(), simmerdown::MAX_TEXT_LENGTH);
}

#[test]
fn a_handoff_goes_from_the_button_to_the_agent_and_back() {
    let mut conversation = conversation();
    let pressed = conversation.apply(event(json!({ "type": "human-requested", "at": 1000 }))).unwrap();
    assert_eq!((pressed.handoff, pressed.bot_muted, pressed.wake_at), (Handoff::Requested, false, Some(21_000.0)));
    assert_eq!(pressed.raises, [Raise::Handoff]);
    let twice = conversation.apply(event(json!({ "type": "human-requested", "at": 1500 }))).unwrap();
    assert_eq!((twice.handoff, twice.raises.len()), (Handoff::Requested, 0), "asking twice is asking once");
    let queued =
        conversation.apply(event(json!({ "type": "handoff-queued", "reference": "R-1", "at": 2000 }))).unwrap();
    assert_eq!((queued.handoff, queued.bot_muted, queued.wake_at), (Handoff::Queued, true, None));
    let joined = conversation.apply(event(json!({ "type": "human-joined", "at": 3000 }))).unwrap();
    assert_eq!((joined.handoff, joined.bot_muted), (Handoff::Human, true));
    let left = conversation.apply(event(json!({ "type": "human-left", "at": 9000 }))).unwrap();
    assert_eq!((left.handoff, left.bot_muted, left.action), (Handoff::Returned, false, Action::Respond));
}

#[test]
fn shadow_mode_holds_back_the_rules_and_nothing_else() {
    let options = Options { mode: Mode::Shadow, ..Options::default() };
    let mut conversation = Conversation::new(options).unwrap();
    let decision = say(&mut conversation, "that does not help me");
    assert_eq!((decision.action, decision.would_action), (Action::Respond, Some(Action::Offer)));
    assert!(decision.should_escalate && decision.severity == Severity::Medium, "the rules say what they say");
    let plain = say(&mut conversation, "The number is 4711");
    assert_eq!(plain.would_action, None);
    let asked = say(&mut conversation, "I want to talk to a human");
    assert_eq!((asked.action, asked.would_action), (Action::Ask, None));
    let safety = say(&mut conversation, "there is a gas leak");
    assert_eq!((safety.action, safety.would_action), (Action::Handoff, None));
    assert_eq!(safety.raises, [Raise::Handoff, Raise::Safety]);
}

#[test]
fn in_shadow_a_request_is_served_also_where_a_rule_calls_for_more() {
    let options = Options { mode: Mode::Shadow, ..Options::default() };
    let mut conversation = Conversation::new(options).unwrap();
    say(&mut conversation, "This is useless, I am furious!!");
    let asked = say(&mut conversation, "I am furious and I want to talk to a human, you useless thing!!");
    assert_eq!((asked.action, asked.would_action), (Action::Ask, Some(Action::Handoff)));
    assert_eq!(asked.rule.as_deref(), Some("strong-twice"), "the rules say what they say");
    let again = say(&mut conversation, "GIVE ME A HUMAN NOW, this is ridiculous");
    assert_eq!((again.action, again.would_action, again.handoff), (Action::Handoff, None, Handoff::Requested));
}

/// Likewise under a policy without gates, where the rules alone decide.
#[test]
fn in_shadow_a_request_is_served_without_gates_too() {
    let policy = json!({ "version": 1, "name": "strict", "negativeFrustration": 0.75, "trend": { "method": "last-minus-first", "window": 3, "delta": 0.3 }, "rules": [
        { "id": "angry", "when": { "input": "frustration", "atLeast": 0.5 }, "outcome": "handoff", "severity": "high", "reason": "angry" },
        { "id": "asks", "when": { "input": "cue", "name": "asks-human", "above": 0 }, "outcome": "ask", "severity": "medium", "reason": "asks", "ungated": true },
    ] });
    let policy = Policy::from_json(&policy.to_string()).unwrap();
    let options = Options { mode: Mode::Shadow, ..Options::default() };
    let mut conversation = Conversation::with_policy(policy, options).unwrap();
    let angry = say(&mut conversation, "This is useless, I am furious!!");
    assert_eq!((angry.action, angry.would_action), (Action::Respond, Some(Action::Handoff)));
    let asked = say(&mut conversation, "I am furious and I want to talk to a human, you useless thing!!");
    assert_eq!((asked.action, asked.would_action), (Action::Ask, Some(Action::Handoff)));
}

#[test]
fn the_hold_out_is_drawn_by_the_id_alone() {
    let shadowed = |id: u32, holdout: f64| {
        let options = Options { id: Some(format!("c{id}")), holdout, ..Options::default() };
        let mut conversation = Conversation::new(options).unwrap();
        say(&mut conversation, "this is useless, ridiculous").would_action.is_some()
    };
    let share = (0..2_000).filter(|id| shadowed(*id, 0.1)).count();
    assert!((150..=250).contains(&share), "{share} of 2000");
    assert!(!shadowed(7, 0.0) && shadowed(7, 1.0));
    let nameless = Options { holdout: 0.1, ..Options::default() };
    assert_eq!(Conversation::new(nameless).unwrap_err().code(), ErrorCode::InvalidOptions);
}

#[test]
fn switched_off_only_the_entry_is_left() {
    let options = Options { enabled: false, ..Options::default() };
    let mut conversation = Conversation::new(options).unwrap();
    for text in ["this is useless, ridiculous", "useless!!", "I want to talk to a human"] {
        assert_eq!(say(&mut conversation, text).action, Action::Respond);
    }
    let pressed = conversation.apply(event(json!({ "type": "human-requested" }))).unwrap();
    assert_eq!(pressed.action, Action::Handoff);
}

#[test]
fn where_nothing_is_decided_no_scorer_is_asked() {
    let options = Options { enabled: false, ..Options::default() };
    assert!(!Conversation::new(options).unwrap().remote_scoring());
    assert!(conversation().remote_scoring());
}

#[test]
fn more_attributes_than_are_kept_are_refused() {
    let told = |count: usize| {
        let attributes: serde_json::Map<_, _> = (0..count).map(|n| (format!("a{n}"), json!(n))).collect();
        conversation().apply(event(json!({ "type": "customer", "attributes": attributes })))
    };
    assert!(told(simmerdown::MAX_ATTRIBUTES).is_ok());
    assert_eq!(told(simmerdown::MAX_ATTRIBUTES + 1).unwrap_err().code(), ErrorCode::InvalidEvent);
}

#[test]
fn attributes_channel_and_waits_are_inputs_to_rules() {
    let mut policy = serde_json::to_value(Policy::preset("balanced").unwrap()).unwrap();
    policy["rules"] = json!([
        { "id": "gold", "when": { "input": "attribute", "name": "tier", "is": "gold" }, "outcome": "offer", "severity": "low", "route": "senior" },
        { "id": "voice", "when": { "input": "channel", "is": "voice" }, "outcome": "watch", "severity": "low" },
        { "id": "long", "when": { "input": "wait", "atLeast": 60_000 }, "outcome": "ask", "severity": "high" },
    ]);
    let policy = PolicyChoice::Document(std::sync::Arc::new(Policy::from_json(&policy.to_string()).unwrap()));
    let mut conversation = Conversation::new(Options { policy, ..Options::default() }).unwrap();
    let voice = conversation.apply(event(json!({ "type": "started", "channel": "voice" }))).unwrap();
    assert_eq!((voice.action, voice.rule.as_deref()), (Action::Watch, Some("voice")));
    let gold = conversation.apply(event(json!({ "type": "customer", "attributes": { "tier": "gold" } }))).unwrap();
    assert_eq!((gold.action, gold.route.as_deref()), (Action::Offer, Some("senior")));
    conversation.apply(event(json!({ "type": "human-requested", "at": 1000 }))).unwrap();
    conversation.apply(event(json!({ "type": "handoff-queued", "at": 2000 }))).unwrap();
    let waited = conversation.apply(event(json!({ "type": "tick", "at": 70_000 }))).unwrap();
    assert_eq!((waited.severity, waited.handoff), (Severity::High, Handoff::Queued));
    conversation.apply(event(json!({ "type": "handoff-failed", "at": 71_000 }))).unwrap();
    conversation.apply(event(json!({ "type": "human-requested", "at": 72_000 }))).unwrap();
    let given_up = conversation.apply(event(json!({ "type": "tick", "at": 200_000 }))).unwrap();
    assert_eq!(
        (given_up.severity, given_up.handoff),
        (Severity::Low, Handoff::Bot),
        "nobody waits whom nobody accepted"
    );
}

#[test]
fn a_desk_that_has_opened_is_closed_for_no_rule() {
    let mut conversation = conversation();
    conversation
        .apply(event(json!({ "type": "availability", "state": "closed", "opensAt": 10_000, "at": 1000 })))
        .unwrap();
    let strong = |conversation: &mut Conversation, n: u32, at: u32| {
        let said = json!({ "type": "customer-message", "id": format!("m{n}"), "features": { "cues": [], "length": 9 }, "at": at });
        conversation.apply(event(said)).unwrap();
        let score = json!({ "score": -0.7, "label": "negative", "frustration": 0.8, "urgency": 0 });
        conversation
            .apply(event(
                json!({ "type": "score", "messageId": format!("m{n}"), "score": score, "source": "model", "at": at }),
            ))
            .unwrap()
    };
    strong(&mut conversation, 1, 2000);
    assert_eq!(strong(&mut conversation, 2, 3000).action, Action::Offer, "nobody is there");
    assert_eq!(strong(&mut conversation, 3, 20_000).handoff, Handoff::Requested);
}

#[test]
fn a_clock_that_ticks_on_takes_no_message_away() {
    let mut conversation = conversation();
    say(&mut conversation, "I will call my lawyer");
    let mut last = None;
    for at in 1..5_000 {
        last = Some(conversation.apply(event(json!({ "type": "tick", "at": at * 1000 }))).unwrap());
    }
    let last = last.unwrap();
    assert_eq!((last.rule.as_deref(), last.message_id.as_deref()), (Some("threat"), Some("m1")));
    assert!(last.sentiment.is_some());
}

#[test]
fn a_yes_is_heard_while_the_question_is_on_show_and_not_after_another_one() {
    let asked = |then: &[&str], answer: &str| {
        let mut conversation = conversation();
        assert_eq!(say(&mut conversation, "can I talk to someone?").action, Action::Ask);
        conversation.apply(event(json!({ "type": "offer-shown" }))).unwrap();
        for text in then {
            match text.strip_prefix("Bot: ") {
                Some(text) => conversation.bot_said(text, None, None).unwrap(),
                None => say(&mut conversation, text),
            };
        }
        say(&mut conversation, answer).handoff
    };
    assert_eq!(asked(&["it is about order 48213"], "yes please"), Handoff::Requested);
    assert_eq!(asked(&["it is about order 48213"], "no thanks"), Handoff::Bot);
    assert_eq!(asked(&["it is about order 48213", "Bot: Is it the lamp?"], "yes"), Handoff::Offered, "it is the lamp");
}

#[test]
fn the_tone_follows_the_label_and_minds_what_the_bot_has_said() {
    let mut conversation = conversation();
    conversation.bot_said("I'm sorry about that.", None, None).unwrap();
    let decision = say(&mut conversation, "this is useless, ridiculous");
    assert_eq!(decision.tone.label, Label::Negative);
    assert_eq!(
        serde_json::to_value(&decision.tone.hints).unwrap(),
        json!([{
            "hint": "already-apologised",
            "count": 1,
            "text": "You have apologised already (1). Do not apologise again."
        }])
    );
}

#[test]
fn the_clock_counts_once_a_message_was_told_by_it_and_a_replayed_log_keeps_its_times() {
    let tick = || event(json!({ "type": "tick" }));
    let mut replayed = conversation();
    replayed.apply(event(json!({ "type": "customer-message", "id": "m1", "text": "hi", "at": 1000 }))).unwrap();
    assert_eq!(replayed.apply_beside(tick(), 9000.0).unwrap().at, 1000.0);
    let mut live = conversation();
    assert_eq!(live.apply_beside(tick(), 7000.0).unwrap().at, 7000.0, "before the first message, too");
    let said = CustomerSaid { text: "hi".to_owned(), now: Some(8000.0), ..CustomerSaid::default() };
    assert_eq!(live.customer_said(said).unwrap().decision.at, 8000.0);
    assert_eq!(live.apply_beside(tick(), 9000.0).unwrap().at, 9000.0);
    assert_eq!(live.apply_beside(event(json!({ "type": "tick", "at": 9500 })), 9999.0).unwrap().at, 9500.0);
    assert_eq!(live.apply(tick()).unwrap().at, 9500.0);
}
