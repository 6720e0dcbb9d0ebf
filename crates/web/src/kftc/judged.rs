//! The judged route: reads the request, judges the chain, calls the handler only with a [`Trusted`], and records the
//! call with its verdict. A handler without the judgement cannot be written.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodFilter, MethodRouter, on};
use futures_util::FutureExt as _;
use naru_core::trust::{Link, Standing, Verdict, judge};
use naru_core::{BankTranId, CallId, FintechUseNum, Profile, Timestamp};
use naru_storage::{CallRecord, StandingQuery, StorageError};
use serde::Serialize;

use super::envelope::{Rendered, response};
use super::request::read;
use super::{FieldError, Refusal, Success};
use crate::fapi2::challenge;
use crate::presented::{Presented, Scheme};
use crate::rates::Asker;
use crate::route::CORRELATION;
use crate::trusted::{Demanding, Finished, Trusted};
use crate::{Effect, Hub, Route, Who};

/// A route of the profile whose chain of trust is judged before `handler` runs.
pub fn judged<R, S, T, F, U>(
    (method, path): (&'static str, &'static str),
    effect: Effect,
    summary: &'static str,
    (hub, state): (&Hub, &S),
    handler: F,
) -> Route
where
    R: Demanding,
    S: Clone + Send + Sync + 'static,
    T: Serialize + Send + 'static,
    F: Fn(S, Arc<Trusted<R>>) -> U + Clone + Send + Sync + 'static,
    U: Future<Output = Result<Success<T>, Refusal>> + Send + 'static,
{
    let (hub, state) = (hub.clone(), state.clone());
    let name: &'static str = Box::leak(format!("{method} {path}").into_boxed_str());
    let answer = move |request: Request| {
        let (hub, state, handler) = (hub.clone(), state.clone(), handler.clone());
        // A task of its own: a caller that hangs up stops neither the call nor its record.
        let work = hub.work().clone();
        let call = work.spawn(async move {
            let call = Call::begin(&hub, name, &request);
            call.answer(request, |trusted| handler(state, trusted)).await
        });
        async move {
            call.await
                .unwrap_or_else(|_| crate::Problem::internal().into_response())
        }
    };
    let filter = if method == "GET" {
        MethodFilter::GET
    } else {
        MethodFilter::POST
    };
    let handler: MethodRouter = on(filter, answer);
    Route {
        method,
        path,
        who: Who::Token,
        demand: Some(R::DEMAND),
        effect,
        summary,
        handler,
    }
}

/// One call on its way through.
struct Call<'a> {
    hub: &'a Hub,
    route: &'static str,
    id: CallId,
    at: Timestamp,
    presented: Presented,
}

/// What a call came to, before it is recorded.
struct Ended {
    rendered: Rendered,
    finished: Option<Finished>,
    parties: Parties,
    used_id: Option<BankTranId>,
}

#[derive(Default)]
struct Parties {
    profile: Option<Profile>,
    client_id: Option<naru_core::ClientId>,
    grant_id: Option<naru_core::GrantId>,
    person_id: Option<naru_core::PersonId>,
}

impl Parties {
    fn of(standing: &Standing) -> Self {
        let grant = standing.grant.as_ref().map(|granted| &granted.grant);
        Self {
            profile: standing.client.as_ref().map(|client| client.client.profile),
            client_id: standing.client.as_ref().map(|client| client.client.id),
            grant_id: grant.map(|grant| grant.id),
            person_id: grant.and_then(|grant| grant.person_id),
        }
    }
}

impl<'a> Call<'a> {
    fn begin(hub: &'a Hub, route: &'static str, request: &Request) -> Self {
        let at = hub.now();
        Self {
            hub,
            route,
            id: CallId::new(at, hub.storage().chance()),
            at,
            presented: Presented::of(hub, request, at),
        }
    }

    async fn answer<R, T, U>(self, request: Request, handler: impl FnOnce(Arc<Trusted<R>>) -> U) -> Response
    where
        R: Demanding,
        T: Serialize,
        U: Future<Output = Result<Success<T>, Refusal>>,
    {
        let asked = read::<R>(request).await;
        // An id is claimed before the database is read: a call that lost the claim is a repeat, whatever the
        // database knows yet.
        let day = self.at.day();
        let once = if R::DEMAND.once {
            asked.as_ref().ok().and_then(once_id)
        } else {
            None
        };
        let claimed = once.as_ref().is_none_or(|id| self.hub.once().claim(day, id, self.at));
        let ended = self.judge_and_handle(asked, once.as_ref(), claimed, handler).await;
        if let (Some(id), true, None) = (&once, claimed, &ended.used_id) {
            self.hub.once().release(day, id);
        }
        self.record(ended).await
    }

