//! What every page keeps, in both languages, with ordinary and with hostile words.

use std::collections::BTreeSet;

use naru_core::Language;

use super::ProblemWord;
use super::gallery::{Shown, pages};
use super::samples;
use crate::asset::Asset;
use crate::design::chain;
use crate::page::Frame;

const HOSTILE: &str = "\"><script>alert(1)</script><img src=x onerror=alert(1)> {{ view.csrf }} {name}";
const LANGUAGES: [Language; 2] = [Language::Ko, Language::En];

fn every_page() -> Vec<Shown> {
    let both = LANGUAGES.map(|language| {
        let mut shown = pages(language, "주식회사 모아핀");
        shown.extend(pages(language, HOSTILE));
        shown
    });
    both.into_iter().flatten().collect()
}

/// Every start tag, without its angle brackets.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>').map(|(tag, _)| tag))
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = tag.split_once(&format!("{name}=\""))?;
    rest.split_once('"').map(|(value, _)| value)
}

fn element(tag: &str) -> &str {
    tag.split_whitespace().next().unwrap_or_default()
}

#[test]
fn every_page_has_one_heading_one_title_one_main_part_and_its_language() {
    for page in every_page() {
        let count = |name: &str| tags(&page.html).filter(|tag| element(tag) == name).count();
        for name in ["h1", "title", "main", "header", "footer"] {
            assert_eq!(count(name), 1, "{} {name}", page.name);
        }
        let lang = page.language.pick("ko", "en");
        assert!(page.html.trim_start().starts_with("<!doctype html>"), "{}", page.name);
        assert!(page.html.contains(&format!("<html lang=\"{lang}\"")), "{}", page.name);
        assert!(
            page.html.contains(r##"<a class="skip" href="#main">"##),
            "{}",
            page.name
        );
    }
}

#[test]
fn what_people_and_fintechs_wrote_stays_text() {
    for page in every_page() {
        let scripts = page.html.matches("<script").count();
        assert_eq!(scripts, page.html.matches("<script src=\"").count(), "{}", page.name);
        assert!(scripts <= 1 && !page.html.contains("<img"), "{}", page.name);
    }
    let hostile = pages(Language::Ko, HOSTILE);
    assert!(hostile[0].html.contains("&lt;script&gt;"));
    assert!(hostile[0].html.contains("{{ view.csrf }} {name}"));
}

#[test]
fn every_field_has_a_label_and_every_reference_inside_a_page_has_its_target() {
    for page in every_page() {
        let mut before = String::new();
        for part in page.html.split_inclusive('<') {
            let tag = part.split_once('>').map_or(part, |(tag, _)| tag);
            if matches!(element(tag), "input" | "select" | "textarea") && attribute(tag, "type") != Some("hidden") {
                let id = attribute(tag, "id").unwrap_or("none");
                let is_inside = before.rfind("<label") > before.rfind("</label");
                assert!(
                    is_inside || page.html.contains(&format!("<label for=\"{id}\"")),
                    "{} {tag}",
                    page.name
                );
            }
            before.push_str(part);
        }
        let ids: Vec<_> = tags(&page.html).filter_map(|tag| attribute(tag, " id")).collect();
        assert_eq!(
            ids.len(),
            ids.iter().collect::<BTreeSet<_>>().len(),
            "{}: an id stands twice",
            page.name
        );
        for name in ["aria-describedby", "aria-labelledby"] {
            let wanted = tags(&page.html).filter_map(|tag| attribute(tag, name));
            for id in wanted.flat_map(str::split_whitespace) {
                assert!(ids.contains(&id), "{}: {id}", page.name);
            }
        }
    }
}

#[test]
fn no_page_needs_anything_but_its_own_assets() {
    let size = |name| Asset::named(name).unwrap().body().len();
    for page in every_page() {
        for tag in tags(&page.html) {
            assert!(
                !matches!(element(tag), "style" | "iframe" | "object"),
                "{} {tag}",
                page.name
            );
            assert!(
                !tag.contains(" style=") && !tag.contains(" onclick="),
                "{} {tag}",
                page.name
            );
            for name in [" href", " src", " action"] {
                let link = attribute(tag, name).unwrap_or("/").replace("&#x2f;", "/");
                let is_own = (link.starts_with('/') && !link.starts_with("//")) || link.starts_with('#');
                assert!(is_own, "{} {tag}", page.name);
            }
            if matches!(element(tag), "link" | "script") {
                let path = attribute(tag, "href").or_else(|| attribute(tag, "src")).unwrap();
                let path = path.replace("&#x2f;", "/");
                assert!(Asset::at(&path).is_some(), "{} {path}", page.name);
            }
        }
        assert!(
            page.html.len() + size("naru.css") + size("naru.svg") + size("passkey.js") < 100_000,
            "{}",
            page.name
        );
    }
}

#[test]
fn every_posted_form_carries_the_token_and_the_language() {
    for page in every_page() {
        for form in page.html.split("<form").skip(1) {
            let (form, _) = form.split_once("</form>").unwrap();
            assert!(
                form.contains(r#"method="get""#) || form.contains(r#"name="csrf" value="csrf-0"#),
                "{}",
                page.name
            );
            if form.contains(r#"method="get""#) {
                continue;
            }
            assert!(form.contains(r#"method="post""#), "{}", page.name);
            let lang = page.language.pick("lang=ko", "lang=en");
            assert!(attribute(form, "action").unwrap().contains(lang), "{}", page.name);
        }
    }
}

#[test]
fn refusing_is_as_large_as_agreeing_and_comes_first() {
    for asked in [samples::INQUIRY, samples::TRANSFER, samples::BOTH, samples::NEITHER] {
        let view = samples::consent("모아핀", asked);
        let html = super::consent(&view, &Frame::default()).unwrap();
        let decisions: Vec<_> = tags(&html).filter(|tag| tag.contains(r#"name="decision""#)).collect();
        let [refuse, agree] = decisions.as_slice() else {
            panic!("{decisions:?}")
        };
        assert_eq!(attribute(refuse, "value"), Some("refuse"));
        assert_eq!(refuse.replace("refuse", ""), agree.replace("agree", ""));
    }
}

#[test]
fn nothing_is_ticked_for_the_person_and_what_they_ticked_stays() {
    let ticked = |html: &str| {
        let boxes = tags(html).filter(|tag| attribute(tag, "type") == Some("checkbox") && tag.ends_with(" checked"));
        boxes
            .map(|tag| attribute(tag, "name").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut view = samples::consent("모아핀", samples::BOTH);
    assert_eq!(
        ticked(&super::consent(&view, &Frame::default()).unwrap()),
        Vec::<String>::new()
    );
    view.chosen.transfer = true;
    view.accounts[1].checked = true;
    assert_eq!(
        ticked(&super::consent(&view, &Frame::default()).unwrap()),
        ["transfer", "account"]
    );
}

#[test]
fn a_scope_asked_alone_is_agreed_to_by_the_button() {
    let html = |asked| super::consent(&samples::consent("모아핀", asked), &Frame::default()).unwrap();
    assert!(html(samples::INQUIRY).contains(r#"<input type="hidden" name="inquiry" value="yes">"#));
    assert!(html(samples::TRANSFER).contains(r#"<input type="hidden" name="transfer" value="yes">"#));
    assert!(!html(samples::INQUIRY).contains(r#"name="transfer""#));
    assert!(!html(samples::NEITHER).contains(r#"value="yes""#));
    assert!(html(samples::TRANSFER).contains("500,000원") && !html(samples::INQUIRY).contains("500,000원"));
}

#[test]
fn ending_a_consent_takes_two_presses_and_only_an_active_one_can_be_ended() {
    let html = super::grants(&samples::grants("모아핀"), &Frame::default()).unwrap();
    assert_eq!(html.matches("<details").count(), 2);
    for (before, inside) in html.split("<details").zip(html.split("<details").skip(1)) {
        assert!(!before.ends_with("revoke"));
        assert!(
            inside
                .split_once("</details>")
                .unwrap()
                .0
                .contains("/revoke?lang=ko".replace('/', "&#x2f;").as_str())
        );
    }
}

#[test]
fn the_chain_shows_seven_links_each_with_mark_and_word_and_what_broke() {
    let mut view = samples::problem(ProblemWord::Refused);
    view.chain = Some(chain(Language::Ko));
    let html = super::problem(&view, &Frame::default()).unwrap();
    for (is, word) in [
        ("holds", "이상 없음"),
        ("unknown", "모름"),
        ("broken", "끊어짐"),
        ("compensated", "다른 증명"),
        ("not_asked", "보지 않음"),
    ] {
        let mark = format!(
            r##"<li class="is-{is}"><span class="link"><svg class="sign" aria-hidden="true"><use href="#s-{is}"##
        );
        assert!(html.contains(&mark), "{is}");
        assert!(html.contains(&format!(r#"<symbol id="s-{is}""#)), "{is}");
        assert!(html.contains(word), "{is}");
    }
    assert_eq!(html.matches(r#"<li class="is-"#).count(), 7);
    assert!(html.contains("동의를 이미 끊었어요.") && html.contains("2026-11-21 14:03<"));
}

/// With `NARU_PAGES=folder` in the environment every page is also written there, for a person to look at.
#[test]
fn every_page_has_a_name_of_its_own() {
    let shown: Vec<_> = LANGUAGES
        .iter()
        .flat_map(|language| pages(*language, "주식회사 모아핀"))
        .collect();
    let names: BTreeSet<_> = shown
        .iter()
        .map(|page| (page.name.as_str(), page.language.pick("ko", "en")))
        .collect();
    assert_eq!(names.len(), shown.len());
    let Ok(folder) = std::env::var("NARU_PAGES").map(std::path::PathBuf::from) else {
        return;
    };
    std::fs::create_dir_all(&folder).unwrap();
    for asset in Asset::all() {
        std::fs::write(folder.join(asset.path().rsplit('/').next().unwrap()), asset.body()).unwrap();
    }
    for page in shown {
        let lang = page.language.pick("ko", "en");
        let html = page.html.replace("&#x2f;assets&#x2f;", "").replace("/assets/", "");
        std::fs::write(folder.join(format!("{}.{lang}.html", page.name)), html).unwrap();
    }
}
