//! Why a look could not be taken. None of it says anything about the endpoint.

use std::net::IpAddr;

/// Why a look could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The name has no address, or the resolver did not answer.
    #[error("the name `{0}` could not be resolved")]
    NoAddress(String),
    /// An address of the name is not one that may be looked at.
    #[error("`{0}` is no address that may be looked at")]
    RefusedAddress(IpAddr),
    /// The port is one of another service.
    #[error("port {0} may not be looked at")]
    RefusedPort(u16),
    /// A redirect led to an address that is no target.
    #[error("a redirect leads to what may not be looked at: {0}")]
    RefusedRedirect(String),
    /// No connection came about.
    #[error("no connection: {0}")]
    NoConnection(String),
    /// The time for the look, or for one step of it, ran out.
    #[error("no answer in time")]
    TimedOut,
    /// The connection stands, but TLS did not come about.
    #[error("no TLS connection: {0}")]
    NoTls(String),
    /// The server could not show that it is the target.
    #[error("the server did not show that it is the target: {0}")]
    NotTrusted(String),
    /// No certificate authority is trusted, so that nobody can be the target.
    #[error("no roots are given to trust")]
    NoRoots,
    /// What came back is no HTTP answer, or more than the bounds allow.
    #[error("no HTTP answer: {0}")]
    NoHttp(String),
    /// The body is longer than the bound.
    #[error("the body is longer than {0} bytes")]
    TooLong(usize),
}

impl Fault {
    /// The fixed word of the reason, kept in the raw facts.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::NoAddress(_) => "no-address",
            Self::RefusedAddress(_) => "refused-address",
            Self::RefusedPort(_) => "refused-port",
            Self::RefusedRedirect(_) => "refused-redirect",
            Self::NoConnection(_) => "no-connection",
            Self::TimedOut => "timed-out",
            Self::NoTls(_) => "no-tls",
            Self::NotTrusted(_) => "not-trusted",
            Self::NoRoots => "no-roots",
            Self::NoHttp(_) => "no-http",
            Self::TooLong(_) => "too-long",
        }
    }
}
