//! Every page in every state that looks different, rendered.

use naru_core::{ClientStatus, Language, Scope};

use super::samples::{self, person, person_frame};
use super::{CodeError, ConsentError, DoneWord, ProblemWord, SecurityDone, SignInError};
use crate::design::{chain, design};
use crate::page::{Frame, PageError, Theme, WayWord};

/// A rendered page.
pub(super) struct Shown {
    pub(super) name: String,
    pub(super) language: Language,
    pub(super) html: String,
}

/// The pages in one language, with a fintech of this name.
pub(super) fn pages(language: Language, client: &str) -> Vec<Shown> {
    let mut gallery = Gallery {
        language,
        shown: Vec::new(),
    };
    gallery.entering(client);
    gallery.consenting(client);
    gallery.own(client);
    gallery.ending(client);
    for (name, html) in crate::fintech::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    for (name, html) in crate::staff::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    for (name, html) in crate::member::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    for (name, html) in crate::inspector::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    for (name, html) in crate::operator::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    for (name, html) in crate::supervisor::gallery::pages(language, client) {
        gallery.add(&name, html);
    }
    gallery.shown
}

struct Gallery {
    language: Language,
    shown: Vec<Shown>,
}

impl Gallery {
    fn frame(&self, here: &str) -> Frame {
        Frame {
            language: self.language,
            here: here.to_owned(),
            test_bed: here == "/trial",
            ..Frame::default()
        }
    }

    fn own_frame(&self, way: WayWord) -> Frame {
        Frame {
            person: Some(person_frame(way)),
            scripted: way == WayWord::Security,
            ..self.frame(&format!("/{way}"))
        }
    }

    fn add(&mut self, name: &str, html: Result<String, PageError>) {
        let html = html.unwrap_or_else(|why| panic!("{name}: {:?}", std::error::Error::source(&why)));
        self.shown.push(Shown {
            name: name.to_owned(),
            language: self.language,
            html,
        });
    }

    fn entering(&mut self, client: &str) {
        let scripted = |frame: Frame| Frame {
            scripted: true,
            ..frame
        };
        let (plain, trial) = (scripted(self.frame("/sign-in?a=1")), scripted(self.frame("/trial")));
        self.add("sign-in", super::sign_in(&samples::sign_in(client), &plain));
        self.add("sign-in-self", super::sign_in(&samples::sign_in(""), &plain));
        self.add("sign-in-trial", super::sign_in(&samples::sign_in_trial(client), &trial));
        for error in SignInError::ALL {
            let mut view = samples::sign_in(client);
            view.error = Some(*error);
            view.filled = person(client, "1990-13-31", "010");
            self.add(&format!("sign-in-{error}"), super::sign_in(&view, &plain));
        }
        self.add("code-trial", super::code(&samples::code(client), &trial));
        for error in CodeError::ALL {
            let mut view = samples::code("");
            view.simulated_message = None;
            view.tries_left = (*error == CodeError::Wrong).then_some(2);
            view.error = Some(*error);
            self.add(&format!("code-{error}"), super::code(&view, &plain));
        }
    }

    fn consenting(&mut self, client: &str) {
        let (plain, trial) = (self.frame("/consent?a=1"), self.frame("/trial"));
        for asked in [samples::INQUIRY, samples::TRANSFER, samples::BOTH, samples::NEITHER] {
            let view = samples::consent(client, asked);
            self.add(
                &format!("consent-{}-{}", asked.inquiry, asked.transfer),
                super::consent(&view, &plain),
            );
        }
        for (error, status) in ConsentError::ALL.iter().zip(ClientStatus::ALL) {
            let mut view = samples::consent(client, samples::BOTH);
            view.error = Some(*error);
            view.client_status = *status;
            view.chosen = samples::INQUIRY;
            view.accounts[0].checked = *error == ConsentError::NoScope;
            self.add(&format!("consent-{error}"), super::consent(&view, &trial));
        }
        let mut signing_in = samples::consent(client, samples::INQUIRY);
        signing_in.by_code = false;
        signing_in.also = vec![Scope::OpenId, Scope::GrantQuery, Scope::GrantRevoke];
        self.add("consent-openid", super::consent(&signing_in, &plain));
        let mut empty = samples::consent(client, samples::INQUIRY);
        empty.accounts.clear();
        self.add("consent-empty", super::consent(&empty, &plain));
    }

    fn own(&mut self, client: &str) {
        let (grants, activity) = (self.own_frame(WayWord::Grants), self.own_frame(WayWord::Activity));
        let security = self.own_frame(WayWord::Security);
        self.add("grants", super::grants(&samples::grants(client), &grants));
        let mut empty = samples::grants(client);
        empty.grants.clear();
        empty.offer = true;
        self.add("grants-empty", super::grants(&empty, &grants));
        let language = self.language;
        self.add(
            "activity",
            super::activity(&samples::activity(client, language), &activity),
        );
        self.add(
            "activity-empty",
            super::activity(&super::ActivityView::default(), &activity),
        );
        self.add("security", super::security(&samples::security(client), &security));
        for done in SecurityDone::ALL {
            let mut view = samples::security(client);
            view.done = Some(*done);
            view.can_add = false;
            view.passkeys.clear();
            view.sessions.truncate(1);
            self.add(&format!("security-{done}"), super::security(&view, &security));
        }
        let wide = |theme| Frame {
            wide: true,
            theme,
            ..self.frame("/design")
        };
        let (day, night) = (wide(None), wide(Some(Theme::Dark)));
        self.add("design", design(&day));
        self.add("design-dark", design(&night));
    }

    fn ending(&mut self, client: &str) {
        let plain = self.frame("/grants");
        for what in DoneWord::ALL {
            self.add(
                &format!("done-{what}"),
                super::done(&samples::done(*what, client), &plain),
            );
        }
        for kind in ProblemWord::ALL {
            let mut view = samples::problem(*kind);
            view.chain = (*kind == ProblemWord::Refused).then(|| chain(self.language));
            view.retry_href = (*kind == ProblemWord::OutOfTime).then(|| "/grants".to_owned());
            view.sentence = (*kind == ProblemWord::NotFound).then(|| client.to_owned());
            self.add(&format!("problem-{kind}"), super::problem(&view, &plain));
        }
    }
}
