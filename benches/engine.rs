//! The engine natively: what deciding costs, and that it does not grow with the conversation.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]
#![cfg(not(target_family = "wasm"))]

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use simmerdown::{
    Conversation, CustomerSaid, Event, Label, Options, Policy, Said, ScoreSource, SentimentScore, extract_cues,
    on_device,
};

/// A message of 200 characters.
const TEXT: &str = "This is the third time I am asking about the same parcel, and every time I get the same answer from \
                    you. Nobody reads what I write, the tracking page shows nothing, and I am getting annoyed by that.";

fn conversation(policy: &str) -> Conversation {
    Conversation::with_policy(Policy::preset(policy).unwrap(), Options::default()).unwrap()
}

fn said(number: usize, awaits_model: bool) -> CustomerSaid {
    let at = Some(number as f64 * 1000.0);
    CustomerSaid { text: TEXT.to_owned(), id: Some(format!("m{number}")), at, now: None, awaits_model }
}

fn score(number: usize) -> SentimentScore {
    let share = |step: usize| (number * step % 100) as f64 / 100.0;
    SentimentScore::new(share(37) * 2.0 - 1.0, Label::Neutral, share(53), 0.3).unwrap()
}

/// A conversation of so many messages.
fn after(messages: usize, policy: &str) -> Conversation {
    let mut conversation = conversation(policy);
    for number in 0..messages {
        conversation.customer_said(said(number, false)).unwrap();
    }
    conversation
}

/// What the conversation answers, and the conversation itself: what is returned is dropped outside of the time taken.
fn told(mut conversation: Conversation, said: CustomerSaid) -> (Conversation, Said) {
    let answer = conversation.customer_said(said).unwrap();
    (conversation, answer)
}

fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parts of a message");
    group.bench_function("cues", |bench| bench.iter(|| extract_cues(black_box(TEXT))));
    group.bench_function("score on the device", |bench| bench.iter(|| on_device::score(black_box(TEXT), None)));
    group.finish();
}

fn decide(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("decide");
    for policy in Policy::PRESETS {
        group.bench_function(BenchmarkId::new("a message", policy), |bench| {
            let start = after(10, policy);
            bench.iter_batched(
                || (start.clone(), said(10, false)),
                |(conversation, said)| told(conversation, said),
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("a score", policy), |bench| {
            let mut start = after(10, policy);
            start.customer_said(said(10, true)).unwrap();
            let event = Event::Score {
                message_id: "m10".to_owned(),
                score: score(7),
                source: ScoreSource::Model,
                at: Some(20_000.0),
            };
            bench.iter_batched(
                || (start.clone(), event.clone()),
                |(mut conversation, event)| {
                    let decision = conversation.apply(event).unwrap();
                    (conversation, decision)
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// A message costs the same after 10, 1,000 and 100,000 others: the history is bounded.
fn grown(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("a message after");
    group.throughput(Throughput::Elements(1));
    for messages in [10, 1_000, 100_000] {
        let start = after(messages, "balanced");
        group.bench_function(BenchmarkId::from_parameter(messages), |bench| {
            bench.iter_batched(
                || (start.clone(), said(messages, false)),
                |(conversation, said)| told(conversation, said),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, parts, decide, grown);
criterion_main!(benches);
