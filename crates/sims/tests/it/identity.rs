//! The identity provider over HTTP.

use naru_sims::demo;
use naru_sims::identity::{self, IdentitySettings, RunningIdentity};
use serde_json::{Value, json};

use crate::client::call;

async fn start() -> RunningIdentity {
    let free = "127.0.0.1:0".parse().expect("an address");
    let settings = IdentitySettings {
        addr: free,
        admin_addr: free,
        tls: None,
        people: demo::people(),
    };
    identity::start(settings).await.expect("a free port")
}

#[tokio::test]
async fn the_code_in_the_message_confirms_the_person_once() {
    let provider = start().await;
    let asked = json!({"name": "김하늘", "birth_date": "19920314", "cell_no": "01000001001"});
    let sent = call(provider.addr, "POST", "/identity/requests", &asked).await.json();
    assert_eq!(sent["result"], json!("sent"));
    let text = sent["simulated_message"].as_str().expect("a message");
    let code = text
        .strip_prefix("[나루 체험] 인증번호 ")
        .expect("the code stands last");
    assert!(
        code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()),
        "{code}"
    );
    let path = format!(
        "/identity/requests/{}/confirm",
        sent["request_id"].as_str().expect("an id")
    );

    let wrong = call(provider.addr, "POST", &path, &json!({"code": "x"})).await.json();
    assert_eq!(wrong, json!({"result": "wrong", "tries_left": 4}));
    let person = call(provider.addr, "POST", &path, &json!({"code": code})).await.json();
    let known = &demo::people()[0];
    assert_eq!(
        (&person["result"], &person["linking_value"]),
        (&json!("confirmed"), &json!(known.linking_value))
    );
    assert_eq!(
        (&person["gender"], &person["email"]),
        (&json!("F"), &json!(known.email))
    );
    let again = call(provider.addr, "POST", &path, &json!({"code": code})).await.json();
    assert_eq!(again, json!({"result": "expired"}));

    let messages = call(provider.admin_addr, "GET", "/admin/messages", &Value::Null)
        .await
        .json();
    assert_eq!(messages["messages"][0]["text"], json!(text));
}

#[tokio::test]
async fn strangers_are_no_match_until_they_are_added() {
    let provider = start().await;
    let asked = json!({"name": "최강산", "birth_date": "19790505", "cell_no": "010-0000-1009"});
    let nobody = call(provider.addr, "POST", "/identity/requests", &asked).await.json();
    assert_eq!(nobody, json!({"result": "no_match"}));
    let mut person = asked.clone();
    person["gender"] = json!("M");
    person["linking_value"] = json!("ci-nine");
    assert_eq!(
        call(provider.admin_addr, "POST", "/admin/people", &person).await.status,
        201
    );
    assert_eq!(
        call(provider.admin_addr, "POST", "/admin/people", &person).await.status,
        400
    );
    let sent = call(provider.addr, "POST", "/identity/requests", &asked).await.json();
    assert_eq!(sent["result"], json!("sent"));
    let people = call(provider.admin_addr, "GET", "/admin/people", &Value::Null)
        .await
        .json();
    assert_eq!(people["people"].as_array().expect("a list").len(), 4);
}

#[tokio::test]
async fn malformed_requests_name_the_field() {
    let provider = start().await;
    let asked = json!({"name": "김하늘", "birth_date": "920314", "cell_no": "010"});
    let answer = call(provider.addr, "POST", "/identity/requests", &asked).await;
    assert_eq!((answer.status, &answer.json()["field"]), (400, &json!("birth_date")));
    provider.stop().await;
}
