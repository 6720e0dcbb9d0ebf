//! PostgreSQL for a run: databases of its own on a server that is named, and the server's own benchmark as the floor.
//! A password travels in the environment of the programs that need it, never on a command line.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::room::random_word;
use crate::cli::Failure;

/// Names the server: `host=… port=… user=… password=… dbname=…`.
pub(super) const VARIABLE: &str = "NARU_BENCH_POSTGRES";

/// How the programs of PostgreSQL are told what the server's settings say.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("host", "PGHOST"),
    ("port", "PGPORT"),
    ("user", "PGUSER"),
    ("password", "PGPASSWORD"),
    ("dbname", "PGDATABASE"),
    ("sslmode", "PGSSLMODE"),
];

/// A server.
#[derive(Clone)]
pub(super) struct Server {
    settings: Vec<(String, String)>,
}

/// A database that lives as long as this.
pub(super) struct Database {
    server: Server,
    name: String,
}

impl Drop for Database {
    fn drop(&mut self) {
        let dropped = self.server.program("dropdb").and_then(|mut dropdb| {
            let output = dropdb.args(["--if-exists", "--force", &self.name]).output()?;
            succeeded("dropdb", &output)
        });
        if let Err(Failure::Failed(why) | Failure::Usage(why)) = dropped {
            eprintln!("naru: the database {} is still there: {why}", self.name);
        }
    }
}

impl Server {
    /// The server that the environment names.
    pub(super) fn from_environment() -> Result<Option<Self>, Failure> {
        match std::env::var(VARIABLE) {
            Ok(text) if !text.trim().is_empty() => {
                let wrong = || Failure::Usage(format!("{VARIABLE} must be host=… port=… user=… password=… dbname=…"));
                parse(&text).map(|settings| Some(Self { settings })).ok_or_else(wrong)
            }
            _ => Ok(None),
        }
    }

    /// A program of PostgreSQL, with the server's settings in its environment.
    fn program(&self, name: &str) -> Result<Command, Failure> {
        let path =
            found(name).ok_or_else(|| Failure::Failed(format!("{name} of PostgreSQL is not on this machine")))?;
        let mut command = Command::new(path);
        command.stdin(Stdio::null());
        for (key, value) in &self.settings {
            if let Some((_, variable)) = ENVIRONMENT.iter().find(|(known, _)| known == key) {
                command.env(variable, value);
            }
        }
        Ok(command)
    }

    /// Creates a database.
    pub(super) fn create(&self) -> Result<Database, Failure> {
        let name = format!("naru_bench_{}", random_word());
        let output = self.program("createdb")?.arg(&name).output()?;
        succeeded("createdb", &output)?;
        Ok(Database {
            server: self.clone(),
            name,
        })
    }

    /// Transactions a second of the server's own benchmark, one small commit each; `None` where the program is not
    /// on this machine.
    pub(super) fn own_benchmark(&self, seconds: u64) -> Result<Option<f64>, Failure> {
        if found("pgbench").is_none() {
            return Ok(None);
        }
        let database = self.create()?;
        let made = self
            .program("pgbench")?
            .args(["-i", "-q", "-s", "10", &database.name])
            .output()?;
        succeeded("pgbench", &made)?;
        let seconds = seconds.to_string();
        let load = ["-n", "-N", "-c", "16", "-j", "2", "-T", &seconds, &database.name];
        let run = self.program("pgbench")?.args(load).output()?;
        succeeded("pgbench", &run)?;
        let text = String::from_utf8_lossy(&run.stdout).into_owned();
        let tps = text.lines().find_map(|line| line.strip_prefix("tps = "));
        let tps = tps.and_then(|rest| rest.split_whitespace().next()?.parse().ok());
        tps.map(Some)
            .ok_or_else(|| Failure::Failed(format!("pgbench said no tps: {text}")))
    }
}

impl Database {
    /// Its settings, as the hub's configuration takes them.
    pub(super) fn settings(&self) -> String {
        let others = self.server.settings.iter().filter(|(key, _)| key != "dbname");
        let quoted = |value: &str| format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"));
        let mut text: Vec<String> = others.map(|(key, value)| format!("{key}={}", quoted(value))).collect();
        text.push(format!("dbname={}", self.name));
        text.join(" ")
    }
}

fn succeeded(program: &str, output: &Output) -> Result<(), Failure> {
    if output.status.success() {
        return Ok(());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(Failure::Failed(format!("{program}: {}", why.trim())))
}

/// Where a program is: on the path, or where Debian keeps the server's own.
fn found(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    folders.extend(versions.map(|version| version.path().join("bin")));
    folders
        .into_iter()
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
}

/// Reads `key=value` pairs; a value may stand in single quotes, with backslashes before quotes and backslashes.
fn parse(text: &str) -> Option<Vec<(String, String)>> {
    let (mut settings, mut rest) = (Vec::new(), text.trim_start());
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let (value, after) = value(after.trim_start())?;
        settings.push((key.trim().to_owned(), value));
        rest = after.trim_start();
    }
    (!settings.is_empty()).then_some(settings)
}

fn value(text: &str) -> Option<(String, &str)> {
    let quoted = text.strip_prefix('\'');
    let (mut value, mut letters) = (String::new(), quoted.unwrap_or(text).chars());
    loop {
        match letters.next() {
            Some('\\') => value.push(letters.next()?),
            Some('\'') if quoted.is_some() => return Some((value, letters.as_str())),
            Some(blank) if quoted.is_none() && blank.is_whitespace() => return Some((value, letters.as_str())),
            Some(letter) => value.push(letter),
            None => return quoted.is_none().then_some((value, "")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_read_and_written() {
        let settings = parse(r"host=127.0.0.1  password='a b\'c' dbname=postgres").unwrap();
        let wanted = [("host", "127.0.0.1"), ("password", "a b'c"), ("dbname", "postgres")];
        let wanted: Vec<_> = wanted.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        assert_eq!(settings, wanted);
        let database = std::mem::ManuallyDrop::new(Database {
            server: Server { settings },
            name: "mine".to_owned(),
        });
        assert_eq!(database.settings(), r"host='127.0.0.1' password='a b\'c' dbname=mine");
        for bad in ["", "postgres://localhost/x", "host='open"] {
            assert!(parse(bad).is_none(), "{bad}");
        }
    }
}
