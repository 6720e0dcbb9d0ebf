//! FAPI 2.0 Message Signing: signed requests (JAR), signed responses (JARM), signed introspection (RFC 9701).

use naru_crypto::jose::{Algorithm, SoftwareKey};
use serde_json::{Value, json};

use crate::bed::{Bed, Call, Change, FapiClient, Form, ISSUER, Terms, claims_of, drop_one, header_of, same, set};

const REFUSED: (u16, &str) = (400, "invalid_request_object");

async fn signing(bed: &Bed) -> FapiClient {
    let terms = Terms {
        signed_requests: true,
        signed_responses: true,
        ..Terms::default()
    };
    bed.register(terms).await.unwrap()
}

fn push(bed: &Bed, client: &FapiClient, object: &str) -> Call {
    client.call(bed, "/fapi2/par", Form::of(&[("request", object)]))
}

async fn judged(bed: &Bed, table: Vec<(&str, Change, bool)>) {
    let client = signing(bed).await;
    for (what, change, holds) in table {
        let object = client.object(bed, &client.request()).claim(&change).sign(&client.key);
        let call = push(bed, &client, &object);
        if holds {
            let answer = bed.send(&call).await;
            assert_eq!(answer.status, 201, "{what}: {}", answer.text());
        } else {
            bed.refuses(what, &call, REFUSED).await;
        }
    }
}

#[tokio::test]
async fn line_053_a_client_that_signs_its_requests_signs_them_all() {
    let bed = Bed::new().await;
    let client = signing(&bed).await;
    let plain = client.call(&bed, "/fapi2/par", client.request());
    bed.refuses("unsigned", &plain, REFUSED).await;
    let object = client.object(&bed, &client.request()).sign(&client.key);
    bed.send(&push(&bed, &client, &object)).await.expect(201);
}

#[tokio::test]
async fn line_054_a_request_object_is_for_the_issuer() {
    let bed = Bed::new().await;
    judged(
        &bed,
        vec![
            ("the issuer", same(), true),
            (
                "a list with the issuer",
                set("aud", json!(["https://other.example", ISSUER])),
                true,
            ),
            ("a list without", set("aud", json!(["https://other.example"])), false),
            ("an empty list", set("aud", json!([])), false),
            ("another hub", set("aud", "https://other.example"), false),
            ("the PAR endpoint", set("aud", format!("{ISSUER}/fapi2/par")), false),
            ("none", drop_one("aud"), false),
        ],
    )
    .await;
}

#[tokio::test]
async fn line_055_and_056_a_request_object_holds_an_hour_at_most() {
    let bed = Bed::new().await;
    let now = bed.now();
    judged(
        &bed,
        vec![
            ("no nbf", drop_one("nbf"), false),
            ("no exp", drop_one("exp"), false),
            ("nbf an hour ago", set("nbf", now - 3_600), false),
            ("nbf 55 minutes ago", set("nbf", now - 3_300), true),
            ("nbf 61 minutes ago", set("nbf", now - 3_660), false),
            ("nbf in 8 seconds", set("nbf", now + 8), true),
            ("nbf in 61 seconds", set("nbf", now + 61), false),
            ("exp an hour after nbf", set("exp", now + 3_600), true),
            ("exp later", set("exp", now + 3_601), false),
            ("exp past", set("exp", now - 11), false),
            ("exp as text", set("exp", (now + 60).to_string()), false),
            ("nbf null", set("nbf", json!(null)), false),
        ],
    )
    .await;
}

#[tokio::test]
async fn line_057_a_request_object_may_say_what_it_is() {
    let bed = Bed::new().await;
    let client = signing(&bed).await;
    for (change, holds) in [
        (set("typ", "oauth-authz-req+jwt"), true),
        (set("typ", "OAuth-Authz-Req+JWT"), true),
        (set("typ", "JWT"), true),
        (drop_one("typ"), true),
        (set("typ", "dpop+jwt"), false),
        (set("typ", "at+jwt"), false),
        (set("typ", 7), false),
    ] {
        let object = client.object(&bed, &client.request()).head(&change).sign(&client.key);
        let call = push(&bed, &client, &object);
        if holds {
            bed.send(&call).await.expect(201);
        } else {
            bed.refuses("typ", &call, REFUSED).await;
        }
    }
}

