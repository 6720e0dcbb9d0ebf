//! Ninety days of made-up movements: what a salaried person, a spender or a saver would find on a passbook.
//! Amounts are chosen so that no account is ever overdrawn, whichever day the ninety days begin on.

use time::{Date, Duration, Time};

use crate::bank::{Direction, PastMovement};
use crate::draw::Draw;
use crate::seoul;

/// What an account is used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Habit {
    /// A salary on the 25th, rent and bills, and daily life.
    Salary,
    /// Pocket money every Monday, and daily life.
    Spending,
    /// A little put aside every day, interest at the end of the month.
    Saving,
}

const DAYS: i64 = 90;

/// Print content, kind, lowest and highest amount in hundreds of won.
const DAILY: [(&str, &str, u32, u32); 12] = [
    ("편의점 나루역점", "체크카드", 15, 120),
    ("지하철 교통카드", "체크카드", 14, 30),
    ("시내버스 교통카드", "체크카드", 13, 28),
    ("두물커피 본점", "체크카드", 38, 95),
    ("한강분식", "체크카드", 60, 140),
    ("강변마트", "체크카드", 120, 640),
    ("모퉁이빵집", "체크카드", 40, 180),
    ("배달의마을", "간편결제", 140, 320),
    ("늘봄약국", "체크카드", 35, 160),
    ("책방오늘", "체크카드", 90, 380),
    ("온라인장터", "간편결제", 80, 590),
    ("하나로세탁", "체크카드", 60, 210),
];

/// Day of the month, direction, print content, kind, won.
const MONTHLY: [(u8, Direction, &str, &str, i64); 6] = [
    (1, Direction::Out, "월세 햇살빌라", "자동이체", 650_000),
    (11, Direction::Out, "도시가스 요금", "자동이체", 48_700),
    (15, Direction::Out, "통신요금", "자동이체", 59_000),
    (20, Direction::Out, "아파트보험", "자동이체", 87_300),
    (25, Direction::In, "급여 (주)새벽물류", "급여", 3_240_000),
    (26, Direction::Out, "적금 이체", "자동이체", 1_100_000),
];

/// The movements, oldest first, and the balance after them.
pub(super) fn made_up(habit: Habit, mut draw: Draw, today: Date) -> (Vec<PastMovement>, i64) {
    let mut history = Vec::new();
    for back in (1..=DAYS).rev() {
        let date = today - Duration::days(back);
        match habit {
            Habit::Salary => {
                history.extend(monthly(date));
                history.extend(daily(date, &mut draw, 2));
            }
            Habit::Spending => {
                history.extend(weekly(date));
                history.extend(daily(date, &mut draw, 1));
            }
            Habit::Saving => history.extend(saved(date, &mut draw)),
        }
    }
    let opening_won = 3_600_000 + 1_000 * i64::from(draw.below(900)) + 10 * i64::from(draw.below(99));
    let signed = |past: &PastMovement| match past.direction {
        Direction::In => past.amount_won,
        Direction::Out => -past.amount_won,
    };
    let balance_won = opening_won + history.iter().map(signed).sum::<i64>();
    (history, balance_won)
}

fn monthly(date: Date) -> impl Iterator<Item = PastMovement> {
    let due = MONTHLY.iter().filter(move |row| row.0 == date.day());
    due.map(move |(_, direction, print, kind, won)| past(date, (6, 10, 0), (*direction, *won), (kind, print)))
}

fn weekly(date: Date) -> Option<PastMovement> {
    let is_monday = date.weekday() == time::Weekday::Monday;
    is_monday.then(|| past(date, (7, 30, 0), (Direction::In, 120_000), ("타행이체", "용돈 이체")))
}

fn daily(date: Date, draw: &mut Draw, most: u32) -> Vec<PastMovement> {
    let count = 1 + draw.below(most);
    let mut hour = 8;
    let mut movements = Vec::new();
    for _ in 0..count {
        let (print, kind, lowest, highest) = *draw.one_of(&DAILY);
        let won = 100 * i64::from(lowest + draw.below(highest - lowest + 1));
        hour += 1 + u8::try_from(draw.below(6)).expect("below six");
        let minute = u8::try_from(draw.below(60)).expect("below sixty");
        let second = u8::try_from(draw.below(60)).expect("below sixty");
        movements.push(past(date, (hour, minute, second), (Direction::Out, won), (kind, print)));
    }
    movements
}

fn saved(date: Date, draw: &mut Draw) -> Vec<PastMovement> {
    let won = 1_000 * i64::from(3 + draw.below(10));
    let mut movements = vec![past(date, (9, 0, 0), (Direction::In, won), ("자동이체", "매일저축"))];
    if date.next_day().is_some_and(|next| next.day() == 1) {
        let interest_won = 4_000 + i64::from(draw.below(3_000));
        movements.push(past(
            date,
            (23, 50, 0),
            (Direction::In, interest_won),
            ("이자", "예금이자"),
        ));
    }
    movements
}

fn past(
    date: Date,
    (hour, minute, second): (u8, u8, u8),
    (direction, amount_won): (Direction, i64),
    (kind, print): (&'static str, &str),
) -> PastMovement {
    let time = Time::from_hms(hour, minute, second).expect("the hours above are below 24");
    let branch_name = if kind == "급여" { "나루지점" } else { "" };
    PastMovement {
        at: date.with_time(time).assume_offset(seoul::OFFSET),
        direction,
        amount_won,
        tran_type: kind.into(),
        print_content: print.to_owned(),
        branch_name: branch_name.into(),
    }
}
