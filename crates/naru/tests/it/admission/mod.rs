//! Admission through the real hub.

mod function_test;
mod gates;