#[tokio::test]
async fn line_058_what_stands_outside_the_signature_is_not_used() {
    let bed = Bed::new().await;
    let client = signing(&bed).await;
    let object = client
        .object(&bed, &client.request().without("state").without("nonce"))
        .sign(&client.key);
    let form = Form::of(&[
        ("request", object.as_str()),
        ("state", "outside"),
        ("nonce", "outside"),
        ("scope", "login inquiry transfer"),
        ("redirect_uri", "https://evil.example/"),
        ("response_type", "token"),
        ("code_challenge_method", "plain"),
        ("dpop_jkt", "nonsense"),
        ("grant_management_action", "nonsense"),
    ]);
    let uri = client.pushed(&bed, form).await;
    let journey = client.begin(&bed, &uri).await.unwrap();
    let asked: Value = serde_json::from_str(&journey.asked).unwrap();
    assert_eq!((&asked["state"], &asked["fapi2"]["nonce"]), (&json!(""), &Value::Null));
    assert_eq!(asked["scopes"], "login inquiry openid");
    for name in ["redirect_uri", "response_type", "code_challenge", "scope"] {
        let object = client.object(&bed, &client.request().without(name)).sign(&client.key);
        let outside = client.request().get(name).unwrap().to_owned();
        let form = Form::of(&[("request", object.as_str()), (name, outside.as_str())]);
        let answer = bed.send(&client.call(&bed, "/fapi2/par", form)).await.expect(400);
        assert!(!answer.error().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn line_059_the_object_is_the_clients_own() {
    let bed = Bed::new().await;
    let (client, other) = (signing(&bed).await, signing(&bed).await);
    let foreign = client.object(&bed, &client.request()).sign(&other.key);
    bed.refuses("another client's key", &push(&bed, &client, &foreign), REFUSED)
        .await;
    let theirs = other.object(&bed, &other.request()).sign(&other.key);
    bed.refuses("another client's object", &push(&bed, &client, &theirs), REFUSED)
        .await;
    judged(
        &bed,
        vec![
            ("another iss", set("iss", other.id()), false),
            ("no iss", drop_one("iss"), false),
            ("another client_id", set("client_id", other.id()), false),
            ("no client_id", drop_one("client_id"), true),
        ],
    )
    .await;
    let bare = Terms::tls("moafin");
    let bare = bed.register(bare).await.unwrap();
    let stranger = SoftwareKey::generate(Algorithm::Es256).unwrap().0;
    let object = bare.object(&bed, &bare.request()).sign(&stranger);
    bed.refuses("a key that nobody registered", &push(&bed, &bare, &object), REFUSED)
        .await;
}

#[tokio::test]
async fn line_060_an_object_names_no_other_request() {
    let bed = Bed::new().await;
    judged(
        &bed,
        vec![
            ("request_uri inside", set("request_uri", "urn:x"), false),
            ("request inside", set("request", "e30.e30.e30"), false),
        ],
    )
    .await;
    let client = signing(&bed).await;
    let object = client.object(&bed, &client.request()).sign(&client.key);
    let form = Form::of(&[("request", &object), ("request_uri", "urn:x")]);
    let call = client.call(&bed, "/fapi2/par", form);
    bed.refuses("request_uri beside", &call, (400, "invalid_request")).await;
}

#[tokio::test]
async fn line_061_a_signed_answer_says_everything_inside() {
    let bed = Bed::new().await;
    let client = signing(&bed).await;
    let begin = async |bed: &Bed| {
        let object = client.object(bed, &client.request()).sign(&client.key);
        let uri = client.pushed(bed, Form::of(&[("request", &object)])).await;
        bed.sign_in(&client.begin(bed, &uri).await.unwrap(), 1).await
    };
    let check = |parameters: &Form, member: &str| {
        assert_eq!(parameters.get("tenant"), Some("1"), "the address as registered");
        assert_eq!(
            parameters.0.len(),
            2,
            "nothing beside the signed answer: {parameters:?}"
        );
        let text = parameters.get("response").unwrap().to_owned();
        bed.verify(&text);
        let claims = claims_of(&text);
        assert_eq!((&claims["iss"], &claims["aud"]), (&json!(ISSUER), &json!(client.id())));
        let life = claims["exp"].as_i64().unwrap() - bed.now();
        assert!((1..=600).contains(&life), "{life}");
        assert_eq!(claims["state"], json!(client.request().get("state").unwrap()));
        claims[member].as_str().unwrap().to_owned()
    };
    let refused = bed.refuse(&begin(&bed).await).await.unwrap();
    assert_eq!(check(&refused.parameters, "error"), "access_denied");
    let agreed = bed.agree(&begin(&bed).await).await.unwrap();
    let code = check(&agreed.parameters, "code");
    let plain = crate::bed::Redirect {
        uri: String::new(),
        parameters: Form::of(&[("code", &code)]),
    };
    client.token(&bed, FapiClient::exchange(&plain)).await.expect(200);
    for mode in ["query", "fragment", "form_post", "fragment.jwt", "form_post.jwt"] {
        let object = client
            .object(&bed, &client.request().and("response_mode", mode))
            .sign(&client.key);
        bed.refuses(mode, &push(&bed, &client, &object), (400, "invalid_request"))
            .await;
    }
    for mode in ["jwt", "query.jwt"] {
        let object = client
            .object(&bed, &client.request().and("response_mode", mode))
            .sign(&client.key);
        bed.send(&push(&bed, &client, &object)).await.expect(201);
    }
}

#[tokio::test]
async fn line_062_and_064_introspection_is_signed_where_that_is_asked_for() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let signed = async |token: &str, accept: &str| {
        let form = Form::of(&[("token", token)]);
        let call = client.call(&bed, "/fapi2/introspect", form).header("Accept", accept);
        bed.send(&call).await.expect(200)
    };
    for accept in [
        "application/token-introspection+jwt",
        "Application/Token-Introspection+JWT;q=0.9",
        "application/json;q=0.5, application/token-introspection+jwt",
    ] {
        let answer = signed(&tokens.access, accept).await;
        assert_eq!(answer.header("content-type"), "application/token-introspection+jwt");
        assert_eq!(answer.header("cache-control"), "no-store");
        let text = answer.text();
        bed.verify(&text);
        assert_eq!(header_of(&text)["typ"], "token-introspection+jwt");
        let claims = claims_of(&text);
        let mut names: Vec<&String> = claims.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(
            names,
            ["aud", "iat", "iss", "token_introspection"],
            "no sub and no exp of its own"
        );
        assert_eq!(claims["iss"], ISSUER);
        assert_eq!(claims["aud"], client.id());
        assert_eq!(claims["iat"], bed.now());
        assert_eq!(
            claims["token_introspection"],
            client.introspect(&bed, &tokens.access).await
        );
    }
    let dead = signed("nat_unknown", "application/token-introspection+jwt").await;
    assert_eq!(
        claims_of(&dead.text())["token_introspection"],
        json!({ "active": false })
    );
    for accept in ["application/json", "*/*", "application/jwt", ""] {
        let answer = signed(&tokens.access, accept).await;
        assert_eq!(answer.header("content-type"), "application/json", "{accept}");
    }
    let call = Call::post("/fapi2/introspect", &Form::of(&[("token", &tokens.access)]));
    let call = call.header("Accept", "application/token-introspection+jwt");
    bed.refuses("nobody", &call, (401, "invalid_client")).await;
}
