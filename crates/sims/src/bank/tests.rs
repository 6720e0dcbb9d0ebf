//! Unit tests of the books: every code, idempotency, paging, and the sums under a long random run.

use time::macros::datetime;
use time::{Duration, OffsetDateTime};

use super::*;
use crate::draw::Draw;

const NOW: OffsetDateTime = datetime!(2026-04-01 09:30:12.5 +9);
const ONE: &str = "97010000001001";
const TWO: &str = "97010000001002";
const CONTRACT: &str = "97090000000017";

fn books() -> Books {
    let mut books = Books::new("097", "나루시험은행");
    let one = OpeningAccount::person(ONE, "ci-one", ("김하늘", "920314"), 100_000);
    let two = OpeningAccount::person(TWO, "ci-one", ("김하늘", "920314"), 5_000).with_limit(20_000);
    let contract = OpeningAccount::contract(CONTRACT, "나루페이", "0000000017", 50_000_000);
    for account in [one, two, contract] {
        assert_eq!(books.open_account(account), Ok(true));
    }
    books
}

#[test]
fn an_executed_debit_and_credit_move_money_once_and_are_shown() {
    let mut books = books();
    let debit = books.debit(&Order::new("r1", ONE, 30_000), NOW);
    assert_eq!(
        (debit.code, debit.balance_won, &*debit.holder_name),
        (Code::OK, 70_000, "김하늘")
    );
    assert_eq!(debit.executed_at, datetime!(2026-04-01 09:30:12 +9));
    let credit = books.credit(&Order::new("r2", CONTRACT, 30_000), NOW);
    assert_eq!((credit.code, credit.balance_won), (Code::OK, 50_030_000));
    let last = books.last_movements(ONE, 5);
    assert_eq!(
        (last.len(), last[0].direction, last[0].after_won),
        (1, Direction::Out, 70_000)
    );
    let totals = books.totals();
    assert_eq!(
        (totals.debited_won, totals.credited_won, totals.movements),
        (30_000, 30_000, 2)
    );
    assert!(totals.is_balanced());
}

#[test]
fn every_refusal_has_its_code_and_moves_nothing() {
    let mut books = books();
    let before = books.totals();
    assert_eq!(
        books.debit(&Order::new("a", "99999999999999", 1), NOW).code,
        Code::NO_ACCOUNT
    );
    assert_eq!(books.debit(&Order::new("b", ONE, 100_001), NOW).code, Code::LOW_BALANCE);
    assert_eq!(books.debit(&Order::new("c", TWO, 20_001), NOW).code, Code::OVER_LIMIT);
    assert_eq!(books.credit(&Order::new("d", TWO, 20_001), NOW).code, Code::OVER_LIMIT);
    books.set_state(ONE, AccountState::Blocked).expect("it exists");
    assert_eq!(books.debit(&Order::new("e", ONE, 1), NOW).code, Code::SAFETY_BLOCK);
    books.set_state(ONE, AccountState::Closed).expect("it exists");
    assert_eq!(books.debit(&Order::new("f", ONE, 1), NOW).code, Code::CLOSED);
    assert_eq!(books.credit(&Order::new("g", ONE, 1), NOW).code, Code::CLOSED);
    assert_eq!(books.totals(), before);
    assert_eq!(books.balance(ONE).expect_err("closed"), Code::CLOSED);
    assert_eq!(books.balance("99999999999999").expect_err("unknown"), Code::NO_ACCOUNT);
    assert_eq!(
        books.set_state("99999999999999", AccountState::Open),
        Err(Code::NO_ACCOUNT)
    );
}

#[test]
fn a_blocked_account_can_be_credited_and_read() {
    let mut books = books();
    books.set_state(ONE, AccountState::Blocked).expect("it exists");
    assert_eq!(books.credit(&Order::new("back", ONE, 500), NOW).code, Code::OK);
    assert_eq!(books.balance(ONE).expect("readable").account.balance_won, 100_500);
    assert_eq!(books.accounts_of("ci-one").len(), 2);
}

#[test]
fn malformed_orders_are_810_and_leave_the_reference_free() {
    let mut books = books();
    let long = "x".repeat(65);
    let wrong = [
        (Order::new("", ONE, 1), "reference"),
        (Order::new(&long, ONE, 1), "reference"),
        (Order::new("r 1", ONE, 1), "reference"),
        (Order::new("r1", "12", 1), "account_num"),
        (Order::new("r1", ONE, 0), "amount"),
        (Order::new("r1", ONE, -5), "amount"),
        (Order::new("r1", ONE, MOST_AMOUNT_WON + 1), "amount"),
    ];
    for (order, field) in wrong {
        assert_eq!(order.malformed_field(), Some(field));
        assert_eq!(books.debit(&order, NOW).code, Code::MALFORMED);
    }
    assert_eq!(books.outcome("r1"), None);
    assert_eq!(books.debit(&Order::new("r1", ONE, 1), NOW).code, Code::OK);
}

