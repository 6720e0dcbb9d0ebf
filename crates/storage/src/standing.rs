//! The one query behind every judged call: token, grant, client, person, account, institution and replay together.

use naru_core::trust::{
    AccountStanding, ChannelStanding, ClientStanding, GrantStanding, ProofStanding, Standing, TokenStanding,
};
use naru_core::{Account, AccountId, BankTranId, ClientId, Consent, FintechUseNum, GrantId, PersonId, Timestamp};

use crate::client::client_columns;
use crate::grant::grant_columns;
use crate::organisation::admission_columns;
use crate::registration::ACCOUNT;
use crate::token::read_confirmation;
use crate::value::{Row, values};
use crate::{StorageError, Tx, client, grant, organisation};

/// What a call presented.
#[derive(Debug, Clone, Copy)]
pub struct StandingQuery<'a> {
    /// Whether this hub serves clients of the test bed.
    pub test_bed: bool,
    /// SHA-256 of the access token; `None` where none came.
    pub token_sha256: Option<&'a [u8; 32]>,
    /// SHA-256 of the certificate that the caller proved to hold.
    pub certificate_sha256: Option<[u8; 32]>,
    /// What it proved about a key.
    pub proof: ProofStanding,
    /// The account it names.
    pub fintech_use_num: Option<&'a FintechUseNum>,
    /// The id that may be used only once, where the route demands that.
    pub once: Option<&'a BankTranId>,
    /// The person it names beside the token.
    pub named_person: Option<&'a str>,
}

const SQL: &str = concat!(
    "SELECT t.bound_to_sha256, t.jkt_sha256, t.expires_at, t.scopes, ",
    client_columns!(),
    ", ",
    admission_columns!(),
    ", ",
    grant_columns!(),
    ", p.user_seq_no, p.created_at,
       EXISTS (SELECT 1 FROM calls k WHERE k.day = $3 AND k.bank_tran_id = $4),
       r.fintech_use_num, r.client_id, r.person_id, r.account_id, a.account_sealed, r.alias,
       r.inquiry_agreed_at, r.inquiry_until, r.inquiry_ended_at,
       r.transfer_agreed_at, r.transfer_until, r.transfer_ended_at,
       i.simulated
     FROM tokens t
     JOIN grants g ON g.id = t.grant_id
     JOIN clients c ON c.id = g.client_id
     LEFT JOIN organisations o ON o.id = c.organisation_id
     LEFT JOIN people p ON p.id = g.person_id
     LEFT JOIN registrations r ON r.fintech_use_num = $2
     LEFT JOIN accounts a ON a.id = r.account_id
     LEFT JOIN institutions i ON i.code = a.bank_code
     WHERE t.token_sha256 = $1 AND t.kind = 'access'"
);

impl Tx {
    /// What the database knows about the parties of a call.
    pub async fn standing(&self, query: StandingQuery<'_>) -> Result<Standing, StorageError> {
        let mut standing = Standing {
            now: self.now(),
            test_bed: query.test_bed,
            channel: ChannelStanding {
                token: TokenStanding::Missing,
                certificate_sha256: query.certificate_sha256,
                proof: query.proof,
            },
            client: None,
            grant: None,
            account: None,
            named_person: query.named_person.map(str::to_owned),
            replayed: false,
        };
        let Some(token_sha256) = query.token_sha256 else {
            return Ok(standing);
        };
        let day = self.now().day();
        let values = values![*token_sha256, query.fintech_use_num, day, query.once];
        let Some(mut row) = self.query_opt(SQL, values).await? else {
            standing.channel.token = TokenStanding::Unknown;
            return Ok(standing);
        };
        standing.channel.token = TokenStanding::Found {
            confirmation: read_confirmation(&mut row)?,
            expires_at: row.next()?,
            scopes: row.next()?,
        };
        let client = client::read(self, &mut row)?;
        let client_id = client.id;
        let admission = organisation::read_admission(&mut row)?;
        standing.client = Some(ClientStanding { client, admission });
        standing.grant = Some(GrantStanding {
            grant: grant::read(&mut row)?,
            user_seq_no: row.next()?,
            joined_at: row.next()?,
        });
        standing.replayed = row.next()?;
        standing.account = self.account_standing(client_id, &mut row)?;
        Ok(standing)
    }

    /// Whether what a call was judged by still stands: the client is active, its organisation live and insured, the
    /// grant alive, and the consent to withdraw from the account, where one is named, not ended. Money moves only in
    /// the same transaction.
    pub async fn standing_is_unchanged(
        &self,
        client_id: ClientId,
        grant_id: GrantId,
        withdrawn_from: Option<&FintechUseNum>,
    ) -> Result<bool, StorageError> {
        self.standings_are_unchanged(client_id, &[(grant_id, withdrawn_from)])
            .await
    }

    /// The same for several calls of one client.
    pub async fn standings_are_unchanged(
        &self,
        client_id: ClientId,
        calls: &[(GrantId, Option<&FintechUseNum>)],
    ) -> Result<bool, StorageError> {
        let rows = calls
            .iter()
            .map(|(grant_id, withdrawn_from)| values![client_id, *grant_id, *withdrawn_from]);
        let standing = self
            .rows_query(
                "SELECT 1 FROM (VALUES ($1, $2, $3)) AS v CROSS JOIN grants g CROSS JOIN clients c
                 LEFT JOIN organisations o ON o.id = c.organisation_id
                 WHERE g.id = v.column2 AND g.revoked_at IS NULL
                   AND c.id = v.column1 AND c.id = g.client_id AND c.status = 'active'
                   AND (c.environment <> 'production'
                        OR (o.state = 'LIVE' AND o.withdraw_day_won <= o.insured_won))
                   AND NOT EXISTS (SELECT 1 FROM registrations r
                       WHERE r.fintech_use_num = v.column3 AND r.transfer_ended_at IS NOT NULL)",
                rows.collect(),
            )
            .await?;
        Ok(standing.len() == calls.len())
    }

    fn account_standing(&self, client_id: ClientId, row: &mut Row) -> Result<Option<AccountStanding>, StorageError> {
        let Some(fintech_use_num) = row.next::<Option<FintechUseNum>>()? else {
            return Ok(None);
        };
        let registered_at: ClientId = row.next()?;
        let person_id: PersonId = row.next()?;
        let account_id: AccountId = row.next()?;
        let account: Account = self.open(ACCOUNT, &row.next::<Vec<u8>>()?)?;
        let alias = row.next()?;
        let mut consent = || -> Result<Consent, StorageError> {
            let [agreed_at, until, ended_at]: [Option<Timestamp>; 3] = [row.next()?, row.next()?, row.next()?];
            Ok(Consent {
                agreed_at,
                until,
                ended_at,
            })
        };
        let (inquiry, transfer) = (consent()?, consent()?);
        let simulated = row.next::<Option<bool>>()?.unwrap_or(false);
        // Compared here and not in the join: the number alone is the key, and no other index may be chosen for it.
        if registered_at != client_id {
            return Ok(None);
        }
        Ok(Some(AccountStanding {
            fintech_use_num,
            person_id,
            account_id,
            account,
            alias,
            inquiry,
            transfer,
            simulated,
        }))
    }
}
