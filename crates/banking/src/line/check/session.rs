//! The calls of the check: each on a connection of its own, with references that no one has used before.

use std::sync::atomic::{AtomicU32, Ordering};

use bytes::Bytes;
use serde_json::{Value, json};

use super::CheckSettings;
use super::client::Door;
use super::report::Miss;
use super::seen::Seen;
use crate::line::wire;

/// An account number of the right shape that no institution gives out.
pub(super) const NO_ACCOUNT: &str = "0000000000";

/// Debit or credit, as the paths write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    Debit,
    Credit,
}

impl Direction {
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::Debit => "/line/v1/debits",
            Self::Credit => "/line/v1/credits",
        }
    }
}

pub(super) struct Session {
    pub(super) door: Door,
    pub(super) settings: CheckSettings,
    run: String,
    next: AtomicU32,
}

impl Session {
    pub(super) fn new(door: Door, settings: CheckSettings) -> Self {
        let run = settings.chance.text(b"0123456789abcdefghijklmnopqrstuvwxyz", 16);
        Self {
            door,
            settings,
            run,
            next: AtomicU32::new(1),
        }
    }

    /// A reference that was never used before.
    pub(super) fn reference(&self) -> String {
        format!("check-{}-{}", self.run, self.next.fetch_add(1, Ordering::Relaxed))
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Seen, Miss> {
        self.post_bytes(path, Bytes::from(body.to_string())).await
    }

    pub(super) async fn post_bytes(&self, path: &str, body: Bytes) -> Result<Seen, Miss> {
        let mut connection = self.door.connect(false).await.map_err(Miss::Broken)?;
        Seen::read(&connection.post(path, body).await.map_err(Miss::Broken)?)
    }

    pub(super) async fn get(&self, path: &str) -> Result<Seen, Miss> {
        let mut connection = self.door.connect(false).await.map_err(Miss::Broken)?;
        Seen::read(&connection.get(path).await.map_err(Miss::Broken)?)
    }

    /// The body of an order on the test account.
    pub(super) fn order(&self, reference: &str, amount: &str) -> Value {
        json!({
            "reference": reference, "account_num": self.settings.account_num, "amount": amount,
            "print_content": "나루점검", "counterpart_bank_code": "097", "counterpart_name": "나루점검",
            "purpose": "TR", "return_of": ""
        })
    }

    /// An order on the test account.
    pub(super) async fn send(&self, way: Direction, reference: &str, amount: &str) -> Result<Seen, Miss> {
        self.post(way.path(), &self.order(reference, amount)).await
    }

    pub(super) async fn outcome(&self, reference: &str) -> Result<Seen, Miss> {
        self.get(&wire::path(reference)).await?.agreed("000")
    }

    /// Nothing is on record under the reference.
    pub(super) async fn is_unrecorded(&self, reference: &str) -> Result<(), Miss> {
        match self.outcome(reference).await?.text("found")? {
            "N" => Ok(()),
            _ => Err(Miss::Broken(
                "an outcome on record although nothing was to be executed".to_owned(),
            )),
        }
    }

    /// The balance of the test account, in won.
    pub(super) async fn balance(&self) -> Result<i64, Miss> {
        let body = json!({ "account_num": self.settings.account_num });
        let seen = self.post("/line/v1/balance", &body).await?.agreed("000")?;
        seen.won("balance_amt")
    }

    /// A credit and a debit of the same few won, another amount each time, so that movements can be told apart.
    pub(super) async fn to_and_fro(&self) -> Result<(), Miss> {
        let amount = self.next.load(Ordering::Relaxed).to_string();
        for way in [Direction::Credit, Direction::Debit] {
            self.send(way, &self.reference(), &amount).await?.agreed("000")?;
        }
        Ok(())
    }
}
