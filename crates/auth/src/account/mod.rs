//! Registered accounts: listing them, naming them, ending a consent.

pub mod http;
