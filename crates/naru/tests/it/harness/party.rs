//! The parties of the bed: fintechs with their secrets, and people who have agreed.

use naru_auth::authorization::service as journeys;
use naru_auth::client::service::{self as clients, Registration};
use naru_auth::grant::service as grants;
use naru_auth::token::service as tokens;
use naru_core::{
    Account, Action, BankCode, Client, ClientEvent, ClientLimits, ContractAccount, Environment, Grant, OrganisationId,
    Person, PersonId, RevokedBy, Scope, Scopes, UserSeqNo, Won,
};
use naru_sims::demo;
use naru_storage::StorageError;
use serde_json::{Value, json};

use super::bed::ACTOR;
use super::{Bed, CONTRACT, agency};

/// Limits per transfer, day and month, won.
pub(crate) const fn limits(transfer: i64, day: i64, month: i64) -> ClientLimits {
    ClientLimits {
        transfer_won: Won(transfer),
        day_won: Won(day),
        month_won: Won(month),
    }
}

/// What a fintech is registered with.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) environment: Environment,
    pub(crate) certificate: Option<[u8; 32]>,
    pub(crate) scopes: Scopes,
    pub(crate) withdraw: ClientLimits,
    pub(crate) deposit: ClientLimits,
    pub(crate) credential: Option<naru_core::ClientCredential>,
}

impl Default for Terms {
    fn default() -> Self {
        let limits = limits(10_000_000, 100_000_000, 1_000_000_000);
        Self {
            environment: Environment::TestBed,
            certificate: None,
            scopes: Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer, Scope::Oob]),
            withdraw: limits,
            deposit: limits,
            credential: None,
        }
    }
}

/// A fintech with what it knows.
pub(crate) struct Fintech {
    pub(crate) client: Client,
    /// Empty in production.
    pub(crate) secret: String,
    pub(crate) certificate: Option<[u8; 32]>,
    /// A token for calls without a person; bound where the fintech has a certificate.
    pub(crate) oob: String,
}

impl Fintech {
    /// Where its answers are sent.
    pub(crate) const REDIRECT: &str = "https://fintech.example/callback";

    pub(crate) fn id(&self) -> String {
        self.client.id.to_string()
    }

    /// A fresh `bank_tran_id`.
    pub(crate) fn tran_id(&self, bed: &Bed) -> String {
        format!("{}U{:09}", self.client.client_use_code, bed.serial())
    }
}

/// An account as a fintech knows it, and as its institution does.
#[derive(Clone)]
pub(crate) struct Held {
    /// `fintech_use_num`
    pub(crate) number: String,
    pub(crate) bank: String,
    pub(crate) account_num: String,
}

/// A person who has agreed, with the fintech's tokens.
#[derive(Clone)]
pub(crate) struct Login {
    pub(crate) person: Person,
    pub(crate) grant: Grant,
    pub(crate) access: String,
    pub(crate) refresh: String,
    pub(crate) accounts: Vec<Held>,
}

impl Login {
    pub(crate) fn user_seq_no(&self) -> String {
        self.person.user_seq_no.to_string()
    }

    /// The first account at an institution.
    pub(crate) fn at(&self, bank: &str) -> &Held {
        let found = self.accounts.iter().find(|held| held.bank == bank);
        found.expect("the person has an account there")
    }
}

impl Bed {
    /// A fintech of the test bed without a certificate.
    pub(crate) async fn fintech(&self) -> Fintech {
        self.register(Terms::default()).await
    }

