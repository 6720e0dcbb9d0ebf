//! The last parts of a report: whose time it took, who signed, and how a reader checks what was signed.

use naru_core::Language;
use naru_report::{Block, Signature};

use super::document::{Writer, moment};

const MINUTE: i64 = 60 * naru_core::SECOND;

/// Days, hours and minutes, in the words of a language.
fn span(micros: i64, language: Language) -> String {
    let minutes = micros / MINUTE;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match language {
        Language::Ko => format!("{days}일 {hours}시간 {minutes}분"),
        Language::En => format!("{days} d {hours} h {minutes} min"),
    }
}

/// Whose time it took.
pub(super) fn period(writer: &Writer<'_>) -> Vec<Block> {
    let heading = writer.heading(("5. 소요 기간", "5. Time taken"));
    let Some(spent) = writer.view.spent.filter(|spent| spent.started_at.is_some()) else {
        let none = (
            "이 점검은 기간을 재지 않는다.",
            "The time of this inspection is not counted.",
        );
        return vec![heading, Block::Paragraph(writer.pick(none).to_owned())];
    };
    let shown = |at: Option<naru_core::Timestamp>| at.map_or_else(|| "-".to_owned(), moment);
    let late = if spent.is_agency_late {
        ("기한을 넘김", "Beyond its time")
    } else {
        ("기한 안", "Within its time")
    };
    let facts = vec![
        writer.fact(("시작", "Clock started"), shown(spent.started_at)),
        writer.fact(("종료", "Clock ended"), shown(spent.ended_at)),
        writer.fact(
            ("점검기관의 시간", "Time of the agency"),
            span(spent.agency_micros, writer.language),
        ),
        writer.fact(
            ("이용기관의 시간", "Time of the organisation"),
            span(spent.organisation_micros, writer.language),
        ),
        writer.fact(("점검기관의 기한", "Agency due by"), shown(spent.due_by)),
        writer.fact(("판단", "Judged"), writer.pick(late)),
    ];
    vec![heading, Block::Facts(facts)]
}

/// Who signed what.
pub(super) fn signatures(writer: &Writer<'_>) -> Vec<Block> {
    let signed = &writer.view.signed;
    let unknown = writer.pick(("알 수 없음", "Not known"));
    let places = signed.by.iter().map(|by| Signature {
        role: writer.pick(by.part.words(signed.is_own)).to_owned(),
        name: by.who.as_ref().map_or_else(
            || unknown.to_owned(),
            |who| format!("{} · {}", who.organisation_name, who.name),
        ),
        date: moment(by.at),
        note: by.sha256.clone(),
    });
    let mut blocks = vec![writer.heading(("6. 서명", "6. Signatures"))];
    if !signed.sha256.is_empty() {
        let label = ("서명한 내용의 SHA-256", "SHA-256 of what was signed");
        blocks.push(Block::Facts(vec![writer.fact(label, signed.sha256.clone())]));
    }
    blocks.push(Block::Signatures(places.collect()));
    blocks
}

/// How a reader checks the digest.
pub(super) fn closing(writer: &Writer<'_>) -> Vec<Block> {
    if writer.view.signed.sha256.is_empty() {
        return Vec::new();
    }
    let text = (
        "작성자와 승인자는 서로 다른 사람이며, 위 해시값은 승인할 때 화면에 보인 점검 상태(모든 판정, 남은 지적사항, \
         증적의 해시값)를 키 순서로 정리한 JSON의 SHA-256이다. 같은 상태에서는 이 문서가 한 바이트도 다르지 않게 다시 \
         만들어진다.",
        "Author and approver are different people. The digest is SHA-256 over the state that was shown for approval \
         (every verdict, the open findings, the digests of the evidence), written as JSON with its keys in order. From \
         the same state this document is made again, equal to the byte.",
    );
    vec![Block::Note(writer.pick(text).to_owned())]
}
