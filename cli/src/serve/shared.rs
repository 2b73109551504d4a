//! State that several proxies share, in Redis.
//!
//! Every question is one script or one command, so that what several proxies ask at once is answered one after the
//! other. Keys hold no name and no address, only hashes of them. When Redis does not answer, each question is
//! answered with [`Away`] at once until it is back, and what then happens is the asker's to say.
//!
//! What was spent is kept for each proxy by itself, and each knows its own: a Redis that comes back with less than
//! that, because it lost its memory, is told, so that the cap of the day still halts.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{AsyncCommands, Client, RedisError, Script};
use sha2::{Digest, Sha256};

use super::breaker::Breaker;
use super::limits::{Exceeded, Rates, Scope};
use super::spend::{Charge, Spent};

/// How long one answer may take. Redis stands beside the proxy and answers in less than a millisecond.
const PATIENCE: Duration = Duration::from_millis(200);
/// How often it is looked for while it is away, and whether it is still there.
const LOOK: Duration = Duration::from_millis(500);
/// What all keys begin with. The braces keep them together in a cluster.
const PREFIX: &str = "{simmerdown}";

/// Redis does not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Away;

/// The generic cell rate algorithm, for each key in turn; a call counts for all or for none.
/// https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm. Times in microseconds.
const ADMIT: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local due = {}
for i, key in ipairs(KEYS) do
  local interval = tonumber(ARGV[i])
  local expected = math.max(tonumber(redis.call('GET', key) or 0), now)
  local wait = expected + interval - now - 60000000
  if wait > 0 then return {i, math.ceil(wait)} end
  due[i] = expected + interval
end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, string.format('%.0f', due[i]), 'PX', math.ceil((due[i] - now) / 1000) + 1)
end
return {0, 0}
";

/// Adds to what one proxy has spent in a day, while the sum of all is below the cap: the proxy, what it knows it has
/// spent, what is added, the cap.
const CHARGE: &str = r"
local own = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or 0)
if own < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
redis.call('EXPIRE', KEYS[1], 172800)
local sum = 0
for _, part in ipairs(redis.call('HVALS', KEYS[1])) do sum = sum + math.max(tonumber(part), 0) end
if sum >= tonumber(ARGV[4]) then return 0 end
redis.call('HINCRBY', KEYS[1], ARGV[1], ARGV[3])
redis.call('EXPIRE', KEYS[1], 172800)
return 1
";

/// Writes what was made of a value if nobody else has changed it.
const REPLACE: &str = r"
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', 3600)
return 1
";

/// The connection, and whether it is any good.
pub struct Shared {
    connection: ConnectionManager,
    there: AtomicBool,
    /// Names this proxy among others.
    me: String,
    /// What this proxy has spent, never more than Redis was told.
    own: Spent,
    admit: Script,
    charge: Script,
    replace: Script,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").field("there", &self.there).finish_non_exhaustive()
    }
}

impl Shared {
    /// Prepares the connection; it is made, and made again, in the background.
    pub fn new(url: &str) -> Result<Arc<Shared>> {
        // The address may hold a password: it is not repeated.
        if !url.starts_with("redis://") {
            bail!("give `memory` or an address such as redis://127.0.0.1:6379/0");
        }
        let client = Client::open(url).map_err(|_| anyhow::anyhow!("this is no address of a Redis server"))?;
        let config = ConnectionManagerConfig::new()
            .set_response_timeout(Some(PATIENCE))
            .set_connection_timeout(Some(PATIENCE))
            .set_max_delay(LOOK)
            .set_number_of_retries(0);
        let connection = ConnectionManager::new_lazy_with_config(client, config).context("cannot use Redis")?;
        let shared = Shared {
            connection,
            there: AtomicBool::new(true),
            me: format!("{:016x}", rand::random::<u64>()),
            own: Spent::default(),
            admit: Script::new(ADMIT),
            charge: Script::new(CHARGE),
            replace: Script::new(REPLACE),
        };
        Ok(Arc::new(shared))
    }

    /// Whether it answered the last time.
    pub fn is_there(&self) -> bool {
        self.there.load(Ordering::Relaxed)
    }

    /// Looks for Redis now and then, for ever, and reminds it of what was spent. To be there is to take that: one that
    /// may only be read is no better than none.
    pub async fn watch(self: Arc<Shared>) {
        loop {
            let (day, _) = self.own.latest();
            let answer = tokio::time::timeout(PATIENCE, self.add(day, 0, 0)).await;
            self.note(matches!(answer, Ok(Ok(_))));
            tokio::time::sleep(LOOK).await;
        }
    }