#[test]
fn the_first_outcome_is_repeated_whatever_has_happened_since() {
    let mut books = books();
    let no = books.debit(&Order::new("no", TWO, 9_000), NOW);
    assert_eq!(no.code, Code::LOW_BALANCE);
    books.credit(&Order::new("fill", TWO, 10_000), NOW);
    assert_eq!(books.debit(&Order::new("no", TWO, 9_000), NOW + Duration::days(1)), no);
    let yes = books.debit(&Order::new("yes", TWO, 9_000), NOW);
    books.set_state(TWO, AccountState::Closed).expect("it exists");
    let mut told_otherwise = Order::new("yes", TWO, 9_000);
    told_otherwise.print_content = "다른 적요".to_owned();
    assert_eq!(books.debit(&told_otherwise, NOW + Duration::days(1)), yes);
    assert_eq!(books.outcome("yes"), Some(yes));
    assert_eq!(books.totals().debited_won, 9_000);
}

#[test]
fn a_reference_used_for_something_else_is_822_and_keeps_its_outcome() {
    let mut books = books();
    let first = books.debit(&Order::new("r", ONE, 1_000), NOW);
    let before = books.totals();
    assert_eq!(books.debit(&Order::new("r", ONE, 1_001), NOW).code, Code::DUPLICATE);
    assert_eq!(books.debit(&Order::new("r", TWO, 1_000), NOW).code, Code::DUPLICATE);
    assert_eq!(books.credit(&Order::new("r", ONE, 1_000), NOW).code, Code::DUPLICATE);
    assert_eq!(books.totals(), before);
    assert_eq!(books.outcome("r"), Some(first));
}

#[test]
fn a_deliberate_no_is_recorded() {
    let mut books = books();
    let code = Code::parse("999").expect("three digits");
    assert_eq!(
        books
            .refuse(OrderKind::Credit, &Order::new("r", ONE, 1), code, NOW)
            .code,
        code
    );
    assert_eq!(books.credit(&Order::new("r", ONE, 1), NOW).code, code);
    assert_eq!(books.totals().credited_won, 0);
}

#[test]
fn the_holder_is_checked_by_the_kind_of_number() {
    let books = books();
    let name = |number: &str, check| {
        books
            .holder(number, check)
            .map(|account| account.terms.holder_name.to_string())
    };
    assert_eq!(name(ONE, HolderCheck::BirthDate("920314")), Ok("김하늘".to_owned()));
    assert_eq!(name(ONE, HolderCheck::BirthDate("920315")), Err(Code::HOLDER_DIFFERS));
    assert_eq!(
        name(ONE, HolderCheck::BusinessNumber("920314")),
        Err(Code::HOLDER_DIFFERS)
    );
    assert_eq!(
        name(CONTRACT, HolderCheck::BusinessNumber("0000000017")),
        Ok("나루페이".to_owned())
    );
    assert_eq!(name(CONTRACT, HolderCheck::NoCheck), Ok("나루페이".to_owned()));
    assert_eq!(name("99999999999999", HolderCheck::NoCheck), Err(Code::NO_ACCOUNT));
}

#[test]
fn opening_twice_changes_nothing_and_wrong_terms_are_named() {
    let mut books = books();
    let again = OpeningAccount::person(ONE, "ci-one", ("김하늘", "920314"), 7);
    assert_eq!(books.open_account(again), Ok(false));
    assert_eq!(books.totals().opening_won, 50_105_000);
    let field = |books: &mut Books, account| books.open_account(account).expect_err("wrong").field;
    let person = |number, birth, won| OpeningAccount::person(number, "ci-two", ("이도윤", birth), won);
    assert_eq!(field(&mut books, person("123", "881102", 1)), "account_num");
    assert_eq!(field(&mut books, person("97010000001009", "8811", 1)), "holder_info");
    assert_eq!(field(&mut books, person("97010000001009", "881102", -1)), "balance_won");
    let mut overdrawn = person("97010000001009", "881102", 10);
    overdrawn.history = vec![PastMovement {
        at: NOW,
        direction: Direction::In,
        amount_won: 11,
        tran_type: "급여".into(),
        print_content: "급여".to_owned(),
        branch_name: "".into(),
    }];
    assert_eq!(field(&mut books, overdrawn), "history");
    assert!(books.accounts_of("ci-two").is_empty());
}

fn query(sort_order: SortOrder, page_size: usize, cursor: &str) -> TransactionsQuery {
    let (from, to) = (NOW, NOW + Duration::days(365));
    TransactionsQuery {
        inquiry_type: InquiryType::All,
        from,
        to,
        sort_order,
        page_size,
        cursor: cursor.to_owned(),
    }
}

