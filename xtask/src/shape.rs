//! The outline of blanked Rust source: functions with their size, regions that are tests, brackets that match.
//!
//! It works on the code that [`crate::lex`] leaves, so a brace here is a real brace.

use std::ops::RangeInclusive;

use crate::lex::is_word;

/// A function with a body or a signature, as the `size` rule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Function {
    pub(crate) name: String,
    /// The line of the word `fn`.
    pub(crate) line: usize,
    /// Lines from the word `fn` to the closing brace, both counted; 1 for a signature on one line.
    pub(crate) lines: usize,
    /// Parameters, `self` counted.
    pub(crate) parameters: usize,
    /// Whether a trait prescribes its head.
    pub(crate) is_prescribed: bool,
}

/// The parts of a file that only tests compile.
#[derive(Debug, Default)]
pub(crate) struct Tests {
    /// Lines of items under `#[cfg(test)]` or a test attribute.
    pub(crate) lines: Vec<RangeInclusive<usize>>,
    /// Names of modules declared as `#[cfg(test)] mod name;`, which live in files of their own.
    pub(crate) modules: Vec<String>,
}

/// Every `fn` with a name, nested ones included.
pub(crate) fn functions(code: &[char]) -> Vec<Function> {
    let prescribed: Vec<_> = words(code)
        .filter(|(_, word)| word == "impl")
        .filter_map(|(at, _)| trait_body(code, at))
        .collect();
    words(code)
        .filter(|(_, word)| word == "fn")
        .filter_map(|(at, _)| {
            let is_prescribed = prescribed.iter().any(|body| body.contains(&at));
            function(code, at).map(|function| Function {
                is_prescribed,
                ..function
            })
        })
        .collect()
}

/// The body of an `impl … for …`; `None` for another `impl`.
fn trait_body(code: &[char], at: usize) -> Option<std::ops::Range<usize>> {
    let open = code.get(at..)?.iter().position(|c| matches!(c, '{' | ';'))? + at;
    let is_trait = words(code.get(at..open)?).any(|(_, word)| word == "for");
    (is_trait && code.get(open) == Some(&'{')).then(|| open..matching(code, open).unwrap_or(code.len()))
}

fn function(code: &[char], at: usize) -> Option<Function> {
    let name_at = skip_space(code, at + 2);
    let (name, after) = word_at(code, name_at)?;
    let open = skip_generics(code, skip_space(code, after));
    if code.get(open) != Some(&'(') {
        return None;
    }
    let close = matching(code, open)?;
    let end = body_end(code, close + 1);
    let line = line_of(code, at);
    let lines = line_of(code, end) + 1 - line;
    Some(Function {
        name,
        line,
        lines,
        parameters: arguments(code, open, close).len(),
        is_prescribed: false,
    })
}

/// Where an item ends whose head goes on at `at`: its closing brace, or the semicolon when it has no body.
fn body_end(code: &[char], mut at: usize) -> usize {
    while let Some(c) = code.get(at) {
        match c {
            ';' => return at,
            '{' => return matching(code, at).unwrap_or(code.len()),
            '(' | '[' => at = matching(code, at).unwrap_or(code.len()),
            _ => {}
        }
        at += 1;
    }
    code.len().saturating_sub(1)
}

/// The position of the bracket that closes the one at `open`.
pub(crate) fn matching(code: &[char], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, c) in code.iter().enumerate().skip(open) {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.checked_sub(1)?,
            _ => {}
        }
        if depth == 0 {
            return Some(at);
        }
    }
    None
}

