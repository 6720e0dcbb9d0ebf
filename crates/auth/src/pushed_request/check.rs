//! What may be asked: every parameter of an authorization request of the FAPI 2.0 profile, checked before it is stored.

use naru_core::{Client, GrantId, Language, Scopes};
use naru_crypto::jose::from_base64url;
use naru_web::fapi2::{OauthError, OauthErrorKind};

use crate::authorization::{Asked, Fapi2Asked, GrantAction, GrantUse};

/// `state` at most, bytes: it is returned intact or refused, never cut (line 36).
const STATE_MAX: usize = 4_096;
/// `nonce` at most, bytes (line 34).
const NONCE_MAX: usize = 1_024;

/// The parameters, from the form or from inside a signed request.
pub(super) trait Parameters {
    fn get(&self, name: &str) -> Option<String>;
}

fn refuse(kind: OauthErrorKind, why: &'static str) -> OauthError {
    OauthError::new(kind, why)
}

/// Checks a request against what the client has registered.
pub(super) fn check(client: &Client, signed_response: bool, parameters: &impl Parameters) -> Result<Asked, OauthError> {
    let get = |name: &str| parameters.get(name);
    if get("response_type").as_deref() != Some("code") {
        let why = "response_type must be code";
        return Err(refuse(OauthErrorKind::UnsupportedResponseType, why));
    }
    let redirect_uri = get("redirect_uri").ok_or_else(|| OauthError::request("redirect_uri is required"))?;
    if !client
        .redirect_uris
        .iter()
        .any(|registered| same_redirect(registered, &redirect_uri))
    {
        return Err(OauthError::request("redirect_uri is not registered for this client"));
    }
    let scopes = get("scope").unwrap_or_default();
    let invalid_scope = || {
        refuse(
            OauthErrorKind::InvalidScope,
            "scope is missing, unknown or not the client's",
        )
    };
    let scopes = Scopes::parse(&scopes).map_err(|_| invalid_scope())?;
    let of_people = scopes.iter().all(naru_core::Scope::is_of_people);
    if scopes.is_empty() || !of_people || !client.scopes.covers(&scopes) {
        return Err(invalid_scope());
    }
    if get("code_challenge_method").as_deref() != Some("S256") {
        return Err(OauthError::request("code_challenge_method must be S256"));
    }
    let challenge = get("code_challenge").ok_or_else(|| OauthError::request("code_challenge is required"))?;
    if from_base64url(&challenge).is_none_or(|digest| digest.len() != 32) {
        return Err(OauthError::request(
            "code_challenge must be a SHA-256 digest in base64url",
        ));
    }
    let state = get("state").unwrap_or_default();
    let nonce = get("nonce");
    if state.len() > STATE_MAX || nonce.as_ref().is_some_and(|nonce| nonce.len() > NONCE_MAX) {
        return Err(OauthError::request("state may have 4,096 bytes, nonce 1,024"));
    }
    let signed_response = response_mode(get("response_mode").as_deref(), signed_response)?;
    let (max_age, prompt) = (max_age(get("max_age"))?, get("prompt"));
    if prompt.as_deref() == Some("none") {
        let why = "prompt=none cannot be answered: people always see what they agree to";
        return Err(OauthError::request(why));
    }
    Ok(Asked {
        redirect_uri,
        scopes: scopes.to_string(),
        state,
        client_info: String::new(),
        auth_type: "0".to_owned(),
        language: language(get("ui_locales").as_deref()),
        fapi2: Some(Fapi2Asked {
            request_sha256: String::new(),
            issuer: String::new(),
            challenge,
            nonce,
            jkt: None,
            signed_response,
            acr: essential_acr(get("claims").as_deref())?,
            max_age,
            fresh: prompt.is_some_and(|prompt| prompt.split(' ').any(|word| word == "login")),
            grant: grant_use(get("grant_management_action").as_deref(), get("grant_id").as_deref())?,
            signed_in: None,
        }),
    })
}

/// Exact comparison; only the port of a loopback address may differ (RFC 8252 7.3, RFC 9700 2.1).
fn same_redirect(registered: &str, asked: &str) -> bool {
    registered == asked || without_loopback_port(registered).is_some_and(|r| Some(r) == without_loopback_port(asked))
}

fn without_loopback_port(uri: &str) -> Option<(&str, &str)> {
    ["http://127.0.0.1", "http://[::1]"].into_iter().find_map(|host| {
        let rest = uri.strip_prefix(host)?;
        let rest = match rest.strip_prefix(':') {
            None => rest,
            Some(ported) => ported.trim_start_matches(|c: char| c.is_ascii_digit()),
        };
        (rest.is_empty() || rest.starts_with(['/', '?'])).then_some((host, rest))
    })
}

fn response_mode(asked: Option<&str>, signed: bool) -> Result<bool, OauthError> {
    match (asked, signed) {
        (None, signed) => Ok(signed),
        (Some("query.jwt" | "jwt"), true) => Ok(true),
        (Some("query"), false) => Ok(false),
        _ => Err(OauthError::request(
            "response_mode is not the one registered for this client",
        )),
    }
}

fn max_age(text: Option<String>) -> Result<Option<i64>, OauthError> {
    let Some(text) = text else { return Ok(None) };
    let seconds = text.parse().ok().filter(|seconds| (0..=31_536_000).contains(seconds));
    seconds
        .map(Some)
        .ok_or_else(|| OauthError::request("max_age must be a number of seconds"))
}

