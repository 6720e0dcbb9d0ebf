//! Tokens and certificates (RFC 8705): a bound token works with its certificate alone.

use naru_core::Environment;

use super::token::{me, own_word, refresh, refuses};
use crate::harness::{Bed, Fintech, Login, Terms};

/// A fintech with a certificate, and a person who agreed.
async fn bound(bed: &Bed, environment: Environment) -> (Fintech, Login) {
    let terms = Terms {
        environment,
        certificate: Some([7; 32]),
        ..Terms::default()
    };
    let fintech = bed.register(terms).await;
    let login = bed.login(&fintech, 0).await;
    (fintech, login)
}

#[tokio::test]
async fn a_bound_token_works_with_its_certificate_alone() {
    for environment in [Environment::TestBed, Environment::Production] {
        let bed = Bed::new(9).await;
        let (_, login) = bound(&bed, environment).await;
        let number = login.user_seq_no();
        let call = |certificate| {
            let call = bed.call("GET", "/v2.0/user/me").token(&login.access);
            call.certificate(certificate).query(&[("user_seq_no", number.as_str())])
        };
        call(Some([7; 32])).send().await.ok();
        let message = call(None).send().await.refused("O0002");
        assert_eq!(message, "접근토큰이 거부되었습니다: 클라이언트 인증서가 필요합니다");
        let message = call(Some([8; 32])).send().await.refused("O0002");
        assert_eq!(message, "접근토큰이 거부되었습니다: 토큰이 묶인 인증서가 아닙니다");
    }
}

#[tokio::test]
async fn a_client_of_production_is_known_by_its_certificate_and_has_no_secret() {
    let bed = Bed::new(10).await;
    let (fintech, login) = bound(&bed, Environment::Production).await;
    assert_eq!(fintech.secret, "");
    let before = bed.trail_count().await;
    for (secret, certificate) in [
        ("", None),
        ("ncs_guess", None),
        ("", Some([8; 32])),
        ("ncs_guess", Some([8; 32])),
    ] {
        let answer = own_word(&bed, &fintech, (secret, "oob"), certificate).await;
        refuses(&bed, before, &answer, "O0002").await;
    }
    let stolen = Fintech {
        client: fintech.client.clone(),
        secret: String::new(),
        certificate: None,
        oob: String::new(),
    };
    refuses(
        &bed,
        before,
        &refresh(&bed, &stolen, (&login.refresh, None)).await,
        "O0002",
    )
    .await;
    let answer = refresh(&bed, &fintech, (&login.refresh, None)).await;
    let fresh = answer.field("access_token");
    me(&bed, &fresh, &login.user_seq_no()).await.refused("O0002");
    let call = bed
        .call("GET", "/v2.0/user/me")
        .token(&fresh)
        .certificate(fintech.certificate);
    call.query(&[("user_seq_no", &login.user_seq_no())]).send().await.ok();
}

#[tokio::test]
async fn a_test_bed_client_with_a_certificate_needs_its_own_certificate_or_its_secret() {
    let bed = Bed::new(11).await;
    let (fintech, _) = bound(&bed, Environment::TestBed).await;
    let secret = fintech.secret.as_str();
    let before = bed.trail_count().await;
    for (secret, shown) in [
        ("ncs_wrong", Some([7; 32])),
        ("", Some([8; 32])),
        (secret, Some([8; 32])),
        ("", None),
    ] {
        let answer = own_word(&bed, &fintech, (secret, "oob"), shown).await;
        refuses(&bed, before, &answer, "O0002").await;
    }
    let bound = own_word(&bed, &fintech, ("", "oob"), Some([7; 32]))
        .await
        .field("access_token");
    bed.get("/v2.0/bank/status", &bound, &[]).await.refused("O0002");
    let unbound = own_word(&bed, &fintech, (secret, "oob"), None)
        .await
        .field("access_token");
    bed.get("/v2.0/bank/status", &unbound, &[]).await.ok();
}
