//! What goes wrong on a line, drawn from the seed: how often, and in which of the ways that institutions fail.

use std::time::Duration;

use naru_banking::line::Ask;
use naru_core::Chance;

/// How an institution is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sky {
    /// Nothing goes wrong.
    Clear,
    /// One call in sixteen goes wrong.
    Fair,
    /// Nearly half of the calls go wrong.
    Storm,
    /// Nobody gets through.
    Dead,
}

/// How one call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    /// Neither executed nor answered.
    Lost,
    /// Executed, never answered.
    Unanswered,
    /// Never answered, and executed after the hub has given up.
    Late(Duration),
    /// Executed and answered, after a pause that may be longer than the budget.
    Slow(Duration),
    /// The institution says that it is down; nothing is executed.
    Down,
    /// No connection is made.
    Unreached,
    /// The connection breaks before anything is executed.
    Reset,
    /// Executed, and answered with what cannot be read.
    Garbled,
    /// Executed, and answered as if something else had been asked.
    OtherKind,
    /// Executed, and answered with a code that leaves the outcome open.
    Open(&'static str),
    /// Not executed, and answered with a code that leaves the outcome open.
    Idle(&'static str),
    /// Answered as being worked on, and executed later.
    Working(Duration),
    /// Refused on purpose, and recorded so.
    Refused(&'static str),
}

/// Draws what becomes of one call; `None` when all is well.
pub(super) fn strike(sky: Sky, ask: &Ask, chance: &Chance) -> Option<Strike> {
    let percent = match sky {
        Sky::Clear => return None,
        Sky::Fair => 6,
        Sky::Storm => 45,
        Sky::Dead => 100,
    };
    if chance.below(100) >= percent {
        return None;
    }
    let seconds = |from: u64, to: u64| Duration::from_secs(from + chance.below(to - from));
    if sky == Sky::Dead {
        return Some([Strike::Lost, Strike::Down, Strike::Unreached][place(chance, 3)]);
    }
    if !matches!(ask, Ask::Debit(_) | Ask::Credit(_)) {
        let reads = [
            Strike::Lost,
            Strike::Slow(seconds(1, 20)),
            Strike::Down,
            Strike::Unreached,
            Strike::Reset,
            Strike::OtherKind,
        ];
        return Some(reads[place(chance, reads.len())]);
    }
    let late = seconds(11, 600);
    let moves = [
        Strike::Lost,
        Strike::Unanswered,
        Strike::Unanswered,
        Strike::Late(late),
        Strike::Late(late),
        Strike::Slow(seconds(1, 20)),
        Strike::Down,
        Strike::Unreached,
        Strike::Reset,
        Strike::Garbled,
        Strike::OtherKind,
        Strike::Open("822"),
        Strike::Open("803"),
        Strike::Idle(["803", "804", "819"][place(chance, 3)]),
        Strike::Working(late),
        Strike::Refused(refusal(ask)),
        Strike::Refused(refusal(ask)),
    ];
    Some(moves[place(chance, moves.len())])
}

const fn refusal(ask: &Ask) -> &'static str {
    if matches!(ask, Ask::Debit(_)) { "453" } else { "412" }
}

fn place(chance: &Chance, count: usize) -> usize {
    usize::try_from(chance.below(count as u64)).expect("below a small number")
}
