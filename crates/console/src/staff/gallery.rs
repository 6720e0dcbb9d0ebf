//! The pages that every kind of organisation has, with invented people, for the tests of all pages.

use naru_core::{Chance, Language, LeaveSource, MemberId, OrganisationKind, Role, Timestamp};
use serde::Serialize;

use super::institution::{HealthWord, InstitutionView, LineView};
use super::members::{LeaverView, MemberView, MembersView, TokenView};
use crate::fintech::desk::{May, Once, OnceWord, Said, Sheet};
use crate::fintech::trouble::{Alert, AlertWord};
use crate::member::console_of;
use crate::page::{Frame, PageError, StaffFrame, StaffWay, render};

/// A page with its name.
pub(crate) type Named = (String, Result<String, PageError>);

fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

fn frame(language: Language, name: &str, (kind, here): (OrganisationKind, &str)) -> Frame {
    Frame {
        language,
        here: here.to_owned(),
        wide: true,
        staff: Some(StaffFrame {
            organisation: name.to_owned(),
            kind,
            member: name.to_owned(),
            csrf: "csrf-030".to_owned(),
            ways: super::with_own(console_ways(kind), here),
            newcomer: None,
        }),
        ..Frame::default()
    }
}

fn console_ways(kind: OrganisationKind) -> Vec<StaffWay> {
    vec![StaffWay {
        label: "member.way_console",
        href: console_of(kind).to_owned(),
        current: false,
    }]
}

fn sheet<'a, V: Serialize>(said: &'a Said, is_administrator: bool, it: &'a V) -> Sheet<'a, V> {
    let may = May {
        administrator: is_administrator,
        developer: false,
        officer: false,
    };
    Sheet {
        csrf: "csrf-031".to_owned(),
        said,
        may,
        it,
    }
}

fn members(name: &str, kind: OrganisationKind) -> MembersView {
    let chance = Chance::seeded(1);
    let roles: Vec<Role> = Role::ALL.iter().copied().filter(|role| role.fits(kind)).collect();
    let member = |active, invited, seen| MemberView {
        id: MemberId::new(at("20260101090000"), &chance).to_string(),
        user_name: name.to_owned(),
        display_name: name.to_owned(),
        roles: roles.clone(),
        active,
        is_to_be_invited: invited,
        invited_until: None,
        passkeys: 1,
        certificate: "ab".repeat(32),
        seen_at: seen,
        is_self: false,
        version: 1,
    };
    let leaver = |source: &LeaveSource| LeaverView {
        name: name.to_owned(),
        source: *source,
        received_at: at("20261101090000"),
        took_ms: (*source != LeaveSource::Operator).then_some(12),
        ended: 3,
    };
    let token = |is_alive: bool| TokenView {
        id: "sct_1".to_owned(),
        name: name.to_owned(),
        created_at: at("20260101090000"),
        expires_at: at("20270101090000"),
        used_at: is_alive.then(|| at("20261120090000")),
        is_alive,
    };
    let seen = Some(at("20261101090000"));
    MembersView {
        members: vec![
            member(true, false, seen),
            member(true, true, None),
            member(false, false, None),
        ],
        kind,
        developers: Role::Developer.fits(kind).then_some((1, 10)),
        roles,
        count: (3, 500),
        leavers: LeaveSource::ALL.iter().map(leaver).collect(),
        longest_ms: 12,
        tokens: vec![token(true), token(false)],
        directory: "https://hub.example/scim/v2".to_owned(),
        code: "moafin".to_owned(),
        hours: 72,
    }
}

fn institution(name: &str, health: Option<HealthWord>) -> InstitutionView {
    let is_ill = health.is_some_and(|word| word != HealthWord::Well);
    InstitutionView {
        code: "097".to_owned(),
        name: name.to_owned(),
        since: at("20260101090000"),
        line: health.map(|health| LineView {
            code: "097".to_owned(),
            name: name.to_owned(),
            health,
            is: if is_ill { "broken" } else { "holds" },
            failing_since: is_ill.then(|| at("20261121090000")),
            fault: is_ill.then(|| {
                if health == HealthWord::Failing {
                    "803".to_owned()
                } else {
                    String::new()
                }
            }),
            in_flight: 2,
            timeout_ms: 5_000,
        }),
        active: 2,
        tokens: usize::from(is_ill),
        notices: Vec::new(),
    }
}

/// The pages in one language, with an organisation of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Named> {
    let (here, nothing) = ("/staff/members", Said::default());
    let once = Said {
        once: Some(Once {
            word: OnceWord::InvitationCode,
            of: name.to_owned(),
            secret: "7KQP-M2XD-94TB".to_owned(),
        }),
        ..Said::default()
    };
    let wrong = Said {
        alert: Some(Alert {
            word: AlertWord::Taken,
            field: "user_name",
            detail: name.to_owned(),
        }),
        form: "add".to_owned(),
        filled: [("user_name".to_owned(), name.to_owned())].into(),
        ..Said::default()
    };
    let mut shown = Vec::new();
    for kind in OrganisationKind::ALL {
        let view = members(name, *kind);
        for (who, said, may) in [
            ("all", &once, true),
            ("wrong", &wrong, true),
            ("reader", &nothing, false),
        ] {
            let frame = frame(language, name, (*kind, here));
            let html = render("staff/members.html", &sheet(said, may, &view), &frame);
            shown.push((format!("staff-members-{kind}-{who}"), html));
        }
    }
    let healths = HealthWord::ALL.iter().map(|word| Some(*word)).chain([None]);
    for health in healths {
        let view = institution(name, health);
        let frame = frame(language, name, (OrganisationKind::Institution, "/institution"));
        let html = render("staff/institution.html", &sheet(&nothing, false, &view), &frame);
        let word = health.map_or("none", HealthWord::as_str);
        shown.push((format!("staff-institution-{word}"), html));
    }
    shown
}
