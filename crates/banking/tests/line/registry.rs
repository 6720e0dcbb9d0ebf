//! The registry with scripted lines and a clock that stands still: breaker, bulkhead, refresh.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::FutureExt;
use naru_banking::line::{
    AccountList, Answer, Ask, BreakerState, Inquiry, Line, LineFault, LineStatus, Lines, Moved, ScriptedLine,
};
use naru_core::{BankCode, Clock, Institution, InstitutionStatus, Outcome, SECOND, Timestamp};
use tokio::sync::Notify;

use crate::support::{code, institution, order};

const URL: &str = "http://127.0.0.1:1";
const NOT_SENT: LineFault = LineFault::not_sent();
const SILENCE: LineFault = LineFault::silence();

fn clock() -> (Clock, Arc<AtomicI64>) {
    Clock::manual(Timestamp(1_800_000_000_000_000))
}

fn lines(line: &Arc<ScriptedLine>, clock: Clock) -> Lines {
    let lines = Lines::new(line.connect(), clock);
    lines.refresh(&[institution(URL)]);
    lines
}

fn open() -> Result<Answer, LineFault> {
    Ok(Answer::Status(LineStatus::Open))
}

async fn ask(lines: &Lines) -> Result<Answer, LineFault> {
    let account_num = "97010000001001".to_owned();
    lines.ask(&code(), Ask::Balance { account_num }).await.result
}

#[tokio::test]
async fn five_faults_open_the_breaker_and_one_probe_closes_it() {
    let (clock, hand) = clock();
    let script = (0..5).map(|_| Err(SILENCE)).chain([Err(SILENCE), open(), open()]);
    let line = ScriptedLine::queued(script);
    let lines = lines(&line, clock.clone());
    for _ in 0..5 {
        assert_eq!(ask(&lines).await, Err(SILENCE));
    }
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
    assert_eq!(line.asked().len(), 5);
    let state = lines.status().remove(0);
    assert_eq!(
        (state.breaker, state.failing_since),
        (BreakerState::Open, Some(clock.now()))
    );

    hand.fetch_add(10 * SECOND, Ordering::SeqCst);
    assert_eq!(ask(&lines).await, Err(SILENCE));
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
    hand.fetch_add(10 * SECOND, Ordering::SeqCst);
    assert_eq!(ask(&lines).await, open());
    assert_eq!(ask(&lines).await, open());
    let state = lines.status().remove(0);
    assert_eq!((state.breaker, state.failing_since), (BreakerState::Closed, None));
}

#[tokio::test]
async fn inquiries_and_status_go_through_an_open_breaker() {
    let (clock, _) = clock();
    let line = ScriptedLine::answering(|ask| match ask {
        Ask::Outcome { .. } => Ok(Answer::Outcome(None)),
        _ => Err(SILENCE),
    });
    let lines = lines(&line, clock);
    for _ in 0..5 {
        let _ = ask(&lines).await;
    }
    assert_eq!(lines.line_status(&code()).await.0, Err(SILENCE));
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
    assert_eq!(lines.outcome(&code(), "r-1").await.0, Inquiry::NotFound);
    assert_eq!(ask(&lines).await, Err(SILENCE), "the probe was brought forward");
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
}

#[tokio::test]
async fn codes_are_outcomes_of_their_class() {
    let (clock, _) = clock();
    let code_of = |code: &str| code.to_owned();
    let script = [
        Ok(Answer::Moved(Moved::default())),
        Err(LineFault::Refused {
            code: code_of("453"),
            message: code_of("잔액"),
        }),
        Err(LineFault::Down { code: code_of("111") }),
        Err(LineFault::Silent { code: code_of("804") }),
        Err(SILENCE),
        open(),
    ];
    let line = ScriptedLine::queued(script);
    let lines = lines(&line, clock);
    let mut outcomes = Vec::new();
    for _ in 0..6 {
        outcomes.push(lines.credit(&code(), order("r-1", 1)).await.0);
    }
    let words: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome.is_final(), outcome.code()))
        .collect();
    let expected = [
        (true, "000"),
        (true, "453"),
        (true, "111"),
        (false, "804"),
        (false, ""),
        (false, ""),
    ];
    assert_eq!(words, expected);
    assert!(matches!(outcomes[2], Outcome::Down { .. }));
    assert!(matches!(line.asked()[0], Ask::Credit(_)));
}

