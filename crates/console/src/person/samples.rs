//! Every page with invented people, in the states a person can meet, for the tests and for looking at them.

use naru_core::trust::Verdict;
use naru_core::{ClientStatus, Timestamp, Won};
use serde_json::json;

use super::{
    AccountChoice, CodeView, ConsentView, ConsentsView, DoneView, DoneWord, GrantAccount, GrantView, GrantWord,
    ProblemView, ProblemWord, ScopePair, SignInView, SignInWords, WithdrawalLimits,
};
use crate::chain::ChainView;

pub(super) fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

pub(super) fn person(name: &str, birth_date: &str, cell_no: &str) -> SignInWords {
    SignInWords {
        name: name.to_owned(),
        birth_date: birth_date.to_owned(),
        cell_no: cell_no.to_owned(),
    }
}

pub(super) fn sign_in(client_name: &str) -> SignInView {
    SignInView {
        action: "/authorize/sign-in?authorization=aut_01".to_owned(),
        csrf: "csrf-01".to_owned(),
        client_name: client_name.to_owned(),
        ..SignInView::default()
    }
}

pub(super) fn sign_in_trial(client_name: &str) -> SignInView {
    SignInView {
        trial_people: vec![
            person("김나루", "19900131", "01012345678"),
            person("이하늘", "19850724", "01023456789"),
            person("박여울", "20010909", "01034567890"),
        ],
        ..sign_in(client_name)
    }
}

pub(super) fn code(client_name: &str) -> CodeView {
    CodeView {
        action: "/authorize/code".to_owned(),
        csrf: "csrf-02".to_owned(),
        client_name: client_name.to_owned(),
        simulated_message: Some("[나루] 인증번호 042817 (3분 안에 입력)".to_owned()),
        tries_left: Some(5),
        error: None,
    }
}

fn account(value: &str, bank: &str, product: &str, masked: &str) -> AccountChoice {
    AccountChoice {
        value: value.to_owned(),
        bank_name: bank.to_owned(),
        masked: masked.to_owned(),
        product_name: product.to_owned(),
        holder_name: "김나루".to_owned(),
        checked: false,
    }
}

pub(super) const INQUIRY: ScopePair = ScopePair {
    inquiry: true,
    transfer: false,
};
pub(super) const TRANSFER: ScopePair = ScopePair {
    inquiry: false,
    transfer: true,
};
pub(super) const BOTH: ScopePair = ScopePair {
    inquiry: true,
    transfer: true,
};
pub(super) const NEITHER: ScopePair = ScopePair {
    inquiry: false,
    transfer: false,
};

pub(super) fn consent(client_name: &str, asked: ScopePair) -> ConsentView {
    ConsentView {
        action: "/authorize/consent".to_owned(),
        csrf: "csrf-03".to_owned(),
        client_name: client_name.to_owned(),
        client_status: ClientStatus::Active,
        asked,
        chosen: ScopePair::default(),
        accounts: vec![
            account("a1", "오픈은행", "생활비 통장", "110-234-567***"),
            account("a2", "나루은행", "급여 통장", "3333-01-8765***"),
            account("a3", "한강저축은행", "모으기 적금", "502-88-0012***"),
        ],
        institutions_unreachable: vec!["두물머리은행".to_owned()],
        until: at("20271120235959"),
        limits: WithdrawalLimits {
            transfer_won: Won(500_000),
            day_won: Won(1_000_000),
        },
        error: None,
    }
}

pub(super) fn consents(client_name: &str) -> ConsentsView {
    let grant = |id: &str, name: &str, scopes, state| GrantView {
        id: id.to_owned(),
        client_name: name.to_owned(),
        scopes,
        accounts: vec![
            GrantAccount {
                bank_name: "오픈은행".to_owned(),
                product_name: "생활비 통장".to_owned(),
                masked: "110-234-567***".to_owned(),
            },
            GrantAccount {
                bank_name: "나루은행".to_owned(),
                product_name: "급여 통장".to_owned(),
                masked: "3333-01-8765***".to_owned(),
            },
        ],
        since: at("20261121140327"),
        until: at("20271120235959"),
        last_used: Some(at("20261122091200")),
        ended_at: None,
        state,
        revoke_action: "/consents/revoke".to_owned(),
    };
    let mut unused = grant("gnt_02", "페이나루", TRANSFER, GrantWord::Active);
    unused.last_used = None;
    unused.accounts.truncate(1);
    let mut ended = grant("gnt_03", "가계부온", INQUIRY, GrantWord::RevokedByPerson);
    ended.ended_at = Some(at("20261123180000"));
    let mut login = grant("gnt_04", "송금하랑", NEITHER, GrantWord::Expired);
    login.accounts.clear();
    ConsentsView {
        csrf: "csrf-04".to_owned(),
        grants: vec![
            grant("gnt_01", client_name, BOTH, GrantWord::Active),
            unused,
            ended,
            login,
        ],
        sign_out_action: "/sign-out".to_owned(),
    }
}

pub(super) fn done(what: DoneWord, client_name: &str) -> DoneView {
    DoneView {
        what,
        client_name: client_name.to_owned(),
        consents_href: Some("/consents".to_owned()),
    }
}

pub(super) fn problem(kind: ProblemWord) -> ProblemView {
    ProblemView {
        kind,
        sentence: None,
        hint: None,
        reference: "cal_01997f0e5c7a7b3ea1d2".to_owned(),
        chain: None,
        retry_href: None,
    }
}

/// A chain with every answer a link can give; the consent was ended.
pub(super) fn broken_chain() -> ChainView {
    let verdict: Verdict = serde_json::from_value(json!({ "links": [
        { "is": "holds", "evidence": [["expires_at", "2027-02-19 14:03:27"]] },
        { "is": "holds", "evidence": [] },
        { "is": "unknown", "why": "no_source" },
        { "is": "unknown", "why": "no_source" },
        { "is": "compensated", "by": "passkey" },
        { "is": "broken", "why": "grant_revoked",
          "evidence": [["grant", "gnt_01"], ["revoked_at", "2026-11-21 14:03:27"]] },
        { "is": "not_asked" },
    ] }))
    .unwrap();
    ChainView::of(&verdict)
}
