//! What a fintech asks about the service itself: institutions, limits, counts.

pub mod http;
pub mod jobs;
