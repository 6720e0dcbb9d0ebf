//! Bad input as tables: whatever comes, the answer has the profile's form, names the field, and moves nothing.

use serde_json::{Value, json};

use crate::harness::{Bed, Fintech, Login, Sample};

async fn party(seed: u64) -> (Bed, Fintech, Login, String) {
    let bed = Bed::new(seed).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    (bed, fintech, login, deposit)
}

/// Every leaf of a body with its pointer, and the field's own name.
fn leaves(value: &Value, pointer: &str, found: &mut Vec<(String, String)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                leaves(value, &format!("{pointer}/{name}"), found);
            }
        }
        Value::Array(rows) => {
            for (at, value) in rows.iter().enumerate() {
                leaves(value, &format!("{pointer}/{at}"), found);
            }
        }
        _ => {
            let name = pointer.rsplit('/').next().unwrap_or_default().to_owned();
            found.push((pointer.to_owned(), name));
        }
    }
}

fn fields_of(sample: &Sample) -> Vec<(String, String)> {
    let mut found = Vec::new();
    leaves(&sample.fields, "", &mut found);
    found
}

fn with(sample: &Sample, pointer: &str, value: Value) -> Sample {
    let mut spoilt = sample.clone();
    *spoilt.fields.pointer_mut(pointer).expect("a field of the sample") = value;
    spoilt
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_by_every_route() {
    let (bed, fintech, login, deposit) = party(260).await;
    let big = format!("{{\"a\":\"{}\"}}", "x".repeat(65_536));
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(5_000), "]".repeat(5_000));
    for sample in bed
        .samples(&fintech, &login, &deposit)
        .iter()
        .filter(|sample| sample.method == "POST")
    {
        let text = sample.text();
        let twice = text.replacen(
            '{',
            "{\"bank_tran_id\":\"1\",\"bank_tran_id\":\"2\",\"user_seq_no\":\"1\",",
            1,
        );
        for body in [
            "", "{", "[]", "null", "\"text\"", "1", "[[]]", "[{}]", "true", "{\"a\"}", "{'a':1}", &big,
        ] {
            let answer = sample.send_text(&bed, body).await;
            answer.is_in_form(body);
            let message = answer.refused("A0004");
            assert!(message.contains("body"), "{body:.40}: {message}");
        }
        sample
            .send_text(&bed, deep.as_str())
            .await
            .is_in_form("a deeply nested field that nobody knows");
        let known = text.contains("\"bank_tran_id\":") && !text.contains("req_list") || text.contains("user_seq_no");
        let doubled = sample.send_text(&bed, twice.as_str()).await;
        doubled.is_in_form(&twice);
        if known {
            assert!(doubled.refused("A0004").contains("duplicate field"), "{}", sample.path);
        }
        let broken = [text.as_bytes(), b"\xff"].concat();
        assert!(sample.send_text(&bed, broken).await.refused("A0004").contains("body"));
        let inside = text.replacen(":\"", ":\"\u{0}", 1).replace('\u{0}', "\\ud800");
        sample.send_text(&bed, inside.as_str()).await.is_in_form(&inside);
        for kind in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "json",
            "",
        ] {
            let call = bed
                .call("POST", sample.path)
                .token(&sample.token)
                .body(kind, text.clone());
            assert!(call.send().await.refused("A0004").contains("content-type"), "{kind}");
        }
    }
    bed.money_is_right().await;
}

#[tokio::test]
async fn a_body_of_the_largest_size_is_read_and_one_byte_more_is_not() {
    let (bed, fintech, login, _) = party(261).await;
    let body = bed.withdrawal(&fintech, login.at("004"), 1_000).to_string();
    let padded = |length: usize| format!("{body}{}", " ".repeat(length - body.len()));
    let send = async |body: String| {
        let call = bed.call("POST", "/v2.0/transfer/withdraw/fin_num").token(&login.access);
        call.body("Application/JSON;charset=utf-8", body).send().await
    };
    assert!(send(padded(65_537)).await.refused("A0004").contains("65536"));
    send(padded(65_536)).await.ok();
    bed.money_is_right().await;
}

#[tokio::test]
async fn every_field_with_three_thousand_characters_is_refused_by_its_name() {
    let (bed, fintech, login, deposit) = party(262).await;
    for sample in bed.samples(&fintech, &login, &deposit) {
        for (pointer, name) in fields_of(&sample) {
            for long in ["9".repeat(3_000), "가".repeat(1_000)] {
                let answer = with(&sample, &pointer, json!(long)).send(&bed).await;
                answer.is_in_form(&pointer);
                let message = answer.refused("A0004");
                assert!(message.contains(&name), "{} {pointer}: {message}", sample.path);
                assert!(message.len() < 400, "{} {pointer}: {message}", sample.path);
            }
        }
    }
    bed.money_is_right().await;
}

