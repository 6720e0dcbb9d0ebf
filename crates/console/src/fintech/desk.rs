//! What the handlers of the fintech's console share: who sits there, what a form came to, and how a page is answered.
//! The pages that every kind of organisation has stand on the same desk, with a seat for members of any kind.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::Response;
use naru_admission::{Office, Staff};
use naru_core::{Day, Language, OrganisationKind, Role, Won, words};
use naru_storage::StorageError;
use serde::Serialize;

use super::trouble::{Alert, AlertWord, Trouble, at};
use crate::StaffWay;
use crate::member::{StaffForm, StaffPage};
use crate::page::render;
use crate::pages::{Form, Pages, parameter};

/// The ways through the console: the key of the word, and the path.
pub(crate) const WAYS: [(&str, &str); 10] = [
    ("fintech.way.standing", "/fintech"),
    ("fintech.way.test", "/fintech/test"),
    ("fintech.way.apps", "/fintech/apps"),
    ("fintech.way.inspections", "/fintech/inspections"),
    ("fintech.way.answers", "/fintech/answers"),
    ("fintech.way.documents", "/fintech/documents"),
    ("fintech.way.endpoints", "/fintech/endpoints"),
    ("fintech.way.insurance", "/fintech/insurance"),
    ("fintech.way.subsidies", "/fintech/subsidies"),
    ("fintech.way.organisation", "/fintech/organisation"),
];

/// What was just done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DoneWord {
    /// A client was registered.
    AppRegistered,
    /// A client's keys or limits were changed.
    AppChanged,
    /// A certificate was revoked.
    CertificateRevoked,
    /// A functional test began.
    TestStarted,
    /// A functional test was given up.
    TestGivenUp,
    /// An inspection was applied for.
    InspectionOpened,
    /// An inspection or a finding took a step.
    Moved,
    /// A step waits for a second person.
    Proposed,
    /// A proposal was approved or turned down.
    Decided,
    /// An answer was kept.
    Answered,
    /// A contract was signed.
    Signed,
    /// A document was handed in.
    Uploaded,
    /// An endpoint was registered or removed.
    EndpointChanged,
    /// A policy was recorded.
    PolicyRecorded,
    /// A policy was ended.
    PolicyEnded,
    /// A subsidy was applied for.
    SubsidyApplied,
    /// An application for a subsidy was taken back.
    SubsidyWithdrawn,
    /// A member was changed.
    MemberChanged,
    /// A member was deactivated or removed.
    MemberLeft,
    /// A directory's token was ended.
    TokenEnded,
    /// A fact was recorded.
    FactRecorded,
    /// A fact was taken back.
    FactEnded,
    /// The organisation left.
    Left,
}
words!(DoneWord, "done", {
    AppRegistered = "app_registered", AppChanged = "app_changed", CertificateRevoked = "certificate_revoked",
    TestStarted = "test_started", TestGivenUp = "test_given_up", InspectionOpened = "inspection_opened",
    Moved = "moved", Proposed = "proposed", Decided = "decided", Answered = "answered", Signed = "signed",
    Uploaded = "uploaded", EndpointChanged = "endpoint_changed", PolicyRecorded = "policy_recorded",
    PolicyEnded = "policy_ended", SubsidyApplied = "subsidy_applied", SubsidyWithdrawn = "subsidy_withdrawn",
    MemberChanged = "member_changed", MemberLeft = "member_left", TokenEnded = "token_ended",
    FactRecorded = "fact_recorded", FactEnded = "fact_ended", Left = "left",
});

/// What is shown once and never again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OnceWord {
    /// The secret of a client.
    ClientSecret,
    /// The code of an invitation.
    InvitationCode,
    /// The token of a directory.
    DirectoryToken,
}
words!(OnceWord, "once", {
    ClientSecret = "client_secret", InvitationCode = "invitation_code", DirectoryToken = "directory_token",
});

/// A secret that is shown once. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Once {
    /// What it is.
    pub word: OnceWord,
    /// For whom or what: a name.
    pub of: String,
    /// The secret itself.
    pub secret: String,
}

impl std::fmt::Debug for Once {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Once({}, hidden)", self.word)
    }
}

