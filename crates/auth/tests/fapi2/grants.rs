//! Grant management (draft): a client names, widens, looks at and ends what it was granted.

use naru_auth::grant::service as grants;
use naru_core::{Action, Actor, ConsentState, GrantId, Registration, RevokedBy};
use naru_crypto::hex;
use naru_storage::StorageError;

use crate::bed::{Bed, FapiClient, Form, Tokens};

fn with(client: &FapiClient, action: &str, id: &str) -> Form {
    client
        .request()
        .and("grant_management_action", action)
        .and("grant_id", id)
}

async fn created(bed: &Bed, client: &FapiClient) -> (Tokens, String) {
    let form = client.request().and("grant_management_action", "create");
    let tokens = client.authorized_with(bed, form).await;
    let id = tokens.body["grant_id"].as_str().unwrap().to_owned();
    (tokens, id)
}

#[tokio::test]
async fn line_145_actions_name_a_grant_where_they_change_one() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let (_, id) = created(&bed, &client).await;
    let (invalid, unknown) = ((400, "invalid_request"), (400, "invalid_grant_id"));
    let made_up = format!("gnt_{}", hex(&[7; 16]));
    for (what, form, expected) in [
        ("create with an id", with(&client, "create", &id), invalid),
        ("an id alone", client.request().and("grant_id", &id), invalid),
        (
            "merge without",
            client.request().and("grant_management_action", "merge"),
            invalid,
        ),
        (
            "replace without",
            client.request().and("grant_management_action", "replace"),
            invalid,
        ),
        ("query", with(&client, "query", &id), invalid),
        ("an unknown grant", with(&client, "merge", &made_up), unknown),
        ("no grant's name", with(&client, "replace", "x"), unknown),
    ] {
        bed.refuses(what, &client.call(&bed, "/fapi2/par", form), expected)
            .await;
    }
    let theirs = other.call(&bed, "/fapi2/par", with(&other, "merge", &id));
    bed.refuses("another client's", &theirs, unknown).await;
    let uri = client.pushed(&bed, with(&client, "merge", &id)).await;
    let journey = client.begin(&bed, &uri).await.unwrap();
    let redirect = bed.agree(&bed.sign_in(&journey, 2).await).await.unwrap();
    assert_eq!(redirect.get("error"), Some("invalid_grant_id"), "another person");
    assert!(redirect.get("code").is_none());
}

#[tokio::test]
async fn line_145_a_grant_that_has_ended_is_not_brought_back() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let (tokens, ended) = created(&bed, &client).await;
    let (_, expired) = created(&bed, &client).await;
    let late = client
        .request()
        .and("grant_management_action", "merge")
        .and("grant_id", &expired);
    client
        .post(&bed, "/fapi2/revoke", Form::of(&[("token", &tokens.refresh)]))
        .await
        .expect(200);
    let call = client.call(&bed, "/fapi2/par", with(&client, "merge", &ended));
    bed.refuses("ended", &call, (400, "invalid_grant_id")).await;
    bed.pass_seconds(31_536_000 - 30);
    let uri = client.pushed(&bed, late.clone()).await;
    bed.pass_seconds(31);
    bed.refuses(
        "run out",
        &client.call(&bed, "/fapi2/par", late),
        (400, "invalid_grant_id"),
    )
    .await;
    let journey = client.begin(&bed, &uri).await.unwrap();
    let redirect = bed.agree(&bed.sign_in(&journey, 1).await).await.unwrap();
    assert_eq!(redirect.get("error"), Some("invalid_grant_id"), "it ran out on the way");
}

#[tokio::test]
async fn line_146_the_name_of_a_grant_comes_with_its_tokens_alone() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let form = client.request().and("grant_management_action", "create");
    let redirect = client.agreed(&bed, form).await;
    assert!(!redirect.uri.contains("gnt_") && redirect.get("grant_id").is_none());
    let body = client
        .token(&bed, FapiClient::exchange(&redirect))
        .await
        .expect(200)
        .json();
    assert!(body["grant_id"].as_str().unwrap().starts_with("gnt_"));
    let plain = client.authorized(&bed).await;
    assert!(plain.body.get("grant_id").is_none(), "nothing was asked");
}

