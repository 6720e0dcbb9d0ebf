//! Members, what they hold, directories' tokens, leavers.

use naru_core::{
    Actor, AdmissionState, CeremonyId, LeaveSource, LeaverId, Member, MemberId, MemberSession, MemberSignIn,
    Organisation, OrganisationId, OrganisationKind, PasskeyId, Role, Roles, ScimTokenId, SessionId, StandingDuty,
    Timestamp, Won,
};
use naru_storage::{
    CutOff, InvitationRow, LeaverRow, MemberCeremony, MemberHoldings, MemberPasskeyRow, MemberRow, ScimTokenRow,
    StorageError,
};
use serde_json::json;

use crate::house::House;

on_every_engine!(
    a_member_reads_back_and_their_name_is_theirs,
    a_changed_member_is_not_changed_unseen,
    a_removed_member_frees_name_and_stays,
    certificates_are_one_persons,
    members_are_counted_by_role,
    a_token_is_found_until_it_ends,
    everything_ends_with_a_leaver_and_nothing_of_others,
    leavers_are_listed_with_their_time,
    one_of_two_changes_at_once_wins,
);

const TAKEN: StorageError = StorageError::Taken {
    transaction: "contract_put",
};

async fn organisation(house: &House, code: &str) -> OrganisationId {
    let organisation = Organisation {
        id: OrganisationId::new(house.now(), &house.chance),
        code: code.to_owned(),
        kind: OrganisationKind::Fintech,
        name: code.to_owned(),
        state: AdmissionState::Applied,
        state_since: house.now(),
        state_reason: String::new(),
        gates: Vec::new(),
        duty: StandingDuty::default(),
        insured_won: Won(0),
        withdraw_day_won: Won(0),
        created_at: house.now(),
        version: 1,
    };
    house.put(async |tx| tx.organisation_insert(&organisation).await).await;
    organisation.id
}

fn row(house: &House, organisation_id: OrganisationId, name: &str) -> MemberRow {
    MemberRow {
        member: Member {
            id: MemberId::new(house.now(), &house.chance),
            organisation_id,
            user_name: name.to_owned(),
            display_name: "김하늘".to_owned(),
            roles: Roles::of(&[Role::Developer, Role::SecurityOfficer]),
            active: true,
            certificate_sha256: None,
            created_at: house.now(),
            changed_at: house.now(),
            seen_at: None,
            version: 1,
        },
        directory: json!({ "title": "개발자" }),
        removed_at: None,
    }
}

async fn stored(house: &House, organisation: OrganisationId, name: &str) -> MemberRow {
    let row = row(house, organisation, name);
    house.put(async |tx| tx.member_insert(&row).await).await;
    row
}

async fn find(house: &House, id: MemberId) -> MemberRow {
    house
        .get(async |tx| tx.member_find(id).await)
        .await
        .expect("the member is there")
}

async fn a_member_reads_back_and_their_name_is_theirs(house: &House) {
    let (naru, other) = (organisation(house, "naru").await, organisation(house, "other").await);
    let kim = stored(house, naru, "Kim@naru.example").await;
    assert_eq!(find(house, kim.member.id).await, kim);
    let by_name = async |organisation, name: &str| {
        house
            .get(async |tx| tx.member_find_by_name(organisation, name).await)
            .await
    };
    assert_eq!(by_name(naru, "kIM@naru.example").await.as_ref(), Some(&kim));
    assert_eq!(by_name(other, "kim@naru.example").await, None);
    let same = row(house, naru, "KIM@naru.example");
    assert_eq!(house.refused(async |tx| tx.member_insert(&same).await).await, TAKEN);
    house.set_now(house.now().plus_seconds(1));
    let second = stored(house, naru, "a@naru.example").await;
    let elsewhere = stored(house, other, "kim@naru.example").await;
    assert_eq!(house.get(async |tx| tx.member_list(naru).await).await, [kim, second]);
    assert_eq!(
        house.get(async |tx| tx.member_list(other).await).await,
        [elsewhere.clone()]
    );
    house.put(async |tx| tx.member_seen(elsewhere.member.id)).await;
    let seen = find(house, elsewhere.member.id).await.member;
    assert_eq!((seen.seen_at, seen.version), (Some(house.now()), 1));
}

