//! A person consents in the browser, and the fintech gets its tokens; at the end the person withdraws the consent.

use hyper::StatusCode;

use crate::client::attribute;
use crate::demo::journey::{Journey, REDIRECT_URI, expect, text};

pub(super) async fn consent(j: &mut Journey<'_>) -> Result<String, String> {
    let (client, _) = j.client()?;
    let query = serde_urlencoded::to_string([
        ("response_type", "code"),
        ("client_id", &client.id.to_string()),
        ("redirect_uri", REDIRECT_URI),
        ("scope", "login inquiry transfer"),
        ("state", "b80BLsfigm9OokPTjy03elbJqRHOfGSY"),
        ("auth_type", "0"),
    ]);
    let page = j
        .browser
        .follow(&format!("/oauth/2.0/authorize?{}", query.unwrap_or_default()))
        .await?;
    let person = naru_sims::demo::people().into_iter().next().ok_or("no person")?;
    let (action, csrf) = form(&page.text(), "identity")?;
    let words = [
        ("csrf", csrf.as_str()),
        ("name", &person.name),
        ("birth_date", &person.birth_date),
        ("cell_no", &person.cell_no),
    ];
    let page = j.browser.submit(&action, &words).await?.text();
    let number = page
        .split("class=\"bubble num\">")
        .nth(1)
        .and_then(|rest| rest.split('<').next());
    let number = digits(number.unwrap_or_default(), 6);
    let (action, csrf) = form(&page, "code")?;
    let page = j.browser.submit(&action, &[("csrf", &csrf), ("code", &number)]).await?;
    let page = page.text();
    let (action, csrf) = form(&page, "decision")?;
    let offered = page.matches("name=\"account\"").count();
    let values: Vec<String> = (0..offered).map(|at| at.to_string()).collect();
    let mut choice = vec![
        ("csrf", csrf.as_str()),
        ("inquiry", "yes"),
        ("transfer", "yes"),
        ("decision", "agree"),
    ];
    choice.extend(values.iter().map(|value| ("account", value.as_str())));
    let answer = j.browser.submit(&action, &choice).await?;
    let location = answer.header("location");
    if answer.status != StatusCode::SEE_OTHER || !location.starts_with(REDIRECT_URI) {
        return Err(format!("no way back to the fintech: {} {location}", answer.status));
    }
    let query = location.split('?').nth(1).unwrap_or_default();
    let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).map_err(|error| error.to_string())?;
    let find = |name: &str| {
        pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.clone())
    };
    if find("state").as_deref() != Some("b80BLsfigm9OokPTjy03elbJqRHOfGSY") {
        return Err("the state did not come back".to_owned());
    }
    j.code = find("code").ok_or("no code came back")?;
    Ok(format!(
        "{} agreed for {offered} accounts; a code came back with the state",
        person.name
    ))
}

/// The first so many digits of a text.
pub(super) fn digits(text: &str, count: usize) -> String {
    text.chars().filter(char::is_ascii_digit).take(count).collect()
}

/// The address and token of the form on a page that leads to a step.
pub(super) fn form(page: &str, step: &str) -> Result<(String, String), String> {
    let page = &page.replace("&#x2f;", "/");
    let marker = format!("/{step}?");
    let action = attribute(page, &marker, "action").or_else(|| attribute(page, &format!("/{step}\""), "action"));
    let csrf = attribute(page, "name=\"csrf\"", "value");
    match (action, csrf) {
        (Some(action), Some(csrf)) => Ok((action, csrf)),
        _ => Err(format!("the page has no form for {step}")),
    }
}

pub(super) async fn exchange(j: &mut Journey<'_>) -> Result<String, String> {
    let (client, secret) = j.client()?;
    let id = client.id.to_string();
    let credentials = [("client_id", id.as_str()), ("client_secret", secret.expose())];
    let mut pairs = credentials.to_vec();
    pairs.extend([
        ("grant_type", "authorization_code"),
        ("code", &j.code),
        ("redirect_uri", REDIRECT_URI),
    ]);
    let tokens = j.http.form("/oauth/2.0/token", &pairs).await?;
    let mut pairs = credentials.to_vec();
    pairs.extend([("grant_type", "client_credentials"), ("scope", "oob")]);
    let oob = j.http.form("/oauth/2.0/token", &pairs).await?;
    expect(&tokens, "token_type", "Bearer")?;
    expect(&oob, "token_type", "Bearer")?;
    let (access, number) = (
        text(&tokens, "access_token").to_owned(),
        text(&tokens, "user_seq_no").to_owned(),
    );
    let saw = format!(
        "scope `{}`, {} seconds, user_seq_no {number}",
        text(&tokens, "scope"),
        tokens["expires_in"]
    );
    (j.access_token, j.user_seq_no) = (access, number);
    j.oob_token = text(&oob, "access_token").to_owned();
    Ok(saw)
}
