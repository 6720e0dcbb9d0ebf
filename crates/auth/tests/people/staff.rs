//! Organisations and their members, for the tests of how members sign in.

use naru_auth::member::{self, Claim, CodePool, Entitled, InvitationCode, InviteError, Opened, SignInError, SignedIn};
use naru_auth::passkey::PasskeyError;
use naru_core::{
    Action, Actor, AdmissionState, CeremonyId, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role,
    Roles, StandingDuty, Won,
};
use naru_storage::{InvitationRow, MemberPasskeyRow, MemberRow, StorageError};
use serde_json::Value;

use crate::authenticator::Device;
use crate::house::House;

/// The one who administers.
pub(crate) const DESK: Actor = Actor::Hub("it");
/// How long invitations hold, seconds.
pub(crate) const INVITED_SECONDS: i64 = 3_600;
pub(crate) const DEVICE: &str = "Chrome, Windows";

impl House {
    pub(crate) async fn organisation(&self, code: &str, kind: OrganisationKind) -> Organisation {
        let organisation = &Organisation {
            id: OrganisationId::new(self.hub.now(), self.hub.storage().chance()),
            code: code.to_owned(),
            kind,
            name: format!("기관 {code}"),
            state: AdmissionState::Applied,
            state_since: self.hub.now(),
            state_reason: String::new(),
            gates: Vec::new(),
            duty: StandingDuty::default(),
            insured_won: Won(0),
            withdraw_day_won: Won(0),
            created_at: self.hub.now(),
            version: 1,
        };
        let stored = self.hub.storage().run("it", &DESK, async |tx| {
            tx.organisation_insert(organisation).await?;
            tx.trail(Action::OrganisationSignedUp, organisation.id, ()).await
        });
        stored.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        organisation.clone()
    }

    /// A member who is active; a second later, so that the trail has an order.
    pub(crate) async fn member(&self, organisation: &Organisation, user_name: &str) -> Member {
        let row = &MemberRow {
            member: Member {
                id: MemberId::new(self.hub.now(), self.hub.storage().chance()),
                organisation_id: organisation.id,
                user_name: user_name.to_owned(),
                display_name: format!("직원 {user_name}"),
                roles: Roles::of(&[Role::Reader]),
                active: true,
                certificate_sha256: None,
                created_at: self.hub.now(),
                changed_at: self.hub.now(),
                seen_at: None,
                version: 1,
            },
            directory: Value::Null,
            removed_at: None,
        };
        let stored = self.hub.storage().run("it", &DESK, async |tx| {
            tx.member_insert(row).await?;
            tx.trail(Action::MemberAdded, row.member.id, ()).await
        });
        stored.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        self.pass_seconds(1);
        row.member.clone()
    }

    /// Changes what an administrator can change about a member.
    pub(crate) async fn change(&self, id: MemberId, change: impl Fn(&mut MemberRow) + Send + Sync) {
        let changed = self.hub.storage().run("it", &DESK, async |tx| {
            let mut row = tx.member_find(id).await?.unwrap();
            change(&mut row);
            assert!(tx.member_update(&row).await?);
            tx.trail(Action::MemberChanged, id, ()).await
        });
        changed.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    }

    pub(crate) async fn invite(&self, id: MemberId) -> Result<InvitationCode, InviteError> {
        member::invite(self.hub.storage(), &CodePool::default(), id, &DESK, INVITED_SECONDS).await
    }

    /// An invitation beside passkeys, as rows may have been left.
    pub(crate) async fn invite_beside(&self, id: MemberId) -> InvitationCode {
        let passkeys = &self.member_passkeys(id).await;
        let code = self.invite(id).await.unwrap();
        let put = self.hub.storage().record("it", async |tx| {
            for passkey in passkeys {
                tx.member_passkey_insert(passkey).await?;
            }
            Ok::<_, StorageError>(())
        });
        put.await.unwrap();
        code
    }

    pub(crate) async fn enrol(&self, names: (&str, &str), code: &str) -> Result<Entitled, SignInError> {
        let claim = Claim {
            organisation: names.0.to_owned(),
            user_name: names.1.to_owned(),
            code: code.to_owned(),
            from: None,
        };
        member::enrol(&self.hub, &CodePool::default(), &claim).await
    }

    pub(crate) async fn begin_enrolment(&self, secret: &str) -> Result<(CeremonyId, Value), PasskeyError> {
        member::enrolment::begin(&self.passkeys, &self.hub, secret).await
    }

    pub(crate) async fn finish_enrolment(
        &self,
        secret: &str,
        answer: (CeremonyId, &Value),
    ) -> Result<Opened, PasskeyError> {
        member::enrolment::finish(&self.passkeys, &self.hub, (secret, DEVICE), answer, "회사 노트북").await
    }

    /// A whole enrolment of a fresh member of a fresh fintech.
    pub(crate) async fn enrolled(&self, code: &str) -> (Organisation, Opened, Device) {
        let organisation = self.organisation(code, OrganisationKind::Fintech).await;
        let member = self.member(&organisation, "kim@example.com").await;
        let invitation = self.invite(member.id).await.unwrap();
        self.pass_seconds(1);
        let entitled = self
            .enrol((code, "kim@example.com"), invitation.expose())
            .await
            .unwrap();
        let (ceremony, options) = self.begin_enrolment(entitled.secret.expose()).await.unwrap();
        let device = Device::new(&options);
        let answer = device.added(&options).answer();
        let opened = self
            .finish_enrolment(entitled.secret.expose(), (ceremony, &answer))
            .await;
        self.pass_seconds(1);
        (organisation, opened.unwrap(), device)
    }

    /// A whole sign-in of a member with a device.
    pub(crate) async fn member_sign_in(&self, device: &Device) -> Result<Opened, PasskeyError> {
        let (ceremony, options) = member::passkey::begin_sign_in(&self.passkeys, &self.hub).unwrap();
        let answer = device.used(&options).answer();
        member::passkey::finish_sign_in(&self.passkeys, &self.hub, (ceremony, &answer), DEVICE).await
    }

    pub(crate) async fn member_find(&self, secret: &str) -> Option<SignedIn> {
        member::find(&self.hub, secret).await.unwrap()
    }

    pub(crate) async fn invitation(&self, id: MemberId) -> Option<InvitationRow> {
        let found = self.hub.storage().read("it", async |tx| tx.invitation_find(id).await);
        found.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    pub(crate) async fn member_passkeys(&self, id: MemberId) -> Vec<MemberPasskeyRow> {
        let found = self
            .hub
            .storage()
            .read("it", async |tx| tx.member_passkey_list(id).await);
        found.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }
}
