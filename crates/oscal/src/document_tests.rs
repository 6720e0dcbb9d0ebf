use super::*;
use crate::{DEPTH_MAX, SIZE_MAX_BYTES};

const U: &str = "5c1c4d28-9a27-4c6c-8c0f-3b3a54d0b0a1";
const M: &str =
    r#"{"title":"점검","last-modified":"2026-11-21T09:00:00+09:00","version":"1.0","oscal-version":"1.2.1"}"#;

fn minimum(body: &str) -> String {
    body.replace("$U", &format!("\"{U}\""))
        .replace("$M", M)
        .replace("$T", "\"2026-11-21T09:00:00+09:00\"")
}

/// The smallest documents of each model.
fn minimum_documents() -> Vec<String> {
    [
        r#"{"catalog":{"uuid":$U,"metadata":$M,"groups":[{"id":"fsi-m","title":"관리","controls":[{"id":"fsi-m-01-1",
            "title":"정책","parts":[{"id":"fsi-m-01-1_smt","name":"statement","prose":"정한다."},
            {"id":"fsi-m-01-1_obj","name":"assessment-objective","prose":"확인한다."}]}]}]}}"#,
        r#"{"profile":{"uuid":$U,"metadata":$M,"imports":[{"href":"catalog.json","include-all":{}}]}}"#,
        r#"{"component-definition":{"uuid":$U,"metadata":$M,"components":[{"uuid":$U,"type":"service","title":"t",
            "description":"d","control-implementations":[{"uuid":$U,"source":"catalog.json","description":"d",
            "implemented-requirements":[{"uuid":$U,"control-id":"fsi-t-05-4","description":"d"}]}]}]}}"#,
        r#"{"system-security-plan":{"uuid":$U,"metadata":$M,"import-profile":{"href":"profile.json"},
            "system-characteristics":{"system-ids":[{"id":"org-a"}],"system-name":"n","description":"d",
            "system-information":{"information-types":[{"title":"t","description":"d"}]},
            "status":{"state":"under-development"},"authorization-boundary":{"description":"d"}},
            "system-implementation":{"components":[{"uuid":$U,"type":"this-system","title":"t","description":"d",
            "status":{"state":"under-development"}}]},
            "control-implementation":{"description":"d","implemented-requirements":[{"uuid":$U,
            "control-id":"fsi-m-01-1","by-components":[{"component-uuid":$U,"uuid":$U,"description":"d"}]}]}}}"#,
        r#"{"assessment-plan":{"uuid":$U,"metadata":$M,"import-ssp":{"href":"ssp.json"},"reviewed-controls":
            {"control-selections":[{"include-controls":[{"control-id":"fsi-m-01-1"}]}]}}}"#,
        r#"{"assessment-results":{"uuid":$U,"metadata":$M,"import-ap":{"href":"plan.json"},"results":[{"uuid":$U,
            "title":"document round 1","description":"d","start":$T,"reviewed-controls":{"control-selections":
            [{"include-controls":[{"control-id":"fsi-m-01-1"}]}]},"observations":[{"uuid":$U,"description":"d",
            "methods":["EXAMINE"],"collected":$T}],"findings":[{"uuid":$U,"title":"t","description":"d","target":
            {"type":"objective-id","target-id":"fsi-m-01-1_obj","status":{"state":"not-satisfied"}},
            "related-observations":[{"observation-uuid":$U}]}]}]}}"#,
        r#"{"plan-of-action-and-milestones":{"uuid":$U,"metadata":$M,"system-id":{"id":"org-a"},
            "poam-items":[{"title":"t","description":"d"}]}}"#,
        r#"{"mapping-collection":{"uuid":$U,"metadata":$M,"provenance":{"method":"human",
            "matching-rationale":"syntactic","status":"draft","mapping-description":"d"},"mappings":[{"uuid":$U,
            "source-resource":{"type":"catalog","href":"a.json"},"target-resource":{"type":"catalog","href":"b.json"},
            "maps":[{"uuid":$U,"relationship":"equal-to","sources":[{"type":"control","id-ref":"fsi-m-01-1"}],
            "targets":[{"type":"control","id-ref":"x1149-3.1.1.1"}]}]}]}}"#,
    ]
    .map(minimum)
    .to_vec()
}

/// What the refusal of a catalogue says, whose catalogue object is `body`.
fn refusal(body: &str) -> String {
    refusal_of(&format!("{{\"catalog\":{}}}", minimum(body)))
}

