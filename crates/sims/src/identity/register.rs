//! The provider's memory: the people it knows, the requests that wait for a code, the messages it sent.
//! Pure: time, ids and codes are handed in. Everything in it is bounded; the oldest goes when room is needed.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Serialize;
use time::{Duration, OffsetDateTime};

/// Someone the identity provider can identify.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Full name, in Korean.
    pub name: String,
    /// `yyyyMMdd`.
    pub birth_date: String,
    /// `M` or `F`.
    pub gender: String,
    /// Mobile number; hyphens do not matter.
    pub cell_no: String,
    /// E-mail address.
    pub email: String,
    /// CI (연계정보), 88 characters: the same at every institution.
    pub linking_value: String,
}

impl Person {
    /// The six-digit birth date `yyMMdd` that banks hold.
    #[must_use]
    pub fn birth_yymmdd(&self) -> &str {
        self.birth_date.get(2..).unwrap_or_default()
    }
}

/// What became of a confirmation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// The code was right; the request is used up.
    Confirmed(Box<Person>),
    /// The code was wrong.
    Wrong { tries_left: u8 },
    /// Unknown, used, too old, or tried too often.
    Expired,
}

/// A message that a carrier would have delivered.
#[derive(Debug, Clone, Serialize)]
pub(super) struct SentMessage {
    pub(super) sent_at: String,
    pub(super) cell_no: String,
    pub(super) text: String,
}

#[derive(Debug)]
struct Request {
    id: String,
    person: usize,
    code: String,
    tries_left: u8,
    expires_at: OffsetDateTime,
}

const TRIES: u8 = 5;
const LIFE: Duration = Duration::minutes(3);
const MOST_REQUESTS: usize = 10_000;
const MOST_OF_ONE_PERSON: usize = 5;
const MOST_MESSAGES: usize = 50;
/// The most people that a provider knows.
pub(super) const MOST_PEOPLE: usize = 10_000;

/// People, requests and messages.
#[derive(Debug, Default)]
pub(super) struct Register {
    people: Vec<Person>,
    requests: BTreeMap<u64, Request>,
    numbers: HashMap<String, u64>,
    next_number: u64,
    messages: VecDeque<SentMessage>,
}

impl Register {
    pub(super) fn new(people: Vec<Person>) -> Self {
        Self {
            people,
            ..Self::default()
        }
    }

    pub(super) fn people(&self) -> &[Person] {
        &self.people
    }

    /// Adds a person; `false` when there is no room or the linking value is taken.
    pub(super) fn add(&mut self, person: Person) -> bool {
        let is_taken = self
            .people
            .iter()
            .any(|known| known.linking_value == person.linking_value);
        let is_added = !is_taken && self.people.len() < MOST_PEOPLE;
        if is_added {
            self.people.push(person);
        }
        is_added
    }

    /// The messages sent last, newest first.
    pub(super) fn messages(&self) -> impl Iterator<Item = &SentMessage> {
        self.messages.iter()
    }

    /// Opens a request under `id` for the person whose name, birth date and number these are, and returns the text
    /// of the message that was sent; `None` when nobody matches.
    pub(super) fn request(&mut self, asked: &Asked<'_>, id: String, code: u32, now: OffsetDateTime) -> Option<String> {
        let person = self.people.iter().position(|person| {
            person.name == asked.name
                && person.birth_date == asked.birth_date
                && is_same_number(&person.cell_no, asked.cell_no)
        })?;
        self.make_room(person, now);
        let code = format!("{:06}", code % 1_000_000);
        let text = format!("[나루 체험] 인증번호 {code}");
        let number = self.next_number;
        self.next_number += 1;
        self.numbers.insert(id.clone(), number);
        let request = Request {
            id,
            person,
            code,
            tries_left: TRIES,
            expires_at: now + LIFE,
        };
        self.requests.insert(number, request);
        let cell_no = self.people[person].cell_no.clone();
        self.messages.push_front(SentMessage {
            sent_at: crate::seoul::stamp(now),
            cell_no,
            text: text.clone(),
        });
        self.messages.truncate(MOST_MESSAGES);
        Some(text)
    }

