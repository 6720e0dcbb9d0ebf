//! One of each noun, different in every field, and a stored family of them.

use std::collections::BTreeMap;

use naru_core::{
    Account, AccountId, BankCode, BankTranId, CallId, Client, ClientId, ClientLimits, ClientStatus, ClientUseCode,
    Consent, ContractAccount, Environment, FintechUseNum, Grant, GrantId, Institution, InstitutionStatus, Order,
    Person, PersonFacts, PersonId, Registration, Scope, Scopes, Side, Transfer, TransferFacts, TransferId,
    TransferKind, TransferState, UserSeqNo, Won,
};
use naru_storage::{TokenKind, TokenRow};

use crate::house::House;

pub(crate) const ACCOUNT_NUM: &str = "7700123456789012";
pub(crate) const HOLDER_NAME: &str = "김나루하늘";

pub(crate) fn bank(code: &str) -> BankCode {
    BankCode::parse(code).expect("3 digits")
}

pub(crate) fn institution(code: &str) -> Institution {
    Institution {
        code: bank(code),
        name_ko: format!("은행{code}"),
        name_en: format!("Bank {code}"),
        line_url: format!("https://127.0.0.1:7{code}"),
        simulated: true,
        status: InstitutionStatus::Open,
        timeout_ms: 2_500,
        in_flight_max: 64,
        net_debit_cap: Some(Won(1_000_000)),
        updated_at: crate::house::start(),
        version: 1,
    }
}

pub(crate) fn client(house: &House) -> Client {
    let code = ClientUseCode::new(&house.chance);
    Client {
        id: ClientId::new(house.now(), &house.chance),
        name: format!("핀테크 {code}"),
        client_use_code: code,
        environment: Environment::TestBed,
        profile: naru_core::Profile::Kftc,
        status: ClientStatus::Active,
        status_since: house.now().plus_days(-3),
        status_reason: "심사 통과".to_owned(),
        scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
        redirect_uris: vec!["https://a.example/cb".to_owned(), "https://b.example/cb?x=1".to_owned()],
        secret_sha256: Some(vec![1; 32]),
        certificate_sha256: Some(vec![2; 32]),
        contract_account: ContractAccount {
            bank_code: bank("097"),
            account_num: "5500987654321".to_owned(),
            holder_name: "주식회사 핀테크".to_owned(),
        },
        withdraw_limits: ClientLimits {
            transfer_won: Won(1),
            day_won: Won(2),
            month_won: Won(3),
        },
        deposit_limits: ClientLimits {
            transfer_won: Won(4),
            day_won: Won(5),
            month_won: Won(6),
        },
        organisation_id: None,
        created_at: house.now().plus_days(-9),
        version: 1,
    }
}

pub(crate) fn person(house: &House) -> Person {
    Person {
        id: PersonId::new(house.now(), &house.chance),
        user_seq_no: UserSeqNo::new(&house.chance),
        facts: PersonFacts {
            linking_value: house.chance.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ+/", 88),
            name: HOLDER_NAME.to_owned(),
            birth_date: "19900102".to_owned(),
            gender: "F".to_owned(),
            cell_no: "010-1234-5678".to_owned(),
            email: "naru@example.com".to_owned(),
        },
        created_at: house.now().plus_days(-2),
    }
}

pub(crate) fn account(code: &str, account_num: &str) -> Account {
    Account {
        bank_code: bank(code),
        account_num: account_num.to_owned(),
        account_seq: "01".to_owned(),
        holder_name: HOLDER_NAME.to_owned(),
        holder_type: "P".to_owned(),
        account_type: "1".to_owned(),
        product_name: "자유입출금".to_owned(),
    }
}

/// A consent from now on for a year.
pub(crate) fn agreed(house: &House) -> Consent {
    Consent {
        agreed_at: Some(house.now()),
        until: Some(house.now().plus_days(365)),
        ended_at: None,
    }
}

