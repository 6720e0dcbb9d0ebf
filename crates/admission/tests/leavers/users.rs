//! Users as a directory makes, reads, lists and changes them.

use naru_core::{Action, MemberId, OrganisationKind, Role, Roles};
use serde_json::{Value, json};

use crate::house::{House, Party, patch};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn kim() -> Value {
    json!({
        "schemas": [USER, ENTERPRISE], "userName": "Kim@naru.example", "externalId": "e-1",
        "name": { "familyName": "김", "givenName": "하늘" }, "title": "개발자", "preferredLanguage": "ko",
        "emails": [{ "value": "kim@naru.example", "type": "work", "primary": true }, { "value": "k@example.com" }],
        "phoneNumbers": [{ "value": "02-000-0000", "type": "work" }],
        "roles": [{ "value": "developer", "display": "개발" }], "active": true, "password": "never kept",
        "shoeSize": 42, "id": "mem_x", "meta": { "created": "x" },
        ENTERPRISE: { "employeeNumber": "701984", "manager": { "value": "mem_y", "displayName": "x" } },
    })
}

async fn house() -> (House, Party) {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    (house, party)
}

async fn listed(house: &House, party: &Party, query: &str) -> Vec<String> {
    let told = house
        .call(party, ("GET", &format!("/Users?{query}")), Value::Null)
        .await
        .ok(200);
    let users = told["Resources"].as_array().unwrap().iter();
    users
        .map(|user| user["userName"].as_str().unwrap_or("-").to_owned())
        .collect()
}

#[tokio::test]
async fn a_user_is_made_and_read() {
    let (house, party) = house().await;
    let made = house.call(&party, ("POST", "/Users"), kim()).await;
    assert_eq!(made.status, 201, "{}", made.body);
    let id: MemberId = made.body["id"].as_str().unwrap().parse().unwrap();
    let location = format!("https://hub.example:8443/scim/v2/Users/{id}");
    assert_eq!(made.headers["location"], location.as_str());
    assert_eq!(made.headers["etag"], "W/\"1\"");
    assert_eq!(made.body["meta"]["location"], location.as_str());
    assert_eq!(made.body["meta"]["created"], "2026-11-21T14:00:00.000+09:00");
    assert_eq!(made.body["schemas"], json!([USER, ENTERPRISE]));
    assert_eq!(
        made.body[ENTERPRISE],
        json!({ "employeeNumber": "701984", "manager": { "value": "mem_y" } })
    );
    for dropped in ["password", "shoeSize"] {
        assert!(made.body.get(dropped).is_none(), "{dropped}");
    }
    let path = &format!("/Users/{id}");
    let read = house.call(&party, ("GET", path), Value::Null).await;
    assert_eq!(read.body, made.body);
    let row = house.find(id).await;
    assert_eq!(
        (row.member.display_name.as_str(), row.member.user_name.as_str()),
        ("김 하늘", "Kim@naru.example")
    );
    assert_eq!(row.member.roles, Roles::of(&[Role::Developer]));
    let trail = house.trail(id).await;
    assert_eq!(house.actions(id).await, [Action::MemberAdded]);
    assert!(
        !trail[0].details.contains("naru.example"),
        "nothing personal: {}",
        trail[0].details
    );
    let same = house
        .call_with(&party, ("GET", path), Value::Null, &[("if-none-match", "W/\"1\"")])
        .await;
    assert_eq!(same.status, 304);
}

#[tokio::test]
async fn what_cannot_be_a_user_is_refused() {
    let (house, party) = house().await;
    house.call(&party, ("POST", "/Users"), kim()).await.ok(201);
    let with = |name: &str, value: Value| {
        let mut body = kim();
        body["userName"] = json!("lee@naru.example");
        body[name] = value;
        body
    };
    let post = async |body: Value| house.call(&party, ("POST", "/Users"), body).await;
    assert_eq!(
        post(with("userName", json!("KIM@NARU.EXAMPLE"))).await.error(409),
        "uniqueness"
    );
    let refused = [
        ("userName", Value::Null),
        ("userName", json!(" ")),
        ("userName", json!(7)),
        ("userName", json!("x".repeat(257))),
        ("active", json!("perhaps")),
        ("active", json!(1)),
        ("name", json!(7)),
        ("title", json!("x".repeat(1_001))),
        (
            "emails",
            json!([{ "value": "a", "primary": true }, { "value": "b", "primary": true }]),
        ),
        ("emails", Value::Array(vec![json!({ "value": "a" }); 51])),
        ("roles", json!([{ "value": "king" }])),
        ("roles", json!([{ "value": "inspector" }])),
        ("roles", json!([{ "display": "developer" }])),
    ];
    for (name, value) in refused {
        let told = post(with(name, value.clone())).await;
        assert_eq!(
            told.error(400),
            if value.is_null() { "mutability" } else { "invalidValue" },
            "{name} {value}"
        );
    }
    for schemas in [Value::Null, json!([]), json!([ENTERPRISE]), json!(USER)] {
        assert_eq!(post(with("schemas", schemas)).await.error(400), "invalidSyntax");
    }
    assert_eq!(listed(&house, &party, "").await.len(), 2, "nobody came of it");
}

