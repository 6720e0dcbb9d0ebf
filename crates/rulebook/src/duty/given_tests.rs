use naru_core::Day;

use super::{GivenError, read_given};
use crate::Inspection;
use crate::duty::{Facts, Method, OrgType};

fn message(text: &str) -> String {
    read_given(text).unwrap_err().to_string()
}

#[test]
fn the_three_shapes_mean_the_same_in_yaml_and_json() {
    let expected = Facts {
        org_cleared_by: Some(Method::SelfInspection),
        launched_on: Some(Day(20_191_218)),
        org_confirmed: true,
        ..Facts::new(Day(20_200_401), Inspection::Org, OrgType::Efin)
    };
    let yaml = "day: 2020-04-01\ninspection: ORG\ntype: EFIN\norg_cleared_by: SELF\nlaunched_on: '2019-12-18'\n\
                org_confirmed: true\n";
    let flow = "{day: 2020-04-01, inspection: ORG, type: EFIN, org_cleared_by: SELF, launched_on: 2019-12-18, \
                org_confirmed: true, extension_until: null}";
    let json = r#"{"day":"2020-04-01","inspection":"ORG","type":"EFIN","org_cleared_by":"SELF",
        "launched_on":"2019-12-18","org_confirmed":true,"app_cleared_by":null}"#;
    let tabbed = json.replace("\n        ", "\n\t\t").replace(":\"", ":\t\"");
    for text in [yaml, flow, json, &tabbed] {
        assert_eq!(read_given(text), Ok(expected), "{text}");
    }
    for given in [flow, json] {
        assert_eq!(read_given(&format!("given: {given}")), Ok(expected), "{given}");
        let case = format!("name: 'a case'\ngiven: {given}\nexpect: {{status: CLEARED}}");
        assert_eq!(read_given(&case), Ok(expected), "{given}");
    }
    for given in [flow, json, &tabbed] {
        assert_eq!(read_given(&format!("{{\"given\": {given}}}")), Ok(expected), "{given}");
        let case = format!("{{\"name\": \"a \\u0061 case\", \"given\": {given}, \"expect\": {{\"rules\": []}}}}");
        assert_eq!(read_given(&case), Ok(expected), "{given}");
    }
}

#[test]
fn what_is_written_is_read_back() {
    let facts = Facts {
        app_cleared_by: Some(Method::Agency),
        extension_until: Some(Day(20_200_831)),
        own_team_37_3_2: true,
        ..Facts::new(Day(20_200_401), Inspection::App, OrgType::Bank)
    };
    assert_eq!(read_given(&serde_json::to_string(&facts).unwrap()), Ok(facts));
}

#[test]
fn a_value_that_is_not_understood_is_named_with_what_would_be() {
    let base = "inspection: ORG\ntype: BANK\nday: 2020-01-01\n";
    for (line, expected) in [
        (
            "launched_on: 2020-02-30",
            r#"`launched_on` is "2020-02-30"; accepted: a day that exists, YYYY-MM-DD, of the"#,
        ),
        (
            "launched_on: 20200228",
            "`launched_on` is 20200228; accepted: a day that exists",
        ),
        ("launched_on: 2020-02-28T00:00:00Z", "accepted: a day that exists"),
        ("launched_on: true", "`launched_on` is true; accepted: a day"),
        (
            "org_cleared_by: NONE",
            r#"`org_cleared_by` is "NONE"; accepted: AGENCY, SELF"#,
        ),
        (
            "org_cleared_by: [AGENCY]",
            r#"`org_cleared_by` is ["AGENCY"]; accepted: AGENCY, SELF"#,
        ),
        (
            "org_cleared_by: self",
            r#"`org_cleared_by` is "self"; accepted: AGENCY, SELF"#,
        ),
        ("org_confirmed: 1", "`org_confirmed` is 1; accepted: true, false"),
        (
            "org_confirmed: 'true'",
            r#"`org_confirmed` is "true"; accepted: true, false"#,
        ),
        (
            "legacy: true",
            "`legacy` is no key here; accepted: day, inspection, type, isms_valid_on_day, legacy_open_",
        ),
        ("name: 'x'", "`name` is no key here"),
        ("day: 2020-01-02", "day"),
    ] {
        let message = message(&format!("{base}{line}\n"));
        assert!(message.contains(expected), "{line}: {message}");
    }
}

#[test]
fn what_is_required_is_missed_by_name() {
    for (text, expected) in [
        (
            "{inspection: ORG, type: BANK}",
            "`day` is missing; accepted: a day that exists",
        ),
        (
            "{day: 2020-01-01, type: BANK}",
            "`inspection` is missing; accepted: ORG, APP",
        ),
        (
            "{day: 2020-01-01, inspection: ORG}",
            "`type` is missing; accepted: BANK, EFIN, OTHER",
        ),
        ("{day: 2020-01-01, inspection: ORG, type: null}", "`type` is missing"),
        (
            "{day: 2020-01-01, inspection: ORG, type: BANKS}",
            r#"`type` is "BANKS"; accepted: BANK, EFIN, OTHER"#,
        ),
        (
            "{day: 2020-01-01, inspection: WEB, type: BANK}",
            r#"`inspection` is "WEB"; accepted: ORG, APP"#,
        ),
        ("{given: {day: 2020-01-01}}", "`inspection` is missing"),
        (
            "{given: 2020-01-01}",
            r#"`given` is "2020-01-01"; accepted: a mapping of facts"#,
        ),
        ("{given: null}", "`given` is null; accepted: a mapping of facts"),
        (
            "{given: {}, day: 2020-01-01}",
            "`day` is no key here; accepted: name, given, expect",
        ),
        ("{}", "`day` is missing"),
    ] {
        let message = message(text);
        assert!(message.contains(expected), "{text}: {message}");
    }
}

#[test]
fn what_cannot_be_read_is_refused_without_harm() {
    let deep = "[".repeat(5_000);
    let twice = r#"{"given":{"day":"2020-01-01","day":"2020-01-02","inspection":"ORG","type":"BANK"}}"#;
    for text in [
        "",
        "- a",
        "just words",
        "{day: ",
        "day: 1\n\tx: 2",
        "\0",
        "day: 2020-01-01\nday: 2020-01-02",
        twice,
        &deep,
    ] {
        let error = read_given(text).unwrap_err();
        assert!(
            matches!(error, GivenError::Unreadable(_) | GivenError::Missing { .. }),
            "{text}: {error}"
        );
    }
    assert!(matches!(read_given(twice), Err(GivenError::Unreadable(_))));
    let long = "#".repeat(16 * 1024 + 1);
    assert_eq!(read_given(&long), Err(GivenError::TooLong(16 * 1024 + 1)));
    let wide = format!("{{day: 2020-01-01, inspection: ORG, type: {}}}", "가".repeat(1_000));
    assert!(message(&wide).chars().count() < 140);
    assert!(message(&format!("{{{}: 1}}", "나".repeat(1_000))).chars().count() < 300);
}
