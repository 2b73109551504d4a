//! Errors as `application/problem+json` (RFC 9457), with a stable `code`.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error to be answered. It never holds anything of a message.
#[derive(Debug, Clone, Copy)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: &'static str,
    /// Seconds after which another try makes sense.
    retry_after: Option<u32>,
}

impl Problem {
    /// A problem with a stable code and what to do about it.
    pub const fn new(status: StatusCode, code: &'static str, detail: &'static str) -> Problem {
        Problem { status, code, detail, retry_after: None }
    }

    /// The same with a `Retry-After`.
    pub const fn retry_after(mut self, seconds: u32) -> Problem {
        self.retry_after = Some(seconds);
        self
    }

    /// For a known address asked in another way.
    pub const fn method_not_allowed() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this address takes another method")
    }

    /// The stable code.
    pub const fn code(&self) -> &'static str {
        self.code
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason(),
            "status": self.status.as_u16(),
            "detail": self.detail,
            "code": self.code,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
