//! The bed itself: a hub put together over a database in memory, and what is true of it at the end of every test.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use naru::app::Parts;
use naru_banking::line::{Connect, Line};
use naru_banking::{BankingSettings, management, transfer};
use naru_core::{
    Action, Actor, BankCode, CallId, Chance, Clock, Institution, InstitutionStatus, PersonLimits, SECOND, Timestamp,
    Transfer, Won,
};
use naru_crypto::Keyring;
use naru_sims::bank::Books;
use naru_sims::demo;
use naru_storage::{CallRecord, DatabaseSettings, JournalCheck, Storage, StorageError, TransferFilter};
use naru_web::{HubSettings, Lives};

use super::{Agency, Bank, CONTRACT, CONTRACT_WON, OPENING_WON, START};

/// In whose name the bed itself writes.
pub(crate) const ACTOR: Actor = Actor::Hub("bed");

/// What a test wants to be different.
#[derive(Clone)]
pub(crate) struct Options {
    /// Where the database is; `None` for memory.
    pub(crate) file: Option<PathBuf>,
    /// Service hours, minutes of the day.
    pub(crate) hours: Option<(i64, i64)>,
    pub(crate) person_limits: PersonLimits,
    pub(crate) lives: Lives,
    pub(crate) banking: BankingSettings,
    pub(crate) page_size: u32,
    pub(crate) rates: naru_web::RateSettings,
    /// How far an institution's position may fall.
    pub(crate) net_debit_cap: Option<(&'static str, Won)>,
    /// An institution that is not simulated.
    pub(crate) real: Option<&'static str>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            file: None,
            hours: None,
            person_limits: PersonLimits::default(),
            lives: Lives::default(),
            banking: BankingSettings::default(),
            page_size: 25,
            rates: naru_web::RateSettings::default(),
            net_debit_cap: None,
            real: None,
        }
    }
}

/// A hub under test.
pub(crate) struct Bed {
    pub(crate) parts: Parts,
    pub(crate) router: axum::Router,
    pub(crate) banks: Vec<Bank>,
    pub(crate) agency: Arc<Agency>,
    hand: Arc<AtomicI64>,
    serial: AtomicU32,
}

impl Bed {
    /// A hub with the four institutions of the demonstration; nobody is registered.
    pub(crate) async fn new(seed: u64) -> Self {
        Self::with(seed, Options::default()).await
    }

