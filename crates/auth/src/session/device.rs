//! A device in a few words. Only words that stand here are ever said, so that nothing of the header itself is kept.

/// Marks of browsers, the more particular ones first: most call themselves Chrome or Safari as well.
const BROWSERS: [(&str, &str); 13] = [
    ("KAKAOTALK", "KakaoTalk"),
    ("NAVER(", "Naver"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Whale/", "Whale"),
    ("EdgA/", "Edge"),
    ("EdgiOS/", "Edge"),
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("FxiOS/", "Firefox"),
    ("Firefox/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];

/// Marks of systems; Android calls itself Linux as well.
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
];

/// Browser and system behind a `User-Agent`, such as `Chrome, Android`; empty where neither is known.
pub fn device_words(user_agent: &str) -> String {
    let first = |marks: &[(&str, &'static str)]| {
        let found = marks.iter().find(|(mark, _)| user_agent.contains(mark));
        found.map(|(_, word)| *word)
    };
    let words: Vec<&str> = [first(&BROWSERS), first(&SYSTEMS)].into_iter().flatten().collect();
    words.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_devices_are_told_in_a_few_words() {
        let webkit = "AppleWebKit/537.36 (KHTML, like Gecko)";
        let told = [
            (
                format!("Mozilla/5.0 (Linux; Android 16; SM-S936N) {webkit} Chrome/140.0 Mobile Safari/537.36"),
                "Chrome, Android",
            ),
            (
                format!("Mozilla/5.0 (Linux; Android 16) {webkit} SamsungBrowser/29.0 Chrome/136.0 Safari/537.36"),
                "Samsung Internet, Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1"
                    .to_owned(),
                "Safari, iPhone",
            ),
            (
                format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {webkit} Chrome/140.0 Safari/537.36 Edg/140.0"),
                "Edge, Windows",
            ),
            (
                format!(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {webkit} Chrome/138.0 Whale/4.3 Safari/537.36"
                ),
                "Whale, macOS",
            ),
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0".to_owned(),
                "Firefox, Linux",
            ),
            ("Mozilla/5.0 (X11; CrOS x86_64) Something/1.0".to_owned(), "ChromeOS"),
            ("curl/8.5.0".to_owned(), ""),
            (String::new(), ""),
        ];
        for (header, words) in told {
            assert_eq!(device_words(&header), words, "{header}");
        }
    }

    #[test]
    fn nothing_of_the_header_itself_is_said() {
        let header = format!("<script>Firefox/1 {} 나루 Windows", "x".repeat(10_000));
        assert_eq!(device_words(&header), "Firefox, Windows");
    }
}
