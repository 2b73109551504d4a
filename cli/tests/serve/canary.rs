//! Nothing of what is sent, and no secret, is in any log, metric or answer, whatever the level and whatever is wrong
//! with a call.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use reqwest::header::HeaderMap;
use reqwest::{Client, Method};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::GOOD;
use crate::proxy::{Model, Proxy, answer, completion};

/// Calls at each level.
const CALLS: usize = 10_000;
/// Calls under way at once.
const AT_ONCE: usize = 16;

const KEY: &str = "qX7fLw2Z-the-key-of-the-model";
const TOKEN_SECRET: &str = "Tz8vKp3M-the-secret-that-signs-tokens";
const MINT_SECRET: &str = "Mb4rYs6D-the-secret-that-mints-tokens";
const HOME: &str = "https://shop.example";

/// A model's server that answers in every way, quoting what it was asked and the key.
fn model() -> Model {
    let calls = AtomicUsize::new(0);
    Model::start(move |body| {
        let quoted = format!("{body} {KEY}");
        let reply = |content: &str| completion(content);
        match calls.fetch_add(1, Ordering::Relaxed) % 12 {
            0 => reply(&quoted),
            1 => reply(&GOOD.replacen('{', &format!("{{\"note\":{},", json!(quoted)), 1)),
            2 => reply(&GOOD.replace("negative", &quoted)),
            3 => {
                let mut failed = answer(500, quoted);
                failed.headers_mut().insert("x-should-retry", "false".parse().unwrap());
                failed
            }
            5 => answer(400, quoted),
            7 => answer(401, quoted),
            9 => answer(200, quoted),
            11 => answer(404, quoted),
            _ => reply(GOOD),
        }
    })
}

/// One call of many kinds, with the canary wherever it can stand.
async fn call(client: &Client, proxy: &Proxy, token: &str, n: usize) -> String {
    let canary = format!("CANARY{n:05}");
    let url = |path: &str| format!("{}{path}", proxy.url);
    let mut headers = HeaderMap::new();
    for name in ["x-request-id", "user-agent", "referer", "cookie", "accept-language", "traceparent", "x-forwarded-for"]
    {
        headers.insert(name, canary.parse().unwrap());
    }
    headers.insert("origin", HOME.parse().unwrap());
    headers.insert("content-type", "application/json".parse().unwrap());
    headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
    let (mut method, mut path) = (Method::POST, "/v1/score".to_owned());
    let mut set = |name: &'static str, value: String| drop(headers.insert(name, value.parse().unwrap()));
    let event = |event: Value| json!({ "id": canary, "seq": n, "entries": [{ "event": event }] }).to_string();
    let context = json!([{ "role": "customer", "text": canary }, { "role": "bot", "text": canary }]);
    let good = json!({ "message": canary, "messageId": canary, "context": context }).to_string();
    let body = match n % 25 {
        0 => json!({ "message": canary, &canary: canary }).to_string(),
        1 => format!("{{\"message\":\"{canary}"),
        2 => json!({ "message": [canary] }).to_string(),
        3 => json!({ "message": "hi", "context": [{ "role": canary, "text": "x" }] }).to_string(),
        4 => format!("{}\"{canary}\"{}", "[".repeat(50), "]".repeat(50)),
        5 if n % 100 == 5 => json!({ "message": canary.repeat(8000) }).to_string(),
        6 => {
            set("content-type", format!("text/{canary}"));
            good
        }
        7 => {
            set("content-encoding", canary.clone());
            good
        }
        8 => {
            set("authorization", format!("Bearer {canary}"));
            good
        }
        9 => {
            set("origin", format!("https://{canary}.example"));
            good
        }
        10 => {
            path = format!("/{canary}?q={canary}");
            good
        }
        11 => {
            method = canary.parse().unwrap();
            good
        }
        12 => {
            method = Method::OPTIONS;
            set("access-control-request-method", canary.clone());
            set("access-control-request-headers", canary.clone());
            String::new()
        }
        13..=16 => {
            path = "/v1/token".to_owned();
            if n % 25 != 16 {
                headers.remove("origin");
            }
            let secret = if n % 25 == 13 { &canary } else { MINT_SECRET };
            headers.insert("authorization", format!("Bearer {secret}").parse().unwrap());
            let origin = if n % 25 == 14 { &canary } else { HOME };
            json!({ "origin": origin, "session": canary }).to_string()
        }
        17..=19 => {
            path = "/v1/log".to_owned();
            match n % 25 {
                17 => event(json!({ "type": "customer-message", "id": canary, "text": canary, "at": n })),
                18 => event(json!({ "type": canary })),
                _ => format!("{{\"{canary}\":1}}"),
            }
        }
        20 => return raw(proxy, &canary, n),
        _ => good,
    };
    let request = client.request(method, url(&path)).headers(headers).body(body);
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status(), format!("{:?}", response.headers()));
    format!("{status} {headers} {}", response.text().await.unwrap())
}

