//! Who may speak for an organisation's people, and what they are told of the service.

use axum::body::Body;
use axum::http::{Request, header};
use naru_admission::AdmissionSettings;
use naru_admission::member::service;
use naru_core::{OrganisationKind, Role, Roles};
use serde_json::{Value, json};

use crate::house::{House, patch};

#[tokio::test]
async fn without_a_living_token_nothing_is_told() {
    let house = House::new().await;
    let mut party = house.party("naru", OrganisationKind::Fintech).await;
    for token in ["", "ndt_unknown", "nat_unknown"] {
        party.token = token.to_owned();
        for path in ["/Users", "/ServiceProviderConfig", "/Schemas", "/Users/x", "/nothing"] {
            house.call(&party, ("GET", path), Value::Null).await.error(401);
        }
    }
    let bare = Request::get("/scim/v2/Users").body(Body::empty()).unwrap();
    house.send(bare).await.error(401);
}

#[tokio::test]
async fn other_organisations_people_are_nobody() {
    let house = House::new().await;
    let naru = house.party("naru", OrganisationKind::Fintech).await;
    let other = house.party("other", OrganisationKind::Agency).await;
    let theirs = house.user(&other, json!({ "userName": "kim@other.example" })).await;
    let path = &format!("/Users/{theirs}");
    let gone = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    let whole = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "kim@other.example",
    });
    for (method, body) in [
        ("GET", Value::Null),
        ("PATCH", gone),
        ("PUT", whole),
        ("DELETE", Value::Null),
    ] {
        house.call(&naru, (method, path), body).await.error(404);
    }
    let listed = house.call(&naru, ("GET", "/Users"), Value::Null).await.ok(200);
    assert_eq!(listed["totalResults"], 1);
    // The same name is free here, and theirs is untouched.
    house.user(&naru, json!({ "userName": "kim@other.example" })).await;
    assert_eq!(
        house.call(&other, ("GET", path), Value::Null).await.ok(200)["active"],
        true
    );
    for id in ["x", "mem_", &theirs.replace("mem_", "per_")] {
        house
            .call(&naru, ("GET", &format!("/Users/{id}")), Value::Null)
            .await
            .error(404);
    }
}

#[tokio::test]
async fn the_service_describes_itself() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Agency).await;
    let get = async |path: &str| house.call(&party, ("GET", path), Value::Null).await;
    let config = get("/ServiceProviderConfig").await.ok(200);
    assert_eq!(config["patch"]["supported"], true);
    assert_eq!(config["bulk"]["supported"], false);
    let types = get("/ResourceTypes").await.ok(200);
    assert_eq!(types["Resources"][0]["endpoint"], "/Users");
    assert_eq!(get("/ResourceTypes/User").await.ok(200)["id"], "User");
    get("/ResourceTypes/Group").await.error(404);
    let schemas = get("/Schemas").await.ok(200);
    assert_eq!(schemas["totalResults"], 2);
    let user = get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.ok(200);
    let roles = user["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|a| a["name"] == "roles")
        .unwrap();
    let words = &roles["subAttributes"][0]["canonicalValues"];
    assert_eq!(
        words,
        &json!(["administrator", "inspector", "approver", "reader"]),
        "those that fit an agency"
    );
    get("/Schemas/urn:unknown").await.error(404);
    get("/Schemas?filter=id%20eq%20%22x%22").await.error(403);
    get("/nothing/at/all").await.error(404);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let told = house.call(&party, (method, "/Schemas"), Value::Null).await;
        told.error(405);
        assert!(told.headers[header::ALLOW].to_str().unwrap().contains("GET"));
    }
}

#[tokio::test]
async fn bodies_are_bounded_and_of_one_kind() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let send = async |kind: &str, body: String| {
        let request = Request::post("/scim/v2/Users")
            .header("authorization", format!("Bearer {}", party.token))
            .header("content-type", kind)
            .body(Body::from(body));
        house.send(request.unwrap()).await
    };
    let user =
        |name: &str| json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name }).to_string();
    send("application/scim+json; charset=utf-8", user("a")).await.ok(201);
    send("application/json", user("b")).await.ok(201);
    send("text/plain", user("c")).await.error(415);
    assert_eq!(
        send("application/json", "{".to_owned()).await.error(400),
        "invalidSyntax"
    );
    assert_eq!(
        send("application/json", "[]".to_owned()).await.error(400),
        "invalidSyntax"
    );
    assert_eq!(
        send("application/json", "[".repeat(1_000)).await.error(400),
        "invalidSyntax"
    );
    send("application/json", " ".repeat(64 * 1_024 + 1)).await.error(413);
}

