//! An address that may be looked at: https, a name, no user, no fragment.
//!
//! What looks like a number is an IP address here, as in browsers (WHATWG URL 3.5): `0x7f.1` and `2130706433` are
//! loopback to many resolvers and must not pass as names.

use std::fmt;
use std::net::IpAddr;

use http::Uri;
use rustls::pki_types::ServerName;

/// Most bytes of an address.
const URL_BYTES: usize = 2_000;

/// The first port that is not reserved to the services of the system (RFC 6335 6).
const LOW_PORTS: u16 = 1_024;

/// Why a text is no target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Longer than 2,000 bytes.
    #[error("the address is longer than {URL_BYTES} bytes")]
    TooLong,
    /// No absolute URL (RFC 3986), or not in ASCII; a Korean name is written as its A-label (RFC 5891).
    #[error("not an absolute URL in ASCII")]
    NoUrl,
    /// Another scheme than https.
    #[error("the scheme is not https")]
    Scheme,
    /// A user name or password stands before the host.
    #[error("an address with a user name is not looked at")]
    UserInfo,
    /// A fragment follows.
    #[error("an address with a fragment is not looked at")]
    Fragment,
    /// The host is an IP address, in whatever notation, and these are not allowed.
    #[error("the host is an IP address and no name")]
    IpLiteral,
    /// The host is no name of the DNS.
    #[error("the host is no name")]
    Host,
    /// The port is 0 or no port.
    #[error("the port is no port")]
    Port,
}

/// A checked https address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    host: String,
    port: u16,
    path: String,
}

impl Target {
    /// Reads an address. IP literals are refused unless `ip_literals`.
    pub fn parse(text: &str, ip_literals: bool) -> Result<Self, TargetError> {
        if text.len() > URL_BYTES {
            return Err(TargetError::TooLong);
        }
        if text.contains('#') {
            return Err(TargetError::Fragment);
        }
        let uri: Uri = text.parse().map_err(|_| TargetError::NoUrl)?;
        match uri.scheme_str() {
            Some("https") => {}
            Some(_) => return Err(TargetError::Scheme),
            None => return Err(TargetError::NoUrl),
        }
        let authority = uri.authority().ok_or(TargetError::NoUrl)?;
        if authority.as_str().contains('@') {
            return Err(TargetError::UserInfo);
        }
        // The library passes over a port that is none; here it is refused.
        let port = match authority.as_str().strip_prefix(authority.host()) {
            Some("") => 443,
            after => port_of(after).ok_or(TargetError::Port)?,
        };
        let host = host_of(authority.host(), ip_literals)?;
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let path = if path.starts_with('/') {
            path.to_owned()
        } else {
            format!("/{path}")
        };
        Ok(Self { host, port, path })
    }

    /// The name, in lower case; an IPv6 literal without brackets.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port, 443 unless another one stands in the address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether the port is one of these, or one that needs no privilege: other services of a host are not looked at.
    pub fn is_at_port_of(&self, low_ports: &[u16]) -> bool {
        self.port >= LOW_PORTS || low_ports.contains(&self.port)
    }

    /// Path and query, from the first slash.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The address as an IP literal, where it is one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }

    /// The name the certificate must bear.
    pub(crate) fn server_name(&self) -> ServerName<'static> {
        ServerName::try_from(self.host.clone()).expect("`parse` checked the name")
    }

    /// Host and port as in the Host field (RFC 9110 7.2).
    pub(crate) fn authority(&self) -> String {
        let host = if self.host.contains(':') {
            format!("[{}]", self.host)
        } else {
            self.host.clone()
        };
        if self.port == 443 {
            host
        } else {
            format!("{host}:{}", self.port)
        }
    }

    /// Where a `Location` leads from here (RFC 9110 10.2.2), not yet checked. Its fragment is left away: it is never
    /// sent; what is not in ASCII is written in octets, as browsers do.
    pub(crate) fn resolve(&self, location: &str) -> String {
        let location = in_ascii(location.split('#').next().unwrap_or_default().trim());
        let location = location.as_str();
        let path = self.path.split('?').next().unwrap_or_default();
        if has_scheme(location) {
            location.to_owned()
        } else if location.starts_with("//") {
            format!("https:{location}")
        } else if location.starts_with('/') {
            format!("https://{}{location}", self.authority())
        } else if location.starts_with('?') {
            format!("https://{}{path}{location}", self.authority())
        } else {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            format!("https://{}{folder}/{location}", self.authority())
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "https://{}{}", self.authority(), self.path)
    }
}

