use naru_core::{Chance, ObservationId, OrganisationId, Timestamp};
use serde_json::json;

use super::*;

fn row(signal: SignalKind, outcome: SignalOutcome, raw: &Value) -> ObservationRow {
    let (at, chance) = (Timestamp(1_790_000_000_000_000), Chance::seeded(1));
    ObservationRow {
        id: ObservationId::new(at, &chance),
        organisation_id: OrganisationId::new(at, &chance),
        signal,
        endpoint_id: None,
        outcome,
        summary: "in English".to_owned(),
        raw: raw.to_string(),
        raw_sha256: [0; 32],
        prober: "test".to_owned(),
        observed_at: at,
    }
}

fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

#[test]
fn every_signal_is_told_in_the_language_of_the_page_with_its_numbers() {
    use SignalOutcome::{Fail, NotApplicable, NotTested, Pass};
    let leaver = |late: &[&str], longest: Option<i64>, directory: bool| {
        json!({
            "directory": directory, "measured": 3, "not_measured": 0, "longest_us": longest, "late": late,
        })
    };
    let dormant = |members: i64, unused: i64| {
        json!({
            "members": members, "unused_members": unused, "without_strong_sign_in": 2, "unused_clients": 1,
        })
    };
    let cover = |policies: i64| json!({ "policies": policies, "insured_won": 500_000, "limits_won": 1_000_000 });
    let cases = [
        (
            SignalKind::ConsentLedger,
            Fail,
            json!({ "calls": 40, "without_consent": 3 }),
            "3",
        ),
        (
            SignalKind::ConsentLedger,
            Pass,
            json!({ "calls": 41, "without_consent": 0 }),
            "41",
        ),
        (
            SignalKind::ConsentLedger,
            NotTested,
            json!({ "calls": 0, "without_consent": 0 }),
            "",
        ),
        (
            SignalKind::ScimLeaver,
            Fail,
            leaver(&["a", "b"], Some(90_000_000), true),
            "2",
        ),
        (SignalKind::ScimLeaver, NotTested, leaver(&[], None, false), ""),
        (SignalKind::ScimLeaver, NotTested, leaver(&[], None, true), ""),
        (SignalKind::ScimLeaver, Pass, leaver(&[], Some(12_000), true), "12"),
        (SignalKind::DormantCredential, Fail, dormant(9, 4), "4"),
        (SignalKind::DormantCredential, NotTested, dormant(0, 0), ""),
        (SignalKind::DormantCredential, NotTested, dormant(2, 0), ""),
        (SignalKind::DormantCredential, Pass, dormant(2, 0), ""),
        (SignalKind::Insurance, Fail, cover(1), "1,000,000"),
        (SignalKind::Insurance, Fail, cover(0), ""),
        (SignalKind::Insurance, Pass, cover(1), "500,000"),
        (SignalKind::IsmsCert, Pass, json!({}), ""),
        (SignalKind::IsmsCert, Fail, json!({}), ""),
        (SignalKind::IsmsCert, NotApplicable, json!({}), ""),
        (SignalKind::TlsConfig, SignalOutcome::Error, json!({}), ""),
        (SignalKind::MtlsHandshake, NotTested, json!({}), ""),
        (SignalKind::Insurance, Pass, json!("nothing of this kind"), ""),
    ];
    let mut said = std::collections::BTreeSet::new();
    for (signal, outcome, raw, number) in cases {
        let row = row(signal, outcome, &raw);
        let (ko, en) = (observed(&row, Language::Ko), observed(&row, Language::En));
        assert!(is_korean(&ko) && !ko.contains("in English"), "{signal} {outcome}: {ko}");
        assert!(!en.is_empty() && !is_korean(&en), "{signal} {outcome}: {en}");
        assert!(ko.contains(number) && en.contains(number), "{signal}: {ko} {en}");
        said.insert(ko);
    }
    assert!(said.len() >= 19, "each case has words of its own: {said:?}");
}

#[test]
fn of_the_probers_checks_those_are_told_that_did_not_simply_pass() {
    let check = |name: &str, outcome: &str, warns: bool| {
        let seen = "TLS 1.0";
        json!({ "name": name, "outcome": outcome, "warns": warns, "seen": seen })
    };
    let failed = json!({ "checks": [
        check("old-versions", "fail", false), check("expiry", "pass", true), check("chain", "pass", false),
        check("something-new", "error", false),
    ] });
    let ko = observed(&row(SignalKind::TlsConfig, SignalOutcome::Fail, &failed), Language::Ko);
    assert_eq!(
        ko,
        "옛 TLS 버전 거부: 실패 · 인증서 유효기간: 주의 · 그 밖의 확인: 볼 수 없었음"
    );
    let all = json!({ "checks": [check("chain", "pass", false), check("key", "pass", false)] });
    let en = observed(&row(SignalKind::CertExpiry, SignalOutcome::Pass, &all), Language::En);
    assert_eq!(en, "All 2 checks passed");
}

#[test]
fn what_a_gate_rests_on_is_told_with_labels() {
    let told = |text: &str| evidence(text, Language::Ko);
    let pair = |label: &str, value: &str| (label.to_owned(), value.to_owned());
    assert_eq!(
        told("state=APPLIED since=2026-11-21 14:03:27.000"),
        [pair("참가 상태", "신청"), pair("이 상태가 된 때", "2026-11-21 14:03")]
    );
    assert_eq!(
        told("duty=BLOCKED_BEFORE_LAUNCH due=20201231"),
        [
            pair(
                "점검 의무",
                &plain_text("operator.duty_BLOCKED_BEFORE_LAUNCH", Language::Ko)
            ),
            pair("기한", "2020-12-31")
        ]
    );
    assert_eq!(
        told("policy=pol_1 insured_won=500000 limits_won=1000"),
        [
            pair("보험증권", "pol_1"),
            pair("보장하는 한도", "500,000원"),
            pair("출금 한도", "1,000원")
        ]
    );
    assert_eq!(
        told("web=ins_1 by=AGENCY"),
        [pair("웹", "ins_1"), pair("점검한 곳", "점검기관")]
    );
    assert_eq!(
        told("not inspected: web ios"),
        [pair("", "아직 점검하지 않은 플랫폼: 웹, iOS")]
    );
    for (said, _) in SAID {
        let told = told(said);
        assert!(
            told.len() == 1 && told[0].0.is_empty() && is_korean(&told[0].1),
            "{told:?}"
        );
    }
    assert_eq!(told("tst_1"), [pair("기능 테스트", "tst_1")]);
    assert_eq!(told(""), []);
}

#[test]
fn every_key_of_this_room_has_its_text() {
    let missing: Vec<String> = keys().into_iter().filter(|key| Message::of(key).is_none()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
