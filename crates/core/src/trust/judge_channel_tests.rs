//! The channel link, and how much of its grant a token covers.

use super::*;

#[test]
fn a_token_without_a_certificate_serves_the_test_bed_alone() {
    let evidence = |changes: &[Change]| match judge(&changed(changes), &LOOK).of(Link::Channel) {
        Judgement::Holds { evidence } => Ok(evidence.clone()),
        Judgement::Broken { why, evidence } => Err((*why, evidence.clone())),
        other => panic!("{other:?}"),
    };
    let test_bed = vec![
        Fact::new("environment", "test_bed"),
        Fact::new("expires_at", NOW.plus_seconds(1)),
    ];
    assert_eq!(evidence(&[unbind]), Ok(test_bed.clone()));
    assert_eq!(
        evidence(&[unbind, |s| s.channel.certificate_sha256 = None]),
        Ok(test_bed)
    );
    let production = vec![Fact::new("environment", "production")];
    assert_eq!(
        evidence(&[unbind, into_production]),
        Err((Why::CertificateMissing, production))
    );
    let bound = vec![Fact::new("certificate_sha256", "abababababababab")];
    assert_eq!(evidence(&[]), Ok(bound.clone()));
    assert_eq!(evidence(&[into_production]), Ok(bound));
    let mismatch = vec![
        Fact::new("bound_to", "abababababababab"),
        Fact::new("shown", "0101010101010101"),
    ];
    assert_eq!(
        evidence(&[|s| s.channel.certificate_sha256 = Some([1; 32])]),
        Err((Why::CertificateMismatch, mismatch))
    );
    let missing = vec![Fact::new("bound_to", "abababababababab")];
    assert_eq!(
        evidence(&[|s| s.channel.certificate_sha256 = None]),
        Err((Why::CertificateMissing, missing))
    );
}

#[test]
fn a_token_bound_to_a_key_needs_that_key_and_no_certificate() {
    let verdict = judge(
        &changed(&[
            |s| with_proof(s, ProofStanding::Proved([7; 32])),
            |s| s.channel.certificate_sha256 = None,
            into_production,
            |s| client_of(s).profile = Profile::Fapi2,
        ]),
        &LOOK,
    );
    let proved = vec![Fact::new("key_sha256", "0707070707070707")];
    assert_eq!(*verdict.of(Link::Channel), Judgement::Holds { evidence: proved });
}

#[test]
fn a_token_may_cover_less_than_its_grant() {
    let narrowed = |scopes: &[Scope]| TokenStanding::Found {
        confirmation: BOUND,
        expires_at: NOW.plus_seconds(1),
        scopes: Some(Scopes::of(scopes)),
    };
    let mut standing = sound();
    standing.channel.token = narrowed(&[Scope::Inquiry]);
    assert!(judge(&standing, &LOOK).holds());
    standing.channel.token = narrowed(&[Scope::Login]);
    let verdict = judge(&standing, &LOOK);
    assert!(matches!(verdict.broken(), Some((Link::Consent, Why::ScopeMissing, _))));
    standing.channel.token = narrowed(&[Scope::Inquiry]);
    grant_of(&mut standing).scopes = Scopes::of(&[Scope::Login]);
    assert!(
        !judge(&standing, &LOOK).holds(),
        "a token never covers more than its grant"
    );
}
