//! The books of one bank: accounts, movements and outcomes, in memory, without clock, chance or I/O.
//! The same calls in the same order give the same books. Reads are bounded; the store itself grows with use.
//! The server in [`super::line`] puts these books behind HTTP; tests may use them directly.

use std::collections::HashMap;
use std::sync::Arc;

use time::OffsetDateTime;

use super::account::{Account, AccountState, AccountTerms, HolderType, OpeningAccount, OpeningRefused, check};
use super::code::Code;
use super::movement::{Direction, Movement, TransactionsPage, TransactionsQuery, page, told};
use super::order::{Order, OrderKind, Outcome};
use super::reading::{Balance, HolderCheck, Totals};
use crate::seoul;

/// The most accounts of one person at one bank.
pub const MOST_ACCOUNTS_OF_ONE: usize = 100;

/// The books of one bank.
#[derive(Debug)]
pub struct Books {
    code: String,
    name: String,
    accounts: HashMap<Arc<str>, Ledger>,
    by_person: HashMap<String, Vec<Arc<str>>>,
    outcomes: HashMap<Arc<str>, Outcome>,
    opening_won: i64,
    credited_won: i64,
    debited_won: i64,
    movements: u64,
}

#[derive(Debug)]
struct Ledger {
    account: Account,
    history: Vec<Movement>,
}

