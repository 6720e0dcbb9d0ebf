//! The supervisor's pages with invented numbers, for the tests of all pages.

use std::collections::HashMap;

use naru_admission::organisation::overview::Oversight;
use naru_admission::proposal::view::Listed;
use naru_core::{
    AdmissionState, Decision, InspectionMachine, Language, MemberId, OrganisationKind, SignalKind, SignalOutcome, Won,
};
use naru_storage::overview::{Coverage, InspectionCount, LeaverSpan, SignalCount};

use super::overview::{ListView, list, overview, reader, view};
use crate::operator::gallery::Page;
use crate::operator::samples::{NOW, at, counts, frame, names, organisation, proposed, whole};
use crate::operator::{OrganisationLine, lines, organisation as organisation_page, organisation_view};

fn somebody() -> MemberId {
    *names().keys().min().unwrap()
}

/// Numbers of a hub that is used.
fn full(name: &str) -> Oversight {
    let signal = |outcome, count| SignalCount {
        signal: SignalKind::TlsConfig,
        outcome,
        count,
    };
    Oversight {
        counts: counts(),
        overdue: vec![organisation(name, AdmissionState::Live, 2)],
        restricted: vec![organisation(name, AdmissionState::Restricted, 2)],
        inspections: vec![InspectionCount {
            machine: InspectionMachine::Organisation,
            state: "ONSITE_INSPECTION".to_owned(),
            count: 4,
            oldest: at("20200701000000"),
        }],
        late: Vec::new(),
        labels: HashMap::new(),
        leavers: LeaverSpan {
            count: 31,
            median_us: Some(4_200),
            max_us: Some(91_000),
        },
        coverage: Coverage {
            organisations: 8_033,
            short: 2,
            limits_won: Won(900_000_000_000),
            insured_won: Won(1_300_000_000_000),
        },
        signals: vec![signal(SignalOutcome::Pass, 70), signal(SignalOutcome::Fail, 2)],
        span_days: 90,
    }
}

/// Numbers of a hub that nobody has joined.
fn empty() -> Oversight {
    Oversight {
        counts: Vec::new(),
        overdue: Vec::new(),
        restricted: Vec::new(),
        inspections: Vec::new(),
        late: Vec::new(),
        labels: HashMap::new(),
        leavers: LeaverSpan::default(),
        coverage: Coverage::default(),
        signals: Vec::new(),
        span_days: 90,
    }
}

/// Every page of the supervisor in a language, with a fintech of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Page> {
    let mut frame = frame(language, "/supervisor", OrganisationKind::Supervisor);
    if let Some(staff) = &mut frame.staff {
        staff.ways = super::overview_http::ways("/supervisor");
    }
    let listed = Listed {
        proposals: vec![proposed(name, Some(0), Some(Decision::Approved))],
        organisations: HashMap::new(),
        members: names(),
    };
    let (full, empty) = (full(name), empty());
    let decisions = lines(&listed, reader(somebody()));
    let rows = ListView {
        rows: vec![OrganisationLine::of(
            &organisation(name, AdmissionState::Live, 5),
            "/supervisor",
            at(NOW),
        )],
        newest_href: None,
        older_href: Some("/supervisor/organisations?after=moafin".to_owned()),
    };
    let whole = whole(name, AdmissionState::Live);
    let one = organisation_view(
        &whole,
        (String::new(), false),
        ("/supervisor", somebody()),
        (at(NOW), language),
    );
    vec![
        (
            "supervisor-overview".to_owned(),
            overview(&view(&full, decisions, at(NOW)), &frame),
        ),
        (
            "supervisor-overview-empty".to_owned(),
            overview(&view(&empty, Vec::new(), at(NOW)), &frame),
        ),
        ("supervisor-organisations".to_owned(), list(&rows, &frame)),
        ("supervisor-organisation".to_owned(), organisation_page(&one, &frame)),
    ]
}

#[test]
fn nothing_of_the_supervisor_can_be_sent_but_the_way_out() {
    for (name, html) in pages(Language::Ko, "모아핀") {
        let html = html.unwrap();
        assert_eq!(html.matches(r#"method="post""#).count(), 1, "{name}");
        assert!(html.contains("sign-out"), "{name}");
        assert!(
            !html.contains("&#x2f;operator") && !html.contains("\"/operator"),
            "{name} leads to the desk"
        );
    }
}
