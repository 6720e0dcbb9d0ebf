//! Writes a report of an invented inspection, in Korean and in English, as HTML and as PDF into a folder:
//! `cargo run -p naru-report --example sample -- FOLDER`.

use std::error::Error;
use std::path::Path;

use naru_report::{Block, Cell, Document, Language, PRINT_CSS, Signature, Tone, to_html_page, to_pdf};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("the folder to write into is missing")?;
    let folder = Path::new(&folder);
    std::fs::create_dir_all(folder)?;
    std::fs::write(folder.join("report.css"), PRINT_CSS)?;
    for (name, language) in [("sample", Language::Korean), ("sample-en", Language::English)] {
        let document = report(language);
        std::fs::write(
            folder.join(format!("{name}.html")),
            to_html_page(&document, "report.css"),
        )?;
        std::fs::write(folder.join(format!("{name}.pdf")), to_pdf(&document)?.bytes)?;
    }
    Ok(())
}

/// Picks the Korean or the English text.
type Pick<'a> = &'a dyn Fn(&'static str, &'static str) -> String;

fn report(language: Language) -> Document {
    let pick = |korean: &'static str, english: &'static str| match language {
        Language::Korean => korean.to_owned(),
        Language::English => english.to_owned(),
    };
    let t: Pick = &pick;
    Document {
        language,
        subtitle: t(
            "가람핀테크 주식회사 · 이용기관 보안점검",
            "Garam Fintech Co., Ltd. · security inspection of a client",
        ),
        title: t("보안점검 결과보고서", "Security inspection: final report"),
        reference: t("보고서 번호 GRM-2026-0117-R2", "Report no. GRM-2026-0117-R2"),
        author: t("한빛보안평가원", "Hanbit Security Assessment"),
        facts: vec![
            (
                t("점검 대상", "Organisation"),
                t(
                    "가람핀테크 주식회사 (사업자등록번호 000-00-00000)",
                    "Garam Fintech Co., Ltd.",
                ),
            ),
            (t("점검 종류", "Kind"), t("정기 점검 (연 1회)", "Regular, once a year")),
            (
                t("점검 기관", "Agency"),
                t("한빛보안평가원", "Hanbit Security Assessment"),
            ),
            (
                t("점검 기간", "Period"),
                t(
                    "2026-11-02 ~ 2026-11-20 (15영업일)",
                    "2026-11-02 to 2026-11-20 (15 business days)",
                ),
            ),
            (
                t("기준", "Criteria"),
                t(
                    "오픈뱅킹 이용기관 보안점검 기준 2026년판, 30개 항목",
                    "Criteria of 2026, 30 items",
                ),
            ),
        ],
        blocks: blocks(t),
    }
}

fn blocks(t: Pick) -> Vec<Block> {
    let mut blocks = vec![
        Block::Heading(1, t("1. 요약", "1. Summary")),
        Block::Paragraph(t(
            "30개 점검 항목 가운데 24개가 적합하고, 3개가 보완 조치 후 적합하며, 1개가 부적합, 2개가 해당 없음으로 판정되었다. \
             부적합 항목(12. 접근 권한의 정기 검토)은 이행 기한이 2026년 12월 18일까지인 조건부 조치 계획과 함께 승인되었다. \
             점검은 서면 심사, 담당자 면담, 설정 확인 및 외부에서 접근 가능한 API(application programming interface)에 대한 \
             기술 점검으로 이루어졌으며, 고객 정보는 열람하지 않았다.",
            "Of 30 items, 24 are met, 3 are met after remediation, 1 is not met and 2 do not apply. The item that is \
             not met (12, regular review of access rights) was accepted with a plan due on 18 December 2026. The \
             inspection consisted of a review of documents, interviews, a look at settings and a technical test of the \
             interfaces that can be reached from outside; no customer information was seen.",
        )),
        Block::Note(t(
            "판정은 점검 기간에 확인된 사실에 한하며, 확인하지 못한 사항은 적합으로 추정하지 않는다.",
            "Verdicts hold for what was seen in the period. What could not be seen is not taken to be met.",
        )),
        Block::Heading(1, t("2. 항목별 판정", "2. Items and verdicts")),
    ];
    blocks.push(items(t));
    blocks.push(Block::Heading(
        1,
        t("3. 지적 사항과 보완 조치", "3. Findings and remediation"),
    ));
    blocks.extend(findings(t));
    blocks.push(Block::Heading(1, t("4. 증적 목록", "4. Evidence")));
    blocks.push(evidence(t));
    blocks.push(Block::Heading(1, t("5. 시각 확인", "5. Clock")));
    blocks.push(Block::Facts(vec![
        (
            t("점검 기관 시각", "Agency"),
            "2026-11-20 16:02:11.204 +09:00".to_owned(),
        ),
        (
            t("대상 기관 시각", "Organisation"),
            "2026-11-20 16:02:11.236 +09:00".to_owned(),
        ),
        (
            t("차이", "Difference"),
            t("0.032초 (허용 1초 이내)", "0.032 s (at most 1 s)"),
        ),
    ]));
    blocks.push(Block::Heading(1, t("6. 서명", "6. Signatures")));
    blocks.push(signatures(t));
    blocks
}

