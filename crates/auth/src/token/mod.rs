//! Tokens: a code, a refresh token or a client's own word becomes an access token that hangs off one grant.

pub mod fapi2;
pub mod fapi2_http;
pub mod http;
mod id_token;
pub mod service;
