//! The functional test: a published list of what a fintech's client must really have done in the test bed.
//!
//! A step is done when the record of calls shows it; the list says what to do, and how a fault is brought about where
//! the step needs one. What strikes at a simulated institution is a word in the print content of an order.

use serde::Serialize;

use crate::{Language, words};

/// Print content of the debited side with which a simulated institution executes an order and does not answer.
pub const SILENT_WORD: &str = "SIM-SILENT";
/// Print content with which a simulated institution says that it is down, and executes nothing.
pub const DOWN_WORD: &str = "SIM-DOWN";

/// A step of the functional test, in the order in which a client comes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestStep {
    /// An access token was issued and used.
    Token,
    /// A person agreed, and the client used it.
    Consent,
    /// A balance was answered.
    Balance,
    /// A page behind the first was answered.
    Paging,
    /// A withdrawal was completed.
    Withdrawal,
    /// A deposit was completed.
    Deposit,
    /// A transfer whose outcome was open was asked for until it was known.
    ResultAfterSilence,
    /// An order was sent twice under one id and answered from the record.
    RepeatedId,
    /// A call under a withdrawn consent was refused, and the client did not insist.
    WithdrawnConsent,
    /// An order over a limit was refused.
    OverLimit,
    /// An institution was down, and the client was told so.
    InstitutionDown,
}
words!(TestStep, "step of the functional test", {
    Token = "token",
    Consent = "consent",
    Balance = "balance",
    Paging = "paging",
    Withdrawal = "withdrawal",
    Deposit = "deposit",
    ResultAfterSilence = "result_after_silence",
    RepeatedId = "repeated_id",
    WithdrawnConsent = "withdrawn_consent",
    OverLimit = "over_limit",
    InstitutionDown = "institution_down",
});

/// How often a client may be refused under a withdrawn consent before it counts as insisting.
pub const REFUSALS_MAX: i64 = 3;

/// One row per step: title and task in Korean and English. A step without a row does not compile.
macro_rules! texts {
    ($($step:ident: $title_ko:literal, $title_en:literal, $task_ko:literal, $task_en:literal;)+) => {
        const fn texts(self) -> [&'static str; 4] {
            match self {
                $(Self::$step => [$title_ko, $title_en, $task_ko, $task_en],)+
            }
        }
    };
}

impl TestStep {
    /// The step's name for people.
    pub fn title(self, language: Language) -> &'static str {
        let [ko, en, ..] = self.texts();
        language.pick(ko, en)
    }

    /// What to do, in one sentence.
    pub fn task(self, language: Language) -> &'static str {
        let [.., ko, en] = self.texts();
        language.pick(ko, en)
    }

    texts! {
        Token: "토큰 발급", "Token",
            "시험이 시작된 뒤 접근토큰을 발급받아 아무 호출에나 사용하십시오.",
            "Have an access token issued after the test began, and use it in any call.";
        Consent: "동의", "Consent",
            "시험이 시작된 뒤 이용자의 동의를 받아 그 토큰으로 호출하십시오.",
            "Have a person agree after the test began, and call with the token that came of it.";
        Balance: "잔액조회", "Balance",
            "등록된 계좌의 잔액을 조회하십시오.",
            "Ask for the balance of a registered account.";
        Paging: "거래내역 다음 페이지", "Paging",
            "거래내역의 첫 페이지를 조회하고, 받은 befor_inquiry_trace_info로 다음 페이지를 조회하십시오.",
            "Ask for a page of transactions, then for the next with the befor_inquiry_trace_info you were given.";
        Withdrawal: "출금이체", "Withdrawal",
            "등록된 계좌에서 약정계좌로 출금이체를 완료하십시오.",
            "Complete a withdrawal from a registered account to your contract account.";
        Deposit: "입금이체", "Deposit",
            "약정계좌에서 이용자 계좌로 입금이체를 완료하십시오.",
            "Complete a deposit from your contract account to a person's account.";
        ResultAfterSilence: "무응답 뒤 결과조회", "Result after silence",
            "wd_print_content를 SIM-SILENT로 출금이체하여 A0007을 받고, 결과가 정해질 때까지 이체결과를 조회하십시오.",
            "Withdraw with SIM-SILENT as wd_print_content, be answered A0007, ask for the result until it is known.";
        RepeatedId: "같은 거래고유번호 재전송", "Repeated id",
            "출금이체나 입금이체를 같은 bank_tran_id와 같은 내용으로 두 번 보내 같은 답을 받으십시오.",
            "Send a withdrawal or deposit twice with one bank_tran_id and content, and be given the same answer.";
        WithdrawnConsent: "철회된 동의", "Withdrawn consent",
            "동의를 철회한 뒤 그 토큰으로 호출하여 거절된 다음, 세 번 넘게 되풀이하지 말고 다른 토큰으로 호출하십시오.",
            "Call once a consent is withdrawn, at most three times; then go on with another token.";
        OverLimit: "한도 초과", "Over a limit",
            "1회 한도를 넘는 금액으로 출금이체나 입금이체를 보내 한도 초과 답을 받으십시오.",
            "Send a withdrawal or deposit above the limit per transfer, and be refused for it.";
        InstitutionDown: "참가기관 장애", "Institution down",
            "wd_print_content를 SIM-DOWN으로 출금이체하여 참가기관 장애(bank_rsp_code 111) 답을 받으십시오.",
            "Withdraw with SIM-DOWN as wd_print_content, and be answered bank_rsp_code 111: the institution is down.";
    }
}

/// The published list, as it is sent to whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PublishedStep {
    /// The step.
    pub step: TestStep,
    /// Its place in the list, from 1.
    pub place: usize,
    /// Its name in Korean.
    pub title_ko: &'static str,
    /// Its name in English.
    pub title_en: &'static str,
    /// What to do, in Korean.
    pub task_ko: &'static str,
    /// What to do, in English.
    pub task_en: &'static str,
}

/// Every step with its texts.
pub fn published_steps() -> Vec<PublishedStep> {
    let published = |(place, step): (usize, &TestStep)| {
        let [title_ko, title_en, task_ko, task_en] = step.texts();
        PublishedStep {
            step: *step,
            place,
            title_ko,
            title_en,
            task_ko,
            task_en,
        }
    };
    (1..).zip(TestStep::ALL).map(published).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_published_whole_and_in_order() {
        let steps = published_steps();
        assert_eq!(steps.len(), TestStep::ALL.len());
        assert_eq!(
            steps.iter().map(|s| s.place).collect::<Vec<_>>(),
            (1..=11).collect::<Vec<_>>()
        );
        for step in &steps {
            assert!(
                step.task_ko.ends_with('.') && step.task_en.ends_with('.'),
                "{}",
                step.step
            );
            assert_eq!(step.step.title(Language::Ko), step.title_ko);
            assert_eq!(step.step.task(Language::En), step.task_en);
        }
    }

    #[test]
    fn a_step_that_needs_a_fault_says_how_to_bring_it_about() {
        for (step, word) in [
            (TestStep::ResultAfterSilence, SILENT_WORD),
            (TestStep::InstitutionDown, DOWN_WORD),
        ] {
            for language in [Language::Ko, Language::En] {
                assert!(step.task(language).contains(word), "{step}");
            }
        }
        for language in [Language::Ko, Language::En] {
            let task = TestStep::WithdrawnConsent.task(language);
            assert!(task.contains("세 번") || task.contains("three times"));
        }
        assert_eq!(REFUSALS_MAX, 3, "the sentence says three");
    }
}
