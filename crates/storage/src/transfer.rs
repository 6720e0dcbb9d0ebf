//! Rows of transfers and of their legs.

use naru_core::{
    BankTranId, ClientId, Day, Leg, LegFacts, LegKind, LegState, Order, Timestamp, Transfer, TransferId, TransferKind,
    TransferState, WindowId, Won,
};

use crate::value::{Row, values};
use crate::{StorageError, Tx};

const ORDER: &str = "transfers.order";
const FACTS: &str = "transfers.facts";

macro_rules! transfer_columns {
    () => {
        "id, order_sealed, order_sha256, day, state, state_leg, state_code, state_until, state_since, facts_sealed,
         limit_remain_won, asks, next_at, window_id, created_at, version"
    };
}

fn read(tx: &Tx, row: &mut Row) -> Result<Transfer, StorageError> {
    Ok(Transfer {
        id: row.next()?,
        order: tx.open::<Order>(ORDER, &row.next::<Vec<u8>>()?)?,
        order_sha256: row.next()?,
        day: row.next()?,
        state: {
            let (word, leg, code, until): (String, Option<LegKind>, String, Option<Timestamp>) =
                (row.next()?, row.next()?, row.next()?, row.next()?);
            TransferState::from_columns(&word, leg, code, until).map_err(StorageError::corrupt)?
        },
        state_since: row.next()?,
        facts: {
            let sealed: Option<Vec<u8>> = row.next()?;
            sealed.map_or_else(|| Ok(Default::default()), |sealed| tx.open(FACTS, &sealed))?
        },
        limit_remain: row.next()?,
        asks: row.next()?,
        next_at: row.next()?,
        window_id: row.next()?,
        created_at: row.next()?,
        version: row.next()?,
    })
}

/// Which transfers to list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TransferFilter {
    /// All, newest first.
    #[default]
    All,
    /// Those not final, oldest first.
    Open,
    /// Those that the hub asked for at least so often without an end, or that are stuck: an operator's queue.
    Queue {
        /// Asks from which on a transfer is queued.
        asks: i64,
    },
}

/// A client's daily totals of one kind and state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferTotals {
    /// What kind of movement.
    pub kind: TransferKind,
    /// In which state.
    pub state: String,
    /// How many.
    pub count: i64,
    /// How much together.
    pub amount: Won,
}