fn in_ascii(location: &str) -> String {
    use fmt::Write;
    location
        .bytes()
        .fold(String::with_capacity(location.len()), |mut text, byte| {
            if byte.is_ascii_graphic() {
                text.push(char::from(byte));
            } else {
                write!(text, "%{byte:02X}").expect("a string takes every write");
            }
            text
        })
}

fn has_scheme(location: &str) -> bool {
    let before = location.split(['/', '?']).next().unwrap_or_default();
    before.contains(':')
}

fn port_of(after: Option<&str>) -> Option<u16> {
    let digits = after?.strip_prefix(':')?;
    digits
        .parse()
        .ok()
        .filter(|port| *port != 0 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn host_of(host: &str, ip_literals: bool) -> Result<String, TargetError> {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
    if host.parse::<IpAddr>().is_ok() {
        return if ip_literals {
            Ok(host)
        } else {
            Err(TargetError::IpLiteral)
        };
    }
    let last = host.rsplit('.').next().unwrap_or_default();
    if host.contains(':') || last.starts_with("0x") || (!last.is_empty() && last.bytes().all(|b| b.is_ascii_digit())) {
        return Err(TargetError::IpLiteral);
    }
    match ServerName::try_from(host.as_str()) {
        Ok(ServerName::DnsName(_)) if !host.ends_with('.') => Ok(host),
        _ => Err(TargetError::Host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_https_with_a_name() {
        let target = Target::parse("https://Bank.Example:8443/a/b?c=1", false).unwrap();
        assert_eq!(
            (target.host(), target.port(), target.path()),
            ("bank.example", 8443, "/a/b?c=1")
        );
        assert_eq!(target.to_string(), "https://bank.example:8443/a/b?c=1");
        assert_eq!(
            Target::parse("https://bank.example", false).unwrap().to_string(),
            "https://bank.example/"
        );
        assert_eq!(
            Target::parse("https://bank.example?a=1", false).unwrap().path(),
            "/?a=1"
        );
    }

    #[test]
    fn what_is_no_target_is_refused_with_its_reason() {
        let cases = [
            ("http://bank.example/", TargetError::Scheme),
            ("ftp://bank.example/", TargetError::Scheme),
            ("/only/a/path", TargetError::NoUrl),
            ("https:bank.example", TargetError::NoUrl),
            ("https://은행.example/", TargetError::NoUrl),
            ("https://user@bank.example/", TargetError::UserInfo),
            ("https://user:secret@bank.example/", TargetError::UserInfo),
            ("https://bank.example/#top", TargetError::Fragment),
            ("https://192.0.2.1/", TargetError::IpLiteral),
            ("https://[2001:db8::1]/", TargetError::IpLiteral),
            ("https://2130706433/", TargetError::IpLiteral),
            ("https://0x7f.1/", TargetError::IpLiteral),
            ("https://127.0x1/", TargetError::IpLiteral),
            ("https://bank..example/", TargetError::Host),
            ("https://bank.example./", TargetError::Host),
            ("https://bank.example:0/", TargetError::Port),
            ("https://bank.example:99999/", TargetError::Port),
            ("https://bank.example:/", TargetError::Port),
            ("https://bank.example:+443/", TargetError::Port),
        ];
        for (text, why) in cases {
            assert_eq!(Target::parse(text, false), Err(why), "{text}");
        }
        assert_eq!(
            Target::parse(&format!("https://bank.example/{}", "a".repeat(2_000)), false),
            Err(TargetError::TooLong)
        );
    }

    #[test]
    fn ip_literals_are_allowed_only_when_said_and_only_in_plain_notation() {
        assert_eq!(
            Target::parse("https://[::1]:8443/", true).unwrap().to_string(),
            "https://[::1]:8443/"
        );
        assert!(Target::parse("https://127.0.0.1/", true).unwrap().literal().is_some());
        assert_eq!(Target::parse("https://0x7f.1/", true), Err(TargetError::IpLiteral));
    }

    #[test]
    fn a_location_is_read_from_where_it_was_answered() {
        let target = Target::parse("https://bank.example:8443/a/b?c=1", false).unwrap();
        let cases = [
            ("https://other.example/x#y", "https://other.example/x"),
            ("http://bank.example/", "http://bank.example/"),
            ("//other.example/x", "https://other.example/x"),
            ("/x?at=10:00", "https://bank.example:8443/x?at=10:00"),
            ("x", "https://bank.example:8443/a/x"),
            ("/약관", "https://bank.example:8443/%EC%95%BD%EA%B4%80"),
            ("?d=2", "https://bank.example:8443/a/b?d=2"),
            ("javascript:alert(1)", "javascript:alert(1)"),
        ];
        for (location, whole) in cases {
            assert_eq!(target.resolve(location), whole, "{location}");
        }
    }
}
