//! Transfers that only people can end. GET /operator/transfers, GET /operator/transfers/{id}, POST …/propose.

use std::collections::HashMap;

use axum::extract::Path;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use naru_banking::transfer::settlement::{self, Statement};
use naru_core::{Attested, BankCode, LegKind, OrganisationKind, Role, TransferId};
use naru_web::Route;

use super::desk::{DeskDone, DeskError, Failed, Said, answered, back, frame};
use super::parts::ProposalLine;
use super::transfers::{TransferView, TransfersView, line, parts, postings, trail, transfer, transfers};
use crate::Pages;
use crate::member::{StaffForm, StaffPage, route};

const HERE: &str = "/operator/transfers";
const FIELDS: [&str; 4] = ["statement", "code", "evidence", "reason"];

pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let (one, say) = ("/operator/transfers/{id}", "/operator/transfers/{id}/propose");
    vec![
        route(pages, ("GET", HERE), "Transfers that only people can end", get(show)),
        route(pages, ("GET", one), "One transfer with its evidence", get(show_one)),
        route(pages, ("POST", say), "Proposes what became of a leg", post(propose)),
    ]
}

async fn show(page: StaffPage) -> Response {
    let listed = async {
        let frame = frame(&page, HERE).await?;
        let desk = &page.pages.desk;
        let queue = settlement::queue(desk).await;
        let queue = queue.map_err(|error| Failed::from(error).alone(&page))?;
        let bank = |code: &BankCode| page.pages.bank_name(code, page.language());
        let view = TransfersView {
            lines: queue.iter().map(|transfer| line(transfer, &bank)).collect(),
            asks: desk.settings.queue_asks,
        };
        Ok(page.pages.answer(StatusCode::OK, transfers(&view, &frame)))
    };
    answered(listed.await)
}

async fn show_one(Path(id): Path<String>, page: StaffPage) -> Response {
    let said = Said::of(page.query());
    answered(one(&page, &id, said).await)
}

async fn one(page: &StaffPage, id: &str, said: Said) -> Result<Response, Response> {
    let here = format!("{HERE}/{id}");
    let frame = frame(page, &here).await?;
    let id: TransferId = id.parse().map_err(|_| page.not_found())?;
    let desk = &page.pages.desk;
    let case = settlement::case(desk, id).await;
    let case = case.map_err(|error| Failed::from(error).alone(page))?;
    let case = case.ok_or_else(|| page.not_found())?;
    let bank = |code: &BankCode| page.pages.bank_name(code, page.language());
    let (legs, statements) = parts(&case, desk.settings.queue_asks, &bank);
    let staff = &page.guest.staff;
    let names = HashMap::new();
    let to = (staff.member.id, Some("/operator"));
    let proposal = |p| ProposalLine::of(p, (&names, None), to);
    let status = said.status();
    let view = TransferView {
        csrf: page.guest.csrf(),
        said,
        acts: staff.require(Role::Desk, OrganisationKind::Operator).is_ok(),
        line: line(&case.transfer, &bank),
        waits: !statements.is_empty(),
        postings: postings(&case),
        trail: trail(&case),
        proposals: case.proposals.iter().map(proposal).collect(),
        legs,
        statements,
        action: format!("{here}/propose"),
    };
    Ok(page.pages.answer(status, transfer(&view, &frame)))
}

async fn propose(Path(id): Path<String>, StaffForm { page, form }: StaffForm) -> Response {
    let proposed = async {
        frame(&page, HERE).await?;
        let transfer_id: TransferId = id.parse().map_err(|_| page.not_found())?;
        let outcome = async {
            let (leg, word) = form.get("statement").split_once(':').unwrap_or_default();
            let told = Attested::parse(word, form.get("code"));
            let statement = Statement {
                transfer_id,
                leg: LegKind::parse(leg).map_err(|error| Failed::Said(DeskError::Field, error.to_string()))?,
                told: told.ok_or_else(|| Failed::Said(DeskError::Field, "code".to_owned()))?,
                evidence: form.get("evidence").to_owned(),
                reason: form.get("reason").to_owned(),
            };
            let staff = &page.guest.staff;
            let by = (&staff.member, &staff.organisation);
            Ok::<_, Failed>(settlement::propose(&page.pages.desk, by, &statement).await?)
        };
        match outcome.await {
            Ok(proposal) => Ok(back(
                &page,
                &format!("/operator/proposals/{proposal}"),
                DeskDone::Proposed,
            )),
            Err(failed) => {
                let said = Said::refused(failed.on(&page)?, &form, &FIELDS);
                one(&page, &id, said).await
            }
        }
    };
    answered(proposed.await)
}
