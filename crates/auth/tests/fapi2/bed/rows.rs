//! A look at the rows, past the router.

use naru_core::{Confirmation, GrantId};
use naru_crypto::sha256;
use naru_storage::{StorageError, TokenKind, TokenRow};

use super::Bed;

impl Bed {
    async fn token_row(&self, token: &str) -> Option<TokenRow> {
        let digest = sha256(token.as_bytes());
        let found = self.storage().read("it", async |tx| {
            let access = tx.token_find(&digest, TokenKind::Access).await?;
            let refresh = tx.token_find(&digest, TokenKind::Refresh).await?;
            Ok::<_, StorageError>(access.or(refresh))
        });
        found.await.unwrap()
    }

    pub(crate) async fn has_token(&self, token: &str) -> bool {
        self.token_row(token).await.is_some()
    }

    /// What a token is bound to.
    pub(crate) async fn confirmation(&self, token: &str) -> Confirmation {
        self.token_row(token).await.unwrap().confirmation
    }

    /// The grant that a code leads to.
    pub(crate) async fn grant_of_code(&self, code: &str) -> String {
        let digest = sha256(code.as_bytes());
        let found = self
            .storage()
            .read("it", async |tx| tx.authorization_find_by_code(&digest).await);
        let found: Result<_, StorageError> = found.await;
        found.unwrap().unwrap().grant_id.unwrap().to_string()
    }

    /// Whether a grant lives.
    pub(crate) async fn grant_lives(&self, id: &str) -> bool {
        let id: GrantId = id.parse().unwrap();
        let found = self.storage().read("it", async |tx| tx.grant_find(id).await).await;
        let found: Result<_, StorageError> = found;
        found.unwrap().is_some_and(|grant| grant.revoked.is_none())
    }
}
