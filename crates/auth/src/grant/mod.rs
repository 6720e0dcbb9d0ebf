//! Grants: listing and ending what people allowed.

pub mod service;
