//! Who sits before these pages: a member of an agency, of the operator, to whom self-inspections are handed in, or of
//! the supervisor, who looks. Each console has its own addresses, and nobody sits at another's.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, Uri};
use axum::response::Response;
use naru_admission::inspection::{self, InspectionView};
use naru_admission::{Office, Staff};
use naru_core::{InspectionId, Language, OrganisationKind, Role};
use serde::Serialize;

use super::desk::{AlertWord, DoneWord, May, Said, Sheet, Trouble, filled, id};
use crate::StaffWay;
use crate::member::console_of;
use crate::member::gate::{StaffForm, StaffPage};
use crate::page::render;
use crate::pages::{Form, Pages, parameter};

/// A member who is signed in, at a page of their own console.
pub(super) struct Seat {
    pub(super) page: StaffPage,
    pub(super) staff: Staff,
    /// Where the pages of their console are.
    pub(super) base: &'static str,
}

/// A form that such a member sent from one of their own pages. Of a handler's arguments it is the last.
pub(super) struct Sent {
    pub(super) seat: Seat,
    pub(super) form: Form,
}

impl FromRequestParts<Pages> for Seat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let page = StaffPage::from_request_parts(parts, pages).await?;
        Self::of(page, &parts.uri).map_err(|refusal| *refusal)
    }
}

impl FromRequest<Pages> for Sent {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let uri = request.uri().clone();
        let StaffForm { page, form } = StaffForm::from_request(request, pages).await?;
        Ok(Self {
            seat: Seat::of(page, &uri).map_err(|refusal| *refusal)?,
            form,
        })
    }
}

/// The ways through the console whose pages are at a base.
pub(super) fn ways(base: &str, here: &str) -> Vec<StaffWay> {
    match base {
        "/operator" => crate::operator::ways(here),
        "/supervisor" => crate::supervisor::ways(here),
        _ => {
            let is_beside = ["/inspector/archive", "/inspector/catalogues"]
                .iter()
                .any(|path| here.starts_with(path));
            let way = |label, href: &str| StaffWay {
                label,
                href: href.to_owned(),
                current: here.starts_with(href) && (href != "/inspector" || !is_beside),
            };
            vec![
                way("inspector.way_queue", "/inspector"),
                way("inspector.way_archive", "/inspector/archive"),
                way("inspector.way_catalogues", "/inspector/catalogues"),
                way("inspector.way_security", "/staff/security"),
            ]
        }
    }
}

impl Seat {
    fn of(page: StaffPage, uri: &Uri) -> Result<Self, Box<Response>> {
        let staff = page.guest.staff.clone();
        let kind = staff.organisation.kind;
        let base = console_of(kind);
        let has_pages = matches!(
            kind,
            OrganisationKind::Agency | OrganisationKind::Operator | OrganisationKind::Supervisor
        );
        let rest = uri.path().strip_prefix(base);
        if has_pages && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
            Ok(Self { page, staff, base })
        } else {
            Err(Box::new(page.not_found()))
        }
    }

    pub(super) const fn office(&self) -> &Office {
        &self.page.pages.office
    }

    pub(super) fn language(&self) -> Language {
        self.page.language()
    }

    /// The path of one inspection in this console.
    pub(super) fn path(&self, name: &str) -> String {
        format!("{}/inspections/{name}", self.base)
    }

    /// One inspection as this member may see it.
    pub(super) async fn inspection(&self, name: &str) -> Result<InspectionView, Trouble> {
        Ok(inspection::view(self.office(), &self.staff, id::<InspectionId>(name)?).await?)
    }

    /// What a GET says about the form before it.
    pub(super) fn said(&self) -> Said {
        Said {
            done: parameter(self.page.query(), "done").and_then(|word| DoneWord::parse(&word).ok()),
            ..Said::default()
        }
    }

    pub(super) fn may(&self) -> May {
        let member = &self.staff.member;
        match self.staff.organisation.kind {
            OrganisationKind::Agency => May {
                inspect: member.may(Role::Inspector),
                approve: member.may(Role::Approver),
            },
            OrganisationKind::Operator => May {
                inspect: member.may(Role::Desk),
                approve: member.may(Role::Desk),
            },
            _ => May::default(),
        }
    }

    /// The page at a path, made from its view.
    pub(super) async fn show<V: Serialize>(
        &self,
        (template, here): (&'static str, &str),
        said: &Said,
        view: Result<V, Trouble>,
    ) -> Response {
        let view = match view {
            Ok(view) => view,
            Err(trouble) => return self.refuse(&trouble),
        };
        let mut frame = match self.page.frame(here, ways(self.base, here)).await {
            Ok(frame) => frame,
            Err(response) => return response,
        };
        frame.wide = true;
        let sheet = Sheet {
            csrf: self.page.guest.csrf(),
            said,
            may: self.may(),
            base: self.base,
            it: &view,
        };
        let status = said.alert.as_ref().map_or(StatusCode::OK, |alert| status(alert.word));
        self.page.pages.answer(status, render(template, &sheet, &frame))
    }

    /// The page that says why there is nothing to show.
    pub(super) fn refuse(&self, trouble: &Trouble) -> Response {
        match trouble {
            Trouble::Storage(error) => self
                .page
                .unavailable(error, "a page of an inspection could not be made"),
            Trouble::NotFound | Trouble::Alert(_) => self.page.not_found(),
        }
    }

    /// What follows a form: on with a GET, or what the page says when it is shown again.
    pub(super) fn settle(
        &self,
        to: &str,
        form: &Form,
        ended: Result<DoneWord, Trouble>,
    ) -> Result<Response, Box<Said>> {
        match ended {
            Ok(done) => Ok(self.page.to(&format!("{to}?done={done}"))),
            Err(Trouble::Alert(alert)) => Err(Box::new(Said {
                done: None,
                alert: Some(alert),
                filled: filled(form),
            })),
            Err(trouble) => Ok(self.refuse(&trouble)),
        }
    }
}

/// The status of a page that says this.
const fn status(word: AlertWord) -> StatusCode {
    match word {
        AlertWord::Denied | AlertWord::SamePerson | AlertWord::Author => StatusCode::FORBIDDEN,
        AlertWord::Changed | AlertWord::Void | AlertWord::Open | AlertWord::NotNow | AlertWord::Ended => {
            StatusCode::CONFLICT
        }
        AlertWord::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
