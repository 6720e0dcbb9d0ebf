//! An institution (참가기관): holds accounts, is reached over a line, is added and changed while the hub runs.

use crate::{BankCode, Timestamp, Won, words};

/// Whether an institution takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstitutionStatus {
    /// Calls go through.
    Open,
    /// The operator has taken it out.
    Closed,
}
words!(InstitutionStatus, "institution status", { Open = "open", Closed = "closed" });

/// An institution and the line to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Institution {
    /// Its code on the wire.
    pub code: BankCode,
    /// Its name in Korean.
    pub name_ko: String,
    /// Its name in English.
    pub name_en: String,
    /// Base address of its line, such as `https://127.0.0.1:7443`.
    pub line_url: String,
    /// Whether it is a simulation; clients of the test bed reach no other.
    pub simulated: bool,
    /// Whether it takes part.
    pub status: InstitutionStatus,
    /// Time budget of one call, milliseconds.
    pub timeout_ms: i64,
    /// Calls in flight at most; further ones are refused at once.
    pub in_flight_max: i64,
    /// How far its position may go below zero; `None` for no cap.
    pub net_debit_cap: Option<Won>,
    /// When the row last changed.
    pub updated_at: Timestamp,
    /// Counts every change; a line is rebuilt when it grows.
    pub version: i64,
}
