//! The keys with which the hub signs: published before use, exchanged while it serves, kept for verifying after.

pub mod http;
pub mod jobs;
pub mod service;
