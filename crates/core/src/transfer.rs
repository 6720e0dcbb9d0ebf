//! A transfer: two legs, one movement of money, and the one place where its state moves.
//!
//! What is not known is `Unknown` and leaves that state only when the institution has answered, never because time
//! has passed. An illegal move is an error, not a guess.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Attested, BankCode, BankTranId, CallId, ClientId, Day, FintechUseNum, LegFacts, LegKind, LegReference, Outcome,
    PersonId, Timestamp, TransferId, UnknownWord, WindowId, Won, words,
};

/// What kind of movement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferKind {
    /// From a person to the fintech (출금이체).
    Withdraw,
    /// From the fintech to a payee (입금이체).
    Deposit,
    /// From a payee back to the fintech, for a deposit sent by mistake (반환청구).
    Return,
}
words!(TransferKind, "transfer kind", { Withdraw = "withdraw", Deposit = "deposit", Return = "return" });

/// One end of a transfer.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    /// Who holds the account.
    pub bank_code: BankCode,
    /// Its number.
    pub account_num: String,
    /// The holder as far as known before the institution answered; may be empty.
    pub holder_name: String,
    /// What is printed in its book; up to 20 characters.
    pub print_content: String,
}

impl std::fmt::Debug for Side {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Side({}, sealed)", self.bank_code)
    }
}

/// What was asked for, checked. Sealed at rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// What kind of movement.
    pub kind: TransferKind,
    /// Who asked.
    pub client_id: ClientId,
    /// In which call; the transfer carries the same number.
    pub call_id: CallId,
    /// Under which name: the idempotency key within a day and kind.
    pub bank_tran_id: BankTranId,
    /// How much.
    pub amount: Won,
    /// From where.
    pub debit: Side,
    /// To where.
    pub credit: Side,
    /// Whose account is debited, for a withdrawal.
    pub person_id: Option<PersonId>,
    /// The account as the fintech named it.
    pub fintech_use_num: Option<FintechUseNum>,
    /// Which transfer is given back, for a return.
    pub returns: Option<TransferId>,
    /// Wire fields that the answer repeats, by name.
    pub echo: BTreeMap<String, String>,
}

/// Where a transfer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferState {
    /// Waiting for a person at the fraud desk.
    Held {
        /// Until when.
        until: Timestamp,
    },
    /// Waiting for a stronger proof by the person.
    Challenged {
        /// Until when.
        until: Timestamp,
    },
    /// Refused before any institution was asked.
    Refused,
    /// The debit may be under way.
    Debiting,
    /// Debited; the credit may be under way.
    Crediting,
    /// The credit was refused; the debit is being given back.
    Reversing {
        /// The institution's code that refused the credit.
        because: String,
    },
    /// A leg's outcome is not known.
    Unknown {
        /// Which leg.
        leg: LegKind,
        /// For a reversal, the code that refused the credit; else empty.
        because: String,
    },
    /// Both legs executed.
    Completed,
    /// The debit was refused: no money moved.
    Failed {
        /// The institution's code; empty where it could not be reached.
        code: String,
    },
    /// The credit was refused and the debit given back.
    Reversed {
        /// The institution's code that refused the credit.
        because: String,
    },
    /// The reversal was refused: only people can end it.
    Stuck {
        /// The institution's code that refused the reversal.
        code: String,
    },
}

/// What can happen to a transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransferEvent {
    /// The fraud desk let it go on, or the person proved more.
    Approve,
    /// The fraud desk or a wrong proof ended it.
    Reject,
    /// A hold or a challenge ran out.
    Expire,
    /// An institution answered for a leg.
    Answer(LegKind, Outcome),
    /// Whoever was asking is gone; the leg may or may not have been sent.
    Lost,
    /// An institution said in writing what became of a leg, and two people agreed on it.
    Attest(LegKind, Attested),
}

/// A move that the rules do not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a transfer in state {state} cannot take the event {event}")]
pub struct IllegalMove {
    state: &'static str,
    event: String,
}

