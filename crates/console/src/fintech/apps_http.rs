//! A fintech's clients: GET and POST /fintech/apps, GET /fintech/apps/{id}, POST …/keys, …/limits, …/certificates,
//! …/certificates/{serial}/revoke, and GET …/certificates/{serial} for the certificate itself.

use axum::extract::Path;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use naru_admission::organisation::standing;
use naru_auth::client::certificate;
use naru_auth::client::service::{self, Registration};
use naru_core::{
    AuthMethod, BankCode, Binding, Client, ClientCredential, ClientLimits, ContractAccount, Direction, Environment,
    OrganisationKind, Profile, Role, Scope, Scopes, TlsName, TlsNameKind, mask_account,
};
use naru_storage::StorageError;
use naru_web::Route;

use super::app_admission::admission;
use super::apps::{AppsView, OneAppView, app_view, banks, certificate_view, days, is_live};
use super::desk::{DoneWord, Ended, Once, OnceWord, Read, Said, Seat, Sent, day_text, won};
use super::trouble::{AlertWord, Trouble, alert, at};
use crate::member::route;
use crate::pages::{Form, Pages};

const HERE: &str = "/fintech/apps";
/// Redirect URIs of one client at most.
const URIS_MAX: usize = 10;
/// Days for which a certificate is issued.
const CERTIFICATE_DAYS: i64 = 365;

/// The routes of these pages.
pub(super) fn routes(pages: &Pages) -> Vec<Route> {
    let all = [
        (("GET", HERE), "A fintech's clients and how much they call", get(show)),
        (("POST", HERE), "Registers a client of a fintech", post(register)),
        (("GET", "/fintech/apps/{id}"), "One client of a fintech", get(show_one)),
        (
            ("POST", "/fintech/apps/{id}/keys"),
            "Changes how a client proves itself",
            post(change_keys),
        ),
        (
            ("POST", "/fintech/apps/{id}/limits"),
            "Changes how much a client may move",
            post(change_limits),
        ),
        (
            ("POST", "/fintech/apps/{id}/certificates"),
            "Issues a certificate over a signing request",
            post(issue),
        ),
        (
            ("GET", "/fintech/apps/{id}/certificates/{serial}"),
            "A certificate, PEM",
            get(download),
        ),
        (
            ("POST", "/fintech/apps/{id}/certificates/{serial}/revoke"),
            "Revokes a certificate of a client",
            post(revoke),
        ),
    ];
    all.into_iter()
        .map(|(at, summary, handler)| route(pages, at, summary, handler))
        .collect()
}

fn may_change(seat: &Seat) -> Result<(), Trouble> {
    Ok(seat.staff.require(Role::Developer, OrganisationKind::Fintech)?)
}

/// A client of the member's own organisation; that of another is not there.
async fn own(seat: &Seat, name: &str) -> Result<Client, Trouble> {
    let client = service::find(seat.pages().hub.storage(), name).await?;
    if client.organisation_id == Some(seat.staff.organisation.id) {
        Ok(client)
    } else {
        Err(Trouble::NotFound)
    }
}

async fn show(seat: Seat) -> Response {
    let said = seat.said();
    shown(&seat, &said).await
}

async fn shown(seat: &Seat, said: &Said) -> Response {
    seat.show(("fintech/apps.html", HERE), said, view(seat).await).await
}

async fn view(seat: &Seat) -> Result<AppsView, Trouble> {
    let clients = standing::clients(seat.office(), &seat.staff).await?;
    let usage = standing::usage(seat.office(), &seat.staff).await?;
    let days = days(usage.since, seat.today());
    let organisation = &seat.staff.organisation;
    Ok(AppsView {
        apps: clients.iter().map(|client| app_view(client, &usage, &days)).collect(),
        since: day_text(usage.since),
        banks: institutions(seat).await?,
        is_live: is_live(organisation.state),
        insured_won: organisation.insured_won.0,
        limits_won: organisation.withdraw_day_won.0,
        name_kinds: TlsNameKind::ALL.to_vec(),
    })
}

