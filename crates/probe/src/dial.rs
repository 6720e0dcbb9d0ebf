//! Connections: to an address that was checked, and over TLS as the name that was registered.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::ClientConfig;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::fault::Fault;
use crate::look::Look;
use crate::observation::bounded;
use crate::target::Target;

/// Most characters of somebody else's error.
const REASON_CHARS: usize = 200;

/// Connects to the first of the checked addresses that answers.
pub(crate) async fn connect(look: &Look<'_>, addresses: &[SocketAddr]) -> Result<(TcpStream, SocketAddr), Fault> {
    let mut last = Fault::NoConnection("no address".to_owned());
    for address in addresses {
        let dialled = look.step(async {
            TcpStream::connect(address)
                .await
                .map_err(|why| Fault::NoConnection(why.kind().to_string()))
        });
        match dialled.await {
            Ok(stream) => return Ok((stream, *address)),
            Err(fault) => last = fault,
        }
    }
    Err(last)
}

/// The TLS handshake as a client.
pub(crate) async fn secure(
    look: &Look<'_>,
    target: &Target,
    stream: TcpStream,
    config: ClientConfig,
) -> Result<TlsStream<TcpStream>, Fault> {
    let connector = TlsConnector::from(Arc::new(config));
    look.step(async {
        connector
            .connect(target.server_name(), stream)
            .await
            .map_err(|why| tls_fault(&why))
    })
    .await
}

/// The TLS error inside an input/output error.
pub(crate) fn tls_error(why: &io::Error) -> Option<&rustls::Error> {
    why.get_ref()?.downcast_ref()
}

pub(crate) fn tls_fault(why: &io::Error) -> Fault {
    match tls_error(why) {
        Some(untrusted @ rustls::Error::InvalidCertificate(_)) => {
            Fault::NotTrusted(bounded(&untrusted.to_string(), REASON_CHARS))
        }
        Some(other) => Fault::NoTls(bounded(&other.to_string(), REASON_CHARS)),
        None => Fault::NoTls(why.kind().to_string()),
    }
}