impl TransferState {
    /// The state after the event.
    pub fn apply(self, event: TransferEvent) -> Result<Self, IllegalMove> {
        use TransferEvent::{Answer, Approve, Attest, Expire, Lost, Reject};
        match (self, event) {
            (Self::Held { .. } | Self::Challenged { .. }, Approve) => Ok(Self::Debiting),
            (Self::Held { .. } | Self::Challenged { .. }, Reject | Expire) => Ok(Self::Refused),
            (Self::Debiting, Answer(LegKind::Debit, outcome)) => Ok(Self::debited(outcome, true)),
            (Self::Crediting, Answer(LegKind::Credit, outcome)) => Ok(Self::credited(outcome, true)),
            (Self::Reversing { because }, Answer(LegKind::Reversal, outcome)) => Ok(Self::reversed(outcome, because)),
            (Self::Unknown { leg, because }, Answer(answered, outcome)) if leg == answered => Ok(match leg {
                LegKind::Debit => Self::debited(outcome, false),
                LegKind::Credit => Self::credited(outcome, false),
                LegKind::Reversal => Self::reversed(outcome, because),
            }),
            (Self::Debiting, Lost) => Ok(Self::unknown(LegKind::Debit)),
            (Self::Crediting, Lost) => Ok(Self::unknown(LegKind::Credit)),
            (Self::Reversing { because }, Lost) => Ok(Self::Unknown {
                leg: LegKind::Reversal,
                because,
            }),
            (state @ Self::Unknown { .. }, Lost) => Ok(state),
            (state @ Self::Unknown { .. }, Attest(leg, told)) => state.apply(Answer(leg, told.outcome())),
            (Self::Stuck { .. }, Attest(LegKind::Credit, Attested::CarriedOut)) => Ok(Self::Completed),
            (Self::Stuck { .. }, Attest(LegKind::Reversal, Attested::CarriedOut)) => {
                Ok(Self::Reversed { because: String::new() })
            }
            (state, event) => Err(IllegalMove {
                state: state.word(),
                event: format!("{event:?}"),
            }),
        }
    }

    /// Down is a "no" only for whoever has just asked for the first time: a leg that was lost from sight may have
    /// been executed before its institution went down.
    fn debited(outcome: Outcome, first: bool) -> Self {
        match outcome {
            Outcome::Yes(_) => Self::Crediting,
            Outcome::No { code, .. } => Self::Failed { code },
            Outcome::Down { code } if first => Self::Failed { code },
            Outcome::Down { .. } | Outcome::Unknown { .. } => Self::unknown(LegKind::Debit),
        }
    }

    fn credited(outcome: Outcome, first: bool) -> Self {
        match outcome {
            Outcome::Yes(_) => Self::Completed,
            Outcome::No { code, .. } => Self::Reversing { because: code },
            Outcome::Down { code } if first => Self::Reversing { because: code },
            Outcome::Down { .. } | Outcome::Unknown { .. } => Self::unknown(LegKind::Credit),
        }
    }

    /// A reversal that could not be delivered is asked again: giving money back is never given up for silence.
    fn reversed(outcome: Outcome, because: String) -> Self {
        match outcome {
            Outcome::Yes(_) => Self::Reversed { because },
            Outcome::No { code, .. } => Self::Stuck { code },
            Outcome::Down { .. } | Outcome::Unknown { .. } => Self::Unknown {
                leg: LegKind::Reversal,
                because,
            },
        }
    }

    const fn unknown(leg: LegKind) -> Self {
        Self::Unknown {
            leg,
            because: String::new(),
        }
    }

    /// Whether nothing will move any more without people.
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Completed | Self::Failed { .. } | Self::Reversed { .. } | Self::Refused
        )
    }

    /// Whether the transfer ended without money having moved, so that its limits are given back.
    pub const fn gives_limits_back(&self) -> bool {
        matches!(self, Self::Failed { .. } | Self::Reversed { .. } | Self::Refused)
    }

    /// The leg that is to be asked for next; `None` when there is none.
    pub const fn next_leg(&self) -> Option<LegKind> {
        match self {
            Self::Debiting => Some(LegKind::Debit),
            Self::Crediting => Some(LegKind::Credit),
            Self::Reversing { .. } => Some(LegKind::Reversal),
            Self::Unknown { leg, .. } => Some(*leg),
            _ => None,
        }
    }

    /// The fixed word under which the state is stored.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Held { .. } => "held",
            Self::Challenged { .. } => "challenged",
            Self::Refused => "refused",
            Self::Debiting => "debiting",
            Self::Crediting => "crediting",
            Self::Reversing { .. } => "reversing",
            Self::Unknown { .. } => "unknown",
            Self::Completed => "completed",
            Self::Failed { .. } => "failed",
            Self::Reversed { .. } => "reversed",
            Self::Stuck { .. } => "stuck",
        }
    }

    /// The state as columns: word, leg, code, until.
    pub fn columns(&self) -> (&'static str, Option<LegKind>, String, Option<Timestamp>) {
        let (leg, code, until) = match self {
            Self::Held { until } | Self::Challenged { until } => (None, "", Some(*until)),
            Self::Unknown { leg, because } => (Some(*leg), because.as_str(), None),
            Self::Reversing { because } | Self::Reversed { because } => (None, because.as_str(), None),
            Self::Failed { code } | Self::Stuck { code } => (None, code.as_str(), None),
            _ => (None, "", None),
        };
        (self.word(), leg, code.to_owned(), until)
    }

    /// The state of stored columns; combinations that no move makes are refused.
    pub fn from_columns(
        word: &str,
        leg: Option<LegKind>,
        code: String,
        until: Option<Timestamp>,
    ) -> Result<Self, UnknownWord> {
        Ok(match (word, leg, until) {
            ("held", None, Some(until)) => Self::Held { until },
            ("challenged", None, Some(until)) => Self::Challenged { until },
            ("refused", None, None) => Self::Refused,
            ("debiting", None, None) => Self::Debiting,
            ("crediting", None, None) => Self::Crediting,
            ("reversing", None, None) => Self::Reversing { because: code },
            ("unknown", Some(leg), None) => Self::Unknown { leg, because: code },
            ("completed", None, None) => Self::Completed,
            ("failed", None, None) => Self::Failed { code },
            ("reversed", None, None) => Self::Reversed { because: code },
            ("stuck", None, None) => Self::Stuck { code },
            _ => {
                return Err(UnknownWord {
                    noun: "transfer state",
                    word: format!("{word}, {leg:?}, {until:?}"),
                });
            }
        })
    }
}

