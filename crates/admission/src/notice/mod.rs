//! Notices: warnings before and after, each given once. They are rows beside the gates; a page of the fintech shows
//! them.

pub mod round;

use naru_core::OrganisationId;
use naru_storage::{NoticeRow, StorageError};

use crate::Office;

/// The open notices of an organisation, the most pressing first.
pub async fn list_open(office: &Office, organisation: OrganisationId) -> Result<Vec<NoticeRow>, StorageError> {
    let listed = office
        .hub
        .storage()
        .read("notice_list", async |tx| tx.notice_list_open(organisation).await);
    listed.await
}
