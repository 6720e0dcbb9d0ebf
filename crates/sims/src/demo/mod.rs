//! A believable population for trials: three people, four banks, ninety days of history, one fintech.
//! Everything follows from fixed seeds and the day handed in; the same day gives the same population.
//! Names are invented, and the mobile numbers lie in a range (010-0000) that is given to nobody.

mod history;

use std::net::SocketAddr;

use time::Date;

use crate::bank::{BankSettings, OpeningAccount};
use crate::draw::Draw;
use crate::identity::Person;
use history::Habit;

/// The bank that holds the demonstration fintech's contract account.
pub const FINTECH_BANK: &str = "097";
/// The demonstration fintech's contract account at [`FINTECH_BANK`].
pub const FINTECH_ACCOUNT: &str = "97090000000017";
/// The demonstration fintech's name.
pub const FINTECH_NAME: &str = "나루페이";
/// The demonstration fintech's business number.
pub const FINTECH_BUSINESS_NUM: &str = "0000000017";
/// What the contract account holds at opening, in won.
pub const FINTECH_BALANCE_WON: i64 = 50_000_000;

/// A bank of the population with the accounts it opens.
#[derive(Debug, Clone)]
pub struct DemoBank {
    /// Three digits.
    pub code: String,
    /// The invented name.
    pub name: String,
    /// The accounts, history included.
    pub accounts: Vec<OpeningAccount>,
}

impl DemoBank {
    /// Settings of this bank on the given addresses, without TLS and without a books file.
    #[must_use]
    pub fn settings(self, line_addr: SocketAddr, admin_addr: SocketAddr) -> BankSettings {
        let Self {
            code,
            name,
            accounts: opening,
        } = self;
        BankSettings {
            code,
            name,
            line_addr,
            admin_addr,
            tls: None,
            books_file: None,
            opening,
        }
    }
}

/// The three people.
#[must_use]
pub fn people() -> Vec<Person> {
    let rows = [
        ("김하늘", "19920314", "F", "010-0000-1001", "haneul@example.kr"),
        ("이도윤", "19881102", "M", "010-0000-1002", "doyun@example.kr"),
        ("박서연", "20010725", "F", "010-0000-1003", "seoyeon@example.kr"),
    ];
    let person = |(seed, (name, birth_date, gender, cell_no, email)): (u64, (&str, &str, &str, &str, &str))| Person {
        name: name.to_owned(),
        birth_date: birth_date.to_owned(),
        gender: gender.to_owned(),
        cell_no: cell_no.to_owned(),
        email: email.to_owned(),
        linking_value: linking_value(seed),
    };
    (1..).zip(rows).map(person).collect()
}

/// The four banks with their accounts; histories cover the ninety days before `today`, which itself is left out.
#[must_use]
pub fn banks(today: Date) -> Vec<DemoBank> {
    let people = people();
    let banks = [
        ("097", "나루시험은행"),
        ("004", "강나루은행"),
        ("020", "두물머리은행"),
        ("088", "노들은행"),
    ];
    banks
        .into_iter()
        .map(|(code, name)| bank(code, name, &people, today))
        .collect()
}

/// Bank, person (0 to 2), account number, product, habit.
const ACCOUNTS: [(&str, usize, &str, &str, Habit); 11] = [
    ("097", 0, "97010000001001", "나루 자유입출금통장", Habit::Salary),
    ("097", 1, "97010000001002", "나루 자유입출금통장", Habit::Spending),
    ("097", 2, "97010000001003", "나루 청년통장", Habit::Spending),
    ("004", 0, "40412000002001", "강나루 생활통장", Habit::Spending),
    ("004", 0, "40432000002002", "강나루 매일저축", Habit::Saving),
    ("004", 1, "40412000002003", "강나루 급여통장", Habit::Salary),
    ("020", 1, "1002000003001", "두물머리 매일저축", Habit::Saving),
    ("020", 2, "1002000003002", "두물머리 급여통장", Habit::Salary),
    ("088", 0, "110000004001", "노들 모임통장", Habit::Spending),
    ("088", 2, "110000004002", "노들 매일저축", Habit::Saving),
    ("088", 2, "110000004003", "노들 생활통장", Habit::Spending),
];

