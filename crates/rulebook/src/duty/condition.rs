//! The `if` of a rule, compiled once into a tree that is walked without allocating.
//!
//! Grammar: `or` of `and` of `not` of: `any`, `nothing cleared`, a fact or a switch that is yes or no, `fact = word`,
//! `fact != word`, `fact in [word, word]`, a day compared with `=`, `!=`, `<`, `<=`, `>`, `>=` to a written day or to
//! a switch that is a day, and parentheses. A day that is not known fulfils no comparison: unknown is not early.

use naru_core::Day;

use super::{Facts, Method, OrgType, Status, Switches};
use crate::calendar;

const DEEPEST: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Condition {
    Always(bool),
    NothingCleared,
    Flag(Flag),
    TypeIn(Vec<OrgType>),
    OrgClearedBy(Vec<Method>),
    AppClearedBy(Vec<Method>),
    StatusIn(Vec<Status>),
    Day(DayFact, Comparison, Day),
    Not(Box<Self>),
    All(Vec<Self>),
    Either(Vec<Self>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    IsmsValid,
    Legacy,
    OwnTeam,
    OrgConfirmed,
    ExtensionGranted,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayFact {
    Day,
    LaunchedOn,
    ExtensionUntil,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    More,
    AtLeast,
}

impl Condition {
    /// Compiles `text`; switches are replaced by their values.
    pub(super) fn parse(text: &str, switches: &Switches) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            at: 0,
            depth: 0,
            switches,
        };
        let condition = parser.either()?;
        match parser.peek() {
            None => Ok(condition),
            Some(rest) => Err(format!("`{rest}` was not expected at the end of `{text}`")),
        }
    }

    /// Whether the condition holds; `status` is known only in the second pass.
    pub(super) fn holds(&self, facts: &Facts, status: Option<Status>) -> bool {
        match self {
            Self::Always(answer) => *answer,
            Self::NothingCleared => facts.cleared_by().is_none() && !facts.is_confirmed(),
            Self::Flag(flag) => flag.of(facts),
            Self::TypeIn(types) => types.contains(&facts.org_type),
            Self::OrgClearedBy(methods) => facts.org_cleared_by.is_some_and(|method| methods.contains(&method)),
            Self::AppClearedBy(methods) => facts.app_cleared_by.is_some_and(|method| methods.contains(&method)),
            Self::StatusIn(all) => status.is_some_and(|status| all.contains(&status)),
            Self::Day(fact, comparison, day) => fact.of(facts).is_some_and(|found| comparison.holds(found, *day)),
            Self::Not(inner) => !inner.holds(facts, status),
            Self::All(parts) => parts.iter().all(|part| part.holds(facts, status)),
            Self::Either(parts) => parts.iter().any(|part| part.holds(facts, status)),
        }
    }

    /// Whether the condition asks for the status and so belongs to the second pass.
    pub(super) fn asks_status(&self) -> bool {
        match self {
            Self::StatusIn(_) => true,
            Self::Not(inner) => inner.asks_status(),
            Self::All(parts) | Self::Either(parts) => parts.iter().any(Self::asks_status),
            _ => false,
        }
    }

    /// Adds the days on which the answer may change with nothing but the day changing.
    pub(super) fn turning_days(&self, into: &mut Vec<Day>) {
        match self {
            Self::Day(DayFact::Day, _, day) => into.extend([*day, calendar::next(*day)]),
            Self::Not(inner) => inner.turning_days(into),
            Self::All(parts) | Self::Either(parts) => {
                for part in parts {
                    part.turning_days(into);
                }
            }
            _ => {}
        }
    }
}

impl Flag {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "isms_valid_on_day" => Self::IsmsValid,
            "legacy_open_platform" => Self::Legacy,
            "own_team_37_3_2" => Self::OwnTeam,
            "org_confirmed" => Self::OrgConfirmed,
            "extension_granted" => Self::ExtensionGranted,
            _ => return None,
        })
    }

    const fn of(self, facts: &Facts) -> bool {
        match self {
            Self::IsmsValid => facts.isms_valid_on_day,
            Self::Legacy => facts.legacy_open_platform,
            Self::OwnTeam => facts.own_team_37_3_2,
            Self::OrgConfirmed => facts.org_confirmed,
            Self::ExtensionGranted => facts.extension_until.is_some(),
        }
    }
}

impl DayFact {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "day" => Self::Day,
            "launched_on" => Self::LaunchedOn,
            "extension_until" => Self::ExtensionUntil,
            _ => return None,
        })
    }

    const fn of(self, facts: &Facts) -> Option<Day> {
        match self {
            Self::Day => Some(facts.day),
            Self::LaunchedOn => facts.launched_on,
            Self::ExtensionUntil => facts.extension_until,
        }
    }
}

