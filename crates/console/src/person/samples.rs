//! Every page with invented people, in the states a person can meet, for the tests and for looking at them.

use naru_core::{ClientStatus, Language, Scope, SignInMethod, Timestamp, Won};

use super::{
    AccountChoice, ActivityView, AnswerWord, CallView, ClientChoice, CodeView, ConsentView, DayView, DidWord, DoneView,
    DoneWord, GrantAccount, GrantView, GrantWord, GrantsView, PasskeyView, ProblemView, ProblemWord, ScopePair,
    SecurityView, SessionView, SignInView, SignInWords, WithdrawalLimits,
};
use crate::chain::ChainView;
use crate::page::{Newcomer, PersonFrame, WayWord};

const LIMITS: WithdrawalLimits = WithdrawalLimits {
    transfer_won: Won(500_000),
    day_won: Won(1_000_000),
};

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
        passkey_begin: "/authorizations/aut_01/passkey/begin".to_owned(),
        passkey_finish: "/authorizations/aut_01/passkey/finish".to_owned(),
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
        test_bed: true,
        asked,
        also: vec![Scope::Login],
        by_code: true,
        chosen: ScopePair::default(),
        accounts: vec![
            account("a1", "오픈은행", "생활비 통장", "110-234-567***"),
            account("a2", "나루은행", "급여 통장", "3333-01-8765***"),
            account("a3", "한강저축은행", "모으기 적금", "502-88-0012***"),
        ],
        institutions_unreachable: vec!["두물머리은행".to_owned()],
        until: at("20271120235959"),
        limits: LIMITS,
        error: None,
        somebody_else_action: "/authorizations/aut_01/somebody-else".to_owned(),
    }
}

pub(super) fn grants(client_name: &str) -> GrantsView {
    let grant = |id: &str, name: &str, scopes: &[Scope], state| GrantView {
        id: id.to_owned(),
        client_name: name.to_owned(),
        scopes: scopes.to_vec(),
        limits: scopes.contains(&Scope::Transfer).then_some(LIMITS),
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
        calls: 1_284,
        last_used: Some(at("20261122091200")),
        ended_at: None,
        state,
        revoke_action: format!("/grants/{id}/revoke"),
        activity_href: "/activity?client=cli_1".to_owned(),
        record_href: format!("/grants/{id}/record"),
    };
    let mut unused = grant(
        "gnt_02",
        "페이나루",
        &[Scope::Login, Scope::Transfer],
        GrantWord::Active,
    );
    unused.last_used = None;
    unused.calls = 0;
    unused.accounts.truncate(1);
    let mut ended = grant("gnt_03", "가계부온", &[Scope::Inquiry], GrantWord::RevokedByPerson);
    ended.ended_at = Some(at("20261123180000"));
    let fapi = [Scope::OpenId, Scope::GrantQuery, Scope::GrantRevoke];
    let mut login = grant("gnt_04", "송금하랑", &fapi, GrantWord::Expired);
    login.accounts.clear();
    let both = [Scope::Login, Scope::Inquiry, Scope::Transfer];
    GrantsView {
        csrf: "csrf-04".to_owned(),
        grants: vec![
            grant("gnt_01", client_name, &both, GrantWord::Active),
            unused,
            ended,
            login,
        ],
        offer: false,
    }
}

pub(super) fn activity(client_name: &str, language: Language) -> ActivityView {
    let call = |time: &str, did, answer: AnswerWord, chain: &ChainView| CallView {
        id: "cal_01997f0e5c7a7b3ea1d2aa3f70c1b2d4".to_owned(),
        time: time.to_owned(),
        client_name: client_name.to_owned(),
        did,
        bank_name: Some("나루은행".to_owned()),
        answer,
        mark: answer.mark(),
        chain: chain.clone(),
    };
    let broken = crate::design::chain(language);
    let unread = ChainView::unread();
    let day = |day: &str, calls| DayView {
        day: day.to_owned(),
        calls,
    };
    ActivityView {
        clients: vec![ClientChoice {
            id: "cli_1".to_owned(),
            name: client_name.to_owned(),
            chosen: true,
        }],
        days: vec![
            day(
                "2026-11-22",
                vec![
                    call("14:03:27", DidWord::Withdraw, AnswerWord::Refused, &broken),
                    call("09:12:00", DidWord::Balance, AnswerWord::Answered, &broken),
                ],
            ),
            day(
                "2026-11-21",
                vec![
                    call("18:00:01", DidWord::Other, AnswerWord::Failed, &unread),
                    call("17:00:01", DidWord::Withdraw, AnswerWord::Open, &broken),
                ],
            ),
        ],
        newest_href: Some("/activity".to_owned()),
        older_href: Some("/activity?before=cal_1".to_owned()),
    }
}

pub(super) fn security(name: &str) -> SecurityView {
    let session = |device: &str, method, created: &str, is_this, is_new| SessionView {
        device: device.to_owned(),
        method,
        created_at: at(created),
        seen_at: at("20261122091200"),
        is_this,
        is_new,
        end_action: "/sessions/ses_1/end".to_owned(),
    };
    SecurityView {
        csrf: "csrf-05".to_owned(),
        done: None,
        passkeys: vec![
            PasskeyView {
                name: name.to_owned(),
                created_at: at("20261121140327"),
                used_at: Some(at("20261122091200")),
                remove_action: "/passkeys/psk_1/remove".to_owned(),
            },
            PasskeyView {
                name: "회사 노트북".to_owned(),
                created_at: at("20261121150327"),
                used_at: None,
                remove_action: "/passkeys/psk_2/remove".to_owned(),
            },
        ],
        sessions: vec![
            session("Chrome, Android", SignInMethod::Passkey, "20261121140327", true, false),
            session("Safari, iPhone", SignInMethod::Identity, "20261121150000", false, true),
            session("", SignInMethod::Identity, "20261120150000", false, false),
        ],
        can_add: true,
        this_device: "Chrome, Android".to_owned(),
        idle_minutes: 15,
        absolute_hours: 12,
    }
}

pub(super) fn person_frame(way: WayWord) -> PersonFrame {
    PersonFrame {
        way,
        csrf: "csrf-06".to_owned(),
        newcomer: Some(Newcomer {
            device: "Safari, iPhone".to_owned(),
            at: at("20261121150000"),
        }),
    }
}

pub(super) fn done(what: DoneWord, client_name: &str) -> DoneView {
    DoneView {
        what,
        client_name: client_name.to_owned(),
        consents_href: Some("/grants".to_owned()),
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
