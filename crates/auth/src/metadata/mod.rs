//! What the authorization server says of itself (OpenID Connect Discovery 1.0, RFC 8414).

pub mod http;
