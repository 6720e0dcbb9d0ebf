//! Two thousand random mutations of right requests over every route: the answer keeps its form, and the money is right.

use naru_core::Chance;
use serde_json::{Value, json};

use crate::harness::{Bed, Fintech, Login, Sample};

const ROUNDS: u64 = 2_000;

/// A value that somebody might send.
fn nasty(chance: &Chance) -> Value {
    match chance.below(14) {
        0 => Value::Null,
        1 => json!(""),
        2 => json!(chance.digits(usize::try_from(chance.below(30)).unwrap())),
        3 => json!(chance.below(100_000)),
        4 => json!(-1),
        5 => json!(0.1),
        6 => json!("\u{0}\u{1f}\u{7f}"),
        7 => json!("가".repeat(usize::try_from(chance.below(60)).unwrap())),
        8 => json!([]),
        9 => json!({ "a": { "b": [] } }),
        10 => json!("20260230"),
        11 => json!(true),
        12 => json!("1,000"),
        _ => json!("x".repeat(usize::try_from(chance.below(2_500)).unwrap())),
    }
}

/// Changes, removes or swaps fields, at the top or in a row.
fn spoil_fields(chance: &Chance, fields: &mut Value) {
    let in_row = chance.below(2) == 0 && fields.pointer("/req_list/0").is_some_and(Value::is_object);
    let object = if in_row {
        fields.pointer_mut("/req_list/0")
    } else {
        Some(fields)
    };
    let Some(object) = object.and_then(Value::as_object_mut) else {
        return;
    };
    let names: Vec<String> = object.keys().cloned().collect();
    if names.is_empty() {
        object.insert("x".to_owned(), nasty(chance));
        return;
    }
    let pick = || names[usize::try_from(chance.below(names.len() as u64)).unwrap()].clone();
    let (one, other) = (pick(), pick());
    match chance.below(5) {
        0 => drop(object.remove(&one)),
        1 => {
            let value = object[&other].clone();
            object.insert(one, value);
        }
        2 => drop(object.insert(one.to_uppercase(), nasty(chance))),
        _ => drop(object.insert(one, nasty(chance))),
    }
}

/// Cuts, doubles or overwrites bytes.
fn spoil_text(chance: &Chance, text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=chance.below(3) {
        let place = |bytes: &[u8]| usize::try_from(chance.below(bytes.len() as u64 + 1)).unwrap();
        let (a, b) = (place(&bytes), place(&bytes));
        let (from, to) = (a.min(b), a.max(b).min(a.min(b) + 20));
        match chance.below(4) {
            0 => drop(bytes.drain(from..to)),
            1 => bytes.truncate(a),
            2 => {
                let copy = bytes[from..to].to_vec();
                bytes.splice(from..from, copy);
            }
            _ => bytes.insert(a, chance.bytes::<1>()[0]),
        }
    }
    bytes
}

/// A query string that a request line can carry.
fn printable(bytes: &[u8]) -> Vec<u8> {
    let is_plain =
        |byte: &u8| byte.is_ascii_graphic() && !matches!(byte, b'#' | b'<' | b'>' | b'"' | b'\\' | b'^' | b'`');
    bytes.iter().copied().filter(is_plain).collect()
}

struct Run {
    bed: Bed,
    fintech: Fintech,
    login: Login,
    deposit: String,
    chance: Chance,
}

impl Run {
    async fn round(&mut self) {
        let samples = self.bed.samples(&self.fintech, &self.login, &self.deposit);
        let at = usize::try_from(self.chance.below(samples.len() as u64)).unwrap();
        let mut sample: Sample = samples.into_iter().nth(at).unwrap();
        let text = if self.chance.below(4) == 0 {
            spoil_text(&self.chance, &sample.text())
        } else {
            for _ in 0..=self.chance.below(3) {
                spoil_fields(&self.chance, &mut sample.fields);
            }
            sample.text().into_bytes()
        };
        let text = if sample.method == "GET" { printable(&text) } else { text };
        let answer = sample.send_text(&self.bed, text.clone()).await;
        answer.is_in_form(&format!("{} {}", sample.route(), String::from_utf8_lossy(&text)));
        let ends = ["/v2.0/user/unlink", "/v2.0/user/close", "/v2.0/account/cancel"];
        if answer.code() == "A0000" && ends.contains(&sample.path) {
            self.login = self.bed.login(&self.fintech, 0).await;
        }
    }
}

#[tokio::test]
async fn two_thousand_spoilt_requests_keep_the_form_and_the_money() {
    let bed = Bed::new(280).await;
    let fintech = bed.fintech().await;
    let login = bed.login(&fintech, 0).await;
    let deposit = bed.deposited(&fintech, &login).await;
    let chance = Chance::seeded(20_261_121);
    let mut run = Run {
        bed,
        fintech,
        login,
        deposit,
        chance,
    };
    for _ in 0..ROUNDS {
        run.round().await;
    }
    let states = run.bed.states().await;
    assert!(
        states.len() > 20,
        "some spoilt requests are still right ones: {}",
        states.len()
    );
    assert!(states.iter().all(|state| *state == "completed"), "{states:?}");
    run.bed.money_is_right().await;
    let samples = run.bed.samples(&run.fintech, &run.login, &run.deposit);
    samples[0].send(&run.bed).await.ok();
}
