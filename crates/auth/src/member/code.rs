//! The code of an invitation: read out, written down and typed by people, so that no two of its characters look alike.

use naru_core::{Action, Actor, Chance, MemberId};
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
/// ends, and so does an enrolment that had begun with it; passkeys and sessions stay as they are.
///
/// Whether `by` may invite is decided by the caller.
pub async fn invite(
    storage: &Storage,
    pool: &CodePool,
    member_id: MemberId,
    by: &Actor,
    seconds: i64,
) -> Result<InvitationCode, InviteError> {
    let code = InvitationCode::new(storage.chance());
    let place = pool.place().await.map_err(|_| InviteError::Busy)?;
    let hashed = place.hash(normal(code.expose()), storage.chance().bytes()).await;
    let code_hash = hashed.map_err(|_| InviteError::Busy)?;
    let code_hash = &code_hash.expect("a code of ours has a good length");
    let invited = storage.run("member_invite", by, async |tx| {
        let found = tx.member_find(member_id).await?;
        let found = found
            .filter(|row| row.removed_at.is_none())
            .ok_or(InviteError::Unknown)?;
        if !found.member.active {
            return Err(InviteError::Inactive);
        }
        tx.member_ceremony_remove(member_id).await?;
        let invitation = InvitationRow {
            member_id,
            code_hash: code_hash.clone(),
            tries: 0,
            issued_by: by.to_string(),
            created_at: tx.now(),
            expires_at: tx.now().plus_seconds(seconds),
        };
        tx.invitation_put(&invitation).await?;
        let details = json!({ "expires_at": invitation.expires_at.to_string() });
        tx.trail(Action::MemberInvited, member_id, details).await?;
        Ok(())
    });
    invited.await?;
    Ok(code)
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