#[tokio::test]
async fn a_token_asks_only_so_often() {
    let settings = AdmissionSettings {
        scim_per_second: 10,
        scim_burst: 5,
        ..AdmissionSettings::default()
    };
    let house = House::with(settings).await;
    let (party, other) = (
        house.party("naru", OrganisationKind::Fintech).await,
        house.party("other", OrganisationKind::Fintech).await,
    );
    for _ in 0..5 {
        house.call(&party, ("GET", "/Users"), Value::Null).await.ok(200);
    }
    let told = house.call(&party, ("GET", "/Users"), Value::Null).await;
    assert_eq!(told.status, 429);
    assert!(told.headers.contains_key(header::RETRY_AFTER));
    house.call(&other, ("GET", "/Users"), Value::Null).await.ok(200);
    house.pass_seconds(1);
    house.call(&party, ("GET", "/Users"), Value::Null).await.ok(200);
}

#[tokio::test]
async fn an_address_that_guesses_tokens_is_told_to_wait() {
    let house = House::new().await;
    let guess = async |from: &str, token: &str| {
        let from = naru_web::PeerAddress(from.parse().unwrap());
        let request = Request::get("/scim/v2/Users").header("authorization", format!("Bearer {token}"));
        house.send(request.extension(from).body(Body::empty()).unwrap()).await
    };
    for number in 0..20 {
        guess("192.0.2.1", &format!("ndt_{number}")).await.error(401);
    }
    let told = guess("192.0.2.1", "ndt_x").await;
    assert_eq!(told.status, 429);
    assert!(told.headers.contains_key(header::RETRY_AFTER));
    guess("192.0.2.2", "ndt_x").await.error(401);
    let party = house.party("naru", OrganisationKind::Fintech).await;
    guess("192.0.2.1", &party.token).await.ok(200);
}

#[tokio::test]
async fn a_token_acts_only_while_its_issuer_is_an_administrator() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let second = house
        .member(&party, "second@naru.example", &[Role::Administrator])
        .await;
    let admin = party.staff.member.id;
    // Who was one behind the back of the hub's own way of changing members is one no more either.
    let issuer = house.party("other", OrganisationKind::Fintech).await;
    let mut fallen = house.find(issuer.staff.member.id).await;
    fallen.member.roles = Roles::of(&[Role::Reader]);
    let fallen = &fallen;
    house.put(async |tx| tx.member_update(fallen).await.map(|_| ())).await;
    house.call(&issuer, ("GET", "/Users"), Value::Null).await.error(401);
    // Through the console, by somebody else.
    let other_admin = naru_admission::Staff {
        member: house.find(second).await.member,
        organisation: party.staff.organisation.clone(),
    };
    house.call(&party, ("GET", "/Users"), Value::Null).await.ok(200);
    let version = house.find(admin).await.member.version;
    let roles = Roles::of(&[Role::Developer]);
    service::set_roles(&house.office, &other_admin, (admin, version), &roles)
        .await
        .unwrap();
    house.call(&party, ("GET", "/Users"), Value::Null).await.error(401);
    assert_eq!(
        house.holding(&party, admin).await.tokens,
        0,
        "it ended, it does not wait"
    );
    let trail = house.trail(admin).await;
    assert!(
        trail.iter().any(|row| row.details.contains("\"tokens_ended\":1")),
        "{trail:?}"
    );
}

#[tokio::test]
async fn what_a_directory_made_known_waits_for_an_invitation() {
    let house = House::new().await;
    let party = house.party("naru", OrganisationKind::Fintech).await;
    let id = house
        .user(&party, json!({ "userName": "kim@naru.example" }))
        .await
        .parse()
        .unwrap();
    assert_eq!(house.holding(&party, id).await, crate::house::NOTHING);
    let listed = service::list(&house.office, &party.staff).await.unwrap();
    let found = listed.iter().find(|listed| listed.row.member.id == id).unwrap();
    assert!(found.is_to_be_invited() && found.row.member.roles.has(Role::Reader));
}
