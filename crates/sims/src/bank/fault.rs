//! Faults on demand: which calls are struck, how often, and by what.
//! The first fault that is set for an operation and whose chance comes up strikes; the others wait.
//! Chance is seeded per fault, so a run can be repeated.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde::Serialize;

use super::code::{Code, CodeClass};
use crate::draw::Draw;
use crate::fields::{BadField, Fields};

/// What a call of the line protocol asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Operation {
    Debit,
    Credit,
    Balance,
    Transactions,
    Holder,
    Accounts,
    Outcome,
    Status,
}

const OPERATIONS: [(&str, Operation); 8] = [
    ("debit", Operation::Debit),
    ("credit", Operation::Credit),
    ("balance", Operation::Balance),
    ("transactions", Operation::Transactions),
    ("holder", Operation::Holder),
    ("accounts", Operation::Accounts),
    ("outcome", Operation::Outcome),
    ("status", Operation::Status),
];

/// How a struck call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Strike {
    /// Waits, then executes and answers. A client that leaves while waiting is not executed.
    Slow(Duration),
    /// Neither executes nor answers; the connection is held until the client leaves, at most 120 s.
    Silent,
    /// Executes, then answers a body that is not JSON.
    Wrong,
    /// Executes nothing and answers the code.
    Down(Code),
    /// Executes nothing and closes the connection without an answer.
    Reset,
    /// Executes, then waits, then answers.
    Late(Duration),
    /// Executes, then answers `822`.
    Duplicate,
    /// Executes nothing and answers the code as a deliberate no.
    Refuse(Code),
}

/// How long a silent bank holds a connection.
pub(super) const SILENCE: Duration = Duration::from_secs(120);

/// Print contents that strike an order by themselves, for callers who cannot reach the admin address.
const WORDS: [(&str, Strike); 2] = [
    ("SIM-SILENT", Strike::Late(SILENCE)),
    ("SIM-DOWN", Strike::Down(Code::DOWN)),
];

/// What the print content of an order asks for; an order that gives money back is never struck by it.
pub(super) fn strike_of_order(body: &[u8]) -> Option<Strike> {
    #[derive(serde::Deserialize)]
    struct Printed {
        print_content: String,
        #[serde(default)]
        return_of: String,
    }
    if !body.windows(4).any(|part| part == b"SIM-") {
        return None;
    }
    let order: Printed = serde_json::from_slice(body).ok()?;
    let word = order.print_content.trim();
    let found = WORDS
        .iter()
        .find(|(known, _)| *known == word && order.return_of.is_empty());
    found.map(|(_, strike)| *strike)
}

const KINDS: [&str; 7] = ["slow", "silent", "wrong", "down", "late", "duplicate", "refuse"];
const MOST_FAULTS: usize = 32;
const MOST_DELAY_MS: u64 = 120_000;

#[derive(Debug)]
struct Fault {
    order: FaultOrder,
    times_left: Option<u64>,
    struck: u64,
    draw: Draw,
}

/// A fault as it was asked for.
#[derive(Debug, Clone, Serialize)]
pub(super) struct FaultOrder {
    kind: String,
    #[serde(skip)]
    strike: Strike,
    on: Vec<Operation>,
    times: u64,
    percent: u64,
    seed: u64,
    delay_ms: Option<u64>,
    code: Option<String>,
}

/// A fault in force, as the admin endpoint lists it.
#[derive(Debug, Serialize)]
pub(super) struct FaultInForce {
    #[serde(flatten)]
    order: FaultOrder,
    times_left: Option<u64>,
    struck: u64,
}

/// All faults in force.
#[derive(Debug, Default)]
pub(super) struct Faults {
    is_any: AtomicBool,
    list: Mutex<Vec<Fault>>,
}

impl Faults {
    /// Puts a fault in force behind the others.
    pub(super) fn add(&self, order: FaultOrder) -> Result<(), BadField> {
        let mut list = self.list();
        if list.len() >= MOST_FAULTS {
            return Err(BadField::new(
                "kind",
                "32 faults are in force",
                "DELETE /admin/faults first",
            ));
        }
        let times_left = (order.times > 0).then_some(order.times);
        let draw = Draw::new(order.seed);
        list.push(Fault {
            order,
            times_left,
            struck: 0,
            draw,
        });
        self.is_any.store(true, Ordering::Release);
        Ok(())
    }

