//! `GET /healthz`: the process is up. `GET /readyz`: it takes calls, and how well.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde_json::{Value, json};

use super::Proxy;

/// Who scores, with what, and which version this is.
pub async fn healthz(State(proxy): State<Arc<Proxy>>) -> Json<Value> {
    let scorer = if proxy.upstream.is_some() { "model" } else { "on-device" };
    let mut health = json!({ "status": "ok", "scorer": scorer, "version": env!("CARGO_PKG_VERSION") });
    if let (Some(upstream), Some(fields)) = (&proxy.upstream, health.as_object_mut()) {
        fields.insert("model".to_owned(), upstream.about());
    }
    Json(health)
}

/// 200 while calls are taken, `degraded` with the reasons where something is missing, 503 once it shuts down. A
/// degraded proxy still answers, from the on-device scorer if need be: taking it out of rotation would help nobody,
/// and with Redis away it would take out all of them at once.
pub async fn readyz(State(proxy): State<Arc<Proxy>>) -> (StatusCode, Json<Value>) {
    if proxy.leaving.load(Ordering::Relaxed) {
        return (StatusCode::SERVICE_UNAVAILABLE, Json(json!({ "status": "shutting-down" })));
    }
    let mut reasons = Vec::new();
    let shared = proxy.state.shared_is_there();
    if shared == Some(false) {
        reasons.push("redis-unreachable");
    }
    if proxy.upstream.is_some() {
        if proxy.state.is_open().await {
            reasons.push("circuit-open");
        }
        if proxy.state.spent().await.is_some_and(|spent| spent >= proxy.state.cap()) {
            reasons.push("spend-cap-reached");
        }
    }
    if proxy.log.as_ref().is_some_and(|log| !log.is_well()) {
        reasons.push("log-not-writable");
    }
    let status = if reasons.is_empty() { "ready" } else { "degraded" };
    let state = match shared {
        None => "memory",
        Some(true) => "redis",
        Some(false) => "redis-unreachable",
    };
    (StatusCode::OK, Json(json!({ "status": status, "state": state, "reasons": reasons })))
}
