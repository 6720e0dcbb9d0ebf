//! Uploads that are not what a browser sends: bounded before they are read, refused with a page, and nothing kept.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::Request;
use futures_util::stream;
use naru_core::Role;

use crate::bed::{Answer, Bed, Browser};
use crate::fintech::{fintech, signed_in};

const PATH: &str = "/fintech/documents";
const MOST: usize = 50 * 1024 * 1024;

fn part(name: &str, value: &str) -> String {
    format!("--b\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// A body that begins so and then goes on with the same bytes for ever, and how many were taken of it.
fn endless(begin: String, more: &'static [u8]) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let pieces = stream::unfold(Some(begin), move |begin| {
        let piece = begin.map_or(Bytes::from_static(more), Bytes::from);
        count.fetch_add(piece.len(), Ordering::SeqCst);
        std::future::ready(Some((Ok::<_, std::io::Error>(piece), None)))
    });
    (Body::from_stream(pieces), taken)
}

async fn sent(browser: &mut Browser<'_>, body: impl Into<Body>) -> Answer {
    let request = Request::post(PATH).header("content-type", "multipart/form-data; boundary=b");
    let answer = tokio::time::timeout(Duration::from_secs(20), browser.send(request, body));
    answer.await.expect("it is refused, not read for ever")
}

#[tokio::test]
async fn what_comes_before_the_file_without_end_is_refused_after_64_kib() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let token = browser.get(PATH).await.csrf();
    let begins = [
        ("a preamble", String::new()),
        ("a header", format!("{}--b\r\nx-long: ", part("csrf", &token))),
        (
            "the header of the file",
            format!(
                "{}--b\r\ncontent-disposition: form-data; name=\"file",
                part("csrf", &token)
            ),
        ),
    ];
    for (what, begin) in begins {
        let (body, taken) = endless(begin, &[b'x'; 1_000]);
        let answer = sent(&mut browser, body).await;
        assert_eq!(answer.status, 422, "{what}: {}", answer.text);
        let taken = taken.load(Ordering::SeqCst);
        assert!(taken < 80 * 1024, "{what}: {taken}");
    }
}

#[tokio::test]
async fn more_words_than_the_form_has_are_not_read() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let token = browser.get(PATH).await.csrf();
    let thousand: String = (0..1_000).map(|number| part(&format!("w{number}"), "x")).collect();
    let answer = sent(&mut browser, format!("{}{thousand}--b--\r\n", part("csrf", &token))).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let same: String = (0..1_000).map(|_| part("title", "x")).collect();
    let (body, taken) = endless(format!("{}{same}", part("csrf", &token)), b"--b\r\n\r\n\r\n");
    assert_eq!(sent(&mut browser, body).await.status, 422);
    assert!(
        taken.load(Ordering::SeqCst) < same.len() + 80 * 1024,
        "one name many times is many words"
    );
}

#[tokio::test]
async fn a_body_beyond_the_largest_file_is_refused_by_what_it_says_and_by_what_it_is() {
    let bed = Bed::new().await;
    fintech(&bed, ("moafin", 1), &[Role::SecurityOfficer]).await;
    let mut browser = signed_in(&bed, 1).await;
    let token = browser.get(PATH).await.csrf();
    let words = [("csrf", token.as_str()), ("kind", "evidence"), ("title", "Log")];
    let words: String = words.map(|(name, value)| part(name, value)).concat();
    let file = "--b\r\ncontent-disposition: form-data; name=\"file\"; filename=\"log.txt\"\r\n\r\n";
    let (body, taken) = endless(format!("{words}{file}"), &[b'x'; 16 * 1024]);
    let answer = sent(&mut browser, body).await;
    assert_eq!(answer.status, 422, "{}", answer.text);
    let taken = taken.load(Ordering::SeqCst);
    assert!((MOST..MOST + 1024 * 1024).contains(&taken), "{taken}");
    let request = Request::post(PATH)
        .header("content-type", "multipart/form-data; boundary=b")
        .header("content-length", (MOST + 1024 * 1024 + 1).to_string());
    let (body, taken) = endless(words, b"x");
    assert_eq!(browser.send(request, body).await.status, 422);
    assert_eq!(taken.load(Ordering::SeqCst), 0, "nothing was read");
    let page = browser.get(PATH).await;
    assert!(!page.text.contains("/fintech/documents/revisions/"), "nothing was kept");
}
