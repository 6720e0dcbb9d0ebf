//! Support for the cost of an inspection, paid from a yearly budget.

use crate::words;

/// Where a subsidy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubsidyState {
    /// Asked for.
    Applied,
    /// Granted by two people; the budget is bound.
    Granted,
    /// Refused by two people.
    Refused,
    /// Paid.
    Paid,
    /// Taken back by the organisation.
    Withdrawn,
}
words!(SubsidyState, "state of a subsidy", {
    Applied = "applied", Granted = "granted", Refused = "refused", Paid = "paid", Withdrawn = "withdrawn",
});

/// What moves a subsidy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubsidyEvent {
    /// Two people grant it.
    Grant,
    /// Two people refuse it.
    Refuse,
    /// It is paid.
    Pay,
    /// The organisation takes its application back.
    Withdraw,
}
words!(SubsidyEvent, "event of a subsidy", {
    Grant = "grant", Refuse = "refuse", Pay = "pay", Withdraw = "withdraw",
});

impl SubsidyState {
    /// The state after an event; `None` where the event cannot happen.
    pub const fn apply(self, event: SubsidyEvent) -> Option<Self> {
        match (self, event) {
            (Self::Applied, SubsidyEvent::Grant) => Some(Self::Granted),
            (Self::Applied, SubsidyEvent::Refuse) => Some(Self::Refused),
            (Self::Applied, SubsidyEvent::Withdraw) => Some(Self::Withdrawn),
            (Self::Granted, SubsidyEvent::Pay) => Some(Self::Paid),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_subsidy_state_and_event() {
        use SubsidyEvent as E;
        use SubsidyState as S;
        let moves = [
            (S::Applied, E::Grant, S::Granted),
            (S::Applied, E::Refuse, S::Refused),
            (S::Applied, E::Withdraw, S::Withdrawn),
            (S::Granted, E::Pay, S::Paid),
        ];
        for state in S::ALL.iter().copied() {
            for event in E::ALL.iter().copied() {
                let expected = moves.iter().find(|(from, on, _)| (*from, *on) == (state, event));
                assert_eq!(state.apply(event), expected.map(|(_, _, to)| *to), "{state} × {event}");
            }
        }
    }
}
