//! The load: keep-alive connections over mutual TLS that call as fast as they are answered, or at a fixed rate.
//!
//! At a fixed rate a call's time counts from the moment it was due, not from the moment a connection was free for it:
//! a hub that stalls is charged for everybody who would have waited.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1;
use hyper::{Request, StatusCode};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use super::proc::{Cores, Spent, Watched};

/// Before a measurement counts.
const WARM_UP: Duration = Duration::from_secs(2);
/// KFTC's own client waits this long.
const PATIENCE: Duration = Duration::from_secs(30);
/// What every right answer of the KFTC profile holds.
pub(super) const RIGHT: &[u8] = br#""rsp_code":"A0000""#;

/// Whom to call, and how.
#[derive(Clone)]
pub(super) struct Callee {
    /// Where it listens.
    pub(super) addr: SocketAddr,
    /// With which certificate.
    pub(super) tls: Arc<rustls::ClientConfig>,
    /// What is asked, by a number that no two calls share.
    pub(super) ask: Arc<dyn Fn(u64) -> Request<Full<Bytes>> + Send + Sync>,
    /// What every right answer holds.
    pub(super) right: &'static [u8],
    /// The next such number; shared by all loads on the same database.
    pub(super) next: Arc<AtomicU64>,
}

/// How the calls come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pace {
    /// Each connection calls again as soon as it is answered.
    Saturated,
    /// So many a second, whether or not earlier ones are answered.
    Fixed(u32),
}

/// One measured call, microseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// As the client sees it.
    pub(super) whole_us: u32,
    /// What institutions took of it, as the hub says.
    pub(super) institution_us: u32,
}

/// What a load came to.
#[derive(Default)]
pub(super) struct Outcome {
    /// The calls that were measured.
    pub(super) samples: Vec<Sample>,
    /// How many were answered within the measured time.
    pub(super) answered: u64,
    /// How long was measured, seconds.
    pub(super) seconds: f64,
    /// Right answers, those of the warm-up included.
    pub(super) right: u64,
    /// Other answers, or none.
    pub(super) wrong: u64,
    /// One of those.
    pub(super) example: Option<String>,
    /// Processor time of the server for one call, microseconds.
    pub(super) cpu_us_per_call: f64,
    /// Who kept the processors busy.
    pub(super) cores: Cores,
}

