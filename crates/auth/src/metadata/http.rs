//! GET /.well-known/openid-configuration and /.well-known/oauth-authorization-server: one document, two addresses.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use naru_core::{Scope, SignInMethod};
use naru_web::{Effect, Hub, Route, Who};
use serde_json::{Value, json};

/// The signature algorithms of FAPI 2.0 (5.4.1), `EdDSA` under both of its names (RFC 9864).
pub const ALGORITHMS: [&str; 4] = ["ES256", "PS256", "EdDSA", "Ed25519"];

/// The routes of this noun.
pub fn routes(hub: &Hub) -> Vec<Route> {
    let handler: MethodRouter = get(metadata).with_state(hub.clone());
    let route = |path, summary| Route {
        method: "GET",
        path,
        who: Who::Public,
        demand: None,
        effect: Effect::Reads,
        summary,
        handler: handler.clone(),
    };
    vec![
        route(
            "/.well-known/openid-configuration",
            "What the authorization server says of itself (OpenID Connect Discovery)",
        ),
        route(
            "/.well-known/oauth-authorization-server",
            "What the authorization server says of itself (RFC 8414)",
        ),
    ]
}

async fn metadata(State(hub): State<Hub>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::CACHE_CONTROL, "public, max-age=300"),
    ];
    (StatusCode::OK, headers, document(&hub).to_string()).into_response()
}

/// The document.
pub fn document(hub: &Hub) -> Value {
    let settings = hub.settings();
    let issuer = settings.public_url.as_str();
    let at = |path: &str| format!("{issuer}{path}");
    let scopes: Vec<&str> = Scope::ALL
        .iter()
        .filter(|scope| **scope != Scope::Sa)
        .map(|scope| scope.as_str())
        .collect();
    let acr: Vec<&str> = SignInMethod::ALL.iter().map(|method| method.acr()).collect();
    let methods = ["private_key_jwt", "tls_client_auth"];
    let mut document = json!({
        "issuer": issuer,
        "authorization_endpoint": at("/fapi2/authorize"),
        "token_endpoint": at("/fapi2/token"),
        "jwks_uri": at("/fapi2/jwks"),
        "pushed_authorization_request_endpoint": at("/fapi2/par"),
        "introspection_endpoint": at("/fapi2/introspect"),
        "revocation_endpoint": at("/fapi2/revoke"),
        "userinfo_endpoint": at("/fapi2/userinfo"),
        "grant_management_endpoint": at("/fapi2/grants"),
        "require_pushed_authorization_requests": true,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "jwt", "query.jwt"],
        "grant_types_supported": ["authorization_code", "refresh_token", "client_credentials"],
        "subject_types_supported": ["public"],
        "scopes_supported": scopes,
        "acr_values_supported": acr,
        "claims_supported": ["sub", "acr", "auth_time"],
        "claims_parameter_supported": true,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "ui_locales_supported": ["ko", "en"],
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "tls_client_certificate_bound_access_tokens": true,
        "grant_management_actions_supported": ["create", "merge", "replace", "query", "revoke"],
        "grant_management_action_required": false,
        "id_token_signing_alg_values_supported": ["ES256"],
        "authorization_signing_alg_values_supported": ["ES256"],
        "introspection_signing_alg_values_supported": ["ES256"],
        "request_object_signing_alg_values_supported": ALGORITHMS,
        "dpop_signing_alg_values_supported": ALGORITHMS,
    });
    for endpoint in ["token", "introspection", "revocation"] {
        document[format!("{endpoint}_endpoint_auth_methods_supported")] = json!(methods);
        document[format!("{endpoint}_endpoint_auth_signing_alg_values_supported")] = json!(ALGORITHMS);
    }
    if let Some(base) = &settings.mutual_tls_url {
        let names = [
            "token_endpoint",
            "pushed_authorization_request_endpoint",
            "introspection_endpoint",
        ];
        let more = ["revocation_endpoint", "userinfo_endpoint", "grant_management_endpoint"];
        let alias = |name: &str| {
            let path = document[name]
                .as_str()
                .and_then(|url| url.strip_prefix(issuer))
                .unwrap_or_default();
            (name.to_owned(), json!(format!("{base}{path}")))
        };
        let aliases: serde_json::Map<String, Value> = names.into_iter().chain(more).map(alias).collect();
        document["mtls_endpoint_aliases"] = Value::Object(aliases);
    }
    document
}
