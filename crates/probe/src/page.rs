//! A published page: can it be reached, is it in Korean, does it say a date, and has it changed.
//!
//! Whether it is easy to find and says what it must is for a person to judge.

use http::header::{CONTENT_ENCODING, CONTENT_TYPE, LOCATION};
use serde_json::{Value, json};

use crate::dates::dates_in;
use crate::fault::Fault;
use crate::fetch::{self, Answer};
use crate::look::Look;
use crate::observation::{Check, Findings, Observation, Outcome, Probe, bounded, sha256_hex};
use crate::target::{Target, TargetError};
use crate::text::{letters_and_hangul, text_of};

/// Most redirects that are followed.
const REDIRECTS: usize = 3;
/// Most dates kept in the facts.
const DATES: usize = 20;
/// Most characters of an address in the facts.
const URL_CHARS: usize = 300;

/// Which page is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// The privacy policy: reachable, in Korean, with a date.
    Privacy,
    /// The page for complaints: reachable. Language and dates are among the facts and not judged.
    Complaint,
}

impl PageKind {
    const fn probe(self) -> Probe {
        match self {
            Self::Privacy => Probe::PrivacyUrl,
            Self::Complaint => Probe::SupportUrl,
        }
    }
}

/// Looks at a page, HTML or PDF, through at most three redirects. The facts hold the digest of the body and, for
/// HTML, of its text (`text.sha256`), so that a change since the last look can be seen.
pub async fn page(look: &Look<'_>, target: &Target, kind: PageKind) -> Observation {
    look.take(kind.probe(), target, visit(look, target, kind)).await
}

/// What following a page's redirects came to.
enum Arrival {
    Page(Answer),
    /// The redirects lead to no page: too many, or away from https.
    Astray(Answer, String),
}

async fn visit(look: &Look<'_>, target: &Target, kind: PageKind) -> Result<Findings, Fault> {
    let mut hops = Vec::new();
    let (answer, astray) = match follow(look, target, &mut hops).await? {
        Arrival::Page(answer) => (answer, None),
        Arrival::Astray(answer, why) => (answer, Some(why)),
    };
    let mut raw = answer.facts();
    let mut checks = Vec::new();
    let (reached, form) = reachable(&answer, astray.as_deref());
    let is_reached = reached.outcome == Outcome::Pass;
    checks.push(reached);
    if let Some(fault) = answer.cut.clone().filter(|_| is_reached) {
        return Err(fault);
    }
    let text = match form {
        Some(Form::Html) if is_reached && !answer.headers.contains_key(CONTENT_ENCODING) => Some(read(&answer)),
        _ => None,
    };
    if is_reached && kind == PageKind::Privacy {
        checks.push(korean(look, text.as_deref()));
        checks.push(dated(look, text.as_deref()));
    }
    if let Some(facts) = raw.as_object_mut() {
        facts.insert("hops".to_owned(), hops.into());
        facts.insert("text".to_owned(), text.as_deref().map_or(Value::Null, text_facts));
    }
    Ok(Findings { checks, raw })
}