#[tokio::test]
async fn nobody_is_called_without_need() {
    let (clock, _) = clock();
    let line = ScriptedLine::answering(|_| open());
    let lines = lines(&line, clock);
    let stranger = BankCode::parse("999").unwrap();
    assert_eq!(lines.ask(&stranger, Ask::Status).await.result, Err(NOT_SENT));
    let none = lines.ask_within(&code(), Ask::Status, Duration::ZERO).await;
    assert_eq!((none.result, none.institution_us), (Err(NOT_SENT), 0));
    let mut closed = institution(URL);
    closed.status = InstitutionStatus::Closed;
    closed.version = 2;
    lines.refresh(&[closed]);
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
    assert_eq!(lines.status()[0].status, InstitutionStatus::Closed);
    lines.refresh(&[]);
    assert_eq!(ask(&lines).await, Err(NOT_SENT));
    assert_eq!((lines.institutions().len(), lines.institution(&code())), (0, None));
    assert!(line.asked().is_empty());
}

/// A line that answers when told to.
fn waiting() -> (Arc<ScriptedLine>, Arc<Notify>) {
    let go = Arc::new(Notify::new());
    let wait = Arc::clone(&go);
    let line = ScriptedLine::playing(move |_| {
        let wait = Arc::clone(&wait);
        async move {
            wait.notified().await;
            open()
        }
        .boxed()
    });
    (line, go)
}

#[tokio::test]
async fn a_full_bulkhead_refuses_at_once_and_is_no_fault_of_the_institution() {
    let (clock, _) = clock();
    let (line, go) = waiting();
    let lines = Arc::new(lines(&line, clock));
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let lines = Arc::clone(&lines);
            tokio::spawn(async move { ask(&lines).await })
        })
        .collect();
    while line.asked().len() < 8 {
        tokio::task::yield_now().await;
    }
    for _ in 0..20 {
        assert_eq!(ask(&lines).await, Err(NOT_SENT));
    }
    let state = lines.status().remove(0);
    assert_eq!(
        (state.in_flight, state.breaker, state.last_fault_code),
        (8, BreakerState::Closed, None)
    );
    for _ in 0..8 {
        go.notify_one();
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), open());
    }
    assert_eq!(lines.status()[0].in_flight, 0);
}

#[tokio::test]
async fn a_caller_that_leaves_gives_its_place_and_its_probe_back() {
    let (clock, hand) = clock();
    let is_ill = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let ill = Arc::clone(&is_ill);
    let line = ScriptedLine::playing(move |_| {
        if ill.load(Ordering::SeqCst) {
            std::future::ready(Err(SILENCE)).boxed()
        } else {
            std::future::pending().boxed()
        }
    });
    let lines = lines(&line, clock);
    for _ in 0..5 {
        let _ = ask(&lines).await;
    }
    hand.fetch_add(10 * SECOND, Ordering::SeqCst);
    is_ill.store(false, Ordering::SeqCst);
    for _ in 0..3 {
        let left = tokio::time::timeout(Duration::from_millis(20), ask(&lines)).await;
        assert!(left.is_err(), "each is the probe and waits");
        assert_eq!(lines.status()[0].in_flight, 0);
    }
}

