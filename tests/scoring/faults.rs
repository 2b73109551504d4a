//! Every fault, 200 times each: the call ends by its deadline, with the right failure, and never with a made-up score.

use simmerdown::Failure;
use simmerdown::scoring::CallLimits;

use crate::world::{EPOCH, Random, Wire, World, answer, good};

const RUNS: u64 = 200;
const TIMEOUT: f64 = 3_000.0;

/// What the network does to an attempt that starts at `now`.
type Fault = fn(&mut Random, f64) -> Wire;

fn soon(random: &mut Random) -> f64 {
    random.between(1.0, 300.0)
}

fn with_header(wire: Wire, name: &'static str, value: String) -> Wire {
    let Wire::Answers { after, status, mut headers, body } = wire else { return wire };
    headers.push((name, value));
    Wire::Answers { after, status, headers, body }
}

/// An HTTP date so many seconds from now.
fn http_date(now: f64, seconds: f64) -> String {
    let seconds = ((EPOCH + now) / 1000.0 + seconds).ceil() as u64 % 86_400;
    // The tests begin at midnight of this day and last less than one.
    format!("Wed, 25 Nov 2026 {:02}:{:02}:{:02} GMT", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

const SCORE: &str = r#"{"score":-0.4,"label":"negative","frustration":0.5,"urgency":0.2}"#;

/// Each fault, the failure it leads to (none: a score), and how many attempts it is worth.
const FAULTS: &[(&str, Fault, Option<Failure>, u32)] = &[
    ("no accept", |_, _| Wire::Silence, Some(Failure::Timeout), 1),
    ("slow headers", |r, _| good(r.between(TIMEOUT + 1.0, 60_000.0), 0.0), Some(Failure::Timeout), 1),
    ("headers, then a stall", |_, _| Wire::Silence, Some(Failure::Timeout), 1),
    ("one byte a second", |_, _| good(1000.0 * SCORE.len() as f64, 0.0), Some(Failure::Timeout), 1),
    ("half-close", |r, _| Wire::Breaks(soon(r)), Some(Failure::Http), 2),
    ("reset", |r, _| Wire::Breaks(soon(r)), Some(Failure::Http), 2),
    ("refused at once", |_, _| Wire::Breaks(0.0), Some(Failure::Http), 2),
    ("HTML", |r, _| answer(soon(r), 200, "<!doctype html><title>Captive portal</title>"), Some(Failure::Malformed), 1),
    ("nothing", |r, _| answer(soon(r), 200, ""), Some(Failure::Malformed), 1),
    (
        "truncated JSON",
        |r, _| answer(soon(r), 200, &SCORE[..1 + r.below(SCORE.len() - 1)]),
        Some(Failure::Malformed),
        1,
    ),
    ("10 MB", |r, _| answer(soon(r), 200, &format!("{SCORE}{}", " ".repeat(10_000_000))), Some(Failure::Malformed), 1),
    (
        "10 MB, announced",
        |r, _| with_header(answer(soon(r), 200, SCORE), "content-length", "10000000".to_owned()),
        Some(Failure::Malformed),
        1,
    ),
    ("wrong types", |r, _| answer(soon(r), 200, &SCORE.replace("-0.4", "\"-0.4\"")), Some(Failure::Malformed), 1),
    ("null", |r, _| answer(soon(r), 200, &SCORE.replace("-0.4", "null")), Some(Failure::Malformed), 1),
    ("NaN", |r, _| answer(soon(r), 200, &SCORE.replace("-0.4", "NaN")), Some(Failure::Malformed), 1),
    ("1e999", |r, _| answer(soon(r), 200, &SCORE.replace("-0.4", "1e999")), Some(Failure::Malformed), 1),
    ("out of range", |r, _| answer(soon(r), 200, &SCORE.replace("0.5", "1.5")), Some(Failure::Malformed), 1),
    ("extra keys", |r, _| answer(soon(r), 200, &SCORE.replace('{', r#"{"mood":"<b>","x":[1],"#)), None, 1),
    ("401", |r, _| answer(soon(r), 401, ""), Some(Failure::Http), 2),
    ("403", |r, _| answer(soon(r), 403, ""), Some(Failure::Http), 1),
    ("404", |r, _| answer(soon(r), 404, SCORE), Some(Failure::Http), 1),
    (
        "429, in a second",
        |r, _| with_header(answer(soon(r), 429, ""), "retry-after", "1".to_owned()),
        Some(Failure::RateLimited),
        3,
    ),
    (
        "429, at a date",
        |r, now| with_header(answer(soon(r), 429, ""), "retry-after", http_date(now, 1.0)),
        Some(Failure::RateLimited),
        2,
    ),
    (
        "429, in a minute",
        |r, _| with_header(answer(soon(r), 429, ""), "retry-after", "60".to_owned()),
        Some(Failure::RateLimited),
        1,
    ),
    (
        "429, at a date in a minute",
        |r, now| with_header(answer(soon(r), 429, ""), "retry-after", http_date(now, 60.0)),
        Some(Failure::RateLimited),
        1,
    ),
    ("429", |r, _| answer(soon(r), 429, SCORE), Some(Failure::RateLimited), 3),
    ("500", |r, _| answer(soon(r), 500, "oops"), Some(Failure::Http), 2),
    (
        "502 of the proxy",
        |r, _| with_header(answer(soon(r), 502, "{}"), "content-type", "application/problem+json".to_owned()),
        Some(Failure::Http),
        1,
    ),
    ("503", |r, _| answer(soon(r), 503, ""), Some(Failure::Http), 3),
    (
        "503, in a second",
        |r, _| with_header(answer(soon(r), 503, ""), "retry-after", "1".to_owned()),
        Some(Failure::Http),
        3,
    ),
];

#[test]
fn every_fault_ends_by_the_deadline_with_its_failure() {
    for (name, fault, failure, attempts) in FAULTS {
        let mut most = 0;
        for seed in 0..RUNS {
            let mut world = World::new(CallLimits::proxy(TIMEOUT), seed);
            world.now = world.random.between(0.0, 1_000.0);
            let mut network = |random: &mut Random, now: f64, _, _| vec![fault(random, now)];
            let asked = world.now;
            let call = world.ask(&mut network);
            world.run(f64::INFINITY, &mut network);
            let ended = world.ended.get(&call).unwrap_or_else(|| panic!("{name}, seed {seed}: it never ended"));
            assert!(ended.at <= asked + TIMEOUT, "{name}, seed {seed}: it ended after {} ms", ended.at - asked);
            match (&ended.result, failure) {
                (Err(found), Some(failure)) => assert_eq!(found, failure, "{name}, seed {seed}"),
                (Ok(reply), None) => assert_eq!(reply.score.score(), -0.4, "{name}, seed {seed}"),
                (result, _) => panic!("{name}, seed {seed}: {result:?}"),
            }
            if *failure == Some(Failure::Timeout) {
                assert_eq!(ended.at, asked + TIMEOUT, "{name}, seed {seed}");
            }
            most = most.max(world.attempts.len() as u32);
        }
        assert_eq!(most, *attempts, "{name}: attempts");
    }
}

#[test]
fn what_passes_is_tried_again_and_scored() {
    let passing: Vec<_> =
        FAULTS.iter().filter(|(name, .., attempts)| *attempts > 1 && !name.contains("minute")).collect();
    assert_eq!(passing.len(), 10);
    for (name, fault, ..) in passing {
        for seed in 0..RUNS {
            let mut world = World::new(CallLimits::proxy(TIMEOUT), seed);
            let mut network = |random: &mut Random, now: f64, _, before: usize| {
                vec![if before == 0 { fault(random, now) } else { good(100.0, 0.25) }]
            };
            let call = world.ask(&mut network);
            world.run(f64::INFINITY, &mut network);
            let ended = &world.ended[&call];
            assert_eq!(ended.result.as_ref().unwrap().score.score(), 0.25, "{name}, seed {seed}");
            assert_eq!(world.attempts.len(), 2);
            assert_eq!(world.attempts[1].2, *name == "401", "a fresh token after 401 and only then");
        }
    }
}

#[test]
fn pauses_are_spread_evenly_and_never_shorter_than_asked_for() {
    let mut pauses: [Vec<f64>; 2] = Default::default();
    for (place, header) in [None, Some("1")].into_iter().enumerate() {
        for seed in 0..1000 {
            let mut world = World::new(CallLimits::proxy(10_000.0), seed);
            let mut network = |_: &mut Random, _, _, before| {
                let refused = answer(50.0, 503, "");
                vec![match header {
                    _ if before > 0 => good(50.0, 0.0),
                    Some(seconds) => with_header(refused, "retry-after", String::from(seconds)),
                    None => refused,
                }]
            };
            world.ask(&mut network);
            world.run(f64::INFINITY, &mut network);
            pauses[place].push(world.attempts[1].0 - 50.0);
        }
    }
    for (least, pauses) in [(0.0, &pauses[0]), (1000.0, &pauses[1])] {
        assert!(pauses.iter().all(|pause| (least..least + 300.0).contains(pause)));
        for tenth in 0..10 {
            let low = least + 30.0 * f64::from(tenth);
            let share = pauses.iter().filter(|pause| (low..low + 30.0).contains(pause)).count();
            // 1,000 draws in ten parts: 100 each, give or take four standard deviations.
            assert!((62..=138).contains(&share), "{share} of 1,000 pauses between {low} and {} ms", low + 30.0);
        }
    }
}

#[test]
fn while_the_other_side_asks_to_stay_away_nothing_is_sent() {
    let mut world = World::new(CallLimits::proxy(TIMEOUT), 7);
    let mut network = |_: &mut Random, now: f64, _, _| {
        let limited = with_header(answer(10.0, 429, ""), "retry-after", "60".to_owned());
        vec![if now < 60_000.0 { limited } else { good(10.0, 0.0) }]
    };
    for second in 0..58 {
        world.run(f64::from(second) * 1000.0, &mut network);
        world.ask(&mut network);
    }
    assert_eq!(world.attempts.len(), 1);
    // What can wait so long does.
    world.run(58_000.0, &mut network);
    let patient = world.ask(&mut network);
    world.run(f64::INFINITY, &mut network);
    assert!(world.ended.iter().all(|(call, ended)| {
        ended.result.as_ref().err() == if *call == patient { None } else { Some(&Failure::RateLimited) }
    }));
    assert_eq!(world.attempts.len(), 2);
}

#[test]
fn without_a_network_nothing_is_sent_and_every_call_says_so() {
    let mut world = World::new(CallLimits::proxy(TIMEOUT), 7);
    let mut silence = |_: &mut Random, _, _, _| vec![Wire::Silence];
    let first = world.ask(&mut silence);
    world.calls.set_online(false, world.now, 0.5);
    let second = world.ask(&mut silence);
    assert_eq!(world.ended[&second].result.as_ref().err(), Some(&Failure::Offline));
    world.run(f64::INFINITY, &mut silence);
    assert_eq!(world.ended[&first].result.as_ref().err(), Some(&Failure::Offline), "not a timeout");
    // And it is no fault of the other side: when the network is back, so is the scorer.
    for _ in 0..20 {
        world.ask(&mut silence);
    }
    world.calls.set_online(true, world.now, 0.5);
    let last = world.ask(&mut |_, _, _, _| vec![good(10.0, 0.5)]);
    world.run(f64::INFINITY, &mut silence);
    assert!(world.ended[&last].result.is_ok());
    assert_eq!(world.attempts.len(), 2);
}

#[test]
fn a_network_that_is_back_ends_the_pause_of_the_breaker() {
    let mut world = World::new(CallLimits::proxy(TIMEOUT), 7);
    let mut dead = |_: &mut Random, _, _, _| vec![Wire::Breaks(1.0)];
    for _ in 0..6 {
        world.ask(&mut dead);
        world.run(f64::INFINITY, &mut dead);
    }
    let refused = world.ask(&mut dead);
    assert_eq!(world.ended[&refused].result.as_ref().err(), Some(&Failure::CircuitOpen));
    world.calls.set_online(false, world.now, 0.5);
    world.calls.set_online(true, world.now, 0.5);
    let probe = world.ask(&mut |_, _, _, _| vec![good(1.0, 0.5)]);
    world.run(f64::INFINITY, &mut dead);
    assert!(world.ended[&probe].result.is_ok());
}

#[test]
fn the_oldest_that_waits_makes_room_for_the_newest() {
    let limits = CallLimits { in_flight: 2, waiting: 3, ..CallLimits::proxy(TIMEOUT) };
    let mut world = World::new(limits, 7);
    let mut slow = |_: &mut Random, _, _, _| vec![good(1_400.0, 0.5)];
    let calls: Vec<_> = (0..7).map(|_| world.ask(&mut slow)).collect();
    let cancelled: Vec<_> = world.ended.keys().copied().collect();
    assert_eq!(cancelled, calls[2..4], "the first two are on their way, these two waited longest");
    world.run(f64::INFINITY, &mut slow);
    let scored = calls.iter().filter(|call| world.ended[call].result.is_ok()).count();
    assert_eq!((scored, world.ended.len()), (4, 7), "four are answered in two rounds; the last runs out of time");
}
