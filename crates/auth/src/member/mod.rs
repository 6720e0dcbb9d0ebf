//! How members sign in: staff of fintechs, institutions, agencies, the operator and the supervisor. A member is not a
//! person whose money it is, and nothing is shared between their sign-ins but the arithmetic of passkeys.
//!
//! A member is invited with a code, which leads to adding a passkey and opens nothing by itself. From then on they sign
//! in with a passkey, or with the client certificate that an administrator registered for them.

pub mod code;
pub mod enrolment;
pub mod passkey;
mod pool;
pub mod session;

use naru_core::{NoticeKind, Timestamp};
use naru_storage::{StorageError, Tx};

pub use code::{InvitationCode, InviteError, ReadyCode, invite, ready};
pub use enrolment::{Claim, Entitled, TRIES_MAX, enrol};
pub use pool::CodePool;
pub use session::{Opened, SignedIn, end, end_others, find, list, sign_in_with_certificate};

/// For so long a notice says that a member was invited anew, days.
const NOTICED_DAYS: i64 = 30;

/// Why a member was not let in. Which part was wrong is told to nobody outside.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInError {
    /// What was shown does not open anything.
    #[error("the sign-in was refused")]
    Refused,
    /// Too many codes are being compared; nothing was looked at.
    #[error("too many codes are being compared at this moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Removes sessions, ceremonies and invitations that ended before a moment, at most 1,000 of each; how many of each.
/// Notices of those who were invited anew long before it are closed.
pub(crate) async fn purge(tx: &Tx, before: Timestamp) -> Result<[u64; 3], StorageError> {
    let noticed = before.plus_days(-NOTICED_DAYS);
    tx.notice_close_given_before(NoticeKind::SignInsEnded, noticed).await?;
    Ok([
        tx.member_session_purge(before).await?,
        tx.member_ceremony_purge(before).await?,
        tx.invitation_purge(before).await?,
    ])
}
