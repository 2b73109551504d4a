//! Reading what was sent: JSON of a bounded size, depth and time.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use hyper::body::{Frame, SizeHint};
use serde::de::DeserializeOwned;

use super::problem::Problem;

/// The largest body taken, in bytes.
pub const MAX_BODY: usize = 64 * 1024;
/// How much of what nobody wants is read and thrown away, in bytes.
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
    while let Some(frame) = body.frame().await {
        let Ok(frame) = frame else {
            return Err(Problem::new(StatusCode::BAD_REQUEST, "malformed", "the body broke off"));
        };
        let Ok(data) = frame.into_data() else { continue };
        if read.len() + data.len() > MAX_BODY {
            return Err(TOO_LARGE);
        }
        read.extend_from_slice(&data);
    }
    Ok(read.freeze())
}

/// Lets a call be answered before all of its body is there, such as a refused one, and still reads the rest: who is
/// sending sees no answer on a connection that is closed meanwhile, and a reverse proxy would take that for a failure.
pub async fn read_the_rest(request: Request, next: Next) -> Response {
    next.run(request.map(|body| Body::new(Rest(body)))).await
}

/// A body whose rest is read, up to a bound, after everybody has lost interest.
struct Rest(Body);

impl HttpBody for Rest {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.0).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Rest {
    fn drop(&mut self) {
        let mut body = std::mem::take(&mut self.0);
        if let (false, Ok(runtime)) = (body.is_end_stream(), tokio::runtime::Handle::try_current()) {
            runtime.spawn(tokio::time::timeout(PATIENCE, async move {
                let mut length = 0;
                while let Some(Ok(frame)) = body.frame().await {
                    length += frame.data_ref().map_or(0, Bytes::len);
                    if length > MAX_DRAINED {
                        break;
                    }
                }
            }));
        }
    }
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

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let (sender, receiver) = tokio::sync::mpsc::channel::<Frame<Bytes>>(1);
        sender.try_send(Frame::data(Bytes::from_static(b"{"))).unwrap();
        let start = tokio::time::Instant::now();
        let json = Request::builder().header("content-type", "application/json");
        let request = json.body(Body::new(Rest(Body::new(Never(receiver))))).unwrap();
        let read = read_json::<serde_json::Value>(request, "send JSON").await;
        assert_eq!((read, start.elapsed()), (Err(TOO_SLOW), PATIENCE));
        // Nor for ever by whoever reads the rest.
        sender.closed().await;
        assert_eq!(start.elapsed(), PATIENCE * 2);
    }

    /// A body of what comes on a channel.
    struct Never(tokio::sync::mpsc::Receiver<Frame<Bytes>>);

    impl HttpBody for Never {
        type Data = Bytes;
        type Error = axum::Error;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
            self.0.poll_recv(context).map(|frame| frame.map(Ok))
        }
    }

    #[test]
    fn depth_counts_brackets_outside_of_texts() {
        assert_eq!(depth(br#"{"a":[1,{"b":"[[[[\"[["}]}"#), 3);
        assert_eq!(depth(br#""\\""#), 0);
        assert_eq!(depth(&[b'['; 40]), 40);
        assert_eq!(depth(b"]]][[]"), 2);
    }
}