    /// Tries a code. A right code, a fifth wrong one and a late one all use the request up.
    pub(super) fn confirm(&mut self, id: &str, code: &str, now: OffsetDateTime) -> Confirmation {
        let Some(number) = self.numbers.get(id).copied() else {
            return Confirmation::Expired;
        };
        let request = self.requests.get_mut(&number).expect("every number names a request");
        if request.expires_at <= now {
            self.forget(number);
            return Confirmation::Expired;
        }
        if request.code == code {
            let person = Box::new(self.people[request.person].clone());
            self.forget(number);
            return Confirmation::Confirmed(person);
        }
        request.tries_left -= 1;
        let tries_left = request.tries_left;
        if tries_left == 0 {
            self.forget(number);
        }
        Confirmation::Wrong { tries_left }
    }

    fn make_room(&mut self, person: usize, now: OffsetDateTime) {
        while let Some((number, oldest)) = self.requests.first_key_value()
            && (oldest.expires_at <= now || self.requests.len() >= MOST_REQUESTS)
        {
            self.forget(*number);
        }
        let of_person = self.requests.iter().filter(|(_, request)| request.person == person);
        let numbers: Vec<u64> = of_person.map(|(number, _)| *number).collect();
        let excess = (numbers.len() + 1).saturating_sub(MOST_OF_ONE_PERSON);
        for number in &numbers[..excess] {
            self.forget(*number);
        }
    }

    fn forget(&mut self, number: u64) {
        if let Some(request) = self.requests.remove(&number) {
            self.numbers.remove(&request.id);
        }
    }
}

/// Whom a caller wants to identify.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) name: &'a str,
    pub(super) birth_date: &'a str,
    pub(super) cell_no: &'a str,
}

fn is_same_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| text.chars().filter(|sign| *sign != '-').collect::<String>();
    digits(one) == digits(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::datetime;

    const NOW: OffsetDateTime = datetime!(2026-04-01 09:00 +9);

    fn register() -> (Register, Person) {
        let people = crate::demo::people();
        (Register::new(people.clone()), people[0].clone())
    }

    fn ask(register: &mut Register, person: &Person, id: &str, now: OffsetDateTime) -> Option<String> {
        let asked = Asked {
            name: &person.name,
            birth_date: &person.birth_date,
            cell_no: &person.cell_no,
        };
        register.request(&asked, id.to_owned(), 482_913, now)
    }

    #[test]
    fn a_right_code_confirms_once() {
        let (mut register, person) = register();
        let text = ask(&mut register, &person, "one", NOW);
        assert_eq!(text.as_deref(), Some("[나루 체험] 인증번호 482913"));
        let late = NOW + Duration::seconds(179);
        assert_eq!(
            register.confirm("one", "482913", late),
            Confirmation::Confirmed(Box::new(person))
        );
        assert_eq!(register.confirm("one", "482913", late), Confirmation::Expired);
    }

    #[test]
    fn five_wrong_codes_use_a_request_up() {
        let (mut register, person) = register();
        ask(&mut register, &person, "one", NOW);
        for tries_left in (0..5).rev() {
            assert_eq!(
                register.confirm("one", "000000", NOW),
                Confirmation::Wrong { tries_left }
            );
        }
        assert_eq!(register.confirm("one", "482913", NOW), Confirmation::Expired);
    }

    #[test]
    fn a_code_lives_three_minutes() {
        let (mut register, person) = register();
        ask(&mut register, &person, "one", NOW);
        assert_eq!(register.confirm("one", "482913", NOW + LIFE), Confirmation::Expired);
    }

    #[test]
    fn a_sixth_request_of_a_person_drops_the_first_and_leaves_others_alone() {
        let (mut register, person) = register();
        let other = crate::demo::people()[1].clone();
        ask(&mut register, &other, "other", NOW);
        for id in ["1", "2", "3", "4", "5", "6"] {
            ask(&mut register, &person, id, NOW);
        }
        assert_eq!(register.confirm("1", "482913", NOW), Confirmation::Expired);
        assert_eq!(
            register.confirm("2", "482913", NOW),
            Confirmation::Confirmed(Box::new(person))
        );
        assert_eq!(
            register.confirm("other", "482913", NOW),
            Confirmation::Confirmed(Box::new(other))
        );
    }

    #[test]
    fn strangers_and_mismatches_get_no_message() {
        let (mut register, person) = register();
        let stranger = Person {
            birth_date: "19000101".to_owned(),
            ..person
        };
        assert_eq!(ask(&mut register, &stranger, "one", NOW), None);
        assert_eq!(register.messages().count(), 0);
    }
}
