//! Who may call, how often, and for how much: origins, tokens, limits, spend.

use std::collections::BTreeSet;
use std::net::TcpStream;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::{Value, json};

use crate::proxy::{KEY, Model, Proxy, completion, costing};
use crate::{GOOD, until};

const HOME: &str = "https://shop.example";
const TOKEN_SECRET: &str = "a token secret that is long enough 1";
const MINT_SECRET: &str = "a mint secret that is long enough 22";

fn guarded(model: &Model) -> Proxy {
    let secrets = [
        ("OPENAI_API_KEY", KEY),
        ("OPENAI_BASE_URL", &*model.url),
        ("SIMMERDOWN_TOKEN_SECRET", TOKEN_SECRET),
        ("SIMMERDOWN_MINT_SECRET", MINT_SECRET),
    ];
    Proxy::start(&["--allow-origin", "https://shop.example,https://other.example"], &secrets)
}

fn score(proxy: &Proxy, headers: &[(&str, &str)]) -> Response {
    send(Client::new().post(format!("{}/v1/score", proxy.url)).json(&json!({ "message": "hi" })), headers)
}

fn send(request: RequestBuilder, headers: &[(&str, &str)]) -> Response {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value)).send().unwrap()
}

fn code(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: Value = serde_json::from_str(&response.text().unwrap()).unwrap();
    (status, body["code"].as_str().unwrap_or("fine").to_owned())
}

fn mint(proxy: &Proxy, body: &Value, headers: &[(&str, &str)]) -> Response {
    send(Client::new().post(format!("{}/v1/token", proxy.url)).json(body), headers)
}

fn token(proxy: &Proxy, origin: &str) -> String {
    let bearer = format!("Bearer {MINT_SECRET}");
    let minted = mint(proxy, &json!({ "origin": origin, "session": "s1" }), &[("authorization", &bearer)]);
    assert_eq!((minted.status().as_u16(), &minted.headers()["cache-control"]), (200, &"no-store".parse().unwrap()));
    assert!(minted.headers().get("access-control-allow-origin").is_none());
    minted.json::<Value>().unwrap()["token"].as_str().unwrap().to_owned()
}

/// A token as the proxy would have made it, at another time.
fn forged(secret: &str, origin: &str, expires_at: u64) -> String {
    use base64::Engine;
    use hmac::{Hmac, KeyInit, Mac};
    let encode = |bytes: &[u8]| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes);
    let payload = encode(json!({ "origin": origin, "session": "s1", "expiresAt": expires_at }).to_string().as_bytes());
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("sd1.{payload}").as_bytes());
    format!("sd1.{payload}.{}", encode(&mac.finalize().into_bytes()))
}

fn now_ms() -> u64 {
    std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis() as u64
}