#[tokio::test]
async fn line_147_and_150_a_grant_is_shown_to_its_client_with_the_scope_for_it() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let (tokens, id) = created(&bed, &client).await;
    let path = format!("/fapi2/grants/{id}");
    let get = async |client: &FapiClient, scope: &str, path: &str| {
        let token = client.two_legged(&bed, scope).await;
        bed.send(&client.resource(&bed, ("GET", path), &token.access)).await
    };
    let shown = get(&client, "grant_management_query", &path).await.expect(200).json();
    let scopes: Vec<&str> = shown["scopes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s["scope"].as_str().unwrap())
        .collect();
    assert_eq!(scopes, ["login", "inquiry", "openid"]);
    assert_eq!(
        get(&other, "grant_management_query", &path).await.status,
        403,
        "not yours"
    );
    for wrong in ["grant_management_revoke", "oob"] {
        let answer = get(&client, wrong, &path).await;
        answer.expect_error(wrong, (403, "insufficient_scope"));
    }
    for unknown in [
        format!("/fapi2/grants/gnt_{}", hex(&[7; 16])),
        "/fapi2/grants/x".to_owned(),
    ] {
        let answer = get(&client, "grant_management_query", &unknown).await;
        assert_eq!(answer.status, 404, "{unknown}");
    }
    bed.send(&crate::bed::Call::get(&path)).await.expect(401);
    let person = bed.send(&client.resource(&bed, ("GET", &path), &tokens.access)).await;
    person.expect_error("a token of the person without the scope", (403, "insufficient_scope"));
    let text = shown.to_string();
    assert!(
        !text.contains("nat_") && !text.contains("nrt_"),
        "line 150: no token values"
    );
    let token = client.two_legged(&bed, "grant_management_query").await;
    for all in ["/fapi2/grants", "/fapi2/grants/"] {
        bed.send(&client.resource(&bed, ("GET", all), &token.access))
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn line_148_ending_a_grant_ends_every_token_of_it() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let (tokens, id) = created(&bed, &client).await;
    let path = format!("/fapi2/grants/{id}");
    let delete = async |client: &FapiClient, scope: &str| {
        let token = client.two_legged(&bed, scope).await;
        bed.send(&client.resource(&bed, ("DELETE", &path), &token.access)).await
    };
    delete(&client, "grant_management_query").await.expect(403);
    delete(&other, "grant_management_revoke").await.expect(403);
    assert!(bed.grant_lives(&id).await);
    client.userinfo(&bed, &tokens.access).await.expect(200);
    assert!(
        delete(&client, "grant_management_revoke")
            .await
            .expect(204)
            .body
            .is_empty()
    );
    client.userinfo(&bed, &tokens.access).await.expect(401);
    client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect_error("its refresh", (400, "invalid_grant"));
    delete(&client, "grant_management_revoke").await.expect(404);
}

#[tokio::test]
async fn line_149_a_changed_grant_has_other_refresh_tokens() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for (action, scope, expected) in [
        ("merge", "transfer", "login inquiry transfer openid"),
        ("replace", "openid login", "login openid"),
    ] {
        let (before, id) = created(&bed, &client).await;
        let form = with(&client, action, &id).with("scope", scope);
        let after = client.authorized_with(&bed, form).await;
        assert_eq!(after.body["grant_id"], id.as_str());
        assert_eq!(after.body["scope"], expected, "{action}");
        let old = client.call(&bed, "/fapi2/token", FapiClient::renewal(&before));
        bed.refuses(action, &old, (400, "invalid_grant")).await;
        client.token(&bed, FapiClient::renewal(&after)).await.expect(200);
        let told = client.introspect(&bed, &before.access).await;
        let kept = if action == "merge" {
            "login inquiry openid"
        } else {
            "login openid"
        };
        assert_eq!(
            told["scope"], kept,
            "an older access token is not widened, and narrowed where its grant is"
        );
    }
}

/// Whether the person's one account at this client may be looked at, and withdrawn from.
async fn consents(bed: &Bed, grant: &str) -> (ConsentState, ConsentState) {
    let id: GrantId = grant.parse().unwrap();
    let found = bed.storage().read("it", async |tx| {
        let grant = tx.grant_find(id).await?.expect("the grant is there");
        let person = grant.person_id.expect("a person gave it");
        tx.registration_list(grant.client_id, person).await
    });
    let found: Result<Vec<Registration>, StorageError> = found.await;
    let [registration] = <[Registration; 1]>::try_from(found.unwrap()).unwrap();
    let now = bed.hub.now();
    (registration.inquiry.state(now), registration.transfer.state(now))
}

#[tokio::test]
async fn an_account_gets_the_consents_of_the_page_and_not_those_of_the_grant() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let asks_inquiry = |form: Form| form.with("scope", "openid inquiry");
    let (_, id) = {
        let form = client.request().and("grant_management_action", "create");
        let tokens = client
            .authorized_with(&bed, form.with("scope", "openid transfer"))
            .await;
        let id = tokens.body["grant_id"].as_str().unwrap().to_owned();
        (tokens, id)
    };
    let (inquiry, transfer) = consents(&bed, &id).await;
    assert_eq!((inquiry, transfer), (ConsentState::Missing, ConsentState::Alive));
    // The person ends withdrawal from the account, and later adds inquiry for it.
    let grant: GrantId = id.parse().unwrap();
    let ended = bed.storage().run("it", &Actor::Hub("it"), async |tx| {
        let grant = tx.grant_find(grant).await?.expect("the grant is there");
        let person = grant.person_id.expect("a person gave it");
        tx.registration_end_all(grant.client_id, person).await?;
        tx.trail(Action::ConsentEnded, person, serde_json::json!({})).await
    });
    ended.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
    client
        .authorized_with(&bed, asks_inquiry(with(&client, "merge", &id)))
        .await;
    let (inquiry, transfer) = consents(&bed, &id).await;
    assert_eq!(inquiry, ConsentState::Alive);
    assert!(matches!(transfer, ConsentState::Ended(_)), "{transfer:?}");
    client
        .authorized_with(&bed, with(&client, "merge", &id).with("scope", "transfer"))
        .await;
    client
        .authorized_with(&bed, asks_inquiry(with(&client, "replace", &id)))
        .await;
    let (inquiry, transfer) = consents(&bed, &id).await;
    assert_eq!(inquiry, ConsentState::Alive);
    assert!(matches!(transfer, ConsentState::Ended(_)), "replaced: {transfer:?}");
}

#[tokio::test]
async fn a_grant_to_sign_in_keeps_no_account_alive() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let (_, id) = created(&bed, &client).await;
    client
        .authorized_with(&bed, client.request().with("scope", "openid"))
        .await;
    let grant: GrantId = id.parse().unwrap();
    let by = (RevokedBy::Person, None);
    grants::revoke(bed.storage(), &Actor::Hub("it"), grant, by)
        .await
        .unwrap();
    let (inquiry, _) = consents(&bed, &id).await;
    assert!(matches!(inquiry, ConsentState::Ended(_)), "{inquiry:?}");
}
