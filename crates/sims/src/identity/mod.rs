//! A simulated identity provider (본인확인기관): it knows people, sends a code to a person's phone, and on the right
//! code tells who that is, linking value (CI) included.
//! Nothing is delivered: the message stands in the answer and in the admin's list, marked as simulated.

mod http;
mod register;

use std::net::SocketAddr;
use std::sync::Arc;

pub use register::Person;

use self::http::Provider;
use crate::serve::Listening;
use crate::{SimError, TlsFiles, tls};

/// Whom a simulated identity provider knows and where it listens.
#[derive(Debug, Clone)]
pub struct IdentitySettings {
    /// Where services call; port 0 for any free port.
    pub addr: SocketAddr,
    /// Where the admin endpoints listen, in the clear and without credentials: a loopback address.
    pub admin_addr: SocketAddr,
    /// Mutual TLS for services; `None` for plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The people known at start, at most 10,000.
    pub people: Vec<Person>,
}

/// An identity provider at work. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct RunningIdentity {
    /// Where services call.
    pub addr: SocketAddr,
    /// Where the admin endpoints listen.
    pub admin_addr: SocketAddr,
    service: Listening,
    admin: Listening,
}

/// Starts an identity provider.
///
/// # Errors
/// More people than it can know, an unfit TLS file, or an address in use.
pub async fn start(settings: IdentitySettings) -> Result<RunningIdentity, SimError> {
    if settings.people.len() > register::MOST_PEOPLE {
        return Err(SimError::Setting {
            field: "people",
            why: "at most 10,000".to_owned(),
        });
    }
    if !settings.admin_addr.ip().is_loopback() {
        return Err(SimError::Setting {
            field: "admin_addr",
            why: "a loopback address".to_owned(),
        });
    }
    let acceptor = settings.tls.as_ref().map(tls::acceptor).transpose()?;
    let provider = Arc::new(Provider::new(settings.people));
    let service = Listening::start(settings.addr, acceptor, http::router(provider.clone())).await?;
    let admin = Listening::start(settings.admin_addr, None, http::admin_router(provider)).await?;
    let (addr, admin_addr) = (service.addr, admin.addr);
    tracing::info!(%addr, %admin_addr, "identity_provider_started");
    Ok(RunningIdentity {
        addr,
        admin_addr,
        service,
        admin,
    })
}

impl RunningIdentity {
    /// Stops both listeners; calls in flight have a second to end.
    pub async fn stop(self) {
        self.service.stop().await;
        self.admin.stop().await;
    }
}
