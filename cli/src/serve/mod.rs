//! `simmerdown serve`: the proxy that holds the key.

mod demo;
mod origin;
mod problem;
mod prompt;
mod score;
mod upstream;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::routing::{get, post};
use axum::{Json, Router, middleware};
use clap::Args;
use tokio::net::TcpListener;
use tower_http::set_header::SetResponseHeaderLayer;

use origin::Origins;
use problem::Problem;
use upstream::Upstream;

/// The largest body read, in bytes.
const MAX_BODY: usize = 64 * 1024;

/// The model asked unless another is named. The article's gpt-4o-mini shuts down on 14 January 2027; this is
/// the replacement its maker names.
const DEFAULT_MODEL: &str = "gpt-6-luna";

/// Settings of `serve`. With OPENAI_API_KEY set, messages are scored by the model behind OPENAI_BASE_URL
/// (https://api.openai.com/v1 unless set); without it, on this machine.
#[derive(Debug, Args)]
pub struct Settings {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "SIMMERDOWN_ADDR", default_value = "127.0.0.1:8787")]
    addr: SocketAddr,
    /// Also serves the demo page and the package, as `cargo xtask package` leaves them in `dist/demo`.
    #[arg(long)]
    demo: bool,
    /// The model that is asked.
    #[arg(long, env = "SIMMERDOWN_MODEL", default_value = DEFAULT_MODEL)]
    model: String,
    /// Milliseconds for a score, all attempts together: connection, headers, whole body and reading.
    #[arg(long, env = "SIMMERDOWN_UPSTREAM_TIMEOUT_MS", default_value_t = 3000,
          value_parser = clap::value_parser!(u64).range(1..=120_000))]
    upstream_timeout_ms: u64,
    /// Origin whose pages may call, such as https://shop.example; may be given several times. Unless set, only
    /// pages of the proxy's own origin can read its answers; once set, calls from elsewhere are refused.
    #[arg(long, env = "SIMMERDOWN_ALLOW_ORIGIN", value_delimiter = ',')]
    allow_origin: Vec<String>,
    /// Key of the OpenAI-compatible server; from the environment only, so that no process list shows it.
    #[arg(skip)]
    key: Option<String>,
}

/// What every request is answered from.
struct Proxy {
    upstream: Option<Upstream>,
    origins: Origins,
}

/// A variable of the environment that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

/// Runs the proxy until it is told to stop.
pub fn run(mut settings: Settings) -> Result<ExitCode> {
    settings.key = variable("OPENAI_API_KEY");
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(settings))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(settings: Settings) -> Result<()> {
    let origins = Origins::new(&settings.allow_origin).context("--allow-origin or SIMMERDOWN_ALLOW_ORIGIN")?;
    let deadline = Duration::from_millis(settings.upstream_timeout_ms);
    let upstream = settings
        .key
        .as_deref()
        .map(|key| Upstream::new(variable("OPENAI_BASE_URL").as_deref(), key, &settings.model, deadline))
        .transpose()?;
    match &upstream {
        Some(upstream) => {
            tracing::info!(model = settings.model, server = upstream.host(), "a model scores the messages")
        }
        None => tracing::info!("OPENAI_API_KEY is not set: messages are scored on this machine"),
    }
    let proxy = Arc::new(Proxy { upstream, origins });
    let mut router = Router::new()
        .route("/v1/score", post(score::score))
        .route("/healthz", get(healthz))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .layer(DefaultBodyLimit::max(MAX_BODY))
        .layer(middleware::from_fn_with_state(Arc::clone(&proxy), origin::check))
        .with_state(proxy);
    router = if settings.demo {
        router.fallback_service(demo::files()?)
    } else {
        router.fallback(async || Problem::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address"))
    };
    // What the proxy answers is nobody's to keep, and never to be taken for another type.
    let router = router
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ));
    let listener = TcpListener::bind(settings.addr)
        .await
        .with_context(|| format!("cannot listen on {}: choose another with --addr", settings.addr))?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "simmerdown listens on http://{}", listener.local_addr()?)?;
    out.flush()?;
    drop(out);
    axum::serve(listener, router).with_graceful_shutdown(stopped()).await?;
    Ok(())
}

/// `GET /healthz`: the process is up, and who scores.
async fn healthz(State(proxy): State<Arc<Proxy>>) -> Json<serde_json::Value> {
    let scorer = if proxy.upstream.is_some() { "model" } else { "on-device" };
    Json(serde_json::json!({ "status": "ok", "scorer": scorer, "version": env!("CARGO_PKG_VERSION") }))
}

/// Resolves when the process is asked to stop.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
