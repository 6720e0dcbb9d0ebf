use serde_json::json;

use super::*;

fn user() -> Map<String, Value> {
    let user = json!({
        "userName": "Kim@naru.example", "externalId": "E-1", "active": true, "title": "a \"quoted\" title",
        "name": { "familyName": "김" },
        "emails": [{ "value": "kim@naru.example", "type": "work" }, { "value": "k@example.com", "type": "home" }],
        "meta": { "lastModified": "2026-11-21T14:00:00.500+09:00" },
        ENTERPRISE: { "department": "개발" },
    });
    user.as_object().unwrap().clone()
}

#[test]
fn filters_hold_as_the_standard_has_them() {
    let holds = [
        "userName eq \"kim@NARU.example\"",
        "USERNAME SW \"kim\" And title Pr",
        "userName ew \"example\" and not (title eq \"x\")",
        "externalId eq \"E-1\"",
        "active eq true",
        "active eq \"True\"",
        "active ne false",
        "title eq \"a \\\"quoted\\\" title\"",
        "title co \"QUOTED\"",
        "name.familyName eq \"김\"",
        "name pr",
        "emails co \"k@example\"",
        "emails.value eq \"kim@naru.example\"",
        "emails[type eq \"home\" and value co \"example.com\"]",
        "emails[not (type eq \"work\")]",
        "locale eq null and title ne null",
        "locale ne \"ko\"",
        "meta.lastModified gt \"2026-11-21T05:00:00Z\"",
        "meta.lastModified le \"2026-11-21T14:00:00.5+09:00\"",
        "urn:ietf:params:scim:schemas:core:2.0:User:userName pr",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq \"개발\"",
        "title eq \"x\" and title eq \"y\" or active eq true",
        "active eq true or title eq \"x\" and title eq \"y\"",
    ];
    let fails = [
        "userName eq \"kim\"",
        "externalId eq \"e-1\"",
        "locale pr",
        "active eq false",
        "emails ne \"kim@naru.example\"",
        "emails[type eq \"home\" and value co \"naru\"]",
        "meta.lastModified lt \"2026-11-21T05:00:00Z\"",
        "(active eq true or title eq \"x\") and title eq \"y\"",
        "title eq null",
    ];
    for (filters, expected) in [(&holds[..], true), (&fails[..], false)] {
        for filter in filters {
            assert_eq!(Filter::parse(filter).unwrap().fits(&user()), expected, "{filter}");
        }
    }
}

#[test]
fn what_is_no_filter_is_refused() {
    let deep = format!("{}active eq true{}", "(".repeat(9), ")".repeat(9));
    let long = format!("title eq \"{}\"", "x".repeat(2_000));
    let many = vec!["active eq true"; 51].join(" or ");
    let refused = [
        "",
        "userName",
        "userName eq",
        "userName eq kim",
        "userName eq 7",
        "userName is \"kim\"",
        "userName eq \"kim",
        "userName eq \"\\x\"",
        "\"kim\" eq userName",
        "shoeSize eq \"42\"",
        "nickName pr",
        "name eq \"x\"",
        "active gt true",
        "active co \"true\"",
        "active eq \"perhaps\"",
        "userName gt null",
        "meta.lastModified eq \"yesterday\"",
        "meta.lastModified co \"2026\"",
        "(active eq true",
        "active eq true)",
        "not active eq true",
        "active eq true and",
        "emails[type eq \"work\"",
        "emails[userName pr]",
        "emails[emails[type pr]]",
        "name[familyName pr]",
        "emails.value[type pr]",
        "active eq true active eq true",
        "or or or",
        &deep,
        &long,
        &many,
    ];
    for filter in refused {
        let told = Filter::parse(filter).map(|_| ()).unwrap_err();
        assert_eq!(
            (told.status.as_u16(), told.kind),
            (400, Some("invalidFilter")),
            "{filter}"
        );
    }
}
