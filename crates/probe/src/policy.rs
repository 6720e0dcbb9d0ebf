//! Content security policies (CSP Level 3), read as far as a look asks: may scripts come from anywhere, and who may
//! put the page into a frame.
//!
//! A page may have several policies, and all of them hold: what one of them forbids is forbidden.

use std::collections::BTreeMap;

/// Most directives of one policy that are read.
const DIRECTIVES: usize = 64;

/// One policy: its directives with their values, in lower case. The first of a name counts (CSP3 2.2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy(BTreeMap<String, Vec<String>>);

impl Policy {
    /// The policies of a field value: a list with commas.
    pub(crate) fn list(field: &str) -> Vec<Self> {
        field
            .split(',')
            .filter(|policy| !policy.trim().is_empty())
            .map(Self::read)
            .collect()
    }

    fn read(policy: &str) -> Self {
        let mut directives = BTreeMap::new();
        for directive in policy.split(';').take(DIRECTIVES) {
            let mut words = directive.split_ascii_whitespace().map(str::to_ascii_lowercase);
            if let Some(name) = words.next() {
                directives.entry(name).or_insert_with(|| words.collect());
            }
        }
        Self(directives)
    }

    /// Why scripts may come from anywhere; none if the policy holds them.
    pub(crate) fn script_hole(&self) -> Option<String> {
        let directive = ["script-src", "default-src"]
            .into_iter()
            .find(|name| self.0.contains_key(*name));
        let Some(sources) = directive.and_then(|name| self.0.get(name)) else {
            return Some("neither script-src nor default-src".to_owned());
        };
        let has = |word: &str| sources.iter().any(|source| source == word);
        let has_nonce_or_hash = sources.iter().any(|source| {
            ["'nonce-", "'sha256-", "'sha384-", "'sha512-"]
                .iter()
                .any(|start| source.starts_with(start))
        });
        // With 'strict-dynamic' host and scheme sources, and 'unsafe-inline', count for nothing (CSP3 8.2).
        let is_strict = has("'strict-dynamic'") && has_nonce_or_hash;
        if has("'unsafe-inline'") && !has_nonce_or_hash && !has("'strict-dynamic'") {
            return Some("'unsafe-inline' without nonce or hash".to_owned());
        }
        let wide = sources.iter().find(|source| is_wide(source)).filter(|_| !is_strict);
        wide.map(|source| format!("scripts from {source}"))
    }

    /// Whether the policy says who may frame the page, and not everybody may; none if it does not say.
    pub(crate) fn limits_frames(&self) -> Option<bool> {
        self.0
            .get("frame-ancestors")
            .map(|sources| !sources.iter().any(|source| is_wide(source)))
    }
}

fn is_wide(source: &str) -> bool {
    matches!(
        source,
        "*" | "http:" | "https:" | "data:" | "blob:" | "http://*" | "https://*" | "*:*"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(policy: &str) -> Option<String> {
        Policy::read(policy).script_hole()
    }

    #[test]
    fn scripts_are_held_or_not() {
        for held in [
            "default-src 'self'",
            "default-src *; script-src 'self'",
            "script-src 'none'",
            "SCRIPT-SRC 'unsafe-inline' 'Nonce-abc' 'self'",
            "script-src 'unsafe-inline' 'sha256-abc='",
            "script-src 'strict-dynamic' 'nonce-abc' https: 'unsafe-inline'",
            "script-src 'self'; script-src *",
        ] {
            assert_eq!(hole(held), None, "{held}");
        }
        for open in [
            "",
            "img-src 'self'",
            "frame-ancestors 'none'",
            "default-src *",
            "default-src https:",
            "default-src 'self' 'unsafe-inline'",
            "default-src 'self'; script-src 'self' data:",
            "script-src 'nonce-abc' *",
        ] {
            assert!(hole(open).is_some(), "{open}");
        }
    }

    #[test]
    fn frames_are_limited_unsaid_or_open() {
        let frames = |policy| Policy::read(policy).limits_frames();
        assert_eq!(frames("default-src 'none'"), None);
        assert_eq!(frames("frame-ancestors 'none'"), Some(true));
        assert_eq!(frames("frame-ancestors 'self' https://a.example"), Some(true));
        assert_eq!(frames("frame-ancestors *"), Some(false));
    }

    #[test]
    fn a_field_may_hold_several() {
        assert_eq!(Policy::list("default-src 'self', , script-src *").len(), 2);
        assert!(Policy::list(" ").is_empty());
    }
}
