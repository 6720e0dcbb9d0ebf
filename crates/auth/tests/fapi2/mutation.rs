//! Two thousand good requests, each changed somewhere by chance: the hub never fails, and issues nothing unless what
//! proves the request is still what it was.

use crate::bed::{Bed, Call, FapiClient, Form, Tokens};

const ROUNDS: u64 = 2_000;

/// What has to be unchanged for a request to be good.
const PROVES: [&str; 6] = [
    "client_assertion",
    "client_assertion_type",
    "grant_type",
    "code",
    "code_verifier",
    "refresh_token",
];

fn parsed(body: &[u8]) -> Option<Form> {
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(body).ok()?;
    Some(Form(pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect()))
}

fn mutated(bed: &Bed, call: &Call) -> Call {
    let chance = bed.chance();
    let place = |length: usize| usize::try_from(chance.below(length.max(1) as u64)).unwrap();
    let mut call = call.clone();
    let body = &mut call.body;
    let (at, other) = (place(body.len()), place(body.len()));
    let (from, to) = (at.min(other), at.max(other).min(at.min(other) + 40));
    match chance.below(10) {
        0 => body[at] ^= 1 << chance.below(8),
        1 => body[at] = chance.bytes::<1>()[0],
        2 => drop(body.drain(from..to)),
        3 => body.truncate(at),
        4 => body.splice(at..at, chance.bytes::<5>()).for_each(drop),
        5 => {
            let copy = body[from..to].to_vec();
            body.splice(to..to, copy).for_each(drop);
        }
        6 => body.swap(at, other),
        7 => {
            let mut form = parsed(body).unwrap();
            let (one, two) = (place(form.0.len()), place(form.0.len()));
            let value = form.0[one].1.clone();
            form.0[two].1 = value;
            *body = form.encoded().into_bytes();
        }
        8 => {
            let mut form = parsed(body).unwrap();
            form.0.remove(place(form.0.len()));
            *body = form.encoded().into_bytes();
        }
        _ => {
            let header = place(call.headers.len());
            let value = &mut call.headers[header].1;
            let at = place(value.len());
            let printable = char::from(33 + u8::try_from(chance.below(94)).unwrap());
            *value = value
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at { printable } else { c })
                .collect();
        }
    }
    call
}

/// Whether everything that proves a request stands in the changed one as it stood.
fn still_proves(call: &Call, changed: &Call) -> bool {
    let (Some(form), Some(after)) = (parsed(&call.body), parsed(&changed.body)) else {
        return false;
    };
    let same = |name: &&str| form.get(name) == after.get(name);
    let id_fits = after
        .get("client_id")
        .is_none_or(|id| form.get("client_id") == Some(id));
    let proof = |call: &Call| call.headers.iter().find(|(name, _)| name == "DPoP").cloned();
    PROVES.iter().all(same) && id_fits && proof(call) == proof(changed)
}

async fn request(bed: &Bed, client: &FapiClient, tokens: &Tokens, round: u64) -> Call {
    match round % 5 {
        0 => client.call(bed, "/fapi2/par", client.request()),
        1 => client.call(bed, "/fapi2/token", FapiClient::renewal(tokens)),
        2 => {
            let redirect = client.agreed(bed, client.request()).await;
            client.call(bed, "/fapi2/token", FapiClient::exchange(&redirect))
        }
        3 => client.call(bed, "/fapi2/introspect", Form::of(&[("token", &tokens.access)])),
        _ => {
            let doomed = client.two_legged(bed, "oob").await;
            client.call(bed, "/fapi2/revoke", Form::of(&[("token", &doomed.access)]))
        }
    }
}

#[tokio::test]
async fn nothing_is_issued_on_a_request_that_was_changed() {
    let bed = Bed::new().await;
    let client = bed.client().await;
    let tokens = client.authorized(&bed).await;
    let (mut refused, mut answered) = (0, 0);
    for round in 0..ROUNDS {
        let call = request(&bed, &client, &tokens, round).await;
        let changed = mutated(&bed, &call);
        let before = bed.trail().await;
        let answer = bed.send(&changed).await;
        let what = || {
            format!(
                "round {round}: {} {}",
                changed.path,
                String::from_utf8_lossy(&changed.body)
            )
        };
        assert!(!answer.status.is_server_error(), "{}: {}", what(), answer.text());
        let wrote = bed.trail().await != before;
        if answer.status.is_success() {
            answered += 1;
            assert!(still_proves(&call, &changed), "{}: {}", what(), answer.text());
            let token = |call: &Call| parsed(&call.body).and_then(|form| form.get("token").map(str::to_owned));
            let same = token(&call) == token(&changed);
            match changed.path.as_str() {
                "/fapi2/introspect" => assert_eq!(answer.json()["active"], same, "{}", what()),
                "/fapi2/revoke" => assert_eq!(wrote, same, "{}", what()),
                _ => assert!(wrote, "{}", what()),
            }
        } else {
            refused += 1;
            assert!(!wrote, "{}: {}", what(), answer.text());
            assert!(!answer.error().is_empty(), "{}", what());
        }
    }
    assert!(
        refused > ROUNDS / 2 && answered > 20,
        "{refused} refused, {answered} answered"
    );
    assert_eq!(client.introspect(&bed, &tokens.access).await["active"], true);
}
