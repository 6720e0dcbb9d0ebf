//! Documents to hand in, and how they are handed in.

use bytes::Bytes;
use naru_admission::document::{self, DocumentError, Upload};
use naru_core::DocumentKind;
use naru_storage::RevisionRow;

use crate::house::House;

pub(crate) const PDF: &[u8] = b"%PDF-1.7\nnothing\n%%EOF\n";

pub(crate) fn upload(kind: DocumentKind, file_name: &str) -> Upload {
    Upload {
        kind,
        title: "문서".to_owned(),
        document: None,
        file_name: file_name.to_owned(),
        media_type: String::new(),
        covers_from: None,
        covers_to: None,
        expires_on: None,
    }
}

pub(crate) async fn receive(house: &House, upload: Upload, bytes: &[u8]) -> Result<RevisionRow, DocumentError> {
    let pieces: Vec<_> = bytes
        .chunks(1_000)
        .map(|piece| Ok::<_, std::io::Error>(Bytes::copy_from_slice(piece)))
        .collect();
    document::receive(
        &house.office,
        &house.fintech,
        upload,
        futures_util::stream::iter(pieces),
    )
    .await
}

/// A package with empty files of these names (APPNOTE 4.3), stored.
pub(crate) fn zip(names: &[&str]) -> Vec<u8> {
    let number = |value: usize, bytes: usize| u32::try_from(value).unwrap().to_le_bytes()[..bytes].to_vec();
    let (mut files, mut directory) = (Vec::new(), Vec::new());
    for name in names {
        let at = files.len();
        files.extend(b"PK\x03\x04");
        files.extend([0; 22]);
        files.extend([number(name.len(), 2), vec![0; 2], name.as_bytes().to_vec()].concat());
        directory.extend(b"PK\x01\x02");
        directory.extend([0; 24]);
        directory.extend(
            [
                number(name.len(), 2),
                vec![0; 12],
                number(at, 4),
                name.as_bytes().to_vec(),
            ]
            .concat(),
        );
    }
    let end = [
        vec![0; 4],
        number(names.len(), 2),
        number(names.len(), 2),
        number(directory.len(), 4),
    ];
    let tail = [end.concat(), number(files.len(), 4), vec![0; 2]].concat();
    [files, directory, b"PK\x05\x06".to_vec(), tail].concat()
}
