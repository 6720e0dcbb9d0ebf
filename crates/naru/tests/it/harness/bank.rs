//! An institution of the bed: books behind a second implementation of the line, with faults that a test switches.

use std::sync::{Arc, Mutex};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use naru_banking::line::{
    Answer, Ask, Balance, FoundAccount, Holder, LegOutcome, LineFault, LineStatus, MoveAsk, Moved, Movement,
    MovementFilter, MovementOrder, ScriptedLine, TransactionsAsk, TransactionsPage, Way,
};
use naru_core::{Clock, LegFacts, Outcome, Timestamp, Won};
use naru_sims::bank::{
    AccountState, Books, Code, Direction, HolderCheck, HolderType, InquiryType, Order, OrderKind, SortOrder, Totals,
    TransactionsQuery,
};
use naru_sims::seoul;
use time::OffsetDateTime;
use tokio::sync::Semaphore;

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Neither executes nor answers.
    Silent,
    /// Executes, and says nothing.
    Late,
    /// Executes nothing; the code is `111`, `114`, or empty where nothing could be sent.
    Down(&'static str),
    /// Executes nothing and answers a deliberate no, recorded where it is an order.
    Refuse(&'static str),
    /// Executes, and answers something that was not asked.
    Wrong,
    /// Executes, and answers a code of the class "unknown", such as `822`.
    Unsure(&'static str),
    /// Waits until [`Bank::open_gate`], then executes and answers.
    Held,
}

struct Set {
    on: &'static str,
    fault: Fault,
    left: usize,
}

/// An institution.
pub(crate) struct Bank {
    pub(crate) code: String,
    pub(crate) line: Arc<ScriptedLine>,
    desk: Arc<Desk>,
}

struct Desk {
    books: Mutex<Books>,
    faults: Mutex<Vec<Set>>,
    gate: Semaphore,
    clock: Clock,
}

impl Bank {
    pub(crate) fn open(books: Books, clock: Clock) -> Self {
        let code = books.code().to_owned();
        let desk = Arc::new(Desk {
            books: Mutex::new(books),
            faults: Mutex::default(),
            gate: Semaphore::new(0),
            clock,
        });
        let behind = Arc::clone(&desk);
        let line = ScriptedLine::playing(move |ask| Arc::clone(&behind).play(ask));
        Self { code, line, desk }
    }

    /// Every call of this kind goes wrong until [`Bank::heal`]: `accounts`, `holder`, `balance`, `transactions`,
    /// `debit`, `credit`, `reversal`, `outcome`, `status`, or `all`.
    pub(crate) fn fail(&self, on: &'static str, fault: Fault) {
        self.fail_times(on, fault, usize::MAX);
    }

    /// As [`Bank::fail`], so often.
    pub(crate) fn fail_times(&self, on: &'static str, fault: Fault, left: usize) {
        self.desk.faults.lock().unwrap().push(Set { on, fault, left });
    }

    /// Ends every fault.
    pub(crate) fn heal(&self) {
        self.desk.faults.lock().unwrap().clear();
    }

    /// Lets calls through that are [`Fault::Held`], now and from now on.
    pub(crate) fn open_gate(&self) {
        self.desk.gate.add_permits(1_000);
    }

    /// What is on an account, won.
    pub(crate) fn balance(&self, account_num: &str) -> i64 {
        let account = self.desk.books().account(account_num);
        account.expect("the account is in the books").balance_won
    }

    /// Opens, closes or blocks an account.
    pub(crate) fn set_state(&self, account_num: &str, state: AccountState) {
        self.desk.books().set_state(account_num, state).unwrap();
    }

    /// Sums over all accounts.
    pub(crate) fn totals(&self) -> Totals {
        self.desk.books().totals()
    }

    /// How much more money is in the books than at opening, won.
    pub(crate) fn moved(&self) -> i64 {
        let totals = self.totals();
        assert!(totals.is_balanced(), "the books of {} do not balance", self.code);
        totals.balance_won - totals.opening_won
    }

    /// The kinds of questions asked so far, in order.
    pub(crate) fn asked(&self) -> Vec<&'static str> {
        self.line.asked().iter().map(word).collect()
    }

    /// How many questions of a kind were asked so far.
    pub(crate) fn asked_count(&self, kind: &str) -> usize {
        self.asked().iter().filter(|asked| **asked == kind).count()
    }
}

/// What is asked; a credit that gives back is a `reversal`.
fn word(ask: &Ask) -> &'static str {
    match ask {
        Ask::Credit(order) if !order.return_of.is_empty() => "reversal",
        _ => ask.word(),
    }
}

