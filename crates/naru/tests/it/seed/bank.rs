//! An institution without a server: the simulator's books behind the hub's own [`Line`], under virtual time.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use futures_util::future::BoxFuture;
use naru_banking::line::{
    Answer, Ask, Balance, FoundAccount, Holder, LegOutcome, Line, LineFault, LineStatus, MoveAsk, Moved,
};
use naru_core::{BankCode, Chance, Clock, LegFacts, LegReference, Outcome, Timestamp, Won};
use naru_sims::bank::{Books, Code, CodeClass, HolderCheck, Order, OrderKind};
use time::OffsetDateTime;

use super::weather::{Sky, Strike, strike};

/// One institution.
pub(super) struct Bank {
    pub(super) code: BankCode,
    books: Mutex<Books>,
    sky: Mutex<Sky>,
    is_closed: AtomicBool,
    clock: Clock,
    chance: Chance,
}

/// The hub's way to it.
pub(super) struct BankLine(pub(super) Arc<Bank>);

impl Line for BankLine {
    fn ask(&self, ask: Ask, within: Duration) -> BoxFuture<'_, Result<Answer, LineFault>> {
        let bank = Arc::clone(&self.0);
        Box::pin(async move {
            let answered = tokio::time::timeout(within, bank.play(ask)).await;
            answered.unwrap_or_else(|_| Err(LineFault::silence()))
        })
    }
}

impl Bank {
    pub(super) fn new(code: BankCode, books: Books, (clock, chance): (Clock, Chance)) -> Arc<Self> {
        Arc::new(Self {
            code,
            books: Mutex::new(books),
            sky: Mutex::new(Sky::Clear),
            is_closed: AtomicBool::new(false),
            clock,
            chance,
        })
    }

    pub(super) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("nothing panics while the books are held")
    }

    pub(super) fn set_sky(&self, sky: Sky) {
        *self.sky.lock().expect("setting a value does not panic") = sky;
    }

    pub(super) fn set_closed(&self, closed: bool) {
        self.is_closed.store(closed, Ordering::Relaxed);
    }

    /// Whether the books say that this leg moved money.
    pub(super) fn has_executed(&self, reference: LegReference) -> bool {
        let found = self.books().outcome(&reference.to_string());
        found.is_some_and(|outcome| outcome.code == Code::OK)
    }

    async fn play(self: Arc<Self>, ask: Ask) -> Result<Answer, LineFault> {
        let sky = *self.sky.lock().expect("reading a value does not panic");
        let struck = strike(sky, &ask, &self.chance);
        if struck == Some(Strike::Unreached) {
            return Err(LineFault::not_sent());
        }
        tokio::time::sleep(Duration::from_millis(5 + self.chance.below(400))).await;
        let Some(struck) = struck else { return self.answer(&ask) };
        match struck {
            Strike::Lost => std::future::pending().await,
            Strike::Unanswered => {
                let _ = self.answer(&ask);
                std::future::pending().await
            }
            Strike::Late(after) => {
                self.later(ask, after);
                std::future::pending().await
            }
            Strike::Working(after) => {
                self.later(ask, after);
                Err(silent("400"))
            }
            Strike::Slow(pause) => {
                tokio::time::sleep(pause).await;
                self.answer(&ask)
            }
            Strike::Down => Err(LineFault::Down { code: "111".to_owned() }),
            Strike::Unreached => Err(LineFault::not_sent()),
            Strike::Reset => Err(LineFault::silence()),
            Strike::Garbled => {
                let _ = self.answer(&ask);
                Err(LineFault::silence())
            }
            Strike::OtherKind => self.answer(&ask).map(|_| Answer::Accounts(Vec::new().into())),
            Strike::Open(code) => {
                let _ = self.answer(&ask);
                Err(silent(code))
            }
            Strike::Idle(code) => Err(silent(code)),
            Strike::Refused(code) => self.refuse(&ask, code),
        }
    }

    /// Executes an order when the hub has long stopped waiting for it.
    fn later(self: Arc<Self>, ask: Ask, after: Duration) {
        tokio::spawn(async move {
            tokio::time::sleep(after).await;
            let _ = self.answer(&ask);
        });
    }

    fn now(&self) -> OffsetDateTime {
        let nanos = i128::from(self.clock.now().0) * 1_000;
        OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("the days of the test exist")
    }

    fn refuse(&self, ask: &Ask, code: &str) -> Result<Answer, LineFault> {
        let code = Code::parse(code).expect("three digits");
        let (kind, order) = match ask {
            Ask::Debit(order) => (OrderKind::Debit, order),
            Ask::Credit(order) => (OrderKind::Credit, order),
            _ => return Err(fault(code)),
        };
        let outcome = self.books().refuse(kind, &placed(order), code, self.now());
        moved(&outcome)
    }

    /// What a well institution answers.
    fn answer(&self, ask: &Ask) -> Result<Answer, LineFault> {
        let is_open = !self.is_closed.load(Ordering::Relaxed);
        if !is_open && !matches!(ask, Ask::Outcome { .. } | Ask::Status) {
            return Err(fault(Code::OUT_OF_HOURS));
        }
        let now = self.now();
        let mut books = self.books();
        match ask {
            Ask::Debit(order) => moved(&books.debit(&placed(order), now)),
            Ask::Credit(order) => moved(&books.credit(&placed(order), now)),
            Ask::Outcome { reference } => Ok(Answer::Outcome(books.outcome(reference).map(|found| LegOutcome {
                kind: found.kind.as_str().to_owned(),
                outcome: Outcome::of_code(found.code.as_str(), facts(&found)),
                amount: Some(Won(found.amount_won)),
                executed_at: None,
            }))),
            Ask::Status if is_open => Ok(Answer::Status(LineStatus::Open)),
            Ask::Status => Ok(Answer::Status(LineStatus::Closed)),
            Ask::Balance { account_num } => {
                let found = books.balance(account_num).map_err(fault)?;
                Ok(Answer::Balance(Balance {
                    balance: Won(found.account.balance_won),
                    available: Won(found.account.balance_won),
                    account_type: found.account.terms.account_type.clone(),
                    product_name: found.account.terms.product_name.clone(),
                    account_issue_date: String::new(),
                    maturity_date: String::new(),
                    last_tran_date: String::new(),
                }))
            }
            Ask::Holder { account_num, .. } => {
                let found = books.holder(account_num, HolderCheck::NoCheck).map_err(fault)?;
                Ok(Answer::Holder(Holder {
                    holder_name: found.terms.holder_name.to_string(),
                    account_type: found.terms.account_type.clone(),
                    account_seq: String::new(),
                }))
            }
            Ask::Accounts { linking_value } => {
                let found = books.accounts_of(linking_value);
                Ok(Answer::Accounts(
                    found.iter().map(found_account).collect::<Vec<_>>().into(),
                ))
            }
            Ask::Transactions(_) => Err(LineFault::silence()),
        }
    }
}

