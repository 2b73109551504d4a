//! The other side is dead for two minutes: it is not hammered, and it is found again.

use simmerdown::scoring::{Breaker, CallLimits};

use crate::world::{Random, Wire, World, answer, good};

const CLIENTS: u64 = 100;
const TIMEOUT: f64 = 4_000.0;
const OUTAGE: f64 = 120_000.0;

#[test]
fn an_outage_is_not_amplified_and_ends_for_everybody_within_one_probe_interval() {
    // Refused, an error, a stall; and how often somebody writes, in milliseconds.
    let deaths: [fn(&mut Random) -> Wire; 3] = [
        |random| Wire::Breaks(random.between(1.0, 50.0)),
        |random| answer(random.between(1.0, 50.0), 500, ""),
        |_| Wire::Silence,
    ];
    for (death, kind) in deaths.into_iter().zip(["refused", "500", "stall"]) {
        for spacing in [500.0, 2_000.0, 8_000.0] {
            let (mut calls, mut attempts, mut late_attempts, mut slowest) = (0, 0, 0, 0.0_f64);
            for client in 0..CLIENTS {
                let mut world = World::new(CallLimits::proxy(TIMEOUT), client);
                let mut network = |random: &mut Random, now: f64, _, _| {
                    vec![if now < OUTAGE { death(random) } else { good(random.between(50.0, 200.0), 0.1) }]
                };
                let mut at = world.random.between(0.0, spacing);
                let mut recovered = None;
                while at < OUTAGE + 2.0 * Breaker::PROBE_INTERVAL {
                    world.run(at, &mut network);
                    let call = world.ask(&mut network);
                    calls += u32::from(at < OUTAGE);
                    at += spacing * world.random.between(0.5, 1.5);
                    world.run(at, &mut network);
                    if recovered.is_none() && world.ended.get(&call).is_some_and(|ended| ended.result.is_ok()) {
                        recovered = Some(world.ended[&call].at);
                    }
                }
                let during = world.attempts.iter().filter(|(at, ..)| *at < OUTAGE).count();
                attempts += during;
                late_attempts += world.attempts.iter().filter(|(at, ..)| (OUTAGE / 2.0..OUTAGE).contains(at)).count();
                slowest = slowest.max(recovered.expect("every client recovers") - OUTAGE);
            }
            println!(
                "{kind}, a call every {spacing} ms: {attempts} attempts for {calls} calls, {late_attempts} in the second minute, recovered after {slowest:.0} ms"
            );
            assert!(attempts as f64 <= 1.1 * f64::from(calls), "{kind}, {spacing}: {attempts} attempts, {calls} calls");
            // A pause lasts at least half the interval: in a minute two or three probes end, and a fourth may begin.
            let probes = (OUTAGE / 2.0 / (Breaker::PROBE_INTERVAL / 2.0)) as usize;
            assert!(
                late_attempts <= CLIENTS as usize * probes,
                "{kind}, {spacing}: {late_attempts} attempts after a minute"
            );
            // A probe that was on its way when it ended may have to time out; the next is the first call after the
            // pause, so the time between calls and the answer come on top.
            assert!(
                slowest <= TIMEOUT + Breaker::PROBE_INTERVAL + 1.5 * spacing + 200.0,
                "{kind}, {spacing}: {slowest} ms"
            );
        }
    }
}
