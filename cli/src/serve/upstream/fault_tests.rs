//! Every way a server can fail, over a real HTTP connection in memory and in virtual time.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use axum::http::Request;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::time::{Instant, sleep};

use super::bench_of_tests::{DEADLINE, question, upstream};
use super::transport::{Broken, Call, Transport};
use super::{Unscored, retry};

/// How often each is tried.
const RUNS: usize = 200;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    NoAccept,
    SlowHeaders,
    StallAfterHeaders,
    ByteASecond,
    HalfClose,
    Reset,
    Html,
    Truncated,
    TenMegabytes,
    WrongTypes,
    NotANumber,
    Overflow,
    ExtraKeys,
    Prose,
    NoContent,
    Unauthorized,
    NotFound,
    BusySeconds,
    BusyDate,
    BusyForLong,
    Error500,
    Error503,
}

use Fault::*;

/// Each, and the code of the answer; none where it is a score after all.
const EXPECTED: [(Fault, Option<&str>); 22] = [
    (NoAccept, Some("upstream-timeout")),
    (SlowHeaders, Some("upstream-timeout")),
    (StallAfterHeaders, Some("upstream-timeout")),
    (ByteASecond, Some("upstream-timeout")),
    (HalfClose, Some("upstream-unreachable")),
    (Reset, Some("upstream-unreachable")),
    (Html, Some("upstream-malformed")),
    (Truncated, Some("upstream-malformed")),
    (TenMegabytes, Some("upstream-malformed")),
    (WrongTypes, Some("upstream-malformed")),
    (NotANumber, Some("upstream-malformed")),
    (Overflow, Some("upstream-malformed")),
    (ExtraKeys, None),
    (Prose, Some("upstream-malformed")),
    (NoContent, Some("upstream-malformed")),
    (Unauthorized, Some("upstream-refused")),
    (NotFound, Some("upstream-refused")),
    (BusySeconds, Some("upstream-busy")),
    (BusyDate, Some("upstream-busy")),
    (BusyForLong, Some("upstream-busy")),
    (Error500, Some("upstream-unreachable")),
    (Error503, Some("upstream-unreachable")),
];

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
            tokio::spawn(answer(fault, start, far));
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(near)).await.map_err(|_| Broken)?;
            tokio::spawn(connection);
            let answer = sender.send_request(request.map(Full::new)).await.map_err(|_| Broken)?;
            Ok(answer.map(|body| body.map_err(|_| Broken).boxed()))
        })
    }
}

fn ok(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}

fn says(content: &str) -> String {
    ok(&serde_json::json!({ "choices": [{ "message": { "content": content } }] }).to_string())
}

fn status(line: &str) -> String {
    format!("HTTP/1.1 {line}\r\ncontent-length: 0\r\n\r\n")
}

async fn answer(fault: Fault, start: Instant, mut stream: DuplexStream) -> std::io::Result<()> {
    read_request(&mut stream).await?;
    let score = |fields: &str| says(&format!("{{\"label\":\"negative\",\"urgency\":0.2,{fields}}}"));
    let whole = match fault {
        NoAccept => return Ok(()),
        SlowHeaders => return drip(&mut stream, &"HTTP/1.1 200 OK\r\nx-slow: slow\r\n".repeat(20)).await,
        ByteASecond => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n").await?;
            return drip(&mut stream, &" ".repeat(900)).await;
        }
        StallAfterHeaders => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":").await?;
            std::future::pending::<()>().await;
            return Ok(());
        }
        HalfClose => {
            stream.shutdown().await?;
            std::future::pending::<()>().await;
            return Ok(());
        }
        Reset => "HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n{\"choices\":".to_owned(),
        Html => ok("<!doctype html><title>Sign in</title>"),
        Truncated => ok(r#"{"choices":[{"message":{"content":"{\"score\":-0.4,\"#),
        TenMegabytes => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10000000\r\n\r\n").await?;
            let block = [b' '; 10_000];
            for _ in 0..1000 {
                stream.write_all(&block).await?;
            }
            return Ok(());
        }
        WrongTypes => score(r#""score":"-0.4","frustration":0.6"#),
        NotANumber => score(r#""score":NaN,"frustration":0.6"#),
        Overflow => score(r#""score":-0.4,"frustration":1e999"#),
        ExtraKeys => score(r#""score":-0.4,"frustration":0.6,"mood":{"deep":[1,2,3]},"reply":"Hello""#),
        Prose => says("The customer seems upset, I would say -0.4."),
        NoContent => ok(r#"{"choices":[{"message":{"content":null,"refusal":"no"}}]}"#),
        Unauthorized => status("401 Unauthorized"),
        NotFound => status("404 Not Found"),
        BusySeconds => status("429 Too Many Requests\r\nretry-after: 1"),
        BusyDate => {
            let then = Duration::from_secs(1_800_000_000) + start.elapsed() + Duration::from_secs(1);
            let date = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + then);
            status(&format!("429 Too Many Requests\r\nretry-after: {date}"))
        }
        BusyForLong => status("429 Too Many Requests\r\nretry-after: 60"),
        Error500 => status("500 Internal Server Error"),
        Error503 => status("503 Service Unavailable"),
    };
    stream.write_all(whole.as_bytes()).await
}

/// One byte a second.
async fn drip(stream: &mut DuplexStream, text: &str) -> std::io::Result<()> {
    for byte in text.bytes() {
        stream.write_all(&[byte]).await?;
        sleep(Duration::from_secs(1)).await;
    }
    Ok(())
}

async fn read_request(stream: &mut DuplexStream) -> std::io::Result<()> {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok(());
            }
        }
        if stream.read_buf(&mut read).await? == 0 {
            return Ok(());
        }
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
