//! Documents: what is taken, what is refused without a trace, and who gets to see it.

use std::path::Path;

use bytes::Bytes;
use futures_util::StreamExt as _;
use naru_admission::document::{self, DocumentError, Upload};
use naru_core::{Day, DocumentKind, FileKind, OrganisationKind, Role};

use crate::house::{House, staff};
use crate::paper::{PDF, receive, upload, zip};

/// Every file below a folder.
pub(crate) fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path.file_name().unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

async fn content(house: &House, revision: naru_core::RevisionId) -> Vec<u8> {
    let (_, file) = document::open(&house.office, &house.fintech, revision).await.unwrap();
    let pieces: Vec<std::io::Result<Bytes>> = document::pieces(file).collect().await;
    pieces.into_iter().flat_map(|piece| piece.unwrap().to_vec()).collect()
}

#[tokio::test]
async fn a_document_is_kept_under_its_digest_and_given_out_as_it_came() {
    use std::os::unix::fs::PermissionsExt as _;
    let house = House::new().await;
    let mut named = upload(DocumentKind::Submission, "../../정책\u{0}.pdf");
    named.media_type = "application/pdf; charset=binary".to_owned();
    let first = receive(&house, named, PDF).await.unwrap();
    assert_eq!(
        (first.file_name.as_str(), first.revision, first.file),
        ("정책.pdf", 1, FileKind::Pdf)
    );
    assert_eq!(first.sha256, naru_crypto::sha256(PDF));
    assert_eq!(content(&house, first.id).await, PDF);
    let mode = std::fs::metadata(house.folder()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    // The same bytes again, and other bytes as the next revision.
    receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    assert_eq!(files(house.folder()), [naru_crypto::hex(&first.sha256)], "kept once");
    let before = house.office.hub.now();
    house.pass_days(1);
    let second = Upload {
        document: Some(first.document_id),
        ..upload(DocumentKind::Submission, "b.pdf")
    };
    let second = receive(&house, second, b"%PDF-2.0 changed").await.unwrap();
    assert_eq!((second.revision, second.title.as_str()), (2, "문서"));
    assert_eq!(content(&house, first.id).await, PDF, "replacing changes nothing");
    let revisions = document::revisions(&house.office, &house.fintech, first.document_id)
        .await
        .unwrap();
    assert_eq!(revisions, [second.clone(), first.clone()]);
    let owner = house.fintech.organisation.id;
    let then = document::list_as_of(&house.office, &house.fintech, owner, before)
        .await
        .unwrap();
    let now = document::current(&house.office, &house.fintech, owner).await.unwrap();
    assert!(then.contains(&first) && now.contains(&second) && !now.contains(&first));
}

#[tokio::test]
async fn every_kind_of_file_is_recognised_by_its_bytes() {
    let house = House::new().await;
    let hwp = [
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec(),
        vec![0; 70_000],
        b"HWP Document File".to_vec(),
    ]
    .concat();
    let text = "가".repeat(50_000).into_bytes();
    let good: [(&str, DocumentKind, Vec<u8>); 12] = [
        ("a.png", DocumentKind::Evidence, b"\x89PNG\r\n\x1a\nrest".to_vec()),
        ("a.jpeg", DocumentKind::Certificate, b"\xff\xd8\xff\xe0rest".to_vec()),
        ("a.hwp", DocumentKind::Application, hwp),
        (
            "a.hwpx",
            DocumentKind::Application,
            zip(&["mimetype", "Contents/content.hpf"]),
        ),
        (
            "a.docx",
            DocumentKind::Contract,
            zip(&["[Content_Types].xml", "word/document.xml"]),
        ),
        (
            "a.xlsx",
            DocumentKind::Evidence,
            zip(&["[Content_Types].xml", "xl/workbook.xml"]),
        ),
        ("a.zip", DocumentKind::Evidence, zip(&["anything"])),
        ("a.aab", DocumentKind::Build, zip(&["BundleConfig.pb"])),
        ("a.ipa", DocumentKind::Build, zip(&["Payload/App.app/Info.plist"])),
        ("a.txt", DocumentKind::Evidence, text.clone()),
        ("a.csv", DocumentKind::Evidence, b"a,b\r\n1,2\r\n".to_vec()),
        ("a.json", DocumentKind::Evidence, b"{\"a\": [1]}".to_vec()),
    ];
    for (name, kind, bytes) in &good {
        let received = receive(&house, upload(*kind, name), bytes).await;
        assert_eq!(received.unwrap().bytes, i64::try_from(bytes.len()).unwrap(), "{name}");
    }
    let kept = files(house.folder()).len();
    let mut cut = zip(&["word/document.xml"]);
    cut.truncate(cut.len() - 22);
    let bad: [(&str, Vec<u8>); 11] = [
        ("a.pdf", b"<html>".to_vec()),
        ("a.png", PDF.to_vec()),
        ("a.jpg", b"\xff\xd8".to_vec()),
        ("a.hwp", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 a word document".to_vec()),
        ("a.docx", zip(&["xl/workbook.xml"])),
        ("a.docx", cut),
        ("a.xlsx", b"PK\x03\x04".to_vec()),
        ("a.txt", b"one\x00two".to_vec()),
        ("a.txt", text[..text.len() - 1].to_vec()),
        ("a.csv", vec![0xb0, 0xa1]),
        ("a.json", b"{} {".to_vec()),
    ];
    for (name, bytes) in &bad {
        let refused = receive(&house, upload(DocumentKind::Evidence, name), bytes).await;
        assert!(
            matches!(refused, Err(DocumentError::NotWhatItSays { .. })),
            "{name}: {refused:?}"
        );
    }
    assert_eq!(files(house.folder()).len(), kept, "nothing of it is left");
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let house = House::on("20261121", |settings| settings.document_bytes_max = 10_000).await;
    let refused = async |upload: Upload, bytes: &[u8]| {
        let error = receive(&house, upload, bytes).await.unwrap_err();
        assert_eq!(files(house.folder()), [""; 0], "{error}");
        error
    };
    let evidence = |name| upload(DocumentKind::Evidence, name);
    let large = [PDF.to_vec(), vec![b' '; 10_000]].concat();
    assert_eq!(
        refused(evidence("a.pdf"), &large).await,
        DocumentError::TooLarge { most: 10_000 }
    );
    assert_eq!(refused(evidence("a.pdf"), b"").await, DocumentError::Empty);
    assert_eq!(refused(evidence(".."), PDF).await, DocumentError::Name);
    let kind = DocumentKind::Evidence;
    assert_eq!(refused(evidence("a.exe"), PDF).await, DocumentError::FileKind { kind });
    let kind = DocumentKind::Build;
    assert_eq!(
        refused(upload(kind, "a.pdf"), PDF).await,
        DocumentError::FileKind { kind }
    );
    let mut contradicting = evidence("a.pdf");
    contradicting.media_type = "image/png".to_owned();
    assert!(matches!(
        refused(contradicting, PDF).await,
        DocumentError::Disagree { .. }
    ));
    let mut untitled = evidence("a.pdf");
    untitled.title = " ".to_owned();
    assert_eq!(refused(untitled, PDF).await, DocumentError::Title);
    let mut turned = evidence("a.pdf");
    (turned.covers_from, turned.covers_to) = (Some(Day(20_260_102)), Some(Day(20_260_101)));
    assert_eq!(refused(turned, PDF).await, DocumentError::Days);
    // The database refuses the row when the file is at its name already.
    let mut unknown = evidence("a.pdf");
    unknown.document = Some(naru_core::DocumentId::new(
        house.office.hub.now(),
        house.office.hub.storage().chance(),
    ));
    assert_eq!(refused(unknown, PDF).await, DocumentError::Unknown);
    let listed = document::current(&house.office, &house.fintech, house.fintech.organisation.id).await;
    assert_eq!(listed.unwrap(), []);
}

#[tokio::test]
async fn a_refused_row_takes_no_file_away_that_another_row_has() {
    let house = House::new().await;
    let kept = receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    let other_kind = Upload {
        document: Some(kept.document_id),
        ..upload(DocumentKind::Contract, "a.pdf")
    };
    let refused = receive(&house, other_kind, PDF).await.unwrap_err();
    assert_eq!(refused, DocumentError::OtherKind(DocumentKind::Evidence));
    assert_eq!(content(&house, kept.id).await, PDF);
}

#[tokio::test]
async fn a_stream_that_breaks_off_or_never_ends_is_not_kept() {
    let house = House::on("20261121", |settings| settings.document_bytes_max = 10_000).await;
    let evidence = || upload(DocumentKind::Evidence, "a.pdf");
    let broken = futures_util::stream::iter([Ok(Bytes::from_static(PDF)), Err("the line went dead")]);
    let error = document::receive(&house.office, &house.fintech, evidence(), broken)
        .await
        .unwrap_err();
    assert_eq!(error, DocumentError::Broken);
    let endless = futures_util::stream::repeat_with(|| Ok::<_, &str>(Bytes::from_static(&[b' '; 1_000])));
    let error = document::receive(&house.office, &house.fintech, evidence(), endless)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        DocumentError::TooLarge { most: 10_000 },
        "it stops reading by itself"
    );
    assert_eq!(files(house.folder()), [""; 0]);
}

#[tokio::test]
async fn what_a_crash_left_is_swept_and_what_has_a_row_stays() {
    let house = House::new().await;
    let kept = receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    let incoming = house.folder().join("incoming");
    let lost = naru_crypto::hex(&[0xab; 32]);
    std::fs::write(incoming.join("0123"), b"half").unwrap();
    std::fs::create_dir(house.folder().join("ab")).unwrap();
    std::fs::write(house.folder().join("ab").join(&lost), b"placed without a row").unwrap();
    std::fs::write(incoming.join(format!("{lost}.01.placing")), b"").unwrap();
    std::fs::write(
        incoming.join(format!("{}.02.placing", naru_crypto::hex(&kept.sha256))),
        b"",
    )
    .unwrap();
    document::sweep(&house.office).await.unwrap();
    assert_eq!(files(house.folder()), [naru_crypto::hex(&kept.sha256)]);
    assert_eq!(content(&house, kept.id).await, PDF);
}

#[tokio::test]
async fn a_damaged_file_is_not_given_out() {
    let house = House::new().await;
    let kept = receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    let name = naru_crypto::hex(&kept.sha256);
    let path = house.folder().join(naru_crypto::hex(&kept.sha256[..1])).join(&name);
    let open = async || document::open(&house.office, &house.fintech, kept.id).await.map(|_| ());
    let mut damaged = PDF.to_vec();
    damaged[10] ^= 1;
    for bytes in [damaged, PDF[1..].to_vec()] {
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(open().await, Err(DocumentError::Damaged(kept.id)));
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(open().await, Err(DocumentError::Damaged(kept.id)));
    receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    assert_eq!(open().await, Ok(()), "handed in again");
}

#[tokio::test]
async fn only_whom_it_concerns_may_read_and_only_officers_hand_in() {
    let house = House::new().await;
    let office = &house.office;
    let kept = receive(&house, upload(DocumentKind::Evidence, "a.pdf"), PDF)
        .await
        .unwrap();
    let stranger = staff(
        office,
        ("green-pay", OrganisationKind::Fintech),
        &[Role::SecurityOfficer],
    )
    .await;
    let supervisor = staff(office, ("supervisor", OrganisationKind::Supervisor), &[Role::Reader]).await;
    let sees = async |who| document::open(office, who, kept.id).await.is_ok();
    assert!(sees(&house.second).await && sees(&house.desk).await && sees(&supervisor).await);
    assert!(
        !sees(&stranger).await && !sees(&house.inspector).await,
        "it inspects nobody"
    );
    let agency = house.inspector.organisation.id;
    let id = house
        .open(&naru_admission::inspection::Opening::Organisation { agency })
        .await
        .id;
    assert!(!sees(&house.inspector).await, "nothing was handed in to it");
    house.steps(id, &[(&house.fintech, "submit-drafts")]).await;
    assert!(sees(&house.inspector).await);
    let bytes = || futures_util::stream::iter([Ok::<_, &str>(Bytes::from_static(PDF))]);
    let reader = crate::house::colleague(office, &house.fintech, "reader", &[Role::Reader]).await;
    for refused in [&reader, &supervisor] {
        let done = document::receive(office, refused, upload(DocumentKind::Evidence, "a.pdf"), bytes()).await;
        assert!(matches!(done, Err(DocumentError::Denied(_))), "{done:?}");
    }
    let foreign = Upload {
        document: Some(kept.document_id),
        ..upload(DocumentKind::Evidence, "a.pdf")
    };
    let done = document::receive(office, &stranger, foreign, bytes()).await;
    assert_eq!(done, Err(DocumentError::Unknown));
}
