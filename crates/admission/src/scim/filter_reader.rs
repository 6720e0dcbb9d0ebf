//! Reads filters as they are written (RFC 7644 3.4.2.2, figure 1), within bounds of length, depth and number.

use serde_json::Value;

use super::error::ScimError;
use super::filter::{Comparison, Filter};
use super::moment;
use super::schema::{self, Attribute, Field, Kind, Target};

/// Characters of a filter at most.
const LENGTH_MAX: usize = 2_000;
/// Brackets and negations within each other at most.
const DEPTH_MAX: usize = 8;
/// Comparisons at most.
const TERMS_MAX: usize = 50;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Word(String),
    Text(Value),
    Mark(char),
}

fn tokens(text: &str) -> Result<Vec<Token>, ScimError> {
    let mut found = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' | '\t' => {}
            '(' | ')' | '[' | ']' => found.push(Token::Mark(letter)),
            '"' => {
                let (mut written, mut escaped) = (String::from('"'), false);
                loop {
                    let letter = letters
                        .next()
                        .ok_or_else(|| ScimError::filter("a text in quotes does not end"))?;
                    written.push(letter);
                    match letter {
                        '"' if !escaped => break,
                        '\\' => escaped = !escaped,
                        _ => escaped = false,
                    }
                }
                let value = serde_json::from_str(&written);
                found.push(Token::Text(
                    value.map_err(|_| ScimError::filter("a text in quotes is not one of JSON"))?,
                ));
            }
            _ => {
                let mut word = String::from(letter);
                while let Some(next) = letters.next_if(|next| !" \t()[]\"".contains(*next)) {
                    word.push(next);
                }
                found.push(Token::Word(word));
            }
        }
    }
    Ok(found)
}

/// Reads one filter from its beginning to its end.
pub(super) struct Reader {
    tokens: std::iter::Peekable<std::vec::IntoIter<Token>>,
    within: Option<&'static Attribute>,
    depth: usize,
    terms: usize,
}

impl Reader {
    pub(super) fn of(text: &str, within: Option<&'static Attribute>) -> Result<Self, ScimError> {
        if text.chars().count() > LENGTH_MAX {
            return Err(ScimError::filter(format!(
                "a filter has at most {LENGTH_MAX} characters"
            )));
        }
        Ok(Self {
            tokens: tokens(text)?.into_iter().peekable(),
            within,
            depth: 0,
            terms: 0,
        })
    }

    pub(super) fn whole(mut self) -> Result<Filter, ScimError> {
        let filter = self.either()?;
        match self.tokens.next() {
            None => Ok(filter),
            Some(_) => Err(ScimError::filter("something stands behind the end of the filter")),
        }
    }

    fn next_is(&mut self, word: &str) -> bool {
        let is = |token: &Token| matches!(token, Token::Word(found) if found.eq_ignore_ascii_case(word));
        self.tokens.next_if(is).is_some()
    }

    fn either(&mut self) -> Result<Filter, ScimError> {
        let mut left = self.both()?;
        while self.next_is("or") {
            left = Filter::Or(Box::new(left), Box::new(self.both()?));
        }
        Ok(left)
    }

    fn both(&mut self) -> Result<Filter, ScimError> {
        let mut left = self.one()?;
        while self.next_is("and") {
            left = Filter::And(Box::new(left), Box::new(self.one()?));
        }
        Ok(left)
    }

    fn one(&mut self) -> Result<Filter, ScimError> {
        if self.next_is("not") {
            if self.tokens.next() != Some(Token::Mark('(')) {
                return Err(ScimError::filter("`not` stands before a filter in round brackets"));
            }
            return Ok(Filter::Not(Box::new(self.bracketed(')')?)));
        }
        if self.tokens.next_if_eq(&Token::Mark('(')).is_some() {
            return self.bracketed(')');
        }
        self.term()
    }

