//! What the handlers of this feature share: the hub, the lines, and how long things may take.

use std::sync::Arc;
use std::time::Duration;

use naru_core::{BankCode, Client, Environment, Institution};
use naru_web::kftc::{FieldError, Refusal};
use naru_web::{Hub, Trusted};

use crate::line::{LineFault, Lines};
use crate::transfer::Commits;

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BankingSettings {
    /// One leg of a transfer, milliseconds; an institution's own time budget may be shorter.
    pub leg_ms: u64,
    /// A whole transfer before its client is told to ask later, milliseconds; below the clients' 30 seconds.
    pub answer_ms: u64,
    /// Asks after which a lost transfer is shown in the operator's queue.
    pub queue_asks: i64,
    /// Transfers that the resolver works on at once.
    pub resolver_tasks: usize,
}

impl Default for BankingSettings {
    fn default() -> Self {
        Self {
            leg_ms: 10_000,
            answer_ms: 25_000,
            queue_asks: 9,
            resolver_tasks: 8,
        }
    }
}

/// The feature's state. Cheap to clone.
#[derive(Clone)]
pub struct Desk {
    /// The hub.
    pub hub: Hub,
    /// The lines to institutions.
    pub lines: Arc<Lines>,
    /// How long things may take.
    pub settings: BankingSettings,
    /// What is stored together.
    pub commits: Arc<Commits>,
}

impl Desk {
    /// The longest time one leg may take.
    pub(crate) const fn leg_budget(&self) -> Duration {
        Duration::from_millis(self.settings.leg_ms)
    }

    /// Brings the lines to what the database says about institutions.
    pub async fn refresh_lines(&self) -> Result<(), naru_storage::StorageError> {
        let rows = self
            .hub
            .storage()
            .read("institution_list", async |tx| tx.institution_list().await);
        let rows: Vec<Institution> = rows.await?;
        self.lines.refresh(&rows);
        Ok(())
    }

    /// An institution by the code in a field; refuses codes of nobody, and real institutions to the test bed.
    pub(crate) fn institution(&self, field: &str, code: &str, client: &Client) -> Result<Arc<Institution>, Refusal> {
        let expected = || FieldError::new(field, "must be the code of a participating institution");
        let code = BankCode::parse(code).map_err(|_| expected())?;
        let institution = self.lines.institution(&code).ok_or_else(expected)?;
        if client.environment == Environment::TestBed && !institution.simulated {
            return Err(Refusal::Reason("outside_test_bed"));
        }
        Ok(institution)
    }

    /// An institution's name in Korean; empty where nobody has the code.
    pub(crate) fn bank_name(&self, code: &BankCode) -> String {
        self.lines
            .institution(code)
            .map(|institution| institution.name_ko.clone())
            .unwrap_or_default()
    }
}

/// What an institution answered, noted with the call; a fault as the profile tells it.
pub(crate) fn answered<R, T>(
    call: &Trusted<R>,
    bank: &BankCode,
    (result, micros): (Result<T, LineFault>, i64),
) -> Result<T, Refusal> {
    let fault = match result {
        Ok(answer) => {
            call.note_institution(bank, "000", micros);
            return Ok(answer);
        }
        Err(fault) => fault,
    };
    let (reason, code, message) = match fault {
        LineFault::Refused { code, message } => ("institution_error", code, message),
        LineFault::Down { code } if code.is_empty() => ("institution_error", "111".to_owned(), String::new()),
        LineFault::Down { code } => ("institution_error", code, String::new()),
        LineFault::Silent { code } if code.is_empty() => ("institution_silent", "804".to_owned(), String::new()),
        LineFault::Silent { code } => ("institution_silent", code, String::new()),
    };
    call.note_institution(bank, &code, micros);
    let bank_code = bank.clone();
    Err(Refusal::Institution {
        reason,
        bank_code,
        code,
        message,
    })
}
