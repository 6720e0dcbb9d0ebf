//! SCIM 2.0 (RFC 7643, RFC 7644): an organisation's directory tells the hub about its people.
//!
//! A token selects the organisation; nobody else's people can be seen or named. A person whom a directory makes known
//! can sign in with nothing before an administrator invites them; one whom it deactivates or removes holds nothing any
//! more when the answer leaves.

mod directory;
mod discovery;
mod error;
mod filter;
mod filter_reader;
mod http;
mod moment;
mod pace;
mod patch;
mod query;
mod schema;
mod service;
mod user;
mod value;

pub use error::ScimError;
pub use http::routes;
