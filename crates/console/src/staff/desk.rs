//! Who sits before a page that every kind of organisation has: the same desk as a fintech's, for members of any kind.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::response::Response;

use crate::fintech::desk::{Seat, Sent};
use crate::member::{StaffForm, StaffPage};
use crate::pages::Pages;

/// A member of any organisation who is signed in, on a page that every kind has.
pub(crate) struct AnySeat(pub(crate) Seat);

/// A form that such a member sent. Of a handler's arguments it is the last.
pub(crate) struct AnySent(pub(crate) Sent);

impl FromRequestParts<Pages> for AnySeat {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, pages: &Pages) -> Result<Self, Response> {
        let page = StaffPage::from_request_parts(parts, pages).await?;
        Ok(Self(Seat::of_any(page)))
    }
}

impl FromRequest<Pages> for AnySent {
    type Rejection = Response;

    async fn from_request(request: Request, pages: &Pages) -> Result<Self, Response> {
        let StaffForm { page, form } = StaffForm::from_request(request, pages).await?;
        let seat = Seat::of_any(page);
        Ok(Self(Sent { seat, form }))
    }
}
