//! What the list of calls made in a person's name shows.

use naru_core::trust::Verdict;
use naru_core::{Timestamp, words};
use naru_storage::CallRecord;
use serde::Serialize;

use crate::chain::ChainView;

/// Every call, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct ActivityView {
    /// The companies one can choose; empty where there was never one.
    pub clients: Vec<ClientChoice>,
    /// The calls of this page, day by day.
    pub days: Vec<DayView>,
    /// Where the newest calls are; absent on the first page.
    pub newest_href: Option<String>,
    /// Where older calls are; absent on the last page.
    pub older_href: Option<String>,
}

/// A company one can choose.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClientChoice {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether it is the one chosen.
    pub chosen: bool,
}

/// The calls of one day in Seoul.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DayView {
    /// Such as `2026-11-21`.
    pub day: String,
    /// Its calls, newest first.
    pub calls: Vec<CallView>,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CallView {
    /// Under which number it can be found.
    pub id: String,
    /// When, such as `14:03:27`.
    pub time: String,
    /// Who called.
    pub client_name: String,
    /// What it did.
    pub did: DidWord,
    /// At which institution, where one was asked.
    pub bank_name: Option<String>,
    /// How it ended.
    pub answer: AnswerWord,
    /// The shape that stands for how it ended.
    pub mark: &'static str,
    /// How it was judged.
    pub chain: ChainView,
}

/// What a call did, for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DidWord {
    /// Asked who the person is.
    UserMe,
    /// Ended the person's connection.
    UserUnlink,
    /// Closed the person's registration.
    UserClose,
    /// Listed the connected accounts.
    AccountList,
    /// Gave an account another name.
    AccountRename,
    /// Ended an account's connection.
    AccountCancel,
    /// Looked at a balance.
    Balance,
    /// Looked at transactions.
    Transactions,
    /// Took money.
    Withdraw,
    /// Paid money in.
    Deposit,
    /// Asked who a payee is.
    Receiver,
    /// Asked how a transfer ended.
    Result,
    /// Looked at or ended the grant.
    Grant,
    /// Received the facts of a sign-in.
    Userinfo,
    /// Something that has no words here yet.
    Other,
}
words!(DidWord, "kind of call", {
    UserMe = "user_me",
    UserUnlink = "user_unlink",
    UserClose = "user_close",
    AccountList = "account_list",
    AccountRename = "account_rename",
    AccountCancel = "account_cancel",
    Balance = "balance",
    Transactions = "transactions",
    Withdraw = "withdraw",
    Deposit = "deposit",
    Receiver = "receiver",
    Result = "result",
    Grant = "grant",
    Userinfo = "userinfo",
    Other = "other",
});

impl DidWord {
    /// What a call of this route does; the route is written as the route table writes it.
    pub fn of(route: &str) -> Self {
        let path = route.split_once(' ').map_or(route, |(_, path)| path);
        let has = |part: &str| path.contains(part);
        match () {
            () if has("/user/me") => Self::UserMe,
            () if has("/user/unlink") => Self::UserUnlink,
            () if has("/user/close") => Self::UserClose,
            () if has("/account/list") => Self::AccountList,
            () if has("/account/update_info") => Self::AccountRename,
            () if has("/account/cancel") => Self::AccountCancel,
            () if has("/account/balance") => Self::Balance,
            () if has("/account/transaction_list") => Self::Transactions,
            () if has("/transfer/withdraw") => Self::Withdraw,
            () if has("/transfer/deposit") => Self::Deposit,
            () if has("/transfer/result") => Self::Result,
            () if has("/inquiry/") => Self::Receiver,
            () if has("/userinfo") => Self::Userinfo,
            () if has("/grants") => Self::Grant,
            () => Self::Other,
        }
    }
}

/// How a call ended, for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerWord {
    /// It was done.
    Answered,
    /// The chain broke.
    Refused,
    /// What it asked for is not decided yet.
    Open,
    /// It was allowed, and could not be done.
    Failed,
}
words!(AnswerWord, "answer", {
    Answered = "answered", Refused = "refused", Open = "open", Failed = "failed",
});

/// The codes of the KFTC profile for *done* and for *not decided yet*; other profiles record HTTP's own.
const DONE: &str = "A0000";
const UNDECIDED: &str = "A0007";

impl AnswerWord {
    /// How a recorded call ended.
    pub fn of(call: &CallRecord, verdict: Option<&Verdict>) -> Self {
        match call.rsp_code.as_str() {
            _ if verdict.is_some_and(|verdict| !verdict.holds()) => Self::Refused,
            UNDECIDED => Self::Open,
            DONE => Self::Answered,
            code if code.len() == 3 && code.starts_with('2') => Self::Answered,
            _ => Self::Failed,
        }
    }

    /// The shape that stands for it.
    pub const fn mark(self) -> &'static str {
        match self {
            Self::Answered => "holds",
            Self::Refused => "broken",
            Self::Open => "unknown",
            Self::Failed => "not_asked",
        }
    }
}

/// Puts calls, newest first, under their days in Seoul.
pub(super) fn by_day(calls: impl Iterator<Item = (Timestamp, CallView)>) -> Vec<DayView> {
    let mut days: Vec<DayView> = Vec::new();
    for (at, call) in calls {
        let day: String = at.to_string().chars().take("2026-11-21".len()).collect();
        match days.last_mut() {
            Some(last) if last.day == day => last.calls.push(call),
            _ => days.push(DayView { day, calls: vec![call] }),
        }
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_route_that_names_a_person_has_its_words() {
        for (route, did) in [
            ("GET /v2.0/user/me", DidWord::UserMe),
            ("POST /v2.0/user/unlink", DidWord::UserUnlink),
            ("POST /v2.0/user/close", DidWord::UserClose),
            ("GET /v2.0/account/list", DidWord::AccountList),
            ("POST /v2.0/account/update_info", DidWord::AccountRename),
            ("POST /v2.0/account/cancel", DidWord::AccountCancel),
            ("GET /v2.0/account/balance/fin_num", DidWord::Balance),
            ("GET /v2.0/account/transaction_list/fin_num", DidWord::Transactions),
            ("POST /v2.0/transfer/withdraw/fin_num", DidWord::Withdraw),
            ("POST /v2.0/transfer/deposit/fin_num", DidWord::Deposit),
            ("POST /v2.0/transfer/result", DidWord::Result),
            ("POST /v2.0/inquiry/receive", DidWord::Receiver),
            ("GET /userinfo", DidWord::Userinfo),
            ("DELETE /oauth/2.0/grants/{id}", DidWord::Grant),
            ("GET /something", DidWord::Other),
        ] {
            assert_eq!(DidWord::of(route), did, "{route}");
        }
    }
}
