//! What the proxy says about itself: its log and its counters. Never anything of a message.

use axum::extract::{MatchedPath, Request};
use axum::middleware::Next;
use axum::response::Response;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, filter, fmt};

use super::settings::{LogFormat, variable};

/// Writes the log to standard error, as much of it as RUST_LOG asks for, and of this program only: what libraries
/// say at their finest levels can hold what they carry.
pub fn install(format: LogFormat) {
    let asked = variable("RUST_LOG").unwrap_or_else(|| "info".to_owned());
    let level =
        EnvFilter::try_new(&asked).unwrap_or_else(|_| EnvFilter::default().add_directive(LevelFilter::INFO.into()));
    let own = filter::filter_fn(|metadata| metadata.target().starts_with("simmerdown"));
    let lines = fmt::layer().with_writer(std::io::stderr);
    let lines = match format {
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => lines.json().flatten_event(true).boxed(),
    };
    tracing_subscriber::registry().with(lines.with_filter(own)).with(level).init();
    // The message of a panic can quote what was worked on; its place cannot.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        tracing::error!(place, "the proxy panicked: this is a defect, please report it");
    }));
}

/// Counts an answer by route and status.
pub async fn count(matched: Option<MatchedPath>, request: Request, next: Next) -> Response {
    let route = match matched.as_ref().map(MatchedPath::as_str) {
        Some("/v1/score") => "/v1/score",
        Some("/v1/token") => "/v1/token",
        Some("/v1/log") => "/v1/log",
        Some("/healthz" | "/readyz") => "health",
        _ => "other",
    };
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("simmerdown_requests_total", "route" => route, "status" => status).increment(1);
    response
}
