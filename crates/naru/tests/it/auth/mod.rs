//! Who may ask for what: tokens, the consent journey in a browser, a person's own consents, registered accounts.

// Says to clippy that what helps the tests is a test too: a panic is the message.
#![cfg(test)]

mod abuse;
mod account;
mod binding;
mod consents;
mod fapi2;
mod journey;
mod request;
mod token;

use crate::harness::{Bed, Browser, Fintech, query_of};

/// A code of a fresh journey in which a person (0 to 2) agreed to both scopes for all accounts.
async fn code(bed: &Bed, fintech: &Fintech, who: usize) -> String {
    let mut browser = Browser::new(bed);
    let page = browser.reach_consent(fintech, who).await;
    let accounts = page.text().matches("name=\"account\"").count();
    let answer = browser.agree(&page, accounts).await;
    query_of(&answer)["code"].clone()
}
