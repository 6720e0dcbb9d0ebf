-- The main job: clients, people, consent, tokens, transfers, the journal, calls and the trail.
-- Times are microseconds since 1970 (UTC), days are yyyymmdd in Seoul, amounts are whole won.
-- Columns named *_sealed hold AES-256-GCM values, *_blind their HMAC-SHA-256 look-up.

CREATE TABLE institutions (
    code TEXT NOT NULL PRIMARY KEY,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    line_url TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    status TEXT NOT NULL,
    timeout_ms INTEGER NOT NULL,
    in_flight_max INTEGER NOT NULL,
    net_debit_cap_won INTEGER,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    client_use_code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    status TEXT NOT NULL,
    status_since INTEGER NOT NULL,
    status_reason TEXT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    secret_sha256 BLOB,
    certificate_sha256 BLOB,
    contract_account_sealed BLOB NOT NULL,
    contract_account_blind BLOB NOT NULL,
    withdraw_transfer_won INTEGER NOT NULL,
    withdraw_day_won INTEGER NOT NULL,
    withdraw_month_won INTEGER NOT NULL,
    deposit_transfer_won INTEGER NOT NULL,
    deposit_day_won INTEGER NOT NULL,
    deposit_month_won INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    user_seq_no TEXT NOT NULL UNIQUE,
    linking_value_blind BLOB NOT NULL UNIQUE,
    facts_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    bank_code TEXT NOT NULL REFERENCES institutions (code),
    account_num_blind BLOB NOT NULL,
    account_sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (person_id, bank_code, account_num_blind)
) STRICT;

CREATE TABLE registrations (
    fintech_use_num TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    alias TEXT NOT NULL,
    inquiry_agreed_at INTEGER,
    inquiry_until INTEGER,
    inquiry_ended_at INTEGER,
    transfer_agreed_at INTEGER,
    transfer_until INTEGER,
    transfer_ended_at INTEGER,
    created_at INTEGER NOT NULL,
    UNIQUE (client_id, account_id)
) STRICT;
CREATE INDEX registrations_by_person ON registrations (person_id, client_id);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    person_id TEXT REFERENCES people (id),
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_by TEXT,
    revoked_at INTEGER,
    last_used_at INTEGER
) STRICT;
CREATE INDEX grants_by_person ON grants (person_id, client_id);

CREATE TABLE tokens (
    token_sha256 BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    bound_to_sha256 BLOB,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
CREATE INDEX tokens_by_grant ON tokens (grant_id);

CREATE TABLE authorizations (
    id TEXT NOT NULL PRIMARY KEY,
    session_sha256 BLOB NOT NULL,
    client_id TEXT REFERENCES clients (id),
    asked TEXT NOT NULL,
    step TEXT NOT NULL,
    identity_request TEXT,
    person_id TEXT REFERENCES people (id),
    found_sealed BLOB,
    grant_id TEXT REFERENCES grants (id),
    code_sha256 BLOB UNIQUE,
    code_expires_at INTEGER,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX authorizations_ended ON authorizations (expires_at);

CREATE TABLE limit_uses (
    subject TEXT NOT NULL,
    span INTEGER NOT NULL,
    used_won INTEGER NOT NULL,
    cap_won INTEGER NOT NULL,
    PRIMARY KEY (subject, span)
) STRICT, WITHOUT ROWID;

CREATE TABLE settlement_windows (
    id TEXT NOT NULL PRIMARY KEY,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX settlement_windows_open ON settlement_windows ((1)) WHERE closed_at IS NULL;

CREATE TABLE transfers (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    day INTEGER NOT NULL,
    bank_tran_id TEXT NOT NULL,
    order_sha256 BLOB NOT NULL,
    order_sealed BLOB NOT NULL,
    amount_won INTEGER NOT NULL,
    person_id TEXT,
    debit_bank TEXT NOT NULL,
    credit_bank TEXT NOT NULL,
    returns_id TEXT,
    state TEXT NOT NULL,
    state_leg TEXT,
    state_code TEXT NOT NULL,
    state_until INTEGER,
    state_since INTEGER NOT NULL,
    facts_sealed BLOB,
    limit_remain_won INTEGER NOT NULL,
    asks INTEGER NOT NULL,
    next_at INTEGER,
    window_id TEXT,
    verdict TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    version INTEGER NOT NULL,
    UNIQUE (client_id, day, kind, bank_tran_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX transfers_returns ON transfers (returns_id)
    WHERE returns_id IS NOT NULL AND state NOT IN ('failed', 'reversed', 'refused');
CREATE INDEX transfers_due ON transfers (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX transfers_waiting ON transfers (state) WHERE state IN ('stuck', 'held', 'challenged');

CREATE TABLE legs (
    transfer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bank_code TEXT NOT NULL,
    amount_won INTEGER NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (transfer_id, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE postings (
    transfer_id TEXT NOT NULL,
    leg TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_won INTEGER NOT NULL,
    posted_at INTEGER NOT NULL,
    folded INTEGER NOT NULL,
    PRIMARY KEY (transfer_id, leg, account)
) STRICT, WITHOUT ROWID;
CREATE INDEX postings_unfolded ON postings (account) WHERE folded = 0;

CREATE TABLE positions (
    account TEXT NOT NULL PRIMARY KEY,
    balance_won INTEGER NOT NULL,
    folded_at INTEGER NOT NULL
) STRICT;

CREATE TABLE calls (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    day INTEGER NOT NULL,
    route TEXT NOT NULL,
    client_id TEXT,
    grant_id TEXT,
    person_id TEXT,
    bank_tran_id TEXT,
    rsp_code TEXT NOT NULL,
    bank_rsp_code TEXT NOT NULL,
    bank_code TEXT,
    hub_us INTEGER NOT NULL,
    institution_us INTEGER NOT NULL,
    verdict TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX calls_once ON calls (day, bank_tran_id) WHERE bank_tran_id IS NOT NULL;

CREATE TABLE trail (
    id TEXT NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    actor TEXT NOT NULL,
    transaction_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX trail_by_subject ON trail (subject);
