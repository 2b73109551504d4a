//! The proxy under load: what it adds to a score, and whether its memory stays flat.
//!
//! A model's server that takes a known time runs in this process, the proxy in its own. Calls are sent at a fixed
//! rate, on time whatever the answers do, and each is measured from the moment it was due, so that a stall counts
//! for every call it held up. "Added" is that time less what the model's server takes: it holds the proxy and also
//! the load generator and loopback, which share the machine with it.
#![allow(clippy::unwrap_used)]

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::header;
use hdrhistogram::Histogram;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// Value of `--name N`, or the default.
fn number(name: &str, default: u64) -> u64 {
    let mut arguments = std::env::args().skip_while(|argument| argument != name).skip(1);
    arguments.next().map_or(default, |value| value.parse().unwrap())
}

fn main() {
    let (rate, seconds, memory) = (number("--rate", 1000), number("--seconds", 10), number("--memory", 30));
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
        println!(
            "one proxy, {rate} calls a second, {} cores shared by load generator, proxy and model's server",
            cores()
        );
        println!(
            "{:<34} {:>8} {:>8} {:>8} {:>8} {:>8} {:>7}",
            "", "calls/s", "p50 ms", "p95 ms", "p99 ms", "max ms", "failed"
        );
        for delay in [0, 100] {
            let model = model(Duration::from_millis(delay)).await;
            let proxy = Proxy::start(&model);
            load(&proxy.url, rate, 2).await;
            let direct = load(&model, rate, seconds).await;
            direct.print(&format!("model ({delay} ms) alone, added"), delay);
            let through = load(&proxy.url, rate, seconds).await;
            through.print(&format!("through the proxy ({delay} ms), added"), delay);
            // What fails is fast, and would pass for a good figure.
            assert!(through.failed * 100 <= through.times.len(), "more than one call in a hundred failed");
        }
        let model = model(Duration::from_millis(0)).await;
        let proxy = Proxy::start(&model);
        let most = flood(&proxy.url, seconds).await;
        println!("as many as 64 callers get: {most} calls/s");
        println!("\nmemory of the proxy at {rate} calls/s, resident, in MB");
        let step = (memory / 10).max(1);
        for second in 0..=memory / step {
            println!("  {:>4} s  {:>7.1}", second * step, proxy.resident());
            load(&proxy.url, rate, step).await;
        }
    });
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// `simmerdown serve`, limits out of the way.
struct Proxy {
    child: Child,
    url: String,
    /// Kept open: the proxy says more than one line.
    _said: BufReader<ChildStdout>,
}

impl Proxy {
    fn start(model: &str) -> Proxy {
        let mut command = Command::new(env!("CARGO_BIN_EXE_simmerdown"));
        command.args(["serve", "--addr", "127.0.0.1:0", "--metrics-addr", "127.0.0.1:0"]);
        command.args(["--rate-limit", "100000000", "--spend-cap", "1000000000000"]);
        command.env("OPENAI_API_KEY", "bench").env("OPENAI_BASE_URL", model).env("RUST_LOG", "warn");
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let url = line.split_whitespace().last().unwrap();
        Proxy { url: format!("{url}/v1/score"), child, _said: said }
    }

    /// Resident memory, in MB.
    fn resident(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
        line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).map_or(f64::NAN, |kb| kb / 1024.0)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// A model's server that answers after that long; gives its base address.
async fn model(delay: Duration) -> String {
    let content = r#"{"score":-0.4,"label":"negative","frustration":0.6,"urgency":0.2}"#;
    let body = json!({ "choices": [{ "message": { "role": "assistant", "content": content } }], "usage": { "total_tokens": 1 } });
    let body = body.to_string();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let answer = move |_: axum::body::Bytes| async move {
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        ([(header::CONTENT_TYPE, "application/json")], body)
    };
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

/// What a load came to.
struct Load {
    /// Microseconds from when a call was due to the end of its answer.
    times: Histogram<u64>,
    failed: u64,
    took: Duration,
}

impl Load {
    fn print(&self, name: &str, delay: u64) {
        let added = |value: u64| value as f64 / 1000.0 - delay as f64;
        let rate = self.times.len() as f64 / self.took.as_secs_f64();
        let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|q| added(self.times.value_at_quantile(q)));
        let max = added(self.times.max());
        println!("{name:<34} {rate:>8.0} {p50:>8.2} {p95:>8.2} {p99:>8.2} {max:>8.2} {:>7}", self.failed);
    }
}

fn request(client: &reqwest::Client, url: &str, number: u64) -> reqwest::RequestBuilder {
    let body = json!({ "message": format!("third time I'm asking, where is order {number}?"), "messageId": "m1" });
    client.post(url).json(&body)
}

async fn succeeds(request: reqwest::RequestBuilder) -> bool {
    match request.send().await {
        Ok(response) if response.status().is_success() => response.bytes().await.is_ok(),
        _ => false,
    }
}

/// Calls at a fixed rate.
async fn load(url: &str, rate: u64, seconds: u64) -> Load {
    let client = reqwest::Client::new();
    let (done, mut finished) = mpsc::unbounded_channel();
    let start = Instant::now();
    let total = rate * seconds;
    for number in 0..total {
        let due = start + Duration::from_nanos(number * 1_000_000_000 / rate);
        tokio::time::sleep_until(due).await;
        let (request, done) = (request(&client, url, number), done.clone());
        tokio::spawn(async move {
            let fine = succeeds(request).await;
            let _ = done.send((due.elapsed(), fine));
        });
    }
    drop(done);
    let mut load = Load { times: Histogram::new(3).unwrap(), failed: 0, took: Duration::ZERO };
    while let Some((time, fine)) = finished.recv().await {
        load.times.record(u64::try_from(time.as_micros()).unwrap()).unwrap();
        load.failed += u64::from(!fine);
    }
    load.took = start.elapsed();
    load
}

/// Calls as fast as 64 callers get their answers; gives calls a second.
async fn flood(url: &str, seconds: u64) -> u64 {
    let client = reqwest::Client::new();
    let count = Arc::new(AtomicU64::new(0));
    let end = Instant::now() + Duration::from_secs(seconds);
    let callers: Vec<_> = (0..64)
        .map(|_| {
            let (client, count, url) = (client.clone(), Arc::clone(&count), url.to_owned());
            tokio::spawn(async move {
                while Instant::now() < end {
                    let number = count.load(Ordering::Relaxed);
                    if succeeds(request(&client, &url, number)).await {
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    for caller in callers {
        drop(caller.await);
    }
    count.load(Ordering::Relaxed) / seconds
}