#[tokio::test]
async fn without_a_role_a_user_reads() {
    let (house, party) = house().await;
    let id = house.user(&party, json!({ "userName": "a", "roles": [] })).await;
    let path = &format!("/Users/{id}");
    assert!(
        house
            .call(&party, ("GET", path), Value::Null)
            .await
            .ok(200)
            .get("roles")
            .is_none()
    );
    let give =
        patch(json!([{ "op": "add", "path": "roles", "value": [{ "value": "developer" }, { "value": "reader" }] }]));
    let told = house.call(&party, ("PATCH", path), give).await.ok(200);
    assert_eq!(told["roles"].as_array().unwrap().len(), 2);
    let take = patch(json!([{ "op": "remove", "path": "roles" }]));
    assert!(
        house
            .call(&party, ("PATCH", path), take)
            .await
            .ok(200)
            .get("roles")
            .is_none()
    );
    assert_eq!(
        house.find(id.parse().unwrap()).await.member.roles,
        Roles::of(&[Role::Reader])
    );
}

#[tokio::test]
async fn a_replacement_clears_but_neither_promotes_nor_revives() {
    let (house, party) = house().await;
    let made = house.call(&party, ("POST", "/Users"), kim()).await.ok(201);
    let path = &format!("/Users/{}", made["id"].as_str().unwrap());
    let gone = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    house.call(&party, ("PATCH", path), gone).await.ok(200);
    let whole = json!({ "schemas": [USER], "userName": "kim2@naru.example" });
    let told = house.call(&party, ("PUT", path), whole.clone()).await.ok(200);
    assert_eq!(told["active"], false, "silence brings nobody back");
    assert_eq!(told["roles"][0]["value"], "developer");
    for cleared in ["title", "emails", "name", "externalId", ENTERPRISE] {
        assert!(told.get(cleared).is_none(), "{cleared}");
    }
    let mut active = whole.clone();
    active["active"] = json!(true);
    assert_eq!(
        house.call(&party, ("PUT", path), active.clone()).await.ok(200)["active"],
        true
    );
    active["roles"] = json!([]);
    assert!(
        house
            .call(&party, ("PUT", path), active)
            .await
            .ok(200)
            .get("roles")
            .is_none()
    );
    house.user(&party, json!({ "userName": "taken" })).await;
    let taken = json!({ "schemas": [USER], "userName": "Taken" });
    assert_eq!(house.call(&party, ("PUT", path), taken).await.error(409), "uniqueness");
}

#[tokio::test]
async fn versions_guard_changes() {
    let (house, party) = house().await;
    let id = house.user(&party, json!({ "userName": "a" })).await;
    let path = &format!("/Users/{id}");
    let title = |title: &str| patch(json!([{ "op": "replace", "path": "title", "value": title }]));
    let at = async |tags: &str, body: Value| {
        house
            .call_with(&party, ("PATCH", path), body, &[("if-match", tags)])
            .await
    };
    house.pass_seconds(5);
    let told = at("W/\"1\"", title("x")).await;
    assert_eq!(told.headers["etag"], "W/\"2\"");
    assert_eq!(told.body["meta"]["lastModified"], "2026-11-21T14:00:05.000+09:00");
    at("W/\"1\"", title("y")).await.error(412);
    at("", title("y")).await.error(412);
    assert_eq!(
        at("W/\"1\", \"2\"", title("x")).await.headers["etag"],
        "W/\"2\"",
        "nothing changed"
    );
    at("*", title("y")).await.ok(200);
    assert_eq!(
        house.actions(&id).await.len(),
        3,
        "what changes nothing leaves no trail"
    );
}

#[tokio::test]
async fn a_removed_user_is_gone_and_their_name_free() {
    let (house, party) = house().await;
    let id = house.user(&party, json!({ "userName": "a", "title": "x" })).await;
    let path = &format!("/Users/{id}");
    house.call(&party, ("DELETE", path), Value::Null).await.ok(204);
    for method in ["GET", "DELETE"] {
        house.call(&party, (method, path), Value::Null).await.error(404);
    }
    assert_eq!(listed(&house, &party, "").await.len(), 1);
    assert_eq!(house.find(id.parse().unwrap()).await.directory, json!({}));
    assert_ne!(house.user(&party, json!({ "userName": "A" })).await, id);
}