impl Desk {
    fn books(&self) -> std::sync::MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    fn strike(&self, on: &str) -> Option<Fault> {
        let mut faults = self.faults.lock().unwrap();
        let place = faults.iter().position(|set| set.on == on || set.on == "all")?;
        let fault = faults[place].fault;
        if faults[place].left == 1 {
            faults.remove(place);
        } else {
            faults[place].left -= 1;
        }
        Some(fault)
    }

    fn play(self: Arc<Self>, ask: Ask) -> BoxFuture<'static, Result<Answer, LineFault>> {
        let Some(fault) = self.strike(word(&ask)) else {
            return std::future::ready(self.execute(ask, None)).boxed();
        };
        let now = match fault {
            Fault::Held => {
                return async move {
                    self.gate.acquire().await.unwrap().forget();
                    self.execute(ask, None)
                }
                .boxed();
            }
            Fault::Silent => Err(LineFault::silence()),
            Fault::Late => self.execute(ask, None).and_then(|_| Err(LineFault::silence())),
            Fault::Down(code) => Err(LineFault::Down { code: code.to_owned() }),
            Fault::Refuse(code) => self.execute(ask, Code::parse(code)),
            Fault::Wrong => self.execute(ask, None).map(|_| Answer::Status(LineStatus::Open)),
            Fault::Unsure(code) => self
                .execute(ask, None)
                .and_then(|_| Err(LineFault::Silent { code: code.to_owned() })),
        };
        std::future::ready(now).boxed()
    }

    fn execute(&self, ask: Ask, refusal: Option<Code>) -> Result<Answer, LineFault> {
        if let (Some(code), false) = (refusal, matches!(ask, Ask::Debit(_) | Ask::Credit(_))) {
            return Err(fault(code));
        }
        let mut books = self.books();
        match ask {
            Ask::Accounts { linking_value } => {
                let found: Vec<FoundAccount> = books.accounts_of(&linking_value).iter().map(found).collect();
                Ok(Answer::Accounts(found.into()))
            }
            Ask::Holder {
                account_num,
                info_type,
                info,
            } => holder(&books, &account_num, (&info_type, &info)),
            Ask::Balance { account_num } => balance(&books, &account_num),
            Ask::Transactions(ask) => transactions(&books, &ask),
            Ask::Debit(order) => moved(&mut books, (OrderKind::Debit, &order), refusal, self.clock.now()),
            Ask::Credit(order) => moved(&mut books, (OrderKind::Credit, &order), refusal, self.clock.now()),
            Ask::Outcome { reference } => Ok(Answer::Outcome(books.outcome(&reference).map(|found| LegOutcome {
                kind: found.kind.as_str().to_owned(),
                outcome: Outcome::of_code(
                    found.code.as_str(),
                    LegFacts {
                        holder_name: found.holder_name.to_string(),
                        message: found.code.message().to_owned(),
                    },
                ),
                amount: Some(Won(found.amount_won)),
                executed_at: Some(timestamp(found.executed_at)),
            }))),
            Ask::Status => Ok(Answer::Status(LineStatus::Open)),
        }
    }
}

/// A code other than `000` as the hub's line tells it.
fn fault(code: Code) -> LineFault {
    let (code, message) = (code.as_str().to_owned(), code.message().to_owned());
    match Outcome::of_code(&code, LegFacts::default()) {
        Outcome::Down { code } => LineFault::Down { code },
        Outcome::Unknown { code } => LineFault::Silent { code },
        _ => LineFault::Refused { code, message },
    }
}

fn found(account: &naru_sims::bank::Account) -> FoundAccount {
    let terms = &account.terms;
    FoundAccount {
        account_num: terms.account_num.to_string(),
        account_seq: terms.account_seq.clone(),
        account_type: terms.account_type.clone(),
        product_name: terms.product_name.clone(),
        holder_name: terms.holder_name.to_string(),
        holder_type: if terms.holder_type == HolderType::Person {
            "P"
        } else {
            "C"
        }
        .to_owned(),
        opened_on: terms.opened_on.clone(),
        matures_on: terms.matures_on.clone(),
    }
}

