//! Inquiries: looking at accounts, with a person's consent or without a person.

pub mod http;
pub mod oob;