/// A transfer as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its id: the number of the call that asked for it.
    pub id: TransferId,
    /// What was asked for.
    pub order: Order,
    /// SHA-256 over what makes two orders the same.
    pub order_sha256: Vec<u8>,
    /// The day in Seoul under which `bank_tran_id` is unique.
    pub day: Day,
    /// Where it stands.
    pub state: TransferState,
    /// Since when.
    pub state_since: Timestamp,
    /// What the institutions told, by leg.
    pub facts: TransferFacts,
    /// What was left of the fintech's day limit after this transfer.
    pub limit_remain: Won,
    /// How often a lost leg was asked for.
    pub asks: i64,
    /// When the resolver looks at it next; `None` when it will not.
    pub next_at: Option<Timestamp>,
    /// The settlement window in which it became final.
    pub window_id: Option<WindowId>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// Counts every change: the fencing token of whoever moves it.
    pub version: i64,
}

/// What the institutions told about the two sides.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferFacts {
    /// About the debited side.
    #[serde(default)]
    pub debit: LegFacts,
    /// About the credited side.
    #[serde(default)]
    pub credit: LegFacts,
    /// The codes the institutions gave last, by leg.
    #[serde(default)]
    pub codes: BTreeMap<LegKind, String>,
}

impl Transfer {
    /// The hub's reference of one leg.
    pub const fn reference(&self, kind: LegKind) -> LegReference {
        LegReference {
            transfer_id: self.id,
            kind,
        }
    }

    /// The side that a leg touches: a reversal gives back where the debit took.
    pub const fn side(&self, leg: LegKind) -> &Side {
        match leg {
            LegKind::Debit | LegKind::Reversal => &self.order.debit,
            LegKind::Credit => &self.order.credit,
        }
    }

    /// Moves the transfer and remembers what the institution told.
    pub fn apply(&mut self, event: TransferEvent, now: Timestamp) -> Result<(), IllegalMove> {
        if let Some((leg, outcome)) = event.told() {
            self.facts.codes.insert(leg, outcome.code().to_owned());
            let told = match outcome {
                Outcome::Yes(facts) => Some(facts),
                Outcome::No { message, .. } => Some(LegFacts {
                    message,
                    ..LegFacts::default()
                }),
                Outcome::Unknown { .. } | Outcome::Down { .. } => None,
            };
            match (leg, told) {
                (LegKind::Debit, Some(told)) => self.facts.debit = told,
                (LegKind::Credit, Some(told)) => self.facts.credit = told,
                _ => {}
            }
        }
        let mut state = self.state.clone().apply(event)?;
        // A stuck transfer's own code is the one that refused the reversal.
        if let (TransferState::Stuck { .. }, TransferState::Reversed { because }) = (&self.state, &mut state) {
            *because = self.facts.codes.get(&LegKind::Credit).cloned().unwrap_or_default();
        }
        if state != self.state {
            self.state_since = now;
        }
        self.state = state;
        Ok(())
    }
}

#[cfg(test)]
#[path = "transfer_tests.rs"]
mod tests;
