//! The accept loop that every simulator's listener runs: HTTP/1.1 with keep-alive, in the clear or over mutual TLS.
//! Connections are bounded, idle ones are closed after two minutes, and a stop lets calls in flight end for a moment.
//! A response that carries [`Hangup`] is never sent: the connection is closed instead.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::SimError;

const MOST_CONNECTIONS: usize = 4_096;
const HANDSHAKE_PATIENCE: Duration = Duration::from_secs(10);
const IDLE_PATIENCE: Duration = Duration::from_secs(120);
const STOP_PATIENCE: Duration = Duration::from_secs(1);

/// Marks a response that must not be sent; the connection is closed without an answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Hangup;

impl IntoResponse for Hangup {
    fn into_response(self) -> Response {
        let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// A listener at work. Dropping it stops it without waiting.
#[derive(Debug)]
pub(crate) struct Listening {
    pub(crate) addr: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listening {
    /// Binds the address (port 0 for any free one) and serves the router on it.
    pub(crate) async fn start(addr: SocketAddr, tls: Option<TlsAcceptor>, router: Router) -> Result<Self, SimError> {
        let fail = |source| SimError::Listen { addr, source };
        let listener = TcpListener::bind(addr).await.map_err(fail)?;
        let bound = listener.local_addr().map_err(fail)?;
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(accept(listener, Door { tls, router, stopped }));
        Ok(Self {
            addr: bound,
            stop,
            task,
        })
    }

    /// Stops accepting, lets calls in flight end for a second, and closes the rest.
    pub(crate) async fn stop(self) {
        self.stop.send_replace(true);
        if let Err(error) = self.task.await {
            tracing::error!(%error, "listener_task_failed");
        }
    }
}

#[derive(Clone)]
struct Door {
    tls: Option<TlsAcceptor>,
    router: Router,
    stopped: watch::Receiver<bool>,
}

async fn accept(listener: TcpListener, mut door: Door) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let permit = room.clone().acquire_owned();
        let accepted = async {
            let permit = permit.await.expect("the semaphore is never closed");
            (permit, listener.accept().await)
        };
        tokio::select! {
            (permit, accepted) = accepted => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(welcome(stream, door.clone(), permit));
                }
                Err(error) => {
                    tracing::warn!(%error, "accept_failed");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            },
            Some(_) = connections.join_next() => {}
            _ = door.stopped.changed() => break,
        }
    }
    drop(listener);
    let ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_PATIENCE, ended).await.is_err() {
        connections.shutdown().await;
    }
}

async fn welcome(stream: TcpStream, door: Door, permit: OwnedSemaphorePermit) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "nodelay_refused");
    }
    match &door.tls {
        None => converse(stream, door).await,
        Some(acceptor) => match tokio::time::timeout(HANDSHAKE_PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => converse(stream, door).await,
            Ok(Err(error)) => tracing::debug!(%error, "handshake_failed"),
            Err(_) => tracing::debug!("handshake_timed_out"),
        },
    }
    drop(permit);
}

async fn converse<S: AsyncRead + AsyncWrite + Unpin>(stream: S, mut door: Door) {
    let router = door.router;
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let router = router.clone();
        async move {
            let Ok(response) = router.oneshot(request).await;
            match response.extensions().get::<Hangup>() {
                Some(_) => Err(std::io::Error::other("hung up on purpose")),
                None => Ok(response),
            }
        }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(IDLE_PATIENCE)
        .max_headers(64)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = door.stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection_ended");
    }
}