async fn institutions(seat: &Seat) -> Read<Vec<(String, String)>> {
    let language = seat.language();
    let storage = seat.pages().hub.storage();
    let found = storage.read("institution_list", async |tx| tx.institution_list().await);
    let found: Result<Vec<naru_core::Institution>, StorageError> = found.await;
    let named = found?.into_iter().map(|i| {
        let name = language.pick(&i.name_ko, &i.name_en).to_owned();
        (i.code, name)
    });
    Ok(banks(named))
}

async fn register(Sent { seat, form }: Sent) -> Response {
    match seat.settle((HERE, "register"), &form, registered(&seat, &form).await) {
        Ok(response) => response,
        Err(said) => shown(&seat, &said).await,
    }
}

async fn registered(seat: &Seat, form: &Form) -> Result<Ended, Trouble> {
    may_change(seat)?;
    let registration = registration(seat, form)?;
    let actor = seat.staff.actor();
    let (client, secret) = service::register(seat.pages().hub.storage(), &actor, registration).await?;
    Ok(match secret {
        Some(secret) => Ended::Once(Once {
            word: OnceWord::ClientSecret,
            of: client.name,
            secret: secret.expose().to_owned(),
        }),
        None => Ended::Done(DoneWord::AppRegistered),
    })
}

fn registration(seat: &Seat, form: &Form) -> Result<Registration, Trouble> {
    let environment = Environment::parse(form.get("environment"));
    let profile = Profile::parse(form.get("profile"));
    let bank_code = BankCode::parse(form.get("bank_code"));
    let scopes: Vec<Scope> = form.all("scope").filter_map(|word| Scope::parse(word).ok()).collect();
    let uris: Vec<String> = form.get("redirect_uri").split_whitespace().map(str::to_owned).collect();
    if uris.is_empty() || uris.len() > URIS_MAX {
        return Err(at(
            "redirect_uri",
            AlertWord::Field,
            format!("1 to {URIS_MAX} addresses"),
        ));
    }
    let certificate = form.get("certificate").replace(':', "");
    Ok(Registration {
        client_use_code: None,
        name: form.get("name").to_owned(),
        environment: environment.map_err(|error| at("environment", AlertWord::Field, error))?,
        scopes: Scopes::of(&scopes),
        redirect_uris: uris,
        certificate_sha256: sha256(&certificate)?,
        contract_account: ContractAccount {
            bank_code: bank_code.map_err(|error| at("bank_code", AlertWord::Field, error))?,
            account_num: account_number(form.get("account_num"))?,
            holder_name: form.get("holder_name").chars().take(60).collect(),
        },
        withdraw_limits: limits(form, "withdraw")?,
        deposit_limits: limits(form, "deposit")?,
        credential: match profile.map_err(|error| at("profile", AlertWord::Field, error))? {
            Profile::Kftc => None,
            Profile::Fapi2 => Some(credential(form)?),
        },
        organisation_id: Some(seat.staff.organisation.id),
    })
}

fn account_number(text: &str) -> Result<String, Trouble> {
    let digits = text.replace('-', "");
    if (1..=16).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit()) {
        Ok(digits)
    } else {
        Err(at("account_num", AlertWord::Field, "1 to 16 digits"))
    }
}

pub(crate) fn sha256(text: &str) -> Result<Option<[u8; 32]>, Trouble> {
    if text.is_empty() {
        return Ok(None);
    }
    let bytes = naru_crypto::from_hex(text).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    bytes
        .map(Some)
        .ok_or_else(|| at("certificate", AlertWord::Field, "SHA-256: 64 hexadecimal digits"))
}

fn limits(form: &Form, direction: &'static str) -> Result<ClientLimits, Trouble> {
    let [transfer, day, month] = match direction {
        "withdraw" => ["withdraw_transfer", "withdraw_day", "withdraw_month"],
        _ => ["deposit_transfer", "deposit_day", "deposit_month"],
    };
    Ok(ClientLimits {
        transfer_won: won(form, transfer)?,
        day_won: won(form, day)?,
        month_won: won(form, month)?,
    })
}

