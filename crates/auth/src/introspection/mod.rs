//! Introspection (RFC 7662): what a token is, told to those whom it concerns; signed on request (RFC 9701).

pub mod http;
