//! Clients: registering them, moving them between states, changing what they may do.

pub mod service;
