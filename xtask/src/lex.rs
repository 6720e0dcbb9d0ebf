//! Separates Rust source into code, string literals and comments, without understanding any of it.
//!
//! The rules look for words; a word in a comment or in a string is not the same as a word in the code. `code` is
//! the source with the inside of every literal and comment blanked, character for character, so that positions
//! and line numbers stay those of the file.

/// A literal or one line of a comment, with the line on which it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Rust source taken apart.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// The file as it is.
    pub(crate) raw: Vec<char>,
    /// As `raw`, same length, with the inside of literals and comments blanked.
    pub(crate) code: Vec<char>,
    /// The contents of string literals of every kind, without quotes.
    pub(crate) strings: Vec<Piece>,
    /// The lines of comments, documentation included, with their marks.
    pub(crate) comments: Vec<Piece>,
}

impl Source {
    /// The blanked code line by line, the first line having index 0.
    pub(crate) fn code_lines(&self) -> Vec<String> {
        self.code
            .split(|c| *c == '\n')
            .map(|line| line.iter().collect())
            .collect()
    }

    /// The line of the character at `at`, counted from 1.
    pub(crate) fn line_at(&self, at: usize) -> usize {
        1 + self.code.iter().take(at).filter(|c| **c == '\n').count()
    }

    /// The characters of `raw` from `from` up to but not including `to`.
    pub(crate) fn raw_text(&self, from: usize, to: usize) -> String {
        self.raw.iter().skip(from).take(to.saturating_sub(from)).collect()
    }
}

/// Takes Rust source apart. Source that does not parse gives something, never a panic.
pub(crate) fn source(text: &str) -> Source {
    let raw: Vec<char> = text.chars().collect();
    let mut lexer = Lexer {
        code: raw.clone(),
        raw,
        at: 0,
        line: 1,
        strings: Vec::new(),
        comments: Vec::new(),
    };
    while lexer.at < lexer.raw.len() {
        lexer.step();
    }
    Source {
        raw: lexer.raw,
        code: lexer.code,
        strings: lexer.strings,
        comments: lexer.comments,
    }
}

/// Whether a character can be part of a Rust name.
pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

