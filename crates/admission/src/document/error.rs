//! Why a document was not taken or not given out.

use naru_core::{Day, DocumentKind, FileKind, RevisionId};
use naru_storage::StorageError;

use crate::Denied;

/// Why a document was not taken or not given out.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// No such document, or none that the member may see.
    #[error("there is no such document")]
    Unknown,
    /// The file has no name that can be kept.
    #[error("the file needs a name with an ending, such as policy.pdf")]
    Name,
    /// The title is missing or too long.
    #[error("a title of 1 to 200 characters is needed")]
    Title,
    /// The days it tells of are the wrong way round.
    #[error("the first day that it covers is after the last")]
    Days,
    /// A kind of file that is not taken, or not for this kind of document.
    #[error("a {kind} may not be such a file; taken are: {}", taken(*.kind))]
    FileKind {
        /// What the document is for.
        kind: DocumentKind,
    },
    /// The name and the media type say different things.
    #[error("the file's name says {name}, its media type says {media_type}")]
    Disagree {
        /// What the name says.
        name: FileKind,
        /// The media type that was sent.
        media_type: String,
    },
    /// The bytes are not what the name says.
    #[error("the file is not what it says, {says}: {why}")]
    NotWhatItSays {
        /// What it says.
        says: FileKind,
        /// What is wrong.
        why: &'static str,
    },
    /// Too many bytes.
    #[error("the file is larger than {most} bytes")]
    TooLarge {
        /// How many are taken.
        most: u64,
    },
    /// No bytes.
    #[error("the file is empty")]
    Empty,
    /// As many uploads are under way as there may be.
    #[error("too many uploads are under way; come again in {retry_seconds} seconds")]
    Busy {
        /// When it is worth to come again.
        retry_seconds: u32,
    },
    /// The bytes came too slowly.
    #[error("the upload was too slow and was ended")]
    Slow,
    /// The organisation's documents would take more than they may.
    #[error("the organisation's documents may take {most} bytes in all, and this file goes beyond")]
    OverQuota {
        /// How many they may take.
        most: u64,
    },
    /// The disk has less left than must stay free.
    #[error("the hub has no room for documents now")]
    NoRoom,
    /// The upload ended early.
    #[error("the upload broke off")]
    Broken,
    /// A new revision is of another kind of document than the first.
    #[error("the document is a {0}; a revision of it is the same")]
    OtherKind(DocumentKind),
    /// Somebody else added a revision at the same moment.
    #[error("somebody else has just added a revision; look at it and hand yours in again")]
    Changed,
    /// There are as many as are kept.
    #[error("there are {0} already, and no more are kept")]
    Full(usize),
    /// It no longer holds.
    #[error("{revision} ended on {expired_on} and cannot be handed in any more")]
    Expired {
        /// Which revision.
        revision: RevisionId,
        /// Its last day.
        expired_on: Day,
    },
    /// The bytes on disk are not those that were handed in.
    #[error("the stored file of {0} is damaged and is not given out")]
    Damaged(RevisionId),
    /// The disk.
    #[error("the file could not be kept or read: {0}")]
    Disk(String),
    /// The member may not do this.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

fn taken(kind: DocumentKind) -> String {
    let words: Vec<&str> = FileKind::ALL
        .iter()
        .filter(|file| file.fits(kind))
        .map(|file| file.as_str())
        .collect();
    words.join(", ")
}
