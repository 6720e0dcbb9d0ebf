//! Clients: registering them, moving them between states, changing what they may do.

pub mod admission;
pub mod authentication;
pub mod certificate;
pub mod credential;
pub mod http;
pub mod jobs;
mod redirect_uri;
pub mod service;
