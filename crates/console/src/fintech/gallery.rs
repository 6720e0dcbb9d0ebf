//! The pages of the console in every state that looks different, with an invented fintech, for the tests of all pages.

use std::collections::BTreeMap;

use naru_core::{
    AdmissionState, ClientStatus, DocumentKind, EndpointKind, Environment, FactKind, FileKind, Gate, InspectionKind,
    InspectionMachine, InspectionMethod, InspectionOutcome, Language, OrganisationKind, Profile, SignalKind,
    SignalOutcome, SubsidyState, Timestamp, TlsNameKind, Verdict,
};
use naru_rulebook::Platform;
use serde::Serialize;

use super::app_admission::{AdmissionView, AdmissionWord};
use super::apps::{AppView, AppsView, CertificateView, CredentialView, LatelyView, OneAppView};
use super::desk::{DoneWord, May, Once, OnceWord, Said, Sheet, WAYS};
use super::documents::{DocumentView, DocumentsView, RevisionView};
use super::endpoints::{EndpointView, EndpointsView, HistoryView, ObservationView, SignalView};
use super::finding::{FindingLine, OneFindingView};
use super::inspection::{AttachView, EventLine, ItemLine, OneInspectionView, OneItemView, ProposalLine};
use super::inspections::{ChoiceView, ClockView, EntryView, InspectionsView};
use super::insurance::{InsuranceView, PolicyView};
use super::next::{NextView, NextWord};
use super::organisation::{FactView, OrganisationView};
use super::sign_up::SignUpView;
use super::standing::{DueView, DueWord, GateView, LeaversView, RuleView, StandingView};
use super::subsidies::{SubsidiesView, SubsidyView};
use super::test::{RunView, TestView, steps};
use super::trouble::{Alert, AlertWord};
use crate::page::{Frame, PageError, StaffFrame, StaffWay, render};

/// A page with its name.
pub(crate) type Named = (String, Result<String, PageError>);

const ALL: May = May {
    administrator: true,
    developer: true,
    officer: true,
};

fn at(compact: &str) -> Timestamp {
    Timestamp::from_compact(compact).unwrap()
}

struct Gallery<'a> {
    language: Language,
    name: &'a str,
    shown: Vec<Named>,
}

/// The pages in one language, with a fintech of this name.
pub(crate) fn pages(language: Language, name: &str) -> Vec<Named> {
    let mut gallery = Gallery {
        language,
        name,
        shown: Vec::new(),
    };
    gallery.first();
    gallery.apps();
    gallery.inspections();
    gallery.papers();
    gallery.organisation();
    gallery.shown
}

fn plain(word: &str) -> String {
    word.to_owned()
}

fn alerted(form: &str, field: &'static str, word: AlertWord, name: &str) -> Said {
    let alert = Alert {
        word,
        field,
        detail: name.to_owned(),
    };
    Said {
        alert: Some(alert),
        form: form.to_owned(),
        filled: BTreeMap::from([(field.to_owned(), name.to_owned())]),
        ..Said::default()
    }
}

