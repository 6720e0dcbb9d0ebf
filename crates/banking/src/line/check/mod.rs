//! The conformance check of a line: plays the hub, right and wrong, against an institution and reports what held.
//!
//! It reads the institution's answers for itself and more strictly than [`super::HttpLine`] does, because what the
//! hub forgives an institution should still hear of. On the account given it moves a few won and moves them back;
//! nothing else may move money there meanwhile. What it reports are codes and counts, never names or numbers.

mod client;
mod form;
mod inquiries;
mod orders;
mod paging;
mod report;
mod seen;
mod session;
mod transport;

use std::time::Duration;

use naru_core::{Chance, Clock};

use super::tls::LineTls;
use client::Door;
pub use report::{CaseResult, CheckCase, CheckReport};
use report::{Miss, Script};
use session::Session;

/// What to check, and with what.
#[derive(Clone)]
pub struct CheckSettings {
    /// Base address of the line, such as `https://bank.example:7443`.
    pub url: String,
    /// The authority to trust and the hub's certificate; needed with `https`.
    pub tls: Option<LineTls>,
    /// An open test account without safety block, 10 to 14 digits, that nobody else uses during the check.
    pub account_num: String,
    /// The linking value of the person who holds it; without one, the list of accounts is not checked.
    pub linking_value: Option<String>,
    /// The holder's type and number as the protocol has them, such as a space and `920314`; without, a match of the
    /// holder is not checked.
    pub holder: Option<(String, String)>,
    /// How long each answer is waited for.
    pub patience: Duration,
    /// How long the slow client takes to send its request; shorter than `patience`.
    pub slowness: Duration,
    /// For the range of days in which movements are looked for.
    pub clock: Clock,
    /// For references that were never used before.
    pub chance: Chance,
}

impl CheckSettings {
    /// The least that is needed; ten seconds of patience, two of slowness.
    pub fn new(url: &str, account_num: &str, clock: Clock, chance: Chance) -> Self {
        Self {
            url: url.to_owned(),
            tls: None,
            account_num: account_num.to_owned(),
            linking_value: None,
            holder: None,
            patience: Duration::from_secs(10),
            slowness: Duration::from_secs(2),
            clock,
            chance,
        }
    }
}

impl std::fmt::Debug for CheckSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CheckSettings({})", self.url)
    }
}

/// Plays every case and reports. Takes some seconds; a line that does not answer at all ends it early.
pub async fn check(settings: CheckSettings) -> CheckReport {
    let mut script = Script::default();
    let door = Door::try_new(&settings.url, settings.tls.clone(), settings.patience);
    let session = match door {
        Ok(door) => Session::new(door, settings),
        Err(why) => {
            let refused = async { Err(Miss::Broken(why)) };
            script.play("address", "an address that can be called", refused).await;
            return script.report();
        }
    };
    let status = inquiries::status(&session);
    if !script.play("status", "code 000, state open", status).await {
        return script.report();
    }
    let began = session.balance().await;
    inquiries::play(&mut script, &session).await;
    orders::play(&mut script, &session).await;
    paging::play(&mut script, &session).await;
    form::play(&mut script, &session).await;
    transport::play(&mut script, &session).await;
    let unchanged = async {
        let (began, ended) = (began?, session.balance().await?);
        if began == ended {
            Ok("the same balance".to_owned())
        } else {
            Err(Miss::Broken(format!(
                "the balance differs by {} won",
                ended.saturating_sub(began)
            )))
        }
    };
    script
        .play("net-zero", "the account ends with the balance it began with", unchanged)
        .await;
    script.report()
}
