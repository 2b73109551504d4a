//! `POST /v1/score`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use simmerdown::scoring::{ScoreReply, ScoreRequest};
use simmerdown::{ScoreSource, on_device};

use super::body::read_json;
use super::limits::Exceeded;
use super::problem::Problem;
use super::state::NoMoney;
use super::upstream::Unscored;
use super::{Proxy, client};

const SHAPE: &str = "send {\"message\": \"...\", \"messageId\"?: \"...\", \"context\"?: [{\"role\": \"customer\" or \"bot\", \"text\": \"...\"}]}";
const EMPTY: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "empty-message", "there is nothing to score in an empty message");
/// There is no model to ask, and the on-device scorer does not know the message's language. A made-up number would
/// be worse than none.
const UNSCORABLE: Problem = Problem::new(
    StatusCode::BAD_GATEWAY,
    "unscorable",
    "no model may be asked, and the on-device scorer does not know this language",
);
const RATE_LIMITED: Problem =
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", "wait as long as Retry-After says");

/// Scores one message.
pub async fn score(
    State(proxy): State<Arc<Proxy>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match answer(&proxy, peer.ip(), request).await {
        Ok(reply) => {
            let source = match reply.source {
                ScoreSource::Model => "model",
                ScoreSource::OnDevice => "on-device",
            };
            metrics::counter!("simmerdown_scores_total", "source" => source).increment(1);
            tracing::debug!(source, "scored");
            Json(reply).into_response()
        }
        Err(problem) => {
            tracing::info!(code = problem.code(), "not scored");
            problem.into_response()
        }
    }
}

async fn answer(proxy: &Proxy, peer: IpAddr, request: Request) -> Result<ScoreReply, Problem> {
    let address = client::network(client::address(peer, request.headers(), &proxy.trusted));
    let session = match &proxy.tokens {
        Some(tokens) => tokens.check(request.headers(), proxy.state.clock.now_ms()).map(|claims| claims.session),
        // Without tokens nothing else tells customers apart.
        None => Ok(address.to_string()),
    };
    let session = session.inspect_err(|problem| {
        metrics::counter!("simmerdown_refused_total", "reason" => problem.code()).increment(1);
    })?;
    proxy.state.admit(&session, address).await.map_err(|Exceeded(scope, wait)| {
        metrics::counter!("simmerdown_rate_limited_total", "scope" => scope.as_str()).increment(1);
        RATE_LIMITED.retry_after(wait)
    })?;
    let request: ScoreRequest = read_json(request, SHAPE).await?;
    if request.message.trim().is_empty() {
        return Err(EMPTY);
    }
    let why = match &proxy.upstream {
        None => "no-key",
        Some(upstream) => match upstream.score(&request).await {
            Ok(reply) => return Ok(reply),
            Err(Unscored::Problem(problem)) => return Err(problem),
            Err(Unscored::NoMoney(NoMoney::Spent)) => "spend-cap-reached",
            Err(Unscored::NoMoney(NoMoney::Unknown)) => "spend-unknown",
        },
    };
    metrics::counter!("simmerdown_on_device_total", "why" => why).increment(1);
    tracing::debug!(why, "scored on this machine");
    on_device::score(&request.message, None)
        .map(|score| ScoreReply { score, source: ScoreSource::OnDevice, model: None })
        .map_err(|_| UNSCORABLE)
}
