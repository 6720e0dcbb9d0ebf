//! A functional test that a service has behind it before it is inspected.

use naru_admission::Office;
use naru_core::{
    Action, BankCode, Client, ClientId, ClientLimits, ClientStatus, ClientUseCode, ContractAccount, Environment,
    FunctionTestId, OrganisationId, Profile, Scopes, Won,
};
use naru_storage::{FunctionTest, StorageError};
use serde_json::json;

use crate::house::{ACTOR, House};

impl House {
    /// A functional test that was passed, as its service leaves it.
    pub(crate) async fn developed(&self) {
        let id = self.fintech.organisation.id;
        if self.get(async |tx| tx.function_test_passed(id).await).await.is_some() {
            return;
        }
        let client = client(&self.office, id);
        let put = self.office.hub.storage().run("function_test_put", &ACTOR, async |tx| {
            tx.client_insert(&client).await?;
            let test = FunctionTest {
                id: FunctionTestId::new(tx.now(), tx.chance()),
                organisation_id: id,
                client_id: client.id,
                started_by: self.fintech.member.id,
                started_at: tx.now(),
                seen_to: String::new(),
                pending: String::new(),
                passed_at: None,
                ended_at: None,
            };
            tx.function_test_insert(&test).await?;
            tx.function_test_end(test.id, true).await?;
            tx.trail(Action::FunctionTestMoved, test.id, json!({})).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
    }
}

/// A client of the test bed that belongs to an organisation.
fn client(office: &Office, owner: OrganisationId) -> Client {
    let (now, chance) = (office.hub.now(), office.hub.storage().chance());
    let limits = ClientLimits {
        transfer_won: Won(1),
        day_won: Won(2),
        month_won: Won(3),
    };
    Client {
        id: ClientId::new(now, chance),
        client_use_code: ClientUseCode::new(chance),
        name: "블루페이".to_owned(),
        environment: Environment::TestBed,
        profile: Profile::Fapi2,
        status: ClientStatus::Active,
        status_since: now,
        status_reason: String::new(),
        scopes: Scopes::default(),
        redirect_uris: Vec::new(),
        secret_sha256: None,
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse("097").unwrap(),
            account_num: "5500987654321".to_owned(),
            holder_name: "블루페이".to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        organisation_id: Some(owner),
        created_at: now,
        version: 1,
    }
}