#[tokio::test]
async fn nested_values_are_refused_by_the_fields_name() {
    let (bed, fintech, login, deposit) = party(263).await;
    for sample in bed
        .samples(&fintech, &login, &deposit)
        .iter()
        .filter(|sample| sample.method == "POST")
    {
        for (pointer, name) in fields_of(sample) {
            for nested in [json!({}), json!({ "a": 1 }), json!([1]), json!(["x", "y"])] {
                let answer = with(sample, &pointer, nested.clone()).send(&bed).await;
                answer.is_in_form(&pointer);
                let message = answer.refused("A0004");
                assert!(message.contains(&name), "{} {pointer} {nested}: {message}", sample.path);
            }
        }
        if sample.fields.get("req_list").is_some() {
            for list in [
                json!({}),
                json!("x"),
                json!(1),
                json!([1]),
                json!(["x"]),
                json!([null]),
                json!([[["x"]]]),
            ] {
                let spoilt = with(sample, "/req_list", list.clone());
                let message = spoilt.send(&bed).await.refused("A0004");
                let is_named = message.contains("req_list") || message.contains("expected a sequence");
                assert!(is_named, "{} {list}: {message}", sample.path);
            }
        }
    }
    bed.money_is_right().await;
}

#[tokio::test]
async fn odd_values_in_any_field_never_break_the_form_of_the_answer() {
    let (bed, fintech, login, deposit) = party(264).await;
    let odd = [
        Value::Null,
        json!(""),
        json!("   "),
        json!("\u{0}"),
        json!("a\u{7}\u{1b}[31m\r\nSet-Cookie: x=1"),
        json!("\u{202e}\u{feff}가\u{301}"),
        json!("' OR 1=1; --"),
        json!("<script>alert(1)</script>"),
        json!("%00%ff&x=1"),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(i64::MIN),
        json!(true),
        json!("9".repeat(40)),
        json!("٠١٢٣"),
        json!("１００"),
    ];
    for value in odd {
        for sample in bed.samples(&fintech, &login, &deposit) {
            if matches!(sample.path, "/v2.0/user/unlink" | "/v2.0/user/close") {
                continue;
            }
            for (pointer, _) in fields_of(&sample) {
                let mut spoilt = with(&sample, &pointer, value.clone());
                for at in ["/bank_tran_id", "/req_list/0/bank_tran_id"] {
                    if let Some(id) = spoilt.fields.pointer_mut(at).filter(|_| pointer != at) {
                        *id = json!(fintech.tran_id(&bed));
                    }
                }
                spoilt
                    .send(&bed)
                    .await
                    .is_in_form(&format!("{} {pointer} {value}", sample.path));
            }
        }
    }
    let raw = bed.withdrawal(&fintech, login.at("004"), 77).to_string();
    for number in [
        "1e400",
        "-0",
        "00",
        "123456789012345678901234567890",
        "NaN",
        "0x10",
        ".5",
        "+1",
    ] {
        let body = raw.replace("\"77\"", number);
        let call = bed.call("POST", "/v2.0/transfer/withdraw/fin_num").token(&login.access);
        let answer = call.body("application/json", body).send().await;
        answer.is_in_form(number);
        answer.refused("A0004");
    }
    bed.money_is_right().await;
}

#[tokio::test]
async fn no_token_and_every_broken_one_is_refused_alike() {
    let (bed, fintech, login, deposit) = party(265).await;
    let long = format!("Bearer {}", "n".repeat(600));
    let own = login.access.as_str();
    let unknown = format!("Bearer {}", own.to_uppercase());
    let cut = format!("Bearer {}", own.get(..own.len() - 1).unwrap());
    for sample in bed.samples(&fintech, &login, &deposit) {
        let call = || {
            let call = bed.call(sample.method, sample.path);
            if sample.method == "POST" {
                call.json(&sample.fields)
            } else {
                bed.call("GET", &format!("{}?{}", sample.path, sample.text()))
            }
        };
        let missing = call().send().await;
        missing.is_in_form(sample.path);
        assert_eq!(missing.refused("O0002"), "접근토큰이 거부되었습니다");
        let values: [&[u8]; 10] = [
            b"",
            b"Bearer",
            b"Bearer ",
            b"Basic bmF0Og==",
            b"garbage",
            b"Bearer \xff\xfe",
            b"Bearer a b",
            long.as_bytes(),
            unknown.as_bytes(),
            cut.as_bytes(),
        ];
        for value in values {
            let answer = call().header("authorization", value).send().await;
            answer.is_in_form(sample.path);
            answer.refused("O0002");
        }
    }
    bed.money_is_right().await;
}

#[tokio::test]
async fn every_quirk_of_real_clients_is_tolerated_on_every_route() {
    let (bed, fintech, login, deposit) = party(266).await;
    for sample in bed.samples(&fintech, &login, &deposit) {
        let glued = format!("Bearer{}", sample.token);
        let mut fields = sample.fields.clone();
        for name in [
            "tran_dtime",
            "sort_order",
            "inquiry_type",
            "inquiry_base",
            "include_cancel_yn",
            "req_client_num",
        ] {
            if let Some(object) = fields.as_object_mut() {
                object.remove(name);
            }
        }
        fields["nobody_knows_this"] = json!("x");
        let quirky = Sample {
            fields,
            ..sample.clone()
        };
        let call = if sample.method == "POST" {
            bed.call("POST", sample.path).body("application/json", quirky.text())
        } else {
            bed.call("GET", &format!("{}?{}", sample.path, quirky.text()))
        };
        let answer = call.header("authorization", glued).send().await;
        let gone = sample.path == "/v2.0/user/close";
        assert_eq!(
            answer.code(),
            if gone { "O0002" } else { "A0000" },
            "{}: {}",
            sample.path,
            answer.text()
        );
    }
    bed.money_is_right().await;
}
