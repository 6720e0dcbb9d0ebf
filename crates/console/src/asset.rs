//! What the pages refer to: stylesheet, fonts, icon and the one script, embedded and served under names that contain a
//! hash of their content, so that they can be kept for a year and are never stale. No page refers to another host.

use std::sync::LazyLock;

use axum::body::Bytes;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use naru_admission::report::PRINT_CSS;
use naru_crypto::{hex, sha256};

/// The policy every page is served under: own stylesheet, fonts and images, no script, in nobody's frame. Forms may
/// lead to another host, because the answer to consent is a redirect to the fintech.
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; font-src 'self'; \
     img-src 'self' data:; form-action 'self' https: http:; base-uri 'none'; frame-ancestors 'none'";

/// The policy of the pages on which a passkey can be used: the same, with our own script and its requests to us.
pub const SCRIPTED_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; \
     style-src 'self'; font-src 'self'; img-src 'self' data:; form-action 'self' https: http:; base-uri 'none'; \
     frame-ancestors 'none'";

/// The stylesheet, part by part; the colours of each scheme are written once.
const STYLE: &str = concat!(
    include_str!("../assets/css/tokens.css"),
    ":root, [data-theme=\"light\"] {\n",
    include_str!("../assets/css/light.css"),
    "}\n@media (prefers-color-scheme: dark) { :root:not([data-theme=\"light\"]) {\n",
    include_str!("../assets/css/dark.css"),
    "} }\n[data-theme=\"dark\"] {\n",
    include_str!("../assets/css/dark.css"),
    "}\n:root:not([data-theme]) { color-scheme: light dark }\n",
    include_str!("../assets/css/base.css"),
    include_str!("../assets/css/frame.css"),
    include_str!("../assets/css/forms.css"),
    include_str!("../assets/css/tables.css"),
    include_str!("../assets/css/marks.css"),
    include_str!("../assets/css/drawn.css"),
    include_str!("../assets/css/inspector.css"),
    include_str!("../assets/css/design.css"),
    include_str!("../assets/css/media.css"),
);

/// The fonts, as `assets/fonts/subset.py` made them.
const FONTS: [(&str, &[u8]); 4] = [
    (
        "naru-sans-latin.woff2",
        include_bytes!("../assets/fonts/naru-sans-latin.woff2"),
    ),
    (
        "naru-sans-ko.woff2",
        include_bytes!("../assets/fonts/naru-sans-ko.woff2"),
    ),
    (
        "naru-sans-common.woff2",
        include_bytes!("../assets/fonts/naru-sans-common.woff2"),
    ),
    (
        "naru-sans-rest.woff2",
        include_bytes!("../assets/fonts/naru-sans-rest.woff2"),
    ),
];

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| {
    let fonts = FONTS.map(|(name, body)| Asset::new(name, "font/woff2", Bytes::from_static(body)));
    let mut faces = include_str!("../assets/fonts/fonts.css").to_owned();
    for font in &fonts {
        faces = faces.replace(&format!("{{{}}}", font.name), &font.path);
    }
    let text =
        |name, content_type, body: &'static str| Asset::new(name, content_type, Bytes::from_static(body.as_bytes()));
    let mut assets = vec![
        Asset::new(
            "naru.css",
            "text/css; charset=utf-8",
            Bytes::from(faces + STYLE + PRINT_CSS),
        ),
        text("naru.svg", "image/svg+xml", include_str!("../assets/naru.svg")),
        text(
            "passkey.js",
            "text/javascript; charset=utf-8",
            include_str!("../assets/passkey.js"),
        ),
    ];
    assets.extend(fonts);
    assets
});

/// One embedded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    name: &'static str,
    path: String,
    content_type: &'static str,
    body: Bytes,
}

impl Asset {
    fn new(name: &'static str, content_type: &'static str, body: Bytes) -> Self {
        let hash: String = hex(&sha256(&body)).chars().take(8).collect();
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
        &ASSETS
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

    /// Its bytes.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl IntoResponse for &'static Asset {
    fn into_response(self) -> Response {
        let headers = [
            (CONTENT_TYPE, self.content_type),
            (CACHE_CONTROL, "public, max-age=31536000, immutable"),
        ];
        (headers, self.body.clone()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(name: &str) -> &'static str {
        std::str::from_utf8(Asset::named(name).unwrap().body()).unwrap()
    }

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
        for part in [
            "color-scheme: light dark",
            "prefers-color-scheme: dark",
            "prefers-reduced-motion: reduce",
            "forced-colors: active",
            "@media print",
            ":focus-visible",
            "[data-theme=\"dark\"]",
        ] {
            assert!(text("naru.css").contains(part), "{part}");
        }
    }

    #[test]
    fn the_fonts_are_ours_swapped_in_and_small_enough() {
        let style = text("naru.css");
        for (name, _) in FONTS {
            let font = Asset::named(name).unwrap();
            assert!(style.contains(&format!("url({})", font.path())), "{name}");
        }
        assert_eq!(style.matches("font-display: swap").count(), FONTS.len());
        assert_eq!(style.matches("unicode-range:").count(), FONTS.len());
        let size = |name| Asset::named(name).unwrap().body().len();
        assert!(FONTS.iter().map(|(name, _)| size(*name)).sum::<usize>() < 3 << 20);
        assert!(size("naru-sans-latin.woff2") + size("naru-sans-ko.woff2") < 120_000);
    }

    #[test]
    fn no_asset_refers_to_another_host() {
        for name in ["naru.css", "naru.svg", "passkey.js"] {
            let body = text(name).replace("http://www.w3.org/2000/svg", "");
            for word in ["http:", "https:", "@import", "url(h", "url(/"] {
                let own = if word == "url(/" { "url(/assets/naru-sans-" } else { "" };
                let count = |word: &str| body.matches(word).count();
                assert_eq!(
                    count(word),
                    if own.is_empty() { 0 } else { count(own) },
                    "{name} contains {word}"
                );
            }
        }
    }
}
