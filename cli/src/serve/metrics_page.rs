//! `GET /metrics`, for Prometheus, on an address of its own.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::routing::get;
use metrics::{describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;

use super::Proxy;
use super::settings::METRICS;

/// Bounds of the histogram of times, in seconds.
const SECONDS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0];

/// Begins to count.
pub fn install() -> Result<PrometheusHandle> {
    let handle = PrometheusBuilder::new().set_buckets(&SECONDS)?.install_recorder()?;
    describe_counter!("simmerdown_requests_total", "Calls answered, by route and status.");
    describe_counter!("simmerdown_scores_total", "Scores given, by source: model or on-device.");
    describe_counter!("simmerdown_refused_total", "Calls refused before any work, by reason.");
    describe_counter!("simmerdown_rate_limited_total", "Calls over a limit, by its scope.");
    describe_counter!("simmerdown_shed_total", "Calls refused because enough were under way.");
    describe_counter!("simmerdown_on_device_total", "Messages scored on this machine, by why.");
    describe_counter!("simmerdown_upstream_attempts_total", "Calls to the model's server, by outcome.");
    describe_counter!("simmerdown_upstream_retries_total", "Calls to the model's server that were repetitions.");
    describe_counter!("simmerdown_upstream_tokens_total", "Upstream tokens charged by this process.");
    describe_histogram!("simmerdown_upstream_seconds", "Time of a score by the model, all attempts together.");
    describe_gauge!("simmerdown_upstream_in_flight", "Messages being scored by the model now.");
    describe_gauge!("simmerdown_breaker_open", "1 while the model's server is left alone.");
    describe_gauge!("simmerdown_spend_tokens", "Upstream tokens spent today; NaN while not known.");
    describe_gauge!("simmerdown_spend_cap_tokens", "Upstream tokens a day after which the model is not asked.");
    describe_gauge!("simmerdown_state_up", "1 while the shared state answers, 0 while it is away; always 1 in memory.");
    describe_gauge!("simmerdown_model_shutdown_timestamp_seconds", "When the model will be shut down, if announced.");
    describe_counter!("simmerdown_tokens_minted_total", "Session tokens given out.");
    describe_counter!("simmerdown_log_batches_total", "Batches of the conversation log, by outcome.");
    describe_counter!("simmerdown_log_bytes_total", "Bytes of the conversation log written.");
    describe_counter!("simmerdown_connections_refused_total", "Connections closed because enough were open.");
    Ok(handle)
}

/// Listens for those who collect. Unless the address was asked for, it may be taken: then there are no metrics.
pub async fn listen(asked: Option<SocketAddr>) -> Result<Option<TcpListener>> {
    let address = asked.unwrap_or(METRICS);
    match TcpListener::bind(address).await {
        Ok(listener) => {
            if !address.ip().is_loopback() {
                tracing::warn!(%address, "metrics can be read from outside of this machine");
            }
            Ok(Some(listener))
        }
        Err(error) if asked.is_some() => {
            Err(error).with_context(|| format!("--metrics-addr or SIMMERDOWN_METRICS_ADDR: cannot listen on {address}"))
        }
        Err(_) => {
            tracing::warn!(%address, "no metrics: this address is taken; give another with --metrics-addr");
            Ok(None)
        }
    }
}

/// The page.
pub fn router(proxy: Arc<Proxy>, handle: PrometheusHandle) -> Router {
    let page = async |State((proxy, handle)): State<(Arc<Proxy>, PrometheusHandle)>| {
        metrics::gauge!("simmerdown_spend_cap_tokens").set(proxy.state.cap() as f64);
        let spent = proxy.state.spent().await;
        metrics::gauge!("simmerdown_spend_tokens").set(spent.map_or(f64::NAN, |spent| spent as f64));
        if proxy.state.shared_is_there().is_none() {
            metrics::gauge!("simmerdown_state_up").set(1.0);
        }
        ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], handle.render())
    };
    Router::new().route("/metrics", get(page)).with_state((proxy, handle))
}

/// Housekeeping, for ever: the histograms take in what was measured since.
pub async fn keep(handle: PrometheusHandle) {
    loop {
        tokio::time::sleep(Duration::from_secs(5)).await;
        handle.run_upkeep();
    }
}
