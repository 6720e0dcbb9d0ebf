//! Where invitation codes are hashed and compared: a few at once, because each takes 19 MiB and a core, with a short
//! queue before it. Whoever finds the queue full is told so at once, and nothing was looked at.

use std::net::IpAddr;
use std::sync::Arc;

use naru_core::Timestamp;
use naru_crypto::Passwords;
use naru_web::{Asker, RateSettings, Rates};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Claim, SignInError};

/// Codes compared at once.
const PLACES: usize = 2;
/// Codes that may wait for a place.
const WAITING_MAX: usize = 16;

/// How often codes are typed: from one address ten at once and then one in a second, for one member twenty at once and
/// then one in a second. A person mistypes less often; a stranger takes neither the places nor the member's own tries.
const PACE: RateSettings = RateSettings {
    address_per_second: 1,
    address_burst: 10,
    client_per_second: 0,
    client_burst: 0,
    account_per_hour: 3_600,
    account_burst: 20,
};

/// How often fintechs sign up from one address: five at once and then one in six minutes.
const ARRIVALS: RateSettings = RateSettings {
    account_per_hour: 10,
    account_burst: 5,
    ..PACE
};

/// The pool. Cheap to clone; one for the whole process.
#[derive(Debug, Clone)]
pub struct CodePool {
    passwords: Passwords,
    places: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    pace: Arc<Rates>,
    arrivals: Arc<Rates>,
}

impl Default for CodePool {
    /// Two at once, sixteen waiting.
    fn default() -> Self {
        Self::new(PLACES, WAITING_MAX)
    }
}

impl CodePool {
    /// A pool with so many places, and so many who may wait for one.
    pub fn new(places: usize, waiting_max: usize) -> Self {
        let passwords = Passwords::new(places.max(1));
        Self {
            passwords,
            places: Arc::new(Semaphore::new(passwords.places())),
            queue: Arc::new(Semaphore::new(passwords.places() + waiting_max)),
            pace: Arc::new(Rates::new(PACE)),
            arrivals: Arc::new(Rates::new(ARRIVALS)),
        }
    }

    /// Lets somebody sign up from an address, before anything is paid or written for it.
    ///
    /// # Errors
    /// [`SignInError::Busy`] where too many came from there.
    pub fn arrives(&self, from: Option<IpAddr>, now: Timestamp) -> Result<(), SignInError> {
        let Some(from) = from else { return Ok(()) };
        let subscriber = match from.to_canonical() {
            IpAddr::V4(address) => address.to_string(),
            IpAddr::V6(address) => format!("{:?}", address.segments().get(..4)),
        };
        let let_in = self.arrivals.allow(Asker::Account(&subscriber), now);
        let_in.map_err(|_| SignInError::Busy)
    }

    /// Lets a claim in before anything is paid for it.
    ///
    /// # Errors
    /// [`SignInError::Busy`] where its address or its member has had too many.
    pub(super) fn let_in(&self, claim: &Claim, now: Timestamp) -> Result<(), SignInError> {
        let from = claim.from.map(|from| self.pace.allow(Asker::Address(from), now));
        from.unwrap_or(Ok(())).map_err(|_| SignInError::Busy)?;
        let member = format!("{}\n{}", claim.organisation, claim.user_name.to_lowercase());
        let of = self.pace.allow(Asker::Account(&member), now);
        of.map_err(|_| SignInError::Busy)
    }

    /// Waits for a place, unless too many wait already.
    ///
    /// # Errors
    /// [`SignInError::Busy`] where the queue is full.
    pub(super) async fn place(&self) -> Result<Place, SignInError> {
        let turn = Arc::clone(&self.queue).try_acquire_owned();
        let turn = turn.map_err(|_| SignInError::Busy)?;
        let place = Arc::clone(&self.places).acquire_owned().await;
        let place = place.expect("the semaphore is never closed");
        Ok(Place {
            passwords: self.passwords,
            held: (turn, place),
        })
    }
}

