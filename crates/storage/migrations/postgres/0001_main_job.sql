-- The main job: clients, people, consent, tokens, transfers, the journal, calls and the trail.
-- Times are microseconds since 1970 (UTC), days are yyyymmdd in Seoul, amounts are whole won.
-- Columns named *_sealed hold AES-256-GCM values, *_blind their HMAC-SHA-256 look-up.

CREATE TABLE institutions (
    code TEXT NOT NULL PRIMARY KEY,
    name_ko TEXT NOT NULL,
    name_en TEXT NOT NULL,
    line_url TEXT NOT NULL,
    simulated BIGINT NOT NULL,
    status TEXT NOT NULL,
    timeout_ms BIGINT NOT NULL,
    in_flight_max BIGINT NOT NULL,
    net_debit_cap_won BIGINT,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE clients (
    id TEXT NOT NULL PRIMARY KEY,
    client_use_code TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    environment TEXT NOT NULL,
    status TEXT NOT NULL,
    status_since BIGINT NOT NULL,
    status_reason TEXT NOT NULL,
    scopes TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    secret_sha256 BYTEA,
    certificate_sha256 BYTEA,
    contract_account_sealed BYTEA NOT NULL,
    contract_account_blind BYTEA NOT NULL,
    withdraw_transfer_won BIGINT NOT NULL,
    withdraw_day_won BIGINT NOT NULL,
    withdraw_month_won BIGINT NOT NULL,
    deposit_transfer_won BIGINT NOT NULL,
    deposit_day_won BIGINT NOT NULL,
    deposit_month_won BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,
    user_seq_no TEXT NOT NULL UNIQUE,
    linking_value_blind BYTEA NOT NULL UNIQUE,
    facts_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE accounts (
    id TEXT NOT NULL PRIMARY KEY,
    person_id TEXT NOT NULL REFERENCES people (id),
    bank_code TEXT NOT NULL REFERENCES institutions (code),
    account_num_blind BYTEA NOT NULL,
    account_sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (person_id, bank_code, account_num_blind)
);

CREATE TABLE registrations (
    fintech_use_num TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    person_id TEXT NOT NULL REFERENCES people (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    alias TEXT NOT NULL,
    inquiry_agreed_at BIGINT,
    inquiry_until BIGINT,
    inquiry_ended_at BIGINT,
    transfer_agreed_at BIGINT,
    transfer_until BIGINT,
    transfer_ended_at BIGINT,
    created_at BIGINT NOT NULL,
    UNIQUE (client_id, account_id)
);
CREATE INDEX registrations_by_person ON registrations (person_id, client_id);

CREATE TABLE grants (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL REFERENCES clients (id),
    person_id TEXT REFERENCES people (id),
    scopes TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_by TEXT,
    revoked_at BIGINT,
    last_used_at BIGINT
);
CREATE INDEX grants_by_person ON grants (person_id, client_id);

CREATE TABLE tokens (
    token_sha256 BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    grant_id TEXT NOT NULL REFERENCES grants (id),
    bound_to_sha256 BYTEA,
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE INDEX tokens_by_grant ON tokens (grant_id);

CREATE TABLE authorizations (
    id TEXT NOT NULL PRIMARY KEY,
    session_sha256 BYTEA NOT NULL,
    client_id TEXT REFERENCES clients (id),
    asked TEXT NOT NULL,
    step TEXT NOT NULL,
    identity_request TEXT,
    person_id TEXT REFERENCES people (id),
    found_sealed BYTEA,
    grant_id TEXT REFERENCES grants (id),
    code_sha256 BYTEA UNIQUE,
    code_expires_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE INDEX authorizations_ended ON authorizations (expires_at);

CREATE TABLE limit_uses (
    subject TEXT NOT NULL,
    span BIGINT NOT NULL,
    used_won BIGINT NOT NULL,
    cap_won BIGINT NOT NULL,
    PRIMARY KEY (subject, span)
);

CREATE TABLE settlement_windows (
    id TEXT NOT NULL PRIMARY KEY,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE UNIQUE INDEX settlement_windows_open ON settlement_windows ((1)) WHERE closed_at IS NULL;

CREATE TABLE transfers (
    id TEXT NOT NULL PRIMARY KEY,
    client_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    day BIGINT NOT NULL,
    bank_tran_id TEXT NOT NULL,
    order_sha256 BYTEA NOT NULL,
    order_sealed BYTEA NOT NULL,
    amount_won BIGINT NOT NULL,
    person_id TEXT,
    debit_bank TEXT NOT NULL,
    credit_bank TEXT NOT NULL,
    returns_id TEXT,
    state TEXT NOT NULL,
    state_leg TEXT,
    state_code TEXT NOT NULL,
    state_until BIGINT,
    state_since BIGINT NOT NULL,
    facts_sealed BYTEA,
    limit_remain_won BIGINT NOT NULL,
    asks BIGINT NOT NULL,
    next_at BIGINT,
    window_id TEXT,
    verdict TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    UNIQUE (client_id, day, kind, bank_tran_id)
);
CREATE UNIQUE INDEX transfers_returns ON transfers (returns_id)
    WHERE returns_id IS NOT NULL AND state NOT IN ('failed', 'reversed', 'refused');
CREATE INDEX transfers_due ON transfers (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX transfers_waiting ON transfers (state) WHERE state IN ('stuck', 'held', 'challenged');

CREATE TABLE legs (
    transfer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    bank_code TEXT NOT NULL,
    amount_won BIGINT NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (transfer_id, kind)
);

CREATE TABLE postings (
    transfer_id TEXT NOT NULL,
    leg TEXT NOT NULL,
    account TEXT NOT NULL,
    amount_won BIGINT NOT NULL,
    posted_at BIGINT NOT NULL,
    folded BIGINT NOT NULL,
    PRIMARY KEY (transfer_id, leg, account)
);
CREATE INDEX postings_unfolded ON postings (account) WHERE folded = 0;

CREATE TABLE positions (
    account TEXT NOT NULL PRIMARY KEY,
    balance_won BIGINT NOT NULL,
    folded_at BIGINT NOT NULL
);

CREATE TABLE calls (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    day BIGINT NOT NULL,
    route TEXT NOT NULL,
    client_id TEXT,
    grant_id TEXT,
    person_id TEXT,
    bank_tran_id TEXT,
    rsp_code TEXT NOT NULL,
    bank_rsp_code TEXT NOT NULL,
    bank_code TEXT,
    hub_us BIGINT NOT NULL,
    institution_us BIGINT NOT NULL,
    verdict TEXT NOT NULL
);
CREATE INDEX calls_once ON calls (day, bank_tran_id) WHERE bank_tran_id IS NOT NULL;

CREATE TABLE trail (
    id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    transaction_name TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    details TEXT NOT NULL
);
CREATE INDEX trail_by_subject ON trail (subject);
