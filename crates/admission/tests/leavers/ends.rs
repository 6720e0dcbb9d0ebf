//! However the hub hears that somebody leaves, nothing of what they held works when the answer has left.

use naru_admission::member::service;
use naru_core::{Action, LeaveSource, OrganisationKind, Role};
use naru_storage::CutOff;
use serde_json::{Value, json};

use crate::house::{EVERYTHING, House, NOTHING, Party, patch};

const ENDED: CutOff = CutOff {
    sessions: 2,
    passkeys: 1,
    codes: 2,
    tokens: 1,
    certificates: 1,
};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

/// A member with everything hears that they left; everything has ended, once, and is in the records. Somebody else of
/// the organisation keeps all they have.
async fn leaves_by((method, body): (&str, Value), source: LeaveSource) {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let leaver = house.member(&party, "leaver@naru.example", &[Role::Developer]).await;
    let stays = house.member(&party, "stays@naru.example", &[Role::Developer]).await;
    let path = format!("/Users/{leaver}");
    let answer = house.call(&party, (method, &path), body.clone()).await;
    let is_removal = method == "DELETE";
    let told = answer.ok(if is_removal { 204 } else { 200 });
    if !is_removal {
        assert_eq!(told["active"], false);
    }
    assert_eq!(house.holding(&party, leaver).await, NOTHING, "{method} {body}");
    assert_eq!(house.holding(&party, stays).await, EVERYTHING);
    let row = house.find(leaver).await;
    assert!(!row.member.active);
    assert_eq!(row.removed_at.is_some(), is_removal);

    let leavers = house.leavers(&party).await;
    assert_eq!(leavers.len(), 1);
    let kept = &leavers[0];
    assert_eq!((kept.member_id, kept.source, kept.cut_off), (leaver, source, ENDED));
    assert_eq!((kept.received_at, kept.ended_at), (house.now(), house.now()));
    assert_eq!(kept.latency_us, Some(0), "the test's clock stands still");
    assert_eq!(house.actions(leaver).await, [Action::MemberLeft]);
    let trail = house.trail(leaver).await;
    assert_eq!(trail[0].actor, format!("member:{}", party.staff.member.id));
    assert!(trail[0].details.contains("\"sessions\":2"), "{}", trail[0].details);

    // The same once more changes nothing.
    let again = house.call(&party, (method, &path), body).await;
    assert_eq!(again.status, if is_removal { 404 } else { 200 });
    assert_eq!(house.leavers(&party).await.len(), 1);
}

#[tokio::test]
async fn by_patch_with_a_path() {
    let body = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
}

#[tokio::test]
async fn by_patch_with_a_path_that_names_the_schema() {
    let body = patch(json!([{ "op": "Add", "path": format!("{USER}:Active"), "value": false }]));
    leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
}

#[tokio::test]
async fn by_patch_without_a_path() {
    let body = patch(json!([{ "op": "replace", "value": { "active": false } }]));
    leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
}

#[tokio::test]
async fn by_patch_with_a_textual_boolean() {
    for word in ["False", "false", "FALSE"] {
        let body = patch(json!([{ "op": "Replace", "path": "active", "value": word }]));
        leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
    }
}

#[tokio::test]
async fn by_patch_without_a_path_and_with_a_textual_boolean() {
    let body = patch(json!([{ "op": "Replace", "value": { "active": "False" } }]));
    leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
}

#[tokio::test]
async fn by_patch_among_changes_of_what_is_not_kept() {
    let body = patch(json!([
        { "op": "replace", "path": "addresses[type eq \"work\"].locality", "value": "Seoul" },
        { "op": "replace", "path": "active", "value": "False" },
        { "op": "add", "value": { "nickName": "N", "unheardOf": 1 } },
    ]));
    leaves_by(("PATCH", body), LeaveSource::ScimPatch).await;
}

#[tokio::test]
async fn by_put() {
    let body = json!({ "schemas": [USER], "userName": "leaver@naru.example", "active": false });
    leaves_by(("PUT", body), LeaveSource::ScimPut).await;
}

#[tokio::test]
async fn by_put_with_a_textual_boolean() {
    let body = json!({ "schemas": [USER], "userName": "leaver@naru.example", "active": "False" });
    leaves_by(("PUT", body), LeaveSource::ScimPut).await;
}

#[tokio::test]
async fn by_delete() {
    leaves_by(("DELETE", Value::Null), LeaveSource::ScimDelete).await;
}

#[tokio::test]
async fn by_an_administrator() {
    for is_removal in [false, true] {
        let house = House::new().await;
        let party = house.party("naru", OrganisationKind::Fintech).await;
        let leaver = house.member(&party, "leaver@naru.example", &[Role::Reader]).await;
        let arrived = house.now();
        house.pass_seconds(2);
        let ended = if is_removal {
            service::remove(&house.office, &party.staff, leaver, arrived).await
        } else {
            service::deactivate(&house.office, &party.staff, leaver, arrived).await
        };
        let row = ended.unwrap().expect("they left");
        assert_eq!((row.source, row.cut_off), (LeaveSource::Console, ENDED));
        assert_eq!((row.ended_at, row.latency_us), (house.now(), Some(2_000_000)));
        assert_eq!(house.holding(&party, leaver).await, NOTHING);
        assert_eq!(house.leavers(&party).await, [row]);
        assert_eq!(house.find(leaver).await.removed_at.is_some(), is_removal);
        assert_eq!(house.actions(leaver).await, [Action::MemberLeft]);
    }
}

