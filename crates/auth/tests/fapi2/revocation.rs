//! Revocation (RFC 7009).

use crate::bed::{Bed, Call, FapiClient, Form, Tokens};

async fn revoke(bed: &Bed, client: &FapiClient, form: &[(&str, &str)]) {
    let answer = client.post(bed, "/fapi2/revoke", Form::of(form)).await.expect(200);
    assert!(answer.body.is_empty());
    assert_eq!(answer.header("cache-control"), "no-store");
}

async fn lives(bed: &Bed, client: &FapiClient, tokens: &Tokens) -> (bool, bool) {
    let access = client.userinfo(bed, &tokens.access).await.status == 200;
    let refresh = client.token(bed, FapiClient::renewal(tokens)).await.status == 200;
    (access, refresh)
}

#[tokio::test]
async fn line_124_a_client_revokes_its_own_tokens_and_no_others() {
    let bed = Bed::new().await;
    let (client, other) = (bed.client().await, bed.client().await);
    let tokens = client.authorized(&bed).await;
    let form = Form::of(&[("token", &tokens.access)]);
    let nobody = Call::post("/fapi2/revoke", &form);
    bed.refuses("nobody", &nobody, (401, "invalid_client")).await;
    let before = bed.trail().await;
    revoke(&bed, &other, &[("token", &tokens.access)]).await;
    revoke(&bed, &other, &[("token", &tokens.refresh)]).await;
    assert_eq!(bed.trail().await, before);
    assert_eq!(lives(&bed, &client, &tokens).await, (true, true));
    let none = client.call(&bed, "/fapi2/revoke", Form::default());
    bed.refuses("no token", &none, (400, "invalid_request")).await;
}

#[tokio::test]
async fn line_125_what_is_dead_already_is_revoked_as_well() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    revoke(&bed, &client, &[("token", &tokens.refresh)]).await;
    let before = bed.trail().await;
    for token in ["nat_unknown", "x", &tokens.access, &tokens.refresh, &"x".repeat(10_000)] {
        revoke(&bed, &client, &[("token", token)]).await;
    }
    bed.pass_seconds(3_600);
    revoke(&bed, &client, &[("token", &tokens.access)]).await;
    assert_eq!(bed.trail().await, before, "nothing is left to end");
}

#[tokio::test]
async fn line_125_a_hub_without_its_database_asks_to_come_again() {
    let options = crate::bed::Options {
        migrated: false,
        ..crate::bed::Options::default()
    };
    let (bed, whole) = (Bed::with(options).await, Bed::new().await);
    let client = whole.client().await;
    for endpoint in ["/fapi2/par", "/fapi2/token", "/fapi2/introspect", "/fapi2/revoke"] {
        let answer = bed
            .send(&client.call(&bed, endpoint, Form::of(&[("token", "x")])))
            .await;
        answer.expect_error(endpoint, (503, "temporarily_unavailable"));
        assert!(!answer.header("retry-after").is_empty());
    }
}

#[tokio::test]
async fn line_126_a_refresh_token_takes_its_access_tokens_along() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let (one, other) = (client.authorized(&bed).await, client.authorized(&bed).await);
    revoke(&bed, &client, &[("token", &one.refresh)]).await;
    assert_eq!(lives(&bed, &client, &one).await, (false, false));
    assert_eq!(lives(&bed, &client, &other).await, (true, true), "another grant");
    revoke(&bed, &client, &[("token", &other.access)]).await;
    assert_eq!(
        lives(&bed, &client, &other).await,
        (false, true),
        "an access token ends alone"
    );
}

#[tokio::test]
async fn line_126_a_wrong_hint_hides_nothing() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    for hint in ["access_token", "refresh_token", "pat", ""] {
        let tokens = client.authorized(&bed).await;
        revoke(&bed, &client, &[("token", &tokens.access), ("token_type_hint", hint)]).await;
        assert_eq!(lives(&bed, &client, &tokens).await, (false, true), "{hint}");
        revoke(&bed, &client, &[("token", &tokens.refresh), ("token_type_hint", hint)]).await;
        assert_eq!(lives(&bed, &client, &tokens).await, (false, false), "{hint}");
    }
}
