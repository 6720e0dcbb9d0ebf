//! The words of a report in both languages: what storage and the rule book call by a fixed word, as people read it.

use naru_core::{
    DocumentKind, InspectionKind, InspectionMachine, InspectionMethod, InspectionOutcome, Language, Verdict,
};
use naru_report::Tone;
use naru_rulebook::Platform;

/// What the report of a process is called.
pub(crate) const fn title(machine: InspectionMachine) -> (&'static str, &'static str) {
    match machine {
        InspectionMachine::Organisation => (
            "이용기관 보안점검 결과보고서",
            "Security inspection of a user organisation: final report",
        ),
        InspectionMachine::Service => (
            "핀테크서비스 취약점 점검 결과보고서",
            "Vulnerability inspection of a fintech service: final report",
        ),
        InspectionMachine::OwnInspection => ("자체 점검 결과보고서", "Self-inspection: final report"),
    }
}

pub(crate) const fn kind(kind: InspectionKind) -> (&'static str, &'static str) {
    match kind {
        InspectionKind::Organisation => ("이용기관 보안점검", "Inspection of the organisation"),
        InspectionKind::Service => ("핀테크서비스 취약점 점검", "Inspection of a service"),
    }
}

pub(crate) fn platform(word: &str) -> (&'static str, &'static str) {
    match Platform::parse(word) {
        Ok(Platform::Web) => ("웹", "Web"),
        Ok(Platform::Android) => ("안드로이드", "Android"),
        Ok(Platform::Ios) => ("iOS", "iOS"),
        Err(_) => ("해당 없음", "Not applicable"),
    }
}

/// A verdict, and how it is meant.
pub(crate) const fn verdict(verdict: Verdict) -> ((&'static str, &'static str), Tone) {
    match verdict {
        Verdict::Satisfied => (("이행", "Satisfied"), Tone::Ok),
        Verdict::Partially => (("부분 이행", "Partially satisfied"), Tone::Warn),
        Verdict::NotSatisfied => (("미이행", "Not satisfied"), Tone::Bad),
        Verdict::NotApplicable => (("해당 없음", "Not applicable"), Tone::Muted),
    }
}

pub(crate) const fn method(method: InspectionMethod) -> (&'static str, &'static str) {
    match method {
        InspectionMethod::Examine => ("문서·설정 확인", "Examined"),
        InspectionMethod::Interview => ("면담", "Interviewed"),
        InspectionMethod::Test => ("시험", "Tested"),
    }
}

pub(crate) const fn outcome(outcome: InspectionOutcome) -> (&'static str, &'static str) {
    match outcome {
        InspectionOutcome::Pending => ("진행 중", "Under way"),
        InspectionOutcome::Passed => ("적합", "Passed"),
        InspectionOutcome::Failed => ("부적합", "Failed"),
        InspectionOutcome::Withdrawn => ("신청 취하", "Withdrawn"),
        InspectionOutcome::Void => ("무효", "Void"),
    }
}

/// What opened a round, by the event that did.
pub(crate) fn round(event: &str, is_service: bool) -> (&'static str, &'static str) {
    match event {
        "" if is_service => ("시험", "Test"),
        "" => ("서면 점검", "Inspection by document"),
        "visit" => ("현장 점검", "Inspection on site"),
        "start" => ("확인 점검", "Confirmation by the agency"),
        _ => ("보완 확인", "After remediation"),
    }
}

/// A state of a finding, and how it is meant.
pub(crate) fn finding_state(word: &str) -> ((&str, &str), Tone) {
    match word {
        "OPEN" => (("지적", "Open"), Tone::Bad),
        "REMEDIATING" => (("보완 중", "Being remedied"), Tone::Warn),
        "REMEDY_SUBMITTED" => (("보완 제출", "Remedy handed in"), Tone::Warn),
        "DISPUTED" => (("이의 제기", "Disputed"), Tone::Warn),
        "CLOSED" => (("보완 확인", "Closed"), Tone::Ok),
        "WITHDRAWN" => (("지적 철회", "Withdrawn"), Tone::Muted),
        other => ((other, other), Tone::Warn),
    }
}

/// What happened to a finding.
pub(crate) fn finding_event(word: &str) -> (&str, &str) {
    match word {
        "write" => ("지적사항 작성", "Written"),
        "set-due" => ("보완 기한 설정", "Due date set"),
        "extend" => ("보완 기한 연장", "Due date extended"),
        "acknowledge" => ("이용기관 확인", "Acknowledged"),
        "submit-evidence" => ("보완자료 제출", "Remedy handed in"),
        "verify" => ("보완 확인", "Remedy verified"),
        "reject" => ("보완 반려", "Remedy rejected"),
        "object-with-reason" => ("이의 제기", "Objection"),
        "uphold-objection" => ("이의 인용", "Objection upheld"),
        "dismiss-objection" => ("이의 기각", "Objection dismissed"),
        other => (other, other),
    }
}

pub(crate) const fn document(kind: DocumentKind) -> (&'static str, &'static str) {
    match kind {
        DocumentKind::Application => ("신청서", "Application"),
        DocumentKind::Contract => ("계약서", "Contract"),
        DocumentKind::Submission => ("제출 자료", "Submission"),
        DocumentKind::Evidence => ("증적", "Evidence"),
        DocumentKind::Build => ("설치 파일", "Build"),
        DocumentKind::BuildWithoutRootDetection => ("루팅 탐지 해제 설치 파일", "Build without root detection"),
        DocumentKind::Certificate => ("인증서", "Certificate"),
        DocumentKind::InsurancePolicy => ("보험 증권", "Insurance policy"),
    }
}

/// One of two texts.
pub(crate) fn pick<'a>(language: Language, (ko, en): (&'a str, &'a str)) -> &'a str {
    language.pick(ko, en)
}
