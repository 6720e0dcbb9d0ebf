//! The routes of members and directories: every one, and that nobody gets in without a sign-in or a token.

use naru_web::Who;

use super::staff_routes::ROUTES;
use crate::harness::Bed;

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
