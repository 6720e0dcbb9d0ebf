//! One transaction's closure without its types, so that what begins, repeats and ends transactions is compiled once and
//! not anew for every closure. The futures of what all statements share are boxed for the same reason: the compiler
//! copies the body of an `async fn` into every crate that awaits it.

use std::pin::Pin;

use crate::{StorageError, Tx};

/// A future whose body stays in this crate.
pub(crate) type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The closure of a transaction, whatever it gives.
pub(crate) trait Attempt: Send {
    /// Runs it once more; whether it went well. What it gave replaces what an earlier try gave.
    fn attempt(&mut self, tx: Tx) -> BoxFuture<'_, bool>;
}

/// A closure, and what its last try gave.
pub(crate) struct Job<F, T, E> {
    work: F,
    gave: Option<Result<T, E>>,
}

impl<F, T, E> Job<F, T, E> {
    pub(crate) fn of(work: F) -> Self {
        Self { work, gave: None }
    }
}

impl<F, T, E: From<StorageError>> Job<F, T, E> {
    /// What the last try gave.
    pub(crate) fn outcome(self, transaction: &'static str) -> Result<T, E> {
        self.gave.unwrap_or_else(|| {
            let cause = "its closure was not run".to_owned();
            Err(StorageError::Failed { transaction, cause }.into())
        })
    }
}

impl<F, U, T, E> Attempt for Job<F, T, E>
where
    F: Fn(Tx) -> U + Send,
    U: Future<Output = Result<T, E>> + Send,
    T: Send,
    E: Send,
{
    fn attempt(&mut self, tx: Tx) -> BoxFuture<'_, bool> {
        Box::pin(async move {
            let gave = (self.work)(tx).await;
            let went_well = gave.is_ok();
            self.gave = Some(gave);
            went_well
        })
    }
}
