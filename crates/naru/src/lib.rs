//! The program: configuration, wiring, the command line, a trial on one machine, the journey as a program, and the
//! benchmark. No rules live here.

pub mod admitted;
pub mod app;
pub mod bench;
pub mod cli;
pub mod client;
pub mod config;
pub mod demo;
mod equipment;
pub mod up;