pub(crate) fn grant(house: &House, client: &Client, person: Option<&Person>) -> Grant {
    Grant {
        id: GrantId::new(&house.chance),
        client_id: client.id,
        person_id: person.map(|person| person.id),
        scopes: Scopes::of(&[Scope::Login, Scope::Inquiry]),
        created_at: house.now(),
        expires_at: house.now().plus_days(90),
        revoked: None,
        last_used_at: None,
    }
}

pub(crate) fn token(house: &House, grant: &Grant, kind: TokenKind) -> TokenRow {
    TokenRow {
        sha256: house.chance.bytes::<32>().to_vec(),
        kind,
        grant_id: grant.id,
        confirmation: naru_core::Confirmation::Certificate([9; 32]),
        scopes: None,
        issued_at: house.now(),
        expires_at: house.now().plus_days(30),
        used_at: None,
    }
}

pub(crate) fn bank_tran_id(house: &House, client: &Client) -> BankTranId {
    BankTranId::by_hub(&client.client_use_code, &house.chance)
}

/// A withdrawal of 10,000 from bank 002 to bank 097, about to be debited.
pub(crate) fn transfer(house: &House, client: &Client) -> Transfer {
    let call_id = CallId::new(house.now(), &house.chance);
    let side = |code, account_num: &str| Side {
        bank_code: bank(code),
        account_num: account_num.to_owned(),
        holder_name: HOLDER_NAME.to_owned(),
        print_content: "나루".to_owned(),
    };
    Transfer {
        id: TransferId::from(call_id.uuid()),
        order: Order {
            kind: TransferKind::Withdraw,
            client_id: client.id,
            call_id,
            bank_tran_id: bank_tran_id(house, client),
            amount: Won(10_000),
            debit: side("002", ACCOUNT_NUM),
            credit: side("097", "5500987654321"),
            person_id: Some(PersonId::new(house.now(), &house.chance)),
            fintech_use_num: Some(FintechUseNum::new(&bank("002"), &house.chance)),
            returns: None,
            echo: BTreeMap::from([("req_client_num".to_owned(), "HONGGILDONG1234".to_owned())]),
        },
        order_sha256: vec![3; 32],
        day: house.now().day(),
        state: TransferState::Debiting,
        state_since: house.now(),
        facts: TransferFacts::default(),
        limit_remain: Won(77),
        asks: 0,
        next_at: Some(house.now().plus_seconds(60)),
        window_id: None,
        created_at: house.now(),
        version: 1,
    }
}

/// A fintech, a person with an account there and a grant with an access token, all stored.
pub(crate) struct Family {
    pub(crate) client: Client,
    pub(crate) person: Person,
    pub(crate) registration: Registration,
    pub(crate) grant: Grant,
    pub(crate) token: TokenRow,
}

/// Stores a family; institutions 002 and 097 with it.
pub(crate) async fn family(house: &House) -> Family {
    let (client, person) = (client(house), person(house));
    let grant = grant(house, &client, Some(&person));
    let token = token(house, &grant, TokenKind::Access);
    let registration = Registration {
        fintech_use_num: FintechUseNum::new(&bank("002"), &house.chance),
        client_id: client.id,
        person_id: person.id,
        account_id: AccountId::new(house.now(), &house.chance),
        account: account("002", ACCOUNT_NUM),
        alias: "월급".to_owned(),
        inquiry: agreed(house),
        transfer: Consent::default(),
        created_at: house.now(),
    };
    house
        .put(async |tx| {
            for code in ["002", "097"] {
                tx.institution_put(&institution(code)).await?;
            }
            tx.client_insert(&client).await?;
            tx.person_insert(&person).await?;
            let stored = tx
                .account_put(person.id, &registration.account, registration.account_id)
                .await?;
            assert_eq!(stored, registration.account_id);
            tx.registration_put(&registration).await?;
            tx.grant_insert(&grant).await?;
            tx.token_insert(&token).await
        })
        .await;
    Family {
        client,
        person,
        registration,
        grant,
        token,
    }
}
