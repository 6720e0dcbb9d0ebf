//! The routes of members and directories: every one, and that nobody gets in without a sign-in or a token.

use naru_web::{Effect, Who};

use crate::harness::Bed;

/// Every route of staff and directories. One that is not here is open by accident: think before adding it.
const ROUTES: [(&str, &str, Who, Effect); 170] = [
    ("DELETE", "/scim/v2/Users/{id}", Who::Directory, Effect::Writes),
    ("GET", "/fintech", Who::Member, Effect::Writes),
    ("GET", "/fintech/answers", Who::Member, Effect::Writes),
    ("GET", "/fintech/answers/{control}", Who::Member, Effect::Writes),
    ("GET", "/fintech/apps", Who::Member, Effect::Writes),
    ("GET", "/fintech/apps/{id}", Who::Member, Effect::Writes),
    (
        "GET",
        "/fintech/apps/{id}/certificates/{serial}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/fintech/documents", Who::Member, Effect::Writes),
    ("GET", "/fintech/documents/revisions/{id}", Who::Member, Effect::Writes),
    ("GET", "/fintech/documents/{id}", Who::Member, Effect::Writes),
    ("GET", "/fintech/endpoints", Who::Member, Effect::Writes),
    ("GET", "/fintech/endpoints/{id}", Who::Member, Effect::Writes),
    ("GET", "/fintech/findings/{id}", Who::Member, Effect::Writes),
    ("GET", "/fintech/inspections", Who::Member, Effect::Writes),
    ("GET", "/fintech/inspections/{id}", Who::Member, Effect::Writes),
    (
        "GET",
        "/fintech/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/fintech/inspections/{id}/oscal", Who::Member, Effect::Writes),
    (
        "GET",
        "/fintech/inspections/{id}/oscal/{file}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/fintech/inspections/{id}/report", Who::Member, Effect::Writes),
    (
        "GET",
        "/fintech/inspections/{id}/report.pdf",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/fintech/insurance", Who::Member, Effect::Writes),
    ("GET", "/fintech/members", Who::Member, Effect::Writes),
    ("GET", "/fintech/organisation", Who::Member, Effect::Writes),
    ("GET", "/fintech/organisation/leave", Who::Member, Effect::Writes),
    ("GET", "/fintech/sign-up", Who::Public, Effect::Reads),
    ("GET", "/fintech/subsidies", Who::Member, Effect::Writes),
    ("GET", "/fintech/test", Who::Member, Effect::Writes),
    ("GET", "/inspector", Who::Member, Effect::Writes),
    ("GET", "/inspector/archive", Who::Member, Effect::Writes),
    ("GET", "/inspector/catalogues", Who::Member, Effect::Writes),
    ("GET", "/inspector/catalogues/{id}", Who::Member, Effect::Writes),
    ("GET", "/inspector/documents/{revision}", Who::Member, Effect::Writes),
    ("GET", "/inspector/findings/{id}", Who::Member, Effect::Writes),
    ("GET", "/inspector/inspections/{id}", Who::Member, Effect::Writes),
    ("GET", "/inspector/inspections/{id}/items", Who::Member, Effect::Writes),
    (
        "GET",
        "/inspector/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/inspector/inspections/{id}/oscal", Who::Member, Effect::Writes),
    (
        "GET",
        "/inspector/inspections/{id}/oscal/{file}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/inspector/inspections/{id}/report", Who::Member, Effect::Writes),
    (
        "GET",
        "/inspector/inspections/{id}/report.pdf",
        Who::Member,
        Effect::Writes,
    ),
    (
        "GET",
        "/inspector/inspections/{id}/sign/{proposal}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/institution", Who::Member, Effect::Writes),
    ("GET", "/operator", Who::Member, Effect::Writes),
    ("GET", "/operator/archive", Who::Member, Effect::Writes),
    ("GET", "/operator/catalogues", Who::Member, Effect::Writes),
    ("GET", "/operator/catalogues/{id}", Who::Member, Effect::Writes),
    ("GET", "/operator/documents/{revision}", Who::Member, Effect::Writes),
    ("GET", "/operator/findings/{id}", Who::Member, Effect::Writes),
    ("GET", "/operator/inspections", Who::Member, Effect::Writes),
    ("GET", "/operator/inspections/{id}", Who::Member, Effect::Writes),
    ("GET", "/operator/inspections/{id}/items", Who::Member, Effect::Writes),
    (
        "GET",
        "/operator/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/operator/inspections/{id}/oscal", Who::Member, Effect::Writes),
    (
        "GET",
        "/operator/inspections/{id}/oscal/{file}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/operator/inspections/{id}/report", Who::Member, Effect::Writes),
    (
        "GET",
        "/operator/inspections/{id}/report.pdf",
        Who::Member,
        Effect::Writes,
    ),
    (
        "GET",
        "/operator/inspections/{id}/sign/{proposal}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/operator/organisations/{code}", Who::Member, Effect::Writes),
    ("GET", "/operator/policies", Who::Member, Effect::Writes),
    ("GET", "/operator/proposals", Who::Member, Effect::Writes),
    ("GET", "/operator/proposals/{id}", Who::Member, Effect::Writes),
    ("GET", "/operator/rules", Who::Member, Effect::Writes),
    ("GET", "/operator/subsidies", Who::Member, Effect::Writes),
    ("GET", "/operator/transfers", Who::Member, Effect::Writes),
    ("GET", "/operator/transfers/{id}", Who::Member, Effect::Writes),
    ("GET", "/scim/v2/ResourceTypes", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/ResourceTypes/{id}", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/Schemas", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/Schemas/{id}", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/ServiceProviderConfig", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/Users", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/Users/{id}", Who::Directory, Effect::Reads),
    ("GET", "/scim/v2/{*rest}", Who::Directory, Effect::Reads),
    ("GET", "/staff/enrol", Who::Member, Effect::Writes),
    ("GET", "/staff/enrol/passkey", Who::Member, Effect::Writes),
    ("GET", "/staff/members", Who::Member, Effect::Writes),
    ("GET", "/staff/security", Who::Member, Effect::Writes),
    ("GET", "/staff/sign-in", Who::Member, Effect::Writes),
    ("GET", "/supervisor", Who::Member, Effect::Writes),
    ("GET", "/supervisor/archive", Who::Member, Effect::Writes),
    ("GET", "/supervisor/catalogues", Who::Member, Effect::Writes),
    ("GET", "/supervisor/catalogues/{id}", Who::Member, Effect::Writes),
    ("GET", "/supervisor/documents/{revision}", Who::Member, Effect::Writes),
    ("GET", "/supervisor/inspections/{id}", Who::Member, Effect::Writes),
    ("GET", "/supervisor/inspections/{id}/items", Who::Member, Effect::Writes),
    (
        "GET",
        "/supervisor/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/supervisor/inspections/{id}/oscal", Who::Member, Effect::Writes),
    (
        "GET",
        "/supervisor/inspections/{id}/oscal/{file}",
        Who::Member,
        Effect::Writes,
    ),
    (
        "GET",
        "/supervisor/inspections/{id}/report",
        Who::Member,
        Effect::Writes,
    ),
    (
        "GET",
        "/supervisor/inspections/{id}/report.pdf",
        Who::Member,
        Effect::Writes,
    ),
    ("GET", "/supervisor/organisations", Who::Member, Effect::Writes),
    ("GET", "/supervisor/organisations/{code}", Who::Member, Effect::Writes),
    ("PATCH", "/scim/v2/Users/{id}", Who::Directory, Effect::Writes),
    ("POST", "/fintech/answers/{control}", Who::Member, Effect::Writes),
    ("POST", "/fintech/apps", Who::Member, Effect::Writes),
    ("POST", "/fintech/apps/{id}/certificates", Who::Member, Effect::Writes),
    (
        "POST",
        "/fintech/apps/{id}/certificates/{serial}/revoke",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/fintech/apps/{id}/keys", Who::Member, Effect::Writes),
    ("POST", "/fintech/apps/{id}/limits", Who::Member, Effect::Writes),
    ("POST", "/fintech/documents", Who::Member, Effect::Writes),
    ("POST", "/fintech/endpoints", Who::Member, Effect::Writes),
    ("POST", "/fintech/endpoints/{id}/remove", Who::Member, Effect::Writes),
    ("POST", "/fintech/findings/{id}", Who::Member, Effect::Writes),
    ("POST", "/fintech/inspections", Who::Member, Effect::Writes),
    (
        "POST",
        "/fintech/inspections/{id}/contract",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/fintech/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/fintech/inspections/{id}/items/{control}/verdict",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/fintech/inspections/{id}/proposals/{proposal}",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/fintech/inspections/{id}/steps", Who::Member, Effect::Writes),
    ("POST", "/fintech/insurance", Who::Member, Effect::Writes),
    ("POST", "/fintech/insurance/{id}/end", Who::Member, Effect::Writes),
    ("POST", "/fintech/organisation", Who::Member, Effect::Writes),
    (
        "POST",
        "/fintech/organisation/facts/{id}/end",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/fintech/organisation/leave", Who::Member, Effect::Writes),
    ("POST", "/fintech/sign-up", Who::Public, Effect::Writes),
    ("POST", "/fintech/subsidies", Who::Member, Effect::Writes),
    ("POST", "/fintech/subsidies/{id}/withdraw", Who::Member, Effect::Writes),
    ("POST", "/fintech/test/start", Who::Member, Effect::Writes),
    ("POST", "/fintech/test/{id}/give-up", Who::Member, Effect::Writes),
    ("POST", "/inspector/findings/{id}/decline", Who::Member, Effect::Writes),
    ("POST", "/inspector/findings/{id}/extend", Who::Member, Effect::Writes),
    ("POST", "/inspector/findings/{id}/sign", Who::Member, Effect::Writes),
    ("POST", "/inspector/findings/{id}/steps", Who::Member, Effect::Writes),
    ("POST", "/inspector/findings/{id}/strike", Who::Member, Effect::Writes),
    (
        "POST",
        "/inspector/inspections/{id}/items/{control}",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/inspector/inspections/{id}/items/{control}/findings",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/inspector/inspections/{id}/sign/{proposal}/approve",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/inspector/inspections/{id}/sign/{proposal}/reject",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/inspector/inspections/{id}/steps", Who::Member, Effect::Writes),
    ("POST", "/inspector/inspections/{id}/take", Who::Member, Effect::Writes),
    ("POST", "/operator/findings/{id}/decline", Who::Member, Effect::Writes),
    ("POST", "/operator/findings/{id}/extend", Who::Member, Effect::Writes),
    ("POST", "/operator/findings/{id}/sign", Who::Member, Effect::Writes),
    ("POST", "/operator/findings/{id}/steps", Who::Member, Effect::Writes),
    ("POST", "/operator/findings/{id}/strike", Who::Member, Effect::Writes),
    (
        "POST",
        "/operator/inspections/{id}/sign/{proposal}/approve",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/operator/inspections/{id}/sign/{proposal}/reject",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/operator/inspections/{id}/steps", Who::Member, Effect::Writes),
    (
        "POST",
        "/operator/organisations/{code}/facts",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/operator/organisations/{code}/facts/{id}/end",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/operator/organisations/{code}/policies/{id}/confirm",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/operator/organisations/{code}/policies/{id}/end",
        Who::Member,
        Effect::Writes,
    ),
    (
        "POST",
        "/operator/organisations/{code}/propose",
        Who::Member,
        Effect::Writes,
    ),
    ("POST", "/operator/policies/{id}/confirm", Who::Member, Effect::Writes),
    ("POST", "/operator/proposals/{id}/approve", Who::Member, Effect::Writes),
    ("POST", "/operator/proposals/{id}/reject", Who::Member, Effect::Writes),
    ("POST", "/operator/subsidies/budget", Who::Member, Effect::Writes),
    ("POST", "/operator/subsidies/{id}/pay", Who::Member, Effect::Writes),
    ("POST", "/operator/subsidies/{id}/propose", Who::Member, Effect::Writes),
    ("POST", "/operator/transfers/{id}/propose", Who::Member, Effect::Writes),
    ("POST", "/scim/v2/.search", Who::Directory, Effect::Reads),
    ("POST", "/scim/v2/Users", Who::Directory, Effect::Writes),
    ("POST", "/scim/v2/Users/.search", Who::Directory, Effect::Reads),
    ("POST", "/staff/enrol", Who::Member, Effect::Writes),
    ("POST", "/staff/enrol/begin", Who::Member, Effect::Writes),
    ("POST", "/staff/enrol/certificate", Who::Member, Effect::Writes),
    ("POST", "/staff/enrol/finish", Who::Member, Effect::Writes),
    ("POST", "/staff/members", Who::Member, Effect::Writes),
    ("POST", "/staff/members/tokens", Who::Member, Effect::Writes),
    ("POST", "/staff/members/tokens/{id}/end", Who::Member, Effect::Writes),
    ("POST", "/staff/members/{id}/{what}", Who::Member, Effect::Writes),
    ("POST", "/staff/passkeys/begin", Who::Member, Effect::Writes),
    ("POST", "/staff/passkeys/finish", Who::Member, Effect::Writes),
    ("POST", "/staff/passkeys/{id}/remove", Who::Member, Effect::Writes),
    ("POST", "/staff/sessions/end", Who::Member, Effect::Writes),
    ("POST", "/staff/sign-in/begin", Who::Member, Effect::Writes),
    ("POST", "/staff/sign-in/certificate", Who::Member, Effect::Writes),
    ("POST", "/staff/sign-in/finish", Who::Member, Effect::Writes),
    ("POST", "/staff/sign-out", Who::Member, Effect::Writes),
    ("PUT", "/scim/v2/Users/{id}", Who::Directory, Effect::Writes),
];

/// Whether nobody may call a route in order to become somebody.
fn is_a_way_in(path: &str) -> bool {
    path.starts_with("/staff/sign-in") || path.starts_with("/staff/enrol")
}

/// Whether a route is one of these.
pub(super) fn is_of_staff(path: &str) -> bool {
    [
        "/staff",
        "/fintech",
        "/institution",
        "/inspector",
        "/operator",
        "/supervisor",
        "/scim",
    ]
    .iter()
    .any(|begin| path.starts_with(begin))
}

#[tokio::test]
async fn the_routes_of_staff_are_exactly_these() {
    let bed = Bed::new(310).await;
    let routes = bed.parts.routes();
    let found = routes.iter().filter(|route| is_of_staff(route.path));
    let mut found: Vec<_> = found.map(|r| (r.method, r.path, r.who, r.effect)).collect();
    found.sort_by_key(|(method, path, ..)| (*method, *path));
    assert_eq!(found, ROUTES);
}

#[tokio::test]
async fn no_route_of_staff_shows_or_changes_anything_for_nobody() {
    let bed = Bed::new(311).await;
    let before = bed.trail_count().await;
    let mut refused = 0;
    for (method, path, who, _) in ROUTES {
        if is_a_way_in(path) {
            continue;
        }
        let (expected, path) = match who {
            Who::Member => (303, path),
            Who::Directory => (401, path),
            _ => continue,
        };
        let path = path
            .replace("{id}", "1")
            .replace("{code}", "x")
            .replace("{control}", "x");
        let mut call = bed.call(method, &path);
        if method != "GET" {
            call = call.header("content-type", "application/x-www-form-urlencoded");
        }
        let answer = call.send().await;
        let status = answer.status.as_u16();
        if who == Who::Member {
            assert!(
                [303, 403, 401].contains(&status),
                "{method} {path} answered {status} to nobody"
            );
            let to = answer.header("location");
            assert!(
                status != 303 || to.starts_with("/staff/sign-in"),
                "{method} {path} leads to {to}"
            );
        } else {
            assert_eq!(status, expected, "{method} {path}");
        }
        refused += 1;
    }
    let asked = ROUTES
        .iter()
        .filter(|(_, path, who, _)| matches!(who, Who::Member | Who::Directory) && !is_a_way_in(path))
        .count();
    assert_eq!((refused, bed.trail_count().await), (asked, before));
}
