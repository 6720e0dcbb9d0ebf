use serde_json::json;

use super::*;

fn user() -> Document {
    let user = json!({
        "userName": "kim", "active": true, "title": "old", "name": { "familyName": "김", "givenName": "하늘" },
        "emails": [{ "value": "a", "type": "work", "primary": true }, { "value": "b", "type": "home" }],
        ENTERPRISE: { "department": "개발", "manager": { "value": "m1" } },
    });
    user.as_object().unwrap().clone()
}

fn after(operations: Value) -> Result<Value, ScimError> {
    let mut document = user();
    apply(&mut document, &parse(&json!({ "Operations": operations }))?)?;
    Ok(Value::Object(document))
}

fn one(op: &str, path: &str, value: Value) -> Result<Value, ScimError> {
    after(json!([{ "op": op, "path": path, "value": value }]))
}

#[test]
fn single_values_are_set_merged_and_removed() {
    assert_eq!(one("ADD", "Title", json!("new")).unwrap()["title"], "new");
    assert!(one("Remove", "title", Value::Null).unwrap().get("title").is_none());
    assert!(one("replace", "title", Value::Null).unwrap().get("title").is_none());
    assert_eq!(
        one("replace", "name.familyName", json!("이")).unwrap()["name"]["familyName"],
        "이"
    );
    let merged = json!({ "familyName": "김", "givenName": "바다" });
    assert_eq!(
        one("replace", "name", json!({ "GivenName": "바다" })).unwrap()["name"],
        merged
    );
    assert_eq!(
        one("remove", "name.givenName", Value::Null).unwrap()["name"],
        json!({ "familyName": "김" })
    );
    assert!(one("remove", "name", Value::Null).unwrap().get("name").is_none());
    assert_eq!(one("replace", "active", json!("False")).unwrap()["active"], false);
}

#[test]
fn several_values_are_added_chosen_and_removed() {
    let added = one(
        "add",
        "emails",
        json!([{ "value": "c", "primary": true }, { "value": "b", "type": "home" }]),
    );
    let expected = json!([
        { "value": "a", "type": "work", "primary": false }, { "value": "b", "type": "home" },
        { "value": "c", "primary": true },
    ]);
    assert_eq!(added.unwrap()["emails"], expected);
    let replaced = one("replace", "emails", json!({ "value": "c" })).unwrap();
    assert_eq!(replaced["emails"], json!([{ "value": "c" }]));
    let chosen = one("replace", "emails[type eq \"work\"].value", json!("c")).unwrap();
    assert_eq!(
        chosen["emails"][0],
        json!({ "value": "c", "type": "work", "primary": true })
    );
    assert_eq!(chosen["emails"][1]["value"], "b");
    let whole = one("replace", "emails[type eq \"work\"]", json!({ "value": "c" })).unwrap();
    assert_eq!(whole["emails"][0], json!({ "value": "c" }));
    let made = one("add", "emails[type eq \"other\"].value", json!("c")).unwrap();
    assert_eq!(made["emails"][2], json!({ "type": "other", "value": "c" }));
    let primary = one("replace", "emails[value eq \"b\"].primary", json!("true")).unwrap();
    assert_eq!(
        (&primary["emails"][0]["primary"], &primary["emails"][1]["primary"]),
        (&json!(false), &json!(true))
    );
    let removed = one("remove", "emails[type eq \"work\"]", Value::Null).unwrap();
    assert_eq!(removed["emails"].as_array().unwrap().len(), 1);
    assert!(
        one("remove", "emails[type pr]", Value::Null)
            .unwrap()
            .get("emails")
            .is_none()
    );
    assert!(
        one("remove", "emails[type eq \"work\"].type", Value::Null).unwrap()["emails"][0]
            .get("type")
            .is_none()
    );
    assert_eq!(
        one("remove", "emails[type eq \"fax\"]", Value::Null).unwrap(),
        Value::Object(user())
    );
    let made = one("add", "phoneNumbers.value", json!("02")).unwrap();
    assert_eq!(made["phoneNumbers"], json!([{ "value": "02" }]));
}

