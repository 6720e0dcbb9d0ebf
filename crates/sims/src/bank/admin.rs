//! The admin endpoints of a simulated bank, on their own plain address: faults, books, accounts, outcomes.
//! They are for people and tests beside the simulator and ask for no credentials, so they belong on loopback.
//! Wrong input is answered with 400, naming the field and what is accepted.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, patch, post};
use http::StatusCode;
use serde_json::{Value, json};

use super::account::{Account, AccountKind, AccountState, HolderType, OpeningAccount};
use super::fault::FaultOrder;
use super::line::{Bank, outcome_answer};
use crate::fields::{BadField, Fields, SmallBody, json_answer, not_found};

const MOST_ACCOUNTS_LISTED: usize = 1_000;
const MOVEMENTS_SHOWN: usize = 50;
const STATES: [&str; 3] = ["open", "closed", "blocked"];

type Call = State<Arc<Bank>>;
type Answer = Result<Response, BadField>;

/// The admin's router.
pub(super) fn router(bank: Arc<Bank>) -> Router {
    Router::new()
        .route("/admin", get(index))
        .route("/admin/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/admin/books", get(books))
        .route("/admin/accounts", post(open_account))
        .route("/admin/accounts/{account_num}", get(account).merge(patch(set_state)))
        .route("/admin/outcomes/{reference}", get(outcome))
        .route("/admin/status", post(set_status))
        .fallback(|| async { not_found("GET /admin lists what there is") })
        .with_state(bank)
}

async fn index(State(bank): Call) -> Response {
    let held = bank.books();
    let answer = json!({
        "bank": { "code": held.books().code(), "name": held.books().name() },
        "endpoints": {
            "GET /admin/faults": "the faults in force, first tried first",
            "POST /admin/faults": "add one: kind slow|silent|wrong|down|late|duplicate|refuse, on [operations], times, \
                                   delay_ms, code, percent, seed",
            "DELETE /admin/faults": "end all faults",
            "GET /admin/books": "sums over all accounts, and the first 1,000 accounts",
            "GET /admin/accounts/{account_num}": "one account with its last 50 movements",
            "POST /admin/accounts": "open an account: account_num, holder_name, holder_info, balance_won, ...",
            "PATCH /admin/accounts/{account_num}": "set its state: open|closed|blocked",
            "GET /admin/outcomes/{reference}": "what became of a reference",
            "POST /admin/status": "open or close the whole bank: state open|closed",
        }
    });
    json_answer(StatusCode::OK, &answer)
}

async fn faults(State(bank): Call) -> Response {
    json_answer(StatusCode::OK, &json!({ "faults": bank.faults.in_force() }))
}

async fn add_fault(State(bank): Call, body: Result<SmallBody, BadField>) -> Answer {
    bank.faults.add(FaultOrder::parse(&body?.0)?)?;
    Ok(faults(State(bank)).await)
}

async fn clear_faults(State(bank): Call) -> Response {
    bank.faults.clear();
    faults(State(bank)).await
}

async fn books(State(bank): Call) -> Response {
    let (totals, accounts) = {
        let held = bank.books();
        (held.books().totals(), held.books().accounts(MOST_ACCOUNTS_LISTED))
    };
    let accounts: Vec<Value> = accounts.iter().map(shown).collect();
    json_answer(
        StatusCode::OK,
        &json!({ "totals": totals, "is_balanced": totals.is_balanced(), "accounts": accounts }),
    )
}

async fn account(State(bank): Call, Path(account_num): Path<String>) -> Response {
    let (found, movements) = {
        let held = bank.books();
        (
            held.books().account(&account_num),
            held.books().last_movements(&account_num, MOVEMENTS_SHOWN),
        )
    };
    let Some(account) = found else {
        return not_found("no account with that number");
    };
    let mut answer = shown(&account);
    answer["movements"] = json!(movements);
    json_answer(StatusCode::OK, &answer)
}

