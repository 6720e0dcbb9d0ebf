//! Where answers may be sent: over TLS, or to the machine that asks (RFC 9700 4.1.3, RFC 8252 7.3).

/// Whether an address may be registered.
pub(super) fn is_redirect_uri(uri: &str) -> bool {
    let plain = uri.len() <= 500 && uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains(['#', '\\']);
    let Some((scheme, rest)) = uri.split_once("://").filter(|_| plain) else {
        return false;
    };
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => host,
        _ => authority,
    };
    // A name before the host, or what looks like a port and is none, hides where the answer would go.
    if host.is_empty() || host.contains('@') || host.contains(':') && !(host.starts_with('[') && host.ends_with(']')) {
        return false;
    }
    scheme == "https" || scheme == "http" && matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirect_uris_are_https_or_on_this_machine() {
        for good in [
            "https://app.example/cb",
            "http://localhost:3000/cb",
            "http://127.0.0.1/cb",
            "http://[::1]:8080/cb?x=1",
            "https://app.example:8443/cb?tenant=1",
        ] {
            assert!(is_redirect_uri(good), "{good}");
        }
        let bad = [
            "http://app.example/cb",
            "http://localhost.evil.example/",
            "https://a/#f",
            "https://",
            "app:/cb",
            "https://a b",
            "https:///cb",
            "https://app.example@evil.example/",
            "http://localhost:x@evil.example/",
            "http://localhost:80:80/",
            "http://127.0.0.1\\@evil.example/",
            "HTTP://app.example/",
        ];
        for bad in bad {
            assert!(!is_redirect_uri(bad), "{bad}");
        }
    }
}
