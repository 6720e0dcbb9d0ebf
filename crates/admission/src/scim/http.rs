//! /scim/v2: the wire of SCIM (RFC 7644 3). Every request shows the token of a directory.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, patch, post, put};
use naru_core::MemberId;
use naru_storage::MemberRow;
use naru_web::{Effect, Route, Who};
use serde_json::{Value, json};

use super::directory::{Directory, Refused};
use super::error::{MEDIA_TYPE, ScimError};
use super::pace::Pace;
use super::query::{Parameters, Projection, Query, parameters};
use super::service::{self, Condition, matches};
use super::{discovery, user};
use crate::Office;

/// Bytes of a body at most.
const BODY_MAX: usize = 64 * 1_024;

const USERS: &str = "/scim/v2/Users";
const USER: &str = "/scim/v2/Users/{id}";

/// Every route of SCIM.
pub fn routes(office: &Office) -> Vec<Route> {
    let pace = Arc::new(Pace::new(&office.settings));
    let route = |method, path, summary, handler: MethodRouter<Office>| Route {
        method,
        path,
        who: Who::Directory,
        demand: None,
        effect: Effect::Reads,
        summary,
        handler: handler.with_state(office.clone()).layer(Extension(pace.clone())),
    };
    let reads = |path, summary, handler: MethodRouter<Office>| {
        let handler = handler.fallback(not_this_method);
        route("GET", path, summary, handler)
    };
    let searches = |path, summary| route("POST", path, summary, post(search).fallback(not_this_method));
    let writes = |method, path, summary, handler| Route {
        effect: Effect::Writes,
        ..route(method, path, summary, handler)
    };
    let found = "What the service does (RFC 7644 4)";
    vec![
        reads("/scim/v2/ServiceProviderConfig", found, get(service_provider_config)),
        reads("/scim/v2/ResourceTypes", "The kinds of resources", get(resource_types)),
        reads(
            "/scim/v2/ResourceTypes/{id}",
            "One kind of resource",
            get(resource_type),
        ),
        reads("/scim/v2/Schemas", "The attributes of users", get(schemas)),
        reads("/scim/v2/Schemas/{id}", "The attributes of one schema", get(schema)),
        searches(
            "/scim/v2/.search",
            "Users that a query in the body asks for (RFC 7644 3.4.3)",
        ),
        searches(
            "/scim/v2/Users/.search",
            "Users that a query in the body asks for (RFC 7644 3.4.3)",
        ),
        reads(USERS, "The people of the directory's organisation", get(list)),
        writes("POST", USERS, "Makes a person known (RFC 7644 3.3)", post(create)),
        reads(USER, "One person", get(read)),
        writes(
            "PUT",
            USER,
            "Replaces what is said of a person (RFC 7644 3.5.1)",
            put(replace),
        ),
        writes(
            "PATCH",
            USER,
            "Changes or deactivates a person (RFC 7644 3.5.2)",
            patch(change),
        ),
        writes(
            "DELETE",
            USER,
            "Removes a person with all they hold (RFC 7644 3.6)",
            delete(remove),
        ),
        reads(
            "/scim/v2/{*rest}",
            "Nothing lies there, said as SCIM says it",
            get(nothing),
        ),
    ]
}

async fn not_this_method() -> ScimError {
    let detail = "this address takes another method; see the Allow header";
    ScimError::plain(StatusCode::METHOD_NOT_ALLOWED, detail)
}

/// A request of a directory that proved itself.
struct Call {
    directory: Directory,
    headers: HeaderMap,
    parameters: Parameters,
    condition: Condition,
    body: Body,
}

impl Call {
    /// Notes when the request arrived before it asks who calls.
    async fn of(office: &Office, request: Request) -> Result<Self, Refused> {
        let received_at = office.hub.now();
        let (head, body) = request.into_parts();
        let pace = head.extensions.get::<Arc<Pace>>();
        let pace = pace.expect("every route of SCIM is given it");
        let directory = Directory::of(&office.hub, pace, &head).await?;
        let if_match = head.headers.get(header::IF_MATCH);
        let if_match = if_match.map(|tags| tags.to_str().unwrap_or_default().to_owned());
        let condition = Condition { if_match, received_at };
        Ok(Self {
            directory,
            parameters: parameters(head.uri.query().unwrap_or_default())?,
            headers: head.headers,
            condition,
            body,
        })
    }

