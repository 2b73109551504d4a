//! Where the time of a replay goes: parsing alone, the engine alone in memory, both. Run by
//! `cargo xtask bench replay`.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)]

use std::hint::black_box;
use std::time::Instant;

use simmerdown::replay::{Line, Record, Setting, follow};
use simmerdown::{Event, Policy};

fn main() {
    let mut text = String::new();
    for number in 0..20_000 {
        simmerdown_material::conversation(1, number, 8, &mut text);
    }
    let messages = 20_000.0 * 8.0;
    let rate = |name: &str, since: Instant| {
        let seconds = since.elapsed().as_secs_f64();
        println!("{name:<34}{:>8.2} M messages/s", messages / seconds / 1e6);
    };
    let mut copy = Vec::new();
    let mut buffers = simd_json::Buffers::default();
    let since = Instant::now();
    for line in text.lines() {
        // It writes into what it reads.
        copy.clear();
        copy.extend_from_slice(line.as_bytes());
        black_box(simd_json::serde::from_slice_with_buffers::<Line>(&mut copy, &mut buffers).unwrap());
    }
    rate("parsing alone, simd-json", since);
    let since = Instant::now();
    for line in text.lines() {
        black_box(sonic_rs::from_str::<Line>(line).unwrap());
    }
    rate("parsing alone, sonic-rs", since);
    let since = Instant::now();
    for line in text.lines() {
        black_box(serde_json::from_str::<Line>(line).unwrap());
    }
    rate("parsing alone, serde_json", since);
    let since = Instant::now();
    for line in text.lines() {
        black_box(Record::parse(line).unwrap());
    }
    rate("parsing alone, as a replay does", since);
    let records: Vec<Record> = text.lines().map(|line| Record::parse(line).unwrap()).collect();
    let asked: usize = records
        .iter()
        .flat_map(|record| &record.events)
        .filter(|event| matches!(event, Event::CustomerMessage { .. }))
        .count();
    assert_eq!(asked, 160_000);
    for name in Policy::PRESETS {
        let setting = Setting::new(Policy::preset(name).unwrap());
        let since = Instant::now();
        for record in &records {
            follow(record, &setting, |_, ruling| {
                black_box(ruling.should_escalate());
            })
            .unwrap();
        }
        rate(&format!("the engine alone, {name}"), since);
    }
}
