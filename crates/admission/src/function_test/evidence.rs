//! What a recorded call shows: which step it does, and with which other calls.
//!
//! Recorded calls and final transfers do not change, so that looking twice at the same stretch finds the same.

use std::collections::BTreeSet;

use naru_core::trust::{Link, Verdict, Why};
use naru_core::{
    CallId, GrantId, LegFacts, Outcome, PersonId, REFUSALS_MAX, TestStep, Timestamp, TransferId, TransferState,
};
use naru_storage::{CallRecord, FunctionTest, StorageError, Tx};
use serde::{Deserialize, Serialize};

const BALANCE: &str = "GET /v2.0/account/balance/fin_num";
const TRANSACTIONS: &str = "GET /v2.0/account/transaction_list/fin_num";
const WITHDRAW: &str = "POST /v2.0/transfer/withdraw/fin_num";
const DEPOSITS: [&str; 2] = [
    "POST /v2.0/transfer/deposit/fin_num",
    "POST /v2.0/transfer/deposit/acnt_num",
];
const RESULT: &str = "POST /v2.0/transfer/result";

/// The code of an order whose outcome is open.
const OPEN: &str = "A0007";
/// Withdrawn consents that are kept in mind at most.
const REFUSED_MAX: usize = 20;

/// A client that was refused because a consent was withdrawn.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Refused {
    grant: GrantId,
    person: PersonId,
    /// The first refused call.
    first: CallId,
    /// When that came.
    at: Timestamp,
    /// Whether it was repeated too often.
    insisted: bool,
}

/// Looks at the calls of one run, oldest first.
pub(super) struct Watcher<'a> {
    tx: &'a Tx,
    run: &'a FunctionTest,
    missing: BTreeSet<TestStep>,
    refused: Vec<Refused>,
    found: Vec<(TestStep, Vec<CallId>)>,
}

/// What a look found: the steps with their evidence, and what is to be kept in mind.
pub(super) type Found = (Vec<(TestStep, Vec<CallId>)>, String);

impl<'a> Watcher<'a> {
    pub(super) fn new(tx: &'a Tx, run: &'a FunctionTest, done: &BTreeSet<TestStep>) -> Result<Self, StorageError> {
        Ok(Self {
            tx,
            run,
            missing: TestStep::ALL
                .iter()
                .copied()
                .filter(|step| !done.contains(step))
                .collect(),
            refused: read_pending(&run.pending)?,
            found: Vec::new(),
        })
    }

    pub(super) fn finish(self) -> Result<Found, StorageError> {
        let pending = serde_json::to_string(&self.refused).map_err(StorageError::corrupt)?;
        Ok((self.found, pending))
    }

    /// Looks at one call.
    pub(super) async fn look(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        if call.at < self.run.started_at || call.client_id != Some(self.run.client_id) {
            return Ok(());
        }
        if is_answered(call) {
            self.look_at_standing(call).await?;
            self.look_at_inquiry(call).await?;
            self.look_at_patience(call).await?;
        } else {
            self.look_at_refusal(call).await?;
        }
        self.look_at_transfer(call).await
    }

    fn tick(&mut self, step: TestStep, calls: &[CallId]) {
        if self.missing.remove(&step) {
            self.found.push((step, calls.to_vec()));
        }
    }

    fn misses(&self, step: TestStep) -> bool {
        self.missing.contains(&step)
    }

    /// The token and the consent under which a call was answered.
    async fn look_at_standing(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        let Some(grant) = call.grant_id else { return Ok(()) };
        let since = self.run.started_at;
        if self.misses(TestStep::Token) && self.tx.token_issued_since(grant, since).await? {
            self.tick(TestStep::Token, &[call.id]);
        }
        if self.misses(TestStep::Consent) && call.person_id.is_some() {
            let grant = self.tx.grant_find(grant).await?;
            if grant.is_some_and(|grant| grant.created_at >= since) {
                self.tick(TestStep::Consent, &[call.id]);
            }
        }
        Ok(())
    }

    async fn look_at_inquiry(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        if call.route == BALANCE {
            self.tick(TestStep::Balance, &[call.id]);
        }
        let is_later = call.route == TRANSACTIONS && call.about.as_deref() == Some(CallRecord::LATER_PAGE);
        if is_later && self.misses(TestStep::Paging) {
            let before = self.tx.call_before(call).await?;
            if let Some(before) = before.filter(|before| before.at >= self.run.started_at) {
                self.tick(TestStep::Paging, &[before.id, call.id]);
            }
        }
        Ok(())
    }

