//! Signing in leads to the members' own pages and nowhere else.

use naru_core::{Language, OrganisationKind};

use super::gate::{console_of, known, lead};

#[test]
fn only_paths_of_the_consoles_are_led_to() {
    for path in [
        "/fintech",
        "/inspector/inspections/ins_01",
        "/operator/",
        "/supervisor",
        "/staff/security",
    ] {
        assert_eq!(known(path), Some(path));
    }
    for path in [
        "",
        "/",
        "fintech",
        "/fintechs",
        "/grants",
        "/staff/sign-out",
        "//evil.example/fintech",
        "/fintech//evil.example",
        "/fintech/../grants",
        "/fintech?next=x",
        "/fintech/%2e%2e",
        "https://evil.example/fintech",
        "/fintech\\evil",
        &format!("/fintech/{}", "a".repeat(300)),
    ] {
        assert_eq!(known(path), None, "{path}");
    }
}

#[test]
fn without_a_page_to_go_back_to_the_console_of_the_kind_is_shown() {
    for kind in OrganisationKind::ALL {
        assert!(known(console_of(*kind)).is_some(), "{kind}");
    }
    assert_eq!(
        lead("/grants", console_of(OrganisationKind::Agency), Language::En),
        "/inspector?lang=en"
    );
    assert_eq!(
        lead("/staff/security", console_of(OrganisationKind::Agency), Language::Ko),
        "/staff/security?lang=ko"
    );
}
