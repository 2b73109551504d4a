//! Taking connections: how many, how long one may dawdle, and how they end when the process is stopped.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::Listener;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Connections open at once.
const MAX_CONNECTIONS: usize = 8192;
/// How long a connection may wait between answers or take for the headers of a request. Longer than the 60 seconds
/// for which common reverse proxies keep one open, so that they never call into one that is just being closed.
const DAWDLE: Duration = Duration::from_secs(75);
/// The longest headers of a request, in bytes.
const MAX_HEADERS: usize = 32 * 1024;

/// Serves until `stopped` resolves; what is under way then gets `grace` to end.
pub async fn serve(mut listener: TcpListener, router: Router, stopped: impl Future<Output = ()>, grace: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(DAWDLE).max_buf_size(MAX_HEADERS);
    let open = GracefulShutdown::new();
    let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    tokio::pin!(stopped);
    loop {
        let (stream, peer) = tokio::select! {
            // axum's listener waits and goes on where the process is out of file descriptors.
            connection = Listener::accept(&mut listener) => connection,
            () = &mut stopped => break,
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else {
            metrics::counter!("simmerdown_connections_refused_total").increment(1);
            continue;
        };
        // Answers are short: waiting for more to send only delays them.
        drop(stream.set_nodelay(true));
        let service = TowerToHyperService::new(router.clone().layer(Extension(ConnectInfo(peer))));
        let connection = open.watch(http.serve_connection(TokioIo::new(stream), service));
        tokio::spawn(async move {
            // A client that breaks off is no news.
            drop(connection.await);
            drop(place);
        });
    }
    drop(listener);
    drop(tokio::time::timeout(grace, open.shutdown()).await);
}

/// Resolves when the process is asked to stop.
pub async fn asked_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut terminate) => {
                tokio::select! { _ = interrupt => {}, _ = terminate.recv() => {} }
            }
            Err(_) => drop(interrupt.await),
        }
    }
    #[cfg(not(unix))]
    drop(interrupt.await);
}
