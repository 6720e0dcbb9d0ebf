//! The answer to a ClientHello, read as far as it is needed: a ServerHello (a HelloRetryRequest has its form,
//! RFC 8446 4.1.4), or an alert. The rest of the server's flight is left unread.

use tokio::io::{AsyncRead, AsyncReadExt};

/// Most alerts of the warning level that are passed over.
const WARNINGS: usize = 4;
/// Largest record payload that is read (RFC 5246 6.2.3).
const RECORD_BYTES: usize = 16_384 + 2_048;
/// The extension in which a server says TLS 1.3 (RFC 8446 4.2.1).
const SUPPORTED_VERSIONS: u16 = 43;

/// What a server answered to a ClientHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reply {
    /// A version and a suite were taken.
    Taken {
        /// The number of the version.
        version: u16,
        /// The number of the suite.
        suite: u16,
    },
    /// A fatal alert, with its number.
    Alert(u8),
    /// The connection ended without a word.
    Closed,
    /// Something that is no TLS, or longer than the bound.
    Other(&'static str),
}

impl Reply {
    /// Whether the alert speaks of what was offered: no common version, suite or extension. Others may have reasons
    /// that have nothing to do with it.
    pub(crate) fn is_plain_refusal(&self) -> bool {
        // handshake_failure, illegal_parameter, protocol_version, insufficient_security, missing_extension.
        matches!(self, Self::Alert(40 | 47 | 70 | 71 | 109))
    }
}

/// Reads until the answer is known.
pub(crate) async fn read_reply(from: &mut (impl AsyncRead + Unpin), most_bytes: usize) -> Reply {
    let mut message = Vec::new();
    let mut warnings = 0;
    let mut read_bytes = 0;
    loop {
        let mut head = [0; 5];
        if from.read_exact(&mut head).await.is_err() {
            return Reply::Closed;
        }
        let [kind, major, _, high, low] = head;
        let length = usize::from(u16::from_be_bytes([high, low]));
        if !(20..=23).contains(&kind) || major != 3 {
            return Reply::Other("no TLS record");
        }
        read_bytes += length;
        if length > RECORD_BYTES || read_bytes > most_bytes {
            return Reply::Other("a record or an answer that is too long");
        }
        let mut payload = vec![0; length];
        if from.read_exact(&mut payload).await.is_err() {
            return Reply::Closed;
        }
        match (kind, payload.as_slice()) {
            (21, [1, alert]) if *alert != 0 && warnings < WARNINGS => warnings += 1,
            (21, [_, alert]) => return Reply::Alert(*alert),
            (22, part) => {
                message.extend_from_slice(part);
                if let Some(reply) = server_hello(&message) {
                    return reply;
                }
            }
            _ => return Reply::Other("neither a handshake nor an alert"),
        }
    }
}

/// The reply in the octets of a handshake message; none while it is incomplete.
fn server_hello(message: &[u8]) -> Option<Reply> {
    let [kind, high, middle, low, body @ ..] = message else {
        return None;
    };
    if *kind != 2 {
        return Some(Reply::Other("no ServerHello"));
    }
    let length = usize::try_from(u32::from_be_bytes([0, *high, *middle, *low])).unwrap_or(usize::MAX);
    let body = body.get(..length)?;
    Some(parse(body).unwrap_or(Reply::Other("a ServerHello that cannot be read")))
}

fn parse(body: &[u8]) -> Option<Reply> {
    let mut rest = body;
    let mut version = word(&mut rest)?;
    take(&mut rest, 32)?;
    let session = usize::from(*take(&mut rest, 1)?.first()?);
    take(&mut rest, session)?;
    let suite = word(&mut rest)?;
    take(&mut rest, 1)?;
    if !rest.is_empty() {
        let length = usize::from(word(&mut rest)?);
        let mut extensions = take(&mut rest, length)?;
        while !extensions.is_empty() {
            let kind = word(&mut extensions)?;
            let length = usize::from(word(&mut extensions)?);
            let mut content = take(&mut extensions, length)?;
            if kind == SUPPORTED_VERSIONS {
                version = word(&mut content)?;
            }
        }
    }
    Some(Reply::Taken { version, suite })
}

fn take<'a>(from: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(length)?;
    *from = rest;
    Some(taken)
}

fn word(from: &mut &[u8]) -> Option<u16> {
    let taken = take(from, 2)?;
    Some(u16::from_be_bytes(taken.try_into().ok()?))
}

#[cfg(test)]
#[path = "reply_tests.rs"]
mod tests;