fn items(t: Pick) -> Block {
    const NAMES: [(&str, &str); 6] = [
        ("정보보호 정책의 수립과 승인", "Information security policy"),
        ("침해사고 대응 훈련", "Exercise of incident response"),
        (
            "전송 구간 암호화(TLS 1.2 이상)",
            "Encryption in transit (TLS 1.2 or newer)",
        ),
        ("접속기록의 보관과 위·변조 방지", "Keeping and protecting access logs"),
        ("개인정보의 파기 절차와 기록", "Deletion of personal information"),
        ("접근 권한의 정기 검토", "Regular review of access rights"),
    ];
    let verdict = |number: usize| match number {
        12 => Cell::toned(t("부적합", "Not met"), Tone::Bad),
        5 | 17 | 23 => Cell::toned(t("보완 후 적합", "Met after fix"), Tone::Warn),
        8 | 29 => Cell::toned(t("해당 없음", "Does not apply"), Tone::Muted),
        _ => Cell::toned(t("적합", "Met"), Tone::Ok),
    };
    let note = |number: usize| match number {
        12 => t(
            "퇴직자 계정 2건이 30일을 넘겨 남아 있었음. 조치 계획 승인, 기한 2026-12-18",
            "Two accounts of leavers remained for more than 30 days. Plan accepted, due 2026-12-18",
        ),
        5 | 17 | 23 => t("2차 점검에서 확인 (3장 참조)", "Seen in round 2 (see chapter 3)"),
        8 => t("자체 전산실이 없음", "No data centre of its own"),
        29 => t("해외 위탁이 없음", "Nothing is entrusted abroad"),
        _ => String::new(),
    };
    let rows = (1..=30).zip(NAMES.iter().cycle()).map(|(number, (korean, english))| {
        vec![
            number.to_string().into(),
            t(korean, english).into(),
            verdict(number),
            note(number).into(),
        ]
    });
    Block::Table {
        caption: t("표 1. 점검 항목 30개의 판정", "Table 1. Verdicts on the 30 items"),
        head: vec![
            t("번호", "No."),
            t("점검 항목", "Item"),
            t("판정", "Verdict"),
            t("비고", "Note"),
        ],
        widths: vec![0.09, 0.39, 0.2, 0.32],
        rows: rows.collect(),
    }
}

fn findings(t: Pick) -> Vec<Block> {
    let row = |round: &'static str, date: &'static str, what: String, verdict: Cell| {
        vec![round.into(), date.into(), what.into(), verdict]
    };
    let rounds = vec![
        row(
            "1",
            "2026-11-06",
            t(
                "퇴직자 계정 5건 확인. 즉시 정지 요청",
                "Five accounts of leavers found; to be closed",
            ),
            Cell::toned(t("부적합", "Not met"), Tone::Bad),
        ),
        row(
            "2",
            "2026-11-13",
            t(
                "3건 정지 확인, 2건은 시스템 연동 계정으로 교체 필요",
                "Three closed; two serve other systems",
            ),
            Cell::toned(t("일부 조치", "Partly done"), Tone::Warn),
        ),
        row(
            "3",
            "2026-11-20",
            t(
                "교체 일정과 보완 통제 승인",
                "Replacement planned, compensating control accepted",
            ),
            Cell::toned(t("조건부", "Conditional"), Tone::Warn),
        ),
    ];
    vec![
        Block::Heading(
            2,
            t(
                "지적 1. 퇴직자 계정의 잔존 (항목 12)",
                "Finding 1. Accounts of leavers (item 12)",
            ),
        ),
        Block::Paragraph(t(
            "인사 시스템의 퇴직 처리와 업무 시스템의 계정 정지가 연동되지 않아, 퇴직일로부터 30일이 지난 계정이 남아 있었다. \
             해당 계정의 접속기록에서 퇴직일 이후의 로그인은 발견되지 않았다.",
            "Leaving in the personnel system does not close accounts elsewhere, so that accounts remained 30 days \
             after the last day. The access log shows no use of them after that day.",
        )),
        Block::Table {
            caption: t("표 2. 조치 이력", "Table 2. Rounds of remediation"),
            head: vec![
                t("차수", "Round"),
                t("일자", "Date"),
                t("확인한 내용", "What was seen"),
                t("결과", "Result"),
            ],
            widths: vec![0.1, 0.17, 0.51, 0.22],
            rows: rounds,
        },
    ]
}

fn evidence(t: Pick) -> Block {
    const FILES: [(&str, &str, &str); 5] = [
        (
            "정보보호정책_v3.2.pdf",
            "r4",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        (
            "접근권한_검토대장_2026년_하반기.xlsx",
            "r2",
            "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752",
        ),
        (
            "tls-scan-api.garam.example-2026-11-09.json",
            "r1",
            "fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13",
        ),
        (
            "침해사고_대응훈련_결과(3분기).hwpx",
            "r1",
            "a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a",
        ),
        (
            "계정정지_확인서_서명본.pdf",
            "r3",
            "ef797c8118f02dfb649607dd5d3f8c7623048c9c063d532cc95c5ed7a898a64f",
        ),
    ];
    let rows = FILES
        .iter()
        .map(|(name, revision, digest)| vec![(*name).into(), (*revision).into(), (*digest).into()]);
    Block::Table {
        caption: t(
            "표 3. 제출된 증적과 그 해시값",
            "Table 3. Files submitted, with their digests",
        ),
        head: vec![t("파일 이름", "File"), t("판", "Rev."), "SHA-256".to_owned()],
        widths: vec![0.38, 0.09, 0.53],
        rows: rows.collect(),
    }
}

fn signatures(t: Pick) -> Block {
    let digest = "SHA-256 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae";
    let one = |role: String, name: String, date: &str| Signature {
        role,
        name,
        date: date.to_owned(),
        note: digest.to_owned(),
    };
    Block::Signatures(vec![
        one(
            t("작성자 · 한빛보안평가원 책임점검원", "Author, lead inspector"),
            t("김하늘", "Kim Haneul"),
            "2026-11-20 17:10 +09:00",
        ),
        one(
            t(
                "승인자 · 가람핀테크 정보보호최고책임자",
                "Approver, chief security officer",
            ),
            t("이도윤", "Lee Doyun"),
            "2026-11-21 09:32 +09:00",
        ),
    ])
}
