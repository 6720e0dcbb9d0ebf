//! People who agree and take it back, by the services behind the pages.

use std::sync::Arc;

use naru_auth::authorization::service as journeys;
use naru_auth::grant::service as grants;
use naru_auth::token::service::{self as tokens, TokenError};
use naru_core::{
    Account, Action, Actor, BankCode, FintechUseNum, GrantId, PersonFacts, PersonId, RevokedBy, Scope, Scopes,
};

use super::world::{ACTOR, World, account_num, linking_value};

/// A person.
pub(super) struct Human {
    pub(super) place: usize,
    pub(super) name: &'static str,
    /// Where the person has an account.
    pub(super) banks: Vec<BankCode>,
}

impl Human {
    fn facts(&self) -> PersonFacts {
        PersonFacts {
            linking_value: linking_value(self.place),
            name: self.name.to_owned(),
            birth_date: "19900101".to_owned(),
            gender: "F".to_owned(),
            cell_no: "010-0000-0000".to_owned(),
            email: String::new(),
        }
    }

    pub(super) fn account(&self, bank: &BankCode) -> Account {
        Account {
            bank_code: bank.clone(),
            account_num: account_num(bank.as_str(), self.place),
            account_seq: String::new(),
            holder_name: self.name.to_owned(),
            holder_type: "P".to_owned(),
            account_type: "1".to_owned(),
            product_name: "자유입출금통장".to_owned(),
        }
    }
}

/// What a fintech holds of a person.
#[derive(Clone, Default)]
pub(super) struct Seat {
    pub(super) token: String,
    pub(super) person: Option<PersonId>,
    grant: Option<GrantId>,
    /// The accounts as the fintech knows them, in the order of the person's banks.
    pub(super) accounts: Vec<FintechUseNum>,
}

impl World {
    pub(super) fn seat(&self, place: usize) -> Seat {
        self.seats[place].lock().expect("reading a seat does not panic").clone()
    }

    pub(super) fn fintech_of(&self, place: usize) -> usize {
        place / self.humans.len()
    }

    pub(super) fn human_of(&self, place: usize) -> &Human {
        &self.humans[place % self.humans.len()]
    }

    /// The person agrees to everything, for every account.
    pub(super) async fn agree(&self, place: usize) {
        let (human, hub) = (self.human_of(place), &self.parts.hub);
        let client = &self.fintechs[self.fintech_of(place)].client;
        let scopes = &Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer]);
        let agreed = hub.storage().run("seed_agree", &ACTOR, async |tx| {
            let person = journeys::person_put(hub, &tx, &human.facts()).await?;
            let grant = journeys::fresh_grant(hub, (client.id, person.id), scopes, tx.now());
            tx.grant_insert(&grant).await?;
            tx.trail(Action::GrantGiven, grant.id, serde_json::json!({})).await?;
            let mut accounts = Vec::new();
            for bank in &human.banks {
                accounts.push(journeys::register(hub, &tx, &grant, &human.account(bank)).await?);
            }
            let issued = tokens::issue(hub, &tx, (client, &grant), naru_core::Confirmation::None).await?;
            Ok::<_, TokenError>(Seat {
                token: issued.access.expose().to_owned(),
                person: Some(person.id),
                grant: Some(grant.id),
                accounts,
            })
        });
        let seat = agreed.await.expect("the person agrees");
        *self.seats[place].lock().expect("taking a seat does not panic") = seat;
    }

    /// The person takes it back; from this moment on the token is refused.
    pub(super) async fn revoke(self: &Arc<Self>, action: usize, place: usize) {
        let seat = self.seat(place);
        let (Some(grant), Some(person)) = (seat.grant, seat.person) else {
            return;
        };
        let by = (RevokedBy::Person, Some(person));
        if grants::revoke(self.storage(), &Actor::Person(person), grant, by)
            .await
            .is_err()
        {
            return;
        }
        let (withdrawal, _) = self.withdrawal(place, 0, (1_000, "ST"));
        let answer = self
            .post(action, "/v2.0/transfer/withdraw/fin_num", &seat.token, &withdrawal)
            .await;
        assert_eq!(
            answer["rsp_code"], "O0002",
            "a token lives after its grant was ended: {answer}"
        );
    }
}
