//! Every way a model's server can fail, over real sockets and all of it at once: each call ends by its deadline with
//! the right answer. In virtual time the same faults are run two hundred times each, beside the code.

#[path = "../../src/serve/upstream/faults.rs"]
mod faults;

use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use reqwest::blocking::Client;
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use crate::proxy::{KEY, Proxy};
use faults::*;

const RUNS: usize = 3;
/// Long enough for the first answer of each of 66 servers on a busy machine, and less than a connection alone
/// may take.
const DEADLINE: Duration = Duration::from_millis(900);
const SLACK: Duration = Duration::from_millis(500);

/// A server on a port of its own that fails in one way for as long as the runtime lives.
async fn server(fault: Fault) -> SocketAddr {
    if fault == NoAccept {
        return full().await;
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let Ok((mut stream, _)) = listener.accept().await else { return };
            tokio::spawn(async move {
                let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
                if fault == Reset {
                    stream.set_zero_linger().unwrap();
                }
                drop(answer(fault, now, &mut stream).await);
            });
        }
    });
    address
}

/// A server whose queue of connections is full: the kernel lets nobody in.
async fn full() -> SocketAddr {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = tokio::time::timeout(Duration::from_millis(100), TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
        assert!(waiting.len() < 100, "the queue of two has no end");
    }
    std::mem::forget((listener, waiting));
    address
}

#[test]
fn all_faults_at_once_end_by_the_deadline_with_the_right_answer() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let mut calls = Vec::new();
    for (fault, expected) in EXPECTED {
        let address = runtime.block_on(server(fault));
        (0..RUNS).for_each(|run| calls.push((fault, expected, run, address)));
    }
    // Each has a proxy of its own: a breaker that one opens would answer for another.
    let start = |address: &SocketAddr| {
        let base = format!("http://{address}/v1");
        let environment = [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &*base), ("RUST_LOG", "warn")];
        Proxy::start(&["--upstream-timeout-ms", &DEADLINE.as_millis().to_string()], &environment)
    };
    let proxies: Vec<Proxy> = std::thread::scope(|scope| {
        let started: Vec<_> = calls.iter().map(|(.., address)| scope.spawn(|| start(address))).collect();
        started.into_iter().map(|proxy| proxy.join().unwrap()).collect()
    });
    let (client, mut slowest) = (&Client::new(), Duration::ZERO);
    std::thread::scope(|scope| {
        let callers: Vec<_> = calls
            .iter()
            .zip(&proxies)
            .map(|((fault, expected, run, _), proxy)| {
                let caller = scope.spawn(move || {
                    let call = client.post(format!("{}/v1/score", proxy.url)).json(&json!({ "message": "hi" }));
                    let asked = Instant::now();
                    let response = call.send().unwrap();
                    let (status, headers) = (response.status().as_u16(), response.headers().clone());
                    let body: Value = response.json().unwrap();
                    (asked.elapsed(), status, headers, body, proxy)
                });
                (format!("{fault:?}, run {run}"), *fault, *expected, caller)
            })
            .collect();
        for (place, fault, expected, caller) in callers {
            let (took, status, headers, body, proxy) = caller.join().unwrap();
            assert!(took <= DEADLINE + SLACK, "{place}: {took:?}");
            slowest = slowest.max(took);
            assert_eq!(body["code"].as_str(), expected, "{place}: {body}");
            let want = match expected {
                None => 200,
                Some("upstream-timeout") => 504,
                Some("upstream-malformed" | "upstream-refused") => 502,
                Some(_) => 503,
            };
            assert_eq!(status, want, "{place}");
            if want == 200 {
                let keys = ["score", "label", "frustration", "urgency", "source", "model"];
                assert!(body.as_object().unwrap().keys().all(|key| keys.contains(&&**key)), "{place}: {body}");
                assert_eq!((&body["score"], &body["frustration"]), (&json!(-0.4), &json!(0.6)), "{place}");
            } else {
                assert_eq!(headers["content-type"], "application/problem+json", "{place}");
                assert!(body.get("score").is_none(), "{place}: a bad answer never becomes a score");
            }
            let wait = headers.get("retry-after").map(|wait| wait.to_str().unwrap().parse::<u64>().unwrap());
            let (least, most) = match fault {
                BusySeconds | BusyDate => (1, 1),
                BusyForLong => (60, 60),
                HalfClose | Reset | Error500 | Error503 => (5, 5),
                _ => (0, 0),
            };
            assert!((least..=most).contains(&wait.unwrap_or(0)), "{place}: Retry-After {wait:?}");
            let metrics = proxy.metrics();
            let attempts = metrics.lines().filter(|line| line.starts_with("simmerdown_upstream_attempts_total"));
            let attempts: u64 = attempts.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
            assert!((1..=3).contains(&attempts), "{place}: {attempts} attempts");
        }
    });
    println!("{} calls at once, the slowest answered after {slowest:?}", calls.len());
}
