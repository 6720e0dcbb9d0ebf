use super::lines;

/// Ten units a character, whatever it is.
fn broken(text: &str, count: u8) -> Vec<String> {
    let lines = lines(text, f32::from(count) * 10.0 + 1.0, |_| 10.0);
    lines.into_iter().map(|line| line.trim_end().to_owned()).collect()
}

#[test]
fn lines_put_together_are_the_text_again() {
    for text in ["가나다라 마바사 one two three SHA-256은", "끝", "a\nb"] {
        for width in [20.0, 45.0, 70.0, 1_000.0] {
            assert_eq!(
                lines(text, width, |_| 10.0).concat(),
                text.replace('\n', " "),
                "{width}"
            );
        }
    }
}

#[test]
fn latin_breaks_between_words() {
    assert_eq!(broken("one two three", 8), ["one two", "three"]);
    assert_eq!(broken("  one   two  ", 3), ["one", "two"]);
    assert_eq!(broken("well-known/path", 10), ["well-", "known/path"]);
    assert_eq!(broken("2026-11-22 2026-11-23", 12), ["2026-11-22", "2026-11-23"]);
}

#[test]
fn korean_breaks_between_syllables_and_rather_between_words() {
    assert_eq!(broken("가나다라마바사", 3), ["가나다", "라마바", "사"]);
    assert_eq!(
        broken("가나다라마바사아자 차카타파하", 10),
        ["가나다라마바사아자", "차카타파하"]
    );
    assert_eq!(
        broken("가나 다라마바사아자차카타", 8),
        ["가나 다라마바사", "아자차카타"]
    );
    assert_eq!(broken("기한은 2026년 12월", 8), ["기한은", "2026년", "12월"]);
}

#[test]
fn punctuation_stays_where_it_belongs() {
    for text in [
        "가나다라.",
        "가나다라)",
        "가나다라」다",
        "가나다라, 마",
        "가나다(라마)",
        "가나다「라마",
    ] {
        for count in 2..6 {
            for line in broken(text, count) {
                let (first, last) = (line.chars().next().unwrap(), line.chars().last().unwrap());
                assert!(!".),」".contains(first), "{text} {count}: {line}");
                assert!(!"(「".contains(last), "{text} {count}: {line}");
            }
        }
    }
}

#[test]
fn a_digest_is_cut_into_equal_lines() {
    let digest = "0123456789abcdef".repeat(4);
    let parts = broken(&digest, 43);
    assert_eq!(parts.iter().map(String::len).collect::<Vec<_>>(), [32, 32]);
    assert_eq!(parts.concat(), digest);
    assert_eq!(
        broken(&format!("SHA-256 {digest}"), 43).concat(),
        format!("SHA-256{digest}")
    );
}

#[test]
fn nothing_is_lost_however_narrow_the_line_is() {
    let text = "가나다 (라마) SHA-256: 0123456789abcdef0123456789abcdef 「끝」.";
    let bare = |text: &str| text.replace(' ', "");
    for count in 0..40 {
        let all = broken(text, count);
        assert_eq!(bare(&all.concat()), bare(text), "{count}");
        assert!(all.iter().all(|line| !line.is_empty()), "{count}");
    }
}

#[test]
fn line_feeds_begin_lines_and_an_empty_text_is_one_line() {
    assert_eq!(broken("a\n\nb", 10), ["a", "", "b"]);
    assert_eq!(broken("", 10), [""]);
    assert_eq!(broken("   ", 10), [""]);
}

#[test]
fn a_very_long_word_takes_time_in_proportion() {
    let word = "x".repeat(300_000);
    assert_eq!(broken(&word, 80).len(), 3_750);
}
