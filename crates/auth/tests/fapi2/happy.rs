//! The whole way, once for each kind of client.

use crate::bed::{Bed, FapiClient, Form, Terms};

#[tokio::test]
async fn a_client_with_keys_goes_all_the_way() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    assert_eq!(tokens.body["token_type"], "DPoP");
    let me = client.userinfo(&bed, &tokens.access).await.expect(200).json();
    let again = client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect(200)
        .json();
    let access = again["access_token"].as_str().unwrap();
    assert_eq!(client.userinfo(&bed, access).await.expect(200).json(), me);
    assert_eq!(client.introspect(&bed, access).await["active"], true);
    let form = Form::of(&[("token", &tokens.refresh)]);
    client.post(&bed, "/fapi2/revoke", form).await.expect(200);
    client.userinfo(&bed, access).await.expect(401);
}

#[tokio::test]
async fn a_client_with_a_certificate_goes_all_the_way() {
    let bed = Bed::new().await;
    let client = bed.tls_client().await;
    let tokens = client.authorized(&bed).await;
    assert_eq!(tokens.body["token_type"], "Bearer");
    client.userinfo(&bed, &tokens.access).await.expect(200);
    assert_eq!(client.introspect(&bed, &tokens.access).await["active"], true);
    let other = bed.register(Terms::default()).await.unwrap();
    assert_eq!(other.introspect(&bed, &tokens.access).await["active"], false);
}
