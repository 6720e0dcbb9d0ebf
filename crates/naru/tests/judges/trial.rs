//! A trial with clients of the FAPI 2.0 profile, and what a judge is told of it.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use naru::up::{self, Trial, UpOptions};
use naru_admission::Staff;
use naru_admission::member::token;
use naru_auth::client::service::{Registration, register};
use naru_core::{
    Actor, AuthMethod, Binding, ClientCredential, ClientLimits, Clock, Environment, Scope, Scopes, TlsName,
    TlsNameKind, Won,
};
use naru_crypto::{Authority, Subject};
use naru_storage::StorageError;
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::room::Room;

const REDIRECT_URI: &str = "https://fintech.example/callback";
const FREE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A running trial whose folder goes with it.
pub(crate) struct Stage {
    trial: Trial,
    folder: Folder,
    clients: Value,
}

/// A folder of one test.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Where the folder of a test will be.
    pub(crate) fn of(test: &str) -> Self {
        Self(std::env::temp_dir().join(format!("naru-judged-{test}-{}", std::process::id())))
    }

    /// The path.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

impl Stage {
    /// Starts a trial on free ports, with its clients.
    pub(crate) async fn start(room: &Room, judge: &str) -> Self {
        let folder = Folder::of(judge);
        let options = UpOptions {
            dir: folder.0.clone(),
            listen: FREE,
            ops_listen: FREE,
            database: None,
            page_size: 25,
        };
        let trial = up::start(&options).await.expect("the trial starts");
        let clients = clients(&trial, room, &folder.0).await;
        Self { trial, folder, clients }
    }

    /// What a judge is told.
    pub(crate) fn facts(&self) -> Value {
        let mut people = naru_sims::demo::people()
            .into_iter()
            .map(|person| json!({ "name": person.name, "birth_date": person.birth_date, "cell_no": person.cell_no }));
        let file = |name: &str| self.folder.0.join(name).display().to_string();
        json!({
            "issuer": self.trial.summary.hub,
            "ca_file": self.trial.summary.ca_file,
            "redirect_uri": REDIRECT_URI,
            "clients": self.clients,
            "stranger": { "certificate_file": file("fintech.pem"), "key_file": file("fintech.key") },
            "person": people.next(),
            "other_person": people.next(),
        })
    }

    /// What the trial itself prints.
    pub(crate) fn summary(&self) -> Value {
        serde_json::to_value(&self.trial.summary).expect("a summary is plain data")
    }

    /// The hub that is judged.
    pub(crate) fn parts(&self) -> &naru::app::Parts {
        &self.trial.running.parts
    }

    /// A member of an organisation of the trial, as if they had signed in.
    pub(crate) async fn staff(&self, organisation: &str, user_name: &str) -> Staff {
        let read = self.parts().hub.storage().read("staff", async |tx| {
            let organisation = tx
                .organisation_find_by_code(organisation)
                .await?
                .expect("the trial has it");
            let row = tx
                .member_find_by_name(organisation.id, user_name)
                .await?
                .expect("the trial has them");
            Ok::<_, StorageError>(Staff {
                member: row.member,
                organisation,
            })
        });
        read.await.expect("the database answers")
    }

    /// What the judge of directories is told: the address, and a token of the trial's fintech.
    pub(crate) async fn directory(&self) -> Value {
        let staff = self.staff("sunny-pay", "first").await;
        let issued = token::issue(&self.parts().office, &staff, "judge")
            .await
            .expect("a token is issued");
        json!({
            "scim_url": format!("{}/scim/v2", self.trial.summary.hub),
            "scim_token": issued.secret.expose(),
            "ca_file": self.trial.summary.ca_file,
        })
    }

    /// Stops everything that was started.
    pub(crate) async fn stop(self) {
        self.trial.stop().await;
    }
}

/// Two clients with keys and DPoP, one that also signs its messages, and one that proves itself with its certificate.
async fn clients(trial: &Trial, room: &Room, folder: &Path) -> Value {
    let mut told = json!({});
    for ((name, signs), key) in [("dpop", false), ("other", false), ("signed", true)]
        .iter()
        .zip(room.keys(3))
    {
        let credential = ClientCredential {
            method: AuthMethod::PrivateKeyJwt,
            binding: Binding::Dpop,
            jwks: Some(key["jwks"].to_string()),
            jwks_uri: None,
            tls_name: None,
            signed_requests: *signs,
            signed_responses: *signs,
            resource: None,
        };
        let id = registered(trial, name, credential).await;
        told[name] = json!({ "client_id": id, "jwk_private": key["jwk_private"] });
    }
    let common_name = "naru judged";
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the trial made its authority");
    let authority = Authority::load("Naru development CA", read("ca.pem"), read("ca.key")).expect("it is one");
    let nanos = i128::from(Clock::system().now().0) * 1_000;
    let now = OffsetDateTime::from_unix_timestamp_nanos(nanos).expect("a moment of this century");
    let issued = authority
        .issue(&Subject::Client(common_name), 1, now)
        .expect("a certificate is issued");
    let (certificate, key) = (folder.join("judged.pem"), folder.join("judged.key"));
    std::fs::write(&certificate, issued.certificate_pem).expect("the folder is ours");
    std::fs::write(&key, issued.key_pem).expect("the folder is ours");
    let credential = ClientCredential {
        method: AuthMethod::TlsClientAuth,
        binding: Binding::Certificate,
        jwks: None,
        jwks_uri: None,
        tls_name: Some(TlsName {
            kind: TlsNameKind::SubjectDn,
            value: format!("CN={common_name}"),
        }),
        signed_requests: false,
        signed_responses: false,
        resource: None,
    };
    let id = registered(trial, "mtls", credential).await;
    told["mtls"] = json!({ "client_id": id, "certificate_file": certificate, "key_file": key });
    told
}

async fn registered(trial: &Trial, name: &str, credential: ClientCredential) -> String {
    let limits = ClientLimits {
        transfer_won: Won(10_000_000),
        day_won: Won(100_000_000),
        month_won: Won(1_000_000_000),
    };
    let scopes = [
        Scope::OpenId,
        Scope::Login,
        Scope::Inquiry,
        Scope::Transfer,
        Scope::Oob,
        Scope::GrantQuery,
        Scope::GrantRevoke,
    ];
    let registration = Registration {
        client_use_code: None,
        name: format!("judged {name}"),
        environment: Environment::TestBed,
        scopes: Scopes::of(&scopes),
        redirect_uris: vec![REDIRECT_URI.to_owned()],
        certificate_sha256: None,
        contract_account: up::contract_account().expect("the trial has one"),
        withdraw_limits: limits,
        deposit_limits: limits,
        credential: Some(credential),
        organisation_id: None,
    };
    let storage = trial.running.parts.hub.storage();
    let (client, _) = register(storage, &Actor::Hub("judged"), registration)
        .await
        .expect("the client is registered");
    client.id.to_string()
}
