//! The response headers of a web origin, each judged for itself. Redirects are not followed.

use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderName, LOCATION, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use crate::fault::Fault;
use crate::fetch::{self, Answer};
use crate::look::Look;
use crate::observation::{Check, Findings, Observation, Outcome, Probe};
use crate::policy::Policy;
use crate::target::Target;

/// Most cookies named in a check.
const COOKIES: usize = 10;

/// Looks at the headers of the answer to a GET. A redirect has no page, so that what protects a page is not tested on
/// it; an answer of the server's own failure (5xx) is an error. The body is read for its digest alone.
pub async fn headers(look: &Look<'_>, target: &Target) -> Observation {
    look.take(Probe::HttpHeaders, target, answered(look, target)).await
}

async fn answered(look: &Look<'_>, target: &Target) -> Result<Findings, Fault> {
    let answer = fetch::get(look, target, "text/html,*/*;q=0.8").await?;
    if answer.status >= 500 {
        return Err(Fault::NoHttp(format!(
            "the server failed with status {}",
            answer.status
        )));
    }
    Ok(Findings {
        checks: judge(&answer, look.settings.hsts_seconds),
        raw: answer.facts(),
    })
}

fn judge(answer: &Answer, hsts_seconds: u64) -> Vec<Check> {
    let mut checks = vec![transport(answer, hsts_seconds)];
    let of_page: [fn(&Answer) -> Check; 4] = [content_policy, nosniff, frames, referrer];
    let is_redirect = (300..400).contains(&answer.status) && answer.headers.contains_key(LOCATION);
    checks.extend(of_page.into_iter().map(|check| {
        let check = check(answer);
        if is_redirect && check.outcome != Outcome::Pass {
            return Check::new(check.name, Outcome::NotTested, "a redirect and no page", check.wanted);
        }
        check
    }));
    checks.push(cookies(answer));
    checks.push(cache(answer));
    checks
}

/// The field as it was seen.
fn seen(answer: &Answer, name: &HeaderName) -> String {
    answer.field(name).unwrap_or_else(|| "absent".to_owned())
}

/// Of several lines the first counts (RFC 6797 8.1); a directive that stands twice makes it void (6.1).
fn transport(answer: &Answer, least_seconds: u64) -> Check {
    let first = answer.headers.get(STRICT_TRANSPORT_SECURITY).map(fetch::text);
    let ages: Vec<Option<u64>> = first
        .iter()
        .flat_map(|field| field.split(';'))
        .filter_map(|directive| directive.split_once('='))
        .filter(|(name, _)| name.trim().eq_ignore_ascii_case("max-age"))
        .map(|(_, seconds)| seconds.trim().trim_matches('"').parse().ok())
        .collect();
    let passed = matches!(ages.as_slice(), [Some(seconds)] if *seconds >= least_seconds);
    let wanted = format!("max-age of at least {least_seconds} seconds");
    Check::new(
        "strict-transport-security",
        Outcome::when(passed),
        seen(answer, &STRICT_TRANSPORT_SECURITY),
        wanted,
    )
}

fn policies(answer: &Answer) -> Vec<Policy> {
    answer
        .field(&CONTENT_SECURITY_POLICY)
        .map(|field| Policy::list(&field))
        .unwrap_or_default()
}

fn content_policy(answer: &Answer) -> Check {
    const WANTED: &str = "a policy that says where scripts come from: not anywhere, not inline without nonce or hash";
    let holes: Vec<Option<String>> = policies(answer).iter().map(Policy::script_hole).collect();
    let hole = holes.iter().flatten().next();
    let (passed, seen) = if holes.iter().any(Option::is_none) {
        (true, seen(answer, &CONTENT_SECURITY_POLICY))
    } else {
        (
            false,
            hole.map_or_else(|| "absent".to_owned(), |hole| format!("open: {hole}")),
        )
    };
    Check::new("content-security-policy", Outcome::when(passed), seen, WANTED)
}

fn nosniff(answer: &Answer) -> Check {
    let field = answer.field(&X_CONTENT_TYPE_OPTIONS).unwrap_or_default();
    let first = field.split(',').next().unwrap_or_default().trim();
    let passed = first.eq_ignore_ascii_case("nosniff");
    Check::new(
        "x-content-type-options",
        Outcome::when(passed),
        seen(answer, &X_CONTENT_TYPE_OPTIONS),
        "nosniff",
    )
}