impl Gallery<'_> {
    fn frame(&self, here: &str) -> Frame {
        let way = |(label, href): (&'static str, &str)| StaffWay {
            label,
            href: href.to_owned(),
            current: href == here,
        };
        Frame {
            language: self.language,
            here: here.to_owned(),
            wide: true,
            staff: Some(StaffFrame {
                organisation: self.name.to_owned(),
                kind: OrganisationKind::Fintech,
                member: self.name.to_owned(),
                csrf: "csrf-020".to_owned(),
                ways: WAYS.into_iter().map(way).collect(),
                newcomer: None,
            }),
            ..Frame::default()
        }
    }

    /// A page for those who may do everything and for those who only look, the first with what was said before.
    fn add<V: Serialize>(&mut self, (name, here): (&'static str, &str), said: &Said, view: &V) {
        for (who, may) in [("all", ALL), ("reader", May::default())] {
            let sheet = Sheet {
                csrf: "csrf-021".to_owned(),
                said,
                may,
                it: view,
            };
            let template = crate::page::TEMPLATES
                .iter()
                .find(|(known, _)| *known == format!("fintech/{name}.html"));
            let (template, _) = template.expect("a template of this name");
            let marked = said
                .alert
                .as_ref()
                .map_or_else(String::new, |alert| format!("-{}", alert.word));
            let count = self.shown.len();
            let html = render(template, &sheet, &self.frame(here));
            self.shown.push((format!("fintech-{name}-{who}{marked}-{count}"), html));
        }
    }

    fn standing(&self, full: bool) -> StandingView {
        let gate = |gate: &Gate| GateView {
            gate: *gate,
            is: if full { "holds" } else { "broken" },
            until: full.then(|| at("20270301000000")),
            days_left: full.then_some(100),
            rules: ["R-ORG-BASE", "cover", "other", "approve_suitability", "function_test"]
                .map(|word| RuleView {
                    id: self.name.to_owned(),
                    word: word.to_owned(),
                })
                .to_vec(),
            evidence: vec![(String::new(), plain(self.name)), (plain("duty"), plain("DEFERRED"))],
        };
        let due = |(i, what): (i64, &DueWord)| DueView {
            what: *what,
            about: if *what == DueWord::Gate {
                plain("function_test")
            } else {
                plain(self.name)
            },
            day: plain("2026-12-01"),
            days_left: i * 20 - 10,
            place: i * 12,
            is: ["broken", "unknown", "idle"][usize::try_from(i.min(2)).unwrap()],
        };
        let next = |what: &NextWord| NextView {
            what: *what,
            about: plain(self.name),
            href: if full { "/fintech/apps" } else { "" },
        };
        StandingView {
            name: plain(self.name),
            state: if full {
                AdmissionState::Live
            } else {
                AdmissionState::Applied
            },
            is: if full { "holds" } else { "unknown" },
            since: at("20260901090000"),
            gates: Gate::ALL.iter().map(gate).collect(),
            open: if full { 5 } else { 0 },
            duty: plain("DEFERRED"),
            due: if full {
                (0..).zip(DueWord::ALL).map(due).collect()
            } else {
                Vec::new()
            },
            next: if full {
                NextWord::ALL.iter().map(next).collect()
            } else {
                Vec::new()
            },
            notices: vec![(plain("duty_due"), plain(self.name), plain("2026-12-01"))],
            insured_won: 10_000_000,
            limits_won: if full { 5_000_000 } else { 20_000_000 },
            leavers: LeaversView {
                count: 3,
                longest_ms: full.then_some(84),
                unknown: 1,
                tokens: usize::from(full),
                used_at: full.then(|| at("20261120090000")),
            },
        }
    }

    fn first(&mut self) {
        let (full, bare) = (self.standing(true), self.standing(false));
        let done = Said {
            done: Some(DoneWord::Left),
            ..Said::default()
        };
        self.add(("standing", "/fintech"), &done, &full);
        self.add(("standing", "/fintech"), &Said::default(), &bare);
        let run = RunView {
            id: plain("fnt_1"),
            client: plain(self.name),
            started_at: at("20261121090000"),
            passed_at: None,
            ended_at: None,
        };
        let mut list = steps(None, self.language);
        list[0].done_at = Some(at("20261121090500"));
        list[0].calls = vec![plain("cal_1")];
        let test = |run: Option<RunView>, is_open, clients| TestView {
            done: 1,
            earlier: run.clone().into_iter().collect(),
            run,
            steps: list.clone(),
            clients,
            is_open,
        };
        self.add(
            ("test", "/fintech/test"),
            &Said::default(),
            &test(Some(run), true, Vec::new()),
        );
        let clients = vec![(plain("cli_1"), plain(self.name))];
        let said = alerted("start", "client", AlertWord::Field, self.name);
        self.add(("test", "/fintech/test"), &said, &test(None, false, clients));
        let sign_up = |said, code: &str| SignUpView {
            csrf: plain("csrf-022"),
            said,
            code: plain(code),
            user_name: plain(self.name),
            hours: 72,
        };
        let frame = Frame {
            staff: None,
            ..self.frame("/fintech/sign-up")
        };
        let once = Once {
            word: OnceWord::InvitationCode,
            of: plain(self.name),
            secret: plain("7KQP-M2XD-94TB"),
        };
        let made = Said {
            once: Some(once),
            ..Said::default()
        };
        let wrong = alerted("sign_up", "code", AlertWord::Taken, self.name);
        for (name, view) in [("made", sign_up(made, "moafin")), ("wrong", sign_up(wrong, ""))] {
            let html = render("fintech/sign_up.html", &view, &frame);
            self.shown.push((format!("fintech-sign-up-{name}"), html));
        }
    }

    fn app(&self, environment: Environment) -> AppView {
        AppView {
            id: plain("cli_1"),
            code: plain("T123456789"),
            name: plain(self.name),
            environment,
            profile: Profile::Fapi2,
            status: ClientStatus::Active,
            is: "holds",
            scopes: plain("login inquiry"),
            calls: vec![3, 5, 2, 8, 12, 4, 8],
            top: 12,
            sum: 42,
            lately: (environment == Environment::TestBed).then_some(LatelyView {
                calls: 42,
                failed: 1,
                p50_ms: 12,
                p95_ms: 80,
            }),
        }
    }

    /// A client of production with every word about its admission.
    fn waiting(&mut self, one: &OneAppView) {
        for word in AdmissionWord::ALL {
            let mut waiting = one.clone();
            waiting.app.status = ClientStatus::Registered;
            waiting.admission = Some(AdmissionView {
                word: *word,
                is: "unknown",
                at: at("20261121090000"),
                reason: plain(self.name),
            });
            self.add(("app", "/fintech/apps/cli_1"), &Said::default(), &waiting);
        }
    }

    fn apps(&mut self) {
        let apps = AppsView {
            apps: vec![self.app(Environment::TestBed), self.app(Environment::Production)],
            since: plain("2026-11-08"),
            banks: vec![(plain("097"), plain(self.name))],
            is_live: false,
            insured_won: 1,
            limits_won: 2,
            name_kinds: TlsNameKind::ALL.to_vec(),
        };
        let empty = AppsView {
            apps: Vec::new(),
            is_live: true,
            ..apps.clone()
        };
        self.add(("apps", "/fintech/apps"), &Said::default(), &apps);
        let wrong = alerted("register", "redirect_uri", AlertWord::Field, self.name);
        self.add(("apps", "/fintech/apps"), &wrong, &empty);
        let certificate = |is, revoked| CertificateView {
            serial: plain("4a01"),
            issued_at: at("20260101090000"),
            expires_at: at("20270101090000"),
            revoked,
            is,
        };
        let over = Some((at("20260601090000"), plain("superseded")));
        let one = OneAppView {
            app: self.app(Environment::Production),
            admission: None,
            redirect_uris: vec![plain("https://app.example/cb")],
            contract: (plain(self.name), plain("123***")),
            withdraw: (1, 2, 3),
            deposit: (1, 2, 3),
            credential: Some(CredentialView {
                method: "private_key_jwt",
                binding: "dpop",
                jwks: plain(self.name),
                jwks_uri: String::new(),
                tls_kind: String::new(),
                tls_value: String::new(),
            }),
            certificate_sha256: String::new(),
            certificates: vec![
                certificate("holds", None),
                certificate("unknown", None),
                certificate("broken", over),
            ],
            can_issue: true,
            name_kinds: TlsNameKind::ALL.to_vec(),
            since: plain("2026-11-08"),
            is_live: false,
            insured_won: 1,
            limits_won: 2,
        };
        let kftc = OneAppView {
            credential: None,
            can_issue: false,
            certificates: Vec::new(),
            ..one.clone()
        };
        self.add(("app", "/fintech/apps/cli_1"), &Said::default(), &one);
        self.waiting(&one);
        let above = alerted("limits", "above", AlertWord::Unconfirmed, self.name);
        self.add(("app", "/fintech/apps/cli_1"), &above, &kftc);
    }
}

#[path = "gallery_more.rs"]
mod more;
