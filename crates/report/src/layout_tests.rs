use super::{BOTTOM, LEFT, Layout, PAGE_HEIGHT, RIGHT, Role, TOP, lay_out};
use crate::document::{Block, Cell, Document, Language, Signature, Tone, TooLarge};
use crate::pdf::PdfError;

fn document(blocks: Vec<Block>) -> Document {
    Document {
        title: "결과보고서".to_owned(),
        reference: "GRM-1".to_owned(),
        blocks,
        ..Document::default()
    }
}

fn laid(blocks: Vec<Block>) -> Layout {
    lay_out(&document(blocks)).unwrap()
}

fn table(rows: Vec<Vec<Cell>>) -> Block {
    let head = vec!["번호".to_owned(), "항목".to_owned(), "판정".to_owned()];
    Block::Table {
        caption: "표".to_owned(),
        head,
        widths: vec![0.1, 0.6, 0.3],
        rows,
    }
}

fn page_texts(layout: &Layout, page: usize) -> Vec<&str> {
    layout.pages[page].runs.iter().map(|run| run.text.as_str()).collect()
}

fn text(layout: &Layout) -> String {
    (0..layout.pages.len())
        .flat_map(|page| page_texts(layout, page))
        .collect()
}

fn assert_inside(layout: &Layout) {
    for run in layout.pages.iter().flat_map(|page| &page.runs) {
        let right = run.x + run.style.weight.width(run.text.trim_end(), run.style.size);
        assert!(run.x >= LEFT - 0.1 && right <= RIGHT + 0.5, "{run:?} ends at {right}");
        assert!(run.baseline > 40.0 && run.baseline < PAGE_HEIGHT - 40.0, "{run:?}");
        let is_frame = run.node.is_none();
        assert!(is_frame || (run.baseline > TOP && run.baseline < BOTTOM), "{run:?}");
    }
}

#[test]
fn a_long_table_keeps_every_row_and_repeats_its_head() {
    let rows = (1..=100).map(|number| {
        let item = format!("항목 {number:03}의 이름");
        vec![number.to_string().into(), item.into(), Cell::toned("적합", Tone::Ok)]
    });
    let layout = laid(vec![table(rows.collect())]);
    assert_inside(&layout);
    assert!(layout.pages.len() >= 3, "{}", layout.pages.len());
    let text = text(&layout);
    for number in 1..=100 {
        assert_eq!(text.matches(&format!("항목 {number:03}의 이름")).count(), 1);
    }
    for (index, page) in layout.pages.iter().enumerate() {
        let heads: Vec<_> = page.runs.iter().filter(|run| run.text == "번호").collect();
        assert_eq!(heads.len(), 1, "page {index}");
        assert_eq!(heads[0].node.is_some(), index == 0, "only the first head is read aloud");
        let of = format!("{} / {}", index + 1, layout.pages.len());
        assert!(page_texts(&layout, index).contains(&of.as_str()));
    }
}

#[test]
fn a_row_is_not_split_unless_it_is_longer_than_a_page() {
    let long = "가나다 라마바 ".repeat(60);
    let rows = (0..30).map(|_| vec!["1".into(), long.clone().into()]).collect();
    let layout = laid(vec![table(rows)]);
    assert_inside(&layout);
    for page in &layout.pages {
        let names = page.runs.iter().filter(|run| run.text == "1").count();
        let lines = page
            .runs
            .iter()
            .filter(|run| run.text.starts_with("가나다") || run.text.starts_with("라마바"));
        let first = lines.clone().next().unwrap().node;
        let of_first = page.runs.iter().filter(|run| run.node == first).count();
        assert_eq!(lines.count(), names * of_first, "every row of the page is whole");
    }
    let giant = format!("처음 {} 마지막", "가나다라마 ".repeat(4_000));
    let layout = laid(vec![table(vec![vec!["1".into(), giant.into()]])]);
    assert_inside(&layout);
    assert!(layout.pages.len() > 2);
    assert_eq!(text(&layout).matches("가나다라마").count(), 4_000);
}

