//! A self-inspection from the fintech to the desk of the operator and back: handed in, returned, corrected, accepted;
//! and the gate that opens with it.

use naru_core::{Gate, InspectionId, OrganisationKind, Role};
use naru_rulebook::catalogue::Catalogues;
use naru_storage::{InspectionRow, StorageError};

use crate::ITEM;
use crate::bed::{Answer, Bed, Browser};
use crate::desk::{Seated, enter, seated};

/// A fintech with two officers, and two members of the operator's desk.
struct Cast {
    bed: Bed,
    officer: Seated,
    second: Seated,
    desk: Seated,
    desk_two: Seated,
}

impl Cast {
    async fn new() -> Self {
        let bed = Bed::new().await;
        let officer_roles = [Role::SecurityOfficer];
        let officer = seated(&bed, ("moafin", OrganisationKind::Fintech), None, &officer_roles).await;
        let second = seated(
            &bed,
            ("moafin", OrganisationKind::Fintech),
            Some(&officer),
            &officer_roles,
        )
        .await;
        let desk = seated(&bed, ("operator", OrganisationKind::Operator), None, &[Role::Desk]).await;
        let desk_two = seated(
            &bed,
            ("operator", OrganisationKind::Operator),
            Some(&desk),
            &[Role::Desk],
        )
        .await;
        Self {
            bed,
            officer,
            second,
            desk,
            desk_two,
        }
    }

    async fn row(&self, id: InspectionId) -> InspectionRow {
        let read = self.bed.hub.storage().read("test_row", async |tx| {
            tx.inspection_find(id).await.map(|found| found.expect("it was opened"))
        });
        read.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// Whether the gate of the organisation's inspection is open now.
    async fn is_gate_open(&self) -> bool {
        let read = self.bed.hub.storage().read("test_gate", async |tx| {
            tx.organisation_find(self.officer.organisation).await
        });
        let found = read.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        let organisation = found.expect("it signed up");
        let mut gates = organisation.gates.iter();
        let now = self.bed.hub.now();
        gates.any(|standing| standing.gate == Gate::OrganisationInspection && standing.is_open(now))
    }

    /// Takes a step at a console, as it stands now.
    async fn step(
        &self,
        browser: &mut Browser<'_>,
        (base, id): (&str, InspectionId),
        (event, note): (&str, &str),
    ) -> Answer {
        let path = format!("{base}/inspections/{id}");
        let token = browser.get(&path).await.csrf();
        let version = self.row(id).await.version.to_string();
        let pairs = [
            ("csrf", token.as_str()),
            ("event", event),
            ("version", &version),
            ("note", note),
        ];
        browser.post(&format!("{path}/steps"), &pairs).await
    }
}

/// What stands in a page between a mark and the next quote.
#[track_caller]
fn after<'a>(page: &'a Answer, mark: &str) -> &'a str {
    let rest = page.text.split(mark).nth(1);
    let rest = rest.unwrap_or_else(|| panic!("no {mark}: {}", page.text));
    rest.split(['"', '?']).next().unwrap()
}

async fn opened(officer: &mut Browser<'_>) -> InspectionId {
    let token = officer.get("/fintech/inspections").await.csrf();
    let pairs = [("csrf", token.as_str()), ("agency", "self"), ("platform", "")];
    let answer = officer.post("/fintech/inspections", &pairs).await;
    let to = answer.header("location");
    let id = to.split(['/', '?']).find(|part| part.starts_with("ins_"));
    id.unwrap_or_else(|| panic!("{to} {}", answer.text)).parse().unwrap()
}

async fn judge(browser: &mut Browser<'_>, id: InspectionId, (control, version): (&str, &str)) {
    let path = format!("/fintech/inspections/{id}/items/{control}");
    let token = browser.get(&path).await.csrf();
    let pairs = [
        ("csrf", token.as_str()),
        ("version", version),
        ("verdict", "satisfied"),
        ("method", "EXAMINE"),
        ("note", "checked"),
    ];
    let judged = browser.post(&format!("{path}/verdict"), &pairs).await;
    assert_eq!(judged.status, 303, "{control}: {}", judged.text);
}

