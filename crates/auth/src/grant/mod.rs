//! Grants: listing and ending what people allowed.

pub mod http;
pub mod service;
