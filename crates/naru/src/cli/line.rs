//! `naru line`: lines to institutions.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use naru_banking::line::LineTls;
use naru_banking::line::check::{CaseResult, CheckCase, CheckReport, CheckSettings, check};
use naru_core::Clock;
use serde_json::json;

use super::{Context, Done, Failure, read_text};
use crate::app;

/// What can be done about lines.
#[derive(Subcommand)]
pub(super) enum LineCommand {
    /// Plays the hub, right and wrong, against an institution's line; fails when a promise is broken
    Check(CheckArgs),
}

/// What the check needs.
#[derive(Args)]
pub(super) struct CheckArgs {
    /// Base address of the line, such as https://bank.example:7443
    url: String,
    /// An open test account, 10 to 14 digits, that nobody else uses meanwhile; a few won move and move back
    #[arg(long, value_name = "NUM")]
    account: String,
    /// A file with the linking value (CI) of the account's holder; without it the list of accounts is not checked
    #[arg(long, value_name = "FILE")]
    linking_value_file: Option<PathBuf>,
    /// The holder's birth date; without it a match of the holder is not checked
    #[arg(long, value_name = "YYMMDD")]
    holder_info: Option<String>,
    /// The hub's certificate, PEM; without it, that of the configuration's [lines]
    #[arg(long, value_name = "FILE", requires_all = ["key", "ca"])]
    cert: Option<PathBuf>,
    /// The certificate's private key, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "ca"])]
    key: Option<PathBuf>,
    /// The authority of the institution's certificate, PEM
    #[arg(long, value_name = "FILE", requires_all = ["cert", "key"])]
    ca: Option<PathBuf>,
}

pub(super) async fn run(context: &Context, command: LineCommand) -> Done {
    let LineCommand::Check(args) = command;
    play(context, &args).await
}

fn is_digits(text: &str, count: std::ops::RangeInclusive<usize>) -> bool {
    count.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn settings(context: &Context, args: &CheckArgs) -> Result<CheckSettings, Failure> {
    if !["https://", "http://"]
        .iter()
        .any(|scheme| args.url.starts_with(scheme))
    {
        return Err(Failure::Usage(
            "URL must begin with https://, such as https://bank.example:7443".to_owned(),
        ));
    }
    if !is_digits(&args.account, 10..=14) {
        return Err(Failure::Usage("--account must be 10 to 14 digits".to_owned()));
    }
    if args.holder_info.as_deref().is_some_and(|info| !is_digits(info, 6..=6)) {
        return Err(Failure::Usage(
            "--holder-info must be a birth date of six digits, yyMMdd".to_owned(),
        ));
    }
    let chance = app::system_chance();
    let mut settings = CheckSettings::new(&args.url, &args.account, Clock::system(), chance);
    settings.tls = tls(context, args)?;
    settings.linking_value = match &args.linking_value_file {
        Some(path) => Some(read_text(path)?.trim().to_owned()),
        None => None,
    };
    settings.holder = args.holder_info.clone().map(|info| (" ".to_owned(), info));
    Ok(settings)
}

/// The certificates named, else those of the configuration; none for an address in the clear.
fn tls(context: &Context, args: &CheckArgs) -> Result<Option<LineTls>, Failure> {
    if !args.url.starts_with("https:") {
        return Ok(None);
    }
    let named = (args.ca.clone(), args.cert.clone(), args.key.clone());
    let files = if named.0.is_none() && context.config.exists() {
        let lines = context.config()?.lines;
        (lines.ca_file, lines.certificate_file, lines.key_file)
    } else {
        named
    };
    let (Some(ca), Some(certificate), Some(key)) = files else {
        let advice = "https needs --cert, --key and --ca, or a --config whose [lines] names them";
        return Err(Failure::Usage(advice.to_owned()));
    };
    LineTls::from_pem(&read_text(&ca)?, &read_text(&certificate)?, &read_text(&key)?)
        .map(Some)
        .map_err(|error| Failure::Usage(error.to_string()))
}

async fn play(context: &Context, args: &CheckArgs) -> Done {
    let settings = settings(context, args)?;
    eprintln!("naru: playing the cases against {}; this takes some seconds", args.url);
    let report = check(settings).await;
    let broken = report.broken().count();
    let value = json!({ "url": args.url, "held": report.held(), "broken": broken, "cases": report.cases });
    context.print(&value, |_| to_text(&report));
    if report.held() {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "{broken} of {} cases were broken",
        report.cases.len()
    )))
}

fn to_text(report: &CheckReport) -> String {
    let count = |result| report.cases.iter().filter(|case| case.result == result).count();
    let widest = report
        .cases
        .iter()
        .map(|case| case.name.len())
        .max()
        .unwrap_or_default();
    let case = |case: &CheckCase| {
        let (name, saw, expected) = (case.name, &case.saw, case.expected);
        match case.result {
            CaseResult::Held => format!("✓ {name:<widest$}  {saw}\n"),
            CaseResult::NotPlayed => format!("· {name:<widest$}  not played: {saw}\n"),
            CaseResult::Broken => {
                let room = " ".repeat(widest);
                format!("✕ {name:<widest$}  saw: {saw}\n  {room}  expected: {expected}\n")
            }
        }
    };
    let mut text: String = report.cases.iter().map(case).collect();
    let (held, broken) = (count(CaseResult::Held), count(CaseResult::Broken));
    text.push_str(&format!(
        "\n{held} held, {broken} broken, {} not played",
        count(CaseResult::NotPlayed)
    ));
    text
}
