//! Rules are evaluated without allocation: what a conversation needs, it has from the messages before.
#![cfg(not(target_family = "wasm"))]
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use simmerdown::{Action, Conversation, CustomerSaid, Event, Label, Options, Policy, ScoreSource, SentimentScore};

/// No two alike: who repeats themselves is heard by that.
const TEXTS: [&str; 8] = [
    "Where is my order?",
    "I paid by card last Monday",
    "The green one with the long sleeves",
    "It goes to Leipzig",
    "My neighbour can take a parcel too",
    "Can I change the size?",
    "Medium fits better",
    "And what does return cost?",
];

/// A worse score than the one before: of two for a message the more cautious counts, and a better one changes nothing.
fn worse(message: usize, frustration: f64) -> Event {
    let label = if frustration < 0.5 { Label::Neutral } else { Label::Negative };
    let score = SentimentScore::new(-frustration, label, frustration, 0.3).unwrap();
    Event::Score { message_id: format!("m{message}"), score, source: ScoreSource::Model, at: None }
}

/// What was called for, and what was allocated meanwhile.
fn decided(conversation: &mut Conversation, events: &[Event]) -> (Vec<Action>, u64) {
    let mut actions = Vec::with_capacity(events.len());
    let measured = allocation_counter::measure(|| {
        for event in events {
            actions.push(conversation.advance(event).unwrap().action());
        }
    });
    (actions, measured.count_total)
}

#[test]
fn a_score_is_decided_upon_without_allocating() {
    for preset in Policy::PRESETS {
        let policy = Policy::preset(preset).unwrap();
        let mut conversation = Conversation::with_policy(policy, Options::default()).unwrap();
        for (message, text) in TEXTS.into_iter().enumerate() {
            let (text, id, at) = (text.to_owned(), Some(format!("m{message}")), Some(message as f64 * 9e3));
            conversation.customer_said(CustomerSaid { text, id, at, now: None, awaits_model: true }).unwrap();
            conversation.advance(&worse(message, 0.02)).unwrap();
        }
        // The newest message, then others with more and more behind them that is folded again.
        let calm: Vec<_> = (0..TEXTS.len()).rev().map(|message| worse(message, 0.05)).collect();
        let furious: Vec<_> = (0..TEXTS.len()).rev().map(|message| worse(message, 0.95)).collect();
        let (actions, allocated) = decided(&mut conversation, &calm);
        assert!(actions.iter().all(|action| *action == Action::Respond), "{preset}: {actions:?}");
        assert_eq!(allocated, 0, "{preset}, while nothing is called for");
        // An offer and then a handoff: the rule's name and the request, with its evidence, are kept.
        let (called_for, _) = decided(&mut conversation, &furious[..2]);
        assert!(called_for.iter().all(|action| *action >= Action::Offer), "{preset}: {called_for:?}");
        let (_, allocated) = decided(&mut conversation, &furious[2..]);
        assert_eq!(allocated, 0, "{preset}, when a person was called for");
    }
}