#[tokio::test]
async fn users_are_listed_filtered_sorted_and_paged() {
    let (house, party) = house().await;
    house.pass_seconds(60);
    for (name, title, active) in [
        ("b@naru.example", "two", true),
        ("C@naru.example", "one", false),
        ("a@x.example", "", true),
    ] {
        let mut user = json!({ "userName": name, "active": active, "emails": [{ "value": name, "type": "work" }] });
        if !title.is_empty() {
            user["title"] = json!(title);
        }
        house.user(&party, user).await;
        house.pass_seconds(60);
    }
    let all = ["admin@naru.example", "b@naru.example", "C@naru.example", "a@x.example"];
    assert_eq!(listed(&house, &party, "").await, all);
    assert_eq!(
        listed(&house, &party, "sortBy=userName").await,
        [all[3], all[0], all[1], all[2]]
    );
    assert_eq!(
        listed(&house, &party, "sortBy=title&sortOrder=descending").await,
        [all[0], all[3], all[1], all[2]]
    );
    assert_eq!(listed(&house, &party, "startIndex=2&count=2").await, all[1..3]);
    assert_eq!(listed(&house, &party, "startIndex=-1&count=1").await, all[..1]);
    let filters = [
        ("userName eq \"B@NARU.example\"", &all[1..2]),
        ("title pr and active eq false", &all[2..3]),
        ("active eq true and userName eq \"b@naru.example\"", &all[1..2]),
        ("active eq false and userName eq \"b@naru.example\"", &[]),
        ("userName eq \"nobody@naru.example\"", &[]),
        ("userName eq \"b@naru.example\" or active eq false", &all[1..3]),
        ("not (userName co \"naru\")", &all[3..]),
        (
            "emails[type eq \"work\" and value sw \"a@\"] or title eq \"two\"",
            &[all[1], all[3]],
        ),
        ("meta.lastModified ge \"2026-11-21T05:02:00Z\"", &all[2..]),
    ];
    for (filter, expected) in filters {
        let query = serde_urlencoded(filter);
        assert_eq!(listed(&house, &party, &query).await, expected, "{filter}");
        let search = json!({ "schemas": [], "filter": filter, "count": 10 });
        for path in ["/.search", "/Users/.search"] {
            let told = house.call(&party, ("POST", path), search.clone()).await.ok(200);
            assert_eq!(told["totalResults"], expected.len(), "{filter}");
        }
    }
    let none = house.call(&party, ("GET", "/Users?count=0"), Value::Null).await.ok(200);
    assert_eq!((&none["totalResults"], &none["itemsPerPage"]), (&json!(4), &json!(0)));
    for bad in ["filter=userName", "filter=shoeSize+pr", "filter=%22"] {
        let told = house.call(&party, ("GET", &format!("/Users?{bad}")), Value::Null).await;
        assert_eq!(told.error(400), "invalidFilter", "{bad}");
    }
    for bad in [
        "count=x",
        "sortBy=shoeSize",
        "sortBy=name",
        "sortOrder=up",
        "attributes=a&excludedAttributes=b",
    ] {
        let told = house.call(&party, ("GET", &format!("/Users?{bad}")), Value::Null).await;
        assert_eq!(told.error(400), "invalidValue", "{bad}");
    }
}

fn serde_urlencoded(filter: &str) -> String {
    let encoded: String = filter.bytes().map(|byte| format!("%{byte:02x}")).collect();
    format!("filter={encoded}")
}

#[tokio::test]
async fn only_the_attributes_asked_for_are_answered() {
    let (house, party) = house().await;
    let made = house
        .call(&party, ("POST", "/Users?attributes=userName"), kim())
        .await
        .ok(201);
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&made), ["id", "schemas", "userName"]);
    let path = |query: &str| format!("/Users/{}?{query}", made["id"].as_str().unwrap());
    let get = async |query: &str| house.call(&party, ("GET", &path(query)), Value::Null).await.ok(200);
    let only = get(&format!(
        "attributes=emails.value,name.FAMILYNAME,{ENTERPRISE}:employeeNumber,shoeSize"
    ))
    .await;
    assert_eq!(
        only["emails"],
        json!([{ "value": "kim@naru.example" }, { "value": "k@example.com" }])
    );
    assert_eq!(only["name"], json!({ "familyName": "김" }));
    assert_eq!(only[ENTERPRISE], json!({ "employeeNumber": "701984" }));
    assert_eq!(keys(&only), ["emails", "id", "name", "schemas", ENTERPRISE]);
    let without = get(&format!("excludedAttributes=emails.type,id,{ENTERPRISE},meta")).await;
    assert!(without.get(ENTERPRISE).is_none() && without.get("meta").is_none() && without.get("id").is_some());
    assert!(without["emails"][0].get("type").is_none() && without["emails"][0].get("primary").is_some());
}
