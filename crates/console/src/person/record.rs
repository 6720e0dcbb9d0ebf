//! The record of a grant, as a person keeps it: who was allowed what, for which accounts, since and until when, how
//! often it was used, and how it ended. Account numbers are masked, as everywhere.

use naru_auth::grant::service::GrantView;
use naru_core::{BankCode, Consent, Timestamp, mask_account};
use serde_json::{Value, json};

/// The record of one grant at a moment.
pub(super) fn record_of(
    view: &GrantView,
    calls: i64,
    (now, bank_name): (Timestamp, &dyn Fn(&BankCode) -> String),
) -> Value {
    let grant = &view.grant;
    let accounts = view.registrations.iter().map(|registration| {
        json!({
            "institution": bank_name(&registration.account.bank_code),
            "institution_code": registration.account.bank_code,
            "account_num_masked": mask_account(&registration.account.account_num),
            "name": registration.alias,
            "inquiry": consent(&registration.inquiry),
            "transfer": consent(&registration.transfer),
        })
    });
    json!({
        "made_at": now.to_string(),
        "time_zone": "Asia/Seoul",
        "grant": {
            "id": grant.id,
            "given_to": view.client.name,
            "client_id": grant.client_id,
            "scopes": grant.scopes.iter().collect::<Vec<_>>(),
            "since": grant.created_at.to_string(),
            "until": grant.expires_at.to_string(),
            "ended_by": grant.revoked.map(|(by, _)| by),
            "ended_at": grant.revoked.map(|(_, at)| at.to_string()),
        },
        "accounts": accounts.collect::<Vec<_>>(),
        "calls": calls,
        "last_used_at": grant.last_used_at.map(|at| at.to_string()),
    })
}

fn consent(consent: &Consent) -> Value {
    match consent.agreed_at {
        None => Value::Null,
        Some(at) => json!({
            "agreed_at": at.to_string(),
            "until": consent.until.map(|at| at.to_string()),
            "ended_at": consent.ended_at.map(|at| at.to_string()),
        }),
    }
}
