//! Programs that nobody here wrote judge the hub from outside: each test starts a trial, registers clients of the FAPI
//! 2.0 profile, and hands their facts to one judge of `judges/`, which must find nothing.

mod bundle;
mod room;
mod trial;

use naru::up::Files;
use room::Room;
use serde_json::json;
use trial::{Folder, Stage};

/// Starts a trial, calls one judge, prints what it said, and fails where it found something.
async fn judged(judge: &str) {
    let Some(room) = Room::find() else { return };
    let stage = Stage::start(&room, judge).await;
    let facts = stage.facts();
    let judge = judge.to_owned();
    let ended = tokio::task::spawn_blocking(move || room.call(&judge, &facts))
        .await
        .expect("the judge is waited for");
    stage.stop().await;
    ended.assert_nothing_found();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn openid_client_goes_every_happy_path() {
    judged("openid_client.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn oauth4webapi_tampers_between_the_steps() {
    judged("oauth4webapi.mjs").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_oauth2client_speaks_another_language() {
    judged("requests_client.py").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sslyze_looks_at_the_listener() {
    judged("tls.py").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scim2_tester_finds_a_directory_s_way_in_order() {
    let Some(room) = Room::find() else { return };
    let stage = Stage::start(&room, "scim").await;
    let facts = stage.directory().await;
    let called = tokio::task::spawn_blocking(move || room.call("scim.py", &facts));
    let ended = called.await.expect("the judge is waited for");
    stage.stop().await;
    ended.assert_nothing_found();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nist_and_trestle_accept_the_bundle_of_an_inspection() {
    let Some(room) = Room::find() else { return };
    let stage = Stage::start(&room, "oscal").await;
    let folder = Folder::of("oscal-bundle");
    let facts = bundle::written(&stage, &folder).await;
    let called = tokio::task::spawn_blocking(move || room.call("oscal.py", &facts));
    let ended = called.await.expect("the judge is waited for");
    stage.stop().await;
    ended.assert_nothing_found();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_walks_every_page_and_axe_finds_nothing() {
    let Some(room) = Room::find() else { return };
    let stage = Stage::start(&room, "walk").await;
    let facts = stage.summary();
    let walked = tokio::task::spawn_blocking(move || room.call("browser/walk.mjs", &facts));
    let ended = walked.await.expect("the walk is waited for");
    stage.stop().await;
    ended.assert_nothing_found();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chromium_walks_the_consoles_of_members_and_axe_finds_nothing() {
    let Some(room) = Room::find() else { return };
    let stage = Stage::start(&room, "staff").await;
    let facts = stage.summary();
    let walked = tokio::task::spawn_blocking(move || room.call("browser/staff.mjs", &facts));
    let ended = walked.await.expect("the walk is waited for");
    stage.stop().await;
    ended.assert_nothing_found();
}

#[test]
fn the_peer_of_the_benchmark_does_what_is_measured() {
    let Some(room) = Room::find() else { return };
    let folder = Folder::of("peer");
    let files = Files::prepare(folder.path()).expect("a trial's certificates are made");
    let facts = json!({
        "ca_file": files.path("ca.pem"),
        "certificate_file": files.path("hub.pem"),
        "key_file": files.path("hub.key"),
    });
    room.call("peer/check.mjs", &facts).assert_nothing_found();
}
