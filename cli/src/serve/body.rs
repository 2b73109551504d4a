//! Reading what was sent: JSON of a bounded size, depth and time.

use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The largest body taken, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// How much of a larger body is read and thrown away, in bytes, so that its sender gets to read the answer.
const MAX_DRAINED: usize = 4 * 1024 * 1024;
/// The deepest nesting of arrays and objects taken. What is asked for here needs less than half.
const MAX_DEPTH: usize = 32;
/// How long a sender may take for a body.
const PATIENCE: Duration = Duration::from_secs(10);

const TOO_LARGE: Problem = Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "send at most 64 KiB");
const TOO_SLOW: Problem =
    Problem::new(StatusCode::REQUEST_TIMEOUT, "request-timeout", "send the whole body within 10 seconds");
const NO_JSON: Problem = Problem::new(
    StatusCode::UNSUPPORTED_MEDIA_TYPE,
    "unsupported-media-type",
    "send JSON with content-type application/json and without content-encoding",
);
const TOO_DEEP: Problem =
    Problem::new(StatusCode::BAD_REQUEST, "too-deep", "nest arrays and objects at most 32 levels deep");

/// The JSON of a request; `shape` says what should have been sent where it is something else.
pub async fn read_json<T: DeserializeOwned>(request: Request, shape: &'static str) -> Result<T, Problem> {
    if !is_json(request.headers()) {
        return Err(NO_JSON);
    }
    let body = tokio::time::timeout(PATIENCE, whole(request.into_body())).await.unwrap_or(Err(TOO_SLOW))?;
    if depth(&body) > MAX_DEPTH {
        return Err(TOO_DEEP);
    }
    // The parser's own message may quote what was sent.
    serde_json::from_slice(&body).map_err(|_| Problem::new(StatusCode::BAD_REQUEST, "malformed", shape))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = kind.split(';').next().unwrap_or_default().trim();
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    essence.eq_ignore_ascii_case("application/json") && !encoded
}

async fn whole(mut body: Body) -> Result<Bytes, Problem> {
    let mut read = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body broke off"));
        };
        let Ok(data) = frame.into_data() else { continue };
        length = length.saturating_add(data.len());
        if length > MAX_DRAINED {
            break;
        }
        if length <= MAX_BODY {
            read.extend_from_slice(&data);
        }
    }
    if length > MAX_BODY { Err(TOO_LARGE) } else { Ok(read.freeze()) }
}

/// How deep the arrays and objects of a JSON text are nested.
fn depth(json: &[u8]) -> usize {
    let (mut now, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    for byte in json {
        match (in_text, byte) {
            (true, _) if escaped => escaped = false,
            (true, b'\\') => escaped = true,
            (_, b'"') => in_text = !in_text,
            (false, b'{' | b'[') => {
                now += 1;
                deepest = deepest.max(now);
            }
            (false, b'}' | b']') => now = now.saturating_sub(1),
            _ => {}
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[[\"[["}]}"#), 3);
        assert_eq!(depth(br#""\\""#), 0);
        assert_eq!(depth(&[b'['; 40]), 40);
        assert_eq!(depth(b"]]][[]"), 2);
    }
}