/// A place in the pool. It goes along with the work, which ends even where its caller has left.
#[derive(Debug)]
pub(super) struct Place {
    passwords: Passwords,
    held: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Place {
    /// Whether a code is the one behind a hash. Without a hash it takes the same time.
    pub(super) async fn matches(self, code: String, stored: Option<String>) -> Result<bool, SignInError> {
        let work = move |passwords: Passwords| match stored {
            Some(stored) => passwords.verify(&code, &stored),
            None => passwords.verify_nobody(&code),
        };
        Ok(self.run(work).await?.unwrap_or(false))
    }

    /// The hash of a code under a salt; nothing for a code of no length.
    pub(super) async fn hash(self, code: String, salt: [u8; 16]) -> Result<Option<String>, SignInError> {
        Ok(self.run(move |passwords| passwords.hash(&code, salt)).await?.ok())
    }

    async fn run<T: Send + 'static>(
        self,
        work: impl FnOnce(Passwords) -> T + Send + 'static,
    ) -> Result<T, SignInError> {
        let Self { passwords, held } = self;
        let done = tokio::task::spawn_blocking(move || {
            let done = work(passwords);
            drop(held);
            done
        });
        done.await.map_err(|error| {
            tracing::error!(event = "code_not_compared", %error, "the work did not end");
            SignInError::Busy
        })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn a_full_queue_is_told_at_once_and_places_come_back() {
        let pool = CodePool::new(1, 1);
        let first = pool.place().await.unwrap();
        let waiting = {
            let pool = pool.clone();
            tokio::spawn(async move { pool.place().await.map(drop) })
        };
        while pool.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(pool.place().await.map(drop), Err(SignInError::Busy));
        let hash = first.hash("ABCD".to_owned(), [7; 16]).await.unwrap().unwrap();
        assert_eq!(waiting.await.unwrap(), Ok(()));
        for (code, stored, is) in [
            ("ABCD", Some(hash.clone()), true),
            ("ABCE", Some(hash.clone()), false),
            ("ABCD", None, false),
            ("ABCD", Some("nonsense".to_owned()), false),
            ("", Some(hash), false),
        ] {
            let place = pool.place().await.unwrap();
            assert_eq!(place.matches(code.to_owned(), stored).await, Ok(is), "{code}");
        }
        assert_eq!(pool.places.available_permits(), 1);
    }

    #[test]
    fn one_address_signs_up_a_few_times_an_hour() {
        let (pool, now) = (CodePool::default(), Timestamp(0));
        let at = |from: &str, seconds| pool.arrives(Some(from.parse().unwrap()), now.plus_seconds(seconds));
        for host in 1..=5 {
            assert_eq!(at(&format!("2001:db8::{host}"), 0), Ok(()));
        }
        assert_eq!(at("2001:db8::6", 0), Err(SignInError::Busy), "one subscriber");
        assert_eq!(at("2001:db8:0:1::6", 0), Ok(()));
        assert_eq!(at("192.0.2.1", 0), Ok(()));
        assert_eq!(at("2001:db8::6", 359), Err(SignInError::Busy));
        assert_eq!(at("2001:db8::6", 360), Ok(()));
        assert_eq!(pool.arrives(None, now), Ok(()));
    }

    /// A caller who leaves does not make room for more than may run at once.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_place_is_held_until_the_work_has_ended() {
        let pool = CodePool::new(1, 0);
        let (say, heard) = std::sync::mpsc::channel::<()>();
        let place = pool.place().await.unwrap();
        let left = tokio::time::timeout(Duration::from_millis(20), place.run(move |_| heard.recv().is_ok()));
        assert!(left.await.is_err(), "its caller has left");
        assert_eq!(pool.place().await.map(drop), Err(SignInError::Busy));
        say.send(()).unwrap();
        while pool.places.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        assert!(pool.place().await.is_ok());
    }
}