/// Rows of two institutions and a count of how often each was connected.
fn two() -> (Vec<Institution>, Lines, Arc<AtomicUsize>) {
    let (clock, _) = clock();
    let made = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&made);
    let connect = move |_: &Institution| -> Arc<dyn Line> {
        count.fetch_add(1, Ordering::SeqCst);
        ScriptedLine::answering(|_| Err(SILENCE))
    };
    let lines = Lines::new(Arc::new(connect), clock);
    let mut other = institution("http://127.0.0.1:2");
    other.code = BankCode::parse("004").expect("three digits");
    (vec![institution(URL), other], lines, made)
}

#[tokio::test]
async fn a_refresh_makes_only_what_changed_and_keeps_the_breaker_unless_the_address_did() {
    let (mut rows, lines, made) = two();
    lines.refresh(&rows);
    for _ in 0..100 {
        lines.refresh(&rows);
    }
    rows.reverse();
    lines.refresh(&rows);
    rows.reverse();
    assert_eq!(made.load(Ordering::SeqCst), 2);
    let codes: Vec<_> = lines.institutions().iter().map(|row| row.code.to_string()).collect();
    assert_eq!(codes, ["004", "097"]);
    for _ in 0..5 {
        let _ = ask(&lines).await;
    }
    assert_eq!(lines.status()[1].breaker, BreakerState::Open);

    rows[0].version = 2;
    rows[0].timeout_ms = 1;
    lines.refresh(&rows);
    assert_eq!(made.load(Ordering::SeqCst), 3);
    assert_eq!(lines.status()[1].breaker, BreakerState::Open);
    assert_eq!(lines.institution(&code()).unwrap().timeout_ms, 1);

    rows[0].version = 3;
    rows[0].line_url = "http://127.0.0.1:3".to_owned();
    lines.refresh(&rows);
    assert_eq!(made.load(Ordering::SeqCst), 4);
    assert_eq!(lines.status()[1].breaker, BreakerState::Closed);
    rows.pop();
    lines.refresh(&rows);
    assert_eq!((lines.institutions().len(), made.load(Ordering::SeqCst)), (1, 4));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refresh_while_calls_are_running_loses_none() {
    let (clock, _) = clock();
    let line = ScriptedLine::playing(|_| {
        async {
            tokio::task::yield_now().await;
            open()
        }
        .boxed()
    });
    let lines = Arc::new(lines(&line, clock));
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let lines = Arc::clone(&lines);
            tokio::spawn(async move {
                for _ in 0..500 {
                    assert_eq!(ask(&lines).await, open());
                }
            })
        })
        .collect();
    for version in 2..200 {
        let mut row = institution(if version % 2 == 0 { URL } else { "http://127.0.0.1:2" });
        row.version = version;
        lines.refresh(&[row]);
        tokio::task::yield_now().await;
    }
    for call in calls {
        call.await.unwrap();
    }
    assert_eq!(line.asked().len(), 2_000);
    assert_eq!(lines.status()[0].in_flight, 0);
}

#[tokio::test]
async fn the_shorter_budget_holds() {
    let (clock, _) = clock();
    let line = ScriptedLine::playing(|_| std::future::pending().boxed());
    let lines = lines(&line, clock);
    let asked = lines.ask_within(&code(), Ask::Status, Duration::from_millis(20)).await;
    assert_eq!(asked.result, Err(SILENCE));
    let mut hasty = institution(URL);
    (hasty.timeout_ms, hasty.version) = (20, 2);
    lines.refresh(&[hasty]);
    assert_eq!(
        lines
            .ask_within(&code(), Ask::Status, Duration::from_secs(60))
            .await
            .result,
        Err(SILENCE)
    );
}

#[tokio::test]
async fn odd_rows_do_not_fail_the_list() {
    let (clock, _) = clock();
    let list = AccountList {
        accounts: Vec::new(),
        skipped: 3,
    };
    let line = ScriptedLine::queued([Ok(Answer::Accounts(list))]);
    let lines = lines(&line, clock);
    assert_eq!(lines.accounts(&code(), "ci").await.0, Ok(Vec::new()));
}
