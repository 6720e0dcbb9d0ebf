//! The line protocol v1 over HTTP, as `docs/line.openapi.yaml` publishes it to institutions.
//! Each call takes the books' lock once, shortly, and is answered outside of it; nothing is logged per call.
//! Faults strike between reading the request and answering it, see [`super::fault`].

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use http::{StatusCode, header};

use super::account::masked;
use super::code::Code;
use super::fault::{Faults, Operation, SILENCE, Strike, strike_of_order};
use super::kept::KeptBooks;
use super::order::{OrderKind, Outcome};
use super::wire::{
    AccountItem, AccountsAnswer, AccountsRequest, BalanceAnswer, BalanceRequest, HolderAnswer, HolderRequest,
    LineRequest, Malformed, OrderAnswer, OrderRequest, OutcomeAnswer, PlainAnswer, StatusAnswer, TransactionItem,
    TransactionsAnswer, TransactionsRequest,
};
use crate::fields::{BadField, SmallBody, json_answer};
use crate::seoul;
use crate::serve::Hangup;

/// The published description of this protocol.
pub const OPENAPI: &str = include_str!("../../../../docs/line.openapi.yaml");

const GARBAGE: &str = "{\"code\":\"000\",\"message\":\"정상 처리되었";

/// What both listeners of one bank share.
#[derive(Debug)]
pub(super) struct Bank {
    books: Mutex<KeptBooks>,
    pub(super) faults: Faults,
    is_closed: AtomicBool,
}

impl Bank {
    pub(super) fn new(books: KeptBooks) -> Self {
        Self {
            books: Mutex::new(books),
            faults: Faults::default(),
            is_closed: AtomicBool::new(false),
        }
    }

    /// The books, held; for a moment only and never across an await.
    pub(super) fn books(&self) -> MutexGuard<'_, KeptBooks> {
        self.books.lock().expect("nothing panics while the books are held")
    }

    /// Whether the bank is outside its hours: only status and outcomes are answered then.
    pub(super) fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Acquire)
    }

    pub(super) fn set_closed(&self, is_closed: bool) {
        self.is_closed.store(is_closed, Ordering::Release);
    }
}

type Call = State<Arc<Bank>>;
type Body = Result<SmallBody, BadField>;

/// Every route of the protocol: method, path, handler.
fn routes() -> [(&'static str, &'static str, MethodRouter<Arc<Bank>>); 9] {
    [
        ("post", "/line/v1/accounts", post(accounts)),
        ("post", "/line/v1/holder", post(holder)),
        ("post", "/line/v1/balance", post(balance)),
        ("post", "/line/v1/transactions", post(transactions)),
        ("post", "/line/v1/debits", post(debit)),
        ("post", "/line/v1/credits", post(credit)),
        ("get", "/line/v1/outcomes/{reference}", get(outcome)),
        ("get", "/line/v1/status", get(status)),
        ("get", "/line/v1/openapi.yaml", get(openapi)),
    ]
}

/// The line's router.
pub(super) fn router(bank: Arc<Bank>) -> Router {
    let empty = Router::new().fallback(|| async { refused(StatusCode::NOT_FOUND, "path") });
    let routes = routes()
        .into_iter()
        .fold(empty, |router, (_, path, handler)| router.route(path, handler));
    routes.with_state(bank)
}

async fn accounts(State(bank): Call, body: Body) -> Response {
    let act = |_| {
        let request = read::<AccountsRequest>(body)?;
        let found = bank.books().books().accounts_of(request.check()?);
        let accounts = found.iter().map(AccountItem::of).collect();
        Ok(json_answer(
            StatusCode::OK,
            &AccountsAnswer {
                code: Code::OK,
                message: Code::OK.message(),
                accounts,
            },
        ))
    };
    perform(&bank, Operation::Accounts, act).await
}

async fn holder(State(bank): Call, body: Body) -> Response {
    let act = |_| {
        let request = read::<HolderRequest>(body)?;
        let found = bank.books().books().holder(&request.account_num, request.check()?);
        let answer = |account: &super::account::Account| {
            let terms = &account.terms;
            let answer = HolderAnswer {
                code: Code::OK,
                message: Code::OK.message(),
                holder_name: &terms.holder_name,
                account_type: &terms.account_type,
                account_seq: &terms.account_seq,
            };
            json_answer(StatusCode::OK, &answer)
        };
        Ok(found.map_or_else(plain, |account| answer(&account)))
    };
    perform(&bank, Operation::Holder, act).await
}

