//! What the pages refer to: the stylesheet and the icon, embedded and served under a name that contains a hash of
//! their content, so that they can be kept for a year and are never stale. No page refers to another host.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use naru_crypto::{hex, sha256};

/// The policy every page is served under: own stylesheet and images, no script, in nobody's frame. Forms may lead to
/// another host, because the answer to consent is a redirect to the fintech.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'";

static ASSETS: LazyLock<[Asset; 2]> = LazyLock::new(|| {
    [
        Asset::new(
            "naru.css",
            "text/css; charset=utf-8",
            include_str!("../assets/naru.css"),
        ),
        Asset::new("naru.svg", "image/svg+xml", include_str!("../assets/naru.svg")),
    ]
});

/// One embedded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    name: &'static str,
    path: String,
    content_type: &'static str,
    body: &'static str,
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, body: &'static str) -> Self {
        let hash: String = hex(&sha256(body.as_bytes())).chars().take(8).collect();
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        Self {
            name,
            path: format!("/assets/{stem}-{hash}.{ending}"),
            content_type,
            body,
        }
    }

    /// Every file.
    pub fn all() -> &'static [Self] {
        &*ASSETS
    }

    /// The file that is served under this path, such as `/assets/naru-0a1b2c3d.css`.
    pub fn at(path: &str) -> Option<&'static Self> {
        Self::all().iter().find(|asset| asset.path == path)
    }

    /// The file with this name, such as `naru.css`.
    pub fn named(name: &str) -> Option<&'static Self> {
        Self::all().iter().find(|asset| asset.name == name)
    }

    /// The path under which it is served.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Its text.
    pub const fn body(&self) -> &'static str {
        self.body
    }
}

impl IntoResponse for &'static Asset {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, self.content_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, Bytes::from_static(self.body.as_bytes())).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_asset_is_found_under_its_name_and_its_hashed_path() {
        let style = Asset::named("naru.css").unwrap();
        assert_eq!(Asset::at(style.path()), Some(style));
        let hash = style.path().strip_prefix("/assets/naru-").unwrap();
        assert_eq!(hash.len(), "01234567.css".len());
        assert_eq!(Asset::at("/assets/naru-00000000.css"), None);
    }

    #[test]
    fn an_asset_is_kept_for_a_year() {
        let answer = Asset::named("naru.css").unwrap().into_response();
        assert_eq!(answer.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(answer.headers()[CACHE_CONTROL], "public, max-age=31536000, immutable");
    }

    #[test]
    fn the_stylesheet_knows_both_schemes_and_people_who_want_no_motion() {
        let style = Asset::named("naru.css").unwrap().body();
        assert!(style.contains("color-scheme: light dark"));
        assert!(style.contains("prefers-color-scheme: dark"));
        assert!(style.contains("prefers-reduced-motion: reduce"));
        assert!(style.contains(":focus-visible"));
    }

    #[test]
    fn no_asset_refers_to_another_host() {
        for asset in Asset::all() {
            let body = asset.body().replace("http://www.w3.org/2000/svg", "");
            for word in ["http:", "https:", "//", "@import", "url("] {
                assert!(!body.contains(word), "{} contains {word}", asset.path());
            }
        }
    }
}
