//! What an invitation costs whoever guesses at it, and what it ends of what was there before.

use naru_auth::member::{self, SignInError};
use naru_core::{Action, NoticeKind, OrganisationKind};
use naru_storage::StorageError;
use serde_json::{Value, json};

use crate::house::House;

const NAMES: (&str, &str) = ("moafin", "kim@example.com");

#[tokio::test]
async fn a_stranger_with_wrong_codes_is_paced_and_voids_nobodys_invitation() {
    let house = House::new().await;
    let organisation = house.organisation(NAMES.0, OrganisationKind::Fintech).await;
    let member = house.member(&organisation, NAMES.1).await;
    let code = house.invite(member.id).await.unwrap();
    let code = code.expose();
    let pool = member::CodePool::default();
    let say = async |from: &str, code: &str| {
        let claim = member::Claim {
            organisation: NAMES.0.to_owned(),
            user_name: NAMES.1.to_owned(),
            code: code.to_owned(),
            from: Some(from.parse().unwrap()),
        };
        member::enrol(&house.hub, &pool, &claim).await.map(|_| ())
    };
    let mut answers = Vec::new();
    for _ in 0..12 {
        answers.push(say("192.0.2.1", "2222-2222-2222").await);
    }
    let refused = answers.iter().filter(|answer| **answer == Err(SignInError::Refused));
    assert_eq!(refused.count(), 10);
    assert_eq!(answers[10..], [Err(SignInError::Busy), Err(SignInError::Busy)]);
    assert_eq!(
        house.invitation(member.id).await.unwrap().tries,
        10,
        "who is let in is counted"
    );
    assert_eq!(say("192.0.2.2", code).await, Ok(()), "the member comes from elsewhere");
    // Many addresses together are held back for a second, and no longer.
    for number in 0..9 {
        let _ = say(&format!("198.51.100.{number}"), "2222-2222-2222").await;
    }
    assert_eq!(say("192.0.2.3", code).await, Err(SignInError::Busy));
    house.pass_seconds(1);
    assert_eq!(say("192.0.2.3", code).await, Ok(()));
}

#[tokio::test]
async fn who_is_invited_anew_signs_in_with_nothing_of_before_and_a_notice_says_so() {
    let house = House::new().await;
    let (organisation, opened, device) = house.enrolled(NAMES.0).await;
    let id = opened.signed_in.member.id;
    let again = house.member_sign_in(&device).await.unwrap();
    let notices = async || -> Vec<(NoticeKind, String)> {
        let read = house
            .hub
            .storage()
            .read("it", async |tx| tx.notice_list_open(organisation.id).await);
        let rows = read.await.unwrap_or_else(|error: StorageError| panic!("{error}"));
        rows.into_iter().map(|row| (row.kind, row.subject)).collect()
    };
    assert!(notices().await.is_empty(), "the first invitation ended nothing");
    house.invite(id).await.unwrap();
    for secret in [&opened.secret, &again.secret] {
        assert_eq!(house.member_find(secret.expose()).await, None);
    }
    assert!(house.member_passkeys(id).await.is_empty());
    assert!(house.member_sign_in(&device).await.is_err());
    assert_eq!(notices().await, [(NoticeKind::SignInsEnded, id.to_string())]);
    let trail = house.trail(id).await;
    let invited = trail.iter().rfind(|row| row.action == Action::MemberInvited).unwrap();
    let details: Value = serde_json::from_str(&invited.details).unwrap();
    assert_eq!(
        (&details["sessions_ended"], &details["passkeys_ended"]),
        (&json!(2), &json!(1))
    );
    // Invited once more before they came, nothing further ends and nobody is warned again.
    house.invite(id).await.unwrap();
    assert_eq!(notices().await.len(), 1);
}
