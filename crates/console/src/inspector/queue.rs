//! What an agency has under way: GET /inspector. What is due first stands first, and what is late says so; what waits
//! for the reader's own signature is marked, and what no agency has taken yet can be taken: POST
//! …/inspections/{id}/take.

use axum::extract::Path;
use axum::response::Response;
use axum::routing::{get, post};
use naru_admission::AdmissionSettings;
use naru_admission::inspection::{self, Act, QueueEntry};
use naru_core::{InspectionId, MemberId, Timestamp};
use naru_web::Route;
use serde::Serialize;

use super::archive::{self, ReopenedLine};
use super::desk::{DoneWord, Said, Trouble, id, version};
use super::inspection::{ClockView, clock};
use super::lists::{self, Unclaimed, Waiting};
use super::seat::{Seat, Sent};
use crate::member::route;
use crate::pages::Pages;

const HERE: &str = "/inspector";
/// Cards of the queue that stand on one page.
const PAGE: usize = 50;

/// One inspection in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueLine {
    /// Its id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// Its short name.
    pub code: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// The state, a word of its process.
    pub state: String,
    /// The round.
    pub round: i64,
    /// Whether the agency can move it on.
    pub is_ours: bool,
    /// Its time, once the clock has started.
    pub clock: Option<ClockView>,
    /// Where something of it waits for the reader's own signature; empty where nothing does.
    pub sign_href: String,
    /// Whether something of it waits for somebody else's signature.
    pub waits_for_others: bool,
}

/// A self-inspection that any agency may take and confirm. What was answered is read by the one that took it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnclaimedLine {
    /// Its id.
    pub id: String,
    /// The organisation.
    pub organisation: String,
    /// Its short name.
    pub code: String,
    /// `ORG` or `APP`.
    pub kind: &'static str,
    /// The name of the service; empty for an organisation.
    pub service: String,
    /// The platform; empty for an organisation.
    pub platform: String,
    /// Since when it waits.
    pub since: Timestamp,
    /// The version that the form is made for.
    pub version: i64,
}

/// The queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct QueueView {
    /// What is under way, due first.
    pub lines: Vec<QueueLine>,
    /// How many are late.
    pub late: usize,
    /// How many the agency can move on.
    pub ours: usize,
    /// How many wait for the reader's own signature.
    pub to_sign: usize,
    /// Open findings on inspections that have ended.
    pub reopened: Vec<ReopenedLine>,
    /// What no agency has taken.
    pub unclaimed: Vec<UnclaimedLine>,
    /// The page before this one; empty on the first.
    pub newest_href: String,
    /// The page after this one; empty on the last.
    pub older_href: String,
}

/// The routes of this page.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    vec![
        route(
            pages,
            ("GET", HERE),
            "The inspections of an agency, due first",
            get(show),
        ),
        route(
            pages,
            ("POST", "/inspector/inspections/{id}/take"),
            "Takes a self-inspection that waits to be confirmed",
            post(take),
        ),
    ]
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    let from = crate::pages::parameter(seat.page.query(), "from");
    let from: usize = from.and_then(|text| text.parse().ok()).unwrap_or(0);
    let view = async {
        let entries = inspection::queue(seat.office(), &seat.staff, "").await?;
        let ids: Vec<InspectionId> = entries.iter().map(|entry| entry.inspection.id).collect();
        let waiting = lists::waiting(seat, &ids).await?;
        let unclaimed = lists::unclaimed(seat).await?;
        let me = seat.may().approve.then_some(seat.staff.member.id);
        let reopened = archive::reopened(&seat.page).await?;
        let view = view((&seat.office().settings, entries), (&waiting, me), (&unclaimed, from));
        Ok::<_, Trouble>(QueueView { reopened, ..view })
    };
    seat.show(("inspector/queue.html", HERE), said, view.await).await
}

async fn take(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let taken = async {
        let act = Act {
            event: "start",
            note: "",
            revisions: &[],
            version_seen: version(&form),
        };
        inspection::act(seat.office(), &seat.staff, id(&name)?, &act).await?;
        Ok(DoneWord::Taken)
    };
    match taken.await {
        Ok(done) => seat.page.to(&format!("{}?done={done}", seat.path(&name))),
        Err(trouble) => match seat.settle(HERE, &form, Err(trouble)) {
            Ok(response) => response,
            Err(said) => shown(&seat, &said).await,
        },
    }
}

/// Those whose time is used up first stand first; those without a clock come last. What waits for the reader's own
/// signature stands before all of them.
pub(super) fn view(
    (settings, entries): (&AdmissionSettings, Vec<QueueEntry>),
    (waiting, me): (&[Waiting], Option<MemberId>),
    (unclaimed, from): (&[Unclaimed], usize),
) -> QueueView {
    let mut lines: Vec<_> = entries
        .iter()
        .map(|entry| {
            let due = entry.time.as_ref().and_then(|time| time.spent.due_by);
            let line = line(settings, entry, (waiting, me));
            let order = (line.sign_href.is_empty(), due.is_none(), due);
            ((order, entry.inspection.state_since, entry.inspection.id), line)
        })
        .collect();
    lines.sort_by_key(|(order, _)| *order);
    let lines: Vec<QueueLine> = lines.into_iter().map(|(_, line)| line).collect();
    let count = |is: &dyn Fn(&QueueLine) -> bool| lines.iter().filter(|line| is(line)).count();
    let page = |from: usize| format!("{HERE}?from={from}");
    let older = from.saturating_add(PAGE);
    QueueView {
        late: count(&|line| line.clock.as_ref().is_some_and(|clock| clock.is_late)),
        ours: count(&|line| line.is_ours),
        to_sign: count(&|line| !line.sign_href.is_empty()),
        reopened: Vec::new(),
        unclaimed: unclaimed.iter().map(unclaimed_line).collect(),
        newest_href: if from == 0 {
            String::new()
        } else {
            page(from.saturating_sub(PAGE))
        },
        older_href: if older < lines.len() {
            page(older)
        } else {
            String::new()
        },
        lines: lines.into_iter().skip(from).take(PAGE).collect(),
    }
}

fn unclaimed_line(unclaimed: &Unclaimed) -> UnclaimedLine {
    let inspection = &unclaimed.inspection;
    UnclaimedLine {
        id: inspection.id.to_string(),
        organisation: unclaimed.name.clone(),
        code: unclaimed.code.clone(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        since: inspection.state_since,
        version: inspection.version,
    }
}

fn line(settings: &AdmissionSettings, entry: &QueueEntry, (waiting, me): (&[Waiting], Option<MemberId>)) -> QueueLine {
    let inspection = &entry.inspection;
    let mut of = waiting.iter().filter(|waiting| waiting.inspection == inspection.id);
    let mine = me.and_then(|me| of.clone().find(|waiting| waiting.may_be_signed_by(me)));
    QueueLine {
        id: inspection.id.to_string(),
        organisation: entry.organisation_name.clone(),
        code: entry.organisation_code.clone(),
        kind: inspection.kind.as_str(),
        service: inspection.service.clone(),
        platform: inspection.platform.clone(),
        state: inspection.state.clone(),
        round: inspection.round,
        is_ours: !entry.next.is_empty(),
        clock: entry.time.as_ref().and_then(|time| clock(settings, inspection, time)),
        sign_href: mine.map_or_else(String::new, |waiting| waiting.href.clone()),
        waits_for_others: mine.is_none() && of.next().is_some(),
    }
}
