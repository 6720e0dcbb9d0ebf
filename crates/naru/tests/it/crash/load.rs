//! Clients at work: each makes one request after the other, and makes a request that was not answered again until it
//! is, as a careful fintech does.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use naru::client::Http;
use naru::up::TrialSummary;
use naru_core::Chance;
use serde_json::{Value, json};
use tokio::task::JoinHandle;

/// A request that moves money, and what was answered to it.
pub(super) struct Sent {
    pub(super) path: &'static str,
    pub(super) token: String,
    pub(super) body: Value,
    pub(super) amount: i64,
    /// Codes and bodies, in the order in which they came.
    pub(super) answers: Vec<Value>,
    /// How often no answer came.
    pub(super) unanswered: usize,
}

impl Sent {
    /// The answers that tell an end.
    pub(super) fn ended(&self) -> Option<&Value> {
        self.answers
            .iter()
            .find(|answer| matches!(answer["rsp_code"].as_str(), Some("A0000" | "A0002")))
    }
}

/// The clients.
pub(super) struct Load {
    goes_on: Arc<AtomicBool>,
    clients: Vec<JoinHandle<Vec<Sent>>>,
}

/// What every client knows.
pub(super) struct Desk {
    pub(super) http: Http,
    pub(super) summary: TrialSummary,
    pub(super) chance: Chance,
    next: AtomicU64,
}

impl Desk {
    pub(super) fn new(http: &Http, summary: &TrialSummary, seed: u64) -> Arc<Self> {
        Arc::new(Self {
            http: http.clone(),
            summary: summary.clone(),
            chance: Chance::seeded(seed),
            next: AtomicU64::new(1),
        })
    }

    fn fresh_id(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{}U{number:09}", self.summary.client_use_code)
    }

    /// A withdrawal, or now and then a deposit, for an account of the trial, of an institution if one is named.
    pub(super) fn draw(&self, bank: Option<&str>) -> Sent {
        let people = self.summary.people.iter();
        let accounts: Vec<_> = people
            .flat_map(|person| person.accounts.iter().map(move |account| (person, account)))
            .filter(|(_, account)| bank.is_none_or(|bank| bank == account.bank_code_std))
            .collect();
        let place = usize::try_from(self.chance.below(accounts.len() as u64)).expect("a small number");
        let (person, account) = accounts[place];
        let amount = i64::try_from(100 + self.chance.below(300)).expect("a small number");
        let is_deposit = bank.is_none() && self.chance.below(10) < 3;
        let (id, number) = (self.fresh_id(), &account.fintech_use_num);
        let (path, token, body) = if is_deposit {
            (
                "/v2.0/transfer/deposit/fin_num",
                &self.summary.oob_token,
                self.deposit(&id, number, amount),
            )
        } else {
            (
                "/v2.0/transfer/withdraw/fin_num",
                &person.access_token,
                self.withdrawal(&id, number, amount),
            )
        };
        Sent {
            path,
            token: token.clone(),
            body,
            amount,
            answers: Vec::new(),
            unanswered: 0,
        }
    }

    fn withdrawal(&self, id: &str, number: &str, amount: i64) -> Value {
        json!({
            "bank_tran_id": id,
            "cntr_account_type": "N",
            "cntr_account_num": self.summary.contract_account,
            "dps_print_content": "충전",
            "fintech_use_num": number,
            "wd_print_content": "나루",
            "tran_amt": amount.to_string(),
            "tran_dtime": "20261121140327",
            "req_client_name": "김하늘",
            "req_client_bank_code": "097",
            "req_client_account_num": "1234567890",
            "req_client_num": "HANEUL",
            "transfer_purpose": "ST",
        })
    }

    fn deposit(&self, id: &str, number: &str, amount: i64) -> Value {
        json!({
            "cntr_account_type": "N",
            "cntr_account_num": self.summary.contract_account,
            "wd_pass_phrase": "NONE",
            "wd_print_content": "정산",
            "name_check_option": "off",
            "tran_dtime": "20261121140327",
            "req_cnt": "1",
            "req_list": [{
                "tran_no": "1",
                "bank_tran_id": id,
                "fintech_use_num": number,
                "print_content": "정산",
                "tran_amt": amount.to_string(),
                "req_client_name": "김하늘",
                "req_client_num": "HANEUL",
                "transfer_purpose": "ST",
            }],
        })
    }

    /// Asks once; whether an answer came.
    pub(super) async fn ask(&self, sent: &mut Sent) -> bool {
        match self.http.post(sent.path, &sent.token, &sent.body).await {
            Ok(answer) if answer["rsp_code"].is_string() => {
                sent.answers.push(answer);
                true
            }
            _ => {
                sent.unanswered += 1;
                false
            }
        }
    }
}

impl Load {
    /// Starts so many clients.
    pub(super) fn start(desk: &Arc<Desk>, clients: usize) -> Self {
        let goes_on = Arc::new(AtomicBool::new(true));
        let client = |_| {
            let (desk, goes_on) = (Arc::clone(desk), Arc::clone(&goes_on));
            tokio::spawn(async move {
                let mut all = Vec::new();
                while goes_on.load(Ordering::Relaxed) {
                    let mut sent = desk.draw(None);
                    while !desk.ask(&mut sent).await {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                    all.push(sent);
                }
                all
            })
        };
        Self {
            clients: (0..clients).map(client).collect(),
            goes_on,
        }
    }

    /// Lets every client end its request, and gives all that was asked.
    pub(super) async fn stop(self) -> Vec<Sent> {
        self.goes_on.store(false, Ordering::Relaxed);
        let mut all = Vec::new();
        for client in self.clients {
            all.extend(client.await.expect("a client ended"));
        }
        all
    }
}

/// How many answers of which code there were, for people.
pub(super) fn told(sent: &[Sent]) -> BTreeMap<String, usize> {
    let mut codes = BTreeMap::new();
    for answer in sent.iter().flat_map(|sent| &sent.answers) {
        *codes
            .entry(answer["rsp_code"].as_str().unwrap_or_default().to_owned())
            .or_default() += 1;
    }
    codes
}
