//! A report as a document: title block, summary, items, findings, evidence, time and signatures, in this order.

use naru_core::{Day, Language, Timestamp, Verdict};
use naru_crypto::hex;
use naru_report::{Block, Cell, Document, Tone};

use super::page::{closing, period, signatures};
use super::view::{FindingTold, Item, View};
use super::words;

/// Korean and English.
pub(super) type Words<'a> = (&'a str, &'a str);

/// Writes a view in one language.
pub(super) struct Writer<'a> {
    pub(super) view: &'a View<'a>,
    pub(super) language: Language,
}

/// The report as a document.
pub(super) fn document(view: &View<'_>, language: Language) -> Document {
    let writer = Writer { view, language };
    let inspection = &view.record.case.inspection;
    let organisation = &view.record.organisation.name;
    let agency = view.record.agency.as_ref().map_or(organisation, |agency| &agency.name);
    let mut blocks = writer.summary();
    blocks.extend(writer.items());
    blocks.extend(writer.findings());
    blocks.extend(writer.evidence());
    blocks.extend(period(&writer));
    blocks.extend(signatures(&writer));
    blocks.extend(closing(&writer));
    Document {
        language: match language {
            Language::Ko => naru_report::Language::Korean,
            Language::En => naru_report::Language::English,
        },
        title: writer.pick(words::title(inspection.machine)).to_owned(),
        subtitle: format!("{organisation} · {}", writer.pick(words::kind(inspection.kind))),
        reference: view.reference(),
        author: agency.clone(),
        facts: writer.head(),
        blocks,
    }
}

/// A moment to the minute, in Seoul.
pub(super) fn moment(at: Timestamp) -> String {
    at.to_string().chars().take("2026-11-21 14:03".len()).collect()
}

/// A day as people write it: `2026-11-21`.
pub(super) fn day(day: Day) -> String {
    let text: Vec<char> = day.to_string().chars().collect();
    let part = |from: usize, count: usize| text.iter().skip(from).take(count).collect::<String>();
    format!("{}-{}-{}", part(0, 4), part(4, 2), part(6, 2))
}

