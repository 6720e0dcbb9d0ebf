//! A client of production that its organisation registers itself waits for two people of the operator's desk.

use naru_auth::client::admission::{self, AdmissionError};
use naru_auth::client::service::{self as clients, CLIENTS_MAX, ClientError, Registration};
use naru_core::{
    Action, Actor, BankCode, Client, ClientEvent, ClientLimits, ClientStatus, ContractAccount, Decision, Environment,
    Institution, InstitutionStatus, Member, Organisation, OrganisationId, OrganisationKind, Proposal, ProposalKind,
    Role, Roles, Scope, Scopes, Won,
};
use naru_storage::StorageError;
use naru_storage::proposal::{Approved, FourEyesError};

use crate::house::House;
use crate::staff::DESK;

const BANK: &str = "097";

async fn house() -> House {
    let house = House::new().await;
    let row = &Institution {
        code: BankCode::parse(BANK).unwrap(),
        name_ko: "나루은행".to_owned(),
        name_en: "Naru Bank".to_owned(),
        line_url: "https://bank.example".to_owned(),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 10_000,
        in_flight_max: 256,
        net_debit_cap: None,
        updated_at: house.hub.now(),
        version: 0,
    };
    let put = house.hub.storage().run("it", &DESK, async |tx| {
        tx.institution_put(row).await?;
        tx.trail(Action::InstitutionChanged, &row.code, ()).await
    });
    put.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    house
}