    async fn judge_and_handle<R, T, U>(
        &self,
        asked: Result<R, FieldError>,
        once: Option<&BankTranId>,
        claimed: bool,
        handler: impl FnOnce(Arc<Trusted<R>>) -> U,
    ) -> Ended
    where
        R: Demanding,
        T: Serialize,
        U: Future<Output = Result<Success<T>, Refusal>>,
    {
        let mut standing = match self.standing(asked.as_ref().ok(), once).await {
            Ok(standing) => standing,
            Err(error) => return self.refused(&error.into(), None, Parties::default(), ""),
        };
        standing.replayed |= !claimed;
        let parties = Parties::of(&standing);
        let verdict = judge(&standing, &R::DEMAND);
        let named = asked
            .as_ref()
            .ok()
            .and_then(Demanding::bank_tran_id)
            .unwrap_or_default()
            .to_owned();
        let ask = match asked.and_then(|ask| well_formed(&ask, &standing).map(|()| ask)) {
            Ok(ask) => ask,
            Err(error) if knows_the_caller(&verdict) => {
                return self.refused(&error.into(), Some(verdict), parties, &named);
            }
            Err(_) => {
                return self.refused(
                    &Refusal::Broken(Box::new(verdict.clone())),
                    Some(verdict),
                    parties,
                    &named,
                );
            }
        };
        let trusted = match Trusted::new(ask, self.id, self.presented, (standing, verdict)) {
            Ok(trusted) => Arc::new(trusted),
            Err(verdict) => {
                return self.refused(&Refusal::Broken(verdict.clone()), Some(*verdict), parties, &named);
            }
        };
        let asker = Asker::Client(trusted.client.id);
        if self.hub.rates().allow(asker, self.at).is_err() {
            let verdict = Some(trusted.verdict().clone());
            return self.refused(&Refusal::Reason("too_often"), verdict, parties, &named);
        }
        let answered = self.handle(handler(Arc::clone(&trusted))).await;
        let used_id = if used_up(&answered) { once.cloned() } else { None };
        let rendered = match &answered {
            Ok(success) => success.render(self.hub.codes()),
            Err(refusal) => refusal.render(self.hub.codes(), self.id, self.at, &named),
        };
        let mut finished = Arc::into_inner(trusted).map(Trusted::finish);
        if let (Some(finished), Err(Refusal::Broken(verdict))) = (&mut finished, &answered) {
            finished.verdict = (**verdict).clone();
        }
        Ended {
            rendered,
            finished,
            parties,
            used_id,
        }
    }

