//! How uploads come in: few at once, never slowly, and a thread of the disk only while there is something to write.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use futures_util::{Stream, StreamExt as _};
use naru_core::OrganisationId;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::DocumentError;
use super::service::joined;
use super::store::Writing;
use crate::AdmissionSettings;

/// Bytes that are gathered before they are written.
const GATHERED: usize = 256 * 1024;
/// Who finds no place is told to come again after so many seconds.
const RETRY_SECONDS: u32 = 10;
/// What an upload has beside the time for its bytes.
const SPARE: Duration = Duration::from_secs(60);

type Taken = BTreeMap<(PathBuf, OrganisationId), usize>;

/// Uploads under way, by folder and organisation.
static TAKEN: Mutex<Taken> = Mutex::new(Taken::new());

/// A place for one upload; free again when it is dropped.
#[derive(Debug)]
pub(super) struct Place((PathBuf, OrganisationId));

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.0) {
            Some(uploads) if *uploads > 1 => *uploads -= 1,
            _ => {
                taken.remove(&self.0);
            }
        }
    }
}

/// Takes a place for an upload of an organisation.
///
/// # Errors
/// [`DocumentError::Busy`] where the organisation, or all of them together, have as many as there may be.
pub(super) fn place(settings: &AdmissionSettings, of: OrganisationId) -> Result<Place, DocumentError> {
    let busy = DocumentError::Busy {
        retry_seconds: RETRY_SECONDS,
    };
    let key = (settings.documents.clone(), of);
    let mut taken = TAKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let all: usize = taken
        .iter()
        .filter(|((folder, _), _)| *folder == settings.documents)
        .map(|(_, uploads)| uploads)
        .sum();
    let own = taken.get(&key).copied().unwrap_or(0);
    if all >= settings.uploads_max || own >= settings.organisation_uploads_max {
        return Err(busy);
    }
    taken.insert(key.clone(), own + 1);
    Ok(Place(key))
}

/// How long an upload of the largest size may take.
fn longest(settings: &AdmissionSettings) -> Duration {
    let seconds = settings.document_bytes_max / settings.upload_bytes_per_second_min.max(1);
    SPARE + Duration::from_secs(seconds)
}

/// Writes what comes, in few large steps, until the stream ends.
///
/// # Errors
/// [`DocumentError::TooLarge`] as soon as there is too much; [`DocumentError::Slow`] where nothing comes for too long
/// or all of it takes too long; [`DocumentError::Broken`] where the stream breaks off.
pub(super) async fn pump<E>(
    writing: Writing,
    stream: impl Stream<Item = Result<Bytes, E>>,
    settings: &AdmissionSettings,
) -> Result<Writing, DocumentError> {
    let written = timeout(longest(settings), gather(writing, stream, settings));
    written.await.unwrap_or(Err(DocumentError::Slow))
}

async fn gather<E>(
    mut writing: Writing,
    stream: impl Stream<Item = Result<Bytes, E>>,
    settings: &AdmissionSettings,
) -> Result<Writing, DocumentError> {
    let most = settings.document_bytes_max;
    let idle = Duration::from_secs(settings.upload_idle_seconds);
    let mut stream = std::pin::pin!(stream);
    let (mut gathered, mut waiting, mut bytes) = (Vec::new(), 0, 0_u64);
    loop {
        let Ok(next) = timeout(idle, stream.next()).await else {
            return Err(DocumentError::Slow);
        };
        let Some(piece) = next else { break };
        let piece = piece.map_err(|_| DocumentError::Broken)?;
        bytes = bytes.saturating_add(piece.len() as u64);
        if bytes > most {
            return Err(DocumentError::TooLarge { most });
        }
        waiting += piece.len();
        gathered.push(piece);
        // Many small pieces are held by more than their bytes.
        if waiting >= GATHERED || gathered.len() >= GATHERED / 1_024 {
            (writing, gathered) = written(writing, gathered).await?;
            waiting = 0;
        }
    }
    Ok(written(writing, gathered).await?.0)
}

/// Writes what was gathered on a thread of the disk; what is given back is empty.
async fn written(writing: Writing, mut gathered: Vec<Bytes>) -> Result<(Writing, Vec<Bytes>), DocumentError> {
    let added = spawn_blocking(move || {
        let writing = writing.add(&gathered)?;
        gathered.clear();
        Ok((writing, gathered))
    });
    joined(added.await)
}
