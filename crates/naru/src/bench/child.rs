//! A process that the benchmark starts: this same program in another role. It is ended and reaped on every way out.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::cli::{Done, Failure};

/// Longer than the hub itself waits for its last calls.
const END_WITHIN: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Lines of a process's log that are shown when it fails.
const SHOWN: usize = 12;

/// A running process. Dropping it kills it.
pub(super) struct Child {
    name: &'static str,
    process: std::process::Child,
    log: PathBuf,
}

impl Drop for Child {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Child {
    /// Starts this program with other arguments; what it logs goes to `<dir>/<name>.log`.
    pub(super) fn start(name: &'static str, args: &[&str], dir: &Path) -> Result<Self, Failure> {
        Self::spawn(name, Command::new(std::env::current_exe()?).args(args), dir)
    }

    /// Starts another program in the same way.
    pub(super) fn spawn(name: &'static str, command: &mut Command, dir: &Path) -> Result<Self, Failure> {
        let log = dir.join(format!("{name}.log"));
        let process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()?;
        Ok(Self { name, process, log })
    }

    /// Its process number.
    pub(super) fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Writes a line to it, and closes its input.
    pub(super) fn tell(&mut self, line: &str) -> Done {
        use std::io::Write as _;
        let input = self.process.stdin.take();
        let mut input = input.ok_or_else(|| Failure::Failed(format!("the {} takes no input", self.name)))?;
        writeln!(input, "{line}")?;
        Ok(())
    }

    /// The first line it prints, read as JSON.
    pub(super) async fn first_line<T: serde::de::DeserializeOwned>(&mut self) -> Result<T, Failure> {
        let out = self.process.stdout.take();
        let read = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            if let Some(out) = out {
                BufReader::new(out).read_line(&mut line)?;
            }
            Ok::<_, std::io::Error>(line)
        });
        let line = read.await??;
        serde_json::from_str(&line).map_err(|_| self.failed("did not start"))
    }

    /// Fails once it has ended.
    pub(super) fn check_alive(&mut self) -> Done {
        match self.process.try_wait()? {
            None => Ok(()),
            Some(status) => Err(self.failed(&format!("ended early with {status}"))),
        }
    }

    /// Asks it to end, and waits until it has.
    pub(super) async fn end(mut self) -> Done {
        let pid = self.pid().to_string();
        let asked = Command::new("sh").args(["-c", "kill -TERM \"$0\"", &pid]).status()?;
        if !asked.success() {
            return Err(self.failed("could not be asked to end"));
        }
        let mut waited = Duration::ZERO;
        while waited < END_WITHIN {
            if let Some(status) = self.process.try_wait()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(self.failed(&format!("ended with {status}")))
                };
            }
            tokio::time::sleep(LOOK_EVERY).await;
            waited += LOOK_EVERY;
        }
        Err(self.failed("did not end when asked"))
    }

    /// A failure with the end of the log.
    pub(super) fn failed(&self, why: &str) -> Failure {
        Failure::Failed(format!("the {} {why}\n{}", self.name, self.last_words()))
    }

    /// The end of its log.
    pub(super) fn last_words(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(SHOWN)..].join("\n")
    }
}
