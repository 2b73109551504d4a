//! Which pages may call: an exact list of origins.

use std::sync::Arc;

use anyhow::{Result, bail};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Proxy;
use super::problem::Problem;

/// The origins that may call; none means the proxy's own only, which browsers see to.
#[derive(Debug)]
pub struct Origins(Vec<HeaderValue>);

impl Origins {
    /// Checks that each is an origin: scheme, host, perhaps a port, nothing more.
    pub fn new(given: &[String]) -> Result<Origins> {
        let mut origins = Vec::new();
        for origin in given.iter().map(|origin| origin.trim()).filter(|origin| !origin.is_empty()) {
            let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
            match host {
                Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', '*', ' ']) => {
                    origins.push(HeaderValue::from_str(origin)?);
                }
                _ => {
                    bail!("`{origin}` is no origin; give scheme, host and perhaps a port, such as https://shop.example")
                }
            }
        }
        Ok(Origins(origins))
    }
}

/// Refuses calls to the API from other origins, and answers preflights of allowed ones.
pub async fn check(State(proxy): State<Arc<Proxy>>, request: Request, next: Next) -> Response {
    let Origins(allowed) = &proxy.origins;
    if allowed.is_empty() || !request.uri().path().starts_with("/v1/") {
        return next.run(request).await;
    }
    let origin = request.headers().get(header::ORIGIN).filter(|origin| allowed.contains(origin)).cloned();
    let Some(origin) = origin else {
        let refused =
            Problem::new(StatusCode::FORBIDDEN, "origin-not-allowed", "call from an origin that --allow-origin names");
        return vary(refused.into_response());
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
        let good = ["https://shop.example".to_owned(), "http://localhost:3000".to_owned()];
        assert_eq!(Origins::new(&good).unwrap().0.len(), 2);
        for bad in ["shop.example", "https://shop.example/", "https://*.example", "null", "ftp://a"] {
            assert!(Origins::new(&[bad.to_owned()]).is_err(), "{bad}");
        }
    }
}
