//! Thirty days of a whole hub under virtual time: fintechs, people and operators act at random, institutions fail in
//! every way that the line knows, and no won may be lost, doubled or told of too early.
//!
//! One seed is one run: `NARU_SEED=N NARU_SEED_DAYS=D cargo test -p naru --test it seed::` plays it again.

mod action;
mod bank;
mod check;
mod consent;
mod days;
mod operate;
mod plan;
mod sent;
mod weather;
mod world;

pub(crate) use check::counters;
use days::Run;

const DAYS: u64 = 30;

fn told<T: std::str::FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .ok()
            .unwrap_or_else(|| panic!("{name} must be a number, not `{text}`")),
    )
}

/// Plays one run, or the one that the environment names, and says how to play it again.
async fn run(seed: u64, days: u64) -> Run {
    let seed = told("NARU_SEED").unwrap_or(seed);
    let days = told("NARU_SEED_DAYS").unwrap_or(days);
    println!("seed = {seed}: NARU_SEED={seed} NARU_SEED_DAYS={days} cargo test -p naru --test it seed::");
    let run = days::play(seed, days).await;
    let (ends, codes) = (&run.counted.by_state, &run.codes);
    println!(
        "{} actions, transfers {ends:?}, answers {codes:?}, digest {}",
        run.actions, run.digest
    );
    for (id, code, amount) in &run.counted.stuck {
        println!("stuck: {id}, its reversal was refused with {code}, {amount} won lie between its legs");
    }
    run
}

#[tokio::test(start_paused = true)]
async fn thirty_days_of_the_first_seed() {
    let run = run(1, DAYS).await;
    let ends = &run.counted.by_state;
    // The run must have seen what it is about.
    for state in ["completed", "failed", "reversed"] {
        assert!(
            ends.get(state).is_some_and(|count| *count >= 10),
            "too few transfers {state}: {ends:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn thirty_days_of_the_second_seed() {
    run(20_261_121, DAYS).await;
}

#[tokio::test(start_paused = true)]
async fn thirty_days_of_the_third_seed() {
    run(97, DAYS).await;
}

#[tokio::test(start_paused = true)]
async fn thirty_days_of_a_seed_that_nobody_chose() {
    run(naru::app::system_chance().below(1 << 32), DAYS).await;
}

#[test]
fn one_seed_is_one_run() {
    let digest = |seed| {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .start_paused(true)
            .build();
        runtime.expect("a runtime").block_on(days::play(seed, 4)).digest
    };
    let first = digest(7);
    assert_eq!(first, digest(7), "the same seed led elsewhere");
    assert_ne!(first, digest(8), "another seed led to the same end");
}