#[test]
fn every_wrong_origin_or_token_is_refused_before_the_model_is_asked() {
    let model = Model::start(|_| completion(GOOD));
    let proxy = guarded(&model);
    let good = format!("Bearer {}", token(&proxy, HOME));
    let elsewhere = format!("Bearer {}", token(&proxy, "https://other.example"));
    let later = now_ms() + 60_000;
    let own = format!("Bearer {}", forged(TOKEN_SECRET, HOME, later));
    assert_eq!(code(score(&proxy, &[("origin", HOME), ("authorization", &own)])).0, 200, "forging works as meant");
    let expired = format!("Bearer {}", forged(TOKEN_SECRET, HOME, now_ms()));
    let other_secret = format!("Bearer {}", forged("another secret", HOME, later));
    let tampered = good.replace("Bearer sd1.e", "Bearer sd1.f");
    let cut = good.get(..good.len() - 4).unwrap().to_owned();
    let bare = good.replace("Bearer ", "Basic ");
    let asked = model.asked().len();
    let mut table = Vec::new();
    for origin in [
        "https://evil.example",
        "null",
        "https://shop.example.evil.example",
        "https://evilshop.example",
        "https://sub.shop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://SHOP.example",
        "https://shop.example/",
        "",
        "*",
    ] {
        table.push((Some(origin), Some(&*good), 403, "origin-not-allowed"));
    }
    table.extend([
        (None, Some(&*good), 403, "origin-not-allowed"),
        (Some(HOME), None, 401, "token-missing"),
        (Some(HOME), Some(&*bare), 401, "token-missing"),
        (Some(HOME), Some("Bearer"), 401, "token-missing"),
        (Some(HOME), Some("Bearer null"), 401, "token-invalid"),
        (Some(HOME), Some(&*tampered), 401, "token-invalid"),
        (Some(HOME), Some(&*cut), 401, "token-invalid"),
        (Some(HOME), Some(&*other_secret), 401, "token-invalid"),
        (Some(HOME), Some(&*expired), 401, "token-expired"),
        (Some(HOME), Some(&*elsewhere), 401, "token-other-origin"),
        (Some("https://other.example"), Some(&*good), 401, "token-other-origin"),
    ]);
    for (origin, authorization, status, want) in table {
        let headers: Vec<_> = [("origin", origin), ("authorization", authorization)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect();
        let response = score(&proxy, &headers);
        assert_eq!(response.headers()["vary"], "origin");
        if status == 403 {
            assert!(response.headers().get("access-control-allow-origin").is_none());
        } else {
            assert_eq!(response.headers()["www-authenticate"], "Bearer");
        }
        assert_eq!(code(response), (status, want.to_owned()), "{origin:?} {authorization:?}");
    }
    assert_eq!(model.asked().len(), asked, "nothing of that reached the model's server");
    let fine = score(&proxy, &[("origin", HOME), ("authorization", &good)]);
    assert_eq!(fine.headers()["access-control-allow-origin"], HOME);
    assert_eq!((fine.status().as_u16(), model.asked().len()), (200, asked + 1));
}

#[test]
fn only_the_sites_own_server_gets_a_token() {
    let model = Model::start(|_| completion(GOOD));
    let proxy = guarded(&model);
    let bearer = format!("Bearer {MINT_SECRET}");
    let right = ("authorization", &*bearer);
    let body = json!({ "origin": HOME });
    for (body, headers, status, want) in [
        (&body, vec![right, ("origin", HOME)], 403, "not-for-pages"),
        (&body, vec![right, ("origin", "null")], 403, "not-for-pages"),
        (&body, vec![], 401, "mint-secret-wrong"),
        (&body, vec![("authorization", "Bearer wrong")], 401, "mint-secret-wrong"),
        (&json!({ "origin": "https://evil.example" }), vec![right], 400, "origin-not-allowed"),
        (&json!({ "origin": "null" }), vec![right], 400, "origin-not-allowed"),
        (&json!({ "origin": HOME, "session": "" }), vec![right], 400, "invalid-session"),
        (&json!({ "origin": HOME, "session": "x".repeat(201) }), vec![right], 400, "invalid-session"),
        (&json!({ "origin": HOME, "admin": true }), vec![right], 400, "malformed"),
        (&json!({}), vec![right], 400, "malformed"),
    ] {
        let response = mint(&proxy, body, &headers);
        assert!(response.headers().get("access-control-allow-origin").is_none());
        assert_eq!(code(response), (status, want.to_owned()), "{body} {headers:?}");
    }
    let preflight = send(
        Client::new().request(reqwest::Method::OPTIONS, format!("{}/v1/token", proxy.url)),
        &[("origin", HOME), ("access-control-request-method", "POST")],
    );
    assert_eq!(preflight.status().as_u16(), 405, "a browser gets no leave to ask");
    let minted: Value = mint(&proxy, &body, &[right]).json().unwrap();
    let left = minted["expiresAt"].as_u64().unwrap() - now_ms();
    assert!(left <= 15 * 60 * 1000 && left > 14 * 60 * 1000, "{left}");
    assert_ne!(minted["token"], mint(&proxy, &body, &[right]).json::<Value>().unwrap()["token"], "a session each");
    let without = Proxy::start(&[], &[]);
    assert_eq!(code(mint(&without, &body, &[right])), (404, "not-found".to_owned()));
}

#[test]
fn limits_hold_for_a_session_an_address_and_in_total() {
    let many = |proxy: &Proxy, count: usize, headers: &[(&str, &str)]| {
        (0..count).filter(|_| score(proxy, headers).status().as_u16() == 200).count()
    };
    let proxy = Proxy::start(&["--rate-limit", "5"], &[]);
    assert_eq!(many(&proxy, 8, &[]), 5);
    let refused = score(&proxy, &[("x-forwarded-for", "198.51.100.1")]);
    let wait: u64 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=12).contains(&wait), "{wait}");
    assert_eq!(code(refused), (429, "rate-limited".to_owned()), "anybody can write X-Forwarded-For");
    assert!(proxy.metrics().contains("simmerdown_rate_limited_total{scope=\"session\"} 4"));

    let trusting = ["--rate-limit", "5", "--trusted-proxy", "127.0.0.0/8", "--rate-limit-total", "12"];
    let proxy = Proxy::start(&trusting, &[]);
    let from = |address: &'static str| [("x-forwarded-for", address)];
    assert_eq!((many(&proxy, 8, &from("198.51.100.1")), many(&proxy, 8, &from("198.51.100.2"))), (5, 5));
    assert_eq!(many(&proxy, 8, &from("6.6.6.6, 198.51.100.1")), 0, "what the customer wrote does not count");
    assert_eq!(many(&proxy, 8, &from("198.51.100.3")), 2, "and in total it is twelve");
    assert!(proxy.metrics().contains("scope=\"total\""));

    let model = Model::start(|_| completion(GOOD));
    let proxy = guarded(&model);
    let session = |name: &str| {
        let bearer = format!("Bearer {MINT_SECRET}");
        let body = json!({ "origin": HOME, "session": name });
        let minted: Value = mint(&proxy, &body, &[("authorization", &bearer)]).json().unwrap();
        format!("Bearer {}", minted["token"].as_str().unwrap())
    };
    // Two tokens of one session share its limit; another session has its own.
    let (first, again, other) = (session("a"), session("a"), session("b"));
    assert_eq!(many(&proxy, 40, &[("origin", HOME), ("authorization", &first)]), 40);
    assert_eq!(many(&proxy, 40, &[("origin", HOME), ("authorization", &again)]), 20);
    assert_eq!(many(&proxy, 5, &[("origin", HOME), ("authorization", &other)]), 5);
}