async fn a_changed_member_is_not_changed_unseen(house: &House) {
    let naru = organisation(house, "naru").await;
    let mut kim = stored(house, naru, "kim").await;
    house.set_now(house.now().plus_seconds(1));
    kim.member.user_name = "lee".to_owned();
    kim.member.active = false;
    kim.directory = json!({});
    let update = async |row: &MemberRow| house.put(async |tx| tx.member_update(row).await).await;
    assert!(update(&kim).await);
    assert!(!update(&kim).await, "the version has moved on");
    let found = find(house, kim.member.id).await;
    assert_eq!((found.member.version, found.member.changed_at), (2, house.now()));
    assert_eq!((found.member.user_name.as_str(), found.member.active), ("lee", false));
    assert_eq!(found.directory, json!({}));
    let taken = MemberRow {
        member: Member {
            user_name: "LEE".to_owned(),
            ..stored(house, naru, "park").await.member
        },
        ..kim
    };
    assert_eq!(house.refused(async |tx| tx.member_update(&taken).await).await, TAKEN);
}

async fn a_removed_member_frees_name_and_stays(house: &House) {
    let naru = organisation(house, "naru").await;
    let mut kim = stored(house, naru, "kim").await;
    kim.removed_at = Some(house.now());
    assert!(house.put(async |tx| tx.member_update(&kim).await).await);
    kim.member.version = 2;
    assert!(
        !house.put(async |tx| tx.member_update(&kim).await).await,
        "removed for good"
    );
    assert_eq!(find(house, kim.member.id).await.removed_at, kim.removed_at);
    assert_eq!(
        house.get(async |tx| tx.member_find_by_name(naru, "kim").await).await,
        None
    );
    assert!(house.get(async |tx| tx.member_list(naru).await).await.is_empty());
    stored(house, naru, "kim").await;
}

async fn certificates_are_one_persons(house: &House) {
    let naru = organisation(house, "naru").await;
    let mut kim = row(house, naru, "kim");
    kim.member.certificate_sha256 = Some([1; 32]);
    house.put(async |tx| tx.member_insert(&kim).await).await;
    let found = house.get(async |tx| tx.member_find_by_certificate([1; 32]).await).await;
    assert_eq!(found.as_ref(), Some(&kim));
    assert_eq!(
        house.get(async |tx| tx.member_find_by_certificate([2; 32]).await).await,
        None
    );
    let mut lee = stored(house, naru, "lee").await;
    lee.member.certificate_sha256 = Some([1; 32]);
    assert_eq!(house.refused(async |tx| tx.member_update(&lee).await).await, TAKEN);
}

async fn members_are_counted_by_role(house: &House) {
    let (naru, other) = (organisation(house, "naru").await, organisation(house, "other").await);
    let count = async |role| house.get(async |tx| tx.member_count(naru, role).await).await;
    assert_eq!(count(None).await, 0);
    let kim = stored(house, naru, "kim").await;
    let mut lee = stored(house, naru, "lee").await;
    stored(house, other, "lee").await;
    lee.member.active = false;
    house.put(async |tx| tx.member_update(&lee).await).await;
    assert_eq!(count(None).await, 2);
    assert_eq!(count(Some(Role::SecurityOfficer)).await, 1, "active ones");
    assert_eq!(
        (count(Some(Role::Developer)).await, count(Some(Role::Reader)).await),
        (1, 0)
    );
    let mut gone = kim;
    gone.removed_at = Some(house.now());
    house.put(async |tx| tx.member_update(&gone).await).await;
    assert_eq!((count(None).await, count(Some(Role::Developer)).await), (1, 0));
}

fn token(house: &House, issuer: &MemberRow) -> ScimTokenRow {
    ScimTokenRow {
        id: ScimTokenId::new(house.now(), &house.chance),
        organisation_id: issuer.member.organisation_id,
        name: "directory".to_owned(),
        issued_by: issuer.member.id,
        created_at: house.now(),
        expires_at: house.now().plus_days(1),
        used_at: None,
        ended_at: None,
    }
}

