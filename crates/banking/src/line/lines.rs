//! The registry of lines: one per institution, looked up by code, refreshed from rows while calls are running.
//!
//! A look-up clones one `Arc` under a read lock; a refresh that finds nothing changed takes no write lock. A call
//! that runs while its line is replaced ends on the line on which it began. Nothing is logged per call.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use naru_core::{BankCode, Clock, Institution, InstitutionStatus, Timestamp};

use super::answer::Answer;
use super::ask::Ask;
use super::breaker::BreakerState;
use super::fault::LineFault;
use super::health::Health;
use super::{Connect, Line};

const MOST_BUDGET_MS: u64 = 120_000;

/// What asking an institution came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// The answer, or why there is none.
    pub result: Result<Answer, LineFault>,
    /// How long the institution took, microseconds; 0 when nothing was sent.
    pub institution_us: i64,
}

impl Asked {
    const fn not_sent() -> Self {
        Self {
            result: Err(LineFault::not_sent()),
            institution_us: 0,
        }
    }
}

/// The state of one line, for people and for `/bank/status`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineState {
    /// The institution's code.
    pub code: BankCode,
    /// Its name in Korean.
    pub name_ko: String,
    /// Its name in English.
    pub name_en: String,
    /// Whether it takes part.
    pub status: InstitutionStatus,
    /// Where the breaker stands.
    pub breaker: BreakerState,
    /// The first of the faults in a row, while there are any.
    pub failing_since: Option<Timestamp>,
    /// The code of the last fault since the line was made; an empty text is silence or no connection.
    pub last_fault_code: Option<String>,
    /// Calls in flight.
    pub in_flight: i64,
}

/// An institution, its line and the line's health.
struct Route {
    institution: Arc<Institution>,
    line: Arc<dyn Line>,
    health: Arc<Health>,
}

impl Route {
    fn open(institution: &Institution, connect: &dyn Connect, health: Arc<Health>) -> Arc<Self> {
        Arc::new(Self {
            institution: Arc::new(institution.clone()),
            line: connect.connect(institution),
            health,
        })
    }

    /// The institution's own time budget.
    fn budget(&self) -> Duration {
        let millis = u64::try_from(self.institution.timeout_ms).unwrap_or(0);
        Duration::from_millis(millis.min(MOST_BUDGET_MS))
    }

    fn state(&self) -> LineState {
        let seen = self.health.seen();
        LineState {
            code: self.institution.code.clone(),
            name_ko: self.institution.name_ko.clone(),
            name_en: self.institution.name_en.clone(),
            status: self.institution.status,
            breaker: seen.breaker,
            failing_since: seen.failing_since,
            last_fault_code: seen.last_fault_code,
            in_flight: seen.in_flight,
        }
    }
}

/// Routes in the order of their codes.
type Table = Vec<Arc<Route>>;

/// The lines to all institutions.
pub struct Lines {
    connect: Arc<dyn Connect>,
    clock: Clock,
    table: RwLock<Table>,
}

impl std::fmt::Debug for Lines {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lines").finish_non_exhaustive()
    }
}

impl Lines {
    /// A registry without institutions; [`Lines::refresh`] brings them.
    pub fn new(connect: Arc<dyn Connect>, clock: Clock) -> Self {
        Self {
            connect,
            clock,
            table: RwLock::new(Table::new()),
        }
    }

    /// Takes over the rows: makes lines for new and changed institutions, keeps the others, drops those that are
    /// missing. The health of a line is kept unless its address changed. Does no I/O.
    pub fn refresh(&self, institutions: &[Institution]) {
        let old: Table = self.read(Table::clone);
        if is_same(&old, institutions) {
            return;
        }
        let keep = |row: &Institution| {
            let known = old.iter().find(|route| route.institution.code == row.code);
            match known {
                Some(route) if *route.institution == *row => Arc::clone(route),
                Some(route) if route.institution.line_url == row.line_url => {
                    Route::open(row, self.connect.as_ref(), Arc::clone(&route.health))
                }
                _ => Route::open(row, self.connect.as_ref(), Health::new(row.code.clone())),
            }
        };
        let mut table: Table = institutions.iter().map(keep).collect();
        table.sort_by(|a, b| a.institution.code.cmp(&b.institution.code));
        *self.table.write().expect("nothing panics while the table is held") = table;
    }

    /// All institutions, by code.
    pub fn institutions(&self) -> Vec<Arc<Institution>> {
        let all = |table: &Table| table.iter().map(|route| Arc::clone(&route.institution)).collect();
        self.read(all)
    }

    /// One institution.
    pub fn institution(&self, bank: &BankCode) -> Option<Arc<Institution>> {
        self.route(bank).map(|route| Arc::clone(&route.institution))
    }

    /// The state of every line, by code.
    pub fn status(&self) -> Vec<LineState> {
        self.read(Table::clone).iter().map(|route| route.state()).collect()
    }

    /// Asks within the institution's own time budget.
    pub async fn ask(&self, bank: &BankCode, ask: Ask) -> Asked {
        self.ask_within(bank, ask, Duration::MAX).await
    }

    /// Asks within the institution's own time budget or the one given, whichever is shorter.
    ///
    /// Nothing is sent, and the fault is `Down` without a code, when the institution is unknown or closed, when its
    /// breaker is open, when as many calls as it allows are in flight, or when the budget is zero.
    pub async fn ask_within(&self, bank: &BankCode, ask: Ask, budget: Duration) -> Asked {
        let open = |route: &Arc<Route>| route.institution.status == InstitutionStatus::Open;
        let Some(route) = self.route(bank).filter(open) else {
            return Asked::not_sent();
        };
        let budget = budget.min(route.budget());
        if budget.is_zero() {
            return Asked::not_sent();
        }
        let most = route.institution.in_flight_max;
        let Some(seat) = route.health.sit(most, ask.passes_open_breaker(), &self.clock) else {
            return Asked::not_sent();
        };
        let began = self.clock.now();
        let result = route.line.ask(ask, budget).await;
        let ended = self.clock.now();
        seat.settle(result.as_ref().err(), ended);
        report_skipped(bank, &result);
        Asked {
            result,
            institution_us: ended.micros_since(began).max(0),
        }
    }

    fn route(&self, bank: &BankCode) -> Option<Arc<Route>> {
        self.read(|table| {
            let place = table.binary_search_by(|route| route.institution.code.cmp(bank)).ok()?;
            table.get(place).map(Arc::clone)
        })
    }

    fn read<T>(&self, look: impl FnOnce(&Table) -> T) -> T {
        look(&self.table.read().expect("nothing panics while the table is held"))
    }
}

/// Whether the rows are those of the table, in any order.
fn is_same(table: &Table, rows: &[Institution]) -> bool {
    let is_known = |row: &Institution| table.iter().any(|route| *route.institution == *row);
    table.len() == rows.len() && rows.iter().all(is_known)
}

/// Odd rows are worth a line in the log: the institution has to be told.
fn report_skipped(bank: &BankCode, result: &Result<Answer, LineFault>) {
    let skipped = match result {
        Ok(Answer::Accounts(list)) => list.skipped,
        Ok(Answer::Transactions(page)) => page.skipped,
        _ => 0,
    };
    if skipped > 0 {
        tracing::warn!(institution = %bank, skipped, "line_rows_skipped");
    }
}
