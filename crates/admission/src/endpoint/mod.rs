//! Endpoints: addresses that an organisation agreed to have looked at. Nothing else is ever looked at.

pub mod service;

pub use service::EndpointError;
