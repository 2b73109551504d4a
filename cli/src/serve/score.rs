//! `POST /v1/score`.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use simmerdown::scoring::{ScoreReply, ScoreRequest};
use simmerdown::{ScoreSource, on_device};

use super::Proxy;
use super::problem::Problem;

const MALFORMED: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "malformed",
    "send {\"message\": \"...\", \"messageId\"?: \"...\", \"context\"?: [{\"role\": \"customer\" or \"bot\", \"text\": \"...\"}]}",
);
const EMPTY: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "empty-message", "there is nothing to score in an empty message");
const TOO_LARGE: Problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "send at most 64 KiB");
const NO_JSON: Problem = Problem::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported-media-type",
    "send JSON with content-type application/json",
);
/// There is no model, and the on-device scorer does not know the message's language. A made-up number would be
/// worse than none.
const UNSCORABLE: Problem = Problem::new(
    StatusCode::BAD_GATEWAY,
    "unscorable",
    "no model is configured, and the on-device scorer does not know this language",
);

/// Scores one message.
pub async fn score(State(proxy): State<Arc<Proxy>>, request: Result<Json<ScoreRequest>, JsonRejection>) -> Response {
    let answer = match request {
        Ok(Json(request)) => scored(&proxy, &request).await,
        Err(rejection) => Err(match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => TOO_LARGE,
            StatusCode::UNSUPPORTED_MEDIA_TYPE => NO_JSON,
            _ => MALFORMED,
        }),
    };
    match answer {
        Ok(reply) => {
            tracing::debug!(source = ?reply.source, "scored");
            Json(reply).into_response()
        }
        Err(problem) => {
            tracing::info!(code = problem.code(), "not scored");
            problem.into_response()
        }
    }
}

async fn scored(proxy: &Proxy, request: &ScoreRequest) -> Result<ScoreReply, Problem> {
    if request.message.trim().is_empty() {
        return Err(EMPTY);
    }
    match &proxy.upstream {
        Some(upstream) => upstream.score(request).await,
        None => on_device::score(&request.message, None)
            .map(|score| ScoreReply { score, source: ScoreSource::OnDevice, model: None })
            .map_err(|_| UNSCORABLE),
    }
}
