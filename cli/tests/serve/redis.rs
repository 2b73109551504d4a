//! State that proxies share in a real Redis, and what they do while it is away.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use reqwest::blocking::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::GOOD;
use crate::access::{FLOODED, SECRETS, flood};
use crate::proxy::{KEY, Model, Proxy, answer, completion, costing, signal};
use crate::until;

/// No limit of calls in the way.
const UNLIMITED: [&str; 6] =
    ["--rate-limit", "1000000", "--rate-limit-ip", "10000000", "--rate-limit-total", "10000000"];

/// `redis-server` on a port of loopback, with a folder of its own, that keeps nothing when it ends.
struct Redis {
    child: Child,
    port: u16,
    _folder: TempDir,
}

impl Redis {
    /// On a free port.
    fn start() -> Redis {
        // Somebody else may take the port that was free a moment ago; then there is another.
        let started = (0..20).find_map(|_| Redis::start_on(free_port()));
        started.expect("a free port for redis-server")
    }

    /// On this port; none where it cannot listen there.
    fn start_on(port: u16) -> Option<Redis> {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        let child = command.arg(folder.path()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut child = child.expect("redis-server: install it with `apt-get install redis-server`");
        let mut ended = false;
        until("redis-server answers", || {
            ended = child.try_wait().unwrap().is_some();
            ended || answers(port)
        });
        (!ended).then_some(Redis { child, port, _folder: folder })
    }

    fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Kills it, and gives its port.
    fn kill(mut self) -> u16 {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.port
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn answers(port: u16) -> bool {
    let ask = || -> std::io::Result<[u8; 5]> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(Duration::from_secs(1)))?;
        stream.write_all(b"PING\r\n")?;
        let mut pong = [0; 5];
        stream.read_exact(&mut pong)?;
        Ok(pong)
    };
    ask().is_ok_and(|pong| pong == *b"+PONG")
}

/// Two proxies that ask one model and share their state.
fn pair(state: &str, model: &Model, arguments: &[&str]) -> [Proxy; 2] {
    let arguments = [&["--state", state], arguments].concat();
    let environment = [("OPENAI_API_KEY", KEY), ("OPENAI_BASE_URL", &*model.url)];
    [(); 2].map(|()| Proxy::start(&arguments, &environment))
}

fn reasons(proxy: &Proxy) -> Vec<String> {
    let ready = proxy.readiness();
    let reasons = ready["reasons"].as_array().unwrap().iter().map(|reason| reason.as_str().unwrap().to_owned());
    reasons.collect()
}

fn are_away(proxies: &[Proxy; 2]) -> bool {
    proxies.iter().all(|proxy| reasons(proxy) == ["redis-unreachable"])
}

fn are_well(proxies: &[Proxy; 2]) -> bool {
    proxies.iter().all(|proxy| proxy.readiness() == json!({ "status": "ready", "state": "redis", "reasons": [] }))
}

/// A number of the metrics page.
fn metric(proxy: &Proxy, name: &str) -> f64 {
    let page = proxy.metrics();
    let value = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    value.unwrap_or_else(|| panic!("{name} is not in {page}")).parse().unwrap()
}

/// How many of so many calls were let in.
fn let_in(proxy: &Proxy, calls: usize) -> usize {
    (0..calls)
        .filter(|_| match proxy.score("this is useless") {
            (200, _) => true,
            (429, problem) => {
                assert_eq!(problem["code"], "rate-limited");
                false
            }
            other => panic!("{other:?}"),
        })
        .count()
}

#[test]
fn two_proxies_have_one_limit_and_each_its_own_while_redis_is_away() {
    let redis = Redis::start();
    let (state, port) = (redis.url(), redis.port);
    let proxies = [(); 2].map(|()| Proxy::start(&["--rate-limit", "6", "--state", &state], &[]));
    let [one, other] = &proxies;
    until("both have Redis", || are_well(&proxies));
    assert_eq!((let_in(one, 4), let_in(other, 4)), (4, 2), "six a minute in all");
    let wait = Client::new().post(format!("{}/v1/score", one.url)).json(&json!({ "message": "hi" })).send().unwrap();
    let wait: u64 = wait.headers()["retry-after"].to_str().unwrap().parse().unwrap();
    assert!((1..=10).contains(&wait), "{wait}");
    redis.kill();
    until("both miss Redis", || are_away(&proxies));
    assert_eq!((let_in(one, 8), let_in(other, 8)), (6, 6), "each counts by itself");
    let _redis = Redis::start_on(port).unwrap();
    until("both have Redis again", || are_well(&proxies));
    assert_eq!((let_in(other, 4), let_in(one, 4)), (4, 2), "and together once more");
}

#[test]
fn a_flood_of_two_proxies_stays_within_every_limit_in_every_stretch_of_time() {
    let redis = Redis::start();
    let state = redis.url();
    let proxies = [(); 2].map(|()| Proxy::start(&[&FLOODED[..], &["--state", &state]].concat(), &SECRETS));
    until("both have Redis", || are_well(&proxies));
    flood(&proxies);
}

#[test]
fn two_proxies_spend_one_cap_which_a_redis_that_forgot_does_not_lift() {
    const CAP: usize = 5000;
    const COST: usize = 250;
    let redis = Redis::start();
    let (state, port) = (redis.url(), redis.port);
    let model = Model::start(|_| costing(COST as u64));
    let proxies = pair(&state, &model, &[&UNLIMITED[..], &["--spend-cap", &CAP.to_string()]].concat());
    until("both have Redis", || are_well(&proxies));
    std::thread::scope(|scope| {
        for proxy in &proxies {
            (0..32).for_each(|_| drop(scope.spawn(|| assert_eq!(proxy.score("this is useless").0, 200))));
        }
    });
    let capped = || {
        proxies.iter().for_each(|proxy| drop(proxy.score("this is useless")));
        proxies.iter().all(|proxy| reasons(proxy) == ["spend-cap-reached"])
    };
    until("the cap is reached", capped);
    let calls = model.calls();
    assert!(calls * COST <= CAP + COST, "{calls} calls were made");
    assert!(calls >= 15, "and the cap is used: {calls}");
    let spent = || proxies.each_ref().map(|proxy| metric(proxy, "simmerdown_spend_tokens"));
    until("what was spent is known to both", || spent() == [(calls * COST) as f64; 2]);
    // A Redis without yesterday's memory knows of nothing spent; the proxies do.
    redis.kill();
    until("both miss Redis", || are_away(&proxies));
    let _redis = Redis::start_on(port).unwrap();
    until("both have Redis again, and the cap with it", || {
        proxies.iter().all(|proxy| reasons(proxy) == ["spend-cap-reached"])
    });
    assert_eq!(spent(), [(calls * COST) as f64; 2]);
    for proxy in &proxies {
        assert_eq!(proxy.score("this is useless").1["source"], "on-device");
        assert!(proxy.metrics().contains("simmerdown_on_device_total{why=\"spend-cap-reached\"}"));
    }
    assert_eq!(model.calls(), calls);
}

#[test]
fn what_one_proxy_learns_of_the_models_server_the_other_knows() {
    let redis = Redis::start();
    let well = Arc::new(AtomicBool::new(false));
    let is_well = Arc::clone(&well);
    let model = Model::start(move |_| if is_well.load(Ordering::Relaxed) { completion(GOOD) } else { answer(500, "") });
    let proxies = pair(&redis.url(), &model, &UNLIMITED);
    let [one, other] = &proxies;
    until("both have Redis", || are_well(&proxies));
    until("one leaves the model's server alone", || one.score("hi").1["code"] == "circuit-open");
    let calls = model.calls();
    // Until the first probe is due, two seconds later, nobody asks.
    let (status, problem) = other.score("hi");
    assert_eq!((status, &problem["code"], model.calls()), (503, &json!("circuit-open"), calls));
    assert_eq!(reasons(other), ["circuit-open"]);
    well.store(true, Ordering::Relaxed);
    until("the other's probe closes it", || other.score("hi").1["source"] == "model");
    until("and one asks again", || one.score("hi").1["source"] == "model");
    until("both are well", || are_well(&proxies));
}

/// How Redis goes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Going {
    /// Killed: connections break and none is taken.
    Killed,
    /// Stopped in its tracks: the kernel still takes connections, and nothing ever answers.
    Hanging,
}

