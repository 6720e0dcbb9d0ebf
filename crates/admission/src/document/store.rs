//! The folder of documents: what arrives is written beside the others under a chance name, and moved to the name of its
//! digest when it is whole. What does not become whole leaves nothing.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use aws_lc_rs::digest;
use bytes::Bytes;
use naru_core::FileKind;
use naru_crypto::{from_hex, hex};

use super::DocumentError;
use super::contents::{self, Flaw};

const INCOMING: &str = "incoming";
const PLACING: &str = "placing";
const BLOCK: usize = 64 * 1024;
/// A file of so many bytes at most is checked before any of it is given out.
const CHECKED_FIRST: u64 = 1024 * 1024;

/// The folder.
#[derive(Debug, Clone)]
pub(super) struct Store {
    root: PathBuf,
}

/// A file that is being written; it vanishes when it is dropped.
pub(super) struct Writing {
    file: File,
    path: Vanishing,
    sum: digest::Context,
    bytes: u64,
}

impl Writing {
    /// Adds pieces to the end.
    pub(super) fn add(mut self, pieces: &[Bytes]) -> Result<Self, DocumentError> {
        for piece in pieces {
            self.sum.update(piece);
            self.file.write_all(piece).map_err(disk)?;
            self.bytes = self.bytes.saturating_add(piece.len() as u64);
        }
        Ok(self)
    }

    /// Ends the file and checks what it is.
    pub(super) fn end(mut self, says: FileKind) -> Result<Received, DocumentError> {
        if self.bytes == 0 {
            return Err(DocumentError::Empty);
        }
        contents::check(&mut self.file, self.bytes, says).map_err(|flaw| match flaw {
            Flaw::Contents(why) => DocumentError::NotWhatItSays { says, why },
            Flaw::Disk(error) => disk(error),
        })?;
        self.file.sync_all().map_err(disk)?;
        Ok(Received {
            sha256: finished(self.sum),
            bytes: self.bytes,
            path: self.path,
        })
    }
}

/// A whole file that has no name yet; it vanishes when it is dropped.
pub(super) struct Received {
    pub(super) sha256: [u8; 32],
    pub(super) bytes: u64,
    path: Vanishing,
}

/// A file that is removed unless it is kept.
struct Vanishing(PathBuf);

impl Drop for Vanishing {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// A file at its name, whose row is not committed yet. Until [`Store::settle`] a mark tells the next start of it.
pub(super) struct Placed {
    mark: PathBuf,
    /// The name, where it was not taken before.
    fresh: Option<PathBuf>,
}

fn disk(error: io::Error) -> DocumentError {
    DocumentError::Disk(error.to_string())
}

impl Store {
    /// Creates the folder where it is missing, closed to others.
    pub(super) fn open(root: &Path) -> Result<Self, DocumentError> {
        let mut builder = DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(root.join(INCOMING))
            .map_err(disk)?;
        Ok(Self { root: root.to_owned() })
    }

    fn incoming(&self, name: &str) -> PathBuf {
        self.root.join(INCOMING).join(name)
    }

    fn named(&self, sha256: &[u8; 32]) -> (PathBuf, PathBuf) {
        let name = hex(sha256);
        let folder = self.root.join(name.chars().take(2).collect::<String>());
        (folder.clone(), folder.join(name))
    }

    /// Begins a file under a chance name.
    ///
    /// # Errors
    /// [`DocumentError::NoRoom`] where less than `free` bytes are left on the disk.
    pub(super) fn begin(&self, name: &str, free: u64) -> Result<Writing, DocumentError> {
        let disk_of = rustix::fs::statvfs(&self.root).map_err(|error| disk(error.into()))?;
        if disk_of.f_bavail.saturating_mul(disk_of.f_frsize) < free {
            return Err(DocumentError::NoRoom);
        }
        let path = Vanishing(self.incoming(name));
        let mut options = OpenOptions::new();
        options.read(true).write(true).create_new(true).mode(0o600);
        let file = options.open(&path.0).map_err(disk)?;
        Ok(Writing {
            file,
            path,
            sum: digest::Context::new(&digest::SHA256),
            bytes: 0,
        })
    }

    /// Moves a whole file to its name; one that is there already is used again.
    pub(super) fn place(&self, received: Received, mark: &str) -> Result<Placed, DocumentError> {
        let mark = self.incoming(&format!("{}.{mark}.{PLACING}", hex(&received.sha256)));
        File::create_new(&mark).map_err(disk)?;
        let placed = self.place_marked(received).map_err(disk);
        if placed.is_err() {
            let _ = fs::remove_file(&mark);
        }
        placed.map(|fresh| Placed { mark, fresh })
    }