/// A call of a flood: its session, its address, when, and whether it was let in.
struct Flooded {
    session: usize,
    address: usize,
    started: Instant,
    ended: Instant,
    let_in: bool,
}

/// Whether these calls were no more, in any stretch of time, than so many a minute that may also come at once.
fn holds(calls: &[&Flooded], a_minute: f64) -> bool {
    calls.iter().enumerate().all(|(first, from)| {
        calls.iter().enumerate().skip(first).all(|(last, to)| {
            let minutes = to.ended.duration_since(from.started).as_secs_f64() / 60.0;
            ((last - first + 1) as f64) <= a_minute * (1.0 + minutes)
        })
    })
}

/// Settings of a proxy that `flood` is tried on.
pub const FLOODED: [&str; 10] = [
    "--allow-origin",
    HOME,
    "--trusted-proxy",
    "127.0.0.0/8",
    "--rate-limit",
    "30",
    "--rate-limit-ip",
    "50",
    "--rate-limit-total",
    "120",
];
/// And its secrets.
pub const SECRETS: [(&str, &str); 2] =
    [("SIMMERDOWN_TOKEN_SECRET", TOKEN_SECRET), ("SIMMERDOWN_MINT_SECRET", MINT_SECRET)];

/// Six sessions from four addresses call all they can: what is let in is within every limit in every stretch of time,
/// and nobody is refused before a limit of his is used up.
pub fn flood(proxies: &[Proxy]) {
    const CALLERS: usize = 8;
    const CALLS: usize = 100;
    let bearer = format!("Bearer {MINT_SECRET}");
    let session = |n: usize| {
        let body = json!({ "origin": HOME, "session": format!("s{n}") });
        let minted: Value = mint(&proxies[0], &body, &[("authorization", &bearer)]).json().unwrap();
        format!("Bearer {}", minted["token"].as_str().unwrap())
    };
    let sessions: Vec<String> = (0..6).map(session).collect();
    let (sessions, client) = (&sessions, &Client::new());
    let mut calls: Vec<Flooded> = std::thread::scope(|scope| {
        let one = |caller: usize| {
            let mut state = caller as u64;
            let mut random = move |below: usize| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (state >> 33) as usize % below
            };
            let call = move |_| {
                // The first session is used most, as one that goes wild would be.
                let (session, address) = (random(6) * random(2), random(4));
                let proxy = &proxies[random(proxies.len())];
                let body = json!({ "message": "this is useless" });
                let call = client.post(format!("{}/v1/score", proxy.url)).json(&body).header("origin", HOME);
                let call = call.header("authorization", &sessions[session]);
                let started = Instant::now();
                let status = call.header("x-forwarded-for", format!("198.51.100.{address}")).send().unwrap().status();
                assert!(status == 200 || status == 429, "{status}");
                Flooded { session, address, started, ended: Instant::now(), let_in: status == 200 }
            };
            scope.spawn(move || (0..CALLS).map(call).collect::<Vec<_>>())
        };
        let callers: Vec<_> = (0..CALLERS).map(one).collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    calls.sort_by_key(|call| call.started);
    let let_in: Vec<&Flooded> = calls.iter().filter(|call| call.let_in).collect();
    for n in 0..6 {
        let of: Vec<_> = let_in.iter().copied().filter(|call| call.session == n).collect();
        assert!(holds(&of, 30.0), "session {n}: {} calls", of.len());
        let of: Vec<_> = let_in.iter().copied().filter(|call| call.address == n).collect();
        assert!(holds(&of, 50.0), "address {n}: {} calls", of.len());
    }
    assert!(holds(&let_in, 120.0), "in total {} calls", let_in.len());
    assert!(let_in.len() >= 100, "and the limits are used: {}", let_in.len());
    for refused in calls.iter().filter(|call| !call.let_in) {
        let before: Vec<_> = calls.iter().filter(|call| call.started < refused.ended).collect();
        let session = before.iter().filter(|call| call.session == refused.session).count();
        let address = before.iter().filter(|call| call.address == refused.address).count();
        assert!(session > 30 || address > 50 || before.len() > 120, "{session} and {address} of {}", before.len());
    }
}

#[test]
fn a_flood_stays_within_every_limit_in_every_stretch_of_time() {
    flood(&[Proxy::start(&FLOODED, &SECRETS)]);
}

#[test]
fn spend_halts_at_the_cap_with_one_call_more_at_most() {
    let model = Model::start(|_| costing(250));
    let proxy = Proxy::with_model(&model, &["--spend-cap", "5000", "--rate-limit", "100000"]);
    let sources: Vec<Value> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..64).map(|_| scope.spawn(|| proxy.score("Where is my order?"))).collect();
        callers.into_iter().map(|caller| caller.join().unwrap().1["source"].clone()).collect()
    });
    for _ in 0..40 {
        proxy.score("Where is my order?");
    }
    let asked = model.asked().len();
    assert!(asked * 250 <= 5000 + 250, "{asked} calls were made");
    assert!(asked >= 15, "and the cap is used: {asked}");
    let kinds: BTreeSet<_> = sources.iter().map(|source| source.as_str().unwrap().to_owned()).collect();
    assert!(kinds.iter().all(|kind| kind == "model" || kind == "on-device"), "{kinds:?}");
    assert_eq!(proxy.score("this is useless").1["source"], "on-device");
    let ready = proxy.readiness();
    assert_eq!((&ready["status"], &ready["reasons"]), (&json!("degraded"), &json!(["spend-cap-reached"])));
    assert!(proxy.metrics().contains("simmerdown_on_device_total{why=\"spend-cap-reached\"}"));
    assert!(proxy.metrics().contains(&format!("simmerdown_spend_tokens {}", asked * 250)));
}

