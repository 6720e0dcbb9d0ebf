//! A hub with organisations, their administrators and their directories.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use naru_admission::member::token;
use naru_admission::{AdmissionSettings, Office, Staff, scim};
use naru_core::{
    Action, Actor, AdmissionState, CeremonyId, Chance, Clock, Member, MemberId, MemberSession, MemberSignIn,
    Organisation, OrganisationId, OrganisationKind, PasskeyId, PersonLimits, Role, Roles, SECOND, ScimTokenId,
    SessionId, StandingDuty, Timestamp, Won,
};
use naru_crypto::{Keyring, sha256};
use naru_storage::{
    DatabaseSettings, InvitationRow, LeaverRow, MemberCeremony, MemberPasskeyRow, MemberRow, ScimTokenRow, Storage,
    StorageError, TrailRow, Tx,
};
use naru_web::{Hub, HubSettings, Lives, RateSettings};
use serde_json::{Value, json};
use tower::ServiceExt as _;

const ACTOR: Actor = Actor::Hub("it");

pub(crate) struct House {
    pub(crate) office: Office,
    router: Router,
    hand: Arc<AtomicI64>,
}

/// An answer: its status, its headers, its body (null where it has none).
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The word of an error, and that it has the form of one.
    pub(crate) fn error(&self, status: u16) -> &str {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.body["schemas"][0], "urn:ietf:params:scim:api:messages:2.0:Error");
        assert_eq!(self.body["status"], status.to_string());
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/scim+json");
        self.body["scimType"].as_str().unwrap_or_default()
    }

    pub(crate) fn ok(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }
}

/// An organisation with an administrator, and its directory's token.
pub(crate) struct Party {
    pub(crate) staff: Staff,
    pub(crate) token: String,
}

/// What a member can act with, counted where it counts: in the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) sessions: usize,
    pub(crate) passkeys: usize,
    pub(crate) invitations: usize,
    pub(crate) ceremonies: usize,
    pub(crate) tokens: usize,
    pub(crate) certificates: usize,
}

pub(crate) const EVERYTHING: Holding = Holding {
    sessions: 2,
    passkeys: 1,
    invitations: 1,
    ceremonies: 1,
    tokens: 1,
    certificates: 1,
};

