//! A registration (등록계좌): one account of a person, as one fintech knows it, with the consents the person gave for it.

use serde::{Deserialize, Serialize};

use crate::{AccountId, BankCode, ClientId, FintechUseNum, PersonId, Timestamp};

/// An account as its institution describes it. Sealed at rest, never logged.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Who holds it.
    pub bank_code: BankCode,
    /// Its number.
    pub account_num: String,
    /// The number's sequence; empty where there is none.
    pub account_seq: String,
    /// The holder's name.
    pub holder_name: String,
    /// `P` person, `C` company.
    pub holder_type: String,
    /// `1` demand, `2` savings, `6` securities.
    pub account_type: String,
    /// The product's name.
    pub product_name: String,
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Account({}, sealed)", self.bank_code)
    }
}

/// One consent for one account: inquiry or transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consent {
    /// When the person agreed; `None` if never.
    pub agreed_at: Option<Timestamp>,
    /// Until when it holds.
    pub until: Option<Timestamp>,
    /// When it was ended before its time.
    pub ended_at: Option<Timestamp>,
}

/// Where a consent stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsentState {
    /// Never given.
    Missing,
    /// Usable.
    Alive,
    /// Its time has run out.
    Expired(Timestamp),
    /// Ended by the person or the fintech.
    Ended(Timestamp),
}

impl Consent {
    /// Where the consent stands at `now`.
    pub fn state(&self, now: Timestamp) -> ConsentState {
        match (self.agreed_at, self.ended_at, self.until) {
            (None, ..) => ConsentState::Missing,
            (Some(_), Some(ended), _) => ConsentState::Ended(ended),
            (Some(_), None, Some(until)) if now >= until => ConsentState::Expired(until),
            (Some(_), None, _) => ConsentState::Alive,
        }
    }

    /// Whether the consent can be used at `now`.
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.state(now) == ConsentState::Alive
    }
}

/// One account at one fintech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// As the fintech knows the account.
    pub fintech_use_num: FintechUseNum,
    /// The fintech.
    pub client_id: ClientId,
    /// Whose account.
    pub person_id: PersonId,
    /// Which account.
    pub account_id: AccountId,
    /// What the institution says of it.
    pub account: Account,
    /// The fintech's or the person's own name for it; may be empty.
    pub alias: String,
    /// Consent to look.
    pub inquiry: Consent,
    /// Consent to withdraw.
    pub transfer: Consent,
    /// When it was first registered.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_consent_state() {
        let at = |t| Some(Timestamp(t));
        let never = Consent::default();
        let open = Consent {
            agreed_at: at(1),
            until: None,
            ended_at: None,
        };
        let dated = Consent {
            agreed_at: at(1),
            until: at(10),
            ended_at: None,
        };
        let ended = Consent {
            agreed_at: at(1),
            until: at(10),
            ended_at: at(5),
        };
        assert_eq!(never.state(Timestamp(5)), ConsentState::Missing);
        assert_eq!(open.state(Timestamp(i64::MAX)), ConsentState::Alive);
        assert_eq!(dated.state(Timestamp(9)), ConsentState::Alive);
        assert_eq!(dated.state(Timestamp(10)), ConsentState::Expired(Timestamp(10)));
        assert_eq!(
            ended.state(Timestamp(20)),
            ConsentState::Ended(Timestamp(5)),
            "ended outlives expired"
        );
    }
}
