//! A simulated institution: books, the line protocol in front of them, faults on demand, and an admin address.
//! The line is what a real institution would offer the hub; the admin address is what only a simulator has.

mod account;
mod admin;
mod books;
mod code;
mod fault;
mod kept;
mod line;
mod movement;
mod order;
mod reading;
#[cfg(test)]
mod tests;
mod wire;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

pub use account::{Account, AccountKind, AccountState, AccountTerms, HolderType, OpeningAccount, OpeningRefused};
pub use books::{Books, MOST_ACCOUNTS_OF_ONE};
pub use code::{Code, CodeClass};
pub use line::OPENAPI;
pub use movement::{
    Direction, InquiryType, MOST_PAGE_SIZE, Movement, PastMovement, SortOrder, TransactionsPage, TransactionsQuery,
};
pub use order::{MOST_AMOUNT_WON, Order, OrderKind, Outcome};
pub use reading::{Balance, HolderCheck, Totals};

use crate::serve::Listening;
use crate::{SimError, TlsFiles, tls};
use kept::KeptBooks;
use line::Bank;

/// What a simulated bank is and where it listens.
#[derive(Debug, Clone)]
pub struct BankSettings {
    /// The institution code, three digits.
    pub code: String,
    /// The bank's name.
    pub name: String,
    /// Where the line listens; port 0 for any free port.
    pub line_addr: SocketAddr,
    /// Where the admin endpoints listen, in the clear and without credentials: a loopback address.
    pub admin_addr: SocketAddr,
    /// Mutual TLS on the line; `None` for plain HTTP.
    pub tls: Option<TlsFiles>,
    /// Where the books are kept over restarts; `None` for memory.
    pub books_file: Option<PathBuf>,
    /// Accounts to open unless the books have them already.
    pub opening: Vec<OpeningAccount>,
}

/// A bank at work. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct RunningBank {
    /// Where the line listens.
    pub line_addr: SocketAddr,
    /// Where the admin endpoints listen.
    pub admin_addr: SocketAddr,
    bank: Arc<Bank>,
    line: Listening,
    admin: Listening,
}

/// Starts a bank: opens its books, then its two listeners.
///
/// # Errors
/// A setting of the wrong shape, an unfit TLS file, a books file that cannot be used, or an address in use.
pub async fn start(settings: BankSettings) -> Result<RunningBank, SimError> {
    if Code::parse(&settings.code).is_none() {
        return Err(SimError::Setting {
            field: "code",
            why: "three digits".to_owned(),
        });
    }
    if !settings.admin_addr.ip().is_loopback() {
        return Err(SimError::Setting {
            field: "admin_addr",
            why: "a loopback address".to_owned(),
        });
    }
    let acceptor = settings.tls.as_ref().map(tls::acceptor).transpose()?;
    let empty = Books::new(&settings.code, &settings.name);
    let mut books = KeptBooks::open(empty, settings.books_file.as_deref())?;
    for opening in settings.opening {
        let opened = books.open_account(opening);
        opened.map_err(|refused| SimError::Setting {
            field: "opening",
            why: refused.to_string(),
        })?;
    }
    let bank = Arc::new(Bank::new(books));
    let line = Listening::start(settings.line_addr, acceptor, line::router(bank.clone())).await?;
    let admin = Listening::start(settings.admin_addr, None, admin::router(bank.clone())).await?;
    let (line_addr, admin_addr) = (line.addr, admin.addr);
    tracing::info!(code = settings.code, %line_addr, %admin_addr, "bank_started");
    Ok(RunningBank {
        line_addr,
        admin_addr,
        bank,
        line,
        admin,
    })
}

impl RunningBank {
    /// Sums over all accounts at this moment.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.bank.books().books().totals()
    }

    /// Stops both listeners; calls in flight have a second to end.
    pub async fn stop(self) {
        self.line.stop().await;
        self.admin.stop().await;
    }
}
