//! No log statement has a field or a format argument called after something personal or secret (`PERSONAL`), and
//! every `#[instrument]` says `skip_all`, because it would record the arguments otherwise.
//!
//! Why: a log is copied, shipped, searched and kept by people who may not see accounts. What was written there cannot
//! be sealed afterwards. Identifiers of the hub's own (`grant`, `transfer`, `client`) tell the same story.

use crate::lex::{Source, is_word};
use crate::report::Report;
use crate::shape;
use crate::tree::Tree;

const RULE: &str = "personal";
const PERSONAL: [&str; 11] = [
    "account_num",
    "holder_name",
    "name",
    "cell_no",
    "birth_date",
    "linking_value",
    "ci",
    "token",
    "secret",
    "password",
    "email",
];
const LOGGERS: [&str; 12] = [
    "info",
    "warn",
    "error",
    "debug",
    "trace",
    "event",
    "span",
    "info_span",
    "warn_span",
    "error_span",
    "debug_span",
    "trace_span",
];
/// Calls at the end of a value that only change its form.
const FORMS: [&str; 6] = [
    ".as_str()",
    ".as_ref()",
    ".to_string()",
    ".to_owned()",
    ".clone()",
    ".expose()",
];

pub(crate) fn check(tree: &Tree, report: &mut Report) {
    for (path, rust) in tree.rust() {
        let code = &rust.source.code;
        for (at, word) in shape::words(code) {
            let found = match word.as_str() {
                "instrument" => careless_instrument(code, at),
                word if LOGGERS.contains(&word) => personal_argument(&rust.source, at + word.len()),
                _ => None,
            };
            if let Some(text) = found {
                report.find(RULE, path, rust.source.line_at(at), text);
            }
        }
    }
}

/// An attribute `#[instrument…]` or `#[tracing::instrument…]` that does not skip the arguments.
fn careless_instrument(code: &[char], at: usize) -> Option<String> {
    let before: String = code.iter().take(at).skip(at.saturating_sub(11)).collect();
    if !before.ends_with("#[") && !before.ends_with("#[tracing::") {
        return None;
    }
    let rest: String = code.iter().skip(at).take_while(|c| **c != ']').collect();
    (!rest.contains("skip_all"))
        .then(|| "`instrument` records every argument: add `skip_all` and name fields".to_owned())
}

/// The first argument of the macro call at `bang` that names something personal.
fn personal_argument(source: &Source, bang: usize) -> Option<String> {
    let open = shape::skip_space(&source.code, bang + 1);
    if source.code.get(bang) != Some(&'!') || !matches!(source.code.get(open), Some('(' | '[' | '{')) {
        return None;
    }
    let close = shape::matching(&source.code, open)?;
    let arguments = shape::arguments(&source.code, open, close);
    let found = arguments.into_iter().find_map(|(from, to)| {
        let code: String = source.code.iter().take(to).skip(from).collect();
        personal_in(code.trim(), &source.raw_text(from, to))
    })?;
    Some(format!(
        "`{found}` goes into the log: log an identifier of the hub instead"
    ))
}

fn personal_in(code: &str, raw: &str) -> Option<&'static str> {
    if code.starts_with('"') || code.starts_with("r\"") || code.starts_with("r#") {
        return inline_names(raw).iter().find_map(|name| known(name));
    }
    match field(code) {
        // `name: "…"`, `target: "…"` and `parent: …` belong to the macro.
        _ if ["name:", "target:", "parent:"].iter().any(|own| code.starts_with(own)) => None,
        // A field called otherwise may carry the name of a thing, so `bank = %bank.name` is not a person's.
        Some((name, value)) => known(last(name)).or_else(|| known(last(value)).filter(|word| *word != "name")),
        None => known(last(code)),
    }
}

/// Splits `field = value`; comparisons are no fields.
fn field(code: &str) -> Option<(&str, &str)> {
    let (name, value) = code.split_once('=')?;
    let is_field = name.trim().chars().all(|c| is_word(c) || c == '.' || c == '"') && !value.starts_with(['=', '>']);
    is_field.then_some((name.trim(), value.trim()))
}

/// The last word of a path such as `%order.holder_name.as_str()`.
fn last(value: &str) -> &str {
    let mut value = value.trim();
    while let Some(shorter) = FORMS.iter().find_map(|form| value.strip_suffix(form)) {
        value = shorter;
    }
    value.rsplit(|c: char| !is_word(c)).next().unwrap_or(value)
}

fn known(name: &str) -> Option<&'static str> {
    PERSONAL.into_iter().find(|word| *word == name)
}

/// The names written inside a format string, as in `"{account_num:?}"`.
fn inline_names(literal: &str) -> Vec<String> {
    let literal = literal.replace("{{", "").replace("}}", "");
    let inner = literal
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split(['}', ':']).next());
    inner.map(|name| name.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use crate::rules::findings;

    #[test]
    fn identifiers_pass() {
        let text = "info!(name: \"transfer.sent\", transfer = %transfer.id, \"sent {count} {{name}}\");\n\
                    warn!(bank = %bank.name, code, \"the name is not {}\", x.len());\nlet name = error(token);\n\
                    #[tracing::instrument(skip_all, fields(grant = %g))]\nfn f() {}\n\
                    // info!(name)\nspecial!(email);\n";
        assert_eq!(findings("personal", &[("a.rs", text)]), Vec::<String>::new());
    }

    #[test]
    fn personal_fields_are_found() {
        let text = "info!(account_num = %a, \"x\");\ntracing::warn!(%order.holder_name);\nerror!(\"{token:?}\");\n\
                    debug!(\n  x = 1,\n  why = ?person.email.as_str(),\n);\ntrace!(\"x {}\", person.name);\n\
                    info_span!(\"x\", ci);\n#[instrument]\nfn f() {}\n\
                    log::info!(target: \"x\", \"{}\", self.secret.clone());\n";
        let found = findings("personal", &[("a.rs", text)]);
        let lines: Vec<_> = found.iter().filter_map(|f| f.split(':').nth(1)).collect();
        assert_eq!(lines, ["1", "2", "3", "4", "8", "9", "10", "12"], "{found:?}");
    }
}
