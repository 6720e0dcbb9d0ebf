//! How many strangers may sign up: so many a day, and so many of whom nobody has enrolled while their invitation lasts.

use naru_storage::StorageError;

use crate::Office;

/// Why nobody can sign up at this moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArrivalError {
    /// As many signed up within a day as may.
    #[error("as many organisations signed up today as may; come again tomorrow")]
    Day,
    /// As many wait for their first member to enrol as may.
    #[error("too many organisations wait for their first member to enrol; come again later")]
    Open,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Whether one more may sign up. Those whose invitation has run out without anybody having enrolled no longer count
/// as open. It is looked at before the sign-up and not in it: of several at one moment a few more may pass.
///
/// # Errors
/// [`ArrivalError`] says which bound is reached.
pub async fn check(office: &Office) -> Result<(), ArrivalError> {
    let (settings, now) = (office.settings.as_ref(), office.hub.now());
    let (day, invited) = (now.plus_days(-1), now.plus_seconds(-settings.invitation_seconds));
    let read = office.hub.storage().read("sign_up_counts", async |tx| {
        Ok::<_, StorageError>((tx.sign_up_counts(day).await?, tx.sign_up_counts(invited).await?))
    });
    let ((today, _), (_, open)) = read.await?;
    if today >= settings.sign_ups_day_max {
        return Err(ArrivalError::Day);
    }
    if open >= settings.sign_ups_open_max {
        return Err(ArrivalError::Open);
    }
    Ok(())
}
