//! A grant: what a person (or, two-legged, nobody) allowed a client. Every token hangs off one grant, and ending
//! the grant ends them all.

use std::fmt;

use crate::{ClientId, GrantId, PersonId, Timestamp, UnknownWord, words};

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scope {
    /// Who the person is and which accounts are registered.
    Login,
    /// Balances and transactions.
    Inquiry,
    /// Withdrawals.
    Transfer,
    /// Calls without a person: deposits, name checks, management.
    Oob,
    /// Own authentication of the person, an entitlement.
    Sa,
    /// An ID token and user information (OpenID Connect Core 3.1.2.1); FAPI 2.0 profile.
    OpenId,
    /// To look at a grant through the API; FAPI 2.0 profile.
    GrantQuery,
    /// To end a grant through the API; FAPI 2.0 profile.
    GrantRevoke,
}
words!(Scope, "scope", {
    Login = "login",
    Inquiry = "inquiry",
    Transfer = "transfer",
    Oob = "oob",
    Sa = "sa",
    OpenId = "openid",
    GrantQuery = "grant_management_query",
    GrantRevoke = "grant_management_revoke",
});

impl Scope {
    /// Whether a person can grant it.
    pub const fn is_of_people(self) -> bool {
        !matches!(self, Self::Oob | Self::Sa)
    }

    /// Whether a client has it by itself, without a person.
    pub const fn is_two_legged(self) -> bool {
        matches!(self, Self::Oob | Self::GrantQuery | Self::GrantRevoke)
    }

    /// Whether only clients of the FAPI 2.0 profile know it.
    pub const fn is_fapi2(self) -> bool {
        matches!(self, Self::OpenId | Self::GrantQuery | Self::GrantRevoke)
    }
}

/// A set of scopes, kept in a fixed order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scopes(Vec<Scope>);

impl Scopes {
    /// A set of these.
    pub fn of(scopes: &[Scope]) -> Self {
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        Self(scopes)
    }

    /// The set written with spaces (commas and `+` are tolerated), as OAuth writes it.
    pub fn parse(text: &str) -> Result<Self, UnknownWord> {
        let words = text.split([' ', ',', '+', '|']).filter(|word| !word.is_empty());
        let scopes = words.map(Scope::parse).collect::<Result<Vec<_>, _>>()?;
        Ok(Self::of(&scopes))
    }

    /// Whether the scope is in the set.
    pub fn has(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// Whether every scope of `other` is in this set.
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|scope| self.has(*scope))
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The scopes, in order.
    pub fn iter(&self) -> impl Iterator<Item = Scope> + '_ {
        self.0.iter().copied()
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, scope) in self.0.iter().enumerate() {
            write!(f, "{}{scope}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// Who ended a grant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokedBy {
    /// The person.
    Person,
    /// The fintech, on the person's behalf or because the person left.
    Client,
    /// The operator.
    Operator,
}
words!(RevokedBy, "revoker", { Person = "person", Client = "client", Operator = "operator" });

/// Where a grant stands at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GrantState {
    /// Usable.
    Active,
    /// Its time has run out.
    Expired,
    /// Somebody ended it.
    Revoked {
        /// Who.
        by: RevokedBy,
        /// When.
        at: Timestamp,
    },
}

/// What was granted, to whom, by whom, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: GrantId,
    /// Who received it.
    pub client_id: ClientId,
    /// Who gave it; `None` for a two-legged grant.
    pub person_id: Option<PersonId>,
    /// For what.
    pub scopes: Scopes,
    /// Since when.
    pub created_at: Timestamp,
    /// Until when.
    pub expires_at: Timestamp,
    /// Whether, when and by whom it was ended.
    pub revoked: Option<(RevokedBy, Timestamp)>,
    /// Its last use, at most a second behind.
    pub last_used_at: Option<Timestamp>,
}

impl Grant {
    /// Where the grant stands at `now`. Revocation outlives expiry: what somebody ended stays ended by them.
    pub fn state(&self, now: Timestamp) -> GrantState {
        match self.revoked {
            Some((by, at)) => GrantState::Revoked { by, at },
            None if now >= self.expires_at => GrantState::Expired,
            None => GrantState::Active,
        }
    }

    /// The grant after somebody ended it; `None` where it was ended before.
    pub fn revoke(mut self, by: RevokedBy, now: Timestamp) -> Option<Self> {
        if self.revoked.is_some() {
            return None;
        }
        self.revoked = Some((by, now));
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chance;

    fn grant() -> Grant {
        let chance = Chance::seeded(1);
        Grant {
            id: GrantId::new(&chance),
            client_id: ClientId::new(Timestamp(0), &chance),
            person_id: None,
            scopes: Scopes::of(&[Scope::Oob]),
            created_at: Timestamp(0),
            expires_at: Timestamp(100),
            revoked: None,
            last_used_at: None,
        }
    }

    #[test]
    fn every_grant_state_and_event() {
        let revoked = GrantState::Revoked {
            by: RevokedBy::Person,
            at: Timestamp(50),
        };
        assert_eq!(grant().state(Timestamp(99)), GrantState::Active);
        assert_eq!(
            grant().state(Timestamp(100)),
            GrantState::Expired,
            "the end is not included"
        );
        let ended = grant()
            .revoke(RevokedBy::Person, Timestamp(50))
            .expect("an active grant can be ended");
        assert_eq!(ended.state(Timestamp(60)), revoked);
        assert_eq!(
            ended.state(Timestamp(200)),
            revoked,
            "an ended grant does not turn into an expired one"
        );
        assert_eq!(ended.revoke(RevokedBy::Operator, Timestamp(60)), None, "it ends once");
        assert!(
            grant().revoke(RevokedBy::Client, Timestamp(150)).is_some(),
            "an expired grant can still be ended"
        );
    }

    #[test]
    fn scopes_read_in_any_order_and_write_in_one() {
        assert_eq!(
            Scopes::parse("transfer login inquiry").unwrap().to_string(),
            "login inquiry transfer"
        );
        assert_eq!(Scopes::parse("login  login").unwrap(), Scopes::of(&[Scope::Login]));
        assert!(Scopes::parse("login everything").is_err());
        let all = Scopes::parse("login inquiry").unwrap();
        assert!(all.covers(&Scopes::of(&[Scope::Inquiry])));
        assert!(!all.covers(&Scopes::of(&[Scope::Inquiry, Scope::Transfer])));
    }
}