/// An answer to one of many calls.
#[derive(Debug, Clone)]
struct Answered {
    proxy: usize,
    started: Instant,
    took: Duration,
    status: u16,
    source: String,
}

/// Calls without end, on both proxies.
struct Load {
    enough: Arc<AtomicBool>,
    answers: Arc<Mutex<Vec<Answered>>>,
    callers: Vec<JoinHandle<()>>,
}

impl Load {
    fn on(proxies: &[Proxy; 2]) -> Load {
        let (enough, answers) = (Arc::new(AtomicBool::new(false)), Arc::new(Mutex::new(Vec::new())));
        let client = Client::new();
        let mut callers = Vec::new();
        for (proxy, url) in proxies.iter().map(|proxy| format!("{}/v1/score", proxy.url)).enumerate() {
            for _ in 0..3 {
                let (enough, answers) = (Arc::clone(&enough), Arc::clone(&answers));
                let (client, url) = (client.clone(), url.clone());
                callers.push(std::thread::spawn(move || {
                    while !enough.load(Ordering::Relaxed) {
                        let started = Instant::now();
                        let response = client.post(&url).json(&json!({ "message": "this is useless" })).send().unwrap();
                        let status = response.status().as_u16();
                        let reply: Value = response.json().unwrap();
                        let source = reply["source"].as_str().unwrap_or_default().to_owned();
                        let took = started.elapsed();
                        answers.lock().unwrap().push(Answered { proxy, started, took, status, source });
                    }
                }));
            }
        }
        Load { enough, answers, callers }
    }

