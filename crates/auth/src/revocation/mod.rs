//! Revocation (RFC 7009): a client gives a token back, and the grant behind it ends.

pub mod http;
