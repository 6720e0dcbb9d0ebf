//! What a document says: a title block and blocks of plain text, tables and signatures.
//!
//! Text is text: a `<` is a `<`. A line feed inside a value begins a new line. Every limit is one of size alone, so
//! that a document is either rendered whole or refused.

/// The language of a document's own few words (page, signature, summary of a tone) and of its metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    /// Korean.
    #[default]
    Korean,
    /// English.
    English,
}

impl Language {
    /// The tag of the language: `ko` or `en` (BCP 47).
    pub const fn tag(self) -> &'static str {
        self.pick("ko", "en")
    }

    /// Picks one of two texts.
    pub(crate) const fn pick(self, korean: &'static str, english: &'static str) -> &'static str {
        match self {
            Self::Korean => korean,
            Self::English => english,
        }
    }
}

/// A document: a title block, then blocks in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Document {
    /// The language of the text.
    pub language: Language,
    /// What the document is, in large letters and in the metadata.
    pub title: String,
    /// A line above the title: the organisation and the kind. May be empty.
    pub subtitle: String,
    /// The number under which the document is filed; it stands in the running header. May be empty.
    pub reference: String,
    /// Who answers for the document, for the metadata: an organisation, not a login name. May be empty.
    pub author: String,
    /// Labels and values of the title block.
    pub facts: Vec<(String, String)>,
    /// The document itself.
    pub blocks: Vec<Block>,
}

/// One part of a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Block {
    /// A heading: level 1 for a chapter to 3 for the smallest; other numbers are brought into this range.
    Heading(u8, String),
    /// Running text.
    Paragraph(String),
    /// Labels and values.
    Facts(Vec<(String, String)>),
    /// A table. The first cell of a row names the row.
    Table {
        /// What the table shows: read aloud before it and printed above it. May be empty.
        caption: String,
        /// The names of the columns.
        head: Vec<String>,
        /// The share of each column, in any unit; a share that is missing or no positive number counts as the mean.
        widths: Vec<f32>,
        /// The rows. A row with more cells than the head widens the table; no cell is dropped.
        rows: Vec<Vec<Cell>>,
    },
    /// Places to sign, two in a line.
    Signatures(Vec<Signature>),
    /// What follows begins on a new page.
    PageBreak,
    /// A remark in small letters.
    Note(String),
}

/// A cell of a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    /// What stands in the cell.
    pub text: String,
    /// How it is meant. A cell with a tone and no text says the tone's own word.
    pub tone: Option<Tone>,
}

impl Cell {
    /// A cell with a tone.
    pub fn toned(text: impl Into<String>, tone: Tone) -> Self {
        Self {
            text: text.into(),
            tone: Some(tone),
        }
    }

    /// What is written in the cell after the tone's mark.
    pub(crate) fn words(&self, language: Language) -> &str {
        match self.tone {
            Some(tone) if self.text.trim().is_empty() => tone.word(language),
            _ => &self.text,
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            tone: None,
        }
    }
}

/// How a cell is meant: always a shape and a word, never a colour alone (WCAG 2.2, 1.4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// As it should be.
    Ok,
    /// To be looked at.
    Warn,
    /// Not as it should be.
    Bad,
    /// Of no weight here.
    Muted,
}

impl Tone {
    /// Every tone.
    pub const ALL: &'static [Self] = &[Self::Ok, Self::Warn, Self::Bad, Self::Muted];

    /// The shape before the word.
    pub(crate) const fn mark(self) -> char {
        match self {
            Self::Ok => '✓',
            Self::Warn => '△',
            Self::Bad => '✗',
            Self::Muted => '–',
        }
    }

    /// The last part of the class name in HTML.
    pub(crate) const fn class(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Bad => "bad",
            Self::Muted => "muted",
        }
    }

    /// The word of a cell that has none of its own.
    pub(crate) const fn word(self, language: Language) -> &'static str {
        match self {
            Self::Ok => language.pick("양호", "In order"),
            Self::Warn => language.pick("주의", "Caution"),
            Self::Bad => language.pick("미흡", "Not in order"),
            Self::Muted => language.pick("해당 없음", "Not applicable"),
        }
    }
}

/// A place to sign.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Signature {
    /// In which role: author, approver.
    pub role: String,
    /// Who, as the person is called.
    pub name: String,
    /// The day and time of signing, as it is to be read. May be empty.
    pub date: String,
    /// What was signed, for instance the digest of the content. May be empty.
    pub note: String,
}

/// A document is larger than what is rendered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the document is larger than {limit} characters, counting {PART_CHARACTERS} for every cell and block")]
pub struct TooLarge {
    /// How many characters a document may have.
    pub limit: usize,
}

/// The largest document, in characters: some 500 full pages.
const LIMIT_CHARACTERS: usize = 1_000_000;
/// What a cell, a fact, a signature or a block counts beside its characters, so that empty ones are bounded too.
const PART_CHARACTERS: usize = 16;
/// The widest table, in columns. What is wider cannot be read on paper.
pub(crate) const LIMIT_COLUMNS: usize = 24;

impl Document {
    /// How many characters the document counts for its limit of size. HTML has no limit of its own: a caller that
    /// takes documents from outside asks [`Document::check_size`] first.
    pub fn size_characters(&self) -> usize {
        let own = [&self.title, &self.subtitle, &self.reference, &self.author];
        own.into_iter().map(|text| part(text)).sum::<usize>()
            + pairs(&self.facts)
            + self.blocks.iter().map(Block::size_characters).sum::<usize>()
    }

    /// Refuses a document that is too large to render.
    pub fn check_size(&self) -> Result<(), TooLarge> {
        if self.size_characters() > LIMIT_CHARACTERS {
            return Err(TooLarge {
                limit: LIMIT_CHARACTERS,
            });
        }
        Ok(())
    }
}

impl Block {
    fn size_characters(&self) -> usize {
        PART_CHARACTERS
            + match self {
                Self::Heading(_, text) | Self::Paragraph(text) | Self::Note(text) => part(text),
                Self::Facts(facts) => pairs(facts),
                Self::Table {
                    caption, head, rows, ..
                } => {
                    let cells = rows.iter().flatten().map(|cell| part(&cell.text)).sum::<usize>();
                    let names = head.iter().map(|text| part(text)).sum::<usize>();
                    part(caption) + names + cells + rows.len().saturating_mul(PART_CHARACTERS)
                }
                Self::Signatures(all) => {
                    let one = |s: &Signature| part(&s.role) + part(&s.name) + part(&s.date) + part(&s.note);
                    all.iter().map(one).sum()
                }
                Self::PageBreak => 0,
            }
    }
}

fn part(text: &str) -> usize {
    text.chars().count() + PART_CHARACTERS
}

fn pairs(facts: &[(String, String)]) -> usize {
    facts.iter().map(|(label, value)| part(label) + part(value)).sum()
}