fn refusal_of(text: &str) -> String {
    Document::read(text.as_bytes()).expect_err("refused").to_string()
}

#[test]
fn the_smallest_documents_of_every_model_are_read_and_written() {
    let mut kinds = Vec::new();
    for text in minimum_documents() {
        let document = Document::read(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let written = document.to_bytes();
        assert_eq!(Document::read(&written).unwrap(), document);
        assert_eq!(Document::read(&written).unwrap().to_bytes(), written);
        let before: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&written).unwrap(),
            before,
            "nothing is lost"
        );
        assert_eq!(document.uuid().to_string(), U);
        assert_eq!(document.metadata().title, "점검");
        kinds.push(document.kind());
    }
    kinds.sort();
    assert_eq!(kinds, DocumentKind::ALL);
}

#[test]
fn the_order_of_keys_and_the_blanks_of_the_source_do_not_matter() {
    let text = minimum(r#"{"profile":{"uuid":$U,"metadata":$M,"imports":[{"href":"c.json","include-all":{}}]}}"#);
    let turned = minimum(
        r#"{ "profile": {"imports":[{"include-all":{ },"href":"c.json"}],
            "metadata":$M,"uuid":$U}}"#,
    );
    let read = |text: &str| Document::read(text.as_bytes()).unwrap().to_bytes();
    assert_eq!(read(&text), read(&turned));
    assert!(read(&text).ends_with(b"}\n") && !read(&text).ends_with(b"\n\n"));
}

#[test]
fn an_unknown_key_is_refused_with_its_place_and_what_is_accepted() {
    let said = refusal("{\"uuid\":$U,\"metadata\":$M,\n\"controls\":[{\"id\":\"a\",\"title\":\"t\",\"own\":1}]}");
    assert!(
        said.contains("line 2") && said.contains("`/catalog/controls/0/own`"),
        "{said}"
    );
    assert!(
        said.contains("the key `own` is not accepted here; accepted: ") && said.contains("`props`"),
        "{said}"
    );
    let said = refusal_of(&minimum(
        r#"{"profile":{"uuid":$U,"metadata":$M,"imports":[{"href":"c","include-all":{"a":1}}]}}"#,
    ));
    assert!(
        said.contains("/profile/imports/0/include-all/a") && said.contains("the object is empty"),
        "{said}"
    );
}

#[test]
fn a_missing_key_is_named_at_its_object() {
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"controls":[{"id":"a"}]}"#);
    assert!(
        said.contains("`/catalog/controls/0`: the key `title` is missing"),
        "{said}"
    );
}

#[test]
fn wrong_identifiers_are_refused_at_their_place() {
    let said = refusal(r#"{"metadata":$M,"uuid":"0193a5c0-0000-7000-8000-000000000001"}"#);
    assert!(
        said.contains("`/catalog/uuid`: a UUID of version 7: only versions 4 and 5"),
        "{said}"
    );
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"controls":[{"title":"t","id":"3.1.8.1"}]}"#);
    assert!(
        said.contains("`/catalog/controls/0/id`: not a token: the first character is a letter"),
        "{said}"
    );
    assert!(!said.contains("3.1.8.1"), "values are not repeated: {said}");
    let zoneless = M.replace("+09:00", "");
    let said = refusal_of(&format!(r#"{{"catalog":{{"uuid":"{U}","metadata":{zoneless}}}}}"#));
    assert!(
        said.contains("`/catalog/metadata/last-modified`: a timestamp without a zone"),
        "{said}"
    );
}

#[test]
fn empty_arrays_null_and_second_keys_are_refused() {
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"groups":[]}"#);
    assert!(
        said.contains("`/catalog/groups`: an empty array is not accepted: leave the key out"),
        "{said}"
    );
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"back-matter":null}"#);
    assert!(
        said.contains("`/catalog/back-matter`: `null` is not accepted"),
        "{said}"
    );
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"controls":[{"id":"a","title":"t","id":"b"}]}"#);
    assert!(
        said.contains("`/catalog/controls/0/id`: the key `id` stands here twice"),
        "{said}"
    );
}

