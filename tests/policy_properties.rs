//! What holds for every history: worse is never milder, cooldown mutes nothing worse, nothing flickers, who is
//! calming down is not handed off.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use proptest::prelude::*;
use serde_json::{Value, json};
use simmerdown::{
    Action, Conversation, Decision, Event, Features, Handoff, Label, Options, Policy, ScoreSource, SentimentScore,
    Trend,
};

fn under(policy: &Value) -> Conversation {
    let policy = Policy::from_json(&policy.to_string()).unwrap();
    Conversation::new(Options { policy: policy.into(), ..Options::default() }).unwrap()
}

fn say(conversation: &mut Conversation, turn: usize, score: f64, frustration: f64) -> Decision {
    let id = format!("m{turn}");
    let features = Some(Features::default());
    let at = Some(turn as f64 * 1000.0);
    conversation
        .apply(Event::CustomerMessage { id: id.clone(), text: None, features, awaits_model: false, at })
        .unwrap();
    let label = if score < -0.3 { Label::Negative } else { Label::Neutral };
    let score = SentimentScore::new(score, label, frustration, 0.0).unwrap();
    conversation.apply(Event::Score { message_id: id, score, source: ScoreSource::Model, at }).unwrap()
}

/// Monotone: every rule gets likelier with more frustration, and no trend is read.
fn monotone() -> Value {
    json!({
        "version": 1, "name": "monotone", "negativeFrustration": 0.75,
        "trend": { "method": "last-minus-first", "window": 3, "delta": 0.3 },
        "rules": [
            { "id": "a", "when": { "input": "frustration", "atLeast": 0.9 }, "outcome": "ask", "severity": "critical" },
            { "id": "b", "when": { "input": "frustration", "atLeast": 0.7 }, "confirm": 2, "outcome": "handoff", "severity": "high" },
            { "id": "c", "when": { "any": [{ "input": "score", "atMost": -0.5 }, { "input": "mean", "name": "frustration", "over": 3, "atLeast": 0.6 }] }, "outcome": "offer", "severity": "medium" },
            { "id": "d", "when": { "input": "consecutive-negatives", "atLeast": 2 }, "outcome": "watch", "severity": "low" },
        ],
    })
}

/// One rule after another, each of a higher severity than the one before, with or without cooldowns.
fn ladder(cooldown: bool) -> Value {
    let rest = json!({ "messages": 5 });
    let rule = |id: &str, level: f64, severity: &str, outcome: &str| {
        let mut rule = json!({
            "id": id, "when": { "input": "frustration", "atLeast": level }, "outcome": outcome, "severity": severity,
        });
        if cooldown {
            rule["cooldown"] = rest.clone();
        }
        rule
    };
    json!({
        "version": 1, "name": "ladder", "negativeFrustration": 1,
        "trend": { "method": "last-minus-first", "window": 3, "delta": 0.3 },
        "rules": [
            rule("low", 0.2, "low", "watch"), rule("medium", 0.4, "medium", "offer"),
            rule("high", 0.6, "high", "ask"), rule("critical", 0.8, "critical", "handoff"),
        ],
    })
}

const LEVELS: [&str; 4] = ["low", "medium", "high", "critical"];

fn history(most: usize) -> impl Strategy<Value = Vec<(f64, f64)>> {
    let score = prop::sample::select(vec![-1.0, -0.8, -0.65, -0.5, -0.35, -0.1, 0.0, 0.3, 0.7]);
    let frustration = prop::sample::select(vec![0.0, 0.1, 0.3, 0.5, 0.65, 0.75, 0.8, 0.9, 1.0]);
    prop::collection::vec((score, frustration), 1..most)
}

