//! A hub with one fintech, the operator's desk, and transfers that met given answers, for the tests of settlements.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use naru_core::{
    Action, Actor, AdmissionState, BankCode, BankTranId, CallId, Chance, Client, ClientId, ClientLimits, ClientStatus,
    ClientUseCode, Clock, ContractAccount, Environment, LegKind, Member, MemberId, Order, Organisation, OrganisationId,
    OrganisationKind, Outcome, PersonLimits, Profile, ProposalId, Role, Roles, Scopes, Side, StandingDuty, Timestamp,
    Transfer, TransferEvent, TransferFacts, TransferId, TransferKind, TransferState, WindowId, Won,
};
use naru_crypto::Keyring;
use naru_storage::{DatabaseSettings, Storage, StorageError};
use naru_web::{Hub, HubSettings, Lives};
use serde_json::json;

use super::super::{Case, SettlementError, Statement, Way, case, propose};
use crate::line::{Lines, ScriptedLine};
use crate::{BankingSettings, Desk};

pub(super) const ACTOR: Actor = Actor::Hub("test");
pub(super) const AMOUNT: Won = Won(30_000);

pub(super) struct Room {
    pub(super) desk: Desk,
    pub(super) hand: Arc<AtomicI64>,
    client: Client,
    pub(super) operator: Organisation,
}

fn side(code: &str) -> Side {
    Side {
        bank_code: BankCode::parse(code).unwrap(),
        account_num: "40412000002001".to_owned(),
        holder_name: String::new(),
        print_content: String::new(),
    }
}

fn client(now: Timestamp, chance: &Chance) -> Client {
    let limits = ClientLimits {
        transfer_won: Won(1_000_000),
        day_won: Won(1_000_000),
        month_won: Won(1_000_000),
    };
    Client {
        id: ClientId::new(now, chance),
        client_use_code: ClientUseCode::new(chance),
        name: "핀테크".to_owned(),
        environment: Environment::TestBed,
        profile: Profile::Kftc,
        status: ClientStatus::Active,
        status_since: now,
        status_reason: String::new(),
        scopes: Scopes::of(&[]),
        redirect_uris: Vec::new(),
        secret_sha256: None,
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse("097").unwrap(),
            account_num: "5500987654321".to_owned(),
            holder_name: String::new(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        organisation_id: None,
        created_at: now,
        version: 1,
    }
}

impl Room {
    pub(super) async fn new() -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact("20261121140000").unwrap());
        let (memory, chance) = (DatabaseSettings::Memory, Chance::seeded(7));
        let storage = Storage::open(&memory, Keyring::generate(), clock.clone(), chance).unwrap();
        storage.migrate().await.unwrap();
        let settings = HubSettings {
            public_url: "https://hub.example".to_owned(),
            mutual_tls_url: None,
            outbound: naru_web::OutboundSettings::default(),
            test_bed: true,
            hours: None,
            lives: Lives::default(),
            person_limits: PersonLimits::default(),
            page_size: 25,
            rates: naru_web::RateSettings::default(),
        };
        let hub = Hub::start(storage, settings);
        let (now, chance) = (hub.now(), hub.storage().chance());
        let client = client(now, chance);
        let operator = Organisation {
            id: OrganisationId::new(now, chance),
            code: "operator".to_owned(),
            kind: OrganisationKind::Operator,
            name: "운영기관".to_owned(),
            state: AdmissionState::Applied,
            state_since: now,
            state_reason: String::new(),
            gates: Vec::new(),
            duty: StandingDuty::default(),
            insured_won: Won(0),
            withdraw_day_won: Won(0),
            created_at: now,
            version: 1,
        };
        let (row, window) = (&client, WindowId::new(now, chance));
        let stored = hub.storage().run("set_up", &ACTOR, async |tx| {
            tx.client_insert(row).await?;
            tx.window_open(window).await?;
            Ok::<_, StorageError>(())
        });
        stored.await.unwrap();
        let desk = Desk {
            lines: Arc::new(Lines::new(ScriptedLine::queued([]).connect(), clock)),
            settings: BankingSettings::default(),
            commits: Arc::default(),
            hub,
        };
        Self {
            desk,
            hand,
            client,
            operator,
        }
    }

    pub(super) fn member(&self, role: Role) -> Member {
        let (now, chance) = (self.desk.hub.now(), self.desk.hub.storage().chance());
        Member {
            id: MemberId::new(now, chance),
            organisation_id: self.operator.id,
            user_name: "desk@example.com".to_owned(),
            display_name: "이심사".to_owned(),
            roles: Roles::of(&[role]),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        }
    }

    /// A withdrawal that met these answers, asked for so often; a minute and more ago.
    pub(super) async fn transfer(&self, answers: &[(LegKind, Outcome)], asks: i64) -> TransferId {
        let (hub, chance) = (&self.desk.hub, self.desk.hub.storage().chance());
        let call_id = CallId::new(hub.now(), chance);
        let transfer = Transfer {
            id: TransferId::from(call_id.uuid()),
            order: Order {
                kind: TransferKind::Withdraw,
                client_id: self.client.id,
                call_id,
                bank_tran_id: BankTranId::parse(&format!("{}U00000000{}", self.client.client_use_code, asks)).unwrap(),
                amount: AMOUNT,
                debit: side("004"),
                credit: side("097"),
                person_id: None,
                fintech_use_num: None,
                returns: None,
                echo: std::collections::BTreeMap::new(),
            },
            order_sha256: vec![1; 32],
            day: hub.now().day(),
            state: TransferState::Debiting,
            state_since: hub.now(),
            facts: TransferFacts::default(),
            limit_remain: Won(970_000),
            asks: 0,
            next_at: None,
            window_id: None,
            created_at: hub.now(),
            version: 1,
        };
        let row = &transfer;
        let stored = hub.storage().run("intend", &ACTOR, async |tx| {
            tx.transfer_insert(row, r#"{"links":[]}"#)?;
            tx.trail(Action::TransferReserved, row.id, json!({})).await
        });
        let stored: Result<(), StorageError> = stored.await;
        stored.unwrap();
        let id = transfer.id;
        let mut way = Way::new(transfer);
        for (leg, outcome) in answers {
            way.apply(TransferEvent::Answer(*leg, outcome.clone()), hub.now());
            way.store(&self.desk, &ACTOR).await.unwrap();
        }
        way.transfer.asks = asks - 1;
        way.store(&self.desk, &ACTOR).await.unwrap();
        id
    }

    pub(super) async fn case(&self, id: TransferId) -> Case {
        case(&self.desk, id).await.unwrap().unwrap()
    }

    /// The journal holds, and so much lies between the legs.
    pub(super) async fn between(&self) -> Won {
        let read = self
            .desk
            .hub
            .storage()
            .read("check", async |tx| tx.journal_check().await);
        let check: Result<naru_storage::JournalCheck, StorageError> = read.await;
        let check = check.unwrap();
        assert_eq!((check.unbalanced_entries, check.unstamped), (0, 0), "{check:?}");
        assert_eq!(check.suspense, check.between_legs, "{check:?}");
        check.suspense
    }

    pub(super) async fn say(
        &self,
        by: &Member,
        statement: &Statement,
    ) -> Result<(ProposalId, [u8; 32]), SettlementError> {
        let id = propose(&self.desk, (by, &self.operator), statement).await?;
        let found = self.case(statement.transfer_id).await.proposals;
        let proposal = found.into_iter().find(|proposal| proposal.id == id).unwrap();
        Ok((id, proposal.state_sha256))
    }
}
