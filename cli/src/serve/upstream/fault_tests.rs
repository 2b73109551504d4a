//! Every way a server can fail, over a real HTTP connection in memory and in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::Request;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use super::bench_of_tests::{DEADLINE, question, upstream};
use super::faults::*;
use super::transport::{Broken, Call, Transport};
use super::{Unscored, retry};

/// How often each is tried.
const RUNS: usize = 200;

/// A server that fails in one way.
#[derive(Debug)]
struct Faulty {
    fault: Fault,
    calls: Arc<AtomicU32>,
    start: Instant,
}

impl Transport for Faulty {
    fn send(&self, request: Request<Bytes>) -> Call<'_> {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let (fault, start) = (self.fault, self.start);
        Box::pin(async move {
            if fault == NoAccept {
                std::future::pending::<()>().await;
            }
            let (near, far) = tokio::io::duplex(16 * 1024);
            tokio::spawn(async move {
                let (mut far, now) = (far, Duration::from_secs(1_800_000_000) + start.elapsed());
                answer(fault, now, &mut far).await
            });
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(near)).await.map_err(|_| Broken)?;
            tokio::spawn(connection);
            let answer = sender.send_request(request.map(Full::new)).await.map_err(|_| Broken)?;
            Ok(answer.map(|body| body.map_err(|_| Broken).boxed()))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn every_fault_ends_by_the_deadline_with_the_right_answer() {
    let mut tries = BTreeMap::new();
    for (fault, expected) in EXPECTED {
        for run in 0..RUNS {
            let (calls, start) = (Arc::new(AtomicU32::new(0)), Instant::now());
            let upstream = upstream(Faulty { fault, calls: Arc::clone(&calls), start });
            let outcome = upstream.score(&question()).await;
            let took = start.elapsed();
            assert!(took <= DEADLINE + Duration::from_millis(1), "{fault:?}, run {run}: {took:?}");
            let code = match outcome {
                Ok(reply) => {
                    assert_eq!(reply.score.score(), -0.4, "{fault:?}: a bad answer never becomes another score");
                    None
                }
                Err(Unscored::Problem(problem)) => Some(problem.code()),
                Err(other) => panic!("{fault:?}: {other:?}"),
            };
            assert_eq!(code, expected, "{fault:?}, run {run}");
            let calls = calls.load(Ordering::Relaxed);
            assert!((1..=retry::MAX_TRIES).contains(&calls), "{fault:?}: {calls} calls");
            *tries.entry((fault, calls)).or_insert(0) += 1;
        }
    }
    let once = |fault| tries.get(&(fault, 1)) == Some(&RUNS);
    assert!(
        [Html, WrongTypes, Unauthorized, NotFound, StallAfterHeaders].into_iter().all(once),
        "paid or hopeless: {tries:?}"
    );
    assert!(once(BusyForLong), "a wait that does not fit is not begun: {tries:?}");
    assert!([HalfClose, Reset, Error500, Error503].iter().all(|fault| tries.contains_key(&(*fault, 3))), "{tries:?}");
    assert_eq!(tries.get(&(BusySeconds, 3)), Some(&RUNS), "two waits of a second fit: {tries:?}");
}

/// A server that breaks the first connection and then says nothing any more.
#[derive(Debug, Default)]
struct BreaksThenHangs(AtomicU32);

impl Transport for BreaksThenHangs {
    fn send(&self, _: Request<Bytes>) -> Call<'_> {
        let first = self.0.fetch_add(1, Ordering::Relaxed) == 0;
        Box::pin(async move { if first { Err(Broken) } else { std::future::pending().await } })
    }
}

#[tokio::test(start_paused = true)]
async fn where_the_deadline_ends_a_retry_the_failure_that_was_seen_is_the_answer() {
    let start = Instant::now();
    let outcome = upstream(BreaksThenHangs::default()).score(&question()).await;
    assert!(
        matches!(&outcome, Err(Unscored::Problem(problem)) if problem.code() == "upstream-unreachable"),
        "{outcome:?}"
    );
    assert_eq!(start.elapsed().as_millis(), DEADLINE.as_millis());
}
