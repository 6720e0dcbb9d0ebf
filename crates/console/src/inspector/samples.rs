//! What the pages of an agency show in the gallery: invented inspections, items and findings, with a name that may be
//! anything.

use naru_core::{InspectionMethod, Timestamp, Verdict};

use super::{
    ArchiveView, ClockView, DocumentView, EndedLine, EventView, FindingEventView, FindingLine, FindingPageView,
    FindingProposal, ImportView, ImportedView, InspectionPageView, ItemLine, ItemPageView, ItemsView, ProposalLine,
    QueueLine, QueueView, ReopenedLine, Show, SignView, SignalView, SignedVerdict, StepView, UnclaimedLine,
    VerdictView,
};

pub(super) const ID: &str = "ins_0193a5c0000070008000000000000001";
pub(super) const SHA256: &str = "5f1d0c3b8a7e6f5d4c3b2a190817263544536271808f9eadbccbdae9f80716a5";

fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

fn clock(is_late: bool) -> ClockView {
    ClockView {
        agency_hours: if is_late { 700 } else { 212 },
        organisation_hours: 96,
        allowed_hours: 672,
        running: "agency",
        due_by: Some(at("20261212180000")),
        is_late,
    }
}

pub(super) fn queue(name: &str) -> QueueView {
    let line = |state: &str, clock, is_ours| QueueLine {
        id: ID.to_owned(),
        organisation: name.to_owned(),
        code: "moafin".to_owned(),
        kind: "APP",
        service: name.to_owned(),
        platform: "android".to_owned(),
        state: state.to_owned(),
        round: 2,
        is_ours,
        clock,
        sign_href: match state {
            "TESTING" => format!("/inspector/inspections/{ID}/sign/prp_1"),
            _ => String::new(),
        },
        waits_for_others: state == "TEST_REMEDIATION",
    };
    QueueView {
        lines: vec![
            line("TESTING", Some(clock(true)), true),
            line("TEST_REMEDIATION", Some(clock(false)), false),
            line("CONSULTING", None, false),
        ],
        late: 1,
        ours: 1,
        to_sign: 1,
        reopened: vec![reopened(name)],
        unclaimed: vec![UnclaimedLine {
            id: ID.to_owned(),
            organisation: name.to_owned(),
            code: "moafin".to_owned(),
            kind: "ORG",
            service: String::new(),
            platform: String::new(),
            since: at("20261120090000"),
            version: 4,
        }],
        newest_href: String::new(),
        older_href: "/inspector?from=50".to_owned(),
    }
}

fn finding_line(name: &str, state: &str) -> FindingLine {
    FindingLine {
        id: "fnd_0193a5c0000070008000000000000002".to_owned(),
        title: "대외기관 통신 시 보안통신".to_owned(),
        control: "fsi-t-05-4".to_owned(),
        state: state.to_owned(),
        statement: name.to_owned(),
        due: "2026-12-10".to_owned(),
        is_overdue: state == "REMEDIATING",
        round: 1,
    }
}

fn step(event: &str, needs_four_eyes: bool) -> StepView {
    StepView {
        event: event.to_owned(),
        needs_four_eyes,
        needs_note: needs_four_eyes,
        documents: match event {
            "send-result" => Vec::new(),
            _ => vec![document("계약서.pdf", false)],
        },
    }
}

pub(super) fn inspection(name: &str, state: &str) -> InspectionPageView {
    let event = |event: &str, to: &str| EventView {
        at: at("20261121140000"),
        event: event.to_owned(),
        to_state: to.to_owned(),
        note: name.to_owned(),
        round: 1,
        is_signed: event == "send-result",
        documents: vec![document(name, event == "start")],
    };
    InspectionPageView {
        id: ID.to_owned(),
        organisation: name.to_owned(),
        kind: "ORG",
        service: String::new(),
        platform: String::new(),
        state: state.to_owned(),
        since: at("20261121140000"),
        round: 1,
        outcome: if state == "FINAL_REPORTED" { "passed" } else { "pending" },
        is_final: state == "FINAL_REPORTED",
        can_import: state == "DOC_INSPECTION",
        version: 7,
        items: (30, 12, 2),
        clock: Some(clock(false)),
        steps: vec![step("send-result", true), step("start", false)],
        proposals: vec![ProposalLine {
            href: format!("/inspector/inspections/{ID}/sign/prp_1"),
            event: "send-result".to_owned(),
            at: at("20261121150000"),
        }],
        findings: ["OPEN", "REMEDIATING", "DISPUTED", "CLOSED", "WITHDRAWN"]
            .map(|s| finding_line(name, s))
            .to_vec(),
        events: vec![
            event("send-result", "DOC_RESULT_SENT"),
            event("start", "DOC_INSPECTION"),
        ],
    }
}

pub(crate) fn reopened(name: &str) -> ReopenedLine {
    ReopenedLine {
        finding: finding_line(name, "REMEDY_SUBMITTED"),
        organisation: name.to_owned(),
        inspection: ID.to_owned(),
        kind: "APP",
        service: name.to_owned(),
        platform: "ios".to_owned(),
        is_ours: true,
    }
}

pub(super) fn archive(name: &str) -> ArchiveView {
    let line = |state: &str, outcome, open_findings| EndedLine {
        id: ID.to_owned(),
        organisation: name.to_owned(),
        code: "moafin".to_owned(),
        kind: "ORG",
        service: String::new(),
        platform: String::new(),
        state: state.to_owned(),
        outcome,
        ended_at: at("20261101120000"),
        valid_until: (outcome == "passed").then(|| at("20271101000000")),
        has_report: outcome != "withdrawn",
        open_findings,
    };
    ArchiveView {
        lines: vec![
            line("FINAL_REPORTED", "passed", 1),
            line("FINAL_REPORTED", "failed", 0),
            line("WITHDRAWN", "withdrawn", 0),
        ],
        reopened: vec![reopened(name)],
        newest_href: "/inspector/archive".to_owned(),
        older_href: format!("/inspector/archive?behind=1.{ID}"),
    }
}