/// What no client library sends.
fn raw(proxy: &Proxy, canary: &str, n: usize) -> String {
    let mut stream = TcpStream::connect(proxy.url.replace("http://", "")).unwrap();
    let text = match n / 25 % 4 {
        0 => format!("{canary} / {canary}\r\n\r\n"),
        1 => format!("GET / HTTP/1.1\r\nhost: a\r\n{canary} : {canary}\r\n\r\n"),
        2 => format!("POST /v1/score HTTP/1.1\r\nhost: a\r\ncontent-length: 9000\r\n\r\n{{\"message\":\"{canary}"),
        _ => format!("GET /{canary} HTTP/1.1\r\nhost: a\r\nx-a: {}\r\n\r\n", canary.repeat(4000)),
    };
    drop(stream.write_all(text.as_bytes()));
    drop(stream.shutdown(std::net::Shutdown::Write));
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer));
    String::from_utf8_lossy(&answer).into_owned()
}

/// Ten thousand calls at that level: what was logged, counted and answered, and the answers by status.
async fn run(level: &str) -> (String, BTreeMap<String, usize>) {
    let (model, folder) = (model(), TempDir::new().unwrap());
    let environment = [
        ("RUST_LOG", level),
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", &*model.url),
        ("SIMMERDOWN_TOKEN_SECRET", TOKEN_SECRET),
        ("SIMMERDOWN_MINT_SECRET", MINT_SECRET),
        ("SIMMERDOWN_LOG_FORMAT", if level == "debug" { "json" } else { "text" }),
    ];
    let log = folder.path().to_str().unwrap();
    let mut arguments = vec!["--allow-origin", HOME, "--log", log, "--trusted-proxy", "127.0.0.0/8"];
    for limit in ["--rate-limit", "--rate-limit-ip", "--rate-limit-total", "--spend-cap"] {
        arguments.extend([limit, "1000000000"]);
    }
    let proxy = Arc::new(Proxy::start(&arguments, &environment));
    let client = Client::new();
    let mint = client.post(format!("{}/v1/token", proxy.url)).bearer_auth(MINT_SECRET).json(&json!({ "origin": HOME }));
    let minted: Value = mint.send().await.unwrap().json().await.unwrap();
    let token = minted["token"].as_str().unwrap().to_owned();
    let seen = Arc::new(Mutex::new((String::new(), BTreeMap::new())));
    let callers: Vec<_> = (0..AT_ONCE)
        .map(|first| {
            let (client, proxy, token, seen) = (client.clone(), Arc::clone(&proxy), token.clone(), Arc::clone(&seen));
            tokio::spawn(async move {
                for n in (first..CALLS).step_by(AT_ONCE) {
                    let said = call(&client, &proxy, &token, n).await;
                    let mut seen = seen.lock().unwrap();
                    *seen.1.entry(said.get(..3).unwrap_or("none").to_owned()).or_default() += 1;
                    seen.0 += &said;
                }
            })
        })
        .collect();
    for caller in callers {
        caller.await.unwrap();
    }
    let (mut said, statuses) = std::mem::take(&mut *seen.lock().unwrap());
    let proxy = Arc::into_inner(proxy).unwrap();
    tokio::task::block_in_place(|| {
        said += &proxy.metrics();
        let logs = proxy.end();
        assert!(logs.contains("refuses the key"), "the logs at level {level} were read: {logs}");
        let most = if ["error", "warn"].contains(&level) { 0 } else { 1000 };
        assert!(logs.matches("not scored").count() >= most, "at level {level} more is said");
        said += &logs;
    });
    (said, statuses)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_ten_thousand_calls_at_each_level_nothing_sent_and_no_secret_is_anywhere() {
    for level in ["error", "warn", "info", "debug", "trace"] {
        let start = std::time::Instant::now();
        let (said, statuses) = run(level).await;
        let lower = said.to_lowercase();
        let mut secrets = vec!["canary".to_owned()];
        for secret in [KEY, TOKEN_SECRET, MINT_SECRET] {
            secrets.extend([secret.to_lowercase(), secret.get(..8).unwrap().to_lowercase()]);
        }
        for secret in secrets {
            let place = lower.find(&secret);
            let around = place.and_then(|place| said.get(place.saturating_sub(200)..place + 60));
            assert!(place.is_none(), "`{secret}` at level {level}: {around:?}");
        }
        // The calls were as mixed as they should be.
        for status in ["200", "204", "400", "401", "403", "404", "405", "413", "415", "502", "503"] {
            assert!(statuses.contains_key(status), "{status} at level {level}: {statuses:?}");
        }
        println!("level {level}: {CALLS} calls in {:?}, {} bytes searched, {statuses:?}", start.elapsed(), said.len());
    }
}
