//! The identity agency of the bed: it knows the demonstration's people, and sends everybody the same code.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use naru_auth::identity::{Claim, Confirmed, IdentityCheck, NoAnswer, Sent};
use naru_core::PersonFacts;
use naru_sims::{demo, identity};
use naru_web::outbound::OutboundError;

/// The code that everybody is sent.
pub(crate) const CODE: &str = "482913";
const TRIES: u32 = 5;

#[derive(Default)]
pub(crate) struct Agency {
    requests: Mutex<Vec<Request>>,
    is_silent: AtomicBool,
}

struct Request {
    person: identity::Person,
    tries_left: u32,
}

impl Agency {
    /// Whether the agency answers nobody.
    pub(crate) fn set_silent(&self, is_silent: bool) {
        self.is_silent.store(is_silent, Ordering::SeqCst);
    }

    fn answers(&self) -> Result<(), NoAnswer> {
        if self.is_silent.load(Ordering::SeqCst) {
            Err(NoAnswer(OutboundError::Silent))
        } else {
            Ok(())
        }
    }

    fn ask(&self, claim: &Claim) -> Result<Sent, NoAnswer> {
        self.answers()?;
        let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
        let is_meant = |person: &identity::Person| {
            person.name == claim.name
                && person.birth_date == claim.birth_date
                && digits(&person.cell_no) == digits(&claim.cell_no)
        };
        let Some(person) = demo::people().into_iter().find(is_meant) else {
            return Ok(Sent::NoMatch);
        };
        let mut requests = self.requests.lock().unwrap();
        requests.push(Request {
            person,
            tries_left: TRIES,
        });
        Ok(Sent::Code {
            request_id: format!("req-{}", requests.len() - 1),
            simulated_message: Some(format!("[나루 체험] 인증번호 {CODE}")),
        })
    }

    fn decide(&self, request_id: &str, code: &str) -> Result<Confirmed, NoAnswer> {
        self.answers()?;
        let place = request_id
            .strip_prefix("req-")
            .and_then(|text| text.parse::<usize>().ok());
        let mut requests = self.requests.lock().unwrap();
        let request = place.and_then(|place| requests.get_mut(place));
        let Some(request) = request.filter(|request| request.tries_left > 0) else {
            return Ok(Confirmed::Expired);
        };
        if code == CODE {
            request.tries_left = 0;
            return Ok(Confirmed::Person(Box::new(facts(&request.person))));
        }
        request.tries_left -= 1;
        let tries_left = request.tries_left;
        Ok(Confirmed::Wrong { tries_left })
    }
}

/// A demonstration's person as the hub knows it.
pub(super) fn facts(person: &identity::Person) -> PersonFacts {
    PersonFacts {
        linking_value: person.linking_value.clone(),
        name: person.name.clone(),
        birth_date: person.birth_date.clone(),
        gender: person.gender.clone(),
        cell_no: person.cell_no.clone(),
        email: person.email.clone(),
    }
}

impl IdentityCheck for Agency {
    fn send<'a>(&'a self, claim: &'a Claim) -> BoxFuture<'a, Result<Sent, NoAnswer>> {
        std::future::ready(self.ask(claim)).boxed()
    }

    fn confirm<'a>(&'a self, request_id: &'a str, code: &'a str) -> BoxFuture<'a, Result<Confirmed, NoAnswer>> {
        std::future::ready(self.decide(request_id, code)).boxed()
    }
}
