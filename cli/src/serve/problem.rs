//! Errors as `application/problem+json` (RFC 9457), with a stable `code`.

use std::borrow::Cow;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// An error to be answered. It never holds anything of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    /// Seconds after which another try makes sense.
    retry_after: Option<u64>,
}

impl Problem {
    /// A problem with a stable code and what to do about it.
    pub const fn new(status: StatusCode, code: &'static str, detail: &'static str) -> Problem {
        Problem { status, code, detail: Cow::Borrowed(detail), retry_after: None }
    }

    /// The same with a detail made for the occasion, of numbers and names of fields only.
    pub fn detail(mut self, detail: String) -> Problem {
        self.detail = Cow::Owned(detail);
        self
    }

    /// The same with a `Retry-After`, in whole seconds and at least one.
    pub fn retry_after(mut self, wait: Duration) -> Problem {
        self.retry_after = Some(wait.as_millis().div_ceil(1000).max(1).try_into().unwrap_or(u64::MAX));
        self
    }

    /// For a known address asked in another way.
    pub const fn method_not_allowed() -> Problem {
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "this address takes another method")
    }

    /// For an address that does not exist, or not with these settings.
    pub const fn not_found() -> Problem {
        Problem::new(StatusCode::NOT_FOUND, "not-found", "there is nothing at this address")
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
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
