//! Members' invitations, sessions, passkeys and ceremonies.

use futures_util::future::join;
use naru_core::{
    AdmissionState, CeremonyId, Member, MemberId, MemberSession, MemberSignIn, Organisation, OrganisationId,
    OrganisationKind, PasskeyId, Role, Roles, SessionId, StandingDuty, Won,
};
use naru_storage::{InvitationRow, MemberCeremony, MemberPasskeyRow, MemberRow, StorageError};
use serde_json::json;

use crate::house::House;

on_every_engine!(
    an_invitation_is_tried_a_few_times_and_in_time,
    tries_at_once_are_counted_one_by_one,
    a_right_try_is_given_back_to_the_invitation_that_was_compared,
    a_session_is_found_with_its_member_and_their_organisation,
    a_session_of_a_member_who_is_not_active_is_not_found,
    sessions_end_one_by_one_and_together,
    a_passkey_is_used_by_its_version_and_removed_by_its_member,
    a_passkey_opens_only_for_its_member,
    a_ceremony_is_taken_once_by_its_secret_and_in_time,
    what_expired_is_removed,
    a_challenge_of_a_member_is_no_challenge_of_a_person
);

const MARK: &str = "c2VhbGVkIG1hcms";

async fn organisation(house: &House, code: &str) -> Organisation {
    let organisation = Organisation {
        id: OrganisationId::new(house.now(), &house.chance),
        code: code.to_owned(),
        kind: OrganisationKind::Agency,
        name: format!("점검기관 {code}"),
        state: AdmissionState::Applied,
        state_since: house.now(),
        state_reason: "가입".to_owned(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(7),
        withdraw_day_won: Won(0),
        created_at: house.now(),
        version: 1,
    };
    house.put(async |tx| tx.organisation_insert(&organisation).await).await;
    organisation
}

async fn member_of(house: &House, organisation: &Organisation, name: &str) -> MemberRow {
    let row = MemberRow {
        member: Member {
            id: MemberId::new(house.now(), &house.chance),
            organisation_id: organisation.id,
            user_name: name.to_owned(),
            display_name: format!("점검원 {name}"),
            roles: Roles::of(&[Role::Inspector, Role::Reader]),
            active: true,
            certificate_sha256: Some(house.chance.bytes()),
            created_at: house.now(),
            changed_at: house.now(),
            seen_at: None,
            version: 1,
        },
        directory: json!({ "title": MARK }),
        removed_at: None,
    };
    house.put(async |tx| tx.member_insert(&row).await).await;
    row
}

async fn member(house: &House) -> MemberId {
    let organisation = organisation(house, "agency").await;
    member_of(house, &organisation, "kim").await.member.id
}

async fn change(house: &House, id: MemberId, change: impl Fn(&mut MemberRow) + Send + Sync) {
    let changed = house.put(async |tx| {
        let mut row = tx.member_find(id).await?.expect("the member is there");
        change(&mut row);
        tx.member_update(&row).await
    });
    assert!(changed.await);
}

fn invitation(house: &House, member_id: MemberId, code_hash: &str) -> InvitationRow {
    InvitationRow {
        member_id,
        code_hash: code_hash.to_owned(),
        tries: 0,
        issued_by: "hub:contract".to_owned(),
        created_at: house.now(),
        expires_at: house.now().plus_seconds(3_600),
    }
}

async fn invited(house: &House, member_id: MemberId, code_hash: &str) -> InvitationRow {
    let invitation = invitation(house, member_id, code_hash);
    house.put(async |tx| tx.invitation_put(&invitation).await).await;
    invitation
}

async fn tries(house: &House, id: MemberId) -> i64 {
    let found = house.get(async |tx| tx.invitation_find(id).await).await;
    found.expect("it is there").tries
}

async fn an_invitation_is_tried_a_few_times_and_in_time(house: &House) {
    let id = member(house).await;
    let try_it = async || house.put(async |tx| tx.invitation_try(id, 5).await).await;
    assert_eq!(try_it().await, None, "nobody was invited");
    let mut stored = invited(house, id, "hash-1").await;
    for _ in 0..5 {
        assert_eq!(try_it().await.as_deref(), Some("hash-1"));
    }
    assert_eq!(try_it().await, None);
    stored.tries = 5;
    let found = house.get(async |tx| tx.invitation_find(id).await).await;
    assert_eq!(found, Some(stored));
    let fresh = invited(house, id, "hash-2").await;
    house.set_now(fresh.expires_at.plus_seconds(-1));
    assert_eq!(try_it().await.as_deref(), Some("hash-2"));
    house.set_now(fresh.expires_at);
    assert_eq!(try_it().await, None, "the end is not included");
    let remove = async || house.put(async |tx| tx.invitation_remove(id).await).await;
    assert_eq!((remove().await, remove().await), (1, 0));
}

async fn tries_at_once_are_counted_one_by_one(house: &House) {
    let id = member(house).await;
    invited(house, id, "hash").await;
    let try_it = || house.put(async |tx| tx.invitation_try(id, 5).await);
    let taken = futures_util::future::join_all((0..9).map(|_| try_it())).await;
    assert_eq!(taken.iter().flatten().count(), 5);
    assert_eq!(tries(house, id).await, 5);
}

async fn a_right_try_is_given_back_to_the_invitation_that_was_compared(house: &House) {
    let id = member(house).await;
    let first = invited(house, id, "hash-1").await;
    let confirm = async |hash: &str| house.put(async |tx| tx.invitation_confirm(id, hash).await).await;
    assert!(!confirm("hash-1").await, "nothing was tried");
    house.put(async |tx| tx.invitation_try(id, 5).await).await;
    assert!(!confirm("hash-2").await);
    assert!(confirm("hash-1").await);
    assert_eq!(tries(house, id).await, 0);
    house.put(async |tx| tx.invitation_try(id, 5).await).await;
    house.set_now(first.expires_at);
    assert!(!confirm("hash-1").await, "too late");
}

fn session(house: &House, member_id: MemberId) -> MemberSession {
    MemberSession {
        id: SessionId::new(house.now(), &house.chance),
        member_id,
        method: MemberSignIn::Certificate,
        device: "Chrome, Windows".to_owned(),
        created_at: house.now(),
        seen_at: house.now(),
        expires_at: house.now().plus_seconds(3_600),
        ended_at: None,
    }
}

async fn opened(house: &House, member_id: MemberId, secret: u8) -> MemberSession {
    let session = session(house, member_id);
    house
        .put(async |tx| tx.member_session_insert(&session, [secret; 32]).await)
        .await;
    session
}

async fn find(house: &House, secret: u8) -> Option<(MemberSession, MemberRow, Organisation)> {
    house.get(async |tx| tx.member_session_find([secret; 32]).await).await
}

async fn a_session_is_found_with_its_member_and_their_organisation(house: &House) {
    let (agency, other) = (organisation(house, "agency").await, organisation(house, "other").await);
    let row = member_of(house, &agency, "kim").await;
    let stranger = member_of(house, &other, "kim").await;
    let mut first = opened(house, row.member.id, 1).await;
    opened(house, stranger.member.id, 2).await;
    assert_eq!(find(house, 3).await, None);
    assert_eq!(find(house, 1).await, Some((first.clone(), row.clone(), agency)));
    first.seen_at = house.now().plus_seconds(60);
    house
        .put(async |tx| tx.member_session_seen(first.id, first.seen_at))
        .await;
    house.put(async |tx| tx.member_session_seen(first.id, tx.now())).await;
    assert_eq!(find(house, 1).await.expect("it is there").0, first, "never back");
    let same = session(house, row.member.id);
    let taken = house
        .refused(async |tx| tx.member_session_insert(&same, [1; 32]).await)
        .await;
    assert!(matches!(taken, StorageError::Taken { .. }), "{taken}");
}

async fn a_session_of_a_member_who_is_not_active_is_not_found(house: &House) {
    let id = member(house).await;
    opened(house, id, 1).await;
    change(house, id, |row| row.member.active = false).await;
    assert_eq!(find(house, 1).await, None);
    change(house, id, |row| row.member.active = true).await;
    assert!(find(house, 1).await.is_some());
    let now = house.now();
    change(house, id, |row| row.removed_at = Some(now)).await;
    assert_eq!(find(house, 1).await, None);
}

async fn sessions_end_one_by_one_and_together(house: &House) {
    let agency = organisation(house, "agency").await;
    let id = member_of(house, &agency, "kim").await.member.id;
    let other = member_of(house, &agency, "lee").await.member.id;
    let first = opened(house, id, 1).await;
    house.set_now(house.now().plus_seconds(1));
    let (second, third) = (opened(house, id, 2).await, opened(house, id, 3).await);
    opened(house, other, 4).await;
    let end = async |session, whose| house.put(async |tx| tx.member_session_end(session, whose).await).await;
    assert!(!end(second.id, other).await);
    assert!(end(second.id, id).await);
    assert!(!end(second.id, id).await);
    let listed = house.get(async |tx| tx.member_session_list(id).await).await;
    let ids: Vec<SessionId> = listed.iter().map(|session| session.id).collect();
    assert_eq!(ids, [third.id, first.id, second.id], "ended ones last");
    assert_eq!(listed[2].ended_at, Some(house.now()));
    let others = async || {
        house
            .put(async |tx| tx.member_session_end_others(id, first.id).await)
            .await
    };
    assert_eq!((others().await, others().await), (1, 0));
    let all = async || house.put(async |tx| tx.member_session_end_all(id).await).await;
    assert_eq!((all().await, all().await), (1, 0));
    assert_eq!(find(house, 4).await.expect("it is there").0.ended_at, None);
}

fn passkey(house: &House, member_id: MemberId, credential: u8) -> MemberPasskeyRow {
    MemberPasskeyRow {
        id: PasskeyId::new(house.now(), &house.chance),
        member_id,
        credential_sha256: [credential; 32],
        key: json!({ "counter": 0, "key": MARK }),
        name: "회사 노트북".to_owned(),
        created_at: house.now(),
        used_at: None,
        version: 1,
    }
}

async fn stored(house: &House, member_id: MemberId, credential: u8) -> MemberPasskeyRow {
    let passkey = passkey(house, member_id, credential);
    house.put(async |tx| tx.member_passkey_insert(&passkey).await).await;
    passkey
}

async fn by_credential(house: &House, credential: u8) -> Option<MemberPasskeyRow> {
    house
        .get(async |tx| tx.member_passkey_find_by_credential([credential; 32]).await)
        .await
}

async fn a_passkey_is_used_by_its_version_and_removed_by_its_member(house: &House) {
    let agency = organisation(house, "agency").await;
    let id = member_of(house, &agency, "kim").await.member.id;
    let other = member_of(house, &agency, "lee").await.member.id;
    let mut first = stored(house, id, 1).await;
    assert_eq!(by_credential(house, 1).await.as_ref(), Some(&first));
    assert_eq!(by_credential(house, 2).await, None);
    let same = passkey(house, other, 1);
    let taken = house.refused(async |tx| tx.member_passkey_insert(&same).await).await;
    assert!(matches!(taken, StorageError::Taken { .. }), "{taken}");
    first.key = json!({ "counter": 5 });
    let used = async || house.put(async |tx| tx.member_passkey_update_used(&first).await).await;
    let won = join(used(), used()).await;
    assert!(won.0 ^ won.1, "{won:?}");
    first.used_at = Some(house.now());
    first.version = 2;
    house.set_now(house.now().plus_seconds(1));
    let second = stored(house, id, 2).await;
    let listed = house.get(async |tx| tx.member_passkey_list(id).await).await;
    assert_eq!(listed, [first.clone(), second]);
    let remove = async |whose| {
        house
            .put(async |tx| tx.member_passkey_remove(first.id, whose).await)
            .await
    };
    assert!(!remove(other).await);
    assert!(remove(id).await);
    assert!(!remove(id).await);
    let all = async || house.put(async |tx| tx.member_passkey_remove_all(id).await).await;
    assert_eq!((all().await, all().await), (1, 0));
}

/// Whoever can write rows, but has no key of the ring, cannot make their passkey somebody else's.
async fn a_passkey_opens_only_for_its_member(house: &House) {
    let agency = organisation(house, "agency").await;
    let id = member_of(house, &agency, "kim").await.member.id;
    let other = member_of(house, &agency, "lee").await.member.id;
    stored(house, id, 1).await;
    begun(house, id, 7).await;
    let sql =
        format!("UPDATE member_passkeys SET member_id = '{other}'; UPDATE member_ceremonies SET member_id = '{other}'");
    if house.raw(&sql).await.is_none() {
        return;
    }
    let storage = house.again_or_same();
    let found: Result<_, StorageError> = storage
        .read("contract_get", async |tx| {
            tx.member_passkey_find_by_credential([1; 32]).await
        })
        .await;
    assert!(matches!(found, Err(StorageError::Corrupt(_))), "{found:?}");
    let found: Result<_, StorageError> = storage
        .read("contract_get", async |tx| tx.member_ceremony_find([7; 32]).await)
        .await;
    assert!(matches!(found, Err(StorageError::Corrupt(_))), "{found:?}");
}

fn ceremony(house: &House, member_id: MemberId, secret: u8) -> MemberCeremony {
    MemberCeremony {
        id: CeremonyId::new(house.now(), &house.chance),
        member_id,
        secret_sha256: [secret; 32],
        state: json!({ "challenge": MARK }),
        expires_at: house.now().plus_seconds(300),
    }
}

async fn begun(house: &House, member_id: MemberId, secret: u8) -> MemberCeremony {
    let ceremony = ceremony(house, member_id, secret);
    house.put(async |tx| tx.member_ceremony_put(&ceremony).await).await;
    ceremony
}

async fn take(house: &House, id: CeremonyId, secret: u8) -> Option<MemberCeremony> {
    house
        .put(async |tx| tx.member_ceremony_take(id, [secret; 32]).await)
        .await
}

async fn a_ceremony_is_taken_once_by_its_secret_and_in_time(house: &House) {
    let id = member(house).await;
    let found = async |secret| house.get(async |tx| tx.member_ceremony_find([secret; 32]).await).await;
    let replaced = begun(house, id, 1).await;
    let latest = begun(house, id, 2).await;
    assert_eq!(take(house, replaced.id, 1).await, None, "the latest alone");
    assert_eq!(found(1).await, None);
    assert_eq!(found(2).await.as_ref(), Some(&latest));
    assert_eq!(take(house, latest.id, 1).await, None);
    let taken = join(take(house, latest.id, 2), take(house, latest.id, 2)).await;
    let taken = [taken.0, taken.1];
    assert_eq!(taken.iter().flatten().collect::<Vec<_>>(), [&latest]);
    let late = begun(house, id, 3).await;
    house.set_now(late.expires_at);
    assert_eq!(found(3).await, None, "the end is not included");
    assert_eq!(take(house, late.id, 3).await, None);
    let remove = async || house.put(async |tx| tx.member_ceremony_remove(id).await).await;
    assert_eq!((remove().await, remove().await), (1, 0));
}

async fn what_expired_is_removed(house: &House) {
    let id = member(house).await;
    let session = opened(house, id, 1).await;
    invited(house, id, "hash").await;
    begun(house, id, 1).await;
    let purge = async |before| {
        house
            .put(async |tx| {
                Ok([
                    tx.member_session_purge(before).await?,
                    tx.member_ceremony_purge(before).await?,
                    tx.invitation_purge(before).await?,
                ])
            })
            .await
    };
    assert_eq!(purge(house.now().plus_seconds(300)).await, [0, 0, 0]);
    assert_eq!(purge(house.now().plus_seconds(301)).await, [0, 1, 0]);
    assert_eq!(purge(session.expires_at.plus_seconds(1)).await, [1, 0, 1]);
}

async fn a_challenge_of_a_member_is_no_challenge_of_a_person(house: &House) {
    let id = CeremonyId::new(house.now(), &house.chance);
    let other = CeremonyId::new(house.now(), &house.chance);
    let challenge = house.storage.member_ceremony_challenge(id);
    assert_eq!(challenge.len(), 32);
    assert_eq!(house.storage.member_ceremony_challenge(id), challenge);
    assert_ne!(house.storage.member_ceremony_challenge(other), challenge);
    assert_ne!(house.storage.ceremony_challenge(id), challenge);
}
