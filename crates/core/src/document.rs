//! Documents that organisations hand in: what they are for, which kinds of file each may be, and a name that is safe to
//! show.

use crate::words;

/// Characters of a file name that are kept.
const FILE_NAME_MAX: usize = 120;

/// What a document is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// The form that applies for an inspection.
    Application,
    /// The contract with the agency.
    Contract,
    /// What is handed in for an item.
    Submission,
    /// What proves an answer or a remedy.
    Evidence,
    /// The app to install, as people get it.
    Build,
    /// The same app without root or jailbreak detection, for the test of a mobile service alone.
    BuildWithoutRootDetection,
    /// A certificate, such as ISMS.
    Certificate,
    /// A policy of guarantee insurance.
    InsurancePolicy,
}
words!(DocumentKind, "kind of document", {
    Application = "application",
    Contract = "contract",
    Submission = "submission",
    Evidence = "evidence",
    Build = "build",
    BuildWithoutRootDetection = "build_without_root_detection",
    Certificate = "certificate",
    InsurancePolicy = "insurance_policy",
});

/// Which kind of file a document is, under the media type it is served with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// PDF (ISO 32000).
    Pdf,
    /// PNG (ISO/IEC 15948).
    Png,
    /// JPEG (ISO/IEC 10918).
    Jpeg,
    /// ZIP.
    Zip,
    /// An Android package.
    Apk,
    /// An Android app bundle.
    Aab,
    /// An iOS app archive.
    Ipa,
    /// Word (ISO/IEC 29500).
    Docx,
    /// Excel (ISO/IEC 29500).
    Xlsx,
    /// 한글, packaged (KS X 6101).
    Hwpx,
    /// 한글 5.0, a compound file.
    Hwp,
    /// Text in UTF-8.
    Text,
    /// JSON (RFC 8259).
    Json,
    /// Comma-separated values in UTF-8 (RFC 4180).
    Csv,
}
words!(FileKind, "media type that is taken", {
    Pdf = "application/pdf",
    Png = "image/png",
    Jpeg = "image/jpeg",
    Zip = "application/zip",
    Apk = "application/vnd.android.package-archive",
    Aab = "application/x-android-app-bundle",
    Ipa = "application/x-ios-app",
    Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Hwpx = "application/hwp+zip",
    Hwp = "application/x-hwp",
    Text = "text/plain",
    Json = "application/json",
    Csv = "text/csv",
});

impl FileKind {
    /// The kind that the end of a file name stands for, whatever the case of its letters.
    pub fn of_file_name(name: &str) -> Option<Self> {
        let (_, end) = name.rsplit_once('.')?;
        Some(match end.to_ascii_lowercase().as_str() {
            "pdf" => Self::Pdf,
            "png" => Self::Png,
            "jpg" | "jpeg" => Self::Jpeg,
            "zip" => Self::Zip,
            "apk" => Self::Apk,
            "aab" => Self::Aab,
            "ipa" => Self::Ipa,
            "docx" => Self::Docx,
            "xlsx" => Self::Xlsx,
            "hwpx" => Self::Hwpx,
            "hwp" => Self::Hwp,
            "txt" | "log" | "md" => Self::Text,
            "json" => Self::Json,
            "csv" => Self::Csv,
            _ => return None,
        })
    }

    /// Whether a document of this kind may be such a file.
    pub const fn fits(self, kind: DocumentKind) -> bool {
        match kind {
            DocumentKind::Application | DocumentKind::Contract => {
                matches!(self, Self::Pdf | Self::Docx | Self::Hwpx | Self::Hwp)
            }
            DocumentKind::Submission | DocumentKind::Evidence => !matches!(self, Self::Apk | Self::Aab | Self::Ipa),
            DocumentKind::Build | DocumentKind::BuildWithoutRootDetection => {
                matches!(self, Self::Apk | Self::Aab | Self::Ipa)
            }
            DocumentKind::Certificate | DocumentKind::InsurancePolicy => {
                matches!(self, Self::Pdf | Self::Png | Self::Jpeg)
            }
        }
    }
}

/// A file's name as it is kept: its last part, without control characters or what a path or a header could take for its
/// own, at most 120 characters with its end kept; `None` where nothing is left.
pub fn clean_file_name(name: &str) -> Option<String> {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !is_unsafe(*c)).collect();
    let plain = plain.trim_end().trim_start_matches(['.', ' ']);
    let (stem, end) = plain.rsplit_once('.').unwrap_or((plain, ""));
    if stem.is_empty() {
        return None;
    }
    let end: String = end.chars().take(10).collect();
    let room = FILE_NAME_MAX - end.chars().count() - 1;
    let stem: String = stem.chars().take(room).collect();
    Some(if end.is_empty() { stem } else { format!("{stem}.{end}") })
}

/// Controls, quotes, and the marks that turn the direction of text (a name must not read backwards).
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '"' | '<' | '>' | '|' | ':' | '*' | '?' | ';')
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_loses_its_path_and_what_could_mislead() {
        let table = [
            ("../../etc/정책.pdf", Some("정책.pdf")),
            ("C:\\Users\\a\\app.apk", Some("app.apk")),
            ("a\u{0}\r\nb\".pdf", Some("ab.pdf")),
            ("invoice\u{202e}fdp.exe", Some("invoicefdp.exe")),
            (".bashrc", Some("bashrc")),
            ("..", None),
            ("", None),
            ("dir/", None),
            (" . .pdf", Some("pdf")),
        ];
        for (name, expected) in table {
            assert_eq!(clean_file_name(name).as_deref(), expected, "{name:?}");
        }
        let long = format!("{}.hwpx", "가".repeat(500));
        let kept = clean_file_name(&long).unwrap();
        assert_eq!(kept.chars().count(), FILE_NAME_MAX);
        assert!(kept.ends_with(".hwpx"));
    }

    #[test]
    fn every_kind_of_file_has_an_end_and_every_document_a_file() {
        assert_eq!(FileKind::of_file_name("A.PDF"), Some(FileKind::Pdf));
        assert_eq!(FileKind::of_file_name("a.exe"), None);
        assert_eq!(FileKind::of_file_name("pdf"), None);
        for kind in DocumentKind::ALL {
            assert!(FileKind::ALL.iter().any(|file| file.fits(*kind)), "{kind}");
        }
        assert!(!FileKind::Apk.fits(DocumentKind::Contract) && !FileKind::Pdf.fits(DocumentKind::Build));
    }
}