impl Books {
    /// Empty books of a bank; `code` is its three-digit institution code.
    #[must_use]
    pub fn new(code: &str, name: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: name.to_owned(),
            accounts: HashMap::new(),
            by_person: HashMap::new(),
            outcomes: HashMap::new(),
            opening_won: 0,
            credited_won: 0,
            debited_won: 0,
            movements: 0,
        }
    }

    /// The three-digit institution code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The bank's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Opens an account. An account that exists is left as it is, and the answer is `false`.
    ///
    /// # Errors
    /// Names the field that is wrong: a shape, the hundred-and-first account of a person, or a history that is
    /// out of order, moves nothing, or would have overdrawn the account.
    pub fn open_account(&mut self, opening: OpeningAccount) -> Result<bool, OpeningRefused> {
        check(&opening)?;
        if self.accounts.contains_key(&opening.terms.account_num) {
            return Ok(false);
        }
        let history =
            told(&opening.history, opening.balance_won).map_err(|why| OpeningRefused { field: "history", why })?;
        let terms = Arc::new(opening.terms);
        self.remember_owner(&terms)?;
        self.opening_won += opening.balance_won;
        self.movements += history.len() as u64;
        let number = terms.account_num.clone();
        let account = Account {
            terms,
            state: AccountState::Open,
            balance_won: opening.balance_won,
        };
        self.accounts.insert(number, Ledger { account, history });
        Ok(true)
    }

    /// Opens, closes or blocks an account.
    ///
    /// # Errors
    /// `411` when there is no such account.
    pub fn set_state(&mut self, account_num: &str, state: AccountState) -> Result<(), Code> {
        let page = self.accounts.get_mut(account_num).ok_or(Code::NO_ACCOUNT)?;
        page.account.state = state;
        Ok(())
    }

    /// The person's accounts that are not closed, in the order of opening; at most 100.
    #[must_use]
    pub fn accounts_of(&self, linking_value: &str) -> Vec<Account> {
        let numbers = self.by_person.get(linking_value).map_or(&[][..], Vec::as_slice);
        let accounts = numbers.iter().filter_map(|number| self.account(number));
        accounts
            .filter(|account| account.state != AccountState::Closed)
            .collect()
    }

    /// One account in any state.
    #[must_use]
    pub fn account(&self, account_num: &str) -> Option<Account> {
        self.accounts.get(account_num).map(|page| page.account.clone())
    }

    /// The first `most` accounts by number.
    #[must_use]
    pub fn accounts(&self, most: usize) -> Vec<Account> {
        let mut accounts: Vec<_> = self.accounts.values().map(|page| page.account.clone()).collect();
        accounts.sort_by(|one, other| one.terms.account_num.cmp(&other.terms.account_num));
        accounts.truncate(most);
        accounts
    }

    /// The last `most` movements of an account, newest first; empty when there is no such account.
    #[must_use]
    pub fn last_movements(&self, account_num: &str, most: usize) -> Vec<Movement> {
        let history = self
            .accounts
            .get(account_num)
            .map_or(&[][..], |page| page.history.as_slice());
        history.iter().rev().take(most).cloned().collect()
    }

    /// Checks who holds an account.
    ///
    /// # Errors
    /// `411`, `412`, or `464` when the number given is not the holder's.
    pub fn holder(&self, account_num: &str, check: HolderCheck<'_>) -> Result<Account, Code> {
        let page = self.usable(account_num)?;
        let terms = &page.account.terms;
        let is_holder = match check {
            HolderCheck::BirthDate(birth) => terms.holder_type == HolderType::Person && terms.holder_info == birth,
            HolderCheck::BusinessNumber(number) => {
                terms.holder_type == HolderType::Company && terms.holder_info == number
            }
            HolderCheck::NoCheck => true,
        };
        if is_holder {
            Ok(page.account.clone())
        } else {
            Err(Code::HOLDER_DIFFERS)
        }
    }

    /// The balance.
    ///
    /// # Errors
    /// `411`, `412`.
    pub fn balance(&self, account_num: &str) -> Result<Balance, Code> {
        let page = self.usable(account_num)?;
        Ok(Balance {
            account: page.account.clone(),
            last_moved_at: page.history.last().map(|movement| movement.at),
        })
    }

    /// One page of the history.
    ///
    /// # Errors
    /// `411`, `412`, or `810` for a page size outside 1..=100 or a foreign cursor.
    pub fn transactions(&self, account_num: &str, query: &TransactionsQuery) -> Result<TransactionsPage, Code> {
        let account = self.usable(account_num)?;
        let (items, next_cursor) = page(&account.history, query)?;
        Ok(TransactionsPage {
            balance_won: account.account.balance_won,
            items,
            next_cursor,
        })
    }

    /// Takes money from an account, at most once for a reference.
    /// The code is `000`, `411`, `412`, `490`, `455`, `453`, or `810` or `822`, which are not recorded.
    pub fn debit(&mut self, order: &Order, now: OffsetDateTime) -> Outcome {
        self.execute(OrderKind::Debit, order, None, now).outcome
    }

    /// Adds money to an account, at most once for a reference.
    /// The code is `000`, `411`, `412`, `455`, or `810` or `822`, which are not recorded.
    pub fn credit(&mut self, order: &Order, now: OffsetDateTime) -> Outcome {
        self.execute(OrderKind::Credit, order, None, now).outcome
    }

    /// Records a deliberate no for a reference that has no outcome yet; otherwise repeats as `debit` and `credit` do.
    pub fn refuse(&mut self, kind: OrderKind, order: &Order, code: Code, now: OffsetDateTime) -> Outcome {
        self.execute(kind, order, Some(code), now).outcome
    }

    /// The recorded outcome of a reference; `None` when nothing was ever decided under it.
    #[must_use]
    pub fn outcome(&self, reference: &str) -> Option<Outcome> {
        self.outcomes.get(reference).cloned()
    }

    /// Sums over all accounts.
    #[must_use]
    pub fn totals(&self) -> Totals {
        Totals {
            accounts: self.accounts.len() as u64,
            balance_won: self.accounts.values().map(|page| page.account.balance_won).sum(),
            credited_won: self.credited_won,
            debited_won: self.debited_won,
            opening_won: self.opening_won,
            movements: self.movements,
        }
    }

    /// Decides an order and says whether the decision is new, that is, whether it must be written down.
    pub(super) fn execute(
        &mut self,
        kind: OrderKind,
        order: &Order,
        refusal: Option<Code>,
        now: OffsetDateTime,
    ) -> Decision {
        let unrecorded = |books: &Self, code| Decision {
            outcome: books.result(kind, order, code, seoul::whole_second(now)),
            is_new: false,
        };
        if order.malformed_field().is_some() {
            return unrecorded(self, Code::MALFORMED);
        }
        if let Some(first) = self.outcomes.get(order.reference.as_str()) {
            let is_same =
                first.kind == kind && *first.account_num == *order.account_num && first.amount_won == order.amount_won;
            if is_same {
                return Decision {
                    outcome: first.clone(),
                    is_new: false,
                };
            }
            return unrecorded(self, Code::DUPLICATE);
        }
        let code = refusal.unwrap_or_else(|| self.judge(kind, order));
        Decision {
            outcome: self.settle(kind, order, code, now),
            is_new: true,
        }
    }

    /// Applies a decision and records it, as when it was made and as when it is replayed.
    pub(super) fn settle(&mut self, kind: OrderKind, order: &Order, code: Code, now: OffsetDateTime) -> Outcome {
        let mut at = seoul::whole_second(now);
        if code == Code::OK
            && let Some(page) = self.accounts.get_mut(order.account_num.as_str())
        {
            at = page.history.last().map_or(at, |last| last.at.max(at));
            page.move_money(kind, order, at);
            self.movements += 1;
            match kind {
                OrderKind::Debit => self.debited_won += order.amount_won,
                OrderKind::Credit => self.credited_won += order.amount_won,
            }
        }
        let outcome = self.result(kind, order, code, at);
        self.outcomes.insert(outcome.reference.clone(), outcome.clone());
        outcome
    }

    fn judge(&self, kind: OrderKind, order: &Order) -> Code {
        let Some(Ledger { account, .. }) = self.accounts.get(order.account_num.as_str()) else {
            return Code::NO_ACCOUNT;
        };
        let is_debit = kind == OrderKind::Debit;
        if account.state == AccountState::Closed {
            return Code::CLOSED;
        }
        if is_debit && account.state == AccountState::Blocked {
            return Code::SAFETY_BLOCK;
        }
        if account.terms.limit_won.is_some_and(|limit| order.amount_won > limit) {
            return Code::OVER_LIMIT;
        }
        if is_debit && account.balance_won < order.amount_won {
            return Code::LOW_BALANCE;
        }
        if !is_debit && account.balance_won.checked_add(order.amount_won).is_none() {
            return Code::OVER_LIMIT;
        }
        Code::OK
    }

    fn result(&self, kind: OrderKind, order: &Order, code: Code, executed_at: OffsetDateTime) -> Outcome {
        let account = self.accounts.get(order.account_num.as_str()).map(|page| &page.account);
        Outcome {
            reference: order.reference.as_str().into(),
            kind,
            account_num: account.map_or_else(
                || order.account_num.as_str().into(),
                |one| one.terms.account_num.clone(),
            ),
            amount_won: order.amount_won,
            code,
            executed_at,
            holder_name: account.map_or_else(|| "".into(), |one| one.terms.holder_name.clone()),
            balance_won: account.map_or(0, |one| one.balance_won),
        }
    }

    fn usable(&self, account_num: &str) -> Result<&Ledger, Code> {
        let page = self.accounts.get(account_num).ok_or(Code::NO_ACCOUNT)?;
        if page.account.state == AccountState::Closed {
            Err(Code::CLOSED)
        } else {
            Ok(page)
        }
    }

    fn remember_owner(&mut self, terms: &AccountTerms) -> Result<(), OpeningRefused> {
        if terms.linking_value.is_empty() {
            return Ok(());
        }
        let owned = self.by_person.entry(terms.linking_value.clone()).or_default();
        if owned.len() >= MOST_ACCOUNTS_OF_ONE {
            return Err(OpeningRefused {
                field: "linking_value",
                why: "at most 100 accounts of one person",
            });
        }
        owned.push(terms.account_num.clone());
        Ok(())
    }
}

/// A decided order; `is_new` when it was not decided before.
#[derive(Debug)]
pub(super) struct Decision {
    pub(super) outcome: Outcome,
    pub(super) is_new: bool,
}

impl Ledger {
    fn move_money(&mut self, kind: OrderKind, order: &Order, at: OffsetDateTime) {
        let (direction, tran_type) = match (kind, order.return_of.is_empty()) {
            (OrderKind::Debit, _) => (Direction::Out, "출금이체"),
            (OrderKind::Credit, true) => (Direction::In, "입금이체"),
            (OrderKind::Credit, false) => (Direction::In, "이체반환"),
        };
        match direction {
            Direction::In => self.account.balance_won += order.amount_won,
            Direction::Out => self.account.balance_won -= order.amount_won,
        }
        self.history.push(Movement {
            at,
            direction,
            amount_won: order.amount_won,
            after_won: self.account.balance_won,
            tran_type: tran_type.into(),
            print_content: order.print_content.clone(),
            branch_name: "오픈뱅킹".into(),
        });
    }
}
