//! The steps of the journey, in order.

mod consent;
mod inquiry;
mod money;
mod truth;

use std::pin::Pin;

use super::journey::Journey;

type Outcome<'j> = Pin<Box<dyn Future<Output = Result<String, String>> + Send + 'j>>;
type StepFn = for<'j, 'a> fn(&'j mut Journey<'a>) -> Outcome<'j>;

/// Every step with its name.
pub(super) fn all() -> Vec<(&'static str, StepFn)> {
    vec![
        ("an operator registers a fintech", |j| Box::pin(j.register())),
        ("a person consents in the browser", |j| Box::pin(consent::consent(j))),
        ("the fintech exchanges the code for tokens", |j| {
            Box::pin(consent::exchange(j))
        }),
        ("the fintech asks who the person is", |j| Box::pin(inquiry::me(j))),
        ("the fintech asks for a balance", |j| Box::pin(inquiry::balance(j))),
        ("the fintech reads two pages of transactions", |j| {
            Box::pin(inquiry::transactions(j))
        }),
        ("the fintech withdraws from the person", |j| {
            Box::pin(money::withdraw(j))
        }),
        ("the fintech pays another person at another bank", |j| {
            Box::pin(money::deposit(j))
        }),
        ("the same withdrawal again: same answer, no second movement", |j| {
            Box::pin(money::repeat(j))
        }),
        ("the fintech asks what became of it", |j| Box::pin(money::result(j))),
        ("an institution goes silent: the transfer is unknown", |j| {
            Box::pin(truth::silence(j))
        }),
        ("the resolver asks again and finds the truth", |j| {
            Box::pin(truth::resolve(j))
        }),
        ("the person withdraws consent", |j| Box::pin(truth::withdraw_consent(j))),
        ("the next call is refused", |j| Box::pin(truth::refused(j))),
        ("trust explain says why", |j| Box::pin(truth::explain(j))),
        ("the books of hub and institutions agree to the won", |j| {
            Box::pin(truth::books(j))
        }),
    ]
}
