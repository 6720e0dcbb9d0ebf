//! How often directories may ask: each token, and each address from which somebody calls without one.

use std::net::IpAddr;
use std::time::Duration;

use naru_core::{ClientId, ScimTokenId};
use naru_web::{Asker, Hub, RateSettings, Rates};

use crate::AdmissionSettings;

/// Requests without a living token from one address: so many at once, then one in a second.
const FAILURES_BURST: u32 = 20;

/// What directories have asked, in memory, on each node for itself.
#[derive(Debug)]
pub(super) struct Pace(Rates);

impl Pace {
    pub(super) fn new(settings: &AdmissionSettings) -> Self {
        Self(Rates::new(RateSettings {
            client_per_second: settings.scim_per_second,
            client_burst: settings.scim_burst,
            address_per_second: 1,
            address_burst: FAILURES_BURST,
            ..RateSettings::default()
        }))
    }

    /// Lets a token ask.
    pub(super) fn asks(&self, hub: &Hub, token: ScimTokenId) -> Result<(), Duration> {
        self.0.allow(Asker::Client(ClientId::from(token.uuid())), hub.now())
    }

    /// Counts a request without a living token; the time to wait where there were too many.
    pub(super) fn failed(&self, hub: &Hub, address: Option<IpAddr>) -> Result<(), Duration> {
        address.map_or(Ok(()), |from| self.0.allow(Asker::Address(from), hub.now()))
    }
}
