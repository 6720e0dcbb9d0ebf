//! Tokens: a code, a refresh token or a client's own word becomes an access token that hangs off one grant.

pub mod http;
pub mod service;