pub(crate) const NOTHING: Holding = Holding {
    sessions: 0,
    passkeys: 0,
    invitations: 0,
    ceremonies: 0,
    tokens: 0,
    certificates: 0,
};

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(AdmissionSettings::default()).await
    }

    pub(crate) async fn with(settings: AdmissionSettings) -> Self {
        let (clock, hand) = Clock::manual(Timestamp::from_compact("20261121140000").unwrap());
        let memory = DatabaseSettings::Memory;
        let storage = Storage::open(&memory, Keyring::generate(), clock.clone(), Chance::seeded(7)).unwrap();
        storage.migrate().await.unwrap();
        let hub = HubSettings {
            public_url: "https://hub.example:8443".to_owned(),
            mutual_tls_url: None,
            outbound: naru_web::OutboundSettings::default(),
            test_bed: true,
            hours: None,
            lives: Lives::default(),
            person_limits: PersonLimits::default(),
            page_size: 25,
            rates: RateSettings::default(),
        };
        let office = Office {
            hub: Hub::start(storage, hub),
            settings: Arc::new(settings),
        };
        let router = naru_web::router(scim::routes(&office), clock, Chance::seeded(8));
        Self { office, router, hand }
    }

    pub(crate) fn pass_seconds(&self, seconds: i64) {
        self.hand.fetch_add(seconds * SECOND, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.office.hub.now()
    }

    pub(crate) fn chance(&self) -> &Chance {
        self.office.hub.storage().chance()
    }

    /// Writes in the name of nobody in particular.
    pub(crate) async fn put<U: Future<Output = Result<(), StorageError>> + Send>(&self, work: impl Fn(Tx) -> U + Send) {
        self.office.hub.storage().record("it", work).await.unwrap();
    }

    pub(crate) async fn get<T: Send, U>(&self, work: impl FnOnce(Tx) -> U + Send) -> T
    where
        U: Future<Output = Result<T, StorageError>> + Send,
    {
        let read = self.office.hub.storage().read("it", work).await;
        read.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    pub(crate) async fn party(&self, code: &str, kind: OrganisationKind) -> Party {
        let organisation = &Organisation {
            id: OrganisationId::new(self.now(), self.chance()),
            code: code.to_owned(),
            kind,
            name: code.to_owned(),
            state: AdmissionState::Applied,
            state_since: self.now(),
            state_reason: String::new(),
            gates: Vec::new(),
            duty: StandingDuty::default(),
            insured_won: Won(0),
            withdraw_day_won: Won(0),
            created_at: self.now(),
            version: 1,
        };
        let row = &self.row(
            organisation.id,
            &format!("admin@{code}.example"),
            &[Role::Administrator],
        );
        self.put(async |tx| {
            tx.organisation_insert(organisation).await?;
            tx.member_insert(row).await
        })
        .await;
        let staff = Staff {
            member: row.member.clone(),
            organisation: organisation.clone(),
        };
        let issued = token::issue(&self.office, &staff, "directory").await.unwrap();
        let token = issued.secret.expose().to_owned();
        Party { staff, token }
    }

    pub(crate) fn row(&self, organisation_id: OrganisationId, name: &str, roles: &[Role]) -> MemberRow {
        MemberRow {
            member: Member {
                id: MemberId::new(self.now(), self.chance()),
                organisation_id,
                user_name: name.to_owned(),
                display_name: "담당자".to_owned(),
                roles: Roles::of(roles),
                active: true,
                certificate_sha256: None,
                created_at: self.now(),
                changed_at: self.now(),
                seen_at: None,
                version: 1,
            },
            directory: json!({}),
            removed_at: None,
        }
    }

    /// A member with all that a member can hold: two sessions, a passkey, a certificate, an invitation, a ceremony, and
    /// a token of a directory that they asked for.
    pub(crate) async fn member(&self, party: &Party, name: &str, roles: &[Role]) -> MemberId {
        let mut row = self.row(party.staff.organisation.id, name, roles);
        row.member.certificate_sha256 = Some(self.chance().bytes());
        let id = row.member.id;
        let row = &row;
        self.put(async |tx| tx.member_insert(row).await).await;
        self.give(id).await;
        let (now, chance) = (self.now(), self.chance());
        let token = &ScimTokenRow {
            id: ScimTokenId::new(now, chance),
            organisation_id: party.staff.organisation.id,
            name: name.to_owned(),
            issued_by: id,
            created_at: now,
            expires_at: now.plus_days(1),
            used_at: None,
            ended_at: None,
        };
        let sha256 = chance.bytes();
        self.put(async |tx| tx.scim_token_insert(token, sha256).await).await;
        assert_eq!(self.holding(party, id).await, EVERYTHING);
        id
    }

    /// Sessions, a passkey, an invitation and a ceremony.
    pub(crate) async fn give(&self, member_id: MemberId) {
        let (now, chance) = (self.now(), self.chance());
        let session = || MemberSession {
            id: SessionId::new(now, chance),
            member_id,
            method: MemberSignIn::Passkey,
            device: "Chrome, Windows".to_owned(),
            created_at: now,
            seen_at: now,
            expires_at: now.plus_days(1),
            ended_at: None,
        };
        let sessions = &[(session(), chance.bytes()), (session(), chance.bytes())];
        let passkey = &MemberPasskeyRow {
            id: PasskeyId::new(now, chance),
            member_id,
            credential_sha256: chance.bytes(),
            key: json!({}),
            name: "열쇠".to_owned(),
            created_at: now,
            used_at: None,
            version: 1,
        };
        let invitation = &InvitationRow {
            member_id,
            code_hash: "$argon2id$".to_owned(),
            tries: 0,
            issued_by: ACTOR.to_string(),
            created_at: now,
            expires_at: now.plus_days(3),
        };
        let ceremony = &MemberCeremony {
            id: CeremonyId::new(now, chance),
            member_id,
            secret_sha256: sha256(member_id.to_string().as_bytes()),
            state: json!({}),
            expires_at: now.plus_seconds(300),
        };
        self.put(async |tx| {
            for (session, secret) in sessions {
                tx.member_session_insert(session, *secret).await?;
            }
            tx.member_passkey_insert(passkey).await?;
            tx.invitation_put(invitation).await?;
            tx.member_ceremony_put(ceremony).await
        })
        .await;
    }

    /// What a member can act with at this moment.
    pub(crate) async fn holding(&self, party: &Party, id: MemberId) -> Holding {
        let (now, organisation) = (self.now(), party.staff.organisation.id);
        let ceremony = sha256(id.to_string().as_bytes());
        self.get(async |tx| {
            let sessions = tx.member_session_list(id).await?;
            let tokens = tx.scim_token_list(organisation).await?;
            let row = tx.member_find(id).await?.expect("the row stays");
            Ok(Holding {
                sessions: sessions.iter().filter(|session| session.ended_at.is_none()).count(),
                passkeys: tx.member_passkey_list(id).await?.len(),
                invitations: usize::from(tx.invitation_find(id).await?.is_some()),
                ceremonies: usize::from(tx.member_ceremony_find(ceremony).await?.is_some()),
                tokens: tokens
                    .iter()
                    .filter(|token| token.issued_by == id && token.is_alive(now))
                    .count(),
                certificates: usize::from(row.member.certificate_sha256.is_some()),
            })
        })
        .await
    }

    pub(crate) async fn find(&self, id: MemberId) -> MemberRow {
        self.get(async |tx| tx.member_find(id).await)
            .await
            .expect("the row is there")
    }

    pub(crate) async fn leavers(&self, party: &Party) -> Vec<LeaverRow> {
        let organisation = party.staff.organisation.id;
        self.get(async |tx| tx.leaver_list(organisation, Timestamp(0)).await)
            .await
    }

    pub(crate) async fn trail(&self, subject: impl std::fmt::Display) -> Vec<TrailRow> {
        let subject = subject.to_string();
        self.get(async move |tx| tx.trail_of(&subject).await).await
    }

    pub(crate) async fn actions(&self, subject: impl std::fmt::Display) -> Vec<Action> {
        self.trail(subject).await.iter().map(|row| row.action).collect()
    }

    /// One request as it stands.
    pub(crate) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (head, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 10_000_000).await.unwrap();
        let body = if bytes.is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(&bytes).unwrap()
        };
        Answer {
            status: head.status,
            headers: head.headers,
            body,
        }
    }

    /// A request of a party's directory; a null body is none.
    pub(crate) async fn call(&self, party: &Party, (method, path): (&str, &str), body: Value) -> Answer {
        self.call_with(party, (method, path), body, &[]).await
    }

    pub(crate) async fn call_with(
        &self,
        party: &Party,
        (method, path): (&str, &str),
        body: Value,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", party.token))
            .header("content-type", "application/scim+json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = if body.is_null() {
            Body::empty()
        } else {
            Body::from(body.to_string())
        };
        self.send(request.body(body).unwrap()).await
    }

    /// Makes a user known through the directory; their id.
    pub(crate) async fn user(&self, party: &Party, mut body: Value) -> String {
        body["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:User"]);
        let made = self.call(party, ("POST", "/Users"), body).await.ok(201);
        made["id"].as_str().unwrap().to_owned()
    }
}

/// The body of a PATCH.
pub(crate) fn patch(operations: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}
