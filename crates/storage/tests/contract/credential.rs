//! How clients prove themselves: credentials, certificates that were issued to them, and the keys of the hub.

use naru_core::{
    AuthMethod, Binding, Client, ClientCredential, GrantId, KeyPurpose, KeyState, Profile, TlsName, TlsNameKind,
};
use naru_storage::{CertificateRow, RevokedRow, SigningKey, TokenKind};

use crate::fixture;
use crate::house::House;

on_every_engine!(
    a_credential_is_read_with_its_client_and_takes_the_place_of_the_one_before,
    a_certificate_is_revoked_once_and_told_while_it_would_hold,
    a_key_moves_only_from_the_state_it_was_read_in
);

async fn client(house: &House) -> Client {
    let client = Client {
        profile: Profile::Fapi2,
        ..fixture::client(house)
    };
    house.put(async |tx| tx.client_insert(&client).await).await;
    client
}

fn certificate(house: &House, client: &Client, days: i64) -> CertificateRow {
    CertificateRow {
        serial: naru_crypto::hex(&house.chance.bytes::<16>()),
        client_id: client.id,
        sha256: house.chance.bytes::<32>().to_vec(),
        pem: "-----BEGIN CERTIFICATE-----".to_owned(),
        issued_at: house.now(),
        expires_at: house.now().plus_days(days),
        revoked: None,
    }
}

async fn a_credential_is_read_with_its_client_and_takes_the_place_of_the_one_before(house: &House) {
    let client = client(house).await;
    let find = async |shown: Option<[u8; 32]>| {
        house
            .get(async |tx| tx.client_find_with_credential(client.id, shown.as_ref()).await)
            .await
    };
    assert_eq!(
        find(None).await,
        None,
        "a client without a credential is none of this profile"
    );
    let by_key = ClientCredential {
        method: AuthMethod::PrivateKeyJwt,
        binding: Binding::Dpop,
        jwks: Some(r#"{"keys":[]}"#.to_owned()),
        jwks_uri: None,
        tls_name: None,
        signed_requests: true,
        signed_responses: false,
        resource: Some("https://api.example".to_owned()),
    };
    let by_name = ClientCredential {
        method: AuthMethod::TlsClientAuth,
        binding: Binding::Certificate,
        jwks: None,
        jwks_uri: Some("https://a.example/jwks".to_owned()),
        tls_name: Some(TlsName {
            kind: TlsNameKind::SanDns,
            value: "a.example".to_owned(),
        }),
        signed_requests: false,
        signed_responses: true,
        resource: None,
    };
    let row = certificate(house, &client, 1);
    let shown: [u8; 32] = row.sha256.clone().try_into().expect("32 bytes");
    house.put(async |tx| tx.certificate_insert(&row).await).await;
    for credential in [by_key, by_name] {
        house
            .put(async |tx| tx.credential_put(client.id, &credential).await)
            .await;
        let alone = house.get(async |tx| tx.credential_find(client.id).await).await;
        assert_eq!(alone.as_ref(), Some(&credential));
        for shown in [None, Some(shown), Some([0; 32])] {
            let together = Some((client.clone(), credential.clone(), false));
            assert_eq!(find(shown).await, together);
        }
    }
    house
        .put(async |tx| tx.certificate_revoke(&row.serial, "superseded").await)
        .await;
    let revoked = async |shown| find(shown).await.map(|(_, _, revoked)| revoked);
    assert_eq!(
        (revoked(Some(shown)).await, revoked(None).await),
        (Some(true), Some(false))
    );
}

async fn a_certificate_is_revoked_once_and_told_while_it_would_hold(house: &House) {
    let family = fixture::family(house).await;
    let [mut row, short] = [
        certificate(house, &family.client, 2),
        certificate(house, &family.client, 0),
    ];
    let bound: [u8; 32] = row.sha256.clone().try_into().expect("32 bytes");
    let mut token = fixture::token(house, &family.grant, TokenKind::Access);
    token.confirmation = naru_core::Confirmation::Certificate(bound);
    house
        .put(async |tx| {
            tx.certificate_insert(&row).await?;
            tx.certificate_insert(&short).await?;
            tx.token_insert(&token).await
        })
        .await;
    let grants: Vec<GrantId> = house.get(async |tx| tx.token_grants_of_certificate(&bound).await).await;
    assert_eq!(grants, [family.grant.id]);
    let revoke = async |serial: &str| {
        house
            .put(async |tx| tx.certificate_revoke(serial, "key_compromise").await)
            .await
    };
    assert!(revoke(&row.serial).await && revoke(&short.serial).await);
    assert!(!revoke(&row.serial).await && !revoke("none").await);
    row.revoked = Some((house.now(), "key_compromise".to_owned()));
    let found = house.get(async |tx| tx.certificate_find(&row.serial).await).await;
    assert_eq!(found.as_ref(), Some(&row));
    let listed = house.get(async |tx| tx.certificate_list_revoked().await).await;
    let own: Vec<_> = listed
        .iter()
        .filter(|one| [&row.serial, &short.serial].contains(&&one.serial))
        .collect();
    let told = RevokedRow {
        serial: row.serial.clone(),
        sha256: row.sha256.clone(),
        at: house.now(),
        reason: "key_compromise".to_owned(),
    };
    assert_eq!(own, [&told], "one that has run out by itself is not told any more");
    let third = certificate(house, &family.client, 2);
    house.put(async |tx| tx.certificate_insert(&third).await).await;
    let counts = async |since| {
        let read = house.get(async |tx| tx.certificate_counts(family.client.id, since).await);
        let counts = read.await;
        (counts.living, counts.issued)
    };
    assert_eq!(counts(third.issued_at.plus_seconds(-1)).await, (1, 3));
    assert_eq!(counts(third.issued_at).await, (1, 0), "since a moment: later than it");
    let all = house.get(async |tx| tx.certificate_list(family.client.id).await).await;
    assert_eq!(all.len(), 3);
    assert_eq!(all[0], third, "the living come first");
}

async fn a_key_moves_only_from_the_state_it_was_read_in(house: &House) {
    let key = |private: Option<Vec<u8>>, label: Option<&str>| SigningKey {
        kid: naru_crypto::hex(&house.chance.bytes::<16>()),
        purpose: KeyPurpose::Answers,
        algorithm: "ES256".to_owned(),
        state: KeyState::Next,
        state_since: house.now(),
        public_jwk: r#"{"kty":"EC"}"#.to_owned(),
        private_pkcs8: private,
        token_label: label.map(str::to_owned),
        created_at: house.now(),
    };
    let (mut sealed, held) = (key(Some(vec![7; 100]), None), key(None, Some("naru-1")));
    house
        .put(async |tx| {
            tx.signing_key_insert(&sealed).await?;
            tx.signing_key_insert(&held).await
        })
        .await;
    let move_on = async |from, to| {
        let kid = sealed.kid.as_str();
        house.put(async |tx| tx.signing_key_move(kid, from, to).await).await
    };
    assert!(move_on(KeyState::Next, KeyState::Active).await);
    assert!(!move_on(KeyState::Next, KeyState::Active).await);
    assert!(move_on(KeyState::Active, KeyState::Retained).await);
    sealed.state = KeyState::Retained;
    let listed = house.get(async |tx| tx.signing_key_list().await).await;
    for key in [&sealed, &held] {
        assert!(listed.contains(key), "{key:?} in {listed:?}");
    }
    assert!(!format!("{sealed:?}").contains("7, 7"), "the private part is not shown");
}