    /// Transfers, repeated ones, and what became of them.
    async fn look_at_transfer(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        let step = match call.route.as_str() {
            WITHDRAW => Some(TestStep::Withdrawal),
            route if DEPOSITS.contains(&route) => Some(TestStep::Deposit),
            _ => None,
        };
        match (&call.about, step) {
            (None, Some(step)) if is_answered(call) && self.misses(step) => {
                let transfer = self.tx.transfer_find(TransferId::from(call.id.uuid())).await?;
                if transfer.is_some_and(|transfer| transfer.state == TransferState::Completed) {
                    self.tick(step, &[call.id]);
                }
            }
            (Some(about), Some(_)) if self.misses(TestStep::RepeatedId) => {
                if let Some(first) = self.original(about).await? {
                    self.tick(TestStep::RepeatedId, &[first.id, call.id]);
                }
            }
            (Some(about), None) if call.route == RESULT && is_answered(call) => {
                if self.misses(TestStep::ResultAfterSilence)
                    && let Some(first) = self.original(about).await?
                    && first.rsp_code == OPEN
                {
                    self.tick(TestStep::ResultAfterSilence, &[first.id, call.id]);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The call with which the client first sent a transfer, since the test began; both carry the same number.
    async fn original(&self, about: &str) -> Result<Option<CallRecord>, StorageError> {
        let Ok(transfer) = about.parse::<TransferId>() else {
            return Ok(None);
        };
        let first = self.tx.call_find(CallId::from(transfer.uuid())).await?;
        Ok(first.filter(|first| first.client_id == Some(self.run.client_id) && first.at >= self.run.started_at))
    }

    async fn look_at_refusal(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        let is_down = matches!(
            Outcome::of_code(&call.bank_rsp_code, LegFacts::default()),
            Outcome::Down { .. }
        );
        if call.bank_code.is_some() && is_down {
            self.tick(TestStep::InstitutionDown, &[call.id]);
        }
        let verdict: Option<Verdict> = serde_json::from_str(&call.verdict).ok();
        match verdict.as_ref().and_then(Verdict::broken) {
            Some((Link::Transaction, why, _)) if is_over_limit(why) => self.tick(TestStep::OverLimit, &[call.id]),
            Some((Link::Consent, Why::GrantRevoked, _)) => self.note_refused(call).await?,
            _ => {}
        }
        Ok(())
    }

    /// Keeps in mind that a call was refused under a consent that was withdrawn during the test.
    async fn note_refused(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        let (Some(grant), Some(person)) = (call.grant_id, call.person_id) else {
            return Ok(());
        };
        let is_known = self.refused.iter().any(|refused| refused.grant == grant);
        if is_known || self.refused.len() >= REFUSED_MAX || !self.misses(TestStep::WithdrawnConsent) {
            return Ok(());
        }
        let ended = self.tx.grant_find(grant).await?.and_then(|grant| grant.revoked);
        if ended.is_some_and(|(_, at)| at >= self.run.started_at) {
            self.refused.push(Refused {
                grant,
                person,
                first: call.id,
                at: call.at,
                insisted: false,
            });
        }
        Ok(())
    }

    /// Whether the client, once refused, went on with another grant and did not insist.
    async fn look_at_patience(&mut self, call: &CallRecord) -> Result<(), StorageError> {
        if !self.misses(TestStep::WithdrawnConsent) || call.grant_id.is_none() {
            return Ok(());
        }
        for place in 0..self.refused.len() {
            let Some(refused) = self.refused.get(place).cloned() else {
                break;
            };
            if refused.insisted || call.grant_id == Some(refused.grant) || call.at <= refused.at {
                continue;
            }
            let under = (refused.grant, refused.person);
            if self.tx.call_count_under(under, (refused.first, call.id)).await? <= REFUSALS_MAX {
                self.tick(TestStep::WithdrawnConsent, &[refused.first, call.id]);
                break;
            }
            if let Some(refused) = self.refused.get_mut(place) {
                refused.insisted = true;
            }
        }
        Ok(())
    }
}

/// What was kept in mind by two looks at once.
pub(super) fn merge_pending(stored: &str, found: &str) -> Result<String, StorageError> {
    let (mut stored, found) = (read_pending(stored)?, read_pending(found)?);
    for refused in found {
        if let Some(known) = stored.iter_mut().find(|known| known.grant == refused.grant) {
            known.insisted |= refused.insisted;
        } else if stored.len() < REFUSED_MAX {
            stored.push(refused);
        }
    }
    serde_json::to_string(&stored).map_err(StorageError::corrupt)
}

fn read_pending(text: &str) -> Result<Vec<Refused>, StorageError> {
    serde_json::from_str(text).map_err(StorageError::corrupt)
}

/// Whether a call was answered as asked, in either profile.
fn is_answered(call: &CallRecord) -> bool {
    matches!(call.rsp_code.as_str(), "A0000" | "200")
}

const fn is_over_limit(why: Why) -> bool {
    matches!(
        why,
        Why::ClientWithdrawTransfer
            | Why::ClientWithdrawDay
            | Why::ClientWithdrawMonth
            | Why::ClientDepositTransfer
            | Why::ClientDepositDay
            | Why::ClientDepositMonth
            | Why::PersonTransfer
            | Why::PersonDay
    )
}