/// Answers the item with a document; the revision.
async fn answered(browser: &mut Browser<'_>, id: InspectionId) -> String {
    let token = browser.get("/fintech/documents").await.csrf();
    let words = [
        ("csrf", token.as_str()),
        ("kind", "evidence"),
        ("title", "Policy"),
        ("expires_on", "2027-12-31"),
    ];
    let taken = browser
        .upload("/fintech/documents", &words, ("policy.txt", "what is kept"))
        .await;
    assert_eq!(taken.status, 303, "{}", taken.text);
    let list = browser.get("/fintech/documents").await;
    let revision = after(&list, "/fintech/documents/revisions/").to_owned();
    let path = format!("/fintech/inspections/{id}/items/{ITEM}");
    let token = browser.get(&path).await.csrf();
    let pairs = [
        ("csrf", token.as_str()),
        ("version", "0"),
        ("body", "It+is+written+down"),
        ("revisions", &revision),
    ];
    let kept = browser.post(&path, &pairs).await;
    assert_eq!(kept.status, 303, "{}", kept.text);
    revision
}

/// Another of the fintech signs what was proposed.
async fn signed_off(browser: &mut Browser<'_>, id: InspectionId) {
    let path = format!("/fintech/inspections/{id}");
    let page = browser.get(&path).await;
    let (token, digest) = (page.csrf(), after(&page, "name=\"digest\" value=\"").to_owned());
    let pairs = [("csrf", token.as_str()), ("decision", "approve"), ("digest", &digest)];
    let answer = browser.post(&page.action("/proposals/"), &pairs).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
}

/// Hands the self-inspection in: all items judged, signed off by the second officer.
async fn handed_in(cast: &Cast, (officer, second): (&mut Browser<'_>, &mut Browser<'_>)) -> (InspectionId, String) {
    let id = opened(officer).await;
    let revision = answered(officer, id).await;
    let catalogue = Catalogues::embedded().find("fsi-user-org").expect("it is embedded");
    for control in catalogue.controls_on(None) {
        judge(officer, id, (&control.id, "0")).await;
    }
    let proposed = cast
        .step(officer, ("/fintech", id), ("second-person-sign-off", "ready"))
        .await;
    assert_eq!(proposed.status, 303, "{}", proposed.text);
    signed_off(second, id).await;
    let submitted = cast
        .step(officer, ("/fintech", id), ("submit-result-per-item", "here"))
        .await;
    assert_eq!(submitted.status, 303, "{}", submitted.text);
    assert_eq!(cast.row(id).await.state, "SUBMITTED");
    (id, revision)
}

/// The fact that lets it inspect itself, recorded at the desk.
async fn is_certified(desk: &mut Browser<'_>) {
    let page = desk.get("/operator/organisations/moafin").await;
    let token = page.csrf();
    let pairs = [
        ("csrf", token.as_str()),
        ("form", "fact"),
        ("kind", "isms_certificate"),
        ("value", "ISMS-KISA-2026-001"),
        ("from", "2026-01-01"),
        ("to", "2028-12-31"),
        ("evidence", "certificate"),
    ];
    let recorded = desk.post("/operator/organisations/moafin/facts", &pairs).await;
    assert!(
        recorded.header("location").contains("done=fact_recorded"),
        "{}",
        recorded.text
    );
}

