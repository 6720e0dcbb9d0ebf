//! A client of the profile, with its keys.

use naru_auth::client::service::{self as clients, ClientError, Registration};
use naru_core::{
    AuthMethod, BankCode, Binding, Client, ClientCredential, ClientEvent, ClientLimits, ContractAccount, Environment,
    Scope, Scopes, TlsName, TlsNameKind, Won,
};
use naru_crypto::jose::{Algorithm, Jwks, Signer as _, SoftwareKey, base64url};
use naru_crypto::sha256;
use naru_storage::PushedRequest;
use naru_web::PeerCertificate;
use serde_json::{Value, json};

use super::hub::{ACTOR, BANK};
use super::{Answer, Bed, Call, Form, ISSUER, Jwt};

/// The PKCE verifier of every request.
pub(crate) const VERIFIER: &str = "a-verifier-of-more-than-forty-three-characters-0";
/// How an assertion is announced.
pub(crate) const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client is registered with.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) method: AuthMethod,
    pub(crate) binding: Binding,
    pub(crate) algorithm: Algorithm,
    pub(crate) scopes: Scopes,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) environment: Environment,
    pub(crate) signed_requests: bool,
    pub(crate) signed_responses: bool,
    pub(crate) resource: Option<String>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) certificate: Option<PeerCertificate>,
    pub(crate) tls_name: Option<TlsName>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            method: AuthMethod::PrivateKeyJwt,
            binding: Binding::Dpop,
            algorithm: Algorithm::Es256,
            scopes: Scopes::of(&[
                Scope::Login,
                Scope::Inquiry,
                Scope::Transfer,
                Scope::Oob,
                Scope::OpenId,
                Scope::GrantQuery,
                Scope::GrantRevoke,
            ]),
            redirect_uris: vec![FapiClient::REDIRECT.to_owned(), "http://127.0.0.1/cb".to_owned()],
            environment: Environment::TestBed,
            signed_requests: false,
            signed_responses: false,
            resource: None,
            jwks_uri: None,
            certificate: None,
            tls_name: None,
        }
    }
}

impl Terms {
    /// Proves itself with a certificate of this common name, and binds its tokens to it.
    pub(crate) fn tls(common_name: &str) -> Self {
        Self {
            method: AuthMethod::TlsClientAuth,
            binding: Binding::Certificate,
            certificate: Some(certificate(common_name)),
            tls_name: Some(TlsName {
                kind: TlsNameKind::SubjectDn,
                value: format!("CN={common_name}"),
            }),
            ..Self::default()
        }
    }
}

/// A certificate as the listener hands it on.
pub(crate) fn certificate(common_name: &str) -> PeerCertificate {
    let mut params = rcgen::CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    shown(&params)
}

/// A certificate of these contents.
pub(crate) fn shown(params: &rcgen::CertificateParams) -> PeerCertificate {
    let key = rcgen::KeyPair::generate().unwrap();
    let made = params.self_signed(&key).unwrap();
    PeerCertificate {
        sha256: Some(sha256(made.der())),
        der: Some(made.der().to_vec().into()),
    }
}

/// A client with its keys and its certificate.
pub(crate) struct FapiClient {
    pub(crate) client: Client,
    pub(crate) credential: ClientCredential,
    /// Signs assertions and requests.
    pub(crate) key: SoftwareKey,
    /// Makes proofs.
    pub(crate) dpop: SoftwareKey,
    /// What its connections show.
    pub(crate) peer: PeerCertificate,
}

impl Bed {
    /// A client that proves itself with a key and has its tokens bound to another.
    pub(crate) async fn client(&self) -> FapiClient {
        self.register(Terms::default()).await.unwrap()
    }

    /// A client that proves itself with its certificate.
    pub(crate) async fn tls_client(&self) -> FapiClient {
        self.register(Terms::tls("moafin")).await.unwrap()
    }

