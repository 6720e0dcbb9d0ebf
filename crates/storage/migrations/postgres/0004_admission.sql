-- Admission: organisations, their dated facts, their members, and how members sign in.
-- Times are microseconds since 1970 (UTC), days are yyyymmdd in Seoul, amounts are whole won.
-- Columns named *_sealed hold AES-256-GCM values, *_blind their HMAC-SHA-256 look-up.

-- Who takes part. The gates and the duty of a fintech are kept here as they were last worked out.
CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    state_since BIGINT NOT NULL,
    state_reason TEXT NOT NULL,
    gates TEXT NOT NULL,
    duty TEXT NOT NULL,
    duty_status TEXT NOT NULL,
    duty_due BIGINT,
    insured_won BIGINT NOT NULL,
    withdraw_day_won BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX organisations_pipeline ON organisations (kind, state, code);
CREATE INDEX organisations_due ON organisations (kind, duty_status, duty_due);

ALTER TABLE clients ADD COLUMN organisation_id TEXT REFERENCES organisations (id);
CREATE INDEX clients_by_organisation ON clients (organisation_id) WHERE organisation_id IS NOT NULL;

-- Dated facts, on which duties depend. A correction ends the old row and writes a new one.
CREATE TABLE organisation_facts (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    kind TEXT NOT NULL,
    value TEXT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_to BIGINT,
    evidence TEXT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX organisation_facts_by_organisation ON organisation_facts (organisation_id, kind);

-- People who work for an organisation. What its directory says of them is sealed.
CREATE TABLE members (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    user_name_blind BYTEA NOT NULL,
    profile_sealed BYTEA NOT NULL,
    roles TEXT NOT NULL,
    active BIGINT NOT NULL,
    certificate_sha256 BYTEA UNIQUE,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    seen_at BIGINT,
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX members_by_name ON members (organisation_id, user_name_blind) WHERE removed_at IS NULL;

-- A code with which an invited member enrols; guessed at most a few times.
CREATE TABLE member_invitations (
    member_id TEXT NOT NULL PRIMARY KEY REFERENCES members (id),
    code_hash TEXT NOT NULL,
    tries BIGINT NOT NULL,
    issued_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_invitations_ended ON member_invitations (expires_at);

CREATE TABLE member_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    secret_sha256 BYTEA NOT NULL UNIQUE,
    method TEXT NOT NULL,
    device TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX member_sessions_by_member ON member_sessions (member_id);
CREATE INDEX member_sessions_ended ON member_sessions (expires_at);

CREATE TABLE member_passkeys (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    credential_sha256 BYTEA NOT NULL UNIQUE,
    passkey_sealed BYTEA NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX member_passkeys_by_member ON member_passkeys (member_id);

-- A passkey being added: a member's latest ceremony, answered once and only by the browser that began it.
CREATE TABLE member_ceremonies (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL UNIQUE REFERENCES members (id),
    secret_sha256 BYTEA NOT NULL,
    state_sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_ceremonies_ended ON member_ceremonies (expires_at);

-- What an organisation's own directory shows at the SCIM address.
CREATE TABLE scim_tokens (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    token_sha256 BYTEA NOT NULL UNIQUE,
    name TEXT NOT NULL,
    issued_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    ended_at BIGINT
);
CREATE INDEX scim_tokens_by_organisation ON scim_tokens (organisation_id);

-- How long it took from the word that somebody leaves to the end of everything they held.
CREATE TABLE leavers (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL REFERENCES organisations (id),
    member_id TEXT NOT NULL REFERENCES members (id),
    source TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    latency_us BIGINT,
    sessions BIGINT NOT NULL,
    passkeys BIGINT NOT NULL,
    codes BIGINT NOT NULL,
    tokens BIGINT NOT NULL,
    certificates BIGINT NOT NULL
);
CREATE INDEX leavers_by_organisation ON leavers (organisation_id, ended_at);
