//! Signing up again and again from one address.

use axum::http::Request;
use naru_web::PeerAddress;

use crate::bed::Bed;

#[tokio::test]
async fn one_address_signs_up_only_so_often_and_nothing_is_written_beyond() {
    let bed = Bed::new().await;
    let mut browser = bed.browser();
    let token = browser.get("/fintech/sign-up").await.csrf();
    let mut statuses = Vec::new();
    for number in 0..6 {
        let from = PeerAddress("192.0.2.1".parse().unwrap());
        let body = format!("csrf={token}&agreed=yes&code=pay-{number}&name=Pay&user_name=kim&display_name=Kim");
        let request = Request::post("/fintech/sign-up").extension(from);
        let answer = browser.send(request, body).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 422]);
    let find = async |code: &str| {
        let read = bed
            .hub
            .storage()
            .read("it", async |tx| tx.organisation_find_by_code(code).await);
        let found: Result<_, naru_storage::StorageError> = read.await;
        found.unwrap().is_some()
    };
    assert!(find("pay-4").await && !find("pay-5").await);
}
