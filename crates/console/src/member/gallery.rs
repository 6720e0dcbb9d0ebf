//! The pages of members in every state that looks different, with invented people, for the tests of all pages.

use naru_core::{Language, MemberSignIn, OrganisationKind, Timestamp};

use super::{
    AddPasskeyView, EnrolError, EnrolView, StaffSecurityView, StaffSessionView, StaffSignInError, StaffSignInView,
    TrialMember,
};
use crate::page::{Frame, Newcomer, PageError, StaffFrame, StaffWay};
use crate::person::{PasskeyView, SecurityDone};

/// A page with its name.
pub(crate) type Named = (String, Result<String, PageError>);

fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

fn sign_in() -> StaffSignInView {
    StaffSignInView {
        csrf: "csrf-07".to_owned(),
        next: "/operator".to_owned(),
        passkey_begin: "/staff/sign-in/begin".to_owned(),
        passkey_finish: "/staff/sign-in/finish".to_owned(),
        certificate_action: "/staff/sign-in/certificate".to_owned(),
        enrol_href: "/staff/enrol".to_owned(),
        ..StaffSignInView::default()
    }
}

fn trial(name: &str, kind: OrganisationKind) -> TrialMember {
    TrialMember {
        organisation: "moafin".to_owned(),
        organisation_name: name.to_owned(),
        kind,
        user_name: "kim@example.com".to_owned(),
        display_name: "김담당".to_owned(),
        code: "7KQP-M2XD-94TB".to_owned(),
    }
}

fn enrol(name: &str, error: Option<EnrolError>) -> EnrolView {
    EnrolView {
        action: "/staff/enrol".to_owned(),
        csrf: "csrf-08".to_owned(),
        organisation: name.to_owned(),
        user_name: name.to_owned(),
        error,
    }
}

fn add_passkey(name: &str) -> AddPasskeyView {
    AddPasskeyView {
        csrf: "csrf-09".to_owned(),
        member: name.to_owned(),
        can_add: true,
        this_device: "Chrome, Windows".to_owned(),
        certificate_action: "/staff/enrol/certificate".to_owned(),
        certificate_refused: true,
    }
}

fn security(name: &str) -> StaffSecurityView {
    let session = |device: &str, method, is_this, is_new| StaffSessionView {
        device: device.to_owned(),
        method,
        created_at: at("20261121140327"),
        seen_at: at("20261122091200"),
        is_this,
        is_new,
        id: "ses_1".to_owned(),
    };
    StaffSecurityView {
        csrf: "csrf-010".to_owned(),
        done: None,
        passkeys: vec![PasskeyView {
            name: name.to_owned(),
            created_at: at("20261121140327"),
            used_at: None,
            remove_action: "/staff/passkeys/pky_1/remove".to_owned(),
        }],
        has_certificate: false,
        sessions: vec![
            session("Chrome, Windows", MemberSignIn::Passkey, true, false),
            session("", MemberSignIn::Certificate, false, true),
        ],
        can_add: true,
        this_device: "Chrome, Windows".to_owned(),
        idle_minutes: 15,
        absolute_hours: 12,
    }
}

fn around(name: &str, kind: OrganisationKind) -> StaffFrame {
    let way = |label, href: &str, current| StaffWay {
        label,
        href: href.to_owned(),
        current,
    };
    StaffFrame {
        organisation: name.to_owned(),
        kind,
        member: "김담당".to_owned(),
        csrf: "csrf-011".to_owned(),
        ways: vec![
            way("member.way_console", "/fintech", false),
            way("member.way_security", "/staff/security", true),
        ],
        newcomer: Some(Newcomer {
            device: String::new(),
            at: at("20261121150000"),
        }),
    }
}

/// The pages in one language, with an organisation of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Named> {
    let plain = Frame {
        language,
        here: "/staff/sign-in".to_owned(),
        ..Frame::default()
    };
    let scripted = Frame {
        scripted: true,
        test_bed: true,
        ..plain.clone()
    };
    let mut shown = Vec::new();
    let mut add = |name: String, page| shown.push((name, page));
    add("staff-sign-in".to_owned(), super::sign_in(&sign_in(), &scripted));
    for error in StaffSignInError::ALL {
        let mut view = sign_in();
        view.passkey_begin.clear();
        view.error = Some(*error);
        add(format!("staff-sign-in-{error}"), super::sign_in(&view, &plain));
    }
    let mut view = sign_in();
    view.signed_out = true;
    view.trial_members = OrganisationKind::ALL.iter().map(|kind| trial(name, *kind)).collect();
    add("staff-sign-in-trial".to_owned(), super::sign_in(&view, &scripted));
    add("staff-enrol".to_owned(), super::enrol(&enrol("", None), &plain));
    for error in EnrolError::ALL {
        let view = enrol(name, Some(*error));
        add(format!("staff-enrol-{error}"), super::enrol(&view, &plain));
    }
    add(
        "staff-passkey".to_owned(),
        super::add_passkey(&add_passkey(name), &scripted),
    );
    let bare = AddPasskeyView {
        can_add: false,
        certificate_action: String::new(),
        certificate_refused: false,
        ..add_passkey(name)
    };
    add("staff-passkey-none".to_owned(), super::add_passkey(&bare, &scripted));
    for (kind, done) in OrganisationKind::ALL.iter().zip(SecurityDone::ALL) {
        let frame = Frame {
            staff: Some(around(name, *kind)),
            ..scripted.clone()
        };
        let mut view = security(name);
        add(format!("staff-security-{kind}"), super::security(&view, &frame));
        view.done = Some(*done);
        view.passkeys.clear();
        view.has_certificate = true;
        view.can_add = false;
        view.sessions.truncate(1);
        add(format!("staff-security-{done}"), super::security(&view, &frame));
    }
    shown
}