async fn balance(State(bank): Call, body: Body) -> Response {
    let act = |_| {
        let request = read::<BalanceRequest>(body)?;
        let found = bank.books().books().balance(&request.account_num);
        Ok(found.map_or_else(plain, |found| {
            let terms = &found.account.terms;
            let answer = BalanceAnswer {
                code: Code::OK,
                message: Code::OK.message(),
                balance_amt: found.account.balance_won.to_string(),
                available_amt: found.account.balance_won.to_string(),
                account_type: &terms.account_type,
                product_name: &terms.product_name,
                account_issue_date: &terms.opened_on,
                maturity_date: &terms.matures_on,
                last_tran_date: found.last_moved_at.map_or_else(String::new, seoul::day_of),
            };
            json_answer(StatusCode::OK, &answer)
        }))
    };
    perform(&bank, Operation::Balance, act).await
}

async fn transactions(State(bank): Call, body: Body) -> Response {
    let act = |_| {
        let request = read::<TransactionsRequest>(body)?;
        let query = request.check()?;
        let found = bank.books().books().transactions(&request.account_num, &query);
        let page = match found {
            Ok(page) => page,
            Err(Code::MALFORMED) => return Err(Malformed("cursor".to_owned())),
            Err(code) => return Ok(plain(code)),
        };
        let answer = TransactionsAnswer {
            code: Code::OK,
            message: Code::OK.message(),
            balance_amt: page.balance_won.to_string(),
            items: page.items.iter().map(TransactionItem::of).collect(),
            next_cursor: &page.next_cursor,
        };
        Ok(json_answer(StatusCode::OK, &answer))
    };
    perform(&bank, Operation::Transactions, act).await
}

async fn debit(State(bank): Call, body: Body) -> Response {
    let strike = of_order(&bank, Operation::Debit, &body);
    struck(&bank, (Operation::Debit, strike), |refusal| {
        order(&bank, OrderKind::Debit, body, refusal)
    })
    .await
}

async fn credit(State(bank): Call, body: Body) -> Response {
    let strike = of_order(&bank, Operation::Credit, &body);
    struck(&bank, (Operation::Credit, strike), |refusal| {
        order(&bank, OrderKind::Credit, body, refusal)
    })
    .await
}

async fn outcome(State(bank): Call, Path(reference): Path<String>) -> Response {
    let act = |_| {
        let found = bank.books().books().outcome(&reference);
        Ok(json_answer(StatusCode::OK, &outcome_answer(found.as_ref())))
    };
    perform(&bank, Operation::Outcome, act).await
}

async fn status(State(bank): Call) -> Response {
    let act = |_| {
        let state = if bank.is_closed() { "closed" } else { "open" };
        Ok(json_answer(
            StatusCode::OK,
            &StatusAnswer {
                code: Code::OK,
                message: Code::OK.message(),
                state,
            },
        ))
    };
    perform(&bank, Operation::Status, act).await
}

async fn openapi() -> Response {
    ([(header::CONTENT_TYPE, "application/yaml; charset=utf-8")], OPENAPI).into_response()
}

fn order(bank: &Bank, kind: OrderKind, body: Body, refusal: Option<Code>) -> Result<Response, Malformed> {
    let order = read::<OrderRequest>(body)?.check()?;
    let outcome = bank.books().order(kind, order, refusal, seoul::now());
    let answer = OrderAnswer {
        code: outcome.code,
        message: outcome.code.message(),
        reference: &outcome.reference,
        executed_at: seoul::stamp(outcome.executed_at),
        holder_name: &outcome.holder_name,
        account_num_masked: masked(&outcome.account_num),
        balance_amt: outcome.balance_won.to_string(),
    };
    Ok(json_answer(StatusCode::OK, &answer))
}

/// The answer to an outcome inquiry, for the line and for the admin.
pub(super) fn outcome_answer(found: Option<&Outcome>) -> OutcomeAnswer<'_> {
    let (code, message) = ("000", Code::OK.message());
    let Some(outcome) = found else {
        return OutcomeAnswer {
            code,
            message,
            found: "N",
            ..OutcomeAnswer::default()
        };
    };
    OutcomeAnswer {
        code,
        message,
        found: "Y",
        kind: outcome.kind.as_str(),
        outcome_code: outcome.code.as_str(),
        outcome_message: outcome.code.message(),
        amount: outcome.amount_won.to_string(),
        executed_at: seoul::stamp(outcome.executed_at),
        holder_name: &outcome.holder_name,
        account_num_masked: masked(&outcome.account_num),
    }
}