    /// What stands behind an opened bracket, and the bracket's end.
    fn bracketed(&mut self, end: char) -> Result<Filter, ScimError> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(ScimError::filter(format!("brackets stand at most {DEPTH_MAX} deep")));
        }
        let inner = self.either()?;
        self.depth -= 1;
        match self.tokens.next() {
            Some(Token::Mark(found)) if found == end => Ok(inner),
            _ => Err(ScimError::filter(format!("`{end}` is missing"))),
        }
    }

    fn term(&mut self) -> Result<Filter, ScimError> {
        self.terms += 1;
        if self.terms > TERMS_MAX {
            return Err(ScimError::filter(format!(
                "a filter has at most {TERMS_MAX} comparisons"
            )));
        }
        let Some(Token::Word(path)) = self.tokens.next() else {
            return Err(ScimError::filter("the name of an attribute is missing"));
        };
        let field = self.field(&path)?;
        if self.tokens.next_if_eq(&Token::Mark('[')).is_some() {
            if self.within.is_some() || field.sub.is_some() || !field.attribute.multi_valued {
                return Err(ScimError::filter(format!(
                    "`{}` has no values to choose from",
                    short(&path)
                )));
            }
            self.within = Some(field.attribute);
            let inner = self.bracketed(']');
            self.within = None;
            return Ok(Filter::Within(field, Box::new(inner?)));
        }
        let Some(Token::Word(word)) = self.tokens.next() else {
            return Err(ScimError::filter(format!(
                "an operator is missing behind `{}`",
                short(&path)
            )));
        };
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Filter::Present(field));
        }
        let Some(how) = Comparison::parse(&word) else {
            return Err(ScimError::filter(format!("`{}` is no operator", short(&word))));
        };
        let value = match self.tokens.next() {
            Some(Token::Text(value)) => value,
            Some(Token::Word(word)) => match word.to_ascii_lowercase().as_str() {
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                "null" => Value::Null,
                _ => return Err(ScimError::filter("a value is a text in quotes, true, false or null")),
            },
            _ => {
                return Err(ScimError::filter(format!(
                    "a value is missing behind `{}`",
                    short(&word)
                )));
            }
        };
        checked(field, how, value)
    }

    fn field(&self, path: &str) -> Result<Field, ScimError> {
        let found = match self.within {
            Some(attribute) => attribute.sub(path).map(|attribute| Field {
                in_extension: false,
                attribute,
                sub: None,
            }),
            None => match schema::resolve(path) {
                Some(Target::Field(field)) => Some(field),
                _ => None,
            },
        };
        found.ok_or_else(|| ScimError::filter(format!("there is no attribute `{}`", short(path))))
    }
}

/// The beginning of what was sent, for a message.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A comparison that makes sense for the type of its attribute.
fn checked(field: Field, how: Comparison, value: Value) -> Result<Filter, ScimError> {
    let leaf = match field.sub {
        None if field.attribute.kind == Kind::Complex && field.attribute.multi_valued => {
            field.attribute.sub("value").unwrap_or(field.attribute)
        }
        _ => field.leaf(),
    };
    let fits = match (&value, leaf.kind) {
        (_, Kind::Complex) => false,
        (Value::Null, _) => matches!(how, Comparison::Equal | Comparison::NotEqual),
        (Value::Bool(_), Kind::Boolean) => matches!(how, Comparison::Equal | Comparison::NotEqual),
        (Value::String(text), Kind::DateTime) => !how.is_for_text() && moment::read(text).is_some(),
        (Value::String(_), Kind::String | Kind::Reference) => true,
        // As some directories write them.
        (Value::String(text), Kind::Boolean) => {
            let text = text.to_ascii_lowercase();
            let is_equality = matches!(how, Comparison::Equal | Comparison::NotEqual);
            return match text.parse() {
                Ok(flag) if is_equality => Ok(Filter::Compare(field, how, Value::Bool(flag))),
                _ => Err(ScimError::filter(format!("`{}` is true or false", leaf.name))),
            };
        }
        _ => false,
    };
    if fits {
        Ok(Filter::Compare(field, how, value))
    } else {
        let detail = format!("`{}` cannot be compared with that value in that way", leaf.name);
        Err(ScimError::filter(detail))
    }
}