    fn note(&self, there: bool) {
        metrics::gauge!("simmerdown_state_up").set(if there { 1.0 } else { 0.0 });
        if self.there.swap(there, Ordering::Relaxed) != there {
            if there {
                tracing::info!("Redis is back: limits and spend are shared again");
            } else {
                tracing::warn!("Redis is away: the model is not asked, and limits are this process's own");
            }
        }
    }

    /// Asks, unless Redis is known to be away.
    async fn ask<T>(&self, question: impl Future<Output = Result<T, RedisError>>) -> Result<T, Away> {
        if !self.is_there() {
            return Err(Away);
        }
        match tokio::time::timeout(PATIENCE, question).await {
            Ok(Ok(answer)) => Ok(answer),
            _ => {
                self.note(false);
                Err(Away)
            }
        }
    }

    /// Counts a call against the limits.
    pub async fn admit(&self, rates: Rates, session: &str, address: IpAddr) -> Result<Result<(), Exceeded>, Away> {
        let mut connection = self.connection.clone();
        let mut call = self.admit.prepare_invoke();
        call.key(key("session", session)).key(key("address", &address.to_string())).key(key("total", ""));
        for rate in [rates.session, rates.address, rates.total] {
            call.arg(60_000_000.0 / f64::from(rate.get()));
        }
        let (scope, wait): (usize, u64) = self.ask(call.invoke_async(&mut connection)).await?;
        let reached = scope.checked_sub(1).and_then(|place| Scope::ALL.get(place));
        Ok(reached.map_or(Ok(()), |scope| Err(Exceeded(*scope, Duration::from_micros(wait)))))
    }

    /// Charges an estimate, if the sum of that day is below the cap.
    pub async fn charge(&self, day: u64, tokens: u64, cap: u64) -> Result<Option<Charge>, Away> {
        let charged = self.ask(self.add(day, tokens, cap)).await?;
        Ok(charged.then(|| self.own.charge(day, tokens, u64::MAX)).flatten())
    }

    async fn add(&self, day: u64, tokens: u64, cap: u64) -> Result<bool, RedisError> {
        let mut connection = self.connection.clone();
        let mut call = self.charge.prepare_invoke();
        call.key(spent(day)).arg(&self.me).arg(self.own.of(day)).arg(tokens).arg(cap);
        call.invoke_async(&mut connection).await
    }

    /// Puts what it really cost in the place of the estimate. With Redis away the estimate stands.
    pub async fn settle(&self, charge: Charge, tokens: u64) -> Result<(), Away> {
        let difference = i64::try_from(tokens).unwrap_or(i64::MAX) - i64::try_from(charge.tokens).unwrap_or(i64::MAX);
        // Less at once and more afterwards: what Redis is reminded of is never more than it was told.
        if difference < 0 {
            self.own.settle(charge, tokens);
        }
        let mut connection = self.connection.clone();
        let told = async { connection.hincr::<_, _, _, i64>(spent(charge.day), &self.me, difference).await };
        self.ask(told).await?;
        if difference > 0 {
            self.own.settle(charge, tokens);
        }
        Ok(())
    }

    /// The sum of that day.
    pub async fn spent(&self, day: u64) -> Result<u64, Away> {
        let mut connection = self.connection.clone();
        let parts = self.ask(async move { connection.hvals::<_, Vec<i64>>(spent(day)).await }).await?;
        Ok(parts.into_iter().filter_map(|part| u64::try_from(part).ok()).sum())
    }

    /// Changes the breaker of a server as `change` says, which is asked again where another proxy was faster; what
    /// leaves it as it was is not written.
    pub async fn breaker<T>(&self, server: &str, mut change: impl FnMut(&mut Breaker) -> T) -> Result<T, Away> {
        let name = key("breaker", server);
        loop {
            let mut connection = self.connection.clone();
            let known = async { connection.get::<_, Option<String>>(&name).await };
            let before = self.ask(known).await?.unwrap_or_default();
            let mut breaker: Breaker = serde_json::from_str(&before).unwrap_or_default();
            let old = breaker;
            let outcome = change(&mut breaker);
            if breaker == old {
                return Ok(outcome);
            }
            let after = serde_json::to_string(&breaker).map_err(|_| Away)?;
            let mut connection = self.connection.clone();
            let mut call = self.replace.prepare_invoke();
            call.key(&name).arg(before).arg(after);
            if self.ask(call.invoke_async::<bool>(&mut connection)).await? {
                return Ok(outcome);
            }
        }
    }
}

fn spent(day: u64) -> String {
    format!("{PREFIX}:spent:{day}")
}

/// A key that does not tell whom it is about.
fn key(kind: &str, name: &str) -> String {
    let hash = Sha256::digest(name);
    hash.iter().take(16).fold(format!("{PREFIX}:{kind}:"), |key, byte| key + &format!("{byte:02x}"))
}
