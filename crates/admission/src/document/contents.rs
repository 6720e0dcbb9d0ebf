//! Whether the bytes of a file are what its name says: by their first bytes, by the names inside a package, or by being
//! text. Nothing is unpacked.

use std::fs::File;
use std::io::{BufReader, Read as _, Seek as _, SeekFrom};

use naru_core::FileKind;

/// The largest list of names inside a package that is read.
const DIRECTORY_MAX: u64 = 16 * 1024 * 1024;
/// The end of a package's list with the longest comment (APPNOTE 4.3.16).
const TAIL_MAX: u64 = 22 + 65_535;
const BLOCK: usize = 64 * 1024;

/// What is wrong with a file, or the disk's failure.
pub(super) enum Flaw {
    Contents(&'static str),
    Disk(std::io::Error),
}

impl From<std::io::Error> for Flaw {
    fn from(error: std::io::Error) -> Self {
        Self::Disk(error)
    }
}

/// Checks a file of `bytes` bytes.
pub(super) fn check(file: &mut File, bytes: u64, says: FileKind) -> Result<(), Flaw> {
    file.seek(SeekFrom::Start(0))?;
    match says {
        FileKind::Pdf => begins(file, b"%PDF-"),
        FileKind::Png => begins(file, b"\x89PNG\r\n\x1a\n"),
        FileKind::Jpeg => begins(file, b"\xff\xd8\xff"),
        FileKind::Hwp => {
            begins(file, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")?;
            contains(file, b"HWP Document File")
        }
        FileKind::Text | FileKind::Csv => text(file),
        FileKind::Json => {
            let read: Result<serde::de::IgnoredAny, _> = serde_json::from_reader(BufReader::new(file));
            read.map(|_| ()).map_err(|_| Flaw::Contents("it is not JSON"))
        }
        FileKind::Zip => package(file, bytes, |_| true),
        FileKind::Docx => package(file, bytes, |name| name.starts_with(b"word/")),
        FileKind::Xlsx => package(file, bytes, |name| name.starts_with(b"xl/")),
        FileKind::Hwpx => package(file, bytes, |name| name == b"Contents/content.hpf"),
        FileKind::Apk => package(file, bytes, |name| name == b"AndroidManifest.xml"),
        FileKind::Aab => package(file, bytes, |name| name == b"BundleConfig.pb"),
        FileKind::Ipa => package(file, bytes, |name| name.starts_with(b"Payload/")),
    }
}

fn begins(file: &mut File, expected: &[u8]) -> Result<(), Flaw> {
    let mut found = Vec::with_capacity(expected.len());
    file.take(expected.len() as u64).read_to_end(&mut found)?;
    if found == expected {
        Ok(())
    } else {
        Err(Flaw::Contents("it does not begin as such a file does"))
    }
}

/// Looks for bytes anywhere, block by block with the end of one before the next.
fn contains(file: &mut File, wanted: &[u8]) -> Result<(), Flaw> {
    let mut held = Vec::new();
    loop {
        let read = file.take(BLOCK as u64).read_to_end(&mut held)?;
        if held.windows(wanted.len()).any(|window| window == wanted) {
            return Ok(());
        }
        if read == 0 {
            return Err(Flaw::Contents("it does not hold what such a file holds"));
        }
        held.drain(..held.len().saturating_sub(wanted.len()));
    }
}

/// UTF-8 without control characters; a character may lie across two blocks.
fn text(file: &mut File) -> Result<(), Flaw> {
    let no_text = || Flaw::Contents("it is not text in UTF-8");
    let mut held = Vec::new();
    loop {
        let read = file.take(BLOCK as u64).read_to_end(&mut held)?;
        let (valid, rest) = match std::str::from_utf8(&held) {
            Ok(valid) => (valid, 0),
            Err(error) if error.error_len().is_none() && read > 0 => {
                let (valid, rest) = held.split_at(error.valid_up_to());
                (std::str::from_utf8(valid).map_err(|_| no_text())?, rest.len())
            }
            Err(_) => return Err(no_text()),
        };
        if valid
            .chars()
            .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n' | '\u{c}'))
        {
            return Err(Flaw::Contents("it holds control characters"));
        }
        if read == 0 {
            return Ok(());
        }
        held.drain(..held.len() - rest);
    }
}

/// Reads the list of names at the end of a ZIP (APPNOTE 4.3.12 and 4.3.16) and looks for one that tells its kind.
fn package(file: &mut File, bytes: u64, tells: fn(&[u8]) -> bool) -> Result<(), Flaw> {
    let no_package = || Flaw::Contents("it is not a readable package");
    begins(file, b"PK\x03\x04")?;
    let tail_at = bytes.saturating_sub(TAIL_MAX);
    file.seek(SeekFrom::Start(tail_at))?;
    let mut tail = Vec::new();
    file.take(TAIL_MAX).read_to_end(&mut tail)?;
    let end_at = tail
        .windows(4)
        .rposition(|window| window == b"PK\x05\x06")
        .ok_or_else(no_package)?;
    let end = tail.get(end_at..).ok_or_else(no_package)?;
    let (size, offset) = number(end, 12, 4).zip(number(end, 16, 4)).ok_or_else(no_package)?;
    if size > DIRECTORY_MAX || offset.saturating_add(size) > bytes {
        return Err(no_package());
    }
    file.seek(SeekFrom::Start(offset))?;
    let mut directory = Vec::new();
    file.take(size).read_to_end(&mut directory)?;
    let mut rest = directory.as_slice();
    while rest.starts_with(b"PK\x01\x02") {
        let lengths = [28, 30, 32].map(|at| number(rest, at, 2).and_then(|length| usize::try_from(length).ok()));
        let [Some(name), Some(extra), Some(comment)] = lengths else {
            return Err(no_package());
        };
        if tells(rest.get(46..46 + name).ok_or_else(no_package)?) {
            return Ok(());
        }
        rest = rest.get(46 + name + extra + comment..).ok_or_else(no_package)?;
    }
    Err(Flaw::Contents("it does not hold what such a package holds"))
}

/// A little-endian number of `length` bytes.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let found = bytes.get(at..at + length)?;
    Some(found.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}