#[test]
fn the_extension_is_changed_by_its_name() {
    let department = format!("{ENTERPRISE}:department");
    assert_eq!(
        one("replace", &department, json!("보안")).unwrap()[ENTERPRISE]["department"],
        "보안"
    );
    assert!(
        one("remove", &department, Value::Null).unwrap()[ENTERPRISE]
            .get("department")
            .is_none()
    );
    assert!(
        one("remove", ENTERPRISE, Value::Null)
            .unwrap()
            .get(ENTERPRISE)
            .is_none()
    );
    let merged = one("add", ENTERPRISE, json!({ "division": "A", "unheardOf": 1 })).unwrap();
    assert_eq!(merged[ENTERPRISE]["division"], "A");
    assert_eq!(merged[ENTERPRISE]["department"], "개발");
    // As some directories write a manager, and the names of the extension.
    let told =
        after(json!([{ "op": "add", "value": { format!("{ENTERPRISE}:manager"): "m2", "name.familyName": "이" } }]));
    let told = told.unwrap();
    assert_eq!(told[ENTERPRISE]["manager"], json!({ "value": "m2" }));
    assert_eq!(told["name"]["familyName"], "이");
    let emptied = after(json!([
        { "op": "remove", "path": department }, { "op": "remove", "path": format!("{ENTERPRISE}:manager") },
    ]));
    assert!(emptied.unwrap().get(ENTERPRISE).is_none());
}

#[test]
fn what_cannot_be_done_is_refused_with_its_word() {
    let refused = [
        (one("replace", "emails[type eq \"fax\"].value", json!("c")), "noTarget"),
        (
            one("replace", "emails[type eq \"fax\"]", json!({ "value": "c" })),
            "noTarget",
        ),
        (after(json!([{ "op": "remove" }])), "noTarget"),
        (one("replace", "shoeSize", json!(42)), "invalidPath"),
        (one("replace", "name.shoeSize", json!(42)), "invalidPath"),
        (one("replace", "emails[type eq \"work\"]x", json!("c")), "invalidPath"),
        (
            one("replace", "emails[type eq \"work\"].shoe", json!("c")),
            "invalidPath",
        ),
        (one("replace", "emails[", json!("c")), "invalidPath"),
        (one("replace", "name[familyName pr]", json!("c")), "invalidPath"),
        (one("replace", &"x".repeat(1_001), json!("c")), "invalidPath"),
        (after(json!([{ "op": "add", "path": 7, "value": 1 }])), "invalidPath"),
        (one("replace", "emails[type is 1]", json!("c")), "invalidFilter"),
        (one("replace", "id", json!("x")), "mutability"),
        (one("replace", "meta.version", json!("x")), "mutability"),
        (
            one("replace", &format!("{ENTERPRISE}:manager.displayName"), json!("x")),
            "mutability",
        ),
        (one("remove", "userName", Value::Null), "mutability"),
        (one("remove", "active", Value::Null), "mutability"),
        (one("replace", "active", Value::Null), "mutability"),
        (one("replace", "active", json!("yes")), "invalidValue"),
        (one("replace", "title", json!(["x"])), "invalidValue"),
        (one("replace", ENTERPRISE, json!("x")), "invalidValue"),
        (after(json!([{ "op": "add", "value": "x" }])), "invalidValue"),
        (
            one("add", "emails", Value::Array(vec![json!({ "value": "x" }); 51])),
            "invalidValue",
        ),
        (one("set", "title", json!("x")), "invalidSyntax"),
        (after(json!([])), "invalidSyntax"),
        (after(json!({})), "invalidSyntax"),
        (
            after(Value::Array(vec![json!({ "op": "remove", "path": "title" }); 101])),
            "invalidSyntax",
        ),
    ];
    for (at, (told, word)) in refused.into_iter().enumerate() {
        let error = told.expect_err(word);
        assert_eq!((error.status.as_u16(), error.kind), (400, Some(word)), "{at}: {error}");
    }
    let other = json!({ "schemas": ["urn:other"], "Operations": [{ "op": "remove", "path": "title" }] });
    assert_eq!(parse(&other).unwrap_err().kind, Some("invalidSyntax"));
}

#[test]
fn no_more_values_than_bounded_come_together() {
    let emails: Vec<Value> = (0..49).map(|at| json!({ "value": at.to_string() })).collect();
    assert_eq!(
        one("add", "emails", json!(emails)).unwrap_err().kind,
        Some("invalidValue")
    );
}