    pub(crate) async fn register(&self, terms: Terms) -> Fintech {
        // A client of production has an admitted organisation behind it.
        let organisation_id = match terms.environment {
            Environment::TestBed => None,
            Environment::Production => Some(self.admitted().await),
        };
        let registration = Registration {
            organisation_id,
            client_use_code: None,
            name: "모아핀".to_owned(),
            environment: terms.environment,
            scopes: terms.scopes.clone(),
            redirect_uris: vec![Fintech::REDIRECT.to_owned()],
            certificate_sha256: terms.certificate,
            contract_account: ContractAccount {
                bank_code: BankCode::parse(demo::FINTECH_BANK).unwrap(),
                account_num: CONTRACT.to_owned(),
                holder_name: demo::FINTECH_NAME.to_owned(),
            },
            withdraw_limits: terms.withdraw,
            deposit_limits: terms.deposit,
            credential: terms.credential.clone(),
        };
        let (client, secret) = clients::register(self.storage(), &ACTOR, registration).await.unwrap();
        let secret = secret.map(|secret| secret.expose().to_owned()).unwrap_or_default();
        let mut fintech = Fintech {
            client,
            secret,
            certificate: terms.certificate,
            oob: String::new(),
        };
        if terms.scopes.has(Scope::Oob) {
            fintech.oob = self.fresh_oob(&fintech).await;
        }
        fintech
    }

    /// An organisation whose every gate is open.
    pub(crate) async fn admitted(&self) -> OrganisationId {
        let code = format!(
            "org-{}",
            self.storage().chance().text(b"abcdefghijklmnopqrstuvwxyz", 12)
        );
        naru::admitted::admitted(self.storage(), &code).await.unwrap()
    }

    /// A fresh token for calls without a person.
    pub(crate) async fn fresh_oob(&self, fintech: &Fintech) -> String {
        let proof = tokens::ClientProof {
            client_id: &fintech.id(),
            secret: &fintech.secret,
            certificate_sha256: fintech.certificate,
        };
        let issued = tokens::two_legged(&self.parts.hub, &proof, "oob").await.unwrap();
        issued.access.expose().to_owned()
    }

    /// One of the three people (0 to 2), who came thirty days ago and agreed to everything for every account.
    pub(crate) async fn login(&self, fintech: &Fintech, who: usize) -> Login {
        let all = Scopes::of(&[Scope::Login, Scope::Inquiry, Scope::Transfer]);
        self.login_as(fintech, who, (&all, 30)).await
    }

    /// As [`Bed::login`], with other scopes and another day of coming.
    pub(crate) async fn login_as(&self, fintech: &Fintech, who: usize, (scopes, days): (&Scopes, i64)) -> Login {
        let facts = agency::facts(&demo::people()[who]);
        let mut found: Vec<Account> = Vec::new();
        for institution in self.parts.desk.lines.institutions() {
            let (answer, _) = self
                .parts
                .desk
                .lines
                .accounts(&institution.code, &facts.linking_value)
                .await;
            found.extend(answer.unwrap().into_iter().map(|account| Account {
                bank_code: institution.code.clone(),
                account_num: account.account_num,
                account_seq: account.account_seq,
                holder_name: account.holder_name,
                holder_type: account.holder_type,
                account_type: account.account_type,
                product_name: account.product_name,
            }));
        }
        let bound = fintech
            .certificate
            .map_or(naru_core::Confirmation::None, naru_core::Confirmation::Certificate);
        let (hub, facts, found) = (&self.parts.hub, &facts, &found);
        let agreed = hub.storage().run("bed_login", &ACTOR, async |tx| {
            let person = match tx.person_find_by_link(&facts.linking_value).await? {
                Some(person) => person,
                None => {
                    let chance = hub.storage().chance();
                    let person = Person {
                        id: PersonId::new(tx.now(), chance),
                        user_seq_no: UserSeqNo::new(chance),
                        facts: facts.clone(),
                        created_at: tx.now().plus_days(-days),
                    };
                    tx.person_insert(&person).await?;
                    tx.trail(Action::PersonJoined, person.id, json!({})).await?;
                    person
                }
            };
            let grant = journeys::fresh_grant(hub, (fintech.client.id, person.id), scopes, tx.now());
            tx.grant_insert(&grant).await?;
            let mut accounts = Vec::new();
            for account in found {
                let number = journeys::register(hub, &tx, &grant, account).await?;
                accounts.push(Held {
                    number: number.to_string(),
                    bank: account.bank_code.to_string(),
                    account_num: account.account_num.clone(),
                });
            }
            let issued = tokens::issue(hub, &tx, (&fintech.client, &grant), bound).await?;
            Ok::<_, tokens::TokenError>(Login {
                person,
                grant,
                access: issued.access.expose().to_owned(),
                refresh: issued
                    .refresh
                    .map(|token| token.expose().to_owned())
                    .unwrap_or_default(),
                accounts,
            })
        });
        agreed.await.unwrap()
    }

