//! Where a line of text ends.
//!
//! Korean may be broken between syllables, Latin only between words (after UAX #14, Unicode Line Breaking Algorithm,
//! reduced to the scripts of the font); closing punctuation never begins a line and opening punctuation never ends
//! one. A word that is longer than the line, such as a digest, is broken where the line is full.

/// How much of a line may stay empty so that it can end between words instead of inside one, as a share of the line.
const RAGGED_SHARE: f32 = 0.15;
const NEVER_FIRST: &str = ")]}〉》」』】〕〗”’.,:;!?·%‰℃…、。・々ー’”)]},.:;!?%」、~～";
const NEVER_LAST: &str = "([{〈《「『【〔〖“‘([{「₩$€£#";

/// The lines of a text, each at most `width` wide, as `advance` measures a character. There is always one line, and
/// each line has at least one character of a text that has any. A line that ends between two words keeps one space
/// beyond its width, so that the lines put together are the text again.
pub(crate) fn lines(text: &str, width: f32, advance: impl Fn(char) -> f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for part in text.split('\n') {
        if let Some(last) = lines.last_mut() {
            last.push(' ');
        }
        lines.extend(part_lines(part, width, &advance));
    }
    lines
}

fn part_lines(text: &str, width: f32, advance: &impl Fn(char) -> f32) -> Vec<String> {
    let chars: Vec<char> = text.trim().chars().collect();
    let mut lines = Vec::new();
    let mut rest = chars.as_slice();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(line_end(rest, width, advance));
        let bare = line.iter().collect::<String>().trim_end().to_owned();
        let spaces = after.iter().take_while(|c| **c == ' ').count();
        rest = after.split_at(spaces).1;
        let is_between_words = spaces > 0 || line.last() == Some(&' ');
        lines.push(if is_between_words && !rest.is_empty() {
            bare + " "
        } else {
            bare
        });
    }
    if lines.is_empty() {
        lines.push(String::new());
    }
    lines
}

/// How many of the characters, one or more, stand on the first line.
fn line_end(chars: &[char], width: f32, advance: &impl Fn(char) -> f32) -> usize {
    let mut used = 0.0;
    let (mut between_words, mut anywhere) = (None, None);
    for (index, c) in chars.iter().enumerate() {
        let before = index.checked_sub(1).and_then(|last| chars.get(last));
        match before.map(|before| chance(*before, *c)) {
            Some(Chance::Word) => between_words = Some((index, used)),
            Some(Chance::Syllable) => anywhere = Some(index),
            Some(Chance::None) | None => {}
        }
        used += advance(*c);
        if used > width && *c != ' ' && index > 0 {
            let near = between_words.filter(|(_, filled)| *filled >= width * (1.0 - RAGGED_SHARE));
            let last = anywhere.max(between_words.map(|(at, _)| at));
            return near
                .map(|(at, _)| at)
                .or(last)
                .unwrap_or_else(|| even_part(chars, index, advance));
        }
    }
    chars.len()
}

/// The longest word that is cut into equal lines, in full lines. A longer one is cut where each line is full.
const EVEN_LINES: usize = 4;

/// Where a word that is too long is cut, so that its lines are of one length: a digest is compared by eye. No more than
/// the `most` characters that fit on a line, one at least.
fn even_part(chars: &[char], most: usize, advance: &impl Fn(char) -> f32) -> usize {
    let pairs = chars.iter().zip(chars.iter().skip(1));
    let inner = pairs.take(most * EVEN_LINES);
    let inner = inner.take_while(|(before, after)| **after != ' ' && chance(**before, **after) == Chance::None);
    let length = inner.count() + 1;
    if length > most * EVEN_LINES {
        return most;
    }
    let width = |count: usize| chars.iter().take(count).map(|c| advance(*c)).sum::<f32>();
    let (whole, line) = (width(length), width(most));
    let mut parts = 1.0;
    while parts * line < whole {
        parts += 1.0;
    }
    let mut used = 0.0;
    let short = chars.iter().take(most).take_while(|c| {
        used += advance(**c);
        used < whole / parts
    });
    (short.count() + 1).min(most)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chance {
    None,
    Word,
    Syllable,
}

/// Whether a line may end between two characters.
fn chance(before: char, after: char) -> Chance {
    if after == ' ' || NEVER_FIRST.contains(after) || (NEVER_LAST.contains(before)) {
        return Chance::None;
    }
    match (before, after) {
        (' ', _) => Chance::Word,
        ('-' | '/' | '_', after) if after.is_alphabetic() && !is_syllabic(after) => Chance::Word,
        (before, after) if before.is_ascii_alphanumeric() || after.is_ascii_alphanumeric() => {
            // `2026년` and `SHA-256은` stay whole; `기관A` may end before the A.
            let may = is_syllabic(before) && after.is_ascii_alphanumeric();
            if may { Chance::Syllable } else { Chance::None }
        }
        (before, after) if is_syllabic(before) || is_syllabic(after) => Chance::Syllable,
        _ => Chance::None,
    }
}

/// Scripts that break between any two of their characters: Hangul, kana and full-width forms.
fn is_syllabic(c: char) -> bool {
    matches!(c, '\u{AC00}'..='\u{D7A3}' | '\u{3040}'..='\u{30FF}' | '\u{3131}'..='\u{318E}' | '\u{4E00}'..='\u{9FFF}'
        | '\u{FF01}'..='\u{FF60}')
}

#[cfg(test)]
#[path = "breaking_tests.rs"]
mod tests;
