//! Texts that do not have the form.

use serde::Deserialize;
use serde_json::Value;

use super::super::{Algorithm, JoseError, Jws, Signer, base64url, from_base64url};
use super::{LONGEST, fresh, refusal, signed};

#[test]
fn a_text_has_three_parts_that_are_not_empty() {
    let key = fresh(Algorithm::Es256);
    let good = signed(&key, r#"{"alg":"ES256"}"#, "{}");
    let parts: Vec<&str> = good.split('.').collect();
    let [header, payload, signature] = parts[..] else {
        panic!("three parts");
    };
    let bad = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        header.to_owned(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{signature}"),
        format!("{good} "),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{header}.\n{payload}.{signature}"),
        format!("{good}="),
        format!("{header}.e30=.{signature}"),
        format!("{header}.나루.{signature}"),
        format!(r#"{{"payload":"{payload}"}}"#),
    ];
    for text in bad {
        assert!(matches!(refusal(&text), JoseError::Malformed(_)), "{text}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let key = fresh(Algorithm::Es256);
    let good = signed(&key, r#"{"alg":"ES256"}"#, "{}");
    for len in 0..good.len() {
        let text = good.get(..len).unwrap();
        let verdict = Jws::parse(text, LONGEST).and_then(|jws| jws.verify(&key.public_jwk()));
        assert!(verdict.is_err(), "length {len}");
    }
}

#[test]
fn a_text_too_long_is_not_read() {
    let key = fresh(Algorithm::Es256);
    let good = signed(&key, r#"{"alg":"ES256"}"#, "{}");
    assert!(Jws::parse(&good, good.len()).is_ok());
    assert!(Jws::parse(&good, good.len() - 1).is_err());
}

#[test]
fn base64url_has_one_text_per_value() {
    assert_eq!(from_base64url("AA"), Some(vec![0]));
    for text in ["AB", "AA=", "AA==", "A", "A A", "AA\n", "+w", "/w", "-_-_="] {
        assert_eq!(from_base64url(text), None, "{text}");
    }
    assert_eq!(from_base64url("-_8"), Some(vec![0xfb, 0xff]));
    // The last letter of a 64-byte signature carries four bits that are left over.
    let key = fresh(Algorithm::Es256);
    let good = signed(&key, r#"{"alg":"ES256"}"#, "{}");
    let mut letters: Vec<char> = good.chars().collect();
    let last = letters.pop().unwrap();
    for other in ['B', 'C', 'D', 'R', 'h', 'x'] {
        if other != last {
            let text: String = letters.iter().chain([&other]).collect();
            assert!(Jws::parse(&text, LONGEST).is_err(), "{other}");
        }
    }
}

#[test]
fn a_header_is_an_object_that_names_nothing_twice() {
    let key = fresh(Algorithm::Es256);
    let bad = [
        "",
        " ",
        "null",
        "[]",
        r#"["ES256"]"#,
        r#""ES256""#,
        "{",
        "{}",
        r#"{"alg":"ES256"} x"#,
        r#"{"alg":"ES256"}{}"#,
        r#"{"alg":null}"#,
        r#"{"alg":256}"#,
        r#"{"alg":"ES256","alg":"ES256"}"#,
        r#"{"alg":"ES256","\u0061lg":"ES256"}"#,
        r#"{"alg":"ES256","x":1,"x":1}"#,
        r#"{"alg":"ES256","jwk":{"kty":"EC","kty":"EC"}}"#,
        r#"{"alg":"ES256","x":[{"a":{"b":1,"b":2}}]}"#,
        r#"{"alg":"ES256","crit":["exp"]}"#,
        r#"{"alg":"ES256","crit":[]}"#,
        r#"{"alg":"ES256","crit":null}"#,
        r#"{"alg":"ES256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"ES256","b64":false}"#,
        r#"{"alg":"ES256","b64":true}"#,
        r#"{"alg":"ES256","typ":null}"#,
        r#"{"alg":"ES256","typ":1}"#,
        r#"{"alg":"ES256","kid":1}"#,
        r#"{"alg":"ES256","jwk":"{}"}"#,
        r#"{"alg":"ES256","jwk":null}"#,
        "\u{feff}{\"alg\":\"ES256\"}",
    ];
    for header in bad {
        let text = signed(&key, header, "{}");
        assert!(matches!(refusal(&text), JoseError::Malformed(_)), "{header}");
    }
    let not_text = format!("{}.e30.AA", base64url(b"{\"alg\":\"ES256\",\"x\":\"\xff\"}"));
    assert!(matches!(refusal(&not_text), JoseError::Malformed(_)));
    let deep = format!(r#"{{"alg":"ES256","x":{}{}}}"#, "[".repeat(500), "]".repeat(500));
    assert!(matches!(refusal(&signed(&key, &deep, "{}")), JoseError::Malformed(_)));
}

#[test]
fn unknown_members_and_addresses_of_keys_are_ignored() {
    let key = fresh(Algorithm::Es256);
    let header =
        r#"{"alg":"ES256","typ":"JWT","jku":"https://evil.test/","x5u":"https://evil.test/","x5c":[1],"?":null}"#;
    let text = signed(&key, header, r#"{"a":1}"#);
    let jws = Jws::parse(&text, LONGEST).unwrap();
    assert_eq!(jws.verify(&key.public_jwk()), Ok(()));
}

#[test]
fn claims_are_an_object_that_names_nothing_twice() {
    #[derive(Deserialize)]
    struct Claims {
        sub: String,
    }

    let key = fresh(Algorithm::Es256);
    let claims = |payload: &str| {
        let text = signed(&key, r#"{"alg":"ES256"}"#, payload);
        let jws = Jws::parse(&text, LONGEST).unwrap();
        jws.claims::<Claims>().map(|claims| claims.sub)
    };
    assert_eq!(
        claims(r#"{"sub":"a","more":[1,2.5,-3,true,null,{"x":"\n"}]}"#),
        Ok("a".to_owned())
    );
    let bad = [
        r#"["a"]"#,
        r#""a""#,
        "1",
        r#"{"sub":"a","sub":"b"}"#,
        r#"{"sub":"a","s\u0075b":"b"}"#,
        r#"{"sub":"a","x":{"y":1,"y":1}}"#,
        r#"{"sub":1}"#,
        "{}",
        r#"{"sub":"a"},"#,
    ];
    for payload in bad {
        assert!(matches!(claims(payload), Err(JoseError::Malformed(_))), "{payload}");
    }
    let text = signed(&key, r#"{"alg":"ES256"}"#, r#"{"n":1e400}"#);
    assert!(Jws::parse(&text, LONGEST).unwrap().claims::<Value>().is_err());
}