async fn a_token_is_found_until_it_ends(house: &House) {
    let (naru, other) = (organisation(house, "naru").await, organisation(house, "other").await);
    let kim = stored(house, naru, "kim").await;
    let (first, second) = (token(house, &kim), token(house, &kim));
    house.put(async |tx| tx.scim_token_insert(&first, [1; 32]).await).await;
    let again = house.refused(async |tx| tx.scim_token_insert(&second, [1; 32]).await);
    assert_eq!(again.await, TAKEN);
    let find = async |digest| house.get(async |tx| tx.scim_token_find(digest).await).await;
    assert_eq!(find([1; 32]).await.as_ref(), Some(&first));
    assert_eq!(find([2; 32]).await, None);
    house.set_now(house.now().plus_seconds(60));
    house.put(async |tx| tx.scim_token_insert(&second, [2; 32]).await).await;
    let seen = async |at: Timestamp| {
        house.set_now(at);
        house.put(async |tx| tx.scim_token_seen(first.id)).await;
        find([1; 32]).await.and_then(|token| token.used_at)
    };
    let now = house.now();
    assert_eq!(seen(now).await, Some(now));
    assert_eq!(seen(now.plus_seconds(-1)).await, Some(now), "it never goes back");
    house.set_now(now);
    let end = async |id, organisation| house.put(async |tx| tx.scim_token_end(id, organisation).await).await;
    assert!(!end(first.id, other).await, "another's");
    assert!(end(first.id, naru).await);
    assert!(!end(first.id, naru).await, "it has ended");
    let listed = house.get(async |tx| tx.scim_token_list(naru).await).await;
    assert_eq!(
        listed.iter().map(|token| token.id).collect::<Vec<_>>(),
        [second.id, first.id]
    );
    assert_eq!(listed[1].ended_at, Some(now));
    assert!(!listed[1].is_alive(now) && listed[0].is_alive(now) && !listed[0].is_alive(second.expires_at));
    house.set_now(second.expires_at);
    assert!(!end(second.id, naru).await, "too old");
}

/// Two sessions of which one has ended, a passkey, an invitation, a ceremony, a token and a certificate.
async fn holder(house: &House, organisation: OrganisationId, name: &str) -> MemberRow {
    let mut member = row(house, organisation, name);
    member.member.certificate_sha256 = Some(house.chance.bytes());
    let (id, now, chance) = (member.member.id, house.now(), &house.chance);
    let session = |ended_after| MemberSession {
        id: SessionId::new(now, chance),
        member_id: id,
        method: MemberSignIn::Certificate,
        device: "Chrome, Windows".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(ended_after),
        ended_at: None,
    };
    let sessions = [(session(3_600), chance.bytes()), (session(1), chance.bytes())];
    let passkey = MemberPasskeyRow {
        id: PasskeyId::new(now, chance),
        member_id: id,
        credential_sha256: chance.bytes(),
        key: json!({}),
        name: "열쇠".to_owned(),
        created_at: now,
        used_at: None,
        version: 1,
    };
    let invitation = InvitationRow {
        member_id: id,
        code_hash: "$argon2id$".to_owned(),
        tries: 0,
        issued_by: Actor::Hub("contract").to_string(),
        created_at: now,
        expires_at: now.plus_days(3),
    };
    let ceremony = MemberCeremony {
        id: CeremonyId::new(now, chance),
        member_id: id,
        secret_sha256: chance.bytes(),
        state: json!({}),
        expires_at: now.plus_seconds(300),
    };
    let (token, digest) = (token(house, &member), chance.bytes());
    house
        .put(async |tx| {
            tx.member_insert(&member).await?;
            for (session, secret) in &sessions {
                tx.member_session_insert(session, *secret).await?;
            }
            tx.member_passkey_insert(&passkey).await?;
            tx.invitation_put(&invitation).await?;
            tx.member_ceremony_put(&ceremony).await?;
            tx.scim_token_insert(&token, digest).await
        })
        .await;
    member
}

