//! What a crash is played on: institutions that live on in this process, and a hub in a process of its own, which is
//! killed and started again on the same port and the same database.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use naru::app;
use naru::client::Http;
use naru::config::Config;
use naru::up::{self, TrialSummary, UpOptions};
use naru_core::Clock;
use naru_sims::bank::{RunningBank, Totals};
use naru_sims::identity::RunningIdentity;
use naru_storage::Storage;
use naru_web::outbound::ClientTls;
use serde_json::Value;

/// Midnight in Seoul makes another day of a repeated id; nothing is started so close to it, minutes.
const BEFORE_MIDNIGHT: i64 = 4;

/// The stage.
pub(super) struct Stage {
    pub(super) summary: TrialSummary,
    pub(super) banks: Vec<RunningBank>,
    /// What the institutions' books said before the first call.
    pub(super) opening: Vec<Totals>,
    pub(super) http: Http,
    dir: PathBuf,
    _identity: RunningIdentity,
}

impl Drop for Stage {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!(
                "what the hub wrote:\n{}",
                std::fs::read_to_string(self.log()).unwrap_or_default()
            );
        }
        let _ = std::fs::remove_dir_all(&self.dir);
    }
}

/// A hub in a process of its own; killed when dropped.
pub(super) struct Hub(Child);

impl Drop for Hub {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Stage {
    /// Sets everything up as a trial does, and leaves it without a hub.
    pub(super) async fn set(database: Option<String>) -> Self {
        wait_past_midnight().await;
        let word = app::system_chance().below(u64::MAX);
        let dir = std::env::temp_dir().join(format!("naru-crash-{word:016x}"));
        let anywhere = ([127, 0, 0, 1], 0).into();
        let options = UpOptions {
            dir: dir.clone(),
            listen: anywhere,
            ops_listen: anywhere,
            database,
            page_size: 25,
        };
        let trial = up::start(&options).await.expect("a trial starts");
        trial.running.stop().await;
        let roots_pem = std::fs::read(&trial.summary.ca_file).expect("the trial has an authority");
        let tls = ClientTls {
            roots_pem,
            identity_pem: None,
        };
        Self {
            http: Http::new(&trial.summary.hub, &tls).expect("an HTTPS client"),
            opening: trial.banks.iter().map(RunningBank::totals).collect(),
            banks: trial.banks,
            summary: trial.summary,
            dir,
            _identity: trial.identity,
        }
    }

    fn log(&self) -> PathBuf {
        self.dir.join("hub.log")
    }

    /// Starts the hub and waits until it answers.
    pub(super) async fn start_hub(&self) -> Hub {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log())
            .expect("the log opens");
        let child = Command::new(env!("CARGO_BIN_EXE_naru"))
            .args(["serve", "--config", &self.summary.config_file])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        let mut hub = Hub(child.expect("the hub's program starts"));
        let ready = format!("{}/ready", self.summary.ops);
        for _ in 0..600 {
            assert!(hub.ended().is_none(), "the hub ended at its start");
            let answer = self.http.send(http::Method::GET, &ready, &[], "").await;
            if answer.is_ok_and(|answer| answer.status.is_success()) {
                return hub;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the hub did not get ready within 30 s");
    }

    /// The hub's database, opened beside it.
    pub(super) fn storage(&self) -> Storage {
        let config = Config::load(Path::new(&self.summary.config_file)).expect("the configuration can be used");
        app::open_storage(&config).expect("the database opens")
    }

    /// The place of an institution in the lists.
    pub(super) fn bank(&self, code: &str) -> usize {
        let sims = self.summary.sims.iter();
        sims.filter(|sim| sim.kind == "bank")
            .position(|sim| sim.bank_code_std == code)
            .expect("a bank of the trial")
    }

    /// Sets a fault at an institution.
    pub(super) async fn fault(&self, code: &str, fault: Value) {
        let url = format!("{}/faults", self.summary.sims[self.bank(code)].admin);
        let answer = self.http.send(
            http::Method::POST,
            &url,
            &[("content-type", "application/json")],
            fault.to_string(),
        );
        let answer = answer.await.expect("the simulator answers");
        assert!(answer.status.is_success(), "{}", answer.text());
    }

    /// What an institution's books say about a reference: its code, or an empty text where nothing was decided.
    pub(super) async fn outcome(&self, code: &str, reference: &str) -> String {
        let url = format!("{}/outcomes/{reference}", self.summary.sims[self.bank(code)].admin);
        let answer = self
            .http
            .send(http::Method::GET, &url, &[], "")
            .await
            .expect("the simulator answers");
        answer.json()["outcome_code"].as_str().unwrap_or_default().to_owned()
    }

    /// Ends what a test leaves behind.
    pub(super) async fn clear(mut self) {
        for bank in std::mem::take(&mut self.banks) {
            bank.stop().await;
        }
    }
}

impl Hub {
    /// Ends the process at once, without a word: the operating system takes it away (SIGKILL).
    pub(super) fn kill(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }

    /// Asks the process to end (SIGTERM), and waits for it.
    pub(super) async fn stop(&mut self, within: Duration) -> ExitStatus {
        let asked = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(asked.expect("`kill` is installed").success());
        let ended = async {
            loop {
                if let Some(status) = self.ended() {
                    return status;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(within, ended)
            .await
            .expect("the hub ended in time")
    }

    fn ended(&mut self) -> Option<ExitStatus> {
        self.0.try_wait().expect("a child can be asked for")
    }
}

async fn wait_past_midnight() {
    let clock = Clock::system();
    while clock.now().minute_of_day() >= 1_440 - BEFORE_MIDNIGHT {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}
