//! What the database knows about the parties of a call, and what the call needs of them.

use crate::{
    Account, AccountId, Admission, Client, Confirmation, Consent, FintechUseNum, Grant, PersonId, Scope, Scopes,
    Timestamp, UserSeqNo,
};

/// What an inquiry, a withdrawal, a list of accounts … needs of the chain. One constant per route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// The scope the grant must cover.
    pub scope: Scope,
    /// Whether one account of the person is named, and what for.
    pub account: AccountUse,
    /// Whether the call carries a `bank_tran_id` that may be used only once.
    pub once: bool,
}

/// What a call wants with an account of the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountUse {
    /// Nothing: no account is named.
    None,
    /// To look at it.
    Inquiry,
    /// To take money from it.
    Withdraw,
    /// To name it: rename it, end its consents, pay into it. Only its registration is needed.
    Name,
}

/// What came over the channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelStanding {
    /// The token.
    pub token: TokenStanding,
    /// SHA-256 of the certificate the caller proved to hold.
    pub certificate_sha256: Option<[u8; 32]>,
    /// What was proved about a key beside the connection.
    pub proof: ProofStanding,
}

/// What a call proved about a key (RFC 9449).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProofStanding {
    /// The token came without a proof, as a bearer's.
    Missing,
    /// A proof that does not hold: why.
    Refused(&'static str),
    /// A proof that holds, with the thumbprint of its key (RFC 7638).
    Proved([u8; 32]),
}

/// What is known about the token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenStanding {
    /// None was presented.
    Missing,
    /// Not one of the hub's.
    Unknown,
    /// One of the hub's.
    Found {
        /// What it is bound to.
        confirmation: Confirmation,
        /// What of its grant it covers; `None` for all of it.
        scopes: Option<Scopes>,
        /// Until when it can be used.
        expires_at: Timestamp,
    },
}

/// The fintech.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientStanding {
    /// Its client.
    pub client: Client,
    /// Where the organisation behind it stands; `None` where nobody stands behind it.
    pub admission: Option<Admission>,
}

/// The grant and the person behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantStanding {
    /// The grant.
    pub grant: Grant,
    /// As fintechs know the person; `None` for a two-legged grant.
    pub user_seq_no: Option<UserSeqNo>,
    /// When the person first came.
    pub joined_at: Option<Timestamp>,
}

/// The account that the call names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountStanding {
    /// As the fintech named it.
    pub fintech_use_num: FintechUseNum,
    /// Whose it is.
    pub person_id: PersonId,
    /// Which it is.
    pub account_id: AccountId,
    /// As its institution describes it.
    pub account: Account,
    /// The fintech's own name for it.
    pub alias: String,
    /// Consent to look.
    pub inquiry: Consent,
    /// Consent to withdraw.
    pub transfer: Consent,
    /// Whether its institution is a simulation.
    pub simulated: bool,
}

/// Everything the judge looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The moment of judging.
    pub now: Timestamp,
    /// Whether this hub serves clients of the test bed.
    pub test_bed: bool,
    /// What came over the channel.
    pub channel: ChannelStanding,
    /// The fintech; `None` where the token is not known.
    pub client: Option<ClientStanding>,
    /// The grant; `None` where the token is not known.
    pub grant: Option<GrantStanding>,
    /// The account, where one was named and is registered at this fintech.
    pub account: Option<AccountStanding>,
    /// The person that the call named beside the token, where it named one.
    pub named_person: Option<String>,
    /// Whether the request's id was used before.
    pub replayed: bool,
}
