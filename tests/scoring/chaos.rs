//! Whatever happens in whatever order, every call ends once, in time, and the bounds hold.

use simmerdown::Failure;
use simmerdown::scoring::{Again, CallLimits, Calls, Effect, Outcome};

use crate::world::Random;

#[test]
fn every_call_ends_once_and_in_time_whatever_happens() {
    let failures = [Failure::Http, Failure::RateLimited, Failure::Malformed, Failure::Timeout];
    let agains =
        [Again::Never, Again::Later, Again::Invited(None), Again::Invited(Some(700.0)), Again::Invited(Some(1e9))];
    for seed in 0..3_000 {
        let mut random = Random(seed);
        let limits = match seed % 3 {
            0 => CallLimits::proxy(2_000.0),
            1 => CallLimits::function(2_000.0),
            _ => CallLimits { timeout: 500.0, attempts: 5, in_flight: 1, waiting: 2, breaks: true, renews: true },
        };
        let mut calls = Calls::new(limits);
        let (mut now, mut open, mut flying, mut asked_at) = (0.0, Vec::new(), Vec::new(), Vec::new());
        for step in 0..300 {
            let mut refused = None;
            let (chance, pick) = (random.chance(), random.below(100));
            let any = |list: &Vec<u32>, random: &mut Random| (!list.is_empty()).then(|| list[random.below(list.len())]);
            match pick {
                0..30 => {
                    let call = calls.ask(now, chance);
                    assert_eq!(call as usize, asked_at.len());
                    asked_at.push(now);
                    open.push(call);
                }
                // Also answers to what has ended, and to what was never sent.
                30..60 => {
                    let call = if random.below(4) == 0 {
                        random.below(400) as u32
                    } else {
                        any(&flying, &mut random).unwrap_or(0)
                    };
                    let outcome = match random.below(5) {
                        0 => Outcome::Scored,
                        1 => Outcome::Unauthorized,
                        _ => Outcome::Failed {
                            failure: failures[random.below(4)],
                            again: agains[random.below(5)],
                            blame: random.below(2) == 0,
                        },
                    };
                    refused = flying.contains(&call).then_some(call);
                    flying.retain(|other| *other != call);
                    calls.attempted(call, outcome, now, chance);
                }
                60..65 => {
                    if let Some(call) = any(&open, &mut random) {
                        calls.cancel(call, now, chance);
                    }
                }
                65..68 => calls.set_online(random.below(3) > 0, now, chance),
                _ => {
                    now = match calls.wake_at() {
                        Some(at) if random.below(3) > 0 => at.max(now),
                        _ => now + random.between(0.0, 100.0),
                    };
                    calls.tick(now, chance);
                }
            }
            while let Some(effect) = calls.next_effect() {
                match effect {
                    Effect::Send { call, fresh_token } => {
                        assert!(open.contains(&call), "seed {seed}, step {step}: sent after its end");
                        assert!(!flying.contains(&call), "seed {seed}, step {step}: one attempt at a time");
                        assert!(!fresh_token || refused == Some(call), "seed {seed}, step {step}");
                        flying.push(call);
                    }
                    Effect::Abort(call) => {
                        assert!(flying.contains(&call), "seed {seed}, step {step}: aborted what is not on its way");
                        flying.retain(|other| *other != call);
                    }
                    Effect::End(call, _) => {
                        assert!(open.contains(&call), "seed {seed}, step {step}: ended twice");
                        assert!(!flying.contains(&call), "seed {seed}, step {step}: ended with an attempt on its way");
                        open.retain(|other| *other != call);
                    }
                }
            }
            assert_eq!((calls.open(), calls.in_flight()), (open.len(), flying.len()), "seed {seed}, step {step}");
            assert!(flying.len() <= limits.in_flight && open.len() <= limits.in_flight + limits.waiting);
            let overdue = open.iter().find(|call| asked_at[**call as usize] + limits.timeout < now);
            assert!(overdue.is_none() || calls.wake_at().is_some_and(|at| at <= now), "seed {seed}, step {step}");
            assert!(open.is_empty() || calls.wake_at().is_some(), "seed {seed}, step {step}: nobody would wake it");
        }
        now += 1e6;
        calls.tick(now, 0.5);
        assert_eq!(calls.open(), 0, "seed {seed}");
    }
}