/// What a page says about the form before it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Said {
    /// What was just done.
    pub done: Option<DoneWord>,
    /// What was wrong.
    pub alert: Option<Alert>,
    /// What is shown once.
    pub once: Option<Once>,
    /// Which form of the page it is about.
    pub form: String,
    /// What was typed, so that nothing is lost; repeated fields with blanks between.
    pub filled: BTreeMap<String, String>,
}

/// What the member's roles allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub(crate) struct May {
    /// People, insurance, leaving.
    pub administrator: bool,
    /// Clients, keys, endpoints, the functional test.
    pub developer: bool,
    /// Answers, documents, findings, applications.
    pub officer: bool,
}

/// A page's view with what every page of the console has.
#[derive(Debug, Serialize)]
pub(crate) struct Sheet<'a, V> {
    /// The forms' token.
    pub(crate) csrf: String,
    /// What is said about the form before.
    pub(crate) said: &'a Said,
    /// What the member may do.
    pub(crate) may: May,
    /// The page itself.
    pub(crate) it: &'a V,
}

/// How a form ended.
pub(crate) enum Ended {
    /// It was done: on with a GET, which says so.
    Done(DoneWord),
    /// It was done, and made something that is shown once.
    Once(Once),
}

/// A member of a fintech who is signed in.
pub(crate) struct Seat {
    pub(crate) page: StaffPage,
    pub(crate) staff: Staff,
}

/// A form that such a member sent from one of their own pages. Of a handler's arguments it is the last.
pub(crate) struct Sent {
    pub(crate) seat: Seat,
    pub(crate) form: Form,
}

impl FromRequestParts<Pages> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        Self::of(StaffPage::from_request_parts(parts, pages).await?).map_err(|response| *response)
    }
}

impl FromRequest<Pages> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let StaffForm { page, form } = StaffForm::from_request(request, pages).await?;
        let seat = Seat::of(page).map_err(|response| *response)?;
        Ok(Self { seat, form })
    }
}

impl Seat {
    /// The seat of a member who is signed in; there is none for those of other organisations.
    pub(crate) fn of(page: StaffPage) -> Result<Self, Box<Response>> {
        if page.guest.kind() == OrganisationKind::Fintech {
            Ok(Self::of_any(page))
        } else {
            Err(Box::new(page.not_found()))
        }
    }

    /// The seat of a member of whatever organisation, for pages that every kind has.
    pub(crate) fn of_any(page: StaffPage) -> Self {
        let staff = page.guest.staff.clone();
        Self { page, staff }
    }

    pub(crate) const fn office(&self) -> &Office {
        &self.page.pages.office
    }

    pub(crate) const fn pages(&self) -> &Pages {
        &self.page.pages
    }

    pub(crate) fn language(&self) -> Language {
        self.page.language()
    }

    pub(crate) fn today(&self) -> Day {
        self.page.pages.hub.now().day()
    }

    /// What a GET says about the form before it.
    pub(crate) fn said(&self) -> Said {
        Said {
            done: parameter(self.page.query(), "done").and_then(|word| DoneWord::parse(&word).ok()),
            ..Said::default()
        }
    }

    fn may(&self) -> May {
        let may = |role| self.staff.member.may(role);
        May {
            administrator: may(Role::Administrator),
            developer: may(Role::Developer),
            officer: may(Role::SecurityOfficer) || may(Role::Administrator),
        }
    }