impl Tx {
    /// Stores the intention of a transfer with its legs. The client's id for it, and the transfer that it returns,
    /// must be free: else the transaction ends in [`StorageError::Taken`].
    pub fn transfer_insert(&self, transfer: &Transfer, verdict: &str) -> Result<(), StorageError> {
        let (t, order) = (transfer, &transfer.order);
        let (word, leg, code, until) = t.state.columns();
        self.row_later(
            "INSERT INTO transfers (id, client_id, kind, day, bank_tran_id, order_sha256, order_sealed, amount_won,
                 person_id, debit_bank, credit_bank, returns_id, state, state_leg, state_code, state_until,
                 state_since, limit_remain_won, asks, next_at, verdict, created_at, version)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 0, $19, $20,
                     $21, 1)",
            values![
                t.id,
                order.client_id,
                order.kind,
                t.day,
                &order.bank_tran_id,
                &t.order_sha256,
                self.seal(ORDER, order)?,
                order.amount,
                order.person_id,
                &order.debit.bank_code,
                &order.credit.bank_code,
                order.returns,
                word,
                leg,
                code,
                until,
                t.state_since,
                t.limit_remain,
                t.next_at,
                verdict,
                t.created_at,
            ],
        )?;
        self.leg_insert(t, LegKind::Debit)?;
        self.leg_insert(t, LegKind::Credit)
    }

    /// Stores the intention of one leg.
    pub fn leg_insert(&self, transfer: &Transfer, kind: LegKind) -> Result<(), StorageError> {
        self.row_later(
            "INSERT INTO legs (transfer_id, kind, bank_code, amount_won, state, code)
             VALUES ($1, $2, $3, $4, $5, '') ON CONFLICT (transfer_id, kind) DO NOTHING",
            values![
                transfer.id,
                kind,
                &transfer.side(kind).bank_code,
                transfer.order.amount,
                LegState::Pending,
            ],
        )
    }

    /// Stores what a leg came to.
    pub fn leg_settle(&self, id: TransferId, kind: LegKind, state: LegState, code: &str) -> Result<(), StorageError> {
        let settled_at = (state != LegState::Pending).then(|| self.now());
        self.row_later(
            "UPDATE legs SET state = v.column3, code = v.column4, settled_at = v.column5
             FROM (VALUES ($1, $2, $3, $4, CAST($5 AS BIGINT))) AS v
             WHERE legs.transfer_id = v.column1 AND legs.kind = v.column2 AND legs.state = 'pending'",
            values![id, kind, state, code, settled_at],
        )
    }

    /// Makes a leg pending again that had been voided, because a document says otherwise. Whether it had been.
    pub async fn leg_reopen(&self, id: TransferId, kind: LegKind) -> Result<bool, StorageError> {
        let sql = "UPDATE legs SET state = 'pending', settled_at = NULL
             WHERE transfer_id = $1 AND kind = $2 AND state = 'voided'";
        Ok(self.execute(sql, values![id, kind]).await? == 1)
    }

    /// The legs of a transfer, in the order in which they were intended; what institutions told is the transfer's own.
    pub async fn leg_list(&self, transfer: &Transfer) -> Result<Vec<Leg>, StorageError> {
        let rows = self
            .query(
                "SELECT kind, bank_code, amount_won, state, code, settled_at FROM legs WHERE transfer_id = $1",
                values![transfer.id],
            )
            .await?;
        let read = |mut row: Row| -> Result<Leg, StorageError> {
            let kind: LegKind = row.next()?;
            Ok(Leg {
                reference: transfer.reference(kind),
                bank_code: row.next()?,
                amount: row.next()?,
                state: row.next()?,
                code: row.next()?,
                facts: match kind {
                    LegKind::Debit => transfer.facts.debit.clone(),
                    LegKind::Credit => transfer.facts.credit.clone(),
                    LegKind::Reversal => LegFacts::default(),
                },
                settled_at: row.next()?,
            })
        };
        let mut legs = rows.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
        legs.sort_by_key(|leg| leg.reference.kind);
        Ok(legs)
    }

    /// Stores a transfer's move, if nobody else moved it since it was read. A final one is stamped with the open
    /// settlement window, once. Whether it was stored.
    pub async fn transfer_update(&self, transfer: &Transfer) -> Result<bool, StorageError> {
        self.transfers_update(&[transfer]).await
    }

    /// The same for several; whether all were stored.
    pub async fn transfers_update(&self, transfers: &[&Transfer]) -> Result<bool, StorageError> {
        let mut rows = Vec::with_capacity(transfers.len());
        for t in transfers {
            let (word, leg, code, until) = t.state.columns();
            rows.push(values![
                t.id,
                t.version,
                word,
                leg,
                code,
                until,
                t.state_since,
                self.seal(FACTS, &t.facts)?,
                t.asks,
                t.next_at,
                t.state.is_final(),
                t.limit_remain,
            ]);
        }
        let stored = self
            .each_returning(
                "UPDATE transfers SET state = $3, state_leg = $4, state_code = $5, state_until = $6, state_since = $7,
                     facts_sealed = $8, asks = $9, next_at = $10, limit_remain_won = $12, version = version + 1,
                     window_id = CASE WHEN $11 = 1
                         THEN COALESCE(window_id, (SELECT id FROM settlement_windows WHERE closed_at IS NULL))
                         ELSE NULL END
                 WHERE id = $1 AND version = $2 RETURNING version",
                rows,
            )
            .await?;
        Ok(stored.len() == transfers.len())
    }

    /// Takes a transfer for the resolver: whoever raises the version first has it. Whether this one did.
    pub async fn transfer_lease(&self, transfer: &Transfer, until: Timestamp) -> Result<bool, StorageError> {
        let sql = "UPDATE transfers SET next_at = $3, version = version + 1 WHERE id = $1 AND version = $2";
        Ok(self.execute(sql, values![transfer.id, transfer.version, until]).await? == 1)
    }

    /// A transfer by its id.
    pub async fn transfer_find(&self, id: TransferId) -> Result<Option<Transfer>, StorageError> {
        const SQL: &str = concat!("SELECT ", transfer_columns!(), " FROM transfers WHERE id = $1");
        self.query_opt(SQL, values![id])
            .await?
            .map(|mut row| read(self, &mut row))
            .transpose()
    }

    /// A transfer by the client's own name for it.
    pub async fn transfer_find_by_name(
        &self,
        client_id: ClientId,
        day: Day,
        kind: TransferKind,
        bank_tran_id: &BankTranId,
    ) -> Result<Option<Transfer>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            transfer_columns!(),
            " FROM transfers WHERE client_id = $1 AND day = $2 AND kind = $3 AND bank_tran_id = $4"
        );
        let row = self.query_opt(SQL, values![client_id, day, kind, bank_tran_id]).await?;
        row.map(|mut row| read(self, &mut row)).transpose()
    }

    /// The verdict stored with a transfer, as JSON.
    pub async fn transfer_verdict(&self, id: TransferId) -> Result<Option<String>, StorageError> {
        let row = self
            .query_opt("SELECT verdict FROM transfers WHERE id = $1", values![id])
            .await?;
        row.map(|mut row: Row| row.next()).transpose()
    }

    /// Transfers whose next look is due, the longest waiting first.
    pub async fn transfer_list_due(&self, limit: i64) -> Result<Vec<Transfer>, StorageError> {
        const SQL: &str = concat!(
            "SELECT ",
            transfer_columns!(),
            " FROM transfers WHERE next_at IS NOT NULL AND next_at <= $1 ORDER BY next_at LIMIT $2"
        );
        let rows = self.query(SQL, values![self.now(), limit]).await?;
        rows.into_iter().map(|mut row| read(self, &mut row)).collect()
    }

    /// Makes every open transfer due at once: after a restart nobody else is asking for them.
    pub async fn transfer_wake_all(&self, before: Timestamp) -> Result<u64, StorageError> {
        let sql = "UPDATE transfers SET next_at = $1 WHERE next_at IS NOT NULL AND next_at > $1 AND created_at < $2";
        self.execute(sql, values![self.now(), before]).await
    }

    /// Transfers for people to look at; at most `limit`.
    pub async fn transfer_list(&self, filter: TransferFilter, limit: i64) -> Result<Vec<Transfer>, StorageError> {
        const ALL: &str = concat!(
            "SELECT ",
            transfer_columns!(),
            " FROM transfers ORDER BY id DESC LIMIT $1"
        );
        const OPEN: &str = concat!(
            "SELECT ",
            transfer_columns!(),
            " FROM transfers WHERE state NOT IN ('completed', 'failed', 'reversed', 'refused') ORDER BY id LIMIT $1"
        );
        const QUEUE: &str = concat!(
            "SELECT ",
            transfer_columns!(),
            " FROM transfers WHERE state = 'stuck' OR (next_at IS NOT NULL AND asks >= $2) ORDER BY id LIMIT $1"
        );
        let rows = match filter {
            TransferFilter::All => self.query(ALL, values![limit]).await?,
            TransferFilter::Open => self.query(OPEN, values![limit]).await?,
            TransferFilter::Queue { asks } => self.query(QUEUE, values![limit, asks]).await?,
        };
        rows.into_iter().map(|mut row| read(self, &mut row)).collect()
    }

    /// A client's totals of one day, by kind and state.
    pub async fn transfer_totals(&self, client_id: ClientId, day: Day) -> Result<Vec<TransferTotals>, StorageError> {
        let rows = self
            .query(
                "SELECT kind, state, COUNT(*), CAST(SUM(amount_won) AS BIGINT) FROM transfers
                 WHERE client_id = $1 AND day = $2 GROUP BY kind, state ORDER BY kind, state",
                values![client_id, day],
            )
            .await?;
        let read = |mut row: Row| -> Result<TransferTotals, StorageError> {
            Ok(TransferTotals {
                kind: row.next()?,
                state: row.next()?,
                count: row.next()?,
                amount: row.next()?,
            })
        };
        rows.into_iter().map(read).collect()
    }

    /// How many transfers are not final, and how many of those are stuck.
    pub async fn transfer_open_count(&self) -> Result<(i64, i64), StorageError> {
        let row = self
            .query_opt(
                "SELECT (SELECT COUNT(*) FROM transfers WHERE next_at IS NOT NULL)
                      + (SELECT COUNT(*) FROM transfers WHERE state IN ('stuck', 'held', 'challenged')),
                        (SELECT COUNT(*) FROM transfers
                         WHERE state IN ('stuck', 'held', 'challenged') AND state = 'stuck')",
                values![],
            )
            .await?;
        row.map_or(Ok((0, 0)), |mut row: Row| Ok((row.next()?, row.next()?)))
    }

    /// Opens a settlement window where none is open; the open one's id.
    pub async fn window_open(&self, fresh: WindowId) -> Result<WindowId, StorageError> {
        if let Some(open) = self.window_find_open().await? {
            return Ok(open);
        }
        let sql = "INSERT INTO settlement_windows (id, opened_at) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        if self.execute(sql, values![fresh, self.now()]).await? == 1 {
            self.trail(naru_core::Action::WindowOpened, fresh, serde_json::json!({}))
                .await?;
        }
        self.window_find_open()
            .await?
            .ok_or_else(|| StorageError::corrupt("no settlement window is open"))
    }

    /// The open settlement window.
    pub async fn window_find_open(&self) -> Result<Option<WindowId>, StorageError> {
        let row = self
            .query_opt("SELECT id FROM settlement_windows WHERE closed_at IS NULL", values![])
            .await?;
        row.map(|mut row: Row| row.next()).transpose()
    }

    /// Closes the open window and opens another: transfers that become final later fall into that one.
    pub async fn window_roll(&self, fresh: WindowId) -> Result<(), StorageError> {
        let sql = "UPDATE settlement_windows SET closed_at = $1 WHERE closed_at IS NULL RETURNING id";
        let closed = self.returning(sql, values![self.now()]).await?;
        self.execute(
            "INSERT INTO settlement_windows (id, opened_at) VALUES ($1, $2)",
            values![fresh, self.now()],
        )
        .await?;
        for mut row in closed {
            let closed: WindowId = row.next()?;
            let details = serde_json::json!({ "next": fresh });
            self.trail(naru_core::Action::WindowClosed, closed, details).await?;
        }
        self.trail(naru_core::Action::WindowOpened, fresh, serde_json::json!({}))
            .await
    }
}