#[test]
fn a_head_as_tall_as_a_page_does_not_stop_the_table() {
    let head = vec!["머리글 ".repeat(3_000), "항목".to_owned()];
    let rows = vec![vec!["값".into(), "끝".into()]];
    let layout = laid(vec![Block::Table {
        caption: String::new(),
        head,
        widths: vec![],
        rows,
    }]);
    assert_inside(&layout);
    assert!(text(&layout).contains('끝'));
}

#[test]
fn long_words_stay_in_their_column() {
    let digest = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752";
    let rows = vec![vec![
        digest.into(),
        digest.repeat(3).into(),
        Cell::toned(digest, Tone::Bad),
    ]];
    let layout = laid(vec![
        table(rows),
        Block::Paragraph(digest.repeat(20)),
        Block::Facts(vec![(digest.to_owned(), digest.repeat(2))]),
    ]);
    assert_inside(&layout);
    let letters = text(&layout).matches('6').count();
    assert!(
        letters >= digest.matches('6').count() * 27,
        "{letters}: every part of every word is there"
    );
}

#[test]
fn empty_parts_leave_no_trace_and_break_nothing() {
    let empty = Block::Table {
        caption: String::new(),
        head: vec![],
        widths: vec![],
        rows: vec![],
    };
    let layout = laid(vec![
        empty,
        table(vec![]),
        table(vec![vec![], vec!["가".into(), "나".into(), "다".into(), "넷째".into()]]),
        Block::Facts(vec![]),
        Block::Signatures(vec![]),
        Block::Paragraph(String::new()),
        Block::Heading(9, String::new()),
    ]);
    assert_inside(&layout);
    assert_eq!(layout.pages.len(), 1);
    assert!(text(&layout).contains("넷째"), "a cell beyond the head is kept");
    let blank = lay_out(&Document::default()).unwrap();
    assert_eq!(page_texts(&blank, 0), ["1 / 1"]);
}

#[test]
fn a_heading_stays_with_what_follows_it() {
    for filler in 20..45 {
        let mut blocks = vec![Block::Paragraph("줄\n".repeat(filler))];
        blocks.push(Block::Heading(1, "제목 하나".to_owned()));
        blocks.push(Block::Heading(2, "제목 둘".to_owned()));
        blocks.push(table(vec![vec!["첫 줄".into()]]));
        let layout = laid(blocks);
        let page_of = |text: &str| (0..layout.pages.len()).find(|page| page_texts(&layout, *page).contains(&text));
        assert_eq!(page_of("제목 하나"), page_of("첫 줄"), "{filler}");
        assert_eq!(page_of("제목 둘"), page_of("첫 줄"), "{filler}");
        assert_eq!(layout.bookmarks[0].page, page_of("제목 하나").unwrap());
    }
}

#[test]
fn the_last_heading_is_kept_and_page_breaks_add_no_empty_pages() {
    let layout = laid(vec![
        Block::Paragraph("앞".to_owned()),
        Block::PageBreak,
        Block::PageBreak,
        Block::Heading(1, "끝".to_owned()),
    ]);
    assert_eq!(layout.pages.len(), 2);
    assert!(page_texts(&layout, 1).contains(&"끝"));
}

#[test]
fn a_tone_is_a_shape_and_a_word() {
    for language in [Language::Korean, Language::English] {
        for tone in Tone::ALL {
            let rows = vec![vec!["1".into(), Cell::toned("", *tone)]];
            let layout = lay_out(&Document {
                language,
                ..document(vec![table(rows)])
            })
            .unwrap();
            let texts = page_texts(&layout, 0);
            assert!(texts.contains(&format!("{} ", tone.mark()).as_str()), "{tone:?}");
            assert!(texts.contains(&tone.word(language)), "{tone:?}");
        }
    }
}

