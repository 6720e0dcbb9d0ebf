//! The end of everything a member holds, and the leavers that are kept of it.

use naru_core::{
    Actor, CeremonyId, LeaveSource, LeaverId, MemberId, MemberSession, MemberSignIn, NoticeKind, OrganisationId,
    PasskeyId, SessionId, Timestamp,
};
use naru_storage::{CutOff, InvitationRow, LeaverRow, MemberCeremony, MemberHoldings, MemberPasskeyRow, MemberRow};
use serde_json::json;

use crate::house::House;
use crate::member::{find, organisation, row, stored, token};

on_every_engine!(
    everything_ends_with_a_leaver_and_nothing_of_others,
    leavers_are_listed_with_their_time,
    who_is_invited_anew_keeps_no_sign_in_but_the_certificate,
    notices_are_closed_when_they_are_old,
    those_who_signed_up_are_counted,
);

/// Two sessions of which one has ended, a passkey, an invitation, a ceremony, a token and a certificate.
async fn holder(house: &House, organisation: OrganisationId, name: &str) -> MemberRow {
    let mut member = row(house, organisation, name);
    member.member.certificate_sha256 = Some(house.chance.bytes());
    let (id, now, chance) = (member.member.id, house.now(), &house.chance);
    let session = |ended_after| MemberSession {
        id: SessionId::new(now, chance),
        member_id: id,
        method: MemberSignIn::Certificate,
        device: "Chrome, Windows".to_owned(),
        created_at: now,
        seen_at: now,
        expires_at: now.plus_seconds(ended_after),
        ended_at: None,
    };
    let sessions = [(session(3_600), chance.bytes()), (session(1), chance.bytes())];
    let passkey = MemberPasskeyRow {
        id: PasskeyId::new(now, chance),
        member_id: id,
        credential_sha256: chance.bytes(),
        key: json!({}),
        name: "열쇠".to_owned(),
        created_at: now,
        used_at: None,
        version: 1,
    };
    let invitation = InvitationRow {
        member_id: id,
        code_hash: "$argon2id$".to_owned(),
        tries: 0,
        issued_by: Actor::Hub("contract").to_string(),
        created_at: now,
        expires_at: now.plus_days(3),
    };
    let ceremony = MemberCeremony {
        id: CeremonyId::new(now, chance),
        member_id: id,
        secret_sha256: chance.bytes(),
        state: json!({}),
        expires_at: now.plus_seconds(300),
    };
    let (token, digest) = (token(house, &member), chance.bytes());
    house
        .put(async |tx| {
            tx.member_insert(&member).await?;
            for (session, secret) in &sessions {
                tx.member_session_insert(session, *secret).await?;
            }
            tx.member_passkey_insert(&passkey).await?;
            tx.invitation_put(&invitation).await?;
            tx.member_ceremony_put(&ceremony).await?;
            tx.scim_token_insert(&token, digest).await
        })
        .await;
    member
}

async fn everything_ends_with_a_leaver_and_nothing_of_others(house: &House) {
    let naru = organisation(house, "naru").await;
    let leaver = holder(house, naru, "leaver").await;
    house.set_now(house.now().plus_seconds(2));
    let stays = holder(house, naru, "stays").await;
    let nobody = stored(house, naru, "nobody").await;
    let held = |row: &MemberRow, sessions, passkeys, invited_until| MemberHoldings {
        member_id: row.member.id,
        sessions,
        passkeys,
        invited_until,
    };
    let holdings = async || {
        let mut found = house.get(async |tx| tx.member_holdings(naru).await).await;
        found.sort_by_key(|held| held.member_id);
        found
    };
    let invited = |row: &MemberRow| Some(row.member.created_at.plus_days(3));
    let mut expected = [
        held(&leaver, 1, 1, invited(&leaver)),
        held(&stays, 2, 1, invited(&stays)),
        held(&nobody, 0, 0, None),
    ];
    expected.sort_by_key(|held| held.member_id);
    assert_eq!(holdings().await, expected);
    let cut = async |id| house.put(async |tx| tx.member_cut_off(id).await).await;
    let everything = CutOff {
        sessions: 1,
        passkeys: 1,
        codes: 2,
        tokens: 1,
        certificates: 1,
    };
    assert_eq!((cut(leaver.member.id).await, everything.total()), (everything, 6));
    assert_eq!(cut(leaver.member.id).await, CutOff::default());
    let mut expected = [
        held(&leaver, 0, 0, None),
        held(&stays, 2, 1, invited(&stays)),
        held(&nobody, 0, 0, None),
    ];
    expected.sort_by_key(|held| held.member_id);
    assert_eq!(holdings().await, expected);
    let row = find(house, leaver.member.id).await;
    assert_eq!((row.member.certificate_sha256, row.member.version), (None, 1));
    assert_eq!(find(house, stays.member.id).await, stays);
    let tokens = house.get(async |tx| tx.scim_token_list(naru).await).await;
    let alive: Vec<MemberId> = tokens
        .iter()
        .filter(|t| t.is_alive(house.now()))
        .map(|t| t.issued_by)
        .collect();
    assert_eq!(alive, [stays.member.id]);
}

