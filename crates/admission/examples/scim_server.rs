//! SCIM alone, without TLS, over a database in memory that ends with it: for trying a directory or a compliance tester
//! against the hub. It prints its address and a token as one line of JSON, and serves until it is stopped.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use naru_admission::member::token;
use naru_admission::{AdmissionSettings, Office, Staff, scim};
use naru_core::{
    Action, Actor, AdmissionState, Chance, Clock, Member, MemberId, Organisation, OrganisationId, OrganisationKind,
    PersonLimits, Role, Roles, StandingDuty, Won,
};
use naru_crypto::{Keyring, fill_random};
use naru_storage::{DatabaseSettings, MemberRow, Storage, StorageError};
use naru_web::{Hub, HubSettings, Listener, Lives, RateSettings};
use serde_json::json;

type Failure = Box<dyn std::error::Error>;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let port = std::env::args().nth(1).map_or(Ok(0), |port| port.parse())?;
    let listener = Listener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), None).await?;
    // The address is known only when a port was given: without one, locations name port 0.
    let url = format!("http://localhost:{port}");
    let office = office(url.clone()).await?;
    let staff = administrator(&office).await?;
    let issued = token::issue(&office, &staff, "trial").await?;
    let facts = json!({ "scim_url": format!("{url}/scim/v2"), "scim_token": issued.secret.expose() });
    writeln!(std::io::stdout(), "{facts}")?;
    let (clock, chance) = (
        office.hub.storage().clock().clone(),
        office.hub.storage().chance().clone(),
    );
    let served = listener.serve(naru_web::router(scim::routes(&office), clock, chance));
    std::future::pending::<()>().await;
    served.stop().await;
    Ok(())
}

async fn office(public_url: String) -> Result<Office, Failure> {
    let memory = DatabaseSettings::Memory;
    let chance = Chance::from_fn(fill_random);
    let storage = Storage::open(&memory, Keyring::generate(), Clock::system(), chance)?;
    storage.migrate().await?;
    let settings = HubSettings {
        public_url,
        mutual_tls_url: None,
        outbound: naru_web::OutboundSettings::default(),
        test_bed: true,
        hours: None,
        lives: Lives::default(),
        person_limits: PersonLimits::default(),
        page_size: 25,
        rates: RateSettings::default(),
    };
    Ok(Office {
        hub: Hub::start(storage, settings),
        settings: Arc::new(AdmissionSettings {
            scim_per_second: 1_000,
            ..AdmissionSettings::default()
        }),
    })
}

/// An organisation with one administrator.
async fn administrator(office: &Office) -> Result<Staff, StorageError> {
    let actor = Actor::Hub("trial");
    let signed_up = office.hub.storage().run("trial", &actor, async |tx| {
        let organisation = Organisation {
            id: OrganisationId::new(tx.now(), tx.chance()),
            code: "trial".to_owned(),
            kind: OrganisationKind::Fintech,
            name: "Trial".to_owned(),
            state: AdmissionState::Applied,
            state_since: tx.now(),
            state_reason: String::new(),
            gates: Vec::new(),
            duty: StandingDuty::default(),
            insured_won: Won(0),
            withdraw_day_won: Won(0),
            created_at: tx.now(),
            version: 1,
        };
        let member = Member {
            id: MemberId::new(tx.now(), tx.chance()),
            organisation_id: organisation.id,
            user_name: "administrator@trial.example".to_owned(),
            display_name: "Administrator".to_owned(),
            roles: Roles::of(&[Role::Administrator]),
            active: true,
            certificate_sha256: None,
            created_at: tx.now(),
            changed_at: tx.now(),
            seen_at: None,
            version: 1,
        };
        let row = MemberRow {
            member: member.clone(),
            directory: json!({}),
            removed_at: None,
        };
        tx.organisation_insert(&organisation).await?;
        tx.member_insert(&row).await?;
        tx.trail(Action::OrganisationSignedUp, organisation.id, ()).await?;
        Ok(Staff { member, organisation })
    });
    signed_up.await
}