    /// Waits until both proxies have so answered fifty calls that were made after that.
    fn until(&self, what: &str, source: &str, after: Instant) {
        until(what, || {
            let answers = self.answers.lock().unwrap();
            let so = answers.iter().filter(|answer| answer.started >= after && answer.source == source);
            let (one, other): (Vec<_>, Vec<_>) = so.partition(|answer| answer.proxy == 0);
            one.len() >= 50 && other.len() >= 50
        });
    }

    fn stop(self) -> Vec<Answered> {
        self.enough.store(true, Ordering::Relaxed);
        self.callers.into_iter().for_each(|caller| caller.join().unwrap());
        Arc::try_unwrap(self.answers).unwrap().into_inner().unwrap()
    }
}

fn goes_away_in_the_middle_of_load(going: Going) {
    let start = Instant::now();
    let redis = Redis::start();
    let (port, process) = (redis.port, redis.child.id());
    let model = Model::start(|_| costing(250));
    let proxies = pair(&redis.url(), &model, &[&UNLIMITED[..], &["--spend-cap", "1000000000"]].concat());
    until("both have Redis", || are_well(&proxies));
    let load = Load::on(&proxies);
    load.until("the model scores", "model", start);

    let redis = match going {
        Going::Killed => {
            redis.kill();
            None
        }
        Going::Hanging => {
            signal(process, "STOP");
            Some(redis)
        }
    };
    let gone = Instant::now();
    until("both say that Redis is away", || are_away(&proxies));
    let told = gone.elapsed();
    let calls = model.calls();
    load.until("answers go on", "on-device", Instant::now());
    for proxy in &proxies {
        assert_eq!(metric(proxy, "simmerdown_state_up"), 0.0);
        assert!(metric(proxy, "simmerdown_spend_tokens").is_nan(), "what was spent is not known");
        assert!(metric(proxy, "simmerdown_on_device_total{why=\"spend-unknown\"}") >= 50.0);
        let (status, reply) = proxy.score("this is useless");
        assert_eq!((status, &reply["source"]), (200, &json!("on-device")), "it says who scored");
    }
    assert_eq!(model.calls(), calls, "nobody spends what nobody counts");

    let back = Instant::now();
    let _redis = redis.map_or_else(
        || Redis::start_on(port).unwrap(),
        |redis| {
            signal(process, "CONT");
            redis
        },
    );
    until("both have Redis again", || are_well(&proxies));
    let recovered = back.elapsed();
    load.until("the model scores again", "model", back);
    let answers = load.stop();

    let away: Vec<_> = answers.iter().filter(|answer| answer.started >= gone && answer.started < back).collect();
    assert!(away.len() >= 100 && away.iter().all(|answer| answer.source == "on-device"), "{away:?}");
    assert!(answers.iter().all(|answer| answer.status == 200), "every call was answered with a score");
    let slowest = answers.iter().map(|answer| answer.took).max().unwrap();
    assert!(slowest < Duration::from_secs(1), "{slowest:?}");
    until("both count alike, and no call is lost from the count", || {
        let [one, other] = proxies.each_ref().map(|proxy| metric(proxy, "simmerdown_spend_tokens"));
        one == other && one >= (model.calls() * 250) as f64
    });
    for proxy in proxies {
        assert_eq!(metric(&proxy, "simmerdown_state_up"), 1.0);
        let logs = proxy.end();
        assert!(logs.contains("Redis is away") && logs.contains("Redis is back"), "{logs}");
        let address = format!("127.0.0.1:{port}");
        assert!(!logs.contains(&address), "the address may hold a password: it is not logged");
    }
    println!(
        "{going:?}: told after {told:?}, recovered after {recovered:?}, {} answers, {} of them meanwhile, the slowest \
         in {slowest:?}",
        answers.len(),
        away.len()
    );
}

#[test]
fn killed_in_the_middle_of_load_redis_takes_no_answer_with_it() {
    goes_away_in_the_middle_of_load(Going::Killed);
}

#[test]
fn hanging_in_the_middle_of_load_redis_holds_up_no_answer() {
    goes_away_in_the_middle_of_load(Going::Hanging);
}

#[test]
fn a_proxy_starts_without_its_redis_and_finds_it_later() {
    let port = free_port();
    let model = Model::start(|_| costing(250));
    let proxies = pair(&format!("redis://:a-password-4711@127.0.0.1:{port}/0"), &model, &[]);
    until("both miss Redis", || are_away(&proxies));
    assert_eq!((proxies[0].score("this is useless").1["source"].clone(), model.calls()), (json!("on-device"), 0));
    let redis = Redis::start_on(port).unwrap();
    let set = ["-p", &port.to_string(), "config", "set", "requirepass", "a-password-4711"].map(str::to_owned);
    assert!(Command::new("redis-cli").args(set).stdout(Stdio::null()).status().unwrap().success());
    until("both have Redis", || are_well(&proxies));
    assert_eq!(proxies[1].score("this is useless").1["source"], "model");
    drop(redis);
    for proxy in proxies {
        let logs = proxy.end();
        assert!(!logs.contains("a-password-4711") && logs.contains("Redis"), "{logs}");
    }
}