    /// Waits for a handler; one that panics has failed for this call alone.
    async fn handle<T>(&self, work: impl Future<Output = Result<Success<T>, Refusal>>) -> Result<Success<T>, Refusal> {
        AssertUnwindSafe(work).catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(event = "handler_panicked", route = self.route, call = %self.id, "a defect: please report");
            Err(Refusal::Reason("internal"))
        })
    }

    async fn standing<R: Demanding>(
        &self,
        ask: Option<&R>,
        once: Option<&BankTranId>,
    ) -> Result<Standing, StorageError> {
        let account = ask
            .and_then(Demanding::fintech_use_num)
            .and_then(|text| FintechUseNum::parse(text.trim()).ok());
        let query = StandingQuery {
            test_bed: self.hub.settings().test_bed,
            token_sha256: self.presented.token_sha256.as_ref(),
            certificate_sha256: self.presented.certificate_sha256,
            proof: self.presented.proof,
            fintech_use_num: account.as_ref(),
            once,
            named_person: ask.and_then(Demanding::named_person).map(str::trim),
        };
        let read = self.hub.storage().read("standing", async |tx| tx.standing(query).await);
        let read: Result<Standing, StorageError> = read.await;
        let mut standing = read?;
        self.presented.settle(self.hub, &mut standing);
        Ok(standing)
    }

    fn refused(&self, refusal: &Refusal, verdict: Option<Verdict>, parties: Parties, named: &str) -> Ended {
        let rendered = refusal.render(self.hub.codes(), self.id, self.at, named);
        let finished = verdict.map(|verdict| Finished {
            verdict,
            asked: None,
            institution_us: 0,
            about: None,
        });
        Ended {
            rendered,
            finished,
            parties,
            used_id: None,
        }
    }

    async fn record(self, ended: Ended) -> Response {
        let Ended {
            rendered,
            finished,
            parties,
            used_id,
        } = ended;
        let (verdict, asked, institution_us, about) = match finished {
            Some(f) => (Some(f.verdict), f.asked, f.institution_us, f.about),
            None => (None, None, 0, None),
        };
        // HTTP speaks only to clients of the FAPI 2.0 profile; the KFTC profile answers 200 whatever happened.
        let in_http = self.presented.scheme == Some(Scheme::Dpop) || parties.profile == Some(Profile::Fapi2);
        let challenge = verdict
            .as_ref()
            .filter(|_| in_http)
            .and_then(|verdict| challenge(verdict, self.presented.scheme));
        let (bank_code, bank_answer) = asked.unzip();
        let total_us = self.hub.now().micros_since(self.at);
        let hub_us = total_us.saturating_sub(institution_us).max(0);
        self.hub
            .metrics()
            .call(self.route, &rendered.rsp_code, hub_us, institution_us);
        let verdict = verdict.map_or_else(String::new, |v| serde_json::to_string(&v).unwrap_or_default());
        let bank_rsp_code = bank_answer.unwrap_or(rendered.bank_rsp_code);
        self.hub
            .calls()
            .record(CallRecord {
                id: self.id,
                at: self.at,
                route: self.route.to_owned(),
                client_id: parties.client_id,
                grant_id: parties.grant_id,
                person_id: parties.person_id,
                bank_tran_id: used_id,
                rsp_code: rendered.rsp_code,
                bank_rsp_code,
                bank_code,
                hub_us,
                institution_us,
                verdict,
                about,
            })
            .await;
        let mut response = response(rendered.body);
        if let Some((status, header)) = challenge {
            *response.status_mut() = status;
            if let Some(header) = header {
                response.headers_mut().insert(http::header::WWW_AUTHENTICATE, header);
            }
        }
        let headers = response.headers_mut();
        let id = HeaderValue::from_str(&self.id.to_string()).expect("an id is plain ASCII");
        headers.insert(CORRELATION, id);
        let timing = format!("hub;dur={}, institution;dur={}", millis(hub_us), millis(institution_us));
        headers.insert(
            "server-timing",
            HeaderValue::from_str(&timing).expect("numbers are plain ASCII"),
        );
        response
    }
}

fn millis(micros: i64) -> String {
    format!("{}.{:03}", micros / 1_000, micros % 1_000)
}

/// Whether the links that say who calls hold, so that the caller may be told what is wrong with its fields.
fn knows_the_caller(verdict: &Verdict) -> bool {
    !matches!(verdict.broken(), Some((Link::Channel | Link::Organisation, ..)))
}

/// Whether an answer has used the request's id up: whatever reached an institution has.
fn used_up<T>(answered: &Result<Success<T>, Refusal>) -> bool {
    matches!(answered, Ok(_) | Err(Refusal::Institution { .. }))
}

fn once_id<R: Demanding>(ask: &R) -> Option<BankTranId> {
    BankTranId::parse(ask.bank_tran_id()?.trim()).ok()
}

/// The form of the identifiers that the judge looks at.
fn well_formed<R: Demanding>(ask: &R, standing: &Standing) -> Result<(), FieldError> {
    ask.shape()?;
    if let Some(id) = ask.bank_tran_id() {
        let id = BankTranId::parse(id.trim()).map_err(|error| FieldError::new("bank_tran_id", error))?;
        let owner = standing.client.as_ref().map(|client| &client.client.client_use_code);
        if owner.is_some_and(|code| !id.belongs_to(code)) {
            return Err(FieldError::new(
                "bank_tran_id",
                "must begin with the caller's own client_use_code",
            ));
        }
    }
    if let Some(number) = ask.fintech_use_num() {
        FintechUseNum::parse(number.trim()).map_err(|error| FieldError::new("fintech_use_num", error))?;
    }
    Ok(())
}