/// Follows redirects. Every address on the way is a target of its own: parsed, resolved and checked like the first.
async fn follow(look: &Look<'_>, target: &Target, hops: &mut Vec<Value>) -> Result<Arrival, Fault> {
    let mut next = target.clone();
    loop {
        let answer = fetch::get(look, &next, "text/html,application/pdf,*/*;q=0.8").await?;
        let path = next.path().split('?').next().unwrap_or_default();
        let url = bounded(&format!("https://{}{path}", next.authority()), URL_CHARS);
        hops.push(json!({ "url": url, "status": answer.status, "address": answer.address.to_string() }));
        let location = answer
            .headers
            .get(LOCATION)
            .filter(|_| (300..400).contains(&answer.status));
        let Some(location) = location.map(|location| answer.target.resolve(&fetch::text(location))) else {
            return Ok(Arrival::Page(answer));
        };
        if hops.len() > REDIRECTS {
            return Ok(Arrival::Astray(answer, format!("more than {REDIRECTS} redirects")));
        }
        next = match Target::parse(&location, look.settings.reach.ip_literals) {
            Ok(next) => next,
            Err(why @ TargetError::Scheme) => {
                return Ok(Arrival::Astray(answer, format!("a redirect away: {why}")));
            }
            Err(why) => return Err(Fault::RefusedRedirect(why.to_string())),
        };
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Html,
    Pdf,
}

fn content_type(answer: &Answer) -> String {
    answer.field(&CONTENT_TYPE).unwrap_or_default()
}

fn form(answer: &Answer) -> Option<Form> {
    let kind = content_type(answer).to_ascii_lowercase();
    match kind.split(';').next().unwrap_or_default().trim() {
        "text/html" | "application/xhtml+xml" => Some(Form::Html),
        "application/pdf" if answer.body.starts_with(b"%PDF-") => Some(Form::Pdf),
        _ => None,
    }
}

fn reachable(answer: &Answer, astray: Option<&str>) -> (Check, Option<Form>) {
    const WANTED: &str = "status 2xx over https, HTML or PDF, with a body";
    let form = form(answer);
    let is_page = (200..300).contains(&answer.status) && form.is_some() && !answer.body.is_empty();
    let kind = match content_type(answer) {
        kind if kind.is_empty() => "no content type".to_owned(),
        kind => kind,
    };
    let seen = match astray {
        Some(why) => why.to_owned(),
        None => format!("status {}, {kind}, {} bytes", answer.status, answer.body.len()),
    };
    (
        Check::new("reachable", Outcome::when(is_page && astray.is_none()), seen, WANTED),
        form,
    )
}

fn read(answer: &Answer) -> String {
    text_of(&answer.body, &content_type(answer))
}

/// Hangul in percent of all letters.
fn hangul_percent(text: &str) -> (usize, usize) {
    let (letters, hangul) = letters_and_hangul(text);
    (letters, (hangul * 100).checked_div(letters).unwrap_or(0))
}

/// Why a text is not judged; none if it is.
fn unjudged(look: &Look<'_>, text: Option<&str>) -> Option<String> {
    let Some(text) = text else {
        return Some("the words are not read: a PDF, or compressed".to_owned());
    };
    let (letters, _) = letters_and_hangul(text);
    (letters < look.settings.letters).then(|| format!("{letters} letters: the text is probably made by scripts"))
}

fn korean(look: &Look<'_>, text: Option<&str>) -> Check {
    let wanted = format!(
        "Hangul is at least {} percent of the letters",
        look.settings.hangul_percent
    );
    if let Some(why) = unjudged(look, text) {
        return Check::new("korean", Outcome::NotTested, why, wanted);
    }
    let (letters, percent) = hangul_percent(text.unwrap_or_default());
    let passed = percent >= look.settings.hangul_percent;
    Check::new(
        "korean",
        Outcome::when(passed),
        format!("{percent} percent of {letters} letters"),
        wanted,
    )
}

fn dated(look: &Look<'_>, text: Option<&str>) -> Check {
    const WANTED: &str = "a date, such as 2026-11-01, 2026.11.01 or 2026년 11월 1일";
    if let Some(why) = unjudged(look, text) {
        return Check::new("dated", Outcome::NotTested, why, WANTED);
    }
    match dates_in(text.unwrap_or_default(), 1).first() {
        Some(newest) => Check::new("dated", Outcome::Pass, format!("newest {newest}"), WANTED),
        None => Check::new("dated", Outcome::Fail, "no date", WANTED),
    }
}

fn text_facts(text: &str) -> Value {
    let (letters, percent) = hangul_percent(text);
    let dates: Vec<String> = dates_in(text, DATES).iter().map(ToString::to_string).collect();
    json!({
        "letters": letters,
        "hangul_percent": percent,
        "newest_date": dates.first(),
        "dates": dates,
        "sha256": sha256_hex(text.as_bytes()),
    })
}

#[cfg(test)]
#[path = "page_tests.rs"]
mod tests;
