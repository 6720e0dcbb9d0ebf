//! Which directory calls: a living token, and the organisation it was issued for.

use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use naru_core::{Actor, Organisation, Role};
use naru_crypto::sha256;
use naru_storage::{ScimTokenRow, StorageError};
use naru_web::{Hub, PeerAddress, Problem};

use super::error::ScimError;
use super::pace::Pace;

/// Characters of a token at most.
const TOKEN_MAX: usize = 512;
/// How far the note of a token's last use may be behind, microseconds.
const SEEN_US: i64 = 60 * naru_core::SECOND;

/// A directory that proved itself. Having one means that it may speak for the organisation's people.
#[derive(Debug, Clone)]
pub(super) struct Directory {
    pub(super) token: ScimTokenRow,
    pub(super) organisation: Organisation,
}

impl Directory {
    /// In whose name a directory writes: the administrator who asked for its token.
    pub(super) const fn actor(&self) -> Actor {
        Actor::Member(self.token.issued_by)
    }

    /// The directory behind a request's token (RFC 6750 2.1). Addresses without one are let in only so often; a
    /// directory that takes in all its people at once is not.
    pub(super) async fn of(hub: &Hub, pace: &Pace, head: &Parts) -> Result<Self, Refused> {
        let address = head.extensions.get::<PeerAddress>().map(|peer| peer.0);
        let found = match bearer(&head.headers) {
            Some(token) => Self::find(hub, sha256(token.as_bytes())).await?,
            None => None,
        };
        let Some(directory) = found else {
            pace.failed(hub, address).map_err(Refused::TooMany)?;
            return Err(ScimError::unauthorized().into());
        };
        pace.asks(hub, directory.token.id).map_err(Refused::TooMany)?;
        directory.note_use(hub).await;
        Ok(directory)
    }

    /// The directory of a token that is alive, and whose issuer is an administrator still: nobody else could end it.
    async fn find(hub: &Hub, digest: [u8; 32]) -> Result<Option<Self>, ScimError> {
        let read = hub.storage().read("scim_directory", async |tx| {
            let Some(token) = tx
                .scim_token_find(digest)
                .await?
                .filter(|token| token.is_alive(tx.now()))
            else {
                return Ok(None);
            };
            let issuer = tx.member_find(token.issued_by).await?;
            let is_in_office = issuer.is_some_and(|issuer| {
                let is_own = issuer.member.organisation_id == token.organisation_id;
                is_own && issuer.removed_at.is_none() && issuer.member.may(Role::Administrator)
            });
            if !is_in_office {
                return Ok(None);
            }
            let organisation = tx.organisation_find(token.organisation_id).await?;
            Ok::<_, StorageError>(organisation.map(|organisation| Self { token, organisation }))
        });
        Ok(read.await?)
    }

    /// Notes that the token was used, about once a minute. A failure to do so refuses nobody.
    async fn note_use(&self, hub: &Hub) {
        let is_recent = |at| hub.now().micros_since(at) < SEEN_US;
        if self.token.used_at.is_some_and(is_recent) {
            return;
        }
        let id = self.token.id;
        let noted = hub
            .storage()
            .record("scim_token_seen", async |tx| tx.scim_token_seen(id))
            .await;
        if let Err(error) = noted {
            tracing::warn!(%error, %id, "the use by a directory could not be noted");
        }
    }
}

/// Why a directory is not listened to.
pub(super) enum Refused {
    Error(ScimError),
    TooMany(std::time::Duration),
}

impl From<ScimError> for Refused {
    fn from(error: ScimError) -> Self {
        Self::Error(error)
    }
}

impl axum::response::IntoResponse for Refused {
    fn into_response(self) -> axum::response::Response {
        match self {
            Self::Error(error) => error.into_response(),
            Self::TooMany(wait) => Problem::too_many(wait),
        }
    }
}

/// The token in the one `Authorization` header there may be.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut found = headers.get_all(header::AUTHORIZATION).iter();
    let value = found.next()?.to_str().ok()?.trim();
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    let is_one = found.next().is_none() && scheme.eq_ignore_ascii_case("bearer");
    (is_one && !token.is_empty() && token.len() <= TOKEN_MAX).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    #[test]
    fn one_header_with_the_scheme_bearer_is_read() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, HeaderValue::from_static(value));
            }
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read(&["Bearer ndt_a"]).as_deref(), Some("ndt_a"));
        assert_eq!(read(&["bEARER  ndt_a "]).as_deref(), Some("ndt_a"));
        for refused in [
            &["Basic ndt_a"][..],
            &["Bearer"],
            &["Bearer "],
            &["Bearer a", "Bearer a"],
            &[],
        ] {
            assert_eq!(read(refused), None, "{refused:?}");
        }
    }
}
