//! Work of one fintech that comes while earlier work of it is being stored waits, and is then stored together: one
//! commit for all of it. Nobody waits for company.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use naru_core::ClientId;
use naru_storage::StorageError;
use tokio::sync::{Mutex as TurnLock, oneshot};

/// Pieces of work in one commit at most.
const TOGETHER_MAX: usize = 32;
/// Nobody waits longer than this for a turn.
const WAIT: Duration = Duration::from_secs(10);
/// Fintechs remembered at most before those of whom nothing waits are forgotten.
const QUEUES_MAX: usize = 4_096;

/// Each piece by itself, after all of them together could not be stored: one after another where one of them is the
/// reason, so that they do not wait for one another's rows; else at once.
pub(super) async fn alone<T, R, F>(pieces: Vec<Arc<T>>, one_is_why: bool, work: impl Fn(Arc<T>) -> F) -> Vec<R>
where
    F: Future<Output = R>,
{
    let at_once = if one_is_why { 1 } else { pieces.len() };
    stream::iter(pieces).map(work).buffered(at_once).collect().await
}

struct Queue<T, R> {
    waiting: Mutex<Vec<(Arc<T>, oneshot::Sender<R>)>>,
    turn: TurnLock<()>,
}

/// The queues, by fintech.
pub(crate) struct Together<T, R>(Mutex<HashMap<ClientId, Arc<Queue<T, R>>>>);

impl<T, R> Default for Together<T, R> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T, R> Together<T, R> {
    /// Gives the result of a piece of work. Whoever has the turn does the work of all who wait: `work` gives as many
    /// results as it was given pieces.
    ///
    /// # Errors
    /// When the turn does not come in time, or whoever had it went away in the middle of the work.
    pub(super) async fn run<F>(
        &self,
        (transaction, client): (&'static str, ClientId),
        piece: &Arc<T>,
        work: impl FnOnce(Vec<Arc<T>>) -> F,
    ) -> Result<R, StorageError>
    where
        F: Future<Output = Vec<R>>,
    {
        let queue = self.queue(client);
        let (sender, mut result) = oneshot::channel();
        let unsure = |_| StorageError::CommitUnknown {
            transaction,
            cause: "whoever was storing it went away".to_owned(),
        };
        queue.waiting().push((Arc::clone(piece), sender));
        tokio::select! {
            biased;
            done = &mut result => done.map_err(unsure),
            turn = tokio::time::timeout(WAIT, queue.turn.lock()) => {
                if turn.is_ok() {
                    queue.work_off(piece, work).await;
                } else if queue.forgets(piece) {
                    let cause = "too much is waiting to be stored".to_owned();
                    return Err(StorageError::Failed { transaction, cause });
                }
                result.await.map_err(unsure)
            }
        }
    }

    fn queue(&self, client: ClientId) -> Arc<Queue<T, R>> {
        let mut queues = self.0.lock().expect("finding a queue does not panic");
        if queues.len() >= QUEUES_MAX {
            queues.retain(|_, queue| Arc::strong_count(queue) > 1);
        }
        let fresh = || Queue {
            waiting: Mutex::default(),
            turn: TurnLock::default(),
        };
        Arc::clone(queues.entry(client).or_insert_with(|| Arc::new(fresh())))
    }
}

impl<T, R> Queue<T, R> {
    fn waiting(&self) -> std::sync::MutexGuard<'_, Vec<(Arc<T>, oneshot::Sender<R>)>> {
        self.waiting.lock().expect("queueing does not panic")
    }

    /// Takes a piece back that nobody has begun; whether it was still there.
    fn forgets(&self, piece: &Arc<T>) -> bool {
        let mut waiting = self.waiting();
        let before = waiting.len();
        waiting.retain(|(other, _)| !Arc::ptr_eq(other, piece));
        waiting.len() < before
    }

    /// Does the work of those who have waited longest, whoever has the turn among them.
    async fn work_off<F>(&self, own: &Arc<T>, work: impl FnOnce(Vec<Arc<T>>) -> F)
    where
        F: Future<Output = Vec<R>>,
    {
        let taken: Vec<_> = {
            let mut waiting = self.waiting();
            let count = waiting.len().min(TOGETHER_MAX);
            // Whoever has the turn waits for its own result while holding it: its piece is always among them.
            if let Some(at) = waiting.iter().position(|(piece, _)| Arc::ptr_eq(piece, own))
                && at >= count
            {
                waiting.swap(count - 1, at);
            }
            waiting.drain(..count).collect()
        };
        let (pieces, senders): (Vec<_>, Vec<_>) = taken.into_iter().unzip();
        for (sender, result) in senders.into_iter().zip(work(pieces).await) {
            let _ = sender.send(result);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;
    use naru_core::{Chance, Timestamp};

    use super::*;

    fn a_client() -> ClientId {
        ClientId::new(Timestamp(0), &Chance::seeded(1))
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_during_earlier_work_is_done_together() {
        let (together, sizes) = (Together::<usize, usize>::default(), Mutex::new(Vec::new()));
        let (together, sizes) = (&together, &sizes);
        let client = a_client();
        let each = (0..100).map(|number| async move {
            let work = |all: Vec<Arc<usize>>| async move {
                sizes.lock().unwrap().push(all.len());
                tokio::time::sleep(Duration::from_millis(1)).await;
                all.iter().map(|piece| **piece * 2).collect()
            };
            together.run(("test", client), &Arc::new(number), work).await
        });
        let doubled: Vec<_> = (0..100).map(|number| Ok(number * 2)).collect();
        assert_eq!(join_all(each).await, doubled, "each has its own result");
        let sizes = sizes.lock().unwrap().clone();
        assert_eq!(sizes.iter().sum::<usize>(), 100);
        assert_eq!(
            sizes[..3],
            [1, TOGETHER_MAX, TOGETHER_MAX],
            "the first waits for nobody"
        );
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever_and_nobody_guesses() {
        let together = Together::<u8, u8>::default();
        let (client, piece) = (a_client(), Arc::new(0));
        let name = ("test", client);
        let first = together.run(name, &piece, |_| async {
            tokio::time::sleep(WAIT * 2).await;
            vec![1]
        });
        let second = together.run(name, &piece, |_| async { vec![2] });
        let (first, second) = futures_util::future::join(first, second).await;
        assert_eq!(first, Ok(1));
        assert!(matches!(second, Err(StorageError::Failed { .. })), "{second:?}");
        // Whoever was doing the work of both is gone: the other one does not know.
        let slow = together.run(name, &piece, |_| std::future::pending());
        let gone = tokio::time::timeout(Duration::from_secs(1), slow).await;
        assert!(gone.is_err());
        assert_eq!(
            together.run(name, &piece, |_| async { vec![3] }).await,
            Ok(3),
            "the next one has the turn"
        );
        let lost = together.run(name, &piece, |_| async { Vec::new() }).await;
        assert!(matches!(lost, Err(StorageError::CommitUnknown { .. })), "{lost:?}");
    }

    #[tokio::test]
    async fn what_cannot_be_done_together_is_done_alone() {
        let pieces: Vec<_> = (0..5).map(Arc::new).collect();
        for one_is_why in [true, false] {
            let done = alone(pieces.clone(), one_is_why, |piece| async move { *piece + 1 }).await;
            assert_eq!(done, [1, 2, 3, 4, 5], "in their order");
        }
    }
}