fn asked(organisation: OrganisationId, environment: Environment) -> Registration {
    let limits = ClientLimits {
        transfer_won: Won(1_000),
        day_won: Won(1_000),
        month_won: Won(1_000),
    };
    Registration {
        client_use_code: None,
        name: "모아핀".to_owned(),
        environment,
        scopes: Scopes::of(&[Scope::Login, Scope::Oob]),
        redirect_uris: vec!["https://app.example/cb".to_owned()],
        certificate_sha256: Some([7; 32]),
        contract_account: ContractAccount {
            bank_code: BankCode::parse(BANK).unwrap(),
            account_num: "100200300".to_owned(),
            holder_name: "모아핀".to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: None,
        organisation_id: Some(organisation),
    }
}

/// The desk: three members of the operator, the last of whom may only read.
async fn desk(house: &House) -> (Organisation, [Member; 3]) {
    let operator = house.organisation("naru", OrganisationKind::Operator).await;
    let mut members = Vec::new();
    for (name, role) in [("one", Role::Desk), ("two", Role::Desk), ("reader", Role::Reader)] {
        let member = house.member(&operator, name).await;
        members.push(Member {
            roles: Roles::of(&[role]),
            ..member
        });
    }
    (operator, members.try_into().unwrap())
}

async fn registered(house: &House, environment: Environment) -> Client {
    let fintech = house.organisation("moa", OrganisationKind::Fintech).await;
    let developer = house.member(&fintech, "dev").await;
    let actor = Actor::Member(developer.id);
    let registered = clients::register(house.hub.storage(), &actor, asked(fintech.id, environment)).await;
    registered.unwrap().0
}

async fn now(house: &House, client: &Client) -> Client {
    clients::find(house.hub.storage(), client.client_use_code.as_str())
        .await
        .unwrap()
}

async fn open(house: &House) -> Vec<Proposal> {
    let read = house.hub.storage().read("it", async |tx| {
        tx.proposal_list_open(Some(ProposalKind::Client), None).await
    });
    read.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
}

#[tokio::test]
async fn it_holds_only_after_two_people_of_the_desk_have_seen_where_money_and_people_go() {
    let house = house().await;
    let (operator, [one, two, reader]) = desk(&house).await;
    let client = registered(&house, Environment::Production).await;
    assert_eq!(client.status, ClientStatus::Registered);
    let [proposal] = open(&house).await.try_into().unwrap();
    assert_eq!(proposal.proposed_by, None, "the hub proposes, so two must agree");
    for shown in ["https://app.example/cb", "100200***", "모아핀", "기관 moa"] {
        assert!(proposal.state.contains(shown), "{shown}: {}", proposal.state);
    }
    assert!(
        !proposal.state.contains("100200300"),
        "a whole account number is in the open"
    );
    let storage = house.hub.storage();
    let approve = async |by: &Member| {
        let seen = (proposal.id, proposal.state_sha256);
        admission::approve(storage, (by, &operator), seen).await
    };
    assert_eq!(approve(&reader).await, Err(AdmissionError::Denied));
    assert_eq!(approve(&one).await, Ok(Approved::Seconded));
    assert_eq!(now(&house, &client).await.status, ClientStatus::Registered);
    assert_eq!(approve(&one).await, Err(FourEyesError::SameMember.into()));
    assert_eq!(approve(&two).await, Ok(Approved::Decided));
    assert_eq!(now(&house, &client).await.status, ClientStatus::Active);
    assert!(house.actions(client.id).await.contains(&Action::ClientStatusChanged));
    assert_eq!(approve(&two).await, Err(FourEyesError::Ended.into()));
}

#[tokio::test]
async fn a_client_that_is_turned_down_is_closed_with_the_reason() {
    let house = house().await;
    let (operator, [one, _, reader]) = desk(&house).await;
    let client = registered(&house, Environment::Production).await;
    let [proposal] = open(&house).await.try_into().unwrap();
    let storage = house.hub.storage();
    let reject =
        async |by: &Member, reason: &str| admission::reject(storage, (by, &operator), (proposal.id, reason)).await;
    assert_eq!(reject(&reader, "no").await, Err(AdmissionError::Denied));
    assert_eq!(reject(&one, " ").await, Err(FourEyesError::Reason.into()));
    assert_eq!(now(&house, &client).await.status, ClientStatus::Registered);
    reject(&one, "예금주가 이용기관이 아닙니다").await.unwrap();
    let after = now(&house, &client).await;
    assert_eq!(
        (after.status, after.status_reason.as_str()),
        (ClientStatus::Closed, "예금주가 이용기관이 아닙니다")
    );
    assert!(open(&house).await.is_empty());
}

#[tokio::test]
async fn what_happened_to_the_client_meanwhile_voids_the_proposal() {
    let house = house().await;
    let (operator, [one, two, _]) = desk(&house).await;
    let client = registered(&house, Environment::Production).await;
    let [proposal] = open(&house).await.try_into().unwrap();
    let (storage, seen) = (house.hub.storage(), (proposal.id, proposal.state_sha256));
    admission::approve(storage, (&one, &operator), seen).await.unwrap();
    clients::change_status(storage, &DESK, &client, (ClientEvent::Suspend, "문의 중"))
        .await
        .unwrap();
    let changed = admission::approve(storage, (&two, &operator), seen).await;
    assert_eq!(changed, Err(FourEyesError::Changed.into()));
    assert_eq!(now(&house, &client).await.status, ClientStatus::Suspended);
    let read = storage.read("it", async |tx| tx.proposal_find(proposal.id).await);
    let read: Result<_, StorageError> = read.await;
    assert_eq!(read.unwrap().unwrap().decision, Some(Decision::Void));
}

#[tokio::test]
async fn a_client_of_the_test_bed_is_active_at_once() {
    let house = house().await;
    let client = registered(&house, Environment::TestBed).await;
    assert_eq!(client.status, ClientStatus::Active);
    assert!(open(&house).await.is_empty());
}

#[tokio::test]
async fn an_organisation_has_a_bounded_number_of_clients_that_are_not_closed() {
    let house = house().await;
    let fintech = house.organisation("moa", OrganisationKind::Fintech).await;
    let developer = house.member(&fintech, "dev").await;
    let (storage, actor) = (house.hub.storage(), Actor::Member(developer.id));
    let register = async || clients::register(storage, &actor, asked(fintech.id, Environment::TestBed)).await;
    let mut last = None;
    for _ in 0..CLIENTS_MAX {
        last = Some(register().await.unwrap().0);
    }
    assert_eq!(register().await.map(|(client, _)| client.id), Err(ClientError::Full));
    let closed = clients::change_status(storage, &DESK, &last.unwrap(), (ClientEvent::Close, "")).await;
    closed.unwrap();
    assert!(register().await.is_ok());
}
