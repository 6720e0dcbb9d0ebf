//! The pages of the hub: templates, words and looks, one module per audience.
//!
//! A page is a view (what it shows, plain values) and a pure function from that view to HTML. Nothing here decides:
//! what is shown, allowed or asked was settled by the features before a view is made.

mod asset;
mod chain;
mod design;
mod fintech;
pub mod inspector;
pub mod member;
mod message;
mod operator;
mod page;
mod pages;
pub mod person;
mod script;
mod staff;
mod supervisor;
mod template;
mod wording;

pub use asset::{Asset, CONTENT_SECURITY_POLICY, SCRIPTED_SECURITY_POLICY};
pub use chain::{BrokenView, ChainView, FactView, LinkView, Phrasebook};
pub use page::{Frame, Newcomer, PageError, PersonFrame, StaffFrame, StaffWay, Theme, WayWord};
pub use pages::{Pages, routes};