fn found_account(account: &naru_sims::bank::Account) -> FoundAccount {
    FoundAccount {
        account_num: account.terms.account_num.to_string(),
        account_seq: String::new(),
        account_type: account.terms.account_type.clone(),
        product_name: account.terms.product_name.clone(),
        holder_name: account.terms.holder_name.to_string(),
        holder_type: "P".to_owned(),
        opened_on: String::new(),
        matures_on: String::new(),
    }
}

fn placed(order: &MoveAsk) -> Order {
    Order {
        reference: order.reference.clone(),
        account_num: order.account_num.clone(),
        amount_won: order.amount.0,
        print_content: order.print_content.clone(),
        counterpart_bank_code: order.counterpart_bank_code.to_string(),
        counterpart_name: order.counterpart_name.clone(),
        purpose: order.purpose.clone(),
        return_of: order.return_of.clone(),
    }
}

fn facts(outcome: &naru_sims::bank::Outcome) -> LegFacts {
    LegFacts {
        holder_name: outcome.holder_name.to_string(),
        message: outcome.code.message().to_owned(),
    }
}

fn moved(outcome: &naru_sims::bank::Outcome) -> Result<Answer, LineFault> {
    if outcome.code != Code::OK {
        return Err(fault(outcome.code));
    }
    let facts = facts(outcome);
    Ok(Answer::Moved(Moved {
        message: facts.message,
        executed_at: None::<Timestamp>,
        holder_name: facts.holder_name,
        account_num_masked: String::new(),
        balance: Some(Won(outcome.balance_won)),
    }))
}

fn silent(code: &str) -> LineFault {
    LineFault::Silent { code: code.to_owned() }
}

/// An institution's code as the hub's own line takes it.
fn fault(code: Code) -> LineFault {
    let text = code.as_str().to_owned();
    match code.class() {
        CodeClass::No => LineFault::Refused {
            code: text,
            message: code.message().to_owned(),
        },
        CodeClass::Down => LineFault::Down { code: text },
        CodeClass::Unknown | CodeClass::Yes => LineFault::Silent { code: text },
    }
}
