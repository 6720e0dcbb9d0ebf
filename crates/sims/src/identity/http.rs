//! The provider's HTTP: requests and confirmations for services, people and messages for the admin.
//! A request that nobody matches and a wrong code are answers (200), not errors; malformed input is 400.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use http::StatusCode;
use serde_json::{Value, json};

use super::register::{Asked, Confirmation, Person, Register};
use crate::fields::{BadField, Fields, SmallBody, json_answer, not_found};
use crate::seoul;

/// What both listeners share.
pub(super) struct Provider {
    register: Mutex<Register>,
}

impl Provider {
    pub(super) fn new(people: Vec<Person>) -> Self {
        Self {
            register: Mutex::new(Register::new(people)),
        }
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().expect("nothing panics while the register is held")
    }
}

type Call = State<Arc<Provider>>;
type Body = Result<SmallBody, BadField>;
type Answer = Result<Response, BadField>;

/// What services call.
pub(super) fn router(provider: Arc<Provider>) -> Router {
    Router::new()
        .route("/identity/requests", post(request))
        .route("/identity/requests/{id}/confirm", post(confirm))
        .fallback(|| async { not_found("POST /identity/requests, POST /identity/requests/{id}/confirm") })
        .with_state(provider)
}

/// What people beside the simulator call.
pub(super) fn admin_router(provider: Arc<Provider>) -> Router {
    Router::new()
        .route("/admin", get(index))
        .route("/admin/people", get(people).post(add_person))
        .route("/admin/messages", get(messages))
        .fallback(|| async { not_found("GET /admin lists what there is") })
        .with_state(provider)
}

async fn request(State(provider): Call, body: Body) -> Answer {
    let fields = Fields::parse(&body?.0, &["name", "birth_date", "cell_no"])?;
    let asked = Asked {
        name: fields.text("name")?,
        birth_date: birth_date(&fields)?,
        cell_no: fields.text("cell_no")?,
    };
    let id = format!("idr_{:016x}{:016x}", chance(), chance());
    let code = u32::try_from(chance() % 1_000_000).expect("six digits fit");
    let sent = provider.register().request(&asked, id.clone(), code, seoul::now());
    let answer = match sent {
        Some(text) => json!({ "result": "sent", "request_id": id, "simulated_message": text }),
        None => json!({ "result": "no_match" }),
    };
    Ok(json_answer(StatusCode::OK, &answer))
}

async fn confirm(State(provider): Call, Path(id): Path<String>, body: Body) -> Answer {
    let fields = Fields::parse(&body?.0, &["code"])?;
    let confirmation = provider.register().confirm(&id, fields.text("code")?, seoul::now());
    let answer = match confirmation {
        Confirmation::Confirmed(person) => {
            let mut answer = json!(person);
            answer["result"] = json!("confirmed");
            answer
        }
        Confirmation::Wrong { tries_left } => json!({ "result": "wrong", "tries_left": tries_left }),
        Confirmation::Expired => json!({ "result": "expired" }),
    };
    Ok(json_answer(StatusCode::OK, &answer))
}

async fn index() -> Response {
    let answer = json!({
        "endpoints": {
            "GET /admin/people": "the people the provider knows",
            "POST /admin/people": "add one: name, birth_date, gender, cell_no, email, linking_value",
            "GET /admin/messages": "the last 50 messages with their codes, newest first",
        }
    });
    json_answer(StatusCode::OK, &answer)
}

async fn people(State(provider): Call) -> Response {
    json_answer(StatusCode::OK, &json!({ "people": provider.register().people() }))
}

async fn add_person(State(provider): Call, body: Body) -> Answer {
    let known = ["name", "birth_date", "gender", "cell_no", "email", "linking_value"];
    let fields = Fields::parse(&body?.0, &known)?;
    let linking_value = fields.text("linking_value")?;
    if linking_value.len() > 128 {
        return Err(BadField::new(
            "linking_value",
            "too long",
            "at most 128 characters, 88 in a real CI",
        ));
    }
    let person = Person {
        name: fields.text("name")?.to_owned(),
        birth_date: birth_date(&fields)?.to_owned(),
        gender: fields.choice("gender", &["M", "F"])?.to_owned(),
        cell_no: fields.text("cell_no")?.to_owned(),
        email: fields.optional_text("email")?.unwrap_or_default().to_owned(),
        linking_value: linking_value.to_owned(),
    };
    let answer: Value = json!(person);
    if !provider.register().add(person) {
        let accepted = "a value that no person has, while fewer than 10,000 people are known";
        return Err(BadField::new("linking_value", "taken, or no room", accepted));
    }
    Ok(json_answer(StatusCode::CREATED, &answer))
}

async fn messages(State(provider): Call) -> Response {
    let register = provider.register();
    let messages: Vec<_> = register.messages().collect();
    json_answer(StatusCode::OK, &json!({ "messages": messages }))
}

fn birth_date(fields: &Fields) -> Result<&str, BadField> {
    let text = fields.text("birth_date")?;
    let is_day = seoul::parse_day(text).is_some();
    if is_day {
        Ok(text)
    } else {
        Err(BadField::new("birth_date", "not a day", "yyyyMMdd"))
    }
}

fn chance() -> u64 {
    getrandom::u64().expect("the operating system gives random bytes")
}