    pub(crate) async fn register(&self, terms: Terms) -> Result<FapiClient, ClientError> {
        let key = SoftwareKey::generate(terms.algorithm).unwrap().0;
        let keys = Jwks::of(vec![key.public_jwk()]).to_text();
        let credential = ClientCredential {
            method: terms.method,
            binding: terms.binding,
            jwks: terms.jwks_uri.is_none().then_some(keys),
            jwks_uri: terms.jwks_uri,
            tls_name: terms.tls_name,
            signed_requests: terms.signed_requests,
            signed_responses: terms.signed_responses,
            resource: terms.resource,
        };
        let registration = registration(terms.scopes, terms.redirect_uris, terms.environment, credential.clone());
        let (client, secret) = clients::register(self.storage(), &ACTOR, registration).await?;
        assert!(secret.is_none(), "a client of this profile has no secret");
        Ok(FapiClient {
            client,
            credential,
            key,
            dpop: SoftwareKey::generate(Algorithm::Es256).unwrap().0,
            peer: terms.certificate.unwrap_or_default(),
        })
    }
}

/// What is registered beside the credential.
pub(crate) fn registration(
    scopes: Scopes,
    redirect_uris: Vec<String>,
    environment: Environment,
    credential: ClientCredential,
) -> Registration {
    let limits = ClientLimits {
        transfer_won: Won(1_000),
        day_won: Won(1_000),
        month_won: Won(1_000),
    };
    Registration {
        client_use_code: None,
        name: "모아핀".to_owned(),
        environment,
        scopes,
        redirect_uris,
        certificate_sha256: None,
        contract_account: ContractAccount {
            bank_code: BankCode::parse(BANK).unwrap(),
            account_num: "100200300".to_owned(),
            holder_name: "모아핀".to_owned(),
        },
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: Some(credential),
        organisation_id: None,
    }
}

impl FapiClient {
    pub(crate) const REDIRECT: &str = "https://app.example/callback?tenant=1";

    pub(crate) fn id(&self) -> String {
        self.client.id.to_string()
    }

    pub(crate) fn uses_assertions(&self) -> bool {
        self.credential.method == AuthMethod::PrivateKeyJwt
    }

    /// An assertion that holds (RFC 7523 3).
    pub(crate) fn assertion(&self, bed: &Bed) -> Jwt {
        let claims = json!({
            "iss": self.id(), "sub": self.id(), "aud": ISSUER, "jti": bed.fresh(),
            "iat": bed.now(), "nbf": bed.now(), "exp": bed.now() + 60,
        });
        Jwt::named(&self.key, "JWT", claims)
    }

    /// A proof for a request (RFC 9449 4.2).
    pub(crate) fn proof(&self, bed: &Bed, (method, path): (&str, &str), token: Option<&str>) -> Jwt {
        let mut claims = json!({
            "jti": bed.fresh(), "htm": method, "htu": format!("{ISSUER}{path}"), "iat": bed.now(),
        });
        if let Some(token) = token {
            claims["ath"] = json!(base64url(&sha256(token.as_bytes())));
        }
        Jwt::carrying(&self.dpop, "dpop+jwt", claims)
    }

    /// What an authorization request asks, without anything that proves the client.
    pub(crate) fn request(&self) -> Form {
        Form::of(&[
            ("response_type", "code"),
            ("redirect_uri", Self::REDIRECT),
            ("scope", "openid login inquiry"),
            ("state", "the state & more=1"),
            ("nonce", "the-nonce"),
            ("code_challenge", &base64url(&sha256(VERIFIER.as_bytes()))),
            ("code_challenge_method", "S256"),
        ])
    }

    /// What an authorization request asks, as a signed object (RFC 9101).
    pub(crate) fn object(&self, bed: &Bed, form: &Form) -> Jwt {
        let mut claims = json!({
            "iss": self.id(), "aud": ISSUER, "client_id": self.id(), "jti": bed.fresh(),
            "iat": bed.now(), "nbf": bed.now(), "exp": bed.now() + 300,
        });
        for (name, value) in &form.0 {
            claims[name.as_str()] = json!(value);
        }
        Jwt::named(&self.key, "oauth-authz-req+jwt", claims)
    }

    /// A form with what proves the client.
    pub(crate) fn proved(&self, bed: &Bed, form: Form) -> Form {
        self.proved_by(form, &self.assertion(bed).sign(&self.key))
    }

