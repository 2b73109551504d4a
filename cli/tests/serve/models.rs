//! What the proxy says of the model it asks: its announced end, and a server that does not know it.

use std::time::{Duration, SystemTime};

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::GOOD;
use crate::proxy::{Model, Proxy, answer, completion};
use crate::until;

fn model(proxy: &Proxy) -> Value {
    let health: Value = Client::new().get(format!("{}/healthz", proxy.url)).send().unwrap().json().unwrap();
    health["model"].clone()
}

#[test]
fn the_announced_end_of_a_model_is_logged_shown_and_measured() {
    for (days, level, says) in [
        (200, "INFO", "the model's end is announced"),
        (89, "WARN", "the model will be shut down: name another with --model before that day"),
        (30, "WARN", "the model will be shut down: name another with --model before that day"),
        (-1, "ERROR", "the model has been shut down: name another with --model"),
    ] {
        let day = Duration::from_secs(24 * 60 * 60);
        let now = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        let end = if days < 0 { now - day } else { now + day * u32::try_from(days).unwrap() };
        let date = humantime::format_rfc3339_seconds(SystemTime::UNIX_EPOCH + end).to_string();
        let date = date.get(..10).unwrap();
        let list = json!({ "object": "list", "data": [{ "id": "other" }, { "id": "m", "shutdown_date": date }] });
        let server = Model::with_list(&list.to_string(), |_| completion(GOOD));
        let proxy = Proxy::with_model(&server, &["--model", "m"]);
        until("the list of models was read", || model(&proxy)["listed"] == json!(true));
        let shown = json!({ "name": "m", "listed": true, "shutdownDate": date, "shutDown": days < 0 });
        assert_eq!(model(&proxy), shown);
        let page = proxy.metrics();
        assert!(page.contains("simmerdown_model_shutdown_timestamp_seconds"), "{page}");
        assert_eq!(proxy.score("hi").1["source"], "model", "the day is the server's to keep");
        let logs = proxy.end();
        let line = logs.lines().find(|line| line.contains(says)).unwrap_or_else(|| panic!("{days}: {logs}"));
        assert!(line.contains(level) && line.contains(date), "{line}");
    }
}

#[test]
fn a_model_that_the_server_does_not_know_is_the_operators_to_mend() {
    let server = Model::with_list(r#"{"object":"list","data":[{"id":"other"}]}"#, |_| answer(404, "{}"));
    let proxy = Proxy::with_model(&server, &["--model", "gone"]);
    until("the list of models was read", || model(&proxy)["listed"] == json!(false));
    let (status, problem) = proxy.score("hi");
    assert_eq!((status, &problem["code"], server.calls()), (502, &json!("upstream-refused"), 1));
    let logs = proxy.end();
    for says in ["does not list this model: check --model", "knows no such model or address: check --model"] {
        assert!(logs.contains(says), "{logs}");
    }
}
