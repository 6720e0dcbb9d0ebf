//! Where the judges are, and how one is called: facts on its standard input, a line of JSON for every check.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// The folder of the judges, with what they need installed.
pub(crate) struct Room {
    folder: PathBuf,
}

/// What a judge said.
pub(crate) struct Ended {
    judge: String,
    lines: Vec<Value>,
    success: bool,
}

impl Room {
    /// The room; `None` where its programs are not installed, which is a failure on a build machine.
    pub(crate) fn find() -> Option<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../judges");
        if folder.join(".venv/installed").exists() {
            return Some(Self { folder });
        }
        let what = "the judges are not installed: judges/install does it, and `./check` calls that";
        let on_build_machine = std::env::var("CI").is_ok_and(|value| !value.is_empty());
        assert!(!on_build_machine, "{what}");
        println!("skipped: {what}");
        None
    }

    /// A program of the folder, ready to be called by the language of its name.
    fn command(&self, program: &str) -> Command {
        let is_python = Path::new(program)
            .extension()
            .is_some_and(|extension| extension == "py");
        let language = if is_python {
            ".venv/bin/python"
        } else {
            ".venv/bin/node"
        };
        let mut command = Command::new(self.folder.join(language));
        command
            .arg(self.folder.join(program))
            .current_dir(&self.folder)
            .env("NO_PROXY", "*")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env("PYTHONWARNINGS", "ignore")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        command
    }

    /// Fresh signature keys, each with the public set and the private key.
    pub(crate) fn keys(&self, count: usize) -> Vec<Value> {
        let output = self.command("keys.mjs").arg(count.to_string()).output();
        let output = output.expect("the judges' own node runs");
        lines(&output.stdout)
    }

    /// Calls a judge and waits until it is done.
    pub(crate) fn call(&self, judge: &str, facts: &Value) -> Ended {
        let mut child = self.command(judge).spawn().expect("the judge starts");
        let mut stdin = child.stdin.take().expect("stdin is piped");
        stdin
            .write_all(facts.to_string().as_bytes())
            .expect("the judge listens");
        drop(stdin);
        let output = child.wait_with_output().expect("the judge ends");
        Ended {
            judge: judge.to_owned(),
            lines: lines(&output.stdout),
            success: output.status.success(),
        }
    }
}

fn lines(output: &[u8]) -> Vec<Value> {
    let text = String::from_utf8_lossy(output);
    let line = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| Value::String(line.to_owned()));
    text.lines().map(line).collect()
}

impl Ended {
    /// Prints every check, and fails unless all of them held.
    pub(crate) fn assert_nothing_found(&self) {
        let mut found = Vec::new();
        for line in &self.lines {
            println!("{line}");
            if line["ok"] == Value::Bool(false) {
                found.push(line.to_string());
            }
        }
        assert!(found.is_empty(), "{} found:\n{}", self.judge, found.join("\n"));
        let passed = self.lines.last().and_then(|last| last["passed"].as_u64());
        assert!(
            self.success && passed.is_some_and(|passed| passed > 0),
            "{} did not come to its end",
            self.judge
        );
    }
}