fn credential(form: &Form) -> Result<ClientCredential, Trouble> {
    let some = |name| Some(form.get(name).to_owned()).filter(|text| !text.is_empty());
    let method = AuthMethod::parse(form.get("method")).map_err(|error| at("method", AlertWord::Field, error))?;
    let tls_name = match (TlsNameKind::parse(form.get("tls_kind")), some("tls_value")) {
        (Ok(kind), Some(value)) => Some(TlsName { kind, value }),
        _ => None,
    };
    Ok(ClientCredential {
        method,
        binding: Binding::parse(form.get("binding")).map_err(|error| at("binding", AlertWord::Field, error))?,
        jwks: some("jwks"),
        jwks_uri: some("jwks_uri"),
        tls_name,
        signed_requests: form.get("signed_requests") == "yes",
        signed_responses: form.get("signed_responses") == "yes",
        resource: None,
    })
}

fn here(id: &str) -> String {
    format!("{HERE}/{id}")
}

async fn show_one(Path(name): Path<String>, seat: Seat) -> Response {
    let said = seat.said();
    shown_one(&seat, &name, &said).await
}

async fn shown_one(seat: &Seat, name: &str, said: &Said) -> Response {
    let view = one(seat, name).await;
    seat.show(("fintech/app.html", &here(name)), said, view).await
}

async fn one(seat: &Seat, name: &str) -> Result<OneAppView, Trouble> {
    let (client, pages) = (own(seat, name).await?, seat.pages());
    let usage = standing::usage(seat.office(), &seat.staff).await?;
    let days = days(usage.since, seat.today());
    let storage = pages.hub.storage();
    let found: Result<_, StorageError> = storage
        .read("credential_find", async |tx| tx.credential_find(client.id).await)
        .await;
    let certificates = certificate::list(storage, &client).await?;
    let contract = &client.contract_account;
    let of = |limits: &ClientLimits| (limits.transfer_won.0, limits.day_won.0, limits.month_won.0);
    let organisation = &seat.staff.organisation;
    Ok(OneAppView {
        app: app_view(&client, &usage, &days),
        admission: admission(seat, &client).await?,
        redirect_uris: client.redirect_uris.clone(),
        contract: (
            pages.bank_name(&contract.bank_code, seat.language()),
            mask_account(&contract.account_num),
        ),
        withdraw: of(&client.withdraw_limits),
        deposit: of(&client.deposit_limits),
        credential: found?.as_ref().map(Into::into),
        certificate_sha256: client
            .certificate_sha256
            .as_deref()
            .map(naru_crypto::hex)
            .unwrap_or_default(),
        certificates: certificates
            .iter()
            .map(|row| certificate_view(row, pages.hub.now()))
            .collect(),
        can_issue: pages.authority.is_some(),
        name_kinds: TlsNameKind::ALL.to_vec(),
        since: day_text(usage.since),
        is_live: is_live(organisation.state),
        insured_won: organisation.insured_won.0,
        limits_won: organisation.withdraw_day_won.0,
    })
}

async fn change_keys(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let changed = async {
        may_change(&seat)?;
        let client = own(&seat, &name).await?;
        let (storage, actor) = (seat.pages().hub.storage(), seat.staff.actor());
        if client.profile == Profile::Fapi2 {
            service::change_credential(storage, &actor, &client, &credential(&form)?).await?;
        } else {
            let certificate = sha256(&form.get("certificate").replace(':', ""))?;
            service::change_certificate(storage, &actor, &client, certificate).await?;
        }
        Ok(Ended::Done(DoneWord::AppChanged))
    };
    match seat.settle((&here(&name), "keys"), &form, changed.await) {
        Ok(response) => response,
        Err(said) => shown_one(&seat, &name, &said).await,
    }
}

