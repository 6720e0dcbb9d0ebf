//! A standing that nothing is wrong with.

use crate::trust::{
    AccountStanding, ChannelStanding, ClientStanding, GrantStanding, ProofStanding, Standing, TokenStanding,
};
use crate::{
    Account, AccountId, Admission, AdmissionState, BankCode, Chance, Client, ClientId, ClientLimits, ClientStatus,
    ClientUseCode, Confirmation, Consent, ContractAccount, Environment, FintechUseNum, Gate, GateStanding, Grant,
    GrantId, OrganisationId, PersonId, Profile, Scope, Scopes, Timestamp, UserSeqNo, Won,
};

pub(super) const NOW: Timestamp = Timestamp(1_790_000_000_000_000);
pub(super) const CERTIFICATE: [u8; 32] = [0xab; 32];
pub(super) const LATER: Option<Timestamp> = Some(NOW.plus_seconds(1));

fn client(chance: &Chance) -> Client {
    let limits = ClientLimits {
        transfer_won: Won(1),
        day_won: Won(1),
        month_won: Won(1),
    };
    Client {
        id: ClientId::new(NOW, chance),
        client_use_code: ClientUseCode::new(chance),
        name: "핀테크".to_owned(),
        environment: Environment::TestBed,
        profile: Profile::Kftc,
        status: ClientStatus::Active,
        status_since: NOW,
        status_reason: String::new(),
        scopes: Scopes::default(),
        redirect_uris: Vec::new(),
        secret_sha256: None,
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse("097").unwrap(),
            account_num: "1".to_owned(),
            holder_name: String::new(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        organisation_id: None,
        created_at: NOW,
        version: 1,
    }
}

/// A standing in which every link holds, for every demand; every end in it is a second away.
fn admission(chance: &Chance) -> Admission {
    let open = |gate: &Gate| GateStanding {
        gate: *gate,
        open: true,
        until: LATER,
        rule: "R-ORG-BASE".to_owned(),
        evidence: "ins_1".to_owned(),
    };
    Admission {
        organisation_id: OrganisationId::new(NOW, chance),
        state: AdmissionState::Live,
        state_since: NOW,
        gates: Gate::ALL.iter().map(open).collect(),
        insured_won: Won(1),
        withdraw_day_won: Won(1),
    }
}

pub(super) fn sound() -> Standing {
    let chance = Chance::seeded(1);
    let (client, person_id) = (client(&chance), PersonId::new(NOW, &chance));
    let consent = Consent {
        agreed_at: Some(NOW),
        until: LATER,
        ended_at: None,
    };
    let bank_code = BankCode::parse("002").unwrap();
    Standing {
        test_bed: true,
        now: NOW,
        channel: ChannelStanding {
            token: TokenStanding::Found {
                confirmation: Confirmation::Certificate(CERTIFICATE),
                expires_at: NOW.plus_seconds(1),
                scopes: None,
            },
            certificate_sha256: Some(CERTIFICATE),
            proof: ProofStanding::Missing,
        },
        grant: Some(GrantStanding {
            grant: Grant {
                id: GrantId::new(&chance),
                client_id: client.id,
                person_id: Some(person_id),
                scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
                created_at: NOW,
                expires_at: NOW.plus_seconds(1),
                revoked: None,
                last_used_at: None,
            },
            user_seq_no: Some(UserSeqNo::parse("1000000001").unwrap()),
            joined_at: Some(NOW),
        }),
        client: Some(ClientStanding {
            client,
            admission: Some(admission(&chance)),
        }),
        account: Some(AccountStanding {
            fintech_use_num: FintechUseNum::new(&bank_code, &chance),
            person_id,
            account_id: AccountId::new(NOW, &chance),
            account: Account {
                bank_code,
                account_num: "770012345678".to_owned(),
                account_seq: String::new(),
                holder_name: "김나루".to_owned(),
                holder_type: "P".to_owned(),
                account_type: "1".to_owned(),
                product_name: String::new(),
            },
            alias: String::new(),
            inquiry: consent,
            transfer: consent,
            simulated: true,
        }),
        named_person: Some("1000000001".to_owned()),
        replayed: false,
    }
}
