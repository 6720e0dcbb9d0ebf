//! The body of an upload, bounded before it is read as multipart: what reads it would otherwise gather a header, or a
//! preamble, for as long as one comes.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::multipart::MultipartRejection;
use axum::extract::{DefaultBodyLimit, FromRequest as _, Multipart, Request};
use axum::http::header::CONTENT_LENGTH;
use futures_util::Stream;

/// Bytes before the file's own at most.
const HEAD_MAX: usize = 64 * 1024;
/// Before the file, bytes are handed on in pieces of this size: one is asked for at every step, needed or not.
const HEAD_PIECE: usize = 256;
/// What a body may have beside its file.
const AROUND: u64 = 1024 * 1024;

/// The parts of an upload, and the word that the file has begun.
pub(super) struct Parts {
    pub(super) parts: Multipart,
    in_file: Arc<AtomicBool>,
}

impl Parts {
    /// The parts of a request whose file has so many bytes at most; none where the body says that it is longer.
    pub(super) async fn of(request: Request, file_bytes_max: u64) -> Result<Option<Self>, MultipartRejection> {
        let most = file_bytes_max.saturating_add(AROUND);
        let length = request
            .headers()
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok());
        if length
            .and_then(|length| length.parse().ok())
            .is_some_and(|length: u64| length > most)
        {
            return Ok(None);
        }
        let in_file = Arc::new(AtomicBool::new(false));
        let request = request.map(|body| {
            Body::from_stream(Bounded {
                body: body.into_data_stream(),
                held: Bytes::new(),
                head_left: HEAD_MAX,
                body_left: most,
                in_file: in_file.clone(),
                is_resting: false,
            })
        });
        let parts = Multipart::from_request(request, &()).await?;
        Ok(Some(Self { parts, in_file }))
    }

    /// What switches the bound of the head off, when the file begins.
    pub(super) fn file_begins(&self) -> impl FnOnce() + use<> {
        let in_file = self.in_file.clone();
        move || in_file.store(true, Ordering::Relaxed)
    }
}

/// The route's own bound is [`Bounded`], which knows how large a file may be.
pub(super) fn unbounded() -> DefaultBodyLimit {
    DefaultBodyLimit::disable()
}

/// One piece at a step, and no more of them than may come.
struct Bounded {
    body: BodyDataStream,
    held: Bytes,
    head_left: usize,
    body_left: u64,
    in_file: Arc<AtomicBool>,
    is_resting: bool,
}

impl Bounded {
    fn take(&mut self) -> Result<Bytes, axum::Error> {
        let size = if self.in_file.load(Ordering::Relaxed) {
            self.held.len()
        } else {
            self.held.len().min(HEAD_PIECE)
        };
        let piece = self.held.split_to(size);
        if !self.in_file.load(Ordering::Relaxed) {
            let left = self.head_left.checked_sub(size);
            self.head_left = left.ok_or_else(|| axum::Error::new("too much comes before the file"))?;
        }
        let left = self.body_left.checked_sub(size as u64);
        self.body_left = left.ok_or_else(|| axum::Error::new("the body is too large"))?;
        Ok(piece)
    }
}

impl Stream for Bounded {
    type Item = Result<Bytes, axum::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        // The reader asks until nothing is ready, and keeps all of it.
        if std::mem::take(&mut self.is_resting) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        while self.held.is_empty() {
            match Pin::new(&mut self.body).poll_next(context) {
                Poll::Ready(Some(Ok(piece))) => self.held = piece,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
        self.is_resting = true;
        Poll::Ready(Some(self.take()))
    }
}
