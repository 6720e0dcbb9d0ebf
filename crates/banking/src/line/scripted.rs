//! A line that plays a script, for tests of whatever uses lines: no socket, no TLS, and a record of what was asked.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt};
use naru_core::Institution;

use super::answer::Answer;
use super::ask::Ask;
use super::fault::LineFault;
use super::{Connect, Line};

const MOST_REMEMBERED: usize = 100_000;

type Play = dyn Fn(Ask) -> BoxFuture<'static, Result<Answer, LineFault>> + Send + Sync;

/// A line whose answers are decided by a test. Like a real one it is silent when its time budget is over.
pub struct ScriptedLine {
    play: Box<Play>,
    asked: Mutex<Vec<Ask>>,
}

impl std::fmt::Debug for ScriptedLine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ScriptedLine")
    }
}

impl ScriptedLine {
    /// Answers with what `play` makes of each question; `play` may wait.
    pub fn playing<F>(play: F) -> Arc<Self>
    where
        F: Fn(Ask) -> BoxFuture<'static, Result<Answer, LineFault>> + Send + Sync + 'static,
    {
        Arc::new(Self {
            play: Box::new(play),
            asked: Mutex::default(),
        })
    }

    /// Answers at once with what `play` makes of each question.
    pub fn answering(play: impl Fn(Ask) -> Result<Answer, LineFault> + Send + Sync + 'static) -> Arc<Self> {
        Self::playing(move |ask| std::future::ready(play(ask)).boxed())
    }

    /// Answers with the queue, one by one, and with silence when it is empty.
    pub fn queued(answers: impl IntoIterator<Item = Result<Answer, LineFault>>) -> Arc<Self> {
        let queue: Mutex<VecDeque<_>> = Mutex::new(answers.into_iter().collect());
        Self::answering(move |_| {
            let next = queue.lock().expect("taking from a queue does not panic").pop_front();
            next.unwrap_or_else(|| Err(LineFault::silence()))
        })
    }

    /// What was asked so far, in order; at most the first 100,000.
    pub fn asked(&self) -> Vec<Ask> {
        self.asked.lock().expect("adding to a list does not panic").clone()
    }

    /// A [`Connect`] that gives this line to every institution.
    pub fn connect(self: &Arc<Self>) -> Arc<dyn Connect> {
        let line: Arc<dyn Line> = Arc::<Self>::clone(self);
        Arc::new(move |_: &Institution| Arc::clone(&line))
    }
}

impl Line for ScriptedLine {
    fn ask(&self, ask: Ask, within: Duration) -> BoxFuture<'_, Result<Answer, LineFault>> {
        {
            let mut asked = self.asked.lock().expect("adding to a list does not panic");
            if asked.len() < MOST_REMEMBERED {
                asked.push(ask.clone());
            }
        }
        let answer = (self.play)(ask);
        Box::pin(async move {
            let answered = tokio::time::timeout(within, answer).await;
            answered.unwrap_or_else(|_| Err(LineFault::silence()))
        })
    }
}
