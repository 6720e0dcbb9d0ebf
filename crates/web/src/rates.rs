//! How often somebody may ask: per address, per client, per account. A leaky bucket each (GCRA), bounded in number.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use naru_core::{ClientId, SECOND, Timestamp};
use naru_crypto::sha256;
use serde::{Deserialize, Serialize};

/// Buckets of one kind at most, 24 bytes each. Full, those that have run dry are forgotten; else strangers wait.
const BUCKETS_MAX: usize = 200_000;

/// What is allowed; 0 a second or an hour switches a limit off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RateSettings {
    /// Requests a second from one address to whatever needs no access token.
    pub address_per_second: u32,
    /// How many of those may come at once.
    pub address_burst: u32,
    /// Requests a second of one client.
    pub client_per_second: u32,
    /// How many of those may come at once.
    pub client_burst: u32,
    /// Attempts to sign in to one account in an hour.
    pub account_per_hour: u32,
    /// How many of those may come at once.
    pub account_burst: u32,
}

impl Default for RateSettings {
    fn default() -> Self {
        Self {
            address_per_second: 50,
            address_burst: 200,
            client_per_second: 2_000,
            client_burst: 4_000,
            account_per_hour: 20,
            account_burst: 5,
        }
    }
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub enum Asker<'a> {
    /// Somebody at an address. Of a version 6 address the first 64 bits count: one subscriber has them all.
    Address(IpAddr),
    /// A client that proved itself.
    Client(ClientId),
    /// Whoever wants to be this person, such as by a phone number; only a digest is kept.
    Account(&'a str),
}

/// The buckets. Everything is kept in memory, on each node for itself.
#[derive(Debug)]
pub struct Rates {
    settings: RateSettings,
    /// One set for each kind of asker: strangers at many addresses take no room from clients.
    addresses: Buckets,
    clients: Buckets,
    accounts: Buckets,
    most: usize,
}

/// When each bucket is empty again.
type Buckets = Mutex<HashMap<[u8; 16], Timestamp>>;

impl Rates {
    /// Empty buckets.
    pub fn new(settings: RateSettings) -> Self {
        Self {
            settings,
            addresses: Mutex::default(),
            clients: Mutex::default(),
            accounts: Mutex::default(),
            most: BUCKETS_MAX,
        }
    }

    /// Lets a request in, or says how long to wait.
    ///
    /// # Errors
    /// The time after which the next one would be let in, at least a second.
    pub fn allow(&self, asker: Asker<'_>, now: Timestamp) -> Result<(), Duration> {
        let s = &self.settings;
        let (buckets, count, span_us, burst) = match asker {
            Asker::Address(_) => (&self.addresses, s.address_per_second, SECOND, s.address_burst),
            Asker::Client(_) => (&self.clients, s.client_per_second, SECOND, s.client_burst),
            Asker::Account(_) => (&self.accounts, s.account_per_hour, 3_600 * SECOND, s.account_burst),
        };
        if count == 0 {
            return Ok(());
        }
        let step = span_us / i64::from(count);
        let depth = step.saturating_mul(i64::from(burst.max(1)));
        let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(asker);
        if buckets.len() >= self.most && !buckets.contains_key(&key) {
            buckets.retain(|_, empty_at| *empty_at > now);
            if buckets.len() >= self.most {
                return Err(Duration::from_secs(1));
            }
        }
        let empty_at = buckets.get(&key).copied().unwrap_or(now).max(now);
        let after = Timestamp(empty_at.0.saturating_add(step));
        let over = after.micros_since(now) - depth;
        if over > 0 {
            return Err(Duration::from_micros(over.unsigned_abs()).max(Duration::from_secs(1)));
        }
        buckets.insert(key, after);
        Ok(())
    }
}

fn key(asker: Asker<'_>) -> [u8; 16] {
    let text = match asker {
        Asker::Address(IpAddr::V4(address)) => format!("address:{address}"),
        Asker::Address(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => format!("address:{address}"),
            None => format!("address:{:?}", address.segments().get(..4)),
        },
        Asker::Client(id) => format!("client:{id}"),
        Asker::Account(account) => format!("account:{account}"),
    };
    let digest = sha256(text.as_bytes());
    std::array::from_fn(|i| digest[i])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(most: usize) -> Rates {
        let settings = RateSettings {
            address_per_second: 2,
            address_burst: 3,
            account_per_hour: 6,
            account_burst: 1,
            client_per_second: 0,
            client_burst: 0,
        };
        Rates {
            most,
            ..Rates::new(settings)
        }
    }

    fn at(millis: i64) -> Timestamp {
        Timestamp(1_000 * SECOND + millis * 1_000)
    }

    fn of(text: &str) -> Asker<'static> {
        Asker::Address(text.parse().unwrap())
    }

    #[test]
    fn a_burst_passes_and_then_the_pace_holds() {
        let rates = rates(100);
        for _ in 0..3 {
            assert!(rates.allow(of("192.0.2.1"), at(0)).is_ok());
        }
        assert_eq!(rates.allow(of("192.0.2.1"), at(0)), Err(Duration::from_secs(1)));
        assert!(
            rates.allow(of("192.0.2.2"), at(0)).is_ok(),
            "another address has its own bucket"
        );
        assert!(rates.allow(of("192.0.2.1"), at(500)).is_ok());
        assert!(rates.allow(of("192.0.2.1"), at(500)).is_err());
        assert!(
            rates.allow(of("::ffff:192.0.2.1"), at(500)).is_err(),
            "the same address, written as version 6"
        );
    }

    #[test]
    fn one_subscriber_of_version_6_is_one_address() {
        let rates = rates(100);
        for host in 1..=3 {
            assert!(rates.allow(of(&format!("2001:db8::{host}")), at(0)).is_ok());
        }
        assert!(rates.allow(of("2001:db8::4"), at(0)).is_err());
        assert!(rates.allow(of("2001:db8:0:1::4"), at(0)).is_ok());
    }

    #[test]
    fn accounts_count_by_the_hour_and_zero_is_no_limit() {
        let rates = rates(100);
        let account = Asker::Account("01012345678");
        assert!(rates.allow(account, at(0)).is_ok());
        assert_eq!(rates.allow(account, at(0)), Err(Duration::from_secs(600)));
        assert!(rates.allow(account, at(600_000)).is_ok());
        let client = Asker::Client(ClientId::new(at(0), &naru_core::Chance::seeded(1)));
        assert!((0..10_000).all(|_| rates.allow(client, at(0)).is_ok()));
    }

    #[test]
    fn when_there_is_no_room_strangers_wait_and_the_dry_are_forgotten() {
        let rates = rates(2);
        assert!(rates.allow(of("192.0.2.1"), at(0)).is_ok());
        assert!(rates.allow(of("192.0.2.2"), at(0)).is_ok());
        assert!(rates.allow(of("192.0.2.3"), at(0)).is_err());
        assert!(rates.allow(of("192.0.2.1"), at(0)).is_ok(), "who is known goes on");
        assert!(rates.allow(of("192.0.2.3"), at(5_000)).is_ok());
    }
}
