//! Clients that prove themselves with a certificate (RFC 8705), past the handshake; the handshake is in `transport`.

use naru_core::{TlsName, TlsNameKind};
use naru_web::PeerCertificate;
use rcgen::{CertificateParams, DistinguishedName, DnType, SanType};

use crate::bed::{Bed, Call, FapiClient, Form, Terms, certificate, shown};

const REFUSED: (u16, &str) = (401, "invalid_client");

/// A certificate of this subject with these alternative names.
fn named(subject: &[(DnType, &str)], names: &[SanType]) -> PeerCertificate {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    for (kind, value) in subject {
        params.distinguished_name.push(kind.clone(), *value);
    }
    params.subject_alt_names = names.to_vec();
    shown(&params)
}

async fn client(bed: &Bed, kind: TlsNameKind, value: &str) -> FapiClient {
    let terms = Terms {
        tls_name: Some(TlsName {
            kind,
            value: value.to_owned(),
        }),
        ..Terms::tls("moafin")
    };
    bed.register(terms).await.unwrap()
}

async fn judged(bed: &Bed, client: &FapiClient, table: Vec<(&str, PeerCertificate, bool)>) {
    for (what, peer, holds) in table {
        let call = client.call(bed, "/fapi2/par", client.request()).peer(&peer);
        if holds {
            let answer = bed.send(&call).await;
            assert_eq!(answer.status, 201, "{what}: {}", answer.text());
        } else {
            bed.refuses(what, &call, REFUSED).await;
        }
    }
}

#[tokio::test]
async fn line_093_the_certificate_carries_the_registered_name() {
    let bed = Bed::new().await;
    let cn = [(DnType::CommonName, "moafin")];
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    let uri = |name: &str| SanType::URI(name.try_into().unwrap());
    let mail = |name: &str| SanType::Rfc822Name(name.try_into().unwrap());
    let ip = |address: &str| SanType::IpAddress(address.parse().unwrap());
    let table = [
        (
            TlsNameKind::SanDns,
            "api.moafin.example",
            dns("api.moafin.example"),
            dns("api.moafin.example.evil.example"),
        ),
        (
            TlsNameKind::SanUri,
            "urn:moafin:api",
            uri("urn:moafin:api"),
            uri("urn:moafin:API"),
        ),
        (
            TlsNameKind::SanIp,
            "2001:db8:0::1",
            ip("2001:db8::1"),
            ip("2001:db8::2"),
        ),
        (
            TlsNameKind::SanEmail,
            "api@moafin.example",
            mail("api@moafin.example"),
            mail("api@evil.example"),
        ),
    ];
    for (kind, value, right, wrong) in table {
        let client = client(&bed, kind, value).await;
        let spelled = named(&[(DnType::CommonName, value)], &[]);
        judged(
            &bed,
            &client,
            vec![
                ("the name", named(&cn, std::slice::from_ref(&right)), true),
                (
                    "among others",
                    named(&cn, &[dns("other.example"), right, wrong.clone()]),
                    true,
                ),
                ("another", named(&cn, &[wrong]), false),
                ("none", named(&cn, &[]), false),
                ("the name as another kind", spelled, false),
                ("no certificate", PeerCertificate::default(), false),
            ],
        )
        .await;
    }
    let wild = client(&bed, TlsNameKind::SanDns, "api.moafin.example").await;
    let any = named(&cn, &[dns("*.moafin.example")]);
    judged(&bed, &wild, vec![("a wildcard is no name of one host", any, false)]).await;
}

#[tokio::test]
async fn line_102_subjects_are_compared_part_by_part() {
    let bed = Bed::new().await;
    let client = client(&bed, TlsNameKind::SubjectDn, "CN=moafin,O=Naru Test").await;
    let (o, cn) = (DnType::OrganizationName, DnType::CommonName);
    judged(
        &bed,
        &client,
        vec![
            (
                "the subject",
                named(&[(o.clone(), "Naru Test"), (cn.clone(), "moafin")], &[]),
                true,
            ),
            (
                "a part more",
                named(
                    &[
                        (o.clone(), "Naru Test"),
                        (cn.clone(), "moafin"),
                        (DnType::CountryName, "KR"),
                    ],
                    &[],
                ),
                false,
            ),
            ("a part less", named(&[(cn.clone(), "moafin")], &[]), false),
            (
                "another order",
                named(&[(cn.clone(), "moafin"), (o.clone(), "Naru Test")], &[]),
                false,
            ),
            (
                "all of it in one part",
                named(&[(cn.clone(), "moafin,O=Naru Test")], &[]),
                false,
            ),
            (
                "all of it in the other",
                named(&[(o, "Naru Test,CN=moafin")], &[]),
                false,
            ),
            ("an end that is cut by a zero", named(&[(cn, "moafin\0")], &[]), false),
        ],
    )
    .await;
}

