use super::*;

fn of(query: &str) -> Result<Query, ScimError> {
    Query::of(&parameters(query)?)
}

#[test]
fn numbers_are_taken_within_their_bounds() {
    let query = of("").unwrap();
    assert_eq!((query.start_index, query.count), (1, COUNT));
    let query = of("startIndex=0&count=100000").unwrap();
    assert_eq!((query.start_index, query.count), (1, COUNT_MAX));
    let query = of("STARTINDEX=7&count=-3").unwrap();
    assert_eq!((query.start_index, query.count), (7, 0));
    let body = json!({ "startIndex": 3, "count": 5, "attributes": ["title", "emails.value"] });
    let query = Query::of(body.as_object().unwrap()).unwrap();
    assert_eq!((query.start_index, query.count), (3, 5));
    assert!(matches!(query.projection, Projection::Only(names) if names.len() == 2));
    assert!(of("startIndex=9223372036854775808").is_err());
}

#[test]
fn an_empty_page_is_an_answer() {
    let told = of("startIndex=5").unwrap().answer(vec![Document::new()]);
    assert_eq!((&told["totalResults"], &told["itemsPerPage"]), (&json!(1), &json!(0)));
}

#[test]
fn names_of_attributes_are_bounded() {
    assert!(of(&format!("attributes={}", "a,".repeat(NAMES_MAX + 1))).is_err());
    assert!(matches!(of("attributes=").unwrap().projection, Projection::All));
    assert!(matches!(of("attributes=unheardOf").unwrap().projection, Projection::Only(names) if names.is_empty()));
}
