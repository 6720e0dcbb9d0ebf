use super::*;

#[test]
fn tokens_start_with_a_letter_and_go_on_with_letters_digits_and_marks() {
    for text in ["fsi-m-01-1", "_x", "x1149-3.1.8.1", "항목-1", "漢字", "É", "a"] {
        assert_eq!(Token::try_new(text).unwrap().as_str(), text);
    }
    for text in [
        "3.1.8.1",
        "",
        "-a",
        ".a",
        "a b",
        " a",
        "a\n",
        "a:b",
        "a/b",
        "ⓐ",
        "a①",
        "a²",
        "ก\u{e31}",
        "a\u{3164}",
    ] {
        assert_eq!(Token::try_new(text), Err(IdentError::Token), "{text:?}");
    }
    assert!(Token::try_new("a".repeat(256)).is_ok());
    assert_eq!(Token::try_new("a".repeat(257)), Err(IdentError::Token));
}

#[test]
fn a_literal_token_is_a_token() {
    const ROLE: Token = Token::literal("assessor");
    assert_eq!(Token::try_new("assessor"), Ok(ROLE));
    for text in ["", "1a", "a b", "한"] {
        assert!(std::panic::catch_unwind(|| Token::literal(text)).is_err(), "{text:?}");
    }
}

#[test]
fn parts_of_a_control_are_tokens() {
    let id = Token::try_new("fsi-m-01-1").unwrap();
    assert_eq!(id.statement(), Token::try_new("fsi-m-01-1_smt").unwrap());
    assert_eq!(id.objective(), Token::try_new("fsi-m-01-1_obj").unwrap());
}

#[test]
fn only_uuids_of_version_4_and_5_in_their_usual_form_are_taken() {
    let four = "5c1c4d28-9a27-4c6c-8c0f-3b3a54d0b0a1";
    assert_eq!(OscalUuid::try_new(four).unwrap().to_string(), four);
    assert_eq!(OscalUuid::try_new(&four.to_uppercase()).unwrap().to_string(), four);
    assert!(OscalUuid::try_new("5c1c4d28-9a27-5c6c-8c0f-3b3a54d0b0a1").is_ok());
    assert_eq!(
        OscalUuid::try_new("0193a5c0-0000-7000-8000-000000000001"),
        Err(IdentError::Version(7))
    );
    assert_eq!(
        OscalUuid::try_new("5c1c4d28-9a27-1c6c-8c0f-3b3a54d0b0a1"),
        Err(IdentError::Version(1))
    );
    assert_eq!(
        OscalUuid::try_new("00000000-0000-0000-0000-000000000000"),
        Err(IdentError::Version(0))
    );
    assert!(
        OscalUuid::try_new("5c1c4d28-9a27-4c6c-cc0f-3b3a54d0b0a1").is_err(),
        "another variant"
    );
    for text in [
        "",
        "5c1c4d289a274c6c8c0f3b3a54d0b0a1",
        "{5c1c4d28-9a27-4c6c-8c0f-3b3a54d0b0a1}",
        "not-a-uuid",
    ] {
        assert_eq!(OscalUuid::try_new(text), Err(IdentError::Uuid), "{text}");
    }
}

#[test]
fn a_key_gives_one_uuid_for_each_role_and_publisher() {
    let hub = Namespace::new("https://hub.example");
    let key = "0193a5c0-0000-7000-8000-000000000001";
    // Fixed: documents that were handed out name their subjects by these.
    assert_eq!(hub.derive("finding", key).to_string(), FINDING);
    assert_eq!(
        hub.derive("finding", key),
        Namespace::new("https://hub.example").derive("finding", key)
    );
    assert_ne!(hub.derive("finding", key), hub.derive("risk", key));
    assert_ne!(
        hub.derive("finding", key),
        Namespace::new("https://other.example").derive("finding", key)
    );
    assert_ne!(hub.derive("a", "b:c"), hub.derive("a:b", "c"));
    assert_eq!(
        OscalUuid::try_new(&hub.derive("finding", key).to_string()),
        Ok(hub.derive("finding", key))
    );
}

const FINDING: &str = "303bbb06-7824-5a7e-ae6f-32e382dea00f";
