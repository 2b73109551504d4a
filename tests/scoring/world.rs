//! A page, a network and a proxy without a clock: the time is a number, and what happens next is a queue.

use std::collections::BTreeMap;

use simmerdown::Failure;
use simmerdown::scoring::{Call, CallLimits, Calls, Effect, Head, MAX_REPLY, Outcome, ScoreReply, read_reply};

/// The clock of the page when the tests begin, in milliseconds since the epoch.
pub const EPOCH: f64 = 1_795_564_800_000.0;

/// SplitMix64 (Steele, Lea and Flood): small, and the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    pub fn chance(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.chance()
    }

    pub fn below(&mut self, count: usize) -> usize {
        (self.next() % count as u64) as usize
    }
}

/// What an attempt meets.
#[derive(Debug, Clone)]
pub enum Wire {
    /// Nothing ever comes.
    Silence,
    /// The connection breaks after so many milliseconds.
    Breaks(f64),
    /// An answer is complete after so many milliseconds.
    Answers { after: f64, status: u16, headers: Vec<(&'static str, String)>, body: String },
}

pub fn answer(after: f64, status: u16, body: &str) -> Wire {
    Wire::Answers { after, status, headers: Vec::new(), body: body.to_owned() }
}

/// A good answer.
pub fn good(after: f64, score: f64) -> Wire {
    answer(
        after,
        200,
        &format!(r#"{{"score":{score},"label":"negative","frustration":0.5,"urgency":0.2,"source":"model"}}"#),
    )
}

/// What an attempt led to, judged as the page judges it.
fn judge(wire: &Wire, now: f64) -> Option<(f64, Outcome, Option<ScoreReply>)> {
    match wire {
        Wire::Silence => None,
        Wire::Breaks(after) => Some((*after, Outcome::BROKEN, None)),
        Wire::Answers { after, status, headers, body } => {
            let header = |name| headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str());
            let head = Head {
                status: *status,
                content_type: header("content-type"),
                content_length: header("content-length"),
                retry_after: header("retry-after"),
            };
            let (outcome, reply) = match head.outcome(EPOCH + now + after) {
                Some(outcome) => (outcome, None),
                None if body.len() > MAX_REPLY as usize => (Outcome::MALFORMED, None),
                None => match read_reply(body) {
                    Ok(reply) => (Outcome::Scored, Some(reply)),
                    Err(_) => (Outcome::MALFORMED, None),
                },
            };
            Some((*after, outcome, reply))
        }
    }
}

/// How a call ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub at: f64,
    pub result: Result<ScoreReply, Failure>,
}

/// One scorer and its network.
pub struct World {
    pub now: f64,
    pub random: Random,
    pub calls: Calls,
    /// What is on its way, by the time it arrives.
    arriving: BTreeMap<(u64, u64), (Call, Outcome, Option<ScoreReply>)>,
    counted: u64,
    replies: BTreeMap<Call, ScoreReply>,
    pub ended: BTreeMap<Call, Ended>,
    /// When each attempt was made, and whether with a fresh token.
    pub attempts: Vec<(f64, Call, bool)>,
}

impl World {
    pub fn new(limits: CallLimits, seed: u64) -> Self {
        World {
            now: 0.0,
            random: Random(seed),
            calls: Calls::new(limits),
            arriving: BTreeMap::new(),
            counted: 0,
            replies: BTreeMap::new(),
            ended: BTreeMap::new(),
            attempts: Vec::new(),
        }
    }

    /// Asks now.
    pub fn ask(&mut self, network: &mut dyn FnMut(&mut Random, f64, Call, usize) -> Vec<Wire>) -> Call {
        let chance = self.random.chance();
        let call = self.calls.ask(self.now, chance);
        self.act(network);
        call
    }

    /// Lets time pass until `until`, or until nothing will happen any more.
    pub fn run(&mut self, until: f64, network: &mut dyn FnMut(&mut Random, f64, Call, usize) -> Vec<Wire>) {
        loop {
            let arrival = self.arriving.first_key_value().map(|((at, _), _)| f64::from_bits(*at));
            let wake = self.calls.wake_at();
            let next = [arrival, wake].into_iter().flatten().min_by(f64::total_cmp);
            let Some(next) = next.filter(|next| *next <= until) else { break };
            self.now = self.now.max(next);
            let chance = self.random.chance();
            if arrival.is_some_and(|at| at <= self.now) {
                let (_, (call, outcome, reply)) = self.arriving.pop_first().unwrap();
                if let Some(reply) = reply {
                    self.replies.insert(call, reply);
                }
                self.calls.attempted(call, outcome, self.now, chance);
            } else {
                self.calls.tick(self.now, chance);
            }
            self.act(network);
        }
        if until.is_finite() {
            self.now = self.now.max(until);
        }
    }

    /// Does what the machine says. An attempt that is aborted may still arrive: a network does not forget.
    pub fn act(&mut self, network: &mut dyn FnMut(&mut Random, f64, Call, usize) -> Vec<Wire>) {
        while let Some(effect) = self.calls.next_effect() {
            match effect {
                Effect::Send { call, fresh_token } => {
                    assert!(!self.ended.contains_key(&call), "nothing is sent for what has ended");
                    let before = self.attempts.iter().filter(|(_, other, _)| *other == call).count();
                    self.attempts.push((self.now, call, fresh_token));
                    for wire in network(&mut self.random, self.now, call, before) {
                        if let Some((after, outcome, reply)) = judge(&wire, self.now) {
                            self.counted += 1;
                            self.arriving.insert(((self.now + after).to_bits(), self.counted), (call, outcome, reply));
                        }
                    }
                }
                Effect::Abort(call) => assert!(!self.ended.contains_key(&call)),
                Effect::End(call, result) => {
                    let result = result.map(|()| self.replies.remove(&call).expect("a score arrived for it"));
                    let before = self.ended.insert(call, Ended { at: self.now, result });
                    assert!(before.is_none(), "a call ends once");
                }
            }
        }
        let limits = *self.calls.limits();
        assert!(self.calls.in_flight() <= limits.in_flight);
        assert!(self.calls.open() <= limits.in_flight + limits.waiting);
    }
}