fn bank(code: &str, name: &str, people: &[Person], today: Date) -> DemoBank {
    let here = ACCOUNTS.iter().enumerate().filter(|(_, row)| row.0 == code);
    let open = |(place, (_, person, number, product, habit)): (usize, &(&str, usize, &str, &str, Habit))| {
        let person = &people[*person];
        let holder = (person.name.as_str(), person.birth_yymmdd());
        let (history, balance_won) = history::made_up(*habit, Draw::new(9_000 + place as u64), today);
        let mut account = OpeningAccount::person(number, &person.linking_value, holder, balance_won);
        account.terms.product_name = (*product).to_owned();
        account.terms.opened_on = format!("20{:02}0304", 16 + place);
        if *habit == Habit::Saving {
            account.terms.account_type = "2".to_owned();
            account.terms.matures_on = format!("{}0304", today.year() + 2);
        }
        account.history = history;
        account
    };
    let mut accounts: Vec<OpeningAccount> = here.map(open).collect();
    if code == FINTECH_BANK {
        let contract =
            OpeningAccount::contract(FINTECH_ACCOUNT, FINTECH_NAME, FINTECH_BUSINESS_NUM, FINTECH_BALANCE_WON);
        accounts.push(contract);
    }
    DemoBank {
        code: code.to_owned(),
        name: name.to_owned(),
        accounts,
    }
}

/// A CI has 88 characters: the base64 form of 64 bytes.
fn linking_value(seed: u64) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut draw = Draw::new(seed);
    let mut text: String = (0..85).map(|_| char::from(*draw.one_of(LETTERS))).collect();
    text.push(char::from(*draw.one_of(b"AQgw")));
    text.push_str("==");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::Books;
    use std::collections::BTreeSet;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 04 - 01);

    #[test]
    fn the_books_accept_the_population_and_balance() {
        for bank in banks(TODAY) {
            let mut books = Books::new(&bank.code, &bank.name);
            for account in bank.accounts {
                assert_eq!(books.open_account(account), Ok(true));
            }
            assert!(books.totals().is_balanced());
            assert_eq!(books.totals().credited_won, 0);
        }
    }

    #[test]
    fn everybody_has_one_or_two_accounts_at_two_banks_or_more() {
        let banks = banks(TODAY);
        for person in people() {
            assert_eq!(person.linking_value.len(), 88);
            let counts = banks.iter().map(|bank| {
                bank.accounts
                    .iter()
                    .filter(|account| account.terms.linking_value == person.linking_value)
                    .count()
            });
            let counts: Vec<usize> = counts.filter(|count| *count > 0).collect();
            assert!(
                counts.len() >= 2 && counts.iter().all(|count| *count <= 2),
                "{}: {counts:?}",
                person.name
            );
        }
        let values: BTreeSet<_> = people().into_iter().map(|person| person.linking_value).collect();
        assert_eq!(values.len(), 3);
    }

    #[test]
    fn histories_are_long_recent_and_end_at_a_few_million_won() {
        let first = TODAY - time::Duration::days(90);
        let accounts = banks(TODAY).into_iter().flat_map(|bank| bank.accounts);
        for account in accounts.filter(|account| !account.terms.linking_value.is_empty()) {
            assert!(account.history.len() >= 60, "{}", account.history.len());
            assert!(
                (1_000_000..10_000_000).contains(&account.balance_won),
                "{}",
                account.balance_won
            );
            let is_recent = |date: Date| date >= first && date < TODAY;
            assert!(account.history.iter().all(|past| is_recent(past.at.date())));
        }
    }

    #[test]
    fn the_same_day_gives_the_same_population_on_any_day() {
        assert_eq!(banks(TODAY)[1].accounts, banks(TODAY)[1].accounts);
        for offset in 0..400 {
            for bank in banks(TODAY + time::Duration::days(offset)) {
                let mut books = Books::new(&bank.code, &bank.name);
                assert!(
                    bank.accounts
                        .into_iter()
                        .all(|account| books.open_account(account).is_ok())
                );
            }
        }
    }
}