fn language(locales: Option<&str>) -> Language {
    let first = locales
        .and_then(|locales| locales.split(' ').next())
        .unwrap_or_default();
    if first.starts_with("en") {
        Language::En
    } else {
        Language::Ko
    }
}

/// The `acr` values that the request cannot do without (OpenID Connect Core 5.5.1.1).
fn essential_acr(claims: Option<&str>) -> Result<Vec<String>, OauthError> {
    let Some(text) = claims else { return Ok(Vec::new()) };
    let unreadable = || OauthError::request("claims cannot be read");
    let claims: serde_json::Value = serde_json::from_str(text).map_err(|_| unreadable())?;
    if !claims.is_object() {
        return Err(unreadable());
    }
    let Some(acr) = claims.pointer("/id_token/acr").filter(|acr| !acr.is_null()) else {
        return Ok(Vec::new());
    };
    if acr.get("essential").and_then(serde_json::Value::as_bool) != Some(true) {
        return Ok(Vec::new());
    }
    let word = |value: &serde_json::Value| value.as_str().map(str::to_owned).ok_or_else(unreadable);
    match (
        acr.get("value"),
        acr.get("values").and_then(serde_json::Value::as_array),
    ) {
        (Some(value), None) => Ok(vec![word(value)?]),
        // Whatever the class is, it is told.
        (None, None) if acr.get("values").is_none() => Ok(Vec::new()),
        (None, Some(values)) if !values.is_empty() && values.len() <= 8 => values.iter().map(word).collect(),
        _ => Err(unreadable()),
    }
}

/// What is wanted with a grant (Grant Management 6.1).
fn grant_use(action: Option<&str>, id: Option<&str>) -> Result<Option<GrantUse>, OauthError> {
    let wrong =
        || OauthError::request("grant_management_action is create, merge or replace; the last two need grant_id");
    let unknown = || refuse(OauthErrorKind::InvalidGrantId, "there is no such grant of this client");
    let action = match action {
        None if id.is_some() => return Err(wrong()),
        None => return Ok(None),
        Some("create") => GrantAction::Create,
        Some("merge") => GrantAction::Merge,
        Some("replace") => GrantAction::Replace,
        Some(_) => return Err(wrong()),
    };
    match (action, id) {
        (GrantAction::Create, None) => Ok(Some(GrantUse { action, id: None })),
        (GrantAction::Merge | GrantAction::Replace, Some(id)) => {
            let id: GrantId = id.parse().map_err(|_| unknown())?;
            Ok(Some(GrantUse { action, id: Some(id) }))
        }
        _ => Err(wrong()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        let same = |a: &str, b: &str| same_redirect(a, b);
        assert!(same("https://a.example/cb", "https://a.example/cb"));
        assert!(same("http://127.0.0.1/cb", "http://127.0.0.1:51004/cb"));
        assert!(same("http://[::1]:1/cb", "http://[::1]:2/cb"));
        for (a, b) in [
            ("https://a.example/cb", "https://a.example/cb/"),
            ("https://a.example/cb", "https://a.example:443/cb"),
            ("https://a.example/cb", "https://A.example/cb"),
            ("http://127.0.0.1/cb", "http://127.0.0.1:80/other"),
            ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb"),
            ("http://127.0.0.1/cb", "http://localhost/cb"),
        ] {
            assert!(!same(a, b), "{a} {b}");
        }
    }

    #[test]
    fn grants_are_named_only_where_they_are_changed() {
        let id = GrantId::new(&naru_core::Chance::seeded(1)).to_string();
        assert!(grant_use(None, None).unwrap().is_none());
        assert!(grant_use(Some("create"), None).unwrap().is_some());
        assert!(grant_use(Some("merge"), Some(&id)).unwrap().is_some());
        for (action, id) in [
            (Some("create"), Some(id.as_str())),
            (None, Some(id.as_str())),
            (Some("merge"), None),
            (Some("replace"), None),
            (Some("delete"), Some(id.as_str())),
            (Some("merge"), Some("x")),
        ] {
            assert!(grant_use(action, id).is_err(), "{action:?} {id:?}");
        }
    }

    #[test]
    fn an_essential_acr_is_read_and_nonsense_refused() {
        let acr = |text| essential_acr(Some(text));
        assert_eq!(
            acr(r#"{"id_token":{"acr":{"essential":true,"value":"a"}}}"#).unwrap(),
            ["a"]
        );
        assert_eq!(
            acr(r#"{"id_token":{"acr":{"essential":true,"values":["a","b"]}}}"#).unwrap(),
            ["a", "b"]
        );
        assert!(acr(r#"{"id_token":{"acr":null}}"#).unwrap().is_empty());
        assert!(acr(r#"{"id_token":{"acr":{"values":["a"]}}}"#).unwrap().is_empty());
        assert!(acr(r#"{"id_token":{"acr":{"essential":true}}}"#).unwrap().is_empty());
        for bad in [
            "",
            "[",
            "1",
            "[]",
            r#"{"id_token":{"acr":{"essential":true,"values":[]}}}"#,
        ] {
            assert!(acr(bad).is_err(), "{bad}");
        }
    }
}
