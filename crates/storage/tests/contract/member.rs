//! Members, and the tokens of their directories.

use naru_core::{
    AdmissionState, Member, MemberId, Organisation, OrganisationId, OrganisationKind, Role, Roles, ScimTokenId,
    StandingDuty, Timestamp, Won,
};
use naru_storage::{MemberRow, ScimTokenRow, StorageError};
use serde_json::json;

use crate::house::House;

on_every_engine!(
    a_member_reads_back_and_their_name_is_theirs,
    a_changed_member_is_not_changed_unseen,
    a_removed_member_frees_name_and_stays,
    certificates_are_one_persons,
    members_are_counted_by_role,
    a_token_is_found_until_it_ends,
    one_of_two_changes_at_once_wins,
    members_are_paged_in_their_order,
    the_tokens_of_one_member_end_together,
);

const TAKEN: StorageError = StorageError::Taken {
    transaction: "contract_put",
};

pub(crate) async fn organisation(house: &House, code: &str) -> OrganisationId {
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

pub(crate) fn row(house: &House, organisation_id: OrganisationId, name: &str) -> MemberRow {
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

pub(crate) async fn stored(house: &House, organisation: OrganisationId, name: &str) -> MemberRow {
    let row = row(house, organisation, name);
    house.put(async |tx| tx.member_insert(&row).await).await;
    row
}

pub(crate) async fn find(house: &House, id: MemberId) -> MemberRow {
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
        std::slice::from_ref(&elsewhere)
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

pub(crate) fn token(house: &House, issuer: &MemberRow) -> ScimTokenRow {
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

async fn members_are_paged_in_their_order(house: &House) {
    let (one, other) = (organisation(house, "one").await, organisation(house, "other").await);
    let mut ids = Vec::new();
    for number in 0..5 {
        let row = stored(house, one, &format!("m{number}@naru.example")).await;
        house.set_now(house.now().plus_seconds(1));
        ids.push(row.member.id);
    }
    let page = async |of: OrganisationId, page| -> Vec<MemberId> {
        let rows = house.get(async |tx| tx.member_page(of, page).await).await;
        rows.iter().map(|row| row.member.id).collect()
    };
    assert_eq!(page(one, (1, 2)).await, ids[1..3]);
    assert_eq!(page(one, (3, 9)).await, ids[3..]);
    assert!(page(one, (5, 9)).await.is_empty() && page(one, (0, 0)).await.is_empty());
    assert!(page(other, (0, 9)).await.is_empty());
}

async fn the_tokens_of_one_member_end_together(house: &House) {
    let naru = organisation(house, "naru").await;
    let (kim, lee) = (stored(house, naru, "kim").await, stored(house, naru, "lee").await);
    for (number, of) in [(1, &kim), (2, &kim), (3, &lee)] {
        let token = token(house, of);
        house
            .put(async |tx| tx.scim_token_insert(&token, [number; 32]).await)
            .await;
    }
    let end = async || house.put(async |tx| tx.scim_token_end_of(kim.member.id).await).await;
    assert_eq!((end().await, end().await), (2, 0));
    let listed = house.get(async |tx| tx.scim_token_list(naru).await).await;
    let alive: Vec<MemberId> = listed
        .iter()
        .filter(|token| token.is_alive(house.now()))
        .map(|token| token.issued_by)
        .collect();
    assert_eq!(alive, [lee.member.id]);
}
