//! A server that is dead for two minutes, asked by a hundred clients, in virtual time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::http::{Request, Response};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use tokio::time::{Instant, sleep, sleep_until};

use super::bench_of_tests::{question, upstream};
use super::transport::{Broken, Call, Transport};

const OUTAGE: Duration = Duration::from_secs(120);
const CLIENTS: u64 = 100;
/// The longest time between two probes.
const PROBE_INTERVAL: Duration = Duration::from_secs(30);

/// Breaks every call until it is well again.
#[derive(Debug)]
struct Dead {
    well_from: Instant,
    attempts: Arc<Mutex<Vec<Instant>>>,
}

impl Transport for Dead {
    fn send(&self, _: Request<Bytes>) -> Call<'_> {
        self.attempts.lock().unwrap().push(Instant::now());
        Box::pin(async {
            sleep(Duration::from_millis(20)).await;
            if Instant::now() < self.well_from {
                return Err(Broken);
            }
            let content = r#"{\"score\":-0.4,\"label\":\"negative\",\"frustration\":0.6,\"urgency\":0.2}"#;
            let body = format!(r#"{{"choices":[{{"message":{{"content":"{content}"}}}}]}}"#);
            Ok(Response::new(Full::new(Bytes::from(body)).map_err(|never| match never {}).boxed()))
        })
    }
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_made_worse_and_ends_within_one_probe_interval() {
    let start = Instant::now();
    let attempts = Arc::new(Mutex::new(Vec::new()));
    let upstream = Arc::new(upstream(Dead { well_from: start + OUTAGE, attempts: Arc::clone(&attempts) }));
    let (calls, scored) = (Arc::new(AtomicU64::new(0)), Arc::new(Mutex::new(Vec::new())));
    for client in 0..CLIENTS {
        let (upstream, calls, scored) = (Arc::clone(&upstream), Arc::clone(&calls), Arc::clone(&scored));
        tokio::spawn(async move {
            for second in 0.. {
                sleep_until(start + Duration::from_millis(second * 1000 + client * 10)).await;
                calls.fetch_add(1, Ordering::Relaxed);
                let fine = upstream.score(&question()).await.is_ok();
                scored.lock().unwrap().push((Instant::now(), fine));
            }
        });
    }
    for second in 1..=OUTAGE.as_secs() {
        sleep_until(start + Duration::from_secs(second)).await;
        let (made, asked) = (attempts.lock().unwrap().len() as f64, calls.load(Ordering::Relaxed) as f64);
        assert!(made <= 1.1 * asked, "after {second} s {asked} calls made {made} attempts");
    }
    let during = |from: u64, to: u64| {
        let within = start + Duration::from_secs(from)..start + Duration::from_secs(to);
        attempts.lock().unwrap().iter().filter(|at| within.contains(at)).count()
    };
    // Once it is open there is one attempt a probe: at 2, 6, 14, 30, 60 and 90 seconds, some a little earlier.
    assert!((4..=9).contains(&during(1, 120)), "{} attempts after the first second", during(1, 120));
    assert!(during(60, 120) <= 3, "{}", during(60, 120));
    sleep_until(start + OUTAGE + PROBE_INTERVAL + Duration::from_secs(10)).await;
    let scored = scored.lock().unwrap();
    let first = scored.iter().find(|(_, fine)| *fine).expect("it recovers").0;
    assert!(first <= start + OUTAGE + PROBE_INTERVAL, "it took {:?}", first - start - OUTAGE);
    assert!(first > start + OUTAGE);
    let later = scored.iter().filter(|(at, _)| *at > first);
    assert!(later.clone().count() > 500 && later.clone().all(|(_, fine)| *fine), "from then on all is well");
}