async fn leavers_are_listed_with_their_time(house: &House) {
    let (naru, other) = (organisation(house, "naru").await, organisation(house, "other").await);
    let kim = stored(house, naru, "kim").await;
    let leaver = |seconds: i64| LeaverRow {
        id: LeaverId::new(house.now(), &house.chance),
        organisation_id: naru,
        member_id: kim.member.id,
        source: LeaveSource::ScimPatch,
        received_at: house.now(),
        ended_at: house.now().plus_seconds(seconds),
        latency_us: None,
        cut_off: CutOff {
            sessions: 1,
            passkeys: 2,
            codes: 3,
            tokens: 4,
            certificates: 5,
        },
    };
    let (early, late) = (leaver(1), leaver(2));
    house
        .put(async |tx| {
            tx.leaver_insert(&late).await?;
            tx.leaver_insert(&early).await
        })
        .await;
    for latency_us in [1_500, 9_999] {
        house.put(async |tx| tx.leaver_took(early.id, latency_us)).await;
    }
    let timed = LeaverRow {
        latency_us: Some(1_500),
        ..early.clone()
    };
    let list = async |whose, since| house.get(async |tx| tx.leaver_list(whose, since).await).await;
    assert_eq!(list(naru, Timestamp(0)).await, [late.clone(), timed]);
    assert_eq!(list(naru, late.ended_at).await, [late]);
    assert!(list(other, Timestamp(0)).await.is_empty());
}

async fn who_is_invited_anew_keeps_no_sign_in_but_the_certificate(house: &House) {
    let naru = organisation(house, "naru").await;
    let (one, other) = (holder(house, naru, "one").await, holder(house, naru, "other").await);
    let end = async || house.put(async |tx| tx.member_sign_ins_end(one.member.id).await).await;
    assert_eq!((end().await, end().await), ((2, 1), (0, 0)));
    let mut held = house.get(async |tx| tx.member_holdings(naru).await).await;
    held.sort_by_key(|held| held.member_id != one.member.id);
    assert_eq!(
        held.iter()
            .map(|held| (held.sessions, held.passkeys, held.invited_until.is_some()))
            .collect::<Vec<_>>(),
        [(0, 0, true), (2, 1, true)]
    );
    assert_eq!(
        find(house, one.member.id).await,
        one,
        "the certificate is another way in"
    );
    assert_eq!(find(house, other.member.id).await, other);
    let tokens = house.get(async |tx| tx.scim_token_list(naru).await).await;
    assert!(tokens.len() == 2 && tokens.iter().all(|token| token.is_alive(house.now())));
}

async fn notices_are_closed_when_they_are_old(house: &House) {
    let (naru, start) = (organisation(house, "naru").await, house.now());
    let give = async |kind, subject: &str| {
        let about = (subject, start.day());
        assert!(house.put(async |tx| tx.notice_give(naru, kind, about).await).await);
    };
    give(NoticeKind::SignInsEnded, "old").await;
    give(NoticeKind::SignalFailed, "another kind").await;
    house.set_now(start.plus_seconds(10));
    give(NoticeKind::SignInsEnded, "young").await;
    let close = async || {
        let before = start.plus_seconds(10);
        house
            .put(async |tx| tx.notice_close_given_before(NoticeKind::SignInsEnded, before).await)
            .await
    };
    assert_eq!((close().await, close().await), (1, 0));
    let open = house.get(async |tx| tx.notice_list_open(naru).await).await;
    let mut open: Vec<String> = open.into_iter().map(|notice| notice.subject).collect();
    open.sort();
    assert_eq!(open, ["another kind", "young"]);
}

async fn those_who_signed_up_are_counted(house: &House) {
    let start = house.now();
    let counts = async |since| house.get(async |tx| tx.sign_up_counts(since).await).await;
    assert_eq!(counts(start).await, (0, 0));
    let (one, other) = (organisation(house, "one").await, organisation(house, "other").await);
    stored(house, one, "nobody yet").await;
    assert_eq!(counts(start).await, (2, 2));
    holder(house, other, "with a passkey").await;
    house.set_now(start.plus_seconds(1));
    organisation(house, "late").await;
    assert_eq!(counts(start).await, (3, 2));
    assert_eq!(counts(start.plus_seconds(1)).await, (1, 1));
    assert_eq!(counts(start.plus_seconds(2)).await, (0, 0));
}