/// The arguments between the brackets at `open` and `close`, as positions `from..to`; empty ones are left out.
pub(crate) fn arguments(code: &[char], open: usize, close: usize) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut from, mut angle, mut at) = (open + 1, 0_usize, open + 1);
    while at < close {
        let before = code.get(at - 1).copied().unwrap_or(' ');
        match code.get(at).copied().unwrap_or(' ') {
            '(' | '[' | '{' => at = matching(code, at).map_or(close, |end| end.min(close)),
            '<' if before != ' ' && before != '<' => angle += 1,
            '>' if before != '-' && before != '=' => angle = angle.saturating_sub(1),
            ',' if angle == 0 => {
                found.push((from, at));
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    found.push((from, close));
    found.retain(|(from, to)| code.iter().take(*to).skip(*from).any(|c| !c.is_whitespace()));
    found
}

/// Finds what only tests compile.
pub(crate) fn tests(code: &[char]) -> Tests {
    let mut found = Tests::default();
    for (at, c) in code.iter().enumerate() {
        let open = at + 1;
        if *c != '#' || code.get(open) != Some(&'[') {
            continue;
        }
        let Some(close) = matching(code, open) else { continue };
        let attribute: String = code
            .iter()
            .take(close)
            .skip(open + 1)
            .filter(|c| !c.is_whitespace())
            .collect();
        let is_test = attribute == "test" || attribute.ends_with("::test") || attribute.starts_with("cfg(test)");
        let is_test = is_test || attribute.starts_with("cfg(all(test") || attribute.starts_with("tokio::test(");
        if !is_test {
            continue;
        }
        let head = skip_attributes(code, close + 1);
        let end = body_end(code, head);
        let item: String = code.iter().take(end + 1).skip(head).collect();
        if let Some(name) = item
            .trim_end_matches(';')
            .rsplit("mod ")
            .next()
            .filter(|_| item.ends_with(';'))
        {
            found.modules.push(name.trim().to_owned());
        }
        found.lines.push(line_of(code, at)..=line_of(code, end));
    }
    found
}

fn skip_attributes(code: &[char], at: usize) -> usize {
    let at = skip_space(code, at);
    if code.get(at) != Some(&'#') {
        return at;
    }
    matching(code, at + 1).map_or(code.len(), |close| skip_attributes(code, close + 1))
}

fn skip_generics(code: &[char], open: usize) -> usize {
    if code.get(open) != Some(&'<') {
        return open;
    }
    let mut depth = 0_usize;
    for (at, c) in code.iter().enumerate().skip(open) {
        match c {
            '<' => depth += 1,
            '>' if code.get(at - 1) != Some(&'-') => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return skip_space(code, at + 1);
        }
    }
    code.len()
}

/// The words of the code with their positions.
pub(crate) fn words(code: &[char]) -> impl Iterator<Item = (usize, String)> {
    let starts = code.iter().enumerate().filter(|(at, c)| {
        is_word(**c)
            && (*at == 0
                || !code
                    .get(at - 1)
                    .is_some_and(|before| is_word(*before) || *before == '#'))
    });
    starts.filter_map(|(at, _)| word_at(code, at).map(|(word, _)| (at, word)))
}

fn word_at(code: &[char], at: usize) -> Option<(String, usize)> {
    let at = if code.get(at) == Some(&'r') && code.get(at + 1) == Some(&'#') {
        at + 2
    } else {
        at
    };
    let word: String = code.iter().skip(at).take_while(|c| is_word(**c)).collect();
    let after = at + word.chars().count();
    (!word.is_empty()).then_some((word, after))
}

pub(crate) fn skip_space(code: &[char], at: usize) -> usize {
    at + code.iter().skip(at).take_while(|c| c.is_whitespace()).count()
}

pub(crate) fn line_of(code: &[char], at: usize) -> usize {
    1 + code.iter().take(at).filter(|c| **c == '\n').count()
}

#[cfg(test)]
mod self_test {
    use super::*;
    use crate::lex;

    fn outline(text: &str) -> Vec<(String, usize, usize, usize)> {
        let found = functions(&lex::source(text).code);
        found
            .into_iter()
            .map(|f| (f.name, f.line, f.lines, f.parameters))
            .collect()
    }

    #[test]
    fn lengths_ignore_braces_that_are_not_code() {
        let text = "fn one() {\n  let a = \"}\"; // }\n  let b = '}'; /* } */\n  let c = r#\"}\"#;\n}\nfn two() {}\n";
        assert_eq!(
            outline(text),
            [("one".to_owned(), 1, 5, 0), ("two".to_owned(), 6, 1, 0)]
        );
    }

    #[test]
    fn nested_and_bodiless_functions_are_counted() {
        let text = "trait T {\n    fn a(&self);\n    fn b() {\n        fn c(x: u8) {}\n    }\n}";
        let expected = [("a", 2, 1, 1), ("b", 3, 3, 0), ("c", 4, 1, 1)];
        assert_eq!(
            outline(text),
            expected.map(|(name, line, lines, count)| (name.to_owned(), line, lines, count))
        );
    }

    #[test]
    fn parameters_survive_generics_patterns_and_closures() {
        let text = "fn f<F: Fn(u8, u8) -> u8, const N: usize>(\n\
                      State(a): State<Map<K, V>>,\n  f: impl Fn(u8, u8) -> u8,\n  [x, y]: [u8; 2],\n\
                      t: (u8, u8),\n)\nwhere\n  [u8; N]: Sized,\n{\n}";
        assert_eq!(outline(text), [("f".to_owned(), 1, 10, 4)]);
        assert_eq!(
            outline("type F = fn(u8) -> u8; macro_rules! m { () => { fn $name() {} } }"),
            []
        );
        assert_eq!(outline("fn r#type(self) {}"), [("type".to_owned(), 1, 1, 1)]);
    }

    #[test]
    fn test_regions_and_modules_are_found() {
        let text = "fn a() {}\n#[cfg(test)]\n#[path = \"x\"]\nmod checks;\n\
                    #[cfg(test)]\nmod tests {\n  fn b() {}\n}\nfn c() {}";
        let found = tests(&lex::source(text).code);
        assert_eq!(found.modules, ["checks"]);
        assert_eq!(found.lines, [2..=4, 5..=8]);
        let own = tests(&lex::source("#[tokio::test(flavor = \"x\")]\nasync fn a() {\n}\n").code);
        assert_eq!(own.lines, [1..=3]);
    }
}
