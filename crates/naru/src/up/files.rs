//! The files of a trial: a development certificate authority and what it issued, and the keyring. Made once, found
//! again later, readable by their owner alone where they are secret.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use naru_crypto::{Authority, Issued, Keyring, Subject};
use time::OffsetDateTime;

use super::UpError;

const AUTHORITY: &str = "Naru development CA";
/// How long what the authority issues is valid.
const DAYS: i64 = 825;

/// A trial's directory.
#[derive(Debug, Clone)]
pub struct Files {
    dir: PathBuf,
}

impl Files {
    /// Makes the directory and everything that is missing in it.
    pub fn prepare(dir: &Path) -> Result<Self, UpError> {
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| UpError::Directory { path, source }
        };
        fs::create_dir_all(dir.join("books")).map_err(failed(dir))?;
        let dir = dir.canonicalize().map_err(failed(dir))?;
        let files = Self { dir };
        files.keep("keyring.toml", || Ok(Keyring::generate().to_text()))?;
        let authority = files.authority()?;
        let here = ["localhost", "127.0.0.1", "::1"];
        files.certificate(&authority, "hub", &Subject::Server(&here))?;
        files.certificate(&authority, "bank", &Subject::Server(&here))?;
        files.certificate(&authority, "line", &Subject::Client("naru hub"))?;
        files.certificate(&authority, "fintech", &Subject::Client("naru trial fintech"))?;
        Ok(files)
    }

    /// A file of the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// The text of a file; `None` where there is none.
    pub fn text(&self, name: &str) -> Option<String> {
        fs::read_to_string(self.path(name)).ok()
    }

    /// Writes a file that only its owner can read, whole or not at all.
    pub fn write(&self, name: &str, text: &str) -> Result<(), UpError> {
        let path = self.path(name);
        let partial = self.path(&format!("{name}.new"));
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&partial)
            .and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
            .and_then(|()| fs::rename(&partial, &path));
        written.map_err(|source| UpError::Directory { path, source })
    }

    fn keep(&self, name: &str, make: impl FnOnce() -> Result<String, UpError>) -> Result<(), UpError> {
        if self.path(name).exists() {
            Ok(())
        } else {
            self.write(name, &make()?)
        }
    }

    fn authority(&self) -> Result<Authority, UpError> {
        if let (Some(certificate), Some(key)) = (self.text("ca.pem"), self.text("ca.key")) {
            return Ok(Authority::load(AUTHORITY, certificate, key)?);
        }
        let authority = Authority::generate(AUTHORITY, now())?;
        self.write("ca.key", authority.key_pem())?;
        self.write("ca.pem", authority.certificate_pem())?;
        Ok(authority)
    }

    fn certificate(&self, authority: &Authority, name: &str, subject: &Subject<'_>) -> Result<(), UpError> {
        let (certificate, key) = (format!("{name}.pem"), format!("{name}.key"));
        if self.path(&certificate).exists() && self.path(&key).exists() {
            return Ok(());
        }
        let issued: Issued = authority.issue(subject, DAYS, now())?;
        self.write(&key, &issued.key_pem)?;
        self.write(&certificate, &issued.certificate_pem)
    }
}

/// The machine's present moment, from which certificates are valid.
pub(crate) fn now() -> OffsetDateTime {
    let micros = i128::from(naru_core::Clock::system().now().0);
    OffsetDateTime::from_unix_timestamp_nanos(micros * 1_000).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

/// SHA-256 of the first certificate of a PEM text (DER), as tokens are bound to it.
pub fn certificate_sha256(pem: &str) -> Option<[u8; 32]> {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject as _;
    let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok()?;
    Some(naru_crypto::sha256(&certificate))
}