    /// Ends every fault.
    pub(super) fn clear(&self) {
        let mut list = self.list();
        list.clear();
        self.is_any.store(false, Ordering::Release);
    }

    /// The faults in force, in the order in which they are tried.
    pub(super) fn in_force(&self) -> Vec<FaultInForce> {
        let show = |fault: &Fault| FaultInForce {
            order: fault.order.clone(),
            times_left: fault.times_left,
            struck: fault.struck,
        };
        self.list().iter().map(show).collect()
    }

    /// What strikes this call, if anything; a call without faults in force costs one atomic read.
    pub(super) fn strike(&self, operation: Operation) -> Option<Strike> {
        if !self.is_any.load(Ordering::Acquire) {
            return None;
        }
        let mut list = self.list();
        let is_struck = |fault: &mut Fault| {
            let is_meant = fault.order.on.is_empty() || fault.order.on.contains(&operation);
            is_meant && u64::from(fault.draw.below(100)) < fault.order.percent
        };
        let place = list.iter_mut().position(is_struck)?;
        let fault = &mut list[place];
        fault.struck += 1;
        let strike = fault.order.strike;
        if let Some(left) = &mut fault.times_left {
            *left -= 1;
            if *left == 0 {
                list.remove(place);
            }
        }
        self.is_any.store(!list.is_empty(), Ordering::Release);
        Some(strike)
    }

    fn list(&self) -> std::sync::MutexGuard<'_, Vec<Fault>> {
        self.list.lock().expect("nothing panics while the faults are held")
    }
}

impl FaultOrder {
    /// Reads what an admin asks for.
    pub(super) fn parse(body: &[u8]) -> Result<Self, BadField> {
        let fields = Fields::parse(body, &["kind", "on", "times", "delay_ms", "code", "percent", "seed"])?;
        let kind = fields.choice("kind", &KINDS)?.to_owned();
        let has_delay = matches!(kind.as_str(), "slow" | "late");
        let delay_ms = fields.optional_number("delay_ms", 0..=MOST_DELAY_MS)?;
        if delay_ms.is_some() && !has_delay {
            return Err(BadField::new("delay_ms", "only slow and late wait", "leave it out"));
        }
        let code = fields.optional_text("code")?.map(str::to_owned);
        let strike = strike_of(&kind, delay_ms, code.as_deref())?;
        Ok(Self {
            strike,
            on: operations(&fields)?,
            times: fields.optional_number("times", 0..=1_000_000)?.unwrap_or(0),
            percent: fields.optional_number("percent", 1..=100)?.unwrap_or(100),
            seed: fields.optional_number("seed", 0..=u64::MAX)?.unwrap_or(0),
            kind,
            delay_ms,
            code,
        })
    }
}

fn strike_of(kind: &str, delay_ms: Option<u64>, code: Option<&str>) -> Result<Strike, BadField> {
    let wait = |default| Duration::from_millis(delay_ms.unwrap_or(default));
    if code.is_some() && !matches!(kind, "down" | "refuse") {
        return Err(BadField::new(
            "code",
            "only down and refuse answer a code of choice",
            "leave it out",
        ));
    }
    let strike = match kind {
        "slow" => Strike::Slow(wait(1_000)),
        "silent" => Strike::Silent,
        "wrong" => Strike::Wrong,
        "late" => Strike::Late(wait(60_000)),
        "duplicate" => Strike::Duplicate,
        "down" => match code.unwrap_or("111") {
            "reset" => Strike::Reset,
            "111" => Strike::Down(Code::DOWN),
            "114" => Strike::Down(Code::OUT_OF_HOURS),
            _ => return Err(BadField::new("code", "not a way to be down", "111, 114, reset")),
        },
        _ => {
            let is_no = |code: &Code| code.class() == CodeClass::No && *code != Code::MALFORMED;
            let no = code.and_then(Code::parse).filter(is_no);
            let accepted = "three digits that mean no, such as 412, 453, 455, 456, 490, 999";
            Strike::Refuse(no.ok_or_else(|| BadField::new("code", "not a deliberate no", accepted))?)
        }
    };
    Ok(strike)
}

