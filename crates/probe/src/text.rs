//! The text of a page as a reader sees it: decoded, without markup, scripts and styles, spaces made one.
//!
//! This is no renderer. It is meant to be the same for the same page, so that its digest tells a change of words from
//! a change of decoration.

use encoding_rs::{Encoding, UTF_8};

/// How far into a page its own statement about its encoding is looked for (HTML 13.2.3.2).
const PRESCAN_BYTES: usize = 1_024;
/// Longest reference to a character that is read.
const REFERENCE_CHARS: usize = 10;

/// The text of an HTML page.
pub(crate) fn text_of(body: &[u8], content_type: &str) -> String {
    let (markup, _, _) = encoding(body, content_type).decode(body);
    collapse(&references(&without_markup(&markup)))
}

/// What the content type says, else what the page says, else UTF-8. A byte order mark goes before both.
fn encoding(body: &[u8], content_type: &str) -> &'static Encoding {
    let start: String = body.iter().take(PRESCAN_BYTES).map(|byte| char::from(*byte)).collect();
    let said = charset(content_type).or_else(|| charset(&start));
    said.and_then(|label| Encoding::for_label(label.as_bytes()))
        .unwrap_or(UTF_8)
}

fn charset(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let (_, after) = text.split_once("charset")?;
    let value = after
        .trim_start()
        .strip_prefix('=')?
        .trim_start()
        .trim_start_matches(['"', '\'']);
    let is_label = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | ':' | '.');
    Some(value.chars().take_while(is_label).collect())
}

/// The markup without comments, tags, and the insides of script and style.
fn without_markup(markup: &str) -> String {
    let mut text = String::with_capacity(markup.len());
    let mut rest = markup;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let name: String = after
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_ascii_lowercase();
        let is_tag = after.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '/' | '!' | '?'));
        rest = if let Some(comment) = after.strip_prefix("!--") {
            comment.split_once("-->").map_or("", |(_, rest)| rest)
        } else if !is_tag {
            text.push('<');
            after
        } else {
            let inside = after_tag(after);
            match name.as_str() {
                "script" | "style" | "template" | "noscript" => after_element(inside, &name),
                _ => inside,
            }
        };
        if is_tag {
            text.push(' ');
        }
    }
    text.push_str(rest);
    text
}

/// What follows the end of a tag; a `>` inside quotes does not end it.
fn after_tag(tag: &str) -> &str {
    let mut quote = None;
    let end = tag.char_indices().find(|(_, c)| {
        match (quote, *c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => quote = Some(*c),
            _ => {}
        }
        quote.is_none() && *c == '>'
    });
    let after = end.and_then(|(at, c)| tag.get(at + c.len_utf8()..));
    // A quote that never closes is no quote.
    after.unwrap_or_else(|| tag.split_once('>').map_or("", |(_, rest)| rest))
}

/// What follows the closing tag of an element whose inside is no text.
fn after_element<'a>(inside: &'a str, name: &str) -> &'a str {
    let mut rest = inside;
    while let Some((_, after)) = rest.split_once("</") {
        let closes: String = after.chars().take(name.len()).collect();
        if closes.eq_ignore_ascii_case(name) {
            return after_tag(after);
        }
        rest = after;
    }
    ""
}

/// The text with its character references (HTML 13.2.5.72) replaced: those by number and the usual names.
fn references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        out.push_str(before);
        let name: String = after.chars().take(REFERENCE_CHARS).take_while(|c| *c != ';').collect();
        let whole = after
            .strip_prefix(name.as_str())
            .and_then(|rest| rest.strip_prefix(';'));
        rest = match (whole, character(&name)) {
            (Some(rest), Some(character)) => {
                out.push(character);
                rest
            }
            _ => {
                out.push('&');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    let number = name.strip_prefix('#');
    match (number, name) {
        (Some(number), _) => {
            let hexadecimal = number
                .strip_prefix(['x', 'X'])
                .map(|digits| u32::from_str_radix(digits, 16));
            char::from_u32(hexadecimal.unwrap_or_else(|| number.parse()).ok()?)
        }
        (None, "amp") => Some('&'),
        (None, "lt") => Some('<'),
        (None, "gt") => Some('>'),
        (None, "quot") => Some('"'),
        (None, "apos") => Some('\''),
        (None, "nbsp") => Some(' '),
        (None, "middot") => Some('·'),
        _ => None,
    }
}

fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many letters a text has, and how many of them are Hangul (syllables and Jamo, Unicode 18.6).
pub(crate) fn letters_and_hangul(text: &str) -> (usize, usize) {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let hangul = text
        .chars()
        .filter(|c| matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}'));
    (letters, hangul.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(markup: &str) -> String {
        text_of(markup.as_bytes(), "text/html; charset=utf-8")
    }

    #[test]
    fn the_text_is_what_a_reader_sees() {
        assert_eq!(text("<h1>개인정보</h1><p>처리 <b>방침</b></p>"), "개인정보 처리 방침");
        assert_eq!(
            text("a<script>if (1<2) x('<p>no</p>')</script>b<STYLE>p{}</STYLE >c"),
            "a b c"
        );
        assert_eq!(text("a<!-- <b>no</b> -->b <img alt='a > b'>c"), "a b c");
        assert_eq!(
            text("1 < 2 &amp;&nbsp;3 &#51; &#xAC00; &unknown; &"),
            "1 < 2 & 3 3 가 &unknown; &"
        );
        assert_eq!(text("open<script>never closed"), "open");
        assert_eq!(text("a <b class=\"x>y"), "a y");
        assert_eq!(text("<"), "<");
    }

    #[test]
    fn korean_in_its_old_encoding_is_read() {
        let (page, _, _) = encoding_rs::EUC_KR.encode("<meta charset=\"euc-kr\"><p>시행 2026년 11월 1일");
        assert_eq!(text_of(&page, "text/html"), "시행 2026년 11월 1일");
        assert_eq!(text_of(&page, "text/html;charset=EUC-KR"), "시행 2026년 11월 1일");
        assert_ne!(text_of(&page, "text/html; charset=utf-8"), "시행 2026년 11월 1일");
    }

    #[test]
    fn letters_are_counted_and_signs_are_not() {
        assert_eq!(letters_and_hangul("가나 ab 12 ㄱ!"), (5, 3));
        assert_eq!(letters_and_hangul("中文 日本"), (4, 0));
        assert_eq!(letters_and_hangul(""), (0, 0));
    }
}
