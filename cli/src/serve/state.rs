//! What is counted across calls: limits, spend, breaker. In this process, or shared with other proxies.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::breaker::{Breaker, Pass};
use super::clock::Clock;
use super::limits::{Exceeded, Limits, Rates};
use super::shared::{Away, Shared};
use super::spend::{Charge, Spent};

/// The state and its rules.
#[derive(Debug)]
pub struct State {
    rates: Rates,
    /// Upstream tokens a day.
    cap: u64,
    /// Names the model's server among others.
    server: String,
    pub clock: Clock,
    limits: Limits,
    spent: Spent,
    breaker: Mutex<Breaker>,
    shared: Option<Arc<Shared>>,
}

/// Leave to ask the model's server once, and what was charged for it.
pub type Leave = (Pass, Charge);

/// Why the model may not be asked now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoMoney {
    /// Today's cap is reached.
    Spent,
    /// What was spent is not known: Redis is away.
    Unknown,
}

impl State {
    /// State in this process, or in Redis where there is one.
    pub fn new(rates: Rates, cap: u64, server: String, clock: Clock, shared: Option<Arc<Shared>>) -> State {
        let (limits, spent, breaker) = (Limits::new(rates), Spent::default(), Mutex::default());
        State { rates, cap, server, clock, limits, spent, breaker, shared }
    }

    /// Counts a call against the limits; with Redis away, against this process's own.
    pub async fn admit(&self, session: &str, address: IpAddr) -> Result<(), Exceeded> {
        if let Some(shared) = &self.shared
            && let Ok(answer) = shared.admit(self.rates, session, address).await
        {
            return answer;
        }
        self.limits.admit(session, address)
    }

    /// Charges the estimate of a call to the model.
    pub async fn charge(&self, tokens: u64) -> Result<Charge, NoMoney> {
        let day = self.clock.day();
        match &self.shared {
            None => self.spent.charge(day, tokens, self.cap).ok_or(NoMoney::Spent),
            Some(shared) => match shared.charge(day, tokens, self.cap).await {
                Ok(charge) => charge.ok_or(NoMoney::Spent),
                Err(Away) => Err(NoMoney::Unknown),
            },
        }
    }

    /// Takes note of how a call to the model's server ended and what it cost. Where Redis stands between, that is not
    /// for the caller to wait for beyond the deadline; it is done all the same.
    pub async fn ended(self: &Arc<State>, (pass, charge): Leave, well: bool, tokens: u64, deadline: Instant) {
        let state = Arc::clone(self);
        let noted = async move {
            state.record(pass, well).await;
            state.settle(charge, tokens).await;
        };
        if self.shared.is_some() {
            drop(tokio::time::timeout_at(deadline, tokio::spawn(noted)).await);
        } else {
            noted.await;
        }
    }

    /// Puts what a call really cost in the place of its estimate.
    async fn settle(&self, charge: Charge, tokens: u64) {
        metrics::counter!("simmerdown_upstream_tokens_total").increment(tokens);
        match &self.shared {
            None => self.spent.settle(charge, tokens),
            // With Redis away the estimate stands, which is the safe side.
            Some(shared) => {
                let _ = shared.settle(charge, tokens).await;
            }
        }
    }

    /// What was spent today; none while it is not known.
    pub async fn spent(&self) -> Option<u64> {
        let day = self.clock.day();
        match &self.shared {
            None => Some(self.spent.of(day)),
            Some(shared) => shared.spent(day).await.ok(),
        }
    }

    /// Leave to ask the model's server once, or how long to wait.
    pub async fn pass(&self, lease: Duration) -> Result<Pass, Duration> {
        let now = self.clock.now_ms();
        self.breaker(|breaker| breaker.pass(now, lease)).await
    }

    async fn record(&self, pass: Pass, success: bool) {
        let (now, jitter) = (self.clock.now_ms(), rand::random::<f64>());
        let (was_open, open) = self
            .breaker(|breaker| {
                let was_open = breaker.is_open();
                breaker.record(pass, success, now, jitter);
                (was_open, breaker.is_open())
            })
            .await;
        metrics::gauge!("simmerdown_breaker_open").set(if open { 1.0 } else { 0.0 });
        match (was_open, open) {
            (false, true) => tracing::warn!("the model's server fails again and again: it is left alone for a while"),
            (true, false) => tracing::info!("the model's server answers again"),
            _ => {}
        }
    }

    /// Whether calls to the model's server are held back, as this process knows it.
    pub async fn is_open(&self) -> bool {
        self.breaker(|breaker| breaker.is_open()).await
    }

    async fn breaker<T>(&self, mut change: impl FnMut(&mut Breaker) -> T) -> T {
        if let Some(shared) = &self.shared
            && let Ok(outcome) = shared.breaker(&self.server, &mut change).await
        {
            return outcome;
        }
        change(&mut self.breaker.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether Redis answers; none where there is none.
    pub fn shared_is_there(&self) -> Option<bool> {
        self.shared.as_ref().map(|shared| shared.is_there())
    }

    /// Upstream tokens a day.
    pub fn cap(&self) -> u64 {
        self.cap
    }

    /// Forgets who has not called for so long that it makes no difference.
    pub fn forget_the_quiet(&self) {
        self.limits.forget_the_quiet();
    }
}
