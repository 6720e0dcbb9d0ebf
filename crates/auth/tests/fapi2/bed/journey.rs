//! The person's part: the pages are only a face over what is called here.

use naru_auth::authorization::service::{self as journeys, Choice, JourneyError};
use naru_auth::authorization::{Asked, AskedError};
use naru_core::{Account, BankCode, PersonFacts};
use naru_storage::Authorization;
use serde_json::Value;

use super::hub::BANK;
use super::{Answer, Bed, FapiClient, Form, VERIFIER};

/// Where the browser was sent, and with what.
#[derive(Debug, Clone)]
pub(crate) struct Redirect {
    pub(crate) uri: String,
    pub(crate) parameters: Form,
}

impl Redirect {
    pub(crate) fn of(uri: String) -> Self {
        let query = uri.split_once('?').map_or("", |(_, query)| query);
        let decoded = |text: &str| {
            let mut bytes = text.bytes();
            let mut out = Vec::new();
            while let Some(byte) = bytes.next() {
                out.push(match byte {
                    b'+' => b' ',
                    b'%' => {
                        let mut digit = || char::from(bytes.next().unwrap()).to_digit(16).unwrap();
                        u8::try_from(digit() * 16 + digit()).unwrap()
                    }
                    other => other,
                });
            }
            String::from_utf8(out).unwrap()
        };
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let parameters = Form(pairs.map(|(name, value)| (decoded(name), decoded(value))).collect());
        Self { uri, parameters }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    pub(crate) fn code(&self) -> &str {
        self.get("code").unwrap_or_else(|| panic!("no code in {}", self.uri))
    }
}

/// What a token request gave.
#[derive(Debug, Clone)]
pub(crate) struct Tokens {
    pub(crate) access: String,
    pub(crate) refresh: String,
    /// The whole answer.
    pub(crate) body: Value,
}

impl Tokens {
    pub(crate) fn of(body: Value) -> Self {
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: text("access_token"),
            refresh: text("refresh_token"),
            body,
        }
    }
}

/// The person of the bed; another number is another person.
pub(crate) fn facts(number: u8) -> PersonFacts {
    PersonFacts {
        linking_value: format!("ci-{number}-{}", "x".repeat(80)),
        name: "김나루".to_owned(),
        birth_date: "19900101".to_owned(),
        gender: "F".to_owned(),
        cell_no: "010-0000-0001".to_owned(),
        email: String::new(),
    }
}

fn account() -> Account {
    Account {
        bank_code: BankCode::parse(BANK).unwrap(),
        account_num: "110220330440".to_owned(),
        account_seq: String::new(),
        holder_name: "김나루".to_owned(),
        holder_type: "P".to_owned(),
        account_type: "1".to_owned(),
        product_name: "나루통장".to_owned(),
    }
}

impl FapiClient {
    /// Pushes a request.
    pub(crate) async fn push(&self, bed: &Bed, form: Form) -> Answer {
        self.post(bed, "/fapi2/par", form).await
    }

    /// Pushes a request that holds; gives its name.
    pub(crate) async fn pushed(&self, bed: &Bed, form: Form) -> String {
        let answer = self.push(bed, form).await.expect(201).json();
        answer["request_uri"].as_str().unwrap().to_owned()
    }

    /// Loads the page of a pushed request, as a browser does.
    pub(crate) async fn begin(&self, bed: &Bed, request_uri: &str) -> Result<Authorization, AskedError> {
        let query = Form::of(&[("client_id", &self.id()), ("request_uri", request_uri)]).encoded();
        journeys::begin_pushed(&bed.hub, &query)
            .await
            .map(|(journey, _)| journey)
    }

    /// A code request with a code.
    pub(crate) fn exchange(redirect: &Redirect) -> Form {
        Form::of(&[
            ("grant_type", "authorization_code"),
            ("code", redirect.code()),
            ("redirect_uri", Self::REDIRECT),
            ("code_verifier", VERIFIER),
        ])
    }

    /// A refresh request.
    pub(crate) fn renewal(tokens: &Tokens) -> Form {
        Form::of(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)])
    }

    /// Posts to the token endpoint, all of it as it should be.
    pub(crate) async fn token(&self, bed: &Bed, form: Form) -> Answer {
        self.post(bed, "/fapi2/token", form).await
    }

    /// Everything from the pushed request to the code.
    pub(crate) async fn agreed(&self, bed: &Bed, form: Form) -> Redirect {
        let uri = self.pushed(bed, form).await;
        let journey = self.begin(bed, &uri).await.unwrap();
        let journey = bed.sign_in(&journey, 1).await;
        bed.agree(&journey).await.unwrap()
    }

    /// Everything from the pushed request to the tokens.
    pub(crate) async fn authorized(&self, bed: &Bed) -> Tokens {
        self.authorized_with(bed, self.request()).await
    }

    pub(crate) async fn authorized_with(&self, bed: &Bed, form: Form) -> Tokens {
        let redirect = self.agreed(bed, form).await;
        Tokens::of(self.token(bed, Self::exchange(&redirect)).await.expect(200).json())
    }

    /// A token without a person.
    pub(crate) async fn two_legged(&self, bed: &Bed, scope: &str) -> Tokens {
        let form = Form::of(&[("grant_type", "client_credentials"), ("scope", scope)]);
        Tokens::of(self.token(bed, form).await.expect(200).json())
    }
}

impl Bed {
    /// The person proves who they are, with a code to their phone.
    pub(crate) async fn sign_in(&self, journey: &Authorization, person: u8) -> Authorization {
        let signed_in = journeys::sign_in(&self.hub, journey, &facts(person), vec![account()]).await;
        let secret = signed_in.unwrap();
        let found = journeys::find(&self.hub, journey.id, secret.expose()).await;
        found.unwrap().0
    }

    /// The person agrees to everything.
    pub(crate) async fn agree(&self, journey: &Authorization) -> Result<Redirect, JourneyError> {
        let choice = Choice {
            accounts: vec![0],
            inquiry: true,
            transfer: true,
        };
        let asked: Asked = serde_json::from_str(&journey.asked).unwrap();
        let uri = journeys::agree(&self.hub, journey, (&asked, &choice)).await?;
        Ok(Redirect::of(uri))
    }

    /// The person refuses.
    pub(crate) async fn refuse(&self, journey: &Authorization) -> Result<Redirect, JourneyError> {
        let asked: Asked = serde_json::from_str(&journey.asked).unwrap();
        let uri = journeys::refuse(&self.hub, journey, &asked).await?;
        Ok(Redirect::of(uri))
    }
}
