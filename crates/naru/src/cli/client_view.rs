//! A client as the commands print it.

use naru_core::{Client, ClientLimits, Environment, mask_account};
use serde_json::{Value, json};

pub(super) fn environment_word(environment: Environment) -> &'static str {
    match environment {
        Environment::TestBed => "test-bed",
        Environment::Production => "production",
    }
}

pub(super) fn to_json(client: &Client) -> Value {
    json!({
        "client_id": client.id,
        "client_use_code": client.client_use_code,
        "name": client.name,
        "environment": client.environment,
        "profile": client.profile,
        "status": client.status,
        "status_since": client.status_since.to_string(),
        "status_reason": client.status_reason,
        "scopes": client.scopes.to_string(),
        "redirect_uris": client.redirect_uris,
        "certificate_sha256": client.certificate_sha256.as_deref().map(naru_crypto::hex),
        "contract_bank": client.contract_account.bank_code,
        "contract_account_masked": mask_account(&client.contract_account.account_num),
        "withdraw_limits": client.withdraw_limits,
        "deposit_limits": client.deposit_limits,
        "created_at": client.created_at.to_string(),
    })
}

pub(super) fn to_text(client: &Client) -> String {
    let limits = |limits: &ClientLimits| {
        format!(
            "{} per transfer, {} per day, {} per month",
            limits.transfer_won, limits.day_won, limits.month_won
        )
    };
    let account = &client.contract_account;
    let mut lines = vec![
        ("name", client.name.clone()),
        ("client_id", client.id.to_string()),
        ("client_use_code", client.client_use_code.to_string()),
        ("environment", environment_word(client.environment).to_owned()),
        ("profile", client.profile.to_string()),
        (
            "status",
            format!(
                "{} since {} {}",
                client.status, client.status_since, client.status_reason
            ),
        ),
        ("scopes", client.scopes.to_string()),
        (
            "contract account",
            format!("{} at {}", mask_account(&account.account_num), account.bank_code),
        ),
        ("withdrawals", limits(&client.withdraw_limits)),
        ("deposits", limits(&client.deposit_limits)),
        (
            "certificate",
            client
                .certificate_sha256
                .as_deref()
                .map_or_else(|| "none".to_owned(), naru_crypto::hex),
        ),
        ("registered", client.created_at.to_string()),
    ];
    lines.extend(client.redirect_uris.iter().map(|uri| ("redirect_uri", uri.clone())));
    let lines: Vec<_> = lines
        .iter()
        .map(|(name, value)| format!("{name:<17} {}", value.trim_end()))
        .collect();
    lines.join("\n")
}
