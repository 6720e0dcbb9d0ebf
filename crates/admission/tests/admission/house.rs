//! A hub with an operator, a fintech, and their members.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use naru_admission::gate::service::work_out;
use naru_admission::organisation::fact::{NewFact, record};
use naru_admission::organisation::{SignUp, sign_up};
use naru_admission::{AdmissionSettings, Office, Staff};
use naru_core::{
    Action, Actor, BankCode, Chance, Client, ClientId, ClientLimits, ClientStatus, ClientUseCode, Clock,
    ContractAccount, Day, Environment, FactKind, FunctionTestId, Gate, GateStanding, InspectionId, InspectionKind,
    InspectionMachine, InspectionOutcome, Member, MemberId, Organisation, OrganisationId, OrganisationKind,
    PersonLimits, Profile, Role, Roles, SECOND, Scopes, Timestamp, Won,
};
use naru_crypto::Keyring;
use naru_storage::{
    DatabaseSettings, FunctionTest, InspectionEventRow, InspectionRow, MemberRow, Storage, StorageError,
};
use naru_web::{Hub, HubSettings, Lives};
use serde_json::json;

pub(crate) const ACTOR: Actor = Actor::Hub("test");

pub(crate) struct House {
    pub(crate) office: Office,
    hand: Arc<AtomicI64>,
    pub(crate) desk: [Staff; 3],
    pub(crate) fintech: Staff,
}

/// A database in memory and a hub over it; it is noon of this day in Seoul.
pub(crate) fn office(day: &str) -> (Office, Arc<AtomicI64>) {
    let (clock, hand) = Clock::manual(Timestamp::from_compact(&format!("{day}120000")).unwrap());
    let storage = Storage::open(&DatabaseSettings::Memory, Keyring::generate(), clock, Chance::seeded(7)).unwrap();
    let settings = HubSettings {
        public_url: "https://hub.example:8443".to_owned(),
        mutual_tls_url: None,
        outbound: naru_web::OutboundSettings::default(),
        test_bed: true,
        hours: None,
        lives: Lives::default(),
        person_limits: PersonLimits::default(),
        page_size: 25,
        rates: naru_web::RateSettings::default(),
    };
    let office = Office {
        hub: Hub::start(storage, settings),
        settings: Arc::new(AdmissionSettings::default()),
    };
    (office, hand)
}

impl House {
    pub(crate) async fn new(day: &str) -> Self {
        let (office, hand) = office(day);
        office.hub.storage().migrate().await.unwrap();
        let operator = staff(&office, ("operator", OrganisationKind::Operator), &[Role::Desk]).await;
        let second = colleague(&office, &operator, "desk-2", &[Role::Desk]).await;
        let third = colleague(&office, &operator, "desk-3", &[Role::Desk]).await;
        let roles = [Role::Developer, Role::SecurityOfficer];
        let fintech = staff(&office, ("blue-pay", OrganisationKind::Fintech), &roles).await;
        Self {
            office,
            hand,
            desk: [operator, second, third],
            fintech,
        }
    }

    pub(crate) fn pass_days(&self, days: i64) {
        self.hand.fetch_add(days * 86_400 * SECOND, Ordering::SeqCst);
    }

    pub(crate) fn fintech_id(&self) -> OrganisationId {
        self.fintech.organisation.id
    }

    pub(crate) async fn organisation(&self) -> Organisation {
        let id = self.fintech_id();
        let found = self
            .office
            .hub
            .storage()
            .read("organisation_find", async |tx| tx.organisation_find(id).await);
        let found: Result<_, StorageError> = found.await;
        found.unwrap().expect("it signed up")
    }

    pub(crate) async fn gate(&self, gate: Gate) -> GateStanding {
        let gates = self.organisation().await.gates;
        gates
            .into_iter()
            .find(|standing| standing.gate == gate)
            .expect("every gate was worked out")
    }

    pub(crate) async fn is_open(&self, gate: Gate) -> bool {
        self.gate(gate).await.is_open(self.office.hub.now())
    }

    /// Records a fact about the fintech that holds from a day on.
    pub(crate) async fn fact(&self, kind: FactKind, value: &str, from: &str, to: Option<&str>) {
        let day = |text: &str| Day::parse(text).unwrap();
        let fact = NewFact {
            organisation_id: self.fintech_id(),
            kind,
            value,
            valid_from: day(from),
            valid_to: to.map(day),
            evidence: "shown at the desk",
        };
        record(&self.office, &self.desk[0], &fact).await.unwrap();
    }