impl Writer<'_> {
    /// One of two texts.
    pub(super) fn pick<'t>(&self, text: Words<'t>) -> &'t str {
        words::pick(self.language, text)
    }

    /// A label and its value.
    pub(super) fn fact(&self, label: Words<'_>, value: impl Into<String>) -> (String, String) {
        (self.pick(label).to_owned(), value.into())
    }

    /// The names of columns.
    pub(super) fn heads(&self, names: &[Words<'_>]) -> Vec<String> {
        names.iter().map(|name| self.pick(*name).to_owned()).collect()
    }

    pub(super) fn heading(&self, text: Words<'_>) -> Block {
        Block::Heading(1, self.pick(text).to_owned())
    }

    fn toned(&self, (text, tone): (Words<'_>, Tone)) -> Cell {
        Cell::toned(self.pick(text), tone)
    }

    fn head(&self) -> Vec<(String, String)> {
        let record = self.view.record;
        let inspection = &record.case.inspection;
        let code = &record.organisation.code;
        let mut facts = vec![
            self.fact(
                ("점검 대상", "Inspected organisation"),
                format!("{} ({code})", record.organisation.name),
            ),
            self.fact(("점검 구분", "Kind"), self.pick(words::kind(inspection.kind))),
        ];
        if !inspection.service.is_empty() {
            facts.push(self.fact(("서비스", "Service"), inspection.service.clone()));
            facts.push(self.fact(("플랫폼", "Platform"), self.pick(words::platform(&inspection.platform))));
        }
        let own = self.pick(("이용기관 자체", "The organisation itself"));
        let agency = record.agency.as_ref().map_or(own, |agency| &agency.name);
        let catalogue = record.catalogue;
        let title = words::pick(self.language, (&catalogue.title_ko, &catalogue.title_en));
        let span = format!("{} – {}", moment(inspection.created_at), moment(self.view.ended_at));
        let holds = inspection.valid_until.map_or_else(
            || {
                self.pick(("중요한 변경이 있을 때까지", "Until something of weight changes"))
                    .to_owned()
            },
            moment,
        );
        facts.extend([
            self.fact(("점검 기관", "Inspecting agency"), agency),
            self.fact(("점검 기준", "Catalogue"), format!("{title} ({})", catalogue.version)),
            self.fact(("점검 기간", "Period"), span),
            self.fact(("점검 차수", "Rounds"), self.view.rounds.len().to_string()),
            self.fact(("점검 결과", "Result"), self.pick(words::outcome(inspection.outcome))),
            self.fact(("유효 기간", "Valid until"), holds),
        ]);
        facts
    }

    fn summary(&self) -> Vec<Block> {
        let view = self.view;
        let mut rows: Vec<Vec<Cell>> = Verdict::ALL
            .iter()
            .map(|verdict| vec![self.toned(words::verdict(*verdict)), count(view.count(Some(*verdict)))])
            .collect();
        let unjudged = view.count(None);
        if unjudged > 0 {
            rows.push(vec![
                Cell::from(self.pick(("판정 없음", "Without a verdict"))),
                count(unjudged),
            ]);
        }
        rows.push(vec![
            Cell::from(self.pick(("전체 항목", "All items"))),
            count(view.items.len()),
        ]);
        let closed = view.findings.iter().filter(|told| !told.finding.is_open()).count();
        let all = view.findings.len();
        let sentence = match self.language {
            Language::Ko => {
                format!("지적사항은 모두 {all}건이고, 그 가운데 {closed}건이 보완 확인되거나 철회되었다.")
            }
            Language::En => format!("{all} findings were written, of which {closed} were closed or withdrawn."),
        };
        vec![
            self.heading(("1. 종합 결과", "1. Summary")),
            Block::Table {
                caption: self.pick(("항목별 최종 판정", "Final verdicts")).to_owned(),
                head: self.heads(&[("판정", "Verdict"), ("항목 수", "Items")]),
                widths: vec![3.0, 1.0],
                rows,
            },
            Block::Paragraph(sentence),
            self.rounds(),
        ]
    }

    fn rounds(&self) -> Block {
        let is_service = !self.view.record.case.inspection.platform.is_empty();
        let rows = self.view.rounds.iter().map(|round| {
            vec![
                Cell::from(self.round_name(round.number)),
                Cell::from(self.pick(words::round(&round.opened_by, is_service))),
                Cell::from(moment(round.began_at)),
                count(round.judged),
            ]
        });
        Block::Table {
            caption: self.pick(("점검 차수", "Rounds")).to_owned(),
            head: self.heads(&[
                ("차수", "Round"),
                ("구분", "What it was"),
                ("시작", "Began"),
                ("판정", "Judged"),
            ]),
            widths: vec![1.0, 3.0, 2.5, 1.0],
            rows: rows.collect(),
        }
    }

    fn round_name(&self, number: i64) -> String {
        match self.language {
            Language::Ko => format!("{number}차"),
            Language::En => format!("Round {number}"),
        }
    }

    fn items(&self) -> Vec<Block> {
        let rounds: Vec<i64> = self.view.rounds.iter().map(|round| round.number).collect();
        let mut head = self.heads(&[("번호", "No."), ("점검 항목", "Item")]);
        head.extend(rounds.iter().map(|number| self.round_name(*number)));
        head.extend(self.heads(&[("방법", "Method"), ("의견", "Remark")]));
        let mut widths = vec![1.6, 3.4];
        widths.extend(rounds.iter().map(|_| 1.3));
        widths.extend([1.4, 3.6]);
        vec![
            self.heading(("2. 항목별 결과", "2. Items")),
            Block::Table {
                caption: self
                    .pick((
                        "모든 점검 항목과 차수별 판정",
                        "Every item with its verdict in each round",
                    ))
                    .to_owned(),
                head,
                widths,
                rows: self.view.items.iter().map(|item| self.item(item, &rounds)).collect(),
            },
        ]
    }

    fn item(&self, item: &Item, rounds: &[i64]) -> Vec<Cell> {
        let control = item.control;
        let number = control.number.as_ref().unwrap_or(&control.id);
        let title = words::pick(self.language, (&control.title_ko, &control.title_en));
        let mut cells = vec![Cell::from(number.as_str()), Cell::from(title)];
        cells.extend(rounds.iter().map(|round| match item.verdicts.get(round) {
            Some(verdict) => self.toned(words::verdict(verdict.verdict)),
            None => Cell::toned("-", Tone::Muted),
        }));
        let last = item.last();
        cells.push(Cell::from(
            last.map_or("", |last| self.pick(words::method(last.method))),
        ));
        cells.push(Cell::from(last.map_or("", |last| last.note.as_str())));
        cells
    }

    fn findings(&self) -> Vec<Block> {
        let mut blocks = vec![self.heading(("3. 지적사항과 보완", "3. Findings and remedies"))];
        if self.view.findings.is_empty() {
            blocks.push(Block::Paragraph(
                self.pick(("지적사항이 없다.", "There were no findings.")).to_owned(),
            ));
        }
        for (index, told) in self.view.findings.iter().enumerate() {
            blocks.extend(self.finding(index + 1, told));
        }
        blocks
    }

    fn finding(&self, number: usize, told: &FindingTold) -> Vec<Block> {
        let finding = &told.finding;
        let title = told.control.map_or(finding.control_id.as_str(), |control| {
            words::pick(self.language, (&control.title_ko, &control.title_en))
        });
        let (state, _) = words::finding_state(&finding.state);
        let none = self.pick(("정하지 않음", "Not set")).to_owned();
        let facts = vec![
            self.fact(("항목", "Item"), finding.control_id.clone()),
            self.fact(("지적 차수", "Found in"), self.round_name(finding.round)),
            self.fact(("상태", "State"), self.pick(state)),
            self.fact(("보완 기한", "To be remedied by"), finding.due_on.map_or(none, day)),
        ];
        let rows = told.events.iter().map(|event| {
            vec![
                Cell::from(moment(event.at)),
                Cell::from(self.pick(words::finding_event(&event.event))),
                Cell::from(event.due_on.map_or_else(String::new, day)),
                Cell::from(event.note.as_str()),
            ]
        });
        vec![
            Block::Heading(2, format!("3.{number} {title}")),
            Block::Paragraph(finding.statement.clone()),
            Block::Facts(facts),
            Block::Table {
                caption: self.pick(("경과", "What happened")).to_owned(),
                head: self.heads(&[("일시", "When"), ("내용", "What"), ("기한", "Due"), ("의견", "Remark")]),
                widths: vec![2.0, 2.0, 1.5, 4.0],
                rows: rows.collect(),
            },
        ]
    }

    fn evidence(&self) -> Vec<Block> {
        let mut blocks = vec![self.heading(("4. 증적 목록", "4. Evidence"))];
        if self.view.evidence.is_empty() {
            let none = self.pick(("제출된 증적이 없다.", "No documents were handed in."));
            blocks.push(Block::Paragraph(none.to_owned()));
            return blocks;
        }
        let rows = self.view.evidence.iter().map(|revision| {
            vec![
                Cell::from(revision.file_name.as_str()),
                Cell::from(self.pick(words::document(revision.kind))),
                Cell::from(revision.revision.to_string()),
                Cell::from(moment(revision.uploaded_at)),
                Cell::from(hex(&revision.sha256)),
            ]
        });
        blocks.push(Block::Table {
            caption: self
                .pick((
                    "점검에 쓰인 문서와 그 해시값",
                    "Documents that were looked at, with their hashes",
                ))
                .to_owned(),
            head: self.heads(&[
                ("파일 이름", "File"),
                ("종류", "Kind"),
                ("판", "Rev."),
                ("제출", "Handed in"),
                ("SHA-256", "SHA-256"),
            ]),
            widths: vec![2.6, 1.6, 0.8, 1.9, 4.0],
            rows: rows.collect(),
        });
        blocks
    }
}

fn count(number: usize) -> Cell {
    Cell::from(number.to_string())
}
