//! A database of its own for one test, on the server that `NARU_TEST_POSTGRES` names.

use std::path::PathBuf;
use std::process::{Command, Stdio};

/// How PostgreSQL's programs are told what the server's settings say; a password stands on no command line.
const ENVIRONMENT: [(&str, &str); 4] = [
    ("host", "PGHOST"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
];

/// A database, dropped with this.
pub(super) struct Database {
    server: Vec<(String, String)>,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = program(&self.server, "dropdb")
            .args(["--if-exists", "--force", &self.name])
            .status();
        if !dropped.is_ok_and(|status| status.success()) {
            eprintln!("the database {} is still there", self.name);
        }
    }
}

impl Database {
    /// A fresh database; `None` where no server is named, which is a failure on a build machine.
    pub(super) fn create() -> Option<Self> {
        let said = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        let Some(text) = said("NARU_TEST_POSTGRES") else {
            assert!(said("CI").is_none(), "NARU_TEST_POSTGRES must name a server");
            println!("skipped: NARU_TEST_POSTGRES names no server");
            return None;
        };
        let pair = |part: &str| {
            let (key, value) = part.split_once('=').expect("NARU_TEST_POSTGRES is `key=value …`");
            (key.to_owned(), value.to_owned())
        };
        let server: Vec<_> = text.split_whitespace().map(pair).collect();
        let name = format!("naru_crash_{:016x}", naru::app::system_chance().below(u64::MAX));
        let made = program(&server, "createdb")
            .arg(&name)
            .status()
            .expect("createdb of PostgreSQL is installed");
        assert!(made.success(), "the user of NARU_TEST_POSTGRES may create databases");
        Some(Self { server, name })
    }

    /// The settings of this database, as the hub's configuration takes them.
    pub(super) fn url(&self) -> String {
        let others = self.server.iter().filter(|(key, _)| key != "dbname");
        let others: Vec<_> = others.map(|(key, value)| format!("{key}={value}")).collect();
        format!("{} dbname={}", others.join(" "), self.name)
    }
}

fn program(server: &[(String, String)], name: &str) -> Command {
    let mut command = Command::new(place(name));
    command.stdin(Stdio::null());
    for (key, variable) in ENVIRONMENT {
        if let Some((_, value)) = server.iter().find(|(known, _)| known == key) {
            command.env(variable, value);
        }
    }
    command
}

/// Where a program of PostgreSQL is: beside the server, or on the path.
fn place(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<_> = versions.map(|version| version.path().join("bin").join(name)).collect();
    found.retain(|path| path.exists());
    found.sort();
    found.pop().unwrap_or_else(|| PathBuf::from(name))
}
