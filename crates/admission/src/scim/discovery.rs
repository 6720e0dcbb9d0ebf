//! What a directory can find out about the service (RFC 7644 4): what it does, and which attributes users have.

use naru_core::OrganisationKind;
use serde_json::{Value, json};

use super::query::COUNT_MAX;
use super::schema::{self, CORE, ENTERPRISE};
use super::user;

/// What the service does and does not (RFC 7643 5).
pub(super) fn service_provider_config(public_url: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": COUNT_MAX },
        "changePassword": { "supported": false },
        "sort": { "supported": true },
        "etag": { "supported": true },
        "authenticationSchemes": [{
            "type": "oauthbearertoken",
            "name": "Bearer token",
            "description": "A token that an administrator of the organisation had issued, in the Authorization header",
            "specUri": "https://www.rfc-editor.org/info/rfc6750",
            "primary": true,
        }],
        "meta": {
            "resourceType": "ServiceProviderConfig",
            "location": format!("{public_url}/scim/v2/ServiceProviderConfig"),
        },
    })
}

/// The kinds of resources: users alone (RFC 7643 6).
pub(super) fn resource_types(public_url: &str) -> Vec<Value> {
    vec![json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
        "id": "User",
        "name": "User",
        "description": "Somebody who works for the organisation",
        "endpoint": "/Users",
        "schema": CORE,
        "schemaExtensions": [{ "schema": ENTERPRISE, "required": false }],
        "meta": { "resourceType": "ResourceType", "location": format!("{public_url}/scim/v2/ResourceTypes/User") },
    })]
}

/// The schemas, with the roles that somebody of this kind of organisation can have (RFC 7643 7).
pub(super) fn schemas(public_url: &str, kind: OrganisationKind) -> Vec<Value> {
    let roles: Vec<Value> = user::fitting(kind).map(|role| json!(role)).collect();
    let published = schema::published().iter().map(|schema| {
        let mut schema = schema.clone();
        schema["schemas"] = json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"]);
        let id = schema["id"].as_str().unwrap_or_default();
        let location = format!("{public_url}/scim/v2/Schemas/{id}");
        schema["meta"] = json!({ "resourceType": "Schema", "location": location });
        let attributes = schema["attributes"].as_array_mut().into_iter().flatten();
        for attribute in attributes.filter(|attribute| attribute["name"] == "roles") {
            let parts = attribute["subAttributes"].as_array_mut().into_iter().flatten();
            for part in parts.filter(|part| part["name"] == "value") {
                part["canonicalValues"] = Value::Array(roles.clone());
            }
        }
        schema
    });
    published.collect()
}
