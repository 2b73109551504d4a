//! The calls of one scorer: which are sent when, which are tried again, and how each of them ends.

use super::answer::{Again, Outcome};
use super::breaker::Breaker;
use super::budget::RetryBudget;
use crate::event::Failure;

/// The longest pause before the first retry, in milliseconds; twice as long before the next. The pause is drawn
/// evenly from nothing to that ("full jitter").
const FIRST_PAUSE: f64 = 300.0;
/// The longest time that the other side can ask us to stay away, in milliseconds.
const LONGEST_HOLD: f64 = 300_000.0;

/// A call, by its number.
pub type Call = u32;

/// How much a scorer does at once, and how hard it tries.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CallLimits {
    /// How long a call may take, in milliseconds: its time in the queue, every attempt and every pause.
    pub timeout: f64,
    /// Attempts for one call; 1 is without retries.
    pub attempts: u32,
    /// Attempts on their way at the same time.
    pub in_flight: usize,
    /// Calls that wait for their turn or for their next attempt; the oldest of them makes room for a new one.
    pub waiting: usize,
    /// Whether failures in a row stop it for a while.
    pub breaks: bool,
    /// Whether there is another token to be had where one was refused.
    pub renews: bool,
}

impl CallLimits {
    /// For the scoring proxy.
    #[must_use]
    pub const fn proxy(timeout: f64) -> Self {
        CallLimits { timeout, attempts: 3, in_flight: 6, waiting: 32, breaks: true, renews: true }
    }

    /// For a function of the page, which has its own ways to try again.
    #[must_use]
    pub const fn function(timeout: f64) -> Self {
        CallLimits { timeout, attempts: 1, in_flight: 6, waiting: 32, breaks: false, renews: false }
    }
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Make an attempt, with a fresh token where that is asked for.
    Send {
        /// The call.
        call: Call,
        /// The token that there was is not to be used again.
        fresh_token: bool,
    },
    /// Give up the attempt that is on its way; nobody wants to hear of it any more.
    Abort(Call),
    /// The call has ended: with the score that the last attempt brought, or without one.
    End(Call, Result<(), Failure>),
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    /// Not sent yet.
    Queued,
    /// An attempt is on its way.
    InFlight { probe: bool },
    /// The next attempt is not made before this time.
    Pausing(f64),
}

#[derive(Debug, Clone)]
struct Asked {
    call: Call,
    ends_at: f64,
    attempts: u32,
    refreshed: bool,
    stage: Stage,
    /// Why the last attempt failed.
    failure: Option<Failure>,
}

/// The calls of one scorer as a state machine: no clock, no randomness, no network.
///
/// Every method takes the time, in milliseconds of a clock that never runs backwards; `chance`, from 0 to 1, is a
/// fresh random number.
/// Afterwards [`Calls::next_effect`] says what to do, and [`Calls::wake_at`] when to call [`Calls::tick`].
#[derive(Debug, Clone)]
pub struct Calls {
    limits: CallLimits,
    asked: Vec<Asked>,
    effects: Vec<Effect>,
    budget: RetryBudget,
    breaker: Breaker,
    /// Until when the other side asked us to stay away, and what a call is told that cannot wait so long.
    hold: Option<(f64, Failure)>,
    online: bool,
    next: Call,
}

impl Calls {
    /// No calls yet.
    #[must_use]
    pub fn new(limits: CallLimits) -> Self {
        Calls {
            limits,
            asked: Vec::new(),
            effects: Vec::new(),
            budget: RetryBudget::default(),
            breaker: Breaker::default(),
            hold: None,
            online: true,
            next: 0,
        }
    }

    /// The limits it was made with.
    #[must_use]
    pub const fn limits(&self) -> &CallLimits {
        &self.limits
    }

    /// How many calls have not ended.
    #[must_use]
    pub fn open(&self) -> usize {
        self.asked.len()
    }

    /// How many attempts are on their way.
    #[must_use]
    pub fn in_flight(&self) -> usize {
        self.asked.iter().filter(|asked| matches!(asked.stage, Stage::InFlight { .. })).count()
    }

    /// What to do next, until there is nothing.
    pub fn next_effect(&mut self) -> Option<Effect> {
        (!self.effects.is_empty()).then(|| self.effects.remove(0))
    }

    /// When [`Calls::tick`] would do something, in milliseconds; none while there is nothing to wait for.
    #[must_use]
    pub fn wake_at(&self) -> Option<f64> {
        let hold = self.hold.map_or(f64::INFINITY, |(until, _)| until);
        let times = self.asked.iter().map(|asked| match asked.stage {
            Stage::Pausing(until) => until.min(asked.ends_at),
            Stage::Queued => hold.min(asked.ends_at),
            Stage::InFlight { .. } => asked.ends_at,
        });
        times.min_by(f64::total_cmp)
    }

    /// A new call.
    pub fn ask(&mut self, now: f64, chance: f64) -> Call {
        let call = self.next;
        self.next = self.next.wrapping_add(1);
        self.budget.deposit();
        let most = self.limits.in_flight + self.limits.waiting;
        if self.asked.len() >= most
            && let Some(oldest) = self.asked.iter().position(|asked| !matches!(asked.stage, Stage::InFlight { .. }))
        {
            // A newer message says more of how the customer feels now.
            self.end(oldest, Err(Failure::Cancelled));
        }
        let ends_at = now + self.limits.timeout;
        let stage = Stage::Queued;
        self.asked.push(Asked { call, ends_at, attempts: 0, refreshed: false, stage, failure: None });
        self.tick(now, chance);
        call
    }

