//! Promises over the route table: what is open is open on purpose, what writes is traced, what is called is recorded.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod records;
mod staff;
mod staff_routes;
mod table;