    fn place_marked(&self, received: Received) -> io::Result<Option<PathBuf>> {
        let (folder, name) = self.named(&received.sha256);
        let is_there = fs::metadata(&name).is_ok_and(|there| there.len() == received.bytes);
        if is_there {
            return Ok(None);
        }
        DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        fs::rename(&received.path.0, &name)?;
        File::open(&folder)?.sync_all()?;
        Ok(Some(name))
    }

    /// Ends a placing: the file stays where a row has it, or where it was there before.
    pub(super) fn settle(placed: &Placed, is_kept: bool) {
        if let Some(fresh) = placed.fresh.as_ref().filter(|_| !is_kept) {
            let _ = fs::remove_file(fresh);
        }
        let _ = fs::remove_file(&placed.mark);
    }

    /// Removes what a crash left half written, and gives the digests whose placing it interrupted.
    pub(super) fn sweep(&self) -> Result<Vec<[u8; 32]>, DocumentError> {
        let mut interrupted = Vec::new();
        for entry in fs::read_dir(self.root.join(INCOMING)).map_err(disk)? {
            let entry = entry.map_err(disk)?;
            let name = entry.file_name();
            let marked = name.to_str().filter(|name| name.ends_with(PLACING));
            let digest = marked.and_then(|name| from_hex(name.split('.').next()?)?.try_into().ok());
            match digest {
                Some(digest) => interrupted.push(digest),
                None => fs::remove_file(entry.path()).map_err(disk)?,
            }
        }
        Ok(interrupted)
    }

    /// Ends an interrupted placing.
    pub(super) fn settle_interrupted(&self, sha256: &[u8; 32], is_kept: bool) -> Result<(), DocumentError> {
        if !is_kept {
            let _ = fs::remove_file(self.named(sha256).1);
        }
        let begin = hex(sha256);
        for entry in fs::read_dir(self.root.join(INCOMING)).map_err(disk)? {
            let entry = entry.map_err(disk)?;
            if entry.file_name().to_str().is_some_and(|name| name.starts_with(&begin)) {
                fs::remove_file(entry.path()).map_err(disk)?;
            }
        }
        Ok(())
    }

    /// Opens a stored file; `None` where its length is not what it should be, or, of a small one, its digest.
    pub(super) fn read(&self, sha256: &[u8; 32], bytes: i64) -> Result<Option<Opened>, DocumentError> {
        let file = match File::open(self.named(sha256).1) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk(error)),
        };
        let length = file.metadata().map_err(disk)?.len();
        if i64::try_from(length) != Ok(bytes) {
            return Ok(None);
        }
        let mut opened = Opened::new(file, *sha256);
        if length > CHECKED_FIRST {
            return Ok(Some(opened));
        }
        loop {
            match opened.next() {
                Ok(Some(_)) => {}
                Ok(None) => break,
                Err(Torn::Damaged) => return Ok(None),
                Err(Torn::Disk(error)) => return Err(disk(error)),
            }
        }
        opened.file.seek(SeekFrom::Start(0)).map_err(disk)?;
        Ok(Some(Opened::new(opened.file, *sha256)))
    }
}

/// A stored file that is being given out. Its last block comes only when all of it was the bytes that were handed in.
pub struct Opened {
    file: File,
    sha256: [u8; 32],
    sum: Option<digest::Context>,
    held: Bytes,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Opened({})", hex(&self.sha256))
    }
}

/// Why a file was not given out to its end.
pub(super) enum Torn {
    Damaged,
    Disk(io::Error),
}

impl Opened {
    fn new(file: File, sha256: [u8; 32]) -> Self {
        Self {
            file,
            sha256,
            sum: Some(digest::Context::new(&digest::SHA256)),
            held: Bytes::new(),
        }
    }

    /// The next block, held back until the one behind it was read; none behind the last.
    pub(super) fn next(&mut self) -> Result<Option<Bytes>, Torn> {
        let Some(sum) = &mut self.sum else { return Ok(None) };
        loop {
            let mut block = vec![0; BLOCK];
            let read = self.file.read(&mut block).map_err(Torn::Disk)?;
            block.truncate(read);
            sum.update(&block);
            let before = std::mem::replace(&mut self.held, Bytes::from(block));
            if read > 0 {
                if before.is_empty() {
                    continue;
                }
                return Ok(Some(before));
            }
            let is_whole = self.sum.take().is_some_and(|sum| finished(sum) == self.sha256);
            return match is_whole {
                true => Ok(Some(before)),
                false => Err(Torn::Damaged),
            };
        }
    }
}

fn finished(sum: digest::Context) -> [u8; 32] {
    let mut sha256 = [0; 32];
    sha256.copy_from_slice(sum.finish().as_ref());
    sha256
}