    /// An inspection that was passed, as its service leaves it.
    pub(crate) async fn passed(&self, machine: InspectionMachine, platform: &str, state: &str) -> InspectionId {
        let now = self.office.hub.now();
        let service = !platform.is_empty();
        let row = &InspectionRow {
            id: InspectionId::new(now, self.office.hub.storage().chance()),
            organisation_id: self.fintech_id(),
            agency_id: None,
            machine,
            kind: if service {
                InspectionKind::Service
            } else {
                InspectionKind::Organisation
            },
            platform: platform.to_owned(),
            service: if service { "blue".to_owned() } else { String::new() },
            catalogue: "fsi-user-org".to_owned(),
            state: state.to_owned(),
            state_since: now,
            round: 1,
            outcome: InspectionOutcome::Passed,
            valid_until: None,
            ended_at: Some(now),
            created_at: now,
            version: 1,
        };
        let put = self.office.hub.storage().run("inspection_put", &ACTOR, async |tx| {
            tx.inspection_insert(row).await?;
            tx.trail(Action::InspectionMoved, row.id, json!({})).await?;
            work_out(&tx, &self.office.settings, row.organisation_id).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
        row.id
    }

    /// An organisation inspection that has reached these states, one a moment after the other.
    pub(crate) async fn under_way(&self, states: &[&str]) {
        self.under_way_as(
            InspectionMachine::Organisation,
            ("CONSULTING", states),
            InspectionOutcome::Pending,
        )
        .await;
    }

    /// An inspection by a process that has reached these states from the first.
    pub(crate) async fn under_way_as(
        &self,
        machine: InspectionMachine,
        (first, states): (&str, &[&str]),
        outcome: InspectionOutcome,
    ) {
        let now = self.office.hub.now();
        let row = &InspectionRow {
            id: InspectionId::new(now, self.office.hub.storage().chance()),
            organisation_id: self.fintech_id(),
            agency_id: None,
            machine,
            kind: InspectionKind::Organisation,
            platform: String::new(),
            service: String::new(),
            catalogue: "fsi-user-org".to_owned(),
            state: states.last().expect("at least one state").to_string(),
            state_since: now,
            round: 1,
            outcome,
            valid_until: None,
            ended_at: None,
            created_at: now,
            version: 1,
        };
        let put = self.office.hub.storage().run("inspection_put", &ACTOR, async |tx| {
            tx.inspection_insert(row).await?;
            let mut from = first;
            for (sequence, to) in (1..).zip(states) {
                let event = InspectionEventRow {
                    inspection_id: row.id,
                    sequence,
                    at: now.plus_seconds(sequence),
                    actor: "member:test".to_owned(),
                    event: if from == *to { "sign-contract" } else { "start" }.to_owned(),
                    from_state: from.to_owned(),
                    to_state: (*to).to_owned(),
                    note: String::new(),
                    revisions: Vec::new(),
                    round: 1,
                    proposal_id: None,
                };
                tx.inspection_event_insert(&event).await?;
                from = to;
            }
            tx.trail(Action::InspectionMoved, row.id, json!({})).await?;
            work_out(&tx, &self.office.settings, row.organisation_id).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
    }

    /// A functional test that was passed, as its service leaves it.
    pub(crate) async fn function_test_passed(&self) {
        let id = self.fintech_id();
        let put = self.office.hub.storage().run("function_test_put", &ACTOR, async |tx| {
            let client = client(&self.office, id);
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
            tx.trail(Action::FunctionTestMoved, test.id, json!({})).await?;
            work_out(&tx, &self.office.settings, id).await
        });
        let put: Result<(), StorageError> = put.await;
        put.unwrap();
    }

    /// What a transaction of the services does.
    pub(crate) async fn work_out(&self) {
        let id = self.fintech_id();
        let worked = self.office.hub.storage().run("work_out", &ACTOR, async |tx| {
            work_out(&tx, &self.office.settings, id).await
        });
        let worked: Result<(), StorageError> = worked.await;
        worked.unwrap();
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

/// An organisation with its first administrator.
pub(crate) async fn staff(office: &Office, (code, kind): (&str, OrganisationKind), roles: &[Role]) -> Staff {
    let asked = SignUp {
        code,
        name: code,
        kind,
        user_name: "first",
        display_name: "첫째",
        roles,
    };
    let (organisation, member) = sign_up(office.hub.storage(), &ACTOR, (&asked, &office.settings))
        .await
        .unwrap();
    Staff { member, organisation }
}

/// Another member of an organisation.
pub(crate) async fn colleague(office: &Office, staff: &Staff, user_name: &str, roles: &[Role]) -> Staff {
    let now = office.hub.now();
    let row = &MemberRow {
        member: Member {
            id: MemberId::new(now, office.hub.storage().chance()),
            organisation_id: staff.organisation.id,
            user_name: user_name.to_owned(),
            display_name: user_name.to_owned(),
            roles: Roles::of(roles),
            active: true,
            certificate_sha256: None,
            created_at: now,
            changed_at: now,
            seen_at: None,
            version: 1,
        },
        directory: json!({}),
        removed_at: None,
    };
    let added = office.hub.storage().run("member_add", &ACTOR, async |tx| {
        tx.member_insert(row).await?;
        tx.trail(Action::MemberAdded, row.member.id, json!({})).await
    });
    let added: Result<(), StorageError> = added.await;
    added.unwrap();
    Staff {
        member: row.member.clone(),
        organisation: staff.organisation.clone(),
    }
}
