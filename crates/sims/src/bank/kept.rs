//! Books that survive a restart: every change is appended to a file as one JSON line and replayed at start.
//! Lines go through a buffered writer that is flushed once per request and never fsynced, so a killed process loses
//! nothing while a machine that loses power may lose the last moments: fit for a simulator, not for a bank.
//! A torn last line is dropped with a warning; damage anywhere else refuses to start.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::account::{AccountState, OpeningAccount, OpeningRefused};
use super::books::Books;
use super::code::Code;
use super::order::{Order, OrderKind, Outcome};
use crate::SimError;

/// One line of the books file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "lowercase")]
enum Change {
    /// The first line: whose books these are.
    Began { code: String },
    /// An account was opened.
    Opened { account: Box<OpeningAccount> },
    /// An account changed its state.
    State { account_num: String, state: AccountState },
    /// An order was decided.
    Decided {
        kind: OrderKind,
        order: Order,
        code: Code,
        #[serde(with = "crate::seoul::stamped")]
        at: OffsetDateTime,
    },
}

/// Books with the file they are kept in, if any.
#[derive(Debug)]
pub(super) struct KeptBooks {
    books: Books,
    file: Option<BufWriter<File>>,
}

impl KeptBooks {
    /// Opens the file, replays it and takes it for this process alone; without a path the books live in memory.
    pub(super) fn open(books: Books, path: Option<&Path>) -> Result<Self, SimError> {
        let Some(path) = path else {
            return Ok(Self { books, file: None });
        };
        let fail = |why: String| SimError::BooksFile {
            path: path.to_owned(),
            why,
        };
        let options = File::options().read(true).append(true).create(true).open(path);
        let mut file = options.map_err(|error| fail(error.to_string()))?;
        file.try_lock()
            .map_err(|error| fail(format!("in use by another process: {error}")))?;
        let mut kept = Self { books, file: None };
        let is_new = file.metadata().map_err(|error| fail(error.to_string()))?.len() == 0;
        let whole_bytes = kept.replay(&file).map_err(fail)?;
        file.set_len(whole_bytes).map_err(|error| fail(error.to_string()))?;
        file.seek(SeekFrom::End(0)).map_err(|error| fail(error.to_string()))?;
        kept.file = Some(BufWriter::new(file));
        if is_new || whole_bytes == 0 {
            let began = Change::Began {
                code: kept.books.code().to_owned(),
            };
            kept.append(&began).map_err(|error| fail(error.to_string()))?;
        }
        Ok(kept)
    }

    /// The books, to read.
    pub(super) fn books(&self) -> &Books {
        &self.books
    }

    /// Opens an account unless it is open already, and writes it down.
    pub(super) fn open_account(&mut self, opening: OpeningAccount) -> Result<bool, OpeningRefused> {
        let change = self.file.is_some().then(|| Change::Opened {
            account: Box::new(opening.clone()),
        });
        let is_new = self.books.open_account(opening)?;
        if let Some(change) = change.filter(|_| is_new) {
            self.append_or_log(&change);
        }
        Ok(is_new)
    }

    /// Changes an account's state and writes it down.
    pub(super) fn set_state(&mut self, account_num: &str, state: AccountState) -> Result<(), Code> {
        self.books.set_state(account_num, state)?;
        self.append_or_log(&Change::State {
            account_num: account_num.to_owned(),
            state,
        });
        Ok(())
    }

    /// Decides an order and writes a new decision down. When that fails the outcome is reported as `803`, unknown:
    /// memory and file may differ from then on, and asking for the outcome tells what memory holds.
    pub(super) fn order(
        &mut self,
        kind: OrderKind,
        order: Order,
        refusal: Option<Code>,
        now: OffsetDateTime,
    ) -> Outcome {
        let decision = self.books.execute(kind, &order, refusal, now);
        let mut outcome = decision.outcome;
        if decision.is_new && self.file.is_some() {
            let change = Change::Decided {
                kind,
                order,
                code: outcome.code,
                at: outcome.executed_at,
            };
            if !self.append_or_log(&change) {
                outcome.code = Code::INTERNAL;
            }
        }
        outcome
    }

    fn append_or_log(&mut self, change: &Change) -> bool {
        let written = self.append(change);
        if let Err(error) = &written {
            tracing::error!(%error, "books_file_not_written");
        }
        written.is_ok()
    }

    fn append(&mut self, change: &Change) -> std::io::Result<()> {
        let Some(file) = &mut self.file else {
            return Ok(());
        };
        serde_json::to_writer(&mut *file, change)?;
        file.write_all(b"\n")?;
        file.flush()
    }

    /// Replays every whole line and returns how many bytes they take.
    fn replay(&mut self, file: &File) -> Result<u64, String> {
        let mut reader = BufReader::new(file);
        let mut line = Vec::new();
        let mut whole_bytes = 0;
        for number in 1_u64.. {
            line.clear();
            let length = reader.read_until(b'\n', &mut line).map_err(|error| error.to_string())?;
            if length == 0 {
                break;
            }
            let is_last = reader.fill_buf().map_err(|error| error.to_string())?.is_empty();
            let parsed = serde_json::from_slice::<Change>(&line);
            match parsed {
                Ok(change) if line.ends_with(b"\n") => {
                    self.apply(number, change)
                        .map_err(|why| format!("line {number}: {why}"))?;
                    whole_bytes += length as u64;
                }
                _ if is_last => tracing::warn!(line = number, "books_file_torn_line_dropped"),
                Ok(_) => return Err(format!("line {number}: not ended")),
                Err(error) => return Err(format!("line {number}: {error}")),
            }
        }
        Ok(whole_bytes)
    }

    fn apply(&mut self, number: u64, change: Change) -> Result<(), String> {
        if (number == 1) != matches!(change, Change::Began { .. }) {
            return Err("the books' code belongs on the first line and only there".to_owned());
        }
        match change {
            Change::Began { code } if code == self.books.code() => {}
            Change::Began { code } => return Err(format!("these are the books of bank {code}")),
            Change::Opened { account } => {
                self.books.open_account(*account).map_err(|error| error.to_string())?;
            }
            Change::State { account_num, state } => {
                self.books
                    .set_state(&account_num, state)
                    .map_err(|code| code.to_string())?;
            }
            Change::Decided { kind, order, code, at } => {
                let replayed = self.books.execute(kind, &order, Some(code), at);
                if !replayed.is_new {
                    return Err(format!("reference {} decided twice", order.reference));
                }
            }
        }
        Ok(())
    }
}
