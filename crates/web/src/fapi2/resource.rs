//! A resource of the FAPI 2.0 profile: the chain is judged before the handler runs, errors are those of RFC 6750 and
//! RFC 9449, and the call is recorded with its verdict.

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use naru_core::trust::{AccountUse, Demand, Standing, judge};
use naru_core::{CallId, Client, Grant, Profile, Scope, Timestamp, UserSeqNo};
use naru_storage::{CallRecord, StandingQuery, StorageError};

use super::challenge::{challenge, unauthorized};
use super::{OauthError, OauthErrorKind};
use crate::presented::Presented;
use crate::route::CORRELATION;
use crate::{Effect, Hub, Problem, Route, Who};

/// A judged call to a resource.
#[derive(Debug, Clone)]
pub struct Resource {
    /// When it came.
    pub at: Timestamp,
    /// Who asks.
    pub client: Client,
    /// Under which grant.
    pub grant: Grant,
    /// As fintechs know the person; `None` for a two-legged grant.
    pub user_seq_no: Option<UserSeqNo>,
    /// The last part of the path, such as the id of what is asked for.
    pub named: String,
}

/// A route whose caller needs a bound token with this scope.
pub fn resource<F, U>(
    (method, path): (&'static str, &'static str),
    (scope, effect): (Scope, Effect),
    summary: &'static str,
    hub: &Hub,
    handler: F,
) -> Route
where
    F: Fn(Hub, Resource) -> U + Clone + Send + Sync + 'static,
    U: Future<Output = Result<Response, OauthError>> + Send + 'static,
{
    let demand = Demand {
        scope,
        account: AccountUse::None,
        once: false,
    };
    let hub = hub.clone();
    let name: &'static str = Box::leak(format!("{method} {path}").into_boxed_str());
    let answer = move |request: Request| {
        let (hub, handler) = (hub.clone(), handler.clone());
        let work = hub.work().clone();
        let call = work.spawn(async move { answer(&hub, (name, &demand), request, handler).await });
        async move { call.await.unwrap_or_else(|_| Problem::internal().into_response()) }
    };
    let filter = match method {
        "GET" => MethodFilter::GET,
        "DELETE" => MethodFilter::DELETE,
        _ => MethodFilter::POST,
    };
    let handler: MethodRouter = on(filter, answer);
    Route {
        method,
        path,
        who: Who::Token,
        demand: Some(demand),
        effect,
        summary,
        handler,
    }
}

async fn answer<F, U>(hub: &Hub, (route, demand): (&'static str, &Demand), request: Request, handler: F) -> Response
where
    F: Fn(Hub, Resource) -> U,
    U: Future<Output = Result<Response, OauthError>>,
{
    let at = hub.now();
    let id = CallId::new(at, hub.storage().chance());
    let presented = Presented::of(hub, &request, at);
    let standing = match standing(hub, &presented).await {
        Ok(standing) => standing,
        Err(error) => return error.into_response(),
    };
    let verdict = judge(&standing, demand);
    let record = Record::of(&standing, serde_json::to_string(&verdict).unwrap_or_default());
    let foreign = standing
        .client
        .as_ref()
        .is_some_and(|client| client.client.profile != Profile::Fapi2);
    let mut response = match (verdict.holds() && !foreign, standing.client, standing.grant) {
        _ if token_in_query(&request) => {
            let why = "an access token belongs into the Authorization header, never into the query";
            OauthError::request(why).into_response()
        }
        (true, Some(client), Some(granted)) => {
            let named = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
            let resource = Resource {
                at,
                client: client.client,
                grant: granted.grant,
                user_seq_no: granted.user_seq_no,
                named,
            };
            handler(hub.clone(), resource)
                .await
                .unwrap_or_else(OauthError::into_response)
        }
        // A token of the other profile is none here.
        _ if foreign => {
            let header = unauthorized(presented.scheme, Some("invalid_token"));
            refused(StatusCode::UNAUTHORIZED, Some(header))
        }
        _ => {
            let (status, header) = challenge(&verdict, presented.scheme).unwrap_or((StatusCode::FORBIDDEN, None));
            refused(status, header)
        }
    };
    record.write(hub, (route, id, at), response.status()).await;
    let value = HeaderValue::from_str(&id.to_string()).expect("an id is plain ASCII");
    response.headers_mut().insert(CORRELATION, value);
    response
}

/// RFC 6750 2.3 lets a token stand in the query; FAPI 2.0 5.3.4 does not.
fn token_in_query(request: &Request) -> bool {
    let query = request.uri().query().unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap_or_default();
    pairs.iter().any(|(name, _)| name == "access_token")
}

fn refused(status: StatusCode, header: Option<HeaderValue>) -> Response {
    let kind = match status {
        StatusCode::UNAUTHORIZED => OauthErrorKind::InvalidToken,
        _ => OauthErrorKind::InsufficientScope,
    };
    let why = "the access token, its proof or its scope does not hold for this resource";
    let mut response = OauthError::new(kind, why).into_response();
    if let Some(header) = header {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, header);
    }
    response
}

async fn standing(hub: &Hub, presented: &Presented) -> Result<Standing, OauthError> {
    let query = StandingQuery {
        test_bed: hub.settings().test_bed,
        token_sha256: presented.token_sha256.as_ref(),
        certificate_sha256: presented.certificate_sha256,
        proof: presented.proof,
        fintech_use_num: None,
        once: None,
        named_person: None,
    };
    let read = hub.storage().read("standing", async |tx| tx.standing(query).await);
    let read: Result<Standing, StorageError> = read.await;
    let mut standing = read?;
    presented.settle(hub, &mut standing);
    Ok(standing)
}

/// What is recorded of the call, taken before the standing goes to the handler.
struct Record {
    client_id: Option<naru_core::ClientId>,
    grant_id: Option<naru_core::GrantId>,
    person_id: Option<naru_core::PersonId>,
    verdict: String,
}

impl Record {
    fn of(standing: &Standing, verdict: String) -> Self {
        let grant = standing.grant.as_ref().map(|granted| &granted.grant);
        Self {
            client_id: standing.client.as_ref().map(|client| client.client.id),
            grant_id: grant.map(|grant| grant.id),
            person_id: grant.and_then(|grant| grant.person_id),
            verdict,
        }
    }

    async fn write(self, hub: &Hub, (route, id, at): (&'static str, CallId, Timestamp), status: StatusCode) {
        let hub_us = hub.now().micros_since(at).max(0);
        let rsp_code = status.as_u16().to_string();
        hub.metrics().call(route, &rsp_code, hub_us, 0);
        hub.calls()
            .record(CallRecord {
                id,
                at,
                route: route.to_owned(),
                client_id: self.client_id,
                grant_id: self.grant_id,
                person_id: self.person_id,
                bank_tran_id: None,
                rsp_code,
                bank_rsp_code: String::new(),
                bank_code: None,
                hub_us,
                institution_us: 0,
                verdict: self.verdict,
                about: None,
            })
            .await;
    }
}