    /// An attempt ended. One that nobody waits for any more changes nothing.
    pub fn attempted(&mut self, call: Call, outcome: Outcome, now: f64, chance: f64) {
        let Some(place) = self.asked.iter().position(|asked| asked.call == call) else { return };
        let Some(asked) = self.asked.get_mut(place) else { return };
        let Stage::InFlight { probe } = asked.stage else { return };
        let (failure, again, blame) = match outcome {
            Outcome::Scored => {
                self.breaker.succeeded();
                self.end(place, Ok(()));
                return self.tick(now, chance);
            }
            Outcome::Unauthorized if self.limits.renews && !asked.refreshed => {
                asked.refreshed = true;
                self.effects.push(Effect::Send { call, fresh_token: true });
                return;
            }
            Outcome::Unauthorized => (Failure::Http, Again::Never, true),
            Outcome::Failed { failure, again, blame } => (failure, again, blame),
        };
        let failure = if self.online { failure } else { Failure::Offline };
        asked.failure = Some(failure);
        if blame && self.online {
            self.blame(now, chance);
        } else if probe {
            self.breaker.released();
        }
        let wait = match again {
            Again::Invited(Some(wait)) => wait.min(LONGEST_HOLD),
            _ => 0.0,
        };
        if wait > 0.0 {
            // Until then a rate limit answers for the other side, or an open circuit.
            let instead = if failure == Failure::RateLimited { failure } else { Failure::CircuitOpen };
            self.hold = Some((now + wait, instead));
        }
        match self.pause(place, again, wait, now, chance) {
            Some(until) if !probe => {
                if let Some(asked) = self.asked.get_mut(place) {
                    asked.stage = Stage::Pausing(until);
                }
            }
            _ => self.end(place, Err(failure)),
        }
        self.tick(now, chance);
    }

    /// Until when to pause before the next attempt, if there is one.
    fn pause(&mut self, place: usize, again: Again, wait: f64, now: f64, chance: f64) -> Option<f64> {
        let asked = self.asked.get(place)?;
        let longest = FIRST_PAUSE * f64::from(1_u32 << (asked.attempts.max(1) - 1).min(8));
        let until = now + wait + longest * chance;
        let allowed = again != Again::Never
            && self.online
            && asked.attempts < self.limits.attempts
            && until < asked.ends_at
            && self.breaker.is_closed();
        (allowed && self.budget.withdraw(matches!(again, Again::Invited(_)))).then_some(until)
    }

    /// The page does not want the call any more.
    pub fn cancel(&mut self, call: Call, now: f64, chance: f64) {
        if let Some(place) = self.asked.iter().position(|asked| asked.call == call) {
            self.give_up(place, Failure::Cancelled);
            self.tick(now, chance);
        }
    }

    /// The browser says whether there is a network. Without one nothing is sent, and what waits ends at once.
    pub fn set_online(&mut self, online: bool, now: f64, chance: f64) {
        if online && !self.online {
            self.breaker.reconnected(now);
        }
        self.online = online;
        self.tick(now, chance);
    }

    /// Time has passed: ends what is due, sends what may be sent.
    pub fn tick(&mut self, now: f64, chance: f64) {
        if self.hold.is_some_and(|(until, _)| until <= now) {
            self.hold = None;
        }
        while let Some(place) = self.asked.iter().position(|asked| asked.ends_at <= now) {
            let sent = self.asked.get(place).is_some_and(|asked| matches!(asked.stage, Stage::InFlight { .. }));
            if sent && self.online {
                self.blame(now, chance);
            }
            // What made the attempts before fail says more than that time ran out on the last.
            let known = self.asked.get(place).and_then(|asked| asked.failure);
            let failure = if self.online { known.unwrap_or(Failure::Timeout) } else { Failure::Offline };
            self.give_up(place, failure);
        }
        let mut place = 0;
        while let Some(asked) = self.asked.get(place) {
            if matches!(asked.stage, Stage::InFlight { .. }) {
                place += 1;
                continue;
            }
            let instead = asked.failure;
            let hold = self.hold.filter(|(until, _)| *until >= asked.ends_at);
            if !self.online {
                self.end(place, Err(Failure::Offline));
            } else if let Some((_, refused)) = hold {
                self.end(place, Err(instead.unwrap_or(refused)));
            } else if self.limits.breaks && !self.breaker.admits(now) {
                self.end(place, Err(instead.unwrap_or(Failure::CircuitOpen)));
            } else {
                self.send_if_due(place, now);
                place += 1;
            }
        }
    }

    fn send_if_due(&mut self, place: usize, now: f64) {
        let full = self.in_flight() >= self.limits.in_flight;
        let held = self.hold.is_some();
        let Some(asked) = self.asked.get_mut(place) else { return };
        let due = match asked.stage {
            Stage::Queued => !held,
            Stage::Pausing(until) => until <= now && !held,
            Stage::InFlight { .. } => false,
        };
        if due && !full {
            asked.attempts += 1;
            asked.stage = Stage::InFlight { probe: self.breaker.send() };
            self.effects.push(Effect::Send { call: asked.call, fresh_token: false });
        }
    }

    fn blame(&mut self, now: f64, chance: f64) {
        if self.limits.breaks {
            self.breaker.failed(now, chance);
        }
    }

    /// Ends a call and the attempt that is on its way for it.
    fn give_up(&mut self, place: usize, failure: Failure) {
        if let Some(Asked { call, stage: Stage::InFlight { probe }, .. }) = self.asked.get(place) {
            self.effects.push(Effect::Abort(*call));
            if *probe {
                // After a failure it is released already.
                self.breaker.released();
            }
        }
        self.end(place, Err(failure));
    }

    fn end(&mut self, place: usize, result: Result<(), Failure>) {
        let ended = self.asked.remove(place);
        self.effects.push(Effect::End(ended.call, result));
    }
}