pub(super) fn import(name: &str, report: Option<ImportedView>) -> ImportView {
    ImportView {
        inspection: ID.to_owned(),
        organisation: name.to_owned(),
        round: 2,
        can_import: report.as_ref().is_none_or(|report| report.round == 0),
        most_mib: 4,
        report,
    }
}

pub(super) fn items(name: &str, show: Show) -> ItemsView {
    let line = |verdict, is_judged, in_round| ItemLine {
        id: "fsi-t-05-4".to_owned(),
        number: "5-4".to_owned(),
        title: name.to_owned(),
        verdict,
        is_judged,
        in_round,
        is_answered: is_judged,
        findings: usize::from(!is_judged),
    };
    let lines = vec![
        line("", false, true),
        line("satisfied", true, true),
        line("partially", true, true),
        line("not_satisfied", false, true),
        line("not_applicable", true, false),
    ];
    ItemsView {
        id: ID.to_owned(),
        organisation: name.to_owned(),
        round: 2,
        show,
        items: (4, 2, 1),
        lines: if show == Show::Unjudged { Vec::new() } else { lines },
    }
}

fn document(name: &str, is_expired: bool) -> DocumentView {
    DocumentView {
        id: "rev_0193a5c0000070008000000000000003".to_owned(),
        href: "/inspector/documents/rev_0193a5c0000070008000000000000003".to_owned(),
        kind: "contract",
        file_name: name.to_owned(),
        revision: 2,
        sha256: SHA256.to_owned(),
        is_expired,
    }
}

pub(super) fn item(name: &str, is_full: bool) -> ItemPageView {
    let verdict = |round, verdict| VerdictView {
        round,
        verdict,
        method: InspectionMethod::Test,
        note: name.to_owned(),
        at: at("20261121140000"),
        version: 3,
    };
    let signal = |outcome, is| SignalView {
        signal: "sig-tls-config",
        outcome,
        is,
        said: name.to_owned(),
        summary: name.to_owned(),
        at: Some(at("20261121140000")),
    };
    let mut page = ItemPageView {
        inspection: ID.to_owned(),
        organisation: name.to_owned(),
        id: "fsi-t-05-4".to_owned(),
        number: "5-4".to_owned(),
        title: name.to_owned(),
        question: name.to_owned(),
        suggestions: vec![name.to_owned()],
        answer: name.to_owned(),
        answered_at: Some(at("20261120140000")),
        through: "x1149-3.1.8.1".to_owned(),
        documents: vec![document(name, false), document(name, true)],
        signals: vec![
            signal("pass", "holds"),
            signal("stale", "unknown"),
            signal("fail", "broken"),
        ],
        verdicts: vec![verdict(1, Verdict::NotSatisfied), verdict(2, Verdict::Partially)],
        present: Some(verdict(2, Verdict::Partially)),
        findings: vec![finding_line(name, "OPEN")],
        can_judge: true,
        place: (4, 30),
        around: ("fsi-t-05-3".to_owned(), "fsi-t-05-5".to_owned()),
        round: 2,
    };
    if !is_full {
        page.answer = String::new();
        page.through = String::new();
        page.present = None;
        page.around = (String::new(), String::new());
        (page.documents, page.signals) = (Vec::new(), Vec::new());
        (page.verdicts, page.findings) = (Vec::new(), Vec::new());
    }
    page
}

pub(super) fn finding(name: &str, is_own: bool) -> FindingPageView {
    let event = |event: &str| FindingEventView {
        at: at("20261121140000"),
        event: event.to_owned(),
        note: name.to_owned(),
        due: "2026-12-10".to_owned(),
        documents: vec![document(name, false)],
    };
    FindingPageView {
        id: "fnd_0193a5c0000070008000000000000002".to_owned(),
        inspection: ID.to_owned(),
        control: "fsi-t-05-4".to_owned(),
        title: name.to_owned(),
        question: name.to_owned(),
        statement: name.to_owned(),
        state: "REMEDY_SUBMITTED".to_owned(),
        round: 1,
        due: "2026-12-10".to_owned(),
        is_overdue: true,
        version: 4,
        steps: vec![step("verify", true), step("reject", false)],
        can_extend: true,
        can_strike: is_own,
        is_judged_here: true,
        proposals: vec![FindingProposal {
            id: "prp_1".to_owned(),
            event: "verify".to_owned(),
            reason: name.to_owned(),
            at: at("20261121150000"),
            sha256: SHA256.to_owned(),
            state: name.to_owned(),
            is_own,
        }],
        events: vec![event("write"), event("set-due"), event("submit-evidence")],
    }
}

pub(super) fn sign(name: &str, is_own: bool) -> SignView {
    let row = |word: &str| SignedVerdict {
        title: name.to_owned(),
        control: "fsi-t-05-4".to_owned(),
        round: 1,
        word: word.to_owned(),
        text: name.to_owned(),
    };
    SignView {
        inspection: ID.to_owned(),
        organisation: name.to_owned(),
        id: "prp_1".to_owned(),
        event: "send-final-report".to_owned(),
        to_state: "FINAL_REPORTED".to_owned(),
        reason: name.to_owned(),
        at: at("20261121150000"),
        sha256: SHA256.to_owned(),
        state: name.to_owned(),
        verdicts: ["satisfied", "not_satisfied"].map(row).to_vec(),
        findings: vec![row("OPEN")],
        documents: vec![document(name, false)],
        handed_in: vec![document(name, true)],
        is_own,
    }
}
