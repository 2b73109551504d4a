//! Short-lived tokens: the site's own server mints one for a page, and the page's calls carry it.
//!
//! A token holds the origin it is for, a session for the limits, and when it ends; an HMAC over them makes it the
//! proxy's own. Nothing is stored, so any number of proxies with the same secret know each other's tokens.

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::problem::Problem;

/// How long a token is good for.
pub const LIFETIME: Duration = Duration::from_secs(15 * 60);
/// The longest session name, in bytes.
pub const MAX_SESSION: usize = 200;
/// What a token of this form begins with.
const FORM: &str = "sd1";

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// The page's origin.
    pub origin: String,
    /// What the limit a session counts by.
    pub session: String,
    /// When it ends, in milliseconds since 1970.
    #[serde(rename = "expiresAt")]
    pub expires_at: u64,
}

/// Makes and checks tokens.
pub struct Tokens(Vec<u8>);

impl std::fmt::Debug for Tokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Tokens")
    }
}

impl Tokens {
    /// With that secret.
    pub fn new(secret: &str) -> Tokens {
        Tokens(secret.as_bytes().to_vec())
    }

    fn mac(&self, payload: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(FORM.as_bytes());
        mac.update(b".");
        mac.update(payload.as_bytes());
        Some(mac)
    }

    /// The token that says this.
    pub fn mint(&self, claims: &Claims) -> Option<String> {
        let payload = URL_SAFE_NO_PAD.encode(serde_json::to_vec(claims).ok()?);
        let tag = URL_SAFE_NO_PAD.encode(self.mac(&payload)?.finalize().into_bytes());
        Some(format!("{FORM}.{payload}.{tag}"))
    }

    /// What the token of a call says, if it is good, for this origin, and not over at `now` (milliseconds since
    /// 1970).
    pub fn check(&self, headers: &HeaderMap, now: u64) -> Result<Claims, Problem> {
        let claims = bearer(headers).ok_or(MISSING).and_then(|token| self.read(token).ok_or(INVALID))?;
        if now >= claims.expires_at {
            return Err(EXPIRED);
        }
        let origin = headers.get(header::ORIGIN);
        if origin.is_none_or(|origin| origin.as_bytes() != claims.origin.as_bytes()) {
            return Err(ELSEWHERE);
        }
        Ok(claims)
    }

    fn read(&self, token: &str) -> Option<Claims> {
        let (payload, tag) = token.strip_prefix(FORM)?.strip_prefix('.')?.split_once('.')?;
        let tag = URL_SAFE_NO_PAD.decode(tag).ok()?;
        // Compares in constant time; nothing of the payload is looked at before.
        self.mac(payload)?.verify_slice(&tag).ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).ok()?).ok()
    }
}

/// What stands after `Authorization: Bearer`.
pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token.trim())
}

/// Whether two secrets are equal, in a time that tells nothing about where they differ or how long they are.
pub fn same_secret(one: &str, other: &str) -> bool {
    Sha256::digest(one).as_slice().ct_eq(Sha256::digest(other).as_slice()).into()
}

const MISSING: Problem = Problem::new(
    StatusCode::UNAUTHORIZED,
    "token-missing",
    "send Authorization: Bearer with a token that the site's server got from POST /v1/token",
);
const INVALID: Problem =
    Problem::new(StatusCode::UNAUTHORIZED, "token-invalid", "this is no token of this proxy; get a new one");
const EXPIRED: Problem = Problem::new(StatusCode::UNAUTHORIZED, "token-expired", "the token is over; get a new one");
const ELSEWHERE: Problem =
    Problem::new(StatusCode::UNAUTHORIZED, "token-other-origin", "the token is for pages of another origin");

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(token: &str, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, format!("Bearer {token}").parse().unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, origin.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_token_is_good_for_its_origin_until_it_ends() {
        let tokens = Tokens::new("a secret of the proxy");
        let claims = Claims { origin: "https://shop.example".into(), session: "s".into(), expires_at: 1000 };
        let token = tokens.mint(&claims).unwrap();
        let check = |token: &str, origin: Option<&str>, now| {
            tokens.check(&headers(token, origin), now).map_err(|problem| problem.code())
        };
        let home = Some("https://shop.example");
        assert_eq!(check(&token, home, 999), Ok(claims.clone()));
        assert_eq!(check(&token, home, 1000), Err("token-expired"));
        for elsewhere in [None, Some("null"), Some("http://shop.example"), Some("https://shop.example.evil")] {
            assert_eq!(check(&token, elsewhere, 0), Err("token-other-origin"));
        }
        assert_eq!(tokens.check(&HeaderMap::new(), 0), Err(MISSING));
        assert_eq!(Tokens::new("another").check(&headers(&token, home), 0), Err(INVALID));
        assert!(!format!("{tokens:?}").contains("secret"));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        let tokens = Tokens::new("a secret of the proxy");
        let claims = Claims { origin: "https://a.example".into(), session: "s".into(), expires_at: 1000 };
        let token = tokens.mint(&claims).unwrap();
        for place in 0..token.len() {
            for other in ["A", "b", "."] {
                let changed = format!("{}{other}{}", token.get(..place).unwrap(), token.get(place + 1..).unwrap());
                let read = tokens.read(&changed);
                // The last character of the tag holds bits that are not part of it.
                assert!(changed == token || read.is_none(), "{changed}");
            }
        }
        for odd in ["", ".", "sd1", "sd1..", "sd1.e30.", "sd1.e30.AAAA", "sd2.a.b"] {
            assert!(tokens.read(odd).is_none(), "{odd}");
        }
    }
}
