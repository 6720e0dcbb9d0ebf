//! What the operator's command line does about the people of an organisation: the first of them, and whoever is needed
//! while no administrator can come in. The same limits hold as on the pages; the trail names the account of the
//! command.

use naru_core::{Actor, MemberId, Organisation, Role};
use naru_storage::{MemberRow, Storage};

use super::change::{self, MemberError};
use super::service::{NewMember, checked, fresh};
use super::token::{self, IssuedToken};
use crate::AdmissionSettings;

/// Makes a member known, with the SHA-256 of the certificate they sign in with, if any.
///
/// # Errors
/// What [`super::service::add`] says, and [`MemberError::CertificateTaken`].
pub async fn add(
    storage: &Storage,
    actor: &Actor,
    (settings, organisation): (&AdmissionSettings, &Organisation),
    new: &NewMember,
    certificate_sha256: Option<[u8; 32]>,
) -> Result<MemberRow, MemberError> {
    let new = &checked(new, organisation.kind)?;
    let added = storage.run("member_add", actor, async |tx| {
        if let Some(sha256) = certificate_sha256
            && tx.member_find_by_certificate(sha256).await?.is_some()
        {
            return Err(MemberError::CertificateTaken);
        }
        let mut row = fresh(&tx, organisation, new);
        row.member.certificate_sha256 = certificate_sha256;
        change::insert(&tx, settings, organisation, &row).await?;
        Ok(row)
    });
    added.await
}

/// Issues a token for an organisation's directory, in the name of one of its active administrators: it ends with them.
///
/// # Errors
/// [`MemberError::Unknown`] where the organisation has no active administrator of this name.
pub async fn issue_token(
    storage: &Storage,
    actor: &Actor,
    (settings, organisation): (&AdmissionSettings, &Organisation),
    (administrator, name): (&str, &str),
) -> Result<IssuedToken, MemberError> {
    let found = storage.read("member_find", async |tx| {
        tx.member_find_by_name(organisation.id, administrator).await
    });
    let member = found.await.map_err(MemberError::Storage)?;
    let member = member.filter(|row| row.removed_at.is_none() && row.member.may(Role::Administrator));
    let id: MemberId = member.ok_or(MemberError::Unknown)?.member.id;
    token::issue_for(storage, actor, (settings, organisation.id, id), name).await
}