struct Lexer {
    raw: Vec<char>,
    code: Vec<char>,
    at: usize,
    line: usize,
    strings: Vec<Piece>,
    comments: Vec<Piece>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.raw.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn step(&mut self) {
        let after_word = self.at > 0 && self.raw.get(self.at - 1).is_some_and(|c| is_word(*c));
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => self.line_comment(),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.quote(),
            ('r' | 'b' | 'c', _) if !after_word => self.prefix(),
            _ => self.pass(),
        }
    }

    /// Moves over a character that stays in the code.
    fn pass(&mut self) {
        if self.peek(0) == '\n' {
            self.line += 1;
        }
        self.at += 1;
    }

    /// Moves over a character that is blanked, and returns it.
    fn blank(&mut self) -> char {
        let c = self.peek(0);
        match self.code.get_mut(self.at) {
            Some(place) if c != '\n' => *place = ' ',
            _ => {}
        }
        self.pass();
        c
    }

    fn line_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        while self.at < self.raw.len() && self.peek(0) != '\n' {
            text.push(self.blank());
        }
        self.comments.push(Piece { line, text });
    }

    fn block_comment(&mut self) {
        let line = self.line;
        let mut text = String::new();
        let mut depth = 0_usize;
        while self.at < self.raw.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    text.push(self.blank());
                    continue;
                }
            }
            text.push(self.blank());
            text.push(self.blank());
            if depth == 0 {
                break;
            }
        }
        let pieces = text.split('\n').enumerate();
        self.comments.extend(pieces.map(|(n, text)| Piece {
            line: line + n,
            text: text.to_owned(),
        }));
    }

    /// A string with escapes; the quotes stay in the code so that a reader still sees an argument there.
    fn string(&mut self) {
        let line = self.line;
        let mut text = String::new();
        self.pass();
        while self.at < self.raw.len() && self.peek(0) != '"' {
            if self.peek(0) == '\\' {
                text.push(self.blank());
            }
            text.push(self.blank());
        }
        self.pass();
        self.strings.push(Piece { line, text });
    }

    /// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`, `b'x'`, or simply a name that begins with one of these letters.
    fn prefix(&mut self) {
        let letters = match (self.peek(0), self.peek(1)) {
            ('b' | 'c', 'r') => 2,
            _ => 1,
        };
        let is_raw = letters == 2 || self.peek(0) == 'r';
        let mut hashes = 0;
        while is_raw && self.peek(letters + hashes) == '#' {
            hashes += 1;
        }
        let quoted = self.peek(letters + hashes) == '"';
        for _ in 0..if quoted { letters + hashes } else { 1 } {
            self.pass();
        }
        match quoted {
            true if is_raw => self.raw_string(hashes),
            true => self.string(),
            false => {}
        }
    }

    fn raw_string(&mut self, hashes: usize) {
        let line = self.line;
        let mut text = String::new();
        self.pass();
        while self.at < self.raw.len() {
            if self.peek(0) == '"' && (1..=hashes).all(|ahead| self.peek(ahead) == '#') {
                break;
            }
            text.push(self.blank());
        }
        for _ in 0..=hashes {
            self.pass();
        }
        self.strings.push(Piece { line, text });
    }

    /// A character literal is blanked; a lifetime or a label stays.
    fn quote(&mut self) {
        let is_char = self.peek(1) == '\\' || self.peek(2) == '\'';
        self.pass();
        if !is_char {
            return;
        }
        if self.peek(0) == '\\' {
            self.blank();
        }
        self.blank();
        while self.at < self.raw.len() && self.peek(0) != '\'' {
            self.blank();
        }
        self.pass();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> String {
        source(text).code.into_iter().collect()
    }

    #[test]
    fn comments_are_blanked_and_kept() {
        let taken = source("a // one \"two\"\nb /* x /* y */\n z */ c");
        assert_eq!(
            taken.code.iter().collect::<String>(),
            "a             \nb             \n      c"
        );
        let lines: Vec<_> = taken.comments.iter().map(|c| (c.line, c.text.as_str())).collect();
        assert_eq!(lines, [(1, "// one \"two\""), (2, "/* x /* y */"), (3, " z */")]);
    }

    #[test]
    fn strings_of_every_kind_are_blanked_and_kept() {
        let text = r###"f("a\"{", r"b\", r#"c"d"#, b"e", br##"f"#"##, c"g") { r#type }"###;
        let found: Vec<_> = source(text).strings.into_iter().map(|s| s.text).collect();
        assert_eq!(found, ["a\\\"{", "b\\", "c\"d", "e", "f\"#", "g"]);
        let blanked = code(text);
        assert_eq!(blanked.matches('{').count(), 1);
        assert!(blanked.ends_with("{ r#type }"), "{blanked}");
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(
            code("fn f<'a>(x: &'a str) { '{' '\\'' '\\u{7d}' 'b: loop { b'}' } }")
                .matches('{')
                .count(),
            2
        );
        assert_eq!(code("'\"' + \"x\""), "' ' + \" \"");
    }

    #[test]
    fn lines_are_those_of_the_file() {
        let taken = source("let a = \"one\ntwo\";\n// here\n");
        assert_eq!(
            taken.comments,
            [Piece {
                line: 3,
                text: "// here".to_owned()
            }]
        );
        assert_eq!(taken.line_at(taken.raw.len()), 4);
        assert_eq!(taken.raw.len(), taken.code.len());
    }

    #[test]
    fn unfinished_source_does_not_panic() {
        for text in ["\"", "r#\"", "/*", "'", "'\\", "b'", "r#", "br"] {
            source(text);
        }
    }
}