async fn change_limits(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let ended = limits_changed(&seat, &name, &form).await;
    match seat.settle((&here(&name), "limits"), &form, ended) {
        Ok(response) => response,
        Err(said) => shown_one(&seat, &name, &said).await,
    }
}

/// In production, limits above what is insured close the gate: they are taken only with a second press that says so.
async fn limits_changed(seat: &Seat, name: &str, form: &Form) -> Result<Ended, Trouble> {
    may_change(seat)?;
    let client = own(seat, name).await?;
    let (withdraw, deposit) = (limits(form, "withdraw")?, limits(form, "deposit")?);
    let organisation = &seat.staff.organisation;
    let others = organisation.withdraw_day_won.0 - client.withdraw_limits.day_won.0;
    let sum = others.saturating_add(withdraw.day_won.0);
    let is_above = client.environment == Environment::Production
        && withdraw.day_won > client.withdraw_limits.day_won
        && sum > organisation.insured_won.0;
    if is_above && form.get("above") != "yes" {
        let detail = format!("insured_won={} limits_won={sum}", organisation.insured_won.0);
        return Err(at("above", AlertWord::Unconfirmed, detail));
    }
    let (storage, actor) = (seat.pages().hub.storage(), seat.staff.actor());
    service::change_limits(storage, &actor, &client, (Direction::Withdraw, &withdraw)).await?;
    service::change_limits(storage, &actor, &client, (Direction::Deposit, &deposit)).await?;
    Ok(Ended::Done(DoneWord::AppChanged))
}

async fn issue(Path(name): Path<String>, Sent { seat, form }: Sent) -> Response {
    let issued = async {
        may_change(&seat)?;
        let client = own(&seat, &name).await?;
        let authority = seat.pages().authority.clone();
        let authority = authority.ok_or_else(|| alert(AlertWord::NoAuthority, ""))?;
        let (storage, actor) = (seat.pages().hub.storage(), seat.staff.actor());
        let asked = (form.get("csr"), CERTIFICATE_DAYS);
        Ok(certificate::issue(storage, (&actor, &authority), &client, asked).await?)
    };
    let ended = match issued.await {
        Ok(row) => return pem(&row.serial, row.pem),
        Err(trouble) => Err(trouble),
    };
    match seat.settle((&here(&name), "certificate"), &form, ended) {
        Ok(response) => response,
        Err(said) => shown_one(&seat, &name, &said).await,
    }
}

fn pem(serial: &str, text: String) -> Response {
    let name = format!("attachment; filename=\"naru-{serial}.pem\"");
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/x-pem-file")),
        (
            header::CONTENT_DISPOSITION,
            HeaderValue::from_str(&name).expect("a serial number is hexadecimal"),
        ),
    ];
    (headers, text).into_response()
}

/// A certificate of a client of one's own.
async fn own_certificate(seat: &Seat, name: &str, serial: &str) -> Result<naru_storage::CertificateRow, Trouble> {
    let client = own(seat, name).await?;
    let rows = certificate::list(seat.pages().hub.storage(), &client).await?;
    rows.into_iter()
        .find(|row| row.serial == serial)
        .ok_or(Trouble::NotFound)
}

async fn download(Path((name, serial)): Path<(String, String)>, seat: Seat) -> Response {
    match own_certificate(&seat, &name, &serial).await {
        Ok(row) => pem(&row.serial, row.pem),
        Err(trouble) => seat.refuse(&trouble),
    }
}

async fn revoke(Path((name, serial)): Path<(String, String)>, Sent { seat, form }: Sent) -> Response {
    let revoked = async {
        may_change(&seat)?;
        let row = own_certificate(&seat, &name, &serial).await?;
        let (storage, actor) = (seat.pages().hub.storage(), seat.staff.actor());
        certificate::revoke(storage, &actor, &row.serial, form.get("reason")).await?;
        Ok(Ended::Done(DoneWord::CertificateRevoked))
    };
    match seat.settle((&here(&name), "revoke"), &form, revoked.await) {
        Ok(response) => response,
        Err(said) => shown_one(&seat, &name, &said).await,
    }
}