/// What strikes an order: a fault in force, or else a word in it.
fn of_order(bank: &Bank, operation: Operation, body: &Body) -> Option<Strike> {
    let in_force = bank.faults.strike(operation);
    in_force.or_else(|| strike_of_order(&body.as_ref().ok()?.0))
}

/// Runs a call through the faults in force.
async fn perform<F>(bank: &Bank, operation: Operation, act: F) -> Response
where
    F: FnOnce(Option<Code>) -> Result<Response, Malformed>,
{
    struck(bank, (operation, bank.faults.strike(operation)), act).await
}

/// Runs a call with what strikes it. `act` executes it; given a code, it records that as a deliberate no.
async fn struck<F>(bank: &Bank, (operation, strike): (Operation, Option<Strike>), act: F) -> Response
where
    F: FnOnce(Option<Code>) -> Result<Response, Malformed>,
{
    let is_order = matches!(operation, Operation::Debit | Operation::Credit);
    let is_answered_when_closed = matches!(operation, Operation::Status | Operation::Outcome);
    let execute = |refusal| {
        if bank.is_closed() && !is_answered_when_closed {
            return plain(Code::OUT_OF_HOURS);
        }
        act(refusal).unwrap_or_else(|Malformed(field)| refused(StatusCode::BAD_REQUEST, &field))
    };
    match strike {
        None => execute(None),
        Some(Strike::Slow(delay)) => {
            tokio::time::sleep(delay).await;
            execute(None)
        }
        Some(Strike::Late(delay)) => {
            let answer = execute(None);
            tokio::time::sleep(delay).await;
            answer
        }
        Some(Strike::Silent) => {
            tokio::time::sleep(SILENCE).await;
            Hangup.into_response()
        }
        Some(Strike::Reset) => Hangup.into_response(),
        Some(Strike::Down(code)) => plain(code),
        Some(Strike::Wrong) => understood(execute(None), garbage),
        Some(Strike::Duplicate) => understood(execute(None), || plain(Code::DUPLICATE)),
        Some(Strike::Refuse(code)) if is_order => execute(Some(code)),
        Some(Strike::Refuse(code)) => plain(code),
    }
}

/// Another answer in place of a right one; a request that was not understood keeps its 400.
fn understood(answer: Response, instead: impl FnOnce() -> Response) -> Response {
    if answer.status() == StatusCode::OK {
        instead()
    } else {
        answer
    }
}

fn garbage() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], GARBAGE).into_response()
}

fn read<T: LineRequest>(body: Body) -> Result<T, Malformed> {
    let SmallBody(body) = body.map_err(|bad| Malformed(bad.field().to_owned()))?;
    T::read(&body)
}

fn plain(code: Code) -> Response {
    json_answer(
        StatusCode::OK,
        &PlainAnswer {
            code,
            message: code.message(),
        },
    )
}

fn refused(status: StatusCode, field: &str) -> Response {
    let message = format!("{} ({field})", Code::MALFORMED.message());
    json_answer(
        status,
        &PlainAnswer {
            code: Code::MALFORMED,
            message: &message,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// The (method, path) pairs of the document: two spaces before a path, four before a method.
    fn documented() -> BTreeSet<(String, String)> {
        let mut found = BTreeSet::new();
        let mut path = String::new();
        let lines = OPENAPI.lines().skip_while(|line| *line != "paths:").skip(1);
        for line in lines.take_while(|line| line.is_empty() || line.starts_with(' ')) {
            if line.starts_with("  /") {
                path = line.trim().trim_end_matches(':').to_owned();
            }
            let method = line.strip_prefix("    ").and_then(|rest| rest.strip_suffix(':'));
            if let Some(method) = method.filter(|name| matches!(*name, "get" | "post" | "put" | "patch" | "delete")) {
                found.insert((method.to_owned(), path.clone()));
            }
        }
        found
    }

    #[test]
    fn the_document_has_exactly_the_routes_served() {
        let served = routes().map(|(method, path, _)| (method.to_owned(), path.to_owned()));
        assert_eq!(BTreeSet::from(served), documented());
    }

    #[test]
    fn the_document_names_every_code_the_books_answer() {
        for code in [
            "000", "111", "114", "411", "412", "453", "455", "464", "490", "803", "810", "822",
        ] {
            assert!(OPENAPI.contains(&format!("`{code}`")), "{code}");
        }
    }
}