#[tokio::test]
async fn a_self_inspection_is_returned_corrected_and_accepted_and_its_gate_opens() {
    let cast = Cast::new().await;
    let mut desk = enter(&cast.bed, &cast.desk).await;
    is_certified(&mut desk).await;
    let (mut officer, mut second) = (
        enter(&cast.bed, &cast.officer).await,
        enter(&cast.bed, &cast.second).await,
    );
    let (id, revision) = handed_in(&cast, (&mut officer, &mut second)).await;
    assert!(!cast.is_gate_open().await, "nobody has accepted it");

    let queue = desk.get("/operator/inspections").await;
    assert!(
        queue.text.contains(&format!("/operator/inspections/{id}")) && queue.text.contains("기관 moafin"),
        "{}",
        queue.text
    );
    let item = desk.get(&format!("/operator/inspections/{id}/items/{ITEM}")).await;
    let document = format!("/operator/documents/{revision}");
    for part in ["It is written down", "policy.txt", document.as_str(), "이행"] {
        assert!(item.text.contains(part), "{part}: {}", item.text);
    }
    assert!(!item.text.contains("name=\"verdict\""), "the desk judges no item");
    let opened = desk.get(&document).await;
    assert_eq!((opened.status.as_u16(), opened.text.as_str()), (200, "what is kept"));

    let silent = cast.step(&mut desk, ("/operator", id), ("return", "")).await;
    assert_eq!(silent.status, 422, "who returns it says why: {}", silent.text);
    let returned = cast.step(&mut desk, ("/operator", id), ("return", "too+short")).await;
    assert!(returned.header("location").contains("done=moved"), "{}", returned.text);
    let told = officer.get(&format!("/fintech/inspections/{id}")).await;
    assert!(told.text.contains("too short"), "{}", told.text);

    judge(&mut officer, id, (ITEM, "1")).await;
    let corrected = cast
        .step(&mut officer, ("/fintech", id), ("correct-and-sign-off", "longer"))
        .await;
    assert_eq!(corrected.status, 303, "{}", corrected.text);
    assert_eq!(
        cast.row(id).await.state,
        "RETURNED",
        "a correction waits for a second person too"
    );
    signed_off(&mut second, id).await;
    cast.step(&mut officer, ("/fintech", id), ("submit-result-per-item", "again"))
        .await;
    accepted(&cast, id, &mut desk).await;
    let done = cast.row(id).await;
    assert_eq!((done.state.as_str(), done.outcome.as_str()), ("ACCEPTED", "passed"));
    assert!(cast.is_gate_open().await, "the gate opens with it");
    let queue = desk.get("/operator/inspections").await;
    assert!(
        !queue.text.contains(&format!("/operator/inspections/{id}")),
        "{}",
        queue.text
    );
}

/// One of the desk proposes to accept it, and another signs.
async fn accepted(cast: &Cast, id: InspectionId, desk: &mut Browser<'_>) {
    let answer = cast.step(desk, ("/operator", id), ("accept", "complete")).await;
    assert!(answer.header("location").contains("done=proposed"), "{}", answer.text);
    let page = desk.get(&format!("/operator/inspections/{id}")).await;
    let sign = format!(
        "/operator/inspections/{id}/sign/{}",
        after(&page, &format!("/operator/inspections/{id}/sign/"))
    );
    let own = desk.get(&sign).await;
    assert!(!own.text.contains("/approve?"), "who proposed does not sign");
    let mut other = enter(&cast.bed, &cast.desk_two).await;
    let page = other.get(&sign).await;
    let (token, digest) = (page.csrf(), after(&page, "name=\"sha256\" value=\"").to_owned());
    let forged = desk
        .post(&page.action("/approve"), &[("csrf", &own.csrf()), ("sha256", &digest)])
        .await;
    assert_eq!(forged.status, 403, "{}", forged.text);
    let signed = other
        .post(&page.action("/approve"), &[("csrf", &token), ("sha256", &digest)])
        .await;
    assert!(signed.header("location").contains("done=approved"), "{}", signed.text);
}