    pub(crate) async fn with(seed: u64, options: Options) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact(START).unwrap());
        let chance = Chance::seeded(seed);
        let settings = match &options.file {
            Some(path) => DatabaseSettings::File(path),
            None => DatabaseSettings::Memory,
        };
        let storage = Storage::open(&settings, Keyring::generate(), clock.clone(), chance).unwrap();
        storage.migrate().await.unwrap();
        let banks = open_banks(&clock);
        for bank in &banks {
            put(&storage, &institution(bank, &options, clock.now())).await;
        }
        let agency = Arc::new(Agency::default());
        let hub = HubSettings {
            public_url: "https://hub.example".to_owned(),
            mutual_tls_url: None,
            outbound: naru_web::OutboundSettings::default(),
            test_bed: true,
            hours: options.hours,
            lives: options.lives,
            person_limits: options.person_limits,
            page_size: options.page_size,
            rates: options.rates,
        };
        let connect = (options.banking, connect(&banks));
        let identity = Arc::<Agency>::clone(&agency);
        let parts = Parts::assemble(
            storage,
            hub,
            connect,
            (identity, naru::app::TrialWords::default()),
            naru_admission::AdmissionSettings::default(),
        )
        .await
        .unwrap();
        Self {
            router: parts.router(),
            parts,
            banks,
            agency,
            hand,
            serial: AtomicU32::new(0),
        }
    }

    pub(crate) fn storage(&self) -> &Storage {
        self.parts.hub.storage()
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.parts.hub.now()
    }

    /// The present moment as the wire writes it.
    pub(crate) fn tran_dtime(&self) -> String {
        format!("{}{}", self.now().yyyymmdd(), self.now().hhmmss())
    }

    /// Lets time pass.
    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    /// Sets the clock to a moment `yyyyMMddHHmmss` in Seoul.
    pub(crate) fn set_time(&self, compact: &str) {
        let at = Timestamp::from_compact(compact).expect("an existing moment");
        self.hand.store(at.0, Ordering::SeqCst);
    }

    /// An institution by its code.
    pub(crate) fn bank(&self, code: &str) -> &Bank {
        self.banks
            .iter()
            .find(|bank| bank.code == code)
            .expect("one of the four")
    }

    /// A number that was not given before.
    pub(super) fn serial(&self) -> u32 {
        self.serial.fetch_add(1, Ordering::SeqCst)
    }

    /// One round of the resolver; how many transfers it looked at.
    pub(crate) async fn resolve(&self) -> usize {
        transfer::resolver::round(&self.parts.desk).await.unwrap()
    }

    /// One round of the standing work: lines follow their rows, postings are folded.
    pub(crate) async fn standing_work(&self) {
        management::jobs::round(&self.parts.desk).await.unwrap();
    }

    /// Changes an institution's row, and lets the lines follow.
    pub(crate) async fn change_institution(&self, code: &str, change: impl FnOnce(&mut Institution)) {
        let code = BankCode::parse(code).unwrap();
        let found = self.storage().read("it", async |tx| tx.institution_find(&code).await);
        let found: Result<Option<Institution>, StorageError> = found.await;
        let mut row = found.unwrap().expect("the institution has a row");
        change(&mut row);
        put(self.storage(), &row).await;
        self.standing_work().await;
    }

    /// How many rows the trail has.
    pub(crate) async fn trail_count(&self) -> i64 {
        let counted = self.storage().read("it", async |tx| tx.trail_count().await).await;
        counted.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// The record of a call, by the correlation id of its answer; everything answered so far is written first.
    pub(crate) async fn call_record(&self, correlation: &str) -> Option<CallRecord> {
        let id: CallId = correlation.parse().expect("a correlation id is a call's id");
        self.parts.hub.calls().flush().await;
        let found = self.storage().read("it", async |tx| tx.call_find(id).await).await;
        found.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// Every transfer, newest first.
    pub(crate) async fn transfers(&self) -> Vec<Transfer> {
        let found = self.storage().read("it", async |tx| {
            tx.transfer_list(TransferFilter::default(), 1_000).await
        });
        found.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// The word of the state of every transfer, oldest first.
    pub(crate) async fn states(&self) -> Vec<&'static str> {
        let mut states: Vec<_> = self.transfers().await.iter().map(|t| t.state.word()).collect();
        states.reverse();
        states
    }

    /// What the journal says of itself; it must hold at any moment.
    pub(crate) async fn journal(&self) -> JournalCheck {
        let check = self.storage().read("it", async |tx| tx.journal_check().await).await;
        let check = check.unwrap_or_else(|error: StorageError| panic!("{error}"));
        assert!(check.holds(), "the journal does not hold: {check:?}");
        check
    }

    /// The journal holds and every institution's position is what its own books moved. Only where no outcome is
    /// unknown: a leg in doubt is in the books before it is in the journal.
    pub(crate) async fn money_is_right(&self) {
        let check = self.journal().await;
        for bank in &self.banks {
            let of_bank = check.positions.iter().find(|(code, _)| *code == bank.code);
            let position = of_bank.map_or(0, |(_, won)| won.0);
            assert_eq!(bank.moved(), position, "institution {} and its position", bank.code);
        }
    }

    /// The journal holds and no institution moved a won.
    pub(crate) async fn nothing_moved(&self) {
        self.money_is_right().await;
        for bank in &self.banks {
            let totals = bank.totals();
            assert_eq!(
                (totals.debited_won, totals.credited_won),
                (0, 0),
                "institution {}",
                bank.code
            );
        }
    }
}

async fn put(storage: &Storage, row: &Institution) {
    let put = storage.run("institution_put", &ACTOR, async |tx| {
        tx.institution_put(row).await?;
        tx.trail(Action::InstitutionChanged, &row.code, serde_json::json!({}))
            .await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
}

fn open_banks(clock: &Clock) -> Vec<Bank> {
    let date = time::macros::date!(2026 - 11 - 21);
    let open = |bank: demo::DemoBank| {
        let mut books = Books::new(&bank.code, &bank.name);
        for mut account in bank.accounts {
            let is_contract = &*account.terms.account_num == CONTRACT;
            account.balance_won = if is_contract { CONTRACT_WON } else { OPENING_WON };
            assert_eq!(books.open_account(account), Ok(true));
        }
        Bank::open(books, clock.clone())
    };
    demo::banks(date).into_iter().map(open).collect()
}

fn connect(banks: &[Bank]) -> Arc<dyn Connect> {
    let lines: Vec<(String, Arc<dyn Line>)> = banks
        .iter()
        .map(|bank| {
            let line: Arc<dyn Line> = Arc::<naru_banking::line::ScriptedLine>::clone(&bank.line);
            (bank.code.clone(), line)
        })
        .collect();
    Arc::new(move |institution: &Institution| {
        let line = lines.iter().find(|(code, _)| *code == institution.code.as_str());
        Arc::clone(&line.expect("every institution of the bed has books").1)
    })
}

fn institution(bank: &Bank, options: &Options, now: Timestamp) -> Institution {
    let name = demo::banks(time::macros::date!(2026 - 11 - 21))
        .into_iter()
        .find(|demo| demo.code == bank.code)
        .map(|demo| demo.name);
    Institution {
        code: BankCode::parse(&bank.code).unwrap(),
        name_ko: name.unwrap(),
        name_en: format!("Simulated bank {}", bank.code),
        line_url: format!("https://bank-{}.example", bank.code),
        simulated: options.real != Some(bank.code.as_str()),
        status: InstitutionStatus::Open,
        timeout_ms: 10_000,
        in_flight_max: 256,
        net_debit_cap: options
            .net_debit_cap
            .filter(|(code, _)| *code == bank.code)
            .map(|(_, cap)| cap),
        updated_at: now,
        version: 0,
    }
}