    /// Suspends, resumes or closes a fintech.
    pub(crate) async fn change_client(&self, fintech: &Fintech, event: ClientEvent) {
        let client = clients::find(self.storage(), &fintech.id()).await.unwrap();
        let change = (event, "it");
        clients::change_status(self.storage(), &ACTOR, &client, change)
            .await
            .unwrap();
    }

    /// Ends a grant as the person would.
    pub(crate) async fn revoke(&self, login: &Login) {
        let by = (RevokedBy::Person, Some(login.person.id));
        grants::revoke(self.storage(), &ACTOR, login.grant.id, by)
            .await
            .unwrap();
    }

    /// The person's registrations at the fintech, to be looked at.
    pub(crate) async fn registrations(&self, login: &Login) -> Vec<naru_core::Registration> {
        let (client, person) = (login.grant.client_id, login.person.id);
        let found = self
            .storage()
            .read("it", async |tx| tx.registration_list(client, person).await);
        found.await.unwrap_or_else(|error: StorageError| panic!("{error}"))
    }

    /// The body of a withdrawal from an account, for payment.
    pub(crate) fn withdrawal(&self, fintech: &Fintech, held: &Held, won: i64) -> Value {
        json!({
            "bank_tran_id": fintech.tran_id(self),
            "cntr_account_type": "N",
            "cntr_account_num": CONTRACT,
            "dps_print_content": "모아핀충전",
            "fintech_use_num": held.number,
            "wd_print_content": "모아핀",
            "tran_amt": won.to_string(),
            "tran_dtime": self.tran_dtime(),
            "req_client_name": "김하늘",
            "req_client_fintech_use_num": held.number,
            "req_client_num": "HANEUL1",
            "transfer_purpose": "ST",
        })
    }

    /// The body of a deposit to a registered account.
    pub(crate) fn deposit(&self, fintech: &Fintech, held: &Held, won: i64) -> Value {
        let payee = json!({ "fintech_use_num": held.number });
        self.deposit_to(fintech, &payee, won)
    }

    /// The body of a deposit to an account number.
    pub(crate) fn deposit_by_number(&self, fintech: &Fintech, (held, name): (&Held, &str), won: i64) -> Value {
        let payee = json!({
            "bank_code_std": held.bank,
            "account_num": held.account_num,
            "account_holder_name": name,
        });
        self.deposit_to(fintech, &payee, won)
    }

    fn deposit_to(&self, fintech: &Fintech, payee: &Value, won: i64) -> Value {
        let mut row = json!({
            "tran_no": "1",
            "bank_tran_id": fintech.tran_id(self),
            "print_content": "모아핀정산",
            "tran_amt": won.to_string(),
            "req_client_name": "김하늘",
            "req_client_num": "HANEUL1",
            "transfer_purpose": "ST",
        });
        for (name, value) in payee.as_object().expect("the payee's fields") {
            row[name] = value.clone();
        }
        json!({
            "cntr_account_type": "N",
            "cntr_account_num": CONTRACT,
            "wd_print_content": "정산",
            "name_check_option": "on",
            "tran_dtime": self.tran_dtime(),
            "req_cnt": "1",
            "req_list": [row],
        })
    }
}
