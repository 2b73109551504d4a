//! `POST /v1/token`: a token for a page, asked for by the site's own server. Never by a page: a call with an `Origin`
//! is refused, and no answer may be read across origins.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::body::read_json;
use super::problem::Problem;
use super::token::{Claims, LIFETIME, MAX_SESSION, bearer, same_secret};
use super::{Proxy, client};

const SHAPE: &str = "send {\"origin\": \"https://shop.example\", \"session\"?: \"...\"}";
const FROM_A_PAGE: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "not-for-pages",
    "a page must not mint tokens: let the site's own server ask, without Origin",
);
const NO_SECRET: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "mint-secret-wrong",
    "send Authorization: Bearer with what SIMMERDOWN_MINT_SECRET holds",
);
const TOO_MANY: Problem =
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate-limited", "too many wrong secrets from this address");
const BAD_ORIGIN: Problem = Problem::new(
    StatusCode::BAD_REQUEST,
    "origin-not-allowed",
    "give an origin that --allow-origin names, as a browser writes it: scheme, host and perhaps a port",
);
const BAD_SESSION: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "invalid-session", "give a session of 1 to 200 bytes, or none");
const BROKEN: Problem = Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the proxy failed; this is logged");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    origin: String,
    #[serde(default)]
    session: Option<String>,
}

/// A token and when it ends, in milliseconds since 1970.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Minted {
    token: String,
    expires_at: u64,
}

/// Mints a token.
pub async fn token(
    State(proxy): State<Arc<Proxy>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
) -> Response {
    match minted(&proxy, peer, request).await {
        Ok(minted) => {
            metrics::counter!("simmerdown_tokens_minted_total").increment(1);
            ([(header::CACHE_CONTROL, "no-store")], Json(minted)).into_response()
        }
        Err(problem) => {
            metrics::counter!("simmerdown_refused_total", "reason" => problem.code()).increment(1);
            tracing::info!(code = problem.code(), "no token minted");
            problem.into_response()
        }
    }
}

async fn minted(proxy: &Proxy, peer: SocketAddr, request: Request) -> Result<Minted, Problem> {
    let (Some(tokens), Some(secret)) = (&proxy.tokens, &proxy.mint_secret) else {
        return Err(Problem::not_found());
    };
    if request.headers().contains_key(header::ORIGIN) {
        return Err(FROM_A_PAGE);
    }
    if !bearer(request.headers()).is_some_and(|given| same_secret(given, secret)) {
        let address = client::network(client::address(peer.ip(), request.headers(), &proxy.trusted));
        // Counted with what the address may do; a right secret is never held up by wrong ones.
        let limited = proxy.state.admit(&format!("mint {address}"), address).await;
        return Err(limited.map_or_else(|exceeded| TOO_MANY.retry_after(exceeded.1), |()| NO_SECRET));
    }
    let Wanted { origin, session } = read_json(request, SHAPE).await?;
    if !proxy.origins.may_be(&origin) {
        return Err(BAD_ORIGIN);
    }
    let session = match session {
        Some(session) if session.is_empty() || session.len() > MAX_SESSION => return Err(BAD_SESSION),
        Some(session) => session,
        None => random_session().ok_or(BROKEN)?,
    };
    let lifetime = u64::try_from(LIFETIME.as_millis()).unwrap_or(u64::MAX);
    let expires_at = proxy.state.clock.now_ms().saturating_add(lifetime);
    let token = tokens.mint(&Claims { origin, session, expires_at }).ok_or(BROKEN)?;
    Ok(Minted { token, expires_at })
}

/// A session nobody else has.
fn random_session() -> Option<String> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).ok()?;
    Some(random.iter().fold(String::new(), |name, byte| name + &format!("{byte:02x}")))
}