    /// A form with this assertion, where the client uses any.
    pub(crate) fn proved_by(&self, form: Form, assertion: &str) -> Form {
        let form = form.and("client_id", &self.id());
        if !self.uses_assertions() {
            return form;
        }
        form.and("client_assertion_type", ASSERTION)
            .and("client_assertion", assertion)
    }

    /// A request to an endpoint, all of it as it should be.
    pub(crate) fn call(&self, bed: &Bed, path: &str, form: Form) -> Call {
        let call = Call::post(path, &self.proved(bed, form)).peer(&self.peer);
        if path == "/fapi2/token" && self.credential.binding == Binding::Dpop {
            let proof = self.proof(bed, ("POST", path), None).sign(&self.dpop);
            return call.header("DPoP", &proof);
        }
        call
    }

    /// A call with an access token, all of it as it should be.
    pub(crate) fn resource(&self, bed: &Bed, (method, path): (&'static str, &str), token: &str) -> Call {
        let call = Call::new(method, path).peer(&self.peer);
        if self.credential.binding == Binding::Certificate {
            return call.header("Authorization", &format!("Bearer {token}"));
        }
        let bare = path.split('?').next().unwrap();
        let proof = self.proof(bed, (method, bare), Some(token)).sign(&self.dpop);
        call.header("Authorization", &format!("DPoP {token}"))
            .header("DPoP", &proof)
    }

    /// Whether a token is good for the person's subject.
    pub(crate) async fn userinfo(&self, bed: &Bed, token: &str) -> Answer {
        bed.send(&self.resource(bed, ("GET", "/fapi2/userinfo"), token)).await
    }

    /// Posts a form of an endpoint, all of it as it should be.
    pub(crate) async fn post(&self, bed: &Bed, path: &str, form: Form) -> Answer {
        bed.send(&self.call(bed, path, form)).await
    }

    /// What the hub tells of a token.
    pub(crate) async fn introspect(&self, bed: &Bed, token: &str) -> Value {
        let answer = self.post(bed, "/fapi2/introspect", Form::of(&[("token", token)])).await;
        answer.expect(200).json()
    }

    /// A pushed request with this assertion.
    pub(crate) fn par_with(&self, assertion: &str) -> Call {
        Call::post("/fapi2/par", &self.proved_by(self.request(), assertion)).peer(&self.peer)
    }

    /// A request to the token endpoint with this proof.
    pub(crate) fn token_with(&self, bed: &Bed, form: Form, proof: &str) -> Call {
        self.call(bed, "/fapi2/token", form)
            .no_header("DPoP")
            .header("DPoP", proof)
    }
}

impl Bed {
    /// Gives a client another key to sign with, published under its own name.
    pub(crate) async fn rekey(&self, client: &mut FapiClient, key: SoftwareKey) {
        client.credential.jwks = Some(Jwks::of(vec![key.public_jwk()]).to_text());
        client.key = key;
        let changed = clients::change_credential(self.storage(), &ACTOR, &client.client, &client.credential);
        changed.await.unwrap();
    }

    /// Moves a client to another state.
    pub(crate) async fn move_client(&self, client: &FapiClient, event: ClientEvent) {
        let found = clients::find(self.storage(), &client.id()).await.unwrap();
        let moved = clients::change_status(self.storage(), &ACTOR, &found, (event, "")).await;
        moved.unwrap();
    }

    /// Lets a client have pushed so many requests more.
    pub(crate) async fn crowd(&self, client: &FapiClient, requests: u32) {
        let now = self.hub.now();
        let crowded = self.storage().record("it", async |tx| {
            for i in 0..requests {
                let row = PushedRequest {
                    sha256: sha256(&i.to_be_bytes()).to_vec(),
                    client_id: client.client.id,
                    asked: "{}".to_owned(),
                    created_at: now,
                    expires_at: now.plus_seconds(90),
                    used_at: None,
                };
                tx.pushed_request_insert(&row).await?;
            }
            Ok(())
        });
        crowded.await.unwrap();
    }
}