async fn open_account(State(bank): Call, body: Result<SmallBody, BadField>) -> Answer {
    let opening = opening(&body?.0)?;
    let account_num = opening.terms.account_num.clone();
    let opened = bank.books().open_account(opening);
    let is_new = opened.map_err(|refused| BadField::new(refused.field, "not acceptable", refused.why))?;
    if !is_new {
        return Err(BadField::new(
            "account_num",
            "open already",
            "a number that no account has",
        ));
    }
    let mut response = account(State(bank), Path(account_num.to_string())).await;
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

async fn set_state(State(bank): Call, Path(account_num): Path<String>, body: Result<SmallBody, BadField>) -> Answer {
    let fields = Fields::parse(&body?.0, &["state"])?;
    let state = match fields.choice("state", &STATES)? {
        "open" => AccountState::Open,
        "closed" => AccountState::Closed,
        _ => AccountState::Blocked,
    };
    let changed = bank.books().set_state(&account_num, state);
    match changed {
        Ok(()) => Ok(account(State(bank), Path(account_num)).await),
        Err(_) => Ok(not_found("no account with that number")),
    }
}

async fn outcome(State(bank): Call, Path(reference): Path<String>) -> Response {
    let found = bank.books().books().outcome(&reference);
    json_answer(StatusCode::OK, &outcome_answer(found.as_ref()))
}

async fn set_status(State(bank): Call, body: Result<SmallBody, BadField>) -> Answer {
    let fields = Fields::parse(&body?.0, &["state"])?;
    let state = fields.choice("state", &["open", "closed"])?;
    bank.set_closed(state == "closed");
    Ok(json_answer(StatusCode::OK, &json!({ "state": state })))
}

fn shown(account: &Account) -> Value {
    let terms = &account.terms;
    json!({
        "account_num": terms.account_num,
        "holder_name": terms.holder_name,
        "kind": terms.kind,
        "account_type": terms.account_type,
        "product_name": terms.product_name,
        "limit_won": terms.limit_won,
        "state": account.state,
        "balance_won": account.balance_won,
    })
}

const OPENING_FIELDS: [&str; 13] = [
    "account_num",
    "account_seq",
    "linking_value",
    "holder_name",
    "holder_type",
    "holder_info",
    "account_type",
    "product_name",
    "opened_on",
    "matures_on",
    "kind",
    "balance_won",
    "limit_won",
];

fn opening(body: &[u8]) -> Result<OpeningAccount, BadField> {
    let fields = Fields::parse(body, &OPENING_FIELDS)?;
    let won = |field| {
        fields
            .optional_number(field, 0..=1_000_000_000_000_000)
            .map(|won| won.map(u64::cast_signed))
    };
    let holder = (fields.text("holder_name")?, fields.text("holder_info")?);
    let linking_value = fields.optional_text("linking_value")?.unwrap_or_default();
    let balance_won = won("balance_won")?.unwrap_or(0);
    let mut opening = OpeningAccount::person(fields.text("account_num")?, linking_value, holder, balance_won);
    let terms = &mut opening.terms;
    terms.limit_won = won("limit_won")?;
    if fields.optional_text("holder_type")?.is_some() && fields.choice("holder_type", &["P", "C"])? == "C" {
        terms.holder_type = HolderType::Company;
    }
    if fields.optional_text("kind")?.is_some() && fields.choice("kind", &["ordinary", "contract"])? == "contract" {
        terms.kind = AccountKind::Contract;
    }
    let texts = [
        ("account_seq", &mut terms.account_seq),
        ("account_type", &mut terms.account_type),
        ("product_name", &mut terms.product_name),
        ("opened_on", &mut terms.opened_on),
        ("matures_on", &mut terms.matures_on),
    ];
    for (field, place) in texts {
        if let Some(text) = fields.optional_text(field)? {
            text.clone_into(place);
        }
    }
    Ok(opening)
}