/// Walks all pages, executing a credit between every two of them; returns the amounts seen.
fn walk(books: &mut Books, sort_order: SortOrder) -> Vec<i64> {
    let mut seen = Vec::new();
    let mut cursor = String::new();
    for page_number in 0..100 {
        let page = books
            .transactions(ONE, &query(sort_order, 7, &cursor))
            .expect("readable");
        assert!(page.items.len() <= 7);
        seen.extend(page.items.iter().map(|item| item.amount_won));
        cursor = page.next_cursor;
        if cursor.is_empty() {
            return seen;
        }
        if page_number < 3 {
            let order = Order::new(&format!("during-{sort_order:?}-{page_number}"), ONE, 900 + page_number);
            books.credit(&order, NOW + Duration::hours(2));
        }
    }
    panic!("the pages never end");
}

#[test]
fn pages_neither_repeat_nor_miss_while_movements_arrive() {
    let mut books = books();
    for number in 1..=40 {
        books.credit(
            &Order::new(&format!("r{number}"), ONE, number),
            NOW + Duration::minutes(number),
        );
    }
    let newest_first: Vec<i64> = (1..=40).rev().collect();
    assert_eq!(walk(&mut books, SortOrder::Descending), newest_first);
    let oldest_first: Vec<i64> = (1..=40).chain([900, 901, 902, 900, 901, 902]).collect();
    assert_eq!(walk(&mut books, SortOrder::Ascending), oldest_first);
}

#[test]
fn pages_obey_period_direction_and_bounds() {
    let mut books = books();
    books.credit(&Order::new("in", ONE, 10), NOW);
    books.debit(&Order::new("out", ONE, 20), NOW + Duration::seconds(1));
    books.credit(&Order::new("later", ONE, 30), NOW + Duration::seconds(2));
    let mut asked = query(SortOrder::Ascending, 100, "");
    asked.from = crate::seoul::whole_second(NOW);
    asked.to = asked.from + Duration::seconds(1);
    let amounts = |books: &Books, asked: &TransactionsQuery| {
        let page = books.transactions(ONE, asked).expect("readable");
        page.items.iter().map(|item| item.amount_won).collect::<Vec<_>>()
    };
    assert_eq!(amounts(&books, &asked), [10, 20]);
    asked.inquiry_type = InquiryType::Out;
    assert_eq!(amounts(&books, &asked), [20]);
    asked.to = asked.from - Duration::seconds(10);
    assert!(amounts(&books, &asked).is_empty());
    for (size, cursor) in [(0, ""), (101, ""), (10, "d1"), (10, "a"), (10, "azz"), (10, "a-1")] {
        let asked = query(SortOrder::Ascending, size, cursor);
        assert_eq!(
            books.transactions(ONE, &asked).expect_err("wrong"),
            Code::MALFORMED,
            "{size} {cursor}"
        );
    }
}

#[test]
fn time_never_runs_backwards_within_an_account() {
    let mut books = books();
    books.credit(&Order::new("one", ONE, 1), NOW);
    let earlier = books.credit(&Order::new("two", ONE, 1), NOW - Duration::days(1));
    assert_eq!(earlier.executed_at, crate::seoul::whole_second(NOW));
}

#[test]
fn the_sums_hold_over_five_thousand_random_operations() {
    let mut books = books();
    let mut draw = Draw::new(20_260_401);
    let mut yes_won = 0_i64;
    for step in 0..5_000_u32 {
        let number = *draw.one_of(&[ONE, TWO, CONTRACT, "99999999999999"]);
        let reference = format!("r{}", draw.below(3_000));
        let order = Order::new(&reference, number, i64::from(draw.below(30_000)));
        let now = NOW + Duration::seconds(i64::from(step));
        let known = books.outcome(&reference);
        let outcome = match draw.below(20) {
            0 => {
                let state = *draw.one_of(&[AccountState::Open, AccountState::Closed, AccountState::Blocked]);
                let _ = books.set_state(number, state);
                continue;
            }
            1..=10 => books.debit(&order, now),
            _ => books.credit(&order, now),
        };
        if known.is_none() && outcome.code == Code::OK {
            yes_won += if outcome.kind == OrderKind::Credit {
                outcome.amount_won
            } else {
                -outcome.amount_won
            };
        }
        if let Some(known) = known {
            assert!(outcome == known || matches!(outcome.code, Code::DUPLICATE | Code::MALFORMED));
            assert_eq!(books.outcome(&reference), Some(known));
        }
        let totals = books.totals();
        assert!(totals.is_balanced(), "{totals:?}");
        assert_eq!(totals.credited_won - totals.debited_won, yes_won);
        assert!(books.accounts(10).iter().all(|account| account.balance_won >= 0));
    }
    assert!(books.totals().movements > 500);
}