async fn everything_ends_with_a_leaver_and_nothing_of_others(house: &House) {
    let naru = organisation(house, "naru").await;
    let leaver = holder(house, naru, "leaver").await;
    house.set_now(house.now().plus_seconds(2));
    let stays = holder(house, naru, "stays").await;
    let nobody = stored(house, naru, "nobody").await;
    let held = |row: &MemberRow, sessions, passkeys, invited_until| MemberHoldings {
        member_id: row.member.id,
        sessions,
        passkeys,
        invited_until,
    };
    let holdings = async || {
        let mut found = house.get(async |tx| tx.member_holdings(naru).await).await;
        found.sort_by_key(|held| held.member_id);
        found
    };
    let invited = |row: &MemberRow| Some(row.member.created_at.plus_days(3));
    let mut expected = [
        held(&leaver, 1, 1, invited(&leaver)),
        held(&stays, 2, 1, invited(&stays)),
        held(&nobody, 0, 0, None),
    ];
    expected.sort_by_key(|held| held.member_id);
    assert_eq!(holdings().await, expected);
    let cut = async |id| house.put(async |tx| tx.member_cut_off(id).await).await;
    let everything = CutOff {
        sessions: 1,
        passkeys: 1,
        codes: 2,
        tokens: 1,
        certificates: 1,
    };
    assert_eq!((cut(leaver.member.id).await, everything.total()), (everything, 6));
    assert_eq!(cut(leaver.member.id).await, CutOff::default());
    let mut expected = [
        held(&leaver, 0, 0, None),
        held(&stays, 2, 1, invited(&stays)),
        held(&nobody, 0, 0, None),
    ];
    expected.sort_by_key(|held| held.member_id);
    assert_eq!(holdings().await, expected);
    let row = find(house, leaver.member.id).await;
    assert_eq!((row.member.certificate_sha256, row.member.version), (None, 1));
    assert_eq!(find(house, stays.member.id).await, stays);
    let tokens = house.get(async |tx| tx.scim_token_list(naru).await).await;
    let alive: Vec<MemberId> = tokens
        .iter()
        .filter(|t| t.is_alive(house.now()))
        .map(|t| t.issued_by)
        .collect();
    assert_eq!(alive, [stays.member.id]);
}

async fn leavers_are_listed_with_their_time(house: &House) {
    let (naru, other) = (organisation(house, "naru").await, organisation(house, "other").await);
    let kim = stored(house, naru, "kim").await;
    let leaver = |seconds: i64| LeaverRow {
        id: LeaverId::new(house.now(), &house.chance),
        organisation_id: naru,
        member_id: kim.member.id,
        source: LeaveSource::ScimPatch,
        received_at: house.now(),
        ended_at: house.now().plus_seconds(seconds),
        latency_us: None,
        cut_off: CutOff {
            sessions: 1,
            passkeys: 2,
            codes: 3,
            tokens: 4,
            certificates: 5,
        },
    };
    let (early, late) = (leaver(1), leaver(2));
    house
        .put(async |tx| {
            tx.leaver_insert(&late).await?;
            tx.leaver_insert(&early).await
        })
        .await;
    for latency_us in [1_500, 9_999] {
        house.put(async |tx| tx.leaver_took(early.id, latency_us)).await;
    }
    let timed = LeaverRow {
        latency_us: Some(1_500),
        ..early.clone()
    };
    let list = async |whose, since| house.get(async |tx| tx.leaver_list(whose, since).await).await;
    assert_eq!(list(naru, Timestamp(0)).await, [late.clone(), timed]);
    assert_eq!(list(naru, late.ended_at).await, [late]);
    assert!(list(other, Timestamp(0)).await.is_empty());
}

async fn one_of_two_changes_at_once_wins(house: &House) {
    let naru = organisation(house, "naru").await;
    let kim = stored(house, naru, "kim").await;
    let change = async |title: &str| {
        let mut row = kim.clone();
        row.directory = json!({ "title": title });
        let changed = house.storage.record("contract_put", async |tx| {
            tx.member_turn(naru).await?;
            tx.member_update(&row).await
        });
        changed.await.expect("both come to an end")
    };
    let (first, second) = tokio::join!(change("a"), change("b"));
    assert!(first ^ second, "{first} {second}");
    assert_eq!(find(house, kim.member.id).await.member.version, 2);
}
