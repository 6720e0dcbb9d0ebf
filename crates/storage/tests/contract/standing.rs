//! The one query behind every judged call.

use naru_core::trust::{AccountStanding, Standing, TokenStanding};
use naru_core::{BankTranId, CallId, ClientStatus, FintechUseNum, RevokedBy, Scope, Timestamp, Won};
use naru_storage::{CallRecord, StandingQuery, StorageError, TokenKind, TokenRow, Tx};

use crate::fixture::{self, Family, bank, bank_tran_id};
use crate::house::House;

on_every_engine!(
    without_a_token_nothing_is_known,
    an_unknown_token_is_unknown_whatever_else_is_named,
    a_token_brings_its_grant_its_client_and_its_person,
    a_two_legged_token_brings_no_person,
    an_account_of_another_fintech_is_not_found,
    an_account_of_another_person_is_found_with_its_owner,
    a_position_follows_the_folded_postings,
    an_id_used_today_is_a_replay,
    what_was_judged_may_change_before_the_commit
);

const NOTHING: StandingQuery<'static> = StandingQuery {
    test_bed: true,
    token_sha256: None,
    certificate_sha256: None,
    proof: naru_core::trust::ProofStanding::Missing,
    fintech_use_num: None,
    once: None,
    named_person: None,
};

async fn stand(house: &House, query: StandingQuery<'_>) -> Standing {
    house.get(async |tx| tx.standing(query).await).await
}

fn sha256(token: &TokenRow) -> [u8; 32] {
    token.sha256.clone().try_into().expect("32 bytes")
}

async fn without_a_token_nothing_is_known(house: &House) {
    let family = fixture::family(house).await;
    let number = Some(&family.registration.fintech_use_num);
    let query = StandingQuery {
        certificate_sha256: Some([9; 32]),
        fintech_use_num: number,
        named_person: Some("1000000001"),
        ..NOTHING
    };
    let found = stand(house, query).await;
    assert_eq!(found.now, house.now());
    assert_eq!(found.channel.token, TokenStanding::Missing);
    assert_eq!(found.channel.certificate_sha256, Some([9; 32]));
    assert_eq!(found.named_person.as_deref(), Some("1000000001"));
    assert_eq!(
        (found.client, found.grant, found.account, found.replayed),
        (None, None, None, false)
    );
}

async fn an_unknown_token_is_unknown_whatever_else_is_named(house: &House) {
    let family = fixture::family(house).await;
    let refresh = fixture::token(house, &family.grant, TokenKind::Refresh);
    house.put(async |tx| tx.token_insert(&refresh).await).await;
    for token in [[0; 32], sha256(&refresh)] {
        let query = StandingQuery {
            token_sha256: Some(&token),
            fintech_use_num: Some(&family.registration.fintech_use_num),
            ..NOTHING
        };
        let found = stand(house, query).await;
        assert_eq!(found.channel.token, TokenStanding::Unknown);
        assert_eq!(found.channel.certificate_sha256, None);
        assert_eq!((found.client, found.grant, found.account), (None, None, None));
    }
}

async fn a_token_brings_its_grant_its_client_and_its_person(house: &House) {
    let Family {
        mut client,
        person,
        registration,
        mut grant,
        token,
    } = fixture::family(house).await;
    let mut unbound = fixture::token(house, &grant, TokenKind::Access);
    unbound.confirmation = naru_core::Confirmation::Key([4; 32]);
    unbound.scopes = Some(naru_core::Scopes::of(&[Scope::Login]));
    unbound.expires_at = house.now();
    house
        .put(async |tx| {
            tx.token_insert(&unbound).await?;
            tx.grant_revoke(grant.id, RevokedBy::Client).await?;
            tx.client_set_status(&client, ClientStatus::Suspended, "점검").await
        })
        .await;
    grant.revoked = Some((RevokedBy::Client, house.now()));
    (client.status, client.status_since, client.version) = (ClientStatus::Suspended, house.now(), 2);
    client.status_reason = "점검".to_owned();
    let account = AccountStanding {
        fintech_use_num: registration.fintech_use_num.clone(),
        person_id: person.id,
        account_id: registration.account_id,
        account: registration.account.clone(),
        alias: registration.alias.clone(),
        inquiry: registration.inquiry,
        transfer: registration.transfer,
        simulated: true,
    };
    let number = Some(&registration.fintech_use_num);
    for (token, number, account) in [(&token, number, Some(account)), (&unbound, None, None)] {
        let sha256 = sha256(token);
        let query = StandingQuery {
            token_sha256: Some(&sha256),
            fintech_use_num: number,
            ..NOTHING
        };
        let found = stand(house, query).await;
        let expected = TokenStanding::Found {
            confirmation: token.confirmation,
            expires_at: token.expires_at,
            scopes: token.scopes.clone(),
        };
        assert_eq!(found.channel.token, expected);
        assert_eq!(found.client.map(|client| client.client).as_ref(), Some(&client));
        let granted = found.grant.expect("it is there");
        assert_eq!(granted.grant, grant);
        assert_eq!(granted.user_seq_no.as_ref(), Some(&person.user_seq_no));
        assert_eq!(granted.joined_at, Some(person.created_at));
        assert_eq!(found.account, account);
        assert!(!found.replayed);
    }
}

async fn a_two_legged_token_brings_no_person(house: &House) {
    let family = fixture::family(house).await;
    let grant = fixture::grant(house, &family.client, None);
    let token = fixture::token(house, &grant, TokenKind::Access);
    house
        .put(async |tx| {
            tx.grant_insert(&grant).await?;
            tx.token_insert(&token).await
        })
        .await;
    let query = StandingQuery {
        token_sha256: Some(&sha256(&token)),
        ..NOTHING
    };
    let granted = stand(house, query).await.grant.expect("it is there");
    assert_eq!(granted.grant, grant);
    assert_eq!((granted.user_seq_no, granted.joined_at), (None, None));
}

