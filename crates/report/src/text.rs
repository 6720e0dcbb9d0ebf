//! Text as it can be shown: syllables whole, nothing invisible.
//!
//! File names that come from some systems spell a syllable as its letters (Unicode Standard, section 3.12), and a
//! hidden character can turn a line around or make two names look alike. A signed paper shows both as what they are.

/// The text with its syllables composed and every hidden character spelled out as `[U+202E]`. A line feed stays, a tab
/// becomes a space, a carriage return before a line feed vanishes.
pub(crate) fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut chars = composed(text).into_iter().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' => shown.push('\n'),
            '\t' | '\r' | '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => shown.push(' '),
            c if is_hidden(c) => shown.push_str(&spelled(c)),
            c => shown.push(c),
        }
    }
    shown
}

/// A character that cannot be drawn, spelled out: `[U+91D1]`.
pub(crate) fn spelled(c: char) -> String {
    format!("[U+{:04X}]", u32::from(c))
}

/// Characters that leave no ink and change what others mean: controls, marks of direction, joiners, variants, tags.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{AD}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{200B}'..='\u{200F}'
                | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
                | '\u{E0000}'..='\u{E0FFF}'
        )
}

const LEADS: u32 = 0x1100;
const VOWELS: u32 = 0x1161;
const TAILS: u32 = 0x11A7;
const VOWEL_COUNT: u32 = 21;
const TAIL_COUNT: u32 = 28;
const SYLLABLES: u32 = 0xAC00;

/// Letters of Hangul put together to syllables (Unicode Standard, section 3.12, Hangul syllable composition).
fn composed(text: &str) -> Vec<char> {
    let mut whole: Vec<char> = Vec::with_capacity(text.len() / 2);
    for c in text.chars() {
        match whole.last().and_then(|last| joined(*last, c)) {
            Some(syllable) => {
                whole.pop();
                whole.push(syllable);
            }
            None => whole.push(c),
        }
    }
    whole
}

fn joined(first: char, second: char) -> Option<char> {
    let (first, second) = (u32::from(first), u32::from(second));
    let lead = first.checked_sub(LEADS).filter(|index| *index < 19);
    let vowel = second.checked_sub(VOWELS).filter(|index| *index < VOWEL_COUNT);
    if let (Some(lead), Some(vowel)) = (lead, vowel) {
        return char::from_u32(SYLLABLES + (lead * VOWEL_COUNT + vowel) * TAIL_COUNT);
    }
    let is_open = first
        .checked_sub(SYLLABLES)
        .is_some_and(|index| index < 11_172 && index.is_multiple_of(TAIL_COUNT));
    let tail = second
        .checked_sub(TAILS)
        .filter(|index| (1..TAIL_COUNT).contains(index));
    tail.filter(|_| is_open).and_then(|tail| char::from_u32(first + tail))
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn syllables_are_composed() {
        assert_eq!(
            visible("\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}.pdf"),
            "한글.pdf"
        );
        assert_eq!(visible("\u{1100}"), "\u{1100}");
        assert_eq!(visible("각\u{11A8}"), "각\u{11A8}");
    }

    #[test]
    fn hidden_characters_are_spelled_out() {
        assert_eq!(visible("a\u{202E}fdp.exe"), "a[U+202E]fdp.exe");
        assert_eq!(
            visible("a\u{0}\u{7F}\u{200B}\u{AD}"),
            "a[U+0000][U+007F][U+200B][U+00AD]"
        );
        assert_eq!(visible("one\r\ntwo\tthree\u{A0}four"), "one\ntwo three four");
    }
}