fn operations(fields: &Fields) -> Result<Vec<Operation>, BadField> {
    let accepted = OPERATIONS.map(|(name, _)| name).join(", ");
    let named = |name: &String| {
        OPERATIONS
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, operation)| *operation)
    };
    let names = fields.optional_texts("on", &accepted)?;
    if names.len() > OPERATIONS.len() {
        return Err(BadField::new("on", "more entries than there are operations", &accepted));
    }
    let read = |name| named(name).ok_or_else(|| BadField::new("on", &format!("unknown operation `{name}`"), &accepted));
    names.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(orders: &[&str]) -> Faults {
        let faults = Faults::default();
        for order in orders {
            faults
                .add(FaultOrder::parse(order.as_bytes()).expect("a right order"))
                .expect("there is room");
        }
        faults
    }

    #[test]
    fn a_fault_strikes_only_its_operations_and_only_so_often() {
        let faults = faults(&[r#"{"kind":"duplicate","on":["debit"],"times":2}"#]);
        assert_eq!(faults.strike(Operation::Credit), None);
        assert_eq!(faults.strike(Operation::Debit), Some(Strike::Duplicate));
        assert_eq!(faults.strike(Operation::Debit), Some(Strike::Duplicate));
        assert_eq!(faults.strike(Operation::Debit), None);
        assert!(faults.in_force().is_empty());
    }

    #[test]
    fn a_word_in_an_order_strikes_that_order_alone() {
        let order = |print_content: &str, return_of: &str| {
            serde_json::json!({ "reference": "a", "print_content": print_content, "return_of": return_of }).to_string()
        };
        let strike = |body: &str| strike_of_order(body.as_bytes());
        assert_eq!(strike(&order("SIM-SILENT", "")), Some(Strike::Late(SILENCE)));
        assert_eq!(strike(&order(" SIM-DOWN ", "")), Some(Strike::Down(Code::DOWN)));
        for print_content in ["SIM-SILENTLY", "sim-down", "나루 SIM-DOWN", ""] {
            assert_eq!(strike(&order(print_content, "")), None, "{print_content}");
        }
        assert_eq!(strike(&order("SIM-DOWN", "b")), None, "money on its way back");
        assert_eq!(strike("SIM-DOWN"), None, "no order");
    }

    #[test]
    fn a_percentage_is_seeded_and_about_right() {
        let run = || {
            let faults = faults(&[r#"{"kind":"silent","percent":25,"seed":7}"#]);
            (0..1_000)
                .map(|_| faults.strike(Operation::Balance).is_some())
                .collect::<Vec<_>>()
        };
        let struck = run().iter().filter(|hit| **hit).count();
        assert_eq!(run(), run());
        assert!((200..300).contains(&struck), "{struck}");
    }

    #[test]
    fn wrong_orders_are_refused_by_field() {
        let wrong = [
            (r#"{"kind":"sleepy"}"#, "kind"),
            (r#"{}"#, "kind"),
            (r#"{"kind":"slow","on":["debits"]}"#, "on"),
            (r#"{"kind":"slow","delay_ms":120001}"#, "delay_ms"),
            (r#"{"kind":"down","delay_ms":5}"#, "delay_ms"),
            (r#"{"kind":"refuse"}"#, "code"),
            (r#"{"kind":"refuse","code":"822"}"#, "code"),
            (r#"{"kind":"refuse","code":"810"}"#, "code"),
            (r#"{"kind":"down","code":"453"}"#, "code"),
            (r#"{"kind":"slow","percent":0}"#, "percent"),
            (r#"{"kind":"slow","time":1}"#, "time"),
            ("[]", "body"),
        ];
        for (body, field) in wrong {
            assert_eq!(
                FaultOrder::parse(body.as_bytes()).expect_err(body).field(),
                field,
                "{body}"
            );
        }
    }
}
