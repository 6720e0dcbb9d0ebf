//! A person's browser: keeps cookies, follows no redirect by itself, and reads forms as a person would.

use std::collections::BTreeMap;

use naru_sims::demo;

use super::{Answer, Bed, CODE, Fintech};

pub(crate) struct Browser<'a> {
    bed: &'a Bed,
    pub(crate) cookies: BTreeMap<String, String>,
}

impl<'a> Browser<'a> {
    pub(crate) const fn new(bed: &'a Bed) -> Self {
        Self {
            bed,
            cookies: BTreeMap::new(),
        }
    }

    /// The session cookie's value.
    pub(crate) fn cookie(&self) -> String {
        self.cookies.get("__Host-naru").cloned().unwrap_or_default()
    }

    pub(crate) async fn open(&mut self, path: &str) -> Answer {
        let call = self.bed.call("GET", path);
        self.exchange(call).await
    }

    /// Opens an address and follows redirects within the hub.
    pub(crate) async fn follow(&mut self, path: &str) -> Answer {
        let mut answer = self.open(path).await;
        while answer.status == 303 && answer.header("location").starts_with('/') {
            let location = answer.header("location").to_owned();
            answer = self.open(&location).await;
        }
        answer
    }

    pub(crate) async fn submit(&mut self, action: &str, pairs: &[(&str, &str)]) -> Answer {
        let call = self.bed.call("POST", action).form(pairs);
        self.exchange(call).await
    }

    async fn exchange(&mut self, call: super::Call<'a>) -> Answer {
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = call.header("cookie", cookies.join("; ")).send().await;
        for cookie in answer.headers.get_all("set-cookie") {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Begins a journey on a fintech's request: the page on which a person says who they are.
    pub(crate) async fn begin(&mut self, fintech: &Fintech, more: &[(&str, &str)]) -> Answer {
        let id = fintech.id();
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", id.as_str()),
            ("redirect_uri", Fintech::REDIRECT),
            ("scope", "login inquiry transfer"),
            ("state", "b80BLsfigm9OokPTjy03elbJqRHOfGSY"),
            ("auth_type", "0"),
        ];
        query.extend_from_slice(more);
        let query = serde_urlencoded::to_string(query).unwrap();
        self.follow(&format!("/oauth/2.0/authorize?{query}")).await
    }

    /// Says who one is on that page: the page that asks for the code.
    pub(crate) async fn say_who(&mut self, page: &Answer, who: usize) -> Answer {
        let person = demo::people().swap_remove(who);
        let (action, csrf) = form_of(page, "identity");
        let words = [
            ("csrf", csrf.as_str()),
            ("name", &person.name),
            ("birth_date", &person.birth_date),
            ("cell_no", &person.cell_no),
        ];
        self.submit(&action, &words).await
    }

    /// Types the code on that page: the page that asks for consent.
    pub(crate) async fn type_code(&mut self, page: &Answer) -> Answer {
        let (action, csrf) = form_of(page, "code");
        self.submit(&action, &[("csrf", &csrf), ("code", CODE)]).await
    }

    /// From a fintech's request to the page that asks for consent.
    pub(crate) async fn reach_consent(&mut self, fintech: &Fintech, who: usize) -> Answer {
        let page = self.begin(fintech, &[]).await;
        let page = self.say_who(&page, who).await;
        self.type_code(&page).await
    }

    /// Agrees to both scopes for the first `count` accounts on that page.
    pub(crate) async fn agree(&mut self, page: &Answer, count: usize) -> Answer {
        let (action, csrf) = form_of(page, "decision");
        let values: Vec<String> = (0..count).map(|at| at.to_string()).collect();
        let mut pairs = vec![
            ("csrf", csrf.as_str()),
            ("inquiry", "yes"),
            ("transfer", "yes"),
            ("decision", "agree"),
        ];
        pairs.extend(values.iter().map(|value| ("account", value.as_str())));
        self.submit(&action, &pairs).await
    }
}

/// The action of the page's form that ends so, and its token.
#[track_caller]
pub(crate) fn form_of(page: &Answer, step: &str) -> (String, String) {
    let text = page.text();
    let mut forms = text.split("<form").skip(1);
    let is_meant = |form: &&str| {
        let action = attribute(form, "action=\"");
        action.split('?').next().unwrap_or_default().ends_with(step)
    };
    let form = forms
        .find(is_meant)
        .unwrap_or_else(|| panic!("no form for {step}: {} {text}", page.status));
    let hidden = form.split("name=\"csrf\"").nth(1).expect("a form has its token");
    (attribute(form, "action=\""), attribute(hidden, "value=\""))
}

fn attribute(text: &str, begin: &str) -> String {
    let value = text.split(begin).nth(1).and_then(|rest| rest.split('"').next());
    value.unwrap_or_default().replace("&amp;", "&").replace("&#x2f;", "/")
}

/// The parameters of the address to which an answer sends the browser.
#[track_caller]
pub(crate) fn query_of(answer: &Answer) -> BTreeMap<String, String> {
    let location = answer.header("location");
    let (base, query) = location
        .split_once('?')
        .unwrap_or_else(|| panic!("no redirect: {}", answer.status));
    assert_eq!((answer.status.as_u16(), base), (303, Fintech::REDIRECT));
    serde_urlencoded::from_str(query).unwrap()
}