impl Comparison {
    fn parse(sign: &str) -> Option<Self> {
        Some(match sign {
            "=" => Self::Equal,
            "!=" => Self::Unequal,
            "<" => Self::Less,
            "<=" => Self::AtMost,
            ">" => Self::More,
            ">=" => Self::AtLeast,
            _ => return None,
        })
    }

    fn holds(self, found: Day, bound: Day) -> bool {
        match self {
            Self::Equal => found == bound,
            Self::Unequal => found != bound,
            Self::Less => found < bound,
            Self::AtMost => found <= bound,
            Self::More => found > bound,
            Self::AtLeast => found >= bound,
        }
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut all: Vec<String> = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        let mut token = String::from(first);
        match first {
            ' ' => continue,
            '(' | ')' | '[' | ']' | ',' | '=' => {}
            '!' | '<' | '>' => token.extend(chars.next_if_eq(&'=')),
            _ if is_word(first) => {
                while let Some(more) = chars.next_if(|next| is_word(*next)) {
                    token.push(more);
                }
            }
            _ => return Err(format!("`{first}` has no meaning in `{text}`")),
        }
        all.push(token);
    }
    Ok(all)
}

const fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-')
}

struct Parser<'a> {
    tokens: &'a [String],
    at: usize,
    depth: usize,
    switches: &'a Switches,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).map(String::as_str)
    }

    fn next(&mut self) -> Result<&'a str, String> {
        let token = self.peek().ok_or("the condition ends too early")?;
        self.at += 1;
        Ok(token)
    }

    fn takes(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn needs(&mut self, token: &str) -> Result<(), String> {
        match self.next()? {
            found if found == token => Ok(()),
            found => Err(format!("`{token}` was expected, not `{found}`")),
        }
    }

    fn either(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.all()?];
        while self.takes("or") {
            parts.push(self.all()?);
        }
        Ok(single(parts).unwrap_or_else(Condition::Either))
    }

    fn all(&mut self) -> Result<Condition, String> {
        let mut parts = vec![self.part()?];
        while self.takes("and") {
            parts.push(self.part()?);
        }
        Ok(single(parts).unwrap_or_else(Condition::All))
    }

    fn part(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("nested deeper than {DEEPEST}"));
        }
        let part = if self.takes("not") {
            Condition::Not(Box::new(self.part()?))
        } else if self.takes("(") {
            let inner = self.either()?;
            self.needs(")")?;
            inner
        } else {
            self.statement()?
        };
        self.depth -= 1;
        Ok(part)
    }

    fn statement(&mut self) -> Result<Condition, String> {
        let name = self.next()?;
        if let Some(flag) = Flag::parse(name) {
            return Ok(Condition::Flag(flag));
        }
        if let Some(is_on) = self.switches.is_on(name) {
            return Ok(Condition::Always(is_on));
        }
        if let Some(fact) = DayFact::parse(name) {
            let sign = self.next()?;
            let comparison = Comparison::parse(sign).ok_or_else(|| format!("`{sign}` compares no days"))?;
            return Ok(Condition::Day(fact, comparison, self.day()?));
        }
        match name {
            "any" => Ok(Condition::Always(true)),
            "nothing" => self.needs("cleared").map(|()| Condition::NothingCleared),
            "type" => self.words(OrgType::parse, Condition::TypeIn),
            "org_cleared_by" => self.words(Method::parse, Condition::OrgClearedBy),
            "app_cleared_by" => self.words(Method::parse, Condition::AppClearedBy),
            "status" => self.words(Status::parse, Condition::StatusIn),
            _ => Err(format!("`{name}` is no fact and no switch")),
        }
    }

    fn day(&mut self) -> Result<Day, String> {
        let text = self.next()?;
        let day = calendar::parse(text).or_else(|| self.switches.day(text));
        day.ok_or_else(|| format!("`{text}` is no day and no switch that is one"))
    }

    fn words<T>(
        &mut self,
        parse: impl Fn(&str) -> Result<T, naru_core::UnknownWord>,
        make: impl Fn(Vec<T>) -> Condition,
    ) -> Result<Condition, String> {
        let sign = self.next()?;
        let mut word = || parse(self.next()?).map_err(|unknown| unknown.to_string());
        match sign {
            "=" => Ok(make(vec![word()?])),
            "!=" => Ok(Condition::Not(Box::new(make(vec![word()?])))),
            "in" => {
                self.needs("[")?;
                let mut all = Vec::new();
                loop {
                    all.push(parse(self.next()?).map_err(|unknown| unknown.to_string())?);
                    if !self.takes(",") {
                        break;
                    }
                }
                self.needs("]")?;
                Ok(make(all))
            }
            _ => Err(format!("`{sign}` was not expected before a word")),
        }
    }
}

/// The only part itself; several parts are handed back.
fn single(mut parts: Vec<Condition>) -> Result<Condition, Vec<Condition>> {
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        Some(last) => {
            parts.push(last);
            Err(parts)
        }
        None => Err(parts),
    }
}

#[cfg(test)]
#[path = "condition_tests.rs"]
mod tests;
