//! A running `naru up`, and the directory it keeps.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use serde_json::Value;

pub(super) const NARU: &str = env!("CARGO_BIN_EXE_naru");

/// A directory of a test's own; removed at its end.
pub(super) struct Dir(PathBuf);

impl Dir {
    pub(super) fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("naru-it-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Dir {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

/// A trial in a process of its own.
pub(super) struct Up {
    child: Child,
    /// What `naru up --json` printed.
    pub(super) summary: Value,
}

impl Up {
    /// Starts a trial in a directory, on free ports.
    pub(super) fn start(dir: &Path) -> Self {
        let mut child = Command::new(NARU)
            .args([
                "--json",
                "up",
                "--listen",
                "127.0.0.1:0",
                "--ops-listen",
                "127.0.0.1:0",
                "--dir",
            ])
            .arg(dir.join("trial"))
            .current_dir(dir)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("naru starts");
        let mut line = String::new();
        let read = BufReader::new(child.stdout.take().unwrap()).read_line(&mut line);
        let summary = serde_json::from_str(&line);
        let (Ok(_), Ok(summary)) = (read, summary) else {
            child.kill().unwrap();
            panic!("naru up did not say where it is: {line}");
        };
        let up = Self { child, summary };
        up.wait_until_ready();
        up
    }

    /// Asks the operations address whether the hub is ready, until it says so.
    fn wait_until_ready(&self) {
        let address = self.text("/ops").trim_start_matches("http://").to_owned();
        for _ in 0..100 {
            let mut answer = String::new();
            let asked = TcpStream::connect(&address).and_then(|mut stream| {
                stream.write_all(b"GET /ready HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n\r\n")?;
                stream.read_to_string(&mut answer)
            });
            if asked.is_ok() && answer.starts_with("HTTP/1.1 200") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("naru up is not ready after 5 s");
    }

    pub(super) fn text(&self, pointer: &str) -> String {
        let found = self.summary.pointer(pointer).and_then(Value::as_str);
        found
            .unwrap_or_else(|| panic!("no {pointer} in {}", self.summary))
            .to_owned()
    }

    /// Asks the process to end, as an operator's system would.
    pub(super) fn terminate(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(sent.success());
    }

    /// Waits for the process to end, at most so many seconds.
    pub(super) fn ended(mut self, seconds: u64) -> ExitStatus {
        for _ in 0..seconds * 20 {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        panic!("naru up still runs {seconds} s after it was asked to end");
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