impl Outcome {
    fn take_in(&mut self, other: Self) {
        self.samples.extend(other.samples);
        self.answered += other.answered;
        self.right += other.right;
        self.wrong += other.wrong;
        if self.example.is_none() {
            self.example = other.example;
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures the machine's own time")]
pub(super) fn now() -> Instant {
    Instant::now()
}

/// When a load begins, counts and ends.
#[derive(Debug, Clone, Copy)]
struct Span {
    begin: Instant,
    counted_from: Instant,
    until: Instant,
}

/// Runs a load, and looks at who was busy meanwhile.
pub(super) async fn run(
    callee: &Callee,
    (connections, seconds): (u16, u64),
    pace: Pace,
    watched: Watched,
) -> Result<Outcome, String> {
    let mut open = Vec::new();
    for _ in 0..connections {
        open.push(Connection::open(callee).await?);
    }
    let begin = now();
    let span = Span {
        begin,
        counted_from: begin + WARM_UP,
        until: begin + WARM_UP + Duration::from_secs(seconds),
    };
    let arrivals = match pace {
        Pace::Saturated => None,
        Pace::Fixed(rate) => Some(Arrivals::start(span, rate, open.len())),
    };
    let mut callers = tokio::task::JoinSet::new();
    for connection in open {
        callers.spawn(call(connection, callee.clone(), span, arrivals.clone()));
    }
    tokio::time::sleep_until(span.counted_from.into()).await;
    let (before, looked_at) = (Spent::now(watched), now());
    tokio::time::sleep_until(span.until.into()).await;
    let (after, seconds) = (Spent::now(watched), looked_at.elapsed().as_secs_f64());
    let mut outcome = Outcome {
        seconds,
        ..Outcome::default()
    };
    while let Some(done) = callers.join_next().await {
        outcome.take_in(done.map_err(|error| error.to_string())?);
    }
    outcome.cores = after.cores_since(&before, seconds);
    outcome.cpu_us_per_call = after.server_us_since(&before) / (outcome.answered.max(1) as f64);
    Ok(outcome)
}

/// Calls that are due at fixed moments.
#[derive(Clone)]
struct Arrivals {
    due: Arc<Semaphore>,
    taken: Arc<AtomicU64>,
    begin: Instant,
    rate: u32,
    all: u64,
}

impl Arrivals {
    /// A thread of its own lets the calls in: the runtime's timers are a millisecond wide.
    fn start(span: Span, rate: u32, callers: usize) -> Self {
        let all = (span.until - span.begin).as_secs() * u64::from(rate);
        let arrivals = Self {
            due: Arc::new(Semaphore::new(0)),
            taken: Arc::default(),
            begin: span.begin,
            rate,
            all,
        };
        let (own, due) = (arrivals.clone(), Arc::downgrade(&arrivals.due));
        std::thread::spawn(move || {
            let Self {
                begin,
                rate,
                all,
                due: strong,
                ..
            } = own;
            drop(strong);
            for number in 0..all {
                std::thread::sleep((begin + offset(number, rate)).saturating_duration_since(now()));
                let Some(due) = due.upgrade() else { return };
                due.add_permits(1);
            }
            if let Some(due) = due.upgrade() {
                // Each caller takes one more turn and finds that there is nothing left.
                due.add_permits(callers);
            }
        });
        arrivals
    }

    /// Waits for the next call that is due, and says since when; `None` when there are no more.
    async fn next(&self) -> Option<Instant> {
        self.due.acquire().await.ok()?.forget();
        let number = self.taken.fetch_add(1, Ordering::Relaxed);
        (number < self.all).then(|| self.begin + offset(number, self.rate))
    }
}

fn offset(number: u64, rate: u32) -> Duration {
    Duration::from_nanos(number * 1_000_000_000 / u64::from(rate))
}

/// One caller: one connection, one call at a time.
async fn call(mut connection: Connection, callee: Callee, span: Span, arrivals: Option<Arrivals>) -> Outcome {
    let mut outcome = Outcome::default();
    loop {
        let since = match &arrivals {
            Some(arrivals) => arrivals.next().await,
            None => Some(now()).filter(|moment| *moment < span.until),
        };
        let Some(since) = since else { return outcome };
        let number = callee.next.fetch_add(1, Ordering::Relaxed);
        let answered = tokio::time::timeout(PATIENCE, connection.exchange((callee.ask)(number))).await;
        let ended = now();
        match answered.unwrap_or_else(|_| Err(format!("no answer within {} s", PATIENCE.as_secs()))) {
            Ok(institution_us) => {
                outcome.right += 1;
                let counts = if arrivals.is_some() { since } else { ended } >= span.counted_from;
                if counts && (arrivals.is_some() || ended <= span.until) {
                    outcome.samples.push(Sample {
                        whole_us: u32::try_from((ended - since).as_micros()).unwrap_or(u32::MAX),
                        institution_us,
                    });
                }
                outcome.answered += u64::from((span.counted_from..=span.until).contains(&ended));
            }
            Err(why) => {
                outcome.wrong += 1;
                outcome.example.get_or_insert(why);
                match Connection::open(&callee).await {
                    Ok(fresh) => connection = fresh,
                    Err(_) => return outcome,
                }
            }
        }
    }
}

type Wire = http1::Connection<TokioIo<TlsStream<TcpStream>>, Full<Bytes>>;

/// One keep-alive connection, driven by whoever calls on it.
struct Connection {
    right: &'static [u8],
    sender: http1::SendRequest<Full<Bytes>>,
    wire: Pin<Box<Wire>>,
}

impl Connection {
    async fn open(callee: &Callee) -> Result<Self, String> {
        let tcp = TcpStream::connect(callee.addr)
            .await
            .map_err(|error| error.to_string())?;
        tcp.set_nodelay(true).map_err(|error| error.to_string())?;
        let name = ServerName::try_from("localhost").map_err(|error| error.to_string())?;
        let tls = TlsConnector::from(Arc::clone(&callee.tls)).connect(name, tcp).await;
        let tls = tls.map_err(|error| error.to_string())?;
        let (sender, wire) = http1::handshake(TokioIo::new(tls))
            .await
            .map_err(|error| error.to_string())?;
        Ok(Self {
            right: callee.right,
            sender,
            wire: Box::pin(wire),
        })
    }

    /// Sends one request and checks its answer; what institutions took of it, microseconds.
    async fn exchange(&mut self, request: Request<Full<Bytes>>) -> Result<u32, String> {
        let (sender, wire, right) = (&mut self.sender, &mut self.wire, self.right);
        let answered = async move {
            sender.ready().await.map_err(|error| error.to_string())?;
            let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(|error| error.to_string())?.to_bytes();
            if head.status != StatusCode::OK || !body.windows(right.len()).any(|part| part == right) {
                let body: String = String::from_utf8_lossy(&body).chars().take(400).collect();
                return Err(format!("HTTP {}: {body}", head.status.as_u16()));
            }
            let timing = head.headers.get("server-timing").and_then(|value| value.to_str().ok());
            Ok(timing.and_then(institution_us).unwrap_or(0))
        };
        tokio::select! {
            biased;
            ended = wire => Err(format!("the connection ended: {ended:?}")),
            answer = answered => answer,
        }
    }
}

/// The part of a `server-timing` header that institutions took, microseconds.
fn institution_us(timing: &str) -> Option<u32> {
    let millis = timing.split("institution;dur=").nth(1)?.split(',').next()?;
    let (whole, part) = millis.trim().split_once('.').unwrap_or((millis, "0"));
    let (whole, part): (u32, u32) = (whole.parse().ok()?, format!("{part:0<3}").get(..3)?.parse().ok()?);
    whole.checked_mul(1_000)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_institutions_part_is_read_in_microseconds() {
        assert_eq!(institution_us("hub;dur=1.250, institution;dur=12.034"), Some(12_034));
        assert_eq!(institution_us("hub;dur=1.250, institution;dur=0.5"), Some(500));
        assert_eq!(institution_us("hub;dur=1.250, institution;dur=3"), Some(3_000));
        assert_eq!(institution_us("hub;dur=1.250"), None);
    }

    #[test]
    fn calls_are_due_at_even_distances() {
        assert_eq!(offset(0, 1_500), Duration::ZERO);
        assert_eq!(offset(3, 1_500), Duration::from_millis(2));
        assert_eq!(offset(15_000, 1_500), Duration::from_secs(10));
    }
}