#[test]
fn signatures_stand_side_by_side_and_are_read_one_after_the_other() {
    let one = |name: &str| Signature {
        name: name.to_owned(),
        role: "작성자".to_owned(),
        ..Signature::default()
    };
    let layout = laid(vec![Block::Signatures(vec![
        one("김하늘"),
        one("이도윤"),
        one("박서준"),
    ])]);
    assert_inside(&layout);
    let run = |name: &str| layout.pages[0].runs.iter().find(|run| run.text == name).unwrap();
    let (first, second, third) = (run("김하늘"), run("이도윤"), run("박서준"));
    assert!((first.baseline - second.baseline).abs() < 0.01 && second.x > first.x + 100.0);
    assert!(third.baseline > first.baseline + 30.0);
    assert!(first.node < second.node && second.node < third.node);
}

#[test]
fn what_the_font_lacks_is_spelled_out_and_reported() {
    let layout = laid(vec![Block::Paragraph("성명: 金하늘 🙂 a\u{202E}b".to_owned())]);
    assert!(text(&layout).contains("[U+91D1]하늘 [U+1F642] a[U+202E]b"));
    assert_eq!(layout.missing.into_iter().collect::<Vec<_>>(), ['金', '🙂']);
}

#[test]
fn the_tree_is_in_order_and_every_line_belongs_to_a_leaf() {
    let layout = laid(vec![table(vec![vec!["1".into(), "가".into(), "나".into()]])]);
    for (index, node) in layout.nodes.iter().enumerate() {
        assert_eq!(node.parent.is_none(), index == 0);
        assert!(node.parent.is_none_or(|parent| parent < index));
    }
    for node in layout.pages[0].runs.iter().filter_map(|run| run.node) {
        assert!(
            layout.nodes.iter().all(|other| other.parent != Some(node)),
            "{node} is no leaf"
        );
    }
    let rows = layout.nodes.iter().filter(|node| node.role == Role::TableRow).count();
    assert_eq!(rows, 2);
}

#[test]
fn a_caption_is_read_before_its_table_and_a_head_without_names_is_left_out() {
    let layout = laid(vec![table(vec![vec!["1".into()]])]);
    let place = |layout: &Layout, role: Role| layout.nodes.iter().position(|node| node.role == role);
    assert!(place(&layout, Role::Caption) < place(&layout, Role::TableHead));
    let rows = vec![vec!["1".into(), "가".into()]];
    let bare = Block::Table {
        caption: String::new(),
        head: vec![String::new()],
        widths: vec![],
        rows,
    };
    let layout = laid(vec![bare]);
    assert_eq!(
        (place(&layout, Role::Caption), place(&layout, Role::TableHead)),
        (None, None)
    );
    assert!(text(&layout).contains('가'));
}

#[test]
fn absurd_documents_are_refused() {
    let large = document(vec![Block::Paragraph("가".repeat(1_000_001))]);
    assert_eq!(lay_out(&large), Err(PdfError::TooLarge(TooLarge { limit: 1_000_000 })));
    let hollow = document(vec![table(vec![vec![]; 100_000])]);
    assert!(matches!(lay_out(&hollow), Err(PdfError::TooLarge(_))));
    let pages = std::iter::repeat_n([Block::Paragraph("가".to_owned()), Block::PageBreak], 2_001);
    let many = document(pages.flatten().collect());
    assert_eq!(lay_out(&many), Err(PdfError::TooManyPages { limit: 2_000 }));
    let wide = document(vec![table(vec![vec![Cell::default(); 25]])]);
    assert_eq!(lay_out(&wide), Err(PdfError::TooManyColumns { limit: 24 }));
}

#[test]
fn a_long_title_is_shortened_in_the_running_header_alone() {
    let title = "아주 긴 제목 ".repeat(30);
    let document = Document {
        title: title.clone(),
        ..document(vec![Block::PageBreak, Block::Note("끝".to_owned())])
    };
    let layout = lay_out(&document).unwrap();
    assert_inside(&layout);
    assert!(page_texts(&layout, 1).iter().any(|line| line.ends_with('…')));
    assert_eq!(page_texts(&layout, 0).concat().matches("긴").count(), 30);
}
