//! A fintech's client (이용기관): who calls, where it stands, and how much it may move.

use serde::{Deserialize, Serialize};

use crate::{BankCode, ClientId, ClientUseCode, OrganisationId, Scopes, Timestamp, Won, words};

/// Where a client may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// Simulated institutions only; a client certificate is welcome but not demanded.
    TestBed,
    /// Real institutions; every call over mutual TLS (RFC 8705).
    Production,
}
words!(Environment, "client environment", { TestBed = "test_bed", Production = "production" });

/// The wire profile that a client speaks: what it may send, how it proves itself, and how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// KFTC Open Banking v2.0: secret or certificate, token bound to the certificate where one was shown.
    Kftc,
    /// FAPI 2.0 Security Profile: keys alone, and no token that is not bound to one.
    Fapi2,
}
words!(Profile, "wire profile", { Kftc = "kftc", Fapi2 = "fapi2" });

/// Where a client stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientStatus {
    /// Known, but not yet admitted.
    Registered,
    /// Calls are answered.
    Active,
    /// Calls are refused until it is resumed.
    Suspended,
    /// Ended for good.
    Closed,
}
words!(ClientStatus, "client status", {
    Registered = "registered", Active = "active", Suspended = "suspended", Closed = "closed",
});

/// What can happen to a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClientEvent {
    /// Admitted.
    Activate,
    /// Stopped for a reason.
    Suspend,
    /// The reason is gone.
    Resume,
    /// Ended for good.
    Close,
}
words!(ClientEvent, "client event", {
    Activate = "activate", Suspend = "suspend", Resume = "resume", Close = "close",
});

impl ClientStatus {
    /// The state after the event, or `None` where the event cannot happen in this state.
    pub const fn apply(self, event: ClientEvent) -> Option<Self> {
        match (self, event) {
            (Self::Registered, ClientEvent::Activate) | (Self::Suspended, ClientEvent::Resume) => Some(Self::Active),
            (Self::Registered | Self::Active, ClientEvent::Suspend) => Some(Self::Suspended),
            (Self::Registered | Self::Active | Self::Suspended, ClientEvent::Close) => Some(Self::Closed),
            _ => None,
        }
    }
}

/// The direction of a transfer as the fintech's limits count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From a person to the fintech (출금이체).
    Withdraw,
    /// From the fintech to a payee (입금이체).
    Deposit,
}
words!(Direction, "direction", { Withdraw = "withdraw", Deposit = "deposit" });

/// What a fintech may move in one direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientLimits {
    /// Per transfer.
    pub transfer_won: Won,
    /// Per day in Seoul.
    pub day_won: Won,
    /// Per calendar month in Seoul.
    pub month_won: Won,
}

/// The account through which a fintech's money goes (약정계좌).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContractAccount {
    /// Where it is held.
    pub bank_code: BankCode,
    /// Its number; sealed at rest.
    pub account_num: String,
    /// In whose name.
    pub holder_name: String,
}

/// A fintech's client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// Also the OAuth `client_id`.
    pub id: ClientId,
    /// The prefix of its `bank_tran_id`s.
    pub client_use_code: ClientUseCode,
    /// As people are shown it.
    pub name: String,
    /// Where it may go.
    pub environment: Environment,
    /// Which wire profile it speaks.
    pub profile: Profile,
    /// Where it stands.
    pub status: ClientStatus,
    /// Since when.
    pub status_since: Timestamp,
    /// Why, in the operator's words; empty where there is nothing to say.
    pub status_reason: String,
    /// What it may ask people for.
    pub scopes: Scopes,
    /// Where answers may be sent, compared character by character.
    pub redirect_uris: Vec<String>,
    /// SHA-256 of its secret; test bed only.
    pub secret_sha256: Option<Vec<u8>>,
    /// SHA-256 of its certificate (DER).
    pub certificate_sha256: Option<Vec<u8>>,
    /// Where its money goes.
    pub contract_account: ContractAccount,
    /// How much it may take from people.
    pub withdraw_limits: ClientLimits,
    /// How much it may pay out.
    pub deposit_limits: ClientLimits,
    /// The organisation that stands behind it; `None` for a client of the test bed that nobody signed up.
    pub organisation_id: Option<OrganisationId>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// Counts every change.
    pub version: i64,
}

impl Client {
    /// The limits of one direction.
    pub const fn limits(&self, direction: Direction) -> &ClientLimits {
        match direction {
            Direction::Withdraw => &self.withdraw_limits,
            Direction::Deposit => &self.deposit_limits,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ClientEvent::{Activate, Close, Resume, Suspend};
    use ClientStatus::{Active, Closed, Registered, Suspended};

    #[test]
    fn every_client_state_and_event() {
        let table = [
            (Registered, [Some(Active), Some(Suspended), None, Some(Closed)]),
            (Active, [None, Some(Suspended), None, Some(Closed)]),
            (Suspended, [None, None, Some(Active), Some(Closed)]),
            (Closed, [None, None, None, None]),
        ];
        assert_eq!(table.len(), ClientStatus::ALL.len());
        for (state, after) in table {
            for (event, expected) in [Activate, Suspend, Resume, Close].into_iter().zip(after) {
                assert_eq!(state.apply(event), expected, "{state} × {event}");
            }
        }
    }
}
