//! Which pages may call: an exact list of origins.

use std::sync::Arc;

use anyhow::{Result, bail};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use reqwest::Url;

use super::Proxy;
use super::problem::Problem;

/// The origins that may call; none means the proxy's own only.
#[derive(Debug)]
pub struct Origins(Vec<HeaderValue>);

/// Whether it is an origin as a browser sends it: scheme, host in lower case, a port that is not the scheme's own,
/// nothing more.
pub fn is_origin(text: &str) -> bool {
    !text.contains('*')
        && Url::parse(text).is_ok_and(|url| {
            matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text && url.has_host()
        })
}

impl Origins {
    /// Checks each.
    pub fn new(given: &[String]) -> Result<Origins> {
        let mut origins = Vec::new();
        for origin in given.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty()) {
            if !is_origin(origin) {
                bail!("`{origin}` is no origin; give scheme, host and perhaps a port, such as https://shop.example");
            }
            origins.push(HeaderValue::from_str(origin)?);
        }
        Ok(Origins(origins))
    }

    /// Whether pages of that origin may call; with no list any may be named.
    pub fn may_be(&self, origin: &str) -> bool {
        is_origin(origin) && (self.0.is_empty() || self.0.iter().any(|allowed| allowed == origin))
    }

    /// Whether a call may go on, and the origin to name in the answer.
    fn admit(&self, headers: &HeaderMap) -> Result<Option<HeaderValue>, Problem> {
        let Origins(allowed) = self;
        let origin = headers.get(header::ORIGIN);
        if allowed.is_empty() {
            // A program sends none; a page of this proxy names it. Behind a reverse proxy that changes `Host`, only
            // the browser can tell that it is the same origin.
            return if origin.is_none_or(|origin| own(origin, headers)) { Ok(None) } else { Err(OTHER) };
        }
        origin.filter(|origin| allowed.contains(origin)).map(|origin| Some(origin.clone())).ok_or(NOT_ALLOWED)
    }
}

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
const NOT_ALLOWED: Problem =
    Problem::new(StatusCode::FORBIDDEN, "origin-not-allowed", "call from an origin that --allow-origin names");
const OTHER: Problem = Problem::new(
    StatusCode::FORBIDDEN,
    "origin-not-allowed",
    "only pages of the proxy's own origin may call; name others with --allow-origin",
);

/// Whether the origin is where the call went to.
fn own(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let authority = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, authority)| authority);
    (authority.is_some() && authority == host) || headers.get(FETCH_SITE).is_some_and(|site| site == "same-origin")
}

/// Refuses calls to the API from other origins, and answers preflights of allowed ones.
pub async fn check(State(proxy): State<Arc<Proxy>>, request: Request, next: Next) -> Response {
    let origin = match proxy.origins.admit(request.headers()) {
        Ok(Some(origin)) => origin,
        Ok(None) => return vary(next.run(request).await),
        Err(refused) => {
            metrics::counter!("simmerdown_refused_total", "reason" => refused.code()).increment(1);
            return vary(refused.into_response());
        }
    };
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut response = if preflight { StatusCode::NO_CONTENT.into_response() } else { next.run(request).await };
    let headers = response.headers_mut();
    if preflight {
        insert(headers, header::ACCESS_CONTROL_ALLOW_METHODS, "POST");
        insert(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type");
        insert(headers, header::ACCESS_CONTROL_MAX_AGE, "600");
    } else {
        insert(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after");
    }
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    vary(response)
}

fn insert(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.insert(name, HeaderValue::from_static(value));
}

/// The answer depends on the origin, which caches must know.
fn vary(mut response: Response) -> Response {
    insert(response.headers_mut(), header::VARY, "origin");
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_origins_are_taken() {
        let good =
            ["https://shop.example".to_owned(), "http://localhost:3000".to_owned(), "http://[::1]:8080".to_owned()];
        assert_eq!(Origins::new(&good).unwrap().0.len(), 3);
        for bad in [
            "shop.example",
            "https://shop.example/",
            "https://*.example",
            "null",
            "ftp://a",
            "https://Shop.example",
            "https://shop.example:443",
            "https://me@shop.example",
            "https://",
        ] {
            assert!(Origins::new(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }

    #[test]
    fn without_a_list_the_origin_must_be_where_the_call_went_to() {
        let admits = |pairs: &[(&'static str, &str)]| {
            let pairs = pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()));
            Origins(Vec::new()).admit(&pairs.collect()).is_ok()
        };
        assert!(admits(&[("host", "chat.example")]));
        assert!(admits(&[("host", "chat.example"), ("origin", "https://chat.example")]));
        assert!(admits(&[
            ("host", "127.0.0.1:80"),
            ("origin", "https://chat.example"),
            ("sec-fetch-site", "same-origin")
        ]));
        for other in ["https://evil.example", "null", "https://chat.example.evil", "https://chat.example:8443"] {
            assert!(
                !admits(&[("host", "chat.example"), ("origin", other), ("sec-fetch-site", "cross-site")]),
                "{other}"
            );
        }
    }
}