fn cases() -> ProptestConfig {
    let cases = if std::env::var_os("SIMMERDOWN_FULL").is_some() { 50_000 } else { 2_000 };
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_worse_history_never_lowers_the_severity_under_monotone_rules(
        messages in history(12),
        worse in prop::collection::vec((0.0..0.6_f64, 0.0..0.6_f64), 12),
    ) {
        let (mut one, mut other) = (under(&monotone()), under(&monotone()));
        for (turn, (score, frustration)) in messages.iter().enumerate() {
            let (down, up) = worse[turn];
            let better = say(&mut one, turn, *score, *frustration);
            let worse = say(&mut other, turn, (score - down).max(-1.0), (frustration + up).min(1.0));
            prop_assert!(worse.severity >= better.severity, "message {turn}: {better:?} then {worse:?}");
            prop_assert!(worse.should_escalate >= better.should_escalate);
        }
    }

    #[test]
    fn a_cooldown_never_mutes_a_higher_severity(messages in history(20)) {
        let (mut cool, mut free) = (under(&ladder(true)), under(&ladder(false)));
        let mut worst = None;
        for (turn, (score, frustration)) in messages.iter().enumerate() {
            let (cooled, uncooled) = (say(&mut cool, turn, *score, *frustration), say(&mut free, turn, *score, *frustration));
            if let Some(rule) = &uncooled.rule {
                let level = LEVELS.iter().position(|name| name == rule);
                if level > worst {
                    prop_assert_eq!(&cooled.rule, &uncooled.rule);
                    prop_assert_eq!(cooled.severity, uncooled.severity);
                }
                worst = worst.max(level);
            }
        }
    }

    /// Wherever a conversation stands, whatever rests: who presses is on the way to a person.
    #[test]
    fn a_cooldown_never_mutes_a_request(messages in history(12)) {
        let mut conversation = under(&ladder(true));
        for (turn, (score, frustration)) in messages.iter().enumerate() {
            let before = say(&mut conversation, turn, *score, *frustration).handoff;
            let pressed = conversation.clone().apply(Event::HumanRequested { at: None }).unwrap();
            prop_assert_eq!(pressed.handoff, Handoff::Requested);
            prop_assert!(pressed.action == Action::Handoff || before == Handoff::Requested, "{:?}", pressed);
        }
    }

    /// Between the level at which a rule takes hold and the one at which it lets go, nothing toggles at all.
    #[test]
    fn clear_levels_hold_through_any_swing_between_them(swings in prop::collection::vec(0.41..0.9_f64, 1..60)) {
        let mut policy = ladder(false);
        policy["rules"] = json!([{
            "id": "steady", "when": { "input": "frustration", "atLeast": 0.7 },
            "clear": { "input": "frustration", "atMost": 0.4 }, "outcome": "offer", "severity": "medium",
        }]);
        let mut conversation = under(&policy);
        let mut held = false;
        for (turn, frustration) in swings.iter().enumerate() {
            let now = say(&mut conversation, turn, 0.0, *frustration).should_escalate;
            held |= *frustration >= 0.7;
            prop_assert_eq!(now, held, "message {}", turn);
        }
        let last = say(&mut conversation, swings.len(), 0.0, 0.4);
        prop_assert!(!last.should_escalate);
    }

    /// A dwell in milliseconds, kept by the times of the messages.
    #[test]
    fn nothing_flickers_by_the_clock(swings in prop::collection::vec(any::<bool>(), 4..60), seconds in 1..9_u32) {
        let ms = f64::from(seconds) * 1000.0;
        let mut policy = ladder(false);
        policy["rules"] = json!([{
            "id": "steady", "when": { "input": "frustration", "atLeast": 0.7 }, "dwell": { "ms": ms },
            "cooldown": { "ms": ms }, "outcome": "offer", "severity": "medium",
        }]);
        let mut conversation = under(&policy);
        let (mut toggled, mut before): (Option<usize>, _) = (None, false);
        for (turn, high) in swings.iter().enumerate() {
            // `say` lets a second pass between messages.
            let now = say(&mut conversation, turn, 0.0, if *high { 0.72 } else { 0.68 }).should_escalate;
            if now != before {
                prop_assert!(toggled.is_none_or(|last| (turn - last) as f64 * 1000.0 >= ms), "at {toggled:?} and again at {turn}");
                (toggled, before) = (Some(turn), now);
            }
        }
    }

    /// A score that swings around the threshold toggles the outcome at most once a dwell.
    #[test]
    fn nothing_flickers(swings in prop::collection::vec(any::<bool>(), 4..60), dwell in 1..6_u32) {
        let mut policy = ladder(false);
        policy["rules"] = json!([{
            "id": "steady", "when": { "input": "frustration", "atLeast": 0.7 }, "dwell": { "messages": dwell },
            "cooldown": { "messages": dwell }, "outcome": "offer", "severity": "medium",
        }]);
        let mut conversation = under(&policy);
        let mut toggled: Option<usize> = None;
        let mut before = false;
        for (turn, high) in swings.iter().enumerate() {
            let now = say(&mut conversation, turn, 0.0, if *high { 0.72 } else { 0.68 }).should_escalate;
            if now != before {
                prop_assert!(toggled.is_none_or(|last| turn - last >= dwell as usize), "at {toggled:?} and again at {turn}");
                toggled = Some(turn);
                before = now;
            }
        }
    }

    #[test]
    fn who_is_calming_down_is_not_handed_off_by_a_rule(messages in history(15)) {
        let mut conversation = Conversation::new(Options::default()).unwrap();
        for (turn, (score, frustration)) in messages.iter().enumerate() {
            let decision = say(&mut conversation, turn, *score, *frustration);
            if decision.trend == Trend::Improving && *frustration < 0.9 {
                prop_assert!(decision.action != Action::Handoff, "{decision:?}");
            }
        }
    }

    /// At equal frustration below the critical level: the same scores in falling order are judged no milder than
    /// in rising order.
    #[test]
    fn a_decline_is_never_judged_milder_than_the_same_scores_rising(
        mut scores in prop::collection::vec(-100..=100_i32, 3..8), frustration in 0.0..0.89_f64,
    ) {
        scores.sort_unstable();
        let strongest = |scores: &[i32]| {
            let mut conversation = Conversation::new(Options::default()).unwrap();
            let decisions = scores.iter().enumerate();
            let last = decisions.map(|(turn, score)| say(&mut conversation, turn, f64::from(*score) / 100.0, frustration));
            let all: Vec<_> = last.collect();
            let last = all.last().unwrap();
            (last.should_escalate, last.severity)
        };
        let rising = strongest(&scores);
        scores.reverse();
        let falling = strongest(&scores);
        prop_assert!(falling.0 >= rising.0 && falling.1 >= rising.1, "{scores:?}: falling {falling:?}, rising {rising:?}");
    }
}

