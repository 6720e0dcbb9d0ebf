//! Who takes part: two institutions, one fintech in production, and people with one account each at the institution
//! that does not hold the fintech's contract account. Made from numbers alone, so that two processes agree on it.

use naru_sims::bank::OpeningAccount;

/// The institution of the fintech's contract account.
pub(super) const FINTECH_BANK: &str = "097";
/// The institution of the people's accounts.
pub(super) const PEOPLE_BANK: &str = "004";
/// The fintech's contract account.
pub(super) const CONTRACT_ACCOUNT: &str = "97090000000099";
/// The fintech's name.
pub(super) const FINTECH_NAME: &str = "나루페이";
/// People who have agreed to everything.
pub(super) const PEOPLE: usize = 500;
/// What one withdrawal moves, in won.
pub(super) const AMOUNT_WON: i64 = 1_000;

/// What every account holds at first, in won: enough for any run.
const BALANCE_WON: i64 = 100_000_000_000_000;
const BUSINESS_NUM: &str = "0000000099";
const BIRTH: &str = "900101";

/// The number of a person's account.
pub(super) fn account_num(person: usize) -> String {
    format!("40412{person:09}")
}

/// The linking value of a person, of the length of a real one.
pub(super) fn linking_value(person: usize) -> String {
    format!("{person:086}==")
}

/// A person's name.
pub(super) fn person_name(person: usize) -> String {
    format!("가상인{person}")
}

/// The accounts that an institution opens.
pub(super) fn opening(bank: &str) -> Vec<OpeningAccount> {
    if bank == FINTECH_BANK {
        let contract = OpeningAccount::contract(CONTRACT_ACCOUNT, FINTECH_NAME, BUSINESS_NUM, 0);
        return vec![contract];
    }
    let account = |person| {
        let name = person_name(person);
        let holder = (name.as_str(), BIRTH);
        OpeningAccount::person(&account_num(person), &linking_value(person), holder, BALANCE_WON)
    };
    (0..PEOPLE).map(account).collect()
}