    /// The page at a path, made from its view.
    pub(crate) async fn show<V: Serialize>(
        &self,
        (template, here): (&'static str, &str),
        said: &Said,
        view: Result<V, Trouble>,
    ) -> Response {
        let view = match view {
            Ok(view) => view,
            Err(trouble) => return self.refuse(&trouble),
        };
        let mut frame = match self.page.frame(here, crate::staff::ways(&self.staff, here)).await {
            Ok(frame) => frame,
            Err(response) => return response,
        };
        frame.wide = true;
        let sheet = Sheet {
            csrf: self.page.guest.csrf(),
            said,
            may: self.may(),
            it: &view,
        };
        let status = match said.alert.as_ref().map(|alert| alert.word) {
            None => StatusCode::OK,
            Some(AlertWord::Denied) => StatusCode::FORBIDDEN,
            Some(AlertWord::Changed) => StatusCode::CONFLICT,
            Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        };
        self.page.pages.answer(status, render(template, &sheet, &frame))
    }

    /// The page that says why there is nothing to show.
    pub(crate) fn refuse(&self, trouble: &Trouble) -> Response {
        match trouble {
            Trouble::Storage(error) => self.page.unavailable(error, "a page of a member could not be made"),
            Trouble::NotFound | Trouble::Alert(_) => self.page.not_found(),
        }
    }

    /// On with a GET of a path.
    pub(crate) fn back(&self, to: &str, done: DoneWord) -> Response {
        self.page.to(&format!("{to}?done={done}"))
    }

    /// What follows a form: on with a GET, or what the page says when it is shown again.
    pub(crate) fn settle(
        &self,
        (to, name): (&str, &str),
        form: &Form,
        ended: Result<Ended, Trouble>,
    ) -> Result<Response, Box<Said>> {
        let said = Said {
            form: name.to_owned(),
            ..Said::default()
        };
        match ended {
            Ok(Ended::Done(done)) => Ok(self.back(to, done)),
            Ok(Ended::Once(once)) => Err(Box::new(Said {
                once: Some(once),
                ..said
            })),
            Err(Trouble::Alert(alert)) => Err(Box::new(Said {
                alert: Some(alert),
                filled: filled(form),
                ..said
            })),
            Err(trouble) => Ok(self.refuse(&trouble)),
        }
    }
}

/// The ways, with the one that leads to the page or above it.
pub(crate) fn ways(here: &str) -> Vec<StaffWay> {
    let here = here.split('?').next().unwrap_or_default();
    let is_current = |href: &str| match href {
        "/fintech" => here == href,
        _ => here == href || here.starts_with(&format!("{href}/")),
    };
    let way = |(label, href): (&'static str, &str)| StaffWay {
        label,
        href: href.to_owned(),
        current: is_current(href),
    };
    WAYS.into_iter().map(way).collect()
}

/// What was typed, but the token.
pub(crate) fn filled(form: &Form) -> BTreeMap<String, String> {
    let mut filled = BTreeMap::<String, String>::new();
    for (name, value) in form.pairs().filter(|(name, _)| *name != "csrf") {
        let entry = filled.entry(name.to_owned()).or_default();
        if !entry.is_empty() {
            entry.push(' ');
        }
        entry.push_str(value);
    }
    filled
}

/// A day as a field of dates writes it, `2026-11-21`, or as eight digits.
pub(crate) fn day(form: &Form, field: &'static str) -> Result<Day, Trouble> {
    let text = form.get(field).replace('-', "");
    Day::parse(&text).ok_or_else(|| at(field, AlertWord::Day, ""))
}

/// A day that may be left out.
pub(crate) fn day_or_none(form: &Form, field: &'static str) -> Result<Option<Day>, Trouble> {
    if form.get(field).is_empty() {
        Ok(None)
    } else {
        day(form, field).map(Some)
    }
}

/// Whole won; commas between the digits are tolerated.
pub(crate) fn won(form: &Form, field: &'static str) -> Result<Won, Trouble> {
    let digits = form.get(field).replace([',', ' '], "");
    let amount = digits.parse::<i64>().ok().filter(|won| *won >= 0);
    amount.map(Won).ok_or_else(|| at(field, AlertWord::Amount, ""))
}

/// The version of a thing that a form was made for.
pub(crate) fn version(form: &Form) -> i64 {
    form.get("version").parse().unwrap_or(0)
}

/// An id out of a path or a form; what is none is nobody's.
pub(crate) fn id<T: std::str::FromStr>(text: &str) -> Result<T, Trouble> {
    text.parse().map_err(|_| Trouble::NotFound)
}

/// Every id of a repeated field.
pub(crate) fn ids<T: std::str::FromStr>(form: &Form, field: &str) -> Result<Vec<T>, Trouble> {
    form.all(field).filter(|text| !text.is_empty()).map(id).collect()
}

/// `2026-11-21`.
pub(crate) fn day_text(day: Day) -> String {
    day.start().to_string().chars().take("2026-11-21".len()).collect()
}

/// Reads of the database by a page.
pub(crate) type Read<T> = Result<T, StorageError>;