#[test]
fn words_outside_a_closed_list_and_wrong_types_are_refused_without_repeating_them() {
    let [results] = [&minimum_documents()[5]];
    let said = refusal_of(&results.replace("not-satisfied", "half"));
    assert!(
        said.contains("/target/status/state`: this word is not accepted here; accepted: `satisfied`"),
        "{said}"
    );
    let said = refusal_of(&results.replace("EXAMINE", "GUESS"));
    assert!(
        said.contains("/observations/0/methods/0`") && said.contains("`INTERVIEW`"),
        "{said}"
    );
    assert!(!said.contains("GUESS"), "{said}");
    let said = refusal_of(&results.replace("[\"EXAMINE\"]", "\"홍길동\""));
    assert!(
        said.contains("/methods`: `string` stands here; accepted: an array"),
        "{said}"
    );
    let said = refusal(r#"{"uuid":$U,"metadata":"비밀"}"#);
    assert!(
        said.contains("`/catalog/metadata`: `string` stands here; accepted: an object"),
        "{said}"
    );
}

#[test]
fn an_array_is_no_object() {
    let said = refusal_of(&minimum_documents()[4].replace(r#"{"href":"ssp.json"}"#, r#"["ssp.json"]"#));
    assert!(
        said.contains("`/assessment-plan/import-ssp`: `sequence` stands here; accepted: an object"),
        "{said}"
    );
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"controls":[["a","t"]]}"#);
    assert!(
        said.contains("`/catalog/controls/0`: `sequence` stands here; accepted: an object"),
        "{said}"
    );
}

#[test]
fn a_document_is_one_known_model() {
    let said = refusal_of(r#"{"catalogue":{}}"#);
    assert!(
        said.contains("accepted: one of `catalog`") && said.contains("`assessment-results`"),
        "{said}"
    );
    let catalog = minimum(r#""catalog":{"uuid":$U,"metadata":$M}"#);
    let said = refusal_of(&format!("{{{catalog},\"profile\":{{}}}}"));
    assert!(said.contains("exactly one key is accepted here"), "{said}");
    for text in ["", "{}", "[1]", "3", "\"catalog\"", "{\"catalog\":{}} x", "\u{feff}{}"] {
        assert!(
            matches!(Document::read(text.as_bytes()), Err(ReadError::Form { .. })),
            "{text:?}"
        );
    }
    assert!(refusal_of("{\"catalog\": oh}").contains("not JSON: expected value"));
    assert!(matches!(
        Document::read(b"{\"catalog\": \"\xff\"}"),
        Err(ReadError::Form { .. })
    ));
}

#[test]
fn depth_and_size_are_bounded() {
    let nested = |levels: usize| {
        let (open, close) = (r#"{"name":"item","parts":["#.repeat(levels), "]}".repeat(levels));
        minimum(&format!(
            r#"{{"catalog":{{"uuid":$U,"metadata":$M,"controls":[{{"id":"a","title":"t","parts":[{open}
                {{"name":"item"}}{close}]}}]}}}}"#
        ))
    };
    // Root, catalogue, controls, control and parts are five levels, the innermost part one, each level of parts two.
    let fitting = (DEPTH_MAX - 6) / 2;
    let document = Document::read(nested(fitting).as_bytes()).unwrap();
    assert_eq!(Document::read(&document.to_bytes()).unwrap(), document);
    assert!(refusal_of(&nested(fitting + 1)).contains("nested too deeply: at most 64"));
    assert!(refusal_of(&"[".repeat(100_000)).contains("nested too deeply"));

    let large = vec![b' '; SIZE_MAX_BYTES + 1];
    let error = Document::read(&large).expect_err("refused");
    assert_eq!(
        error,
        ReadError::TooLarge {
            size_bytes: SIZE_MAX_BYTES + 1
        }
    );
    assert!(error.to_string().contains("at most 16777216 are accepted"));
}

#[test]
fn the_rules_for_text_are_checked_when_read() {
    let said = refusal(r#"{"uuid":$U,"metadata":$M,"controls":[{"id":"a","title":" t"},{"id":"b","title":"t "}]}"#);
    assert!(
        said.contains("at `/catalog/controls/0/title`: blanks at the start or the end"),
        "{said}"
    );
    assert!(said.contains("(1 more like it)"), "{said}");
    let said = refusal(
        r#"{"uuid":$U,"metadata":$M,"groups":[{"title":"t","groups":[{"title":"t"}],
        "controls":[{"id":"a","title":"t"}]}]}"#,
    );
    assert!(
        said.contains("at `/catalog/groups/0`: at most one of `groups` and `controls`"),
        "{said}"
    );
}
