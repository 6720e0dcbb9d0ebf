//! The README's blocks, executed in order in one shell against a real trial.

use std::process::Command;

use super::process::{Dir, NARU, Up};

/// The fenced `sh` blocks of a page, each announced on standard error.
fn script(page: &str) -> (String, usize) {
    let (mut script, mut count, mut inside) = (String::from("set -euo pipefail\n"), 0, false);
    for line in page.lines() {
        match line {
            "```sh" => {
                count += 1;
                inside = true;
                script.push_str(&format!("echo 'README block {count}' >&2\n"));
            }
            "```" => inside = false,
            _ if inside => {
                script.push_str(line);
                script.push('\n');
            }
            _ => {}
        }
    }
    (script, count)
}

#[test]
fn every_block_of_the_readme_does_what_it_says() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let page = std::fs::read_to_string(page).expect("the README is there");
    let (script, count) = script(&page);
    assert!(count >= 8, "the README shows the calls of the journey: {count} blocks");
    let dir = Dir::new("readme");
    let up = Up::start(dir.path());
    let json = dir.path().join("up.json");
    std::fs::write(&json, up.summary.to_string()).unwrap();
    let file = dir.path().join("readme.sh");
    std::fs::write(&file, script).unwrap();
    let run = Command::new("bash")
        .arg(&file)
        .current_dir(dir.path())
        .env("NARU_UP_JSON", &json)
        .env("NARU", NARU)
        .output()
        .expect("bash runs");
    let (out, errors) = (
        String::from_utf8_lossy(&run.stdout),
        String::from_utf8_lossy(&run.stderr),
    );
    assert!(run.status.success(), "{}\n{errors}\n{out}", run.status);
    assert!(errors.contains(&format!("README block {count}")), "{errors}");
    up.terminate();
    assert!(up.ended(10).success());
}

#[test]
fn blocks_are_taken_in_order_and_others_are_left_out() {
    let page = "# A\n```sh\nA=1\n```\ntext\n```console\n$ rm -rf x\n```\n```sh\ntest $A = 1\n```\n";
    let (script, count) = script(page);
    assert_eq!(count, 2);
    let expected = "set -euo pipefail\necho 'README block 1' >&2\nA=1\necho 'README block 2' >&2\ntest $A = 1\n";
    assert_eq!(script, expected);
}
