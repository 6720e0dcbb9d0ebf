//! Pushed authorization requests (RFC 9126): a client proves itself and says what it wants before the browser comes.

mod check;
pub mod http;
pub mod service;
