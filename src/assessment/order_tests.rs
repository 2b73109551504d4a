//! Whatever the order in which scores arrive, the assessment is the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::{Assessment, Mark};
use crate::cue::{Cue, CueHit, Features};
use crate::decision::Action;
use crate::event::Availability;
use crate::policy::Policy;
use crate::score::{Label, ScoreSource, SentimentScore};

const MESSAGES: usize = 5;

/// What is delivered for a message; `target` may be one too far, which is a message nobody knows.
#[derive(Debug, Clone)]
struct Delivery {
    target: usize,
    what: What,
}

#[derive(Debug, Clone)]
enum What {
    Score(SentimentScore, ScoreSource),
    Failed,
}

/// What stands in the conversation, in its place.
#[derive(Debug, Clone)]
enum Step {
    Message { features: Features, awaited: bool },
    Mark(Mark),
}

fn score() -> impl Strategy<Value = SentimentScore> {
    // Few values, so that ties and thresholds are met often.
    let value = prop::sample::select(vec![-1.0, -0.7, -0.6, -0.3, 0.0, 0.4, 0.8]);
    let frustration = prop::sample::select(vec![0.0, 0.2, 0.75, 0.8, 0.9, 1.0]);
    let label = prop::sample::select(vec![Label::Negative, Label::Neutral, Label::Positive]);
    (value, label, frustration)
        .prop_map(|(value, label, frustration)| SentimentScore::new(value, label, frustration, 0.5).unwrap())
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let what = prop_oneof![
        3 => score().prop_map(|score| What::Score(score, ScoreSource::Model)),
        3 => score().prop_map(|score| What::Score(score, ScoreSource::OnDevice)),
        1 => Just(What::Failed),
    ];
    (0..=MESSAGES, what).prop_map(|(target, what)| Delivery { target, what })
}

fn features() -> impl Strategy<Value = Features> {
    prop::option::weighted(0.3, prop::sample::select(Cue::ALL.to_vec())).prop_map(|cue| Features {
        cues: cue.map(|cue| CueHit { cue, strength: 1.0 }).into_iter().collect(),
        ..Features::default()
    })
}

fn mark() -> impl Strategy<Value = Mark> {
    prop::sample::select(vec![
        Mark::BotFailed,
        Mark::BotMessage { repeats: 1.0, apology: true, asks: false },
        Mark::BotMessage { repeats: 0.0, apology: false, asks: false },
        Mark::OfferDeclined,
        Mark::HumanJoined,
        Mark::HumanLeft,
        Mark::Availability { state: Availability::Closed, wait_ms: None, opens_at: None },
        Mark::Passed,
    ])
}

/// Five messages with up to two other events after each.
fn conversation() -> impl Strategy<Value = Vec<Step>> {
    let message = (features(), any::<bool>()).prop_map(|(features, awaited)| Step::Message { features, awaited });
    let block = (message, prop::collection::vec(mark().prop_map(Step::Mark), 0..3));
    prop::collection::vec(block, MESSAGES).prop_map(|blocks| {
        blocks.into_iter().flat_map(|(message, marks)| std::iter::once(message).chain(marks)).collect()
    })
}

/// The conversation with its deliveries: each before the step of its number, or at the end; those that come
/// before their message are no deliveries and are left out.
fn run(policy: &Policy, steps: &[Step], deliveries: &[(usize, Delivery)]) -> Assessment {
    let mut assessment = Assessment::new(policy);
    let mut messages = 0;
    for (place, step) in steps.iter().enumerate() {
        for (_, delivery) in deliveries.iter().filter(|(at, _)| *at == place) {
            deliver(policy, &mut assessment, delivery);
        }
        let at = Some(place as f64 * 1000.0);
        match step.clone() {
            Step::Message { features, awaited } => {
                assessment.message(policy, messages.to_string(), at, features, awaited);
                messages += 1;
            }
            Step::Mark(mark) => assessment.mark(policy, mark, at),
        }
    }
    for (_, delivery) in deliveries.iter().filter(|(at, _)| *at >= steps.len()) {
        deliver(policy, &mut assessment, delivery);
    }
    assessment
}

fn deliver(policy: &Policy, assessment: &mut Assessment, delivery: &Delivery) {
    let id = delivery.target.to_string();
    let known = match delivery.what {
        What::Score(score, source) => assessment.score(policy, &id, score, source),
        What::Failed => assessment.score_failed(policy, &id),
    };
    assert!(!known || delivery.target < MESSAGES, "nobody knows that message");
}

/// The step after which a message is there.
fn place_of(steps: &[Step], message: usize) -> usize {
    let mut places = steps.iter().enumerate().filter(|(_, step)| matches!(step, Step::Message { .. }));
    places.nth(message).map_or(steps.len(), |(place, _)| place + 1)
}

fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(100_000))]

    /// One order: everything in place, every delivery at the very end. The other: each delivery anywhere from
    /// its message on, in a shuffled order, some of them twice.
    #[test]
    fn every_order_of_arrival_gives_the_same_assessment(
        steps in conversation(),
        deliveries in prop::collection::vec((delivery(), 0.0..1.0_f64, any::<bool>()), 0..12)
            .prop_flat_map(|list| (Just(list.clone()), Just(list).prop_shuffle())),
        preset in prop::sample::select(Policy::PRESETS.to_vec()),
    ) {
        let policy = Policy::preset(preset).unwrap();
        let (in_order, shuffled) = deliveries;
        let late: Vec<_> = in_order.iter().map(|(delivery, ..)| (steps.len(), delivery.clone())).collect();
        let mut scattered = Vec::new();
        for (delivery, share, twice) in shuffled {
            let from = place_of(&steps, delivery.target);
            let at = from + ((steps.len() - from) as f64 * share) as usize;
            scattered.push((at, delivery.clone()));
            if twice {
                scattered.push((steps.len(), delivery));
            }
        }
        let (one, other) = (run(&policy, &steps, &late), run(&policy, &steps, &scattered));
        prop_assert_eq!(one.assess(&policy), other.assess(&policy));
        prop_assert_eq!(one, other);
    }
}

proptest! {
    #![proptest_config(cases(20_000))]

    /// While a message awaits its model score its on-device score leads to an offer at most; the same score
    /// made final leads to what it calls for.
    #[test]
    fn a_provisional_score_offers_at_most_and_the_same_score_made_final_acts(
        scores in prop::collection::vec(score(), 1..8),
    ) {
        let policy = Policy::preset("balanced").unwrap();
        let fold = |awaited: bool, fail: bool| {
            let mut assessment = Assessment::new(&policy);
            for (turn, score) in scores.iter().enumerate() {
                let id = turn.to_string();
                assessment.message(&policy, id.clone(), None, Features::default(), awaited);
                assessment.score(&policy, &id, *score, ScoreSource::OnDevice);
                if fail {
                    assessment.score_failed(&policy, &id);
                }
            }
            assessment.assess(&policy)
        };
        let (provisional, failed, never_awaited) = (fold(true, false), fold(true, true), fold(false, false));
        prop_assert!(provisional.action <= Action::Offer);
        prop_assert_eq!(failed.action, never_awaited.action);
        prop_assert_eq!(provisional.action, never_awaited.action.min(Action::Offer));

        let article = Policy::preset("article").unwrap();
        let mut unread = Assessment::new(&article);
        for (turn, score) in scores.iter().enumerate() {
            unread.message(&article, turn.to_string(), None, Features::default(), true);
            unread.score(&article, &turn.to_string(), *score, ScoreSource::OnDevice);
        }
        prop_assert_eq!(unread.assess(&article).action, Action::Respond);
    }
}

#[test]
fn two_strong_provisional_scores_offer_and_hand_off_once_final() {
    let policy = Policy::preset("balanced").unwrap();
    let strong = SentimentScore::new(-0.8, Label::Negative, 0.8, 0.0).unwrap();
    let mut assessment = Assessment::new(&policy);
    for id in ["a", "b"] {
        assessment.message(&policy, id.to_owned(), None, Features::default(), true);
        assessment.score(&policy, id, strong, ScoreSource::OnDevice);
    }
    assert_eq!(assessment.assess(&policy).action, Action::Offer);
    assessment.score_failed(&policy, "a");
    assert_eq!(assessment.assess(&policy).action, Action::Offer);
    assessment.score_failed(&policy, "b");
    assert_eq!(assessment.assess(&policy).action, Action::Handoff);
}

#[test]
fn a_model_score_replaces_the_on_device_one_of_its_own_message() {
    let policy = Policy::preset("balanced").unwrap();
    let at = |value, frustration| SentimentScore::new(value, Label::Neutral, frustration, 0.0).unwrap();
    let mut assessment = Assessment::new(&policy);
    for id in ["a", "b"] {
        assessment.message(&policy, id.to_owned(), None, Features::default(), true);
        assessment.score(&policy, id, at(-0.9, 0.95), ScoreSource::OnDevice);
    }
    assert!(assessment.score(&policy, "a", at(0.1, 0.0), ScoreSource::Model));
    let history: Vec<_> = assessment.tracker().unwrap().history().collect();
    assert_eq!(history, [0.1, -0.9]);
    assert_eq!(assessment.sentiment().unwrap().source, ScoreSource::OnDevice);
}

#[test]
fn memory_is_bounded_and_an_evicted_message_is_unknown() {
    let policy = Policy::preset("balanced").unwrap();
    let mut assessment = Assessment::new(&policy);
    for turn in 0..1_000 {
        assessment.message(&policy, turn.to_string(), None, Features::default(), false);
        for _ in 0..10 {
            assessment.mark(&policy, Mark::Passed, None);
        }
    }
    assert!(assessment.entries.len() <= super::MAX_ENTRIES && assessment.messages <= 250);
    let score = SentimentScore::new(0.0, Label::Neutral, 0.0, 0.0).unwrap();
    assert!(!assessment.score(&policy, "0", score, ScoreSource::Model));
    assert!(assessment.score(&policy, "999", score, ScoreSource::Model));
    assert_eq!(assessment.turn(), 1_000);
}
