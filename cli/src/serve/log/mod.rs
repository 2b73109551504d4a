//! `POST /v1/log`: keeps what pages say happened and was decided, as a conversation log that `replay` reads.

mod entries;
mod journal;
mod seen;

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::body::read_json;
use super::problem::Problem;
use super::settings::LogSettings;
use super::{Proxy, client};
use journal::{Journal, NotKept};

/// Bytes a minute that one address may send, in kilobytes; what a thousand lively conversations come to.
const KILOBYTES: NonZeroU32 = NonZeroU32::new(64 * 1024).unwrap();

const SHAPE: &str = "send {\"id\": \"...\", \"seq\": 0, \"entries\": [{\"event\": {...}, \"decision\"?: {...}}]}";
const FULL: Problem = Problem::new(
    StatusCode::INSUFFICIENT_STORAGE,
    "log-full",
    "there is no room for more of the log; nothing of this batch was kept",
);
const BROKEN: Problem = Problem::new(
    StatusCode::SERVICE_UNAVAILABLE,
    "log-unavailable",
    "the log cannot be written now; send the same batch again later",
);
const BUSY: Problem =
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, "log-busy", "too many batches at once; send the same batch again");
const TOO_MUCH: Problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", "too much log from this address");

/// The conversation log and who may write how much.
#[derive(Debug)]
pub struct Log {
    journal: Journal,
    amounts: DefaultKeyedRateLimiter<std::net::IpAddr>,
}

impl Log {
    /// Opens the folder and begins a new file.
    pub fn open(settings: &LogSettings) -> Result<Log> {
        let amounts = RateLimiter::keyed(Quota::per_minute(KILOBYTES));
        Ok(Log { journal: Journal::open(settings)?, amounts })
    }

    /// Whether the last batch could be kept.
    pub fn is_well(&self) -> bool {
        self.journal.is_well()
    }

    /// Housekeeping.
    pub fn forget_the_quiet(&self) {
        self.amounts.retain_recent();
    }
}

/// Keeps one batch; 204 once it would survive a power cut.
pub async fn log(
    State(proxy): State<Arc<Proxy>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    let (outcome, answer) = match keep(&proxy, peer, request).await {
        Ok(outcome) => (outcome, StatusCode::NO_CONTENT.into_response()),
        Err(problem) => {
            tracing::info!(code = problem.code(), "batch not kept");
            (problem.code(), problem.into_response())
        }
    };
    metrics::counter!("simmerdown_log_batches_total", "outcome" => outcome).increment(1);
    answer
}

async fn keep(proxy: &Proxy, peer: SocketAddr, request: Request) -> Result<&'static str, Problem> {
    let log = proxy.log.as_ref().ok_or(Problem::not_found())?;
    let address = client::network(client::address(peer.ip(), request.headers(), &proxy.trusted));
    let batch: entries::Batch = read_json(request, SHAPE).await?;
    let batch = batch.check()?;
    let size = u32::try_from(batch.line.len() / 1024).unwrap_or(u32::MAX).saturating_add(1);
    let size = NonZeroU32::new(size).unwrap_or(NonZeroU32::MIN);
    let now = DefaultClock::default().now();
    let allowed = log.amounts.check_key_n(&address, size).unwrap_or(Ok(()));
    allowed.map_err(|until| TOO_MUCH.retry_after(until.wait_time_from(now)))?;
    match log.journal.keep(batch).await {
        Ok(journal::Kept::New) => Ok("kept"),
        Ok(journal::Kept::Before) => Ok("repeated"),
        Err(NotKept::Full) => Err(FULL.retry_after(Duration::from_secs(60))),
        Err(NotKept::Busy) => Err(BUSY.retry_after(Duration::from_secs(1))),
        Err(NotKept::Broken) => Err(BROKEN.retry_after(Duration::from_secs(5))),
    }
}
