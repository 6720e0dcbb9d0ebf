//! The people of an organisation on the command line, beside the files of a trial that has ended.

use std::process::{Command, Output};

use serde_json::Value;

use super::process::{Dir, NARU, Up};

fn run(dir: &Dir, words: &[&str]) -> Output {
    let config = dir.path().join("trial").join("naru.toml");
    let command = Command::new(NARU)
        .arg("--json")
        .arg("--config")
        .arg(config)
        .args(words)
        .output();
    command.expect("naru runs")
}

#[track_caller]
fn done(dir: &Dir, words: &[&str]) -> Value {
    let output = run(dir, words);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("the result is JSON")
}

#[track_caller]
fn refused(dir: &Dir, words: &[&str], why: &str) {
    let output = run(dir, words);
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), text.contains(why)), (Some(2), true), "{text}");
}

#[test]
fn a_second_member_and_a_directory_s_token_come_from_the_command_line() {
    let dir = Dir::new("people");
    let up = Up::start(dir.path());
    let certificate = up.text("/ca_file");
    up.terminate();
    assert_eq!(up.ended(10).code(), Some(0));
    let new = [
        "organisation",
        "sign-up",
        "agency-9",
        "--kind",
        "agency",
        "--name",
        "나루점검",
    ];
    let first = ["--administrator", "kim@example.com", "--display-name", "김관리"];
    done(&dir, &[&new[..], &first[..]].concat());
    let member = [
        "organisation",
        "add-member",
        "agency-9",
        "lee@example.com",
        "--display-name",
        "이승인",
    ];
    let roles = ["--role", "approver", "--role", "reader", "--certificate", &certificate];
    let added = done(&dir, &[&member[..], &roles[..]].concat());
    assert_eq!(added["roles"], "approver reader");
    assert_eq!(added["has_certificate"], true);
    refused(
        &dir,
        &[&member[..], &["--role", "approver"]].concat(),
        "has a member of this user name",
    );
    refused(&dir, &[&member[..], &["--role", "desk"]].concat(), "has the role desk");
    let token = [
        "organisation",
        "scim-token",
        "agency-9",
        "--name",
        "hr",
        "--administrator",
    ];
    let issued = done(&dir, &[&token[..], &["kim@example.com"]].concat());
    assert!(
        issued["token"].as_str().is_some_and(|token| token.len() > 30),
        "{issued}"
    );
    refused(
        &dir,
        &[&token[..], &["lee@example.com"]].concat(),
        "no active administrator",
    );
}