/// With a trend it can, and should: a fall is worse than staying low.
#[test]
fn with_a_trend_a_history_may_be_worse_and_milder() {
    let mut falling = Conversation::new(serde_json::from_value(json!({ "policy": "article" })).unwrap()).unwrap();
    let mut low = Conversation::new(serde_json::from_value(json!({ "policy": "article" })).unwrap()).unwrap();
    let mut last = None;
    for (turn, (one, other)) in [(0.0, -0.7), (-0.3, -0.7), (-0.7, -0.7)].into_iter().enumerate() {
        last = Some((say(&mut falling, turn, one, 0.0), say(&mut low, turn, other, 0.0)));
    }
    let (falling, low) = last.unwrap();
    assert_eq!((falling.trend, low.trend), (Trend::Declining, Trend::Stable));
    assert!(falling.should_escalate && !low.should_escalate);
}

/// The trace says of every comparison why, and what the next rule would be.
#[test]
fn the_trace_explains_every_rule() {
    let mut conversation = Conversation::new(Options::default()).unwrap();
    say(&mut conversation, 1, -0.7, 0.8);
    let decision = say(&mut conversation, 2, -0.65, 0.5);
    let trace = conversation.ruling().unwrap().trace().unwrap();
    assert_eq!(trace.rules.len(), 12);
    let strong = trace.rules.iter().find(|rule| rule.id == "strong-twice").unwrap();
    assert!(strong.active && strong.decides && strong.confirmed == 2);
    assert_eq!(strong.comparisons[1].place, "when.any[1]");
    assert!(!strong.comparisons[0].holds && strong.comparisons[1].holds);
    assert_eq!(trace.otherwise.outcome, Action::Ask);
    assert_eq!(trace.otherwise.rule.as_deref(), Some("negative-twice"));
    // The evidence is the part that mattered, with what would have had to differ.
    let [evidence] = decision.evidence.as_slice() else { panic!("{:?}", decision.evidence) };
    assert_eq!((evidence.comparison.as_ref(), evidence.unless.as_ref(), evidence.enough), ("atMost", "above", true));
    assert_eq!(evidence.messages, ["m2", "m1"]);
}
