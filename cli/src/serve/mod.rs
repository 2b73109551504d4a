//! `simmerdown serve`: the proxy that holds the key.

mod body;
mod breaker;
mod client;
mod clock;
mod demo;
mod health;
mod limits;
mod log;
mod metrics_page;
mod mint;
mod origin;
mod problem;
mod prompt;
mod report;
mod score;
mod server;
mod settings;
mod shared;
mod spend;
mod state;
mod token;
mod upstream;

use std::io::Write;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ipnet::IpNet;
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::set_header::SetResponseHeaderLayer;

use clock::Clock;
use log::Log;
use origin::Origins;
use problem::Problem;
use settings::Secrets;
pub use settings::Settings;
use shared::Shared;
use state::State;
use token::Tokens;
use upstream::transport::Network;
use upstream::{Manner, Upstream};

/// How much longer than a score what is under way gets when the process is stopped.
const GRACE: Duration = Duration::from_secs(2);

/// What every request is answered from.
struct Proxy {
    upstream: Option<Arc<Upstream>>,
    origins: Origins,
    tokens: Option<Tokens>,
    mint_secret: Option<String>,
    trusted: Vec<IpNet>,
    state: Arc<State>,
    log: Option<Log>,
    /// It is being shut down.
    leaving: AtomicBool,
}

/// Runs the proxy until it is told to stop.
pub fn run(settings: Settings) -> Result<ExitCode> {
    report::install(settings.log_format);
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(serve(settings))?;
    Ok(ExitCode::SUCCESS)
}

impl Proxy {
    /// From the settings; everything that cannot be used is an error that names it. Starts what runs beside.
    fn new(settings: &Settings, secrets: Secrets) -> Result<Proxy> {
        let origins = Origins::new(&settings.allow_origin).context("--allow-origin or SIMMERDOWN_ALLOW_ORIGIN")?;
        let base = upstream::base_address(secrets.base.as_deref())?;
        let shared = settings.redis().map(Shared::new).transpose().context("--state or SIMMERDOWN_STATE")?;
        let server = format!("{base} {}", settings.model);
        let state = State::new(settings.rates(), settings.spend_cap, server, Clock::System, shared.clone());
        let state = Arc::new(state);
        let manner = || Manner {
            model: settings.model.clone(),
            deadline: settings.deadline(),
            kind: settings.upstream_profile,
            concurrency: settings.max_concurrency as usize,
            sarcasm: settings.sarcasm,
        };
        let upstream = secrets
            .key
            .map(|key| Upstream::new(&base, &key, manner(), Box::new(Network::new()?), Arc::clone(&state)))
            .transpose()?
            .map(Arc::new);
        let log = settings.conversation_log().map(|log| Log::open(&log)).transpose()?;
        match &upstream {
            Some(upstream) => {
                tracing::info!(model = settings.model, server = upstream.host(), "a model scores the messages");
                tokio::spawn(Arc::clone(upstream).watch_models());
            }
            None => tracing::info!("OPENAI_API_KEY is not set: messages are scored on this machine"),
        }
        if let Some(shared) = shared {
            tokio::spawn(shared.watch());
        }
        let tokens = secrets.token.as_deref().map(Tokens::new);
        let (mint_secret, trusted) = (secrets.mint, settings.trusted()?);
        Ok(Proxy { upstream, origins, tokens, mint_secret, trusted, state, log, leaving: AtomicBool::new(false) })
    }

    /// Housekeeping, for ever.
    async fn keep(self: Arc<Proxy>) {
        loop {
            tokio::time::sleep(Duration::from_secs(60)).await;
            self.state.forget_the_quiet();
            if let Some(log) = &self.log {
                log.forget_the_quiet();
            }
        }
    }
}

async fn serve(settings: Settings) -> Result<()> {
    // Before anything happens that is counted.
    let handle = metrics_page::install()?;
    let proxy = Arc::new(Proxy::new(&settings, Secrets::read()?)?);
    let router = router(&proxy, settings.demo)?;
    let listener = TcpListener::bind(settings.addr)
        .await
        .with_context(|| format!("--addr or SIMMERDOWN_ADDR: cannot listen on {}, choose another", settings.addr))?;
    let metrics = metrics_page::listen(settings.metrics_addr).await?;
    // Nobody reading it is no reason not to serve.
    let _ = announce(listener.local_addr()?, metrics.as_ref().map(TcpListener::local_addr).transpose()?);
    tokio::spawn(Arc::clone(&proxy).keep());
    tokio::spawn(metrics_page::keep(handle.clone()));
    if let Some(metrics) = metrics {
        let router = metrics_page::router(Arc::clone(&proxy), handle);
        tokio::spawn(server::serve(metrics, router, std::future::pending(), Duration::ZERO));
    }
    let grace = settings.deadline() + GRACE;
    let stopped = async {
        server::asked_to_stop().await;
        proxy.leaving.store(true, Ordering::Relaxed);
        tracing::info!("asked to stop: what is under way may end, nothing more is taken");
    };
    server::serve(listener, router, stopped, grace).await;
    Ok(())
}

/// Says on standard output where it listens.
fn announce(address: SocketAddr, metrics: Option<SocketAddr>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "simmerdown listens on http://{address}")?;
    if let Some(metrics) = metrics {
        writeln!(out, "metrics on http://{metrics}/metrics")?;
    }
    out.flush()
}

/// Every address and what answers there.
fn router(proxy: &Arc<Proxy>, demo: bool) -> Result<Router> {
    let for_pages = Router::new()
        .route("/v1/score", post(score::score))
        .route("/v1/log", post(log::log))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .route_layer(middleware::from_fn_with_state(Arc::clone(proxy), origin::check));
    let mut router = Router::new()
        .route("/v1/token", post(mint::token))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .method_not_allowed_fallback(async || Problem::method_not_allowed())
        .merge(for_pages)
        .with_state(Arc::clone(proxy));
    router =
        if demo { router.fallback_service(demo::files()?) } else { router.fallback(async || Problem::not_found()) };
    // What the proxy answers is nobody's to keep, and never to be taken for another type.
    Ok(router
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| failed()))
        .layer(middleware::from_fn(body::read_the_rest))
        .layer(middleware::from_fn(report::count))
        .layer(SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-cache")))
        .layer(SetResponseHeaderLayer::if_not_present(
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        )))
}

/// The answer after a panic, which is a defect of the proxy.
fn failed() -> Response {
    Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the proxy failed; this is logged").into_response()
}