/// Where a policy speaks of frames, the older field counts for nothing (CSP3 6.4.2).
fn frames(answer: &Answer) -> Check {
    let said: Vec<bool> = policies(answer).iter().filter_map(Policy::limits_frames).collect();
    let (passed, seen) = if said.is_empty() {
        let older = answer.field(&X_FRAME_OPTIONS).unwrap_or_default();
        let passed = ["deny", "sameorigin"]
            .iter()
            .any(|word| older.trim().eq_ignore_ascii_case(word));
        (
            passed,
            format!("no frame-ancestors; X-Frame-Options {}", seen(answer, &X_FRAME_OPTIONS)),
        )
    } else {
        let passed = said.contains(&true);
        (
            passed,
            if passed {
                "frame-ancestors"
            } else {
                "frame-ancestors for everybody"
            }
            .to_owned(),
        )
    };
    Check::new(
        "frames",
        Outcome::when(passed),
        seen,
        "frame-ancestors, or X-Frame-Options DENY or SAMEORIGIN",
    )
}

/// The last word that is known counts (Referrer Policy 8.1).
fn referrer(answer: &Answer) -> Check {
    const SAFE: &[&str] = &[
        "no-referrer",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
    ];
    const OTHER: &[&str] = &[
        "no-referrer-when-downgrade",
        "origin",
        "origin-when-cross-origin",
        "unsafe-url",
    ];
    let field = answer.field(&REFERRER_POLICY).unwrap_or_default().to_ascii_lowercase();
    let known = field
        .split(',')
        .map(str::trim)
        .rfind(|word| SAFE.contains(word) || OTHER.contains(word));
    let passed = known.is_some_and(|word| SAFE.contains(&word));
    Check::new(
        "referrer-policy",
        Outcome::when(passed),
        seen(answer, &REFERRER_POLICY),
        SAFE.join(", "),
    )
}

fn cookies(answer: &Answer) -> Check {
    const WANTED: &str = "every cookie Secure, HttpOnly and with SameSite";
    let fields: Vec<String> = answer.headers.get_all(SET_COOKIE).iter().map(fetch::text).collect();
    if fields.is_empty() {
        return Check::new("cookies", Outcome::Pass, "no cookie set", WANTED);
    }
    let short: Vec<String> = fields.iter().filter_map(|field| missing(field)).take(COOKIES).collect();
    let seen = if short.is_empty() {
        format!("{} as wanted", fields.len())
    } else {
        short.join("; ")
    };
    Check::new("cookies", Outcome::when(short.is_empty()), seen, WANTED)
}

/// What a cookie lacks, with its name and without its value; none if it lacks nothing.
fn missing(field: &str) -> Option<String> {
    let mut parts = field.split(';').map(str::trim);
    let name = parts
        .next()
        .and_then(|pair| pair.split_once('='))
        .map_or("", |(name, _)| name);
    let attributes: Vec<String> = parts.map(str::to_ascii_lowercase).collect();
    let has = |word: &str| attributes.iter().any(|attribute| attribute == word);
    let has_site = ["strict", "lax", "none"]
        .iter()
        .any(|value| has(&format!("samesite={value}")));
    let lacks: Vec<&str> = [
        ("Secure", has("secure")),
        ("HttpOnly", has("httponly")),
        ("SameSite", has_site),
    ]
    .into_iter()
    .filter(|(_, is_there)| !is_there)
    .map(|(word, _)| word)
    .collect();
    (!lacks.is_empty()).then(|| format!("{name} lacks {}", lacks.join(", ")))
}

/// An answer with a cookie that a shared cache keeps gives one person's cookie to another (RFC 9111 7.3).
fn cache(answer: &Answer) -> Check {
    const WANTED: &str = "no-store or private on an answer that sets a cookie";
    if !answer.headers.contains_key(SET_COOKIE) {
        return Check::new("cache-control", Outcome::Pass, "no cookie set", WANTED);
    }
    let field = answer.field(&CACHE_CONTROL).unwrap_or_default().to_ascii_lowercase();
    let passed = field
        .split(',')
        .map(str::trim)
        .any(|word| matches!(word, "no-store" | "private"));
    Check::new(
        "cache-control",
        Outcome::when(passed),
        seen(answer, &CACHE_CONTROL),
        WANTED,
    )
}

#[cfg(test)]
#[path = "headers_tests.rs"]
mod tests;
