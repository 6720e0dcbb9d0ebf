//! Limits: how much may be moved, by whom, in which span. They are taken by conditional updates in the commit of the
//! intention and given back in the commit that ends a transfer without money having moved.

use serde::{Deserialize, Serialize};

use crate::{Client, ClientId, Direction, PersonId, Timestamp, Won, words};

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LimitKind {
    /// A fintech's day in one direction.
    ClientDay,
    /// A fintech's month in one direction.
    ClientMonth,
    /// A person's day over all fintechs.
    PersonDay,
}
words!(LimitKind, "limit", { ClientDay = "client_day", ClientMonth = "client_month", PersonDay = "person_day" });

/// What a person may have withdrawn over all fintechs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PersonLimits {
    /// Per transfer.
    pub transfer_won: Won,
    /// Per day in Seoul.
    pub day_won: Won,
    /// Per day during the first three days, in which remittances to persons are refused as well.
    pub first_days_won: Won,
}

impl Default for PersonLimits {
    fn default() -> Self {
        Self {
            transfer_won: Won(10_000_000),
            day_won: Won(10_000_000),
            first_days_won: Won(3_000_000),
        }
    }
}

impl PersonLimits {
    /// Whether the person is in the first three days (the day of coming is the first).
    pub fn in_first_days(joined_at: Timestamp, now: Timestamp) -> bool {
        now.days_since(joined_at) < 3
    }

    /// What holds for the person today.
    pub fn day_cap(&self, joined_at: Timestamp, now: Timestamp) -> Won {
        if Self::in_first_days(joined_at, now) {
            self.first_days_won.min(self.day_won)
        } else {
            self.day_won
        }
    }
}

/// One counter to be raised, if it stays within its cap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitTake {
    /// Which limit.
    pub kind: LimitKind,
    /// Whose counter, such as `cli_…:withdraw`.
    pub subject: String,
    /// Which span: `yyyymmdd` or `yyyymm`.
    pub span: i32,
    /// How much is taken.
    pub amount: Won,
    /// Where the counter ends.
    pub cap: Won,
}

impl LimitTake {
    /// The counters of a fintech that a transfer raises.
    pub fn of_client(client: &Client, direction: Direction, amount: Won, now: Timestamp) -> [Self; 2] {
        let limits = client.limits(direction);
        let subject = Self::client_subject(client.id, direction);
        let day = now.day();
        [
            Self {
                kind: LimitKind::ClientDay,
                subject: subject.clone(),
                span: day.0,
                amount,
                cap: limits.day_won,
            },
            Self {
                kind: LimitKind::ClientMonth,
                subject,
                span: day.month(),
                amount,
                cap: limits.month_won,
            },
        ]
    }

    /// The counter of a person that a withdrawal raises.
    pub fn of_person(person: PersonId, amount: Won, cap: Won, now: Timestamp) -> Self {
        Self {
            kind: LimitKind::PersonDay,
            subject: person.to_string(),
            span: now.day().0,
            amount,
            cap,
        }
    }

    /// Whose counter a fintech's is.
    pub fn client_subject(client: ClientId, direction: Direction) -> String {
        format!("{client}:{direction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_days_are_counted_by_midnights_in_seoul() {
        let joined = Timestamp::from_compact("20261121235900").unwrap();
        let limits = PersonLimits::default();
        for (moment, cap) in [
            ("20261121235930", 3_000_000),
            ("20261123235959", 3_000_000),
            ("20261124000000", 10_000_000),
        ] {
            assert_eq!(
                limits.day_cap(joined, Timestamp::from_compact(moment).unwrap()),
                Won(cap),
                "{moment}"
            );
        }
    }
}