    /// The body as JSON.
    async fn json(&mut self) -> Result<Value, ScimError> {
        let kind = self
            .headers
            .get(header::CONTENT_TYPE)
            .and_then(|kind| kind.to_str().ok());
        let kind = kind.and_then(|kind| kind.split(';').next()).unwrap_or_default().trim();
        if ![MEDIA_TYPE, "application/json"]
            .iter()
            .any(|known| kind.eq_ignore_ascii_case(known))
        {
            let detail = format!("a body is {MEDIA_TYPE}");
            return Err(ScimError::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let body = std::mem::take(&mut self.body);
        let bytes = axum::body::to_bytes(body, BODY_MAX).await.map_err(|_| {
            let detail = format!("a body has at most {BODY_MAX} bytes, and must arrive whole");
            ScimError::plain(StatusCode::PAYLOAD_TOO_LARGE, detail)
        })?;
        serde_json::from_slice(&bytes).map_err(|_| ScimError::syntax("the body is not JSON"))
    }

    /// A user as it is answered, with its version.
    fn answer(&self, office: &Office, status: StatusCode, row: &MemberRow) -> Result<Response, Refused> {
        let public_url = &office.hub.settings().public_url;
        let projection = Projection::of(&self.parameters)?;
        let body = Value::Object(projection.applied(user::rendered(public_url, row)));
        let mut response = json_response(status, &body);
        let headers = response.headers_mut();
        let header = |text: String| HeaderValue::from_str(&text).expect("ids, versions and addresses are plain ASCII");
        headers.insert(header::ETAG, header(user::version(row)));
        headers.insert(header::CONTENT_LOCATION, header(user::location(public_url, row)));
        if status == StatusCode::CREATED {
            headers.insert(header::LOCATION, header(user::location(public_url, row)));
        }
        Ok(response)
    }
}

fn json_response(status: StatusCode, body: &Value) -> Response {
    (status, [(header::CONTENT_TYPE, MEDIA_TYPE)], body.to_string()).into_response()
}

/// An id in an address; whatever is none is nobody's.
fn id(text: &str) -> Result<MemberId, ScimError> {
    text.parse().map_err(|_| ScimError::not_found())
}

fn listed(resources: &[Value]) -> Response {
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": resources.len(),
        "startIndex": 1,
        "itemsPerPage": resources.len(),
        "Resources": resources,
    });
    json_response(StatusCode::OK, &body)
}

/// Lists what describes the service; a filter must not seem to have been applied (RFC 7644 4).
fn described(call: &Call, resources: &[Value]) -> Result<Response, Refused> {
    if call.parameters.keys().any(|name| name.eq_ignore_ascii_case("filter")) {
        let detail = "what describes the service is not filtered";
        return Err(ScimError::plain(StatusCode::FORBIDDEN, detail).into());
    }
    Ok(listed(resources))
}

fn one(resources: &[Value], id: &str) -> Result<Response, Refused> {
    let is = |resource: &&Value| {
        resource["id"]
            .as_str()
            .is_some_and(|known| known.eq_ignore_ascii_case(id))
    };
    let found = resources.iter().find(is).ok_or_else(ScimError::not_found)?;
    Ok(json_response(StatusCode::OK, found))
}

async fn service_provider_config(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    Call::of(&office, request).await?;
    let config = discovery::service_provider_config(&office.hub.settings().public_url);
    Ok(json_response(StatusCode::OK, &config))
}

async fn resource_types(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    described(&call, &discovery::resource_types(&office.hub.settings().public_url))
}

async fn resource_type(
    State(office): State<Office>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    Call::of(&office, request).await?;
    one(&discovery::resource_types(&office.hub.settings().public_url), &id)
}

async fn schemas(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    let kind = call.directory.organisation.kind;
    described(&call, &discovery::schemas(&office.hub.settings().public_url, kind))
}

async fn schema(State(office): State<Office>, Path(id): Path<String>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    let kind = call.directory.organisation.kind;
    one(&discovery::schemas(&office.hub.settings().public_url, kind), &id)
}

async fn list(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    let query = Query::of(&call.parameters)?;
    let found = service::list(&office, &call.directory, &query).await?;
    Ok(json_response(StatusCode::OK, &found))
}

async fn search(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    let mut call = Call::of(&office, request).await?;
    let Value::Object(given) = call.json().await? else {
        return Err(ScimError::syntax("the body is an object").into());
    };
    let query = Query::of(&given)?;
    let found = service::list(&office, &call.directory, &query).await?;
    Ok(json_response(StatusCode::OK, &found))
}

async fn create(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    let mut call = Call::of(&office, request).await?;
    let body = call.json().await?;
    let row = service::create(&office, &call.directory, &body).await?;
    call.answer(&office, StatusCode::CREATED, &row)
}

async fn read(State(office): State<Office>, Path(text): Path<String>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    let row = service::read(&office, &call.directory, id(&text)?).await?;
    let seen = call
        .headers
        .get(header::IF_NONE_MATCH)
        .and_then(|tags| tags.to_str().ok());
    if seen.is_some_and(|tags| matches(tags, &user::version(&row))) {
        let tag = [(header::ETAG, user::version(&row))];
        return Ok((StatusCode::NOT_MODIFIED, tag).into_response());
    }
    call.answer(&office, StatusCode::OK, &row)
}

async fn replace(
    State(office): State<Office>,
    Path(text): Path<String>,
    request: Request,
) -> Result<Response, Refused> {
    let mut call = Call::of(&office, request).await?;
    let (id, body) = (id(&text)?, call.json().await?);
    let row = service::replace(&office, &call.directory, (id, &call.condition), &body).await?;
    call.answer(&office, StatusCode::OK, &row)
}

async fn change(State(office): State<Office>, Path(text): Path<String>, request: Request) -> Result<Response, Refused> {
    let mut call = Call::of(&office, request).await?;
    let (id, body) = (id(&text)?, call.json().await?);
    let row = service::patch(&office, &call.directory, (id, &call.condition), &body).await?;
    call.answer(&office, StatusCode::OK, &row)
}

async fn remove(State(office): State<Office>, Path(text): Path<String>, request: Request) -> Result<Response, Refused> {
    let call = Call::of(&office, request).await?;
    service::remove(&office, &call.directory, (id(&text)?, &call.condition)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn nothing(State(office): State<Office>, request: Request) -> Result<Response, Refused> {
    Call::of(&office, request).await?;
    Err(ScimError::not_found().into())
}