fn holder(books: &Books, account_num: &str, (kind, info): (&str, &str)) -> Result<Answer, LineFault> {
    let check = match kind {
        "6" => HolderCheck::BusinessNumber(info),
        "N" => HolderCheck::NoCheck,
        _ => HolderCheck::BirthDate(info),
    };
    let account = books.holder(account_num, check).map_err(fault)?;
    Ok(Answer::Holder(Holder {
        holder_name: account.terms.holder_name.to_string(),
        account_type: account.terms.account_type.clone(),
        account_seq: account.terms.account_seq.clone(),
    }))
}

fn balance(books: &Books, account_num: &str) -> Result<Answer, LineFault> {
    let found = books.balance(account_num).map_err(fault)?;
    let terms = &found.account.terms;
    Ok(Answer::Balance(Balance {
        balance: Won(found.account.balance_won),
        available: Won(found.account.balance_won),
        account_type: terms.account_type.clone(),
        product_name: terms.product_name.clone(),
        account_issue_date: terms.opened_on.clone(),
        maturity_date: terms.matures_on.clone(),
        last_tran_date: found.last_moved_at.map(seoul::day_of).unwrap_or_default(),
    }))
}

fn transactions(books: &Books, ask: &TransactionsAsk) -> Result<Answer, LineFault> {
    let query = TransactionsQuery {
        inquiry_type: match ask.filter {
            MovementFilter::All => InquiryType::All,
            MovementFilter::In => InquiryType::In,
            MovementFilter::Out => InquiryType::Out,
        },
        from: moment(ask.from),
        to: moment(ask.to),
        sort_order: match ask.order {
            MovementOrder::Ascending => SortOrder::Ascending,
            MovementOrder::Descending => SortOrder::Descending,
        },
        page_size: usize::try_from(ask.page_size).unwrap(),
        cursor: ask.cursor.clone(),
    };
    let page = books.transactions(&ask.account_num, &query).map_err(fault)?;
    let movement = |movement: &naru_sims::bank::Movement| Movement {
        tran_date: seoul::day_of(movement.at),
        tran_time: seoul::time_of(movement.at),
        way: if movement.direction == Direction::In {
            Way::In
        } else {
            Way::Out
        },
        tran_type: movement.tran_type.to_string(),
        print_content: movement.print_content.clone(),
        amount: Won(movement.amount_won),
        after_balance: Won(movement.after_won),
        branch_name: movement.branch_name.to_string(),
    };
    Ok(Answer::Transactions(TransactionsPage {
        balance: Won(page.balance_won),
        movements: page.items.iter().map(movement).collect(),
        next_cursor: page.next_cursor,
        skipped: 0,
    }))
}

fn moved(
    books: &mut Books,
    (kind, ask): (OrderKind, &MoveAsk),
    refusal: Option<Code>,
    now: Timestamp,
) -> Result<Answer, LineFault> {
    let order = Order {
        reference: ask.reference.clone(),
        account_num: ask.account_num.clone(),
        amount_won: ask.amount.0,
        print_content: ask.print_content.clone(),
        counterpart_bank_code: ask.counterpart_bank_code.to_string(),
        counterpart_name: ask.counterpart_name.clone(),
        purpose: ask.purpose.clone(),
        return_of: ask.return_of.clone(),
    };
    let outcome = match (refusal, kind) {
        (Some(code), _) => books.refuse(kind, &order, code, moment(now)),
        (None, OrderKind::Debit) => books.debit(&order, moment(now)),
        (None, OrderKind::Credit) => books.credit(&order, moment(now)),
    };
    if outcome.code != Code::OK {
        return Err(fault(outcome.code));
    }
    Ok(Answer::Moved(Moved {
        message: outcome.code.message().to_owned(),
        executed_at: Some(timestamp(outcome.executed_at)),
        holder_name: outcome.holder_name.to_string(),
        account_num_masked: naru_core::mask_account(&outcome.account_num),
        balance: Some(Won(outcome.balance_won)),
    }))
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.0) * 1_000).unwrap()
}

fn timestamp(at: OffsetDateTime) -> Timestamp {
    Timestamp(i64::try_from(at.unix_timestamp_nanos() / 1_000).unwrap())
}