async fn account_of(house: &House, token: &TokenRow, number: &FintechUseNum) -> Option<AccountStanding> {
    let query = StandingQuery {
        token_sha256: Some(&sha256(token)),
        fintech_use_num: Some(number),
        ..NOTHING
    };
    stand(house, query).await.account
}

async fn an_account_of_another_fintech_is_not_found(house: &House) {
    let (family, others) = (fixture::family(house).await, fixture::family(house).await);
    assert_eq!(
        account_of(house, &family.token, &others.registration.fintech_use_num).await,
        None
    );
    let unknown = FintechUseNum::new(&bank("002"), &house.chance);
    assert_eq!(account_of(house, &family.token, &unknown).await, None);
}

async fn an_account_of_another_person_is_found_with_its_owner(house: &House) {
    let (family, others) = (fixture::family(house).await, fixture::family(house).await);
    let neighbour = fixture::grant(house, &family.client, Some(&others.person));
    let token = fixture::token(house, &neighbour, TokenKind::Access);
    house
        .put(async |tx| {
            tx.grant_insert(&neighbour).await?;
            tx.token_insert(&token).await
        })
        .await;
    let found = account_of(house, &token, &family.registration.fintech_use_num).await;
    assert_eq!(
        found.expect("the fintech has it").person_id,
        family.person.id,
        "the judge is told whose it is"
    );
}

async fn a_position_follows_the_folded_postings(house: &House) {
    let family = fixture::family(house).await;
    let number = &family.registration.fintech_use_num;
    let transfer = fixture::transfer(house, &family.client);
    house
        .put(async |tx: Tx| -> Result<u64, StorageError> {
            tx.journal_post(&transfer, naru_core::LegKind::Debit)?;
            tx.journal_fold().await
        })
        .await;
    house.put(async |tx: Tx| tx.journal_fold().await).await;
    let position = house.get(async |tx| tx.journal_position(&bank("002")).await).await;
    assert_eq!(position, Won(-10_000));
    let untouched = house.get(async |tx| tx.journal_position(&bank("097")).await).await;
    assert_eq!(untouched, Won::ZERO);
    let mut institution = fixture::institution("002");
    institution.simulated = false;
    house.put(async |tx| tx.institution_put(&institution).await).await;
    let found = account_of(house, &family.token, number).await;
    assert!(!found.expect("it is there").simulated);
}

async fn an_id_used_today_is_a_replay(house: &House) {
    let family = fixture::family(house).await;
    let (used, fresh) = (bank_tran_id(house, &family.client), bank_tran_id(house, &family.client));
    let call = CallRecord {
        id: CallId::new(house.now(), &house.chance),
        at: house.now(),
        route: "GET /a".to_owned(),
        client_id: Some(family.client.id),
        grant_id: Some(family.grant.id),
        person_id: None,
        bank_tran_id: Some(used.clone()),
        rsp_code: "A0000".to_owned(),
        bank_rsp_code: String::new(),
        bank_code: None,
        hub_us: 1,
        institution_us: 0,
        verdict: "{}".to_owned(),
        about: None,
    };
    house.put(async |tx| tx.call_append(&call)).await;
    let sha256 = sha256(&family.token);
    let replayed = async |once: Option<&BankTranId>| {
        let query = StandingQuery {
            token_sha256: Some(&sha256),
            once,
            ..NOTHING
        };
        stand(house, query).await.replayed
    };
    assert!(replayed(Some(&used)).await);
    assert!(!replayed(Some(&fresh)).await);
    assert!(!replayed(None).await, "the route does not demand it");
    let midnight: Timestamp = house.now().plus_days(1).day().start();
    house.set_now(midnight.plus_seconds(-1));
    assert!(replayed(Some(&used)).await);
    house.set_now(midnight);
    assert!(!replayed(Some(&used)).await, "a day later the id is free again");
}

async fn what_was_judged_may_change_before_the_commit(house: &House) {
    let (family, others) = (fixture::family(house).await, fixture::family(house).await);
    let mut renewed = family.registration.clone();
    renewed.transfer = fixture::agreed(house);
    house.put(async |tx| tx.registration_put(&renewed).await).await;
    let number = &renewed.fintech_use_num;
    let stands = async |client, grant| {
        let named = async |number| {
            house
                .get(async |tx| tx.standing_is_unchanged(client, grant, number).await)
                .await
        };
        (named(None).await, named(Some(number)).await)
    };
    let (client, grant) = (family.client.id, family.grant.id);
    assert_eq!(stands(client, grant).await, (true, true));
    assert_eq!(stands(others.client.id, grant).await, (false, false), "not its grant");
    let several = async |calls: &[_]| {
        house
            .get(async |tx| tx.standings_are_unchanged(client, calls).await)
            .await
    };
    assert!(several(&[(grant, None), (grant, Some(number)), (grant, None)]).await);
    house
        .put(async |tx| tx.registration_end(number, Scope::Transfer).await)
        .await;
    assert_eq!(stands(client, grant).await, (true, false));
    assert!(!several(&[(grant, None), (grant, Some(number)), (grant, None)]).await);
    assert!(!several(&[(grant, None), (others.grant.id, None)]).await);
    let other = (others.client, others.grant);
    house
        .put(async |tx| tx.grant_revoke(other.1.id, RevokedBy::Person).await)
        .await;
    assert_eq!(stands(other.0.id, other.1.id).await, (false, false));
    house
        .put(async |tx| tx.client_set_status(&family.client, ClientStatus::Suspended, "").await)
        .await;
    assert_eq!(stands(client, grant).await, (false, false));
}