#[tokio::test]
async fn line_095_the_id_comes_with_the_certificate() {
    let bed = Bed::new().await;
    let (client, other) = (bed.tls_client().await, bed.register(Terms::tls("other")).await.unwrap());
    let with = |form: Form| Call::post("/fapi2/par", &form).peer(&client.peer);
    let form = client.request();
    bed.refuses("no id", &with(form.clone()), REFUSED).await;
    bed.refuses(
        "another's id",
        &with(form.clone().and("client_id", &other.id())),
        REFUSED,
    )
    .await;
    bed.refuses("no id at all", &with(form.clone().and("client_id", "moafin")), REFUSED)
        .await;
    let keyed = bed.client().await;
    bed.refuses(
        "a client of assertions",
        &with(form.clone().and("client_id", &keyed.id())),
        REFUSED,
    )
    .await;
    let assertion = client.assertion(&bed).sign(&client.key);
    let form = form.and("client_id", &client.id());
    let both = form
        .clone()
        .and("client_assertion_type", crate::bed::ASSERTION)
        .and("client_assertion", &assertion);
    bed.refuses("an assertion of a client of certificates", &with(both), REFUSED)
        .await;
    bed.send(&with(form)).await.expect(201);
}

#[tokio::test]
async fn line_098_a_certificate_in_a_header_is_not_one() {
    let bed = Bed::new().await;
    let client = bed.tls_client().await;
    let tokens = client.authorized(&bed).await;
    let der = client.peer.der.clone().unwrap();
    let text = naru_crypto::jose::base64url(&der);
    for name in [
        "x-client-cert",
        "ssl-client-cert",
        "x-ssl-client-cert",
        "x-forwarded-client-cert",
        "client-cert",
    ] {
        let bare = client
            .call(&bed, "/fapi2/par", client.request())
            .peer(&PeerCertificate::default());
        bed.refuses(name, &bare.header(name, &text), REFUSED).await;
        let bare = client.resource(&bed, ("GET", "/fapi2/userinfo"), &tokens.access);
        let bare = bare.peer(&PeerCertificate::default()).header(name, &text);
        bed.send(&bare).await.expect(401);
    }
}

#[tokio::test]
async fn line_100_a_refresh_may_bring_another_certificate() {
    let bed = Bed::new().await;
    let mut client = bed.tls_client().await;
    let tokens = client.authorized(&bed).await;
    let old = std::mem::replace(&mut client.peer, certificate("moafin"));
    let renewed = client
        .token(&bed, FapiClient::renewal(&tokens))
        .await
        .expect(200)
        .json();
    let access = renewed["access_token"].as_str().unwrap().to_owned();
    client.userinfo(&bed, &access).await.expect(200);
    client.userinfo(&bed, &tokens.access).await.expect(401);
    client.peer = old;
    client.userinfo(&bed, &access).await.expect(401);
    client.userinfo(&bed, &tokens.access).await.expect(200);
}

#[tokio::test]
async fn what_is_no_certificate_is_refused() {
    let bed = Bed::new().await;
    let client = bed.tls_client().await;
    let der = client.peer.der.clone().unwrap();
    for bytes in [
        Vec::new(),
        vec![0; 100],
        der[..der.len() - 1].to_vec(),
        [&der[..], &[0]].concat(),
    ] {
        let peer = PeerCertificate {
            sha256: client.peer.sha256,
            der: Some(bytes.into()),
        };
        let call = client.call(&bed, "/fapi2/par", client.request()).peer(&peer);
        bed.refuses("no certificate", &call, REFUSED).await;
    }
}
