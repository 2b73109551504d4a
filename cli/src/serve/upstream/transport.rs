//! How bytes get to the model's server and back.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use anyhow::Result;
use axum::http::{Request, Response};
use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use reqwest::Client;

/// How long a connection may take to come about. A part of the whole deadline, so that another try still fits.
const CONNECT: Duration = Duration::from_millis(1500);

/// The server could not be reached, or broke off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken;

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the model's server broke off")
    }
}

impl std::error::Error for Broken {}

/// An answer whose body is still to come.
pub type Answer = Response<BoxBody<Bytes, Broken>>;
/// A call under way.
pub type Call<'a> = Pin<Box<dyn Future<Output = Result<Answer, Broken>> + Send + 'a>>;

/// What carries a call: the network, or what a test puts in its place. It has no deadline and tries once; both are
/// the caller's.
pub trait Transport: std::fmt::Debug + Send + Sync {
    /// Sends a request; done when the headers of the answer are there.
    fn send(&self, request: Request<Bytes>) -> Call<'_>;
}

/// The network.
#[derive(Debug)]
pub struct Network(Client);

impl Network {
    /// A client that follows no redirect, which would carry the key and the message to somebody nobody named.
    pub fn new() -> Result<Network> {
        let client = Client::builder()
            .user_agent(concat!("simmerdown/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(CONNECT)
            .tcp_nodelay(true)
            .build()?;
        Ok(Network(client))
    }
}

impl Transport for Network {
    fn send(&self, request: Request<Bytes>) -> Call<'_> {
        Box::pin(async move {
            let request = reqwest::Request::try_from(request.map(reqwest::Body::from)).map_err(|_| Broken)?;
            let answer: Response<reqwest::Body> = self.0.execute(request).await.map_err(|_| Broken)?.into();
            Ok(answer.map(|body| body.map_err(|_| Broken).boxed()))
        })
    }
}
