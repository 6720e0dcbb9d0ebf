//! The code of an invitation: read out, written down and typed by people, so that no two of its characters look alike.

use naru_core::{Action, Actor, Chance, MemberId, NoticeKind};
use naru_storage::{InvitationRow, Storage, StorageError};
use serde_json::json;

use super::pool::CodePool;

/// Digits and capitals without 0, 1, I and O: five bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Characters of a code: 60 bits.
const CHARACTERS: usize = 12;
/// Characters between two hyphens.
const GROUP: usize = 4;
/// Characters that are looked at of what somebody typed.
const TYPED_MAX: usize = 64;

/// A code in the clear, on its way to the member, such as `7KQP-M2XD-94TB`. Its `Debug` form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct InvitationCode(String);

impl InvitationCode {
    fn new(chance: &Chance) -> Self {
        let drawn: Vec<char> = chance.text(ALPHABET, CHARACTERS).chars().collect();
        let groups: Vec<String> = drawn.chunks(GROUP).map(|group| group.iter().collect()).collect();
        Self(groups.join("-"))
    }

    /// The text to hand out.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for InvitationCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InvitationCode(hidden)")
    }
}

/// What counts of a typed code: its letters and digits, as capitals.
pub(super) fn normal(typed: &str) -> String {
    typed
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(TYPED_MAX)
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Why nobody was invited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InviteError {
    /// There is no such member, or not any more.
    #[error("there is no such member")]
    Unknown,
    /// The member was deactivated.
    #[error("the member is not active")]
    Inactive,
    /// Too many codes are being compared.
    #[error("too many codes are being compared at this moment")]
    Busy,
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Invites a member to enrol within `seconds`: gives the code, which is stored as a hash alone. An earlier invitation
/// ends, and so does an enrolment that had begun with it. Where the member had enrolled before, their passkeys and
/// sessions end, and a notice says so: whoever holds the code can act as them, and they must not overlook it.
///
/// Whether `by` may invite is decided by the caller.
pub async fn invite(
    storage: &Storage,
    pool: &CodePool,
    member_id: MemberId,
    by: &Actor,
    seconds: i64,
) -> Result<InvitationCode, InviteError> {
    let ready = ready(storage, pool).await?;
    ready.invite(storage, member_id, by, seconds).await
}

/// A code that was drawn and hashed, for whoever it will be given to.
#[derive(Debug)]
pub struct ReadyCode {
    code: InvitationCode,
    code_hash: String,
}

/// Draws and hashes a code before anything is written for which it is needed.
///
/// # Errors
/// [`InviteError::Busy`] where too many codes are being compared.
pub async fn ready(storage: &Storage, pool: &CodePool) -> Result<ReadyCode, InviteError> {
    let code = InvitationCode::new(storage.chance());
    let place = pool.place().await.map_err(|_| InviteError::Busy)?;
    let hashed = place.hash(normal(code.expose()), storage.chance().bytes()).await;
    let code_hash = hashed.map_err(|_| InviteError::Busy)?;
    let code_hash = code_hash.expect("a code of ours has a good length");
    Ok(ReadyCode { code, code_hash })
}

impl ReadyCode {
    /// Invites a member with it, as [`invite`] does.
    pub async fn invite(
        self,
        storage: &Storage,
        member_id: MemberId,
        by: &Actor,
        seconds: i64,
    ) -> Result<InvitationCode, InviteError> {
        put(storage, &self.code_hash, (member_id, by, seconds)).await?;
        Ok(self.code)
    }
}

async fn put(
    storage: &Storage,
    code_hash: &str,
    (member_id, by, seconds): (MemberId, &Actor, i64),
) -> Result<(), InviteError> {
    let invited = storage.run("member_invite", by, async |tx| {
        let found = tx.member_find(member_id).await?;
        let found = found
            .filter(|row| row.removed_at.is_none())
            .ok_or(InviteError::Unknown)?;
        if !found.member.active {
            return Err(InviteError::Inactive);
        }
        let (sessions, passkeys) = tx.member_sign_ins_end(member_id).await?;
        if passkeys > 0 {
            let (whose, about) = (found.member.organisation_id, member_id.to_string());
            tx.notice_give(whose, NoticeKind::SignInsEnded, (&about, tx.now().day()))
                .await?;
        }
        let invitation = InvitationRow {
            member_id,
            code_hash: code_hash.to_owned(),
            tries: 0,
            issued_by: by.to_string(),
            created_at: tx.now(),
            expires_at: tx.now().plus_seconds(seconds),
        };
        tx.invitation_put(&invitation).await?;
        let details = json!({
            "expires_at": invitation.expires_at.to_string(), "sessions_ended": sessions, "passkeys_ended": passkeys,
        });
        tx.trail(Action::MemberInvited, member_id, details).await?;
        Ok(())
    });
    invited.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_three_groups_of_characters_that_nobody_mixes_up() {
        let chance = Chance::seeded(1);
        let (one, other) = (InvitationCode::new(&chance), InvitationCode::new(&chance));
        assert_ne!(one, other);
        let groups: Vec<&str> = one.expose().split('-').collect();
        assert_eq!(groups.iter().map(|group| group.len()).collect::<Vec<_>>(), [4, 4, 4]);
        assert!(!one.expose().contains(['0', '1', 'I', 'O']));
        assert_eq!(format!("{one:?}"), "InvitationCode(hidden)");
    }

    #[test]
    fn a_code_is_read_however_it_is_typed() {
        for typed in ["7KQP-M2XD-94TB", " 7kqp m2xd 94tb ", "7kqpm2xd94tb", "7KQP–M2XD–94TB"] {
            assert_eq!(normal(typed), "7KQPM2XD94TB", "{typed}");
        }
        assert_eq!(normal(" – "), "");
        assert_eq!(normal(&"A".repeat(10_000)).len(), TYPED_MAX);
    }
}