#[tokio::test]
async fn only_the_desk_decides_on_a_self_inspection() {
    let cast = Cast::new().await;
    let mut desk = enter(&cast.bed, &cast.desk).await;
    is_certified(&mut desk).await;
    let (mut officer, mut second) = (
        enter(&cast.bed, &cast.officer).await,
        enter(&cast.bed, &cast.second).await,
    );
    let (id, _) = handed_in(&cast, (&mut officer, &mut second)).await;
    let reader = [Role::Reader];
    let reader = seated(
        &cast.bed,
        ("operator", OrganisationKind::Operator),
        Some(&cast.desk),
        &reader,
    )
    .await;
    let mut reader = enter(&cast.bed, &reader).await;
    let page = reader.get(&format!("/operator/inspections/{id}")).await;
    assert!(page.status == 200 && !page.text.contains("/steps"), "{}", page.text);
    let refused = cast.step(&mut reader, ("/operator", id), ("accept", "please")).await;
    assert_eq!(refused.status, 403, "{}", refused.text);
    let agency = seated(
        &cast.bed,
        ("agency", OrganisationKind::Agency),
        None,
        &[Role::Inspector],
    )
    .await;
    let mut agency = enter(&cast.bed, &agency).await;
    for path in [
        format!("/inspector/inspections/{id}"),
        format!("/operator/inspections/{id}"),
        format!("/supervisor/inspections/{id}"),
        format!("/operator/inspections/{id}/items/{ITEM}"),
    ] {
        assert_eq!(agency.get(&path).await.status, 404, "{path}");
    }
    assert_eq!(agency.get("/operator/inspections").await.status, 403);
    let watcher = seated(
        &cast.bed,
        ("supervisor", OrganisationKind::Supervisor),
        None,
        &[Role::Reader],
    )
    .await;
    let mut watcher = enter(&cast.bed, &watcher).await;
    let page = watcher.get(&format!("/supervisor/inspections/{id}")).await;
    assert!(
        page.status == 200 && page.text.matches("method=\"post\"").count() == 1,
        "the supervisor looks: {}",
        page.text
    );
    assert_eq!(cast.row(id).await.state, "SUBMITTED");
}

#[tokio::test]
async fn what_waits_at_the_desk_is_listed_where_it_is_signed() {
    let cast = Cast::new().await;
    let mut desk = enter(&cast.bed, &cast.desk).await;
    is_certified(&mut desk).await;
    let (mut officer, mut second) = (
        enter(&cast.bed, &cast.officer).await,
        enter(&cast.bed, &cast.second).await,
    );
    let (id, _) = handed_in(&cast, (&mut officer, &mut second)).await;
    let proposed = cast.step(&mut desk, ("/operator", id), ("accept", "complete")).await;
    assert!(
        proposed.header("location").contains("done=proposed"),
        "{}",
        proposed.text
    );
    let mut other = enter(&cast.bed, &cast.desk_two).await;
    let list = other.get("/operator/proposals").await;
    let sign = format!("/operator/inspections/{id}/sign/");
    assert!(
        list.text.contains(&sign) && list.text.contains("접수") && !list.text.contains("<code>accept"),
        "in words, and where it is signed: {}",
        list.text
    );
    let waiting = other.get("/operator/inspections").await;
    assert!(waiting.text.contains("결정 대기"), "{}", waiting.text);
    // A proposal that was decided is compared with nothing that stands there now.
    let page = other.get(&format!("/operator/inspections/{id}")).await;
    let path = format!("{sign}{}", after(&page, &sign));
    let page = other.get(&path).await;
    let (token, digest) = (page.csrf(), after(&page, "name=\"sha256\" value=\"").to_owned());
    other
        .post(&page.action("/approve"), &[("csrf", &token), ("sha256", &digest)])
        .await;
    let proposal = path.rsplit('/').next().unwrap().to_owned();
    let decided = other.get(&format!("/operator/proposals/{proposal}")).await;
    assert!(
        decided.status == 200 && !decided.text.contains("data-label=\"지금\""),
        "{}",
        decided.text
    );
}
