//! Having a [`Trusted`] means that the chain of trust was judged and holds. Only this module can make one.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};

use naru_core::trust::{AccountStanding, Demand, Standing, Verdict, judge};
use naru_core::{BankCode, CallId, Client, Grant, PersonId, Timestamp, UserSeqNo};
use naru_storage::{StandingQuery, StorageError};

use crate::Hub;
use crate::kftc::FieldError;
use crate::presented::Presented;

/// A request that demands something of the chain of trust: the raw form of one route's input.
pub trait Demanding: serde::de::DeserializeOwned + Send + Sync + 'static {
    /// What the route needs.
    const DEMAND: Demand;

    /// The account that the request names.
    fn fintech_use_num(&self) -> Option<&str> {
        None
    }

    /// The client's id for the request, where it may be used only once.
    fn bank_tran_id(&self) -> Option<&str> {
        None
    }

    /// What is wrong with the request's shape, so that the chain cannot be judged by what it names.
    fn shape(&self) -> Result<(), FieldError> {
        Ok(())
    }

    /// The person that the request names beside the token.
    fn named_person(&self) -> Option<&str> {
        None
    }
}

/// A judged call: who asks, under which grant, for which account, and what was asked.
pub struct Trusted<R> {
    /// What was asked, not yet checked in every field.
    pub ask: R,
    /// The call's id; `api_tran_id` on the wire.
    pub call_id: CallId,
    /// When the call came.
    pub at: Timestamp,
    /// Who asks.
    pub client: Client,
    /// Under which grant.
    pub grant: Grant,
    /// As fintechs know the person; `None` for a two-legged grant.
    pub user_seq_no: Option<UserSeqNo>,
    /// When the person first came.
    pub joined_at: Option<Timestamp>,
    /// The account that the call names.
    pub account: Option<AccountStanding>,
    presented: Presented,
    verdict: Verdict,
    notes: Notes,
}

impl<R> Trusted<R> {
    /// A judged call, or the verdict that broke.
    pub(crate) fn new(
        ask: R,
        call_id: CallId,
        presented: Presented,
        (standing, verdict): (Standing, Verdict),
    ) -> Result<Self, Box<Verdict>> {
        let (Some(client), Some(granted), true) = (standing.client, standing.grant, verdict.holds()) else {
            return Err(Box::new(verdict));
        };
        Ok(Self {
            ask,
            call_id,
            at: standing.now,
            client: client.client,
            grant: granted.grant,
            user_seq_no: granted.user_seq_no,
            joined_at: granted.joined_at,
            account: standing.account,
            presented,
            verdict,
            notes: Notes::default(),
        })
    }

    /// The judged chain.
    pub const fn verdict(&self) -> &Verdict {
        &self.verdict
    }

    /// The person behind the grant.
    pub const fn person_id(&self) -> Option<PersonId> {
        self.grant.person_id
    }

    /// Notes that an institution was asked: its code, what it answered, and how long it took in microseconds.
    pub fn note_institution(&self, bank: &BankCode, code: &str, micros: i64) {
        self.notes.institution_us.fetch_add(micros, Ordering::Relaxed);
        let mut asked = self.notes.asked.lock().expect("noting does not panic");
        *asked = Some((bank.clone(), code.to_owned()));
    }

    /// Notes a verdict that changed while the call was worked on, such as at a limit.
    pub fn note_verdict(&self, verdict: Verdict) {
        *self.notes.verdict.lock().expect("noting does not panic") = Some(verdict);
    }

    /// Notes what the answer is about, where the route alone does not say it (see `CallRecord::about`).
    pub fn note_about(&self, about: impl ToString) {
        *self.notes.about.lock().expect("noting does not panic") = Some(about.to_string());
    }

    pub(crate) fn finish(self) -> Finished {
        let noted = self.notes.verdict.into_inner().expect("noting does not panic");
        Finished {
            verdict: noted.unwrap_or(self.verdict),
            asked: self.notes.asked.into_inner().expect("noting does not panic"),
            institution_us: self.notes.institution_us.into_inner(),
            about: self.notes.about.into_inner().expect("noting does not panic"),
        }
    }
}

impl<R: Demanding> Trusted<R> {
    /// Judges the chain once more, after something in it was seen to have changed while the call was worked on.
    pub async fn judge_again(&self, hub: &Hub) -> Result<Verdict, StorageError> {
        let query = StandingQuery {
            test_bed: hub.settings().test_bed,
            token_sha256: self.presented.token_sha256.as_ref(),
            certificate_sha256: self.presented.certificate_sha256,
            proof: self.presented.proof,
            fintech_use_num: self.account.as_ref().map(|account| &account.fintech_use_num),
            once: None,
            named_person: self.ask.named_person(),
        };
        let standing = hub
            .storage()
            .read("standing", async |tx| tx.standing(query).await)
            .await?;
        Ok(judge(&standing, &R::DEMAND))
    }
}

/// What a handler noted on the way.
#[derive(Default)]
struct Notes {
    institution_us: AtomicI64,
    asked: Mutex<Option<(BankCode, String)>>,
    verdict: Mutex<Option<Verdict>>,
    about: Mutex<Option<String>>,
}

/// What is left of a call for its record.
pub(crate) struct Finished {
    pub(crate) verdict: Verdict,
    pub(crate) asked: Option<(BankCode, String)>,
    pub(crate) institution_us: i64,
    pub(crate) about: Option<String>,
}