#[tokio::test]
async fn a_failed_request_ends_nothing() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let member = house.member(&party, "m@naru.example", &[Role::Reader]).await;
    let path = &format!("/Users/{member}");
    let deactivate = json!({ "op": "replace", "path": "active", "value": false });
    let broken = [
        json!([deactivate, { "op": "replace", "path": "userName", "value": " " }]),
        json!([deactivate, { "op": "replace", "path": "shoeSize", "value": 42 }]),
        json!([deactivate, { "op": "remove", "path": "active" }]),
        json!([{ "op": "replace", "path": "active", "value": "gone" }]),
        json!([{ "op": "replace", "path": "active", "value": 0 }]),
        json!([deactivate, { "op": "replace", "path": "roles", "value": [{ "value": "king" }] }]),
    ];
    for operations in broken {
        let told = house.call(&party, ("PATCH", path), patch(operations.clone())).await;
        assert_eq!(told.status, 400, "{operations}");
    }
    let other_version = [("if-match", "W/\"7\"")];
    let told = house
        .call_with(&party, ("DELETE", path), Value::Null, &other_version)
        .await;
    told.error(412);
    assert_eq!(house.holding(&party, member).await, EVERYTHING);
    assert!(house.find(member).await.member.active);
    assert!(house.leavers(&party).await.is_empty() && house.actions(member).await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_words_at_once_leave_one_row() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let leaver = house.member(&party, "leaver@naru.example", &[Role::Reader]).await;
    let path = format!("/Users/{leaver}");
    let body = || patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    let put = json!({ "schemas": [USER], "userName": "leaver@naru.example", "active": false });
    let (first, second, third, fourth) = tokio::join!(
        house.call(&party, ("PATCH", &path), body()),
        house.call(&party, ("PATCH", &path), body()),
        house.call(&party, ("PUT", &path), put),
        service::deactivate(&house.office, &party.staff, leaver, house.now()),
    );
    assert_eq!(
        [first.status, second.status, third.status].map(|status| status.as_u16()),
        [200; 3]
    );
    assert!(fourth.is_ok());
    assert_eq!(house.leavers(&party).await.len(), 1);
    assert_eq!(house.holding(&party, leaver).await, NOTHING);
}

#[tokio::test]
async fn who_comes_back_begins_with_nothing() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let member = house.member(&party, "m@naru.example", &[Role::Reader]).await;
    let path = &format!("/Users/{member}");
    let set = |active: Value| patch(json!([{ "op": "replace", "path": "active", "value": active }]));
    house.call(&party, ("PATCH", path), set(json!(false))).await.ok(200);
    // Whatever got in meanwhile does not live on.
    house.give(member).await;
    house.pass_seconds(1);
    let back = house.call(&party, ("PATCH", path), set(json!("True"))).await.ok(200);
    assert_eq!(back["active"], true);
    assert_eq!(house.holding(&party, member).await, NOTHING);
    assert_eq!(house.leavers(&party).await.len(), 1, "coming back is no leaving");
    assert_eq!(house.actions(member).await, [Action::MemberLeft, Action::MemberChanged]);
    let listed = service::list(&house.office, &party.staff).await.unwrap();
    let found = listed.iter().find(|listed| listed.row.member.id == member).unwrap();
    assert!(found.is_to_be_invited());

    // And may leave again.
    house.pass_seconds(1);
    house.call(&party, ("DELETE", path), Value::Null).await.ok(204);
    let leavers = house.leavers(&party).await;
    assert_eq!(leavers.len(), 2);
    assert_eq!(
        (leavers[0].source, leavers[0].cut_off),
        (LeaveSource::ScimDelete, CutOff::default())
    );
}

#[tokio::test]
async fn whoever_is_inactive_and_holds_something_is_cut_off_when_removed() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let member = house.member(&party, "m@naru.example", &[Role::Reader]).await;
    service::deactivate(&house.office, &party.staff, member, house.now())
        .await
        .unwrap();
    house
        .call(&party, ("DELETE", &format!("/Users/{member}")), Value::Null)
        .await
        .ok(204);
    assert_eq!(house.leavers(&party).await.len(), 1, "nothing was left to end");
    let other = house.member(&party, "n@naru.example", &[Role::Reader]).await;
    service::deactivate(&house.office, &party.staff, other, house.now())
        .await
        .unwrap();
    house.give(other).await;
    house
        .call(&party, ("DELETE", &format!("/Users/{other}")), Value::Null)
        .await
        .ok(204);
    assert_eq!(house.holding(&party, other).await, NOTHING);
    assert_eq!(house.leavers(&party).await.len(), 3);
}

#[tokio::test]
async fn a_directory_ends_even_the_last_administrator_and_with_them_its_own_token() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let admin = party.staff.member.id;
    let path = &format!("/Users/{admin}");
    let reader = patch(json!([{ "op": "replace", "path": "roles", "value": [{ "value": "reader" }] }]));
    assert_eq!(
        house.call(&party, ("PATCH", path), reader).await.error(400),
        "invalidValue",
        "they stay"
    );
    let gone = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    house.call(&party, ("PATCH", path), gone).await.ok(200);
    assert_eq!(house.leavers(&party).await[0].cut_off.tokens, 1);
    refused(&house, &party).await;
}

async fn refused(house: &House, party: &Party) {
    let told = house.call(party, ("GET", "/Users"), Value::Null).await;
    told.error(401);
    assert!(told.headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
}