#[test]
fn who_does_not_fit_in_is_told_so_at_once() {
    let model = Model::start(|_| {
        std::thread::sleep(std::time::Duration::from_millis(300));
        completion(GOOD)
    });
    let proxy = Proxy::with_model(&model, &["--max-concurrency", "1"]);
    let answers: Vec<(u16, String)> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..6).map(|_| scope.spawn(|| code(score(&proxy, &[])))).collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|(status, _)| *status == 200).count(), 1, "{answers:?}");
    assert_eq!(
        answers.iter().filter(|(status, code)| *status == 503 && code == "overloaded").count(),
        5,
        "{answers:?}"
    );
}

#[test]
fn asked_to_stop_it_ends_what_is_under_way_and_takes_nothing_more() {
    let (started, has_started) = std::sync::mpsc::channel();
    let (release, released) = std::sync::mpsc::channel();
    let (started, released) = (Mutex::new(started), Mutex::new(released));
    let model = Model::start(move |_| {
        started.lock().unwrap().send(()).unwrap();
        // Where this test fails nobody releases it.
        released.lock().unwrap().recv_timeout(Duration::from_secs(20)).unwrap();
        completion(GOOD)
    });
    // Time enough for whatever the machine does besides.
    let mut proxy = Proxy::with_model(&model, &["--upstream-timeout-ms", "20000"]);
    let address = proxy.url.replace("http://", "");
    std::thread::scope(|scope| {
        let caller = scope.spawn(|| proxy.score("Where is my order?"));
        has_started.recv().unwrap();
        proxy.signal("TERM");
        until("nobody is let in any more", || TcpStream::connect(&address).is_err());
        assert!(!caller.is_finished(), "the call is still under way");
        release.send(()).unwrap();
        assert_eq!(caller.join().unwrap().0, 200, "what was under way was answered");
    });
    until("the process ends", || proxy.has_ended());
}
